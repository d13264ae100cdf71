"""Our own correlations alert where pySigma's SQLite backend alerts, on events that their members find."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from oracle import backend, comparison, correlations, engine, witnesses
from oracle.columns import TYPES, loaded
from sigma.exceptions import SigmaError

from analyzer import documents

ROOT = Path(__file__).parents[2]
FILES = {path.stem: path for path in sorted((ROOT / "rules").rglob("*.yml")) if "knowledge" not in path.parts}


def collection(path):
    return [document.value for document in documents.read(path)]


CORRELATED = {stem: path for stem, path in FILES.items() if any("correlation" in each for each in collection(path))}


def refused(document):
    """Whether pySigma 2.0.1 refuses what the specification allows: a range, or several fields."""
    condition = document.get("correlation", {}).get("condition")
    if not isinstance(condition, dict):
        return False
    operators = [name for name in condition if name in correlations.OPERATORS]
    return len(operators) > 1 or isinstance(condition.get("field"), list)


def events(rules, correlation, draw):
    """Gives events of the members at any second of two timespans, most of them hits, with few groups and many values."""
    found = [witnesses.events_for(rule.node, TYPES, 8) for rule in rules]
    seconds = correlation.timespan_us // 1_000_000
    rows = []
    for _ in range(160):
        member = draw.choice(found)
        row = draw.choice([*member, *[member[0]] * len(member)])
        time = correlations.START + timedelta(seconds=draw.randint(0, 2 * seconds))
        groups = {name: _key(draw, TYPES.get(name, str), 2) for name in correlation.group_by}
        values = {name: _key(draw, TYPES.get(name, str), 30) for name in correlation.condition.fields}
        rows.append({**values, **groups, **row, "timestamp": time})
    return sorted(rows, key=lambda row: row["timestamp"])


def _key(draw, kind, count):
    number = draw.choice([None, *range(count), *range(count)])
    return None if number is None or kind in (datetime, bool) else number if kind is int else f"v{number}"


@pytest.mark.parametrize("stem", CORRELATED)
def test_our_own_correlation_alerts_where_pysigma_alerts(stem):
    """The groups and the ends of windows are equal, and something alerts."""
    read, written = loaded(FILES[stem]), collection(FILES[stem])
    if any(map(refused, written)):
        with pytest.raises(SigmaError):
            backend.convert(*written)
        return
    draw = random.Random(stem)
    for correlation in read.correlations:
        (document,) = [each for each in written if each["title"] == correlation.about.title]
        rows = events(read.rules, correlation, draw)
        mine = engine.alerts(engine.frame(rows, TYPES), read)[correlation.about.id]
        others = [each for each in written if each is not document]
        theirs = [
            (tuple(map(str, group)), *rest) for group, *rest in backend.Database(rows, TYPES).alerts(*others, document)
        ]
        assert not comparison.differs(document["correlation"], mine, theirs, rows), (mine, theirs)
        assert mine


def test_every_file_is_read_by_pysigma():
    """Each file of rules/ is a collection that the backend turns into SQL, but for the two things that it refuses."""
    for path in FILES.values():
        if not any(map(refused, collection(path))):
            assert backend.convert(*collection(path))
