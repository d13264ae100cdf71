"""The documents of a run: paired with their sources, kept out of memory, and learnt from in whole."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from analyzer.pipeline import Plan, Reading, _render, run
from analyzer.pipeline._read import read_inputs
from analyzer.redact.capture import _work

KEY = b"k" * 32


def entry(url: str, **more: Any) -> dict[str, Any]:
    request = {"method": "GET", "url": url, "headers": []} | more.pop("request", {})
    response = {"status": 500, "headers": [], "content": {}} | more.pop("response", {})
    return {"startedDateTime": "2026-03-02T10:00:00Z", "time": 5, "request": request, "response": response} | more


def write(folder: Path, name: str, *entries: Any) -> str:
    path = folder / name
    path.write_text(json.dumps({"log": {"version": "1.2", "creator": {"name": "x"}, "entries": entries}}))
    return str(path)


def plan(folder: Path, *inputs: str) -> Plan:
    work = folder / "work"
    work.mkdir()
    return Plan(inputs=inputs, work=work, key=KEY)


def test_each_document_is_paired_with_its_source_and_waits_in_a_file(tmp_path: Path):
    """A comparison finds the headers of each capture by its name; the run itself holds paths only."""
    names = [
        write(tmp_path, f"{name}.har", entry(f"https://a.test/{name}", request={"headers": [["X-Name", name]]}), 7)
        for name in ("good", "bad")
    ]
    reading = read_inputs(plan(tmp_path, *names))
    assert [document.source for document in reading.documents] == [source.name for source in reading.sources]
    for document, name in zip(reading.documents, ("good", "bad"), strict=True):
        assert document.path.is_relative_to(tmp_path / "work")
        entries = document.load()["log"]["entries"]
        assert entries[0]["request"]["headers"] == [{"name": "X-Name", "value": name}]
        assert entries[1] == 7


def secrets_of(reading: Reading) -> tuple[str, ...]:
    return _render.learned_redactor(reading, Plan(inputs=(), work=Path(), key=KEY)).secrets


def test_a_token_of_any_body_is_known_everywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Tokens in plain, base64 and request bodies, of other captures too, are out of every URL; in pieces or at once."""
    tokens = {name: f"{name}7Qx2Vb9Lk4Tz" for name in ("plain", "coded", "asked", "binary", "header", "cookie")}
    body = json.dumps({"access_token": tokens["coded"]}).encode()
    answer = entry(
        "https://a.test/token",
        request={
            "postData": {
                "mimeType": "application/json",
                "text": json.dumps({"client_secret": tokens["asked"]}),
                "_textBase64": base64.b64encode(json.dumps({"password": tokens["binary"]}).encode()).decode(),
            },
            "headers": [{"name": "Authorization", "value": f"Bearer {tokens['header']}"}],
            "cookies": [{"name": "sid", "value": tokens["cookie"]}],
        },
        response={"content": {"text": json.dumps({"filler": "x" * 2000, "refresh_token": tokens["plain"]})}},
    )
    coded = entry(
        "https://a.test/coded",
        response={
            "status": 200,
            "content": {"mimeType": "application/json", "encoding": "base64", "text": base64.b64encode(body).decode()},
        },
    )
    users = [entry(f"https://b.test/use/{token}/x") for token in tokens.values()]
    names = [write(tmp_path, "a.har", answer, coded), write(tmp_path, "b.har", *users)]
    state = run(plan(tmp_path, *names))
    for name, token in tokens.items():
        for output, data in state.outputs.items():
            assert token.encode() not in data, (name, output)
    assert state.reading is not None
    at_once = secrets_of(state.reading)
    assert set(tokens.values()) <= set(at_once)
    monkeypatch.setattr(_work, "_LEARNT_AT_ONCE", 50)
    assert secrets_of(state.reading) == at_once


def test_the_headers_of_a_cut_entry_hide_their_secrets(tmp_path: Path):
    """A reject is written with its text: credentials and cookies that stand in it, and nowhere else, do not pass."""
    tokens = {name: f"{name}7Qx2Vb9Lk4Tz" for name in ("header", "cookie", "key", "array", "set")}
    last = entry(
        "https://a.test/last",
        request={
            "headers": [
                {"name": "Authorization", "value": f"Bearer {tokens['header']}"},
                {"name": "cookie", "value": f"theme=dark; sid={tokens['cookie']}"},
                {"name": "X-Api-Key", "value": tokens["key"]},
            ],
            "cookies": [{"name": "sid2", "value": tokens["array"]}],
        },
        response={"headers": [{"name": "Set-Cookie", "value": f"sid3={tokens['set']}; Path=/"}]},
    )
    for indent in (None, 1):
        folder = tmp_path / str(indent)
        folder.mkdir()
        path = folder / "cut.har"
        whole = json.dumps({"log": {"version": "1.2", "entries": [entry("https://a.test/1"), last]}}, indent=indent)
        path.write_text(whole[: whole.rindex("sid3") + 25])
        state = run(plan(folder, str(path)))
        assert b"the file ends inside this entry" in state.outputs["rejects.ndjson"]
        for name, token in tokens.items():
            for output, data in state.outputs.items():
                assert token.encode() not in data, (name, output, indent)
