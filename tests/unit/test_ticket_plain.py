"""The plain text that is pasted into a ticket: who, short names of inputs, and one choice of layers."""

from __future__ import annotations

from dataclasses import replace

from report_cases import POOL, demo

from analyzer.model import ClientCount
from analyzer.report.ticket import ticket
from analyzer.wording.short_names import common_folder
from analyzer.wording.words import either


def test_the_ticket_names_who_failed_most() -> None:
    """The client's support has to know whom to call: one of 16 clients, with its failed and all of its requests."""
    one = replace(
        POOL.clients, affected=1, on_endpoints=16, scope="some", top=(ClientCount("[redacted:user:1]", 242, 352),)
    )
    text = ticket(replace(POOL, clients=one), demo(), limit=300)
    assert "For whom: 1 of 16 clients that used these endpoints (58 clients in all); " in text
    assert "most failed requests: [redacted:user:1] (242 of 352)" in text


def test_the_ticket_has_no_folder_of_ours() -> None:
    """Where all inputs lie in one folder, places begin behind it, as everywhere in the report."""
    whole = demo()
    sources = tuple(replace(each, name=f"/home/me/case/{each.name}") for each in whole.findings.sources)
    analysis = replace(whole, findings=replace(whole.findings, sources=sources))
    folder = common_folder(analysis)
    assert folder == "/home/me/case/"
    moved = tuple(
        replace(each, ref=replace(each.ref, source=f"{folder}{each.ref.source}"))
        for each in POOL.root_evidence
        if each.ref
    )
    text = ticket(replace(POOL, root_evidence=moved), analysis, limit=300)
    assert "(app/quotes.ndjson:" in text
    assert folder not in text


def test_a_choice_reads_as_a_sentence() -> None:
    """One, two and three."""
    assert [either(values) for values in (["a"], ["a", "b"], ["a", "b", "c"])] == ["a", "a or b", "a, b or c"]
