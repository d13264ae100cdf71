"""An incident's numbers, against counts by hand."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest
from events_by_hand import START, frame, row

from analyzer.diagnose import _counts as counts
from analyzer.model import Bucket, ClientCount, Clients, Ratio


def window(*rows):
    """Each row is seconds, client, whether it fails, and other values."""
    built = []
    for seconds, _, fails, *more in rows:
        values = {"status": 500 if fails else 200, **(more[0] if more else {})}
        built.append(row("access", seconds, **values))
    return frame(*built).with_columns(
        client=pl.Series([client for _, client, *_ in rows], dtype=pl.String),
        failing=pl.Series([fails for _, _, fails, *_ in rows], dtype=pl.Boolean),
        has_browser=pl.lit(value=False),
    )


# -- endpoints and clients


def test_exchanges_of_the_same_method_and_route_count():
    """An absent route is a route of its own; order is kept."""
    exchanges = frame(
        row("access", 0, route="/a"), row("access", 1, route="/a", method="POST"), row("access", 2, route="/b"),
        row("access", 3, route=None, method=None), row("access", 4, route="/a"),
    )  # fmt: skip
    failing = exchanges.filter(pl.col("line").is_in([1, 4]))
    assert counts.on_endpoints(exchanges, failing)["line"].to_list() == [1, 4, 5]


def test_clients_are_counted_affected_on_the_endpoints_and_in_all():
    """Of four clients three used the endpoints and two failed; most failures first, then most requests, then name."""
    used = window((0, "c", True), (1, "c", True), (2, "a", True), (3, "a", False), (4, "b", False), (5, None, True))
    everyone = pl.concat([used, window((9, "d", False))])
    assert counts.count_clients(counts.clients_among(everyone), used) == Clients(
        2, 3, 4, "some", (ClientCount("c", 2, 2, "user"), ClientCount("a", 1, 2, "user"))
    )
    tie = window((0, "b", True), (1, "a", True), (2, "c", True), (3, "c", False))
    assert [item.client for item in counts.count_clients(counts.clients_among(tie), tie).top] == ["c", "a", "b"]


@pytest.mark.parametrize(
    ("rows", "scope"),
    [
        ([("a", True), ("b", False)], "one"),
        ([("a", True)], "one"),
        ([("a", True), ("b", True)], "all"),
        ([("a", True), ("b", True), ("c", False)], "some"),
        ([(None, True)], "some"),
    ],
)
def test_scope(rows, scope):
    """One: exactly one affected, also if nobody else was there; all: every one of several; some: else."""
    found = window(*((second, *values) for second, values in enumerate(rows)))
    assert counts.count_clients(counts.clients_among(found), found).scope == scope


def test_a_client_that_worked_at_the_edge_only_makes_no_fault_partial():
    """Ten fail from 0.5 to 9.5 s; one whose only request was the last in time did not meet the fault."""
    ten = [(second + 0.5, f"c{second}", True) for second in range(10)]
    found = window(*ten, (9.6, "late", False))
    assert (
        counts.count_clients(counts.clients_among(found), found).scope,
        counts.count_clients(counts.clients_among(found), found).on_endpoints,
    ) == ("all", 10)
    meanwhile = window(*ten, (5.6, "amid", False))
    assert counts.count_clients(counts.clients_among(meanwhile), meanwhile).scope == "some"
    two = window(*ten, (9.6, "late", False), (9.7, "later", False))
    assert counts.count_clients(counts.clients_among(two), two).scope == "some"


def test_ten_clients_are_named_and_all_are_counted():
    """The list is cut, the number is not."""
    found = window(*((second, f"c{second:02}", True) for second in range(11)))
    clients = counts.count_clients(counts.clients_among(found), found)
    assert (clients.affected, len(clients.top), clients.top[-1].client) == (11, 10, "c09")


def test_a_client_is_a_user_an_address_or_a_capture():
    """The name is an address's where one of the requests came from it; a browser of which nobody knows is a file."""
    used = window(
        (0, "ann", True, {"user": "ann", "client_ip": "192.0.2.1"}), (1, "192.0.2.2", True, {"client_ip": "192.0.2.2"}),
        (2, "bob", True, {"client_ip": "192.0.2.3"}), (3, "a.har", True),
    ).with_columns(has_browser=pl.col("client") == "a.har")  # fmt: skip
    found = {item.client: item.identity for item in counts.count_clients(counts.clients_among(used), used).top}
    assert found == {"ann": "user", "192.0.2.2": "address", "bob": "user", "a.har": "capture"}


