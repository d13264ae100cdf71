"""Templates and styles fit together: no class without a rule, no rule without an element."""

from __future__ import annotations

import re

import pytest

from analyzer.report.templates import shipped

# What an index knows its own pages by, see pipeline/_index.py.
NO_RULE = {"tool"}
# Made by script.js.
SCRIPTED = {"copies"}
# A class begins with this word and ends with one of the data: a severity, a verdict, a phase.
OPEN = re.compile(r"([\w-]+-)\{\{")


def styles() -> str:
    """Gives the rules of all styles without comments."""
    return re.sub(
        r"/\*.*?\*/", "", "".join(text for name, text in shipped().items() if name.endswith(".css")), flags=re.DOTALL
    )


def classes_of(template: str) -> tuple[set[str], set[str]]:
    """Gives the classes that a template writes out, and the beginnings of those that it completes with a value."""
    written, begun = set(), set()
    for value in re.findall(r'class="([^"]*)"', template):
        begun |= set(OPEN.findall(value))
        written |= set(re.sub(r"\{%.*?%\}|[\w-]*\{\{.*?\}\}[\w-]*", " ", value).split())
    return written, begun


RULED = set(re.findall(r"\.([a-zA-Z][\w-]*)", re.sub(r"\{[^{}]*\}", "{}", styles())))
TEMPLATES = [name for name in shipped() if name.endswith(".j2")]


@pytest.mark.parametrize("name", TEMPLATES)
def test_each_class_of_a_template_has_a_rule(name: str) -> None:
    """Or is known for what else it is for."""
    written, begun = classes_of(shipped()[name])
    assert written - RULED - NO_RULE == set()
    assert [begin for begin in begun if not any(rule.startswith(begin) for rule in RULED)] == []


def test_each_rule_has_a_template_that_writes_its_class() -> None:
    """As it stands, from its beginning on, or as a word that the program fills in."""
    found = [classes_of(shipped()[name]) for name in TEMPLATES]
    written = set().union(*(classes for classes, _ in found))
    begun = tuple(set().union(*(begins for _, begins in found)))
    # Of a chart's shapes the program names the kind; a macro takes the class of a table.
    filled = {"status", "level", "requests", "failed", "worked", "compact"}
    unused = {rule for rule in RULED - written - SCRIPTED if not rule.startswith(begun)}
    assert {rule.partition("-")[0] for rule in unused} - filled == set()
