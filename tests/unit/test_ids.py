"""A pasted id is found in whatever form it comes, or refused with what comes near."""

from __future__ import annotations

import polars as pl
import pytest

from analyzer.diagnose.ids import find, forms_of, ids_of
from analyzer.schema import EVENTS

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
UUID = "F47AC10B-58CC-4372-A567-0E02B2C3D479"
ROOT = "1-67891233-abcdef012345678912345678"
ROWS = [
    {"source": "a.log", "line": 1, "request_id": UUID},
    {"source": "a.log", "line": 2, "request_id": "f47ac10b00000000"},
    {"source": "a.log", "line": 3, "trace_id": TRACE},
    {"source": "b.har", "line": 0, "edge_id": "7d3f1c2b4a5e6f70-FRA", "trace_id": TRACE},
    {"source": "c.log", "line": 9, "trace_id": ROOT, "request_id": "req-42"},
    {"source": "c.log", "line": 10, "edge_id": "Wr4pXg_-q9==", "span_id": "00f067aa0ba902b7"},
]
IDS = ids_of(
    pl.DataFrame(ROWS, schema={name: EVENTS[name] for name in ("source", "line", "request_id", "trace_id", "edge_id", "span_id")})
)  # fmt: skip


def places(asked):
    return [f"{source}:{line}" for source, line in find(asked, IDS).rows.iter_rows()]


@pytest.mark.parametrize(
    ("asked", "lines"),
    [
        (UUID, ["a.log:1"]),
        ("f47ac10b58cc4372a5670e02b2c3d479", ["a.log:1"]),
        (f'  "{UUID.lower()}", ', ["a.log:1"]),
        (f"X-Request-Id: {UUID}", ["a.log:1"]),
        (f"rid={UUID}", ["a.log:1"]),
        (f'"request_id": "{UUID}",', ["a.log:1"]),
        ("req-42", ["c.log:9"]),
        (f"00-{TRACE}-00f067aa0ba902b7-01", ["a.log:3", "b.har:0"]),
        (f"traceparent: 00-{TRACE.upper()}-00f067aa0ba902b7-01", ["a.log:3", "b.har:0"]),
        (f"{TRACE}-00f067aa0ba902b7-1", ["a.log:3", "b.har:0"]),
        (f"{TRACE}:00f067aa0ba902b7:0:1", ["a.log:3", "b.har:0"]),
        (f"{TRACE}/123;o=1", ["a.log:3", "b.har:0"]),
        ("7d3f1c2b4a5e6f70", ["b.har:0"]),
        ("CF-Ray: 7d3f1c2b4a5e6f70-FRA", ["b.har:0"]),
        (ROOT, ["c.log:9"]),
        (f"Self=1-67891234-12456789abcdef012345678;Root={ROOT}", ["c.log:9"]),
        (f"X-Amzn-Trace-Id: Root={ROOT};Parent=53995c3f42cd8ad8;Sampled=1", ["c.log:9"]),
        ("67891233abcdef012345678912345678", ["c.log:9"]),
        ("x-amz-cf-id: Wr4pXg_-q9==", ["c.log:10"]),
        ("00f067aa0ba902b7", ["c.log:10"]),
        ("7d3f1c2b", ["b.har:0"]),
        ("4BF92F35-77B3", ["a.log:3", "b.har:0"]),
    ],
)
def test_the_id_is_found_in_each_form(asked, lines):
    """Case, dashes, quotes, names of headers and keys, whole headers, the data centre, a beginning."""
    assert places(asked) == lines


def test_what_was_meant_is_named_as_it_is_written():
    """Vendors want the id verbatim."""
    found = find(UUID.lower(), IDS)
    assert (found.ids, found.by_prefix) == ((("request_id", UUID),), False)
    assert find("4bf92f35", IDS).ids == (("trace_id", TRACE),)
    assert find("4bf92f35", IDS).by_prefix


def test_a_beginning_that_fits_several_lists_them():
    """Eight characters that two ids share are not enough."""
    found = find("f47ac10b", IDS)
    assert (found.rows.height, found.by_prefix, found.candidates) == (0, True, ("f47ac10b00000000", UUID))


@pytest.mark.parametrize(
    ("asked", "near"),
    [("f47ac1ff", ("f47ac10b00000000", UUID)), ("4bf92f3577b34da6ffffffff", (TRACE,)), ("zzz", ()),
     ("2f3577b34da6a3ce", (TRACE,)), ("f47", ())],
)  # fmt: skip
def test_an_unknown_id_names_what_comes_near(asked, near):
    """The longest common beginning counts, four characters or more; else what holds it."""
    found = find(asked, IDS)
    assert (found.rows.height, found.by_prefix, found.candidates) == (0, False, near)


@pytest.mark.parametrize("asked", ["", "  ", "''", ":", "=;-"])
def test_nothing_is_no_id(asked):
    """Without an id nothing is found, and nothing fails."""
    assert places(asked) == []


def test_forms_are_few_and_the_most_literal_comes_first():
    """An id is not taken for more than it can mean."""
    assert forms_of("req-42") == ("req42",)
    assert forms_of("<b>1</b>") == ("<b>1</b>", "b>1</b")
    assert forms_of(TRACE) == (TRACE, f"1{TRACE}")
