"""Writes comparison.json, version 1, which comparison.schema.json describes key by key."""

from __future__ import annotations

from analyzer.diagnose.comparison import Comparison, Difference, Example, Outcome, Row, Side
from analyzer.model import Ref
from analyzer.report.comparison import words
from analyzer.report.json import as_bytes
from analyzer.report.unredacted import key
from analyzer.wording.words import iso

Value = dict[str, object]


def comparison_json(comparison: Comparison, tool: str, version: str, *, redacted: bool = True) -> bytes:
    """Gives comparison.json in UTF-8, indented by 2, with characters that nobody can see as JSON escapes."""
    return as_bytes(
        {
            "schema_version": "1",
            **key(redacted=redacted),
            "tool": {"name": tool, "version": version},
            "headline": words.headline(comparison),
            "good": _side(comparison.good),
            "bad": _side(comparison.bad),
            "matched": {
                "pairs": comparison.pairs,
                "missing": comparison.missing,
                "extra": comparison.extra,
                "by_order_alone": comparison.by_order,
                "hosts": [
                    {"good": match.good, "bad": match.bad, "routes": match.routes} for match in comparison.hosts
                ],
            },
            "failed": comparison.failed,
            "differences": [
                _row(rank, row, comparison) for rank, row in enumerate(comparison.rows, start=1)
            ],
            "not_visible": [
                {"side": item.side, "what": item.what, "source": item.source, "requests": item.count,
                 "sentence": words.hidden(item)}
                for item in comparison.hidden
            ],
        }
    )  # fmt: skip


def _side(side: Side) -> Value:
    return {
        "requests": side.requests,
        "left_out": side.left_out,
        "sources": [
            {
                "name": source.name,
                "entries": source.entries,
                "events": source.events,
                "rejects": source.ledger.rejects,
                "start": iso(source.start) if source.start else None,
                "end": iso(source.end) if source.end else None,
                "notes": list(source.notes),
            }
            for source in side.sources
        ],
        "problems": list(side.problems),
    }


def _row(rank: int, row: Row, comparison: Comparison) -> Value:
    return {
        "rank": rank,
        "tier": row.tier,
        "sentence": words.sentence(row, comparison),
        "method": row.method,
        "host": row.host,
        "bad_host": row.bad_host,
        "route": row.route,
        "good": _outcome(row.good),
        "bad": _outcome(row.bad),
        "after_first_failure": row.tier == "missing_after",
        "count": row.count,
        "routes": row.routes,
        "near": _ref(row.near),
        "placed": row.placed if row.near else None,
        "partners": None if row.twin is None else _example(row.twin.place),
        "differences": [_difference(item, told=index < row.told) for index, item in enumerate(row.differences)],
        "examples": [_example(example) for example in row.examples],
    }


def _difference(item: Difference, *, told: bool) -> Value:
    return {
        "kind": item.kind,
        "name": item.name,
        "change": item.change,
        "good": item.good,
        "bad": item.bad,
        "in_sentence": told,
    }


def _outcome(found: Outcome | None) -> Value | None:
    if found is None:
        return None
    return {"status": found.status, "error": found.error, "error_code": found.code, "fault": found.fault}


def _example(example: Example) -> Value:
    return {"good": _ref(example.good), "bad": _ref(example.bad)}


def _ref(ref: Ref | None) -> Value | None:
    if ref is None:
        return None
    return (
        {"source": ref.source, "entry": ref.entry}
        if ref.entry is not None
        else {"source": ref.source, "line": ref.line}
    )
