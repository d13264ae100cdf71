"""The recorded stories hold what their truth.json says, counted with plain Python and not with the package."""

from __future__ import annotations

import base64
import datetime as dt
import gzip
import json
import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jsonschema
import pytest
from lab.stories import stories

SAMPLES = Path(__file__).parents[2] / "sample_logs"
TRUTHS = Path(__file__).parents[1] / "data" / "stories"
# The other stories have their inputs beside their truth: tests/test_recorded_stories.py.
HERE = sorted(path.parent for path in TRUTHS.glob("*/truth.json") if not (path.parent / "inputs").is_dir())
# What somebody wrote was recorded from nothing, and may hold bytes that are no text: tests/test_hostile_sample.py.
WRITTEN = [path.name for path in HERE if "written_by" in json.loads((path / "truth.json").read_text())]
NAMES = [path.name for path in HERE if path.name not in WRITTEN]
ASKED = {"error-burst", "retry-after-ignored", "signing-key-rotation", "healthy", "upstream-down"}
LAYERS = [
    "browser", "dns", "connect", "tls", "proxy", "rate_limit", "authentication", "authorization", "request", "backend",
]  # fmt: skip

MOMENT = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"}
MOMENT_OR_NULL = {"anyOf": [MOMENT, {"type": "null"}]}
TEXTS = {"type": "array", "items": {"type": "string", "minLength": 1}, "uniqueItems": True}
FILLED = {**TEXTS, "minItems": 1}
ADDRESSES = {**FILLED, "items": {"type": "string", "pattern": r"^127\.30\.\d+\.\d+$"}}
REQUEST_IDS = {**FILLED, "items": {"type": "string", "pattern": "^[0-9a-f]{32}$"}}
INCIDENT = {
    "type": "object",
    "required": [
        "layer",
        "statuses",
        "endpoints",
        "started",
        "ended",
        "affected_clients",
        "all_clients",
        "scope",
        "pattern",
        "failed",
        "correlation_ids",
        "deciding",
    ],
    "properties": {
        "layer": {"enum": LAYERS},
        "statuses": {"type": "array", "items": {"type": "integer"}, "minItems": 1},
        "endpoints": {**FILLED, "items": {"type": "string", "pattern": "^[A-Z]+ /"}},
        "started": MOMENT,
        "ended": MOMENT,
        "affected_clients": ADDRESSES,
        "all_clients": {"type": "integer", "minimum": 1},
        "scope": {"enum": ["one", "some", "all"]},
        "pattern": {"enum": ["constant", "intermittent"]},
        "failed": {"type": "integer", "minimum": 1},
        "correlation_ids": REQUEST_IDS,
        "deciding": {"type": "object", "required": ["file", "contains"], "additionalProperties": {"type": "string"}},
    },
}
TRUTH = {
    "type": "object",
    "required": ["story", "title", "what_happened", "incidents", "healthy", "distractors", "fault_on", "fault_off", "inputs", "canaries"],
    "properties": {
        "story": {"enum": [*NAMES, *WRITTEN]},
        "what_happened": {"type": "string", "minLength": 40},
        "healthy": {"type": "boolean"},
        "incidents": {"type": "array", "items": INCIDENT},
        "fault_on": MOMENT_OR_NULL,
        "fault_off": MOMENT_OR_NULL,
        "inputs": FILLED,
        "distractors": FILLED,
        "canaries": FILLED,
    },
}  # fmt: skip

PAIRS = re.compile(
    r'^(?P<client>[\d.]+) - - \[(?P<time>[^\]]+)\] "(?P<method>[A-Z]+) (?P<target>\S+) HTTP/[\d.]+" (?P<status>\d{3}) \d+ '
    r'"[^"]*" "[^"]*" rid=(?P<id>[0-9a-f]{32}) .* rt=(?P<seconds>[\d.]+)$'
)
TOKEN = re.compile(r"(eyJ[\w-]+)\.(eyJ[\w-]+)\.([\w-]+)")
SECRET_SHAPES = (
    re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    re.compile(r"(?:api_key|hbr_session|password|access_token|refresh_token)=([^&\"; \\]+)"),
    re.compile(r"\"(?:password|refresh_token)\\?\":\s*\\?\"([^\"\\]+)"),
    re.compile(r"://[^/\s:]+:([^@/\s]+)@"),
)