def test_records_without_a_request_are_nobodys():
    """A client that only an application record names used no endpoint."""
    used = window((0, "a", True))
    others = window((1, "x", False)).with_columns(method=pl.lit(None, dtype=pl.String))
    assert counts.count_clients(counts.clients_among(pl.concat([used, others])), used).total == 1


# -- pattern


def test_a_client_that_works_between_its_failures_is_intermittent():
    """Failure, success, failure."""
    ms = 0.5  # more than half of the failures carry fractions, so that no second is left out
    assert counts.pattern_of(window((ms, "a", True), (1 + ms, "a", False), (2 + ms, "a", True))) == "intermittent"
    assert counts.pattern_of(window((ms, "a", True), (1 + ms, "a", True), (2 + ms, "a", False))) == "constant"
    assert counts.pattern_of(window((ms, "a", False), (1 + ms, "a", True), (2 + ms, "a", True))) == "constant"


def test_a_success_of_somebody_else_says_nothing():
    """The pattern is that of the affected clients."""
    assert counts.pattern_of(window((0.5, "a", True), (1.5, "b", False), (2.5, "a", True))) == "constant"


def test_a_single_failure_between_successes_is_intermittent():
    """One before is not enough, one after neither."""
    assert counts.pattern_of(window((0.5, "a", False), (1.5, "a", True), (2.5, "a", False))) == "intermittent"
    assert counts.pattern_of(window((0.5, "a", False), (1.5, "a", True))) == "constant"
    assert counts.pattern_of(window((1.5, "a", True), (2.5, "a", False))) == "constant"


def test_one_client_in_ten_is_enough():
    """Ten affected, one of them mixed: intermittent; eleven affected: constant."""
    mixed = [(0.5, "m", True), (1.5, "m", False), (2.5, "m", True)]
    nine = [(0.5, f"c{number}", True) for number in range(9)]
    assert counts.pattern_of(window(*mixed, *nine)) == "intermittent"
    assert counts.pattern_of(window(*mixed, *nine, (0.5, "c9", True))) == "constant"


def test_half_of_the_clients_that_work_meanwhile_are_no_edge():
    """Tokens run out one by one: of four clients two still worked after the first failure; of five it is no half."""
    rows = [
        (0.5, "a", True),
        (1.5, "b", False),
        (2.5, "b", True),
        (3.5, "c", False),
        (4.5, "c", True),
        (5.5, "d", True),
    ]
    assert counts.pattern_of(window(*rows)) == "intermittent"
    assert counts.pattern_of(window(*rows, (5.6, "e", True))) == "constant"


def test_whole_seconds_hide_what_came_first():
    """Within a second of the first or last failure the order of a log in whole seconds is unknown."""
    assert counts.pattern_of(window((0, "a", True), (1, "a", False), (2, "a", True))) == "constant"
    assert counts.pattern_of(window((0, "a", True), (2, "a", False), (4, "a", True))) == "intermittent"
    assert counts.pattern_of(window((2, "a", False), (3, "a", True), (4, "a", False))) == "constant"
    assert counts.pattern_of(window((1, "a", False), (3, "a", True), (5, "a", False))) == "intermittent"


