"""What a newcomer stumbled over: cut quotes, repetition, suspicions that read as findings, and missing words."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_cases import APP, HAR, POOL, demo

from analyzer.detect import _says
from analyzer.model import (
    Analysis,
    ClientCount,
    Clients,
    Evidence,
    Exhibit,
    Incident,
    LayerVerdict,
    NotEvaluated,
    Ratio,
    Ref,
    Separating,
)
from analyzer.report import cards, report_html, summary_markdown
from analyzer.report.material import Limits, prepare
from analyzer.report.missing import missing
from analyzer.wording import phrases
from analyzer.wording.alike import grouped
from analyzer.wording.inert import prose
from analyzer.wording.quoting import clip, excerpt
from analyzer.wording.words import where

LINE = '{"headers": "' + "h" * 900 + '", "exception": "a.b.PoolTimeout: none left", "tail": "' + "t" * 900 + '"}'


def with_incident(incident: Incident) -> Analysis:
    """Gives the demo with this incident alone."""
    whole = demo()
    return replace(whole, findings=replace(whole.findings, incidents=(incident,)))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('error="invalid_token", now', '`error="invalid_token"`, now'),
        ('error_description="The signing key is gone"', '`error_description="The signing key is gone"`'),
        ("or all of them?", "or all of them?"),
        ("Stop! Now", "Stop! Now"),
        ("limit=a_b!", "`limit=a_b`!"),
        ("../shared/x.log: gone", "`../shared/x.log`: gone"),
    ],
)
def test_code_takes_whole_words(text: str, shown: str) -> None:
    """A key with its quoted value is one piece of code; ! and ? stay outside."""
    assert prose(text) == shown


def test_a_cut_sentence_says_so_in_plain_words() -> None:
    """The notice of a cut is no code, and no cut is made that costs more than it saves."""
    assert prose("a " * 100, 20) == "a a a a a a a a a a … (180 more characters)"
    assert clip("x" * 25, 10) == "x" * 25
    assert clip("x" * 33, 10) == "x" * 33
    assert clip("x" * 34, 10) == "x" * 10 + " … [24 more characters]"


@pytest.mark.parametrize(
    "said",
    [
        "The application logged `a.b.PoolTimeout` for 41 of 41 failing requests",
        "a.b.PoolTimeout was logged 41 times",
        "It says: none left",
        "Nothing of this is in the line",
    ],
)
def test_a_long_line_is_cut_around_what_matters(said: str) -> None:
    """The exception is shown, and what was cut is counted on both sides, however the sentence names it."""
    shown = excerpt(LINE, 200, [said])
    assert "a.b.PoolTimeout: none left" in shown
    before, after = shown.split(" more characters] … ", 1)[0], shown.rsplit(" … [", 1)[1]
    kept = len(shown.split("] … ", 1)[1].rsplit(" … [", 1)[0])
    assert int(before[1:].replace(",", "")) + kept + int(after.split()[0].replace(",", "")) == len(LINE)


@given(st.text(max_size=300), st.integers(1, 60), st.text(max_size=20))
def test_an_excerpt_is_short_and_counts_what_it_leaves_out(text: str, limit: int, said: str) -> None:
    """Whatever the line: at most the limit and two notices."""
    assert len(excerpt(text, limit, [said])) <= limit + 2 * len(" … [1,000 more characters]")


def test_the_quotes_of_both_outputs_are_cut_so() -> None:
    """A line with long headers still shows its exception on the first screen, in the table and in the summary."""
    ref = Ref("app/long.ndjson", 7)
    broken = replace(POOL, root_evidence=(Evidence("`a.b.PoolTimeout` was logged", ref, "exact"),))
    analysis = with_incident(broken)
    analysis = replace(analysis, exhibits=(Exhibit(ref, None, LINE * 3, broken.id),))
    assert "a.b.PoolTimeout: none left" in summary_markdown(analysis)
    assert report_html(analysis).count("a.b.PoolTimeout: none left") == 2


def test_sentences_of_one_rule_are_put_together() -> None:
    """Those that differ in client, route, numbers and time are one group; another sentence is not."""
    refused = [f"u-{n} was refused with 401 {n} times between {n}:00 and {n}:30." for n in range(20)]
    once = "sync was refused with 401 once at 3:00."
    bursts = [
        f"Between 1:00 and 2:00, {n} % of the requests to /a{n} on h.example ended; chance would give {chance}."
        for n, chance in ((1, "0.2"), (2, "fewer than 0.0001"))
    ]
    other = "The server behind gave the same status: the proxy passed it on."
    texts = [*refused, once, *bursts, other]
    groups = grouped([Evidence(text) for text in texts])
    assert [len(group) for group in groups] == [21, 2, 1]
    summary = summary_markdown(with_incident(replace(POOL, root_evidence=tuple(map(Evidence, texts)))))
    assert "and 20 more like this" in summary
    assert "u-1 was refused" not in summary


def test_rows_of_one_rule_are_one_row() -> None:
    """22 signals of one rule: one row with the count, three groups and how many more."""
    whole = demo()
    signal = whole.findings.signals[0]
    many = tuple(replace(signal, rule="r", title="Refused", group={"client": f"u{n}"}, author=None) for n in range(22))
    page = report_html(replace(whole, findings=replace(whole.findings, signals=many)))
    assert page.count(">Refused</td>") == 1
    assert "client = u0; client = u1; client = u2 and 19 more" in page
    assert ">Author<" not in page
    assert "not named" not in page


def test_the_summary_names_ids_endpoints_clients_and_owner() -> None:
    """What a person needs to look further: two ids and their total, six endpoints, few clients, the owner."""
    clients = replace(POOL.clients, affected=1, top=(ClientCount("acme", 4, 4),))
    broken = replace(POOL, clients=clients, endpoints=tuple(f"GET /e{n}" for n in range(10)), owner_hint="Team A")
    text = summary_markdown(with_incident(broken))
    assert "GET /e5 and 4 more\n" in text
    assert "- Clients: acme\n" in text
    assert "- Likely owner: Team A\n" in text
    assert "`7f3c00019b1e4d20` (first 2 of 41)\n" in text
    assert "7f3c00029b1e4d20" not in text
    assert "- Clients:" not in summary_markdown(with_incident(POOL))


def test_unknown_clients_are_called_unknown() -> None:
    """Where no log names a client, nobody knows how many were affected."""
    assert phrases.whom(Clients(0, 0, 0, "some")) == "not known: the inputs name no client of these requests"


def test_an_identity_is_named() -> None:
    """Users and addresses are said to be such; a capture is a browser already."""
    findings = demo().findings
    assert phrases.identified(ClientCount("acme", 1, 1, "user"), findings) == "acme (user)"
    assert phrases.identified(ClientCount("192.0.2.1", 1, 1, "address"), findings) == "192.0.2.1 (address)"
    assert phrases.identified(ClientCount(HAR, 1, 1, "capture"), findings) == "the browser of checkout.har"


def test_what_separates_is_told_from_its_side() -> None:
    """What failing requests share, or what only working ones have, and what cannot be told from it."""
    shared = Separating("version", "4.2.0", 214, 214, 0, 1880, alike=("tenant = a",))
    assert phrases.sharers(shared) == "What they share"
    assert phrases.separating(shared) == "in 214 of 214 failing and 0 of 1,880 working requests"
    assert phrases.alike(shared, str.upper) == "; the comparison cannot tell it from TENANT = A"
    only = replace(shared, failing=0, working=1880, shared_by="working", alike=())
    assert phrases.sharers(only) == "What only working ones have"
    assert phrases.separating(only) == "in 1,880 of 1,880 working and 0 of 214 failing requests"
    assert phrases.alike(only, str) == ""
    nothing = replace(POOL, separating=None, failed=3, requests=5)
    assert phrases.not_separated(nothing).startswith("no single attribute")
    assert phrases.not_separated(replace(nothing, requests=3)) == ""


def test_a_suspicion_is_not_a_finding() -> None:
    """Without a cause, both outputs say that nothing is proven and what is suspected."""
    layers = (LayerVerdict("proxy", "suspected"), LayerVerdict("backend", "suspected"))
    broken = with_incident(replace(POOL, layers=layers, confidence=0.3))
    assert "\nLayer: not proven; proxy or backend suspected (confidence 30 %). When: " in summary_markdown(broken)
    page = report_html(broken)
    assert "<strong>Not proven; proxy or backend suspected</strong>" in page
    assert "<strong>Backend</strong>" not in page.split('id="layers"')[0].split("Which layer</h4>")[0]


def test_a_capture_that_stands_for_its_client_is_a_browser() -> None:
    """A HAR holds no name of a client, so its file stands for it."""
    findings = demo().findings
    assert phrases.client(HAR, findings) == "the browser of checkout.har"
    assert phrases.client("acme", findings) == "acme"
    assert phrases.said(f"{HAR} was refused", findings) == "The browser of checkout.har was refused"


def test_standard_input_is_named() -> None:
    """Its short name reads as a typing error."""
    assert where(Ref("-", 11)) == "standard input:11"
    assert where(Ref("a-b", 11)) == "a-b:11"


def test_a_ratio_that_may_be_one_is_not_told() -> None:
    """The interval decides."""
    assert phrases.ratio(replace(POOL, rate_ratio=Ratio(1.03, 0.2, 5.1))) == ""
    assert phrases.ratio(replace(POOL, rate_ratio=Ratio(3, 1.2, 5))).startswith("3.0 times the usual")


def test_rules_are_grouped_by_what_is_missing() -> None:
    """One missing error log hides nine rules: that is one line, with titles instead of ids."""
    whole = demo().findings
    reason = "no column message: 165 of 805 rows cannot be judged."
    lost = [NotEvaluated(f"id-{n}", f"Failed request: {reason}", f"Title {n}") for n in range(9)]
    lost.append(NotEvaluated("id-x", "no column www_auth_error: 805 of 805 rows cannot be judged."))
    access = replace(whole, not_evaluated=tuple(lost), sources=whole.sources[:1], signals=())
    found = [(item.what, len(item.rules), item.rows) for item in missing(access)]
    assert found == [
        ("No error log among the inputs", 9, "165 of 805 rows"),
        ("These inputs do not record WWW-Authenticate", 1, "805 of 805 rows"),
    ]
    assert missing(access)[0].rules[0] == "Title 0"
    assert missing(access)[1].rules == ("id-x",)


@pytest.mark.parametrize(
    ("count", "what"),
    [
        ("1 of 6", "Not all events that a rule matched record which server behind was asked"),
        ("6 of 6", "The events that a rule matched do not record which server behind was asked"),
    ],
)
def test_a_group_that_is_not_recorded_is_told_in_words(count: str, what: str) -> None:
    """A column's key is no word, and the count stands in its own column."""
    lost = (NotEvaluated("id-x", f"{count} matching events have no server_behind."),)
    found = missing(replace(demo().findings, not_evaluated=lost))
    assert [(item.what, item.rows) for item in found] == [(what, f"{count} matching events")]


