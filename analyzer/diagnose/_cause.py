"""Names the kind of cause that one failing exchange or lone record points at, as far as its own row tells."""

from __future__ import annotations

import polars as pl

from analyzer.diagnose._network import handshake_failed
from analyzer.diagnose._scene import ERROR_LINE, UPSTREAM_FAILED
from analyzer.facts.gave_up import ABORTED

# The first word of a cause is its family; what stands behind the colon tells causes of one family apart.
BEHIND, OWN, CODE, DEPENDENCY, ANSWERED, SERVER = "behind", "proxy", "code", "dependency", "application", "server"
LIMITED, UNAUTHORIZED, FORBIDDEN, DENIED = "limited", "unauthorized", "forbidden", "denied"
LEFT, NETWORK, REFUSED, WITHHELD, RECORD = "left", "network", "refused", "withheld", "record"
HANDSHAKE = "handshake"
WORKED = "worked"  # a rule may match requests that did not fail, such as one that came too early
SERVER_SIDE = frozenset({BEHIND, OWN, CODE, DEPENDENCY, ANSWERED, SERVER})
BY_BROWSER = frozenset({NETWORK, WITHHELD})

# What libraries call a dependency that is missing, slow or used up; every other exception is the code's own, and so
# are these types, whatever their message names.
_DEPENDENCY = (
    r"(?i)timed?.?out|pool|connection|connect\b|unavailable|unreachable|refused|reset by peer|broken.?pipe|operational"
    r"|database|deadlock|too many clients|circuit|upstream|name resolution|getaddrinfo|socket|redis|kafka|broker"
)
_SLIP = (
    r"(?:^|\.)(?:Key|Type|Value|Index|Attribute|Name|Assertion|ZeroDivision|Lookup|NotImplemented|Recursion|Reference"
    r"|Range)Error$|NullPointer|ClassCast|IndexOutOf|IllegalArgument|NoSuchElement"
)
_OWN_FAULTS = ("header_too_big", "name_not_resolved", "tls_failed", "answer_invalid", "no_route", "overloaded")
_AT_THE_EDGE = ("edge", "waf", "load_balancer", "proxy")
_NO_RATE = ("retry_after_503", "limiter_failed")
COLUMNS = (
    "status", "error", "status_behind", "rate_limit_kind", "answered_by", "upstream_fault", "client_left", "gave_up",
    "answer_fault", "cors", "exception_type", "exception_message", "message", "message_hop", "level", "has_browser",
    "has_edge", "has_application", "upstream", "logs_upstream",
)  # fmt: skip


def cause() -> pl.Expr:
    """Gives family or family:detail; the columns are COLUMNS."""
    status = pl.col("status")
    refused = status.is_between(400, 499)
    return (
        pl.when(_limited())
        .then(pl.lit(LIMITED))
        .when(_left())
        .then(pl.lit(LEFT))
        .when(status.is_in([401, 407]))
        .then(pl.lit(UNAUTHORIZED))
        .when(status == 403)
        .then(pl.when(_at_the_edge()).then(pl.lit(DENIED)).otherwise(pl.lit(FORBIDDEN)))
        .when(refused)
        .then(pl.format("{}:{}", pl.lit(REFUSED), status))
        .when(status >= 500)
        .then(_by_server())
        .when(status.is_null() & pl.col("error").is_not_null())
        .then(pl.format("{}:{}", pl.lit(NETWORK), "error"))
        .when(pl.col("answer_fault").is_not_null())
        .then(pl.format("{}:{}", pl.lit(WITHHELD), "answer_fault"))
        .when(status.is_not_null())
        .then(pl.lit(WORKED))
        .otherwise(_by_record())
    )


def _limited() -> pl.Expr:
    kind = pl.col("rate_limit_kind")
    limiting = (pl.col("message_hop") == ERROR_LINE) & pl.col("message").str.contains(r"^limiting (?:requests|connec)")
    return (
        (pl.col("status") == 429).fill_null(False)
        | (kind.is_not_null() & ~kind.is_in(_NO_RATE)).fill_null(False)
        | limiting.fill_null(False)
    )


def _left() -> pl.Expr:
    left = pl.col("client_left") | pl.col("gave_up") | pl.col("status").is_in([460, 499])
    return (left & (pl.col("status").is_null() | (pl.col("status") >= 400))).fill_null(False) | pl.col("error").is_in(
        ABORTED
    ).fill_null(False)


def _at_the_edge() -> pl.Expr:
    empty = pl.col("upstream").is_null() | (pl.col("upstream").list.len() == 0)
    not_asked = pl.col("has_edge") & pl.col("logs_upstream") & empty & ~pl.col("has_application")
    return (pl.col("answered_by").is_in(_AT_THE_EDGE) | not_asked).fill_null(False)


def _by_server() -> pl.Expr:
    """Tells the causes of a 5xx apart: a rejected good answer, nobody behind, an exception, the application's word."""
    fault, behind = pl.col("upstream_fault"), pl.col("status_behind")
    said = (pl.col("message_hop") == ERROR_LINE) & pl.col("message").str.contains(UPSTREAM_FAILED)
    # What came after the proxy had given up was a good answer too late.
    rejected = (behind < 400) & (pl.col("status") != 504)
    return (
        pl.when(rejected.fill_null(False) | fault.is_in(_OWN_FAULTS).fill_null(False))
        .then(pl.format("{}:{}", pl.lit(OWN), fault.fill_null("")))
        .when(said.fill_null(False) | fault.is_not_null())
        .then(pl.lit(BEHIND))
        .when(pl.col("exception_type").is_not_null())
        .then(_by_exception())
        .when((behind >= 500).fill_null(False) & pl.col("has_application"))
        .then(pl.format("{}:{}", pl.lit(ANSWERED), "status"))
        .when(pl.col("status").is_in([502, 504]))
        .then(pl.lit(BEHIND))
        .otherwise(pl.format("{}:{}", pl.lit(SERVER), "status"))
    )


def _by_exception() -> pl.Expr:
    text = pl.concat_str("exception_type", "exception_message", "message", separator=" ", ignore_nulls=True)
    named = text.str.contains(_DEPENDENCY) & ~pl.col("exception_type").str.contains(_SLIP)
    family = pl.when(named.fill_null(False)).then(pl.lit(DEPENDENCY)).otherwise(pl.lit(CODE))
    return pl.format("{}:{}", family, pl.col("exception_type").fill_null(""))


def _by_record() -> pl.Expr:
    said = (pl.col("message_hop") == ERROR_LINE) & pl.col("message").str.contains(UPSTREAM_FAILED)
    worded = pl.col("message").str.contains(_DEPENDENCY) & pl.col("level").is_in(["warning", "error", "critical"])
    own = (pl.col("message_hop") == ERROR_LINE) & pl.col("message").str.contains(r"^upstream sent too big header")
    return (
        pl.when(said.fill_null(False))
        .then(pl.lit(BEHIND))
        .when(handshake_failed().fill_null(False))
        .then(pl.lit(HANDSHAKE))
        .when(own.fill_null(False))
        .then(pl.format("{}:{}", pl.lit(OWN), pl.lit("header_too_big")))
        .when(pl.col("exception_type").is_not_null())
        .then(_by_exception())
        .when(worded.fill_null(False))
        .then(pl.format("{}:", pl.lit(DEPENDENCY)))
        .otherwise(pl.format("{}:{}", pl.lit(RECORD), pl.col("message").fill_null("").str.slice(0, 40)))
    )
