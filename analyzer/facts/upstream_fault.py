"""The facts what became of the server behind, and whether the client left, in the words of each proxy's own log.

Envoy: https://www.envoyproxy.io/docs/envoy/latest/configuration/advanced/substitution_formatter (%RESPONSE_FLAGS%);
HAProxy: https://docs.haproxy.org/3.0/configuration.html#8.5; AWS: standard-logs-reference of CloudFront,
load-balancer-troubleshooting of Elastic Load Balancing; Google: https-logging-monitoring of Cloud Load Balancing;
Azure: application-gateway-diagnostics, monitor-front-door; IIS: troubleshooting-502-errors-in-arr; HTTP.sys:
error-logging-http-apis; Heroku: error-codes; Squid: cf.data and its error pages; Cloudflare: cloudflare-5xx-errors;
Proxy-Status: RFC 9209, 2.3.
"""

from __future__ import annotations

import polars as pl

from analyzer.facts._facts import Facts, is_exchange
from analyzer.schema import Column

# In each table the first fault that fits wins: what stands before says more than what stands behind.
_FLAGS = {
    "name_not_resolved": "DF",
    "no_server": "UH NC",
    "no_route": "NR",
    "overloaded": "UO",
    "timed_out": "UT",
    "refused": "UF",
    "closed_early": "UC UR",
    "answer_invalid": "UPE",
}
_CODES = {
    "name_not_resolved": "OriginDnsError DNSFailure DNSTimeout DNSNameNotResolved ERR_DNS_FAIL",
    "tls_failed": "SSLHandshakeError SSLInvalidRootCA SSLInvalidCipher CertificateError CertificateNameCheckFailed "
    "ERR_SECURE_CONNECT_FAIL",
    "no_server": "failed_to_pick_backend ERRORINFO_UPSTREAM_NO_LIVE H10 H14 AppOffline AppShutdown Disabled",
    "overloaded": "H11 H22 QueueFull ConnLimit AppPoolTimer Timer_AppPool Timer_ReqQueue",
    "timed_out": "OriginCommError backend_timeout ERRORINFO_UPSTREAM_TIMED_OUT OriginTimeout H12 H19 H20 "
    "ERR_READ_TIMEOUT INTEGRATION_TIMEOUT",
    "refused": "OriginConnectError failed_to_connect_to_backend OriginConnectionError OriginConnectionRefused H21 "
    "ERR_CONNECT_FAIL",
    "closed_early": "OriginReadError OriginWriteError ERRORINFO_UPSTREAM_CLOSED_CONNECTION OriginConnectionAborted "
    "backend_connection_closed_before_data_sent_to_client backend_connection_closed_after_partial_response_sent "
    "backend_connection_closed H13 H18 ERR_ZERO_SIZE_OBJECT ERR_READ_ERROR Connection_Abandoned_By_AppPool "
    "Connection_Abandoned_By_ReqQueue",
    "header_too_big": "OriginHeaderTooBigError ResponseHeaderTooBig",
    "answer_invalid": "OriginInvalidResponseError OriginInvalidResponse OriginContentRangeLengthError H17 "
    "LambdaInvalidResponse OriginZeroSizeObjectError ERR_INVALID_RESP",
}
# What the client's own request caused is left out.
_PROXY_STATUS = {
    "name_not_resolved": "dns_timeout dns_error",
    "tls_failed": "tls_protocol_error tls_certificate_error tls_alert_received",
    "no_server": "destination_unavailable",
    "no_route": "destination_not_found",
    "overloaded": "connection_limit_reached",
    "timed_out": "connection_timeout connection_read_timeout connection_write_timeout http_response_timeout",
    "refused": "connection_refused destination_ip_unroutable",
    "closed_early": "connection_terminated http_response_incomplete",
    "header_too_big": "http_response_header_section_size http_response_header_size",
    "answer_invalid": "http_protocol_error http_response_transfer_coding http_response_content_coding",
}
# The first letter tells who ended it, the second in which phase; a small s is a time-out of the server.
_STATES = {"overloaded": "^sQ", "timed_out": "^s[CHD]", "closed_early": "^(S[HD]|D)", "answer_invalid": "^PH"}
# 530 comes with a code of its own in the body, of which no name for the origin is only one.
_CLOUDFLARE = {520: "closed_early", 521: "refused", 522: "timed_out", 523: "refused", 524: "timed_out",
               525: "tls_failed", 526: "tls_failed"}  # fmt: skip
_AWS = {503: "no_server", 504: "timed_out"}
# IIS: (status, substatus); behind 502.3 stands an error of WinHTTP.
_IIS = {(502, 4): "no_server", (503, 0): "no_server", (503, 2): "overloaded", (503, 3): "overloaded"}
_WINHTTP = {12002: "timed_out", 12007: "name_not_resolved", 12029: "refused", 12030: "closed_early",
            12152: "answer_invalid", 12175: "tls_failed"}  # fmt: skip
_TOO_BIG_LINE = "upstream sent too big header"
_LEFT_STATUSES = (460, 499)
_LEFT_CODES = (
    "ClientCommError", "ClientHungUpRequest", "ClientDisconnected", "ERRORINFO_CLIENT_CLOSED_REQUEST", "H27",
    "client_disconnected_before_any_response", "client_disconnected_after_partial_response",
    "Client_Reset", "Connection_Dropped",
)  # fmt: skip
_LEFT_WIN32 = (64, 1236)  # ERROR_NETNAME_DELETED, ERROR_CONNECTION_ABORTED


