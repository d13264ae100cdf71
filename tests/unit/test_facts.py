"""Fact columns: literal rows in, literal facts out, null where nothing can be known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer import schema
from analyzer.facts import add_facts, fact_columns, ordered_facts

NOON = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def facts_of(*rows: dict, extra: dict | None = None) -> pl.DataFrame:
    """Adds facts to rows of canonical columns; a number as timestamp counts seconds from noon."""
    base = {"timestamp": 0, "source": "access.log", "kind": "request", "format": "nginx"}
    full = [base | {"line": number} | row for number, row in enumerate(rows, 1)]
    for row in full:
        row["timestamp"] = at(row["timestamp"]) if row["timestamp"] is not None else None
    dtypes = {
        name: dtype for name, dtype in (schema.EVENTS | (extra or {})).items() if any(name in row for row in full)
    }
    frame = pl.DataFrame([{name: row.get(name) for name in dtypes} for row in full], schema=dtypes)
    return add_facts(schema.conform(frame).with_columns(frame.get_column(name) for name in extra or ()))


def get(path="/api/orders", client="10.0.0.1", **more) -> dict:
    return {"method": "GET", "host": "api.example", "path": path, "target": path, "client_ip": client, **more}


# -- all modules


def test_every_fact_column_is_documented_and_there():
    """What the modules document is what they add, behind the canonical columns, with the same types."""
    frame = add_facts(schema.empty())
    assert frame.columns == [*schema.EVENTS, *(column.name for column in fact_columns())]
    assert {column.name: column.dtype for column in fact_columns()} == dict(
        list(frame.schema.items())[len(schema.EVENTS) :]
    )
    assert all(column.meaning for column in fact_columns())
    assert len(frame) == 0


def test_modules_run_after_those_that_they_need():
    """retry reads the client, so request comes first."""
    order = list(ordered_facts())
    assert order.index("request") < order.index("retry")


def test_rows_without_anything_have_no_facts():
    """A row of nulls has only null facts: not knowable is never false."""
    frame = add_facts(pl.DataFrame({"line": [1, 2]}).pipe(schema.conform))
    facts = frame.select(column.name for column in fact_columns())
    assert facts.null_count().sum_horizontal().item() == facts.width * 2


texts = st.one_of(
    st.none(), st.text(max_size=12), st.sampled_from(["120", "-1", "9" * 30, "Sun, 06 Nov 1994 08:49:37 GMT"])
)
hostile = st.fixed_dictionaries(
    {
        "timestamp": st.one_of(st.none(), st.integers(-10_000, 10_000)),
        "kind": st.sampled_from(["request", "error", "application", None]),
        "status": st.one_of(st.none(), st.integers(-5, 1000)),
        "retry_after": texts, "message": texts, "error_code": texts, "www_authenticate": texts, "server": texts,
        "path": texts, "target": texts, "client_ip": texts, "method": st.sampled_from(["GET", "OPTIONS", None]),
        "duration_us": st.one_of(st.none(), st.integers(0, 2**40)),
        "ratelimit_reset": st.one_of(texts, st.sampled_from(["t=9", "1e308", "-inf", "9" * 14, "1h2m", "0.1ms", "1609844400"])),
        "ratelimit_remaining": st.one_of(st.none(), st.integers(0, 2)), "grpc_status": st.sampled_from([None, 0, 8]),
        "response_flags": st.sampled_from([None, [], ["RL"], ["RLSE", "UF"], [None]]), "limiter": texts, "result": texts,
        "user_agent": texts, "format": st.sampled_from(["har", "nginx", "cloudfront", None]), "host": texts,
        "blocked_us": st.one_of(st.none(), st.integers(0, 2**40)), "request_body_no": st.sampled_from([None, 1, 2]),
        "accept": texts, "content_type": texts, "request_content_type": texts, "request_body_fault": texts,
        "body_kind": st.sampled_from(["json", "html", None, ""]), "request_body_kind": texts, "token_from": texts,
        "token_not_before": st.one_of(st.none(), st.just(NOON)), "token_expires_at": st.one_of(st.none(), st.just(NOON)),
        "upstream": st.one_of(st.none(), st.just([]), st.just(["a", "b"])),
        "upstream_status": st.one_of(st.none(), st.just([]), st.just([None]), st.just([502, 200])),
    }
)  # fmt: skip


@given(st.lists(hostile, max_size=8))
def test_any_row_gets_facts_and_none_is_lost_or_moved(rows):
    """Whatever the columns hold: no exception, and the canonical columns stay as they were."""
    frame = facts_of(*rows) if rows else add_facts(schema.empty())
    assert frame["line"].to_list() == list(range(1, len(rows) + 1))
    assert frame["status"].to_list() == [row["status"] for row in rows]


# -- request


def test_client_is_the_user_else_the_address_else_the_capture():
    """A known user wins over an address; a browser capture is one client; a log line with neither has none."""
    rows = [
        {"user": "ann", "client_ip": "10.0.0.1"},
        {"client_ip": "10.0.0.1"},
        {"format": "har", "source": "a.har"},
        {},
    ]
    assert facts_of(*rows)["client"].to_list() == ["ann", "10.0.0.1", "a.har", None]


def test_preflight_is_options_and_in_a_capture_with_origin():
    """OPTIONS in a log is a preflight; in a capture only with an Origin or the browser's own mark."""
    har = {"format": "har", "method": "OPTIONS"}
    rows = [
        {"method": "OPTIONS"},
        {"method": "GET"},
        {},
        har,
        har | {"origin": "https://a"},
        har | {"initiator": "preflight"},
    ]
    assert facts_of(*rows)["preflight"].to_list() == [True, False, None, False, True, True]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/login", True), ("/oauth/token", True), ("/api/v2/Sign-In", True), ("/wp-login.php", True), ("/realms/x/auth/", True),
        ("/oauth2/v1/introspect", True), ("/api/v1/sessions", True), ("/login/help", False), ("/api/tokens/7", False),
        ("/blog/login-tips", False), ("/api/authors", False), ("/", False), (None, None),
    ],
)  # fmt: skip
def test_login_endpoints_are_told_by_the_last_part_of_the_path(path, expected):
    """Login, token and session endpoints, not pages that only mention them."""
    assert facts_of({"path": path, "method": "POST"})["login_endpoint"].to_list() == [expected]


