"""Says, where nobody can overlook it, that an output holds secrets as they are."""

from __future__ import annotations

from dataclasses import replace

from analyzer.model import Analysis
from analyzer.report.view.page import PageView

BANNER = (
    "UNREDACTED: nothing was replaced and nothing was searched for. This holds passwords, tokens, names and addresses "
    "as they stand in the inputs. Do not pass it on."
)


def is_redacted(analysis: Analysis) -> bool:
    """Tells whether secrets were replaced, or are still to be."""
    return analysis.redaction is None or analysis.redaction.done


def marked(page: PageView, *, redacted: bool) -> PageView:
    """Gives the page with a banner, and a title that says so too, unless it is redacted."""
    return page if redacted else replace(page, title=f"UNREDACTED: {page.title}", banner=BANNER)


def key(*, redacted: bool) -> dict[str, object]:
    """Gives the key of a document without redaction, else nothing."""
    return {} if redacted else {"unredacted": True}
