"""Times in the zone of the case, beside UTC: hours by hand, every place that shows them, and what is no zone."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from report_cases import POOL, demo

from analyzer.cli import group
from analyzer.errors import DocumentError, UsageError
from analyzer.model import Analysis
from analyzer.packet import case_yaml, read_case
from analyzer.report import findings_json, report_html, summary_markdown
from analyzer.report.ticket import ticket
from analyzer.wording.zones import local_span, local_time, zone_of

SAMPLE = Path(__file__).parents[2] / "sample_logs" / "error-burst"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def in_zone(zone: str) -> Analysis:
    return replace(demo(), zone=zone)


# By hand: Amsterdam is UTC+1, and UTC+2 from 29 March to 25 October 2026, 01:00 UTC.


@pytest.mark.parametrize(
    ("moment", "zone", "there"),
    [
        ("2026-11-22T17:54:11.123", "Europe/Amsterdam", "2026-11-22 18:54:11.123 +01:00"),
        ("2026-05-12T22:30:00", "Europe/Amsterdam", "2026-05-13 00:30:00.000 +02:00"),
        ("2026-10-25T00:30:00", "Europe/Amsterdam", "2026-10-25 02:30:00.000 +02:00"),
        ("2026-10-25T01:30:00", "Europe/Amsterdam", "2026-10-25 02:30:00.000 +01:00"),
        ("2026-03-29T00:59:59.999", "Europe/Amsterdam", "2026-03-29 01:59:59.999 +01:00"),
        ("2026-03-29T01:00:00", "Europe/Amsterdam", "2026-03-29 03:00:00.000 +02:00"),
        ("2026-11-22T17:54:11", "Asia/Kathmandu", "2026-11-22 23:39:11.000 +05:45"),
        ("2026-01-01T00:10:00", "-03:30", "2025-12-31 20:40:00.000 -03:30"),
        ("2026-11-22T17:54:11", "UTC", "2026-11-22 17:54:11.000 +00:00"),
    ],
)
def test_a_time_is_shown_with_its_offset(moment: str, zone: str, there: str) -> None:
    """The day may differ, and the hour that comes twice in autumn is told apart."""
    assert local_time(at(moment), zone) == there


@pytest.mark.parametrize(
    ("start", "end", "zone", "there"),
    [
        (
            "2026-11-22T17:54:11", "2026-11-22T17:54:31", "Europe/Amsterdam",
            "2026-11-22 18:54:11–18:54:31 +01:00 (Europe/Amsterdam)",
        ),
        (
            "2026-11-22T22:59:50", "2026-11-22T23:00:10", "Europe/Amsterdam",
            "2026-11-22 23:59:50 – 2026-11-23 00:00:10 +01:00 (Europe/Amsterdam)",
        ),
        (
            "2026-10-25T00:50:00", "2026-10-25T01:10:00", "Europe/Amsterdam",
            "2026-10-25 02:50:00 +02:00 – 02:10:00 +01:00 (Europe/Amsterdam)",
        ),
        (
            "2026-10-24T21:50:00", "2026-10-25T01:10:00", "Europe/Amsterdam",
            "2026-10-24 23:50:00 +02:00 – 2026-10-25 02:10:00 +01:00 (Europe/Amsterdam)",
        ),
        ("2026-11-22T17:54:11", "2026-11-22T17:54:11.9", "+09:00", "2026-11-23 02:54:11 +09:00"),
    ],
)  # fmt: skip
def test_a_stretch_names_both_ends(start: str, end: str, zone: str, there: str) -> None:
    """One day and offset where both ends share them, else each its own."""
    assert local_span(at(start), at(end), zone) == there


@pytest.mark.parametrize(
    "name", ["Europe", "Amsterdam", "", "/etc/passwd", "../../etc/passwd", "Europe/Amsterdam\n", "+25:00", "+2", "x\0y"]
)
def test_what_is_no_zone_is_none(name: str) -> None:
    """A folder of the database, a path and an offset out of range are no zones."""
    assert zone_of(name) is None
    assert local_time(at("2026-11-22T17:54:11"), name) == ""


def test_the_end_of_the_calendar_has_no_time_further_east() -> None:
    """The last hour of the year 9999 is shown in UTC alone."""
    last = datetime.max.replace(tzinfo=UTC)
    assert local_time(last, "Asia/Tokyo") == local_span(last, last, "Asia/Tokyo") == ""
    assert "9999-12-31" in report_html(
        replace(in_zone("Asia/Tokyo"), exhibits=tuple(replace(each, timestamp=last) for each in demo().exhibits))
    )


def test_every_text_for_people_shows_both_times() -> None:
    """16:32:13 to 16:32:37 UTC is 18:32:13 to 18:32:37 in Amsterdam in May."""
    there = "2026-05-12 18:32:13–18:32:37 +02:00 (Europe/Amsterdam)"
    analysis = in_zone("Europe/Amsterdam")
    page = report_html(analysis)
    assert f"<dt>Local time</dt><dd>{there}</dd>" in page
    assert f"When: 2026-05-12 16:32:13–16:32:37 UTC (24 s); {there}; over: " in summary_markdown(analysis)
    assert "All times are UTC; where a second one stands beside it, that is Europe/Amsterdam." in page
    lines = ticket(POOL, analysis, limit=300).splitlines()
    assert lines[2].startswith("When: 2026-05-12 16:32:13–16:32:37 UTC")
    assert lines[3] == f"Local time: {there}"


def test_turns_hops_and_evidence_have_a_second_time() -> None:
    """Each in an element of its own, which a machine can read."""
    page = report_html(in_zone("Europe/Amsterdam"))
    both = (
        '<time datetime="2026-05-12T16:32:13.204Z">2026-05-12 16:32:13.204 UTC</time> '
        '<time class="local" datetime="2026-05-12T18:32:13.204+02:00">2026-05-12 18:32:13.204 +02:00</time>'
    )
    timeline = page[page.index('<section id="timeline"') : page.index('<section id="incidents"')]
    hops = page[page.index('<ol class="stages">') : page.index('<section id="evidence"')]
    evidence = page[page.index('<section id="evidence"') :]
    assert both in timeline
    assert both in hops
    assert "Time (Europe/Amsterdam)" in evidence
    assert '<time datetime="2026-05-12T18:32:13.204+02:00">2026-05-12 18:32:13.204 +02:00</time>' in evidence


def test_without_a_zone_all_is_utc_and_the_data_never_changes() -> None:
    """findings.json is the same in every zone, and no second time stands on the page."""
    assert findings_json(in_zone("Asia/Tokyo")) == findings_json(demo())
    assert "Local time" not in report_html(demo()) + summary_markdown(demo())
    assert not re.search(r'<time[^>]*class="local"', report_html(demo()))


# Commands


def test_a_wrong_zone_is_wrong_use(tmp_path: Path) -> None:
    """Said with the name and what to write instead, and nothing is written."""
    out = tmp_path / "out"
    done = CliRunner().invoke(group, ["analyze", str(SAMPLE), "--report-tz", "Amsterdam", "-o", str(out), "--no-map"])
    assert isinstance(done.exception, UsageError)
    assert done.exception.message == "there is no zone 'Amsterdam' for --report-tz."
    assert "Europe/Berlin" in (done.exception.hint or "")
    assert not out.exists()


def test_a_packet_takes_the_zone_of_its_case(tmp_path: Path) -> None:
    """case.yaml names it once, and the manifest tells it."""
    case, out = tmp_path / "case.yaml", tmp_path / "packet"
    case.write_text("time_zone: America/New_York\n")
    arguments = ["escalate", str(SAMPLE), "--case", str(case), "-o", str(out), "--no-map", "-q"]
    done = CliRunner().invoke(group, arguments)
    assert done.exit_code == 0, done.output
    assert "local time 2026-11-22 12:51:42–12:52:06 -05:00 (`America/New_York`)" in (out / "summary.md").read_text()
    assert json.loads((out / "manifest.json").read_text())["options"]["report_tz"] == "America/New_York"
    assert read_case(out / "case.yaml", "x").zone == "America/New_York"


def test_the_option_comes_before_the_zone_of_the_case(tmp_path: Path) -> None:
    """What is asked for now is meant more than what a file says."""
    case, log, out = tmp_path / "case.yaml", tmp_path / "a.log", tmp_path / "packet"
    case.write_text("time_zone: America/New_York\n")
    log.write_text('192.0.2.1 - - [01/Mar/2026:12:00:00 +0000] "GET /a HTTP/1.1" 200 5 "-" "curl/8"\n')
    arguments = ["escalate", str(log), "--case", str(case), "-o", str(out), "--report-tz", "Asia/Kolkata", "--no-map"]
    done = CliRunner().invoke(group, arguments)
    assert done.exit_code == 0, done.output
    assert json.loads((out / "manifest.json").read_text())["options"]["report_tz"] == "Asia/Kolkata"


def test_a_case_file_with_a_wrong_zone_is_refused(tmp_path: Path) -> None:
    """With its place and a hint; an offset needs no quotes, and is written back as it was."""
    case = tmp_path / "case.yaml"
    case.write_text("title: x\ntime_zone: Mars/Olympus\n")
    with pytest.raises(DocumentError, match="names no zone as time_zone") as caught:
        read_case(case, "x")
    assert caught.value.location is not None
    assert caught.value.location.line == 2
    case.write_text("time_zone: +02:00\n")
    found = read_case(case, "x")
    assert found.zone == "+02:00"
    case.write_bytes(case_yaml(found))
    assert read_case(case, "x") == found


def test_a_trace_and_a_comparison_show_it_too(tmp_path: Path) -> None:
    """17:51:42 UTC is 23:21:42 in Kolkata."""
    page, folder = tmp_path / "trace.html", tmp_path / "compared"
    zone = ["--report-tz", "Asia/Kolkata", "--no-map"]
    traced = CliRunner().invoke(
        group, ["trace", "863e6003fa5e4e17866e5b2a7acb220d", str(SAMPLE), "-o", str(page), *zone]
    )
    assert "2026-11-22 17:51:42.835 UTC, 16 ms; 2026-11-22 23:21:42 +05:30 (Asia/Kolkata)" in traced.output
    assert "2026-11-22 23:21:42 +05:30 (Asia/Kolkata)" in page.read_text()
    assert '<time class="local" datetime="2026-11-22T23:21:42.835+05:30">' in page.read_text()
    capture = str(SAMPLE / "browser.har")
    CliRunner().invoke(group, ["compare", capture, capture, "-o", str(folder), *zone])
    assert "+05:30 (Asia/Kolkata)" in (folder / "comparison.html").read_text()
