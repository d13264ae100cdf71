"""Node.js's text logs: winston with a time in front, pino-pretty, bunyan's and log4js's, and NestJS.

https://github.com/winstonjs/winston#formats, https://github.com/pinojs/pino-pretty, https://docs.nestjs.com/techniques/logger
"""

from __future__ import annotations

from analyzer.formats._plugin import Format
from analyzer.formats._text import TextFormat
from analyzer.formats._text_times import AMERICAN, CLOCK, DASHED

_MESSAGE = "(?P<message>.*)$"
_WINSTON = "(?P<level>error|warn|info|http|verbose|debug|silly)"
_PINO = "(?P<level>TRACE|DEBUG|INFO|WARN|ERROR|FATAL)"
_FIELDS = (
    r'(?m)^ {4}(?:[A-Za-z_][0-9A-Za-z_.-]*: (?:"[^\n]*"|-?[0-9.]+|true|false|null)(?:\n|\z)'
    r'|err(?:or)?: \{\n(?:[^\n]*\n){0,20}?[ \t]*"stack":[ \t]*\n?)?'
)

FORMATS: tuple[Format, ...] = (
    TextFormat(
        name="winston_text",
        title="Winston, log4js and NestJS",
        documentation="https://github.com/winstonjs/winston#formats",
        heads=(
            rf"^\[?(?P<time>{DASHED})\]? (?:\[(?P<logger>[^\]]*)\] )?{_WINSTON}: {_MESSAGE}",
            rf"^\[(?P<time>{DASHED})\] \[(?P<level>[A-Z]+)\] (?P<logger>[^\s]+) - {_MESSAGE}",
            rf"^\[Nest\] [0-9]+ +- (?P<time>{AMERICAN}) +(?P<level>[A-Z]+) (?:\[(?P<logger>[^\]]*)\] )?{_MESSAGE}",
        ),
        expected="a time, a level in small letters and a colon",
        samples=(
            "2026-11-22T16:14:14.123Z error: could not load order 17",
            "2026-11-22T16:14:14.123Z [orders] warn: slow",
            "[2026-11-22T16:14:14.123] [ERROR] default - could not load",
            "[Nest] 123  - 11/22/2026, 4:14:14 PM   ERROR [ExceptionsHandler] could not load",
        ),
    ),
    TextFormat(
        name="pino_pretty",
        title="Pino-pretty and bunyan's command",
        documentation="https://github.com/pinojs/pino-pretty",
        heads=(rf"^\[(?:(?P<time>{DASHED})|{CLOCK})\] +{_PINO}(?: \([^)]*\))?: {_MESSAGE}",),
        # Fields stand below the message, the error as an object whose stack is told as it is.
        margin=_FIELDS,
        expected="a time in brackets, a level in capitals and a colon",
        samples=(
            "[2026-11-22 16:14:14.123 +0000] ERROR (123 on app-1): could not load",
            "[2026-11-22T16:14:14.123Z]  INFO: orders/123 on app-1: started",
        ),
    ),
)
