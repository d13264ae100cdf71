"""Writes a finished analysis as report.html for eyes, summary.md for tickets and findings.json for programs."""

from __future__ import annotations

from analyzer.report.json import escaped, findings_json
from analyzer.report.markdown import summary_markdown
from analyzer.report.render import report_html

__all__ = ["escaped", "findings_json", "report_html", "summary_markdown"]
