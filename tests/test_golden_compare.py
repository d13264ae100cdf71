"""Every folder of data/compare is a golden pair of captures: comparison.json, value for value."""

from __future__ import annotations

import json
import os
from importlib.resources import files
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from analyzer.diagnose.comparison import known_kinds
from analyzer.diagnose.comparison._model import TIERS
from analyzer.pipeline import Compared, Plan, compare

DATA = Path(__file__).parent / "data" / "compare"
FOLDERS = sorted(path for path in DATA.iterdir() if path.is_dir())
IDS = [folder.name for folder in FOLDERS]
ACCEPT = os.environ.get("ACCEPT") == "1"
SCHEMA = json.loads((files("analyzer.report") / "comparison.schema.json").read_text())
HEADLINES = {
    "login-cookie-lost": "GET api.example.test/v1/me: 200 in good.har#2, 401 in bad.har#2; the BAD request was sent without Cookie session;",
    "expired-token": "GET /v1/orders: 200 in good.har#0, 401 in bad.har#0; the BAD request carried a token, which had expired 2 h before;",
    "missing-cors-header": "GET api.example.test/v1/prices: 200 in good.har#1, 200 with net::ERR_FAILED in bad.har#1; the BAD answer lacks header access-control-allow-origin",
    "slow-backend": "GET api.example.test/v1/search: waiting for the first byte took 120 ms in GOOD, 4,200 ms in BAD",
    "slow-tls": "GET api.example.test/v1/a: the TLS handshake took 35 ms in GOOD, 1,100 ms in BAD",
    "retry-present": "POST api.example.test/v1/pay: 503 in bad.har#1, sent once more than in GOOD, beside 200 in good.har#1 and 200 in bad.har#2",
    "api-moved": "GET api.example.test/v1/orders: 200 in good.har#1, 404 in bad.har#1;",
    "different-json-keys": "POST /v1/orders: 201 in good.har#0, 422 in bad.har#0; the BAD request's body lacks key address.zip;",
    "missing-after-first-failure": "GET shop.example.test/static/app.js: 200 in good.har#1, 503 in bad.har#1;",
    "staging-against-production": "GET api.staging.example.test/v1/me (in BAD on api.example.test): 200 in good.har#1, 500 in bad.har#1;",
    "equal": "No difference that tells: 3 of 3 requests of GOOD have a partner in BAD.",
}


def run(folder: Path, work: Path, monkeypatch: pytest.MonkeyPatch) -> Compared:
    monkeypatch.chdir(folder)
    plans = []
    for name in ("good", "bad"):
        (work / name).mkdir()
        plans.append(Plan((f"{name}.har",), work / name, b"k" * 32))
    return compare(*plans)


@pytest.mark.parametrize("folder", FOLDERS, ids=IDS)
def test_compares_as_expected(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Two captures give exactly the expected document, which fits the schema; ranks follow the tiers."""
    document = json.loads(run(folder, tmp_path, monkeypatch).outputs["comparison.json"])
    Draft202012Validator(SCHEMA).validate(document)
    document["tool"]["version"] = "*"
    if ACCEPT:
        text = json.dumps(document, indent=1, ensure_ascii=False)
        (folder / "expected.json").write_text(f"{text}\n", "utf-8")
    assert document == json.loads((folder / "expected.json").read_text("utf-8"))
    tiers = [TIERS.index(row["tier"]) for row in document["differences"]]
    assert tiers == sorted(tiers)


@pytest.mark.parametrize("name", sorted(HEADLINES))
def test_the_first_line_is_the_sentence_to_paste(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """What a person would say first about these two captures."""
    assert run(DATA / name, tmp_path, monkeypatch).headline.startswith(HEADLINES[name])


@pytest.mark.parametrize("folder", FOLDERS, ids=IDS)
def test_equal_input_gives_equal_bytes(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Both files are the same each time."""
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    first, second = (run(folder, tmp_path / name, monkeypatch) for name in ("one", "two"))
    assert first.outputs == second.outputs


@pytest.mark.parametrize("folder", FOLDERS, ids=IDS)
def test_the_folder_holds_the_pair_and_nothing_else(folder: Path):
    """No file of a pair is missing and no other file lies about."""
    assert {path.name for path in folder.iterdir()} == {"good.har", "bad.har", "expected.json"}


def test_the_schema_is_closed_and_knows_every_tier_and_kind():
    """Each object of the schema forbids other keys; a new kind or tier must be named there."""
    Draft202012Validator.check_schema(SCHEMA)

    def walk(node: object) -> None:
        if isinstance(node, dict):
            assert "properties" not in node or node["additionalProperties"] is False
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(SCHEMA)
    row = SCHEMA["$defs"]["row"]["properties"]
    assert tuple(row["tier"]["enum"]) == TIERS
    assert row["differences"]["items"]["properties"]["kind"]["enum"] == list(known_kinds())
