"""The most telling difference stands first, what is the same stands once, and each sentence names both captures."""

from __future__ import annotations

from compare_cases import compared, entry

from analyzer.report.comparison.words import headline, sentence

COOKIE = [("Cookie", "session=1")]


def tiers(comparison):
    return [row.tier for row in comparison.rows]


def test_failures_come_in_the_order_of_time_before_their_consequences():
    """A login that fails first stands before the 500 that follows, and pictures after both."""
    good = [entry("/login", at=1), entry("/orders", at=2), entry("/a.png", at=0), entry("/late", at=3)]
    bad = [entry("/login", 401, at=1), entry("/orders", 500, at=2), entry("/a.png", 404, at=0)]
    comparison = compared(good, bad)
    assert [(row.tier, row.route) for row in comparison.rows] == [
        ("failed", "/login"),
        ("failed", "/orders"),
        ("failed_aside", "/a.png"),
        ("missing_after", "/late"),
    ]
    assert comparison.failed == 3


def test_what_is_missing_before_the_first_failure_ranks_higher():
    """It may be why; what is missing later follows."""
    good = [entry("/first", at=1), entry("/call", at=2), entry("/second", at=3)]
    comparison = compared(good, [entry("/call", 500, at=2)])
    assert [(row.tier, row.route) for row in comparison.rows] == [
        ("failed", "/call"), ("missing", "/first"), ("missing_after", "/second"),
    ]  # fmt: skip
    assert sentence(comparison.rows[2], comparison).endswith("(after bad.har#0); after the first failure")


def test_the_first_failure_may_be_an_extra_request():
    """What GOOD sent after that moment is missing after the first failure."""
    good = [entry("/a", at=1), entry("/b", at=3)]
    bad = [entry("/a", at=1), entry("/new", 500, at=2)]
    assert tiers(compared(good, bad)) == ["failed_extra", "missing_after"]


def test_the_same_difference_is_one_row_with_a_count():
    """Forty requests without the cookie: one row, five examples, forty routes."""
    good = [entry(f"/r{chr(97 + n % 26)}{chr(97 + n // 26)}", at=n, sent=COOKIE) for n in range(40)]
    bad = [entry(f"/r{chr(97 + n % 26)}{chr(97 + n // 26)}", 401, at=n) for n in range(40)]
    comparison = compared(good, bad)
    assert [(row.tier, row.count, row.routes, len(row.examples)) for row in comparison.rows] == [("failed", 40, 40, 5)]
    assert headline(comparison) == (
        "GET /raa: 200 in good.har#0, 401 in bad.har#0; the BAD request was sent without Cookie session; "
        "the same on 39 more requests (40 routes in all)"
    )


def test_what_working_requests_have_too_explains_no_failure():
    """A proxy's header on all requests is no reason why one of them failed; it is a row of its own."""
    via = [("Via", "1.1 p")]
    good = [entry("/a", at=1), entry("/b", at=2)]
    bad = [entry("/a", 500, at=1, answered=via), entry("/b", at=2, answered=via)]
    comparison = compared(good, bad)
    assert headline(comparison) == "GET /a: 200 in good.har#0, 500 in bad.har#0"
    assert tiers(comparison) == ["failed", "on_failing"]
    only = compared(good, [bad[0], entry("/b", at=2)])
    assert headline(only) == "GET /a: 200 in good.har#0, 500 in bad.har#0; only the BAD answer has header via: `1.1 p`"
    assert tiers(only) == ["failed"]


def test_how_a_lost_cookie_was_set_stands_near():
    """The login's SameSite ranks with the failing requests, above other changes of requests that worked."""
    good = [
        entry("/other", at=0, answered=[("Vary", "a")]),
        entry("/login", at=1, answered=[("Set-Cookie", "session=1")]),
        entry("/me", at=2, sent=COOKIE),
    ]
    bad = [
        entry("/other", at=0, answered=[("Vary", "b")]),
        entry("/login", at=1, answered=[("Set-Cookie", "session=2; SameSite=Strict")]),
        entry("/me", 401, at=2),
    ]
    assert [(row.tier, row.route) for row in compared(good, bad).rows] == [
        ("failed", "/me"), ("on_failing", "/login"), ("changed", "/other"),
    ]  # fmt: skip


