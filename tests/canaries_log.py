"""The 22 places of logs where secrets stood in what other tools had sanitised, planted in files of realistic formats.

Each place carries its own marker, LOGC and its number, inside a value of a realistic shape; the remote user of L03 is a
plain word, as most are.
"""

from __future__ import annotations

import base64
import gzip
import io
import json
import tarfile
from collections.abc import Iterator

_SHAPE = "q7Zk4Wv9Ls2Xn"
USER = "logcannabel"
BEGAN = "2026-03-02T10:00"
LONG_LINE_BYTES = 10_500_000

# name -> what must not be found
PLACES = {f"LOGC{number:02}": (f"LOGC{number:02}",) for number in range(1, 23)} | {"LOGC03": (USER,)}
PLACES["LOGC17"] = ("LOGC17",)


def secret(number: int) -> str:
    """A value as long and as mixed as a real one, which names its place."""
    return f"LOGC{number:02}{_SHAPE}{number:02}"


def access(number: int, target: str, *, user: str = "-", referrer: str = "-", status: int = 200) -> str:
    """A line in the combined format; numbers are seconds."""
    time = f"02/Mar/2026:10:{number // 60:02}:{number % 60:02} +0000"
    return f'203.0.113.9 - {user} [{time}] "GET {target} HTTP/1.1" {status} 512 "{referrer}" "curl/8.5.0"'


def access_log() -> str:
    """L01 query, L02 referrer, L03 remote user, L14 percent-encoded name, L16 two secrets on one line."""
    lines = [
        access(0, f"/v1/orders/17?access_token={secret(1)}&page=2", status=500),
        access(1, "/v1/orders/18", referrer=f"https://shop.example.test/cb?session={secret(2)}", status=500),
        access(2, "/v1/orders/19", user=USER, status=500),
        access(3, f"/v1/orders/20?%61ccess%5Ftoken={secret(14)}", status=500),
        access(4, f"/v1/orders/21?api_key={secret(16)}a&client_secret={secret(16)}b", status=500),
        access(5, "/v1/orders/22?page=2"),
    ]
    return "\n".join(lines) + "\n"


def record(second: int, message: str, **more: object) -> str:
    """An application's record as JSON."""
    known = {"timestamp": f"{BEGAN}:{second:02}Z", "level": "error", "message": message, "request_id": f"req-{second}"}
    return json.dumps(known | more)


def application_log() -> str:
    """L04 JSON authorization, L05 header dump in a message, L15 echoed curl, L17 as in the capture, L18 e-mail user."""
    dump = json.dumps({"host": "api.example.test", "x-api-key": secret(5), "accept": "*/*"})
    lines = [
        record(1, "upstream refused", authorization=f"Bearer {secret(4)}", status=502),
        record(2, f"request headers: {dump}"),
        record(3, f"try: curl -s -H 'Authorization: Bearer {secret(15)}' https://api.example.test/v1/orders"),
        record(4, "token rejected", token=secret(17)),
        record(5, "login failed", user=f"{secret(18)}@mail.example.test"),
    ]
    return "\n".join(lines) + "\n"


def logfmt_log() -> str:
    """L06 token=, L11 the codes of a terminal inside the token."""
    begin = "time=2026-03-02T10:00:06Z level=error"
    coloured = f"LOGC11{_SHAPE}\x1b[31m{secret(11)}"
    return f'{begin} msg="call failed" token={secret(6)}\n{begin} msg="call failed" token={coloured}\x1b[0m retry=1\n'


