"""The last look at finished files: no value that was found in the inputs may stand in them, in no usual spelling."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path

import polars as pl

from analyzer.errors import LeakError, Location
from analyzer.redact._gate_curl import COMMAND, holds_credentials
from analyzer.redact._gate_forms import Form, forms_of, literal
from analyzer.redact._gate_index import Index, series, words
from analyzer.redact._gate_members import DAMAGE, PACKED_RUN, is_packed, members, unpacked
from analyzer.redact._gate_pieces import content, groups
from analyzer.redact._gate_views import ESCAPED_WORD, VIEWS, Decode, wide

DEEPEST = 4
_HEAD = 64
_RUN = r"[A-Za-z0-9+/_-]{9,}"  # in which hex or base64 may stand
_HINT = "Nothing was written. Please report which input format this was."


def _never(_: str) -> bool:
    return False


class Gate:
    """Knows what must not be written, and searches files for it before anybody else can read them.

    secrets: (value, kind) pairs, of which those that cannot be told from chance are left out. identity: (word, kind)
    pairs about the machine of the run, such as its host's name; given tells whether a word stands in the inputs, where
    it is evidence and none of ours.
    """

    def __init__(
        self,
        secrets: Iterable[tuple[str, str]],
        identity: Iterable[tuple[str, str]] = (),
        given: Callable[[str], bool] = _never,
    ) -> None:
        forms = [form for value, kind in secrets for form in forms_of(value, kind)]
        encoded = ("hex", "base64")
        self._plain = Index(
            (*(form for form in forms if form.spelling not in encoded), *(literal(*pair) for pair in identity))
        )
        self._encoded = Index(form for form in forms if form.spelling in encoded)
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
            self._search(name, content(data), 0)

    def _search_name(self, name: str, shown: str) -> None:
        """Raises LeakError if a name holds a secret; then the name cannot be told."""
        data = name.encode("utf-8", "surrogateescape")
        self._search_pieces(f"the name of {shown}", [(0, data)], 0)

    def _search(self, name: str, data: Iterator[bytes], depth: int) -> None:
        head = b""
        while len(head) < _HEAD and (piece := next(data, None)) is not None:
            head += piece
        if not is_packed(head):
            self._search_all(name, chain([head], data), depth)
            return
        whole = b"".join(chain([head], data))
        self._search_all(name, [whole], depth)
        if depth == DEEPEST:
            raise LeakError("it is packed too often to be searched.", location=Location(name), hint=_HINT)
        try:
            for label, inner in members(whole):
                self._search_name(label, f"a part of {name}")
                self._search(f"{name}!{label}", iter(inner), depth + 1)
        except DAMAGE as error:
            message = f"it cannot be opened to be searched ({type(error).__name__})."
            raise LeakError(message, location=Location(name), hint=_HINT) from error

    def _search_all(self, name: str, data: Iterable[bytes], depth: int) -> None:
        for group in groups(data):
            self._search_pieces(name, group, depth)

    def _search_pieces(self, name: str, group: Sequence[tuple[int, bytes]], depth: int) -> None:
        pieces = [piece for _, piece in group]
        read = series(pieces)
        for form, number, offset in self._found(self._plain, read, pieces):
            raise _leak(name, group[number][0] + offset, form.kind, form.spelling)
        for text in dict.fromkeys(text for piece in pieces for text in wide(piece)):
            for form, _, _ in self._found(self._plain, series([text]), [text]):
                raise _leak(name, group[0][0], form.kind, "UTF-16")
        self._search_escaped(name, group, words(read, ESCAPED_WORD))
        self._search_runs(name, group, words(read, _RUN))
        self._search_packed(name, words(read, PACKED_RUN), depth)
        for command in words(read, COMMAND):
            if holds_credentials(command.decode("utf-8", "replace")):
                raise _leak(name, _offset(command, group), "credentials", "a curl command")

    def _found(self, index: Index, read: pl.Series, pieces: Sequence[bytes]) -> Iterator[tuple[Form, int, int]]:
        for form, number, offset in index.confirmed(index.candidates(read), pieces):
            if form not in self._words or not self._given(self._words[form]):
                yield form, number, offset

    def _search_escaped(self, name: str, group: Sequence[tuple[int, bytes]], escaped: Sequence[bytes]) -> None:
        together = b"\n".join(escaped)
        seen = {together}
        for spelling, decode in VIEWS:
            decoded = decode(together)
            if decoded in seen:
                continue
            seen.add(decoded)
            for form, _, _ in self._found(self._plain, series([decoded]), [decoded]):
                raise _leak(name, _offset(_word_with(form, escaped, decode), group), form.kind, spelling)
            self._search_runs(name, group, words(series([decoded]), _RUN))

    def _search_runs(self, name: str, group: Sequence[tuple[int, bytes]], runs: Sequence[bytes]) -> None:
        together = b"\n".join(runs)
        for form, _, offset in self._found(self._encoded, series([together]), [together]):
            found = together[offset : offset + len(form.data)]
            raise _leak(name, _offset(found, group), form.kind, form.spelling)

    def _search_packed(self, name: str, runs: Sequence[bytes], depth: int) -> None:
        for run in runs if depth < DEEPEST else ():
            self._search_all(f"{name}!base64", unpacked(run), depth + 1)


def _word_with(form: Form, escaped: Sequence[bytes], decode: Decode) -> bytes:
    """Gives the first word whose decoded text holds the form; nothing if it stands across words."""
    data = form.data.lower()
    return next((word for word in escaped if data in decode(word).lower()), b"")


def _offset(found: bytes, group: Sequence[tuple[int, bytes]]) -> int:
    return next((offset + piece.find(found) for offset, piece in group if found in piece), group[0][0])


def _leak(name: str, offset: int, kind: str, spelling: str) -> LeakError:
    how = "" if spelling == "as it is" else f" ({spelling})"
    return LeakError(
        f"a known secret is still at byte {offset:,}. Its kind is {kind}{how}.", location=Location(name), hint=_HINT
    )


def refuse_leaks(outputs: Mapping[str, bytes], secrets: Sequence[str]) -> None:
    """Raises LeakError with file and byte offset if one of the secrets stands in an output, in any of its spellings."""
    Gate((secret, "secret") for secret in secrets).search(outputs)
