"""Records of .NET's loggers: Serilog's compact format and the JSON console of Microsoft.Extensions.Logging.

https://github.com/serilog/serilog-formatting-compact#format-details,
https://learn.microsoft.com/dotnet/core/extensions/console-log-formatter#json
"""

from __future__ import annotations

import re
from typing import Any

import polars as pl

from analyzer.formats._json import JsonFormat
from analyzer.formats._plugin import Format
from analyzer.formats._slots import optional

# A hole of a message template, such as {Elapsed:0.00}: https://messagetemplates.org.
_HOLE = re.compile(r"\{\{|\}\}|\{[@$]?([A-Za-z0-9_]{1,128})(?:,-?[0-9]{1,9})?(:[^{}]{0,128})?\}")


def _serilog(record: dict[str, Any]) -> dict[str, Any]:
    """Writes the message that a template and the record's properties make, unless the record holds it."""
    template = record.get("@mt")
    if not isinstance(template, str) or "@m" in record:
        return record
    renderings = record.get("@r")
    ready = [str(text) for text in reversed(renderings)] if isinstance(renderings, list) else []

    def fill(hole: re.Match[str]) -> str:
        name = hole[1]
        if name is None:
            return hole[0][0]
        if hole[2] and ready:
            return ready.pop()
        return _shown(record[name]) if name in record else hole[0]

    return {**record, "@m": _HOLE.sub(fill, template)}


def _shown(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value)


def _informed(texts: pl.DataFrame) -> pl.DataFrame:
    """Fills the level that Serilog leaves out because it is Information."""
    return texts.with_columns(level=optional(texts, "level").fill_null("Information"))


def _dotnet(record: dict[str, Any]) -> dict[str, Any]:
    """Makes one object of the scopes, of which the inner ones come last and win."""
    scopes = record.get("Scopes")
    if not isinstance(scopes, list):
        return record
    merged: dict[str, Any] = {}
    for scope in scopes:
        merged |= scope if isinstance(scope, dict) else {}
    return {**record, "Scopes": merged}


FORMATS: tuple[Format, ...] = (
    JsonFormat(
        name="serilog_clef",
        title="Serilog compact",
        documentation="https://github.com/serilog/serilog-formatting-compact#format-details",
        product="",
        kind="application",
        samples=(
            (
                '{"@t":"2026-11-22T16:14:14.1234567Z","@mt":"HTTP {RequestMethod} {RequestPath} responded '
                "{StatusCode} in "
                '{Elapsed:0.0000} ms","@r":["17.2500"],"@l":"Error","@x":"System.InvalidOperationException: no '
                "rate\\n   at "
                'Orders.Charge() in /srv/Orders.cs:line 42","@tr":"d9098bbc73cac8951d3e0b1f4a5c6e7f",'
                '"@sp":"1d3e0b1f4a5c6e7f",'
                '"RequestMethod":"GET","RequestPath":"/a","StatusCode":500,"Elapsed":17.25,"SourceContext":"Orders",'
                '"RequestId":"0HN7"}'
            ),
            '{"@t":"2026-11-22T16:14:14.1234567Z","@mt":"Hello, {User}","User":"nblumhardt"}',
        ),
        requires=(("@t",), ("@m", "@mt", "@i")),
        unfold=_serilog,
        keys={
            "@m": "message",
            "@mt": "message",
            "@tr": "trace_id",
            "@sp": "span_id",
            "Elapsed": "duration_ms",
            "RequestPath": "path",
            "MachineName": "host_name",
        },
        refine=_informed,
    ),
    JsonFormat(
        name="dotnet_json",
        title="JSON console of .NET",
        documentation="https://learn.microsoft.com/dotnet/core/extensions/console-log-formatter#json",
        product="",
        kind="application",
        samples=(
            (
                '{"Timestamp":"2026-11-22T16:14:14.123Z","EventId":1,"LogLevel":"Error","Category":"Orders","Message":'
                '"charge failed","Exception":"System.InvalidOperationException: no rate\\n   at Orders.Charge() in '
                '/srv/Orders.cs:line 42","State":{"Message":"charge failed","{OriginalFormat}":"charge '
                'failed"},"Scopes":'
                '[{"Message":"SpanId:1d3e","SpanId":"1d3e0b1f4a5c6e7f","TraceId":"d9098bbc73cac8951d3e0b1f4a5c6e7f"},'
                '{"Message":"RequestPath:/a RequestId:0HN7","RequestId":"0HN7","RequestPath":"/a"}]}'
            ),
        ),
        requires=(("LogLevel",), ("Category",), ("EventId", "State", "Scopes"), ("Message",)),
        unfold=_dotnet,
        keys={
            "Timestamp": "time",
            "LogLevel": "level",
            "Category": "logger",
            "Message": "message",
            "Exception": "stack_trace",
            "State.Message": None,
            "Scopes.RequestId": "request_id",
            "Scopes.TraceId": "trace_id",
            "Scopes.SpanId": "span_id",
            "Scopes.RequestPath": "path",
            "State.Method": "method",
            "State.Path": "path",
            "State.StatusCode": "status",
            "State.ElapsedMilliseconds": "duration_ms",
            "State.Protocol": "protocol",
            "State.Host": "host",
            "State.Scheme": "scheme",
        },
    ),
)
