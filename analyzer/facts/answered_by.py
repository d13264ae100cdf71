"""The fact who wrote the response: the edge, a firewall, a load balancer, a proxy, or the application."""

from __future__ import annotations

import polars as pl

from analyzer.facts._facts import HAR, Facts, is_exchange
from analyzer.schema import Column

_NOBODY = (444, 460, 499)  # nginx closed without a response, the client left (AWS ALB), the client left (nginx)
_GATEWAY_FAILED = (502, 504)
_WAF_LINE = r"ModSecurity: Access denied"
_WAF_RESULT = r"(^|,)waf$|^WAF_FILTERED$"
# nginx and Apache: messages after which the server answers for itself. They are anchored, since a message may quote
# the path that a client made up.
_PROXY_LINE = (
    r"^(upstream (timed out|sent too big header|sent invalid header|sent no valid HTTP|prematurely closed connection)"
    r"|(connect|recv|send|readv|writev|SSL_do_handshake)\(\) failed .* upstream|peer closed .* to upstream"
    r"|no live upstreams|\S+ could not be resolved \("
    r"|limiting (requests, excess|connections by zone)|access forbidden by rule|client intended to send too large body"
    r"|open\(\) .* failed"
    r"|.{0,160}AH(00898|00957|01075|01102|01110|01114|01170|01630|01797): )"
)
_BALANCER_FORMAT = r"(?i)haproxy|alb|elb|load.?balanc"
_EDGE_FORMAT = r"(?i)cloudfront|cloudflare|akamai|fastly"
_EDGE_SERVER = r"(?i)^(cloudfront|akamaighost)"
_WAF_SERVER = r"(?i)sucuri|imperva|incapsula|mod_security"
_APPLICATION_SERVER = r"(?i)^(gunicorn|uvicorn|hypercorn|werkzeug|waitress|kestrel|jetty|puma|tornado|daphne|cowboy)"
# HAProxy, 8.5: P decided, L and I answered by itself, R out of resources; S, s and D with C, Q or H: the server failed
# before its headers stood, so that the answer is HAProxy's; cR: the request never came whole, which is its 408.
_BALANCER_STATE = "^(?:P[^D]|[LRI]|[SsD][CQH]|cR)"
# Envoy, %RESPONSE_FLAGS%: each stands for a reply of its own; URX alone may pass the last server's answer on.
_ENVOY_FLAGS = [
    "UH",
    "UF",
    "UO",
    "NR",
    "UC",
    "UT",
    "UR",
    "LR",
    "RL",
    "UAEX",
    "RLSE",
    "DPE",
    "UPE",
    "NC",
    "FI",
    "IH",
    "SI",
    "DF",
    "OM",
    "UMSDR",
    "NFCF",
]
_CACHE_HIT = r"(?i)^((tcp_)?(mem_)?hit|hit from|refreshhit from)"


def _add(frame: pl.DataFrame) -> pl.DataFrame:
    for name, dtype in (("has_application", pl.Boolean), ("application_status", pl.Int32)):
        if name not in frame.columns:
            frame = frame.with_columns(pl.lit(None, dtype).alias(f"_{name}"))
        else:
            frame = frame.with_columns(pl.col(name).alias(f"_{name}"))
    answered = pl.when(pl.col("status").is_in(_NOBODY)).then(None)
    tellers = (
        _by_error_line(), _by_result(), _by_state(), _by_headers(), _by_upstream(), _by_application(),
        _by_server_header(),
    )  # fmt: skip
    return frame.with_columns(
        answered_by=answered.otherwise(pl.coalesce(*tellers)),
        status_behind=pl.coalesce("_application_status", pl.col("upstream_status").list.last()),
    ).drop("_has_application", "_application_status")


def _writer() -> pl.Expr:
    """Names the server that writes the log, for responses that it gave by itself."""
    return (
        pl.when(pl.col("format").str.contains(_BALANCER_FORMAT))
        .then(pl.lit("load_balancer"))
        .when(pl.col("format").str.contains(_EDGE_FORMAT))
        .then(pl.lit("edge"))
        .otherwise(pl.lit("proxy"))
    )


def _by_error_line() -> pl.Expr:
    """Reads the server's own error line; one that a second server made good says nothing."""
    message, failed = pl.col("message"), pl.col("status").is_null() | (pl.col("status") >= 400)
    from_server = failed & pl.col("kind").ne_missing("application")
    return (
        pl.when(from_server & message.str.contains(_WAF_LINE))
        .then(pl.lit("waf"))
        .when(from_server & message.str.contains(_PROXY_LINE))
        .then(_writer())
    )


