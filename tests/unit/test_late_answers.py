"""A 504 whose application answered all the same: was the application slow, or the proxy impatient?"""

from __future__ import annotations

import polars as pl
import pytest
from stories_by_hand import Fault, events

from analyzer.diagnose._borrowed import lend
from analyzer.diagnose._scene import Scene
from analyzer.diagnose._surroundings import Whole, look_around
from analyzer.diagnose.correlate import correlate
from analyzer.diagnose.isolate import isolate
from analyzer.facts import add_facts


def judged(took_us):
    """Healthy requests take the application 8 ms; the failing ones, given up after 5 ms by the proxy, took_us."""
    access = {"status": 504, "upstream": ["10.0.9.1:8080"], "upstream_status": [504], "duration_us": 5_000}
    fault = Fault(("proxy",), access, None, {"status": 200, "level": "info", "message": "done", "duration_us": took_us})
    joined = correlate(events(fault))
    exchanges = add_facts(joined.exchanges)
    failing, rows = lend(exchanges.filter(pl.col("status") == 504), joined.exchanges, joined.events)
    around = look_around(
        Whole(joined.events, joined.exchanges), failing, failing["timestamp"].min(), failing["timestamp"].max()
    )
    return isolate(Scene(failing=failing, window=failing, events=rows, around=around))


@pytest.mark.parametrize(
    ("took_us", "layer"), [(8_000, "proxy"), (12_000, "proxy"), (13_000, "backend"), (900_000, "backend")]
)
def test_who_became_slow_is_told_by_the_time_that_the_application_takes_otherwise(took_us, layer):
    """Up to half as long again is as ever; the other of the two layers is not the cause."""
    found = judged(took_us)
    assert found.layer == layer
    verdicts = {each.layer: each.verdict for each in found.verdicts}
    assert verdicts[layer] == "cause"
    assert verdicts["backend" if layer == "proxy" else "proxy"] != "cause"


def test_the_sentence_gives_both_times_and_a_place():
    """8 ms against 8 ms; the place is a record of the application from a time when all was well."""
    backend = next(each for each in judged(8_000).verdicts if each.layer == "backend")
    assert backend.verdict == "ruled_out"
    assert "took 8 ms for them, and 8 ms for the" in backend.evidence[0].text
    assert backend.evidence[0].ref.source == "app.jsonl"
