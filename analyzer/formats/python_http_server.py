"""What Python's http.server writes, and the development servers that are built on it: Werkzeug (Flask) and Django.

https://docs.python.org/3/library/http.server.html#http.server.BaseHTTPRequestHandler.log_request: a local time, and a
second line, `code 404, message ...`, for each error; Django's runserver leaves out the client.
"""

from __future__ import annotations

import polars as pl

from analyzer.formats._grouped import GroupedFormat
from analyzer.formats._plugin import Format


def _tell_errors(events: pl.DataFrame) -> pl.DataFrame:
    """Makes the second line, which repeats the status in words, an error's line, not one more request."""
    spoken = pl.col("message").is_not_null()
    return events.with_columns(kind=pl.when(spoken).then(pl.lit("error")).otherwise("kind"))


FORMATS: tuple[Format, ...] = (
    GroupedFormat(
        name="python_http_server",
        title="Python's http.server, Werkzeug and Django's runserver",
        documentation="https://docs.python.org/3/library/http.server.html#http.server.BaseHTTPRequestHandler.log_request",
        product="python",
        samples=(
            '192.0.2.1 - - [01/May/2024 12:00:00] "GET /a?b=c HTTP/1.1" 200 -',
            '[01/May/2024 12:00:00] "GET /admin/ HTTP/1.1" 302 0',
        ),
        parts=(
            ("the logger", "(?:[A-Z]+:werkzeug:)?"),
            ("the client", r"(?:(?P<client_ip>[^\s\[]+) - - )?"),
            ("the time", r"\[(?P<time>[0-9]{2}/[A-Za-z]{3}/[0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2})\] "),
            ("the request", '(?:"(?P<request_line>.*)" |code )'),
            ("the status", "(?P<status>[0-9]{3}|-)"),
            ("the size", "(?:, message (?P<message>.*)| (?P<response_bytes>[0-9]+|-))"),
        ),
        clocks=("%d/%b/%Y %H:%M:%S",),
        marks="end",
        finish=_tell_errors,
    ),
)
