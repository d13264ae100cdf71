"""Go's text logs: package log, slog's default handler, zap's console encoder, klog and glog, and a crash of its own.

https://pkg.go.dev/log#pkg-constants, https://pkg.go.dev/go.uber.org/zap/zapcore#NewConsoleEncoder,
https://kubernetes.io/docs/concepts/cluster-administration/system-logs/
"""

from __future__ import annotations

from analyzer.formats._glog import Glog
from analyzer.formats._plugin import Format
from analyzer.formats._text import TextFormat
from analyzer.formats._text_times import ISO

_LEVEL = r"(?P<level>TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|ERR|FATAL|PANIC)"
_TIME = r"(?P<time>[0-9]{4}/[0-9]{2}/[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{6})?)"
_FILE = r"(?:(?P<logger>[0-9A-Za-z_./-]+\.go):[0-9]+: )?"
_MESSAGE = "(?P<message>.*)$"
_ZAP_TIME = rf"(?P<time>{ISO}|[0-9]\.[0-9]+e\+[0-9]{{2}}|[0-9]{{10}}\.[0-9]+)"
_ZAP_LEVEL = r"(?P<level>(?i:DEBUG|INFO|WARN|ERROR|DPANIC|PANIC|FATAL))"
_ZAP_FIELDS = r'(?:\t\{(?:.*"error": ?"(?P<exception_message>(?:[^"\\]|\\.)*)")?.*\})?$'

FORMATS: tuple[Format, ...] = (
    TextFormat(
        name="go_log",
        title="Go's package log, and slog by default",
        documentation="https://pkg.go.dev/log#pkg-constants",
        heads=(
            rf"^{_TIME} {_FILE}\[?{_LEVEL}\]?:? {_MESSAGE}",
            rf"^{_TIME} {_FILE}{_MESSAGE}",
            r"^(?P<message>(?P<level>panic|fatal error): .*)$",  # a crash, which has no time of its own
        ),
        expected="a time such as 2026/11/22 16:14:14",
        never=r"^[0-9/]{10} [0-9:]{8} \[[a-z]+\] [0-9]+#[0-9]+: ",  # nginx's error log
        samples=(
            "2026/11/22 16:14:14 http: panic serving 192.0.2.1:50000: boom",
            "2026/11/22 16:14:14.123456 main.go:23: could not load order 17",
            "2026/11/22 16:14:14 ERROR could not load order=17",
        ),
    ),
    TextFormat(
        name="zap_console",
        title="Zap's console encoder",
        documentation="https://pkg.go.dev/go.uber.org/zap/zapcore#NewConsoleEncoder",
        heads=(
            rf"^{_ZAP_TIME}\t{_ZAP_LEVEL}\t(?:(?P<logger>[^\t]+)\t)??(?:[^\t\s]+\.go:[0-9]+\t)(?P<message>[^\t]*){_ZAP_FIELDS}",
            rf"^{_ZAP_TIME}\t{_ZAP_LEVEL}\t(?:(?P<logger>[^\t]+)\t)??(?P<message>[^\t{{][^\t]*){_ZAP_FIELDS}",
        ),
        expected="a time, a level and a message between tabs",
        samples=(
            (
                "2026-11-22T16:14:14.123Z\tERROR\torders/service.go:42\tcould not load\t"
                '{"request_id": "4f1c9a72", "error": "connection refused"}'
            ),
            "2026-11-22T16:14:14.123+0100\tINFO\torders\tservice.go:17\tstarted",
        ),
    ),
    Glog(),
)
