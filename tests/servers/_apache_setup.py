"""How Apache httpd is configured, and what it is asked beside the requests that all servers get."""

from __future__ import annotations

import base64
import hashlib
import os
from pathlib import Path

from servers import _asks
from servers._asks import AGENT
from servers._backends import SLOW, Backends
from servers._programs import has_ipv6
from servers._wire import Ask, Visit

PROGRAM = "/usr/sbin/apache2"
ZONE = "America/St_Johns"
RICH = (
    r"%h %l %u %{%Y-%m-%dT%H:%M:%S}t.%{usec_frac}t \"%r\" %>s %b \"%{Referer}i\" \"%{User-Agent}i\" %I %O %D "
    r"\"%{X-Forwarded-For}i\" \"%{X-Request-ID}i\" \"%{traceparent}i\" %v %p %k %X %{SSL_PROTOCOL}x %{SSL_CIPHER}x "
    r"\"%{Location}o\""
)
ENDS = r"[%{end:%d/%b/%Y:%T %z}t] %a \"%m %U%q %H\" %s %>s %B %{ms}T %L"
UNIQUE = r"%{msec}t %a \"%r\" %!200,304s %>s %T %{UNIQUE_ID}e \"%!200,304{User-Agent}i\""
IPV6 = "Listen [::1]:@PLAIN@\n"
CONFIGURATION = """\
ServerRoot @HOME@
PidFile @HOME@/apache.pid
DefaultRuntimeDir @HOME@
Listen 127.0.0.1:@PLAIN@
Listen 127.0.0.1:@SECURE@
Listen [::1]:@PLAIN@
@MODULES@
@USER@
ServerName app.example
UseCanonicalName On
StartServers 1
MinSpareThreads 8
MaxSpareThreads 16
ThreadsPerChild 16
MaxRequestWorkers 16
ServerLimit 1
TypesConfig /etc/mime.types
ErrorLog logs/error.log
LogLevel info ssl:warn
LogFormat "%h %l %u %t \\"%r\\" %>s %b" common
LogFormat "%h %l %u %t \\"%r\\" %>s %b \\"%{Referer}i\\" \\"%{User-Agent}i\\"" combined
LogFormat "%v:%p %h %l %u %t \\"%r\\" %>s %O \\"%{Referer}i\\" \\"%{User-Agent}i\\"" vhost_combined
LogFormat "@RICH@" rich
LogFormat "@ENDS@" ends
LogFormat "@UNIQUE@" unique
RequestReadTimeout header=1 body=1
Timeout 5
KeepAliveTimeout 2
DocumentRoot @HOME@/www
AllowEncodedSlashes NoDecode
LimitRequestBody 200000
SSLCertificateFile @HOME@/certificate.pem
SSLCertificateKeyFile @HOME@/key.pem
SSLProtocol all
<Directory @HOME@/www>
    Require all granted
</Directory>
<Directory @HOME@/www/locked>
    AuthType Basic
    AuthName "locked"
    AuthUserFile @HOME@/users
    AuthBasicProvider file
    Require valid-user
</Directory>
<Location /forbidden/>
    Require all denied
</Location>
CustomLog logs/common.log common
CustomLog logs/combined.log combined
CustomLog logs/vhost_combined.log vhost_combined
CustomLog logs/rich.log rich
CustomLog logs/ends.log ends
CustomLog logs/unique.log unique
Redirect /moved/ https://app.example/elsewhere/
ProxyPass /files/ !
ProxyPass /locked/ !
ProxyPass /forbidden/ !
ProxyPass /moved/ !
ProxyPass /refusing/ http://127.0.0.1:@REFUSING@/ retry=0
ProxyPass /closing/ http://127.0.0.1:@CLOSING@/ retry=0
ProxyPass /silent/ http://127.0.0.1:@SILENT@/ retry=0 timeout=1
ProxyPass / http://127.0.0.1:@WILLING@/ nocanon retry=0
<VirtualHost 127.0.0.1:@SECURE@>
    ServerName app.example
    SSLEngine on
</VirtualHost>
"""
MODULES = [
    "mpm_event",
    "authz_core",
    "authz_host",
    "authz_user",
    "authn_core",
    "authn_file",
    "auth_basic",
    "alias",
    "mime",
    "proxy",
    "proxy_http",
    "reqtimeout",
    "unique_id",
    "socache_shmcb",
    "ssl",
]


