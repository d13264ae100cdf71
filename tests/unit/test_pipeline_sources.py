"""What a run makes of its sources before anything is joined: twins, formats that the user names, zones and years."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from datetime import UTC, datetime

import pytest

from analyzer.errors import DocumentError, FormatError, InputError
from analyzer.pipeline import Plan, frame_file, parse, run

KEY = b"k" * 32
NOW = datetime(2026, 3, 2, tzinfo=UTC)
LINES = "".join(
    f'192.0.2.{n} - - [01/Mar/2026:12:00:{n:02} +0100] "GET /v1/x/{n} HTTP/1.1" {500 if n % 2 else 200} 5 "-" "curl/8"\n'
    for n in range(1, 9)
)


@pytest.fixture
def plan(tmp_path):
    """Makes a plan over contents by name."""

    def make(files, **options):
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        work = tmp_path / "work"
        work.mkdir(exist_ok=True)
        return Plan(tuple(str(tmp_path / name) for name in files), work, KEY, now=NOW, **options)

    return make


def zipped(name, text):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, text)
    return buffer.getvalue()


def test_the_same_log_is_counted_once_and_that_is_said(plan):
    """As it is, as .gz and inside a .zip: three sources, whose ledgers add up, but the events of one."""
    files = {"access.log": LINES, "access.log.1.gz": gzip.compress(LINES.encode()), "all.zip": zipped("a.log", LINES)}
    state = run(plan(files))
    findings = json.loads(state.outputs["findings.json"])
    first, second, third = findings["sources"]
    assert [source["events"] for source in (first, second, third)] == [8, 0, 0]
    assert [source["event_lines"] for source in (first, second, third)] == [8, 8, 8]
    for source in (second, third):
        assert source["notes"][0].endswith("access.log: its 8 events are counted once, there.")
    assert state.exchanges.height == 8


def test_logs_that_differ_by_a_line_are_both_counted(plan):
    """Only the same content is the same log."""
    reading = parse(plan({"a.log": LINES, "b.log": LINES + LINES.splitlines(keepends=True)[0]})).reading
    assert [source.events for source in reading.sources] == [8, 9]


NGINX = """
http {
    log_format timed '$remote_addr [$time_local] "$request" $status rt=$request_time id=$request_id';
    access_log /var/log/nginx/api.access.log timed;
}
"""
TIMED = '192.0.2.1 [01/Mar/2026:12:00:01 +0100] "GET /a HTTP/1.1" 502 rt=1.500 id=abc\n' * 3


def test_a_configuration_names_the_format_of_its_logs(plan, tmp_path):
    """The log is found by its name, rotated and compressed or not, and others are detected as ever."""
    (tmp_path / "nginx.conf").write_text(NGINX)
    files = {"api.access.log.2.gz": gzip.compress(TIMED.encode()), "other.log": LINES}
    reading = parse(plan(files, log_format_from=tmp_path / "nginx.conf")).reading
    assert [[use.name for use in source.formats] for source in reading.sources] == [["timed"], ["combined"]]
    assert [source.ledger.rejects for source in reading.sources] == [0, 0]
    with pytest.raises(InputError, match="cannot be read"):
        parse(plan({"a.log": LINES}, log_format_from=tmp_path / "missing.conf"))


FORMAT = """name: gateway
pattern: '^(?P<time>\\S+) (?P<client_ip>\\S+) (?P<status>\\d+)$'
samples: ['2026-03-01T12:00:00Z 192.0.2.1 503']
"""
GATEWAY = "2026-03-01T12:00:00Z 192.0.2.1 503\n2026-03-01T12:00:01Z 192.0.2.1 200\n"


def test_a_format_of_the_users_is_named_or_detected(plan, tmp_path):
    """By --format FILE, or because it lies in the user's folder; a broken one is an error with its place."""
    path = tmp_path / "gateway.yml"
    path.write_text(FORMAT)
    for options in (
        {"format_name": str(path)},
        {"own_formats": (path,)},
        {"own_formats": (path,), "format_name": "gateway"},
    ):
        (source,) = parse(plan({"g.log": GATEWAY}, **options)).reading.sources
        assert [(use.name, use.lines) for use in source.formats] == [("gateway", 2)]
    path.write_text(FORMAT.replace("status", "state"))
    with pytest.raises(DocumentError, match=r"gateway\.yml:2:1: nobody knows what the group 'state' means"):
        parse(plan({"g.log": GATEWAY}, own_formats=(path,)))
    path.write_text(FORMAT)
    with pytest.raises(FormatError, match="reads no line of any input"):
        parse(plan({"a.log": LINES}, format_name=str(path)))


