"""Orders and text conditions by trying every choice of events, straight from the definitions in the facts on rules.

Events are maps with at (a number), row, source, group, and the members that they fit. Equal instants of one source are
ordered by row, those of different sources fit in either order.
"""

from __future__ import annotations

from itertools import combinations, product


def chain_ends(events, members, span):
    """Gives (group, at) of every event in whose window [at - span, at] the members occur in order, each by its own event."""
    return {
        (anchor["group"], anchor["at"])
        for anchor in events
        if any(map(_in_order, product(*[_fitting(_before(events, anchor, span), member) for member in members])))
    }


def together(events, members, span):
    """Gives (group, at) of every event in whose window [at - span, at] all the members occur."""
    return {
        (anchor["group"], anchor["at"])
        for anchor in events
        if all(_fitting(_before(events, anchor, span), member) for member in members)
    }


def without(events, wanted, unwanted, span, ends):
    """Gives (group, at) of every wanted event in whose window [at, at + span] all wanted and no unwanted members occur.

    ends: by source, the time of its last event; a window that goes on after that is not judged.
    """
    found = set()
    for anchor in events:
        inside = [
            event
            for event in events
            if event["group"] == anchor["group"] and anchor["at"] <= event["at"] <= anchor["at"] + span
        ]
        judged = all(ends[event["source"]] >= anchor["at"] + span for event in inside if event["at"] == anchor["at"])
        fits = all(_fitting(inside, member) for member in wanted)
        if judged and fits and anchor["members"] & set(wanted) and not any(_fitting(inside, each) for each in unwanted):
            found.add((anchor["group"], anchor["at"]))
    return found


def _before(events, anchor, span):
    return [
        event
        for event in events
        if event["group"] == anchor["group"] and anchor["at"] - span <= event["at"] <= anchor["at"]
    ]


def _fitting(events, member):
    return [event for event in events if member in event["members"]]


def _in_order(chosen):
    return all(_may_precede(one, two) for one, two in combinations(chosen, 2))


def _may_precede(one, two):
    if one["at"] != two["at"]:
        return one["at"] < two["at"]
    return one["source"] != two["source"] or one["row"] < two["row"]
