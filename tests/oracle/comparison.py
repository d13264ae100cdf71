"""Compares alerts of ours with those of pySigma's SQLite backend: (group, begin, end, metric) each."""

from __future__ import annotations

from oracle import correlations

from analyzer.detect._timespan import parse

LESS = frozenset({"lt", "lte", "eq", "neq"})


def microseconds(time):
    return round(time.timestamp() * 1_000_000)


def opening(rows):
    """Gives the time of the first event."""
    return min((microseconds(row["timestamp"]) for row in rows if row["timestamp"]), default=0)


def ends(alerts):
    """Gives the metric by group and end."""
    return {(group, end): round(metric, 9) for group, _, end, metric in alerts}


def whole(section, alerts, first):
    """Leaves out the windows that begin before the log does, where less is what alerts: ours does not judge them."""
    if not LESS.intersection(section.get("condition", ())):
        return alerts
    span = parse(section["timespan"]) * 1_000_000
    return [alert for alert in alerts if alert[2] - span >= first]


def edges(alerts, edge):
    """Gives groups and the edge of their windows that ours and pySigma's alerts share."""
    return {(group, begin if edge == "begin" else end) for group, begin, end, _ in alerts}


def share_an_edge(one, others):
    return any(one[0] == other[0] and (one[1] == other[1] or one[2] == other[2]) for other in others)


def differs(section, mine, theirs, rows):
    """Whether the alerts of ours are not those of pySigma."""
    condition = section.get("condition")
    if not isinstance(condition, str):
        return ends(mine) != ends(whole(section, theirs, opening(rows)))
    edge = {**correlations.TEXTS, **correlations.ORDERED_TEXTS}.get(condition, "either")
    if edge != "either":
        return edges(mine, edge) != edges(theirs, edge)
    unmatched = [alert for alert in mine if not share_an_edge(alert, theirs)]
    return unmatched != [] or not all(share_an_edge(alert, mine) for alert in theirs)
