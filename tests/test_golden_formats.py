"""Golden pairs: tests/data/formats/<format>/ holds lines, the rows they give and the rejects with their reasons.

ACCEPT=1 rewrites what is expected; read the difference before you commit it.
"""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path

import pytest
from lines_by_hand import read_with

from analyzer import formats

FOLDER = Path(__file__).parent / "data" / "formats"
PAIRS = sorted(path.parent for path in FOLDER.glob("*/input.log"))
LEFT_OUT = ("raw", "format")  # the line itself, and the name of the folder


def read(folder):
    lines = (folder / "input.log").read_text(encoding="utf-8").removesuffix("\n").split("\n")
    return read_with(formats.line_formats()[folder.name], *lines)


def told(value):
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value


def rows(events):
    for event in events.drop(LEFT_OUT).iter_rows(named=True):
        kept = {name: told(value) for name, value in event.items() if value is not None}
        yield json.dumps(kept, ensure_ascii=False)


def compare(path, text):
    if os.environ.get("ACCEPT") == "1":
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("folder", PAIRS, ids=lambda path: path.name)
def test_lines_give_the_expected_rows_and_rejects(folder):
    """Each line of input.log is a row of expected.ndjson, a reject of rejects.txt with its reason, or blank."""
    block = read(folder)
    compare(folder / "expected.ndjson", "".join(f"{row}\n" for row in rows(block.events)))
    rejected = (f"{line}\t{reason}\n" for line, reason, _ in block.rejects.iter_rows())
    compare(folder / "rejects.txt", "".join(rejected))
    assert block.ledger.adds_up


def test_every_format_has_a_pair_and_every_pair_a_format():
    """A format without a pair, a folder without a format, and a file that is no part of a pair are all faults."""
    assert {path.name for path in FOLDER.iterdir()} == set(formats.line_formats())
    files = {path.name for folder in FOLDER.iterdir() for path in folder.iterdir()}
    assert files == {"input.log", "expected.ndjson", "rejects.txt"}
    assert [path.name for path in PAIRS] == sorted(formats.line_formats())


@pytest.mark.parametrize("folder", PAIRS, ids=lambda path: path.name)
def test_every_pair_holds_a_row_and_a_reject(folder):
    """A pair that expects nothing, or refuses nothing, would prove little."""
    assert (folder / "expected.ndjson").stat().st_size
    assert (folder / "rejects.txt").stat().st_size
