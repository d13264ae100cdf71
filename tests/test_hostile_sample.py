"""sample_logs/hostile: it is what its script writes, it holds the whole set, and nothing that reads it obeys it."""

from __future__ import annotations

import gzip
import json
import os
import pty
import re
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import hostile_sample
import pytest
from hostile_texts import ADDRESSES, TEXTS

from analyzer.wording.quoting import visible

ROOT = Path(__file__).parents[1]
SAMPLE = hostile_sample.SAMPLE
ROW = re.compile(
    r'^(?P<client>[\d.]+) - - \[[^\]]+\] "(?P<method>[A-Z]+) (?P<path>\S+)[^"]* HTTP/1\.1" (?P<status>\d{3}) .* '
    r"rid=(?P<id>[0-9a-f]{32}) "
)


def plain(name: str) -> bytes:
    return gzip.decompress((SAMPLE / name).read_bytes())


def truth() -> dict[str, object]:
    return json.loads(hostile_sample.TRUTH.read_text())


# What is committed


def test_the_sample_is_what_its_script_writes() -> None:
    """Each file, unpacked (compressors differ between machines), and the truth, to the byte; no other file."""
    written = hostile_sample.contents()
    assert {path.name for path in SAMPLE.iterdir()} == set(written)
    for name, data in written.items():
        assert plain(name) == data, name
    assert truth() == hostile_sample.truth()


def test_the_sample_is_small() -> None:
    """A line of a million letters and 10,000 headers take less than 100 kB, with the truth beside them."""
    assert sum(path.stat().st_size for path in (*SAMPLE.iterdir(), hostile_sample.TRUTH)) < 100_000


def test_no_file_reaches_a_terminal_by_accident() -> None:
    """Every file is compressed, and the names on disk are plain: only the tool shows what is inside."""
    assert all(path.read_bytes().startswith(b"\x1f\x8b") for path in SAMPLE.iterdir())
    assert all(re.fullmatch(r"[a-z.]+", path.name) for path in SAMPLE.iterdir())


@pytest.mark.parametrize("name", TEXTS)
def test_the_sample_holds_each_text(name: str) -> None:
    """In the application's log and the capture each text; in the other logs each that fits on a line; addresses as referrers."""
    text = TEXTS[name]
    assert (
        json.dumps(text) in plain("app.jsonl.gz").decode()
        or json.dumps(f"unknown label {text}") in plain("app.jsonl.gz").decode()
    )
    assert json.dumps(text).encode() in plain("browser.har.gz")
    if "\n" not in text:
        raw = hostile_sample.quoted(text).encode("utf-8", "surrogatepass")
        assert raw.lstrip(b"/") in plain("access.log.gz")
        assert raw in plain("error.log.gz")


def test_the_capture_holds_each_address() -> None:
    """The table of addresses that may and may not be links stands in the capture's headers."""
    assert [text for text, _ in ADDRESSES.values() if json.dumps(text).encode() not in plain("browser.har.gz")] == []


def test_the_sample_holds_what_is_no_text() -> None:
    """NUL, overlong UTF-8, lone surrogates as bytes and as JSON, a title with markup, the lengths, names of files."""
    access, capture = plain("access.log.gz"), json.loads(plain("browser.har.gz"))
    for wanted in (b"\0", b"\xc0\xbcscript\xc0\xbe", b"\xed\xa0\x80", b"\x9b31m".decode("latin-1").encode()):
        assert wanted in access
    assert b"\\ud800 character" in plain("app.jsonl.gz")
    assert max(map(len, access.split(b"\n"))) > 1_000_000
    assert capture["log"]["pages"][0]["title"] == "</title><script>window.pwned=1</script>"
    assert max(len(entry["response"]["headers"]) for entry in capture["log"]["entries"]) > 10_000
    with tarfile.open(fileobj=BytesIO(plain("workers.tar.gz"))) as archive:
        names = archive.getnames()
        assert sum(member.isfile() for member in archive.getmembers()) == 18
        assert sum(not member.isfile() for member in archive.getmembers()) == 4
    assert "name\nwith newline 'and' \"quotes\".log" in names
    assert "../../../etc/parent.log" in names
    assert {"Case.log", "case.log"} <= set(names)


def test_the_truth_is_counted_in_the_access_log() -> None:
    """With plain Python: the failures, their ids, their clients and all statuses are those of the truth."""
    lines = plain("access.log.gz").decode(errors="replace").split("\n")[:-1]
    rows = [found for line in lines if (found := ROW.match(line))]
    [one] = truth()["incidents"]
    failing = [row for row in rows if row["status"] == "500"]
    assert len(failing) == one["failed"] == 36
    assert sorted(row["id"] for row in failing) == one["correlation_ids"]
    assert sorted({row["client"] for row in failing}) == one["affected_clients"]
    assert {(row["method"], row["path"]) for row in failing} == {("POST", "/v2/labels")}
    assert sum(truth()["client_statuses"].values()) + len(hostile_sample.JUNK) == len(lines)
    assert sum(line.startswith("-- ") for line in lines) + 1 == truth()["rejects"]["access.log.gz"]