def test_a_token_is_judged_by_the_servers_clock_where_it_is_known():
    """exp at 12:00:10: expired for a server that says 12:00:12, though the browser's clock still says 12:00:00."""
    exp = {"token_expires_at": at(10)}
    frame = facts_of(exp | {"response_date": at(12)}, exp, {}, {"token_expires_at": at(0)})
    assert frame["token_expired"].to_list() == [True, False, None, False]
    assert frame["token_left_s"].to_list() == [-2, 10, None, 0]


def test_the_age_of_a_token_counts_from_its_issue_by_the_servers_clock():
    """iat a minute before the request, and before the Date where that is known; one that came in an answer has none."""
    issued = {"token_issued_at": at(-60)}
    rows = [issued, issued | {"response_date": at(30)}, {"token_issued_at": at(2)}, {}]
    frame = facts_of(*rows, issued | {"token_from": "response_body"})
    assert frame["token_age_s"].to_list() == [60, 90, -2, None, None]


def test_a_token_that_begins_later_is_not_yet_valid():
    """The later of nbf and iat against the same clock: more than 5 s early, since Date has whole seconds and servers
    allow a leeway; unknown without both."""
    rows = [
        {"token_not_before": at(30.5)},
        {"token_not_before": at(-9), "token_issued_at": at(5.1)},
        {"token_issued_at": at(5)},
        {"token_not_before": at(0)},
        {"token_issued_at": at(5), "response_date": at(5)},
        {"token_issued_at": at(5), "response_date": at(4)},
        {"token_expires_at": at(5)},
        {},
    ]
    frame = facts_of(*rows)
    assert frame["token_not_yet_valid"].to_list() == [True, True, False, False, False, False, None, None]
    assert frame["token_early_s"].to_list() == [31, 6, 5, 0, 0, 1, None, None]


def test_a_token_that_came_in_an_answer_is_not_judged():
    """Only what was sent can have been refused; wherever in the request it stood."""
    times = {"token_expires_at": at(-5), "token_not_before": at(6)}
    places = ["response_body", "authorization", "request_body", "query", "cookie", None]
    frame = facts_of(*(times | {"token_from": place} for place in places))
    assert frame["token_expired"].to_list() == [None, *[True] * 5]
    assert frame["token_not_yet_valid"].to_list() == [None, *[True] * 5]
    assert frame["token_left_s"].to_list() == [None, *[-5] * 5]


# -- content


@pytest.mark.parametrize(
    ("declared", "kind", "mismatch"),
    [
        ("application/json", "json", False), ("application/json; charset=utf-8", "form", True),
        ("application/vnd.api+json", "html", True), ("application/json", "multipart", True),
        ("application/json", "text", None), ("application/json", "binary", None), ("application/json", None, None),
        ("application/x-www-form-urlencoded", "json", True), ("Application/X-WWW-Form-Urlencoded", "form", False),
        ("application/x-www-form-urlencoded", "text", None), ("multipart/form-data; boundary=x", "json", True),
        ("multipart/form-data", "multipart", False), ("text/xml", "json", True), ("application/soap+xml", "xml", False),
        ("text/plain", "json", False), ("text/plain;charset=UTF-8", "form", False), ("application/graphql", "text", None),
        ("application/x-ndjson", "json", None), (None, "json", None),
    ],
)  # fmt: skip
def test_a_request_body_is_compared_with_its_type(declared, kind, mismatch):
    """Another form is a mismatch; plain text may hold anything; damaged or compressed content tells nothing."""
    row = {"request_content_type": declared, "request_body_kind": kind, "format": "har", "method": "POST"}
    assert facts_of(row)["request_type_mismatch"].to_list() == [mismatch]


