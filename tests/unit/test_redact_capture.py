"""What a cleaned capture keeps: it is a valid HAR, tells the same facts, and holds every id verbatim."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path

import canaries
import jsonschema
import pytest
from canaries import MUST_SURVIVE, canary_har
from capture_cases import cleaned, document_of, log_of, one
from haralyzer import HarParser

from analyzer.errors import InputError
from analyzer.formats.har import HarFormat
from analyzer.redact.capture import marker_fault

HERE = Path(__file__).parents[1]
SCHEMA = jsonschema.Draft202012Validator(json.loads((HERE / "har_1_2.schema.json").read_text(encoding="utf-8")))
CASES = sorted((HERE / "data" / "har").glob("*/input.*"))
EQUAL = (
    "timestamp", "stamped_at", "method", "scheme", "host", "route", "protocol", "request_id", "trace_id", "edge_id",
    "duration_us", "blocked_us", "dns_us", "connect_us", "tls_us", "send_us", "wait_us", "receive_us", "request_bytes",
    "response_bytes", "from_cache", "resource_type", "initiator", "auth_present", "auth_scheme", "retry_after",
    "www_authenticate", "via", "x_cache", "server", "user_agent", "body_state", "close_code", "messages_sent",
    "set_cookie_sent_back", "grpc_status", "ratelimit_remaining", "allow_credentials", "response_date",
)  # fmt: skip


def readable(path: Path):
    try:
        return HarFormat().parse_document(path.read_bytes())
    except InputError:
        return None


@pytest.mark.parametrize("name", MUST_SURVIVE)
def test_what_ties_to_logs_survives_verbatim(name: str):
    """In both directions, also where the same value stands in a cookie."""
    value = MUST_SURVIVE[name]
    shown = one(sent={name: value, "cookie": f"last={value.replace(';', '')}"}, answered={name.title(): value})
    assert {"name": name, "value": value} in shown["request"]["headers"]
    assert {"name": name.title(), "value": value} in shown["response"]["headers"]


def test_every_readable_input_stays_a_valid_har_with_the_same_facts():
    """Over all inputs of the HAR tests: HAR 1.2, haralyzer, marker, second run, and the columns of every entry."""
    seen = 0
    for path in CASES:
        parsed = readable(path)
        if parsed is None:
            continue
        capture = cleaned(path.read_bytes())
        written = json.dumps(capture).encode()
        assert [error.message for error in SCHEMA.iter_errors(capture)] == [], path
        assert marker_fault(json.loads(written)["log"]) is None, path
        assert len(HarParser(json.loads(written)).har_data["entries"]) == parsed.events.height, path
        again = HarFormat().parse_document(written)
        before, after = parsed.events.select(EQUAL), again.events.select(EQUAL)
        assert before.equals(after), (path, [name for name in EQUAL if not before[name].equals(after[name])])
        known = parsed.events["status"].to_list()
        assert again.events["status"].to_list() == known, path
        if path.parent.name.startswith(("body-", "token", "producer-c", "q1")):
            assert json.dumps(cleaned(written)) == json.dumps(capture), path
        seen += parsed.events.height
    assert seen > 300


def test_canaries_stay_a_valid_har():
    assert [error.message for error in SCHEMA.iter_errors(cleaned(canary_har()))] == []


def test_the_schema_refuses_what_is_no_har():
    log = cleaned(canary_har())
    del log["log"]["entries"][0]["request"]["method"]
    log["log"]["entries"][1]["timings"]["wait"] = "long"
    log["log"]["entries"][2]["hidden"] = 1
    assert len(list(SCHEMA.iter_errors(log))) == 3


def test_a_changed_capture_is_told_from_a_whole_one():
    log = cleaned(canary_har())["log"]
    assert marker_fault(log) is None
    log["entries"][0]["time"] = 4
    assert marker_fault(log) == "The capture was changed after it was redacted."
    assert marker_fault({"entries": []}) == "The capture has no marker of a redaction."
    assert marker_fault(None) == "The capture has no marker of a redaction."
    assert marker_fault({**log, "_sanitized": {"tool": "other", "sha256": "0"}}) == (
        "The marker of the redaction is not of this program."
    )


def test_equal_values_have_equal_placeholders_wherever_they_stand():
    """A session id in a cookie, in a query, and in an error message of a later entry."""
    sid = "s3ss10n-8f2c77"
    capture = cleaned(log_of(
        canaries.entry(sent={"cookie": f"sid={sid}"}),
        canaries.entry(url=f"https://shop.example.test/x?sessionid={sid}"),
        canaries.entry(status=403, body=("application/json", json.dumps({"message": f"session {sid} is over"}))),
    ))  # fmt: skip
    entries = capture["log"]["entries"]
    shown = entries[0]["request"]["headers"][1]["value"].removeprefix("sid=")
    assert shown.startswith("[redacted:")
    mark = shown[-13:-1]
    assert entries[1]["request"]["url"].endswith(f":{mark}]")
    assert f":{mark}] is over" in entries[2]["response"]["content"]["text"]


def test_an_error_stays_readable_and_content_does_not():
    failed = {"error": {"code": 42, "message": "Card was declined"}, "order": {"note": "for my aunt", "total": 17}}
    shown = one(status=402, body=("application/json", json.dumps(failed)))["response"]["content"]["text"]
    assert json.loads(shown) == {
        "error": {"code": 42, "message": "Card was declined"},
        "order": {"note": "[11 characters]", "total": 0},
    }


def test_readable_bodies_keep_neutral_values():
    body = {"colour": "green", "total": 17, "password": "gr33n-p4ss"}
    capture = cleaned(log_of(canaries.entry(body=("application/json", json.dumps(body)))), bodies="redacted")
    shown = json.loads(capture["log"]["entries"][0]["response"]["content"]["text"])
    assert shown["colour"] == "green"
    assert shown["total"] == 17
    assert shown["password"].startswith("[redacted:secret:")


def test_what_a_token_says_stays_and_the_token_goes():
    """exp is 2026-03-02T09:59:00Z, sixty seconds before the request."""
    token = canaries.jwt("c2lnbmF0dXJlLW9mLXRoZS10b2tlbg")
    shown = one(sent={"authorization": f"Bearer {token}"})["request"]["headers"][1]["value"]
    told = json.loads(shown.removeprefix("Bearer "))
    assert told["claims"] == canaries.CLAIMS
    assert told["jwt"] == {"alg": "RS256", "typ": "JWT", "kid": "key-2026-03"}
    assert told["expired_s_before_request"] == 60
    assert "248289761001" not in shown
    again = HarFormat().parse_document(
        json.dumps(cleaned(log_of(canaries.entry(sent={"authorization": f"Bearer {token}"})))).encode()
    )
    assert again.events["token_issuer"].to_list() == ["https://id.example.test/"]
    assert str(again.events["token_expires_at"][0]) == "2026-03-02 09:59:00+00:00"


def test_what_only_looks_like_a_cleaned_token_is_cleaned():
    """Somebody writes a secret in the form of our own output."""
    forged = json.dumps(
        {"jwt": {"alg": "x", "secret": "h1dd3n-0001"}, "claims": {"sub": "h1dd3n-0002"}, "signature": "h1dd3n-0003"}
    )
    shown = one(sent={"authorization": f"Bearer {forged.replace(': ', ':')}"})
    assert "h1dd3n" not in json.dumps(shown)


AUTHORIZATIONS = {
    "Basic YW5uOnMzY3JldC1wdw==": r"^Basic \[redacted:credentials:[0-9a-f]{12}\], 2 parts$",
    "Bearer 00QCjAl4MlV-WPXM": r"^Bearer \[redacted:credentials:[0-9a-f]{12}\]$",
    "00QCjAl4MlV-WPXM": r"^\[redacted:credentials:[0-9a-f]{12}\]$",
    'Digest username="ann", realm="shop", nonce="7ypf/xlj9XXwfDPE", uri="/v1", response="753927fa0e85d155564e", qop=auth': (
        r'^Digest username="\[redacted:user:[0-9a-f]{12}\]", realm="shop", nonce="\[redacted:credentials:[0-9a-f]{12}\]", '
        r'uri="\[redacted:credentials:[0-9a-f]{12}\]", response="\[redacted:credentials:[0-9a-f]{12}\]", qop=auth$'
    ),
}


@pytest.mark.parametrize("value", AUTHORIZATIONS)
def test_of_credentials_the_scheme_stays(value: str):
    shown = one(sent={"Authorization": value})["request"]["headers"][1]["value"]
    assert re.search(AUTHORIZATIONS[value], shown), shown


URLS = {
    "https://a.test/x?page=2&sort=name": "https://a.test/x?page=2&sort=name",
    "https://a.test/v1/orders/550e8400-e29b-41d4-a716-446655440000": "https://a.test/v1/orders/550e8400-e29b-41d4-a716-446655440000",
    "https://a.test/share/settings": "https://a.test/share/settings",
    "https://a.test/cb?code=404": "https://a.test/cb?code=404",
    "https://a.test/x?q=": "https://a.test/x?q=",
    "data:text/plain;base64,aGVsbG8=": "data:text/plain;base64,[8 characters]",
    "/relative?b=1#top": "/relative?b=1#top",
}


@pytest.mark.parametrize("url", URLS)
def test_a_url_without_secrets_stays_as_it_was_written(url: str):
    assert one(url=url)["request"]["url"] == URLS[url]


@pytest.mark.parametrize(
    ("url", "hidden"),
    [
        ("https://a.test/share/550e8400-e29b-41d4-a716-446655440000", "550e8400"),
        ("https://hooks.a.test/services/T0AB12CD3/B0AB12CD4/x8Yq2LmN4pQ7", "x8Yq2LmN4pQ7"),
        ("https://a.test/#/login?token=fr4gm3nt-9", "fr4gm3nt-9"),
        ("https://a.test/r?next=%252Fcb%253Ftoken%253Dtw1ce-0042", "tw1ce-0042"),
        ("https://a.test/r?filter=%7B%22apiKey%22%3A%22js0n-0042%22%7D", "js0n-0042"),
        ("https://a.test/g?query=%7Bme%7D&variables=%7B%22a%22%3A%22neutral-7%22%7D", "neutral-7"),
    ],
)
def test_secrets_of_a_url_go(url: str, hidden: str):
    shown = one(url=url)["request"]["url"]
    assert hidden not in shown
    assert shown.startswith(url[:14])


def test_bodies_of_many_kinds_keep_their_shape():
    """By hand: names, kinds and lengths stay."""
    cases = {
        ("text/xml", "<login><Password>p4ss-0001</Password><b c='d'>text</b></login>"): (
            "<login><Password>[redacted:secret:", '</Password><b c="[1 characters]">[4 characters]</b></login>'),
        ("text/plain", "a note"): ("[6 characters]", ""),
        ("application/x-www-form-urlencoded", "name=ann&page=2"): ("name=[3+characters]&page=2", ""),
        ("application/x-ndjson", '{"a":"b"}\n{"c":1}\n'): ('{"a":"[1 characters]"}\n{"c":0}\n', ""),
        ("application/json", ")]}',\n" + '{"a":[true,null,"b"]}'): (")]}',\n" + '{"a":[true,null,"[1 characters]"]}', ""),
    }  # fmt: skip
    for (mime, text), (start, end) in cases.items():
        shown = one(method="POST", posted={"mimeType": mime, "text": text})["request"]["postData"]["text"]
        assert shown.startswith(start), shown
        assert shown.endswith(end), shown


def test_fields_that_har_does_not_know_are_dropped_or_cleaned():
    made = canaries.entry(
        _mine={"password": "p4ss-0001", "auth": {"x": "n3utral-1"}, "colour": "green"}, _priority="High"
    )
    dropped = cleaned(log_of(made))["log"]["entries"][0]
    assert "_mine" not in dropped
    assert dropped["_priority"] == "High"
    kept = cleaned(log_of(made), keep_unknown=True)["log"]["entries"][0]["_mine"]
    assert kept["colour"] == "green"
    assert kept["auth"] == {"x": "[9 characters]"}
    assert kept["password"].startswith("[redacted:secret:")


TRACE_FIELDS = {
    "dd=00f067aa0ba902b7,shop=ann": r"dd=00f067aa0ba902b7,shop=\[redacted:baggage:[0-9a-f]{12}\]",
    "sentry-trace_id=4bf92f3577b34da6,sentry-user=ann": (
        r"sentry-trace_id=4bf92f3577b34da6,sentry-user=\[redacted:baggage:[0-9a-f]{12}\]"
    ),
}


@pytest.mark.parametrize("value", TRACE_FIELDS)
def test_of_trace_fields_the_ids_stay(value: str):
    shown = one(sent={"baggage": value})["request"]["headers"][1]["value"]
    assert re.fullmatch(TRACE_FIELDS[value], shown), shown


def test_of_what_is_no_text_size_and_equality_stay():
    """Two pictures of which one stands twice; readers still take them for binary."""

    def picture(last: int):
        text = base64.b64encode(b"\x89PNG\r\n\x1a\n\x00\x00" + bytes([last])).decode()
        return canaries.entry(
            response={"content": {"size": 11, "mimeType": "image/png", "encoding": "base64", "text": text}}
        )

    capture = cleaned(log_of(picture(1), picture(2), picture(1)))
    first, second, third = (entry["response"]["content"] for entry in capture["log"]["entries"])
    assert first == third
    assert first["text"] != second["text"]
    assert first["size"] == 11
    assert HarFormat().parse_document(json.dumps(capture).encode()).events["body_kind"].to_list() == ["binary"] * 3


def test_sizes_and_times_stay():
    made = canaries.entry(body=("application/json", '{"a": "some text"}'))
    made["response"]["content"] |= {"size": 4711, "compression": -3}
    shown = cleaned(log_of(made))["log"]["entries"][0]
    assert shown["response"]["content"]["size"] == 4711
    assert shown["response"]["content"]["compression"] == -3
    assert shown["timings"] == made["timings"]
    assert shown["time"] == 61.5


def test_the_trail_names_rule_and_place_and_no_value():
    trail = []
    cleaned(canary_har(), trail=trail)
    places = {(fired.rule, fired.place) for fired in trail}
    assert ("authorization", "entry 0 request.headers.authorization") in places
    assert ("path", "entry 24 request.url") in places
    assert canaries.survivors(repr(trail).encode()) == set()
    assert document_of(canary_har())["log"]["entries"]


def test_the_same_result_with_and_without_a_trail():
    assert cleaned(canary_har(), trail=[]) == cleaned(canary_har())
