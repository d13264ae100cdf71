"""The page of a browser on which a request failed: which requests, which times, how it is drawn, what is said."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import canaries
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.formats import har_pages
from analyzer.formats.har import HarFormat
from analyzer.model import PageLoad, Ref
from analyzer.pipeline import Plan, Run, run
from analyzer.report import report_html
from analyzer.report.charts import page_load as chart
from analyzer.report.charts._page_axis import page_axis
from analyzer.report.charts._text import fitted
from analyzer.report.material import Limits, prepare
from analyzer.report.sections import page_load as section
from analyzer.report.view.pieces import Place
from analyzer.wording.pages import address, offset, size_of

BEGAN = datetime(2026, 3, 2, 10, 0, 0, tzinfo=UTC)
SHOP = "https://shop.test"
CAPTURES = Path(__file__).parents[2].parent / "shared" / "data" / "har"
# One of each program whose capture holds a failure; the folder has more of the same.
NAMES = (
    "captureha-redirect-loop",
    "chrome-2024-status0",
    "firebug-1.7-two-megs-404",
    "mitmproxy-11.0.2-groundtruth",
    "playwright-1.65.1-groundtruth",
    "splash-2.3-lemonde-status0",
    "splash-2.3-nyt-4xx",
    "webpagetest-2.17-nytimes-503",
    "webpagetest-2.19-bbc",
)


def entry(at_ms: float, url: str, status: Any = 200, method: str = "GET", **more: Any) -> dict[str, Any]:
    """One entry that began so many milliseconds after BEGAN; sent and answered are headers, ms the phases."""
    phases = more.pop("ms", {"wait": 20})
    sent, answered = more.pop("sent", {}), more.pop("answered", {})
    content = {"size": 0, "mimeType": more.pop("mime", "application/json")}
    made = {
        "startedDateTime": (BEGAN + timedelta(milliseconds=at_ms)).isoformat(),
        "time": sum(value for value in phases.values() if value > 0),
        "timings": {"send": 0, "wait": 0, "receive": 0} | phases,
        "request": {"method": method, "url": url, "headers": headers(sent)},
        "response": {"status": status, "headers": headers(answered), "content": content} | more.pop("response", {}),
        "pageref": more.pop("page", "page_1"),
    }
    return made | more


def headers(values: dict[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in values.items()]


def document(at_ms: float, url: str = f"{SHOP}/", **more: Any) -> dict[str, Any]:
    return entry(at_ms, url, _resourceType="document", mime="text/html", **more)


def page(page_id: str = "page_1", at_ms: float = 0, **times: float) -> dict[str, Any]:
    started = (BEGAN + timedelta(milliseconds=at_ms)).isoformat()
    return {"id": page_id, "title": "Basket", "startedDateTime": started, "pageTimings": times}


def capture(folder: Path, entries: list[dict[str, Any]], *pages: dict[str, Any]) -> str:
    log = {"version": "1.2", "creator": {"name": "x", "version": "1"}, "pages": list(pages), "entries": entries}
    path = folder / "browser.har"
    path.write_text(json.dumps({"log": log}))
    return str(path)


def analyzed(folder: Path, *inputs: str) -> Run:
    work = folder / "work"
    work.mkdir()
    return run(Plan(inputs=inputs, work=work, key=b"k" * 32))


def only_page(folder: Path, entries: list[dict[str, Any]], *pages: dict[str, Any]) -> PageLoad:
    """Gives the page of the most important incident of a capture with these entries."""
    analysis = analyzed(folder, capture(folder, entries, *pages)).analysis
    assert analysis is not None
    return analysis.pages[analysis.findings.incidents[0].id]


def roles(found: PageLoad) -> dict[int | None, str]:
    return {each.ref.entry: each.role for each in found.entries}


def failures(first_ms: float, count: int, **more: Any) -> list[dict[str, Any]]:
    """So many requests of one endpoint that failed, ten milliseconds apart."""
    return [entry(first_ms + 10 * index, f"{SHOP}/api/basket?n={index}", 503, **more) for index in range(count)]


# Which requests, and when


def test_times_and_phases_are_those_of_the_capture(tmp_path: Path):
    """Worked by hand: TLS (9) is a part of connect (25), so 16 are left; -1 and 0 are no phase; the sum is 361 ms."""
    phases = {"blocked": 5, "dns": -1, "connect": 25, "ssl": 9, "send": 1, "wait": 330, "receive": 0}
    failed = entry(400.5, f"{SHOP}/api/order", 503, "POST", ms=phases, time=361, _resourceType="xhr")
    found = only_page(tmp_path, [document(12), failed], page(onContentLoad=180.5, onLoad=300))
    assert (found.basis, found.url, found.document) == ("page", f"{SHOP}/", Ref(found.source, entry=0))
    assert (found.started, found.on_content_load_us, found.on_load_us) == (BEGAN, 180_500, 300_000)
    assert (found.total, found.failed, found.counted, found.undated) == (2, 1, 1, 0)
    shown = found.entries[1]
    assert (shown.start_us, shown.duration_us) == (400_500, 361_000)
    assert shown.phases == (("blocked", 5_000), ("connect", 16_000), ("tls", 9_000), ("send", 1_000), ("wait", 330_000))
    assert (shown.status, shown.method, shown.kind, shown.outcome, shown.counted) == (
        503,
        "POST",
        "xhr",
        "failed",
        True,
    )


def test_what_led_to_the_failure_is_shown_before_what_was_only_near(tmp_path: Path):
    """The redirect to the page, the page, the script that asked, the preflight; of 60 pictures only the nearest."""
    script, order = f"{SHOP}/app.js", "https://api.test/order"
    entries = [
        entry(0, f"{SHOP}/old", 302, answered={"Location": "/"}, _resourceType="document", mime="text/html"),
        document(5),
        entry(20, f"{script}?v=7", _resourceType="script", mime="text/javascript"),
        *(entry(100 + index, f"{SHOP}/image/{index}.png", mime="image/png") for index in range(60)),
        entry(5_000, order, 204, "OPTIONS", sent={"Origin": SHOP, "Access-Control-Request-Method": "POST"}),
        entry(5_040, order, 500, "POST", _initiator={"type": "script", "url": f"{script}?v=7"}),
    ]
    found = only_page(tmp_path, entries, page())
    named = {0: "leads", 1: "document", 2: "leads", 63: "leads", 64: "sample"}
    assert {line: role for line, role in roles(found).items() if role != "around"} == named
    # Of 65 rows 20 are shown: these five, and the fifteen pictures that came last.
    assert [each.ref.entry for each in found.entries] == [0, 1, 2, *range(48, 63), 63, 64]
    assert (found.total, found.failed) == (65, 1)


def test_a_failing_preflight_leads_to_the_request_that_never_left(tmp_path: Path):
    """The preflight answered 503, the request has no answer: whichever is the sample, the other is beside it."""
    order = "https://api.test/order"
    asked = {"Origin": SHOP, "Access-Control-Request-Method": "POST"}
    entries = [
        document(0),
        *(entry(10 + index, f"{SHOP}/image/{index}.png", mime="image/png") for index in range(40)),
        entry(2_000, order, 503, "OPTIONS", sent=asked),
        entry(2_001, order, 0, "POST", sent={"Origin": SHOP}, _error="net::ERR_FAILED"),
    ]
    found = only_page(tmp_path, entries, page())
    assert {roles(found)[41], roles(found)[42]} <= {"sample", "first", "leads"}


def test_of_several_pages_only_the_one_that_failed_is_shown(tmp_path: Path):
    """Its own requests, counted from its own start, with its own load times."""
    entries = [
        document(0, f"{SHOP}/list"),
        entry(50, f"{SHOP}/api/list"),
        document(60_000, f"{SHOP}/basket", page="page_2"),
        *failures(60_250, 3, page="page_2"),
    ]
    found = only_page(tmp_path, entries, page(onLoad=90), page("page_2", 59_990, onLoad=200))
    assert (found.url, found.on_load_us, found.total, found.counted) == (f"{SHOP}/basket", 200_000, 4, 3)
    assert [each.start_us for each in found.entries] == [10_000, 260_000, 270_000, 280_000]


def test_without_pages_a_page_is_what_one_browser_asked_from_its_document_on(tmp_path: Path):
    """Not what came before the document, nor from the next one on, nor what another browser asked meanwhile."""
    mine, other = {"User-Agent": "mine"}, {"User-Agent": "other"}
    entries = [
        entry(0, f"{SHOP}/api/before", sent=mine),
        entry(990, f"{SHOP}/go", 301, sent=mine, answered={"Location": f"{SHOP}/"}),
        entry(1_000, f"{SHOP}/", mime="text/html; charset=utf-8", sent=mine),
        entry(1_010, f"{SHOP}/", mime="text/html", sent=other),
        entry(1_020, f"{SHOP}/api/stock", sent=other),
        *failures(1_100, 3, sent=mine),
        entry(1_200, f"{SHOP}/api/last", sent=mine),
        entry(1_300, f"{SHOP}/next", mime="text/html", sent=mine),
        entry(1_310, f"{SHOP}/api/after", sent=mine),
    ]
    found = only_page(tmp_path, entries)
    assert found.basis == "document"
    assert [each.ref.entry for each in found.entries] == [1, 2, 5, 6, 7, 8]
    assert (found.url, found.on_load_us, found.entries[0].start_us) == (f"{SHOP}/", None, 0)
    assert roles(found)[1] == "leads"


def test_without_a_document_what_is_near_in_time_is_shown(tmp_path: Path):
    """Half a minute before and after the sample, to the millisecond."""
    entries = [
        entry(0, f"{SHOP}/api/long-before"),
        entry(10_000, f"{SHOP}/api/before"),
        entry(40_000, f"{SHOP}/api/order", 500, "POST"),
        entry(70_000, f"{SHOP}/api/after"),
        entry(70_001, f"{SHOP}/api/long-after"),
    ]
    found = only_page(tmp_path, entries)
    assert (found.basis, found.document, found.url) == ("time", None, None)
    assert [each.ref.entry for each in found.entries] == [1, 2, 3]


@pytest.mark.parametrize("times", [{}, {"onContentLoad": -1, "onLoad": -1}, {"onContentLoad": None, "onLoad": 0}])
def test_load_times_that_tell_nothing_are_none(tmp_path: Path, times: dict[str, Any]):
    """-1, 0, null and absent: no page is loaded within no time."""
    found = only_page(tmp_path, [document(0), *failures(100, 1)], page(**times))
    assert (found.on_content_load_us, found.on_load_us) == (None, None)


def test_a_page_that_began_days_apart_from_its_requests_gives_no_load_times(tmp_path: Path):
    """Its start is wrong, so that what counts from there is wrong too: times then count from the first request."""
    found = only_page(tmp_path, [document(0), *failures(100, 1)], page(at_ms=-3 * 86_400_000, onLoad=300))
    assert (found.on_load_us, found.started, found.entries[0].start_us) == (None, BEGAN, 0)


def test_what_has_no_outcome_is_not_called_failed(tmp_path: Path):
    """A data: URL needs no answer, and a pending request has none yet."""
    entries = [
        document(0),
        entry(10, "data:image/png;base64,AAAA", 0, mime="image/png"),
        entry(20, f"{SHOP}/api/pending", None, ms={"wait": -1}, time=-1),
        *failures(100, 2),
    ]
    found = only_page(tmp_path, entries, page())
    assert [each.outcome for each in found.entries] == ["worked", "untold", "untold", "failed", "failed"]
    assert (found.failed, found.entries[2].duration_us, found.entries[2].phases) == (2, None, ())


def test_a_request_without_a_start_is_counted_and_not_drawn(tmp_path: Path):
    """Nobody can say where it belongs on the axis."""
    lost = entry(50, f"{SHOP}/api/lost") | {"startedDateTime": "yesterday"}
    found = only_page(tmp_path, [document(0), lost, *failures(100, 2)], page())
    assert (found.total, found.undated) == (3, 1)
    assert [each.ref.entry for each in found.entries] == [0, 2, 3]


def test_of_many_failures_as_many_are_shown_as_fit_on_paper(tmp_path: Path):
    """Of 300 requests 60 failed: 28 rows, the document and 27 failures, the first of them and those beside it."""
    entries = [document(0)]
    entries += [entry(10 + index, f"{SHOP}/image/{index}.png", mime="image/png") for index in range(239)]
    entries += failures(1_000, 60)
    found = only_page(tmp_path, entries, page())
    assert (found.total, found.failed, found.counted, len(found.entries)) == (300, 60, 60, 28)
    assert {each.outcome for each in found.entries[1:]} == {"failed"}
    assert found.entries[0].role == "document"
    assert "first" in roles(found).values() or found.entries[1].role == "sample"


def test_the_start_is_on_the_corrected_clock_and_the_gaps_stay(tmp_path: Path):
    """Six Date headers say that the browser is 75 s behind; its own times from the page's start are right all the same."""
    date = {"Date": (BEGAN + timedelta(seconds=75)).strftime("%a, %d %b %Y %H:%M:%S GMT")}
    entries = [document(0, answered=date), *(entry(10 * n, f"{SHOP}/api/{n}", answered=date) for n in range(1, 6))]
    entries += failures(400, 2)
    state = analyzed(tmp_path, capture(tmp_path, entries, page(onLoad=300)))
    assert state.analysis is not None
    incident = state.analysis.findings.incidents[0]
    found = state.analysis.pages[incident.id]
    offset_ms = state.analysis.findings.sources[0].clock_offset_ms
    assert offset_ms is not None
    assert 74_000 < offset_ms < 76_500
    assert found.started == BEGAN + timedelta(milliseconds=offset_ms)
    assert (found.on_load_us, found.entries[-1].start_us) == (300_000, 410_000)
    view = section.build(prepare(state.analysis, Limits()), incident)
    assert view is not None
    assert "its clock is behind the servers'" in view.notes[0]