@pytest.mark.parametrize(
    ("row", "mismatch"),
    [
        ({"content_type": "application/json", "body_kind": "html"}, True),
        ({"content_type": "application/json", "body_kind": "json"}, False),
        ({"content_type": "application/json", "body_kind": "text"}, None),
        ({"content_type": "application/json", "body_kind": None}, None),
        ({"content_type": "text/html; charset=utf-8", "body_kind": "html"}, False),
        ({"content_type": "text/html", "body_kind": "json"}, True),
        ({"content_type": "text/html", "body_kind": "html", "accept": "application/json, text/plain, */*"}, False),
        ({"content_type": "text/html", "body_kind": "html", "accept": "application/json, text/*;q=0.9"}, False),
        ({"content_type": "text/html", "body_kind": "html", "accept": "application/json, */*; q=0.01"}, True),
        ({"content_type": "text/html", "body_kind": "html", "accept": "text/html,application/json"}, False),
        ({"content_type": "text/html", "body_kind": "html", "accept": "*/*"}, False),
        ({"content_type": "text/html", "body_kind": "html", "accept": "application/json", "status": 302}, None),
        ({"content_type": None, "body_kind": "html", "accept": "application/problem+json"}, True),
        ({"content_type": "text/plain", "body_kind": "json"}, False),
        ({"content_type": "application/javascript", "body_kind": "text"}, False),
        ({"content_type": "text/javascript", "body_kind": "html"}, True),
        ({"content_type": "text/css", "body_kind": "html"}, True),
        ({"content_type": "image/png", "body_kind": "binary"}, False),
        ({"content_type": "image/svg+xml", "body_kind": "xml"}, False),
        ({"content_type": "application/xml", "body_kind": "html"}, True),
        ({"content_type": "application/octet-stream", "body_kind": "html"}, False),
        ({"content_type": "application/pdf", "body_kind": "html"}, None),
    ],
)  # fmt: skip
def test_a_response_body_is_compared_with_its_type_and_with_what_was_asked(row, mismatch):
    """HTML for JSON, for a script or an image; never text for a script, and nothing of a redirect or a missing body."""
    assert facts_of({"status": 200, "format": "har"} | row)["type_mismatch"].to_list() == [mismatch]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"accept": "application/json"}, True), ({"accept": "application/vnd.api+json;q=1, */*"}, False),
        ({"accept": "application/json, text/javascript, */*; q=0.01"}, True), ({"accept": "application/json, */*;q=0.1"}, False),
        ({"accept": "application/json, text/plain, */*", "content_type": "application/json"}, True),
        ({"accept": "text/html, application/json"}, False), ({"accept": "*/*"}, False),
        ({"accept": "application/jsonp"}, False), ({"content_type": "application/problem+json"}, True),
        ({"accept": "*/*", "resource_type": "fetch", "request_body_kind": "json"}, True),
        ({"accept": "*/*", "resource_type": "document", "request_body_kind": "json"}, False), ({}, None),
    ],
)  # fmt: skip
def test_where_json_was_to_come(row, expected):
    """Accept, Content-Type, or a script that sent JSON; unknown where neither header is there."""
    assert facts_of(row)["json_expected"].to_list() == [expected]


def test_a_malformed_request_is_told_where_a_body_can_be_seen():
    """A fault is true, a body without one false, a GET of a capture false; without body or in a log unknown."""
    har = {"format": "har", "method": "POST"}
    rows = [
        har | {"request_body_fault": "x", "request_body_kind": "json"}, har | {"request_body_fault": "x"},
        har | {"request_body_kind": "json"}, har, har | {"method": "GET"}, {"method": "GET"},
    ]  # fmt: skip
    assert facts_of(*rows)["request_malformed"].to_list() == [True, True, False, None, False, None]


@pytest.mark.parametrize(
    ("header", "error"),
    [
        ('Bearer realm="api", error="invalid_token", error_description="The token expired"', "invalid_token"),
        ("Bearer error=insufficient_scope", "insufficient_scope"),
        ('Basic realm="x", Bearer error="Invalid_Token"', "invalid_token"),
        ('DPoP algs="ES256", error="use_dpop_nonce"', "use_dpop_nonce"),
        ('Bearer error_description="no error=here"', None),
        ('Bearer realm="a \\"b\\", error=no" error=invalid_request', "invalid_request"),
        ('Bearer realm="api"', None),
        ('Basic realm="error"', None),
        (None, None),
    ],
)
def test_the_error_of_a_bearer_challenge_is_read(header, error):
    """RFC 6750, 3.1: the error parameter, not its description, and of a Bearer challenge only."""
    assert facts_of({"www_authenticate": header, "status": 401})["www_auth_error"].to_list() == [error]


