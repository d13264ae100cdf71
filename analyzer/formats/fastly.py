"""Fastly's streamed logs as text of quoted fields with an HTTP date.

https://www.fastly.com/documentation/guides/integrations/streaming-logs/custom-log-formats/; its default %h %l %u %t
"%r" %>s %b is common, its JSON is in json_edge. The prefix in front, such as
`<134>2016-07-04T22:37:26Z cache-sjc3128 LogTest[62959]: ` is a wrapper, syslog's.
"""

from __future__ import annotations

from analyzer.formats import _grouped
from analyzer.formats._grouped import GroupedFormat
from analyzer.formats._plugin import Format

FORMATS: tuple[Format, ...] = (
    GroupedFormat(
        name="fastly",
        title="Fastly, quoted fields",
        documentation="https://www.fastly.com/documentation/guides/integrations/streaming-logs/custom-log-formats/",
        product="fastly",
        samples=('192.0.2.1 "Mon, 04 Jul 2016 22:37:26 GMT" - "GET /a?b=c" HTTP/1.1 200 1234',),
        parts=(
            ("the client", '"?(?P<client_ip>[0-9A-Fa-f.:]+)"? '),
            ("the time", '"(?P<time>[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} GMT)" '),
            ("the user", r"(?:\S+ )?"),
            ("the request", r'"(?P<method>\S+) (?P<target>[^"]*?)(?: (?P<protocol__2>HTTP/[0-9.]+))?" '),
            ("the protocol", "(?:(?P<protocol>HTTP/[0-9.]+) )?"),
            ("the status", "(?P<status>[0-9]{3}|-)"),
            ("the size", r"(?: (?P<response_bytes>[0-9]+|-|\(null\))(?: .*)?)?"),
        ),
        clocks=(_grouped.ANY,),
        marks="end",
    ),
)
