"""Compares two captures: what differs, most telling difference first."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from analyzer.cli._options import (
    plan_from,
    reading_options_without_inputs,
    redaction_key,
    report_zone_option,
    work_folder,
)
from analyzer.cli._place import Output
from analyzer.cli._progress import progress
from analyzer.cli._redaction import confirm_unredacted, marked, redaction_options, remember
from analyzer.cli._report import TEMPLATES
from analyzer.cli._text import visible
from analyzer.errors import UsageError

if TYPE_CHECKING:
    from analyzer.pipeline import Compared
    from analyzer.publish import Place

_MOST_ROWS = 12


@click.command("compare", short_help="Tell what differs between a capture that worked and one that failed.")
@click.argument("good", metavar="GOOD")
@click.argument("bad", metavar="BAD")
@reading_options_without_inputs
@click.option("-o", "--output", type=Output(), metavar="DIR",
              help="Write comparison.html and comparison.json there.")  # fmt: skip
@click.option("--fail-on-difference", is_flag=True, help="Exit with 1 if what worked in GOOD failed in BAD.")
@report_zone_option
@TEMPLATES
@redaction_options
@click.option("-q", "--quiet", is_flag=True, help="Print only the first sentence.")
@click.option("--json", "as_json", is_flag=True, help="Print comparison.json instead of the summary.")
def command(**options: Any) -> None:
    """Compare two HARs (or logs): GOOD worked, BAD did not.

    Requests are matched by method, host, route and order. The first line printed is the most telling difference. GOOD
    and BAD are a file, a folder or a pattern each; one of them may be - for standard input.
    """
    from analyzer.pipeline import compare
    from analyzer.publish import check_folder, publish

    confirm_unredacted(options)
    folder = options["output"] and marked(options["output"], options, folder=True)
    names = options["good"], options["bad"]
    if names == ("-", "-"):
        raise UsageError("only one of GOOD and BAD can be standard input.")
    if folder is not None:
        check_folder(folder)
    key = redaction_key(options["redaction_key"])
    with work_folder() as work, progress(quiet=options["quiet"]) as tell:
        plans = []
        for place, name in zip(("good", "bad"), names, strict=True):
            (work / place).mkdir()
            plans.append(plan_from(work / place, key, {**options, "inputs": (name,)}, tell))
        found = compare(plans[0], plans[1])
        if folder is not None:
            publish(folder, found.outputs, found.gate)
            remember(found.redactor, folder, plans[0].now, options)
    _tell(found, folder, options)
    problems = (*found.comparison.good.problems, *found.comparison.bad.problems)
    sys.exit(4 if problems else int(options["fail_on_difference"] and found.comparison.failed > 0))


def _tell(found: Compared, folder: Place | None, options: dict[str, Any]) -> None:
    comparison = found.comparison
    if options["as_json"]:
        click.echo(found.outputs["comparison.json"].decode(), nl=False)
    else:
        click.secho(visible(found.headline), bold=True)
        if not options["quiet"]:
            _tell_rest(found)
    for problem in (*comparison.good.problems, *comparison.bad.problems):
        click.secho(f"Problem: {visible(problem)}", fg="yellow", err=True)
    if folder is not None:
        place = visible(str(folder / "comparison.html"))
        click.echo(place if options["quiet"] else f"Comparison: {place}", err=options["as_json"])


def _tell_rest(found: Compared) -> None:
    rest = [text for text in found.sentences if text != found.headline]
    for text in rest[:_MOST_ROWS]:
        click.echo(f"  - {visible(text)}")
    if len(rest) > _MOST_ROWS:
        click.echo(f"  {len(rest) - _MOST_ROWS} more differences; -o DIR or --json gives all.")
    for text in found.not_visible:
        click.echo(f"Not visible: {visible(text)}")
    for text in found.matched:
        click.echo(f"Matched: {visible(text)}")
