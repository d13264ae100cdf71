"""Says a comparison in sentences: each names the place in both captures, and every piece is cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from typing import Literal

from analyzer.diagnose.comparison import Comparison, Difference, Hidden, Outcome, Row, known_kinds
from analyzer.model import Ref
from analyzer.wording.quoting import clip
from analyzer.wording.words import number, plural, series, source_name, where

_LONGEST_VALUE = 160
_LONGEST_PLACE = 200
_LONGEST_ADDRESS = 100
_LONGEST_SENTENCE = 240
_SHORTER = (_LONGEST_VALUE, 80, 40)
_MOST_CLAUSES = 3
_FAULTS = {
    "cors": "kept from the page by CORS",
    "cut_off": "cut off",
    "error_in_body": "with an error in the body",
    "event_stream_type": "no event stream",
    "html_for_json": "a page in place of JSON",
    "redirect_loop": "looping",
    "superseded": "without a response, tried again",
    "websocket_closed": "closed by a fault",
}


def headline(comparison: Comparison) -> str:
    """Gives the one sentence that a support engineer pastes."""
    if not comparison.pairs and comparison.good.requests and comparison.bad.requests:
        one, other = (_asked_for(comparison, side) for side in ("good", "bad"))
        return f"No request is in both captures: GOOD has {one}, BAD has {other}."
    telling = [row for row in comparison.rows if row.tier != "slight"]
    if telling:
        return sentence(telling[0], comparison)
    matched = f"{number(comparison.pairs)} of {plural(comparison.good.requests, 'request')} of GOOD"
    none = f"No difference that tells: {matched} {'has' if comparison.pairs == 1 else 'have'} a partner in BAD"
    slight = len(comparison.rows)
    return f"{none}; {plural(slight, 'slight difference')} listed." if slight else f"{none}."


def sentence(row: Row, comparison: Comparison) -> str:
    """Gives what differs, with source#entry of both sides, and on how many more requests it is the same."""
    asked = request(row, comparison)
    if row.good is None or row.bad is None:
        said = f"{asked}: {_lonely(row)}"
    else:
        outcomes = f"{outcome(row.good)} in {_place(row.examples[0].good)}, "
        outcomes += f"{outcome(row.bad)} in {_place(row.examples[0].bad)}"
        fixed = asked + outcomes + _more(row)
        told = clauses(row.differences[: row.told], _LONGEST_SENTENCE - len(fixed))
        is_answer = row.tier in ("failed", "failed_aside", "answered", "fixed")
        said = f"{asked}: {'; '.join([outcomes, *told])}" if is_answer else f"{asked}: {'; '.join(told)} ({outcomes})"
    return f"{said}{_more(row)}"


def clauses(differences: Sequence[Difference], room: int) -> list[str]:
    """Gives the first clauses that fit into the room, at least one, and how many differences they leave out.

    Differences of one kind that changed in the same way are one clause.
    """
    groups: list[list[Difference]] = []
    for (kind, change), found in groupby(differences, key=lambda item: (item.kind, item.change)):
        items = list(found)
        apart = kind in ("authentication", "redirects", "cookies_set") and change == "differs"
        groups += [[item] for item in items] if apart else [items]
    said: list[str] = []
    left_out = 0
    room -= len("; and 10 more differences") if len(groups) > 1 else 0
    for group in groups:
        forms = [_clause(group, longest) for longest in _SHORTER]
        fitting = next((form for form in forms if len(form) + len("; ") <= room), None if said else forms[-1])
        if fitting is None or len(said) == _MOST_CLAUSES:
            left_out += len(group)
            continue
        said.append(fitting)
        room -= len(fitting) + len("; ")
    return [*said, f"and {plural(left_out, 'more difference')}"] if left_out else said


def _clause(differences: Sequence[Difference], longest: int) -> str:
    return known_kinds()[differences[0].kind].says([_cut(item, longest) for item in differences])


def request(row: Row, comparison: Comparison) -> str:
    """Gives method and route, with the host where there is more than one."""
    host = row.host if (comparison.host_matters or row.bad_host) and row.host else ""
    asked = f"{row.method or 'Request'} {clip(host + (row.route or ''), _LONGEST_ADDRESS) or 'without an address'}"
    return f"{asked} (in BAD on {clip(row.bad_host, _LONGEST_PLACE)})" if row.bad_host else asked


def outcome(found: Outcome) -> str:
    """Gives the status, the error, or both."""
    error = clip(found.error, _LONGEST_VALUE) if found.error else ""
    if found.status is None:
        return error or "no answer"
    code = f" with error {clip(found.code, _LONGEST_VALUE)}" if found.code and found.status < 400 else ""
    told = error or (code and found.fault == "error_in_body")
    fault = f" ({_FAULTS.get(found.fault, found.fault.replace('_', ' '))})" if found.fault and not told else ""
    return f"{found.status}{code}" + (f" with {error}" if error else "") + fault


