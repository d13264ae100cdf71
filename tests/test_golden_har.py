"""Every folder of data/har is a golden pair: what the reader makes of input.har, row for row and note for note."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from dateutil.parser import ParserError
from haralyzer import HarParser
from haralyzer.errors import PageNotFoundError

from analyzer import schema
from analyzer.errors import InputError
from analyzer.formats.har import FORMATS

HAR = FORMATS[0]
FOLDERS = sorted(path for path in (Path(__file__).parent / "data" / "har").iterdir() if path.is_dir())
IDS = [folder.name for folder in FOLDERS]
ACCEPT = os.environ.get("ACCEPT") == "1"
FILES = {"input.har", "expected.ndjson", "notes.txt"}
TRUTH = {"truth.json"}  # beside own recordings; test_own_captures compares
QUIRKS = {f"q{number:02}" for number in range(1, 39)}


def read(folder: Path) -> tuple[str, str]:
    """Gives the rows, events and rejects in the order of the entries, and the notes, as the files hold them."""
    try:
        parsed = HAR.parse_document((folder / "input.har").read_bytes())
    except InputError as error:
        return "", f"InputError: {error}\n"
    assert parsed.events.height + parsed.rejects.height == parsed.entries
    rows = [("event", row) for row in parsed.events.iter_rows(named=True)]
    rows += [("reject", row) for row in parsed.rejects.iter_rows(named=True)]
    rows.sort(key=lambda item: item[1]["line"])
    lines = [
        json.dumps({"row": kind} | {k: v for k, v in row.items() if v is not None}, ensure_ascii=False, default=str)
        for kind, row in rows
    ]
    notes = [*parsed.notes, *([f"gaps: {', '.join(parsed.gaps)}"] if parsed.gaps else [])]
    return "".join(f"{line}\n" for line in lines), "".join(f"{note}\n" for note in notes)


@pytest.mark.parametrize("folder", FOLDERS, ids=IDS)
def test_reads_as_expected(folder: Path):
    """A capture gives exactly the expected rows, rejects and notes."""
    rows, notes = read(folder)
    if ACCEPT:
        (folder / "expected.ndjson").write_text(rows, "utf-8")
        (folder / "notes.txt").write_text(notes, "utf-8")
    assert rows.splitlines() == (folder / "expected.ndjson").read_text("utf-8").splitlines()
    assert notes.splitlines() == (folder / "notes.txt").read_text("utf-8").splitlines()


@pytest.mark.parametrize("folder", FOLDERS, ids=IDS)
def test_the_folder_holds_the_pair_and_nothing_else(folder: Path):
    """No file of a pair is missing and no other file lies about."""
    assert {path.name for path in folder.iterdir()} - TRUTH == FILES


def test_every_quirk_has_a_pair():
    """Each of the 38 quirks is shown by at least one folder."""
    assert {name[:3] for name in IDS} >= QUIRKS


def break_haralyzer(patch: pytest.MonkeyPatch, error: type[Exception]) -> None:
    def fail(*_: object) -> None:
        raise error("on purpose")

    patch.setattr(HarParser, "pages", property(fail))


@pytest.mark.parametrize("folder", FOLDERS, ids=IDS)
def test_the_rows_do_not_depend_on_haralyzer(folder: Path, monkeypatch: pytest.MonkeyPatch):
    """If haralyzer raises, rows and notes stay the same, but for the note that says so."""
    break_haralyzer(monkeypatch, KeyError)
    rows, notes = read(folder)
    assert rows.splitlines() == (folder / "expected.ndjson").read_text("utf-8").splitlines()
    spoken = [note for note in notes.splitlines() if not note.startswith("haralyzer could not read the pages")]
    assert spoken == (folder / "notes.txt").read_text("utf-8").splitlines()


@pytest.mark.parametrize(
    "error", [KeyError, TypeError, AttributeError, OverflowError, ValueError, PageNotFoundError, ParserError]
)
def test_whatever_haralyzer_raises_is_said(error: type[Exception], monkeypatch: pytest.MonkeyPatch):
    """Each exception that haralyzer or its date parser can raise becomes a note with its name."""
    break_haralyzer(monkeypatch, error)
    folder = FOLDERS[IDS.index("q05-pageref-absent-or-unknown")]
    note = f"haralyzer could not read the pages ({error.__name__}); entries are grouped by pageref."
    assert note in read(folder)[1].splitlines()


def test_columns_are_canonical():
    """A HAR fills canonical columns only, in their order and types."""
    events = HAR.parse_document((FOLDERS[0] / "input.har").read_bytes()).events
    order = [name for name in schema.EVENTS if name in events.columns]
    assert events.columns == order
    assert all(events.schema[name] == schema.EVENTS[name] for name in order)
