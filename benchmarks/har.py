"""Reading a 72 MB capture with 7,000 entries against json.loads in the same run: `python benchmarks/har.py`.

Each reader runs in a process of its own, which tells its CPU time and the peak of its memory, both above what it had
when its modules were loaded; of some runs, taken in turns, the least is told. json.loads is the peer: whoever shows a
HAR has to do that at least. --entries makes smaller captures; --keep PATH writes the capture there and stops; --runs
says how often each reader runs.
"""

from __future__ import annotations

import argparse
import base64
import json
import random
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ENTRIES = 7_000
ASKED = "asked for: parse_document within 4 x the CPU time and 1.5 x the memory of json.loads"
_HTML = 7  # the kind of body that the page has
BEGAN = datetime(2026, 3, 2, 10, tzinfo=UTC)
WORDS = ("order", "customer", "invoice", "total", "currency", "address", "status", "item", "price", "amount", "note")
AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/145.0.0.0 Safari/537.36"


def capture(entries: int) -> bytes:
    """Gives a HAR as Chrome exports it with sensitive data: an API's JSON, scripts, documents and pictures, 10 KB each
    on average, every body another one."""
    chance = random.Random(4)  # noqa: S311 - the same capture every time
    log = {
        "version": "1.2",
        "creator": {"name": "WebInspector", "version": "537.36"},
        "pages": [
            {
                "startedDateTime": written(BEGAN),
                "id": "page_1",
                "title": "https://shop.example.test/",
                "pageTimings": {"onContentLoad": 812.5, "onLoad": 1504.25},
            }
        ],
        "entries": [entry(number, chance) for number in range(entries)],
    }
    return json.dumps({"log": log}, indent=2).encode()


