"""The packet of a small story, file by file as a receiver sees it; ACCEPT=1 writes the files anew, to be read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from packet_story import files_of_story

from analyzer import __version__

DATA = Path(__file__).parent / "data" / "packet"
ACCEPT = os.environ.get("ACCEPT") == "1"
# The others hold hashes, versions, captures or what other tests compare: those look at them.
STABLE = (
    "README.txt",
    "evidence/attachments/attachment-01.txt",
    "evidence/incident-1.csv",
    "evidence/incident-1.ndjson",
    "redaction-report.json",
    "repro/request-01.sh",
    "repro/steps.md",
)


@pytest.mark.parametrize("name", STABLE)
def test_a_file_of_the_packet_is_as_it_was_read(name: str) -> None:
    """Each was read line by line before it was accepted; the version may change."""
    data = files_of_story("text", "capture")[name].replace(f"analyzer {__version__}".encode(), b"analyzer *")
    path = DATA / name
    if ACCEPT:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    assert data.decode() == path.read_bytes().decode()


def test_the_packet_has_these_files() -> None:
    """The stable ones, and those that are looked at elsewhere."""
    assert sorted(files_of_story("text", "capture")) == sorted(
        [
            *STABLE,
            "SHA256SUMS",
            "case.yaml",
            "checklist.md",
            "evidence/attachments/attachment-02.har",
            "har/capture-01.har",
            "manifest.json",
            "report.html",
            "summary.md",
        ]
    )
