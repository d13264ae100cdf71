"""Tokens and passwords in every place of a HAR's bodies: none is in anything that is written, though claims are."""

from __future__ import annotations

import base64
import json
from io import BytesIO
from typing import Any
from urllib.parse import quote

import polars as pl

from analyzer.pipeline import Plan, frame_file, run

PASSWORDS = {
    name: f"CNRY{number:02}-{name}-pw"
    for number, name in enumerate(
        ("form", "json", "nested", "multipart", "params", "base64", "broken", "secret", "input", "echo", "xml")
    )
}
PLACES = ("authorization", "dpop", "form", "json", "multipart", "params", "base64", "query", "cookie", "cookies", "answer", "id",
          "refused", "broken", "fragment")  # fmt: skip
FORM = "application/x-www-form-urlencoded"


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def token(place: str) -> str:
    """A token whose payload and signature tell its place; exp lies 60 s before the request."""
    claims = {
        "iss": "https://id.example.test",
        "aud": f"aud-{place}",
        "exp": 1772445540,
        "sub": f"CNRY-{place}-subject",
    }
    return f"{part({'alg': 'RS256', 'kid': f'kid-{place}'})}.{part(claims)}.CNRYsig{place}".replace("_", "-")


TOKENS = {place: token(place) for place in PLACES}


def entry(status: int = 401, url: str = "https://api.example.test/v1/x", answer: Any = None, **request: Any) -> dict:
    content = (
        {}
        if answer is None
        else {"mimeType": "application/json", "text": answer if isinstance(answer, str) else json.dumps(answer)}
    )
    headers = [{"name": name, "value": value} for name, value in request.pop("headers", {}).items()]
    return {
        "startedDateTime": "2026-03-02T10:00:00.000Z",
        "time": 5,
        "request": {"method": "POST", "url": url, "headers": headers} | request,
        "response": {"status": status, "headers": [], "content": content},
        "timings": {"wait": 5},
    }


def posted(text: str, mime: str = "application/json", **more: Any) -> dict:
    return {"headers": {"Content-Type": mime}, "postData": {"mimeType": mime, "text": text} | more}


def multipart(name: str, value: str) -> str:
    return f'--X\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n--X--\r\n'


def entries() -> list[dict]:
    p, t = PASSWORDS, TOKENS
    encoded = base64.b64encode(json.dumps({"password": p["base64"], "token": t["base64"]}).encode()).decode()
    return [
        entry(headers={"Authorization": f"Bearer {t['authorization']}"}),
        entry(headers={"Authorization": f"DPoP {t['dpop']}"}),
        entry(**posted(f"client_assertion={t['form']}&password={quote(p['form'])}&client_secret={p['secret']}", FORM)),
        entry(**posted(json.dumps({"password": p["json"], "token": t["json"], "inner": json.dumps({"password": p["nested"]})}))),
        entry(**posted(multipart("password", p["multipart"]) + multipart("token", t["multipart"]), "multipart/form-data; boundary=X")),
        entry(postData={"mimeType": FORM, "params": [{"name": "password", "value": p["params"]}, {"name": "token", "value": t["params"]}]}),
        entry(**posted(encoded, encoding="base64")),
        entry(400, **posted(f'{{"password": "{p["broken"]}" "token": "{t["broken"]}"}}')),
        entry(url=f"https://api.example.test/v1/x?id_token_hint={t['query']}#access_token={t['fragment']}"),
        entry(headers={"Cookie": f"session={t['cookie']}"}),
        entry(cookies=[{"name": "session", "value": t["cookies"]}]),
        entry(200, url="https://id.example.test/token", answer={"access_token": t["answer"], "id_token": t["id"], "token_type": "Bearer"}),
        entry(401, answer={"error": "invalid_token", "error_description": f"The token {t['refused']} has expired"}),
        entry(422, answer={"detail": [{"loc": ["body", "password"], "msg": "too short", "input": {"password": p["input"]}}]}),
        entry(400, answer={"error": "bad_request", "message": f"password={p['echo']} is wrong"}),
        *(entry(400, answer={"message": f"{p[name]} is in a list of weak ones"}) for name in ("multipart", "base64", "params", "nested")),
        entry(400, **posted(f"<login><password>{p['xml']}</password></login>", "text/xml")),
    ]  # fmt: skip


def test_no_token_and_no_password_is_in_anything_that_is_written(tmp_path):
    """events.parquet, its NDJSON, findings, page and summary, in plain and in base64; each was planted and read."""
    text = json.dumps({"log": {"version": "1.2", "creator": {"name": "x"}, "entries": entries()}})
    planted = [*PASSWORDS.values(), *(half for whole in TOKENS.values() for half in whole.split(".")[1:])]
    (tmp_path / "browser.har").write_text(text, encoding="utf-8")
    (tmp_path / "work").mkdir()
    state = run(Plan((str(tmp_path / "browser.har"),), tmp_path / "work", b"k" * 32))
    frame = frame_file(state, ".parquet").read_bytes()
    events = pl.read_parquet(BytesIO(frame))
    written = {
        **state.outputs,
        "events.ndjson": frame_file(state, ".ndjson").read_bytes(),
        "events.csv": events.write_ndjson().encode(),
    }
    leaks = {(name, secret) for name, data in written.items() for secret in planted if secret.encode() in data}
    assert leaks == set()
    assert not any(b"CNRY" in data for data in written.values())
    assert events.height == len(entries())
    assert any(b"CNRY" in path.read_bytes() for path in state.reading.parts)
    expected = {"authorization": 2, "request_body": 6, "query": 1, "cookie": 2, "response_body": 1}
    counted = events.group_by("token_from").len().drop_nulls("token_from")
    assert dict(counted.iter_rows()) == expected
    assert set(events["token_kid"].drop_nulls()) == {f"kid-{place}" for place in PLACES} - {
        "kid-id",
        "kid-refused",
        "kid-fragment",
    }


def test_the_columns_hold_no_secret_even_before_redaction(tmp_path):
    """What the reader keeps of bodies and tokens is none itself: only raw, URL and error texts may hold one."""
    from analyzer.formats.har import FORMATS

    text = json.dumps({"log": {"version": "1.2", "creator": {"name": "x"}, "entries": entries()}})
    events = FORMATS[0].parse_document(text.encode()).events
    kept = events.drop("raw", "url", "target", "query", "error_detail", "error_title")
    found = {name for name in kept.columns if "CNRY" in str(kept[name].to_list())}
    assert found == set()
    assert not any(whole.split(".")[1] in str(kept.rows()) for whole in TOKENS.values())
