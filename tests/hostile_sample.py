"""Writes sample_logs/hostile: an invented incident whose lines, capture and file names carry the whole hostile set.

`python tests/hostile_sample.py` writes the sample and its truth anew. No clock, no chance, no program took part: every
line is written here, and the truth is counted while it is written.
"""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hostile_texts import ADDRESSES, TEXTS

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "sample_logs" / "hostile"
TRUTH = ROOT / "tests" / "data" / "stories" / "hostile" / "truth.json"
BEGIN = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
FAULT_S, SECONDS = range(240, 432), 720
DESKS = tuple(f"127.30.1.{number}" for number in range(11, 19))
SCANNER, BROWSER = "127.30.4.66", "127.30.5.21"
LONG_LINE, MANY_HEADERS = 1_000_000, 10_000
BEARER, SESSION = "hbr_key_CANARY0hostile1", "hs_CANARY0hostile2"
EXCEPTION = "harbor.labels.LabelTitleError"
# What one line of an access log can hold: a line feed would begin the next.
LINE_TEXTS = tuple(text for text in TEXTS.values() if "\n" not in text)
# What no format reads: each line is a reject, and so is the line of a million letters, which loses its end.
JUNK = tuple(f"-- {text}" for text in LINE_TEXTS)


@dataclass
class Story:
    """The lines of each file, and what is true of them, while they are written."""

    access: list[str] = field(default_factory=list)
    records: list[dict[str, object]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    failed: list[tuple[datetime, str, str]] = field(default_factory=list)
    statuses: dict[str, int] = field(default_factory=dict)
    entries: list[dict[str, object]] = field(default_factory=list)
    number: int = 0

    def next_id(self) -> str:
        """Gives a request id as nginx would: 32 hexadecimal digits."""
        self.number += 1
        return f"{self.number * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128:032x}"


def iso(moment: datetime) -> str:
    """Gives a time with milliseconds."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def quoted(text: str) -> str:
    """Gives a text as a careless server writes it between quotes: only the quote itself is escaped."""
    return text.replace('"', "\\x22")


def ask(
    story: Story,
    second: float,
    client: str,
    request: str,
    status: int,
    *,
    referrer: str = "-",
    agent: str = "HarborDesk/3.8.1 (Windows 11)",
) -> str:
    """Writes one exchange into the access log, with its id, and gives the id."""
    identifier = story.next_id()
    taken = 0.034 if status < 500 else 0.061
    # nginx stamps the end of a request.
    stamp = (BEGIN + timedelta(seconds=second + taken)).strftime("%d/%b/%Y:%H:%M:%S +0000")
    passed = (
        "upstream=- upstream_status=- urt=-"
        if status in (404, 414)
        else (f"upstream=127.30.0.10:8000 upstream_status={status} urt={taken:.3f}")
    )
    story.access.append(
        f'{client} - - [{stamp}] "{quoted(request)} HTTP/1.1" {status} 154 "{quoted(referrer)}" "{quoted(agent)}" '
        f"rid={identifier} host=api.harbor.example {passed} rt={taken:.3f}"
    )
    story.statuses[str(status)] = story.statuses.get(str(status), 0) + 1
    return identifier


def record(story: Story, second: float, level: str, event: str, **more: object) -> None:
    """Writes one record of the application's log."""
    moment = (BEGIN + timedelta(seconds=second)).isoformat(timespec="microseconds").replace("+00:00", "Z")
    story.records.append(
        {"timestamp": moment, "level": level, "service": "labels-api", "logger": "harbor.labels", "event": event} | more
    )


def crash(title: str) -> str:
    """Gives the stack trace of a label that could not be drawn."""
    return (
        "Traceback (most recent call last):\n"
        '  File "/srv/harbor/labels.py", line 41, in draw\n'
        "    return painter.title(title)\n"
        f"{EXCEPTION}: cannot draw the title {' '.join(title.split(chr(10)))}"
    )


def is_bad(second: int, client: str) -> bool:
    """Tells whether a label fails: the first desks' titles have signs that the new painter cannot draw."""
    return second in FAULT_S and client in (*DESKS[:4], BROWSER) and second % 3 != 0


def write_labels(story: Story) -> None:
    """Writes the desks' work: labels all the time, bookings in between, and the failures."""
    titles = list(TEXTS.values())
    for second in range(2, SECONDS, 2):
        client = BROWSER if second % 30 == 0 or second % 30 == 4 else DESKS[second // 2 % len(DESKS)]
        bad = is_bad(second, client)
        if not bad and second % 4 == 0 and client != BROWSER:
            ask(story, second, client, f"GET /v2/bookings/HB-{40_000 + second}", 200)
            continue
        identifier = ask(story, second, client, "POST /v2/labels", 500 if bad else 201)
        story.entries += [entry(second, identifier, bad=bad)] if client == BROWSER else []
        about = {"method": "POST", "path": "/v2/labels", "client_ip": client, "request_id": identifier}
        if bad:
            moment = BEGIN + timedelta(seconds=second)
            story.failed.append((moment, client, identifier))
            title = titles[len(story.failed) % len(titles)]
            record(story, second + 0.02, "error", "unhandled exception", title=title, exception=crash(title), **about)
        record(story, second + 0.03, "info", "request finished", status=500 if bad else 201, **about)


def write_attacks(story: Story) -> None:
    """Writes what a scanner sends over the whole time: each text once in path, referrer, user agent, and in the logs."""
    for number, text in enumerate(LINE_TEXTS):
        second = 5 + number * 9 % (SECONDS - 10)
        where = number % 3
        path = "/labels/" + text.lstrip("/") if where == 0 else "/robots.txt"
        identifier = ask(
            story,
            second,
            SCANNER,
            f"GET {path}",
            404,
            referrer=text if where == 1 else "-",
            agent=text if where == 2 else "scan/1.0",
        )
        story.errors.append(
            f"{(BEGIN + timedelta(seconds=second)):%Y/%m/%d %H:%M:%S} [error] 31#31: *{900 + number} open() "
            f'"/srv/www/{quoted(text)}" failed (2: No such file or directory), client: {SCANNER}, '
            f'server: api.harbor.example, request: "GET {quoted(path)} HTTP/1.1", host: "api.harbor.example"'
        )
        record(story, second, "info", f"unknown label {text}", request_id=identifier, label=text, shelf=text)
    for number, text in enumerate(text for text in TEXTS.values() if "\n" in text):
        record(story, 100 + number, "warning", text, label=text)
    # Overlong UTF-8 for < / and NUL stands for bytes that no text holds: see encoded().
    ask(story, 300, SCANNER, "GET /labels/OVERLONG", 404, agent="scan/1.0")
    ask(story, 302, SCANNER, "GET /" + "A" * LONG_LINE, 414, agent="scan/1.0")
    record(story, 304, "info", "B" * 20_000)


def encoded(lines: list[str]) -> bytes:
    """Gives the lines as bytes: lone surrogates as three bytes each, and overlong UTF-8 where it is asked for."""
    text = "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogatepass")
    return text.replace(
        b"OVERLONG", b"\xc0\xbcscript\xc0\xbe\xe0\x80\xaf\xf0\x80\x80\xaf\xc0\x80\xf8\x88\x80\x80\x80\xff"
    )


def headers(pairs: list[tuple[str, str]]) -> list[dict[str, str]]:
    """Gives headers as a HAR writes them."""
    return [{"name": name, "value": value} for name, value in pairs]


def entry(second: int, identifier: str, *, bad: bool) -> dict[str, object]:
    """Gives one entry of the capture: a label that the browser asked for."""
    body = '{"error":"</script><script>window.pwned=1</script>"}' if bad else '{"label":"L-1"}'
    sent = [
        ("authorization", f"Bearer {BEARER}"),
        ("cookie", f"hbr_session={SESSION}"),
        ("content-type", "application/json"),
        ("referer", "https://app.harbor.example/"),
        ("user-agent", "Mozilla/5.0 (X11; Linux x86_64)"),
    ]
    answered = [
        ("content-type", "application/json"),
        ("date", (BEGIN + timedelta(seconds=second)).strftime("%a, %d %b %Y %H:%M:%S GMT")),
        ("x-request-id", identifier),
    ]
    return {
        "pageref": "page_1",
        "startedDateTime": iso(BEGIN + timedelta(seconds=second)),
        "time": 70,
        "request": {
            "method": "POST",
            "url": "https://api.harbor.example/v2/labels",
            "httpVersion": "HTTP/1.1",
            "cookies": headers([("hbr_session", SESSION)]),
            "headers": headers(sent),
            "queryString": [],
            "headersSize": -1,
            "bodySize": 2,
            "postData": {"mimeType": "application/json", "text": "{}", "params": []},
        },
        "response": {
            "status": 500 if bad else 201,
            "statusText": "",
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": headers(answered),
            "content": {"size": len(body), "mimeType": "application/json", "text": body},
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": len(body),
        },
        "cache": {},
        "timings": {"blocked": 1, "dns": -1, "connect": -1, "ssl": -1, "send": 1, "wait": 61, "receive": 7},
    }


def capture(story: Story) -> bytes:
    """Gives the browser's capture: a page with markup for a title, an entry of 10,000 headers, and each address."""
    page = "</title><script>window.pwned=1</script>"
    texts = [*TEXTS.values(), *(text for text, _ in ADDRESSES.values())]
    working = [each for each in story.entries if each["response"]["status"] == 201]  # type: ignore[index]
    for number, text in enumerate(texts):
        # As many as there are entries, in turn: header, comment, query, body.
        target = working[number % len(working)]
        target["request"]["headers"] += headers([("X-Label-Title", text)])  # type: ignore[index]
        target["response"]["headers"] += headers([("X-Echo", text)])  # type: ignore[index]
        target["request"]["queryString"] += headers([("title", text)])  # type: ignore[index]
        target["comment"] = text
    many = headers([("X-Many", "<b>")]) * MANY_HEADERS
    story.entries[-1]["response"]["headers"] += many  # type: ignore[index]
    document = {
        "log": {
            "version": "1.2",
            "creator": {"name": "<img src=x onerror=window.pwned=1>", "version": "{{7*7}}"},
            "browser": {"name": "\u202exobeerif", "version": "\x1b[31m1"},
            "pages": [
                {
                    "startedDateTime": iso(BEGIN),
                    "id": "page_1",
                    "title": page,
                    "pageTimings": {"onContentLoad": 193, "onLoad": 195},
                }
            ],
            "entries": story.entries,
            "comment": TEXTS["instructions"],
        }
    }
    return json.dumps(document).encode()


MEMBERS = (
    "../../../etc/parent.log",
    "logs/../../parent-inside.log",
    "logs/parent-at-the-end/..",
    "/etc/absolute.log",
    "C:\\windows\\drive.log",
    "\\\\host\\share\\unc.log",
    "logs\\..\\..\\backslashes.log",
    "Case.log",
    "case.log",
    "trailing dot.log.",
    "trailing blank.log ",
    "name\nwith newline 'and' \"quotes\".log",
    "</title><script>window.pwned=1<!--.log",
    "\x1b]52;c;cm0gLXJmIC8=\x07\x1b[2J.log",
    '=HYPERLINK("https:evil.example").log',
    "-o rules.log",
    "gnp.\u202egol.log",
)
LINKS = (
    ("up", tarfile.SYMTYPE, "../.."),
    ("up/below-a-link.log", tarfile.REGTYPE, ""),
    ("hard.log", tarfile.LNKTYPE, "/etc/hostname"),
    ("pipe.log", tarfile.FIFOTYPE, ""),
    ("device.log", tarfile.CHRTYPE, ""),
)


def archive() -> bytes:
    """Gives the archive of the workers' logs: names that try to leave it, links, a pipe and a device."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as made:
        for number, name in enumerate(MEMBERS):
            _add(made, name, tarfile.REGTYPE, "", worker_lines(number))
        for number, (name, kind, target) in enumerate(LINKS, len(MEMBERS)):
            _add(made, name, kind, target, worker_lines(number) if kind == tarfile.REGTYPE else b"")
    return buffer.getvalue()


def _add(made: tarfile.TarFile, name: str, kind: bytes, target: str, data: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.type, member.linkname, member.size = kind, target, len(data)
    made.addfile(member, io.BytesIO(data))


def worker_lines(number: int) -> bytes:
    """Gives two ordinary lines of a worker's log."""
    lines = []
    for second in (1, 700):
        moment = (BEGIN + timedelta(seconds=second)).isoformat(timespec="microseconds").replace("+00:00", "Z")
        lines.append(json.dumps({"timestamp": moment, "level": "info", "worker": number, "event": "worker is alive"}))
    return "".join(f"{line}\n" for line in lines).encode()


def packed(data: bytes) -> bytes:
    """Gives the data compressed, with neither name nor time in the header."""
    return gzip.compress(data, 9, mtime=0)


def contents() -> dict[str, bytes]:
    """Gives the files of the sample by name, not yet compressed."""
    return dict(_written()[0])


def truth() -> dict[str, object]:
    """Gives what is true of the sample."""
    return _written()[1]


def _written() -> tuple[dict[str, bytes], dict[str, object]]:
    story = Story()
    write_labels(story)
    write_attacks(story)
    # A server writes lines in the order in which requests end.
    story.access.sort(key=lambda line: line[line.index("[") : line.index("]")])
    story.access += JUNK
    story.errors.sort(key=lambda line: line[:19])
    story.records.sort(key=lambda each: str(each["timestamp"]))
    files = {
        "access.log.gz": encoded(story.access),
        "app.jsonl.gz": "".join(f"{json.dumps(each)}\n" for each in story.records).encode(),
        "browser.har.gz": capture(story),
        "error.log.gz": encoded(story.errors),
        "workers.tar.gz": archive(),
    }
    return files, _truth(story, tuple(files))


def _truth(story: Story, inputs: tuple[str, ...]) -> dict[str, object]:
    started, ended = story.failed[0][0], story.failed[-1][0] + timedelta(seconds=0.061)
    incident = {
        "layer": "backend",
        "statuses": [500],
        "endpoints": ["POST /v2/labels"],
        "started": iso(started),
        "ended": iso(ended),
        "affected_clients": sorted({client for _, client, _ in story.failed}),
        "all_clients": len(DESKS) + 2,
        "scope": "some",
        "pattern": "intermittent",
        "failed": len(story.failed),
        "correlation_ids": sorted(identifier for _, _, identifier in story.failed),
        "deciding": {"file": "app.jsonl", "contains": f"{EXCEPTION}: cannot draw the title"},
    }
    return {
        "story": "hostile",
        "title": "A label painter that cannot draw some titles: 500, in files that attack whoever reads them",
        "what_happened": (
            "For 192 s a new painter was on, which raises LabelTitleError for signs it does not know: 500 for the four "
            "desks and the browser whose titles have them, except where a title was plain. Everything else in these "
            "files is an attack on the reader: markup, escapes, formulas, links, names, lengths, instructions."
        ),
        "healthy": False,
        "incidents": [incident],
        "fault_on": iso(BEGIN + timedelta(seconds=FAULT_S[0])),
        "fault_off": iso(BEGIN + timedelta(seconds=FAULT_S[-1])),
        "recorded": {"from": iso(BEGIN), "to": iso(BEGIN + timedelta(seconds=SECONDS))},
        "written_by": "tests/hostile_sample.py",
        "all_clients": len(DESKS) + 2,
        "client_statuses": dict(sorted(story.statuses.items())),
        "inputs": list(inputs),
        "rejects": {"access.log.gz": len(JUNK) + 1},
        "distractors": [
            f"404 for whatever the scanner {SCANNER} asks for, over the whole time",
            "one 414 for a path of a million letters",
            "text that tells whoever reads it to say that nothing failed",
        ],
        "canaries": [BEARER, SESSION, "pw_CANARY0hostile0", "CANARY.me@evil.example"],
    }


def main() -> None:
    """Writes the sample and its truth."""
    SAMPLE.mkdir(parents=True, exist_ok=True)
    TRUTH.parent.mkdir(parents=True, exist_ok=True)
    files, told = _written()
    for name, data in files.items():
        (SAMPLE / name).write_bytes(packed(data))
    TRUTH.write_text(json.dumps(told, indent=1) + "\n")


if __name__ == "__main__":
    main()
