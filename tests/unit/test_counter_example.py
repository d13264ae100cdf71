"""What the request that worked has and the failing one has not."""

from __future__ import annotations

import polars as pl
import pytest
from events_by_hand import frame, row

from analyzer.diagnose.correlate import correlate
from analyzer.diagnose.counterexample import counter_example


@pytest.mark.parametrize(
    ("worked", "failed", "told"),
    [
        ("page=2", "page=2&currency=eur", "without the query parameter currency."),
        ("page=2&key=s3cret", "page=2", "with the query parameter key."),
        (None, "currency=", "without the query parameter currency."),
        ("page=2", "page=3", "nothing that the sources tell of both."),
    ],
)
def test_query_parameters_are_named_without_their_values(worked, failed, told):
    """One client, one path: the query alone differs."""
    rows = [row("access", 1, status=200, query=worked), row("access", 2, status=400, query=failed)]
    exchanges = correlate(frame(*rows)).exchanges
    (sample,) = exchanges.filter(pl.col("status") == 400).to_dicts()
    assert counter_example(exchanges, sample).text == f"GET /v1/x answered 200, 1 s earlier. Different: {told}"
