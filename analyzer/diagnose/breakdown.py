"""Tells where the time of one exchange went: parts that add up to the whole, and what contradicts them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from analyzer.model import Evidence, Hop, Ref

Place = Literal["browser", "network", "edge", "upstream", "application", "untold"]
_MILLISECOND, _SECOND = 1_000, 1_000_000
_PHASES = {
    "blocked": "blocked in the browser before it was sent",
    "dns": "name resolution",
    "connect": "TCP connect",
    "tls": "TLS handshake",
    "send": "sending",
    "wait": "waiting for the first byte",
    "receive": "receiving",
    "answer": "sending, waiting and receiving",
}
_NETWORK_PHASES = ("dns", "connect", "tls", "send", "wait", "receive", "answer")
_UNTOLD = "not told by any source"


@dataclass(frozen=True, slots=True)
class Share:
    """A part of the time: where it was spent, what was done then, for how long, and the line that tells."""

    place: Place
    text: str
    duration_us: int
    ref: Ref | None


@dataclass(frozen=True, slots=True)
class Breakdown:
    """The whole as the outermost source counted it (told_by), its parts in travel order, and contradictions.

    The parts are never negative and add up to total_us. Where an inner source counted more than the outer one around
    it, that is said, and its time is no part.
    """

    total_us: int
    told_by: Ref
    shares: tuple[Share, ...]
    contradictions: tuple[Evidence, ...]


@dataclass(slots=True)
class _Ledger:
    """What was found so far; inner are the application's records with a duration."""

    inner: list[Hop]
    shares: list[Share] = field(default_factory=list)
    contradictions: list[Evidence] = field(default_factory=list)


def break_down(hops: Sequence[Hop]) -> Breakdown | None:
    """Gives the parts of the time of one exchange, hops from the browser inwards; None if no source counted it."""
    timed = [hop for hop in hops if hop.duration_us is not None and hop.name != "error log"]
    browser = next((hop for hop in timed if hop.name == "browser"), None)
    edges = _servers(timed)
    inner = [hop for hop in timed if hop.name == "application"]
    outermost = next(iter([*([browser] if browser else []), *edges, *_longest(inner)]), None)
    if outermost is None or outermost.duration_us is None:
        return None
    ledger = _Ledger(inner)
    total = outermost.duration_us
    if browser is not None:
        total = _browser(browser, edges, ledger)
    elif edges:
        _edge(edges, total, ledger)
    else:
        ledger.shares.append(Share("application", "application", total, outermost.ref))
    shares = tuple(share for share in ledger.shares if share.duration_us > 0)
    return Breakdown(total, outermost.ref, shares, tuple(ledger.contradictions))


def _servers(timed: Sequence[Hop]) -> list[Hop]:
    """Gives the access lines, outermost first; of two logs of one server that say the same, one."""
    kept: list[Hop] = []
    for hop in (hop for hop in timed if hop.name == "edge"):
        twin = next((other for other in kept if _is_twin(other, hop)), None)
        if twin is None:
            kept.append(hop)
        elif len(hop.attempts) > len(twin.attempts):
            kept[kept.index(twin)] = hop
    return kept


def _is_twin(one: Hop, other: Hop) -> bool:
    same = one.duration_us == other.duration_us
    return same and (not one.attempts or not other.attempts or one.attempts == other.attempts)


def _longest(hops: Sequence[Hop]) -> list[Hop]:
    return sorted(hops, key=lambda hop: -(hop.duration_us or 0))[:1]


def _browser(browser: Hop, edges: list[Hop], ledger: _Ledger) -> int:
    """Adds the browser's phases, the wait taken apart by what the servers say; gives the whole."""
    phases = dict(browser.phases)
    total, told = browser.duration_us or 0, sum(phases.values())
    if told > total + 2 * _MILLISECOND:
        text = f"The browser's phases add up to {_ms(told)}, its total is {_ms(total)}: the parts are of the former."
        ledger.contradictions.append(Evidence(text, browser.ref))
    total = max(total, told)
    rest = Share("untold", _UNTOLD, total - told, None)
    server = next(iter(edges or _longest(ledger.inner)), None)
    for name, value in (_merged(phases, server) if server else phases).items():
        place: Place = "network" if name in _NETWORK_PHASES else "browser"
        share = Share(place, _PHASES[name], value, browser.ref)
        if name in ("wait", "answer") and server:
            _inside(share, browser, edges, ledger)
        else:
            ledger.shares.append(share)
    if server and "wait" not in phases:
        _inside(rest, browser, edges, ledger)
    else:
        ledger.shares.append(rest)
    return total