@dataclass(frozen=True)
class Row:
    """One line of an access log."""

    client: str
    endpoint: str
    status: int
    request_id: str
    started: dt.datetime


def truth_of(name: str) -> dict[str, Any]:
    return json.loads((TRUTHS / name / "truth.json").read_text())


def text_of(name: str, file: str) -> str:
    plain = SAMPLES / name / file
    return (
        plain.read_text() if plain.exists() else gzip.decompress((SAMPLES / name / f"{file}.gz").read_bytes()).decode()
    )


def all_text(name: str) -> str:
    return "\n".join(text_of(name, file.removesuffix(".gz")) for file in truth_of(name)["inputs"])


def moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def endpoint(method: str, target: str) -> str:
    parts = target.partition("?")[0].split("/")
    numbered = {"bookings": "{number}", "tracking": "{container}", "invoices": "{id}"}
    if len(parts) == 4 and parts[2] in numbered:
        parts[3] = numbered[parts[2]]
    return f"{method} {'/'.join(parts)}"


def row(line: str) -> Row:
    if line.startswith("{"):
        record = json.loads(line)
        started = dt.datetime.fromtimestamp(record["msec"] - record["request_time"], dt.UTC)
        target = endpoint(record["request_method"], record["request_uri"])
        return Row(record["remote_addr"], target, record["status"], record["request_id"], started)
    found = PAIRS.match(line)
    assert found, line
    ended = dt.datetime.strptime(found["time"], "%d/%b/%Y:%H:%M:%S %z")
    started = ended - dt.timedelta(seconds=float(found["seconds"]))
    return Row(found["client"], endpoint(found["method"], found["target"]), int(found["status"]), found["id"], started)


def edge_rows(name: str) -> list[Row]:
    return [row(line) for line in text_of(name, "access.log").splitlines()]


def application_statuses(name: str) -> dict[str, int]:
    """Status by request id, whichever of the three styles the application wrote."""
    statuses = {}
    for line in text_of(name, "app.jsonl").splitlines():
        record = json.loads(line)
        http = record.get("http", {})
        status = record.get("status", http.get("response", {}).get("status_code"))
        request_id = record.get("request_id", http.get("request", {}).get("id"))
        if status and request_id:
            statuses[request_id] = status
    return statuses


def incidents() -> list[Any]:
    return [pytest.param(name, one, id=name) for name in NAMES for one in truth_of(name)["incidents"]]


def inside(one: dict[str, Any], rows: list[Row], margin: float = 0) -> list[Row]:
    """Rows of the incident's endpoints in its window, made smaller by `margin` seconds at both ends."""
    edge = dt.timedelta(seconds=margin)
    begin, end = moment(one["started"]) + edge, moment(one["ended"]) - edge
    return [row for row in rows if row.endpoint in one["endpoints"] and begin <= row.started <= end]


def test_every_story_of_the_lab_has_its_folder() -> None:
    """One folder per module of tests/lab/stories, and the five that the tool is shown with are among them."""
    assert {path.parent.name for path in TRUTHS.glob("*/truth.json")} == {*stories(), *WRITTEN}
    assert set(NAMES) >= ASKED


@pytest.mark.parametrize("name", [*NAMES, *WRITTEN])
def test_readme_tells_the_story_in_one_line(name: str) -> None:
    """sample_logs/README.md has exactly one row per story."""
    readme = (SAMPLES / "README.md").read_text().splitlines()
    assert sum(line.startswith(f"| [{name}]({name}/) |") for line in readme) == 1


