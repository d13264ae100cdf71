"""One line of JSON per record on standard output, in the style that HARBOR_LOG_STYLE names."""

from __future__ import annotations

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
