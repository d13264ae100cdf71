"""Writes findings.json, version 1, which findings.schema.json describes key by key."""

from __future__ import annotations

import json
import math
import re
from datetime import datetime

from analyzer.model import (
    Analysis,
    Bucket,
    Clients,
    Evidence,
    Findings,
    Incident,
    LayerVerdict,
    Noise,
    Ratio,
    Ref,
    Reproduction,
    Separating,
    SignalReport,
    SourceReport,
)
from analyzer.report.unredacted import is_redacted, key
from analyzer.wording.phrases import verdicts
from analyzer.wording.words import iso

MOST_IDS = 1_000
Value = dict[str, object]

_SURROGATE = re.compile("[\ud800-\udfff]")
# C1, BiDi, zero-width and tag characters: a terminal or an editor may act on them.
_UNSEEN = re.compile(
    "[\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]"
)


def findings_json(analysis: Analysis) -> bytes:
    """Gives findings.json in UTF-8, indented by 2, with characters that nobody can see as JSON escapes."""
    return as_bytes(_findings(analysis.findings) | key(redacted=is_redacted(analysis)))


def as_bytes(document: Value) -> bytes:
    """Gives a document in UTF-8, indented by 2, with characters that nobody can see as JSON escapes."""
    text = escaped(json.dumps(document, ensure_ascii=False, allow_nan=False, indent=2))
    # Half a character has no place in UTF-8, and no two readers agree on its escape: it is spelled out.
    text = _SURROGATE.sub(lambda found: f"\\\\u{ord(found.group()):04x}", text)
    return text.encode() + b"\n"


def escaped(text: str) -> str:
    """Gives JSON text with characters that nobody can see as escapes: only strings can hold them, so it is the same."""
    return _UNSEEN.sub(lambda found: json.dumps(found.group())[1:-1], text)


def _findings(findings: Findings) -> Value:
    tool = findings.tool
    signals = sorted(findings.signals, key=lambda item: (item.started, item.rule, sorted(item.group.items())))
    return {
        "schema_version": findings.schema_version,
        "tool": {"name": tool.name, "version": tool.version, "rules_sha256": tool.rules_sha256},
        "window": {"start": _time(findings.start), "end": _time(findings.end)},
        "sources": [_source(source) for source in findings.sources],
        "incidents": [_incident(incident) for incident in findings.incidents],
        "noise": [_noise(noise) for noise in sorted(findings.noise, key=lambda item: (-item.count, item.kind))],
        "signals": [_signal(signal) for signal in signals],
        "not_evaluated": [
            {"rule": item.rule, "title": item.title, "reason": item.reason}
            for item in sorted(findings.not_evaluated, key=lambda item: (item.rule, item.reason))
        ],
        "not_applicable": findings.not_applicable,
    }


def _source(source: SourceReport) -> Value:
    return {
        "name": source.name,
        "kinds": list(source.kinds),
        "formats": [{"name": use.name, "lines": use.lines} for use in source.formats],
        "entries": source.entries,
        "confidence": _number(source.confidence),
        "lines": source.ledger.lines,
        "events": source.events,
        "event_lines": source.ledger.event_lines,
        "rejects": source.ledger.rejects,
        "directives": source.ledger.directives,
        "blank": source.ledger.blank,
        "start": _time(source.start),
        "end": _time(source.end),
        "timezone": source.timezone,
        "timezone_from": source.timezone_from,
        "clock_offset_ms": source.clock_offset_ms,
        "notes": list(source.notes),
        "gaps": list(source.gaps),
    }