def test_an_incident_that_no_capture_saw_has_no_page(tmp_path: Path):
    """A log alone gives none, and the report has no such section."""
    log = tmp_path / "access.log"
    line = '192.0.2.1 - - [02/Mar/2026:10:00:{:02} +0000] "GET /api HTTP/1.1" {} 5 "-" "a"\n'
    log.write_text("".join(line.format(second, 502 if second > 20 else 200) for second in range(60)))
    analysis = analyzed(tmp_path, str(log)).analysis
    assert analysis is not None
    assert analysis.findings.incidents
    assert analysis.pages == {}
    assert "page-load" not in report_html(analysis).partition("</style>")[2]


def test_pages_are_read_by_their_id():
    """The page that stands for a capture without pages is none; times are whole microseconds."""
    log = {"version": "1.2", "creator": {}, "pages": [page(onLoad=1.5), {"id": "2"}], "entries": []}
    found = har_pages(HarFormat().parse_document(json.dumps({"log": log}).encode()).document)
    assert list(found) == ["page_1"]
    assert (found["page_1"].started, found["page_1"].on_load_us) == (BEGAN, 1_500)
    bare = HarFormat().parse_document(json.dumps({"log": log | {"pages": []}}).encode()).document
    assert har_pages(bare) == {}


# How it is drawn