def _by_result() -> pl.Expr:
    """Reads what a gateway of AWS says it did: a last action waf means that the firewall refused the request.

    Elastic Load Balancing, access log entries, actions_executed; API Gateway, gateway response types, WAF_FILTERED.
    """
    return pl.when(pl.col("result").str.contains(_WAF_RESULT) & (pl.col("status") >= 400)).then(pl.lit("waf"))


def _by_state() -> pl.Expr:
    """Reads what HAProxy and Envoy write beside the status of an answer that they gave by themselves."""
    failed, seen = pl.col("status") >= 400, pl.col("_application_status") == pl.col("status")
    flags = pl.col("response_flags")
    flagged = pl.any_horizontal(flags.list.contains(flag) for flag in _ENVOY_FLAGS)
    own = failed & ~seen.fill_null(value=False)
    return (
        pl.when(own & pl.col("termination_state").str.contains(_BALANCER_STATE))
        .then(pl.lit("load_balancer"))
        .when(own & flagged)
        .then(pl.lit("proxy"))
    )


def _by_headers() -> pl.Expr:
    """Reads headers that only the answering hop writes: Via and `Error from cloudfront` prove nothing.

    Proxy-Status with an error: RFC 9209, 2.1.1. 52x and 530 behind cloudflare: its own documentation.
    """
    server, status = pl.col("server"), pl.col("status")
    return (
        pl.when(pl.col("proxy_status").str.contains(r"(?i);\s*error="))
        .then(pl.lit("proxy"))
        .when((server.str.to_lowercase() == "cloudflare") & (status.is_between(520, 527) | (status == 530)))
        .then(pl.lit("edge"))
        .when(server.str.contains(_WAF_SERVER) & (status == 403))
        .then(pl.lit("waf"))
        .when(server.str.contains(_EDGE_SERVER) & (status >= 400))
        .then(pl.lit("edge"))
        .when(server.str.starts_with("awselb"))
        .then(pl.lit("load_balancer"))
        .when(pl.col("x_cache").str.contains(_CACHE_HIT))
        .then(pl.lit("edge"))
    )


def _by_upstream() -> pl.Expr:
    """Compares with the server behind that was asked last, in sources that log it.

    nginx writes 502 and 504 as the upstream's status also where it broke the exchange off itself, so that equality
    proves nothing for these two (ngx_http_upstream.c, ngx_http_upstream_next).
    """
    status, last = pl.col("status"), pl.col("upstream_status").list.last()
    logs_upstream = pl.col("upstream").is_not_null().any().over("source")
    logs_status = pl.col("upstream_status").is_not_null().any().over("source")
    own = is_exchange() & pl.col("format").ne_missing(HAR) & status.is_not_null()
    same = pl.coalesce("_application_status", last) == status
    return (
        pl.when(own & pl.col("upstream").is_null() & logs_upstream)
        .then(_writer())
        .when(own & last.is_null() & pl.col("upstream").is_not_null() & logs_status)
        .then(_writer())
        .when(~same)
        .then(_writer())
        .when(last.eq_missing(status) & ~status.is_in(_GATEWAY_FAILED))
        .then(pl.lit("application"))
    )


def _by_application() -> pl.Expr:
    """Trusts a record of the application, unless it could be the proxy that said 502 or 504 over it."""
    status = pl.col("status")
    recorded = (pl.col("_has_application").fill_null(False) & ~status.is_in(_GATEWAY_FAILED)) | (
        pl.col("_application_status") == status
    )
    return pl.when((recorded | (pl.col("kind") == "application")) & status.is_not_null()).then(pl.lit("application"))


def _by_server_header() -> pl.Expr:
    return pl.when(pl.col("server").str.contains(_APPLICATION_SERVER)).then(pl.lit("application"))


FACTS = Facts(
    columns=(
        Column(
            "answered_by",
            pl.String,
            "who wrote the response: edge, waf, load_balancer, proxy, application; null: cannot be known, or nobody",
        ),
        Column(
            "status_behind",
            pl.Int32,
            "status that the application's own record, else the server asked last, gave; nginx writes 502 and 504 "
            "here also for answers that it did not accept",
        ),
    ),
    add=_add,
)