def test_much_slower_stands_above_headers_and_slower_below():
    """Eight seconds tell more than Vary; 300 ms tell less."""

    def pair(wait):
        good = [entry("/h", at=1, answered=[("Vary", "a")]), entry("/w", at=2, timings={"wait": 100}, time=100)]
        bad = [entry("/h", at=1, answered=[("Vary", "b")]), entry("/w", at=2, timings={"wait": wait}, time=wait)]
        return tiers(compared(good, bad))

    assert pair(8_000) == ["far_slower", "changed"]
    assert pair(400) == ["changed", "slower"]


def test_the_slowest_is_the_example():
    """Of many slower requests, the one with the greatest loss is named."""
    good = [entry(f"/{name}", at=n, timings={"wait": 10}, time=10) for n, name in enumerate("abc")]
    bad = [
        entry(f"/{name}", at=n, timings={"wait": wait}, time=wait)
        for n, (name, wait) in enumerate(zip("abc", (500, 900, 700), strict=True))
    ]
    row = compared(good, bad).rows[0]
    assert (row.route, row.count) == ("/b", 3)


def test_many_missing_requests_are_told_by_host():
    """Thirty routes that nobody asked for are one row a host."""
    good = [entry("/a"), *(entry(f"/x{chr(97 + n % 26)}{chr(97 + n // 26)}", at=n + 1) for n in range(30))]
    row = compared(good, [entry("/a")]).rows
    assert [(item.tier, item.count, item.routes) for item in row] == [("missing", 30, 30)]


def test_what_got_better_is_no_failure():
    """Failed in GOOD and worked in BAD."""
    comparison = compared([entry("/a", 500)], [entry("/a")])
    assert (tiers(comparison), comparison.failed) == (["fixed"], 0)


def test_a_failure_on_both_sides_with_another_status_is_told():
    """403 instead of 401."""
    comparison = compared([entry("/a", 401)], [entry("/a", 403)])
    assert (tiers(comparison), comparison.failed) == (["answered"], 0)


def test_an_error_in_the_body_of_a_200_is_a_failure():
    """As GraphQL answers."""
    body = {"mimeType": "application/json", "text": '{"errors": [{"message": "no", "extensions": {"code": "DENIED"}}]}'}
    comparison = compared([entry("/graphql")], [entry("/graphql", body=body)])
    assert comparison.failed == 1
    assert headline(comparison).startswith("GET /graphql: 200 in good.har#0, 200 with error DENIED in bad.har#0")


def test_a_failed_extra_attempt_counts_where_the_route_worked():
    """A retry that worked was still a failure first; a new route's failure is none of GOOD's."""
    assert compared([entry("/a", at=1)], [entry("/a", 503, at=1), entry("/a", at=2)]).failed == 1
    assert compared([entry("/a", at=1)], [entry("/a", at=1), entry("/b", 503, at=2)]).failed == 0


def test_nothing_differs():
    """Equal captures, and captures of which one is empty."""
    assert headline(compared([entry("/a")], [entry("/a")])) == (
        "No difference that tells: 1 of 1 request of GOOD has a partner in BAD."
    )
    assert compared([], []).rows == ()
    assert tiers(compared([entry("/a")], [])) == ["missing"]


def test_no_request_in_both_is_said_first():
    """Captures of two sites are no regression of each other."""
    comparison = compared([entry("/a")], [entry("/b", 500, host="https://b.test"), entry("/c", host="https://b.test")])
    assert headline(comparison) == (
        "No request is in both captures: GOOD has 1 request to a.test, BAD has 2 requests to b.test."
    )


