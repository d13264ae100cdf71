"""Strategies for events in time and for correlation documents of every type that pySigma's SQLite backend runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

START = datetime(2026, 3, 2, 10, 0, 0, tzinfo=UTC)
TYPES = {
    "timestamp": datetime,
    "status": int,
    "client_ip": str,
    "user": str,
    "host": str,
    "request_bytes": int,
    "share": float,
}
MEMBERS = {"a": [401], "b": [403], "c": [429], "ab": [401, 403], "any": [200, 401, 403, 429]}
OPERATORS = ("gt", "gte", "lt", "lte", "eq", "neq")


def _one(values):
    return st.sampled_from(values)


def member(name):
    """Gives the detection document of a member: the statuses that it wants."""
    detection = {"selection": {"status": MEMBERS[name]}, "condition": "selection"}
    logsource = {"category": "webserver"}
    return {"title": name, "name": name, "level": "informational", "logsource": logsource, "detection": detection}


# Values are in lower case, since the backend folds group keys and ours does not.
_ROWS = st.fixed_dictionaries({
    "status": _one([401, 401, 403, 403, 429, 200]),
    "client_ip": _one(["a", "a", "a", "b", "b", "c", None]),
    "user": _one(["a", "x", "y", "z", None]),
    "host": _one(["p", "q", None]),
    "request_bytes": _one([None, -2, 0, 1, 2, 3, 5]),
    "share": _one([None, 0.0, 0.5, 1.5, 2.25]),
})  # fmt: skip
_TICKS = st.one_of(st.integers(0, 40), st.integers(0, 40), st.integers(0, 40), st.none())


@st.composite
def events(draw, *, apart):
    """Rows in the order of time; half a second is a tick. apart: no two have the same time."""
    rows = draw(st.lists(_ROWS, min_size=12, max_size=28))
    if apart:
        ticks = sorted(draw(st.lists(st.integers(0, 60), min_size=len(rows), max_size=len(rows), unique=True)))
    else:
        drawn = draw(st.lists(_TICKS, min_size=len(rows), max_size=len(rows)))
        ticks = sorted(drawn, key=lambda tick: (tick is None, tick))
    times = [None if tick is None else START + timedelta(milliseconds=500) * tick for tick in ticks]
    return [{**row, "timestamp": time} for row, time in zip(rows, times, strict=True)]


def _names(low, high):
    return st.lists(_one(sorted(MEMBERS)), min_size=low, max_size=high, unique=True)


def _counts(lowest):
    # What can never hold is an error: fewer than one event in a window that begins at one.
    pairs = [(name, value) for name in OPERATORS for value in range(6)]
    never = {"lt": lowest + 1, "lte": lowest, "eq": lowest}
    return _one([{name: value} for name, value in pairs if value >= never.get(name, 0)])


def _with_field(limits, fields, **more):
    return st.builds(lambda limit, field: {**limit, "field": field, **more}, limits, _one(fields))


_TIMESPAN = _one(["1s", "2s", "3s", "5s", "10s", "1m"])
_GROUPS = _one(
    [[], ["client_ip"], ["client_ip"], ["c-ip"], ["user"], ["client_ip", "host"], ["host", "user", "client_ip"]]
)
_LIMIT = st.builds(lambda name, half: {name: half / 2}, _one(OPERATORS), st.integers(-4, 16))
_FIELDS = ["request_bytes", "cs-bytes", "share"]
_SHAPES = {
    "event_count": (_names(1, 3), _counts(1)),
    "value_count": (_names(1, 2), _with_field(_counts(0), ["user", "host", "client_ip", "status"])),
    "value_sum": (_names(1, 2), _with_field(_LIMIT, _FIELDS)),
    "value_avg": (_names(1, 2), _with_field(_LIMIT, _FIELDS)),
    "value_percentile": (
        _names(1, 2),
        st.one_of([_with_field(_LIMIT, _FIELDS, percentile=each) for each in (0, 25, 50, 75, 100)]),
    ),
    "temporal": (_names(2, 4), st.one_of(st.none(), st.none(), _counts(1))),
    "temporal_ordered": (_names(2, 3), st.none()),
}


def _section(kind):
    names, condition = _SHAPES[kind]
    parts = {"type": st.just(kind), "rules": names, "group-by": _GROUPS, "timespan": _TIMESPAN, "condition": condition}
    return st.fixed_dictionaries(parts).map(_without_nothing)


def _without_nothing(section):
    return {key: value for key, value in section.items() if value is not None}


def _text(kind, texts):
    parts = {"type": st.just(kind), "condition": _one(sorted(texts)), "group-by": _GROUPS, "timespan": _TIMESPAN}
    return st.fixed_dictionaries(parts).map(_with_rules)


def _with_rules(section):
    words = section["condition"].replace("(", " ").replace(")", " ").split()
    return {**section, "rules": list(dict.fromkeys(word for word in words if word in MEMBERS))}


# Which edge of the window an alert of ours keeps: what must not occur is looked for after an event, so the window
# begins at it; all else is looked for before an event, so the window ends at it; some conditions ask for either.
TEXTS = {
    "a and not b": "begin", "a and not (b or c)": "begin", "b and not a and not c": "begin", "a and b and not c": "begin",
    "(a or b) and not c": "begin", "any and not ab": "begin", "(a and not b) or (c and not a)": "begin",
    "a or b": "end", "a and b": "end", "(a or b) and c": "end", "a and (b or c)": "end", "a and c or b": "end",
    "not (not a or not b)": "end",
    "a or b and not c": "either", "a and not b or c and b": "either",
}  # fmt: skip
ORDERED_TEXTS = {
    "a and b": "end", "c and a and b": "end", "a or c": "end", "(a or b) and c": "end", "a and not b": "begin",
    "a and not (b or c)": "begin",
}  # fmt: skip


@st.composite
def _aliased(draw):
    kind = draw(_one(["temporal", "event_count", "value_count"]))
    condition = {"event_count": {"gte": 2}, "value_count": {"gte": 2, "field": "host"}}.get(kind)
    more = draw(_one([[], ["host"]]))
    section = {"type": kind, "rules": ["a", "b"], "group-by": ["who", *more], "timespan": draw(_TIMESPAN)}
    fields = draw(st.tuples(_one(["client_ip", "user"]), _one(["user", "cs-username", "client_ip"])))
    aliases = {"who": dict(zip(["a", "b"], fields, strict=True))}
    return _without_nothing({**section, "condition": condition, "aliases": aliases})


ANY_TIME = st.one_of(
    *[_section(kind) for kind in _SHAPES if kind != "temporal_ordered"], _text("temporal", TEXTS), _aliased()
)
APART = st.one_of(_section("temporal_ordered"), _text("temporal_ordered", ORDERED_TEXTS), ANY_TIME)


def _document(name, section):
    return {"title": name, "name": name, "level": "low", "correlation": section}


@st.composite
def chains(draw, *, apart):
    """A correlation whose member is another one; it groups by what the other one groups by, or by less."""
    counted = st.fixed_dictionaries({
        "type": st.just("event_count"), "rules": _names(1, 2), "condition": _one([{"gte": 2}, {"gt": 2}]),
    })  # fmt: skip
    together = st.fixed_dictionaries({
        "type": _one(["temporal", "temporal_ordered"] if apart else ["temporal"]), "rules": _names(2, 2),
    })  # fmt: skip
    child = draw(st.one_of(counted, together)) | {"group-by": ["client_ip", "user"], "timespan": draw(_TIMESPAN)}
    section = {"rules": ["child"], "group-by": draw(_one([[], ["client_ip"], ["client_ip", "user"]]))}
    section |= draw(
        _one(
            [
                {"type": "event_count", "condition": {"gte": 2}},
                {"type": "event_count", "condition": {"gte": 1}},
                {"type": "value_count", "condition": {"gte": 2, "field": "user"}},
                {"type": "temporal", "rules": ["child", "c"]},
                {"type": "event_count", "rules": ["child", "c"], "condition": {"gte": 3}},
            ]
        )
    )
    return [_document("child", child), section | {"timespan": draw(_TIMESPAN)}]


def documents(name, section):
    """Gives all documents that a correlation section needs, its own as the last."""
    before, section = (section[:-1], section[-1]) if isinstance(section, list) else ([], section)
    renamed = [{**each, "name": f"{name}_child", "title": f"{name}_child"} for each in before]
    if before:
        section = {**section, "rules": [f"{name}_child" if each == "child" else each for each in section["rules"]]}
    used = {rule for each in (*(each["correlation"] for each in renamed), section) for rule in each["rules"]}
    return [*map(member, sorted(used & MEMBERS.keys())), *renamed, _document(name, section)]
