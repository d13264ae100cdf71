"""Squid as a forward proxy: its native log, and its emulation of common and combined.

http://www.squid-cache.org/Doc/config/logformat/, https://wiki.squid-cache.org/SquidFaq/SquidLogs
"""

from __future__ import annotations

import os
import shutil
import socket
import time
from pathlib import Path

from servers import _asks
from servers._asks import AGENT
from servers._backends import Backends, backends
from servers._programs import certificate, free_ports, running
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
@AUTH@
acl forbidden urlpath_regex ^/forbidden
acl locked urlpath_regex ^/locked
http_access deny forbidden
http_access allow all
@USER@
max_filedescriptors 1024
"""


def configure(home: Path, ports: list[int]) -> None:
    values = {"HOME": home, "PLAIN": ports[0], "AUTH": "", "USER": "cache_effective_user nobody\ncache_effective_group nogroup" if os.getuid() == 0 else ""}
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
        Ask("upstream: slow", f"{base}/app/slow", headers=a, at_least=1.2),
        Ask("upstream: hangs up", f"{base}/app/hang-up", headers=a),
        Ask("upstream: half", f"{base}/app/half", headers=a),
        Ask("upstream: refused", f"http://127.0.0.1:{behind.refusing}/x", headers=a),
        Ask("upstream: closed", f"http://127.0.0.1:{behind.closing}/x", headers=a),
        Ask("upstream: unknown name", "http://nowhere.invalid/x", headers=a),
        Ask("left early", f"{base}/app/slow/left", headers=a, leave_after=0.3),
        Ask("forbidden", f"{base}/forbidden/x", headers=a),
        Ask("locked", f"{base}/locked/x", headers=a),
        Ask("connect", f"127.0.0.1:{behind.willing}", "CONNECT", headers=a),
        Ask("connect: refused", f"127.0.0.1:{behind.refusing}", "CONNECT", headers=a),
        Ask("no proxy request", "/origin-form", headers=a),
    ]
    return _asks.single(*asks)


def record(home: Path) -> list[Exchange]:
    with backends() as behind:
        ports = free_ports(1)
        configure(home, ports)
        with running([PROGRAM, "-N", "-f", home / "squid.conf"], home, ports=ports, zone=ZONE):
            base = f"http://127.0.0.1:{behind.willing}"
            visits = [*_asks.ordinary(base), *_asks.odd(base), *_asks.users(f"{base}/user"), *special(behind), *_asks.broken()]
            seen = play([(("127.0.0.1", ports[0]), one) for one in visits], addresses())
            time.sleep(1)
    return seen
