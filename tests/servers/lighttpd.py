"""lighttpd: its access log, with the format that is the default.

https://redmine.lighttpd.net/projects/lighttpd/wiki/Mod_accesslog
"""

from __future__ import annotations

from pathlib import Path

from servers import _asks
from servers._asks import AGENT
from servers._backends import Backends, backends
from servers._programs import certificate, free_ports, running
from servers._traffic import addresses, play
from servers._wire import Ask, Exchange, Visit

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
    values = {"HOME": home, "PLAIN": ports[0], "WILLING": behind.willing, "REFUSING": behind.refusing, "CLOSING": behind.closing}
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
        Ask("upstream: slow", "/app/slow", headers=a, at_least=1.2),
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


def record(home: Path) -> list[Exchange]:
    with backends() as behind:
        ports = free_ports(1)
        configure(home, ports, behind)
        with running([PROGRAM, "-D", "-f", home / "lighttpd.conf"], home, ports=ports, zone=ZONE):
            visits = [*_asks.ordinary("/app"), *_asks.odd("/app"), *_asks.users("/locked/page.txt"), *special(), *_asks.broken()]
            seen = play([(("127.0.0.1", ports[0]), one) for one in visits], addresses())
    return seen
