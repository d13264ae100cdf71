"""Checks rule files."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from analyzer.cli._text import visible
from analyzer.cli.rules._load import counted, tell_errors

if TYPE_CHECKING:
    from analyzer.detect import RuleSet


@click.command("check", short_help="Check rule files: every fault with its place.")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
def command(paths: tuple[Path, ...]) -> None:
    """Check rule files: print every fault with its place, and exit with 1 if there is one, with 2 if a path is none.

    Warnings are about what changes nothing, such as a selection that no condition uses, and about fields that no input
    can have.
    """
    from analyzer.detect import load_rules

    rule_set = load_rules(paths)
    tell_errors(rule_set)
    for warning in (*map(str, rule_set.warnings), *_unknown_fields(rule_set)):
        click.echo(f"warning: {visible(warning)}", err=True)
    for skipped in rule_set.skipped:
        click.echo(f"{visible(skipped.rule)}: skipped: {visible(skipped.reason)}")
    if rule_set.ignored:
        click.echo(f"{counted(len(rule_set.ignored), 'YAML file')} without a rule.")
    count, faults = len(rule_set.everything), len(rule_set.faults)
    right = "1 rule or correlation is right" if count == 1 else f"{count} rules and correlations are right"
    click.echo(f"{right}, {counted(faults, 'fault')}.")
    if not all(map(os.path.exists, paths)):  # a path's own method raises where the name is too long
        sys.exit(2)
    sys.exit(1 if rule_set.faults else 0)


def _unknown_fields(rule_set: RuleSet) -> list[str]:
    """Gives a sentence for each field that is no column, of rules about requests; others are about other logs."""
    from analyzer.detect import fields_of
    from analyzer.facts import fact_columns
    from analyzer.schema import BY_NAME

    known = {*BY_NAME, "product", *(column.name for column in fact_columns())}
    return [
        f"{rule.about.location}: tests {name!r}, which is no column here: what depends on it cannot be evaluated. "
        "`analyzer schema` lists the columns."
        for rule in rule_set.rules
        if rule.logsource.category in ("webserver", "proxy", "application")
        for name, column in fields_of(rule).items()
        if column not in known
    ]
