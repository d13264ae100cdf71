"""The text logs of Envoy and Istio: access lines in their default formats, and what the program itself says.

https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage#default-format-string,
https://istio.io/latest/docs/tasks/observability/logs/access-log/#default-access-log-format (and its older forms, with
one or two quoted texts where the details stand now). Quotes inside values are not escaped, and the bytes received
come before the bytes sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import polars as pl

from analyzer import values
from analyzer.formats import _positional, _times
from analyzer.formats._plugin import Format
from analyzer.formats._positional import Layout, Part, Positional

_STAMP = "(?P<time>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,18}(?:Z|[+-][0-9]{2}:?[0-9]{2}))"
_HEAD = (
    Part("[", _STAMP, "the start time"),
    Part('] "', '(?P<method>[^ "]+) (?P<target>[^ "]+) (?P<protocol>[^ "]+)', "the request"),
    Part('" ', "(?P<status>[0-9]{1,3}|-)", "the response code"),
    Part(" ", "(?P<flags>[A-Za-z0-9,_]+|-)", "the response flags"),
)
_DETAILS = '(?:(?P<details>[A-Za-z-][^ "]*) (?P<termination>[^ "]+) "(?P<failure>[^"]*)" )?'
_OLDER = '(?:"[^"]*" (?:"(?P<older_failure>[^"]*)" )?)?'
_TAIL = (
    Part(" ", f"{_DETAILS}{_OLDER}(?P<received>[0-9]+)", "the bytes received"),
    Part(" ", "(?P<sent>[0-9]+)", "the bytes sent"),
    Part(" ", "(?P<duration>[0-9]+|-)", "the duration"),
    Part(" ", "(?P<service>[0-9]+|-)", "the upstream service time"),
    Part(' "', '(?P<forwarded_for>[^"]*)', "X-Forwarded-For"),
    Part('" "', '(?P<user_agent>[^"]*)', "the user agent"),
    Part('" "', '(?P<request_id>[^"]*)', "the request id"),
    Part('" "', '(?P<authority>[^"]*)', "the authority"),
    Part('" "', '(?P<upstream>[^"]*)"', "the upstream host"),
)
_MESH = (
    Part(" ", "(?P<cluster>[^ ]+)", "the upstream cluster"),
    Part(" ", "[^ ]+", "the upstream local address"),
    Part(" ", "(?P<local>[^ ]+)", "the downstream local address"),
    Part(" ", "(?P<remote>[^ ]+)", "the downstream remote address"),
    Part(" ", "(?P<server_name>[^ ]+)(?: [^ ]+)?", "the requested server name"),  # and the route since Istio 1.4
)
# Details of old versions hold blanks in their braces, and a client may send quotes. So that no user agent can write the
# fields behind it, it is greedy, and the pattern ends with the line; the shapes tell those fields from further ones.
_LOOSENED = {
    '(?P<target>[^ "]+)': "(?P<target>.*?)",
    '(?P<details>[A-Za-z-][^ "]*)': '(?P<details>[A-Za-z-][^ "{]*(?:\\{[^"]*?\\})?)',
    '(?P<failure>[^"]*)': "(?P<failure>.*?)",
    '(?P<forwarded_for>[^"]*)': "(?P<forwarded_for>.*?)",
    '(?P<user_agent>[^"]*)': "(?P<user_agent>.*)",
}
_SHAPED = {
    '(?P<request_id>[^"]*)': "(?P<request_id>[0-9A-Za-z_:-]*)",
    '(?P<upstream>[^"]*)': '(?P<upstream>[a-z]+://[^"]*|[^" ]+:[0-9]+|-)',
}
_PREFIX = r'(?:ACCESS )?(?:\[[^\]"]*\] )?'  # Ambassador's word, and a time that a collector repeats


def _access_layout() -> Layout:
    """Gives patterns for tidy lines, for quotes inside values, for further fields, and for lines that were cut."""
    start = Part("", rf"{_PREFIX}\[{_STAMP}", _HEAD[0].label)
    cut = (start, *_HEAD[1:], *_TAIL, *_MESH)
    mesh = f"(?:{_positional.join(_MESH)})?"
    whole = _positional.join((start, *_HEAD[1:], *_TAIL)) + mesh
    loose = _replaced(whole, _LOOSENED)
    patterns = (
        f"^{_positional.join((*_HEAD, *_TAIL))}{mesh}$",
        rf"(?s)^{_replaced(loose, _SHAPED)}\s*$",
        rf"(?s)^{whole}(?:\s.*)?$",
        rf"(?s)^{loose}\s*$",
        _positional.optional(cut, len(_HEAD)),
        rf"^{_positional.join(cut[:3])}\s*$",
    )
    return Layout("time", patterns, cut[: len(_HEAD)])


def _replaced(pattern: str, groups: dict[str, str]) -> str:
    for group, other in groups.items():
        pattern = pattern.replace(group, other)
    return pattern


_VIA_UPSTREAM = "via_upstream"
_MESH_NAME = r"^outbound_\.[0-9]+_\.[^_]*_\."  # what Istio's sidecars ask each other for, in front of the host


def _translate_access(found: pl.DataFrame, zone: str) -> pl.DataFrame:
    """Gives the texts of slots.

    The status is the upstream's where the details say via_upstream; without details, where nothing is flagged and the
    upstream's response told its service time.
    """
    status, flagged = pl.col("status").cast(pl.Int32, strict=False), pl.col("flags") != "-"
    details = values.blank_to_null(pl.col("details"))
    failure = values.blank_to_null(pl.coalesce("failure", "older_failure"))
    own = pl.when(details != _VIA_UPSTREAM).then(details)
    reason = pl.coalesce(own, values.blank_to_null(pl.col("termination")))
    failed = flagged | (status.fill_null(0) == 0) | (status >= 400)
    answered = (details == _VIA_UPSTREAM) | (pl.col("details").is_null() & ~flagged & (pl.col("service") != "-"))
    slots: dict[str, list[pl.Expr]] = {
        "client_ip": [pl.col("remote")],
        "server_ip": [pl.col("local")],
        "host": [pl.col("authority")],
        "server_name": [pl.col("server_name").str.replace(_MESH_NAME, "")],
        "response_flags": [pl.col("flags")],
        "result": [details],
        "error": [pl.when(failed).then(pl.coalesce(reason, failure))],
        "message": [pl.when(reason.is_not_null()).then(failure)],
        "request_bytes": [pl.col("received")],
        "bytes_sent": [pl.col("sent")],
        "duration_ms": [pl.col("duration")],
        "upstream_ms": [pl.col("service")],
        "upstream_status": [pl.when(answered).then("status")],
        "upstream_name": [pl.col("cluster")],
    }
    kept = ("method", "target", "protocol", "status", "forwarded_for", "user_agent", "request_id", "upstream")
    slots |= {name: [pl.col(name)] for name in kept}
    return _positional.texts(found, slots, _clock(zone))


def _clock(zone: str) -> pl.Expr:
    """Gives the UTC time of both kinds: access lines have a zone, lines of the program itself have none."""
    written = pl.col("time")
    return pl.coalesce(_times.read(written, form, zone) for form in (_times.RFC_3339, "%Y-%m-%d %H:%M:%S%.f"))


_LEVEL = "(?P<level>trace|debug|info|warning|warn|error|critical|off)"
_OWN = (
    Part("", r"\[(?P<time>[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8}(?:\.[0-9]{1,6})?)", "the time"),
    Part("][", "[0-9]+", "the thread"),
    Part("][", _LEVEL, "the level"),
    Part("][", r"(?P<logger>[^\]]*)", "the logger"),
    Part("]", r"(?: \[[^\] ]+:[0-9]+\])?(?: (?P<message>.*))?", "the message"),
)
# What istio-proxy makes of it: tabs between time, level, "envoy" and logger, place, message, thread.
_ISTIO = (
    rf"^(?s){_STAMP}\s+{_LEVEL}\s+envoy (?P<logger>[^ \t]+)(?:[ \t]+[^ \t]+\.(?:cc|h):[0-9]+)?[ \t]+"
    r"(?P<message>.*?)(?:[ \t]+thread=[0-9]+)?\s*$"
)


def _translate_own(found: pl.DataFrame, zone: str) -> pl.DataFrame:
    slots = {name: [pl.col(name)] for name in ("level", "logger", "message")}
    return _positional.texts(found, slots, _clock(zone))


@dataclass(frozen=True, slots=True)
class Spoken(Positional):
    """Lines of the program itself; dumps of headers and configurations go on over several lines."""

    spans: Literal["itself", "rest"] = "rest"


FORMATS: tuple[Format, ...] = (
    Positional(
        name="envoy",
        title="Envoy and Istio, default text",
        documentation=(
            "https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage"
            "#default-format-string"
        ),
        product="envoy",
        kind="request",
        samples=(
            (
                '[2016-04-15T20:17:00.310Z] "POST /api/v1/locations HTTP/2" 204 - 154 0 226 100 "192.0.2.28" '
                '"nsq2http" "cc21d9b0-cf5c-432b-8c7e-98aeb7988cd2" "locations" "tcp://198.51.100.1:80"'
            ),
            (
                '[2020-11-25T21:26:18.409Z] "GET /status/418 HTTP/1.1" 418 - via_upstream - "-" 0 135 4 4 "-" '
                '"curl/7.73.0-DEV" "84961386-6d84-929d-98bd-c5aee93b5c88" "httpbin:8000" "198.51.100.27:80" '
                "outbound|8000||httpbin.foo.svc.cluster.local 198.51.100.23:37652 203.0.113.184:8000 "
                "198.51.100.23:46520 - default"
            ),
            (
                '[2021-03-16T09:30:47.919Z] "- - -" 0 UF,URX - - "-" 0 0 2285 - "-" "-" "-" "-" "127.0.0.1:12950" '
                "inbound|12950|| - 198.51.100.31:12950 192.0.2.1:11504 - -"
            ),
        ),
        layouts=(_access_layout(),),
        translate=_translate_access,
        marks="start",
    ),
    Spoken(
        name="envoy_log",
        title="Envoy, application log",
        documentation="https://www.envoyproxy.io/docs/envoy/latest/operations/cli#cmdoption-log-format",
        product="envoy",
        kind="error",
        samples=(
            (
                "[2026-11-22 16:14:14.123][1][warning][config] [source/common/config/grpc_stream.h:86] "
                "gRPC config stream closed: 14, no healthy upstream"
            ),
            (
                "2026-11-22T16:14:14.405760Z\tdebug\tenvoy pool external/envoy/source/common/http/conn_pool_base.cc:78"
                "\tqueueing stream due to no available connections (ready=0 busy=0 connecting=0)\tthread=23"
            ),
        ),
        layouts=(
            Layout(
                "time",
                (f"(?s)^{_positional.join(_OWN)}$", _ISTIO),
                _OWN,
            ),
        ),
        translate=_translate_own,
        marks=None,
    ),
)