def entry(number: int, chance: random.Random) -> dict[str, Any]:
    """Gives one exchange: the page first; of ten, six are JSON, and one each a script, HTML, a picture and nothing."""
    mime, body, encoding = content(number or _HTML, chance)
    failed = number % 97 == 1
    phases = {
        "blocked": 2.5,
        "dns": -1,
        "ssl": -1,
        "connect": -1,
        "send": 0.125,
        "wait": 20.0 + number % 50,
        "receive": 1.5,
        "_blocked_queueing": 1.25,
    }
    url = f"https://shop.example.test/v1/{WORDS[number % 10]}s/{number}?page={number % 7}&request={chance.random()}"
    return {
        "_connectionId": str(number // 500),
        "_initiator": {
            "type": "script",
            "stack": {
                "callFrames": [
                    {
                        "functionName": f"load{frame}",
                        "scriptId": "71",
                        "url": "https://shop.example.test/static/app.js",
                        "lineNumber": 100 + frame,
                        "columnNumber": 7,
                    }
                    for frame in range(4)
                ]
            },
        },
        "_priority": "High",
        "_resourceType": "fetch" if number else "document",
        "cache": {},
        "connection": "443",
        "pageref": "page_1",
        "request": {
            "method": "GET",
            "url": url,
            "httpVersion": "h2",
            "headers": [
                {"name": name, "value": value}
                for name, value in (
                    (":authority", "shop.example.test"),
                    (":method", "GET"),
                    (":path", url.removeprefix("https://shop.example.test")),
                    (":scheme", "https"),
                    ("accept", "application/json"),
                    ("accept-encoding", "gzip, deflate, br, zstd"),
                    ("authorization", f"Bearer {number // 100:06}.qPz7Wk3v9sLt2XnR"),
                    ("cookie", "session=4f0c1a9d77e2b85c; theme=dark"),
                    ("referer", "https://shop.example.test/"),
                    ("user-agent", AGENT),
                )
            ],
            "queryString": [{"name": "page", "value": str(number % 7)}],
            "cookies": [{"name": "session", "value": "4f0c1a9d77e2b85c"}, {"name": "theme", "value": "dark"}],
            "headersSize": -1,
            "bodySize": 0,
        },
        "response": {
            "status": 503 if failed else 200,
            "statusText": "",
            "httpVersion": "h2",
            "headers": [
                {"name": name, "value": value}
                for name, value in (
                    ("cache-control", "no-store"),
                    ("content-type", mime),
                    ("date", f"{BEGAN + timedelta(milliseconds=250 * number):%a, %d %b %Y %H:%M:%S GMT}"),
                    ("server", "nginx"),
                    ("x-request-id", f"{chance.getrandbits(128):032x}"),
                )
            ],
            "cookies": [],
            "content": {"size": len(body), "mimeType": mime, "text": body} | encoding,
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": -1,
            "_transferSize": len(body) // 3,
            "_error": None,
        },
        "serverIPAddress": "203.0.113.7",
        "startedDateTime": written(BEGAN + timedelta(milliseconds=250 * number)),
        "time": sum(phases[name] for name in ("blocked", "send", "wait", "receive")),
        "timings": phases,
    }


def content(number: int, chance: random.Random) -> tuple[str, str, dict[str, str]]:
    """Gives media type, text and encoding of a body."""
    kind = number % 10
    if kind == 6:
        lines = [f"function {words(chance, 2)}(a){{return a[{n}]||'{words(chance, 5)}';}}" for n in range(240)]
        return "text/javascript", "\n".join(lines), {}
    if kind == _HTML:
        return "text/html", "".join(f'<p class="x">{words(chance, 12)}</p>\n' for _ in range(100)), {}
    if kind == 8:
        return "image/png", base64.b64encode(chance.randbytes(9_000)).decode(), {"encoding": "base64"}
    if kind == 9:
        return "text/plain", "", {}
    rows = [{"id": chance.getrandbits(32), "text": words(chance, 6), "csrf_ok": True} for _ in range(35)]
    return "application/json", json.dumps({"rows": rows}), {}


def words(chance: random.Random, count: int) -> str:
    """Gives some words."""
    return "_".join(chance.choices(WORDS, k=count))


def written(moment: datetime) -> str:
    """Gives the time as Chrome writes it."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def load(data: bytes) -> object:
    """The peer."""
    return json.loads(data)


def read(data: bytes) -> object:
    """The reader alone."""
    from analyzer.formats.har import FORMATS  # noqa: PLC0415 - a reader's modules are loaded in its process only

    return FORMATS[0].parse_document(data)


def analyze(data: bytes) -> object:
    """The whole run, redaction and report too, of a capture that lies in a file."""
    from analyzer.pipeline import Plan, run  # noqa: PLC0415 - as above

    with tempfile.TemporaryDirectory() as folder:
        path, work = Path(folder, "capture.har"), Path(folder, "work")
        path.write_bytes(data)
        del data
        work.mkdir()
        return run(Plan(inputs=(str(path),), work=work, key=b"k" * 32)).outputs


READERS: dict[str, Callable[[bytes], object]] = {"json.loads": load, "parse_document": read, "analyze": analyze}


def measure(name: str, path: Path) -> tuple[float, int]:
    """Gives CPU seconds and MiB above those of a process that read a capture of two entries."""
    costs = []
    for data in (capture(2), path):
        command = [sys.executable, __file__, "--reader", name]
        given = str(data).encode() if isinstance(data, Path) else data
        done = subprocess.run(command, input=given, capture_output=True, check=True)
        costs.append(json.loads(done.stdout))
    return costs[1]["cpu"], round((costs[1]["peak"] - costs[0]["peak"]) / 1024)


def child(name: str) -> None:
    """Runs one reader on the capture that standard input is, or names."""
    given = sys.stdin.buffer.read()
    data = given if given.startswith(b"{") else Path(given.decode()).read_bytes()
    READERS[name](capture(2))  # loads its modules: a page, and a failure
    before = resource.getrusage(resource.RUSAGE_SELF)
    kept = READERS[name](data)
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(json.dumps({"cpu": cpu, "peak": after.ru_maxrss, "kept": kept is not None}))


def main() -> None:
    """Prints one line per reader."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, default=ENTRIES)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--reader", choices=READERS, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.reader:
        child(asked.reader)
        return
    if asked.keep:
        asked.keep.write_bytes(capture(asked.entries))
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "capture.har")
        # A process begins with the peak of the one that started it, so another one makes the capture.
        making = [sys.executable, __file__, "--entries", str(asked.entries), "--keep", str(path)]
        subprocess.run(making, check=True)
        print(f"{asked.entries:,} entries, {path.stat().st_size / 1e6:.0f} MB, least of {asked.runs} runs")
        rounds = [{name: measure(name, path) for name in READERS} for _ in range(asked.runs)]
    least = {name: tuple(map(min, zip(*(costs[name] for costs in rounds), strict=True))) for name in READERS}
    # A small capture costs nothing that could be measured.
    peer = [cost or smallest for cost, smallest in zip(least["json.loads"], (0.001, 1), strict=True)]
    for name, (cpu, peak) in least.items():
        print(f"{name:15} {cpu:7.2f} s CPU ({cpu / peer[0]:5.2f} x)  {peak:6,} MiB ({peak / peer[1]:4.2f} x)")
    print(ASKED)


if __name__ == "__main__":
    main()