def _merged(phases: dict[str, int], server: Hop) -> dict[str, int]:
    """Gives sending, waiting and receiving as one phase where the server counted more than the wait alone.

    A server counts from the request's first byte to the answer's last, so its time may cover all three.
    """
    wait, counted = phases.get("wait"), server.duration_us or 0
    around = sum(phases.get(name, 0) for name in ("send", "wait", "receive"))
    if wait is None or counted <= wait + _slack(wait, counted) or counted > around + _slack(around, counted):
        return phases
    kept = {name: value for name, value in phases.items() if name not in ("send", "wait", "receive")}
    return {**kept, "answer": around}


def _inside(alone: Share, outer: Hop, edges: list[Hop], ledger: _Ledger) -> None:
    """Divides what the outer hop waited for among the servers within it; alone is the part where none tells more."""
    server = next(iter(edges or _longest(ledger.inner)), None)
    counted = None if server is None else _fitting(outer, alone.duration_us, server, ledger)
    if server is None or counted is None:
        ledger.shares.append(alone)
        return
    ledger.shares.append(Share("network", _between(outer, server), alone.duration_us - counted, outer.ref))
    if edges:
        _edge(edges, counted, ledger)
    else:
        ledger.shares.append(Share("application", "application", counted, server.ref))


def _between(outer: Hop, server: Hop) -> str:
    if outer.name == "browser":
        return f"network from browser to {server.name}"
    if server.name == "edge":
        return "between the two proxies: network and waiting"
    return "between edge and application: network, and waiting for a worker"


def _fitting(outer: Hop, whole: int, server: Hop, ledger: _Ledger) -> int | None:
    """Gives the server's time, at most the whole; None and a contradiction if it is more by more than rounding."""
    counted = server.duration_us or 0
    if counted <= whole + _slack(whole, counted):
        return min(counted, whole)
    waited = "waited" if outer.name == "browser" else "counted for the server behind it"
    text = (
        f"The {server.name} counted {_ms(counted)}, the {outer.name} {waited} {_ms(whole)} ({outer.ref}): "
        f"the {server.name} went on without it, or one of them counts otherwise."
    )
    ledger.contradictions.append(Evidence(text, server.ref))
    return None


def _edge(edges: list[Hop], whole: int, ledger: _Ledger) -> None:
    """Divides the time of the outermost of these proxies: its queue, the servers behind it, and itself."""
    edge, further = edges[0], edges[1:]
    asked = [share for attempts in (_waits(edge), _asked(edge)) for share in attempts]
    spent = sum(share.duration_us for share in asked)
    if not asked or spent > whole + _slack(whole, spent):
        if asked:
            text = f"The edge's own parts add up to {_ms(spent)}, its total is {_ms(whole)}."
            ledger.contradictions.append(Evidence(text, edge.ref))
        alone = "edge and what is behind it, not told apart" if edge.attempts else "edge; it names no upstream"
        _inside(Share("edge", alone, whole, edge.ref), edge, further, ledger)
        return
    holds = edge.attempts[-1:] and edge.attempts[-1].duration_us is not None
    left = whole
    for number, share in enumerate(asked, 1):
        part = replace(share, duration_us=min(share.duration_us, left))
        left -= part.duration_us
        if holds and number == len(asked):
            _inside(part, edge, further, ledger)
        else:
            ledger.shares.append(part)
    ledger.shares.append(Share("edge", "edge itself, beside its upstream", left, edge.ref))


def _waits(edge: Hop) -> Iterator[Share]:
    if edge.queue_us:
        yield Share("edge", "waiting in the edge's queue for a free server", edge.queue_us, edge.ref)


def _asked(edge: Hop) -> Iterator[Share]:
    """Yields the connect and the rest of each attempt; the rest of the last one comes last."""
    count = len(edge.attempts)
    for number, attempt in enumerate(edge.attempts, 1):
        nth = f" (attempt {number} of {count})" if count > 1 else ""
        name = attempt.address or "the upstream"
        connect, answered = attempt.connect_us or 0, attempt.duration_us
        if connect:
            yield Share("upstream", f"edge connecting to {name}{nth}", connect, edge.ref)
        if answered is not None:
            rest = answered if edge.connect_apart else max(answered - connect, 0)
            said = "" if attempt.status is None else f", {attempt.status}"
            yield Share("upstream", f"upstream {name}{said}{nth}", rest, edge.ref)


def _slack(*values: int) -> int:
    """Gives how far apart two counts may be for rounding and for cached clocks alone (nginx keeps one per event)."""
    return 2 * _MILLISECOND + sum(_grain(value) for value in values)


def _grain(value: int) -> int:
    if value and value % _SECOND == 0:
        return _SECOND
    return _MILLISECOND if value % _MILLISECOND == 0 else 0


def _ms(value: int) -> str:
    return f"{value / 1000:,.0f} ms" if value >= 10 * _MILLISECOND else f"{value / 1000:,.1f} ms"