def _incident(incident: Incident) -> Value:
    return {
        "id": incident.id,
        "title": incident.title,
        "severity": incident.severity,
        "confidence": _number(incident.confidence),
        "layer": incident.layer,
        "statuses": list(incident.statuses),
        "errors": list(incident.errors),
        "endpoints": list(incident.endpoints),
        "started": iso(incident.started),
        "ended": iso(incident.ended),
        "buckets": [_bucket(bucket) for bucket in incident.buckets],
        "failed": incident.failed,
        "requests": incident.requests,
        "baseline_failure_rate": _number(incident.baseline_failure_rate),
        "failure_rate": _number(incident.failure_rate),
        "rate_ratio": _ratio(incident.rate_ratio),
        "expected_by_chance": _number(incident.expected_by_chance),
        "clients": _clients(incident.clients),
        "separating": _separating(incident.separating),
        "preceding": _short(incident.preceding),
        "pattern": incident.pattern,
        "correlation_ids": list(incident.correlation_ids[:MOST_IDS]),
        "correlation_id_count": incident.correlation_id_count,
        "rules": list(incident.rules),
        "layers": [_layer(layer) for layer in verdicts(incident)],
        "root_evidence": [_evidence(evidence) for evidence in incident.root_evidence],
        "next_steps": list(incident.next_steps),
        "reproduction": _reproduction(incident.reproduction),
        "owner_hint": incident.owner_hint,
        "counter_example": _short(incident.counter_example),
        "course": [
            {"text": step.text, "ref": _ref(step.ref), "started": iso(step.started), "count": step.count}
            for step in incident.course
        ],
    }


def _clients(clients: Clients) -> Value:
    return {
        "affected": clients.affected,
        "on_endpoints": clients.on_endpoints,
        "total": clients.total,
        "scope": clients.scope,
        "top": [
            {"client": top.client, "failed": top.failed, "requests": top.requests, "identity": top.identity}
            for top in clients.top
        ],
        **({"estimated": list(clients.estimated)} if clients.estimated else {}),
    }


def _separating(value: Separating | None) -> Value | None:
    if value is None:
        return None
    return {
        "attribute": value.attribute,
        "value": value.value,
        "failing": value.failing,
        "failing_total": value.failing_total,
        "working": value.working,
        "working_total": value.working_total,
        "shared_by": value.shared_by,
        "alike": list(value.alike),
        "failing_ref": _ref(value.failing_ref),
        "working_ref": _ref(value.working_ref),
    }


def _layer(layer: LayerVerdict) -> Value:
    return {
        "layer": layer.layer,
        "verdict": layer.verdict,
        "evidence": [_evidence(evidence) for evidence in layer.evidence],
        "would_show": layer.would_show,
    }


def _evidence(evidence: Evidence) -> Value:
    return {"text": evidence.text, "ref": _ref(evidence.ref), "join": evidence.join}


def _short(evidence: Evidence | None) -> Value | None:
    return None if evidence is None else {"text": evidence.text, "ref": _ref(evidence.ref)}


def _ref(ref: Ref | None) -> Value | None:
    if ref is None:
        return None
    if ref.entry is not None:
        return {"source": ref.source, "entry": ref.entry}
    return {"source": ref.source} if ref.line is None else {"source": ref.source, "line": ref.line}


def _reproduction(reproduction: Reproduction | None) -> Value | None:
    return None if reproduction is None else {"curl": reproduction.curl, "steps": list(reproduction.steps)}


def _bucket(bucket: Bucket) -> Value:
    return {"start": iso(bucket.start), "requests": bucket.requests, "failed": bucket.failed}


def _ratio(ratio: Ratio | None) -> Value | None:
    if ratio is None:
        return None
    return {"value": _number(ratio.value), "low": _number(ratio.low), "high": _number(ratio.high)}


def _noise(noise: Noise) -> Value:
    return {"kind": noise.kind, "count": noise.count, "example": _ref(noise.example)}


def _signal(signal: SignalReport) -> Value:
    return {
        "rule": signal.rule,
        "title": signal.title,
        "level": signal.level,
        "author": signal.author,
        "group": dict(sorted(signal.group.items())),
        "started": iso(signal.started),
        "ended": iso(signal.ended),
        "count": signal.count,
    }


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else iso(moment)


def _number(value: float | None) -> float | None:
    # JSON knows neither infinity nor NaN: a ratio to a rate of zero has no number.
    return value if value is not None and math.isfinite(value) else None
