"""Exchanges that are kept stand for all: sums of their weights are exact wherever rules and reports count."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import md5

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.pipeline._thin import _level, thin
from analyzer.schema import conform

BEGAN = datetime(2026, 3, 2, tzinfo=UTC)
COUNTED_BY = ["bucket", "status", "method", "host", "route", "server_behind", "noise", "source"]


def exchanges(rows):
    """Gives exchanges of (second, status, route, client)."""
    frame = pl.DataFrame(
        [
            {
                "timestamp": BEGAN + timedelta(seconds=second), "status": status, "route": route, "client": client,
                "method": "GET", "host": "shop.test", "source": "a.log", "kind": "request",
            }
            for second, status, route, client in rows
        ],
    )  # fmt: skip
    client = frame["client"]
    return conform(frame).with_columns(
        row=pl.int_range(pl.len(), dtype=pl.UInt32), client=client, weight=pl.lit(1, pl.Int64),
        has_browser=pl.lit(value=False), noise=pl.lit(None, pl.String), server_behind=pl.lit(None, pl.String),
        answer_fault=pl.lit(None, pl.String),
    )  # fmt: skip


def nothing(frame):
    return pl.repeat(False, frame.height, dtype=pl.Boolean, eager=True)


def by_stratum(frame, number):
    bucket = (pl.col("timestamp").dt.epoch("s") // 60).alias("bucket")
    counted = frame.with_columns(bucket).group_by(COUNTED_BY).agg(number=number)
    return counted.sort(COUNTED_BY, nulls_last=True)


rows_of_exchanges = st.lists(
    st.tuples(
        st.integers(0, 240),
        st.sampled_from([200, 200, 200, 204, 404, 500]),
        st.sampled_from(["/a", "/b/{id}"]),
        st.sampled_from(["10.0.0.1", "10.0.0.2", "10.0.0.3", None]),
    ),
    min_size=1,
    max_size=300,
)


@given(rows_of_exchanges, st.integers(150, 250))
def test_weights_add_up_in_every_stratum(rows, budget):
    frame = exchanges(rows)
    kept = thin(frame, nothing(frame), budget, 60).exchanges
    assert by_stratum(kept, pl.col("weight").sum()).equals(by_stratum(frame, pl.len().cast(pl.Int64)))
    assert kept["weight"].min() >= 1
    assert kept["row"].is_sorted()
    assert kept.drop("weight", "own", "client_share").equals(
        frame.drop("weight").filter(pl.col("row").is_in(kept["row"].implode()))
    )


@given(rows_of_exchanges, st.integers(1, 40))
@settings(max_examples=50)
def test_however_small_the_budget_the_total_is_kept(rows, budget):
    frame = exchanges(rows)
    kept = thin(frame, nothing(frame), budget, 60).exchanges
    assert kept["weight"].sum() == frame.height
    assert kept.height <= max(budget, 4)  # a failing and a working exchange of each source stay at least


def test_what_failed_stays_whole_while_there_is_room():
    frame = exchanges(
        [(second, 500 if second % 50 == 0 else 200, "/a", f"10.0.{second % 7}.1") for second in range(1000)]
    )
    kept = thin(frame, nothing(frame), 300, 60).exchanges
    assert kept.filter(pl.col("status") == 500)["weight"].to_list() == [1] * 20
    assert kept.height <= 300


def test_what_a_rule_matched_stays_like_what_failed():
    frame = exchanges([(second, 200, "/a", "10.0.0.1") for second in range(1000)])
    matched = frame["row"].is_in([5, 600, 601])
    kept = thin(frame, matched, 100, 60).exchanges
    assert kept.filter(pl.col("row").is_in([5, 600, 601]))["weight"].to_list() == [1, 1, 1]


def test_a_rare_stratum_stays_whole_beside_a_large_one():
    frame = exchanges([(0, 200, "/a", str(number)) for number in range(990)] + [(0, 204, "/rare", "x")] * 10)
    kept = thin(frame, nothing(frame), 100, 60).exchanges
    assert kept.filter(pl.col("status") == 204)["weight"].to_list() == [1] * 10
    large = kept.filter(pl.col("status") == 200)["weight"]
    assert (len(large), large.sum(), large.max() - large.min()) == (90, 990, 0)


def test_frames_that_fit_are_given_back_as_they_are():
    frame = exchanges([(0, 200, "/a", "x")] * 10)
    kept = thin(frame, nothing(frame), 10, 60).exchanges
    assert kept.drop("own", "client_share").equals(frame)
    assert kept["client_share"].to_list() == [1] * 10


def failures(counts):
    """Gives failing exchanges of one minute: so many of each client, none beside its others."""
    clients = [client for client, count in counts.items() for _ in range(count)]
    return exchanges([(number % 60, 503, "/a", client) for number, client in enumerate(sorted(clients, key=hash_of))])


def hash_of(client):
    return md5(client.encode()).hexdigest()


def test_what_each_client_sent_is_exact_where_there_is_room_for_all_clients():
    """An attacker among many, and a few clients that retry without end: neither their number nor theirs is lost."""
    for counts in ({"a": 600, "b": 200, "c": 100, "d": 60, "e": 40}, {f"c{n}": 1 for n in range(90)} | {"x": 910}):
        frame = failures(counts)
        kept = thin(frame, nothing(frame), 100, 60).exchanges
        assert kept.height == 100
        found = kept.group_by("client").agg(pl.col("weight", "own").sum(), pl.col("client_share").min())
        assert dict(found.select("client", "weight").iter_rows()) == counts
        assert dict(found.select("client", "own").iter_rows()) == counts
        assert set(found["client_share"]) == {1}


def test_what_stays_lies_anywhere_in_its_stretch_of_time():
    """Each client fails once in each second of a minute, in the last of which they are half as many again."""
    seconds = [*range(60), *range(30, 60)]
    frame = exchanges([(second, 503, "/a", f"10.0.0.{client}") for client in range(100) for second in seconds])
    kept = thin(frame, nothing(frame), 1_000, 60).exchanges
    counts = kept.group_by(late=pl.col("timestamp").dt.second() >= 30).agg(pl.col("weight").sum())
    assert dict(counts.iter_rows())[True] == pytest.approx(6_000, rel=0.1)
    assert (kept["timestamp"].dt.second().min(), kept["timestamp"].dt.second().max()) == (0, 59)


def test_of_heavy_and_light_clients_both_are_known():
    """Thirty clients sent 900 requests each and a thousand one each; of 1,030 clients 200 keep a row."""
    frame = failures({f"heavy-{n}": 900 for n in range(30)} | {f"light-{n}": 1 for n in range(1_000)})
    kept = thin(frame, nothing(frame), 200, 60).exchanges
    found = kept.group_by("client").agg(pl.col("own", "weight").sum(), share=pl.col("client_share").max())
    heavy = found.filter(pl.col("client").str.starts_with("heavy"))
    assert set(heavy["own"]) == {900}
    assert heavy.height == 30
    assert set(found.filter(~pl.col("client").str.starts_with("heavy"))["own"]) == {1}
    assert (1 / found["share"]).sum() == pytest.approx(1_030, rel=0.25)
    assert kept["weight"].sum() == 28_000


def test_of_too_many_clients_it_is_known_how_large_a_part_was_kept():
    """Of 20,000 clients that sent two requests each 1,000 are kept, and their share tells how many there are."""
    frame = failures({f"10.{n // 256}.{n % 256}": 2 for n in range(20_000)})
    kept = thin(frame, nothing(frame), 1_000, 60).exchanges
    assert kept["client"].n_unique() == kept.height == 1_000
    assert kept["weight"].sum() == 40_000
    assert set(kept["weight"]) == {40}
    assert set(kept["own"]) == {2}
    estimate = (1 / kept["client_share"]).sum()
    assert estimate == pytest.approx(20_000, rel=0.1)  # three times 1 / sqrt(1,000)


def test_the_same_clients_stay_in_every_stretch_of_time():
    rows = [(second, 200, "/a", f"10.0.0.{client}") for second in (0, 100, 200) for client in range(100)]
    frame = exchanges(rows)
    kept = thin(frame, nothing(frame), 30, 60).exchanges.with_columns(pl.col("timestamp").dt.epoch("s") // 60)
    clients = [set(part["client"]) for part in kept.partition_by("timestamp")]
    assert len(clients) == 3
    assert clients[0] == clients[1] == clients[2]


@pytest.mark.parametrize(
    ("sizes", "budget", "level"),
    [
        ([10, 10, 10], 30, 10),
        ([1, 10, 100], 31, 20),
        ([5, 5, 5], 3, 1),
        ([5, 5, 5], 1, 1),
        ([2, 50, 50], 42, 20),
        ([7], 100, 7),
    ],
)
def test_the_level_to_which_strata_are_filled(sizes, budget, level):
    # [1, 10, 100] with 31: 1 + 10 leave 20 for the third.
    assert _level(pl.Series(sizes, dtype=pl.Int64), budget) == level


def test_it_says_by_what_the_numbers_are_exact():
    frame = exchanges([(second, 200, f"/{second}", "x") for second in range(1000)])
    assert "route" in thin(frame, nothing(frame), 1000, 60).exact
    few = thin(frame, nothing(frame), 40, 60)  # 17 minutes, and a route of its own for each exchange
    assert {"source", "stretch of time", "status", "method", "host"} <= few.exact
    assert "route" not in few.exact
    assert few.exchanges["weight"].sum() == 1000
