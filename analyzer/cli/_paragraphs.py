"""Lays text out for a terminal: titles, headed sections, wrapped paragraphs."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterable, Iterator

import click

WIDTHS = (40, 100)
UNBROKEN = "\N{NO-BREAK SPACE}"


def terminal_width() -> int:
    """Gives the width to wrap at: the terminal's, but neither very narrow nor wider than is good to read."""
    columns = click.get_current_context().terminal_width or shutil.get_terminal_size((80, 24)).columns
    return max(WIDTHS[0], min(columns, WIDTHS[1]))


def title(text: str) -> Iterator[str]:
    """Yields a title and the line under it."""
    yield text
    yield "=" * len(text)


def section(heading: str, items: Iterable[str], width: int, mark: str = "") -> Iterator[str]:
    """Yields an empty line, a heading and the items, each behind its mark; the mark "1. " counts."""
    yield ""
    yield heading
    for number, item in enumerate(items, 1):
        yield from wrapped(item, width, "  " + (f"{number}. " if mark == "1. " else mark))


def wrapped(text: str, width: int, first: str) -> Iterator[str]:
    """Yields the lines of one text; first is what the first line begins with."""
    # A command between backticks must survive copying, so no line is broken inside of it.
    whole = "`".join(part.replace(" ", UNBROKEN) if inside % 2 else part for inside, part in enumerate(text.split("`")))
    rest = " " * len(first)
    for line in textwrap.wrap(
        whole, width, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    ):
        yield line.replace(UNBROKEN, " ")