# -- retry


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120), (" 7 ", 7), ("0", 0), ("-5", 0), ("soon", None), ("", None), ("1e3", None),
        ("Sun, 22 Nov 2026 12:01:00 GMT", 50),  # Date says 12:00:10
        ("Sunday, 22-Nov-26 12:01:00 GMT", 50),
        ("Sun Nov 22 12:01:00 2026", 50),
        ("Sun, 22 Nov 2026 11:00:00 GMT", 0),
        ("99999999999999999999999", None), ("999999999999", 10 * 366 * 86_400),
    ],
)  # fmt: skip
def test_retry_after_in_all_forms(header, seconds):
    """Seconds, the three date forms of RFC 9110 against the server's own Date, nonsense null, past 0, capped."""
    frame = facts_of({"retry_after": header, "response_date": at(10), "duration_us": 2_000_000})
    assert frame["retry_after_s"].to_list() == [seconds]
    until = None if seconds is None else at(2 + seconds)
    assert frame["retry_after_until"].to_list() == [until]


def test_a_retry_date_without_a_date_header_counts_from_the_response():
    """The response came at 12:00:02, so a date of 12:00:30 asks for 28 seconds."""
    frame = facts_of({"retry_after": "Sun, 22 Nov 2026 12:00:30 GMT", "duration_us": 2_000_000})
    assert frame["retry_after_s"].to_list() == [28]


def test_a_wait_is_broken_by_the_same_client_at_the_same_place_only():
    """429 with Retry-After 10 at 0: at 5 broken, at 10 kept; another path, host or client never heard of it."""
    told = get(status=429, retry_after="10")
    rows = [
        told, get(timestamp=5), get("/other", timestamp=5), get(timestamp=5, client="10.0.0.2"),
        get(timestamp=5) | {"host": "b.example"}, get(timestamp=10),
    ]  # fmt: skip
    assert facts_of(*rows)["retry_after_broken"].to_list() == [False, True, False, False, False, False]


def test_the_last_announcement_counts():
    """A second answer asks for another 10 seconds, so the third request is early again; a later short wait ends it."""
    rows = [get(status=429, retry_after="10"), get(timestamp=12, status=429, retry_after="10"), get(timestamp=15)]
    assert facts_of(*rows)["retry_after_broken"].to_list() == [False, False, True]
    rows = [get(status=429, retry_after="60"), get(timestamp=5, status=429, retry_after="1"), get(timestamp=7)]
    assert facts_of(*rows)["retry_after_broken"].to_list() == [False, True, False]


def test_a_request_under_way_could_not_know_of_the_wait():
    """The refusal took 3 s to arrive: requests sent meanwhile broke nothing, the next one did."""
    slow = get(status=429, retry_after="10", duration_us=3_000_000)
    assert facts_of(slow, get(timestamp=1), get(timestamp=4))["retry_after_broken"].to_list() == [False, False, True]


def test_requests_in_the_second_of_the_refusal_go_by_line():
    """A log of whole seconds: what stands behind the refusal came after it, and the refusal did not break itself."""
    frame = facts_of(get(), get(status=429, retry_after="1"), get())
    assert frame["retry_after_broken"].to_list() == [False, False, True]


def test_a_source_that_never_logs_the_header_cannot_tell():
    """An access log without Retry-After: null, not false; a capture beside it that has the header can tell."""
    rows = [
        get(status=429),
        get(timestamp=1),
        get("/b", timestamp=2, source="a.har", retry_after="1"),
        get("/b", timestamp=9, source="a.har"),
    ]
    assert facts_of(*rows)["retry_after_broken"].to_list() == [None, None, False, False]


def test_unknown_clients_and_cached_answers_break_nothing():
    """No client: not knowable. Answered from the browser's cache: nothing was sent."""
    rows = [get(status=429, retry_after="9"), get(timestamp=1, client=None), get(timestamp=2, from_cache=True)]
    assert facts_of(*rows)["retry_after_broken"].to_list() == [False, None, None]


def test_error_log_lines_are_no_attempts():
    """A line of the error log between two requests neither counts nor interrupts."""
    rows = [get(status=503), get(timestamp=1, kind="error", message="x"), get(timestamp=2, status=200)]
    frame = facts_of(*rows)
    assert frame["attempt_no"].to_list() == [1, None, 2]
    assert frame["gap_us"].to_list() == [None, None, 2_000_000]
    assert frame["prev_status"].to_list() == [None, None, 503]
    assert frame["next_status"].to_list() == [200, None, None]


@pytest.mark.parametrize(
    ("status", "gap", "attempt"),
    [(None, 1, 2), (408, 1, 2), (425, 1, 2), (429, 1, 2), (500, 60, 2), (599, 1, 2), (503, 60.000001, 1), (200, 1, 1), (401, 1, 1), (404, 1, 1)],
)  # fmt: skip
def test_an_attempt_follows_a_failure_within_a_minute(status, gap, attempt):
    """No response, 408, 425, 429 and 5xx are tried again; other answers end the row, and so does a minute."""
    assert facts_of(get(status=status), get(timestamp=gap))["attempt_no"].to_list() == [1, attempt]


