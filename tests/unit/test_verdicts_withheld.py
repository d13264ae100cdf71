"""The verdict stays right or weakens when a source is withheld; it never turns into a wrong cause."""

from __future__ import annotations

from functools import cache

import polars as pl
import pytest
from stories_by_hand import APPLICATION, Fault, events, sources_of, statuses_left

from analyzer.detect import Signal
from analyzer.diagnose.correlate import correlate
from analyzer.diagnose.incidents import diagnose
from analyzer.facts import add_facts


def to(address=APPLICATION, status=None, **more):
    """Gives what nginx writes of the server behind: a status where it answered, else null for `-`."""
    return {"upstream": [address], "upstream_status": [status], "upstream_connect_us": [1000], **more}


ALONE = {"upstream": None, "upstream_status": None}  # `-` in both fields: nobody behind was asked
WRONG_PORT = "10.0.9.1:8081"
WHILE = "while connecting to upstream"
REFUSED = {"har": {"error": "net::ERR_CONNECTION_REFUSED"}, "alone": True}
SERVER = {"upstream_name": "be/app1"}
FAULTS = {
    # The application and what it depends on.
    "crash with a stack trace": Fault(
        ("backend",), {"status": 500, **to(status=500)},
        app={"level": "error", "status": 500, "exception_type": "KeyError", "message": "boom"}),
    "application answers 500": Fault(("backend",), {"status": 500, **to(status=500)}, app={"status": 500}),
    "application is down": Fault(
        ("backend",), {"status": 502, **to(status=502, upstream_connect_us=None)},
        f"connect() failed (111: Connection refused) {WHILE}", everywhere=True, down=True),
    "application hangs and answers late": Fault(
        ("backend",), {"status": 504, "duration_us": 3_000_000, **to(status=504)},
        "upstream timed out (110: Connection timed out) while reading response header from upstream",
        {"status": 200, "level": "info", "message": "done", "duration_us": 5_000_000}),
    "application hangs and never logs": Fault(
        ("backend",), {"status": 504, "duration_us": 3_000_000, **to(status=504)},
        "upstream timed out (110: Connection timed out) while reading response header from upstream"),
    "worker is killed": Fault(
        ("backend",), {"status": 502, **to(status=502)},
        "upstream prematurely closed connection while reading response header from upstream"),
    "application answers 503 for want of connections": Fault(
        ("backend",), {"status": 503, **to(status=503)},
        app={"status": 503, "level": "error", "message": "connection pool exhausted"}),
    "application answers 502 for its dependency": Fault(
        ("backend",), {"status": 502, **to(status=502)}, app={"status": 502, "level": "error", "message": "bad answer"}),
    "application answers 504 for its dependency": Fault(
        ("backend",), {"status": 504, **to(status=504)}, app={"status": 504, "level": "error", "message": "too slow"}),
    "all servers are marked dead": Fault(
        ("backend",), {"status": 502, "upstream": ["orders_api"], "upstream_status": [502]},
        f"no live upstreams {WHILE}", everywhere=True, down=True),
    "HAProxy behind nginx cannot connect": Fault(
        ("backend",), {"status": 503, **to("10.0.9.9:80", 503)}, upstream_before="10.0.9.9:80", haproxy_place="behind",
        haproxy={"status": 503, "termination_state": "SC--", **SERVER}, everywhere=True, down=True),
    "HAProxy in front has no server left": Fault(
        ("backend",), haproxy_place="front", everywhere=True, down=True,
        haproxy={"status": 503, "termination_state": "SC--", "upstream_name": "be"}),
    "HAProxy waits in vain for headers": Fault(
        ("backend",), {"status": 504, **to("10.0.9.9:80", 504)}, upstream_before="10.0.9.9:80", haproxy_place="behind",
        haproxy={"status": 504, "termination_state": "sH--", **SERVER},
        app={"status": 200, "level": "info", "message": "done"}),
    "HAProxy's server breaks off": Fault(
        ("backend",), {"status": 502, **to("10.0.9.9:80", 502)}, upstream_before="10.0.9.9:80", haproxy_place="behind",
        haproxy={"status": 502, "termination_state": "SH--", **SERVER}),
    "HAProxy's queue is full": Fault(
        ("proxy", "backend"), {"status": 503, **to("10.0.9.9:80", 503)}, upstream_before="10.0.9.9:80",
        haproxy_place="behind", haproxy={"status": 503, "termination_state": "sQ--", **SERVER}),
    "success with an error body": Fault(
        ("backend", "request"), {"status": 200, **to(status=200)}, app={"status": 200, "level": "info", "message": "done"},
        har={"status": 200, "error_code": "E1", "error_title": "it broke", "body_kind": "json"}, alone=True, weak=True),
    # What stands between.
    "header is too big for nginx": Fault(
        ("proxy",), {"status": 502, **to(status=502)},
        "upstream sent too big header while reading response header from upstream", {"status": 200, "message": "done"}),
    "header is invalid for nginx": Fault(
        ("proxy",), {"status": 502, **to(status=502)},
        'upstream sent invalid header: "X\\x20Y: 1..." while reading response header from upstream',
        {"status": 200, "message": "done"}),
    "wrong port after a reload": Fault(
        ("proxy",), {"status": 502, **to(WRONG_PORT, 502)}, f"connect() failed (111: Connection refused) {WHILE}"),
    "wrong port for everything": Fault(
        ("proxy",), {"status": 502, **to(WRONG_PORT, 502)}, f"connect() failed (111: Connection refused) {WHILE}",
        everywhere=True),
    "a new server hangs": Fault(
        ("backend",), {"status": 504, "duration_us": 3_000_000, **to("10.0.9.7:8080", 504)}, everywhere=True, weak=True),
    "name of the server behind is gone": Fault(
        ("proxy",), {"status": 502, **ALONE}, "orders-api.internal could not be resolved (3: Host not found)"),
    "TLS with the server behind fails": Fault(
        ("proxy",), {"status": 502, **to("10.0.9.1:8443", 502)},
        "SSL_do_handshake() failed (SSL: error:0A00010B:SSL routines::wrong version number) while SSL handshaking to "
        "upstream"),
    "certificate behind expired": Fault(
        ("backend",), {"status": 502, **to("10.0.9.1:8443", 502)}, upstream_before="10.0.9.1:8443",
        error="upstream SSL certificate verify error: (10:certificate has expired) while SSL handshaking to upstream"),
    "bytes that are no HTTP for nginx": Fault(
        ("proxy", "backend"), {"status": 502, **to(status=502)},
        "upstream sent no valid HTTP/1.0 header while reading response header from upstream"),
    "firewall drops between, application is up": Fault(
        ("proxy", "backend"), {"status": 504, "duration_us": 3_000_000, **to(status=504, upstream_connect_us=[None])},
        f"upstream timed out (110: Connection timed out) {WHILE}", everywhere=True, weak=True),
    "firewall drops between, all is silent": Fault(
        ("backend",), {"status": 504, "duration_us": 3_000_000, **to(status=504, upstream_connect_us=[None])},
        f"upstream timed out (110: Connection timed out) {WHILE}", everywhere=True, down=True, weak=True),
    "deny rule in nginx": Fault(("proxy",), {"status": 403, **ALONE}, "access forbidden by rule"),
    "firewall rule in nginx without an error line": Fault(("proxy",), {"status": 403, **ALONE}),
    "deny rule in HAProxy in front": Fault(
        ("proxy",), haproxy_place="front", haproxy={"status": 403, "termination_state": "PR--", "upstream_name": "fe"}),
    "deny rule in HAProxy behind nginx": Fault(
        ("proxy",), {"status": 403, **to("10.0.9.9:80", 403)}, upstream_before="10.0.9.9:80", haproxy_place="behind",
        haproxy={"status": 403, "termination_state": "PR--", "upstream_name": "fe"}),
    "maintenance page of nginx": Fault(("proxy",), {"status": 503, **ALONE}, everywhere=True),
    "maintenance page of nginx behind HAProxy": Fault(
        ("proxy",), {"status": 503, **ALONE}, haproxy_place="front", everywhere=True,
        haproxy={"status": 503, "upstream_status": [503], "termination_state": "----", "upstream_name": "be/edge1"}),
    "health check of HAProxy fails while the application is up": Fault(
        ("proxy", "backend"), haproxy_place="front", everywhere=True, weak=True,
        haproxy={"status": 503, "termination_state": "SC--", "upstream_name": "be"}),
    "body is too large for nginx": Fault(
        ("proxy", "request"), {"status": 413, **ALONE}, "client intended to send too large body: 20971520 bytes",
        path="/v1/upload", method="POST"),
    "places of nginx are taken": Fault(
        ("proxy",), {"status": 500, **ALONE}, f"512 worker_connections are not enough {WHILE}"),
    "invalid answer for HAProxy": Fault(
        ("proxy",), {"status": 502, **to("10.0.9.9:80", 502)}, upstream_before="10.0.9.9:80", haproxy_place="behind",
        haproxy={"status": 502, "termination_state": "PH--", **SERVER}, app={"status": 200, "message": "done"}),
    # Limiters.
    "nginx limits with 429": Fault(
        ("rate_limit",), {"status": 429, **ALONE}, 'limiting requests, excess: 10.1 by zone "per_client"', some=True),
    "nginx limits with 503": Fault(
        ("rate_limit",), {"status": 503, **ALONE}, 'limiting requests, excess: 10.1 by zone "per_client"', some=True),
    "application limits": Fault(
        ("rate_limit",), {"status": 429, **to(status=429)}, app={"status": 429, "message": "rate limit exceeded"}),
    "HAProxy limits": Fault(
        ("rate_limit",), haproxy_place="front",
        haproxy={"status": 429, "termination_state": "PR--", "upstream_name": "fe"}),
    # Credentials and permissions.
    "signing key rotated": Fault(
        ("authentication",), {"status": 401, **to(status=401)}, everywhere=True,
        app={"status": 401, "message": "authentication failed: signing key 9 is not in the key set"}),
    "expired token of one browser": Fault(
        ("authentication",), {"status": 401, **to(status=401)}, alone=True,
        app={"status": 401, "message": "token expired"}),
    "password of nginx": Fault(
        ("authentication",), {"status": 401, **ALONE}, 'user "x": password mismatch'),
    "role lost": Fault(
        ("authorization",), {"status": 403, **to(status=403)}, app={"status": 403, "message": "permission denied: orders"}),
    # The request itself.
    "broken body": Fault(
        ("request",), {"status": 400, **to(status=400)}, app={"status": 400, "message": "invalid JSON: line 1 column 9"}),
    "wrong method": Fault(
        ("request",), {"status": 405, **to(status=405)}, app={"status": 405, "message": "no PUT"}, method="PUT"),
    "gone version": Fault(
        ("request",), {"status": 404, **to(status=404)}, app={"status": 404, "message": "no route"}, path="/v0/x"),
    "wrong content type": Fault(
        ("request",), {"status": 415, **to(status=415)}, app={"status": 415, "message": "no XML"}, method="POST"),
    "wrong URL that nginx does not know": Fault(
        ("request",), {"status": 404, **ALONE}, 'open() "/srv/www/v9" failed (2: No such file or directory)', path="/v9"),
    "plain HTTP on the TLS port": Fault(
        ("request",), {"status": 400, **ALONE}, "client sent plain HTTP request to HTTPS port while reading client request headers"),
    # In front of the first server.
    "name does not resolve": Fault(("dns",), har={"error": "net::ERR_NAME_NOT_RESOLVED"}, alone=True),
    "first hop refuses": Fault(("connect",), **REFUSED),
    "first hop drops": Fault(("connect",), har={"error": "net::ERR_CONNECTION_TIMED_OUT"}, alone=True),
    "first hop resets": Fault(
        ("connect", "proxy", "backend"), har={"error": "net::ERR_CONNECTION_RESET"}, alone=True, weak=True),
    "certificate expired": Fault(("tls",), har={"error": "net::ERR_CERT_DATE_INVALID"}, alone=True),
    "CORS header dropped": Fault(
        ("browser",), {"status": 200, **to(status=200)}, app={"status": 200, "level": "info", "message": "done"}, alone=True,
        har={"error": "net::ERR_FAILED", "origin": "https://app.example", "fetch_mode": "cors"}),
    "blocked by an extension": Fault(("browser",), har={"error": "net::ERR_BLOCKED_BY_CLIENT"}, alone=True),
}  # fmt: skip


