"""Each golden input is recognised among all formats: as itself, or as a format that reads the same out of it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from lines_by_hand import frame

from analyzer import formats

FOLDER = Path(__file__).parent / "data" / "formats"
NAMES = sorted(path.parent.name for path in FOLDER.glob("*/input.log"))
NOW = datetime(2026, 11, 22, tzinfo=UTC)
# Text for text one format: only the server's name, and what the time marks, differ.
ONE_CLASS = {"format", "stamp_marks"}


def windows(lines):
    """Gives the first line, the first twenty, the last twenty, and all behind a first line that is cut in half."""
    return {
        "first": lines[:1],
        "first 20": lines[:20],
        "last 20": lines[-20:],
        "cut": [lines[0][len(lines[0]) // 2 :], *lines[1:]],
    }


def differences(name, lines):
    """Gives the rows of the format itself that the detected formats do not give, without what tells nothing."""
    alone = formats.read_block(frame(lines), [formats.line_formats()[name]], "UTC").events
    choice = formats.detect(lines, "UTC", NOW)
    chosen = formats.read_block(frame(lines), choice.formats, "UTC", choice.wrappers, NOW).events
    names = [column for column in alone.columns if column not in ONE_CLASS]
    found = chosen.join(alone.select("line"), on="line", how="semi").select(names).sort("line")
    return [
        (mine["line"], [form.name for form in choice.formats], {key: (mine[key], theirs[key]) for key in mine if mine[key] != theirs[key]})
        for mine, theirs in zip(alone.select(names).iter_rows(named=True), found.iter_rows(named=True), strict=True)
        if mine != theirs
    ]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_golden_input_is_recognised(name):
    """Whole or in part, every row is what the format itself makes of its line."""
    lines = (FOLDER / name / "input.log").read_text(encoding="utf-8").removesuffix("\n").split("\n")
    found = {window: differences(name, part) for window, part in windows(lines).items()}
    assert {window: rows for window, rows in found.items() if rows} == {}
