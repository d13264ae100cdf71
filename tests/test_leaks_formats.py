"""Secrets in the lines of many formats and wrappers: none of them is left in anything that is written."""

from __future__ import annotations

import json

import polars as pl

from analyzer.pipeline import Plan, frame_file, run

SECRET, PERSON = "hs_CANARY1b2b7aba0b9ce9a7xyz", "CANARY.person@corp-mail.example"
TOKEN = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJDQU5BUlktMTIzIn0.JovhLqtgvCi58c3lKp9bNNbM0dCaX9hp1MSpZa4t8v4cXs"
PLANTED = ("CANARY", "JovhLqtg", "Q0FOQVJZ", "DQU5BUlk")
TARGET = f"/v1/x?access_token={SECRET}&email={PERSON}"
DOCKER = {"stream": "stderr", "time": "2026-11-22T16:14:14.5Z"}
FILES = {
    "compose.log": f'web-1 | 192.0.2.1 - - [22/Nov/2026:16:14:14 +0000] "GET {TARGET} HTTP/1.1" 500 5 "/cb?code={SECRET}" "x"',
    "docker.log": json.dumps({"log": f"2026-11-22 16:14:14,1 ERROR app: {PERSON} password={SECRET}\n", **DOCKER})
    + "\n"
    + json.dumps({"log": f"ValueError: bad header Authorization: Bearer {TOKEN}\n", **DOCKER}),
    "w3c.log": "#Fields: date time cs-method cs-uri-stem cs-uri-query sc-status cs-username\n"
    f"2026-11-22 16:14:14 GET /v1/x access_token={SECRET} 500 {PERSON}",
    "haproxy.log": "Nov 22 16:14:14 lb haproxy[1]: 192.0.2.1:5000 [22/Nov/2026:16:14:14.123] fe be/s1 0/0/1/2/3 500 217 - - "
    f'---- 1/1/1/1/0 0/0 {{{TOKEN}|x}} "GET {TARGET} HTTP/1.1"',
    "logfmt.log": f'time=2026-11-22T16:14:14Z level=error msg="no login for {PERSON}" authorization="Bearer {TOKEN}" token={SECRET}',
    "error.log": "[Sun Nov 22 16:14:14.123456 2026] [proxy:error] [pid 1:tid 2] [client 192.0.2.1:50000] AH00957: "
    f"GET {TARGET} failed, referer: https://a.example/?session={SECRET}",
    "journal.log": f"__CURSOR=a\n__REALTIME_TIMESTAMP=1795364054000000\n_CMDLINE=app --password={SECRET}\n"
    f"MESSAGE=login failed for {PERSON} with password={SECRET}\n",
    "rejects.log": f'rubbish password={SECRET} Bearer {TOKEN} {PERSON}\n192.0.2.1 - - [22/Nov/2026:16:14:14 +0000] "GET /a HTTP/1.1" 200 5',
}  # fmt: skip


def test_nothing_that_is_written_holds_a_planted_secret(tmp_path):
    """Reports, findings, rejects and the frame with its raw lines; every file was read, and held secrets."""
    for name, text in FILES.items():
        assert any(planted in text for planted in PLANTED)
        (tmp_path / name).write_text(text + "\n", encoding="utf-8")
    (tmp_path / "work").mkdir()
    state = run(Plan(tuple(str(tmp_path / name) for name in FILES), tmp_path / "work", b"k" * 32))
    assert all(source.events for source in state.reading.sources)
    kept = pl.concat([pl.read_parquet(path, columns=["line"]) for path in state.reading.parts])
    assert kept.height >= len(FILES)
    written = {**state.outputs, "events.ndjson": frame_file(state, ".ndjson").read_bytes()}
    leaks = {(name, planted) for name, data in written.items() for planted in PLANTED if planted.encode() in data}
    assert leaks == set()
    assert any(planted.encode() in path.read_bytes() for path in state.reading.parts for planted in PLANTED)
