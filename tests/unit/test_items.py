"""The checklist P01 to P40: complete, wanted by the kind of incident, and true on what is read."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from report_cases import LIMIT, POOL, clean, demo
from ticket_cases import answered, facts, story

from analyzer.model import IncidentFacts, Ref, Told
from analyzer.packet import Case, items_of
from analyzer.packet.items import checks
from analyzer.pipeline import Plan, run

SAMPLES = Path(__file__).parents[2] / "sample_logs"
NOBODY = Case("nobody-asked")


def of(analysis, case=NOBODY, profile="vendor"):
    return {item.id: item for item in items_of(analysis, case, profile)}


def about(incident, *told):
    """Gives the demo with one incident and what is told of it."""
    findings = replace(demo().findings, incidents=(incident,))
    return replace(demo(), findings=findings, facts={incident.id: IncidentFacts(5, 5, tuple(told))})


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    """Analyzes a sample story as a packet does, once."""
    known = {}

    def analyzed(name):
        if name not in known:
            plan = Plan((str(SAMPLES / name),), tmp_path_factory.mktemp("work"), b"k" * 32, packet_facts=True)
            known[name] = run(plan).analysis
        return known[name]

    return analyzed


def test_all_forty_items_are_there_once_and_in_order():
    """P01 to P40, each with a name and, unless the program always knows, a question that can be sent on."""
    assert [check.id for check in checks()] == [f"P{number:02d}" for number in range(1, 41)]
    assert len({check.name for check in checks()}) == 40
    always_known = {"P37", "P38", "P39", "P40"}
    optional = {"P15", "P21", "P22", "P23"}
    for check in checks():
        texts = [question.text for question in check.questions] or [check.ask]
        if check.id not in always_known | optional:
            assert all("?" in text for text in texts), check.id


def test_who_knows_each_answer_is_as_the_checklist_has_it():
    """21 derived, 4 derived and confirmed, 4 mixed, 11 asked."""
    by_source = Counter(check.source for check in checks())
    assert by_source == {"derived": 21, "confirm": 4, "mixed": 4, "ask": 11}
    assert {check.id for check in checks() if check.source == "confirm"} == {"P03", "P09", "P10", "P20"}
    assert {check.id for check in checks() if check.source == "mixed"} == {"P12", "P13", "P17", "P18"}
    asked = {"P01", "P08", "P11", "P19", "P24", "P30", "P31", "P32", "P33", "P34", "P35"}
    assert {check.id for check in checks() if check.source == "ask"} == asked


def test_optional_items_are_as_the_checklist_has_them():
    """They never make a packet incomplete; the evidence of a kind of failure is wanted with that kind."""
    required = {name for name, item in of(story()).items() if item.required}
    optional = {f"P{number:02d}" for number in range(1, 41)} - required
    assert optional == {"P15", "P20", "P21", "P22", "P23", "P24", "P25", "P26", "P32", "P33", "P34", "P35"}


@pytest.mark.parametrize(
    ("statuses", "layer", "wanted"),
    [
        ((500,), "backend", {"P27"}),
        ((429,), "rate_limit", {"P26"}),
        ((401,), "authentication", {"P25"}),
        ((403, 503), "unknown", {"P25", "P27"}),
        ((404,), "request", set()),
        ((), "dns", set()),
    ],
)
def test_evidence_is_wanted_by_the_kind_of_failure(statuses, layer, wanted):
    """401 and 403 want authentication evidence, 429 the limiter's, 5xx the server behind."""
    items = of(about(replace(POOL, statuses=statuses, layer=layer)))
    assert {name for name in ("P25", "P26", "P27") if items[name].required} == wanted


def test_a_har_is_wanted_where_there_was_one():
    """P16 is complete with a HAR among the inputs, and not asked for without."""
    assert (
        of(story())["P16"].answer
        == "har/ holds the entries that matter of `browser/checkout.har` (148 entries), sanitised."
    )
    logs = replace(demo().findings, sources=demo().findings.sources[:3])
    assert of(replace(demo(), findings=logs))["P16"].required is False