@cache
def judge(name, withheld):
    """Gives the verdicts by layer of the failing requests of a story; None where nothing shows them."""
    return incident_of(events(FAULTS[name], withheld))


def incident_of(found):
    """Gives the incident of all that failed in these events."""
    joined = correlate(found)
    exchanges = add_facts(joined.exchanges)
    gravely = pl.col("level").is_in(["error", "critical"]) & pl.col("status").is_null()
    failed = (pl.col("status") >= 400) | pl.col("error").is_not_null() | pl.col("answer_fault").is_not_null()
    matched = exchanges.filter(failed.fill_null(False) | (gravely & ~failed.fill_null(False).any()).fill_null(False))
    if matched.is_empty():
        return None
    signal = Signal(
        rule="r", title="t", level="high", author=None, layer=None, family="f", says=None, next_steps=(), ask=(),
        owner_hint=None, group=(), started=matched["timestamp"].min(), ended=matched["timestamp"].max(),
        count=matched.height, peak=matched.height, rows=matched["row"],
    )  # fmt: skip
    return diagnose(joined, exchanges, (signal,), 10).incidents[0]


def outcome(fault, incident):
    """Gives right, weakened or wrong."""
    verdicts = {each.layer: each.verdict for each in incident.layers}
    causes = [layer for layer, verdict in verdicts.items() if verdict == "cause"]
    if any(layer not in fault.layers for layer in causes):
        return "wrong"
    if causes:
        return "right"
    return "wrong" if all(verdicts[layer] == "ruled_out" for layer in fault.layers) else "weakened"