def drawn(found: PageLoad) -> Any:
    return chart.draw("x", found, found.entries, chart.Cutters(str, lambda ref: Place(str(ref), "")))


def test_bars_and_phases_lie_on_one_axis(tmp_path: Path):
    """Worked by hand: of 0 to 1,000 ms the failed one takes 250 to 750, 400 of it waiting; loaded at 600."""
    entries = [
        document(0, ms={"wait": 1_000}),
        entry(250, f"{SHOP}/api/order", 503, ms={"wait": 400, "receive": 100}),
    ]
    picture = drawn(only_page(tmp_path, entries, page(onLoad=600)))
    first, failed = picture.bars
    assert [(first.x, first.width, first.state), (failed.x, failed.width, failed.state)] == [
        ("0.00", "100.00", "worked"),
        ("25.00", "50.00", "failed"),
    ]
    assert [(piece.x, piece.width, piece.kind) for piece in failed.pieces] == [
        ("25.00", "40.00", "wait"),
        ("65.00", "10.00", "receive"),
    ]
    assert [(mark.x, mark.align, mark.text) for mark in picture.marks] == [("60.00", "middle", "● page loaded +600 ms")]
    assert (failed.short, failed.brief, failed.full) == ("→ GET /api/order", "failed 503", "failed: 503, 500 ms")
    assert (failed.y - first.y, picture.top, picture.height) == (31, 28, 28 + 62 + 20)
    assert [phase.word for phase in picture.legend] == ["wait for the first byte", "receive"]
    assert (
        "1 of them failed, the first at +250 ms: GET https://shop.test/api/order, failed: 503." in picture.description
    )


