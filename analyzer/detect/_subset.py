"""Takes some rules out of a rule set, with all that they need."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from analyzer.detect._rule import About, Correlation, RuleSet


def restrict(rules: RuleSet, wanted: Collection[str], *, beside: bool = False) -> RuleSet:
    """Gives the rules with these ids, the members of their correlations, and what their bursts count against.

    beside: also the rules whose signals may take the place of theirs.
    """
    known = {each.about.id: each for each in rules.everything}
    ids = {each.about.name: each.about.id for each in rules.everything if each.about.name}
    kept: set[str] = set()
    waiting = [identity for identity in wanted if identity in known]
    while waiting:
        identity = waiting.pop()
        if identity in kept:
            continue
        kept.add(identity)
        found = known[identity]
        names = list(found.about.report.unless) if beside else []
        if isinstance(found, Correlation):
            names += found.rules
        elif found.burst is not None:
            names += [found.burst.against, *(found.burst.beside if beside else ())]
        waiting += [each for each in (ids.get(name, name) for name in names) if each in known]
    return replace(
        rules,
        rules=tuple(rule for rule in rules.rules if rule.about.id in kept),
        correlations=tuple(each for each in rules.correlations if each.about.id in kept),
    )


def alone(rules: RuleSet, wanted: str) -> RuleSet:
    """Gives one rule with what it needs, so that it is reported also where its level is informational."""
    found = restrict(rules, (wanted,))
    return replace(
        found,
        rules=tuple(replace(each, about=_audible(each.about, wanted)) for each in found.rules),
        correlations=tuple(replace(each, about=_audible(each.about, wanted)) for each in found.correlations),
    )


def _audible(about: About, wanted: str) -> About:
    return replace(about, level="low") if about.id == wanted and about.level == "informational" else about
