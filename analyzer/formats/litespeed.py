"""LiteSpeed and OpenLiteSpeed: the server's access log, which names the virtual host in front, and the error log.

https://docs.litespeedtech.com/lsws/cp/cpanel/logs/, https://github.com/litespeedtech/openlitespeed/issues/232 (the
name in brackets and quotes, before whatever logFormat says) and /issues/284 (messages of several lines).
"""

from __future__ import annotations

from analyzer.formats import _compile, _logformat, combined
from analyzer.formats._directives import Field, Text
from analyzer.formats._grouped import SpanningGroupedFormat
from analyzer.formats._logformat import LogFormat
from analyzer.formats._plugin import Format
from analyzer.formats._variants import Variants

_NAME = "[A-Za-z0-9_.:*-]+"
_FRAMES = (('["', '"] '), ('"', '" '), ("[", "] "))
_ADDRESS = r"(?:(?:[0-9]{1,3}\.){3}[0-9]{1,3}|\[?[0-9A-Fa-f]*:[0-9A-Fa-f:.]*[0-9A-Fa-f:]\]?)"


def _form(opening: str, closing: str) -> LogFormat:
    _, pieces = _compile.read_pieces(combined.COMBINED)
    named: list[Text | Field] = [Text(opening), Field("virtual host", "server_name", shape=_NAME), Text(closing)]
    return _logformat.build([*named, *pieces], "litespeed")


FORMATS: tuple[Format, ...] = (
    Variants(
        name="litespeed",
        title="LiteSpeed access log",
        documentation="https://docs.openlitespeed.org/config/advanced/logs/",
        product="litespeed",
        samples=(
            '["www.example.com"] 192.0.2.40 - - [11/Apr/2021:11:08:26 +0200] "GET / HTTP/1.1" 200 5 "-" "curl/8.5.0"',
        ),
        forms=tuple(_form(opening, closing) for opening, closing in _FRAMES),
    ),
    SpanningGroupedFormat(
        name="litespeed_error",
        title="LiteSpeed error log",
        documentation="https://docs.openlitespeed.org/config/advanced/logs/",
        product="litespeed",
        kind="error",
        samples=(
            "2021-11-19 13:33:02.605372 [NOTICE] [3089393] LiteSpeed/1.7.14 Open starts successfully!",
            "2021-11-15 14:44:56.090081 [INFO] [1064147] [192.0.2.1:1129:HTTP2-9] Content len: 0, Request line:",
        ),
        parts=(
            ("the time", r"(?P<time>[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]+) "),
            ("the level", r"\[(?P<level>ERROR|WARN|WARNING|NOTICE|INFO|DEBUG|TRACE|CRIT|ALERT|EMERG|FATAL)\] "),
            ("the process", r"\[[0-9]+\] "),
            ("the thread", r"(?:\[T[0-9]+\] )?"),
            (
                "the client",
                rf"(?:\[(?P<client_ip>{_ADDRESS})(?::[0-9]+)?(?:[-:][^\]#]*)?(?:#(?:APVH_)?(?P<host>[^\]]*))?\] )?",
            ),
            ("the message", r"(?P<message>.*)"),
        ),
        clocks=("%Y-%m-%d %H:%M:%S%.f",),
    ),
)
