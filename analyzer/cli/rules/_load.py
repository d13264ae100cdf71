"""Loads the rules that a command is about, and finds one by its name."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import TYPE_CHECKING

import click

from analyzer.cli._text import visible
from analyzer.errors import UsageError

if TYPE_CHECKING:
    from analyzer.detect import Correlation, Rule, RuleSet


def load(rules: tuple[Path, ...], only_rules: Path | None) -> RuleSet:
    """Reads the shipped rules and those of --rules, or those of --only-rules alone."""
    from analyzer.detect import load_rules
    from analyzer.documents import rules_folder

    return load_rules((only_rules,) if only_rules else (rules_folder(), *rules))


def tell_errors(rule_set: RuleSet) -> None:
    """Prints every fault on standard error."""
    for error in rule_set.faults:
        click.echo(visible(str(error)), err=True)


def find(rule_set: RuleSet, wanted: str) -> Rule | Correlation:
    """Gives the rule with this id or name, in any letter case; raises UsageError with what is near."""
    named = {name.lower(): rule for rule in rule_set.everything for name in (rule.about.name, rule.about.id) if name}
    if wanted.lower() in named:
        return named[wanted.lower()]
    titled = [rule for rule in rule_set.everything if rule.about.title.lower() == wanted.lower()]
    if len(titled) == 1:
        return titled[0]
    near = difflib.get_close_matches(wanted.lower(), list(named), n=5, cutoff=0.5)
    hint = f"Near: {', '.join(near)}." if near else "`analyzer rules list` names them all; your own need --rules."
    raise UsageError(f"there is no rule with the id or name {wanted!r}.", hint=hint)


def heading(rule: Rule | Correlation) -> str:
    """Gives title, name and author, whom licences of public rules want named wherever a match is shown."""
    about = rule.about
    author = f", by {about.author}" if about.author else ""
    return visible(f"{about.title} ({about.name or about.id}){author}")


def counted(number: int, word: str) -> str:
    """Gives a number with its noun."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"
