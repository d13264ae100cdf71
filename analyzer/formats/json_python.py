"""Records of Python's loggers: structlog and python-json-logger.

https://www.structlog.org/en/stable/api.html#structlog.processors.JSONRenderer,
https://nhairs.github.io/python-json-logger/latest/quickstart/
"""

from __future__ import annotations

from typing import Any

from analyzer.formats import _json_frames
from analyzer.formats._json import JsonFormat
from analyzer.formats._plugin import Format


def _with_trace(record: dict[str, Any]) -> dict[str, Any]:
    """Writes the frames of structlog's dict_tracebacks as text."""
    trace = _json_frames.python_trace(record.get("exception"))
    return record if trace is None else {**record, "exception": trace}


FORMATS: tuple[Format, ...] = (
    JsonFormat(
        name="structlog",
        title="Structlog",
        documentation="https://www.structlog.org/en/stable/api.html#structlog.processors.JSONRenderer",
        product="",
        kind="application",
        samples=(
            (
                '{"request_id": "r7", "event": "charge failed", "level": "error", "timestamp": '
                '"2026-11-22T16:14:14.123Z", '
                '"exception": [{"exc_type": "KeyError", "exc_value": "\'CH\'", "syntax_error": null, '
                '"is_cause": false, '
                '"frames": [{"filename": "/srv/app.py", "lineno": 42, "name": "charge"}]}]}'
            ),
            '{"event": "started", "logger": "orders", "level": "info", "timestamp": "2026-11-22T16:14:14.123456Z"}',
        ),
        requires=(("event",), ("level", "log_level"), ("timestamp",)),
        types={"event": str},
        unfold=_with_trace,
    ),
    JsonFormat(
        name="python_json",
        title="Python JSON logger",
        documentation="https://nhairs.github.io/python-json-logger/latest/quickstart/",
        product="",
        kind="application",
        samples=(
            (
                '{"asctime": "2026-11-22 16:14:14,123", "levelname": "ERROR", "name": "orders.api", "message": '
                '"charge failed", "request_id": "r7", "exc_info": "Traceback (most recent call last):\\n  File '
                '\\"/srv/app.py\\", line 42, in charge\\n    rates[code]\\nKeyError: \'CH\'"}'
            ),
            (
                '{"message": "started", "levelname": "INFO", "name": "orders", "created": 1795364054.123, '
                '"taskName": null}'
            ),
        ),
        requires=(("levelname",), ("message",), ("asctime", "created", "timestamp", "name", "module", "exc_info")),
        types={"levelname": str},
        keys={"created": "time", "timestamp": "time", "asctime": "time", "name": "logger", "hostname": "host_name"},
    ),
)
