"""Application logs as JSON lines: ECS, OpenTelemetry, and any other record with a time or a message.

https://www.elastic.co/guide/en/ecs/current/ecs-field-reference.html, https://opentelemetry.io/docs/specs/otel/logs/
"""

from __future__ import annotations

from analyzer.formats._json import JsonFormat
from analyzer.formats._plugin import Format

_OTEL_BODIES = ("Body", "body", "SeverityText", "severityText", "severity_text", "SeverityNumber", "severityNumber",
                "severity_number", "Attributes", "attributes")  # fmt: skip
_OTEL_TIMES = ("Timestamp", "timeUnixNano", "ObservedTimestamp", "observedTimeUnixNano", "timestamp")
_OTEL_MARKS = ("TraceId", "traceId", "trace_id", "Resource", "resource", "InstrumentationScope", "Attributes",
               "SeverityNumber", "severityNumber", "severity_number")  # fmt: skip

FORMATS: tuple[Format, ...] = (
    JsonFormat(
        name="ecs",
        title="ECS",
        documentation="https://www.elastic.co/guide/en/ecs-logging/overview/current/intro.html",
        product="",
        kind="application",
        samples=(
            (
                '{"@timestamp":"2026-11-22T16:14:14.123Z","log.level":"info","message":"request completed",'
                '"http.request.id":"6364e9bb","http.request.method":"GET","url.path":"/healthz",'
                '"http.response.status_code":200,"event.duration":120000,"ecs.version":"8.11"}'
            ),
            (
                '{"@timestamp":"2026-11-22T16:14:14Z","log":{"level":"ERROR"},"message":"failed",'
                '"ecs":{"version":"1.2.0"},'
                '"error":{"type":"KeyError","message":"CH","stack_trace":"Traceback"},'
                '"trace":{"id":"d9098bbc73cac895"}}'
            ),
        ),
        requires=(("@timestamp",), ("ecs.version",)),
    ),
    JsonFormat(
        name="otel_json",
        title="OpenTelemetry",
        documentation="https://opentelemetry.io/docs/specs/otel/logs/data-model/",
        product="",
        kind="application",
        samples=(
            (
                '{"Timestamp":"1586960586000000000","TraceId":"f4dbb3edd765f620","SpanId":"43222c2d51a7abe3",'
                '"SeverityText":"INFO","SeverityNumber":9,"Body":"20200415T072306-0700 INFO I like donuts",'
                '"Attributes":{"http.status_code":500,"http.url":"http://example.com"},'
                '"Resource":{"service.name":"donuts"}}'
            ),
        ),
        requires=(_OTEL_TIMES, _OTEL_BODIES, _OTEL_MARKS),
        keys={"severitynumber": "severity_number"},
    ),
    JsonFormat(
        name="json",
        title="JSON lines",
        documentation="https://jsonlines.org/",
        product="",
        kind="application",
        samples=(
            (
                '{"timestamp":"2026-11-22T16:21:08.369Z","level":"INFO","message":"request completed",'
                '"request_id":"869502d9","method":"GET","path":"/a","status":200,"duration_ms":0.1,'
                '"client_ip":"192.0.2.2"}'
            ),
            (
                '{"level":"error","time":1795364054,"caller":"/srv/app.go:42","error":"connection refused",'
                '"message":"charge failed","latency":"12.5ms"}'
            ),
        ),
    ),
)
