"""The public web rules and our own find the same events as pySigma's SQLite backend does."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest
from lines_by_hand import read_with
from oracle import backend, engine, witnesses

from analyzer import documents, formats, schema
from analyzer.detect import Logsource, detect, load_rules
from analyzer.facts import add_facts, fact_columns

ROOT = Path(__file__).parents[2]
WEB = ROOT.parent / "shared/data/sigma/rules/web"
TYPES = dict.fromkeys(
    ("client_ip", "server_ip", "user", "method", "protocol", "path", "target", "url", "host", "user_agent", "referrer",
     "cookie", "raw"), str
) | dict.fromkeys(("status", "response_bytes", "request_bytes"), int)  # fmt: skip

# Rows that ours finds besides those of pySigma, by the rule's file; one reason for each.
MORE = {
    # The rule tests an empty user agent: a log writes "-" for it, which is read as null.
    "proxy_ua_empty": lambda row: row.get("user_agent") is None,
}


def loaded(folder):
    """Loads rules without their logsources, which SQLite knows nothing of: every event is a request."""
    rules = load_rules([folder])
    assert [str(error) for error in rules.errors] == []
    requests = Logsource(category="webserver")
    return replace(rules, rules=tuple(replace(rule, logsource=requests, burst=None) for rule in rules.rules))


def written(rule):
    """Gives the document of a rule as it stands in its file."""
    path, line = Path(rule.about.location.path), rule.about.location.line
    (found,) = [each for each in documents.read(path) if each.where().line == line]
    return found.value


def compared(rules, types, limit):
    """Gives the rows that pySigma finds and those that ours finds, by the stem of the rule's file and its title."""
    rows = [row for rule in rules for row in witnesses.events_for(rule.node, types, limit)]
    database = backend.Database(rows, types)
    shown = tuple(replace(rule, about=replace(rule.about, level="low")) for rule in rules)
    found = engine.matches(engine.frame(rows, types), replace(load_rules([]), rules=shown))
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


def column_types():
    """Gives the Python type of every canonical column and every fact, that of its elements for a list."""
    dtypes = schema.EVENTS | {column.name: column.dtype for column in fact_columns()}
    bare = {name: dtype.inner if isinstance(dtype, pl.List) else dtype for name, dtype in dtypes.items()}
    kinds = {pl.Boolean: bool, pl.String: str, pl.Float64: float, pl.Datetime("us", "UTC"): datetime}
    return {name: kinds.get(dtype, int) for name, dtype in bare.items() if name not in ("kind", "source", "line")}


def test_our_own_rules_find_what_pysigma_finds():
    """pySigma reads every detection of rules/, and the rows are equal."""
    rules = loaded(ROOT / "rules").rules
    expected, found = compared(rules, column_types(), 24)
    assert (len(found), found) == (len(rules), expected)
    assert len(rules) >= 68
    assert [name for name, rows in found.items() if not rows] == []


def test_our_own_correlations_are_read_by_pysigma():
    """Every file of rules/ is a collection that the backend turns into SQL; text conditions are an extension of its."""
    for path in sorted((ROOT / "rules").rglob("*.yml")):
        if "knowledge" not in path.parts:
            assert backend.convert(*(document.value for document in documents.read(path)))


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