def test_a_year_that_lines_leave_out_is_said(plan):
    """Syslog writes none: it is the last one before now, and the report says so."""
    text = "Dec 31 23:59:59 web-1 app[7]: x\nMar  1 12:00:00 web-1 app[7]: y\n"
    (source,) = parse(plan({"syslog": text})).reading.sources
    assert (source.start, source.end) == (
        datetime(2025, 12, 31, 23, 59, 59, tzinfo=UTC),
        datetime(2026, 3, 1, 12, tzinfo=UTC),
    )
    assert "The lines carry no year: each time is the last one that is not after 2026-03-02 (--now)." in source.notes
    assert not any("no year" in note for note in parse(plan({"a.log": LINES})).reading.sources[0].notes)


def test_a_zone_is_taken_from_the_log_beside_it(plan):
    """The error log writes no zone and speaks of no request; the access log in its folder writes +0100."""
    errors = "2026/03/01 12:00:01 [notice] 7#7: signal process started\n"
    state = run(plan({"logs/access.log": LINES, "logs/error.log": errors}))
    error = json.loads(state.outputs["findings.json"])["sources"][1]
    assert (error["timezone"], error["start"]) == ("UTC+01:00", "2026-03-01T11:00:01.000Z")
    assert error["timezone_from"].startswith("taken from ")
    assert error["timezone_from"].endswith("logs/access.log, which lies beside it")


def test_a_zone_of_the_log_beside_it_that_would_part_the_two_is_not_taken(plan):
    """The application writes UTC, as most in containers do: an hour earlier it would tell nothing of this log's time."""
    text = "2026-03-01 11:00:02,500 - shop - INFO - ready\n2026-03-01 11:00:05,125 - shop - ERROR - search is down\n"
    state = run(plan({"logs/access.log": LINES, "logs/app.log": text}))
    app = json.loads(state.outputs["findings.json"])["sources"][1]
    assert (app["timezone"], app["start"]) == ("UTC", "2026-03-01T11:00:02.500Z")
    assert app["timezone_from"].endswith("logs/access.log, which lies beside it, it would tell of other hours")


def test_several_offsets_in_one_file_make_one_axis(plan):
    """The clock went back at three: the lines are an hour apart by the wall, and a minute in truth."""
    lines = [
        '192.0.2.1 - - [25/Oct/2026:02:59:30 +0200] "GET /a HTTP/1.1" 200 5 "-" "x"',
        '192.0.2.1 - - [25/Oct/2026:02:00:30 +0100] "GET /b HTTP/1.1" 200 5 "-" "x"',
    ]
    (source,) = parse(plan({"a.log": "\n".join(lines)})).reading.sources
    assert (source.start, source.end) == (
        datetime(2026, 10, 25, 0, 59, 30, tzinfo=UTC),
        datetime(2026, 10, 25, 1, 0, 30, tzinfo=UTC),
    )
    assert source.timezone_from == "each line carries its offset (+01:00, +02:00)"


def test_a_leap_second_is_a_time(plan):
    """61 seconds a minute, once in some years: the line is an event at the next second, or a reject that says why."""
    line = '192.0.2.1 - - [31/Dec/2016:23:59:60 +0000] "GET /a HTTP/1.1" 200 5 "-" "x"\n'
    (source,) = parse(plan({"a.log": line * 2})).reading.sources
    assert source.ledger.adds_up
    assert source.events == 2
    assert source.start is not None


def rows_of(state):
    return [json.loads(line) for line in frame_file(state, ".ndjson").read_bytes().splitlines()]


def error(n, clock):
    return (
        f"2026/03/01 {clock} [error] 7#7: *{n} connect() failed (111: Connection refused) while connecting to upstream, "
        f'client: 192.0.2.{n}, server: a, request: "GET /v1/x/{n} HTTP/1.1", upstream: "http://192.0.2.99/", host: "a"\n'
    )


@pytest.mark.parametrize("late", [False, True])
def test_lines_with_an_offset_stay_where_others_of_the_file_are_moved(plan, late):
    """Access lines at +01:00 and local errors of the same requests, beside each other or after the head is over."""
    filler = '192.0.2.200 - - [01/Mar/2026:12:00:00 +0100] "GET /ok HTTP/1.1" 200 5 "-" "curl/8"\n'
    errors = [error(n, f"12:00:{n:02}") for n in (1, 3, 5, 7)]
    text = LINES + (filler * 2000 if late else "") + "".join(errors)
    for state in (run(plan({"mixed.log": text})), parse(plan({"mixed.log": text}))):
        times = {row["timestamp"][11:19] for row in rows_of(state) if row["format"] == "nginx_error"}
        assert times == {"11:00:01", "11:00:03", "11:00:05", "11:00:07"}
        assert {row["timestamp"][11:13] for row in rows_of(state)} == {"11"}
        (source,) = state.reading.sources
        assert source.timezone == "UTC+01:00"
        assert source.timezone_from == (
            "lines carry their offset (+01:00), those of nginx_error do not: "
            "found: 4 lines match records of the same requests in this zone"
        )
        assert (source.start, source.end) == (
            datetime(2026, 3, 1, 11, 0, 0 if late else 1, tzinfo=UTC),
            datetime(2026, 3, 1, 11, 0, 8, tzinfo=UTC),
        )


