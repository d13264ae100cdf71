"""Lists rules."""

from __future__ import annotations

from pathlib import Path

import click

from analyzer.cli._options import rule_options
from analyzer.cli._text import visible
from analyzer.cli.rules._load import counted, load, tell_errors


@click.command("list", short_help="List the rules: family, level, title and id.")
@rule_options
@click.option("--all", "parts", is_flag=True, help="List also what is told only as a part of another rule.")
def command(rules: tuple[Path, ...], only_rules: Path | None, *, parts: bool) -> None:
    """List the shipped rules, and those of --rules: family, level, title and id."""
    from analyzer.detect import reported

    rule_set = load(rules, only_rules)
    chosen = rule_set.everything if parts else reported(rule_set)
    for about in sorted((rule.about for rule in chosen), key=lambda each: (each.family, each.title, each.id)):
        click.echo(f"{visible(about.family):<16}{about.level:<15}{visible(about.title)}  {visible(about.id)}")
    tell_errors(rule_set)
    if rules or only_rules:
        told = f"{counted(len(rule_set.everything), 'rule')}, {counted(len(rule_set.faults), 'fault')}"
        click.echo(f"{told}, {len(rule_set.skipped):,} skipped.", err=True)