def test_attempts_count_on_and_begin_anew_after_success():
    """Two failures, a success, a failure and its repetition."""
    statuses = [503, 503, 200, 503, 200]
    frame = facts_of(*(get(timestamp=second, status=status) for second, status in enumerate(statuses)))
    assert frame["attempt_no"].to_list() == [1, 2, 3, 1, 2]


def test_other_requests_are_no_attempts():
    """Another method, host, target or client begins its own count."""
    failed = get(status=503)
    others = [
        failed | {"method": "PUT"},
        failed | {"host": "b.example"},
        failed | {"target": "/api/orders?x=1"},
        failed | {"client_ip": "10.0.0.2"},
    ]
    assert facts_of(failed, *(other | {"timestamp": 1} for other in others))["attempt_no"].to_list() == [1] * 5


def test_a_host_that_is_never_logged_is_the_same_host():
    """Access logs often lack the host: null equals null."""
    rows = [get(status=503) | {"host": None}, get(timestamp=1) | {"host": None}]
    assert facts_of(*rows)["attempt_no"].to_list() == [1, 2]


def test_another_body_is_another_request():
    """GraphQL posts all its operations to one address: only an equal body is tried again."""
    posts = [
        get(timestamp=second, method="POST", status=503, request_body_no=number)
        for second, number in enumerate((1, 2, 1))
    ]
    frame = facts_of(*posts)
    assert frame["attempt_no"].to_list() == [1, 1, 2]
    assert frame["gap_us"].to_list() == [None, None, 2_000_000]


# -- quota


@pytest.mark.parametrize(
    ("sent", "seconds"),
    [
        ("1655120964", 31),  # KnpLabs/php-github-api#1072: Date 11:48:53, reset 11:49:24
        ("1655120964000", 31),
        ("1655120933.5", 1),
        ("1655120000", 0),  # over already
        ("t=30", 30), ("reset=1.25", 2), ("resets=41", 41), ("t=2592000", 2_592_000),
        ("45", 45), ("0", 0), (" 7 ", 7),
        ("Mon, 13 Jun 2022 11:49:53 GMT", 60),  # GitLab's RateLimit-ResetTime
        ("2022-06-13T11:49:53Z", 60), ("2022-06-13T13:49:53.000+02:00", 60),
        ("Mon Jun 13 2022 12:49:53 GMT+0100 (Central European Standard Time)", 60),  # lemlist
        ("12ms", 1), ("1s", 1), ("6m0s", 360), ("1h2m3s", 3_723),  # OpenAI
        ("600000", None),  # a week, or ten minutes in milliseconds as Prisjakt counts
        ("-5", None), ("soon", None), ("", None), ("nan", None), ("inf", None), ("99999999999999999999", None),
        ("t=999999999999", 10 * 366 * 86_400),
    ],
)  # fmt: skip
def test_a_reset_in_all_forms(sent, seconds):
    """Seconds to go, epoch seconds and milliseconds, dates and lengths, against the server's Date; rounded up."""
    date = datetime(2022, 6, 13, 11, 48, 53, tzinfo=UTC)
    assert facts_of({"ratelimit_reset": sent, "response_date": date})["ratelimit_reset_s"].to_list() == [seconds]


def test_a_reset_without_a_date_header_counts_from_the_response():
    """The response came at 12:00:02: an epoch time of 12:00:30 is 28 seconds away."""
    sent = str(int(at(30).timestamp()))
    assert facts_of({"ratelimit_reset": sent, "duration_us": 2_000_000})["ratelimit_reset_s"].to_list() == [28]


# -- concurrency


def test_requests_under_way_are_counted_by_host():
    """Three overlap, one came after their end, one is another host's, one waited in the browser's queue."""
    har = {"format": "har", "source": "a.har", "duration_us": 2_000_000}
    rows = [
        get(**har), get(timestamp=0.5, **har), get(timestamp=1, **har), get(timestamp=1, **har) | {"host": "b.example"},
        get(timestamp=1.5, **har) | {"blocked_us": 1_500_000, "duration_us": 2_500_000}, get(timestamp=4, **har),
    ]  # fmt: skip
    assert facts_of(*rows)["in_flight"].to_list() == [1, 2, 3, 1, 1, 1]


def test_what_takes_no_time_is_under_way_when_it_is_sent():
    """Of no length, and the one that begins where another ends: each counts itself alone."""
    har = {"format": "har", "source": "a.har"}
    rows = [
        get(**har, duration_us=0),
        get(timestamp=1, **har, duration_us=1_000_000),
        get(timestamp=2, **har, duration_us=0),
    ]
    assert facts_of(*rows)["in_flight"].to_list() == [1, 1, 1]


def test_under_way_is_not_known_without_lengths_nor_in_logs():
    """A log, an entry without a duration, and an answer of the browser's cache."""
    har = {"format": "har", "source": "a.har"}
    rows = [get(duration_us=5), get(**har), get(**har, duration_us=5, from_cache=True)]
    assert facts_of(*rows)["in_flight"].to_list() == [None, None, None]


