"""Evidence: rows with what they show, readable lines, rejects, reproduction, what hides what; nothing goes unshown."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import polars as pl
import pytest
from report_cases import APP, CASES, EDGE, HAR, JAVA_TRACE, POOL, demo, everywhere, huge, zoned

from analyzer.model import Analysis, Evidence, Exhibit, Gap, NotEvaluated, Ref, Reject, Reproduction
from analyzer.model import RejectCount as Count
from analyzer.pipeline import Plan, run
from analyzer.pipeline._rejects import count_rejects, first_rejects
from analyzer.report import report_html
from analyzer.report.material import Limits, Material, anchor, prepare
from analyzer.report.quoted import quoted
from analyzer.report.render import render
from analyzer.report.sections import evidence
from analyzer.wording.hidden import GAP_WAYS
from analyzer.wording.reproducing import expected, variables
from analyzer.wording.words import GAP_WORDS

SAMPLES = Path(__file__).parents[2] / "sample_logs"
STORIES = sorted(path.name for path in SAMPLES.iterdir() if path.is_dir())
VOID = {"meta", "br", "input", "path", "rect", "line", "circle"}


class Tree(HTMLParser):
    """Collects ids, and of each element of a class the words and the links in it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.words: list[str] = []
        self.open: list[tuple[str, str]] = []
        self.found: dict[str, list[tuple[list[str], list[str]]]] = {}
        self.inside: list[tuple[int, tuple[list[str], list[str]]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.ids.add(given.get("id") or "")
        for _, (_, links) in self.inside:
            links.extend([given["href"] or ""] if "href" in given else [])
        if tag in VOID:
            return
        self.open.append((tag, given.get("class") or ""))
        for name in (given.get("class") or "").split():
            piece: tuple[list[str], list[str]] = ([], [])
            self.found.setdefault(name, []).append(piece)
            self.inside.append((len(self.open), piece))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        self.inside = [(depth, piece) for depth, piece in self.inside if depth < len(self.open)]
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.words.append(data)
        for _, (words, _) in self.inside:
            words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())

    def all(self, name: str) -> list[tuple[str, list[str]]]:
        return [(" ".join("".join(words).split()), links) for words, links in self.found.get(name, [])]


def material(analysis: Analysis) -> Material:
    return prepare(analysis, Limits())


@pytest.fixture(params=STORIES, scope="module")
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Analysis, str]:
    """A sample story as it was analyzed, and its page."""
    work = tmp_path_factory.mktemp(request.param)
    state = run(Plan(inputs=(str(SAMPLES / request.param),), work=work, key=b"k" * 32))
    assert state.analysis is not None
    return state.analysis, state.outputs["report.html"].decode()


def sentences(analysis: Analysis) -> Iterator[Evidence]:
    for incident in analysis.findings.incidents:
        yield from incident.root_evidence
        for verdict in incident.layers:
            yield from verdict.evidence
        yield from (item for item in (incident.preceding, incident.counter_example) if item)


# Every claim has its row


def test_each_place_of_a_story_is_a_link_to_a_row(told: tuple[Analysis, str]) -> None:
    """Nothing is claimed without evidence: what names a place can be clicked, and the row is there."""
    tree = Tree(told[1])
    places = tree.all("place")
    assert places, "every story has background at least"
    for words, links in places:
        if words == "time unknown":
            continue
        assert len(links) == 1, words
        assert links[0][1:] in tree.ids, words


def test_each_sentence_of_a_story_has_a_place(told: tuple[Analysis, str]) -> None:
    """Each sentence about an incident names its place, that place is quoted, and its row says what it shows."""
    analysis, page = told
    tree = Tree(page)
    quotes = {exhibit.ref for exhibit in analysis.exhibits}
    for item in sentences(analysis):
        assert item.ref is not None, item.text
        assert item.ref in quotes, item.text
        assert anchor(item.ref) in tree.ids
    cited = {anchor(item.ref) for item in sentences(analysis) if item.ref}
    rows = re.findall(r'<tr id="(e-[0-9a-f]{12})">(.*?)</tr>', page, flags=re.DOTALL)
    assert cited <= {name for name, body in rows if '<ul class="proofs">' in body}


