"""Writes logs and captures again without secrets, in their own format."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from analyzer.cli._options import plan_from, redaction_key, work_folder
from analyzer.cli._place import Output
from analyzer.cli._progress import progress
from analyzer.cli._redaction import placeholder_options, remember
from analyzer.cli._text import visible

if TYPE_CHECKING:
    from analyzer.pipeline import Redacted
    from analyzer.redact import Fired

_UNASKED = {"zone": None, "since": None, "until": None, "now": None}


@click.command("redact", short_help="Write logs and HARs without secrets, in their own format.")
@click.argument("inputs", nargs=-1, required=True, metavar="FILE...")
@click.option("-o", "--output", required=True, type=Output(), metavar="DIR",
              help="A new folder for the redacted files.")  # fmt: skip
@click.option("--format", "format_name", metavar="NAME", help="Read lines as this format, for the users they name.")
@click.option("--log-format", metavar="TEXT", help="The server's own LogFormat or log_format text.")
@click.option("--log-format-from", type=click.Path(path_type=Path), metavar="FILE", help="The server's configuration.")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, metavar="N",
              help="How many things to do at once; the result is the same.")  # fmt: skip
@click.option("--bodies", type=click.Choice(["skeleton", "redacted", "drop"]), default="skeleton", show_default=True,
              help="What is left of bodies in a HAR: keys and types, what no name gives away, or sizes.")  # fmt: skip
@click.option("--keep-unknown", is_flag=True, help="Keep fields of a HAR that its specification does not know.")
@click.option("--explain", is_flag=True, help="Print which rule replaced what where; never a value.")
@click.option("--json", "as_json", is_flag=True, help="With --explain: one JSON object a line, and nothing else.")
@placeholder_options
@click.option("-q", "--quiet", is_flag=True, help="Print only the path of the folder.")
def command(**options: Any) -> None:
    """Write every FILE again without secrets: a HAR as a HAR, a log as a log, line by line.

    Equal values get equal placeholders in all files, and in what other commands write with the same key. Compressed
    files and the members of archives are written plain. FILE may also be a folder, a pattern or - for standard input.
    """
    from analyzer.pipeline import Redaction, redact_inputs
    from analyzer.publish import check_folder, publish

    check_folder(options["output"])
    key = redaction_key(options["redaction_key"])
    with work_folder() as work, progress(quiet=options["quiet"]) as tell:
        how = Redaction(
            profile=options["profile"],
            bodies=options["bodies"],
            keep_unknown=options["keep_unknown"],
            workers=options["workers"],
            explain=options["explain"],
        )
        done = redact_inputs(plan_from(work, key, options | _UNASKED, tell), how)
        publish(options["output"], done.outputs, done.gate)
    remember(done.redactor, options["output"], datetime.now(UTC), options)
    _tell(done, options)
    sys.exit(4 if done.problems else 0)


def _tell(done: Redacted, options: dict[str, Any]) -> None:
    for fired in done.fired:
        click.echo(_explained(fired, as_json=options["as_json"]))
    told_otherwise = options["quiet"] or options["as_json"]
    if not told_otherwise:
        for source in done.sources:
            size = "" if source.lines is None else f", {source.lines:,} lines"
            click.echo(visible(f"{source.name} -> {source.file}{size}"))
            for note in source.notes:
                click.echo(visible(f"  Note: {note}"))
        found = ", ".join(f"{count:,} x {kind}" for kind, count in done.redactor.counts().items())
        click.echo(f"Replaced: {found or 'nothing'}.")
    for problem in done.problems:
        click.secho(f"Problem: {visible(problem)}", fg="yellow", err=True)
    if not options["as_json"]:
        click.echo(visible(str(options["output"])))


def _explained(fired: Fired, *, as_json: bool) -> str:
    if as_json:
        return json.dumps({name: getattr(fired, name) for name in ("place", "rule", "kind", "masked")})
    return visible(f"{fired.place}  {fired.rule}  {fired.kind}  {fired.masked}")