@pytest.mark.parametrize(
    ("says", "told"),
    [
        ("{count} requests were refused between {begin} and {end}.", "1 request was refused at T."),
        ("It failed {count} times between {begin} and {end}, up to {peak} times.", "It failed once at T, up to once."),
        ("Between {begin} and {end}, {count} server errors.", "At T, 1 server error."),
        ("{count} requests show neither", "1 request shows neither"),
    ],
)
def test_one_event_is_told_in_the_singular(says: str, told: str) -> None:
    """One request was refused, at one moment."""
    assert _says.fill(says, {"count": "1", "peak": "1", "begin": "T", "end": "T"}) == told
    many = _says.fill(says, {"count": "2", "peak": "2", "begin": "T", "end": "U"})
    assert many == says.format(count=2, peak=2, begin="T", end="U")


@pytest.mark.parametrize(
    ("expected", "text"), [(1.8e-05, "fewer than 0.0001"), (0.00012, "0.00012"), (0.5, "0.5"), (123.4, "123")]
)
def test_chance_is_told_without_an_exponent(expected: float, text: str) -> None:
    """1.8e-05 is no number for everybody."""
    assert _says.write_chance(expected) == text
    assert phrases.chance(replace(POOL, expected_by_chance=expected)).startswith(f"{text} such bursts")


