"""Records of Java's loggers: Logback (logstash-logback-encoder, Spring Boot, JsonEncoder) and Log4j.

https://github.com/logfellow/logstash-logback-encoder#standard-fields,
https://logback.qos.ch/manual/encoders.html#JsonEncoder, https://docs.spring.io/spring-boot/reference/features/logging.html,
https://logging.apache.org/log4j/2.x/manual/json-template-layout.html
"""

from __future__ import annotations

from typing import Any

import polars as pl

from analyzer.formats import _json_frames
from analyzer.formats._json import JsonFormat
from analyzer.formats._plugin import Format
from analyzer.formats._slots import optional


def _logback(record: dict[str, Any]) -> dict[str, Any]:
    """Writes the frames that Logback's own JsonEncoder lists as text."""
    trace = _json_frames.java_trace(record.get("throwable"), ("className", "stepArray", "cause"))
    return record if trace is None else {**record, "stack_trace": trace}


def _log4j(record: dict[str, Any]) -> dict[str, Any]:
    """Writes the frames of a throwable as text, unless the layout was told to write text itself."""
    thrown = record.get("thrown")
    if not isinstance(thrown, dict) or isinstance(thrown.get("extendedStackTrace"), str):
        return record
    trace = _json_frames.java_trace(thrown, ("name", "extendedStackTrace", "cause"))
    return {**record, "stack_trace": trace}


def _instant(texts: pl.DataFrame) -> pl.DataFrame:
    """Makes one number of nanoseconds of Log4j's epochSecond and nanoOfSecond."""
    nanos = pl.concat_str(optional(texts, "_second"), optional(texts, "_nano").fill_null("0").str.zfill(9))
    return texts.with_columns(time=pl.coalesce(nanos, optional(texts, "time")))


FORMATS: tuple[Format, ...] = (
    JsonFormat(
        name="logback_json",
        title="Logback JSON",
        documentation="https://github.com/logfellow/logstash-logback-encoder#standard-fields",
        product="",
        kind="application",
        samples=(
            (
                '{"@timestamp":"2026-11-22T16:14:14.123+01:00","@version":"1","message":"charge failed","logger_name":'
                '"com.example.Orders","thread_name":"http-nio-8080-exec-1","level":"ERROR","level_value":40000,'
                '"stack_trace":"java.lang.IllegalStateException: no rate\\n\\tat '
                'com.example.Orders.charge(Orders.java:42)",'
                '"traceId":"d9098bbc73cac8951d3e0b1f4a5c6e7f","spanId":"1d3e0b1f4a5c6e7f"}'
            ),
            (
                '{"sequenceNumber":0,"timestamp":1795364054123,"nanoseconds":123456000,"level":"ERROR",'
                '"threadName":"main",'
                '"loggerName":"com.example.Orders","mdc":{"requestId":"r7"},"formattedMessage":"charge failed",'
                '"throwable":'
                '{"className":"java.lang.IllegalStateException","message":"no rate","stepArray":[{"className":'
                '"com.example.Orders","methodName":"charge","fileName":"Orders.java","lineNumber":42}]}}'
            ),
        ),
        requires=(
            ("@timestamp", "timestamp"),
            ("level_value", "@version", "sequenceNumber", "formattedMessage"),
            ("logger_name", "loggerName"),
            ("level",),
        ),
        unfold=_logback,
        keys={
            "@timestamp": "time",
            "timestamp": "time",
            "message": "message",
            "formattedMessage": "message",
            "HOSTNAME": "host_name",
        },
    ),
    JsonFormat(
        name="log4j_json",
        title="Log4j JSON",
        documentation="https://logging.apache.org/log4j/2.x/manual/json-template-layout.html",
        product="",
        kind="application",
        samples=(
            (
                '{"instant":{"epochSecond":1795364054,"nanoOfSecond":123456000},"thread":"main","level":"ERROR",'
                '"loggerName":"com.example.Orders","message":"charge failed","thrown":{"commonElementCount":0,'
                '"localizedMessage":"no rate","message":"no rate","name":"java.lang.IllegalStateException",'
                '"extendedStackTrace":[{"class":"com.example.Orders","method":"charge","file":"Orders.java","line":42,'
                '"exact":true,"location":"classes/","version":"?"}]},"endOfBatch":false,"loggerFqcn":'
                '"org.apache.logging.log4j.spi.AbstractLogger","contextMap":{"requestId":"r7"},"threadId":1,'
                '"threadPriority":5}'
            ),
        ),
        requires=(("instant.epochSecond", "timeMillis"), ("loggerName",), ("level",)),
        unfold=_log4j,
        keys={
            "instant.epochSecond": "_second",
            "instant.nanoOfSecond": "_nano",
            "timeMillis": "time",
            "stack_trace": "stack_trace",
        },
        refine=_instant,
    ),
)
