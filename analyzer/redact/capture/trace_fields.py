"""Cleans baggage and tracestate: keys stay, values only where they are ids of tracing (W3C Baggage, Trace Context)."""

from __future__ import annotations

import re

from analyzer.redact.capture._work import Work

# tracestate keys of tracing systems; Sentry's entries in baggage that tell of the trace and not of the user.
_VENDORS = frozenset({"dd", "es", "nr", "ot", "az", "gcp", "congo", "rojo", "xray", "sw", "dt", "in", "lightstep"})
_TRACE = frozenset({
    "sentry-trace_id", "sentry-sampled", "sentry-sample_rate", "sentry-sample_rand", "sentry-environment",
    "sentry-release", "trace_id", "span_id",
})  # fmt: skip
_ID = re.compile(r"[0-9a-fA-F-]{1,64}|true|false|[01]\.[0-9]{1,20}")
_ID_OR_WORD = re.compile(r"[0-9a-fA-F-]{1,64}|true|false|[01]\.[0-9]{1,20}|[a-z]{1,20}(?:[@-][0-9.]{1,20})?")


def clean_trace_field(work: Work, value: str) -> str:
    """Gives `key=value,...` with a placeholder for each value that is no trace vendor's id; properties go too."""
    return ",".join(_member(work, member) for member in value.split(","))


def _member(work: Work, member: str) -> str:
    key, equals, content = member.partition("=")
    plain = key.strip().lower()
    if not equals:
        return work.secret("baggage", member, "trace_fields")
    vendor = plain in _VENDORS or plain.rpartition("@")[2] in _VENDORS
    if (vendor and _ID.fullmatch(content)) or (plain in _TRACE and _ID_OR_WORD.fullmatch(content)):
        return member
    return f"{key}={work.secret('baggage', content, 'trace_fields')}"
