"""Stands in for what the branch case brings; goes when that is merged."""

from __future__ import annotations

import json
from pathlib import Path

from analyzer.model import Analysis
from analyzer.packet._item import Item
from analyzer.packet.case import Case


def read_case(path: Path, default_name: str) -> Case:
    """Gives a case without answers."""
    del path
    return Case(default_name)


def case_yaml(case: Case) -> bytes:
    """Gives the case as JSON, which is YAML."""
    return json.dumps({"name": case.name, **case.answers}).encode() + b"\n"


def items_of(analysis: Analysis, case: Case, profile: str) -> tuple[Item, ...]:
    """Gives two items."""
    del analysis, case, profile
    return (
        Item("P07", "Status, reason, exact error text", "derived", required=True, answer="502"),
        Item("P11", "Business impact, severity", "ask", required=True, question="Who cannot do what?"),
    )


def ticket_markdown(analysis: Analysis, case: Case, items: tuple[Item, ...], vendor: str) -> str:
    """Gives a heading."""
    del items, vendor
    return f"# {case.name}\n\n{len(analysis.findings.incidents)} incidents\n"


def vendors() -> tuple[str, ...]:
    """Gives one vendor."""
    return ("generic",)