def test_titles_times_rates_and_scope_are_drafted():
    """Written by hand from the demo's numbers: 41 of 96, 15 of 36, 16:32:13.204 to 16:32:37.911."""
    items = of(story())
    assert items["P01"].answer == "500 burst on `POST /v2/quotes` and 1 more endpoint, 2026-05-12 16:32 UTC"
    assert items["P01"].draft
    assert not items["P01"].missing
    assert items["P02"].answer == (
        "First seen 2026-05-12T16:32:13.204+00:00, last seen 2026-05-12T16:32:37.911+00:00 (UTC), 24 s; "
        "over: 69 later requests to these endpoints worked."
    )
    assert items["P09"].answer.startswith("Intermittent, and transient: 41 of 96 requests failed (43 %;")
    assert "41 failures within 24 s" in items["P09"].answer
    assert items["P10"].answer.startswith("Affected: 15 of 36 clients that used these endpoints (58 clients in all); ")
    assert "Not affected: 21 clients of the same endpoints; 3 other endpoints without a failure" in items["P10"].answer
    assert items["P10"].draft
    assert items["P13"].answer.startswith("41 of 96 such requests failed while it lasted (43 %)")


def test_a_rate_is_counted_by_the_minute_where_it_lasted_longer():
    """520 failures in 523.12 s are 60 a minute."""
    assert "about 60 failures a minute" in of(about(LIMIT))["P09"].answer


def test_few_failures_are_no_burst_and_no_rate_of_none():
    """2 failures in 523 s: not "about 0 a minute"."""
    items = of(about(replace(LIMIT, failed=2, failure_rate=2 / 1_203)))
    assert "2 failures within 8 min 43 s" in items["P09"].answer
    assert items["P01"].answer == "429 on `GET /v2/rates/{id}`, 2026-05-12 16:10-16:18 UTC"


def test_a_status_of_success_is_not_called_the_failure():
    """The browser kept a 200 from the page: the title and what came instead name its error."""
    blocked = replace(POOL, statuses=(200,), errors=("net::ERR_FAILED",))
    items = of(about(blocked))
    assert items["P01"].answer.startswith("`net::ERR_FAILED` burst on `POST /v2/quotes` and 1 more endpoint, ")
    assert (
        "Actual: `net::ERR_FAILED` for `POST /v2/quotes` and 1 more endpoint, although the answer was 200 OK: 41"
        in (items["P08"].answer)
    )
    assert items["P07"].answer.startswith("`net::ERR_FAILED`")


def test_what_some_clients_meet_always_is_not_consistent_for_all():
    """15 of 36 clients always, and one request alone, are told apart from what every request meets."""
    some = of(about(replace(POOL, pattern="constant")))["P09"].answer
    assert some.startswith("Consistent while it lasted for those affected, and transient: 41 of 96 requests failed")
    single = of(about(replace(POOL, failed=1, requests=1, failure_rate=1.0)))["P09"].answer
    assert single.startswith("A single failure")


def test_evidence_is_not_counted_by_what_the_report_quotes():
    """The folder holds up to 500 rows an incident, the report a few lines: the item counts neither."""
    assert of(story())["P28"].answer.startswith(
        "evidence/ holds the lines and entries that the findings rest on, and those of failing requests."
    )


def test_where_redaction_is_off_no_item_says_otherwise():
    """Neither the statement, nor the capture, nor the addresses."""
    items = of(story(), profile=None)
    assert items["P37"].answer == "REDACTION IS OFF: secrets and personal data are as they were in the inputs."
    assert items["P16"].answer.endswith(", NOT redacted.")
    assert items["P21"].answer.endswith("(as recorded).")


def test_each_answer_points_at_what_it_rests_on():
    """The places are those of the values."""
    items = of(story())
    assert items["P07"].refs[0] == Ref("app/quotes.ndjson", 8841)
    assert items["P18"].refs == (Ref("browser/checkout.har", entry=87),)
    assert items["P02"].refs == (Ref("browser/checkout.har", entry=87),)
    assert items["P15"].refs == (Ref("edge/access.log", 20433),)


def test_what_a_person_says_replaces_a_draft_and_stands_before_what_was_read():
    """A given title is the title; a given region stands beside the point of presence."""
    items = of(story(), answered())
    assert items["P01"].answer == "Quotes fail: POST /v2/quotes answers 500 since 16:32 UTC"
    assert not items["P01"].draft
    assert (
        items["P11"].answer == "Severity: production system impaired. Impact: No quotes for 15 customers, about 40 lost"
    )
    assert items["P12"].answer.startswith("(1) Open the basket; (2) Press Quote. From the inputs: (1) Send 10 requests")
    assert items["P18"].answer == "eu-central-1. From the inputs: point of presence `SJC` (1)."
    assert items["P31"].answer == "none"
    assert items["P30"].answer.startswith(
        "16:31:58 worker 10.3.0.17 restarted with another pool_size. From the inputs: "
    )