@pytest.mark.parametrize(("expected", "told"), [(0.01, False), (0.011, True), (1.0, True)])
def test_a_burst_that_chance_may_have_made_is_called_possible(expected: float, told: bool) -> None:
    """From more than one in a hundred logs on: alpha's default."""
    assert phrases.chance(replace(POOL, expected_by_chance=expected)).endswith(": possible, not proven") is told


def test_the_first_screen_ends_with_what_was_read() -> None:
    """Three names, how many more, and the folder that all lie in once."""
    page = report_html(demo())
    assert '<p class="read">Read: edge/access.log, edge/error.log, app/quotes.ndjson and 1 more; 2026-05-12' in page
    assert page.index('<p class="read">') < page.index('<section id="timeline"')
    moved = demo()
    sources = tuple(replace(source, name=f"case/7/{source.name}") for source in moved.findings.sources)
    page = report_html(replace(moved, findings=replace(moved.findings, sources=sources)))
    assert "Read: edge/access.log, edge/error.log, app/quotes.ndjson and 1 more in case/7/; 2026-05-12" in page


def test_many_clients_are_named_at_a_glance_only_where_their_names_say_something() -> None:
    """A placeholder stays out of the first screen unless three clients or fewer are affected."""
    hidden = ClientCount("[redacted:user:7e02fc0fb59d]", 42, 42)
    many = replace(POOL, clients=replace(POOL.clients, top=(hidden, *POOL.clients.top[1:])))
    few = replace(many, clients=replace(many.clients, affected=3))
    told = [cards.facts(prepare(demo(), Limits()), incident)[1].text for incident in (many, few)]
    assert told[0].endswith("; most failed requests: initech (6 of 9), globex (5 of 8)")
    assert "; most failed requests: [redacted:user:7e02fc0fb59d] (42 of 42), initech" in told[1]


def test_the_deciding_line_is_told_once_on_the_first_screen() -> None:
    """What stands at the left is no reason at the right again."""
    first = report_html(with_incident(replace(POOL, root_evidence=POOL.layers[-1].evidence[:1])))
    first = first[: first.index("Timeline</")]
    assert first.count("The application threw PoolTimeout while handling the request") == 2, (
        "and in the text for a ticket"
    )
    assert "All 41 failures were answered by 10.3.0.17:8080" in first


@pytest.mark.parametrize(("zone", "told"), [("UTC", False), ("UTC+01:00", True), ("Europe/Amsterdam", True)])
def test_a_line_in_another_zone_is_explained_where_it_is_quoted(zone: str, told: bool) -> None:
    """The first screen tells times in UTC; the line beside them may read an hour later."""
    whole = demo()
    sources = tuple(replace(each, timezone=zone if each.name == APP else "UTC") for each in whole.findings.sources)
    page = report_html(replace(whole, findings=replace(whole.findings, sources=sources)))
    assert (f"Times in app/quotes.ndjson are written in {zone}." in page) is told
