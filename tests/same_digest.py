"""A dozen small sources with an incident in them, and a digest of all that a run over them says."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from analyzer.pipeline import Plan, Run, frame_file, run

BEGAN = datetime(2026, 3, 2, 12, tzinfo=UTC)
NOW = datetime(2026, 3, 3, tzinfo=UTC)
AGENT = "Mozilla/5.0 (X11; Linux x86_64) Chrome/145.0.0.0"
REQUESTS = 240
MISSING = "missing.log"


def _moment(number: int) -> datetime:
    return BEGAN + timedelta(seconds=number)


def _failed(number: int) -> bool:
    """An orders service is down for half a minute."""
    return 120 <= number < 150 and number % 2 == 0


def _path(number: int) -> str:
    return f"/v1/orders/{number}" if number % 2 == 0 else f"/v1/customers/{number}?page=2"


def _access(numbers: Sequence[int], host: int) -> str:
    form = '192.0.2.{} - - [{:%d/%b/%Y:%H:%M:%S} +0000] "GET {} HTTP/1.1" {} {} "-" "{}" rid={}\n'
    return "".join(
        form.format(
            host + n % 7, _moment(n), _path(n), 502 if _failed(n) else 200, 500 + n, AGENT, f"req-{host}-{n:05}"
        )
        for n in numbers
    )


def _error_log(numbers: Sequence[int]) -> str:
    form = (
        "{:%Y/%m/%d %H:%M:%S} [error] 7#7: *{} connect() failed (111: Connection refused) while connecting to upstream,"
        ' client: 192.0.2.{}, server: api.example, request: "GET {} HTTP/1.1", upstream: "http://10.0.0.5:8080{}"\n'
    )
    return "".join(form.format(_moment(n), n, 10 + n % 7, _path(n), _path(n)) for n in numbers if _failed(n))


def _records(numbers: Sequence[int]) -> str:
    """Records of the application as JSON lines; every 50th is broken."""
    lines = []
    for n in numbers:
        level = "ERROR" if _failed(n) else "INFO"
        record = {"time": _moment(n).isoformat(), "level": level, "request_id": f"req-10-{n:05}",
                  "message": "pool is exhausted" if _failed(n) else f"order {n} read", "logger": "orders"}  # fmt: skip
        lines.append(json.dumps(record) if n % 50 else json.dumps(record)[:-9])
    return "\n".join(lines) + "\n"


def _traces(numbers: Sequence[int]) -> str:
    """A text log in which an event has several lines."""
    lines = []
    for n in numbers:
        stamp = f"{_moment(n):%Y-%m-%d %H:%M:%S},{n % 1000:03}"
        if _failed(n):
            lines += [f"{stamp} ERROR [worker] orders: order {n} failed", "Traceback (most recent call last):",
                      '  File "/srv/orders.py", line 41, in read', "    return pool.get()",
                      "orders.PoolTimeout: no connection within 9.5 s"]  # fmt: skip
        else:
            lines += [f"{stamp} INFO [worker] orders: order {n} read", ""][: 1 + (n % 11 == 0)]
    return "\n".join(lines) + "\n"


def _w3c(numbers: Sequence[int]) -> str:
    """A W3C log, whose directives stand again in its middle, with other fields."""
    fields = (
        "date time c-ip cs-method cs-uri-stem sc-status time-taken",
        "time date cs-method cs-uri-stem sc-status c-ip",
    )
    lines = ["#Software: Microsoft Internet Information Services 10.0", f"#Fields: {fields[0]}"]
    for n in numbers:
        if n == numbers[len(numbers) // 2]:
            lines.append(f"#Fields: {fields[1]}")
        date, time, status = f"{_moment(n):%Y-%m-%d}", f"{_moment(n):%H:%M:%S}", 503 if _failed(n) else 200
        if n < numbers[len(numbers) // 2]:
            lines.append(f"{date} {time} 192.0.2.{n % 9} GET /iis/{n} {status} {n}")
        else:
            lines.append(f"{time} {date} GET /iis/{n} {status} 192.0.2.{n % 9}")
    return "\r\n".join(lines) + "\r\n"


def _containers(numbers: Sequence[int]) -> str:
    """What a container wrote, as Kubernetes keeps it."""
    return "".join(
        f"{_moment(n):%Y-%m-%dT%H:%M:%S}.000000000Z stdout F {line}\n"
        for n in numbers
        for line in _records([n]).splitlines()
    )


def _capture(numbers: Sequence[int]) -> str:
    """What a browser saw of some of the first server's requests."""
    entries = []
    for n in numbers:
        headers = [{"name": "x-request-id", "value": f"req-10-{n:05}"}, {"name": "content-type", "value": "text/plain"},
                   {"name": "date", "value": f"{_moment(n):%a, %d %b %Y %H:%M:%S GMT}"}]  # fmt: skip
        status = 502 if _failed(n) else 200
        entries.append({
            "startedDateTime": _moment(n).isoformat(), "time": 40, "cache": {},
            "request": {"method": "GET", "url": f"https://api.example{_path(n)}", "httpVersion": "h2", "headers":
                        [{"name": "user-agent", "value": AGENT}], "cookies": [], "queryString": [], "headersSize": -1,
                        "bodySize": 0},
            "response": {"status": status, "statusText": "", "httpVersion": "h2", "headers": headers, "cookies": [],
                         "content": {"size": 0, "mimeType": "text/plain", "text": ""}, "redirectURL": "",
                         "headersSize": -1, "bodySize": 0},
            "timings": {"send": 1, "wait": 38, "receive": 1},
        })  # fmt: skip
    creator = {"name": "WebInspector", "version": "537.36"}
    return json.dumps({"log": {"version": "1.2", "creator": creator, "entries": entries}})