def test_half_an_answer_is_missing_and_not_lost():
    """Severity without impact: the impact is asked for, the severity is known so far."""
    item = of(story(), Case("half", {"severity": "high"}))["P11"]
    assert item.missing
    assert item.known == "Severity: high"
    assert item.shown == "MISSING: ask What can the business not do, for how many people, and what does it cost?"
    assert item.case_key == "impact"


def test_what_came_before_is_no_answer_to_what_was_changed():
    """A line just before is told, and the changes are still asked for."""
    item = of(story())["P30"]
    assert item.missing
    assert item.known == "`Worker 10.3.0.17 restarted with pool_size=4 (was 40)`"


def test_accounts_stay_out_of_what_anybody_may_read():
    """Profile public leaves them out and says so."""
    assert of(story(), answered(), "vendor")["P19"].answer == "account 012345670123"
    assert of(story(), answered(), "public")["P19"].answer == "given, and left out by the profile public"


def test_nobody_can_mark_text_as_quoted_by_a_backtick():
    """An odd backtick in an answer would turn quoted text around."""
    item = of(story(), Case("tick", {"region": ("one ` two",)}))["P18"]
    assert item.answer == "one ' two. From the inputs: point of presence `SJC` (1)."
    told = Told("pop", "a`b", 1, 0, 1, None)
    assert of(about(POOL, told))["P18"].answer == "point of presence `a\\x60b` (1)."


def test_a_healthy_input_derives_nothing_about_a_failure():
    """Without an incident every answer about one is missing, and those about the inputs are there."""
    items = of(clean())
    assert all(items[name].answer is None for name in ("P01", "P02", "P04", "P07", "P08", "P09", "P10", "P14", "P29"))
    assert all(items[name].answer for name in ("P03", "P36", "P37", "P38", "P39", "P40"))


def test_tokens_are_described_and_their_end_is_counted_against_the_request():
    """Two requests with a token that had ended 312 and 315 s before."""
    told = (
        Told("auth_scheme", "Bearer", 2, 0, 1, Ref("a.har", entry=1)),
        Told("www_authenticate", 'Bearer error="invalid_token"', 2, 0, 1, Ref("a.har", entry=1)),
        Told("token_issuer", "https://id.example", 2, 0, 1, Ref("a.har", entry=1)),
        Told("token_left_s", "-312", 1, 0, 2, Ref("a.har", entry=1)),
        Told("token_left_s", "-315", 1, 0, 2, Ref("a.har", entry=2)),
    )
    item = of(about(replace(POOL, statuses=(401,), layer="authentication"), *told))["P25"]
    assert item.answer == (
        'credentials sent as `Bearer` (2); WWW-Authenticate: `Bearer error="invalid_token"` (2); '
        "iss `https://id.example` (2); expired 312 to 315 s before the request; "
        "authentication ruled out: `The token was accepted before the handler ran`."
    )
    assert item.refs == (Ref("a.har", entry=1), Ref("a.har", entry=2), Ref("app/quotes.ndjson", 8839))


def test_a_limiter_is_described_with_the_rate_of_requests():
    """1,203 requests in 523 s are 138 a minute."""
    item = of(about(LIMIT, Told("retry_after", "30", 520, 0, 1, Ref("edge/access.log", 9120))))["P26"]
    assert item.answer == (
        "Retry-After `30` (520); 1,203 requests in 8 min 43 s, about 138 a minute; 1 client refused."
    )


STORIES = {
    "error-burst": {
        "P07": "harbor.pricing.TariffMissingError",
        "P27": "answered by `application` (41)",
        "P22": "port 443",
    },
    "upstream-down": {"P07": "connect() failed (111: Connection refused)", "P27": "asked `127.30.0.10:8000`"},
    "retry-after-ignored": {"P26": "Retry-After", "P01": "429 burst on `"},
    "signing-key-rotation": {"P25": "kid `", "P01": "401 burst on `"},
}


@pytest.mark.parametrize("name", sorted(STORIES))
def test_the_sample_stories_are_told_truly(name, sample):
    """What the checklist says of a story is what its log says; only people's answers are missing."""
    items = of(sample(name))
    for key, words in STORIES[name].items():
        assert words in items[key].answer, items[key].answer
    asked = {"P11", "P18", "P19", "P30", "P31"}
    missing = {key for key, item in items.items() if item.missing}
    assert asked <= missing | {"P18"}
    assert not missing & {"P01", "P02", "P03", "P04", "P06", "P07", "P09", "P10", "P14", "P28", "P29", "P36"}


def test_what_requests_that_worked_log_too_is_no_error_text(sample):
    """The application logs "request completed" of every request, also of those that the browser kept from the page."""
    items = of(sample("../tests/data/stories/cors-origin-dropped/inputs"))
    assert items["P07"].answer == "`net::ERR_FAILED`."


