"""The last look at finished files: no value that was found in the inputs may stand in them, in no usual spelling."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from pathlib import Path
from typing import BinaryIO

import polars as pl

from analyzer.errors import LeakError, Location
from analyzer.redact._gate_columns import COLUMNAR
from analyzer.redact._gate_curl import COMMAND, holds_credentials
from analyzer.redact._gate_forms import Form, forms_of, literal
from analyzer.redact._gate_index import Index, as_bytes, series, words
from analyzer.redact._gate_members import DAMAGE, PACKED_RUN, is_packed, members, unpacked
from analyzer.redact._gate_pieces import content, groups, pieces_of
from analyzer.redact._gate_views import ESCAPED_WORD, VIEWS, Decode, wide

DEEPEST = 4
_HEAD = 64
_RUN = r"[A-Za-z0-9+/_-]{9,}"  # in which hex or base64 may stand
_MOST_WAITING = 500_000  # runs
_HINT = "Nothing was written. Please report which input format this was."


Read = Callable[[], Iterator[bytes]]
Recall = Callable[[pl.Series], Iterable[tuple[str, str]]]
_ENCODED = ("hex", "base64")


def _never(_: str) -> bool:
    return False


class Gate:
    """Knows what must not be written, and searches files for it before anybody else can read them.

    secrets: (value, kind) pairs, of which those that cannot be told from chance are left out. identity: (word, kind)
    pairs about the machine of the run, such as its host's name; given tells whether a word stands in the inputs, where
    it is evidence and none of ours. recall gives from texts the further secrets that can stand in them, where all of
    them would be too many to hold.
    """

    def __init__(
        self,
        secrets: Iterable[tuple[str, str]],
        identity: Iterable[tuple[str, str]] = (),
        given: Callable[[str], bool] = _never,
        recall: Recall | None = None,
    ) -> None:
        forms = [form for value, kind in secrets for form in forms_of(value, kind)]
        self._plain = Index((*_plain(forms), *(literal(*pair) for pair in identity)))
        self._encoded = Index(_encoded(forms))
        self._recall = recall
        self._words = {literal(*pair): pair[0] for pair in identity}
        self._given = given

    def search(self, outputs: Mapping[str, bytes | Path]) -> None:
        """Raises LeakError for the first output that holds a secret in its name or content, or cannot be searched.

        outputs maps names to contents or to finished files. The error tells the name, the byte offset, the kind and
        the spelling, never the value.
        """
        for number, name in enumerate(outputs, 1):
            self._search_name(name, f"output {number}")
        for name, data in outputs.items():
            self._search(name, partial(content, data), 0, data if isinstance(data, Path) else None)

    def _search_name(self, name: str, shown: str) -> None:
        """Raises LeakError if a name holds a secret; then the name cannot be told."""
        data = name.encode("utf-8", "surrogateescape")
        self._search_plainly(f"the name of {shown}", iter([data]), lambda: iter([data]), 0)

    def _search(self, name: str, read: Read, depth: int, path: Path | None = None) -> None:
        pieces = read()
        head = b""
        while len(head) < _HEAD and (piece := next(pieces, None)) is not None:
            head += piece
        whole = chain([head], pieces)
        if head.startswith(COLUMNAR):  # in other spellings a value stands in its members only
            self._search_literally(name, whole, read)
        else:
            self._search_plainly(name, whole, read, depth)
        if is_packed(head):
            with path.open("rb") if path else io.BytesIO(b"".join(read())) as file:
                self._search_members(name, file, depth)

    def _search_members(self, name: str, file: BinaryIO, depth: int) -> None:
        if depth == DEEPEST:
            raise LeakError("it is packed too often to be searched.", location=Location(name), hint=_HINT)
        try:
            for label, read in members(file):
                self._search_name(label, f"a part of {name}")
                self._search(f"{name}!{label}", read, depth + 1)
        except DAMAGE as error:
            message = f"it cannot be opened to be searched ({type(error).__name__})."
            raise LeakError(message, location=Location(name), hint=_HINT) from error

    def _search_literally(self, name: str, data: Iterator[bytes], read: Read) -> None:
        for pieces in groups(data):
            for form, _, found in self._found(pieces):
                raise _Found(found, form.kind, form.spelling).leak(name, read())

    def _search_plainly(self, name: str, data: Iterator[bytes], read: Read, depth: int) -> None:
        """Searches data, which is what read gives."""
        waiting: list[pl.Series] = []
        for pieces in groups(data):
            try:
                runs = self._search_pieces(pieces)
                waiting.append(runs)
                if sum(map(len, waiting)) > _MOST_WAITING:
                    self._search_runs(waiting)
                    waiting = []
            except _Found as found:
                raise found.leak(name, read()) from None
            for run in as_bytes(words(runs, PACKED_RUN)) if depth < DEEPEST else ():
                self._search_plainly(f"{name}!base64", unpacked(run), partial(unpacked, run), depth + 1)
        try:
            self._search_runs(waiting)
        except _Found as found:
            raise found.leak(name, read()) from None

    def _search_pieces(self, pieces: Sequence[bytes]) -> pl.Series:
        """Raises _Found for what stands in the pieces or in what their escapes stand for; gives the runs in both."""
        read = series(pieces)
        escaped = as_bytes(words(read, ESCAPED_WORD))
        views = _views(pieces, escaped)
        texts = [*pieces, *(text for _, _, text in views)]
        for form, number, data in self._found(texts):
            if number < len(pieces):
                raise _Found(data, form.kind, form.spelling)
            spelling, decode, _ = views[number - len(pieces)]
            raise _Found(_word_with(data, escaped, decode) if decode else data, form.kind, spelling)
        for command in as_bytes(words(read, COMMAND)):
            if holds_credentials(command.decode("utf-8", "replace")):
                raise _Found(command, "credentials", "a curl command")
        return words(series(texts), _RUN)

    def _found(self, texts: Sequence[bytes]) -> Iterator[tuple[Form, int, bytes]]:
        """Yields the forms that stand in the texts and must not, each with the number of a text and its bytes there."""
        recalled = Index(_plain(self._recalled(texts)))
        for form, number, data in chain(self._plain.found(texts), recalled.found(texts)):
            if form not in self._words or not self._given(self._words[form]):
                yield form, number, data

    def _search_runs(self, runs: Sequence[pl.Series]) -> None:
        together = b"\n".join(as_bytes(pl.concat(runs).unique())) if runs else b""
        recalled = Index(_encoded(self._recalled([together])))
        for form, _, data in chain(self._encoded.found([together]), recalled.found([together])):
            raise _Found(data, form.kind, form.spelling)

    def _recalled(self, texts: Sequence[bytes]) -> list[Form]:
        """Gives the forms of the further secrets that can stand in the texts."""
        secrets = self._recall(series(texts)) if self._recall else ()
        return [form for value, kind in secrets for form in forms_of(value, kind)]


def _plain(forms: Iterable[Form]) -> Iterator[Form]:
    return (form for form in forms if form.spelling not in _ENCODED)


def _encoded(forms: Iterable[Form]) -> Iterator[Form]:
    return (form for form in forms if form.spelling in _ENCODED)


def _views(pieces: Sequence[bytes], escaped: Sequence[bytes]) -> list[tuple[str, Decode | None, bytes]]:
    """Gives what the escaped words stand for in each way, and the pieces as UTF-16, where that is anything new."""
    together = b"\n".join(escaped)
    views: list[tuple[str, Decode | None, bytes]] = []
    seen = {together}
    for spelling, decode, marks in VIEWS:
        needless = not any(mark in together for mark in marks)
        if not needless and (decoded := decode(together)) not in seen:
            seen.add(decoded)
            views.append((spelling, decode, decoded))
    return [*views, *(("UTF-16", None, text) for piece in pieces for text in wide(piece))]


def _word_with(data: bytes, escaped: Sequence[bytes], decode: Decode) -> bytes:
    """Gives the first word whose decoded text holds the data; nothing if it stands across words."""
    return next((word for word in escaped if data in decode(word)), b"")


class _Found(Exception):  # noqa: N818 - it never leaves this module
    """What was found, as it stands in the pieces."""

    def __init__(self, data: bytes, kind: str, spelling: str) -> None:
        super().__init__(kind)
        self._data, self._kind, self._spelling = data, kind, spelling

    def leak(self, name: str, data: Iterator[bytes]) -> LeakError:
        offset = next((start + at for start, piece in pieces_of(data) if (at := piece.find(self._data)) >= 0), 0)
        how = "" if self._spelling == "as it is" else f" ({self._spelling})"
        message = f"a known secret is still at byte {offset:,}. Its kind is {self._kind}{how}."
        return LeakError(message, location=Location(name), hint=_HINT)
