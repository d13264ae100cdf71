"""Rack::CommonLogger, as Puma, Sinatra and rackup write it: common, then the seconds that the request took.

https://github.com/rack/rack/blob/main/lib/rack/common_logger.rb (FORMAT); the time is that of the end.
"""

from __future__ import annotations

from dataclasses import replace

from analyzer.formats import _compile, _logformat, combined
from analyzer.formats._directives import Field, Text
from analyzer.formats._logformat import LogFormat
from analyzer.formats._plugin import Format
from analyzer.formats._variants import Variants


def _form() -> LogFormat:
    _, pieces = _compile.read_pieces(combined.COMMON)
    tail: list[Text | Field] = [Text(" "), Field("seconds", "duration_s", shape=r"[0-9]+\.[0-9]+")]
    return replace(_logformat.build([*pieces, *tail], "rack_common"), marks="end")


FORMATS: tuple[Format, ...] = (
    Variants(
        name="rack_common",
        title="Rack::CommonLogger (Puma, Sinatra)",
        documentation="https://github.com/rack/rack/blob/main/lib/rack/common_logger.rb",
        product="rack",
        samples=('192.0.2.1 - frank [01/May/2024:12:00:00 +0000] "GET /a?b=c HTTP/1.1" 200 12 0.0042',),
        forms=(_form(),),
    ),
)
