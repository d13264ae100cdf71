"""Explains a rule in words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from analyzer.cli._options import rule_options
from analyzer.cli._paragraphs import section, terminal_width, title, wrapped
from analyzer.cli._text import visible
from analyzer.cli.rules._load import counted, find, load, tell_errors
from analyzer.errors import UsageError

if TYPE_CHECKING:
    from analyzer.detect import About, Correlation, Rule, RuleSet


@click.command("explain", short_help="Say what a rule looks for, what it means and what to do.")
@click.argument("name", metavar="ID|NAME")
@rule_options
def command(name: str, rules: tuple[Path, ...], only_rules: Path | None) -> None:
    """Say in words what a rule looks for, which fields it needs, what a match means, and what to do and ask next.

    A rule is named by its id, its name or its title; those of your own need --rules.
    """
    rule_set = load(rules, only_rules)
    try:
        found = find(rule_set, name)
    except UsageError:
        tell_errors(rule_set)  # the rule may be one with a fault
        raise
    click.echo("\n".join(visible(line) for line in _lines(found, rule_set, terminal_width())))


def _lines(rule: Rule | Correlation, rule_set: RuleSet, width: int) -> Iterator[str]:
    about = rule.about
    yield from title(about.title)
    yield from wrapped(_facts(about), width, "")
    if about.author:
        yield from wrapped(f"Author: {about.author}", width, "")
    yield f"{about.location}"
    yield from _texts("Looks for", _looks_for(rule, rule_set), width)
    yield from _texts("What it means", [about.description] if about.description else [], width)
    yield from _texts("What the report says", [about.report.says] if about.report.says else [], width)
    yield from _texts("False positives", about.falsepositives, width, "- ")
    yield from _texts("Next steps", about.report.next_steps, width, "1. ")
    yield from _texts("Questions", about.report.ask, width, "- ")
    placed = [f"Layer: {about.report.layer.replace('_', ' ')}"] if about.report.layer else []
    placed += [f"Owner: {about.report.owner_hint}"] if about.report.owner_hint else []
    yield from _texts("Where it sits", placed, width)
    told = " or ".join(map(repr, about.report.unless))
    yield from _texts("Silent where", [f"{told} tells of the same events."] if told else [], width)
    yield from _texts("Fields that it needs", _fields(rule, rule_set), width, "- ")
    if about.samples:
        yield from _texts(
            "Samples", [f"{counted(len(about.samples), 'sample')}; `analyzer rules test` runs them"], width
        )
    if about.references:
        yield ""
        yield "References"
        yield from (f"  {reference}" for reference in about.references)


def _facts(about: About) -> str:
    parts = [about.name, about.id if about.id != about.name else None, f"level {about.level}"]
    parts += [f"status {about.status}" if about.status else None, f"family {about.family}" if about.family else None]
    return ", ".join(part for part in parts if part)


def _looks_for(rule: Rule | Correlation, rule_set: RuleSet) -> list[str]:
    from analyzer.detect import Rule, write_burst, write_logsource

    if isinstance(rule, Rule):
        said = [f"Events ({write_logsource(rule.logsource)}) of which this holds: {rule.text}."]
        return [*said, write_burst(rule.burst)] if rule.burst else said
    known = {each.about.id: each for each in rule_set.everything}
    members = [known[member] for member in rule.rules]
    reported = "are reported for themselves, too" if rule.generate else "are not reported for themselves"
    return [
        f"{rule.text}.",
        f"{'Its rules' if len(members) > 1 else 'Its rule'}, whose matches {reported}:",
        *(f"{member.about.title!r} ({member.about.name or member.about.id}): {member.text}." for member in members),
    ]


def _fields(rule: Rule | Correlation, rule_set: RuleSet) -> list[str]:
    from analyzer.detect import Rule, column_of, fields_of, restrict
    from analyzer.facts import fact_columns
    from analyzer.schema import BY_NAME

    needed: dict[str, str] = {}
    for each in restrict(rule_set, (rule.about.id,)).everything:
        if isinstance(each, Rule):
            needed |= fields_of(each)
            grouped: tuple[str, ...] = each.burst.group_by if each.burst else ()
        else:
            grouped = tuple(name for name in (*each.group_by, *each.condition.fields) if name not in each.aliases)
            grouped += tuple(name for fields in each.aliases.values() for name in fields.values())
        needed |= {name: column_of(name) for name in grouped}
    facts = {column.name: f"a fact: {column.meaning}" for column in fact_columns()}
    meanings = {column.name: column.meaning for column in BY_NAME.values()}
    return [
        f"{name}{f' = {column}' if column != name else ''}: "
        f"{facts.get(column) or meanings.get(column) or 'no input can have this column'}"
        for name, column in needed.items()
    ]


def _texts(heading: str, items: list[str] | tuple[str, ...], width: int, mark: str = "") -> Iterator[str]:
    if items:
        yield from section(heading, items, width, mark)
