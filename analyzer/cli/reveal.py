"""Tells what stands behind a placeholder, from the maps that only their owner can read."""

from __future__ import annotations

import sys

import click

from analyzer.cli._redaction import state_folder
from analyzer.cli._text import visible
from analyzer.errors import UsageError


@click.command("reveal", short_help="Tell which value stands behind a placeholder.")
@click.argument("asked", metavar="[PLACEHOLDER]", required=False)
@click.option("--case", metavar="CASE", help="Look only into the map of this case.")
def command(asked: str | None, case: str | None) -> None:
    """Tell which value stands behind PLACEHOLDER: [redacted:kind:hex], or its twelve hex digits, or a fake address.

    Maps are kept in your state folder when something is written, never in what is written; without PLACEHOLDER the
    cases that have one are listed. The value goes to standard output, where it was found to standard error.
    """
    from analyzer.redact import reveal

    if asked is None:
        list_cases()
        return
    found = [item for item in reveal(state_folder() / "cases", asked) if case in (None, item.case)]
    if not found:
        # What was asked for may be the secret itself, by mistake: it is not repeated.
        raise UsageError("no map knows this placeholder.", hint="`analyzer reveal` lists the cases that have a map.")
    for value in dict.fromkeys(item.value for item in found):
        click.echo(visible(value))
    for item in found:
        click.echo(visible(f"{', '.join(item.kinds)}, in case {item.case}, written {item.written}"), err=True)
    sys.exit(0)


def list_cases() -> None:
    """Prints the cases that have a map."""
    from analyzer.redact import list_maps

    maps = list_maps(state_folder() / "cases")
    for item in maps:
        values = "1 value" if item.values == 1 else f"{item.values:,} values"
        click.echo(visible(f"{item.case}: {values}, written {item.written}"))
    if not maps:
        click.echo("No case has a map.", err=True)
