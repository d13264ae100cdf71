"""Any other text log that tells when and how bad: a time and a level near the beginning of the line, in either order.

The vendors' pages of a few that are read so: https://www.postgresql.org/docs/current/runtime-config-logging.html,
https://dev.mysql.com/doc/refman/8.4/en/error-log-format.html, https://docs.ruby-lang.org/en/master/Logger.html,
https://www.php.net/manual/en/errorfunc.configuration.php#ini.error-log, https://laravel.com/docs/logging
"""

from __future__ import annotations

from analyzer.formats._plugin import Format
from analyzer.formats._text import WORDS, TextFormat
from analyzer.formats._text_times import ANY, CLOCK

_MESSAGE = "(?P<message>.*)$"
_WHEN = rf"^[\[(<]?(?P<time>{ANY})[\])>]?"
_ANY_CASE = f"(?P<level>(?i:{WORDS}))"
_CAPITALS = f"(?P<level>{WORDS})"
_GAP = r"[ \t]*[|,;:-]?[ \t]*"
_AFTER = r"(?:[\])>]?[ \t]*[|:,-]+|[\])>]|[ \t])[ \t]*"
# A process, a thread, a host, a logger: whatever stands between time and level, but no path of a request.
_TOKENS = r"(?:(?:\[[^\]]*\]|\([^)]*\)|<[^>]*>|[^ \t\"\[({<|/][^ \t\"|]*)[ \t]*[|:,-]?[ \t]*){1,4}?"

_PHP = "(?P<level>Fatal error|Parse error|Compile Error|Warning|Notice|Deprecated)"
_POSTGRES = "(?P<level>LOG|WARNING|ERROR|FATAL|PANIC)"
# Rails tags its lines with the id of the request.
_TAG = r"(?:\[(?P<request_id>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\] )?"

_HEADS = (
    rf"^\[(?P<time>{ANY})\] PHP {_PHP}:\s+{_MESSAGE}",
    rf"^\[(?P<time>{ANY})\] (?P<logger>[0-9A-Za-z_-]+)\.{_CAPITALS}: {_MESSAGE}",  # Monolog, Laravel
    rf"^[A-Z], \[(?P<time>{ANY}) #[0-9]+\] +(?P<level>[A-Z]+) -- (?P<logger>[^:\s]+)? ?: {_TAG}{_MESSAGE}",  # Ruby
    rf"^(?P<time>{ANY}) (?:\[[0-9]+(?:-[0-9]+)?\]:? )?(?:[^\s\[]+@[^\s]+ )?{_POSTGRES}: +{_MESSAGE}",
    rf"{_WHEN}{_GAP}[\[(<|]?[ \t]*{_ANY_CASE}[ \t]*{_AFTER}{_MESSAGE}",
    rf"{_WHEN}{_GAP}{_TOKENS}[\[<(|][ \t]*{_ANY_CASE}[ \t]*[\]>)|][ \t]*[:-]?[ \t]*{_MESSAGE}",
    rf"{_WHEN}{_GAP}{_TOKENS}{_CAPITALS}[ \t]*{_AFTER}{_MESSAGE}",
    rf"^[\[(<]?{_ANY_CASE}[\])>]?[ \t]*[|:,-]?[ \t]*[\[(<]?(?P<time>{ANY})[\])>]?[ \t]*[|:,-]?[ \t]*{_MESSAGE}",
    rf"^[\[(]?{CLOCK}[\])]?[ \t]+[\[(|]?[ \t]*{_CAPITALS}[ \t]*{_AFTER}{_MESSAGE}",
)

FORMATS: tuple[Format, ...] = (
    TextFormat(
        name="text",
        title="Text with a time and a level",
        documentation="https://opentelemetry.io/docs/specs/otel/logs/data-model/#log-and-event-record-definition",
        heads=_HEADS,
        expected="a time and a level",
        samples=(
            '2026-11-22 16:14:14.123 UTC [123] ERROR:  relation "orders" does not exist at character 15',
            "2026-11-22T16:14:14.123456Z 12 [ERROR] [MY-010584] [Repl] could not connect",
            "[22-Nov-2026 16:14:14 UTC] PHP Fatal error:  Uncaught Exception: no in /srv/a.php:12",
            "E, [2026-11-22T16:14:14.123456 #123] ERROR -- : could not load",
            "ERROR 2026-11-22 16:14:14 could not load",
            "[2026-11-22 16:14:14] production.ERROR: could not load",
        ),
    ),
)
