"""Squid as a forward proxy: its native log, and its emulation of common and combined.

http://www.squid-cache.org/Doc/config/logformat/, https://wiki.squid-cache.org/SquidFaq/SquidLogs
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from servers import _asks
from servers._asks import AGENT
from servers._backends import SLOW, Backends, backends
from servers._lines import ANYTHING, Line, Log, OneOf, Stray, located, shown, spelling, stamp, target_columns, took
from servers._programs import Server, free_ports, running
from servers._traffic import addresses, play
from servers._wire import Ask, Exchange, Visit

PROGRAM = "/usr/sbin/squid"
ZONE = "Asia/Kathmandu"
CONFIGURATION = """\
http_port 127.0.0.1:@PLAIN@
visible_hostname proxy.example
pid_filename none
coredump_dir @HOME@
cache_log @HOME@/cache.log
cache_mem 8 MB
cache deny all
shutdown_lifetime 1 seconds
connect_timeout 1 seconds
read_timeout 4 seconds
request_timeout 1 seconds
client_idle_pconn_timeout 2 seconds
connect_retries 0
forward_max_tries 2
pinger_enable off
icon_directory /usr/share/squid/icons
error_directory /usr/share/squid/errors/templates
logfile_rotate 0
strip_query_terms off
uri_whitespace encode
access_log stdio:@HOME@/native.log squid
access_log stdio:@HOME@/common.log common
access_log stdio:@HOME@/combined.log combined
acl forbidden urlpath_regex ^/forbidden
http_access deny forbidden
http_access allow all
@USER@
max_filedescriptors 1024
"""


def configure(home: Path, ports: list[int]) -> None:
    values = {
        "HOME": home,
        "PLAIN": ports[0],
        "USER": "cache_effective_user nobody\ncache_effective_group nogroup" if os.getuid() == 0 else "",
    }
    text = CONFIGURATION
    for name, value in values.items():
        text = text.replace(f"@{name}@", str(value))
    (home / "squid.conf").write_text(text)


def special(behind: Backends) -> list[Visit]:
    a = (AGENT,)
    codes = (201, 204, 302, 304, 400, 403, 404, 429, 500, 502, 503)
    base = f"http://127.0.0.1:{behind.willing}"
    asks = [
        *(Ask(f"upstream: {code}", f"{base}/app/{code}/x", headers=a, route="/app/{id}/x") for code in codes),
        Ask("upstream: chunked", f"{base}/app/chunked", headers=a),
        Ask("upstream: big", f"{base}/app/big", headers=a),
        Ask("upstream: slow", f"{base}/app/slow", headers=a, at_least=SLOW),
        Ask("upstream: hangs up", f"{base}/app/hang-up", headers=a),
        Ask("upstream: half", f"{base}/app/half", headers=a),
        Ask("upstream: refused", f"http://127.0.0.1:{behind.refusing}/x", headers=a),
        Ask("upstream: closed", f"http://127.0.0.1:{behind.closing}/x", headers=a),
        Ask("left early", f"{base}/app/slow/left", headers=a, leave_after=0.3),
        Ask("forbidden", f"{base}/forbidden/x", headers=a),
        Ask("locked", f"{base}/locked/x", headers=a),
        Ask("connect", f"127.0.0.1:{behind.willing}", "CONNECT", headers=a),
        Ask("connect: refused", f"127.0.0.1:{behind.refusing}", "CONNECT", headers=a),
        Ask("no proxy request", "/origin-form", headers=a),
    ]
    return _asks.single(*asks)


def record(home: Path) -> list[Log]:
    """Plays all requests; gives the logs with what must be in them."""
    with backends() as behind:
        ports = free_ports(1)
        configure(home, ports)
        base = f"http://127.0.0.1:{behind.willing}"
        odd = [one for one in _asks.odd(base) if one.asks[0].name.startswith("odd: ")]
        # Squid cuts a line at 8 KiB, end of line included: the next one would be glued to it.
        broken = [one for one in _asks.broken() if one.asks[0].name != "broken: too long"]
        with running([PROGRAM, "-N", "-f", home / "squid.conf"], home, ports=ports, zone=ZONE):
            visits = [*_asks.ordinary(base), *odd, *special(behind), *broken]
            seen = play([(("127.0.0.1", ports[0]), one) for one in visits], addresses())
            time.sleep(0.5)
    logged = [exchange for exchange in seen if exchange.name not in SILENT]

    def log(name: str, columns: Callable[[Exchange], Mapping[str, Any]], *names: str) -> Log:
        lines = [Line(exchange, located(columns(exchange))) for exchange in logged]
        # What came behind a request that was refused is a transaction of its own.
        stray = Stray(
            "error:transaction-end-before-headers", {**dict.fromkeys(ENDED, ANYTHING), "status": None, "path": None}
        )
        return Log(name, (home / f"{name}.log").read_bytes(), ZONE, lines, names=names, strays=(stray,))

    return [
        log("native", native, "squid", "squid_native"),
        log("common", common, "squid_combined", "common"),
        log("combined", combined, "squid_combined"),
    ]


ENDED = (
    "kind", "client_ip", "method", "url", "error", "response_bytes", "duration_us", "result", "stamped_at", "timestamp",
    "stamp_marks", "protocol",
)  # fmt: skip
# A connection on which nothing came.
SILENT = {"broken: nothing sent"}
# What Squid made of a request that it refused: method and target; of all others, it says error:invalid-request.
MADE: dict[str, tuple[str, Any]] = {
    "broken: two words": ("GET", "/nine"),
    "broken: no version": ("GET", "/noversion%20foo"),
    "broken: wrong version": ("GET", "/version"),
    "broken: strange version": ("GET", "/version%20HTTX/1.1"),
    "broken: HTTP/2 without upgrade": ("PRI", "*"),
    **dict.fromkeys(
        ("broken: header without a colon", "broken: header with a blank name", "broken: header with a zero byte"),
        ("GET", "/header"),
    ),
    "broken: no host": ("GET", "/nohost"),
    "broken: two hosts": ("GET", "/hosts"),
    "broken: bad host": ("GET", "/host"),
    "broken: bad length": ("POST", "/length"),
    "broken: lower case method": ("GET", "/lower"),
    "broken: tab in the target": ("GET", "/a%09b"),
}


# It goes on to wait for a request after the client has gone.
WAITED = {"broken: empty lines", "broken: half a request line", "broken: half a head"}
LATE = {"stamped_at": ANYTHING, "timestamp": ANYTHING, "stamp_marks": "end"}


def spell(text: str) -> str:
    """A target as Squid writes it: percent-encoded where it is no ASCII or a blank; a byte that is no UTF-8 stays."""
    return "".join(
        "\ufffd" if 0xDC80 <= ord(one) <= 0xDCFF else quote(one) if ord(one) > 126 or one == " " else one
        for one in text
    )


def request(exchange: Exchange) -> dict[str, Any]:
    """Method and target; a proxy is asked for absolute ones, and for host:port with CONNECT."""
    ask = exchange.ask
    if ask.method == "CONNECT":
        return {"method": "CONNECT", "host": OneOf((ask.target, ask.target.partition(":")[0])), "url": ANYTHING}
    if ask.raw is None:
        route = "/" + ask.route.split("/", 3)[3] if ask.route and "://" in ask.route else ask.route
        return {"method": ask.method, **target_columns(ask.target, spell, route)}
    if ask.name not in MADE:
        return {"method": ANYTHING, "url": ANYTHING, "error": ANYTHING}
    method, path = MADE[ask.name]
    return {"method": method, "path": path, "target": path, "route": path}


def result(exchange: Exchange) -> str:
    """What Squid says that it did: none of these objects may be kept."""
    if exchange.ask.raw is not None or exchange.name in {"no proxy request", "connect: refused"}:
        return "NONE_NONE"
    special = {"forbidden": "TCP_DENIED", "connect": "TCP_TUNNEL", "left early": "TCP_MISS_ABORTED"}
    return special.get(exchange.name, "TCP_MISS")


def native(exchange: Exchange) -> dict[str, Any]:
    """The columns of the native format: the end in milliseconds, the duration, all bytes of the answer."""
    found = common(exchange)
    asked = result(exchange) != "NONE_NONE" and result(exchange) != "TCP_DENIED"
    direct = asked or exchange.name == "connect: refused"
    found.pop("protocol")
    if exchange.ask.method == "CONNECT":
        found["url"] = ANYTHING
    kind = exchange.headers.get("content-type", "").partition(";")[0] or None
    return {
        **found,
        "duration_us": took(exchange),
        **(LATE if exchange.name in WAITED else stamp(exchange, "end", 0.001, duration=True)),
        "upstream": ["127.0.0.1"] if direct else None,
        "content_type": None if exchange.status is None or exchange.ask.method == "CONNECT" else kind,
    }


def common(exchange: Exchange) -> dict[str, Any]:
    """Common Log Format with Squid's result behind it."""
    ask = exchange.ask
    refused = ask.name == "connect: refused"
    return {
        "kind": "request",
        "client_ip": exchange.client,
        **request(exchange),
        "protocol": ask.version if ask.raw is None else ANYTHING,
        "status": exchange.status,
        "response_bytes": ANYTHING if refused else exchange.received,
        "result": result(exchange),
        **(LATE if exchange.name in WAITED else stamp(exchange, "end", 1.0, duration=False)),
    }


def combined(exchange: Exchange) -> dict[str, Any]:
    """With referrer and user agent, in which Squid escapes no quote: where one is, nobody can tell where the value ends."""
    ask = exchange.ask
    texts = {name: ask.header(header) for name, header in (("referrer", "Referer"), ("user_agent", "User-Agent"))}
    if any('"' in (text or "") for text in texts.values()):
        return {**common(exchange), **dict.fromkeys(texts, ANYTHING)}
    known = {name: shown(text, RAW) for name, text in texts.items() if ask.name != "no proxy request"}
    return {**common(exchange), **known, **({"user_agent": ANYTHING} if ask.raw is not None else {})}


RAW = spelling(lambda code: chr(code) if code < 0x80 else "\ufffd")
SERVER = Server("squid", packages=("squid",), program=PROGRAM, record=record)
