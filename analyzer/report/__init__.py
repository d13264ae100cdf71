"""Writes what was found as HTML for eyes, Markdown for tickets and JSON for programs."""

from __future__ import annotations

from analyzer.report.comparison.json import comparison_json
from analyzer.report.json import escaped, findings_json
from analyzer.report.markdown import summary_markdown
from analyzer.report.render import (
    Around,
    checked_templates,
    comparison_html,
    index_html,
    report_html,
    trace_html,
)
from analyzer.report.templates import Templates
from analyzer.report.trace.json import trace_json

FILES = {"html": "report.html", "json": "findings.json", "md": "summary.md"}  # by the word that asks for them

__all__ = [
    "FILES",
    "Around",
    "Templates",
    "checked_templates",
    "comparison_html",
    "comparison_json",
    "escaped",
    "findings_json",
    "index_html",
    "report_html",
    "summary_markdown",
    "trace_html",
    "trace_json",
]