def test_a_long_sentence_leaves_clauses_out_and_keeps_places():
    """Within 240 characters: values are cut first, then clauses, and how many differences are left out is said."""
    date = [("Date", "Mon, 02 Mar 2026 10:00:00 GMT")]
    challenge = [("WWW-Authenticate", f'Bearer realm="{"r" * 90}"'), ("Retry-After", "120"), *date]
    body = {"mimeType": "application/json", "text": '{"error": {"code": "E42", "message": "%s"}}' % ("m " * 70)}
    sent = [("Cookie", "session=1; theme=1"), ("X-Requested-With", "XMLHttpRequest"), ("Accept", "application/json")]
    good, bad = entry("/a?page=1", sent=sent), entry("/a?page=2", 401, answered=challenge, body=body)
    said = headline(compared([good], [bad]))
    assert said.startswith("GET /a: 200 in good.har#0, 401 in bad.har#0; the BAD request was sent without Cookies ")
    assert said.endswith(" more differences")
    assert len(said) <= 240
    whole = headline(compared([good], [entry("/a?page=1", 401, sent=sent[1:])]))
    assert whole == (
        "GET /a: 200 in good.har#0, 401 in bad.har#0; the BAD request was sent without Cookies session, theme"
    )


def test_failures_told_in_other_words_are_no_other_answer():
    """Firefox keeps to itself what Chromium names; an answer that the page may not read has a status in some tools."""
    cases = [
        (entry("/a", 0, error="net::ERR_ABORTED"), entry("/a", 0)),
        (entry("/a", 0, error="net::ERR_ABORTED"), entry("/a", 0, error="NS_BINDING_ABORTED")),
        (entry("/a", 200, error="net::ERR_FAILED"), entry("/a", 0, error="net::ERR_FAILED")),
        (entry("/a", 500, error="net::ERR_FAILED"), entry("/a", 0, error="net::ERR_FAILED")),
        (entry("/a", 403, error="Error during WebSocket handshake: Unexpected response code: 403"), entry("/a", 403)),
    ]
    for one, other in cases:
        assert set(tiers(compared([one], [other]))) == {"slight"}, (one["response"], other["response"])
        assert set(tiers(compared([other], [one]))) == {"slight"}
    for one, other in (
        (entry("/a", 0, error="net::ERR_CONNECTION_REFUSED"), entry("/a", 0, error="net::ERR_NAME_NOT_RESOLVED")),
        (entry("/a", 0, error="net::ERR_CERT_DATE_INVALID"), entry("/a", 0, error="net::ERR_CERT_AUTHORITY_INVALID")),
        (entry("/a", 0, error="net::ERR_CONNECTION_REFUSED"), entry("/a", 0, error="NS_ERROR_UNKNOWN_HOST")),
        (entry("/a", 500), entry("/a", 0)),
    ):
        assert tiers(compared([one], [other])) == ["answered"], (one["response"], other["response"])


def test_a_200_that_the_browser_kept_from_the_page_failed():
    """Firefox writes no error beside it: the headers show it (Fetch standard, CORS check)."""
    sent = [("Origin", "https://page.test"), ("Sec-Fetch-Mode", "cors")]
    allowed = [("Access-Control-Allow-Origin", "https://page.test")]
    good, bad = entry("/api", sent=sent, answered=allowed), entry("/api", sent=sent)
    comparison = compared([good], [bad])
    assert tiers(comparison) == ["failed"]
    assert headline(comparison).startswith(
        "GET /api: 200 in good.har#0, 200 (kept from the page by CORS) in bad.har#0; the BAD answer lacks header "
    )


def test_preflights_that_one_tool_does_not_record_tell_nothing():
    """Playwright shows none; where the request itself broke, its preflight may be why."""
    preflight = entry("/api", 403, at=1, method="OPTIONS", sent=[("Access-Control-Request-Method", "PUT")])
    broken = entry("/api", 0, at=2, method="PUT", error="net::ERR_FAILED")
    assert tiers(compared([broken], [preflight, broken])) == ["slight"]
    assert tiers(compared([preflight, broken], [broken])) == ["slight"]
    assert tiers(compared([entry("/api", at=2, method="PUT")], [preflight, broken])) == ["failed", "failed_extra"]


def test_what_failed_in_good_only_is_no_loss():
    """A failed attempt that BAD did not make; extra failures of routes that worked come before others, 404 last."""
    assert tiers(compared([entry("/a", 500, at=1), entry("/a", at=2)], [entry("/a", at=1)])) == ["fixed"]
    bad = [entry("/new", 404, at=1), entry("/new", 403, at=2), entry("/a", 502, at=3), entry("/a", at=4)]
    rows = compared([entry("/a", at=4)], bad).rows
    assert [(row.route, row.bad.status) for row in rows] == [("/a", 502), ("/new", 403), ("/new", 404)]
