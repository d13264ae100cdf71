"""Lists and checks rules."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from analyzer.cli._text import visible


@click.group("rules", short_help="List the shipped rules, or check your own.")
def command() -> None:
    """List the shipped Sigma rules, or check files and folders of your own."""


@command.command("list")
def list_rules() -> None:
    """List the shipped rules: family, level, title and id."""
    from analyzer.detect import load_rules
    from analyzer.documents import rules_folder

    rule_set = load_rules((rules_folder(),))
    abouts = [rule.about for rule in rule_set.rules] + [rule.about for rule in rule_set.correlations]
    for about in sorted(abouts, key=lambda about: (about.family, about.title, about.id)):
        click.echo(f"{about.family:<16}{about.level:<15}{visible(about.title)}  {about.id}")


@command.command("check")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
def check(paths: tuple[Path, ...]) -> None:
    """Check rule files: print every fault with its place, and exit with 1 if there is one, with 2 if a path is none."""
    from analyzer.detect import load_rules

    rule_set = load_rules(paths)
    for error in rule_set.errors:
        click.echo(visible(str(error)), err=True)
    for skipped in rule_set.skipped:
        click.echo(f"{visible(skipped.rule)}: skipped: {visible(skipped.reason)}")
    count = len(rule_set.rules) + len(rule_set.correlations)
    faults = len(rule_set.errors)
    right = "1 rule or correlation is right" if count == 1 else f"{count} rules and correlations are right"
    click.echo(f"{right}, {faults} {'fault' if faults == 1 else 'faults'}.")
    if not all(path.exists() for path in paths):
        sys.exit(2)
    sys.exit(1 if rule_set.errors else 0)
