"""Secrets in what the pictures and tables of a report show: pages, latency, sides, records, stack traces, titles, names."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from canaries import entry, survivors

from analyzer.pipeline import STAGES, Plan, Run, index_reports
from analyzer.redact import PROFILES
from analyzer.report import FILES, Around, report_html
from analyzer.report.templates import Templates, shipped

SITE = "https://shop.example.test"
PLACES = {f"CNRP{number:02}": (f"CNRP{number:02}",) for number in range(1, 21)} | {"user": ("cnrpcannabel",)}


def secret(number: int) -> str:
    return f"CNRP{number:02}q7Zk4Wv9Ls2Xn{number:02}"


def token(number: int) -> str:
    return f"access_token={secret(number)}"


def loaded(at: float, url: str, status: int, kind: str, content: str, **more: object) -> dict[str, object]:
    made = entry(url=url, status=status, body=(content, "x"), **more)
    began = f"2026-03-02T10:00:{at:06.3f}Z"
    return {**made, "startedDateTime": began, "pageref": f"page?{token(1)}", "_resourceType": kind}


def capture() -> str:
    sent = {
        "Authorization": f"Bearer {secret(8)}",
        "Cookie": f"sid={secret(9)}",
        "Referer": f"{SITE}/in?{token(10)}",
        "user-agent": f"agent/500 {token(13)}",
    }
    entries = [
        loaded(0, f"{SITE}/?{token(2)}", 302, "document", "text/html", answered={"Location": f"{SITE}/home?{token(3)}"}),
        loaded(0.2, f"{SITE}/home?{token(3)}", 200, "document", "text/html"),
        loaded(0.3, f"{SITE}/app.js?{token(4)}", 200, "script", "application/javascript"),
        *(loaded(1 + number / 9, f"{SITE}/v1/orders/7?{token(5)}", 500, "fetch", "application/json", sent=sent)
          for number in range(9)),
        loaded(2.5, f"https://ann:{secret(6)}@shop.example.test/x", 0, "fetch", ""),
    ]  # fmt: skip
    page = {"startedDateTime": "2026-03-02T10:00:00Z", "id": f"page?{token(1)}",
            "title": f"{SITE}/home?{token(7)}", "pageTimings": {"onLoad": 900}}  # fmt: skip
    made = {"version": "1.2", "creator": {"name": "x", "version": "1"}, "pages": [page], "entries": entries}
    return json.dumps({"log": made})


def access() -> Iterator[str]:
    for number in range(200):
        user, status = (f"cnrpcannabel{number % 23}", 500) if number % 4 == 0 else (f"bob{number % 29}", 200)
        yield (f'203.0.113.{9 + number % 40} - {user} [02/Mar/2026:10:{number // 60:02}:{number % 60:02} +0000] '
               f'"GET /v1/orders/{number}?{token(11)} HTTP/1.1" {status} 512 "{SITE}/r?{token(12)}" '
               f'"agent/{status} {token(13)}" {0.1 + number / 1000:.3f}')  # fmt: skip


def records() -> Iterator[str]:
    trace = ("Traceback (most recent call last):\n"
             f'  File "/srv/app/db.py", line 41, in c\n    connect("postgresql://app:{secret(14)}@db:5432/o")\n'
             f'  File "/srv/app/x.py", line 4, in d\n    raise Denied("Bearer {secret(15)}")\n'
             f"OperationalError: login password={secret(16)}")  # fmt: skip
    inner = json.dumps({"client_secret": secret(17), "more": json.dumps({"password": secret(18)})})
    for number in range(0, 200, 4):
        yield json.dumps(
            {"timestamp": f"2026-03-02T10:{number // 60:02}:{number % 60:02}Z", "level": "error", "status": 500,
             "message": f"failed api_key={secret(19)}", "path": f"/v1/orders/{number}", "inner": inner,
             "exc": {"trace": trace, "password": secret(20)}, "user": "cnrpcannabel", "latency_ms": 30 + number}
        )  # fmt: skip


@pytest.fixture(scope="module")
def analyzed(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Everything but the last stage, which is the one that a profile changes."""
    folder, work = tmp_path_factory.mktemp("inputs"), tmp_path_factory.mktemp("work")
    texts = {"browser.har": capture(), "access.log": "\n".join(access()), "app.jsonl": "\n".join(records())}
    assert survivors("\n".join(texts.values()).encode(), PLACES) == set(PLACES)
    for name, text in texts.items():
        (folder / name).write_text(f"{text}\n")
    state = Run(Plan(tuple(str(folder / name) for name in texts), work, b"k" * 32, report_zone="Europe/Amsterdam"))
    for stage in STAGES[:-1]:
        state = stage(state)
    return state


@pytest.mark.parametrize("profile", PROFILES)
def test_no_file_of_a_report_nor_its_index_holds_a_secret(analyzed: Run, profile: str, tmp_path: Path) -> None:
    """All formats, templates of the user's own, and the index over them; the sections that show them are there."""
    done = STAGES[-1](replace(analyzed, plan=replace(analyzed.plan, profile=profile)))
    assert done.analysis is not None
    assert done.analysis.pages
    assert done.analysis.sides
    assert done.analysis.latency
    own = report_html(done.analysis, around=Around(Templates(tmp_path, tuple(shipped().items()))))
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "findings.json").write_bytes(done.outputs["findings.json"])
    written = {**done.outputs, "own": own.encode(), "index.html": index_reports(tmp_path).page}
    assert set(FILES.values()) < set(written)
    assert {(name, left) for name, data in written.items() for left in survivors(data, PLACES)} == set()
