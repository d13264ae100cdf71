"""Writes report.html: the only door to jinja2, with escaping always on and a policy that allows two hashed blocks."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from hashlib import sha256

from jinja2 import Environment, PackageLoader, StrictUndefined

from analyzer.diagnose.comparison import Comparison
from analyzer.diagnose.trace import Trace
from analyzer.model import Analysis
from analyzer.report.comparison.page import build_comparison
from analyzer.report.index.page import build_index
from analyzer.report.index.reports import Reports
from analyzer.report.links import href
from analyzer.report.material import Limits, prepare, runs
from analyzer.report.page import build
from analyzer.report.trace.page import build_trace
from analyzer.report.unredacted import is_redacted, marked
from analyzer.wording.quoting import is_short, visible

MOST_BYTES = 2_000_000
_MOST_ROWS = 128
_MOST_PASSAGES = 128
_MOST_REPORTS = 4_096
_LONGEST_TEXT = 50_000
_SCRIPT = "script.js"
_RANKS = {"style.css": 0, "paper.css": 2}  # what is in between stands beside its template


def report_html(analysis: Analysis, limits: Limits | None = None) -> str:
    """Gives the page, at most 2 MB in UTF-8: where it would be larger, every limit is halved until it fits."""
    limits = limits or Limits()
    while True:
        text = render(analysis, limits)
        tighter = limits.halved()
        if len(text.encode()) <= MOST_BYTES or tighter == limits:
            return text
        limits = tighter


def render(analysis: Analysis, limits: Limits) -> str:
    """Gives the page within these limits, however large that is."""
    view = marked(build(prepare(analysis, limits), policy()), redacted=is_redacted(analysis))
    return environment().get_template("page.html.j2").render(view=view)


def comparison_html(comparison: Comparison, tool: str, *, redacted: bool = True) -> str:
    """Gives the page of a comparison, at most 2 MB in UTF-8: rows are left out, most telling first, until it fits."""
    most_rows = _MOST_ROWS
    while True:
        view = marked(build_comparison(comparison, policy(), tool, most_rows), redacted=redacted)
        text = environment().get_template("page.html.j2").render(view=view)
        if len(text.encode()) <= MOST_BYTES or most_rows == 1:
            return text
        most_rows //= 2


def trace_html(trace: Trace, tool: str, *, redacted: bool = True) -> str:
    """Gives the page of a trace, at most 2 MB in UTF-8: fewer requests and shorter texts until it fits."""
    most, longest = _MOST_PASSAGES, _LONGEST_TEXT
    while True:
        view = marked(build_trace(trace, policy(), tool, most, longest), redacted=redacted)
        text = environment().get_template("page.html.j2").render(view=view)
        if len(text.encode()) <= MOST_BYTES or most == 1:
            return text
        most, longest = most // 2, max(longest // 2, 40)


def index_html(found: Reports, tool: str) -> str:
    """Gives the page of a folder of reports, at most 2 MB in UTF-8: the last ones are left out until it fits."""
    most = _MOST_REPORTS
    while True:
        view = build_index(found, policy(), tool, most)
        text = environment().get_template("page.html.j2").render(view=view)
        if len(text.encode()) <= MOST_BYTES or most == 1:
            return text
        most //= 2


def policy() -> str:
    """Gives the content security policy: nothing may load or run but the page's own style and script block."""
    return (
        f"default-src 'none'; script-src '{_digest(_SCRIPT)}'; style-src '{_digest(*styles())}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


@cache
def styles() -> tuple[str, ...]:
    """Gives the files of the style block in their order: the page's own, those of charts and sections, then paper."""
    found = sorted(environment().list_templates(extensions=["css"]), key=lambda name: (_RANKS.get(name, 1), name))
    return tuple(found)


@cache
def environment() -> Environment:
    """Gives the environment: escaping on, undefined names are errors, templates only from this package."""
    made = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=PackageLoader("analyzer.report", "."),
        finalize=_finalize,
    )
    made.filters["href"] = href
    made.filters["runs"] = runs
    made.tests["short"] = is_short
    made.globals["styles"] = styles
    return made


def _finalize(value: object) -> object:
    # What a macro gives is escaped already, and its text went through here.
    if hasattr(value, "__html__"):
        return value
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, int):
        return value
    raise TypeError(f"a template may print text and whole numbers, not {type(value).__name__}")


def _digest(*names: str) -> str:
    block = "".join(environment().get_template(name).render() for name in names)
    return f"sha256-{b64encode(sha256(block.encode()).digest()).decode()}"