def test_links_of_a_row_lead_back_to_what_says_it(told: tuple[Analysis, str]) -> None:
    """Each of them is the heading of a part of an incident."""
    tree = Tree(told[1])
    back = [link for _, links in tree.all("proofs") for link in links]
    assert back
    assert all(
        re.fullmatch(r"#(incident-\d+-(impact|layers|consequences|hops|page-load)|background|latency)-title", link)
        for link in back
    )
    assert {link[1:] for link in back} <= tree.ids


@pytest.mark.parametrize("case", sorted(CASES))
def test_a_place_without_a_row_is_counted(case: str) -> None:
    """With room for two rows only, places without a link are named, and the note says how many rows there are."""
    analysis = CASES[case]()
    page = render(analysis, replace(Limits(), evidence=2))
    unlinked = [words for words, links in Tree(page).all("place") if not links and words != "time unknown"]
    total = prepare(analysis, Limits()).line_total
    assert (f"First 2 of {total:,} lines" in page) == (total > 2)
    assert not unlinked or total > 2


def test_lines_that_sentences_point_at_come_first() -> None:
    """A line of a failing request that nothing points at stands behind them, however early it was."""
    early = Exhibit(Ref(EDGE, 1), POOL.started.replace(year=2020), "early", POOL.id)
    rows = evidence.build(material(replace(demo(), exhibits=(early, *demo().exhibits)))).rows
    assert rows[-1].place == f"{EDGE}:1"
    assert [bool(row.proofs) for row in rows] == [True] * 15 + [False]
    assert [row.place for row in rows[13:15]] == [f"{EDGE}:2", f"{EDGE}:401"]
    times = [row.moment.datetime for row in rows[:13] if row.moment]
    assert times == sorted(times)


def test_a_row_tells_what_it_shows_and_where_that_is_said() -> None:
    """The error record decides, is the reason for the layer, and a stop of the request: once each, the decisive first."""
    row = next(row for row in evidence.build(material(demo())).rows if row.place == f"{APP}:8841")
    said = [(proof.sentence, [(link.label, link.anchor) for link in proof.told]) for proof in row.proofs]
    assert said == [
        (
            "PoolTimeout: could not obtain a database connection from the pool within 5000 ms",
            [("incident 1, What happened", "#incident-1-impact-title")],
        ),
        (
            "The application threw PoolTimeout while handling the request",
            [("incident 1, Which layer: backend", "#incident-1-layers-title")],
        ),
        (
            "The application logged PoolTimeout (41 times)",
            [("incident 1, What began it and what followed", "#incident-1-consequences-title")],
        ),
    ]
    assert row.more == "1 more sentence points here"
    (hops,) = row.further.items
    assert [link.label for link in hops.told] == [
        "incident 1, One failing request, hop by hop: application (worker 17)",
        "incident 1, One failing request, hop by hop: database",
    ]
    assert [(owner.label, owner.anchor) for owner in row.owners] == [("1", "#incident-1")]


def test_equal_sentences_of_a_row_are_said_once() -> None:
    """One request rules out connection and TLS with the same words: one sentence, two links."""
    row = next(row for row in evidence.build(material(demo())).rows if row.place == f"{EDGE}:9120")
    shown = [*row.proofs, *row.further.items]
    reached = next(proof for proof in shown if proof.sentence == "The request reached the edge")
    assert [link.label for link in reached.told] == [
        "incident 2, Which layer: connection",
        "incident 2, Which layer: TLS",
    ]


def test_an_incident_that_is_not_shown_in_full_is_linked_to_the_list() -> None:
    """Its row leads to the list of incidents, never to an article that is not there."""
    tree = Tree(render(demo(), replace(Limits(), incidents=1)))
    owners = [link for _, links in tree.all("owners") for link in links]
    assert "#incidents" in owners
    assert {link[1:] for link in owners} <= tree.ids


# Readable lines


def test_a_record_in_json_is_shown_by_its_keys() -> None:
    """Level and message first, nested keys with dots, the time where it stood; the line as written beside it."""
    line = json.dumps(
        {"ts": "2026-05-12T16:32:18Z", "pad": "x" * 200, "http": {"status": 500, "ok": False}, "msg": "pool is empty",
         "level": "error", "none": None, "tags": ["a", 1]}
    )  # fmt: skip
    shown = quoted(line, (), material(demo()))
    assert [(pair.key, pair.value) for pair in shown.pairs.items] == [
        ("level", "error"),
        ("msg", "pool is empty"),
        ("http.status", "500"),
        ("ts", "2026-05-12T16:32:18Z"),
        ("pad", "x" * 200),
        ("http.ok", "false"),
        ("none", "null"),
        ("tags", '["a", 1]'),
    ]
    assert (shown.text, shown.blocks, shown.written) == ("", (), line)


