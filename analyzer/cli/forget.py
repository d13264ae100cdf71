"""Deletes what stands behind the placeholders of a case."""

from __future__ import annotations

import sys

import click

from analyzer.cli._redaction import state_folder
from analyzer.cli._text import visible
from analyzer.cli.reveal import list_cases
from analyzer.errors import UsageError


@click.command("forget", short_help="Delete the map of a case, so that nothing of it can be revealed.")
@click.argument("case", metavar="[CASE]", required=False)
@click.option("--yes", is_flag=True, help="Do not ask.")
def command(case: str | None, *, yes: bool) -> None:
    """Delete the map of CASE: from then on nobody can tell what its placeholders stand for.

    Without CASE the cases that have a map are listed.
    """
    from analyzer.redact import forget

    if case is None:
        list_cases()
        return
    if not yes:
        if not (sys.stdin and sys.stdin.isatty()):
            raise UsageError("nobody can be asked whether to forget.", hint="Add --yes.")
        if not click.confirm(f"Delete the map of {visible(case)}? It cannot be made again", err=True):
            raise UsageError("nothing was deleted.")
    if not forget(state_folder() / "cases", case):
        raise UsageError(f"there is no map of {case}.", hint="`analyzer forget` lists the cases that have one.")
    click.echo(visible(f"Forgotten: {case}"), err=True)
