"""Zoraxy: its requests and its own messages, in one file.

https://github.com/tobychui/zoraxy/tree/main/src/mod/info/logger: trafficlog.go writes a request after it was answered,
logger.go a message. After a change of month Go puts its own time in front; early releases left out two colons.
"""

from __future__ import annotations

from analyzer.formats._grouped import GroupedFormat
from analyzer.formats._plugin import Format

_TIME = (
    "the time",
    (
        r"(?:[0-9]{4}/[0-9]{2}/[0-9]{2} [0-9:]{8} )?"
        r"\[(?P<time>[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]+)\] "
    ),
)
_CLOCKS = ("%Y-%m-%d %H:%M:%S%.f",)
_DOCUMENTATION = "https://github.com/tobychui/zoraxy/tree/main/src/mod/info/logger"

FORMATS: tuple[Format, ...] = (
    GroupedFormat(
        name="zoraxy",
        title="Zoraxy requests",
        documentation=_DOCUMENTATION,
        product="zoraxy",
        samples=(
            (
                "[2025-05-01 12:01:50.912318] [router:host-http] [origin:app.example.com] [client: 192.0.2.1] "
                "[useragent: python-requests/2.32.3] GET /.git/config 404"
            ),
        ),
        parts=(
            _TIME,
            ("the router", r"\[router:(?P<upstream_name>[^\]]*)\] "),
            ("the origin", r"(?:\[origin:(?P<host>[^\]]*)\] )?"),
            ("the client", r"\[client:? (?P<client_ip>[^\]]*)\] "),
            ("the user agent", r"(?:\[useragent:? ?(?P<user_agent>.*?)\] )?"),
            ("the request", r"(?P<method>[^\s\]]+) (?P<target>\S*) "),
            ("the status", r"(?P<status>[0-9]{1,3})"),
        ),
        clocks=_CLOCKS,
        marks="end",
    ),
    GroupedFormat(
        name="zoraxy_system",
        title="Zoraxy messages",
        documentation=_DOCUMENTATION,
        product="zoraxy",
        kind="application",
        samples=("[2025-05-01 07:55:00.150624] [proxy-manager] [system:info] Reverse proxy started",),
        parts=(
            _TIME,
            ("the title", r"\[(?P<logger>[^\]]*)\] "),
            ("the level", r"\[system:(?P<level>[a-z]+)\] "),
            ("the message", "(?P<message>.*)"),
        ),
        clocks=_CLOCKS,
    ),
)