@pytest.mark.parametrize(
    "line",
    [
        '{"level":"error","msg":"short"}',
        "{" + "x" * 300,
        "[" * 300,
        '{"a":' * 3_000,
        '"' + "x" * 300 + '"',
        "{}" + " " * 300,
    ],
)
def test_other_lines_are_shown_as_they_are(line: str) -> None:
    """A short record, what only looks like JSON, and what is nested too deep."""
    shown = quoted(line, (), material(demo()))
    assert shown.text.startswith(line[:100])
    assert shown.pairs.items == ()


def test_keys_beyond_the_limit_are_counted() -> None:
    """Of 100 keys 40 are shown."""
    shown = quoted(json.dumps({f"key{index:03}": index for index in range(100)}), (), material(demo()))
    assert len(shown.pairs.items) == 40
    assert shown.pairs.note == "First 40 of 100; all in the line as written."


def test_an_event_of_several_lines_is_shown_whole() -> None:
    """First line, exception and root cause, own frames; all twelve further lines are there, none is cut."""
    shown = quoted(JAVA_TRACE, (), material(demo()))
    assert shown.text == "2026-05-12 16:32:20.001 ERROR [quotes] o.s.QuoteController - quote failed"
    (block,) = shown.blocks
    assert block.exceptions == ("org.springframework.dao.DataAccessResourceFailureException: no connection",)
    assert block.folded == ""
    assert block.lines.split("\n") == JAVA_TRACE.split("\n")[2:]


def test_more_than_twelve_lines_are_folded() -> None:
    """Thirteen are: the exception, its root cause and the application's frames stay in sight."""
    (block,) = quoted(JAVA_TRACE + "\n\tat example.shop.Main.main(Main.java:1)", (), material(demo())).blocks
    assert block.folded == "All 13 lines of the stack trace"
    assert [text.partition(":")[0] for text in block.exceptions] == [
        "org.springframework.dao.DataAccessResourceFailureException",
        "Caused by",
    ]
    assert (
        block.own
        == "\tat example.shop.Pool.borrow(Pool.java:23)\n\tat example.shop.QuoteStore.find(QuoteStore.java:39)"
    )
    assert block.lines.count("\n") == 12


def test_a_long_message_without_frames_is_folded_too() -> None:
    """Twenty lines of SQL are no stack trace, and nothing in them is called an exception."""
    (block,) = quoted("ERROR: slow query\n" + "  OR id = 1\n" * 20, (), material(demo())).blocks
    assert block == replace(block, exceptions=(), own="", folded="All 20 lines")


def test_a_stack_trace_that_is_too_long_is_cut_in_the_middle_and_counted() -> None:
    """The exception of Python stands at the end, so the end stays."""
    trace = "Traceback (most recent call last):\n" + '  File "a.py", line 1, in f\n' * 5_000 + "ValueError: no tariff"
    (block,) = quoted(f"failed\n{trace}", (), material(demo())).blocks
    assert block.lines.endswith("ValueError: no tariff")
    assert f"… [{len(trace) - 8_000:,} more characters] …" in block.lines


def test_equal_frames_stand_once_and_are_linked() -> None:
    """Two records of one failure: the second names its exception and leads to the first."""
    view = evidence.build(material(zoned()))
    first, second = (next(row for row in view.rows if row.place == f"{APP}:{line}") for line in (8841, 8901))
    assert first.quoted is not None
    assert second.quoted is not None
    assert first.quoted.blocks[0].folded == "All 12 lines of the stack trace" or first.quoted.blocks[0].lines
    (block,) = second.quoted.blocks
    assert block.exceptions == ("sqlalchemy.exc.TimeoutError: PoolTimeout: no connection within 5000 ms",)
    assert block.lines == block.own == ""
    assert block.same is not None
    assert block.same.anchor == f"#{first.id}"


