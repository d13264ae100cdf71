"""Turns the bytes of a HAR into text and its text into plain Python, with every repair counted."""

from __future__ import annotations

import codecs
import json
import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import msgspec

MAX_DEPTH = 200

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32-be", "UTF-32"),
    (codecs.BOM_UTF8, "utf-8", "UTF-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16"),
)
_CALL = re.compile(r"\s*+[A-Za-z_$][\w.$]{0,200}+\s*+\((?=\s*+[{\[])")
_STRINGS = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_ESCAPE = re.compile(r'\\(["\\/bfnrt]|u[0-9A-Fa-f]{4})?')
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class HarText:
    """The text of a HAR without byte order mark and JSONP call; skipped counts the bytes before it."""

    text: str
    encoding: str
    skipped: int
    notes: tuple[str, ...] = ()

    def byte_at(self, position: int) -> int:
        """Gives the offset in the file of a character of the text."""
        return self.skipped + len(self.text[:position].encode(self.encoding, "replace"))


@dataclass(frozen=True, slots=True)
class Loaded:
    """A JSON value and what had to be repaired to get it: sentences' keys with their counts."""

    value: Any
    repairs: dict[str, int]


def decode_text(data: bytes) -> HarText:
    """Decodes UTF-8, UTF-16 or UTF-32, with or without a byte order mark, and takes off a JSONP call `name(...)`."""
    encoding, name, skipped = _encoding(data)
    notes = []
    if skipped:
        notes.append(_marked(name))
    elif name != "UTF-8":
        notes.append(f"The file is {name} without a byte order mark.")
    # Bytes of a last character that a cut left incomplete are no wrong bytes; they are left away.
    try:
        text = codecs.getincrementaldecoder(encoding)("strict").decode(data[skipped:])
    except UnicodeDecodeError:
        text = codecs.getincrementaldecoder(encoding)("replace").decode(data[skipped:])
        notes.append(f"The file holds bytes that are not {name}; each is shown as \ufffd.")
    text = text.rstrip("\x00 \t\r\n")
    call = _CALL.match(text)
    if call:
        skipped += len(text[: call.end()].encode(encoding))
        text = text[call.end() :].removesuffix(";").rstrip().removesuffix(")")
        notes.append("The JSON stood in a JSONP call, which was taken off.")
    return HarText(text, encoding, skipped, tuple(notes))


def _marked(name: str) -> str:
    return f"The file begins with a {name} byte order mark."


def _encoding(data: bytes) -> tuple[str, str, int]:
    for mark, encoding, name in _MARKS:
        if data.startswith(mark):
            return encoding, name, len(mark)
    head = data[:4]
    if len(head) > 1 and not head[1] and head[0]:
        return "utf-16-le", "UTF-16", 0
    if len(head) > 1 and not head[0] and head[1]:
        return "utf-16-be", "UTF-16", 0
    return "utf-8", "UTF-8", 0


def load_utf8(data: bytes) -> tuple[Loaded, tuple[str, ...]] | None:
    """Reads valid JSON in UTF-8 straight from its bytes, and gives it with the notes; None for anything else.

    A text of the bytes would take as much room again, and four times as much with one emoji in it.
    """
    encoding, _, skipped = _encoding(data)
    if encoding != "utf-8":
        return None
    try:
        value = msgspec.json.decode(memoryview(data)[skipped:])
    except (ValueError, RecursionError):
        return None
    loaded = _checked(value, data.count(b":"), lambda: str(data[skipped:], "utf-8"))
    return loaded, (_marked("UTF-8"),) if skipped else ()


def load_json(text: str) -> Loaded:
    """Reads JSON, and what programs write for JSON: NaN, raw control characters, odd escapes, lone surrogates.

    Repeated keys, lone surrogates and nesting beyond MAX_DEPTH are repaired and counted. Raises ValueError.
    """
    try:
        try:
            return _checked(msgspec.json.decode(text), text.count(":"), lambda: text)
        except msgspec.DecodeError:
            return _tidy(_tolerant(text), text, scrub=True)
    except RecursionError:
        raise ValueError("is nested too deeply") from None


def _tolerant(text: str) -> Any:
    try:
        return json.loads(text, strict=False, parse_int=_whole)
    except ValueError as error:
        repaired = _ESCAPE.sub(lambda found: found.group() if found.group(1) else r"\\", text)
        try:
            return json.loads(repaired, strict=False, parse_int=_whole)
        except ValueError:
            raise error from None


def _whole(digits: str) -> int | float:
    # Python refuses to read an integer of more than 4,300 digits.
    return int(digits) if len(digits) < 20 else float(digits)


def _checked(value: Any, colons: int, text: Callable[[], str]) -> Loaded:
    """Gives a value that needs no repair as it is: not too deep, and each colon is one of a key or in a string."""
    names: set[str] = set()
    if _colons([value], names, 0) != colons or any(":" in name for name in names):
        return _tidy(value, text(), scrub=False)
    return Loaded(value, {})


def _colons(node: dict[str, Any] | list[Any], names: set[str], depth: int) -> float:
    """Counts keys and colons in values, and collects the names of keys; what is nested too deeply counts as no number.

    Goes down before it goes on, since what stands together in the text lies together in memory.
    """
    if depth > MAX_DEPTH:
        return math.nan
    count: float = 0
    children: Iterable[Any] = node
    if type(node) is dict:
        count = len(node)
        names.update(node)
        children = node.values()
    for child in children:
        kind = type(child)
        if kind is str:
            count += child.count(":")
        elif kind is dict or kind is list:
            count += _colons(child, names, depth + 1)
    return count


def _tidy(value: Any, text: str, *, scrub: bool) -> Loaded:
    keys, cut, replaced = 0, 0, 0
    holder = [value]
    stack: list[tuple[Any, int]] = [(holder, 0)]
    while stack:
        node, depth = stack.pop()
        keys += len(node) if isinstance(node, dict) else 0
        if scrub and isinstance(node, dict):
            replaced += _clean_keys(node)
        for place, child in node.items() if isinstance(node, dict) else enumerate(node):
            if isinstance(child, dict | list):
                if depth < MAX_DEPTH:
                    stack.append((child, depth + 1))
                else:
                    node[place] = None
                    cut += 1
            elif scrub and isinstance(child, str) and _SURROGATE.search(child):
                node[place] = _SURROGATE.sub("\ufffd", child)
                replaced += 1
    repeated = 0 if cut else _STRINGS.sub("", text).count(":") - keys
    repairs = {"repeated_keys": repeated, "too_deep": cut, "lone_surrogates": replaced}
    return Loaded(holder[0], {name: count for name, count in repairs.items() if count > 0})


def _clean_keys(node: dict[str, Any]) -> int:
    odd = [key for key in node if _SURROGATE.search(key)]
    for key in odd:
        node[_SURROGATE.sub("\ufffd", key)] = node.pop(key)
    return len(odd)
