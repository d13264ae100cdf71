"""Each layer is named when its evidence decides, cleared when a row clears it, and hidden when nothing shows it."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest
from events_by_hand import START, frame, row

from analyzer.detect import BurstFigures, Signal
from analyzer.diagnose.correlate import correlate
from analyzer.diagnose.incidents import diagnose
from analyzer.facts import add_facts
from analyzer.model import LAYERS, Ratio


def judge(*rows, failing=lambda exchanges: exchanges.filter((pl.col("status") >= 400) | pl.col("error").is_not_null())):
    joined = correlate(frame(*rows))
    exchanges = add_facts(joined.exchanges)
    matched = failing(exchanges)
    signal = Signal(
        rule="r", title="t", level="high", author=None, layer=None, family="f", says=None, next_steps=(), ask=(),
        owner_hint=None, group=(), started=matched["timestamp"].min(), ended=matched["timestamp"].max(),
        count=matched.height, peak=matched.height, rows=matched["row"],
    )  # fmt: skip
    incident = diagnose(joined, exchanges, (signal,), 10).incidents[0]
    return incident, {verdict.layer: verdict for verdict in incident.layers}


def five(shape, **values):
    return [row(shape, second, request_id=f"r{second}", **values) for second in range(5)]


UPSTREAM = {"upstream": ["127.0.0.1:9000"]}
CASES = {
    "backend by stack trace": (
        [*five("access", status=500, upstream_status=[500], **UPSTREAM),
         *five("app", level="error", exception_type="KeyError", message="boom", status=500)],
        "backend", "cause",
    ),
    "backend by the upstream's own 500": (five("access", status=500, upstream_status=[500], **UPSTREAM), "backend", "cause"),
    "backend behind a HAR": (five("har", status=500), "backend", "suspected"),
    "backend refuses the proxy's connection": (
        [*five("access", status=502, upstream_status=[502], client_ip="10.0.0.1", **UPSTREAM),
         *(row("error", s, client_ip="10.0.0.1", level="error",
               message="connect() failed (111: Connection refused) while connecting to upstream") for s in range(5))],
        "backend", "cause",
    ),
    "backend named by Envoy's flag": (
        five("access", format="envoy", status=503, response_flags=["UF", "URX"], **UPSTREAM), "backend", "cause"),
    "no server left for HAProxy": (
        five("access", format="haproxy_http", status=503, termination_state="SC--", upstream_name="be"), "backend", "cause"),
    "name that CloudFront cannot resolve": (
        five("access", format="cloudfront", status=502, error="OriginDnsError"), "proxy", "cause"),
    "circuit breaker of Envoy": (
        five("access", format="envoy", status=503, response_flags=["UO"]), "proxy", "cause"),
    "no route in Envoy": (five("access", format="envoy", status=404, response_flags=["NR"]), "proxy", "cause"),
    "proxy turns a 200 into 502": (
        [*five("access", status=502, upstream_status=[502], **UPSTREAM), *five("app", level="info", status=200, message="done")],
        "proxy", "cause",
    ),
    "proxy answers 403 alone": (
        [*five("access", status=403), row("access", 9, status=200, upstream_status=[200], **UPSTREAM)], "proxy", "cause"),
    "limiter at the edge": (
        [*five("access", status=429, retry_after="2"), row("access", 9, status=200, upstream_status=[200], **UPSTREAM)],
        "rate_limit", "cause",
    ),
    "rejected tokens": (
        [*five("access", status=401, upstream_status=[401], **UPSTREAM),
         *five("app", level="warning", status=401, message="authentication failed: signing key 9 is not in the key set")],
        "authentication", "cause",
    ),
    "no permission": (
        [*five("access", status=403, upstream_status=[403], **UPSTREAM), *five("app", level="warning", status=403, message="no")],
        "authorization", "cause",
    ),
    "wrong method": (five("har", status=405, allow="GET, HEAD"), "request", "cause"),
    "unknown name": (five("har", error="net::ERR_NAME_NOT_RESOLVED", host="h"), "dns", "cause"),
    "refused connection": (five("har", error="net::ERR_CONNECTION_REFUSED", host="h"), "connect", "cause"),
    "bad certificate": (five("har", error="net::ERR_CERT_AUTHORITY_INVALID", host="h"), "tls", "cause"),
    "CORS block over a served answer": (
        [*five("har", error="net::ERR_FAILED", origin="https://a.example"), *five("access", status=200)], "browser", "cause"),
}  # fmt: skip


@pytest.mark.parametrize(("rows", "layer", "verdict"), CASES.values(), ids=CASES)
def test_layer_is_named(rows, layer, verdict):
    """The layer that the evidence decides is named, with at least one place to open."""
    incident, verdicts = judge(*rows)
    assert (incident.layer, verdicts[layer].verdict) == (layer, verdict)
    assert verdicts[layer].evidence
    assert all(item.ref is not None for item in verdicts[layer].evidence)


@pytest.mark.parametrize(
    ("shape", "message", "layer"),
    [
        ("error", "SSL_do_handshake() failed (SSL: alert certificate expired) while SSL handshaking", "tls"),
        ("error", "SSL handshake failure (error:0A000416:SSL routines::sslv3 alert certificate unknown)", "tls"),
        ("error", "SSL_do_handshake() failed (SSL: verify failed) while SSL handshaking to upstream", "proxy"),
        ("error", "768 worker_connections are not enough while connecting to upstream", "proxy"),
        ("error", "accept4() failed (24: Too many open files)", "proxy"),
        ("error", "client intended to send too large body: 20971520 bytes", "proxy"),
        ("error", "Server be_api/app1 is DOWN, reason: Layer4 connection problem", "backend"),
        ("error", "backend be_api has no server available!", "backend"),
        ("app", "connect ECONNREFUSED 10.1.0.5:5432", "backend"),
        ("app", "getaddrinfo EAI_AGAIN db.internal", "backend"),
    ],
)
def test_lone_records_name_a_layer(shape, message, layer):
    """A line of the error log or of the application that belongs to no logged request."""
    incident, verdicts = judge(*five(shape, level="error", message=message), failing=lambda exchanges: exchanges)
    assert (incident.layer, verdicts[layer].verdict) == (layer, "cause")
    assert message in verdicts[layer].evidence[0].text


@pytest.mark.parametrize(
    ("shape", "level", "message"),
    [
        ("error", "error", "cache entry dropped"),
        ("app", "error", "no live upstreams while connecting to upstream"),
        ("app", "info", "connect ECONNREFUSED 10.1.0.5:5432, trying again"),
    ],
)
def test_a_record_that_says_nothing_of_a_layer_names_none(shape, level, message):
    """An ordinary line, an application that quotes the words of a proxy, and one that only informs."""
    rows = five(shape, level=level, message=message)
    assert judge(*rows, failing=lambda exchanges: exchanges)[0].layer == "unknown"


def test_a_working_route_close_by_is_cited():
    """A 404 beside a route that differs in one letter is a slip of the caller."""
    rows = [*five("access", status=404, path="/v1/order", route="/v1/order")]
    served = row("access", 9, status=200, path="/v1/orders", route="/v1/orders")
    incident, verdicts = judge(*rows, served)
    assert incident.layer == "request"
    said = "Nobody was served /v1/order, while /v1/orders works on the same host."
    assert said in [item.text for item in verdicts["request"].evidence]


def test_clients_that_left_clear_nobody():
    """499 is no answer of a working server: whether one was late, the log does not say."""
    incident, verdicts = judge(*five("access", status=499, duration_us=30_000_000))
    assert incident.layer == "unknown"
    assert verdicts["backend"].verdict == "not_visible"


@pytest.mark.parametrize(("rows", "layer", "verdict"), CASES.values(), ids=CASES)
def test_every_layer_gets_a_verdict_and_at_most_one_is_the_cause(rows, layer, verdict):
    """Ten verdicts in travel order; each has evidence or says what would show it."""
    _, verdicts = judge(*rows)
    assert tuple(verdicts) == LAYERS
    assert sum(item.verdict == "cause" for item in verdicts.values()) <= 1
    for item in verdicts.values():
        assert item.evidence or item.would_show, item.layer
        assert item.verdict != "not_visible" or item.would_show, item.layer


def test_backend_is_cleared_when_it_answered_with_success():
    """A 502 whose application logged 200 does not touch the backend."""
    rows, _, _ = CASES["proxy turns a 200 into 502"]
    _, verdicts = judge(*rows)
    assert verdicts["backend"].verdict == "ruled_out"
    assert verdicts["backend"].evidence[0].ref.source == "app.jsonl"


def test_access_line_clears_dns_connect_and_tls():
    """A request that a server answered got past the network."""
    rows, _, _ = CASES["backend by stack trace"]
    _, verdicts = judge(*rows)
    assert {verdicts[layer].verdict for layer in ("browser", "dns", "connect", "tls", "proxy")} == {"ruled_out"}


def test_har_alone_does_not_show_what_is_behind_the_proxy():
    """With a HAR only, a 502 leaves proxy and backend suspected and says which log would tell."""
    _, verdicts = judge(*five("har", status=502))
    assert verdicts["proxy"].verdict == "suspected"
    assert verdicts["backend"].verdict == "suspected"
    assert "access log" in verdicts["proxy"].would_show


def test_scope_pattern_and_counts():
    """Affected clients, the scope and the pattern are counted on the same endpoint in the same window."""
    rows = [
        row("access", 0, status=500, client_ip="10.0.0.1"), row("access", 1, status=500, client_ip="10.0.0.2"),
        row("access", 2, status=200, client_ip="10.0.0.1"), row("access", 2, status=200, client_ip="10.0.0.3"),
        row("access", 4, status=500, client_ip="10.0.0.1"), row("access", 99, status=200, client_ip="10.0.0.4"),
    ]  # fmt: skip
    incident, _ = judge(*rows)
    clients = incident.clients
    assert (clients.affected, clients.on_endpoints, clients.total, clients.scope) == (2, 3, 4, "some")
    assert (incident.failed, incident.requests, incident.pattern) == (3, 5, "intermittent")
    assert (incident.baseline_failure_rate, incident.statuses, incident.endpoints) == (0.0, (500,), ("GET /v1/x",))


def test_change_just_before_the_first_failure_is_named():
    """A reload that the first failing request met is named, the start-up lines of the log and its own errors are not."""
    rows = [
        row("app", 0, level="info", message="starting service"),
        *(row("access", 60 + s, status=500, request_id=f"r{s}", duration_us=90_000) for s in range(5)),
        row("app", 60.02, level="info", message="runtime configuration reloaded", request_id="r0"),
        row("app", 60.05, level="error", message="flag lookup failed after restart", request_id="r0"),
    ]
    incident, _ = judge(*rows)
    assert incident.preceding.text == "Within a second of the first failure: runtime configuration reloaded"
    assert str(incident.preceding.ref) == "app.jsonl:2"


def test_retries_with_one_request_id_blame_nobody_falsely():
    """A client repeats its id: a refused attempt and one that worked are two, and the proxy changed no answer."""
    rows = [
        row("access", 0, status=502, upstream_status=[502], client_ip="10.0.0.1", request_id="same", **UPSTREAM),
        row("access", 4, status=200, upstream_status=[200], client_ip="10.0.0.1", request_id="same", **UPSTREAM),
        row("app", 4, level="info", status=200, message="done", method="GET", path="/v1/x", client_ip="10.0.0.1",
            request_id="same"),
    ]  # fmt: skip
    _, verdicts = judge(*rows)
    assert verdicts["proxy"].verdict != "cause"
    assert verdicts["backend"].verdict != "ruled_out"


def test_application_that_answers_after_the_proxy_gave_up_is_the_cause():
    """A 504 whose application logged 200 later: it was too slow, and the proxy only said so."""
    rows = [
        *five("access", status=504, upstream_status=[504], **UPSTREAM),
        *five("app", level="info", status=200, message="done"),
    ]
    incident, verdicts = judge(*rows)
    assert (incident.layer, verdicts["proxy"].verdict) == ("backend", "ruled_out")


def test_upstreams_of_one_server_say_nothing_of_another():
    """Where the failing server's log never writes upstreams, an absent upstream proves nothing."""
    other = [row("access", s, status=200, upstream_status=[200], source="other.log", **UPSTREAM) for s in range(9)]
    _, verdicts = judge(*five("access", status=503), *other)
    assert verdicts["proxy"].verdict == "suspected"
    assert verdicts["backend"].verdict != "ruled_out"
    assert verdicts["rate_limit"].verdict == "not_visible"


