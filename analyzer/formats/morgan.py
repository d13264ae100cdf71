"""The predefined formats of morgan, the logger of Express, that are no combined or common: dev, tiny and short.

https://github.com/expressjs/morgan#predefined-formats: none of them writes a time, so the order of the lines is all
there is; `:date[iso]` or `:date[clf]` is what people put in front. A dash stands for a response that was never begun.
"""

from __future__ import annotations

from analyzer.formats import _grouped
from analyzer.formats._grouped import GroupedFormat
from analyzer.formats._plugin import Format

_DOCUMENTATION = "https://github.com/expressjs/morgan#predefined-formats"
_METHOD = "GET|HEAD|POST|PUT|DELETE|CONNECT|OPTIONS|TRACE|PATCH|[A-Z]{3,}(?:-[A-Z]+)?"
_TIME = (
    "the time",
    r"(?:\[?(?P<time>[0-9-]{10}T[0-9:.]+Z|[0-9]{2}/[A-Z][a-z]{2}/[0-9]{4}:[0-9:]{8} [+-][0-9]{4})\]? )?",
)
_TOOK = r"(?P<duration_ms>[0-9]+\.[0-9]+|-) ms"
_SIZE = "(?P<response_bytes>[0-9]+|-)"

FORMATS: tuple[Format, ...] = (
    GroupedFormat(
        name="morgan_tiny",
        title="Morgan (Express), tiny and dev",
        documentation=_DOCUMENTATION,
        product="express",
        samples=("2024-05-01T12:00:00.123Z GET /a?b=c 200 5.123 ms - 10",),
        parts=(
            _TIME,
            ("the method", f"(?P<method>{_METHOD}) "),
            ("the URL", r"(?P<target>\S+) "),
            ("the status", "(?P<status>[0-9]{3}|-) "),
            ("the response time", f"{_TOOK} - "),
            ("the size", _SIZE),
        ),
        clocks=(_grouped.ANY,),
        marks="end",
    ),
    GroupedFormat(
        name="morgan_short",
        title="Morgan (Express), short",
        documentation=_DOCUMENTATION,
        product="express",
        samples=("2024-05-01T12:00:00.123Z 192.0.2.1 - GET /a?b=c HTTP/1.1 200 10 - 5.123 ms",),
        parts=(
            _TIME,
            ("the client", r"(?P<client_ip>[0-9A-Fa-f.:]+|-) "),
            ("the user", r"(?P<user>\S+) "),
            ("the request", rf"(?P<request_line>(?:{_METHOD}) \S+ HTTP/[0-9.]+) "),
            ("the status", "(?P<status>[0-9]{3}|-) "),
            ("the size", f"{_SIZE} - "),
            ("the response time", _TOOK),
        ),
        clocks=(_grouped.ANY,),
        marks="end",
    ),
)
