"""The same for logs that grow and rotate, on a schedule: only what is new since the last run."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from analyzer.cli._options import (
    instant,
    plan_from,
    reading_options_without_range,
    redaction_key,
    report_zone_option,
    rule_options,
    work_folder,
)
from analyzer.cli._place import Folder
from analyzer.cli._progress import progress
from analyzer.cli._redaction import placeholder_options, remember
from analyzer.cli._report import FORMAT_REPORT, TEMPLATES
from analyzer.cli._text import visible
from analyzer.cli.analyze import SEVERITIES
from analyzer.errors import UsageError

if TYPE_CHECKING:
    from analyzer.batch.run import Outcome, Reported
    from analyzer.paths import Expanded


@click.command("batch", short_help="On a schedule: read what is new in growing logs, report each incident once.")
@reading_options_without_range
@rule_options
@report_zone_option
@click.option(
    "--state",
    "state",
    type=Folder(),
    metavar="DIR",
    required=True,
    help="Where is kept what was read, and what was normal; a folder of its own.",
)
@click.option(
    "-o",
    "--output",
    type=Folder(),
    metavar="DIR",
    required=True,
    help="Where the reports go, a folder for each incident, with an index.",
)
@click.option(
    "--keep-history",
    "keep_days",
    type=click.IntRange(1, 366),
    default=14,
    show_default=True,
    metavar="DAYS",
    help="How long counts of what was normal are kept.",
)
@click.option(
    "--context",
    "context_minutes",
    type=click.IntRange(0, 1440),
    default=10,
    show_default=True,
    metavar="MINUTES",
    help="How much of what was read before is read again, for requests that the end of a run cut.",
)
@click.option("--fail-on", type=click.Choice(SEVERITIES), help="Exit with 1 if a new incident is at least this severe.")
@FORMAT_REPORT
@TEMPLATES
@placeholder_options
@click.option("-q", "--quiet", is_flag=True, help="Print only the paths of reports of new incidents.")
def command(**options: Any) -> None:
    """Read what is new in logs that grow and rotate, and write a report for each incident.

    INPUT is a file, a folder or a pattern; name the rotated logs too, as `/var/log/nginx/access.log*` does. A log is
    known by what it holds, so it may be renamed, copied, truncated or compressed between two runs. An incident that
    goes on keeps its folder. Captures and archives are read once, as a whole. findings.json is always written.
    """
    from analyzer.batch import hold, is_unchanged, read_state
    from analyzer.paths import expand

    if "-" in options["inputs"]:
        raise UsageError("standard input cannot be read a second time.", hint="Name files, or use analyze.")
    if options["output"].resolve().is_relative_to(options["state"].resolve()):
        raise UsageError("the reports cannot lie in the folder of the state.", hint="Name another one with -o.")
    now = instant(options["now"], "--now") or datetime.now(UTC)
    expanded = expand(options["inputs"])
    with hold(options["state"]) as state:
        if not expanded.problems and is_unchanged(expanded.files, read_state(state).logs):
            if not options["quiet"]:
                click.echo("Nothing new.")
            return
        outcome = _run(state, expanded, now, options)
    problems = (*map(str, expanded.problems), *outcome.problems)
    _tell(outcome, problems, quiet=options["quiet"])
    sys.exit(_exit_code(outcome.reported, problems, options["fail_on"]))


def _run(state: Path, expanded: Expanded, now: datetime, options: dict[str, Any]) -> Outcome:
    from analyzer.batch.run import Request, run_batch

    key = redaction_key(options["redaction_key"])
    with work_folder() as work, progress(quiet=options["quiet"]) as tell:
        outcome = run_batch(
            Request(
                files=expanded.files,
                plan=plan_from(work, key, options, tell),
                state=state,
                reports=options["output"],
                moment=now.timestamp(),
                keep_days=options["keep_days"],
                context_seconds=options["context_minutes"] * 60,
                formats=tuple({"json": None} | dict.fromkeys(options["formats"])),
            )
        )
    if outcome.finished is not None and outcome.finished.redactor is not None:
        for each in outcome.reported:
            remember(outcome.finished.redactor, each.folder, now, options)
    return outcome


def _tell(outcome: Outcome, problems: tuple[str, ...], *, quiet: bool) -> None:
    for problem in problems:
        click.echo(visible(f"Problem: {problem}"), err=True)
    if not quiet:
        from analyzer.wording.words import plural

        read = f"{plural(outcome.lines, 'new line')} in {plural(outcome.logs, 'log')}"
        click.echo(f"{read}, {outcome.rejects:,} unreadable." if outcome.logs else "Nothing new.")
    for each in outcome.reported:
        if quiet and not (each.is_new or each.is_worse):
            continue
        path = str(each.folder)
        news = "NEW" if each.is_new else "WORSE" if each.is_worse else "GOES ON"
        click.echo(
            visible(
                path if quiet else f"{news}: {each.severity.upper()} {each.title}\n  Report: {path}", keep_lines=True
            )
        )


def _exit_code(reported: tuple[Reported, ...], problems: tuple[str, ...], fail_on: str | None) -> int:
    if problems:
        return 4
    news = {each.severity for each in reported if each.is_new or each.is_worse}
    return 1 if fail_on and news & set(SEVERITIES[: SEVERITIES.index(fail_on) + 1]) else 0
