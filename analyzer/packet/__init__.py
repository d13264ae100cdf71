"""Builds the escalation packet: a redacted directory that another team or a vendor can act on."""

from __future__ import annotations

from analyzer.packet._item import MISSING, Item, Question
from analyzer.packet.case import Case, case_schema, case_yaml, check_name, read_case
from analyzer.packet.items import items_of
from analyzer.packet.ticket import open_questions, ticket_markdown
from analyzer.packet.vendors import vendors

__all__ = [
    "MISSING",
    "Case",
    "Item",
    "Question",
    "case_schema",
    "case_yaml",
    "check_name",
    "items_of",
    "open_questions",
    "read_case",
    "ticket_markdown",
    "vendors",
]