def test_what_the_browser_was_told_outweighs_the_inner_edge():
    """The browser got 502 while the only access log, of an inner server, has 200: something in front changed it."""
    rows = [*five("har", status=502), *five("access", status=200, upstream_status=[200], **UPSTREAM)]
    incident, _ = judge(*rows)
    assert incident.layer == "proxy"


def test_unspecific_failure_of_a_capture_rules_nothing_of_the_server_out():
    """net::ERR_FAILED may hide a 401 without CORS headers: the browser is suspected, authentication stays open."""
    _, verdicts = judge(*five("har", error="net::ERR_FAILED", origin="https://a.example", host="h"))
    assert verdicts["browser"].verdict == "suspected"
    assert verdicts["authentication"].verdict == "not_visible"


def test_error_log_alone_names_the_server_behind():
    """Lone lines of an error log are evidence too."""
    rows = [
        row("error", s, level="error", message="connect() failed (111: Connection refused) while connecting")
        for s in range(5)
    ]
    incident, _ = judge(*rows, failing=lambda exchanges: exchanges)
    assert incident.layer == "backend"


def test_words_of_an_application_are_not_the_proxys():
    """A message of the application that sounds like nginx is not quoted as the proxy's error log."""
    rows = [
        *five("access", status=502, upstream_status=[502], **UPSTREAM),
        *five("app", level="error", message="redis: connection reset by peer", method="GET", path="/v1/x"),
    ]
    _, verdicts = judge(*rows)
    assert "proxy's error log" not in " ".join(item.text for verdict in verdicts.values() for item in verdict.evidence)


