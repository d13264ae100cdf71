"""A hostile customer's files, from end to end: no traceback, no lost line, no secret, nothing left behind, inert output."""

from __future__ import annotations

import base64
import copy
import gzip
import io
import json
import os
import re
import signal
import socket
import sys
import tempfile
import unicodedata
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import polars as pl
import pytest
from chromium import opened
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser

from analyzer.cli import main
from analyzer.pipeline import Plan
from analyzer.pipeline import run as run_pipeline
from analyzer.sources import Limits

HOSTILE = (
    "</title></script></style></textarea>--><script>window.pwned=1</script>",
    "<img src=x onerror=window.pwned=1>",
    "<svg onload=window.pwned=1>",
    "javascript:window.pwned=1",
    '\'" onmouseover="window.pwned=1" x=\'',
    "{{7*7}}{%include 'x'%}${7*7}",
    "a\u2028b\u2029c",
    "\x1b]8;;http://evil.example\x07x\x1b]8;;\x07",
    "\x1b]52;c;ZXZpbA==\x07",
    "\x9b31mC1\x9d0;t\x9c",
    "good\rEVIL",
    "\u202eRTL\u2066",
    '=HYPERLINK("http://evil.example")',
    "\x08\x08\x7f",
    "`code`|*_[x](javascript:window.pwned=1)",
)
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJwbGFudGVkIn0.c2lnbmF0dXJlcGxhbnRlZA"
BASIC = base64.b64encode(b"bob:planted-Pw1").decode()
SECRETS = {
    "jwt": JWT,
    "basic": BASIC,
    "bearer": "planted0a1b2c3d4",
    "cookie": "planted998877",
    "api_key": "planted665544",
    "password": "planted1q2w!x",
    "email": "planted.person@mail.example",
    "provider": "sk_live_planted12345678",
}


@dataclass(frozen=True)
class Told:
    """What the program said."""

    code: int
    out: str
    err: str


