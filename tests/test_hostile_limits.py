"""Limits of the report at their edge and one beyond, and what holds of a page whatever its inputs hold."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hostile_texts import HOSTILE_TEXTS
from hypothesis import given, settings
from hypothesis import strategies as st
from report_cases import APP, CASES, POOL, copies, demo, everywhere, huge

from analyzer.model import Analysis, Exhibit, Ref
from analyzer.report import render, report_html
from analyzer.report.material import Limits

VOID = {"meta", "link", "img", "br", "hr", "input", "area", "base", "col", "embed", "source", "track", "wbr"}
# What HTML closes by itself; the page closes each all the same.
INSIDE = {
    "li": {"ul", "ol"},
    "tr": {"thead", "tbody", "tfoot"},
    "td": {"tr"},
    "th": {"tr"},
    "dt": {"dl", "div"},
    "dd": {"dl", "div"},
}


class Strict(HTMLParser):
    """Checks that each element is closed where it was opened, stands where it may, and has each attribute once."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []
        self.counts: dict[str, int] = {}
        self.ids: list[str] = []
        self.feed(text)
        self.close()
        self.faults += [f"<{tag}> is not closed" for tag in self.open]
        self.faults += [f"id {each} twice" for each in {each for each in self.ids if self.ids.count(each) > 1}]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.counts[tag] = self.counts.get(tag, 0) + 1
        names = [name for name, _ in attrs]
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if len(names) != len(set(names)):
            self.faults.append(f"<{tag}> has an attribute twice: {names}")
        if tag in INSIDE and self.open[-1] not in INSIDE[tag]:
            self.faults.append(f"<{tag}> stands in <{self.open[-1]}>")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.counts[tag] = self.counts.get(tag, 0) + 1

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes nothing")

    def handle_comment(self, data: str) -> None:
        self.faults.append(f"a comment: {data[:40]!r}")

    def handle_pi(self, data: str) -> None:
        self.faults.append(f"an instruction: {data[:40]!r}")


def check(page: str) -> None:
    """Fails unless the page is whole HTML of two blocks, in UTF-8, of 2 MB at most."""
    assert page.startswith("<!doctype html>")
    assert len(page.encode()) <= 2_000_000
    assert page.count("<script") == page.count("<script>") == 1
    assert page.count("<style") == page.count("<style>") == 1
    found = Strict(page)
    assert found.faults == []
    assert (found.counts["html"], found.counts["head"], found.counts["body"], found.counts["main"]) == (1, 1, 1, 1)


@pytest.mark.parametrize("case", sorted(CASES))
def test_each_case_is_whole_html(case: str) -> None:
    """Elements are closed in their order, ids are there once, nothing but two blocks is code, and it fits."""
    check(report_html(CASES[case]()))


TEXT = st.one_of(
    st.text(alphabet=st.characters(exclude_categories=()), max_size=200),
    st.sampled_from(HOSTILE_TEXTS),
    st.tuples(st.sampled_from(HOSTILE_TEXTS), st.sampled_from(HOSTILE_TEXTS)).map("".join),
)


@settings(max_examples=15)
@given(st.lists(TEXT, min_size=3, max_size=6))
def test_any_texts_give_whole_html(texts: list[str]) -> None:
    """Whatever the inputs hold, alone or beside each other, in every field."""
    check(report_html(everywhere(tuple(texts))))


def test_the_check_can_fail() -> None:
    """A page in which one text was not escaped is not whole."""
    page = report_html(demo())
    for hole in ("</section>", "<p>", "<!-- x -->", "<script>1</script>", "<li>x</li>", '<b id="main">x</b>'):
        with pytest.raises(AssertionError):
            check(page.replace("<footer>", f"{hole}<footer>"))


def test_a_page_of_exactly_the_limit_stays_whole_and_one_byte_more_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """At the limit nothing is halved; a limit of one byte less gives a smaller page, which says what it leaves out."""
    whole = replace(demo(), exhibits=lines(700))
    page = report_html(whole)
    size = len(page.encode())
    monkeypatch.setattr(render, "MOST_BYTES", size)
    assert report_html(whole) == page
    monkeypatch.setattr(render, "MOST_BYTES", size - 1)
    cut = report_html(whole)
    assert len(cut.encode()) < size
    assert "500 of 715 lines" in page
    assert "250 of 715 lines" in cut


def lines(count: int) -> tuple[Exhibit, ...]:
    """Gives lines of evidence beside the fifteen places that the incidents of the demo point at."""
    return tuple(Exhibit(Ref(APP, 20_000 + index), POOL.started, "line", POOL.id) for index in range(count))


def test_five_hundred_lines_of_evidence_are_shown_and_one_more_is_counted() -> None:
    """At the limit all rows and no note, one line later the note."""
    full, over = (report_html(replace(demo(), exhibits=lines(count))) for count in (485, 486))
    assert full.count('<tr id="e-') == over.count('<tr id="e-') == 500
    assert "of 500 lines" not in full
    assert "500 of 501 lines, those that sentences point at before the others" in over


def test_a_hundred_incidents_are_told_in_full_and_one_more_is_listed() -> None:
    """At the limit no list, one incident later a row of it."""

    def of(count: int) -> str:
        whole = demo()
        return report_html(replace(whole, findings=replace(whole.findings, incidents=copies()[:count]), hops={}))

    full, over = of(100), of(101)
    assert full.count("<article ") == over.count("<article ") == 100
    assert "Further incidents" not in full
    assert "First 100 of 101 in full; all in findings.json." in over


@pytest.fixture(scope="module")
def crowded() -> tuple[Analysis, str]:
    """10,000 incidents, lines of a million letters, 100,000 ids, and the page of them."""
    analysis = huge()
    return analysis, report_html(analysis)


def test_a_huge_report_fits_and_is_whole(crowded: tuple[Analysis, str]) -> None:
    """2 MB at most, and every element is closed."""
    check(crowded[1])


def test_in_a_huge_report_the_first_incident_is_found(crowded: tuple[Analysis, str]) -> None:
    """Its title is the heading and the title of the window, its layer and message come before any list, it has an article."""
    analysis, page = crowded
    first = analysis.findings.incidents[0]
    head = page[page.index("<main") :]
    head = head[: head.index("</section>")]
    assert f"<title>{first.title}</title>" in page
    assert first.title in head[: head.index("</h1>")]
    assert "PoolTimeout: no connection within 5000 ms" in head
    assert len(head) < 100_000
    assert 'id="incident-1-' in page
    assert page.index('id="incident-1-') < page.index('id="incident-2-')


def test_in_a_huge_report_what_is_cut_is_counted(crowded: tuple[Analysis, str]) -> None:
    """Incidents, ids, lines, letters, rejects: each says how many there are, and where."""
    analysis, page = crowded
    shown = page.count("<article ")
    assert f"First {shown} of {len(analysis.findings.incidents):,} in full; all in findings.json." in page
    for words in (
        "of 100,000; the first 1,000 are in findings.json",
        "of 50,000; all in rejects.ndjson",
        "more characters]",
    ):
        assert words in page


def test_halving_ends_at_limits_that_show_the_first_incident() -> None:
    """The tightest limits still name one incident with its title."""
    limits = Limits()
    while limits != limits.halved():
        limits = limits.halved()
    page = render.render(huge(), limits)
    check(page)
    assert page.count("<article ") == 1
