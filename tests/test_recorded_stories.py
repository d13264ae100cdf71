"""The recordings beside their truth: what truth.json claims of the inputs can be found in the inputs."""

from __future__ import annotations

import gzip
import json
from datetime import datetime
from pathlib import Path

import pytest

STORIES = Path(__file__).parent / "data" / "stories"
NAMES = sorted(path.parent.name for path in STORIES.glob("*/inputs"))
LARGEST = 250 * 1024


def truth_of(name):
    return json.loads((STORIES / name / "truth.json").read_text())


def texts_of(name):
    """Text by file name, without .gz."""
    found = {}
    for path in sorted((STORIES / name / "inputs").iterdir()):
        data = path.read_bytes()
        found[path.name.removesuffix(".gz")] = (gzip.decompress(data) if path.suffix == ".gz" else data).decode()
    return found


@pytest.mark.parametrize("name", NAMES)
def test_inputs_are_those_that_the_truth_names(name):
    """The same files, small enough for a repository, and compressed without a time stamp (RFC 1952, section 2.3.1)."""
    files = sorted((STORIES / name / "inputs").iterdir())
    assert [path.name for path in files] == sorted(truth_of(name)["inputs"])
    assert sum(path.stat().st_size for path in files) <= LARGEST
    assert {path.read_bytes()[4:8] for path in files if path.suffix == ".gz"} <= {bytes(4)}


@pytest.mark.parametrize("name", NAMES)
def test_the_deciding_line_is_in_the_inputs(name):
    """Each incident's deciding words stand in the file that it names."""
    texts = texts_of(name)
    for incident in truth_of(name)["incidents"]:
        deciding = incident["deciding"]
        assert deciding["contains"] in texts[deciding["file"]]


@pytest.mark.parametrize("name", NAMES)
def test_the_failing_requests_are_in_the_inputs(name):
    """Every correlation id of an incident occurs in some input, and begin and end lie within the recording."""
    truth = truth_of(name)
    everything = "\n".join(texts_of(name).values())
    for incident in truth["incidents"]:
        assert [one for one in incident["correlation_ids"] if one not in everything] == []
        moments = [truth["recorded"]["from"], incident["started"], incident["ended"], truth["recorded"]["to"]]
        assert moments == sorted(moments, key=datetime.fromisoformat)


@pytest.mark.parametrize("name", NAMES)
def test_every_planted_secret_is_in_the_inputs(name):
    """A canary that is nowhere proves nothing."""
    everything = "\n".join(texts_of(name).values())
    canaries = truth_of(name)["canaries"]
    assert canaries
    assert [one for one in canaries if one not in everything] == []
