"""What HAProxy logs besides traffic: connections that failed before a request, and events of its own.

https://docs.haproxy.org/3.0/configuration.html#8.2.5 (error log format, and the example of error-log-format), 8.2.1
(Connect from). Events are servers going up or down, health checks (option log-health-checks), proxies that start and
stop; they carry no time, which the wrapper around them has.
"""

from __future__ import annotations

import polars as pl

from analyzer.formats import _positional, haproxy
from analyzer.formats._plugin import Format
from analyzer.formats._positional import Layout, Part, Positional

_HEAD = rf"^(?s){_positional.PROCESS}{haproxy.CLIENT} \[(?P<time>{haproxy.CLOCK})\] "
_FAILED = rf"{_HEAD}(?P<logger>[^ ]+): (?P<message>.*)$"
_TLS = r"(?P<sni>[^ ]+)/(?P<tls_version>[^ /]+)/(?P<tls_cipher>[^ /]+)"
_DETAILED = (
    rf"{_HEAD}(?P<logger>[^ ~]+)(?P<tls>~?) [0-9]+/[0-9]+ "
    rf"(?P<message>[0-9]+/(?P<tls_error>[0-9A-Fa-f]+)/[0-9]+/[0-9]+/[01-] {_TLS})\s*$"
)
# [WARNING] 124/210930 (59014) : is how the process writes to the terminal; the number in the middle is day and time.
_LEVEL = r"\[(?P<level>NOTICE|WARNING|ALERT|INFO|DIAG|EMERG)\]\s+(?:[0-9]{3}/[0-9]{6} )?\([0-9]+\) : "
_SPOKEN = rf"^(?s){_positional.PROCESS}{_LEVEL}(?P<message>.+)$"
# With the process in front anything but traffic is an event; without it, only what nothing else says.
_NAMED = r"^(?s)(?P<process>haproxy)(?:\[[0-9]+\])?: (?P<message>[^ \[]*[^ \[0-9:](?: [^\[].*)?)$"
_KNOWN = (
    rf"^(?s){_positional.PROCESS}"
    r"(?P<message>(?:(?:Backup )?Server [^ /]+/[^ ]+ (?:\('[^']*'\) )?(?:is|was|has|administratively|changed) "
    r"|(?:Health|Agent) check for (?:backup )?server [^ /]+/[^ ]+ "
    r"|(?:[Bb]ackend|[Pp]roxy|listener) '?[^ ']+'? (?:has no server available!|started\.?$|stopped \()"
    r"|(?:Stopping|Pausing|Enabling|Disabling) (?:frontend|backend|proxy|listener) [^ ]+"
    r"|Connect from [^ ]+:[0-9]+ to [^ ]+:[0-9]+ \([^ ]+/(?:HTTP|TCP)\)$"
    r").*)$"
)
_SERVER = r"(?i)\bserver ([^ /]+/[^ ,]+) "
_POOL = r"^(?:[Bb]ackend|[Pp]roxy) '?([^ ']+)'? has no server"
_CONNECT = r"^Connect from ([^ ]+):[0-9]+ to ([^ ]+):[0-9]+ \("
# The severities with which HAProxy sends them to syslog; its error lines have the one that the configuration gives.
_SEVERITIES = (
    (r"^(?:Backup )?Server [^ ]+ is DOWN\b| has no server available!$", "critical"),  # alert and emergency
    (r"^(?:Backup )?Server [^ ]+ is UP\b|^(?:Health|Agent) check for |^Proxy [^ ]+ started", "notice"),
    (r"^Proxy [^ ]+ stopped|^Stopping ", "warning"),
)
_REASON = r"(?: is DOWN| failed).*?, reason: ([^,]+)"
_NOTHING = "(NONE)"


def _translate(found: pl.DataFrame, zone: str) -> pl.DataFrame:
    message = pl.col("message")
    severity = pl.coalesce(
        "level", *(pl.when(message.str.contains(pattern)).then(pl.lit(level)) for pattern, level in _SEVERITIES)
    )
    timed = pl.col("time").is_not_null()
    tls_error = pl.concat_str(
        pl.lit("fc_err="), message.str.extract("^([0-9]+)/", 1), pl.lit(" ssl_fc_err="), pl.col("tls_error")
    )
    failure = message.str.extract(r"^([^(]*[^( ])", 1)
    slots: dict[str, list[pl.Expr]] = {
        "process": [pl.col("process")],
        "client_ip": [haproxy.address(pl.col("client")), haproxy.address(message.str.extract(_CONNECT, 1))],
        "server_ip": [haproxy.address(message.str.extract(_CONNECT, 2))],
        "server_name": [pl.col("sni")],
        "scheme": [pl.when(pl.col("tls") == "~").then(pl.lit("https"))],
        "tls_version": [pl.col("tls_version")],
        "tls_cipher": [pl.when(pl.col("tls_cipher") != _NOTHING).then("tls_cipher")],
        "upstream_name": [pl.when(~timed).then(pl.coalesce(message.str.extract(p, 1) for p in (_SERVER, _POOL)))],
        "error": [tls_error, pl.when(timed).then(failure).otherwise(message.str.extract(_REASON, 1))],
        "level": [pl.when(~timed).then(severity)],
        "logger": [pl.col("logger")],
        "message": [message],
    }
    return _positional.texts(found, slots, haproxy.clock(zone))


FORMATS: tuple[Format, ...] = (
    Positional(
        name="haproxy_error",
        title="HAProxy, failed connections and events",
        documentation="https://docs.haproxy.org/3.0/configuration.html#8.2.5",
        product="haproxy",
        kind="error",
        samples=(
            "192.0.2.7:56059 [03/Dec/2012:17:35:10.380] frt/f1: Connection error during SSL handshake",
            (
                "192.0.2.7:40010 [22/Nov/2026:20:35:14.360] fe_tls~ 1/1 34/000000000A00009C/0/0/0 "
                "www.example.com/TLSv1.3/(NONE)"
            ),
        ),
        layouts=(
            Layout(
                "message",
                (_FAILED, _DETAILED, _SPOKEN, _NAMED, _KNOWN),
                (
                    Part("", _positional.PROCESS + haproxy.CLIENT, "the client's address and port, or an event"),
                    Part(" [", haproxy.CLOCK, "the accept date"),
                    Part("] ", "[^ ~]+: |[^ ~]+~? [0-9]+/[0-9]+ ", "frontend/listener and a colon"),
                ),
            ),
        ),
        translate=_translate,
        marks=None,
    ),
)
