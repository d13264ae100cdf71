"""Writes the canonical frame only."""

from __future__ import annotations

import sys
from typing import Any

import click

from analyzer.cli._options import plan_from, reading_options, redaction_key, work_folder
from analyzer.cli._place import Output, is_same
from analyzer.cli._progress import progress
from analyzer.cli._redaction import confirm_unredacted, marked, redaction_options, remember
from analyzer.cli._scale import scale_options, workers_of
from analyzer.cli._text import visible
from analyzer.errors import UsageError


@click.command("parse", short_help="Write the canonical frame as Parquet, NDJSON or CSV.")
@reading_options
@scale_options
@click.option("-o", "--output", required=True, type=Output(), metavar="FILE",
              help="Ends in .parquet, .ndjson or .csv.")  # fmt: skip
@redaction_options
def command(**options: Any) -> None:
    """Read inputs into one canonical frame and write it, redacted; the ledger of each source is printed."""
    from analyzer.pipeline import frame_file, gate, parse
    from analyzer.publish import publish_file

    confirm_unredacted(options)
    output = marked(options["output"], options, folder=False)
    if output.suffix not in (".parquet", ".ndjson", ".csv"):
        raise UsageError(f"{output.name!r} ends in none of .parquet, .ndjson and .csv.")
    if any(is_same(output, name) for name in options["inputs"]):
        raise UsageError(f"{output.name!r} is an input too.", hint="Name another file with -o.")
    key = redaction_key(options["redaction_key"])
    with work_folder() as work, progress(quiet=False) as tell, workers_of(options) as workers:
        state = parse(plan_from(work, key, options, tell, workers))
        assert state.reading is not None  # noqa: S101 - parse fills both
        assert state.redactor is not None  # noqa: S101
        sources, problems = state.redactor.value((state.reading.sources, tuple(map(str, state.reading.problems))))
        publish_file(output, frame_file(state, output.suffix), gate(state))
    remember(state.redactor, output, state.plan.now, options)
    for source in sources:
        ledger = source.ledger
        click.echo(
            f"{visible(source.name)}: {ledger.lines:,} lines = {ledger.event_lines:,} of {source.events:,} events "
            f"+ {ledger.rejects:,} rejected + {ledger.directives:,} directives + {ledger.blank:,} blank"
        )
    for problem in problems:
        click.echo(f"Problem: {visible(problem)}", err=True)
    sys.exit(4 if problems else 0)
