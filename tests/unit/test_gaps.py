"""What a capture cannot show changes what is claimed: rules say so, and incidents admit what they cannot know."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from events_by_hand import frame, row

from analyzer.diagnose.correlate import correlate
from analyzer.diagnose.gaps import Capture, hidden_columns
from analyzer.facts import add_facts, fact_columns
from analyzer.pipeline import Plan, run
from analyzer.schema import EVENTS

AGENT = {"name": "User-Agent", "value": "Mozilla/5.0 Chrome/150.0.0.0 Safari/537.36"}
COOKIE = {"name": "Cookie", "value": "theme=dark"}
BEGINS = "The capture begins with this failure, so it may have begun earlier."
GOES_ON = "The file of the capture is cut off behind this failure, so it may have gone on."
RATE = "The capture holds failures only, so how many requests worked is unknown."
SANITISED = "Whether credentials were sent is not visible: the capture looks like a sanitised export."


def entry(second, status, *, path="/v1/orders", sent=(COOKIE,)):
    return {
        "startedDateTime": f"2026-03-02T10:00:{second:02}.000Z",
        "time": 20,
        "request": {
            "method": "GET",
            "url": f"https://api.example.test{path}",
            "headers": [AGENT, *sent],
            "cookies": [],
        },
        "response": {"status": status, "headers": [], "content": {"size": 2, "text": "{}"}},
        "timings": {"send": 0, "wait": 20, "receive": 0},
    }


def capture(*entries):
    return json.dumps({"log": {"version": "1.2", "creator": {"name": "WebInspector"}, "entries": entries}})


@pytest.fixture
def findings(tmp_path):
    """Gives the findings of captures."""

    def analyze(*texts):
        work = tmp_path / "work"
        work.mkdir(exist_ok=True)
        paths = [tmp_path / f"browser-{number}.har" for number in range(len(texts))]
        for path, text in zip(paths, texts, strict=True):
            path.write_text(text, "utf-8")
        state = run(Plan(tuple(map(str, paths)), work, b"k" * 32, now=datetime(2026, 3, 3, tzinfo=UTC)))
        return json.loads(state.outputs["findings.json"])

    return analyze


def evidence(found):
    (incident,) = found["incidents"]
    return {item["text"]: item["ref"].get("entry") for item in incident["root_evidence"]}


def test_a_failure_at_the_beginning_may_be_older(findings):
    """The first entry in time fails, though it stands second in the file; a success before it settles the question."""
    older = evidence(findings(capture(entry(5, 200), entry(2, 500), entry(3, 200, path="/other"))))
    assert older[BEGINS] == 1
    assert BEGINS not in evidence(findings(capture(entry(1, 200), entry(2, 500))))
    assert BEGINS not in evidence(findings(capture(entry(1, 200, path="/other"), entry(2, 500))))
    assert BEGINS not in evidence(findings(capture(entry(2, 500), entry(3, 200)), capture(entry(1, 200))))


def test_a_failure_before_the_cut_may_have_gone_on(findings):
    """The file ends behind the failure; a success after it settles the question."""
    assert GOES_ON not in evidence(findings(capture(entry(1, 200), entry(2, 500))))
    whole = capture(entry(1, 200), entry(2, 500), entry(3, 200))
    cut = whole[: whole.rindex('{"startedDateTime"')]
    assert evidence(findings(cut))[GOES_ON] == 1
    assert GOES_ON not in evidence(findings(cut, capture(entry(4, 200))))
    longer = capture(entry(1, 200), entry(2, 500), entry(3, 200), entry(4, 200, path="/other"))
    assert GOES_ON not in evidence(findings(longer[: longer.rindex('{"startedDateTime"') + 40]))


def test_failures_alone_have_no_rate(findings):
    """Neither how many worked nor whether it failed every time can be known."""
    alone = findings(capture(entry(1, 500), entry(2, 500), entry(3, 500)))
    assert evidence(alone)[RATE] == 0
    assert alone["incidents"][0]["pattern"] is None
    assert alone["sources"][0]["gaps"] == ["only_failures"]
    among = findings(capture(entry(1, 500), entry(2, 500), entry(3, 500), entry(4, 200)))
    assert RATE not in evidence(among)
    assert among["incidents"][0]["pattern"] == "constant"


def test_a_sanitised_capture_proves_no_missing_credentials(findings):
    """The rule about them is not evaluated, the incident says that they are not visible; a full export proves it."""
    full = findings(capture(entry(1, 200, path="/"), entry(2, 401, sent=())))
    assert full["sources"][0]["gaps"] == []  # a cookie was sent: nothing was taken out
    assert SANITISED not in evidence(full)
    hidden = findings(capture(entry(1, 200, path="/", sent=()), entry(2, 401, sent=())))
    assert hidden["sources"][0]["gaps"] == ["sanitised"]
    assert evidence(hidden)[SANITISED] == 1
    assert not any("sent no credentials" in text for text in evidence(hidden))
    assert any("sent no credentials" in text for text in evidence(full))


def test_hidden_columns_are_columns():
    """A column that is renamed would be hidden no longer."""
    known = set(EVENTS) | {column.name for column in fact_columns()}
    for gap in ("sanitised", "masked", "no_bodies"):
        (names,) = hidden_columns({"a.har": Capture(frozenset({gap}))}).values()
        assert names
        assert names <= known
    assert hidden_columns({"a.har": Capture(frozenset({"cut", "cached"}))}) == {"a.har": frozenset()}


@pytest.mark.parametrize("column", ["from_cache", "service_worker"])
@pytest.mark.parametrize("shared", [{"request_id": "r-1"}, {}])
def test_what_a_cache_answers_reached_no_server(column, shared):
    """Its headers carry the id of the exchange that filled it, and its time may lie near another's: it joins neither."""
    access = row("access", 0, status=200, **shared)
    assert correlate(frame(access, row("har", 0, status=200, **shared))).exchanges.height == 1
    assert correlate(frame(access, row("har", 0, status=200, **{column: True}, **shared))).exchanges.height == 2


def test_captures_of_one_run_stay_apart(findings):
    """Each has its own entries and gaps, though both call their page page_1."""
    page = {"version": "1.2", "creator": {"name": "tool"}, "pages": [{"id": "page_1"}]}
    first = [entry(1, 200, path="/") | {"pageref": "page_1"}, entry(2, 500) | {"pageref": "page_1"}]
    second = [entry(7, 500) | {"pageref": "page_1"}]
    found = findings(*(json.dumps({"log": {**page, "entries": entries}}) for entries in (first, second)))
    assert [(source["entries"], source["gaps"]) for source in found["sources"]] == [(2, []), (1, ["only_failures"])]


def test_pages_of_one_name_in_two_captures_are_two():
    """The page of the first is secure, so that its plain script is mixed content; of the second nothing is known."""
    secure = row(
        "har", 0, page="page_1", resource_type="document", url="https://a.example/", scheme="https", status=200
    )
    plain = {"page": "page_1", "url": "http://cdn.example/a.js", "scheme": "http", "host": "cdn.example"}
    rows = frame(secure, row("har", 1, **plain), row("har", 2, source="other.har", **plain))
    facts = add_facts(correlate(rows).exchanges).sort("timestamp")
    assert facts["mixed_content"].to_list()[1:] == [True, None]
