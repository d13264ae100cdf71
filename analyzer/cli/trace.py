"""Follows one correlation id through every source: hops in order, where the time went, messages, stack traces."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from analyzer.cli._options import plan_from, reading_options, redaction_key, report_zone_option, work_folder
from analyzer.cli._place import Output
from analyzer.cli._progress import progress
from analyzer.cli._redaction import confirm_unredacted, marked, redaction_options, remember
from analyzer.cli._report import TEMPLATES
from analyzer.cli._text import visible
from analyzer.errors import UsageError

if TYPE_CHECKING:
    from analyzer.pipeline import Traced
    from analyzer.publish import Place

_KINDS = {".html": "trace.html", ".json": "trace.json"}


@click.command("trace", short_help="Show everything about one correlation id, hop by hop.")
@click.argument("asked", metavar="ID")
@reading_options
@click.option("-o", "--output", type=Output(), metavar="FILE",
              help="Write the trace as a page (.html) or a document (.json).")  # fmt: skip
@report_zone_option
@TEMPLATES
@redaction_options
@click.option("-q", "--quiet", is_flag=True, help="Print only the first sentence.")
@click.option("--json", "as_json", is_flag=True, help="Print trace.json instead of the lines.")
def command(**options: Any) -> None:
    """Show everything about one correlation id, from every source, in the order in which the request travelled.

    ID is a request id, trace id, CF-Ray, x-amz-cf-id, or a whole header such as a traceparent or X-Amzn-Trace-Id, in
    any case, with or without dashes; eight characters of its beginning are enough if no other id begins so. INPUT is a
    file, a folder, a pattern or - for standard input.
    """
    from analyzer.pipeline import trace
    from analyzer.publish import publish_file

    confirm_unredacted(options)
    name = _output_name(options["output"])
    if not options["asked"].strip():
        raise UsageError("the id is empty.")
    output = options["output"] and marked(options["output"], options, folder=False)
    key = redaction_key(options["redaction_key"])
    with work_folder() as work, progress(quiet=options["quiet"]) as tell:
        plan = plan_from(work, key, options, tell)
        found = trace(plan, options["asked"])
        if name is not None:
            publish_file(output, found.outputs[name], found.gate)
    if name is not None:
        remember(found.redactor, output, plan.now, options)
    _tell(found, options | {"output": output})
    sys.exit(4 if found.trace.problems else 0)


def _output_name(path: Place | None) -> str | None:
    if path is None:
        return None
    name = _KINDS.get(path.suffix.lower())
    if name is None:
        raise UsageError(f"the kind of {path.name} is not known.", hint="Name a file that ends in .html or .json.")
    return name


def _tell(found: Traced, options: dict[str, Any]) -> None:
    if options["as_json"]:
        click.echo(found.outputs["trace.json"].decode(), nl=False)
    else:
        for line in found.lines[:1] if options["quiet"] else found.lines:
            click.secho(visible(line.text), bold=line.strong)
    for problem in found.trace.problems:
        click.secho(f"Problem: {visible(problem)}", fg="yellow", err=True)
    if options["output"] is not None:
        click.echo(f"Trace: {visible(str(options['output']))}", err=options["as_json"])
