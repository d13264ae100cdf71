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


def events(rules, correlation, draw, count, timespans):
    """Gives events of the members at any second of some timespans, half of them hits, with few groups, many values."""
    found = [witnesses.events_for(rule.node, TYPES, 8) for rule in rules]
    seconds = correlation.timespan_us // 1_000_000
    rows = []
    for _ in range(count):
        member = draw.choice(found)
        row = draw.choice([*member, *[member[0]] * len(member)])
        time = correlations.START + timedelta(seconds=draw.randint(0, timespans * seconds))
        names = {**dict.fromkeys(correlation.condition.fields, 30), **dict.fromkeys(correlation.group_by, 2)}
        keys = {name: _key(draw, TYPES.get(name, str), kinds) for name, kinds in names.items() if not row.get(name)}
        rows.append({**row, **keys, "timestamp": time})
    return sorted(rows, key=lambda row: row["timestamp"])


def _key(draw, kind, count):
    number = draw.choice([None, *range(count), *range(count)])
    if number is None or kind is bool:
        return None
    if kind is datetime:
        return correlations.START + timedelta(seconds=number)
    return number if kind is int else f"v{number}"


def plain(alerts):
    """Writes group keys as text, times without their zone."""
    return [(tuple(str(key).lower().removesuffix("z") for key in group), *rest) for group, *rest in alerts]


@pytest.mark.parametrize("stem", CORRELATED)
def test_our_own_correlation_alerts_where_pysigma_alerts(stem):
    """The groups and the windows are equal, for many events in a short time and few in a long one; something alerts."""
    read, written = loaded(FILES[stem]), collection(FILES[stem])
    if any(map(refused, written)):
        with pytest.raises(SigmaError):
            backend.convert(*written)
        return
    draw = random.Random(stem)
    for correlation in read.correlations:
        (document,) = [each for each in written if each["title"] == correlation.about.title]
        others = [each for each in written if each is not document]
        alerting = 0
        for count, timespans in ((160, 2), (30, 12)):
            rows = events(read.rules, correlation, draw, count, timespans)
            mine = plain(engine.alerts(engine.frame(rows, TYPES), read)[correlation.about.id])
            theirs = plain(backend.Database(rows, TYPES).alerts(*others, document))
            assert not comparison.differs(document["correlation"], mine, theirs, rows), (mine, theirs)
            alerting += len(mine)
        assert alerting


def test_every_file_is_read_by_pysigma():
    """Each file of rules/ is a collection that the backend turns into SQL, but for the two things that it refuses."""
    for path in FILES.values():
        if not any(map(refused, collection(path))):
            assert backend.convert(*collection(path))