# -- rate_limit


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ({"status": 429}, "status_429"),
        ({"status": 429, "message": 'limiting requests, excess: 20.8 by zone "a"'}, "status_429"),
        ({"status": 503, "retry_after": "5"}, "retry_after_503"),
        ({"status": 503, "message": 'limiting requests, excess: 20.8 by zone "a"'}, "server_limit_503"),
        ({"kind": "error", "message": 'limiting connections by zone "a"'}, "server_limit_503"),
        ({"kind": "error", "message": 'limiting requests, dry run, excess: 20.8 by zone "a"'}, None),
        ({"kind": "error", "message": 'delaying request, excess: 0.8, by zone "a"'}, None),
        ({"kind": "error", "message": 'open() "/srv/limiting requests, excess" failed'}, None),  # a made-up path
        ({"status": 403, "ratelimit_remaining": 0}, "quota_403"),
        ({"status": 403, "retry_after": "60"}, "quota_403"),
        ({"status": 403, "ratelimit_remaining": 7}, None),
        ({"status": 400, "error_code": "ThrottlingException"}, "provider_code"),
        ({"status": 503, "error_code": "SlowDown", "retry_after": "5"}, "provider_code"),
        ({"status": 403, "error_code": "rate_limit_exceeded"}, "provider_code"),
        ({"status": 400, "error_code": "invalid_grant"}, None),
        ({"status": 200, "error_code": "SlowDown"}, None),
        ({"status": 200, "ratelimit_remaining": 0}, None),
        ({"status": 503}, None),
        ({"status": 301, "retry_after": "5"}, None),
        ({"status": 503, "result": "REJECTED"}, "server_limit_503"),  # $limit_req_status
        ({"status": 429, "result": "REJECTED"}, "status_429"),
        ({"status": 200, "result": "DELAYED"}, None),
        ({"status": 503, "error_code": "ProvisionedThroughputExceeded"}, "provider_code"),
        ({"status": 200, "grpc_status": 8}, "grpc_8"),
        ({"status": 200, "grpc_status": 14}, None),
        ({"status": 429, "response_flags": ["RL"]}, "edge_flag"),
        ({"status": 200, "grpc_status": 8, "response_flags": ["RL"]}, "edge_flag"),
        ({"status": 500, "response_flags": ["RLSE"]}, "limiter_failed"),
        ({"status": 503, "response_flags": ["URX", "UF"]}, None),
        ({"status": 429, "limiter": "envoy"}, "edge_flag"),
        ({"status": 429, "limiter": "cloudflare", "retry_after": "30"}, "cloudflare_1015"),
        ({"status": 503, "format": "cloudfront", "error": "LimitExceeded"}, "edge_flag"),
        ({"status": 503, "format": "cloudfront", "error": "OriginCommError"}, None),
        ({"status": 429, "format": "api_gateway_json", "result": "THROTTLED"}, "edge_flag"),
        ({"status": 403, "error_detail": "You have exceeded a secondary rate limit. Please wait."}, "secondary_limit"),
        ({"status": 429, "error_detail": "You have exceeded a secondary rate limit."}, "secondary_limit"),
        ({"status": 403, "error_detail": "API rate limit exceeded", "ratelimit_remaining": 0}, "quota_403"),
    ],
)
def test_how_a_limit_shows(row, kind):
    """A limiter that names itself, 429, a limiting line, a provider's code, a spent quota, Retry-After with 503."""
    assert facts_of(row)["rate_limit_kind"].to_list() == [kind]


def test_refused_clients_are_counted_by_minute():
    """Two clients within one minute, one in the next; overload refuses nobody, and without a name nobody is counted."""
    rows = [
        get(status=429), get(timestamp=1, status=429), get(timestamp=59, status=429, client="10.0.0.2"),
        get(timestamp=59, status=200, client="10.0.0.3"), get(timestamp=61, status=429, client=None),
        get(timestamp=62, status=503, retry_after="5"),
    ]  # fmt: skip
    assert facts_of(*rows)["limited_clients"].to_list() == [2, 2, 2, None, 0, None]


# -- answered_by

UP = {"upstream": ["10.0.0.9:80"]}


@pytest.mark.parametrize(
    ("row", "writer"),
    [
        ({"status": 429}, "proxy"),  # no server behind was asked
        ({"status": 200}, "proxy"),
        ({"status": 429, "format": "haproxy"}, "load_balancer"),
        ({"status": 503, "format": "cloudfront"}, "edge"),
        (UP | {"status": 500, "upstream_status": [500]}, "application"),
        (UP | {"status": 200, "upstream_status": [502, 200]}, "application"),
        (UP | {"status": 403, "upstream_status": [200]}, "proxy"),
        (UP | {"status": 502, "upstream_status": [502]}, None),  # nginx writes this for its own refusal as well
        (UP | {"status": 504, "upstream_status": [504]}, None),
        (UP | {"status": 502, "upstream_status": [200]}, "proxy"),
        (UP | {"status": 502, "upstream_status": [None]}, "proxy"),
        (UP | {"status": 504, "upstream_status": None}, "proxy"),
        (
            UP | {"status": 502, "upstream_status": [502], "message": "upstream sent too big header while reading"},
            "proxy",
        ),
        (
            UP
            | {
                "status": 200,
                "upstream_status": [502, 200],
                "message": "connect() failed (111: Connection refused) while connecting to upstream",
            },
            "application",
        ),
        (UP | {"status": 499, "upstream_status": [None]}, None),  # the client had left
        ({"status": None}, None),
        ({"status": 404, "format": "har", "server": "nginx"}, None),
    ],
)
def test_the_server_behind_tells_who_answered(row, writer):
    """In a source that logs servers behind: none asked or another status is the proxy, the same is the application."""
    frame = facts_of(row, UP | {"status": 200, "upstream_status": [200]})
    assert frame["answered_by"].to_list() == [writer, "application"]