def call(*arguments: object, stdin: bytes = b"") -> Told:
    """Runs the command line in this process; an exception other than its exit goes on."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    fed = io.TextIOWrapper(io.BytesIO(stdin))
    argv = ["analyzer", *map(str, arguments)]
    patches = mock.patch.object(sys, "argv", argv), mock.patch.object(sys, "stdin", fed)
    with patches[0], patches[1], redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
        main()
    for number, handler in handlers.items():
        signal.signal(number, handler)
    assert isinstance(ended.value.code, int)
    return Told(ended.value.code, *(each.buffer.getvalue().decode() for each in (out, err)))


def access_line(
    second: int = 0, *, target: str = "/x", status: object = 200, agent: str = "curl/8", **more: str
) -> str:
    stamp = more.get("stamp", f"22/Nov/2026:17:5{second // 60 % 10}:{second % 60:02} +0000")
    client = more.get("client", "203.0.113.7")
    return f'{client} - - [{stamp}] "GET {target} HTTP/1.1" {status} 12 "{more.get("referrer", "-")}" "{agent}"\n'


def access_log(count: int = 90, **fields: str) -> str:
    """Gives a log with a burst of 503 in its middle."""
    return "".join(access_line(i, status=503 if count < 3 * i < 2 * count else 200, **fields) for i in range(count))


def entry(second: int = 0, **request: object) -> dict[str, object]:
    response = {"status": 503 if second % 3 == 0 else 200, "headers": [], "content": {"mimeType": "text/plain"}}
    return {
        "startedDateTime": f"2026-11-22T17:54:{second % 60:02}.000Z",
        "time": 12.5,
        "request": {"method": "GET", "url": f"https://shop.example/a/{second}", "headers": [], **request},
        "response": response,
        "timings": {"send": 1, "wait": 10, "receive": 1},
    }


def har(entries: list[object], **log: object) -> str:
    return json.dumps({"log": {"version": "1.2", "creator": {"name": "x"}, "entries": entries, **log}})


def outputs(folder: Path) -> dict[str, str]:
    """Gives every output as text."""
    return {
        path.name: pl.read_parquet(path).write_json() if path.suffix == ".parquet" else path.read_bytes().decode()
        for path in folder.iterdir()
    }


def controls(text: str) -> set[str]:
    """Gives the characters that a terminal or an editor may act on, or that nobody sees."""
    return {ascii(each) for each in text if unicodedata.category(each) in {"Cc", "Zl", "Zp"} or each in UNSEEN} - {
        "'\\n'",
        "'\\t'",
    }


UNSEEN = {*map(chr, (0x61C, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070)))}


def sound(folder: Path) -> dict[str, object]:
    """Gives findings.json after checking that each ledger adds up and that rejects.ndjson holds every reject."""
    written = outputs(folder)
    findings = json.loads(written["findings.json"])
    for source in findings["sources"]:
        assert source["lines"] == sum(source[key] for key in ("event_lines", "rejects", "directives", "blank")), source
    rejects = [json.loads(line) for line in written["rejects.ndjson"].split("\n") if line]
    assert len(rejects) == sum(source["rejects"] for source in findings["sources"])
    for name, text in written.items():
        assert name.endswith(".parquet") or controls(text) == set(), name
    return findings


@contextmanager
def no_leftovers() -> Iterator[Path]:
    """Yields a folder in which temporary files are made, and checks that none stays."""
    with tempfile.TemporaryDirectory() as folder, mock.patch.object(tempfile, "tempdir", folder):
        yield Path(folder)
        assert list(Path(folder).iterdir()) == []


# Properties


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keeps the user's own key out of the tests."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))


PIECES = st.one_of(
    st.binary(max_size=60),
    st.sampled_from(
        [
            access_line().encode(),
            access_line(status=503, target="/\x1b[2J").encode(),
            access_line(stamp="31/Dec/9999:23:59:59 -1400").encode(),
            b'{"time":"2026-11-22T17:54:11Z","level":"error","message":"boom"}\n',
            b'{"message":"no time"}\n',
            b'{"time":1e300,"status":503,"uri":"/x","duration":-1}\n',
            b"2026/11/22 17:54:11 [error] 1#1: *1 connect() failed, client: 1.2.3.4, server: h\n",
            b'{"log":{"entries":[',
            har([entry()]).encode(),
            b"\n",
            b"\r\n",
            b"\0",
            b"\xef\xbb\xbf",
            b"\xff\xfe",
            b"\x1f\x8b",
            b"PK\x03\x04",
            gzip.compress(access_line().encode()),
            gzip.compress(b"cut off")[:-9],
        ]
    ),
)
FILES = st.lists(st.lists(PIECES, max_size=8).map(b"".join), min_size=1, max_size=3)
# What makes a file more than lines of UTF-8: containers, UTF-16 by mark or zero bytes, HARs.
NOT_LINES = re.compile(
    rb"\A(?:\x1f\x8b|PK|BZh|\xfd7z|\x28\xb5\x2f\xfd|[P-_]\x2a\x4d\x18|\xff\xfe|\xfe\xff)|\0|\{\s*\"log\"|\Z\A"
)


def count_lines(data: bytes) -> int:
    """Counts as wc does, and what stands behind the last line feed as one more."""
    text = data.removeprefix(b"\xef\xbb\xbf")
    return text.count(b"\n") + (not text.endswith(b"\n") and text != b"")


@settings(max_examples=30)
@given(files=FILES)
def test_any_bytes_are_read_or_told(files: list[bytes]) -> None:
    """Whatever the files hold: 0, 3 or 4, no exception, ledgers that add up, and as many lines as there are."""
    with tempfile.TemporaryDirectory() as folder, no_leftovers():
        paths = [Path(folder, f"in{index}") for index in range(len(files))]
        for path, data in zip(paths, files, strict=True):
            path.write_bytes(data)
        told = call("analyze", *paths, "-o", Path(folder, "out"))
        assert told.code in (0, 3, 4), told.err
        assert controls(told.out + told.err) == set()
        assert sorted(path.name for path in Path(folder).iterdir() if path not in paths) == ["out"] * (told.code != 3)
        if told.code == 3:
            return
        counted = {source["name"]: source["lines"] for source in sound(Path(folder, "out"))["sources"]}
        for path, data in zip(paths, files, strict=True):
            if not NOT_LINES.search(data):
                assert counted[str(path)] == count_lines(data)


def leaves(node: object, path: tuple[object, ...] = ()) -> Iterator[tuple[object, ...]]:
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in items:
        yield (*path, key)
        yield from leaves(child, (*path, key))


# Times and values that no clock wrote


@pytest.mark.parametrize(
    "stamp",
    [
        "31/Dec/9999:23:59:59 +0000",
        "31/Dec/9999:23:59:59 -1400",
        "01/Jan/0001:00:00:00 +1400",
        "01/Jan/0000:00:00:00 +0000",
        "22/Nov/-2026:17:54:11 +0000",
        "NaN",
    ],
)
def test_a_time_that_nobody_can_mean_is_a_reject(tmp_path: Path, stamp: str) -> None:
    """One such line among good ones costs that line, not the run."""
    (tmp_path / "a.log").write_text(access_log() + access_line(status=503, stamp=stamp))
    assert call("analyze", tmp_path / "a.log", "-o", tmp_path / "out").code == 0
    [source] = sound(tmp_path / "out")["sources"]
    assert (source["lines"], source["events"], source["rejects"]) == (91, 90, 1)


@pytest.mark.parametrize(
    "moment", ["9999-12-31T23:59:59.9-14:00", "0001-01-01T00:00:00+14:00", "+12345-01-01T00:00:00Z"]
)
def test_a_record_with_such_a_time_stays_a_record_without_one(tmp_path: Path, moment: str) -> None:
    """JSON records and HAR entries tell more than their time, so they stay."""
    good = {"time": "2026-11-22T17:54:11Z", "method": "GET", "uri": "/x", "status": 503, "request_time": -5}
    records = [*[good] * 40, {**good, "time": moment, "request_time": 1e300, "status": 99_999}]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    late = {**entry(4), "startedDateTime": moment, "time": 10**14}
    (tmp_path / "a.har").write_text(har([entry(1), late], pages=[{"id": "p", "startedDateTime": moment}]))
    assert call("analyze", tmp_path / "a.jsonl", tmp_path / "a.har", "-o", tmp_path / "out").code == 0
    assert [source["events"] for source in sound(tmp_path / "out")["sources"]] == [41, 2]


def test_records_that_all_lack_a_time_are_read(tmp_path: Path) -> None:
    """Sorting by time needs the column even where it is empty."""
    (tmp_path / "a.jsonl").write_text('{"message":"hello"}\n' * 20)
    assert call("analyze", tmp_path / "a.jsonl", "-o", tmp_path / "out").code == 0
    [source] = sound(tmp_path / "out")["sources"]
    assert (source["events"], source["start"]) == (20, None)


def test_first_records_longer_than_the_head_are_read(tmp_path: Path) -> None:
    """A record of 5,000 keys is more than 64 KiB, and no format could be chosen by a cut one."""
    record = {"time": "2026-11-22T17:54:11Z", "method": "GET", "uri": "/x", "status": 503}
    wide = json.dumps(record | {f"key{number}": number for number in range(5_000)}) + "\n"
    assert len(wide) > 64 << 10
    (tmp_path / "a.jsonl").write_text(wide * 12)
    assert call("analyze", tmp_path / "a.jsonl", "-o", tmp_path / "out").code == 0
    assert sound(tmp_path / "out")["sources"][0]["events"] == 12


# Secrets


def planted_texts() -> list[str]:
    """Gives texts that hold every planted secret in the places where they occur."""
    return [
        f"/cb?access_token={SECRETS['bearer']}&api_key={SECRETS['api_key']}",
        f"https://bob:{SECRETS['password']}@h.example/x",
        f"/t?jwt={JWT}&key={SECRETS['provider']}",
        f"/u/{SECRETS['email']}",
        f"Authorization: Bearer {SECRETS['bearer']}",
        f"Authorization: Basic {BASIC}",
        f"Cookie: sid={SECRETS['cookie']}",
        f"login {{ password: '{SECRETS['password']}', id: 4 }}",
    ]


def planted_har() -> str:
    headers = [
        ("Authorization", f"Bearer {JWT}"),
        ("Cookie", f"sid={SECRETS['cookie']}"),
        ("X-Api-Key", SECRETS["api_key"]),
    ]
    body = f"password={SECRETS['password']}&email={SECRETS['email']}"
    held = entry(
        3,
        url=planted_texts()[1] + planted_texts()[0],
        headers=[{"name": name, "value": value} for name, value in headers],
        postData={"text": body, "params": [{"name": "password", "value": SECRETS["password"]}]},
    )
    held["response"]["content"] |= {"text": json.dumps({"token": SECRETS["provider"], "basic": f"Basic {BASIC}"})}
    broken = copy.deepcopy(held)
    broken["request"]["url"] = None
    return har([held, held, broken, entry(4)], comment=planted_texts()[7])


def test_no_output_holds_a_planted_secret(tmp_path: Path) -> None:
    """Access log, error log, application log, HAR, rejects, file names, a broken archive: all of them are silent."""
    texts = planted_texts()
    lines = [
        access_line(i, target=text.replace(" ", "+"), referrer=text, agent=text, status=503)
        for i, text in enumerate(texts * 9)
    ]
    (tmp_path / f"user={SECRETS['email']}.log").write_text("".join(lines) + "garbage " + " ".join(texts) + "\n")
    records = [{"time": f"2026-11-22T17:54:{i:02}Z", "level": "error", "message": text, "api_key": SECRETS["api_key"],
                "stack": f"E: {text}\n  at x"} for i, text in enumerate(texts * 4)]  # fmt: skip
    (tmp_path / "app.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    errors = [
        f"2026/11/22 17:54:{i:02} [error] 1#1: *1 {text}, client: 1.2.3.4, server: h\n" for i, text in enumerate(texts)
    ]
    (tmp_path / f"token={SECRETS['provider']}.gz").write_bytes(gzip.compress("".join(errors).encode())[:-4])
    (tmp_path / "a.har").write_text(planted_har())
    inputs = [path for path in tmp_path.iterdir() if path.is_file()]
    told = call("analyze", *inputs, tmp_path / f"{JWT}.log", "-o", tmp_path / "out", "--events")
    assert told.code == 4
    sound(tmp_path / "out")
    parsed = call("parse", *inputs, "-o", tmp_path / "frame.csv")
    everything = outputs(tmp_path / "out") | {"csv": (tmp_path / "frame.csv").read_text()}
    everything |= {"out": told.out, "err": told.err, "parse out": parsed.out, "parse err": parsed.err}
    for name, text in everything.items():
        for kind, secret in SECRETS.items():
            assert secret not in text, f"{kind} in {name}"


def test_every_reject_is_redacted_and_visible(tmp_path: Path) -> None:
    """Addresses and controls in rejects behind the first hundred, which the report does not show, are treated too."""
    public = [f"8.{number}.4.77" for number in range(150)]
    (tmp_path / "a.log").write_text(access_log() + "".join(f"oops {ip} \x7f\x9b\u202e reset\n" for ip in public))
    assert call("analyze", tmp_path / "a.log", "-o", tmp_path / "out").code == 0
    assert sound(tmp_path / "out")["sources"][0]["rejects"] == 150
    rejects = (tmp_path / "out" / "rejects.ndjson").read_text()
    assert [ip for ip in public if f" {ip} " in rejects] == []
    assert json.loads(rejects.split("\n")[0])["text"].endswith("\x7f\x9b\u202e reset")


# Names, folders, patterns


def test_hostile_names_are_shown_and_do_nothing(tmp_path: Path) -> None:
    """File names and archive members with newlines, quotes, escapes and markup: read, and harmless in every output."""
    names = [f"{text.replace('/', '_')}\n.log" for text in HOSTILE] + ["../../x.log", "-o.log"]
    (tmp_path / "in").mkdir()
    with zipfile.ZipFile(tmp_path / "in" / "a.zip", "w") as archive:
        for name in names:
            archive.writestr(name, access_log(6))
    for name in names[: len(HOSTILE)]:
        (tmp_path / "in" / name).write_text(access_log(6))
    told = call("analyze", tmp_path / "in", "-o", tmp_path / "out")
    assert told.code == 0
    assert controls(told.out) == set()
    assert len(sound(tmp_path / "out")["sources"]) == 2 * len(HOSTILE) + 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "out"]


@pytest.mark.parametrize("command", ["analyze", "escalate", "parse", "redact"])
def test_a_temporary_folder_may_look_like_a_pattern(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """Brackets, stars and question marks in the names of folders are names."""
    folder = tmp_path / "t[a-*]?{b"
    folder.mkdir()
    (tmp_path / "a.log").write_text(access_log() + "garbage\n")
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    output = folder / ("out.csv" if command == "parse" else "out")
    told = call(command, tmp_path / "a.log", "-o", output, *(["--no-map"] if command == "escalate" else []))
    assert told.code == 0, told.err
    assert list(folder.iterdir()) == [output]


def test_a_folder_of_sockets_pipes_and_loops(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only files are read; neither the folder nor a pattern with ** goes round through links."""
    monkeypatch.chdir(tmp_path)
    Path("in/below").mkdir(parents=True)
    Path("in/below/a.log").write_text(access_log())
    os.mkfifo("in/pipe")
    Path("in/loop").symlink_to(".")
    Path("in/up").symlink_to("..")
    Path("in/self").symlink_to("self")
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind("in/socket")
        for index, named in enumerate(("in", "in/**", "in/**/*.log", "**/*.log", "*/**/a.log")):
            told = call("analyze", named, "-o", f"out{index}")
            sources = sound(Path(f"out{index}"))["sources"]
            assert [(source["name"], source["lines"]) for source in sources] == [("in/below/a.log", 90)], named
            assert told.code == (4 if named == "in/**" else 0), "the link to itself can be matched, and not read"


