"""Every folder of data/trace is a golden pair: inputs and the id that is asked for, and trace.json, value for value."""

from __future__ import annotations

import json
import os
from importlib.resources import files
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from analyzer.cli._text import visible
from analyzer.pipeline import Plan, Traced, trace

DATA = Path(__file__).parent / "data" / "trace"
FOLDERS = sorted(path for path in DATA.iterdir() if path.is_dir())
IDS = [folder.name for folder in FOLDERS]
ACCEPT = os.environ.get("ACCEPT") == "1"
SCHEMA = json.loads((files("analyzer.report") / "trace.schema.json").read_text())
SECRETS = ("s3cr3t-7f6e5d4c3b2a", "c2lnbmF0dXJlLW9mLXRlc3Q", "hunter22x")


def run(folder: Path, work: Path, monkeypatch: pytest.MonkeyPatch, asked: str | None = None) -> Traced:
    monkeypatch.chdir(folder / "inputs")
    names = tuple(sorted(path.name for path in Path().iterdir()))
    return trace(Plan(names, work, b"k" * 32), asked or (folder / "ask.txt").read_text("utf-8"))


def spoken(found: Traced) -> str:
    return "".join(f"{visible(line.text)}\n" for line in found.lines)


@pytest.mark.parametrize("folder", FOLDERS, ids=IDS)
def test_traces_as_expected(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The document and the lines for a terminal are exactly the expected ones; the document fits the schema."""
    found = run(folder, tmp_path, monkeypatch)
    document = json.loads(found.outputs["trace.json"])
    Draft202012Validator(SCHEMA).validate(document)
    document["tool"]["version"] = "*"
    if ACCEPT:
        text = json.dumps(document, indent=1, ensure_ascii=False)
        (folder / "expected.json").write_text(f"{text}\n", "utf-8")
        (folder / "expected.txt").write_text(spoken(found), "utf-8")
    assert document == json.loads((folder / "expected.json").read_text("utf-8"))
    assert spoken(found) == (folder / "expected.txt").read_text("utf-8")


@pytest.mark.parametrize("folder", FOLDERS, ids=IDS)
def test_nothing_secret_and_no_markup_comes_through(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """No output holds a secret of the inputs; no text of a log is markup on the page or moves a terminal's cursor."""
    found = run(folder, tmp_path, monkeypatch)
    texts = [*(data.decode() for data in found.outputs.values()), spoken(found)]
    assert [secret for secret in SECRETS for text in texts if secret in text] == []
    page = found.outputs["trace.html"].decode()
    assert page.count("<script>") == 1
    assert "<img" not in page
    assert "<b>" not in page
    assert "\x1b" not in "".join(texts)


@pytest.mark.parametrize("folder", FOLDERS, ids=IDS)
def test_equal_input_gives_equal_bytes(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Document, page and lines are the same each time."""
    made = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        found = run(folder, tmp_path / name, monkeypatch)
        made.append((found.trace, found.lines, found.outputs))
    assert made[0] == made[1]


@pytest.mark.parametrize("folder", FOLDERS, ids=IDS)
def test_every_id_of_the_output_finds_its_request_again(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Ids survive redaction: each one that is printed can be pasted."""
    (tmp_path / "first").mkdir()
    document = json.loads(run(folder, tmp_path / "first", monkeypatch).outputs["trace.json"])
    for number, one in enumerate(document["requests"][0]["ids"]):
        (tmp_path / str(number)).mkdir()
        again = json.loads(run(folder, tmp_path / str(number), monkeypatch, one["id"]).outputs["trace.json"])
        assert document["requests"][0]["hops"] in [request["hops"] for request in again["requests"]]


@pytest.mark.parametrize("folder", FOLDERS, ids=IDS)
def test_the_folder_holds_the_pair_and_nothing_else(folder: Path):
    """No file of a pair is missing and no other file lies about."""
    assert {path.name for path in folder.iterdir()} == {"inputs", "ask.txt", "expected.json", "expected.txt"}


def test_the_schema_is_closed():
    """Each object of the schema forbids other keys."""
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


def test_the_client_s_clock_and_the_zones_are_corrected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The browser ran seven minutes ahead and the error log an hour: all hops lie within the ten seconds it took."""
    document = json.loads(run(DATA / "slow-database", tmp_path, monkeypatch).outputs["trace.json"])
    (request,) = document["requests"]
    assert [hop["at"][11:19] for hop in request["hops"]] == ["12:00:20", "12:00:20", "12:00:23", "12:00:20", "12:00:29"]
    moved = [hop["moved_why"] for hop in request["hops"]]
    assert moved[0].startswith("moved by -4")
    assert moved[0].endswith("s: its clock is ahead of the servers'")
    assert "read as UTC+01:00" in moved[2]
    (odd,) = request["spent"]["contradictions"]
    assert odd["text"].startswith(
        "The application counted 9,900 ms, the edge counted for the server behind it 3,001 ms"
    )
    assert [mention["ref"]["line"] for mention in document["mentions"]] == [9]
