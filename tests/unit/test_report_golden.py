"""The three files for each recorded analysis, byte for byte; ACCEPT=1 writes them anew."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from report_cases import CASES

from analyzer.model import Analysis
from analyzer.report import findings_json, report_html, summary_markdown

FOLDER = Path(__file__).parents[1] / "data" / "report"
ACCEPT = os.environ.get("ACCEPT") == "1"


def write(analysis: Analysis) -> dict[str, bytes]:
    return {
        "findings.json": findings_json(analysis),
        "report.html": report_html(analysis).encode(),
        "summary.md": summary_markdown(analysis).encode(),
    }


@pytest.mark.parametrize("case", sorted(CASES))
def test_files_are_those_that_were_accepted(case: str) -> None:
    """Every byte of the three files is the accepted one, and there is no other file beside them."""
    folder = FOLDER / case
    files = write(CASES[case]())
    if ACCEPT:
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            (folder / name).write_bytes(data)
    assert sorted(path.name for path in folder.iterdir()) == ["findings.json", "report.html", "summary.md"]
    for name, data in files.items():
        assert (folder / name).read_bytes() == data, f"{case}/{name} differs; look, then run with ACCEPT=1"


def test_every_recorded_folder_has_its_case() -> None:
    """A folder that no case writes is a leftover."""
    assert sorted(path.name for path in FOLDER.iterdir()) == sorted(CASES)