def test_a_source_that_never_logs_the_server_behind_cannot_tell():
    """The combined format: 502 could be anybody's."""
    assert facts_of({"status": 502}, {"status": 200})["answered_by"].to_list() == [None, None]


def test_one_source_that_logs_servers_says_nothing_of_another():
    """Only the first log has upstreams; in the second null means not logged."""
    frame = facts_of(UP | {"status": 200, "upstream_status": [200]}, {"status": 200, "source": "b.log"})
    assert frame["answered_by"].to_list() == ["application", None]


@pytest.mark.parametrize(
    ("row", "writer"),
    [
        ({"status": 403, "termination_state": "PR--"}, "load_balancer"),
        ({"status": 503, "termination_state": "SC--"}, "load_balancer"),
        ({"status": 502, "termination_state": "SH--"}, "load_balancer"),
        ({"status": 504, "termination_state": "sH--"}, "load_balancer"),
        ({"status": 503, "termination_state": "sQ--"}, "load_balancer"),
        ({"status": 503, "termination_state": "LR--"}, "load_balancer"),
        ({"status": 408, "termination_state": "cR--"}, "load_balancer"),
        ({"status": 500, "termination_state": "----"}, None),  # whoever stands behind it
        ({"status": 500, "termination_state": "SD--"}, None),  # the headers were the server's
        ({"status": 200, "termination_state": "LR--"}, None),
        ({"status": 503, "response_flags": ["UH"]}, "proxy"),
        ({"status": 429, "response_flags": ["RL"]}, "proxy"),
        ({"status": 403, "response_flags": ["UAEX"]}, "proxy"),
        ({"status": 503, "response_flags": ["URX"]}, None),
        ({"status": 503, "response_flags": ["UF", "URX"]}, "proxy"),
    ],
)
def test_the_state_of_a_balancer_tells_its_own_answers(row, writer):
    """HAProxy's manual, 8.5, and Envoy's %RESPONSE_FLAGS%: who ended it, and whether a server's headers stood."""
    assert facts_of({"format": "other"} | row)["answered_by"].to_list() == [writer]


@pytest.mark.parametrize(
    ("row", "writer"),
    [
        ({"status": 522, "server": "cloudflare"}, "edge"),
        ({"status": 500, "server": "cloudflare"}, None),
        ({"status": 403, "server": "CloudFront"}, "edge"),
        ({"status": 401, "x_cache": "Error from cloudfront"}, None),  # set on whatever passes
        ({"status": 200, "x_cache": "Hit from cloudfront"}, "edge"),
        ({"status": 200, "x_cache": "HIT, MISS"}, "edge"),
        ({"status": 200, "x_cache": "Miss from cloudfront"}, None),
        ({"status": 200, "via": "1.1 varnish"}, None),
        ({"status": 502, "server": "awselb/2.0"}, "load_balancer"),
        ({"status": 502, "proxy_status": "ExampleCDN; error=connection_timeout"}, "proxy"),
        ({"status": 200, "proxy_status": "ExampleCDN; received-status=200"}, None),
        ({"status": 403, "server": "Sucuri/Cloudproxy"}, "waf"),
        ({"status": 403, "message": "ModSecurity: Access denied with code 403"}, "waf"),
        ({"status": 403, "result": "waf", "format": "alb"}, "waf"),
        ({"status": 403, "result": "waf,forward", "format": "alb"}, None),  # the firewall let it pass
        ({"status": 403, "result": "WAF_FILTERED"}, "waf"),
        ({"status": 403, "message": "access forbidden by rule"}, "proxy"),
        ({"kind": "error", "message": "upstream timed out (110: Connection timed out) while reading"}, "proxy"),
        ({"status": 404, "message": 'open() "/srv/www/x" failed (2: No such file or directory)'}, "proxy"),
        (
            {"status": 503, "message": "(111)Connection refused: AH00957: HTTP: attempt to connect to 10.0.0.9:80"},
            "proxy",
        ),
        (
            {"status": 403, "message": 'directory index of "/srv/upstream timed out/" is forbidden'},
            None,
        ),  # a made-up path
        ({"kind": "application", "status": 500, "message": "upstream timed out"}, "application"),
        ({"kind": "application", "message": "upstream timed out"}, None),
        ({"status": 500, "server": "gunicorn/21.2"}, "application"),
    ],
)
def test_headers_and_error_lines_tell_who_answered(row, writer):
    """Only what the answering hop alone writes counts."""
    assert facts_of({"format": "har"} | row)["answered_by"].to_list() == [writer]