@pytest.mark.parametrize("name", [*NAMES, *WRITTEN])
def test_truth_has_its_schema(name: str) -> None:
    """truth.json carries every promised field in the promised form."""
    truth = truth_of(name)
    jsonschema.validate(truth, TRUTH)
    assert truth["story"] == name
    if name in NAMES:
        assert (truth["title"], truth["what_happened"]) == (stories()[name].title, stories()[name].what_happened)
    assert truth["healthy"] == (truth["incidents"] == []) == (truth["fault_on"] is None)


@pytest.mark.parametrize("name", [*NAMES, *WRITTEN])
def test_folder_holds_the_inputs_and_nothing_else(name: str) -> None:
    """Only what may be given to the tool; together under 1 MB; every folder of inputs has its truth."""
    files = {path.name: path.stat().st_size for path in (SAMPLES / name).iterdir()}
    assert set(files) == set(truth_of(name)["inputs"])
    assert sorted(path.name for path in SAMPLES.iterdir() if path.is_dir()) == sorted([*NAMES, *WRITTEN])
    assert all(files.values())
    assert sum(files.values()) < 1_000_000


def test_some_files_are_compressed_the_same_way_every_time() -> None:
    """A gzip header without name and time (RFC 1952: FLG 0, MTIME 0)."""
    compressed = sorted(SAMPLES.glob("*/*.gz"))
    assert compressed
    assert all(path.read_bytes()[3:8] == bytes(5) for path in compressed)


@pytest.mark.parametrize("name", NAMES)
def test_whatever_looks_secret_was_planted(name: str) -> None:
    """Tokens, passwords, keys, sessions and addresses of people occur only as canaries."""
    text, canaries = all_text(name), truth_of(name)["canaries"]
    planted = set(canaries)
    tokens = TOKEN.findall(text)
    assert {part for _, claims, signature in tokens for part in (claims, signature)} <= planted
    matches = [found for shape in SECRET_SHAPES for found in shape.findall(text)]
    assert matches
    assert [
        found for found in matches if not any(canary in found for canary in canaries) and not found.startswith("eyJ")
    ] == []
    assert "-----BEGIN" not in text


@pytest.mark.parametrize("name", NAMES)
def test_every_canary_is_in_the_inputs(name: str) -> None:
    """A canary that does not occur would prove nothing; each one is obviously fake or belongs to a token."""
    text = all_text(name)
    in_tokens = {part for _, claims, signature in TOKEN.findall(text) for part in (claims, signature)}
    for canary in truth_of(name)["canaries"]:
        assert canary in text
        assert "CANARY" in canary or "YRANAC" in canary or canary in in_tokens


def test_tokens_carry_a_planted_address() -> None:
    """The claims name an invented person, so redaction has to remove the claims too."""
    for name in NAMES:
        for _, claims, _ in TOKEN.findall(all_text(name)):
            assert "CANARY" in json.loads(base64.urlsafe_b64decode(claims + "==="))["email"]


@pytest.mark.parametrize("name", NAMES)
def test_all_addresses_are_loopback(name: str) -> None:
    """No IP address of any real host occurs; Chromium's reduced version number is none."""
    found = set(re.findall(r"(?<![\d./])(\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})(?![\d.])", all_text(name)))
    assert found
    assert {address for address in found if not address.startswith("127.30.")} == set()


@pytest.mark.parametrize("name", NAMES)
def test_clients_and_nginx_count_the_same(name: str) -> None:
    """Every status that the clients saw is as often in access.log; preflights and Chromium's favicon are extra."""
    truth, rows = truth_of(name), edge_rows(name)
    extra = [
        one
        for one in rows
        if one.endpoint.startswith("OPTIONS ") or (one.client, one.endpoint) == ("127.30.5.21", "GET /favicon.ico")
    ]
    counted = Counter("cancelled" if one.status == 499 else str(one.status) for one in rows if one not in extra)
    assert counted == Counter(truth["client_statuses"])
    assert len({one.client for one in rows}) == truth["all_clients"]


