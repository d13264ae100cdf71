"""Facts about paths: a route close to one that works, and clients that try what nobody else asks for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer import schema
from analyzer.facts import add_facts
from analyzer.facts.near_route import distance, is_near


def facts(*rows: dict) -> pl.DataFrame:
    full = [
        {"source": "access.log", "line": line, "kind": "request", "method": "GET", "host": "shop.example",
         "client_ip": "10.0.0.1", "route": row["path"], **row}
        for line, row in enumerate(rows, 1)
    ]  # fmt: skip
    names = sorted({name for row in full for name in row})
    frame = pl.DataFrame([{name: row.get(name) for name in names} for row in full],
                         schema={name: schema.EVENTS[name] for name in names})  # fmt: skip
    return add_facts(schema.conform(frame))


# -- near_route


@pytest.mark.parametrize(
    ("lost", "served"),
    [
        ("/api/order", "/api/orders"),
        ("/api/category/{id}", "/api/categories/{id}"),
        ("/api/v2/orders", "/api/v1/orders"),
        ("/API/Orders", "/api/orders"),
        ("/api/orders/", "/api/orders"),
        ("/api//orders", "/api/orders"),
        ("/api/api/orders", "/api/orders"),
        ("/orders/{id}/items", "/api/orders/{id}/items"),
        ("/api/oders", "/api/orders"),
        ("/api/ordres", "/api/orders"),
        ("/api/order-items", "/api/order_items"),
        ("/api/orders%20", "/api/orders"),
    ],
)
def test_a_slip_in_one_segment_is_near(lost, served):
    """Plural, version, letter case, slashes, a prefix, one or two letters, a blank at the end."""
    found = facts({"path": served, "status": 200}, {"path": lost, "status": 404})
    assert found["near_route"].to_list() == [None, served]


@pytest.mark.parametrize(
    ("lost", "served"),
    [
        ("/api/users", "/api/orders"),
        ("/api/orders/export", "/api/orders"),
        ("/api", "/api/orders"),
        ("/img/photo12.jpg", "/img/photo13.jpg"),
        ("/api/{id}", "/api/orders"),
        ("/x/{id}", "/{id}"),
        ("/a", "/b"),
        ("/", "/orders"),
        ("/api/order/item", "/api/orders/items"),
        ("/get", "/set"),
    ],
)
def test_another_place_is_not_near(lost, served):
    """Other words, what lies below or above, another number, and two slips at once."""
    found = facts({"path": served, "status": 200}, {"path": lost, "status": 404})
    assert found["near_route"].to_list() == [None, None]


def test_a_route_that_works_for_others_has_no_near_one():
    """A deleted object is missing, not misspelt."""
    rows = [
        {"path": "/api/orders", "status": 200},
        {"path": "/api/order", "status": 200},
        {"path": "/api/order", "status": 404},
    ]
    assert facts(*rows)["near_route"].to_list() == [None, None, None]


def test_a_near_route_is_of_the_same_host_and_was_served():
    """What another host serves, and what was redirected or refused, proves nothing."""
    others = [
        {"path": "/api/orders", "status": 200, "host": "other.example"},
        {"path": "/api/orders", "status": 301},
        {"path": "/api/orders", "status": 401},
    ]
    assert facts(*others, {"path": "/api/order", "status": 404})["near_route"].to_list() == [None] * 4


def test_the_most_used_of_several_near_routes_is_named():
    """Three requests to one of them, one to the other."""
    rows = [{"path": "/api/borders", "status": 200}, *[{"path": "/api/orders", "status": 200}] * 3]
    assert facts(*rows, {"path": "/api/rorders", "status": 404})["near_route"][-1] == "/api/orders"


def test_only_what_was_not_found_has_a_near_route():
    """A server error on a misspelt path is a server error; logs without hosts have a host of their own."""
    rows = [
        {"path": "/api/orders", "status": 200, "host": None},
        {"path": "/api/order", "status": 404, "host": None},
        {"path": "/api/order", "status": 500, "host": None},
        {"path": "/api/order", "status": 410, "host": None},
    ]
    assert facts(*rows)["near_route"].to_list() == [None, "/api/orders", None, "/api/orders"]


@pytest.mark.parametrize(
    ("one", "other", "letters"),
    [
        ("", "", 0),
        ("a", "", 1),
        ("order", "orders", 1),
        ("ordres", "orders", 1),
        ("kitten", "sitting", 3),
        ("ca", "abc", 3),
    ],
)
def test_distance_counts_letters(one, other, letters):
    """The examples of the literature: kitten and sitting; ca and abc, where a swap may not be edited again.

    What is more than asked for is one more.
    """
    assert distance(one, other, 9) == letters
    assert distance(one, other, 1) == min(letters, 2)


PARTS = st.lists(st.sampled_from(["", "a", "api", "order", "orders", "v1", "v2", "{id}"]), min_size=1, max_size=4)


@given(PARTS, PARTS)
def test_near_is_symmetric(one, other):
    """Which of the two was served makes no difference."""
    assert is_near(one, other) == is_near(other, one)


# -- probing


def test_ten_paths_that_nobody_else_asks_for_are_probing():
    """The tenth path makes it; the client's served request is none."""
    tried = [{"path": f"/old{number}.php", "status": 404} for number in range(10)]
    found = facts(*tried, {"path": "/", "status": 200})
    assert found["probing"].to_list() == [True] * 10 + [False]
    assert facts(*tried[:9])["probing"].to_list() == [False] * 9


