"""lighttpd: its access log, which is combined with the requested host as second field, and its error log.

https://redmine.lighttpd.net/projects/lighttpd/wiki/Mod_accesslog,
https://redmine.lighttpd.net/projects/lighttpd/wiki/Server_errorlogDetails
"""

from __future__ import annotations

from dataclasses import replace

from analyzer.formats import _compile, _logformat
from analyzer.formats._directives import Field
from analyzer.formats._grouped import SpanningGroupedFormat
from analyzer.formats._logformat import LogFormat
from analyzer.formats._plugin import Format
from analyzer.formats._variants import Variants

_TEXT = '%h %V %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"'
_HOST = r"[A-Za-z0-9_*\[][A-Za-z0-9_.:\[\]*-]*"


def _form() -> LogFormat:
    """The host is never a dash here: then the line is plain combined. The time is that of the end."""
    _, pieces = _compile.read_pieces(_TEXT)
    shaped = [
        replace(piece, shape=_HOST) if isinstance(piece, Field) and piece.label == "%V" else piece for piece in pieces
    ]
    return replace(_logformat.build(shaped, "lighttpd"), marks="end")


FORMATS: tuple[Format, ...] = (
    Variants(
        name="lighttpd",
        title="Lighttpd access log",
        documentation="https://redmine.lighttpd.net/projects/lighttpd/wiki/Mod_accesslog",
        product="lighttpd",
        samples=(
            '192.0.2.3 www.example.com - [10/Oct/2023:13:55:36 +0000] "GET /a?b=c HTTP/1.1" 200 2326 "-" "curl/8.5.0"',
            '192.0.2.3 localhost:8080 frank [10/Oct/2023:13:55:36 +0000] "GET / HTTP/1.1" 401 12 "-" "-"',
        ),
        forms=(_form(),),
    ),
    SpanningGroupedFormat(
        name="lighttpd_error",
        title="Lighttpd error log",
        documentation="https://redmine.lighttpd.net/projects/lighttpd/wiki/Server_errorlogDetails",
        product="lighttpd",
        kind="error",
        samples=("2023-10-10 13:55:36: (server.c.1551) server started (lighttpd/1.4.69)",),
        parts=(
            ("the time", r"(?P<time>[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}): "),
            ("the place in the source", r"\((?P<logger>[A-Za-z0-9_./-]+\.c)\.[0-9]+\) "),
            ("the message", r"(?P<message>.*)"),
        ),
        clocks=("%Y-%m-%d %H:%M:%S",),
    ),
)
