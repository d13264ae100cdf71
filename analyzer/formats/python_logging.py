"""Python's text logs: logging as basicConfig, Django, Celery, Flask, Airflow and gunicorn set it up, loguru, structlog.

https://docs.python.org/3/library/logging.html#logrecord-attributes
"""

from __future__ import annotations

from analyzer.formats._plugin import Format
from analyzer.formats._text import TextFormat
from analyzer.formats._text_times import DASHED

_LEVEL = r"(?P<level>TRACE|DEBUG|INFO|SUCCESS|WARNING|ERROR|CRITICAL|FATAL)"
_TIME = rf"(?P<time>{DASHED})"
_NAME = r"(?P<logger>[A-Za-z_][0-9A-Za-z_.<>-]*)"
_MESSAGE = "(?P<message>.*)$"

_HEADS = (
    rf"^{_TIME} - {_NAME} - {_LEVEL} - {_MESSAGE}",  # the formatter of the logging cookbook
    rf"^{_TIME} - {_LEVEL} - (?:{_NAME} - )?{_MESSAGE}",
    rf"^\[{_TIME}: {_LEVEL}/[^\]]*\] {_MESSAGE}",  # Celery
    rf"^\[{_TIME}\] \[[0-9]+\] \[{_LEVEL}\] {_MESSAGE}",  # gunicorn
    rf"^\[{_TIME}\] {_LEVEL} in {_NAME}: {_MESSAGE}",  # Flask
    rf"^\[{_TIME}\] \{{(?P<logger>[^}}]+)\}} {_LEVEL} - {_MESSAGE}",  # Airflow
    rf"^{_TIME} \| {_LEVEL} *\| (?P<logger>[^:|]+):[^:|]*:[0-9]+ - {_MESSAGE}",  # loguru
    rf"^{_TIME} \[(?P<level>debug|info|warning|warn|error|critical|exception) *\] {_MESSAGE}",  # structlog's console
    rf"^{_LEVEL} {_TIME} {_NAME} [0-9]+ [0-9]+ {_MESSAGE}",  # Django's documentation
    rf"^{_TIME} [0-9]+ {_LEVEL} [0-9A-Za-z_?-]+ {_NAME}: {_MESSAGE}",  # Odoo names its database
    rf"^{_TIME} (?:[0-9]+ )?\[?{_LEVEL}\]? +{_NAME}: {_MESSAGE}",
    rf"^{_LEVEL}:(?P<logger>[^\s:]+):{_MESSAGE}",  # basicConfig
    rf"^(?P<level>TRACE|DEBUG|INFO|WARNING|ERROR):  +{_MESSAGE}",  # uvicorn
)

FORMATS: tuple[Format, ...] = (
    TextFormat(
        name="python_logging",
        title="Python logging, loguru and structlog",
        documentation="https://docs.python.org/3/howto/logging.html#changing-the-format-of-displayed-messages",
        heads=_HEADS,
        expected="a time, a logger and a level in one of the orders of Python's loggers",
        never=r'^INFO: +[^\s]+ - "[A-Z]+ ',  # a request, as uvicorn writes it
        samples=(
            "2026-11-22 16:14:14,123 - orders.api - ERROR - could not load order 17",
            "[2026-11-22 16:14:14,123: ERROR/ForkPoolWorker-1] Task app.tasks.add[4d5c7c2e] raised unexpected",
            "[2026-11-22 16:14:14 +0000] [123] [ERROR] Exception in worker process",
            "2026-11-22 16:14:14.123 | ERROR    | app.orders:load:17 - could not load",
            "2026-11-22 16:14:14 [error    ] could not load                 [orders.api] request_id=4f1c9a72",
        ),
    ),
)
