"""Options that decide which files a report is, and from which templates its pages are made."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click

# Spelled here too, since --help may load nothing heavy; a test holds them equal to analyzer.report.FILES.
FORMATS = ("html", "json", "md")

TEMPLATES = click.option(
    "--templates",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Make pages from the templates in this folder where it has one; `analyzer templates` lists them.",
)


def _chosen(_: click.Context, __: click.Parameter, given: Iterable[str]) -> tuple[str, ...]:
    """Gives the formats in their order; no option means all of them."""
    asked = {word.strip().lower() for text in given for word in text.split(",")}
    unknown = sorted(asked - set(FORMATS))
    if unknown:
        raise click.BadParameter(f"{unknown[0]!r} is none of {', '.join(FORMATS)}.")
    return tuple(name for name in FORMATS if name in asked or not asked)


FORMAT_REPORT: Callable[..., Any] = click.option(
    "--format-report",
    "formats",
    multiple=True,
    callback=_chosen,
    metavar="[html|json|md]",
    help="Write only report.html, findings.json or summary.md; repeat it, or separate several by commas.",
)
