"""Tells whether a source is a log that a configuration names, by name alone: rotated, compressed or archived."""

from __future__ import annotations

import re

_LONGEST = 400  # characters; names of files have at most 255
# What a path holds that is only known at run time: variables, and the dates of rotatelogs and cronolog.
_UNKNOWN = re.compile(r"\$\{[^}]{0,100}\}|\$[A-Za-z0-9_]{1,100}|%[-0#^_]?[A-Za-z]")
_COMPRESSED = re.compile(r"\.(?:gz|bz2|xz|zst|lz4|zip|br|Z)$")
_ROTATED = re.compile(r"[._-](?:[0-9]{1,14}(?:[-_T.:][0-9]{1,10}){0,5}|old|bak|save|prev)$")
_ROTATED_INSIDE = re.compile(
    r"(?:[._-](?:[0-9]{8,14}|[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[-_T][0-9]{2,6})?)|\.[0-9]{1,3})(?=\.[A-Za-z]{1,5}$)"
)


def wildcards(path: str) -> str:
    """Gives a path with * for all that is only known at run time."""
    return re.sub(r"\*{2,9}", "*", _UNKNOWN.sub("*", path[:_LONGEST]))


def likeness(path: str, source_name: str) -> tuple[int, int, int] | None:
    """Gives how well a log's path fits a source's name, more is better; None if it does not.

    Compared are the literal characters of the file's name, then how little must be taken off the source's name, then
    the folders.
    """
    wanted, parts = _parts(path), _parts(source_name)
    literal = len(wanted[-1].replace("*", ""))
    if not literal:
        return None
    for steps, name in enumerate(_unrotated(parts[-1])):
        if _fits(wanted[-1], name):
            return literal, -steps, _shared(wanted[:-1], parts[:-1])
    return None


def _parts(path: str) -> list[str]:
    return re.split(r"[/\\!]", path[-_LONGEST:])


def _unrotated(name: str) -> list[str]:
    """Gives the name, and what it was before it was compressed and rotated."""
    names = [name]
    for ending in (_COMPRESSED, _ROTATED, _ROTATED, _ROTATED_INSIDE):
        names.append(ending.sub("", names[-1]))
    return list(dict.fromkeys(names))


def _shared(wanted: list[str], folders: list[str]) -> int:
    count = 0
    for left, right in zip(reversed(wanted), reversed(folders), strict=False):
        if not _fits(left, right):
            break
        count += 1
    return count


def _fits(pattern: str, name: str) -> bool:
    """Whether a name is what a pattern with * describes: each part is searched behind the one before it."""
    first, *parts = pattern.split("*")
    if not parts:
        return name == first
    *middle, last = parts
    if not name.startswith(first) or len(name) < len(first) + len(last) or not name.endswith(last):
        return False
    at, end = len(first), len(name) - len(last)
    for part in middle:
        found = name.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True