def test_a_hop_shows_its_stack_trace_once() -> None:
    """The exception stands bold above the frames, ids can be copied."""
    page = report_html(zoned())
    hops = page[page.index('<ol class="stages">') : page.index('<section id="evidence"')]
    bold = "<strong>sqlalchemy.exc.TimeoutError: PoolTimeout: no connection within 5000 ms</strong>"
    assert hops.count(bold) == 1
    assert '<div data-copyable="ids">\n<ul class="codes">\n<li><code>7f3c00009b1e4d20</code></li>' in hops


# Rejects


def rejects(*rows: tuple[str, int, str, str | None]) -> pl.DataFrame:
    schema = {"source": pl.String, "line": pl.Int64, "reason": pl.String, "format": pl.String}
    return pl.DataFrame(list(rows), schema=schema, orient="row").with_columns(raw=pl.lit("x"))


def test_rejects_are_counted_by_source_and_reason() -> None:
    """The column in a reason makes no other reason; the first of each is named, an entry as an entry."""
    frame = rejects(
        ("a.log", 3, "the status cannot be read at column 7", None),
        ("a.log", 5, "the status cannot be read at column 9", None),
        ("a.log", 6, "not key=value", None),
        ("b.har", 0, "no request", "har"),
    )
    assert count_rejects(frame, 10) == (
        Count(Ref("a.log", 3), "the status cannot be read", 2),
        Count(Ref("a.log", 6), "not key=value", 1),
        Count(Ref("b.har", entry=0), "no request", 1),
    )
    assert len(count_rejects(frame, 2)) == 2


def test_a_flood_of_one_reject_hides_no_other() -> None:
    """Of 1,000 equal ones five are shown, and the single one behind them too."""
    frame = rejects(*(("a.log", line, "noise", None) for line in range(1, 1_001)), ("b.log", 7, "cut off", None))
    shown = first_rejects(frame, 100)
    assert [reject.ref for reject in shown] == [*(Ref("a.log", line) for line in range(1, 6)), Ref("b.log", 7)]
    assert first_rejects(frame, 2) == (Reject(Ref("a.log", 1), "noise", "x"), Reject(Ref("b.log", 7), "cut off", "x"))


def test_every_reject_is_counted_on_the_page() -> None:
    """17 lines: 9 and 8 by reason and source, and what no row counts is said."""
    page = report_html(demo())
    table = page[page.index("<caption>Reasons</caption>") :].partition("</table>")[0]
    cells = re.findall(r'data-label="[^"]+">([^<]+)</td>', table)
    assert cells == [
        "edge/access.log", "no format fits", "9", "edge/access.log:117",
        "app/quotes.ndjson", "JSON is cut off", "8", "app/quotes.ndjson:5001",
    ]  # fmt: skip
    fewer = replace(demo(), reject_counts=demo().reject_counts[:1])
    assert "8 lines of other sources or reasons; all in rejects.ndjson." in Tree(report_html(fewer)).text


# Reproduction, and what is hidden


def test_variables_of_a_command_are_explained() -> None:
    """Each once, in its order: known ones, values that were replaced, fields of the body, headers."""
    command = (
        'curl -H "Authorization: Bearer ${TOKEN:?}" -H "X-Shop: ${X_SHOP:?}" --data-raw \'{"sku":"\'"${BODY_SKU:?}"\'"}\' '
        '"https://a.example/${PATH_TOKEN_0123456789ab:?}" "${TOKEN:?}"'
    )
    told = dict(variables(command))
    assert list(told) == ["TOKEN", "X_SHOP", "BODY_SKU", "PATH_TOKEN_0123456789ab"]
    assert told["TOKEN"].startswith("the token or key behind Authorization")
    assert told["X_SHOP"].startswith("the value of the header X-Shop")
    assert told["BODY_SKU"].startswith("the value of sku in the body")
    assert told["PATH_TOKEN_0123456789ab"].startswith("a value that was replaced (path token)")


def test_what_to_expect_is_said_beside_the_command() -> None:
    """Status and share; that it comes and goes; and that no response comes where none did."""
    assert (
        expected(POOL) == "Expect status 500: 41 of 96 requests failed so. It comes and goes, so send it several times."
    )
    assert expected(replace(POOL, pattern="constant", statuses=(502, 504))) == (
        "Expect one of the statuses 502, 504: 41 of 96 requests failed so."
    )
    assert expected(replace(POOL, pattern=None, statuses=())) == "Expect no response: 41 of 96 requests failed so."