def test_records_without_status_do_not_swallow_healthy_ones():
    """36 records with an exception among 600 are 36 failures."""
    rows = [
        row("app", second, level="error" if second % 16 == 0 else "info", message="m",
            exception_type="KeyError" if second % 16 == 0 else None)
        for second in range(576)
    ]  # fmt: skip
    incident, _ = judge(*rows, failing=lambda exchanges: exchanges.filter(pl.col("exception_type").is_not_null()))
    assert (incident.failed, incident.layer) == (36, "backend")


def test_many_failing_requests_are_judged():
    """Twenty thousand failures in one incident: Polars' literal predicates once broke on tall frames."""
    rows = [row("access", second / 100, status=500, client_ip=f"10.0.{second % 250}.1") for second in range(20_000)]
    incident, _ = judge(*rows)
    assert incident.failed == 20_000


def test_application_log_alone_says_nothing_of_the_proxy():
    """Its own status compared with itself proves no passing on."""
    _, verdicts = judge(*five("app", level="info", status=401, message="request completed", method="GET", path="/v1/x"))
    assert verdicts["proxy"].verdict == "not_visible"


FAULT = "line 3, column 5: missing comma after line 2"


@pytest.mark.parametrize(
    ("values", "sentence", "verdict"),
    [
        ({"status": 400, "request_body_fault": FAULT, "request_content_type": "application/json"},
         f"5 of 5 failing requests sent a broken body; the first is not valid JSON: {FAULT}.", "cause"),
        ({"status": 422, "request_body_fault": "the closing boundary is missing",
          "request_content_type": "multipart/form-data; boundary=x"},
         "5 of 5 failing requests sent a broken body; the first is not valid multipart: the closing boundary is missing.", "cause"),
        ({"status": 400, "request_body_fault": "line 1, column 9: % without two hexadecimal digits",
          "request_content_type": "application/x-www-form-urlencoded"},
         "5 of 5 failing requests sent a broken body; the first is not a valid form: line 1, column 9: % without two hexadecimal digits.", "cause"),
        ({"status": 415, "request_body_kind": "json", "request_content_type": "application/x-www-form-urlencoded"},
         "The request says Content-Type: application/x-www-form-urlencoded, and its body is json.", "cause"),
        ({"status": 500, "request_body_fault": FAULT}, f"5 of 5 failing requests sent a broken body; the first is not valid JSON: {FAULT}.", "suspected"),
    ],
)  # fmt: skip
def test_a_fault_of_the_request_body_is_the_first_evidence(values, sentence, verdict):
    """What is wrong and where leads the request's evidence; beside a 500 it is only suspected."""
    _, layers = judge(*five("har", method="POST", **values))
    assert layers["request"].verdict == verdict
    assert layers["request"].evidence[0].text == sentence