def test_no_address_is_of_a_real_host_and_secrets_are_fakes() -> None:
    """Client addresses are loopback, host names are reserved ones, canaries occur."""
    told = "".join(plain(name).decode(errors="replace") for name in truth()["inputs"])
    found = set(re.findall(r"(?<![\d./])(\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})(?![\d.])", told))
    assert {each for each in found if not each.startswith("127.30.")} == set()
    hosts = set(re.findall(r"(?:https?|ftp):/?/?([a-z.]+\.[a-z]+)", told))
    assert {host for host in hosts if not host.endswith(".example")} == set()
    assert [canary for canary in truth()["canaries"] if canary not in told] == []


# What the tool makes of it


@pytest.fixture(scope="session")
def analyzed(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, Path]:
    """Runs the program as a person would, on a terminal; gives what the terminal got, and the folder of outputs."""
    folder = tmp_path_factory.mktemp("hostile")
    return on_a_terminal("analyze", "sample_logs/hostile", "-o", str(folder / "out")), folder / "out"


def on_a_terminal(*arguments: str) -> bytes:
    """Gives every byte that the program sends to a pseudo-terminal, as output and as messages."""
    ours, theirs = pty.openpty()
    environment = os.environ | {"TERM": "xterm-256color", "COLUMNS": "100", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "analyzer", *arguments, "--now", "2026-11-25T10:00:00Z"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdin=theirs, stdout=theirs, stderr=theirs) as running:
        os.close(theirs)
        told = b"".join(_read(ours))
    os.close(ours)
    assert running.returncode == 0, told
    return told


def _read(ours: int) -> Iterator[bytes]:
    try:
        while data := os.read(ours, 65_536):
            yield data
    except OSError:  # Linux says so when the other end is closed.
        return


# What this program itself writes to a terminal: colours, and the line of progress that it draws and wipes.
OWN = re.compile(r"\x1b\[[0-9;]*m|\x1b\[[12]?K|\x1b\[1A|\x1b\[\?25[hl]|\r(?=\n|\x1b\[(?:2K|1A))")
BIDI = re.compile("[\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]")


def test_a_terminal_is_sent_nothing_that_it_obeys(analyzed: tuple[bytes, Path]) -> None:
    """Beside our own colours and progress: no control but line feed and tab, no C1, no BiDi, nothing unseen."""
    told = OWN.sub("", analyzed[0].decode())
    assert sorted({each for each in told if each < " " and each not in "\n\t"}) == []
    assert sorted({each for each in told if "\x7f" <= each <= "\x9f"}) == []
    assert BIDI.findall(told) == []
    assert "HIGH" in told


def test_without_colours_and_progress_not_one_control_is_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a dumb pipe: the bytes themselves, with nothing of ours taken off."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    command = [sys.executable, "-m", "analyzer", "analyze", "sample_logs/hostile", "-o", str(tmp_path / "out")]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    told = (done.stdout + done.stderr).decode()
    assert sorted({each for each in told if (each < " " and each not in "\n\t") or "\x7f" <= each <= "\x9f"}) == []
    assert BIDI.findall(told) == []


def test_attacks_are_shown_and_not_deleted(analyzed: tuple[bytes, Path]) -> None:
    """Escapes in the names of files are written out, so that a reader sees that something was there."""
    told = OWN.sub("", analyzed[0].decode())
    for name in hostile_sample.MEMBERS:
        assert f"workers.tar.gz!{visible(name, keep='')}".replace("\\n", "\\x0a") in told


def test_the_attack_does_not_mislead(analyzed: tuple[bytes, Path]) -> None:
    """One incident, in the back end, with all of its failures; nothing is said to be well because a line asks for it."""
    findings = json.loads((analyzed[1] / "findings.json").read_text())
    weighty = [each for each in findings["incidents"] if each["severity"] in ("critical", "high", "medium")]
    assert [(each["layer"], each["statuses"], each["failed"]) for each in weighty] == [("backend", [500], 36)]
    for name in ("report.html", "summary.md"):
        assert "POST /v2/labels answered 500" in (analyzed[1] / name).read_text()


def test_nothing_left_its_archive(analyzed: tuple[bytes, Path], tmp_path: Path) -> None:
    """Names with parent folders, drives and slashes name sources, and no file was made beside the outputs."""
    assert sorted(path.name for path in analyzed[1].iterdir()) == [
        "findings.json",
        "rejects.ndjson",
        "report.html",
        "summary.md",
    ]
    assert [path.name for path in analyzed[1].parent.iterdir()] == ["out"]


def test_outputs_hold_no_canary(analyzed: tuple[bytes, Path]) -> None:
    """Password in an address, key, session and address of a person are replaced."""
    for path in analyzed[1].iterdir():
        for canary in truth()["canaries"]:
            assert canary not in path.read_text(), (path.name, canary)
