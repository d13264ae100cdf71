"""The recordings beside their truth: complete, small, and each shows what its truth says."""

from __future__ import annotations

import gzip
import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

STORIES = Path(__file__).parent / "data" / "stories"
TRUTHS = {path.parent.parent.name: path.parent for path in sorted(STORIES.glob("*/inputs/access.log*"))}
LARGEST = 250_000
UNDER_WAY = timedelta(seconds=3)
LAYERS = {
    "browser", "dns", "connect", "tls", "proxy", "rate_limit", "authentication", "authorization", "request", "backend",
}  # fmt: skip


def truth_of(name):
    return json.loads((STORIES / name / "truth.json").read_text())


def text_of(folder, name):
    packed = folder / f"{name}.gz"
    return gzip.decompress(packed.read_bytes()).decode() if packed.exists() else (folder / name).read_text()


@pytest.mark.parametrize("name", TRUTHS)
def test_inputs_are_those_that_the_truth_names_and_small(name):
    """Nothing is missing, nothing lies beside, and a story stays small enough to be committed."""
    folder = STORIES / name / "inputs"
    found = sorted(path.name for path in folder.iterdir())
    assert found == sorted(truth_of(name)["inputs"])
    assert sum(path.stat().st_size for path in folder.iterdir()) <= LARGEST


@pytest.mark.parametrize("name", TRUTHS)
def test_packed_inputs_carry_no_time_stamp(name):
    """Equal content gives equal bytes: bytes 4 to 7 of a gzip header are the modification time (RFC 1952, 2.3.1)."""
    for path in (STORIES / name / "inputs").glob("*.gz"):
        assert path.read_bytes()[4:8] == bytes(4)


@pytest.mark.parametrize("name", TRUTHS)
def test_each_incident_has_its_line_and_lies_within_the_recording(name):
    """The deciding text occurs in its file; begin and end are in order and follow the switch."""
    truth = truth_of(name)
    assert truth["healthy"] == (not truth["incidents"])
    for incident in truth["incidents"]:
        assert incident["deciding"]["contains"] in text_of(STORIES / name / "inputs", incident["deciding"]["file"])
        assert incident["layer"] in incident["layer_accept"]
        assert set(incident["layer_accept"]) <= LAYERS
        moments = [truth["recorded"]["from"], incident["started"], incident["ended"]]
        assert moments == sorted(moments)
        # a request that is under way when the switch is thrown fails too
        under_way = datetime.fromisoformat(incident["fault_on"]) - datetime.fromisoformat(incident["started"])
        assert under_way <= UNDER_WAY
        assert datetime.fromisoformat(incident["ended"]) <= datetime.fromisoformat(truth["recorded"]["to"])
        assert incident["failed"] >= len(incident["correlation_ids"])
        assert incident["statuses"] or incident["errors"]


@pytest.mark.parametrize("name", TRUTHS)
def test_ids_of_failing_requests_occur_in_a_servers_log(name):
    """A request id of the truth was written by a server, where the edge writes ids at all."""
    folder = STORIES / name / "inputs"
    logs = "".join(text_of(folder, file.removesuffix(".gz")) for file in truth_of(name)["inputs"])
    for incident in truth_of(name)["incidents"]:
        assert [one for one in incident["correlation_ids"] if one not in logs] == []