def test_a_fault_is_said_of_the_requests_that_have_it():
    """One of five bodies is broken: it is counted alone, and explains the others no further; one request has no count."""
    values = {"method": "POST", "request_content_type": "application/json"}
    rows = [row("har", n, status=400, request_body_fault=None if n else FAULT, **values) for n in range(5)]
    incident, layers = judge(*rows)
    said = [item.text for item in layers["request"].evidence]
    assert said == [
        "5 of 5 failing requests got 400.",
        f"1 of 5 failing requests sent a broken body; it is not valid JSON: {FAULT}.",
    ]
    whole, _ = judge(*five("har", status=400, request_body_fault=FAULT, **values))
    assert incident.confidence < whole.confidence
    _, layers = judge(rows[0])
    assert layers["request"].evidence[0].text == f"The request body is not valid JSON: {FAULT}."


def test_a_fault_does_not_explain_a_missing_page():
    """404 with a broken body: the count leads, since the server never came to the body."""
    _, layers = judge(*five("har", method="POST", status=404, request_body_fault=FAULT))
    assert layers["request"].evidence[0].text == "5 of 5 failing requests got 404."


def test_the_title_of_a_problem_is_quoted_where_it_has_no_detail():
    """RFC 9457: detail may be absent, and title says what kind of problem it is."""
    _, layers = judge(*five("har", status=400, error_title="Out of credit"))
    assert "The response says: Out of credit" in [item.text for item in layers["request"].evidence]


