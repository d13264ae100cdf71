"""The benchmark's one command still runs, and measures what it says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from analyzer.formats.har import FORMATS

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "benchmarks" / "har.py"


def call(*arguments: str) -> str:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, SCRIPT, *arguments], capture_output=True, text=True, check=True, env=environment
    )
    return done.stdout


def test_each_reader_is_measured_against_json_loads():
    """One line per reader, the peer first, whose ratios are 1."""
    title, *lines = call("--entries", "40").splitlines()
    assert title.startswith("40 entries")
    assert [line.split()[0] for line in lines] == ["json.loads", "parse_document", "analyze"]


def test_the_capture_is_one_that_chrome_could_write(tmp_path: Path):
    """The capture is the same each time, 10 KB an entry, and read without repairs."""
    paths = [tmp_path / "first.har", tmp_path / "second.har"]
    for path in paths:
        call("--entries", "200", "--keep", str(path))
    data = paths[0].read_bytes()
    assert data == paths[1].read_bytes()
    assert 9_000 < len(data) / 200 < 12_000
    parsed = FORMATS[0].parse_document(data)
    assert parsed.notes == ("Written by WebInspector 537.36, Chrome 145.0.0.0.",)
    assert parsed.entries == len(json.loads(data)["log"]["entries"]) == 200
