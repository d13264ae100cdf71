"""Writes report.html: the only door to jinja2, with escaping always on and a policy that allows two hashed blocks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from analyzer.diagnose.comparison import Comparison
from analyzer.diagnose.trace import Trace
from analyzer.errors import DocumentError, Location
from analyzer.model import Analysis
from analyzer.report.comparison.page import build_comparison
from analyzer.report.index.page import build_index
from analyzer.report.index.reports import Reports
from analyzer.report.material import Limits, prepare
from analyzer.report.page import build
from analyzer.report.render._environment import (
    environment,
    macros_of,
    names_from_outside,
    policy,
    sandbox,
    script_block,
    style_block,
    styles,
)
from analyzer.report.render._markup import Blocks, check_page
from analyzer.report.templates import Templates, read_templates
from analyzer.report.trace.page import build_trace
from analyzer.report.unredacted import is_redacted, marked
from analyzer.report.view.page import PageView

__all__ = [
    "checked_templates",
    "comparison_html",
    "environment",
    "index_html",
    "macros_of",
    "names_from_outside",
    "policy",
    "render",
    "report_html",
    "styles",
    "trace_html",
]

MOST_BYTES = 2_000_000
_MOST_ROWS = 128
_MOST_PASSAGES = 128
_MOST_REPORTS = 4_096
_LONGEST_TEXT = 50_000


@dataclass(frozen=True, slots=True)
class Around:
    """What surrounds a page: templates of the user's own, and the names of files that are not written beside it."""

    templates: Templates | None = None
    absent: frozenset[str] = frozenset()


def report_html(analysis: Analysis, limits: Limits | None = None, around: Around | None = None) -> str:
    """Gives the page, at most 2 MB in UTF-8: where it would be larger, every limit is halved until it fits.

    Raises DocumentError for a fault of the user's templates, and where the page cannot be made to fit with them.
    """
    limits, around = limits or Limits(), around or Around()
    while True:
        text = render(analysis, limits, around)
        tighter = limits.halved()
        if len(text.encode()) <= MOST_BYTES or tighter == limits:
            return _fitting(text, around.templates)
        limits = tighter


def render(analysis: Analysis, limits: Limits, around: Around | None = None) -> str:
    """Gives the page within these limits, however large that is."""
    around = around or Around()
    view = build(prepare(analysis, limits, around.absent), policy(around.templates))
    return _page(marked(view, redacted=is_redacted(analysis)), around.templates)


def comparison_html(
    comparison: Comparison, tool: str, templates: Templates | None = None, *, redacted: bool = True
) -> str:
    """Gives the page of a comparison, at most 2 MB in UTF-8: rows are left out, most telling first, until it fits."""
    most_rows = _MOST_ROWS
    while True:
        view = marked(build_comparison(comparison, policy(templates), tool, most_rows), redacted=redacted)
        text = _page(view, templates)
        if len(text.encode()) <= MOST_BYTES or most_rows == 1:
            return _fitting(text, templates)
        most_rows //= 2


def trace_html(trace: Trace, tool: str, templates: Templates | None = None, *, redacted: bool = True) -> str:
    """Gives the page of a trace, at most 2 MB in UTF-8: fewer requests and shorter texts until it fits."""
    most, longest = _MOST_PASSAGES, _LONGEST_TEXT
    while True:
        view = marked(build_trace(trace, policy(templates), tool, most, longest), redacted=redacted)
        text = _page(view, templates)
        if len(text.encode()) <= MOST_BYTES or most == 1:
            return _fitting(text, templates)
        most, longest = most // 2, max(longest // 2, 40)


def index_html(found: Reports, tool: str) -> str:
    """Gives the page of a folder of reports, at most 2 MB in UTF-8: the last ones are left out until it fits."""
    most = _MOST_REPORTS
    while True:
        text = _page(build_index(found, policy(), tool, most), None)
        if len(text.encode()) <= MOST_BYTES or most == 1:
            return text
        most //= 2


def checked_templates(folder: Path) -> Templates:
    """Reads the templates of a folder, and looks at each.

    Raises UsageError for a folder that cannot be used, and DocumentError for what a template may not do.
    """
    templates = read_templates(folder)
    sandbox(templates)
    return templates


def _page(view: PageView, templates: Templates | None) -> str:
    if templates is None:
        return environment().get_template("page.html.j2").render(view=view)
    return sandbox(templates).run("page.html.j2", view=view)


def _fitting(text: str, templates: Templates | None) -> str:
    """Gives the text; that of the user's templates must be small enough by now, and made of what a report may hold."""
    if templates is None:
        return text
    size = len(text.encode())
    if size > MOST_BYTES:
        raise DocumentError(
            f"the page has {size:,} bytes with these templates, even with the least that is shown; the most are "
            f"{MOST_BYTES:,}.",
            location=Location(str(templates.folder)),
        )
    check_page(text, Blocks(policy(templates), style_block(templates), script_block()), templates)
    return text
