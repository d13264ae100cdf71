"""What became of the server behind: one row per spelling of a vendor's documentation, and what it means."""

from __future__ import annotations

import polars as pl
import pytest

from analyzer import schema
from analyzer.facts import add_facts

HAPROXY = {"format": "haproxy_http", "upstream_name": "be/s1"}
IIS = {"format": "w3c", "status": 502, "substatus": 3}


def fact(name, row):
    full = {"source": "access.log", "line": 1, "kind": "request", "method": "GET", "path": "/a"} | row
    frame = pl.DataFrame([full], schema={column: schema.EVENTS[column] for column in full})
    return add_facts(schema.conform(frame))[name].item()


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ({"format": "envoy", "status": 503, "response_flags": ["UF", "URX"]}, "refused"),
        ({"format": "envoy", "status": 503, "response_flags": ["UF"], "error": "TLS error: 268435581"}, "tls_failed"),
        ({"format": "envoy", "status": 503, "response_flags": ["UH"]}, "no_server"),
        ({"format": "envoy", "status": 503, "response_flags": ["UO"]}, "overloaded"),
        ({"format": "envoy", "status": 504, "response_flags": ["UT"]}, "timed_out"),
        ({"format": "envoy", "status": 503, "response_flags": ["UC"]}, "closed_early"),
        ({"format": "envoy", "status": 503, "response_flags": ["UR"]}, "closed_early"),
        ({"format": "envoy", "status": 404, "response_flags": ["NR"]}, "no_route"),
        ({"format": "envoy", "status": 429, "response_flags": ["RL"]}, None),
        ({"format": "envoy", "status": 503, "response_flags": None}, None),
        ({"status": 502, "message": "upstream sent too big header while reading"}, "header_too_big"),
        ({"status": 200, "message": "upstream sent too big header while reading"}, None),
        ({"status": 502, "message": 'open() "/upstream sent too big header" failed'}, None),
        ({"status": 502, "kind": "application", "message": "upstream sent too big header"}, None),
        (HAPROXY | {"status": 503, "termination_state": "SC--"}, "refused"),
        (HAPROXY | {"status": 503, "termination_state": "SC--", "upstream_name": "be"}, "no_server"),
        (HAPROXY | {"status": 504, "termination_state": "sH--"}, "timed_out"),
        (HAPROXY | {"status": 503, "termination_state": "sC--"}, "timed_out"),
        (HAPROXY | {"status": 502, "termination_state": "SH--"}, "closed_early"),
        (HAPROXY | {"status": 503, "termination_state": "sQ--"}, "overloaded"),
        (HAPROXY | {"status": 502, "termination_state": "PH--"}, "answer_invalid"),
        (HAPROXY | {"status": 403, "termination_state": "PR--"}, None),
        (HAPROXY | {"status": 200, "termination_state": "----"}, None),
        ({"format": "alb", "status": 503}, "no_server"),
        ({"format": "alb", "status": 504, "upstream": ["10.0.0.9:80"]}, "timed_out"),
        ({"format": "alb", "status": 504, "upstream": ["10.0.0.9:80"], "upstream_status": [504]}, None),
        ({"format": "alb", "status": 502}, None),
        ({"format": "nginx_main", "status": 504}, None),
        ({"format": "cloudfront", "status": 502, "error": "OriginDnsError"}, "name_not_resolved"),
        ({"format": "cloudfront", "status": 502, "error": "OriginHeaderTooBigError"}, "header_too_big"),
        ({"format": "cloudfront", "status": 504, "error": "OriginCommError"}, "timed_out"),
        ({"format": "cloudfront", "status": 403, "error": "ClientGeoBlocked"}, None),
        ({"format": "gcp_load_balancer", "status": 502, "error": "failed_to_pick_backend"}, "no_server"),
        ({"format": "gcp_load_balancer", "status": 502, "error": "backend_timeout"}, "timed_out"),
        ({"format": "cloudflare", "status": 521}, "refused"),
        ({"format": "har", "server": "cloudflare", "status": 524}, "timed_out"),
        ({"format": "har", "server": "nginx", "status": 524}, None),
        (IIS | {"win32_status": 12002}, "timed_out"),
        (IIS | {"win32_status": 12029}, "refused"),
        (IIS | {"substatus": 4}, "no_server"),
        ({"format": "w3c", "status": 404, "substatus": 3}, None),
        ({"format": "httperr", "status": 503, "error": "QueueFull"}, "overloaded"),
        ({"format": "heroku_router", "status": 503, "error": "H12"}, "timed_out"),
        ({"format": "squid", "status": 503, "error": "ERR_CONNECT_FAIL 111"}, "refused"),
        ({"format": "har", "status": 502, "proxy_status": 'cdn.example; error="connection_refused"'}, "refused"),
        ({"format": "har", "status": 502, "proxy_status": "a; received-status=200, b; error=dns_timeout"},
         "name_not_resolved"),
        ({"format": "har", "status": 400, "proxy_status": "cdn.example; error=http_request_error"}, None),
        ({"format": "har", "status": 502, "proxy_status": "cdn.example; error=destination_not_found"}, "no_route"),
        ({"format": "har", "server": "cloudflare", "status": 530}, None),
        ({"format": "httperr", "status": 503, "error": "Timer_AppPool"}, "overloaded"),
        ({"format": "httperr", "status": 503, "error": "Timer_ReqQueue"}, "overloaded"),
    ],
)  # fmt: skip
def test_upstream_fault_reads_each_vendor(row, fault):
    """The words of the vendors' documentation, and near ones that speak of something else."""
    assert fact("upstream_fault", row) == fault


@pytest.mark.parametrize(
    ("row", "left"),
    [
        ({"status": 499}, True),
        ({"format": "alb", "status": 460}, True),
        ({"format": "envoy", "response_flags": ["DC"]}, True),
        ({"format": "haproxy_http", "status": 200, "termination_state": "CD--"}, True),
        ({"format": "haproxy_http", "status": 408, "termination_state": "cR--"}, None),
        ({"format": "cloudfront", "error": "ClientHungUpRequest"}, True),
        ({"format": "gcp_load_balancer", "error": "client_disconnected_before_any_response"}, True),
        ({"format": "w3c", "status": 200, "win32_status": 64}, True),
        ({"format": "squid", "result": "TCP_MISS_ABORTED"}, True),
        ({"status": 200}, None),
        ({"format": "httperr", "error": "Client_Reset"}, True),
        ({"format": "httperr", "error": "Connection_Dropped"}, True),
    ],
)
def test_client_left_reads_each_vendor(row, left):
    """A client that left is told by a status, a flag, a letter or a code; never that one stayed."""
    assert fact("client_left", row) is left
