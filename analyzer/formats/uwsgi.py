"""uWSGI's own request lines, as it writes them unless logformat says otherwise.

https://uwsgi-docs.readthedocs.io/en/latest/LogFormat.html and core/logging.c: the time is ctime of the request's start,
without a zone; --log-micros writes micros, --log-x-forwarded-for the header's addresses, --vhost the host in front.
"""

from __future__ import annotations

from analyzer.formats._grouped import GroupedFormat
from analyzer.formats._plugin import Format

FORMATS: tuple[Format, ...] = (
    GroupedFormat(
        name="uwsgi",
        title="UWSGI request log",
        documentation="https://uwsgi-docs.readthedocs.io/en/latest/LogFormat.html",
        product="uwsgi",
        samples=(
            (
                "[pid: 1|app: 0|req: 1/1] 192.0.2.1 () {42 vars in 675 bytes} [Wed Jan 14 11:44:29 2015] GET /a?b=c => "
                "generated 10 bytes in 5 msecs (HTTP/1.1 200) 2 headers in 71 bytes (1 switches on core 0)"
            ),
        ),
        parts=(
            ("the host", r"(?:(?P<host>[^\s\[{]+) )?"),
            ("the memory", r"(?:\{address space usage: [^}]*\} )?(?:\{rss usage: [^}]*\} )?"),
            ("the process", r"\[pid: [0-9]+\|app: -?[0-9]*\|req: -?[0-9]*/-?[0-9]*\] "),
            # 0.0.0.0 is what it writes where the line would have been too long.
            ("the client", r"(?:0\.0\.0\.0|(?P<forwarded_for>[^(),]*,[^()]*?)|(?P<client_ip>[^ (),]*)) "),
            ("the user", r"\((?P<user>[^)]*)\) "),
            ("the variables", r"\{[0-9]+ vars in [0-9]+ bytes\} "),
            ("the time", r"\[(?P<time>[A-Za-z]{3} [A-Za-z]{3} [ 0-9][0-9] [0-9]{2}:[0-9]{2}:[0-9]{2} [0-9]{4})\] "),
            ("the request", r"(?P<method>\S*) (?P<target>.*?) => "),
            ("the size", r"generated (?P<response_bytes>[0-9]+) bytes "),
            ("the duration", r"in (?:(?P<duration_ms>[0-9]+) msecs|(?P<duration_us>[0-9]+) micros) "),
            ("the status", r"(?:via [a-z]+\(\) )?\((?P<protocol>[^ )]*) (?P<status>[0-9]+)\)"),
            ("the headers", r"(?: .*)?"),
        ),
        clocks=("%a %b %e %H:%M:%S %Y",),
        marks="start",
    ),
)
