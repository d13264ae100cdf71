""".NET's text logs: the console of Microsoft.Extensions.Logging, Serilog's console and file, and NLog.

https://learn.microsoft.com/dotnet/core/extensions/console-log-formatter,
https://github.com/serilog/serilog/wiki/Formatting-Output, https://github.com/NLog/NLog/wiki/SimpleLayout
"""

from __future__ import annotations

from analyzer.formats._plugin import Format
from analyzer.formats._text import TextFormat
from analyzer.formats._text_times import CLOCK, ISO

_MESSAGE = "(?P<message>.*)$"
_CONSOLE_TIME = rf"^(?:\[?(?P<time>{ISO})\]? ?|\[?{CLOCK}\]? ?)?"
_CATEGORY = r"(?P<logger>[^\s\[\]]+)\[-?[0-9]+\]"
_SHORT = r"(?P<level>VRB|DBG|INF|WRN|ERR|FTL)"
_LONG = r"(?P<level>(?i:TRACE|DEBUG|INFO|WARN|WARNING|ERROR|FATAL))"

FORMATS: tuple[Format, ...] = (
    TextFormat(
        name="dotnet_console",
        title="Microsoft.Extensions.Logging console",
        documentation="https://learn.microsoft.com/en-us/dotnet/core/extensions/console-log-formatter",
        heads=(rf"{_CONSOLE_TIME}(?P<level>trce|dbug|info|warn|fail|crit): {_CATEGORY}(?: |$){_MESSAGE}",),
        # The message is indented by six blanks; scopes, one line of =>, stand above it.
        margin=r"(?m)^ {6}(?:=> [^\n]*(?:\n|\z))?",
        expected="trce, dbug, info, warn, fail or crit, a colon, a category and an event id in brackets",
        samples=(
            "2026-11-22 16:14:14 fail: Shop.Orders.OrderService[0]",
            "2026-11-22 16:14:14 info: Shop.Orders.OrderService[0] loaded",
            "2026-11-22T16:14:14.123Z fail: Shop.Orders.OrderService[7]\n      could not load",
        ),
    ),
    TextFormat(
        name="serilog",
        title="Serilog",
        documentation="https://github.com/serilog/serilog/wiki/Formatting-Output",
        heads=(
            rf"^(?P<time>{ISO}) \[{_SHORT}\] (?:<s:(?P<logger>[^>]*)> )?{_MESSAGE}",
            rf"^\[(?:(?P<time>{ISO})|{CLOCK}) {_SHORT}\] (?:<s:(?P<logger>[^>]*)> )?{_MESSAGE}",
        ),
        expected="a time and VRB, DBG, INF, WRN, ERR or FTL in brackets",
        samples=(
            "2026-11-22 16:14:14.123 +01:00 [ERR] could not load order 17",
            "[2026-11-22 16:14:14 WRN] slow",
        ),
    ),
    TextFormat(
        name="nlog",
        title="NLog",
        documentation="https://github.com/NLog/NLog/wiki/SimpleLayout",
        heads=(rf"^(?P<time>{ISO})\|(?:[0-9]*\|)?{_LONG}\|(?P<logger>[^|]*)\|{_MESSAGE}",),
        expected="time|LEVEL|logger|message",
        samples=(
            "2026-11-22 16:14:14.1234|ERROR|Shop.Orders.OrderService|could not load",
            "2026-11-22 16:14:14.1234|0|WARN|Shop.Orders.OrderService|slow |url: http://localhost/orders|action: Index",
        ),
    ),
)