FORBIDDEN = {"status": 403, "token_from": "authorization"}
SCOPED = 'Bearer realm="orders", error="insufficient_scope", scope="orders:write orders:read"'


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"token_scope": "orders:read", "www_authenticate": SCOPED},
         "The token's scope is orders:read; the challenge asks for orders:write orders:read."),
        ({"token_scope": "orders:read", "www_authenticate": "Bearer scope=orders:write error=x, y=z"},
         "The token's scope is orders:read; the challenge asks for orders:write."),
        ({"token_scope": "orders:read", "www_authenticate": "Bearer error=insufficient_scope"},
         "The token's scope is orders:read; the challenge says that it is insufficient."),
        ({"www_authenticate": SCOPED}, "The challenge asks for the scope orders:write orders:read."),
        ({"token_scope": "orders:read", "www_authenticate": SCOPED, "token_from": "response_body"},
         "The challenge asks for the scope orders:write orders:read."),
        ({"token_scope": "orders:read", "www_authenticate": 'Basic realm="my scope"'}, None),
        ({"token_scope": "orders:read", "www_authenticate": 'Bearer realm="x, scope=admin"'}, None),
        ({"token_scope": "orders:read"}, None),
    ],
)  # fmt: skip
def test_the_scope_of_a_token_stands_beside_the_one_that_is_asked_for(values, sentence):
    """RFC 6750, 3: scope and insufficient_scope of a challenge; the scope of a token only where it was sent."""
    _, layers = judge(*five("har", **FORBIDDEN | values))
    said = [item for item in layers["authorization"].evidence if "scope" in item.text]
    assert [item.text for item in said] == ([sentence] if sentence else [])
    assert all(item.ref is not None for item in said)