VARIANTS = [
    (name, withheld)
    for name, fault in FAULTS.items()
    for withheld in (None, *(sources_of(fault) if len(sources_of(fault)) > 1 else ()), "ids")
]


@pytest.mark.parametrize(("name", "withheld"), VARIANTS)
def test_no_source_withheld_turns_the_verdict_into_a_wrong_cause(name, withheld):
    """With every source the cause is named; without one the verdict is the same, or weaker."""
    fault, incident = FAULTS[name], judge(name, withheld)
    if incident is None:
        # Only the browser knew; what the servers logged of these requests, if anything, is a success.
        assert withheld == "har"
        assert all(status < 400 for status in statuses_left(fault, withheld))
        return
    accepted = {"right"} if withheld is None and not fault.weak else {"right", "weakened"}
    assert outcome(fault, incident) in accepted
    if withheld is None:
        assert incident.layer in fault.layers


def test_a_new_server_that_answers_for_itself_was_asked_rightly():
    """nginx writes a 503 into $upstream_status only where somebody gave it: the address is no wrong one."""
    fault = Fault(("backend",), {"status": 503, **to("10.0.9.7:8080", 503)}, everywhere=True)
    for withheld in (None, "app", "ids"):
        incident = incident_of(events(fault, withheld))
        assert [each.layer for each in incident.layers if each.verdict == "cause"] == []
        texts = [item.text for each in incident.layers for item in each.evidence]
        assert not [text for text in texts if "never answered" in text]