def test_a_short_request_is_still_to_be_seen(tmp_path: Path):
    """One millisecond of 100 s: 0.6 per cent wide, in the colour of its longest phase."""
    entries = [
        document(0, ms={"wait": 100_000}),
        entry(99_999, f"{SHOP}/api/order", 503, ms={"send": 0.2, "wait": 0.8}),
    ]
    failed = drawn(only_page(tmp_path, entries, page())).bars[1]
    assert [(piece.x, piece.width, piece.kind) for piece in failed.pieces] == [("99.40", "0.60", "wait")]


def test_time_that_no_phase_tells_is_drawn_as_such(tmp_path: Path):
    """A request of 500 ms whose phases tell of 100 has 400 of which nobody knows."""
    slow = entry(0, f"{SHOP}/api/order", 503, ms={"wait": 100}, time=500)
    bar = drawn(only_page(tmp_path, [slow], page())).bars[0]
    assert [(piece.width, piece.kind) for piece in bar.pieces] == [("20.00", "wait"), ("80.00", "untold")]


def test_a_connection_that_stays_open_does_not_stretch_the_axis(tmp_path: Path):
    """A WebSocket of an hour beside a second of loading: it goes on beyond the right edge."""
    entries = [
        document(0, ms={"wait": 800}),
        entry(100, "wss://shop.test/live", 101, ms={"wait": 20, "receive": 3_600_000}, _resourceType="websocket"),
        entry(500, f"{SHOP}/api/order", 503, ms={"wait": 500}),
    ]
    picture = drawn(only_page(tmp_path, entries, page()))
    assert picture.ticks[-1].text == "+1,000 ms"
    assert (picture.bars[1].x, picture.bars[1].width) == ("10.00", "90.00")
    assert picture.lines[1].took == "1 h"


