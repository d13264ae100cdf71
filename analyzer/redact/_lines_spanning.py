"""Finds the pieces of secrets that stand on several lines: private keys in PEM form, and wrapped JSON Web Tokens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

_BEGIN = re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_END = "-----END "
_MOST_QUIET = 8
_BASE64 = r"(?:[A-Za-z0-9+/]|\\/)"
_PIECE = re.compile(rf"(?<![A-Za-z0-9+/=]){_BASE64}{{32,}}={{0,2}}")
# The last line of a key may be short; a collector's quotes, escaped line end and fields may follow it.
_LAST = re.compile(rf"(?:^|[\s\"':>|])({_BASE64}+={{0,2}})(?:(?:\\r)?\\n.*|[\s\"',}}]*)$")
_HEX = re.compile(r"[0-9A-Fa-f-]+")

_SEGMENT = "[A-Za-z0-9_-]"
_TAIL = rf"(eyJ{_SEGMENT}{{6,}}(?:\.{_SEGMENT}*){{0,2}})\s*$"
_HEAD = r"""^\s*([A-Za-z0-9_.-]+)(?:$|[\s"',;)}\]<&])"""
_WHOLE = rf"^eyJ{_SEGMENT}{{6,}}\.{_SEGMENT}{{4,}}(?:\.{_SEGMENT}*){{1,3}}$"
_NEW_LINE = r"^(?:\d{4}-\d{2}|\d{1,3}(?:\.\d{1,3}){3}$|[A-Z][a-z]{2}$|\d+$)"  # a time, an address


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a secret on one line; spreads tells whether it is to be replaced on other lines too."""

    line: int
    value: str
    kind: str
    spreads: bool


class SpanningSecrets:
    """Looks at the lines of one source, block after block; frames are line, raw in their order."""

    def __init__(self) -> None:
        self._key_open = False
        self._quiet = 0
        self._after_piece = False
        self._previous = pl.DataFrame(schema={"line": pl.Int64, "raw": pl.String})

    def look(self, lines: pl.DataFrame) -> tuple[Piece, ...]:
        """Gives the pieces on these lines, and on the last one of the block before if its token ends here."""
        if lines.is_empty():
            return ()
        pieces = (*self._of_keys(lines), *_of_tokens(pl.concat([self._previous, lines.select("line", "raw")])))
        self._previous = lines.select("line", "raw").tail(1)
        return pieces

    def _of_keys(self, lines: pl.DataFrame) -> Iterator[Piece]:
        begins = lines["raw"].str.contains("PRIVATE KEY", literal=True).fill_null(value=False)
        first = 0 if self._key_open else begins.arg_max() if begins.any() else None
        if first is None:
            return
        for line, text in lines.slice(first).select("line", "raw").iter_rows():
            begin = _BEGIN.search(text)
            if begin:
                self._key_open, self._quiet, self._after_piece = True, 0, False
            if self._key_open:
                body = text[begin.end() if begin else 0 :].partition(_END)
                found = [*_pieces(body[0], last=self._after_piece and not begin)]
                yield from (Piece(line, value, "private_key", spreads) for value, spreads in found)
                self._after_piece = any(spreads for _, spreads in found)
                self._quiet = 0 if self._after_piece or begin else self._quiet + 1
                self._key_open = not body[1] and self._quiet <= _MOST_QUIET


def _pieces(text: str, *, last: bool) -> Iterator[tuple[str, bool]]:
    found = [value for value in _PIECE.findall(text) if not _HEX.fullmatch(value)]
    yield from ((value, True) for value in found)
    end = _LAST.search(text) if last and not found else None
    if end:
        yield end.group(1), False


def _of_tokens(lines: pl.DataFrame) -> Iterator[Piece]:
    pairs = lines.with_columns(following=pl.col("raw").shift(-1), next=pl.col("line").shift(-1)).filter(
        pl.col("raw").str.contains("eyJ", literal=True)
    )
    halves = pairs.select(
        "line", "next", tail=pl.col("raw").str.extract(_TAIL, 1), head=pl.col("following").str.extract(_HEAD, 1)
    ).filter(
        pl.concat_str("tail", "head").str.contains(_WHOLE),
        ~pl.col("head").str.contains(_NEW_LINE),
        # A token that looks whole is followed by the rest of its signature only if that looks like one.
        ~pl.col("tail").str.contains(r"\..*\.")
        | (pl.col("head").str.contains(r"^.{12,}$") & pl.col("head").str.contains("[a-z].*[A-Z]|[A-Z].*[a-z]")),
    )
    for line, following, tail, head in halves.iter_rows():
        yield Piece(line, tail, "jwt", spreads=True)
        yield Piece(following, head, "jwt", spreads=len(head) >= 8)