def private_key() -> list[str]:
    """A key of more than 16 kB in PEM form, with the marker in many of its lines, the last and short one too."""
    body = base64.b64encode(bytes((7 * number + number // 250) % 256 for number in range(16_500))).decode()
    lines = [body[at : at + 64] for at in range(0, len(body), 64)]
    marked = [f"LOGC09{line[6:]}" if index % 20 == 7 else line for index, line in enumerate(lines)]
    return ["-----BEGIN RSA PRIVATE KEY-----", *marked, f"LOGC09{_SHAPE}==", "-----END RSA PRIVATE KEY-----"]


def python_log() -> str:
    """L07 DSN in a stack trace, L08 environment, L09 a key over many lines, L10 a token over two lines."""
    token = _segment({"alg": "ES256", "typ": "JWT"}) + "." + _segment({"sub": "LOGC10", "exp": 1772445540})
    wrapped = f"{token}.{_SHAPE}{secret(10)}"
    lines = [
        "2026-03-02 10:00:07,120 ERROR app.db: cannot connect",
        "Traceback (most recent call last):",
        '  File "/srv/app/db.py", line 41, in connect',
        f'    engine.connect("postgresql://app:{secret(7)}@db.internal:5432/orders")',
        "sqlalchemy.exc.OperationalError: connection refused",
        f"2026-03-02 10:00:08,002 INFO app: environment AWS_SECRET_ACCESS_KEY={secret(8)} LANG=C",
        "2026-03-02 10:00:08,100 INFO app: loaded",
        *private_key(),
        f"2026-03-02 10:00:09,100 INFO app: sent {wrapped[:60]}",
        wrapped[60:],
        "2026-03-02 10:00:10,100 INFO app: done",
    ]
    return "\n".join(lines) + "\n"


def _segment(part: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


def member() -> bytes:
    """L12: a secret in a compressed member of an archive, and nowhere else."""
    return gzip.compress((access(11, f"/v1/files?token={secret(12)}") + "\n").encode(), mtime=0)


def bundle() -> bytes:
    """The archive around it."""
    data = member()
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        info = tarfile.TarInfo("pod-1/access.log.gz")
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def capture() -> str:
    """L17: the same secret as in the application's log."""
    entry = {
        "startedDateTime": f"{BEGAN}:04.000Z",
        "time": 12,
        "request": {
            "method": "GET", "url": "https://api.example.test/v1/orders/17", "httpVersion": "HTTP/1.1", "cookies": [],
            "headers": [{"name": "Authorization", "value": f"Bearer {secret(17)}"}], "queryString": [],
            "headersSize": -1, "bodySize": 0,
        },
        "response": {
            "status": 401, "statusText": "Unauthorized", "httpVersion": "HTTP/1.1", "cookies": [], "headers": [],
            "content": {"size": 0, "mimeType": "application/json"}, "redirectURL": "", "headersSize": -1, "bodySize": 0,
        },
        "cache": {},
        "timings": {"send": 1, "wait": 10, "receive": 1},
    }  # fmt: skip
    return json.dumps({"log": {"version": "1.2", "creator": {"name": "x", "version": "1"}, "entries": [entry]}})


def files() -> Iterator[tuple[str, bytes]]:
    """Yields names and contents, but for the long line of L20."""
    yield "access.log", access_log().encode()
    yield "app.jsonl", application_log().encode()
    yield "worker.log", logfmt_log().encode()
    yield "python.log", python_log().encode()
    yield "bundle.tar", bundle()
    # L13: the name itself.
    yield f"debug-session_token={secret(13)}.log", (access(12, "/v1/orders/23") + "\n").encode()
    yield "browser.har", capture().encode()
    wide = access(13, f"/v1/orders/24?token={secret(19)}", status=500)
    yield "wide.log", b"\xff\xfe" + f"{wide}\r\n{access(14, '/v1/orders/25')}\r\n".encode("utf-16-le")
    lines = [access(15, f"/v1/orders/26?password={secret(21)}"), "", access(16, "/v1/orders/27")]
    yield "windows.log", "\r\n".join(lines).encode()
    broken = access(17, f"/v1/caf?q=@@&secret={secret(22)}@@").encode().replace(b"@@", b"\xe9\xff")
    yield "latin.log", broken + b"\n"


def long_line() -> bytes:
    """L20: one line of more than 10 MB whose secret stands at its end."""
    padding = b"a=1&" * (LONG_LINE_BYTES // 4)
    return access(20, "/v1/search?@@").encode().replace(b"@@", padding + f"token={secret(20)}".encode()) + b"\n"