def test_a_long_pause_is_drawn_short():
    """Worked by hand: 1 s, nine minutes of nothing, 1 s: 48.5 per cent, 3 of pause, 48.5."""
    axis = page_axis([(0, 1_000_000), (541_000_000, 542_000_000)])
    assert axis.pauses == ((1_000_000, 541_000_000),)
    places = [axis.percent(at) for at in (0, 1_000_000, 271_000_000, 541_000_000, 541_500_000, 542_000_000)]
    assert places == pytest.approx([0, 48.5, 50, 51.5, 75.75, 100])


def test_short_pauses_keep_their_length():
    """Ten requests one second apart: each pause is a tenth of the picture, so all are as long as they were."""
    axis = page_axis([(second * 1_000_000, second * 1_000_000 + 1_000) for second in range(11)])
    assert axis.pauses == ()
    assert axis.percent(5_000_500) == pytest.approx(50)


@given(st.lists(st.tuples(st.integers(-(10**13), 10**13), st.integers(0, 10**13)), min_size=1, max_size=30))
def test_an_axis_never_turns_back(pairs: list[tuple[int, int]]):
    """Whatever the times, later is never left of earlier, and all lies between 0 and 100."""
    spans = [(begin, begin + length) for begin, length in pairs]
    axis = page_axis(spans)
    places = [axis.percent(at) for at in sorted({at for span in spans for at in span})]
    assert places == sorted(places)
    assert places[0] == 0
    assert places[-1] <= 100 + 1e-9
    assert len(axis.pauses) <= 4