def test_a_reproduction_has_command_variables_expectation_and_what_worked() -> None:
    """All four in one place."""
    command = Reproduction(
        'curl -H "Authorization: Bearer ${TOKEN:?}" https://api.shop.example/v2/quotes', ("Send it.",)
    )
    findings = demo().findings
    page = report_html(replace(demo(), findings=replace(findings, incidents=(replace(POOL, reproduction=command),))))
    part = page[page.index('id="incident-1-reproduction-title"') : page.index('<section id="evidence"')]
    assert '<pre id="incident-1-curl">curl -H' in part
    assert "<dt>$TOKEN</dt>" in part
    assert "<p>Expect status 500: 41 of 96 requests failed so." in part
    assert "Same client, same body, other worker: 201 after 84 ms" in part


def test_what_the_inputs_lack_is_told_with_how_to_get_it() -> None:
    """A capture without bodies, and no application log: each with its own way; a clock that is off hides nothing."""
    sources = tuple(
        replace(source, gaps=("no_bodies", "clock_off") if source.name == HAR else ())
        for source in demo().findings.sources
        if source.name != APP
    )
    page = report_html(replace(demo(), findings=replace(demo().findings, sources=sources)))
    text = Tree(page[page.index('<section id="not-visible"') : page.index('<section id="sources"')]).text
    assert "No response bodies" in text
    assert "Export the capture with its content (Save all as HAR with content)." in text
    assert "Application logs" in text
    assert "with the ids of requests" in text
    assert "Clock off" not in text
    assert "Error logs" not in text


def test_every_gap_but_a_wrong_clock_has_a_way() -> None:
    """A gap that gets its name gets its remedy too."""
    gaps: set[Gap] = {*GAP_WORDS}
    assert gaps - {*GAP_WAYS} == {"clock_off"}


# Nothing goes unshown


def test_whatever_was_found_is_on_the_page_or_counted() -> None:
    """Each signal, kind of background, reason, problem, gap and reject of a made-up analysis, each with its own word."""
    whole = demo()
    findings = whole.findings
    words = [f"word{index:04}" for index in range(60)]
    many = replace(
        whole,
        findings=replace(
            findings,
            signals=tuple(replace(findings.signals[0], rule=word, title=f"title {word}") for word in words),
            noise=tuple(replace(findings.noise[0], kind=f"kind {word}") for word in words),
            not_evaluated=tuple(NotEvaluated(f"rule {word}", f"reason {word}") for word in words),
            sources=tuple(
                replace(findings.sources[0], name=f"source {word}", gaps=(gap,), notes=(f"note {word}",))
                for word, gap in zip(words, (*GAP_WAYS, *["cut"] * 60), strict=False)
            ),
        ),
        problems=tuple(f"problem {word}" for word in words),
        rejects=tuple(Reject(Ref(f"reject {word}", 1), f"why {word}", f"line {word}") for word in words),
        reject_counts=tuple(Count(Ref(f"reject {word}", 1), f"why {word}", 1) for word in words),
        reject_total=60,
    )
    text = Tree(report_html(many)).text
    for word in words:
        for kind in ("title", "kind", "rule", "Reason", "source", "note", "problem", "reject", "why", "line"):
            assert f"{kind} {word}" in text, f"{kind} {word}"
    for gap in GAP_WAYS:
        assert GAP_WAYS[gap].replace("`", "") in text


def test_what_is_beyond_the_limits_is_counted() -> None:
    """Signals, background, reasons, sources, problems, rejects: each list of the huge case says how long it is."""
    text = Tree(report_html(huge())).text
    for total in ("3,000", "4,000", "50,000", "10,000", "100,000"):
        assert re.search(rf"First [\d,]+ of {total}[; ]", text), total


def test_hostile_lines_are_text_in_every_form() -> None:
    """As record, as message of several lines, as stack trace: the same words as text, and no element of theirs."""
    attack = "<img src=x onerror=window.pwned=1>"
    page = report_html(everywhere((attack, "second", "third")))
    assert "<img" not in page
    parts = Tree(page)
    assert any(attack in words for words, _ in parts.all("pairs"))
    assert "<p><strong>&lt;img src=x onerror=window.pwned=1&gt;</strong></p>" in page, "the exception of a stack trace"
    assert any(attack in words for words, _ in parts.all("block"))
