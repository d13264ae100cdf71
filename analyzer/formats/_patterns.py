"""Writes the three patterns of a format text: for tidy lines, for lines with escapes, and for broken ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import polars as pl

from analyzer.formats import _delimiters
from analyzer.formats._directives import Field, Text

REST = "_rest"
_NUMBER = r"-?[0-9]*(?:\.[0-9]+)?|-"
_SHAPES = {
    "status": "[0-9]{3}|-",
    "status_original": "[0-9]{3}|-",
    "response_bytes": "[0-9]*|-",
    "bytes_sent": "[0-9]*|-",
    "request_bytes": "[0-9]*|-",
    "duration_s": _NUMBER,
    "duration_ms": _NUMBER,
    "duration_us": _NUMBER,
    "duration_ns": _NUMBER,
}
# Where nothing stands between two values, only the characters that a value lacks tell where it ends.
_ADJACENT = {"scheme": ":/", "host": "/", "server_name": "/", "path": "?"}
_SEPARATORS = frozenset("\t|~^¦§\x1f")  # what stands in no value, so that a value may hold blanks
_WORDS = frozenset({"method", "protocol", "scheme"})  # hold no blanks, not even in quotes
_FREE = frozenset({"user_agent"})  # holds blanks, other than what stands beside it
# Headers whose values have blanks of their own: only at the end of a line nothing else can stand behind those.
_FREE_AT_END = _FREE | {"content_type", "request_content_type", "server", "via", "x_cache", "proxy_status", "allow",
                        "www_authenticate", "retry_after", "response_date"}  # fmt: skip
# Printable ASCII without quote and backslash: such a class lets the regex engine take its one-pass way.
_TIDY = r" !#-\[\]-~"
_TIDY_WORD = r"!#-\[\]-~"
_TIDY_REQUEST = ("[A-Za-z][A-Za-z0-9_.-]*", f"[{_TIDY_WORD}]+", r"HTTP/[0-9](?:\.[0-9])?")
_REQUEST_SLOTS = ("method", "target", "protocol")
_REQUEST_TOKENS = (
    _delimiters.Value("[A-Za-z][A-Za-z0-9_.-]{0,31}"),  # values.request_line takes no longer method
    " ",
    _delimiters.Value(_TIDY_REQUEST[1], repeats=True),
    " ",
    _delimiters.Value(_TIDY_REQUEST[2]),
)
# The name of a user may hold blanks and brackets. It has no colon (RFC 7617, 2), and as several words it neither begins
# nor ends with a lone dash, nor begins with an address in brackets: else what others write in front is taken for it.
_NAME = (
    r'(?:[^\s"\\:\[-]|\\.|-[^\s"\\:-]|\[[^\s"\\:\]0-9-])'
    r'(?:(?:[^"\\:]|\\.)*?(?:[^\s"\\:-]|\\.|[^\s"\\:]-))?'
)
# On a broken line a value may hold blanks, but not these: else a host or a wrapper in front is taken for the client.
_LOOSE = {
    "user": f"-|{_NAME}|",
    **dict.fromkeys(
        (
            "client_ip",
            "client_ip_other",
            "server_name",
            "host",
            "scheme",
            "method",
            "protocol",
            "request_id",
            "server_ip",
        ),
        r"\S*?",
    ),
}
_QUOTED = {
    "tidy": f"[{_TIDY}]*",
    "escaped": r'(?:[^"\\]|\\.)*',
    "plain": '[^"]*',
    "loose": r"(?:[^\\]|\\.)*?",  # an escaped quote never ends a value: else a client could write fields
    "plain_loose": ".*?",
}
_ANCHORS = ({"time"}, {"request_line", "target", "path", "url"}, {"status", "status_original"})


@dataclass(frozen=True, slots=True)
class Pattern:
    """One anchored pattern; groups names the slot of each capture, None where the value is not kept.

    plan: a cheaper way to the same groups, for the lines that fit it.
    """

    text: str
    groups: tuple[str | None, ...]
    clocks: tuple[tuple[int, str], ...]
    escaped: bool
    plan: _delimiters.Plan | None = None


@dataclass(frozen=True, slots=True)
class Stop:
    """How far a broken line can be read: the first group of prefix ends with the value of field.

    gap is the number of characters between this value and the next.
    """

    prefix: str
    field: Field
    gap: int


def is_json(pieces: Sequence[Text | Field]) -> bool:
    """Whether the text puts its fields into a JSON object."""
    first, last = pieces[0], pieces[-1]
    return (
        isinstance(first, Text)
        and isinstance(last, Text)
        and first.text.lstrip().startswith("{")
        and last.text.rstrip().endswith("}")
    )


def unbounded(pieces: Sequence[Text | Field]) -> Field | None:
    """Gives the first field of which nobody can tell where it ends, since another follows at once."""
    for left, right in pairwise(pieces):
        if isinstance(left, Field) and isinstance(right, Field):
            bounded = left.shape or right.shape or left.slot in _ADJACENT or left.slot in _SHAPES
            if not bounded:
                return left
    return None


def write(pieces: Sequence[Text | Field], *, escapes: bool) -> tuple[Pattern, ...]:
    """Gives the patterns in the order of their use: tidy, with escapes, loose."""
    return (
        _pattern(pieces, "tidy", escapes=escapes),
        _pattern(pieces, "escaped" if escapes else "plain", escapes=escapes),
        _pattern(pieces, "loose" if escapes else "plain_loose", escapes=escapes),
    )


def stops(pieces: Sequence[Text | Field], *, escapes: bool) -> tuple[Stop, ...]:
    """Gives for each field the pattern of a line that can be read up to and with it."""
    style = "loose" if escapes else "plain_loose"
    found, prefix = [], ""
    for index, piece in enumerate(pieces):
        if isinstance(piece, Text):
            prefix += pl.escape_regex(piece.text)
            continue
        prefix += f"(?:{_value(pieces, index, style)})"
        after = pieces[index + 1] if index + 1 < len(pieces) else None
        gap = after.text if isinstance(after, Text) else ""
        end = pl.escape_regex(gap[:1]) if index + 2 < len(pieces) else rf"(?:{pl.escape_regex(gap[:1])}|\s|$)"
        found.append(Stop(f"^({prefix}){end}", piece, len(gap)))
    return tuple(found)


def _pattern(pieces: Sequence[Text | Field], style: str, *, escapes: bool) -> Pattern:
    groups: list[str | None] = []
    clocks: list[tuple[int, str]] = []
    for piece in pieces:
        if isinstance(piece, Field):
            if piece.clock is not None:
                clocks.append((len(groups) + 1, piece.clock))
            groups += _tidy_groups(piece) if style == "tidy" else [piece.slot]
    ragged = "loose" in style
    text = "^" + _join(pieces, style, _required(pieces) if ragged else len(pieces))
    plan = _delimiters.plan(_tokens(pieces)) if style == "tidy" else None
    return Pattern(text, (*groups, REST), tuple(clocks), escapes and style != "tidy", plan)


def _tidy_groups(field: Field) -> list[str | None]:
    return [*_REQUEST_SLOTS] if field.slot == "request_line" else [field.slot]


def _tokens(pieces: Sequence[Text | Field]) -> list[str | _delimiters.Value]:
    """Gives the texts and the tidy values; what stands between two quotes is free.

    A line that is tidy but for free values is one for the next pattern, which finds the same texts in it. Only where
    the parts of the request line have fields of their own does it choose others.
    """
    slots = {piece.slot for piece in pieces if isinstance(piece, Field)}
    apart = "request_line" not in slots or slots.isdisjoint(_REQUEST_SLOTS)
    tokens: list[str | _delimiters.Value] = []
    for index, piece in enumerate(pieces):
        if isinstance(piece, Text):
            tokens.append(piece.text)
        elif piece.slot == "request_line":
            tokens += _REQUEST_TOKENS
        else:
            pattern = _value(pieces, index, "tidy")
            free = apart and pattern == _QUOTED["tidy"] and _is_quoted(pieces, index)
            tokens.append(_delimiters.Value(pattern, free=free))
    return tokens


def _is_quoted(pieces: Sequence[Text | Field], index: int) -> bool:
    around = pieces[max(index - 1, 0)], pieces[min(index + 1, len(pieces) - 1)]
    texts = [piece.text for piece in around if isinstance(piece, Text)]
    return len(texts) == 2 and texts[0].endswith('"') and texts[1].startswith('"')


def _required(pieces: Sequence[Text | Field]) -> int:
    """Gives the index of the last piece that a line must have: time, request and status, if the text has them."""
    first: dict[int, int] = {}
    for index, piece in enumerate(pieces):
        for number, anchors in enumerate(_ANCHORS):
            if isinstance(piece, Field) and piece.slot in anchors:
                first.setdefault(number, index)
    fields = [index for index, piece in enumerate(pieces) if isinstance(piece, Field)]
    return max(first.values(), default=fields[0])


def _join(pieces: Sequence[Text | Field], style: str, required: int) -> str:
    """Writes from the end: past the required piece, a line may stop after any value, even inside a quoted one."""
    rest = r"((?:\s.*)?)$"
    for index in range(len(pieces) - 1, -1, -1):
        piece = pieces[index]
        if isinstance(piece, Text):
            rest = pl.escape_regex(piece.text) + rest
            continue
        tidy_request = style == "tidy" and piece.slot == "request_line"
        value = " ".join(f"({part})" for part in (_TIDY_REQUEST if tidy_request else [_value(pieces, index, style)]))
        rest = value + (rf"(?:{rest}|\s*$)" if index >= required else rest)
    return rest


def _value(pieces: Sequence[Text | Field], index: int, style: str) -> str:
    piece = pieces[index]
    after = pieces[index + 1] if index + 1 < len(pieces) else None
    if not isinstance(piece, Field):
        return ""
    shape = piece.shape or _SHAPES.get(piece.slot or "")
    if shape is not None:
        return shape
    if after is None:
        return _last(piece, style)
    before = pieces[index - 1] if index else None
    if piece.slot == "query" and isinstance(before, Field) and before.slot == "path":
        return rf"(?:\?{_adjacent('', _behind(pieces, index), style)})?"
    if isinstance(after, Field) and piece.slot in _ADJACENT:
        return _adjacent(_ADJACENT[piece.slot], _behind(pieces, index), style)
    return _before(after.text if isinstance(after, Text) else " ", piece, style)


def _last(piece: Field, style: str) -> str:
    """Writes the value at the end of a line: only what a client can fill goes on behind a blank."""
    if piece.slot in _FREE_AT_END or piece.slot is None:
        return f"[{_TIDY}]*" if style == "tidy" else ".*"
    return _before(" ", piece, style)


def _behind(pieces: Sequence[Text | Field], index: int) -> str:
    """Gives the first character that stands still behind a piece."""
    return next((piece.text[0] for piece in pieces[index:] if isinstance(piece, Text)), " ")


def _adjacent(lacks: str, end: str, style: str) -> str:
    """Writes a value that lacks these characters, beside another one; only in quotes it may hold blanks."""
    if style == "tidy":
        excluded = "".join(f"--{pl.escape_regex(character)}" for character in lacks)
        characters = _TIDY if end == '"' else _TIDY_WORD
        return f"[{characters}{excluded}]*"
    if style.endswith("loose"):
        if "/" in lacks:
            return r'[^/\s"]*'
        return rf"(?:[^\\{lacks}]|\\.)*?" if style == "loose" else f"[^{lacks}]*?" if lacks else ".*?"
    if end != '"':
        return rf'[^ "{lacks}]*'
    return rf'(?:[^"\\{lacks}]|\\.)*' if style == "escaped" else f'[^"{lacks}]*'


def _before(end: str, piece: Field, style: str) -> str:
    """Writes a value by the text behind it."""
    first = end.lstrip(" ")[:1]
    separated = first in _SEPARATORS
    if end[0] == '"':
        return _quoted(piece, style)
    if piece.is_list:
        return _list_of(first if separated else end[0])
    if style.endswith("loose"):
        return _LOOSE.get(piece.slot or "", ".*?")
    if end[0] == " " and not separated:
        return _word(piece, style)
    excluded = pl.escape_regex(first if separated else end[0])
    return f"[{_TIDY}--{excluded}]*" if style == "tidy" else f"[^{excluded}]*"


def _quoted(piece: Field, style: str) -> str:
    if piece.slot in _WORDS:
        return f"[{_TIDY_WORD}]*" if style == "tidy" else r'[^\s"]*'
    return _QUOTED[style]


def _word(piece: Field, style: str) -> str:
    """Writes a value without quotes before a blank."""
    if piece.slot == "forwarded_for":
        return _list_of(" ")
    if piece.slot in _FREE:
        return f"[{_TIDY}]*" if style == "tidy" else ".*"
    if piece.slot == "request_line":
        return r"\S+ \S+ HTTP/[0-9.]+|\S*"
    if piece.slot == "user" and style != "tidy":
        return rf"\S*|{_NAME}"
    return f"[{_TIDY_WORD}]*" if style == "tidy" else r"\S*"


def _list_of(end: str) -> str:
    """Writes nginx's list: its blanks belong to the value, so the next field cannot start inside it."""
    element = rf'[^\s",{pl.escape_regex(end.strip())}]+'
    if end == "]":  # the brackets of an IPv6 address are no end
        element = rf"(?:\[[0-9A-Fa-f:.]*\](?::[0-9]+)?|{element})"
    return f"(?:{element}(?:(?:, ?| : ){element})*)?"
