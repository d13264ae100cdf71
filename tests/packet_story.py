"""A small story for packets: the orders endpoint answers 502 for a minute, seen by a server's log and by a browser.

Secrets are planted where packets of other tools leaked: each is CNRPnn in a realistic shape.
"""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from analyzer.packet import Case, read_attachment
from analyzer.pipeline import Asked, Plan, draft, finish_packet

KEY = b"a key for tests, the same always"
NOW = "2026-03-02T12:00:00Z"
BEGAN = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
PLANTED = {
    "query of a log line": "CNRP01q7Zk4Wv9Ls2Xn",
    "referrer of a log line": "CNRP02q7Zk4Wv9Ls2Xn",
    "Authorization of a HAR": "CNRP03q7Zk4Wv9Ls2Xn",
    "cookie of a HAR": "CNRP04q7Zk4Wv9Ls2Xn",
    "attached text": "CNRP05q7Zk4Wv9Ls2Xn",
    "attached HAR": "CNRP06q7Zk4Wv9Ls2Xn",
    "case file": "CNRP07q7Zk4Wv9Ls2Xn",
    "rejected line": "CNRP08q7Zk4Wv9Ls2Xn",
}
TRACEROUTE = f"""\
traceroute to shop.example.test (203.0.113.7), 30 hops max
 1  192.168.1.1  0.5 ms
curl -v https://shop.example.test/ -H 'Authorization: Bearer {PLANTED["attached text"]}'
< HTTP/1.1 502 Bad Gateway
"""
_HOST = "shop.example.test"


def write_story(folder: Path) -> Path:
    """Writes access.log and browser.har into a folder, and gives it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "access.log").write_text("".join(f"{line}\n" for line in _lines()))
    (folder / "browser.har").write_text(json.dumps(capture()))
    return folder


def _lines():
    for second in range(0, 180, 3):
        broken = 60 <= second < 120
        token = f"?access_token={PLANTED['query of a log line']}" if second == 63 else ""
        yield _line(second, f"198.51.100.{10 + second % 7}", "POST", f"/v1/orders{token}", 502 if broken else 201)
        yield _line(second + 1, f"198.51.100.{10 + second % 5}", "GET", "/v1/items", 200)
    yield f"not a line of any log, password={PLANTED['rejected line']}"


def _line(second: int, client: str, method: str, target: str, status: int) -> str:
    at = (BEGAN + timedelta(seconds=second)).strftime("%d/%b/%Y:%H:%M:%S +0000")
    referrer = f"https://{_HOST}/cart?reset_token={PLANTED['referrer of a log line']}" if second == 66 else "-"
    return f'{client} - - [{at}] "{method} {target} HTTP/1.1" {status} 150 "{referrer}" "cart/2.1"'


def capture() -> dict:
    """Gives the HAR: a page, an order that worked before, two that failed, and an image of no interest."""
    entries = [
        _entry(2, "GET", "/", 200),
        _entry(12, "POST", "/v1/orders", 201),
        _entry(63, "POST", "/v1/orders", 502),
        _entry(64, "GET", "/logo.png", 200),
        _entry(66, "POST", "/v1/orders", 502),
    ]
    page = {"startedDateTime": _at(2), "id": "page_1", "title": "Cart", "pageTimings": {"onLoad": 100}}
    unused = {"startedDateTime": _at(0), "id": "page_0", "title": "Before", "pageTimings": {}}
    creator = {"name": "packet_story", "version": "1"}
    return {"log": {"version": "1.2", "creator": creator, "pages": [unused, page], "entries": entries}}


def _at(second: int) -> str:
    return (BEGAN + timedelta(seconds=second)).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _entry(second: int, method: str, path: str, status: int) -> dict:
    headers = [
        {"name": "Host", "value": _HOST},
        {"name": "Authorization", "value": f"Bearer {PLANTED['Authorization of a HAR']}"},
        {"name": "Cookie", "value": f"session={PLANTED['cookie of a HAR']}"},
    ]
    answered = [{"name": "X-Request-Id", "value": f"req-{second:08}"}, {"name": "Server", "value": "nginx"}]
    return {
        "pageref": "page_1",
        "startedDateTime": _at(second),
        "time": 12,
        "request": {
            "method": method,
            "url": f"https://{_HOST}{path}",
            "httpVersion": "HTTP/1.1",
            "headers": headers,
            "queryString": [],
            "cookies": [{"name": "session", "value": PLANTED["cookie of a HAR"]}],
            "headersSize": -1,
            "bodySize": 0,
        },
        "response": {
            "status": status,
            "statusText": "Bad Gateway" if status == 502 else "OK",
            "httpVersion": "HTTP/1.1",
            "headers": answered,
            "cookies": [],
            "content": {"size": 3, "mimeType": "text/plain", "text": "bad"},
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": 3,
        },
        "cache": {},
        "timings": {"send": 1, "wait": 10, "receive": 1},
    }


def write_attachments(folder: Path) -> dict[str, Path]:
    """Writes a text and a HAR that a person would attach; gives their paths by kind."""
    folder.mkdir(parents=True, exist_ok=True)
    other = capture()
    other["log"]["entries"] = other["log"]["entries"][:1]
    headers = other["log"]["entries"][0]["request"]["headers"]
    headers[1]["value"] = f"Bearer {PLANTED['attached HAR']}"
    (folder / "traceroute.txt").write_text(TRACEROUTE)
    (folder / "second.har").write_text(json.dumps(other))
    return {"text": folder / "traceroute.txt", "capture": folder / "second.har"}


@cache
def files_of_story(*kinds: str) -> dict[str, bytes]:
    """Gives the packet of the story, made once; kinds of attachments are `text` and `capture`."""
    with TemporaryDirectory() as name, contextlib.chdir(name):
        story = write_story(Path("story"))
        attached = write_attachments(Path("attached"))
        Path("work").mkdir()
        inputs = (str(story / "access.log"), str(story / "browser.har"))
        plan = Plan(inputs, Path("work").resolve(), KEY, now=datetime.fromisoformat(NOW))
        begun = draft(plan, [read_attachment(attached[kind]) for kind in kinds])
        case = Case("orders", {"impact": f"No orders. password={PLANTED['case file']}", "tried": ("a restart",)})
        asked = Asked(case, "generic", 4_500_000, {"tz": None, "strict": False}, {"polars": "1.2.3"})
        return finish_packet(begun, asked).files


def write_packet(folder: Path, files: dict[str, bytes]) -> Path:
    """Writes the files of a packet, and gives the folder."""
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder
