"""Whole runs against object stores on loopback: the same findings as from disk, the same bytes, and no secret told."""

from __future__ import annotations

import gzip
import io
import json
import re
import tarfile
import zipfile

import pytest
from click.testing import CliRunner
from object_stores import SECRET, raw_s3

from analyzer import cli
from analyzer.errors import LeakError
from analyzer.pipeline import _redact
from analyzer.pipeline._redact import _merged as merged
from analyzer.publish import check_folder, publish, publish_file
from analyzer.redact import Gate
from analyzer.sources import expand, open_streams
from analyzer.stores import Store, _store, parse_output, parse_url

LINE = '192.0.2.{} - - [01/Mar/2026:12:{:02}:{:02} +0000] "GET /orders/{} HTTP/1.1" {} 512 "-" "curl/8" {}\n'
BROKEN = "no format reads this line\n"
NOW = "2026-11-30T00:00:00Z"


def log(minutes, status=200, host=1):
    """Gives an access log of a minute per number, ten requests each."""
    return "".join(
        LINE.format(host, minute, second * 6, second, status, "") for minute in minutes for second in range(10)
    ).encode()


def archives():
    """Gives files of every kind: plain, compressed, in a zip, in a tar, and broken."""
    zipped, tarred = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("in/zipped.log", log(range(20, 25), host=3))
    with tarfile.open(fileobj=tarred, mode="w:gz") as archive:
        content = log(range(25, 30), 502, host=4)
        entry = tarfile.TarInfo("tarred.log")
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    return {
        "plain.log": log(range(10)) + BROKEN.encode(),
        "sub/packed.log.gz": gzip.compress(log(range(10, 20), 503, host=2), mtime=0),
        "z.zip": zipped.getvalue(),
        "z.tar.gz": tarred.getvalue(),
        "broken.gz": gzip.compress(log(range(30, 40), host=5), mtime=0)[:-40],
    }


def analyzer(*arguments, code=0):
    """Runs a command and gives what it printed, standard error included."""
    done = CliRunner().invoke(cli.group, list(map(str, arguments)), catch_exceptions=True)
    error = done.exception
    told = done.output if error is None or isinstance(error, SystemExit) else f"{done.output}{error}"
    found = done.exit_code if error is None or isinstance(error, SystemExit) else getattr(error, "exit_code", None)
    assert found == code, told
    return told


def tree(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def filled(bucket):
    """Gives a bucket with the files under logs/."""
    for name, content in archives().items():
        bucket.put(f"logs/{name}", content)
    return bucket


def test_findings_are_those_of_the_same_files_on_disk(filled, tmp_path):
    """Compressed, in archives and cut off: every name, count, line and byte but the place of the files."""
    disk = tmp_path / "logs"
    for name, content in archives().items():
        (disk / name).parent.mkdir(parents=True, exist_ok=True)
        (disk / name).write_bytes(content)
    analyzer("analyze", disk, "-o", tmp_path / "local", "--now", NOW, "--events", code=4)
    printed = analyzer("analyze", filled.url("logs/"), "-o", tmp_path / "remote", "--now", NOW, "--events", code=4)
    local, remote = tree(tmp_path / "local"), tree(tmp_path / "remote")
    # The files were named in one way, and in the other.
    for name in ("findings.json", "summary.md", "rejects.ndjson"):
        assert remote[name].decode().replace(filled.url("logs"), str(disk)) == local[name].decode()
    found = json.loads(remote["findings.json"])
    # By hand: 400 lines less what the broken one lost, and one that nothing reads.
    lines = {source["name"].rpartition("/")[2]: source["lines"] for source in found["sources"]}
    assert lines["plain.log"] == 101
    assert lines["packed.log.gz"] == 100
    assert lines["zipped.log"] == lines["z.tar.gz!tarred.log"] == 50
    assert 0 < lines["broken.gz"] < 100
    assert SECRET not in printed
    assert not [name for name, content in remote.items() if SECRET.encode() in content]


def test_an_output_in_a_store_holds_the_bytes_of_a_folder(filled, tmp_path):
    """A second run replaces the first as a whole, so its events go."""
    analyzer("analyze", filled.url("logs/*.log"), "-o", tmp_path / "local", "--now", NOW)
    analyzer("analyze", filled.url("logs/*.log"), "-o", filled.url("out/r1"), "--now", NOW, "--events")
    assert "events.parquet" in {key.rpartition("/")[2] for key in filled.names("out/")}
    printed = analyzer("analyze", filled.url("logs/*.log"), "-o", filled.url("out/r1/"), "--now", NOW, "-q")
    stored = {key.removeprefix("out/r1/"): filled.get(key) for key in filled.names("out/")}
    assert stored == tree(tmp_path / "local")
    assert printed.strip() == filled.url("out/r1/report.html")


def test_other_commands_read_and_write_there_too(filled, tmp_path):
    analyzer("parse", filled.url("logs/plain.log"), "-o", tmp_path / "a.csv")
    analyzer("parse", filled.url("logs/plain.log"), "-o", filled.url("out/a.csv"))
    assert filled.get("out/a.csv") == (tmp_path / "a.csv").read_bytes()
    analyzer("redact", filled.url("logs/plain.log"), "-o", tmp_path / "redacted")
    analyzer("redact", filled.url("logs/plain.log"), "-o", filled.url("out/redacted"))
    assert filled.get("out/redacted/plain.log") == (tmp_path / "redacted" / "plain.log").read_bytes()
    assert "combined" in analyzer("formats", "detect", filled.url("logs/plain.log"))


def test_a_folder_with_other_objects_is_not_touched(filled):
    before = filled.names()
    told = analyzer("analyze", filled.url("logs/plain.log"), "-o", filled.url("logs"), code=2)
    assert "holds other files" in told
    assert filled.names() == before


def test_a_bucket_that_is_not_there_stops_only_its_input(filled, tmp_path):
    missing = f"{filled.scheme}://{filled.name[::-1]}/logs/"
    (tmp_path / "here.log").write_bytes(log(range(3)))
    told = analyzer("analyze", missing, tmp_path / "here.log", "-o", tmp_path / "report", code=4)
    found = json.loads((tmp_path / "report" / "findings.json").read_bytes())
    assert [source["name"].rpartition("/")[2] for source in found["sources"]] == ["here.log"]
    assert f"Problem: {missing}: cannot be listed: " in told
    assert "does not exist" in told
    assert missing in (tmp_path / "report" / "summary.md").read_text()


def test_an_object_is_read_in_ranges(bucket, monkeypatch):
    """Memory holds one range, and the ranges are the object."""
    content = log(range(50))
    bucket.put("a.log", content)
    monkeypatch.setattr(_store, "RANGE_BYTES", 1000)
    store = _store.open_store(parse_url(bucket.url()))
    pieces = list(store.read("a.log", store.stat("a.log")))
    assert b"".join(pieces) == content
    assert {len(piece) for piece in pieces[:-1]} == {1000}


def test_an_object_that_vanishes_midway_keeps_what_was_read(bucket, monkeypatch):
    content = log(range(50)) * 4  # more than the head, which is read at once
    bucket.put("a.log", content)
    monkeypatch.setattr(_store, "RANGE_BYTES", 2000)
    (stream,) = _streams_deleting(bucket)
    assert re.search("it does not exist|it was changed meanwhile", str(stream.problem))
    assert 0 < stream.size < len(content)


def _streams_deleting(bucket):
    for stream in open_streams(bucket.url("a.log")):
        bucket.delete("a.log")
        list(stream.blocks(1000))
        yield stream


@pytest.mark.parametrize("scheme", ["s3", "az"])
def test_an_object_that_is_replaced_midway_is_not_mixed(bucket_of, scheme, monkeypatch):
    """Ranges of two contents are never joined. (fake-gcs-server knows no If-Match.)"""
    bucket = bucket_of(scheme)
    bucket.put("a.log", log(range(50)) * 4)  # more than the head, which is read at once
    monkeypatch.setattr(_store, "RANGE_BYTES", 2000)
    for stream in open_streams(bucket.url("a.log")):
        bucket.put("a.log", log(range(50), 500) * 4)
        blocks = list(stream.blocks(1000))
        assert not any(block["raw"].str.contains('" 500 ').any() for block in blocks)
        assert "it was changed meanwhile" in str(stream.problem)


def test_an_upload_that_fails_puts_back_what_was_there(bucket, monkeypatch):
    """The third write is refused, after two files of the earlier run were replaced or added."""
    folder, real, calls = parse_output(bucket.url("out/r")), Store.write, []
    publish(folder, {"findings.json": b"old", "events.parquet": b"old"}, None)
    before = {key: bucket.get(key) for key in bucket.names()}

    def write(self, key, path, *, fresh):
        calls.append(key)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(self, key, path, fresh=fresh)

    monkeypatch.setattr(Store, "write", write)
    with pytest.raises(KeyboardInterrupt):
        publish(folder, {"findings.json": b"new", "summary.md": b"new", "report.html": b"new"}, None)
    assert {key: bucket.get(key) for key in bucket.names()} == before


def test_the_gate_searches_before_anything_is_uploaded(bucket):
    """Nothing leaves this machine that holds a secret, neither a folder nor a file."""
    gate = Gate([("hunter2sesame", "password")])
    with pytest.raises(LeakError):
        publish(parse_output(bucket.url("out")), {"findings.json": b"{}", "summary.md": b"pw hunter2sesame"}, gate)
    with pytest.raises(LeakError):
        publish_file(parse_output(bucket.url("a.csv")), b"pw hunter2sesame", gate)
    assert bucket.names() == []


def test_what_is_gone_when_redaction_reads_it_again_is_a_problem(bucket, monkeypatch, tmp_path):
    """Redaction reads twice; the object goes between, and the other input is written all the same."""
    bucket.put("a.log", log(range(3)))
    (tmp_path / "here.log").write_bytes(log(range(3)))
    monkeypatch.setattr(_redact, "_merged", lambda *given: bucket.delete("a.log") or merged(*given))
    told = analyzer("redact", bucket.url("a.log"), tmp_path / "here.log", "-o", tmp_path / "out", code=4)
    assert f"{bucket.url('a.log')}: cannot be read: it does not exist" in told
    assert list(tree(tmp_path / "out")) == ["here.log"]


@pytest.mark.parametrize("scheme", ["s3", "az"])
def test_what_appears_meanwhile_is_not_overwritten(bucket_of, scheme, monkeypatch):
    """Somebody else writes between the look and the upload. (fake-gcs-server ignores the condition.)"""
    bucket, real = bucket_of(scheme), Store.list

    def list_and_write(self, prefix):
        found = list(real(self, prefix))
        bucket.put("out/r/report.html", b"another's")
        return iter(found)

    monkeypatch.setattr(Store, "list", list_and_write)
    with pytest.raises(Exception, match="appeared while"):
        publish(parse_output(bucket.url("out/r")), {"findings.json": b"1", "report.html": b"2"}, None)
    assert {key: bucket.get(key) for key in bucket.names()} == {"out/r/report.html": b"another's"}


@pytest.mark.parametrize("scheme", ["s3", "az"])
def test_a_large_output_is_uploaded_in_parts(bucket_of, scheme, monkeypatch, tmp_path):
    """S3 wants parts of 5 MiB at least. (fake-gcs-server knows no uploads in parts.)"""
    bucket = bucket_of(scheme)
    monkeypatch.setattr(_store, "_AT_ONCE_BYTES", 1 << 20)
    monkeypatch.setattr(_store, "_PART_BYTES", 5 << 20)
    (tmp_path / "large").write_bytes(bytes(range(256)) * (12 << 12))
    publish_file(parse_output(bucket.url("large.bin")), tmp_path / "large", None)
    assert bucket.get("large.bin") == (tmp_path / "large").read_bytes()


def test_a_wrong_key_is_told_without_the_key(bucket_of, monkeypatch, tmp_path):
    bucket = bucket_of("az")
    bucket.put("a.log", log(range(3)))
    wrong = "d3JvbmdrZXl3cm9uZ2tleXdyb25na2V5d3Jvbmc="
    monkeypatch.setenv("AZURE_STORAGE_KEY", wrong)
    told = analyzer("analyze", bucket.url("a.log"), "-o", tmp_path / "r", code=3)
    assert "the store denies access" in told
    assert wrong not in told
    with pytest.raises(Exception, match="the store denies access"):
        check_folder(parse_output(bucket.url("out")))


def test_without_credentials_their_variables_are_named(bucket_of, monkeypatch, tmp_path):
    bucket = bucket_of("s3")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    told = analyzer("analyze", bucket.url("a.log"), "-o", tmp_path / "r", code=3)
    assert "no credentials for the store were found" in told
    assert "AWS_ACCESS_KEY_ID" in told


def test_hostile_keys_are_read_or_told(bucket_of, tmp_path):
    """Keys may hold anything; dotted and empty parts would make a client fetch another object."""
    bucket = bucket_of("s3")
    good = [
        "x/\x1b[31mred.log",
        "x/q?sig=a&b=c.log",
        "x/\u202eevil.log",
        "x/50%25 off#1.log",
        "x/*.log",
        "x/" + "n" * 900,
    ]
    for number, key in enumerate(good):
        bucket.put(key, log(range(3), host=number))
    for key in ("x/../up.log", "x//two.log", "x/./one.log"):
        raw_s3(bucket.environment, "PUT", f"{bucket.name}/{key}", log(range(2)))
    found = expand([bucket.url("x/")])
    assert sorted(found.files) == sorted(bucket.url(key) for key in good)
    (problem,) = found.problems
    assert "as have 2 more" in str(problem)
    told = analyzer("analyze", bucket.url("x/"), "-o", tmp_path / "r", code=4)
    assert "\x1b[31mred" not in told
    sources = json.loads((tmp_path / "r" / "findings.json").read_bytes())["sources"]
    assert [source["events"] for source in sources] == [30] * len(good)
