"""Each request finds the partner that a person would name: retries, gaps, other hosts, other order."""

from __future__ import annotations

from compare_cases import capture, entry

from analyzer.diagnose.comparison._pairing import Pairing, pair_up


def paired(good, bad, **more) -> Pairing:
    return pair_up(capture(good, "good.har"), capture(bad, "bad.har"), **more)


def places(pairing: Pairing) -> list[tuple[int | None, int | None]]:
    """Gives entries that are partners, then those without one."""
    found: list[tuple[int | None, int | None]] = [(pair.good.ref.entry, pair.bad.ref.entry) for pair in pairing.pairs]
    found += [(exchange.ref.entry, None) for exchange in pairing.missing]
    return [*found, *((None, exchange.ref.entry) for exchange in pairing.extra)]


def test_requests_in_another_order_still_find_each_other():
    """A browser sends what a page needs in any order."""
    good = [entry("/a", at=1), entry("/b", at=2), entry("/c", at=3)]
    bad = [entry("/c", at=1), entry("/a", at=2), entry("/b", at=3)]
    assert places(paired(good, bad)) == [(0, 1), (1, 2), (2, 0)]


def test_the_order_is_that_of_time_not_of_the_file():
    """Entries that stand in the wrong order pair by their start."""
    good = [entry("/a/1", at=2), entry("/a/2", at=1)]
    bad = [entry("/a/3", at=1), entry("/a/4", at=2)]
    assert places(paired(good, bad)) == [(1, 0), (0, 1)]


def test_ids_of_one_route_pair_by_their_address_first():
    """/orders/7 is the partner of /orders/7, whichever came first; the others follow in their order."""
    good = [entry("/orders/7", at=1), entry("/orders/8", at=2), entry("/orders/9", at=3)]
    bad = [entry("/orders/11", at=1), entry("/orders/8", at=2), entry("/orders/7", at=3)]
    assert places(paired(good, bad)) == [(0, 2), (1, 1), (2, 0)]


def test_a_retry_is_the_extra_one_and_what_worked_pairs_with_what_worked():
    """503, 503, 200 against 200."""
    bad = [entry("/pay", 503, at=1), entry("/pay", 503, at=2), entry("/pay", at=3)]
    assert places(paired([entry("/pay", at=1)], bad)) == [(0, 2), (None, 0), (None, 1)]


def test_a_gap_is_where_the_neighbours_say():
    """Three polls, of which the one between /b and /c is missing."""
    good = [entry("/p", at=1), entry("/b", at=2), entry("/p", at=3), entry("/c", at=4), entry("/p", at=5)]
    bad = [entry("/p", at=1), entry("/b", at=2), entry("/c", at=4), entry("/p", at=5)]
    assert places(paired(good, bad)) == [(0, 0), (1, 1), (3, 2), (4, 3), (2, None)]


def test_other_methods_hosts_and_routes_are_no_partners():
    """A POST is not the GET of the same address."""
    pairing = paired([entry("/a"), entry("/b")], [entry("/a", method="POST"), entry("/c")])
    assert pairing.pairs == ()
    assert len(pairing.missing) == len(pairing.extra) == 2


def test_the_build_in_the_name_of_a_file_is_no_part_of_its_route():
    """A release renames its scripts."""
    assert len(paired([entry("/app.3f2a91bc.js")], [entry("/app.00aa91bc.js")]).pairs) == 1
    assert len(paired([entry("/carousel.js")], [entry("/settings.js")]).pairs) == 0


def test_staging_stands_for_production():
    """Hosts of one capture only, with the same routes, are one; a host of both stays itself."""
    staging, production, shared = "https://s.other.example", "https://p.test", "https://cdn.test"
    good = [entry("/a", host=staging), entry("/b", host=staging), entry("/x", host=shared)]
    bad = [entry("/a", host=production), entry("/b", host=production), entry("/x", host=shared)]
    pairing = paired(good, bad)
    assert [(match.good, match.bad, match.routes) for match in pairing.hosts] == [("s.other.example", "p.test", 2)]
    assert len(pairing.pairs) == 3


def test_strangers_that_share_only_the_start_page_are_not_one_host():
    """Two trackers asked for / are not the same."""
    good = [entry("/", host="https://one.example"), entry("/x", host="https://c.test")]
    bad = [entry("/", host="https://two.test"), entry("/x", host="https://c.test")]
    assert paired(good, bad).hosts == ()


def test_a_route_asked_too_often_pairs_by_order_and_says_so():
    """The steps are bounded: 30 times 29 is more than 500."""
    good, bad = ([entry("/p", at=second) for second in range(count)] for count in (30, 29))
    pairing = paired(good, bad, most_steps=500)
    assert pairing.by_order == 29
    assert places(pairing) == [*((number, number) for number in range(29)), (29, None)]
    assert paired(good, bad).by_order == 0


def test_small_routes_are_looked_at_before_a_large_one_uses_up_the_steps():
    """The retry is still found beside the poll."""
    good = [*(entry("/p", at=second) for second in range(30)), entry("/pay", at=40)]
    bad = [*(entry("/p", at=second) for second in range(29)), entry("/pay", 503, at=40), entry("/pay", at=41)]
    pairing = paired(good, bad, most_steps=500)
    assert (30, 30) in places(pairing)
