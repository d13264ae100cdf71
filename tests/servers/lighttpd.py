"""lighttpd: its access log, with the format that is the default.

https://redmine.lighttpd.net/projects/lighttpd/wiki/Mod_accesslog
"""

from __future__ import annotations

import base64
import time
from pathlib import Path
from typing import Any

from servers import _asks
from servers._asks import AGENT
from servers._backends import SLOW, Backends, backends
from servers._lines import (
    ANYTHING,
    Like,
    Line,
    Log,
    OneOf,
    Stray,
    located,
    read_request_line,
    shown,
    spelling,
    stamp,
    target_columns,
)  # fmt: skip
from servers._programs import Server, free_ports, running
from servers._traffic import addresses, play
from servers._wire import HOST, Ask, Exchange, Visit

PROGRAM = "/usr/sbin/lighttpd"
ZONE = "Australia/Adelaide"
CONFIGURATION = """\
server.modules = ("mod_access", "mod_redirect", "mod_auth", "mod_authn_file", "mod_proxy", "mod_accesslog")
server.document-root = "@HOME@/www"
server.bind = "127.0.0.1"
server.port = @PLAIN@
server.errorlog = "@HOME@/error.log"
server.max-read-idle = 1
server.max-write-idle = 5
server.max-keep-alive-idle = 2
accesslog.filename = "@HOME@/access.log"
mimetype.assign = (".txt" => "text/plain")
url.redirect = ("^/moved/" => "https://app.example/elsewhere")
auth.backend = "plain"
auth.backend.plain.userfile = "@HOME@/users"
auth.require = ("/locked/" => ("method" => "basic", "realm" => "locked", "require" => "valid-user"))
$HTTP["url"] =~ "^/app/" { proxy.server = ("" => (("host" => "127.0.0.1", "port" => @WILLING@))) }
$HTTP["url"] =~ "^/refusing/" { proxy.server = ("" => (("host" => "127.0.0.1", "port" => @REFUSING@))) }
$HTTP["url"] =~ "^/closing/" { proxy.server = ("" => (("host" => "127.0.0.1", "port" => @CLOSING@))) }
"""


def configure(home: Path, ports: list[int], behind: Backends) -> None:
    for name in ("www/files", "www/locked"):
        (home / name).mkdir(parents=True)
    (home / "www" / "files" / "page.txt").write_text("a file\n" * 300)
    (home / "www" / "locked" / "page.txt").write_text("a locked file\n")
    (home / "users").write_text("".join(f"{user}:secret\n" for user in _asks.USERS.values()))
    values = {
        "HOME": home,
        "PLAIN": ports[0],
        "WILLING": behind.willing,
        "REFUSING": behind.refusing,
        "CLOSING": behind.closing,
    }
    text = CONFIGURATION
    for name, value in values.items():
        text = text.replace(f"@{name}@", str(value))
    (home / "lighttpd.conf").write_text(text)


def special() -> list[Visit]:
    a = (AGENT,)
    codes = (201, 204, 302, 400, 403, 404, 429, 500, 502, 503)
    asks = [
        *(Ask(f"upstream: {code}", f"/app/{code}/x", headers=a, route="/app/{id}/x") for code in codes),
        Ask("upstream: chunked", "/app/chunked", headers=a),
        Ask("upstream: big", "/app/big", headers=a),
        Ask("upstream: slow", "/app/slow", headers=a, at_least=SLOW),
        Ask("upstream: hangs up", "/app/hang-up", headers=a),
        Ask("upstream: refused", "/refusing/x", headers=a),
        Ask("upstream: closed", "/closing/x", headers=a),
        Ask("left early", "/app/slow/left", headers=a, leave_after=0.3),
        Ask("moved", "/moved/x", headers=a),
        Ask("file", "/files/page.txt", headers=a),
        Ask("file HEAD", "/files/page.txt", "HEAD", headers=a),
        Ask("file missing", "/files/missing.txt", headers=a),
        Ask("file range", "/files/page.txt", headers=(*a, ("Range", "bytes=10-19"))),
        Ask("locked, no name", "/locked/page.txt", headers=a),
        Ask("locked, wrong password", "/locked/page.txt", headers=(*a, _asks.basic("frank", "wrong"))),
        Ask("slow head", raw=b"GET /slowhead HTTP/1.1\r\nHost: app.example\r\nUser-", at_least=1.0),
        Ask("slow line", raw=b"GET /slowli", at_least=1.0),
    ]
    return _asks.single(*asks)


