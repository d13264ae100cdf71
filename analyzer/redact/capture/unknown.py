"""Decides about fields that HAR 1.2 does not know: useful ones stay, all others are dropped unless they are wanted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from analyzer.redact.capture._work import Work
from analyzer.redact.capture.named_json import clean_named
from analyzer.redact.capture.url import clean_urls_in

_LONGEST = 300
Rule = Callable[[Work, Any], Any]


def clean_scalar(work: Work, value: Any) -> Any:
    """Gives a short text, number or truth value; None for anything else."""
    if isinstance(value, str):
        return work.text(value) if len(value) <= _LONGEST else work.withheld(value, "unknown")
    return value if isinstance(value, int | float | bool) else None


def clean_told(work: Work, value: Any) -> Any:
    """Gives an error's text, the URLs in it cleaned; tools also write objects."""
    return clean_urls_in(work, value) if isinstance(value, str) else clean_named(work, value)


def clean_custom(work: Work, node: dict[str, Any], known: frozenset[str], rules: Mapping[str, Rule]) -> dict[str, Any]:
    """Gives the fields of an object that are not among the known ones: those with a rule, and if wanted all others.

    Secrets under names of fields that are dropped are learnt all the same.
    """
    clean: dict[str, Any] = {}
    for name, value in node.items():
        if name in known:
            continue
        rule = rules.get(name)
        if rule is not None:
            shown = rule(work, value)
            if shown is not None:
                clean["_error" if name == "error" else name] = shown
        elif work.learning or work.keep_unknown:
            clean[name] = clean_named(work, {name: value})[name]
    return {} if work.learning else clean