def test_a_joined_application_record_tells_unless_a_gateway_status_stands_above_it():
    """A record behind a 500 is the application's answer; behind a 502 only if the record itself says 502."""
    extra = {"has_application": pl.Boolean, "application_status": pl.Int32}
    rows = [
        {"status": 500, "has_application": True},
        {"status": 502, "has_application": True},
        {"status": 502, "has_application": True, "application_status": 502},
        {"status": 502, "has_application": True, "application_status": 200},
        {"status": 500, "has_application": False},
    ]
    frame = facts_of(*rows, extra=extra)
    assert frame["answered_by"].to_list() == ["application", None, "application", "proxy", None]
    assert frame["status_behind"].to_list() == [None, None, 502, 200, None]
    assert "has_application" in frame.columns


def test_the_status_behind_is_that_of_the_server_asked_last():
    """A list of two servers: the second one's status; a server that gave none: null."""
    rows = [UP | {"status": 200, "upstream_status": [502, 200]}, UP | {"status": 502, "upstream_status": [None]}]
    assert facts_of(*rows)["status_behind"].to_list() == [200, None]


# -- authentication


@pytest.mark.parametrize(
    ("following", "refreshed"),
    [
        ({"timestamp": 3, "status": 200}, True),
        ({"timestamp": 3, "status": 204, "user": "ann"}, True),  # the server knows the user only now
        ({"timestamp": 11, "status": 200}, False),
        ({"timestamp": 3, "status": 401}, False),
        ({"timestamp": 3, "status": 200, "client_ip": "10.0.0.2"}, False),
        ({"timestamp": 3, "status": 200, "target": "/other"}, False),
        ({"timestamp": 3, "status": 200, "kind": "error"}, False),
    ],
)
def test_a_401_that_goes_through_at_once_was_a_renewal(following, refreshed):
    """The equal request of the same address succeeds within 10 s; everything else is a refusal."""
    assert facts_of(get(status=401), get() | following)["refreshed"].to_list()[0] is refreshed


def test_only_a_401_can_be_a_renewal():
    """For other statuses and for unknown clients the fact cannot be known."""
    rows = [get(status=403), get(status=401, client=None), get(timestamp=1, status=200)]
    assert facts_of(*rows)["refreshed"].to_list() == [None, None, None]


def test_refusals_are_counted_in_the_fullest_minute():
    """Five within exactly 60 s make one minute; a sixth 61 s behind the first counts with the four before it."""
    rows = [get(timestamp=second, status=429) for second in (0, 15, 30, 45, 60)]
    assert facts_of(*rows)["limited_count"].to_list() == [5, 5, 5, 5, 5]
    rows = [get(timestamp=second, status=429) for second in (0, 59, 61, 62, 200)]
    rows += [
        get(timestamp=201, status=429, client="10.0.0.2"),
        get(timestamp=202, status=429, client=None),
        get(timestamp=203),
    ]
    assert facts_of(*rows)["limited_count"].to_list() == [2, 3, 3, 3, 1, 1, None, None]


def test_what_has_a_rule_of_its_own_does_not_make_a_client_one_that_is_told():
    """Four 429 beside a spent quota are four, which no rule for five may keep a rule for few from telling."""
    rows = [*(get(timestamp=second, status=429) for second in range(4)), get(timestamp=4, status=403, retry_after="9")]
    assert facts_of(*rows)["limited_count"].to_list() == [4, 4, 4, 4, 4]


def test_user_agents_are_counted_of_those_known_by_their_address():
    """Two programs behind one address; a user is one client whatever it runs, and no agent counts as none."""
    rows = [
        get(status=429, user_agent="a"), get(timestamp=1, status=429, user_agent="b"), get(timestamp=2, status=429),
        get(timestamp=3, status=429, user_agent="c", client="10.0.0.2", user="ann"),
        get(timestamp=61, status=429, user_agent="c"), get(timestamp=62, user_agent="d"),
    ]  # fmt: skip
    assert facts_of(*rows)["limited_agents"].to_list() == [2, 2, 2, 0, 1, None]


@pytest.mark.parametrize(
    ("before", "gap", "expected"),
    [
        ({"status": 429}, 0.999, True),
        ({"status": 429}, 1, False),
        ({"status": 503}, 0.5, False),
        ({"status": 429, "retry_after": "10"}, 0.5, False),
    ],
)
def test_a_repetition_at_once_is_told_where_no_wait_was(before, gap, expected):
    """Within a second after 429; a broken Retry-After is a fact of its own, and the first request repeats nothing."""
    assert facts_of(get(**before), get(timestamp=gap))["retried_at_once"].to_list()[1] is expected
    assert facts_of(get(**before))["retried_at_once"].to_list() == [None]
