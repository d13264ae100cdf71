"""Every rule of rules/ fires on its own input, alone or with the rules named there, and not on its near miss.

Inputs lie in data/rules/<stem of the rule file>/: fires.ndjson and near_miss.ndjson hold rows of canonical columns (a
row without kind is a request), expected.json names all rules that fire on fires.ndjson.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path

import polars as pl
import pytest

from analyzer import documents, schema
from analyzer.detect import Detected, RuleSet, detect, load_rules
from analyzer.detect._says import fill
from analyzer.facts import add_facts, fact_columns

ROOT = Path(__file__).parents[1]
RULES = ROOT / "rules"
INPUTS = Path(__file__).parent / "data/rules"
FILES = {path.stem: path for path in sorted(RULES.rglob("*.yml")) if "knowledge" not in path.parts}
HEALTHY = ROOT.parent / "shared/data/incidents/24-healthy/access.log"


@cache
def all_rules() -> RuleSet:
    return load_rules([RULES])


@cache
def stems() -> dict[str, str]:
    """Maps the id of each file's first document, which is the finding, to the file's stem."""
    return {documents.read(path)[0].value["id"]: stem for stem, path in FILES.items()}


def frame_of(rows: list[dict]) -> pl.DataFrame:
    dtypes = schema.EVENTS | {"product": pl.String}
    base = {"kind": "request", "source": "input"}
    full = [base | {"line": number} | row for number, row in enumerate(rows, 1)]
    for row in full:
        assert row.keys() <= dtypes.keys()
        for name in ("timestamp", "token_expires_at", "token_not_before", "token_issued_at", "response_date"):
            if name in row:
                row[name] = datetime.fromisoformat(row[name])
    frame = pl.DataFrame([{name: row.get(name) for name in dtypes} for row in full], schema=dtypes)
    ordered = frame.sort("timestamp", "source", "line")
    return add_facts(ordered).with_row_index("row")


def read_input(stem: str, name: str) -> pl.DataFrame:
    lines = (INPUTS / stem / f"{name}.ndjson").read_text("utf-8").splitlines()
    return frame_of([json.loads(line) for line in lines])


@cache
def found_by_all(stem: str) -> Detected:
    return detect(read_input(stem, "fires"), all_rules())


def only(stem: str) -> RuleSet:
    """The documents of one file."""
    mine = str(FILES[stem])
    rules = tuple(rule for rule in all_rules().rules if rule.about.location.path == mine)
    correlations = tuple(each for each in all_rules().correlations if each.about.location.path == mine)
    return replace(all_rules(), rules=rules, correlations=correlations)


def test_every_rule_file_loads_without_a_fault():
    """No error, no warning, nothing skipped."""
    assert [str(error) for error in (*all_rules().errors, *all_rules().warnings)] == []
    assert all_rules().skipped == ()


def test_every_rule_has_inputs_and_every_input_a_rule():
    """Nothing missing and nothing extra, and no two rules with one stem."""
    assert sorted(path.name for path in INPUTS.iterdir()) == sorted(FILES)
    assert len(FILES) == len([path for path in RULES.rglob("*.yml") if "knowledge" not in path.parts])
    for stem in FILES:
        assert sorted(path.name for path in (INPUTS / stem).iterdir()) == [
            "expected.json",
            "fires.ndjson",
            "near_miss.ndjson",
        ]


@pytest.mark.parametrize("stem", FILES)
def test_rule_fires_on_its_input(stem):
    """Exactly the expected rules fire, and this one is among them."""
    expected = json.loads((INPUTS / stem / "expected.json").read_text("utf-8"))["fires"]
    assert stem in expected
    assert sorted({stems()[signal.rule] for signal in found_by_all(stem).signals}) == expected


@pytest.mark.parametrize("stem", FILES)
def test_rule_is_silent_on_its_near_miss(stem):
    """What only looks like the finding does not fire this rule."""
    assert only(stem).rules
    assert detect(read_input(stem, "near_miss"), only(stem)).signals == ()


@pytest.mark.parametrize("stem", FILES)
def test_signal_says_what_happened(stem):
    """The sentence is filled in: no brace is left, and the layer is known where the rule names one."""
    found = [
        signal for signal in detect(read_input(stem, "fires"), all_rules()).signals if stems()[signal.rule] == stem
    ]
    for signal in found:
        assert not re.search(r"[{}]", signal.says.replace("{id}", ""))
        assert signal.next_steps
        assert signal.ask
        assert signal.family == FILES[stem].parent.name


SAYS = [(stem, each.value["x-report"]["says"]) for stem, path in FILES.items() for each in documents.read(path)
        if "says" in each.value.get("x-report", {})]  # fmt: skip


@pytest.mark.parametrize(("stem", "says"), SAYS, ids=[stem for stem, _ in SAYS])
def test_signal_of_one_request_is_a_right_sentence(stem, says):
    """One request was, shows and holds; nothing is theirs."""
    told = fill(says, {"count": "1", "peak": "1", "begin": "noon", "end": "noon"})
    for clause in re.findall(r"\b1 [^,;:.{}]*", told):
        assert not re.search(r"\b(?:were|are|have|show|hold|belong|they|their|themselves)\b", clause), told
        noun = re.match(r"1 ([A-Za-z-]+)(?: ([A-Za-z-]+))?", clause)
        assert noun
        plural = {word for word in noun.groups() if word and re.fullmatch(r"[a-z]+[^s]s", word)}
        assert plural <= {"was", "is", "has", "shows", "holds", "times"}, told


@pytest.mark.parametrize("stem", FILES)
def test_rule_file_is_complete(stem):
    """Name and stem agree, the id is a random UUID, and level, meaning, sources and report are there."""
    finding, *members = (document.value for document in documents.read(FILES[stem]))
    assert finding["name"] == stem
    for document in (finding, *members):
        assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", document["id"])
        assert document["status"] == "test"
    assert all(member["level"] == "informational" for member in members)
    assert len(finding["description"]) > 40
    assert finding["references"]
    assert all(source.startswith("https://") for source in finding["references"])
    assert finding["x-report"]["says"].endswith(".")
    assert ("correlation" in finding) == bool(members)


def test_fields_of_rules_exist():
    """A name that is neither a column nor a fact nor a taxonomy name would be silent for ever."""
    names = {*schema.EVENTS, *(column.name for column in fact_columns()), "sc-status", "cs-method", "cs-host"}
    for path in FILES.values():
        for document in documents.read(path):
            for name, selection in document.value.get("detection", {}).items():
                if name != "condition":
                    assert {key.split("|")[0] for key in selection} <= names


def at(second: int, path: str, status: int | None, client: str = "10.0.0.1", **more) -> dict:
    row = {"timestamp": f"2026-11-22T12:{second // 60:02}:{second % 60:02}Z", "status": status, "client_ip": client}
    return row | {"method": "GET", "host": "app.example", "path": path, "target": path, "route": path} | more


def test_a_healthy_quarter_of_an_hour_gives_nothing_above_low():
    """Scattered 404s, favicons, a failed login, a 403, cancelled requests and token refreshes are normal."""
    rows = [at(second, f"/api/orders/{second % 7}", 200, f"10.0.0.{second % 9}") for second in range(900)]
    rows += [at(second, "/favicon.ico", 404, f"10.0.0.{second % 9}") for second in range(10, 900, 90)]
    rows += [at(second, f"/api/orders/{second}", 404) for second in (33, 34, 250, 600, 777)]
    rows += [at(120, "/login", 401, method="POST"), at(125, "/login", 200, method="POST"), at(300, "/api/admin", 403)]
    rows += [at(second, "/api/search", 499) for second in (200, 201, 500)]
    for second in range(50, 800, 50):
        client = f"10.0.1.{second}"
        rows += [at(second, "/api/me", 401, client, www_authenticate='Bearer error="invalid_token"')]
        rows += [at(second + 1, "/oauth/token", 200, client, method="POST"), at(second + 2, "/api/me", 200, client)]
    rows += [at(400, "/api/slow", 504, upstream=["10.0.0.9:80"], upstream_status=[504])]
    rows += [at(410, "/api/slow", 429)]
    har = {"product": "har", "format": "har"}
    rows += [
        at(700, "/a.js", None, error="net::ERR_ABORTED", **har),
        at(701, "/ads", None, error="net::ERR_BLOCKED_BY_CLIENT", **har),
    ]
    rows += [at(702, "/api/me", 401, **har), at(703, "/api/me", 200, **har), at(704, "/favicon.ico", 404, **har)]
    found = detect(frame_of(sorted(rows, key=lambda row: row["timestamp"])), all_rules())
    assert {(signal.level, signal.title) for signal in found.signals} == {
        ("low", "Requests were refused as too many"),
        ("low", "A browser was refused"),
    }


@pytest.mark.skipif(not HEALTHY.exists(), reason="needs the shared data folder")
def test_a_recorded_healthy_log_gives_nothing():
    """A real nginx log of a hundred seconds in which nothing was wrong."""
    pattern = r'^(?<client_ip>\S+) .*?\[(?<time>[^\]]+)\] "(?<method>\S+) (?<target>\S+) [^"]*" (?<status>\d+) .* host=(?<host>\S+)'
    raw = pl.Series(HEALTHY.read_text("utf-8").splitlines()).to_frame("raw")
    parts = raw.select(pl.col("raw").str.extract_groups(pattern)).unnest("raw").with_row_index("line", 1)
    assert parts["status"].null_count() == 0
    frame = parts.with_columns(
        timestamp=pl.col("time").str.to_datetime("%d/%b/%Y:%H:%M:%S %z", time_unit="us"),
        path=pl.col("target").str.extract(r"^([^?]*)"),
        kind=pl.lit("request"),
        source=pl.lit("access.log"),
        format=pl.lit("nginx"),
    ).with_columns(pl.col("status").cast(pl.Int32), route="path")
    ready = add_facts(schema.conform(frame).sort("timestamp", "source", "line")).with_row_index("row")
    assert detect(ready, all_rules()).signals == ()
