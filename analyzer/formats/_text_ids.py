"""Finds the ids that an application wrote into a line of text, where nobody can take them for something else."""

from __future__ import annotations

import polars as pl

# What may stand between a key and its value: request_id=1, "requestId": "1", RequestId:1, request id: [1].
_IS = r"""["']?[ \t]*[=:][ \t]*\\?["'\[]?"""
_WORD = r"[0-9A-Za-z](?:[0-9A-Za-z._:/+=@-]{0,126}[0-9A-Za-z=])?"
_REQUEST = rf"(?i:\b(?:x[-_])?(?:request|req|correlation)[-_. ]?id){_IS}({_WORD})"
_OPENSTACK = r"\[(req-[0-9A-Za-z-]{1,64})[\] ]"
_HEX = "[0-9A-Fa-f]"
_TRACE = (
    rf"(?i:\b(?:(?:otel|dd|x[-_]b3)[-_.]?)?trace[-_. ]?id){_IS}((?:1-{_HEX}{{8}}-{_HEX}{{24}}|[0-9A-Za-z-]{{8,64}}))"
)
_SPAN = rf"(?i:\b(?:(?:otel|dd|x[-_]b3)[-_.]?)?span[-_. ]?id){_IS}([0-9A-Za-z-]{{8,64}})"
_TRACEPARENT = rf"(?i:\btraceparent){_IS}{_HEX}{{2}}-({_HEX}{{32}})-({_HEX}{{16}})-"
# Spring Cloud Sleuth: [application,trace,span] or [application,trace,span,exported]; Spring Boot 3: [trace-span].
_SLEUTH = r"\[[^\[\],\n]{0,80},([0-9a-f]{16}|[0-9a-f]{32}),([0-9a-f]{16})(?:,(?:true|false)?)?\]"
_MICROMETER = r"\[([0-9a-f]{32})-([0-9a-f]{16})\]"
_PAIRS = (_TRACEPARENT, _SLEUTH, _MICROMETER)
SLOTS = ("request_id", "trace_id", "span_id")
_SHORTEST = 4


def read(text: pl.Expr) -> dict[str, pl.Expr]:
    """Gives request_id, trace_id and span_id of texts that name them; a value without a digit is a word, and no id.

    Sources: the W3C's traceparent, Spring Boot's and Sleuth's correlation patterns, ASP.NET Core's log scopes,
    OpenStack's oslo.log, and the keys that OpenTelemetry and Datadog write into text logs.
    """
    request = pl.coalesce(_id(text.str.extract(_REQUEST, 1)), text.str.extract(_OPENSTACK, 1))
    traces = [_id(text.str.extract(_TRACE, 1)), *(text.str.extract(pattern, 1) for pattern in _PAIRS)]
    spans = [_id(text.str.extract(_SPAN, 1)), *(text.str.extract(pattern, 2) for pattern in _PAIRS)]
    return {"request_id": request, "trace_id": pl.coalesce(traces), "span_id": pl.coalesce(spans)}


def may_hold(text: pl.Expr) -> pl.Expr:
    """Whether a text can hold an id at all: cheap, so that most lines are looked at once."""
    return text.str.contains(
        r"(?i:id[\"']?[ \t]*[=:]|\[req-|traceparent)|[0-9a-f]{16}\]|[0-9a-f]{16},(?:true|false)?\]"
    )


def _id(found: pl.Expr) -> pl.Expr:
    usable = found.str.contains("[0-9]") & ~found.str.contains("^[0-]+$") & (found.str.len_chars() >= _SHORTEST)
    return pl.when(usable).then(found)
