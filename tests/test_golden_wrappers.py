"""Golden pairs: tests/data/wrappers/<wrapper>/ holds wrapped lines, the rows they give and the rejects.

ACCEPT=1 rewrites what is expected; read the difference before you commit it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from lines_by_hand import frame
from test_golden_formats import compare, rows

from analyzer import formats

FOLDER = Path(__file__).parent / "data" / "wrappers"
PAIRS = sorted(path.parent for path in FOLDER.glob("*/input.log"))
INSIDE = ("combined", "common", "json")
NOW = datetime(2026, 11, 22, tzinfo=UTC)


def lines_of(folder):
    lines = (folder / "input.log").read_text(encoding="utf-8").removesuffix("\n").split("\n")
    return frame(lines)


def read(folder):
    inside = [formats.line_formats()[name] for name in INSIDE]
    return formats.read_block(lines_of(folder), inside, "UTC", [formats.line_wrappers()[folder.name]], NOW)


@pytest.mark.parametrize("folder", PAIRS, ids=lambda path: path.name)
def test_lines_give_the_expected_rows_and_rejects(folder):
    """What is inside is read as if it stood alone, and what the wrapper says is added."""
    block = read(folder)
    compare(folder / "expected.ndjson", "".join(f"{row}\n" for row in rows(block.events)))
    compare(folder / "rejects.txt", "".join(f"{line}\t{reason}\n" for line, reason, _ in block.rejects.iter_rows()))
    assert block.ledger.adds_up


def test_every_wrapper_has_a_pair_and_every_pair_a_wrapper():
    """A wrapper without a pair, a folder without a wrapper, and a file that is no part of a pair are all faults."""
    assert {path.name for path in FOLDER.iterdir()} == set(formats.line_wrappers())
    files = {path.name for folder in FOLDER.iterdir() for path in folder.iterdir()}
    assert files == {"input.log", "expected.ndjson", "rejects.txt"}
    assert len(PAIRS) == len(formats.line_wrappers()) >= 8


@pytest.mark.parametrize("name", sorted(formats.line_wrappers()))
def test_a_wrapper_is_found_by_itself(name):
    """Its samples, and its pair, are unwrapped without being told."""
    wrapper = formats.line_wrappers()[name]
    assert wrapper.documentation.startswith("https://")
    for head in (["\n".join(wrapper.samples)], [(FOLDER / name / "input.log").read_text(encoding="utf-8")]):
        assert [found.name for found in formats.detect(head[0].split("\n"), "UTC", NOW).wrappers][:1] == [name]