@pytest.mark.parametrize(("name", "one"), incidents())
def test_edge_log_holds_the_failures(name: str, one: dict[str, Any]) -> None:
    """The rows with the failing statuses on the failing endpoints, a second around the window, are those of the truth."""
    failing = [row for row in inside(one, edge_rows(name), margin=-1) if row.status in one["statuses"]]
    assert len(failing) == one["failed"]
    assert {row.request_id for row in failing} == set(one["correlation_ids"])
    assert {row.client for row in failing} == set(one["affected_clients"])
    assert {row.endpoint for row in failing} == set(one["endpoints"])
    assert abs(min(row.started for row in failing) - moment(one["started"])) < dt.timedelta(seconds=1.1)
    assert abs(max(row.started for row in failing) - moment(one["ended"])) < dt.timedelta(seconds=1.1)


@pytest.mark.parametrize(("name", "one"), incidents())
def test_scope_and_pattern_follow_from_the_edge_log(name: str, one: dict[str, Any]) -> None:
    """One, some or all of the clients on these endpoints; constant when no affected client succeeded meanwhile."""
    rows = inside(one, edge_rows(name), margin=1)
    affected = set(one["affected_clients"])
    unaffected = {row.client for row in rows} - affected
    expected = "one" if len(affected) == 1 else "some" if unaffected else "all"
    assert one["scope"] == expected
    successes = [row for row in rows if row.client in affected and row.status < 400]
    assert one["pattern"] == ("intermittent" if successes else "constant")


@pytest.mark.parametrize(("name", "one"), incidents())
def test_fault_was_on_while_requests_failed(name: str, one: dict[str, Any]) -> None:
    """The first failure follows the switch; the last one was sent before the fault was over."""
    truth = truth_of(name)
    latest = moment(truth["fault_off"]) + dt.timedelta(seconds=3)
    assert moment(truth["fault_on"]) <= moment(one["started"]) < moment(one["ended"]) <= latest


@pytest.mark.parametrize(("name", "one"), incidents())
def test_deciding_line_is_in_its_file_and_not_in_healthy(name: str, one: dict[str, Any]) -> None:
    """The line that settles the case exists, and nothing like it is there when nothing is wrong."""
    assert one["deciding"]["contains"] in text_of(name, one["deciding"]["file"]).replace('\\"', '"')
    assert one["deciding"]["contains"] not in all_text("healthy")


@pytest.mark.parametrize(("name", "one"), incidents())
def test_application_log_agrees_or_was_never_reached(name: str, one: dict[str, Any]) -> None:
    """The application wrote the failing status for each failing request; a stopped application wrote nothing."""
    written = application_statuses(name)
    found = {written.get(request_id) for request_id in one["correlation_ids"]}
    assert found == ({None} if one["statuses"] == [502] else set(one["statuses"]))


@pytest.mark.parametrize("name", [name for name in NAMES if (SAMPLES / name / "browser.har").exists()])
def test_browser_saw_the_same_story(name: str) -> None:
    """Failing HAR entries are part of the incident, fall into its window, and there are some in every story with a fault."""
    entries = json.loads(text_of(name, "browser.har"))["log"]["entries"]
    assert len(entries) > 30
    assert {urlsplit(entry["request"]["url"]).hostname for entry in entries} == {
        "app.harbor.example",
        "api.harbor.example",
        "id.harbor.example",
    }
    failing = [entry for entry in entries if entry["response"]["status"] >= 400]
    one = next(iter(truth_of(name)["incidents"]), None)
    if one is None:
        assert failing == []
        return
    assert len(failing) >= 3
    for entry in failing:
        headers = {header["name"]: header["value"] for header in entry["response"]["headers"]}
        assert headers["x-request-id"] in one["correlation_ids"]
        assert moment(one["started"]) <= moment(entry["startedDateTime"]) <= moment(one["ended"])


