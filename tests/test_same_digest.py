"""One set of sources, one answer: whatever the size of blocks, and the order in which inputs are named."""

from __future__ import annotations

import json
import os
import random
import signal
from dataclasses import replace
from pathlib import Path

import distributed
import pytest
from same_digest import MISSING, REQUESTS, analyzed, digest, told, write_sources

from analyzer.pipeline import open_cluster


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    return write_sources(tmp_path_factory.mktemp("sources"))


@pytest.fixture(scope="module")
def serial(inputs, tmp_path_factory):
    return analyzed(inputs, tmp_path_factory.mktemp("serial") / "work")


def test_the_sources_hold_what_a_digest_is_to_protect(serial):
    """All kinds of them are read as what they are, something was lost of each kind, and there is an incident."""
    findings = json.loads(serial.outputs["findings.json"])
    by_name = {source["name"].rpartition("/")[2]: source for source in findings["sources"]}
    assert len(by_name) == 12
    for source in findings["sources"]:
        assert source["lines"] == sum(source[part] for part in ("event_lines", "rejects", "directives", "blank"))
    assert by_name["again.log"]["events"] == 0
    assert by_name["access.log"]["events"] + by_name["access.log.1.gz"]["events"] == REQUESTS
    assert by_name["records.jsonl"]["rejects"] == 5
    assert by_name["iis.log"]["directives"] == 3
    assert by_name["traces.log"]["event_lines"] == REQUESTS + 15 * 4
    assert 0 < by_name["truncated.log.gz"]["events"] < REQUESTS
    assert any("invalid UTF-8" in note for note in by_name["damaged.log"]["notes"])
    problems = "\n".join(serial.analysis.problems)
    assert MISSING in problems
    assert "truncated.log.gz" in problems
    assert findings["incidents"]


@pytest.mark.parametrize("block_bytes", [600, 5_000])
def test_the_size_of_blocks_shows_nowhere(inputs, serial, tmp_path, block_bytes):
    """Some 280 blocks and some 40, where else each source is one."""
    other = analyzed(inputs, tmp_path / "work", block_bytes=block_bytes)
    assert told(other) == told(serial)
    assert digest(other) == digest(serial)


def test_the_order_of_names_shows_in_lists_only(inputs, serial, tmp_path):
    """Shuffled inputs give the same incidents, events, rejects and counts; the first of two equal logs is counted."""
    again = next(name for name in inputs if name.endswith("again.log"))
    mixed = random.Random(1).sample(inputs[:-1], len(inputs) - 1)
    mixed = [*(name for name in mixed if name != again), again, inputs[-1]]
    other = analyzed(mixed, tmp_path / "work")
    assert told(other, ordered=False) == told(serial, ordered=False)
    assert digest(other, ordered=False) == digest(serial, ordered=False)


def test_a_digest_tells_one_line_from_none(inputs, tmp_path):
    """The last line of a log is missing: that is another answer. Without its line feed it is the same one."""
    whole = Path(next(name for name in inputs if name.endswith("damaged.log"))).read_bytes()
    path, digests = tmp_path / "access.log", []
    for number, content in enumerate((whole, whole.rstrip(b"\n"), whole.rstrip(b"\n").rpartition(b"\n")[0])):
        path.write_bytes(content)
        digests.append(digest(analyzed([str(path)], tmp_path / f"work-{number}"), ordered=False))
    assert digests[0] == digests[1] != digests[2]


@pytest.mark.parametrize("threads", [2, 5])
def test_threads_show_nowhere(inputs, serial, tmp_path, threads):
    other = analyzed(inputs, tmp_path / "work", threads=threads)
    assert told(other) == told(serial)
    assert digest(other) == digest(serial)


@pytest.mark.parametrize("most", [{"batch_files": 1}, {"batch_bytes": 4_000}, {}], ids=str)
def test_workers_of_a_cluster_show_nowhere(inputs, serial, tmp_path, most):
    """Also with a worker that is killed after the third batch."""
    with open_cluster("local:2") as workers:
        pids = list(distributed.default_client().run(os.getpid).values())[: 1 if most else 0]
        batches = []

        def progress(step, _):
            batches.append(step.startswith("Read "))
            if sum(batches) == 3 and pids:
                os.kill(pids.pop(), signal.SIGKILL)

        other = analyzed(inputs, tmp_path / "work", workers=replace(workers, **most), progress=progress)
    assert pids == []
    assert told(other) == told(serial)
    assert digest(other) == digest(serial)