def test_what_others_ask_for_too_is_no_probing():
    """After a broken deployment everybody misses the same files."""
    missed = [{"path": f"/assets/{number}.js", "status": 404, "client_ip": f"10.0.0.{client}"}
              for number in range(20) for client in (1, 2)]  # fmt: skip
    assert not facts(*missed)["probing"].any()


def test_what_is_served_to_somebody_is_no_probing():
    """A client that looks for deleted orders asks for paths that exist for others, or once did."""
    rows = [{"path": f"/orders/{number}", "status": status} for number in range(20) for status in (200, 404)]
    assert not facts(*rows)["probing"].any()


def test_server_errors_and_unknown_clients_are_no_probing():
    """A 500 is no refusal; where no client is known, nothing can be told."""
    assert not facts(*[{"path": f"/p{number}", "status": 500} for number in range(20)])["probing"].any()
    unknown = [{"path": f"/p{number}", "status": 404, "client_ip": None} for number in range(20)]
    assert facts(*unknown)["probing"].to_list() == [None] * 20


# -- served_before, deleted_before


@pytest.mark.parametrize(
    ("before", "served", "deleted"),
    [
        ([{"status": 200}], True, False),
        ([{"status": 304}], True, False),
        ([{"status": 201, "method": "PUT"}], True, False),
        ([{"status": 404}], False, False),
        ([{"status": 500}], False, False),
        ([{"status": 204, "method": "OPTIONS"}], False, False),
        ([{"status": 200}, {"status": 204, "method": "DELETE"}], True, True),
        ([{"status": 204, "method": "DELETE"}], True, True),
        ([{"status": 403, "method": "DELETE"}, {"status": 200}], True, False),
        ([{"status": 204, "method": "DELETE"}, {"status": 201, "method": "PUT"}], True, False),
        ([{"status": 200, "host": "other.example"}], False, False),
    ],
)
def test_what_was_there_before_and_is_not_found(before, served, deleted):
    """A success on the same host and path; a DELETE counts until somebody makes it anew (RFC 9110, 9.3.5)."""
    start = datetime(2026, 3, 1, tzinfo=UTC)
    rows = [*({"path": "/a/1", **row} for row in before), {"path": "/a/1", "status": 404}]
    found = facts(*({"timestamp": start + timedelta(seconds=second), **row} for second, row in enumerate(rows)))
    assert found.select("served_before", "deleted_before").row(-1) == (served, deleted)
    told = found["status"].is_in([404, 410])
    assert found.filter(~told)["served_before"].null_count() == (~told).sum()


def test_a_success_afterwards_is_none_before():
    """Only what lies before the 404 counts, whoever asked."""
    start = datetime(2026, 3, 1, tzinfo=UTC)
    rows = [{"path": "/a/1", "status": 404}, {"path": "/a/1", "status": 200}, {"path": "/a/1", "status": 410}]
    found = facts(*({"timestamp": start + timedelta(seconds=second), **row} for second, row in enumerate(rows)))
    assert found["served_before"].to_list() == [False, None, True]
