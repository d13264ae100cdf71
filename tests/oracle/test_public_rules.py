"""The public web rules and our own find the same events as pySigma's SQLite backend does."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from lines_by_hand import read_with
from oracle import backend, engine, witnesses
from oracle.columns import TYPES as COLUMNS
from oracle.columns import loaded

from analyzer import documents, formats, schema
from analyzer.detect import detect, load_rules
from analyzer.facts import add_facts

ROOT = Path(__file__).parents[2]
WEB = ROOT.parent / "shared/data/sigma/rules/web"
SLOW = [HealthCheck.too_slow]  # how long a busy machine takes tells nothing
TYPES = dict.fromkeys(
    ("client_ip", "server_ip", "user", "method", "protocol", "path", "target", "url", "host", "user_agent", "referrer",
     "cookie", "raw"), str
) | dict.fromkeys(("status", "response_bytes", "request_bytes"), int)  # fmt: skip

# Rows that ours finds besides those of pySigma, by the rule's file; one reason for each.
MORE = {
    # The rule tests an empty user agent: a log writes "-" for it, which is read as null.
    "proxy_ua_empty": lambda row: row.get("user_agent") is None,
}


def written(rule):
    """Gives the document of a rule as it stands in its file."""
    path, line = Path(rule.about.location.path), rule.about.location.line
    (found,) = [each for each in documents.read(path) if each.where().line == line]
    return found.value


@cache
def everyone():
    own = loaded(ROOT / "rules").rules
    return shown([*own, *loaded(WEB).rules] if WEB.is_dir() else own)


def shown(rules):
    """Gives a set of these rules, all of which are reported for themselves, and none gives way to another."""
    heard = [replace(rule, about=_heard(rule.about)) for rule in rules]
    return replace(load_rules([]), rules=tuple(heard))


def _heard(about):
    return replace(about, level="low", report=replace(about.report, unless=()))


def witnessed(rules, types, limit):
    return [row for rule in rules for row in witnesses.events_for(rule.node, types, limit)]


def compared(rules, types, limit):
    """Gives the rows that pySigma finds and those that ours finds, by the stem of the rule's file and its title."""
    rows = witnessed(rules, types, limit)
    database = backend.Database(rows, types)
    found = engine.matches(engine.frame(rows, types), shown(rules))
    names = {rule.about.id: (Path(rule.about.location.path).stem, rule.about.title) for rule in rules}
    expected = {names[rule.about.id]: database.matches(written(rule)) for rule in rules}
    for name, wanted in expected.items():
        wanted.update(number for number, row in enumerate(rows) if name[0] in MORE and MORE[name[0]](row))
    return expected, {names[identity]: found.get(identity, set()) for identity in names}


@pytest.mark.skipif(not WEB.is_dir(), reason="needs the shared data folder")
def test_public_web_rules_find_what_pysigma_finds():
    """For all 45 files the rows are equal, and each finds some."""
    expected, found = compared(loaded(WEB).rules, TYPES, 80)
    assert (len(found), found) == (45, expected)
    assert [name for name, rows in found.items() if not rows] == []


def test_our_own_rules_find_what_pysigma_finds():
    """pySigma reads every detection of rules/, and the rows are equal."""
    rules = loaded(ROOT / "rules").rules
    expected, found = compared(rules, COLUMNS, 24)
    assert (len(found), found) == (len(rules), expected)
    assert len(rules) >= 68
    assert [name for name, rows in found.items() if not rows] == []


@seed(1)
@settings(max_examples=3, deadline=None, database=None, suppress_health_check=SLOW)
@given(st.lists(st.integers(0, 2_000), min_size=1, max_size=4))
def test_matches_do_not_depend_on_how_events_are_parted(cuts):
    """What every rule, our own and public, finds in the parts of a frame is what it finds in the whole."""
    rules = everyone()
    events = engine.frame(witnessed(rules.rules, COLUMNS, 12), COLUMNS)
    edges = sorted({0, events.height, *(cut for cut in cuts if cut < events.height)})
    parted = [engine.matches(events[begin:end], rules) for begin, end in pairwise(edges)]
    whole = engine.matches(events, rules)
    assert len(whole) == len(rules.rules)
    assert {name: set().union(*[part.get(name, set()) for part in parted]) for name in whole} == whole


PATH_IN_QUERY = """\
title: Path in cs-uri-query
logsource: {category: webserver}
detection:
  selection: {cs-uri-query|contains: '/mgmt/tm/util/bash'}
  condition: selection
"""


def test_a_pattern_of_cs_uri_query_that_holds_a_path_fires(tmp_path):
    """A third of the public rules writes paths there: the field means path and query together, not the query alone."""
    line = '10.0.0.1 - - [22/Nov/2026:12:00:00 +0000] "POST /mgmt/tm/util/bash HTTP/1.1" 200 12 "-" "curl/8.1"'
    form = formats.line_formats()["combined"]
    events = add_facts(schema.conform(read_with(form, line).events)).with_row_index("row")
    file = tmp_path / "path.yml"
    file.write_text(PATH_IN_QUERY, encoding="utf-8")
    assert [signal.title for signal in detect(events, load_rules([file])).signals] == ["Path in cs-uri-query"]
    if WEB.is_dir():
        titles = {signal.title for signal in detect(events, load_rules([WEB])).signals}
        assert "F5 BIG-IP iControl Rest API Command Execution - Webserver" in titles
