"""Strategies for detection rules over every modifier that pySigma's SQLite backend runs, and for events."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import AddressValueError, IPv4Address

from hypothesis import strategies as st

MINUTE = timedelta(minutes=1, milliseconds=7)
TYPES = {
    "path": str,
    "user": str,
    "host": str,
    "raw": str,
    "client_ip": str,
    "status": int,
    "request_bytes": int,
    "share": float,
    "preflight": bool,
    "timestamp": datetime,
}


def _one(values):
    return st.sampled_from(values)


def _some(value):
    return st.one_of(value, st.lists(value, min_size=1, max_size=3))


def _many(value):
    return st.lists(value, min_size=2, max_size=3)


def _items(*parts):
    """Joins name and modifiers; the last part is the value."""
    *names, value = (part if isinstance(part, st.SearchStrategy) else st.just(part) for part in parts)
    return st.tuples(st.tuples(*names).map("".join), value)


# ASCII only: SQLite folds no other letters. Among them what LIKE, GLOB and regular expressions take for their own.
PLAIN = st.text("abAB1.%_[]^-/ ", max_size=4)
_TEXT = st.one_of(PLAIN, st.text("abA*?\\%_[1", max_size=5)).filter(bool)
_ENCODED = st.text("abAB1", min_size=3, max_size=5)
_DASHED = _one(["-a", " -b", "/a b", "a-b", "--a", "a -b /a", "-", "b/", " –a"])
SEARCHED = ("a", "^a", "b$", "a.b", "[aA]+b", "a|b1", "(a|b)1?$", "^[^a]*$", "a{2}", r"a\.b", r"\*", "^$", "%_", "[0-9]")  # fmt: skip
_SEARCHED = _one(SEARCHED)
_NETWORK = _one(["10.0.0.0/8", "10.1.0.0/16", "10.1.2.0/24", "10.1.2.0/23", "10.1.2.3/32", "192.168.0.0/17", "0.0.0.0/1", "10.1.2.128/25"])  # fmt: skip
_ADDRESS = _one(["10.1.2.3", "10.1.3.200", "10.1.2.130", "10.2.0.1", "192.168.1.1", "192.168.200.1", "127.0.0.1", "200.1.1.1"])  # fmt: skip
_SMALL, _STATUS = st.integers(-1, 6), _one([200, 401, 404, 500])
_HALVES = st.integers(-2, 12).map(lambda value: value / 2)

_TEXTS = _one(["path", "cs-uri-stem", "user", "cs-username", "host"])
_COUNTS, _STATUSES = _one(["request_bytes", "share", "cs-bytes"]), _one(["status", "sc-status"])
_NAMES = st.one_of(_TEXTS, _COUNTS, _STATUSES, st.just("preflight"))
_NEQ, _CASED = _one(["", "|neq"]), _one(["", "", "|cased"])
_SIDE = _one(["|contains", "|startswith", "|endswith"])
_WIDE = _one(["", "|wide", "|utf16be", "|utf16"])
_BASE64 = _one(["|base64", "|base64|contains", "|base64offset|contains"])
_FLAGS = _one(["", "|i", "|m", "|s", "|i|m", "|ignorecase", "|multiline|dotall"])
_COMPARE = _one(["|lt", "|lte", "|gt", "|gte"])
_PARTS = {"minute": (0, 59), "hour": (0, 23), "day": (1, 28), "month": (1, 12), "year": (2024, 2027)}

ITEMS = st.one_of(
    _items(_TEXTS, _CASED, _NEQ, _some(_TEXT)),
    _items(_TEXTS, _SIDE, _CASED, _NEQ, _some(_TEXT)),
    _items(_TEXTS, _SIDE, _CASED, "|all", _NEQ, _many(_TEXT)),
    _items(_TEXTS, _WIDE, _BASE64, _CASED, _NEQ, _some(_ENCODED)),
    _items(_TEXTS, "|windash", _one(["", "|contains", "|endswith"]), _NEQ, _some(_DASHED)),
    _items(_COUNTS, _NEQ, _some(_SMALL)),
    _items(_STATUSES, _NEQ, _some(_STATUS)),
    _items(_STATUSES, _NEQ, _some(_one(["4*", "*0*", "40?", "404", "2?0", "*"]))),
    _items(_COUNTS, _COMPARE, _HALVES),
    _items(_STATUSES, _COMPARE, _STATUS),
    _items(_TEXTS, _NEQ, _some(_one([1, 11, 0, 7]))),
    _items(_NAMES, _NEQ, st.none()),
    _items(_TEXTS, _NEQ, ""),
    _items(_NAMES, "|exists", st.booleans()),
    _items(_one(["preflight", "user", "host"]), _NEQ, st.booleans()),
    _items(_TEXTS, "|re", _FLAGS, _NEQ, _some(_SEARCHED)),
    _items(_TEXTS, "|re", _FLAGS, "|all", _NEQ, _many(_SEARCHED)),
    _items(_one(["c-ip", "src_ip"]), "|cidr", _NEQ, _some(_NETWORK)),
    _items(_TEXTS, "|fieldref", _one(["", "|contains", "|startswith", "|endswith"]), _NEQ, _TEXTS),
    *[_items(f"timestamp|{part}", _some(st.integers(*ends))) for part, ends in _PARTS.items()],
    *[_items(f"timestamp|{part}", _COMPARE, st.integers(*ends)) for part, ends in _PARTS.items()],
)
MAPS = st.lists(ITEMS, min_size=1, max_size=3, unique_by=lambda item: item[0]).map(dict)
_WORD = st.one_of(PLAIN, st.text("abA*?\\%_[1", max_size=5), st.integers(0, 99)).filter(lambda word: str(word).strip(" *?\\"))  # fmt: skip
SELECTIONS = st.one_of(
    MAPS,
    MAPS,
    MAPS,
    st.lists(MAPS, min_size=1, max_size=2),
    st.lists(_WORD, min_size=1, max_size=3),
    _many(_WORD).map(lambda words: {"|all": words}),
    _SEARCHED.map(lambda expression: {"|re": expression}),
    st.tuples(MAPS, _WORD).map(list),
)
_CHOSEN = _one([("sel_a",), ("sel_a", "sel_b"), ("sel_a", "filter_c"), ("sel_b", "_d"), ("sel_a", "sel_b", "filter_c")])
_QUANTITIES = {"them": ("s", "f"), "sel_*": ("sel_",), "*_a": ("sel_a",), "_*": ("_",), "s*_*": ("s",)}


@cache
def _conditions(names):
    patterns = [pattern for pattern, starts in _QUANTITIES.items() if any(name.startswith(starts) for name in names)]
    quantities = [f"{word} of {pattern}" for pattern in patterns for word in ("1", "any", "all")]
    return st.recursive(
        st.one_of(_one(names), _one(quantities)),
        lambda inner: st.one_of(
            inner.map("not {}".format),
            st.tuples(inner, _one(["and", "or", "and not", "or not"]), inner).map(" ".join),
            st.tuples(inner, _one(["and", "or"]), inner).map(lambda parts: f"({' '.join(parts)})"),
        ),
        max_leaves=4,
    )


@st.composite
def detections(draw):
    """A detection section."""
    names = draw(_CHOSEN)
    return {**{name: draw(SELECTIONS) for name in names}, "condition": draw(_conditions(names))}


def rule(number, detection):
    """Gives the document around a detection section."""
    logsource = {"category": "webserver"}
    return {"title": "T", "name": f"rule_{number}", "level": "low", "logsource": logsource, "detection": detection}


def _maybe(value):
    return st.one_of(st.none(), value, value, value)


EVENTS = st.fixed_dictionaries({
    "path": _maybe(PLAIN),
    "user": _maybe(st.one_of(PLAIN, _one(["true", "1", "0", "False", "11"]))),
    "host": _maybe(st.one_of(PLAIN, _one(["a", "ab"]))),
    "raw": _maybe(st.text("abAB1.%_[]^-/ ", max_size=8)),
    "client_ip": _maybe(_ADDRESS),
    "status": _maybe(_STATUS),
    "request_bytes": _maybe(st.integers(0, 5)),
    "share": _maybe(_one([0.0, 0.5, 1.0, 2.5, 4.0])),
    "preflight": _maybe(st.booleans()),
    "timestamp": _maybe(st.integers(0, 4 * 365 * 24 * 60).map(lambda minutes: datetime(2024, 1, 1, tzinfo=UTC) + minutes * MINUTE)),
})  # fmt: skip


def comparable(event):
    """Takes an address away that is none: the backend compares addresses as text, so 10.1.999 would be in 10.1.0.0/16."""
    try:
        IPv4Address(event.get("client_ip") or "0.0.0.0")
    except AddressValueError:
        return {**event, "client_ip": None}
    return event
