"""OpenTelemetry's own JSON: log records in the envelopes of OTLP, as the collector's file exporter writes them.

https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding,
https://opentelemetry.io/docs/specs/otel/protocol/file-exporter/
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from analyzer.formats._json import JsonFormat
from analyzer.formats._plugin import Format

_NO_ENVELOPE = "JSON, but no OTLP record: it has no resourceLogs"
_SPLIT = (
    "jq -c '.resourceLogs[] as $r | $r.scopeLogs[] as $s | $s.logRecords[] | "
    "{resourceLogs:[$r+{scopeLogs:[$s+{logRecords:[.]}]}]}'"
)
_DEEPEST = 8


def _opened(envelope: dict[str, Any]) -> dict[str, Any] | str:
    """Gives the only record of an envelope with its resource and scope, or the reason why there is none."""
    if "resourceLogs" not in envelope:
        return _NO_ENVELOPE
    found = list(_records(envelope))
    if not found:
        return "JSON, but the OTLP envelope holds no log record"
    if len(found) > 1:
        return (
            f"JSON, but the OTLP envelope holds {len(found)} log records: "
            f"give each a line of its own ({_SPLIT}), at column 2"
        )
    return found[0]


def _records(envelope: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for resource in _objects(envelope.get("resourceLogs")):
        about = resource.get("resource")
        known = _attributes(about.get("attributes")) if isinstance(about, dict) else {}
        for scope in _objects(resource.get("scopeLogs")):
            for record in _objects(scope.get("logRecords")):
                yield {
                    **record,
                    "body": _plain(record.get("body")),
                    "attributes": _attributes(record.get("attributes")),
                    "resource": {"attributes": known},
                    "scope": scope.get("scope"),
                }


def _attributes(pairs: Any) -> dict[str, Any]:
    return {str(pair.get("key")): _plain(pair.get("value")) for pair in _objects(pairs)}


def _plain(value: Any, depth: int = 0) -> Any:
    """Gives the value inside an AnyValue, such as {"stringValue": "a"}; what lies too deep is left out."""
    if not isinstance(value, dict) or not value:
        return value if isinstance(value, str) else None
    if depth == _DEEPEST:
        return None
    (kind, inner), *_ = value.items()
    if kind == "kvlistValue" and isinstance(inner, dict):
        pairs = _objects(inner.get("values"))
        return {str(pair.get("key")): _plain(pair.get("value"), depth + 1) for pair in pairs}
    if kind == "arrayValue" and isinstance(inner, dict):
        return [_plain(item, depth + 1) for item in _objects(inner.get("values"))]
    return inner


def _objects(items: Any) -> list[dict[str, Any]]:
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


FORMATS: tuple[Format, ...] = (
    JsonFormat(
        name="otlp_json",
        title="OTLP",
        documentation="https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding",
        product="",
        kind="application",
        samples=(
            (
                '{"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"orders"}},'
                '{"key":"host.name","value":{"stringValue":"app-1"}}]},"scopeLogs":[{"scope":{"name":"orders.api"},'
                '"logRecords":[{"timeUnixNano":"1795364054123456789","observedTimeUnixNano":"1795364054223456789",'
                '"severityNumber":17,"severityText":"ERROR","body":{"stringValue":"charge failed"},"attributes":['
                '{"key":"exception.type","value":{"stringValue":"KeyError"}},'
                '{"key":"http.response.status_code","value":'
                '{"intValue":"500"}}],"traceId":"d9098bbc73cac8951d3e0b1f4a5c6e7f","spanId":"1d3e0b1f4a5c6e7f"}]}]}]}'
            ),
        ),
        requires=(("timeUnixNano", "observedTimeUnixNano", "body"),),
        unfold=_opened,
        keys={"timeUnixNano": "time", "observedTimeUnixNano": "time", "severityText": "level", "body": "message"},
    ),
)