def _add(frame: pl.DataFrame) -> pl.DataFrame:
    readers = (_by_flags(), _by_state(), _by_code(), _by_proxy_status(), _by_status(), _by_iis(), _by_line())
    return frame.with_columns(
        upstream_fault=pl.coalesce(*readers), client_left=_client_left(), server_behind=pl.col("upstream").list.last()
    )


def _by_flags() -> pl.Expr:
    """Reads Envoy's flags; the reason of a failed connection says whether it was its TLS."""
    flags = pl.col("response_flags")
    secure = flags.list.contains("UF") & pl.col("error").str.starts_with("TLS")
    found = [
        pl.when(pl.any_horizontal(flags.list.contains(flag) for flag in names.split())).then(pl.lit(fault))
        for fault, names in _FLAGS.items()
    ]
    return pl.coalesce(pl.when(secure).then(pl.lit("tls_failed")), *found)


def _by_state() -> pl.Expr:
    """Reads HAProxy's state; SC without the name of a server means that none was left."""
    state = pl.col("termination_state")
    named = pl.col("upstream_name").str.contains("/", literal=True).fill_null(False)
    refused = pl.when(named).then(pl.lit("refused")).otherwise(pl.lit("no_server"))
    found = [pl.when(state.str.contains(pattern)).then(pl.lit(fault)) for fault, pattern in _STATES.items()]
    return pl.coalesce(pl.when(state.str.starts_with("SC")).then(refused), *found)


def _by_code() -> pl.Expr:
    """Reads the reason that edges and balancers write beside the status; behind some stands more text."""
    codes = {code: fault for fault, names in _CODES.items() for code in names.split()}
    written = (pl.col(name).str.extract("^([A-Za-z0-9_]+)", 1) for name in ("error", "result"))
    return pl.coalesce(code.replace_strict(codes, default=None, return_dtype=pl.String) for code in written)


def _by_proxy_status() -> pl.Expr:
    kinds = {kind: fault for fault, names in _PROXY_STATUS.items() for kind in names.split()}
    kind = pl.col("proxy_status").str.extract(r'(?i);\s*error="?([a-z_]+)', 1)
    return kind.replace_strict(kinds, default=None, return_dtype=pl.String)


def _by_status() -> pl.Expr:
    """Reads statuses that one product alone gives, or gives by itself: a target that answered has its own status."""
    status = pl.col("status")
    cloudflare = (pl.col("format") == "cloudflare") | (pl.col("server").str.to_lowercase() == "cloudflare")
    alone = pl.col("format").is_in(["alb", "elb"]) & pl.col("upstream_status").list.last().is_null()
    return pl.coalesce(
        pl.when(cloudflare).then(status.replace_strict(_CLOUDFLARE, default=None, return_dtype=pl.String)),
        pl.when(alone).then(status.replace_strict(_AWS, default=None, return_dtype=pl.String)),
    )


def _by_iis() -> pl.Expr:
    substatus = pl.col("substatus")
    found = [
        pl.when((pl.col("status") == status) & (substatus == sub)).then(pl.lit(fault))
        for (status, sub), fault in _IIS.items()
    ]
    forwarded = (pl.col("status") == 502) & (substatus == 3)
    reason = pl.col("win32_status").replace_strict(_WINHTTP, default=None, return_dtype=pl.String)
    return pl.coalesce(pl.when(forwarded).then(reason), *found)


def _by_line() -> pl.Expr:
    """Reads the line of nginx's error log that joining put beside a failed request.

    Only that of a header that is too big: the status behind it is a success, so that a rule for rejected successes
    must know.
    """
    failed = is_exchange() & (pl.col("status") >= 400)
    return pl.when(failed & pl.col("message").str.starts_with(_TOO_BIG_LINE)).then(pl.lit("header_too_big"))


def _client_left() -> pl.Expr:
    """Tells from a server's log that the client ended the request; null where the log would not show it."""
    code = pl.col("error").str.extract("^([A-Za-z0-9_]+)", 1)
    shown = (
        pl.col("status").is_in(_LEFT_STATUSES),
        pl.col("response_flags").list.contains("DC"),
        pl.col("termination_state").str.contains("^C"),
        code.is_in(_LEFT_CODES),
        pl.col("win32_status").is_in(_LEFT_WIN32),
        pl.col("result").str.contains("ABORTED", literal=True),
    )
    return pl.any_horizontal(shown)


FACTS = Facts(
    columns=(
        Column(
            "upstream_fault",
            pl.String,
            "what became of the server behind, as the proxy's access log, Proxy-Status or, for header_too_big, the "
            "error line beside the request says: refused, timed_out, "
            "closed_early, no_server, no_route, overloaded, name_not_resolved, tls_failed, header_too_big, "
            "answer_invalid; null: it says nothing",
        ),
        Column(
            "client_left",
            pl.Boolean,
            "the client ended the request before it was answered, as the server's log says: 499, 460, flags and codes",
        ),
        Column("server_behind", pl.String, "address of the server behind that was asked last"),
    ),
    add=_add,
)