@pytest.mark.parametrize("name", NAMES)
def test_distractors_speak_of_expired_tokens_where_there_are_some(name: str) -> None:
    """The short-lived tokens are named as a distractor exactly where the API refused one for its age."""
    named = any("127.30.4.71" in distractor for distractor in truth_of(name)["distractors"])
    assert named == ("the token expired" in text_of(name, "app.jsonl"))


def test_healthy_has_only_normal_noise() -> None:
    """Deleted bookings, one mistyped password, one viewer, one impatient phone, expired tokens that are refreshed; no 429, no 5xx."""
    rows = edge_rows("healthy")
    odd = Counter((row.status, row.endpoint) for row in rows if row.status >= 400)
    deleted = odd.pop((404, "GET /v2/bookings/{number}"))
    assert 1 <= deleted <= 15
    assert odd.pop((404, "GET /favicon.ico")) == 3
    assert odd.pop((404, "GET /robots.txt")) == 2
    assert odd.pop((401, "POST /oauth/token")) == 1
    assert odd.pop((403, "GET /v2/admin/users")) == 1
    assert odd.pop((499, "GET /v2/reports/volume")) == 1
    refused = [row for row in rows if row.status == 401 and row.endpoint != "POST /oauth/token"]
    assert {row.client for row in refused} == {"127.30.4.71"}
    assert sum(odd.values()) == len(refused) == 2
    for one in refused:
        following = [row.status for row in rows[rows.index(one) + 1 :] if row.client == one.client][:2]
        assert following == [200, 200]


def test_crashes_carry_their_stack_traces() -> None:
    """Each 500 of error-burst has a record with the traceback of the same request."""
    one = truth_of("error-burst")["incidents"][0]
    records = [json.loads(line) for line in text_of("error-burst", "app.jsonl").splitlines()]
    crashed = [
        record["request_id"] for record in records if "Traceback (most recent call last)" in record.get("exception", "")
    ]
    assert sorted(crashed) == sorted(one["correlation_ids"])


def test_retry_after_was_sent_and_not_kept() -> None:
    """Every 429 asked for two seconds, and nearly always the automation was back in less than half of one."""
    records = [json.loads(line) for line in text_of("retry-after-ignored", "access.log").splitlines()]
    assert {record["retry_after"] for record in records if record["status"] == 429} == {"2"}
    own = [record for record in records if record["remote_addr"] == "127.30.3.60"]
    gaps = [later["msec"] - sooner["msec"] for sooner, later in pairwise(own) if sooner["status"] == 429]
    assert sum(gap < 0.5 for gap in gaps) >= len(gaps) - 1 > 50


def test_token_endpoint_went_on_answering() -> None:
    """While every token was refused, new ones were issued with 200 and refused as well."""
    one = truth_of("signing-key-rotation")["incidents"][0]
    rows = edge_rows("signing-key-rotation")
    meanwhile = [
        row.status
        for row in rows
        if row.endpoint == "POST /oauth/token" and moment(one["started"]) <= row.started <= moment(one["ended"])
    ]
    assert set(meanwhile) == {200}
    assert len(meanwhile) > 20


def test_nginx_names_the_upstream_once_per_failure() -> None:
    """error.log of upstream-down has one line for every 502: refused, or reset while the application was stopping."""
    one = truth_of("upstream-down")["incidents"][0]
    lines = [
        line
        for line in text_of("upstream-down", "error.log").splitlines()
        if 'upstream: "http://127.30.0.10:8000/' in line
    ]
    refused = sum("connect() failed (111: Connection refused) while connecting to upstream" in line for line in lines)
    reset = sum("recv() failed (104: Connection reset by peer)" in line for line in lines)
    assert refused + reset == len(lines) == one["failed"]
    assert refused > 9 * reset