def entry(second, status, **headers):
    """Gives one HAR entry of S3 behind two edges."""
    listed = [{"name": name.replace("_", "-"), "value": value} for name, value in headers.items()]
    return {
        "startedDateTime": f"2026-03-01T12:00:{second:02d}.000Z",
        "time": 100,
        "request": {
            "method": "GET", "url": f"https://files.example.com/reports/7?part=1&token=s3cr3t-{second}",
            "httpVersion": "HTTP/2", "headers": [{"name": "User-Agent", "value": "Sync/1.2"}], "cookies": [],
            "queryString": [], "headersSize": -1, "bodySize": 0,
        },
        "response": {
            "status": status, "statusText": "", "httpVersion": "HTTP/2", "headers": listed, "cookies": [],
            "content": {"size": 0, "mimeType": "text/plain"}, "redirectURL": "", "headersSize": -1, "bodySize": 0,
        },
        "cache": {},
        "timings": {"dns": 1, "connect": 2, "ssl": 1, "send": 1, "wait": 95, "receive": 1},
        "serverIPAddress": "192.0.2.10",
    }  # fmt: skip


def test_ids_come_in_pairs_with_their_names_and_tell_the_point_of_presence(tmp_path):
    """S3's two ids of one answer stand together; CF-Ray ends with a data centre, CloudFront names its own."""
    failing = [
        entry(
            second, 503, x_amz_request_id=f"79104EXAMPLEB{second:03d}", x_amz_id_2=f"HostIdExample{second:03d}=",
            cf_ray=f"8f2a1b3c4d5e6f{second:02d}-SJC", x_amz_cf_pop="FRA56-C1",
        )
        for second in range(20, 40)
    ]  # fmt: skip
    good = [entry(second, 200) for second in range(20)]
    log = {"version": "1.2", "creator": {"name": "Recorder", "version": "9.1"}, "entries": good + failing}
    (tmp_path / "s3.har").write_text(json.dumps({"log": log}))
    work = tmp_path / "work"
    work.mkdir()
    analysis = run(Plan((str(tmp_path / "s3.har"),), work, b"k" * 32, packet_facts=True)).analysis
    items = of(analysis)
    pair = "x-amz-request-id `79104EXAMPLEB020` with x-amz-id-2 `HostIdExample020=` with cf-ray `8f2a1b3c4d5e6f20-SJC`"
    assert f"at 12:00:20 UTC: {pair}" in items["P04"].answer
    assert items["P04"].refs[0] == Ref(str(tmp_path / "s3.har"), entry=20)
    assert "point of presence `FRA56-C1` (20), `SJC` (20)" in items["P18"].answer
    assert "recorded by `Recorder 9.1` (20)" in items["P17"].answer
    assert "User-Agent `Sync/1.2` (20)" in items["P17"].answer
    assert "names of query parameters `part`, `token`" in items["P06"].answer
    assert not [item.id for item in items.values() if "s3cr3t" in f"{item.answer}{item.known}"]
    assert (
        items["P22"].answer == "address `192.0.2.10` (20); scheme `https` (20); HTTP version `HTTP/2` (20); port 443."
    )


def test_what_a_packet_tells_is_redacted_like_the_findings(tmp_path):
    """A reset link in a path, and a key in a user agent, are placeholders in the facts too."""
    secret, key = "5f2c8e1b9a7d4c3e8f6a1b2c3d4e5f60", "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc"
    entries = [entry(second, 503) for second in range(20)]
    for one in entries:
        one["request"]["url"] = f"https://files.example.com/reset/{secret}"
        one["request"]["headers"][0]["value"] = f"Sync/1.2 {key}"
    (tmp_path / "reset.har").write_text(json.dumps({"log": {"version": "1.2", "entries": entries}}))
    work = tmp_path / "work"
    work.mkdir()
    analysis = run(Plan((str(tmp_path / "reset.har"),), work, b"k" * 32, packet_facts=True)).analysis
    told = repr(analysis.facts)
    assert "[redacted:" in told
    assert secret not in told
    assert key not in told


def test_facts_count_working_requests_beside_failing_ones():
    """What parts the two sides is told with both counts."""
    told = [(item.value, item.count, item.working) for item in facts().of("user_agent")]
    assert told[0] == ("ShopApp/4.2 (Android 15)", 30, 12)
    assert of(story())["P10"].answer.endswith("user agent `ShopApp/4.1 (iOS 18)` (23 requests worked).")
