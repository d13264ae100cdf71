"""Writes trace.json, version 1, which trace.schema.json describes key by key."""

from __future__ import annotations

from datetime import datetime

from analyzer.diagnose.breakdown import Breakdown, break_down
from analyzer.diagnose.trace import Consulted, Passage, Trace
from analyzer.model import Attempt, Hop, Ref
from analyzer.report.json import as_bytes
from analyzer.report.trace import words
from analyzer.report.unredacted import key
from analyzer.wording.words import iso

Value = dict[str, object]


def trace_json(trace: Trace, tool: str, version: str, *, redacted: bool = True) -> bytes:
    """Gives trace.json in UTF-8, indented by 2, with characters that nobody can see as JSON escapes."""
    return as_bytes(
        {
            "schema_version": "1",
            **key(redacted=redacted),
            "tool": {"name": tool, "version": version},
            "asked": trace.asked,
            "ids": _ids(trace.ids),
            "by_prefix": trace.by_prefix,
            "headline": words.headline(trace),
            "requests": [_passage(number, passage) for number, passage in enumerate(trace.passages, 1)],
            "mentions": [
                {"ref": _ref(item.ref), "at": _time(item.at), "text": item.text, "rejected": item.reason or None}
                for item in trace.mentions
            ],
            "mention_count": trace.mention_count,
            "sources": [_source(source) for source in trace.consulted],
            "problems": list(trace.problems),
        }
    )


def _ids(ids: tuple[tuple[str, str], ...]) -> list[Value]:
    return [{"kind": kind, "id": value} for kind, value in ids]


def _passage(number: int, passage: Passage) -> Value:
    return {
        "number": number,
        "method": passage.method,
        "url": passage.url,
        "status": passage.status,
        "error": passage.error,
        "client": passage.client,
        "started": _time(passage.started),
        "ended": _time(passage.ended),
        "ids": _ids(passage.ids),
        "hops": [_hop(hop) for hop in passage.hops],
        "spent": _spent(break_down(passage.hops)),
    }


def _hop(hop: Hop) -> Value:
    return {
        "hop": hop.name,
        "ref": _ref(hop.ref),
        "at": iso(hop.at),
        "moved_us": hop.shifted_us,
        "moved_why": hop.clock or None,
        "duration_us": hop.duration_us,
        "status": hop.status,
        "error": hop.error,
        "level": hop.level,
        "text": hop.text,
        "exception": hop.exception,
        "stack_trace": hop.stack_trace,
        "join": hop.join,
        "candidates": hop.candidates,
        "ids": _ids(hop.ids),
        "phases": [{"phase": name, "duration_us": value} for name, value in hop.phases],
        "queue_us": hop.queue_us,
        "upstreams": [_attempt(attempt) for attempt in hop.attempts],
    }


def _attempt(attempt: Attempt) -> Value:
    return {
        "address": attempt.address or None,
        "status": attempt.status,
        "duration_us": attempt.duration_us,
        "connect_us": attempt.connect_us,
    }


def _spent(spent: Breakdown | None) -> Value | None:
    if spent is None:
        return None
    return {
        "total_us": spent.total_us,
        "told_by": _ref(spent.told_by),
        "parts": [
            {
                "place": share.place,
                "text": share.text,
                "duration_us": share.duration_us,
                "ref": _ref(share.ref) if share.ref else None,
            }
            for share in spent.shares
        ],
        "contradictions": [
            {"text": item.text, "ref": _ref(item.ref) if item.ref else None} for item in spent.contradictions
        ],
    }


def _source(source: Consulted) -> Value:
    report = source.report
    return {
        "name": report.name,
        "events": report.events,
        "ids": [{"kind": kind, "events": count} for kind, count in source.ids],
        "matched": source.matched,
        "timezone": report.timezone,
        "timezone_from": report.timezone_from,
        "clock_offset_ms": report.clock_offset_ms,
        "notes": list(report.notes),
    }


def _ref(ref: Ref) -> Value:
    if ref.entry is not None:
        return {"source": ref.source, "entry": ref.entry}
    return {"source": ref.source, "line": ref.line}


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else iso(moment)