def configure(home: Path, ports: list[int], behind: Backends) -> None:
    """Writes httpd.conf and what it needs."""
    for name in ("logs", "www/files", "www/locked"):
        (home / name).mkdir(parents=True)
    page = home / "www" / "files" / "page.txt"
    page.write_text("a file\n" * 300)
    os.utime(page, (1_500_000_000, 1_500_000_000))
    (home / "www" / "locked" / "page.txt").write_text("a locked file\n")
    digest = base64.b64encode(hashlib.sha1(b"secret").digest()).decode()
    (home / "users").write_text("".join(f"{user}:{{SHA}}{digest}\n" for user in _asks.USERS.values()))
    modules = [f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so" for name in MODULES]
    values = {
        "HOME": home, "PLAIN": ports[0], "SECURE": ports[1], "WILLING": behind.willing, "REFUSING": behind.refusing,
        "CLOSING": behind.closing, "SILENT": behind.silent, "MODULES": "\n".join(modules), "RICH": RICH, "ENDS": ENDS,
        "UNIQUE": UNIQUE, "USER": "User nobody\nGroup nogroup" if os.getuid() == 0 else "",
    }  # fmt: skip
    text = CONFIGURATION if has_ipv6() else CONFIGURATION.replace(IPV6, "")
    for name, value in values.items():
        text = text.replace(f"@{name}@", str(value))
    (home / "httpd.conf").write_text(text)


def special() -> list[Visit]:
    """What shows each status and each part of the error log."""
    a = (AGENT,)
    codes = (201, 204, 302, 400, 403, 404, 429, 500, 502, 503)
    asks = [
        *(Ask(f"upstream: {code}", f"/app/{code}/x", headers=a, route="/app/{id}/x") for code in codes),
        Ask("upstream: chunked", "/app/chunked", headers=a),
        Ask("upstream: chunked for HTTP/1.0", "/app/chunked", version="HTTP/1.0", headers=a),
        Ask("upstream: big", "/app/big", headers=a),
        Ask("upstream: big HEAD", "/app/big", "HEAD", headers=a),
        Ask("upstream: empty", "/app/empty", headers=a),
        Ask("upstream: slow", "/app/slow", headers=a, at_least=SLOW),
        Ask("upstream: hangs up", "/app/hang-up", headers=a),
        Ask("upstream: garbage", "/app/garbage", headers=a),
        Ask("upstream: half", "/app/half", headers=a),
        Ask("upstream: refused", "/refusing/x", headers=a),
        Ask("upstream: closed", "/closing/x", headers=(*a, ("Referer", "https://app.example/from"))),
        Ask("upstream: silent", "/silent/x", headers=a, at_least=1.0),
        Ask("left early", "/app/slow/left", headers=a, leave_after=0.3),
        Ask("moved", "/moved/x", headers=a),
        Ask("forbidden", "/forbidden/x", headers=a),
        Ask("file", "/files/page.txt", headers=a),
        Ask("file HEAD", "/files/page.txt", "HEAD", headers=a),
        Ask("file missing", "/files/missing.txt", headers=a),
        Ask("file range", "/files/page.txt", headers=(*a, ("Range", "bytes=10-19"))),
        Ask("file range wrong", "/files/page.txt", headers=(*a, ("Range", "bytes=99999-"))),
        Ask(
            "file not modified", "/files/page.txt", headers=(*a, ("If-Modified-Since", "Fri, 01 Jan 2021 00:00:00 GMT"))
        ),
        Ask("file unlike", "/files/page.txt", headers=(*a, ("If-Match", '"other"'))),
        Ask("locked, no name", "/locked/page.txt", headers=a),
        Ask("locked, right", "/locked/page.txt", headers=(*a, _asks.basic("frank"))),
        Ask("locked, wrong password", "/locked/page.txt", headers=(*a, _asks.basic("frank", "wrong"))),
        Ask("locked, wrong name", "/locked/page.txt", headers=(*a, _asks.basic("nobody here"))),
        Ask("body too large", "/files/upload", "POST", headers=a, body=b"u" * 300_000),
        Ask("not allowed", "/files/page.txt", "DELETE", headers=a),
        Ask("slow head", raw=b"GET /slowhead HTTP/1.1\r\nHost: app.example\r\nUser-", at_least=1.0),
        Ask("slow line", raw=b"GET /slowli", at_least=1.0),
        Ask("slow body", "/app/slowbody", "POST", headers=(*a, ("Content-Length", "50")), body=b"half", at_least=1.0),
        Ask("in pieces", "/pieces", "POST", headers=a, body=b"body", pieces=0.3, at_least=0.6),
    ]
    return _asks.single(*asks)
