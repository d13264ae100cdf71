"""A 503 with Retry-After alone: overload, maintenance or a limiter, and no layer may be sure of one of them."""

from __future__ import annotations

import polars as pl
import pytest
from events_by_hand import frame, row

from analyzer.diagnose._borrowed import lend
from analyzer.diagnose._scene import Scene
from analyzer.diagnose.correlate import correlate
from analyzer.diagnose.isolate import isolate
from analyzer.facts import add_facts


@pytest.mark.parametrize("shape", ["har", "access"])
def test_nobody_says_that_a_limiter_answered(shape):
    """RFC 9110, 10.2.3: Retry-After beside a 503 says how long the service is expected to be unavailable."""
    asked = {"method": "GET", "path": "/v1/x", "target": "/v1/x", "route": "/v1/x", "host": "api.example"}
    joined = correlate(frame(*(row(shape, second, status=503, retry_after="5", **asked) for second in range(4))))
    failing, events = lend(add_facts(joined.exchanges), joined.exchanges, joined.events)
    window = failing.with_columns(failing=pl.lit(value=True))
    found = {each.layer: each for each in isolate(Scene(failing, window, events)).verdicts}
    said = [evidence.text for each in found.values() for evidence in each.evidence]
    assert not any("by its rate limit" in text for text in said)
    assert found["rate_limit"].verdict != "cause"
    assert found["proxy"].verdict == "suspected"