CLAIMS = {"token_issuer": "https://id.example", "token_audience": "orders", "token_kid": "k7"}
NAMED = " Its claims: issuer https://id.example, audience orders, key k7."


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"token_expires_at": START + timedelta(seconds=-600)},
         "5 of them sent an expired token; the first had expired 10 min before." + NAMED),
        ({"token_expires_at": START + timedelta(seconds=-299)},
         "5 of them sent an expired token; the first had expired 4 min 59 s before."
         " So little may as well be a clock that is wrong." + NAMED),
        ({"token_issued_at": START + timedelta(seconds=95)},
         "5 of them sent a token that is not valid yet; the first begins 1 min 35 s later."
         " So little may as well be a clock that is wrong." + NAMED),
        ({"token_algorithm": "none"},
         "5 of them sent a token without a signature (alg none), which libraries refuse by default (RFC 8725, 3.2)."),
        ({"token_expires_at": START + timedelta(seconds=600)}, "The token was within its time." + NAMED),
        ({}, "A token was sent." + NAMED),
    ],
)  # fmt: skip
def test_claims_of_refused_tokens_are_evidence(values, sentence):
    """Expired or early by how much, a hint at clocks under five minutes, and for whom the token was made."""
    _, layers = judge(*five("har", status=401, token_from="authorization", **CLAIMS, **values))
    assert layers["authentication"].verdict == "cause"
    assert sentence in [item.text for item in layers["authentication"].evidence]
    _, layers = judge(*five("har", status=401, token_from="response_body", **CLAIMS, **values))
    assert not any("token" in item.text for item in layers["authentication"].evidence)


def test_what_a_service_worker_made_up_blames_no_server():
    """It answers 503 by itself: no server was reached, so none of the layers behind the browser is judged by it."""
    incident, layers = judge(*five("har", status=503, service_worker=True, from_cache=True))
    assert (incident.layer, layers["browser"].verdict) == ("browser", "suspected")
    assert (
        layers["browser"]
        .evidence[0]
        .text.startswith("5 of 5 failing requests got the answer of the page's own service worker")
    )
    assert {layers[name].verdict for name in ("dns", "connect", "tls", "proxy", "backend")} == {"not_visible"}
    other, layers = judge(*five("har", status=503, service_worker=False, from_cache=False))
    assert (other.layer, layers["dns"].verdict) == ("backend", "ruled_out")


def test_what_is_logged_of_every_request_is_no_evidence():
    """That a request was completed says nothing; why it was refused does, and the statuses are those that came."""
    for message, quoted in (("request completed", False), ("signing key 9 is not in the key set", True)):
        rows = [*five("access", status=401, upstream_status=[401], **UPSTREAM),
                *five("app", level="warning", status=401, message=message)]  # fmt: skip
        said = [item.text for item in judge(*rows)[1]["authentication"].evidence]
        assert (f"The application logged: {message}" in said) is quoted
        assert "5 of 5 failing requests got 401." in said


def test_steps_of_a_rule_that_knows_the_fault_come_before_those_of_one_that_counts():
    """A burst asks to read the error log; who has read it says what to check."""
    joined = correlate(frame(*five("access", status=502, upstream_status=[502], **UPSTREAM)))
    exchanges = add_facts(joined.exchanges)
    figures = BurstFigures(START, START, 10, 5, 5, 1.0, 0.0, Ratio(9.0, 2.0, 40.0), 1e-9, 1.0, possible=False)
    made = [
        Signal(
            rule=step, title=step, level="high", author=None, layer=None, family="f", says=None, next_steps=(step,),
            ask=(), owner_hint=None, group=(), started=exchanges["timestamp"].min(),
            ended=exchanges["timestamp"].max(), count=5, peak=5, rows=exchanges["row"], burst=burst,
        )
        for step, burst in (("read the log", figures), ("start the process", None))
    ]  # fmt: skip
    assert diagnose(joined, exchanges, tuple(made), 10).incidents[0].next_steps[:2] == (
        "start the process",
        "read the log",
    )
