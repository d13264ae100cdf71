"""Exchanges on the endpoints of failing ones: found by number, they are those that a join of all of them finds."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from analyzer.diagnose._counts import on_endpoints
from analyzer.diagnose._endpoints import Endpoints

SCHEMA = {
    "row": pl.UInt32, "method": pl.String, "route": pl.String, "host": pl.String, "status": pl.Int32,
    "error_layer": pl.String, "cors": pl.String, "has_edge": pl.Boolean, "has_application": pl.Boolean,
}  # fmt: skip
NAMES = st.one_of(st.none(), st.sampled_from(["", "/", "/a", "*"]), st.text(max_size=2))
ROWS = st.lists(
    st.tuples(
        NAMES, NAMES, NAMES, st.sampled_from([None, 200, 502]), st.sampled_from([None, "dns", "browser"]),
        st.sampled_from([None, "preflight_failed"]), st.booleans(), st.booleans(),
    ),
    max_size=12,
)  # fmt: skip


@given(ROWS, st.data())
def test_the_same_rows_in_the_same_order_as_a_join_gives(rows, data):
    exchanges = pl.DataFrame([(at, *row) for at, row in enumerate(rows)], schema=SCHEMA, orient="row")
    chosen = data.draw(st.lists(st.sampled_from(range(len(rows))), unique=True)) if rows else []
    failing = exchanges.filter(pl.col("row").is_in(chosen))
    endpoints = Endpoints(exchanges)
    assert endpoints.of(failing).equals(on_endpoints(exchanges, failing))
    assert endpoints.of(failing).equals(on_endpoints(exchanges, failing))  # asked again