def write_sources(folder: Path) -> tuple[str, ...]:
    """Writes them, and gives their names and that of one which is not there."""
    every = range(REQUESTS)
    damaged = _access(every, 30).encode().replace(b"/v1/customers/77", b"/v1/caf\xe9/77")
    packed = gzip.compress(_access(every, 40).encode(), mtime=0)
    contents = {
        "edge/access.log": _access(every[:150], 10).encode(),
        "edge/access.log.1.gz": gzip.compress(_access(every[150:], 10).encode(), mtime=0),
        "other/again.log": _access(every[:150], 10).encode(),
        "other/damaged.log": damaged,
        "other/truncated.log.gz": packed[: len(packed) * 2 // 3],
        "edge/error.log": _error_log(every).encode(),
        "app/records.jsonl": _records(every).encode(),
        "app/traces.log": _traces(every).encode(),
        "app/iis.log": _w3c(every).encode(),
        "app/container.log": _containers(range(300, 360)).encode(),
        "browser.har": _capture(range(110, 150, 4)).encode(),
        "empty.log": b"",
    }
    for name, content in contents.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    return (*(str(folder / name) for name in contents), str(folder / MISSING))


def analyzed(inputs: Sequence[str], work: Path, **options: Any) -> Run:
    """Takes the inputs through all stages."""
    work.mkdir()
    return run(Plan(tuple(inputs), work, b"k" * 32, now=NOW, **options))


def digest(state: Run, *, ordered: bool = True) -> str:
    """Gives what all outputs, all events and the counts behind the charts are known by.

    Unless ordered, the order in which inputs were named is none of it: sources, problems and rejects are sorted, and
    the pages, which list them in that order, are left out.
    """
    parts = told(state, ordered=ordered)
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


def told(state: Run, *, ordered: bool = True) -> dict[str, Any]:
    """Gives the same as a value, in which a difference can be looked for."""
    assert state.analysis is not None
    parts: dict[str, Any] = {name: content.decode() for name, content in state.outputs.items()}
    parts["events"] = frame_file(state, ".ndjson").read_bytes().decode()
    parts["counts"] = [asdict(minute) for minute in state.analysis.status_minutes]
    parts["latency"] = asdict(state.analysis.latency) if state.analysis.latency else None
    parts["problems"] = list(state.analysis.problems)
    if ordered:
        return parts
    findings = json.loads(parts["findings.json"])
    findings["sources"].sort(key=lambda source: source["name"])
    lines = {name: sorted(parts[name].splitlines()) for name in ("rejects.ndjson", "events")}
    return {**lines, "findings": findings, "problems": sorted(parts["problems"]), "counts": parts["counts"]}
