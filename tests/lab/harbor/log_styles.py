"""One record per line on standard output, in the style that HARBOR_LOG_STYLE names; a stack trace may follow as text."""

from __future__ import annotations

import datetime as dt
import logging
import os
import sys
from collections.abc import Callable, MutableMapping
from typing import Any

import ecs_logging
import structlog
from gunicorn.glogging import Logger

Record = MutableMapping[str, Any]

ECS_NAMES = {
    "level": "log.level",
    "logger": "log.logger",
    "service": "service.name",
    "release": "service.version",
    "request_id": "http.request.id",
    "trace_id": "trace.id",
    "method": "http.request.method",
    "status": "http.response.status_code",
    "path": "url.path",
    "query": "url.query",
    "host": "url.domain",
    "client_ip": "client.ip",
    "user": "user.id",
    "email": "user.email",
    "reason": "error.message",
    "duration_ms": "event.duration",
    "headers": "http.request.headers",
}


OTEL_NAMES = {
    "logger": "logger.name",
    "request_id": "http.request.header.x-request-id",
    "method": "http.request.method",
    "status": "http.response.status_code",
    "path": "url.path",
    "query": "url.query",
    "client_ip": "client.address",
    "user": "user.id",
}


def rename_to_ecs(_: Any, __: str, record: Record) -> Record:
    """Gives the fields their Elastic Common Schema names; event.duration is in nanoseconds."""
    renamed = {
        ECS_NAMES.get(key, key if key in {"event", "exception"} else f"labels.{key}"): value
        for key, value in record.items()
    }
    if "event.duration" in renamed:
        renamed["event.duration"] = round(renamed["event.duration"] * 1_000_000)
    return renamed


def head_first(_: Any, __: str, record: Record) -> Record:
    """Puts what a reader looks for at the beginning of the line."""
    head = ("timestamp", "level", "ts", "service", "logger", "event")
    return {**{key: record[key] for key in head if key in record}, **record}


def flatten(_: Any, __: str, record: Record) -> Record:
    """Logfmt has no lists and no objects: their members get names with a dot."""
    flat: Record = {}
    for key, value in record.items():
        members = value.items() if isinstance(value, dict) else [(None, value)]
        flat.update({(key if name is None else f"{key}.{name}").replace(" ", "_"): member for name, member in members})
    return flat


def python_names(_: Any, __: str, record: Record) -> Record:
    """Names the fields as python-json-logger does, with the time as logging.Formatter writes it."""
    head = {
        "asctime": _clock(),
        "levelname": record.pop("level").upper(),
        "name": record.pop("logger"),
        "message": record.pop("event"),
    }
    if "exception" in record:
        record["exc_info"] = record.pop("exception")
    return {**head, **record}


def otel_names(_: Any, __: str, record: Record) -> Record:
    """Nests what belongs together under the attribute names of OpenTelemetry."""
    exception = record.pop("exception", None)
    return {
        "time": dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "severity": record.pop("level").upper(),
        "message": record.pop("event"),
        "resource": {"service.name": record.pop("service")},
        "attributes": {OTEL_NAMES.get(key, key): value for key, value in record.items()},
        **({"exception": {"stacktrace": exception}} if exception else {}),
    }


def as_line(_: Any, __: str, record: Record) -> str:
    """`time - logger - LEVEL - message key=value ...`, the stack trace in the lines below."""
    exception = record.pop("exception", None)
    head = f"{_clock()} - {record.pop('logger')} - {record.pop('level').upper()} - {record.pop('event')}"
    pairs = [f"{key}={_quoted(value)}" for key, value in record.items()]
    return "\n".join([" ".join([head, *pairs]), *([exception] if exception else [])])


def _clock() -> str:
    return dt.datetime.now(dt.UTC).strftime("%Y-%m-%d %H:%M:%S,%f")[:-3]


def _quoted(value: Any) -> str:
    text = str(value)
    return f'"{text}"' if " " in text or not text else text


STYLES: dict[str, tuple[Callable[..., Any], ...]] = {
    "structlog": (
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        head_first,
        structlog.processors.JSONRenderer(),
    ),
    "epoch": (
        structlog.processors.TimeStamper(fmt=None, utc=True, key="ts"),
        head_first,
        structlog.processors.EventRenamer("msg"),
        structlog.processors.JSONRenderer(),
    ),
    "ecs": (rename_to_ecs, ecs_logging.StructlogFormatter()),
    "python": (python_names, structlog.processors.JSONRenderer()),
    "otel": (otel_names, structlog.processors.JSONRenderer()),
    "logfmt": (
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        structlog.processors.EventRenamer("msg"),
        flatten,
        structlog.processors.LogfmtRenderer(key_order=["time", "level", "msg"], bool_as_flag=False),
    ),
    "text": (as_line,),
}


def _shared(service: str) -> tuple[Callable[..., Any], ...]:
    def name_service(_: Any, __: str, record: Record) -> Record:
        record["service"] = service
        return record

    return (
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        name_service,
        structlog.processors.format_exc_info,
    )


def configure(service: str) -> None:
    """Sends every record of the process, gunicorn's too, through one handler."""
    shared = _shared(service)
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*shared, structlog.stdlib.PositionalArgumentsFormatter()],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            *STYLES[os.environ["HARBOR_LOG_STYLE"]],
        ],
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )


class GunicornLogger(Logger):
    """Gunicorn's own messages (start, stop, worker time-outs) in the same stream."""

    def setup(self, cfg: Any) -> None:
        self.cfg = cfg
        configure(os.environ["HARBOR_SERVICE"])
        self.error_log.handlers = []
        self.error_log.propagate = True
        self.error_log.setLevel(logging.INFO)
        self.access_log.handlers = []
        self._access_log_enabled = False
