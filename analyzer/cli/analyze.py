"""The main job: reads logs and HARs, prints the finding, writes the report."""

from __future__ import annotations

import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from analyzer.cli._options import (
    instant,
    plan_from,
    reading_options,
    redaction_key,
    report_zone_option,
    rule_options,
    work_folder,
)
from analyzer.cli._place import Output
from analyzer.cli._progress import progress
from analyzer.cli._redaction import confirm_unredacted, marked, redaction_options, remember
from analyzer.cli._report import FORMAT_REPORT, TEMPLATES
from analyzer.cli._scale import scale_options, workers_of
from analyzer.cli._text import visible
from analyzer.errors import UsageError

if TYPE_CHECKING:
    from analyzer.pipeline import Run
    from analyzer.publish import Place

SEVERITIES = ("critical", "high", "medium", "low", "info")


@click.command("analyze", short_help="Find what broke, where, since when and for whom; write the report.")
@reading_options
@rule_options
@report_zone_option
@scale_options
@click.option("-o", "--output", type=Output(), metavar="DIR", help="Where the report goes.")
@click.option("--events", is_flag=True, help="Write events.parquet, the canonical frame, too.")
@click.option("--fail-on", type=click.Choice(SEVERITIES), help="Exit with 1 if an incident is at least this severe.")
@FORMAT_REPORT
@TEMPLATES
@redaction_options
@click.option("-q", "--quiet", is_flag=True, help="Print only the path of the report.")
@click.option("--json", "as_json", is_flag=True, help="Print findings.json instead of the summary.")
def command(**options: Any) -> None:
    """Read any mix of logs and HARs, print the finding, and write the report.

    INPUT is a file, a folder, a pattern or - for standard input; compressed files and archives are read as they are.
    The folder gets report.html, findings.json and summary.md, or those that --format-report names, and rejects.ndjson,
    every line that could not be read; all of it is redacted.
    """
    from analyzer.pipeline import gate, run
    from analyzer.publish import check_folder, publish
    from analyzer.redact import Redactor

    if options["as_json"] and "json" not in options["formats"]:
        raise UsageError("--json prints findings.json, which --format-report leaves out.", hint="Add json to it.")
    confirm_unredacted(options)
    now = instant(options["now"], "--now") or datetime.now(UTC)
    key = redaction_key(options["redaction_key"])
    folder = options["output"] or default_folder(Redactor(key).value(options["inputs"][0]), now)
    folder = marked(folder, options, folder=True)
    check_folder(folder)
    with work_folder() as work, progress(quiet=options["quiet"]) as tell, workers_of(options) as workers:
        state = run(plan_from(work, key, options, tell, workers))
        outputs: dict[str, bytes | Path] = {
            **state.outputs,
            **state.files,
            **(_events(state) if options["events"] else {}),
        }
        publish(folder, outputs, gate(state))
    assert state.redactor is not None  # noqa: S101 - the last stage fills it
    remember(state.redactor, folder, now, options)
    _tell(state, folder, options)
    sys.exit(_exit_code(state, options["fail_on"]))


def default_folder(first_input: str, now: datetime) -> Path:
    """Gives reports/<first input>-<UTC>, with the input's name reduced to letters, digits, dots and dashes."""
    stem = Path(first_input).resolve().name if first_input != "-" else "stdin"
    safe = re.sub(r"[^A-Za-z0-9.]+", "-", stem).strip("-.")[:60] or "input"
    return Path("reports") / f"{safe}-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _events(state: Run) -> dict[str, Path]:
    from analyzer.pipeline import frame_file

    return {"events.parquet": frame_file(state, ".parquet")}


def _tell(state: Run, folder: Place, options: dict[str, Any]) -> None:
    from analyzer.cli._summary import print_problems, print_summary
    from analyzer.report import FILES

    assert state.analysis is not None  # noqa: S101 - the last stage fills it
    report = visible(str(folder / FILES[options["formats"][0]]))  # the page where there is one
    if options["as_json"]:
        click.echo(state.outputs["findings.json"].decode(), nl=False)
        print_problems(state.analysis)
        click.echo(f"Report: {report}", err=True)
        return
    if not options["quiet"]:
        print_summary(state.analysis)
    click.echo(report if options["quiet"] else f"Report: {report}")


def _exit_code(state: Run, fail_on: str | None) -> int:
    assert state.analysis is not None  # noqa: S101 - the last stage fills it
    if state.analysis.problems:
        return 4
    severities = {incident.severity for incident in state.analysis.findings.incidents}
    if fail_on and severities & set(SEVERITIES[: SEVERITIES.index(fail_on) + 1]):
        return 1
    return 0