def hidden(item: Hidden) -> str:
    """Says what a capture cannot show, and that its absence proves nothing."""
    source, side = clip(source_name(item.source), _LONGEST_PLACE), item.side.upper()
    if item.what == "log":
        return f"{source} ({side}) is a log: differences in headers, cookies, credentials and bodies are not visible."
    if item.what == "credentials":
        return (
            f"{source} ({side}) shows no Authorization, Cookie and Set-Cookie anywhere, likely a sanitised export: "
            "differences in them are not visible, which is not the same as missing."
        )
    what = {
        "request_headers": "request headers as they were sent",
        "response_headers": "response headers",
        "request_body": "the request body",
        "response_body": "the response body",
    }[item.what]
    count = plural(item.count or 0, "request")
    return f"{source} ({side}) does not hold {what} of {count}: differences in them are not visible."


def matched(comparison: Comparison) -> list[str]:
    """Says how requests were matched."""
    keys = "method, host and route" if comparison.host_matters else "method and route"
    lonely = f"{number(comparison.missing)} only in GOOD, {number(comparison.extra)} only in BAD"
    said = [f"{plural(comparison.pairs, 'pair')} by {keys}, in the order within the route; {lonely}."]
    said += [
        f"{clip(match.bad, _LONGEST_PLACE)} in BAD stands for {clip(match.good, _LONGEST_PLACE)} in GOOD: both were "
        f"asked for {plural(match.routes, 'same route')}."
        for match in comparison.hosts
    ]
    if comparison.by_order:
        said.append(
            f"{number(comparison.by_order)} pairs were matched by their order alone, as their routes were asked too "
            "often to look for the best fit."
        )
    for name, side in (("GOOD", comparison.good), ("BAD", comparison.bad)):
        if side.left_out:
            said.append(f"{plural(side.left_out, 'request')} of {name} with other schemes than http and ws left out.")
    return said


def value(difference: Difference, side: Literal["good", "bad"]) -> str:
    """Gives one side of a difference for a table."""
    text = difference.good if side == "good" else difference.bad
    if text is not None:
        return clip(text, _LONGEST_VALUE) or "empty"
    has_it = {"missing": "good", "added": "bad"}.get(difference.change)
    return "present" if has_it == side else "not visible" if difference.change == "not_visible" else "absent"


def may_be_cut(difference: Difference) -> bool:
    """Whether a sentence may show less of its values than a table does."""
    return any(len(text or "") > _SHORTER[-1] for text in (difference.name, difference.good, difference.bad))


def examples(row: Row) -> list[str]:
    """Gives the places of the examples, GOOD and BAD."""
    found = []
    for example in row.examples:
        sides = [_place(ref) for ref in (example.good, example.bad) if ref is not None]
        found.append(" and ".join(sides))
    return found


def _cut(difference: Difference, longest: int) -> Difference:
    good, bad = (None if side is None else clip(side, longest) for side in (difference.good, difference.bad))
    return replace(difference, name=clip(difference.name, longest), good=good, bad=bad)


def _asked_for(comparison: Comparison, side: str) -> str:
    own = comparison.good if side == "good" else comparison.bad
    hosts = dict.fromkeys(row.host for row in comparison.rows if row.host and getattr(row, side) is not None)
    names = series([clip(host, _LONGEST_ADDRESS) for host in hosts], 2)
    return plural(own.requests, "request") + (f" to {names}" if names else "")


def _lonely(row: Row) -> str:
    in_good = row.bad is None
    found = row.good if in_good else row.bad
    assert found is not None  # noqa: S101 - one of the two is there
    here = row.examples[0].good if in_good else row.examples[0].bad
    said = f"{outcome(found)} in {_place(here)}, "
    if row.twin is not None:
        twin, other = row.twin, "BAD" if in_good else "GOOD"
        said += f"sent once more than in {other}" if row.count == 1 else f"sent more often than in {other}"
        pair = f"{outcome(twin.good)} in {_place(twin.place.good)} and {outcome(twin.bad)} in {_place(twin.place.bad)}"
        return f"{said}, beside {pair}{_after(row)}"
    near = f" ({row.placed} {_place(row.near)})" if row.near else ""
    return f"{said}not in {'BAD' if in_good else 'GOOD'}{near}{_after(row)}"


def _after(row: Row) -> str:
    return "; after the first failure" if row.tier == "missing_after" else ""


def _more(row: Row) -> str:
    if row.count == 1:
        return ""
    routes = f" ({plural(row.routes, 'route')} in all)" if row.routes > 1 else ""
    return f"; the same on {plural(row.count - 1, 'more request')}{routes}"


def _place(ref: Ref | None) -> str:
    return clip(where(ref), _LONGEST_PLACE) if ref else "none"


def inputs(comparison: Comparison) -> str:
    """Names both captures on one line."""
    sides = []
    for name, side in (("GOOD", comparison.good), ("BAD", comparison.bad)):
        names = [clip(source_name(source.name), _LONGEST_PLACE) for source in side.sources]
        sides.append(f"{name} {series(names, 3) or 'none'}")
    return ", ".join(sides)