def test_the_offset_of_the_same_file_is_taken_where_nothing_matches(plan):
    """Errors of no request: the other lines of the file say +01:00, the file beside it says +02:00."""
    text = LINES + "2026/03/01 12:00:01 [notice] 7#7: signal process started\n"
    state = parse(plan({"logs/mixed.log": text, "logs/other.log": LINES.replace("+0100", "+0200")}))
    mixed = state.reading.sources[0]
    assert mixed.timezone == "UTC+01:00"
    assert mixed.timezone_from.endswith("do not: taken from the other lines of the file")
    assert [row["timestamp"][11:13] for row in rows_of(state) if row["format"] == "nginx_error"] == ["11"]


def test_the_frame_and_the_findings_are_on_one_axis(plan):
    """What was found for the findings holds for the frame of analyze and for that of parse."""
    files = {"access.log": LINES, "error.log": "".join(error(n, f"12:00:{n:02}") for n in (1, 3, 5, 7))}
    analysed, parsed = run(plan(files)), parse(plan(files))
    assert json.loads(analysed.outputs["findings.json"])["sources"][1]["start"] == "2026-03-01T11:00:01.000Z"
    assert frame_file(analysed, ".ndjson").read_bytes() == frame_file(parsed, ".ndjson").read_bytes()
    rows = rows_of(parsed)
    assert [row["timestamp"] for row in rows] == sorted(row["timestamp"] for row in rows)
    assert {row["timestamp"][11:13] for row in rows} == {"11"}


def test_a_collector_tells_the_zone_of_what_it_wraps(plan):
    """Docker writes UTC around Python's local time, rsyslog an offset around HAProxy's accept date."""
    docker = "".join(
        f'{{"log":"2026-03-01 12:02:0{n},120 ERROR app: boom\\n","stream":"stderr","time":"2026-03-01T11:02:0{n}.1Z"}}\n'
        for n in range(5)
    )
    haproxy = "".join(
        f"2026-03-01T12:02:0{n}.123456+01:00 lb1 haproxy[2211]: 192.0.2.7:51234 [01/Mar/2026:12:02:0{n}.001] fe be/s1 "
        f'10/0/1/250/261 503 217 - - ---- 12/10/3/1/3 0/0 "GET /v1/x{n} HTTP/1.1"\n'
        for n in range(5)
    )
    for text, start in ((docker, 120_000), (haproxy, 1_000)):
        (source,) = parse(plan({"c.log": text})).reading.sources
        assert source.timezone == "UTC+01:00"
        assert source.timezone_from == "found: the collector's own times of 5 lines show this zone"
        assert source.start == datetime(2026, 3, 1, 11, 2, 0, start, tzinfo=UTC)


def test_the_repeated_hour_is_told_apart_where_the_lines_run_back(plan):
    """02:10 and 02:50 in summer time, 02:20 after the clock went back; without a way back all are ambiguous."""

    def night(*clocks):
        text = "".join(f"2025/10/26 {clock}:00 [notice] 7#7: signal process started\n" for clock in clocks)
        state = parse(plan({"error.log": text}, zone="Europe/Berlin"))
        return [row["timestamp"][11:16] for row in rows_of(state)], state.reading.sources[0].notes

    times, notes = night("01:30", "02:10", "02:50", "02:20", "02:55", "03:10")
    assert times == ["23:30", "00:10", "00:50", "01:20", "01:55", "02:10"]
    told = "4 times lie in the hour that the clocks of Europe/Berlin repeat: "
    assert f"{told}2 are read as its second pass, as the lines run back there." in notes
    times, notes = night("01:30", "02:10", "02:20", "02:40", "02:55", "03:10")
    assert times == ["23:30", "00:10", "00:20", "00:40", "00:55", "02:10"]
    assert f"{told}they are ambiguous, and read as its first pass." in notes
    assert not any("repeat" in note for note in night("01:30", "03:10")[1])


def test_a_format_of_which_some_lines_carry_a_zone_is_left_as_it_is(plan):
    """Half of the records write an offset: none is moved by the log beside them, and the report says so."""
    texts = [
        f'{{"time":"2026-03-01T12:00:0{n}{"+01:00" if n % 2 else ""}","level":"info","msg":"x"}}' for n in range(4)
    ]
    state = parse(plan({"app.jsonl": "\n".join(texts), "access.log": LINES}))
    (app,) = [source for source in state.reading.sources if source.name.endswith("app.jsonl")]
    (name,) = [use.name for use in app.formats]
    assert app.zone_gap is None
    assert f"Some lines of {name} carry their zone, others none: those are read in UTC." in app.notes
    hours = [row["timestamp"][11:13] for row in rows_of(state) if row["source"].endswith("app.jsonl")]
    assert sorted(hours) == ["11", "11", "12", "12"]