def test_names_in_a_picture_are_cut_by_their_width():
    """Capitals and characters beyond Latin take more room, i and l less; unseen ones are written out.

    By hand: an ellipsis takes 1.4, an ordinary letter 1.1, so that of 8 there is room for (8 - 1.4) / 1.1 = 6 letters.
    """
    assert fitted("abcdeghknop", 13) == "abcdeghknop"
    assert fitted("abcdeghknop", 8) == "abcdeg…"
    assert fitted("abcdeghknop", 8, tail=True) == "…ghknop"
    assert fitted("漢字漢字漢字", 8) == "漢字漢…"
    assert fitted("WWWWWW", 8) == "WWW…"
    assert fitted("iiiiiiiiii", 8) == "iiiiiiiiii"
    assert fitted("a\u202eb", 40) == "a\\u202eb"


def test_words_of_requests():
    """Offsets have a sign, sizes a unit, addresses no more than is needed on their page."""
    assert [offset(value) for value in (0, 250_000, -1_500)] == ["0", "+250 ms", "\u22122 ms"]
    assert [size_of(value) for value in (0, 999, 1_000, 2_345_678)] == ["0 B", "999 B", "1.0 kB", "2.3 MB"]
    assert address("https://a.test/x?y", "https://a.test") == "/x?y"
    assert address("https://b.test/x", "https://a.test") == "b.test/x"
    assert address("https://a.test.evil/x", "https://a.test") == "a.test.evil/x"


# What is said


FIRST = (
    "The first failure of this incident began 1,200 ms after the page: GET https://shop.test/api/basket?n=0 answered "
    "503 after 20 ms."
)
LEFT_OUT = (
    "20 of 43 requests are shown: the page, those that failed, what led to them, and what came nearest in time. 23 are "
    "left out, none of these failed; the capture holds all."
)


def said(folder: Path, entries: list[dict[str, Any]], *pages: dict[str, Any]) -> list[str]:
    """Gives the sentences and notes of the first incident's section."""
    analysis = analyzed(folder, capture(folder, entries, *pages)).analysis
    assert analysis is not None
    view = section.build(prepare(analysis, Limits()), analysis.findings.incidents[0])
    assert view is not None
    assert all(claim.place for claim in view.claims)
    return [*(claim.text for claim in view.claims), *view.notes]


def test_the_section_says_how_many_failed_which_first_and_when_it_was_loaded(tmp_path: Path):
    """Each sentence has its place; what is left out is counted."""
    entries = [document(0), *(entry(10 + n, f"{SHOP}/image/{n}.png", mime="image/png") for n in range(40))]
    assert said(tmp_path, [*entries, *failures(1_200, 2)], page(onContentLoad=800, onLoad=2_400)) == [
        "2 of 43 requests of the page https://shop.test/ failed.",
        FIRST,
        "The page's content was loaded after 800 ms, all after 2,400 ms; that failure began before.",
        "Times count from the page's start, 2026-03-02 10:00:00.000 UTC.",
        LEFT_OUT,
    ]


def test_a_page_without_an_end_of_loading_is_not_called_loaded(tmp_path: Path):
    """What the capture does not tell is said to be untold."""
    texts = said(tmp_path, [document(0), *failures(100, 1)], page(onContentLoad=800))
    assert texts[2] == (
        "The page's content was loaded after 800 ms, but the capture tells no end of loading: it was saved before, or "
        "its tool records none."
    )