@pytest.mark.parametrize("values", [{"status": 404}, {"status": None}, {"status": 200, "error": "net::ERR_FAILED"}])
def test_only_an_answer_without_an_error_is_a_success(values):
    """Another failure between two failures is no recovery."""
    assert counts.pattern_of(window((0.5, "a", True), (1.5, "a", False, values), (2.5, "a", True))) == "constant"
    answered = window((0.5, "a", True), (1.5, "a", False, {"status": 304}), (2.5, "a", True))
    assert counts.pattern_of(answered) == "intermittent"


def test_unknown_clients_have_no_pattern():
    """Nobody can say whether the same one worked."""
    assert counts.pattern_of(window((0.5, None, True), (1.5, None, False), (2.5, None, True))) is None


# -- rates and buckets


def test_the_ratio_of_the_failure_rates_has_its_interval():
    """10 of 10 against 10 of 10 is 1, times e to the power of ±1.96·√(2/10.5) = ±0.8554."""
    assert counts.rate_ratio(10, 10, 10, 10) == Ratio(1.0, 0.425, 2.352)


def test_a_ratio_against_nothing_failed_is_finite():
    """(9+½)/(9+1) over (0+½)/(99+1) = 0.95/0.005 = 190; √(1/9.5 + 1/0.5)·1.96 = 2.8439, e to it 17.18."""
    found = counts.rate_ratio(9, 9, 0, 99)
    assert found.value == 190.0
    assert found.low == pytest.approx(11.06, abs=0.01)
    assert found.high == pytest.approx(3264.7, abs=0.5)


@pytest.mark.parametrize(("requests", "before"), [(0, 5), (5, 0), (0, 0)])
def test_without_requests_on_both_sides_there_is_no_ratio(requests, before):
    """Nothing is compared with nothing."""
    assert counts.rate_ratio(0, requests, 0, before) is None


@pytest.mark.parametrize(
    ("seconds", "width"),
    [(0, 1), (119, 1), (120, 2), (239, 2), (240, 5), (3600, 60), (7199, 60), (7200, 300), (86_400, 900), (120 * 86_400, 604_800)],
)  # fmt: skip
def test_buckets_are_as_wide_as_fewer_than_120_of_them_need(seconds, width):
    """1, 2, 5, 10, 30 s, 1, 5, 15, 30 min, 1, 3, 6 h, 1 d, then weeks."""
    assert counts.bucket_seconds(START, START + timedelta(seconds=seconds)) == width


@pytest.mark.parametrize("years", [3, 10, 56])
def test_a_single_line_of_another_decade_does_not_make_thousands_of_buckets(years):
    """A device that starts in 1970 is common; whole weeks, and fewer than 120 buckets."""
    span = timedelta(days=365 * years)
    width = counts.bucket_seconds(START - span, START)
    assert width % 604_800 == 0
    assert span.total_seconds() / width < 120


def test_without_times_a_bucket_is_a_minute():
    """There is nothing to draw, but a width must be given."""
    assert counts.bucket_seconds(None, START) == counts.bucket_seconds(START, None) == 60


def test_buckets_begin_at_multiples_and_empty_ones_are_given():
    """Requests at 0, 9.9, 10 and 35 s, two of them failures; a row without a time is in none."""
    rows = window(
        (0, "a", True), (9.9, "a", False), (10, "a", True), (35, "a", False), (0, "a", True, {"timestamp": None})
    )
    assert counts.count_buckets(rows, 10) == (
        Bucket(START, 2, 1),
        Bucket(START + timedelta(seconds=10), 1, 1),
        Bucket(START + timedelta(seconds=20), 0, 0),
        Bucket(START + timedelta(seconds=30), 1, 0),
    )


def test_a_thousand_buckets_are_filled_up_and_more_are_not():
    """Beyond that only buckets with requests are given."""
    assert len(counts.count_buckets(window((0, "a", True), (999, "a", True)), 1)) == 1000
    assert len(counts.count_buckets(window((0, "a", True), (1000, "a", True)), 1)) == 2


def test_nothing_gives_no_bucket():
    """An empty chart has no buckets."""
    assert counts.count_buckets(window((0, "a", True)).clear(), 10) == ()
