"""Cuts what is too large for one file at the boundaries of its rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

T = TypeVar("T")


def grouped(items: Iterable[tuple[T, int]], most: int) -> list[list[T]]:
    """Groups items, given with their sizes, in order, so that no group is larger than most, but for single items."""
    groups: list[list[T]] = []
    room = 0
    for item, size in items:
        if not groups or size > room:
            groups.append([])
            room = most
        groups[-1].append(item)
        room -= size
    return groups


def in_files(
    stem: str, suffix: str, rows: Sequence[bytes], most: int, *, head: bytes = b""
) -> list[tuple[str, bytes, int]]:
    """Gives name, content and number of rows of files of at most most bytes, each of which begins with head.

    rows include their line ends.
    """
    groups = grouped(((row, len(row)) for row in rows), most - len(head)) or [[]]
    names = part_names(stem, suffix, len(groups))
    return [(name, head + b"".join(group), len(group)) for name, group in zip(names, groups, strict=True)]


def part_names(stem: str, suffix: str, count: int) -> list[str]:
    """Gives the names of count files: stem.suffix, or stem-001-of-003.suffix and so on."""
    if count <= 1:
        return [f"{stem}.{suffix}"] * count
    return [f"{stem}-{number:03}-of-{count:03}.{suffix}" for number in range(1, count + 1)]
