"""Traefik's access log in its Common Log Format, which is combined and four fields more.

https://doc.traefik.io/traefik/observability/access-logs/#common-log-format-clf; its JSON is in json_access, its
genericCLF is combined.
"""

from __future__ import annotations

from dataclasses import replace

from analyzer.formats import _compile, _logformat
from analyzer.formats._directives import Field, Text
from analyzer.formats._logformat import LogFormat
from analyzer.formats._plugin import Format
from analyzer.formats._variants import Variants

_HEAD = '%h - %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"'


def _form() -> LogFormat:
    """The time is that of the start (StartUTC); a router that leads to others is written with arrows between."""
    _, pieces = _compile.read_pieces(_HEAD)
    tail: list[Text | Field] = [
        Text('" '),
        Field("number of requests", None, shape="[0-9]+|-"),
        Text(' "'),
        Field("router name", "upstream_name"),
        Text('" "'),
        Field("server URL", "upstream"),
        Text('" '),
        Field("request duration in ms", "duration_ms", shape=r"[0-9]+(?:\.[0-9]+)?"),
        Text("ms"),
    ]
    return replace(_logformat.build([*pieces[:-1], *tail], "traefik_clf"), product="traefik")


FORMATS: tuple[Format, ...] = (
    Variants(
        name="traefik_clf",
        title="Traefik, Common Log Format",
        documentation="https://doc.traefik.io/traefik/observability/access-logs/#format",
        product="traefik",
        samples=(
            (
                '192.0.2.1 - - [08/Dec/2021:13:59:39 +0000] "GET /index?a=b HTTP/1.1" 200 352 "-" "Nikto" 242 '
                '"app@docker" "http://172.17.0.3:80" 1ms'
            ),
            '192.0.2.1 - - [28/Sep/2022:13:38:04 +0000] "GET /x HTTP/1.1" - - "-" "-" 45640 "-" "-" 0ms',
        ),
        forms=(_form(),),
    ),
)