def record(home: Path) -> list[Log]:
    """Plays all requests; gives the logs with what must be in them."""
    with backends() as behind:
        ports = free_ports(1)
        configure(home, ports, behind)
        with running([PROGRAM, "-D", "-f", home / "lighttpd.conf"], home, ports=ports, zone=ZONE):
            visits = [*_asks.ordinary("/app"), *_asks.odd("/app"), *_asks.users(LOCKED), *special(), *_asks.broken()]
            seen = play([(("127.0.0.1", ports[0]), one) for one in visits], addresses())
            time.sleep(SLOW)
    lines = [Line(exchange, located(access(exchange))) for exchange in seen if exchange.name not in SILENT]
    names = ("lighttpd",)
    return [
        Log("access", (home / "access.log").read_bytes(), ZONE, lines, names=names),
        Log(
            "error",
            (home / "error.log").read_bytes(),
            ZONE,
            [],
            names=("lighttpd_error",),
            strays=(ERROR,),
            owner=lambda _: None,
        ),
    ]


LOCKED = "/locked/page.txt"
# lighttpd closes these connections without an answer and without a line.
SILENT = {
    "slow head", "slow line", "broken: two words", "broken: nothing sent", "broken: half a request line",
    "broken: half a head",
}  # fmt: skip
# It knows the request line of these, and the header of one, though it refuses them.
KNOWN = {
    "broken: header without a colon", "broken: header with a blank name", "broken: header with a zero byte", "broken: no host",
    "broken: two hosts", "broken: bad host", "broken: bad length", "broken: tab in the target", "broken: HTTP/2 without upgrade",
}  # fmt: skip
# Refused for their target: nothing of the host is kept.
HOSTLESS = {"odd: percent zero", "odd: percent newline", "absolute target with a port", "absolute target without a path",
            "HTTP/1.0 without a host"}  # fmt: skip
_CONTROLS = {8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 13: "\\r"}
SPELL = spelling(lambda code: _CONTROLS.get(code, f"\\x{code:02X}"))
ERROR = Stray(
    r"^[0-9-]{10} [0-9:]{8}: \([a-z_]+\.c\.[0-9]+\) ",
    {"kind": "error", "message": Like(".+"), "logger": Like(r"[a-z_]+\.c(\.[0-9]+)?"), "stamped_at": ANYTHING, "timestamp": ANYTHING,
     "level": ANYTHING},
)  # fmt: skip


def request(exchange: Exchange) -> dict[str, Any]:
    """Method, target and protocol as far as lighttpd kept them; an absolute target has lost its host."""
    ask = exchange.ask
    if ask.raw is not None:
        if ask.name not in KNOWN:
            return {"protocol": OneOf((None, "HTTP/1.1"))} if exchange.status == 501 else {}
        return read_request_line(ask.raw.partition(b"\r\n")[0].decode(), SPELL)
    if ask.name == "absolute target without a path":
        return {"method": OneOf((None, "GET")), "protocol": OneOf((None, "HTTP/1.1"))}
    target = (
        ask.target.partition("app.example")[2].removeprefix(":8080") if "://app.example" in ask.target else ask.target
    )
    return {"method": ask.method, "protocol": ask.version, **target_columns(target, SPELL, ask.route)}


def header(exchange: Exchange, name: str) -> str | None:
    """A header; of a broken request only one was read so far."""
    if exchange.ask.raw is not None:
        read = exchange.name == "broken: tab in the target" or exchange.status == 200
        return AGENT[1] if read and name == "User-Agent" else None
    unread = exchange.name.startswith("absolute target with") and exchange.status == 400
    return None if unread else shown(exchange.ask.header(name), SPELL)


def access(exchange: Exchange) -> dict[str, Any]:
    """The columns of the default: combined, with the host that was asked for as second field; %t is the end."""
    ask = exchange.ask
    sent = ask.header("Authorization")
    name = base64.b64decode(sent.split(" ")[1]).decode().partition(":")[0] if sent and exchange.status != 401 else None
    hosted = ask.raw is None and ask.name not in HOSTLESS
    left = ask.leave_after is not None
    switched = ask.name == "broken: HTTP/2 without upgrade"
    when = stamp(exchange, "end", 2.0, duration=False)  # it looks at the clock once a second
    marks = {"stamp_marks": "end" if hosted else None}  # without a host the line is that of any server
    return {
        "kind": "request",
        "client_ip": exchange.client,
        "host": (ask.host or HOST).lower().removesuffix(":80") if hosted else None,
        "user": shown(name, SPELL),
        **request(exchange),
        "status": ANYTHING if switched else 200 if left else exchange.status,
        "response_bytes": ANYTHING if switched else 1700 if left else exchange.body,
        "referrer": header(exchange, "Referer"),
        "user_agent": header(exchange, "User-Agent"),
        **(when if not left and not switched else {"stamped_at": ANYTHING, "timestamp": ANYTHING}),
        **marks,
    }


SERVER = Server("lighttpd", packages=("lighttpd",), program=PROGRAM, record=record)
