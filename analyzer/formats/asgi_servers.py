"""The request lines of the Python servers for ASGI: uvicorn and hypercorn.

https://www.uvicorn.org/settings/#logging and uvicorn/config.py (LOGGING_CONFIG): no time unless asctime is put in
front. https://hypercorn.readthedocs.io/en/latest/how_to_guides/logging.html and hypercorn/logging.py: the client's
port, and a request line whose last word is the bare version.
"""

from __future__ import annotations

from analyzer.formats import _grouped
from analyzer.formats._grouped import GroupedFormat
from analyzer.formats._plugin import Format

_WRITTEN = r"[0-9]{4}[-/][0-9]{2}[-/][0-9]{2}[ T][0-9]{2}:[0-9]{2}:[0-9]{2}(?:[.,][0-9]+)?(?: ?[+-][0-9]{4})?"
# Before proxy headers and Unix sockets are resolved, a client may be missing, or be written as Python's tuple.
_CLIENT = r"(?:\('(?P<client_ip__2>[^']*)', [0-9]+\)|(?P<client_ip>[^\s\"]*))"

FORMATS: tuple[Format, ...] = (
    GroupedFormat(
        name="uvicorn",
        title="Uvicorn access log",
        documentation="https://www.uvicorn.org/settings/#logging",
        product="uvicorn",
        samples=('2024-05-01 12:00:00,123 INFO:     192.0.2.1:50000 - "GET /a?b=c HTTP/1.1" 200 OK',),
        parts=(
            ("the time", rf"(?:\[?(?P<time>{_WRITTEN})\]? (?:- )?)?"),
            ("the level", "[A-Z]+: +"),
            ("the client", rf'{_CLIENT} - "'),
            ("the request", '(?:WebSocket (?P<target>[^"]*)|(?P<request_line>[^"]*))" '),
            ("the status", r"(?:(?P<status>[0-9]{3})(?: [A-Za-z' -]*)?|\[accepted\])"),
        ),
        clocks=(_grouped.ANY,),
        marks="end",
    ),
    GroupedFormat(
        name="hypercorn",
        title="Hypercorn access log",
        documentation="https://hypercorn.readthedocs.io/en/latest/how_to_guides/logging.html",
        product="hypercorn",
        samples=(
            (
                "[2024-05-01 12:00:00 +0000] [7] [INFO] 192.0.2.1:50000 - - [01/May/2024:12:00:00 +0000] "
                '"GET /a 1.1" 200 12 "-" "curl/8.5.0"'
            ),
        ),
        parts=(
            ("the logger's prefix", rf"(?:\[{_WRITTEN}\] \[[0-9]+\] \[[A-Z]+\] )?"),
            ("the client", r"(?:None|(?P<client_ip>\S+)) - - "),
            ("the time", r"\[(?P<time>[0-9]{2}/[A-Za-z]{3}/[0-9]{4}:[0-9:]{8} [+-][0-9]{4})\] "),
            ("the request", r'"(?P<method>\S+) (?P<target>.*?) (?:(?P<http_version>[123](?:\.[0-9])?)|ws)" '),
            ("the status", "(?P<status>[0-9]{3}) "),
            ("the size", "(?P<response_bytes>[0-9]+|-) "),
            ("the referrer", '"(?P<referrer>[^"]*)" '),
            ("the user agent", '"(?P<user_agent>.*)"'),
        ),
        clocks=(_grouped.ANY,),
        marks="end",
    ),
)