def test_without_a_page_none_is_claimed(tmp_path: Path):
    """The sentences speak of requests near in time."""
    texts = said(tmp_path, [entry(0, f"{SHOP}/api/a"), *failures(100, 1)])
    assert texts[0] == "1 of 2 requests within 30 s of the one followed above failed."
    assert texts[2] == "The capture names no page for these requests, so it does not tell when one was loaded."


def test_only_the_first_incidents_are_drawn(tmp_path: Path):
    """Beyond the limit of charts the sentences stay, and the picture's absence is said."""
    analysis = analyzed(tmp_path, capture(tmp_path, [document(0), *failures(100, 1)], page())).analysis
    assert analysis is not None
    material = prepare(analysis, Limits(charts=0))
    view = section.build(material, analysis.findings.incidents[0])
    assert view is not None
    assert view.chart is None
    assert view.notes[-1] == "The picture is drawn for the first 0 incidents only."


def test_fewer_rows_keep_what_tells_most(tmp_path: Path):
    """Where the page would be too large: the sample and the document stay, in time order."""
    entries = [document(0), *(entry(10 + n, f"{SHOP}/image/{n}.png", mime="image/png") for n in range(9))]
    analysis = analyzed(tmp_path, capture(tmp_path, [*entries, *failures(100, 1)], page())).analysis
    assert analysis is not None
    view = section.build(prepare(analysis, Limits(requests=2)), analysis.findings.incidents[0])
    assert view is not None
    assert view.chart is not None
    assert [line.why for line in view.chart.lines] == ["the page itself", "followed hop by hop above"]
    assert "9 are left out, none of these failed" in view.notes[-1]


# Secrets


@pytest.mark.parametrize("profile", ["vendor", "public"])
def test_no_planted_secret_is_in_the_picture(tmp_path: Path, profile: Any):
    """All entries of the capture with 72 secrets fail, so that their addresses and errors would be drawn."""
    har = canaries.har_log()
    for each in har["log"]["entries"]:
        each["response"]["status"] = each["response"]["status"] and 503
    path = tmp_path / "canaries.har"
    path.write_text(json.dumps(har))
    (tmp_path / "work").mkdir()
    state = run(Plan(inputs=(str(path),), work=tmp_path / "work", key=b"k" * 32, profile=profile))
    assert state.analysis is not None
    shown = {each.ref.entry for found in state.analysis.pages.values() for each in found.entries}
    assert len(shown) > 20, "the picture must hold many of them"
    assert b'class="chart page-load"' in state.outputs["report.html"]
    kept = canaries.ADDRESSES_THAT_STAY[profile]
    assert canaries.survivors(state.outputs["report.html"]) <= kept


# Real captures


@pytest.mark.skipif(not CAPTURES.is_dir(), reason="needs ../shared/data/har")
@pytest.mark.parametrize("name", NAMES)
def test_pages_of_real_captures_hold_together(tmp_path: Path, name: str):
    """Whatever browser or proxy wrote it: the sample is shown, in time order, and the numbers agree."""
    state = analyzed(tmp_path, str(CAPTURES / f"{name}.har"))
    assert state.analysis is not None
    assert state.analysis.findings.incidents
    for incident in state.analysis.findings.incidents:
        found = state.analysis.pages[incident.id]
        starts = [each.start_us for each in found.entries]
        assert starts == sorted(starts)
        assert [each.role for each in found.entries].count("sample") == 1
        assert found.counted <= found.failed <= found.total
        assert 0 < len(found.entries) <= 28
        assert found.total <= pl.DataFrame(state.exchanges).height


def test_words_of_a_mark_in_the_middle_stand_on_both_sides_of_it() -> None:
    """About 160 of 262 pixels: from 43 per cent neither to the right nor to the left is room for them."""
    assert [chart._align(percent) for percent in (0, 34, 43, 57, 66, 100)] == [
        "start", "start", "middle", "middle", "end", "end"
    ]  # fmt: skip