@pytest.mark.parametrize("name", ["file", "link", "dangling", "foreign", "file/below"])
def test_an_output_that_is_not_ours_is_refused(tmp_path: Path, name: str) -> None:
    """A link, a file, a folder with other files: 2, and all is as it was."""
    (tmp_path / "file").write_text("mine")
    (tmp_path / "foreign").mkdir()
    (tmp_path / "foreign" / "mine.txt").write_text("mine")
    (tmp_path / "link").symlink_to("foreign")
    (tmp_path / "dangling").symlink_to("nowhere")
    (tmp_path / "a.log").write_text(access_log())
    before = sorted(tmp_path.rglob("*"))
    with no_leftovers():
        assert call("analyze", tmp_path / "a.log", "-o", tmp_path / name).code == 2
    assert sorted(tmp_path.rglob("*")) == before
    assert (tmp_path / "foreign" / "mine.txt").read_text() == "mine"


def test_a_home_that_cannot_be_written_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a place for the key: 2 and what to do; with a key named, it works."""
    (tmp_path / "a.log").write_text(access_log())
    (tmp_path / "key").write_bytes(b"k" * 32)
    monkeypatch.setenv("XDG_STATE_HOME", "/dev/null/state")
    told = call("analyze", tmp_path / "a.log", "-o", tmp_path / "out")
    assert (told.code, "--redaction-key" in told.err) == (2, True)
    assert call("analyze", tmp_path / "a.log", "-o", tmp_path / "out", "--redaction-key", tmp_path / "key").code == 0


# Bombs and rules


@pytest.mark.parametrize("kind", ["gzip", "zip"])
def test_a_bomb_is_stopped_and_the_rest_goes_on(tmp_path: Path, kind: str) -> None:
    """8 MB of one line in 20 kB: what the limit lets through is read, the rest told, and the good file is whole."""
    bomb = tmp_path / "bomb"
    data = access_line().encode() * 80_000
    if kind == "gzip":
        bomb.write_bytes(gzip.compress(data))
    else:
        with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a.log", data)
    (tmp_path / "good.log").write_text(access_log())
    (tmp_path / "work").mkdir()
    limits = Limits(ratio=20, ratio_from_bytes=100_000, decompressed_bytes=1_000_000)
    state = run_pipeline(Plan((str(bomb), str(tmp_path / "good.log")), tmp_path / "work", b"k" * 32, limits=limits))
    assert "decompression bombs" in str(state.reading.problems[0])
    assert state.reading.sources[-1].ledger.lines == 90
    assert sum(source.ledger.lines for source in state.reading.sources) < 20_000
    assert all(source.ledger.adds_up for source in state.reading.sources)


HOSTILE_RULES = (
    b"\0",
    bytes(range(128, 256)),
    b"a: &a [x]\nb: [*a, *a]\n",
    b'!!python/object/apply:os.system ["true"]',
    b"a: " + b"[" * 5_000,
    b"title: a\ntitle: b\n",
    b"<<: {a: 1}\n",
    b"detection: {s: {sc-status: .inf}, condition: s}\n",
    b"detection: {s: {cs-uri-stem|re: '(((a{1000}){1000}){1000})'}, condition: s}\n",
    b"detection: {s: {sc-status: 503}, condition: '" + b"(" * 3_000 + b"s'}\n",
    b"x: '\x1b[2J'\n",
)


@pytest.mark.parametrize("text", HOSTILE_RULES)
def test_a_hostile_rule_is_a_fault_with_its_place(tmp_path: Path, text: bytes) -> None:
    """`rules check` tells the fault; an analysis goes on without the rule and says so."""
    rule, log = tmp_path / "\x1b[2J\n.yml", tmp_path / "a.log"
    rule.write_bytes(text)
    log.write_text(access_log())
    checked = call("rules", "check", rule)
    assert checked.code == 1
    assert controls(checked.out + checked.err) == set()
    told = call("analyze", log, "--rules", rule, "-o", tmp_path / "out")
    assert told.code in (0, 4)
    assert controls(told.out + told.err) == set()
    assert sound(tmp_path / "out")["not_evaluated"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("--log-format", "%h \x1b[2J%{"),
        ("--log-format", "$"),
        ("--log-format", "%h" * 500),
        ("--log-format", "(?P<a>.*)"),
        ("--log-format", "x" * 100_000),
        ("--format", "\x1b[2J\u202e"),
        ("--since", "\x1b[2J"),
        ("--since", "0001-01-01T00:00:00+14:00"),
        ("--until", "9999-12-31T23:59:59-14:00"),
        ("--now", "0001-01-01T00:00:00+14:00"),
        ("--fail-on", "\x1b[2J"),
        ("--\x1b[2J",),
    ],
)
def test_nonsense_in_options_is_wrong_use(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """2, one message without controls, and no folder."""
    (tmp_path / "a.log").write_text(access_log())
    told = call("analyze", tmp_path / "a.log", "-o", tmp_path / "out", *arguments)
    assert told.code == 2
    assert controls(told.out + told.err) == set()
    assert not (tmp_path / "out").exists()


# The process: signals, full disks, closed streams, terminals


@pytest.mark.browser
def test_the_report_of_hostile_inputs_is_inert(browser: Browser, tmp_path: Path) -> None:
    """Hostile text in every field of logs, HAR and rules: nothing runs, nothing is asked for, all is there as text."""
    single = [text.replace("\r", "") for text in HOSTILE]
    (tmp_path / "a.log").write_text(
        "".join(access_log(60, target=f"/{text}", agent=text, referrer=text) for text in single)
    )
    records = [
        dict.fromkeys(("message", "stack", "logger", "request_id", "host", "trace_id"), text)
        # A user is replaced wherever he stands, so he has a text of his own.
        | {"user": f"{text} (user)"}
        for text in HOSTILE
    ]
    stamped = [
        {"time": f"2026-11-22T17:54:{i % 60:02}Z", "level": "error"} | record for i, record in enumerate(records * 5)
    ]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(record) + "\n" for record in stamped))
    entries = [entry(3 * i, url=f"https://shop.example/{text}") | {"_error": text} for i, text in enumerate(HOSTILE)]
    (tmp_path / f"{single[0].replace('/', '_')}.har").write_text(
        har(entries, comment=HOSTILE[0], creator={"name": HOSTILE[1]})
    )
    quoted = json.dumps(HOSTILE[0])
    (tmp_path / "rule.yml").write_text(
        f"title: {quoted}\nid: 11111111-1111-4111-8111-111111111111\nstatus: test\nauthor: {quoted}\nlevel: high\n"
        f"description: {quoted}\nlogsource: {{category: webserver}}\ndetection: {{s: {{sc-status: 503}}, condition: s}}\n"
        f"x-report: {{layer: backend, next_steps: [{quoted}], owner_hint: {quoted}}}\n"
    )
    inputs = [path for path in tmp_path.iterdir() if path.suffix != ".yml"]
    assert call("analyze", *inputs, "--rules", tmp_path / "rule.yml", "-o", tmp_path / "out").code == 0
    sound(tmp_path / "out")
    with opened(browser, tmp_path / "out" / "report.html") as seen:
        assert (seen.ran, len(seen.requests), seen.messages) == (False, 1, [])
        links = seen.page.evaluate("[...document.links].map(each => each.getAttribute('href'))")
        assert [link for link in links if not link.startswith(("#", "https://"))] == []
        text = seen.page.locator("body").text_content() or ""
    assert HOSTILE[0] in text
    assert "(user)" not in text
