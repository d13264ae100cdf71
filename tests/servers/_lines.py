"""What a server must have logged: the vocabulary of expectations."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from servers._wire import Exchange

CLOCK_SLACK = 0.3
LAG = 0.8
Spell = Callable[[str], str]


class Check(Protocol):
    """Something a value must be where it is not known to the letter."""

    def holds(self, value: Any) -> bool:
        """Whether the value read by the tool is possible."""


@dataclass(frozen=True, slots=True)
class Between:
    """A number or a time within bounds, both included."""

    low: Any
    high: Any

    def holds(self, value: Any) -> bool:
        return value is not None and self.low <= value <= self.high


@dataclass(frozen=True, slots=True)
class Like:
    """A text that matches a pattern as a whole."""

    pattern: str

    def holds(self, value: Any) -> bool:
        return isinstance(value, str) and re.fullmatch(self.pattern, value, re.DOTALL) is not None


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of some values."""

    values: tuple[Any, ...]

    def holds(self, value: Any) -> bool:
        return any(agrees(one, value) for one in self.values)


class _Anything:
    """Any value or none: for what only the server knows."""

    def holds(self, value: Any) -> bool:
        return True

    def __repr__(self) -> str:
        return "anything"


ANYTHING = _Anything()


def agrees(expected: Any, value: Any) -> bool:
    """Whether a value is the expected one, or passes the expected check."""
    if isinstance(expected, list) and isinstance(value, list):
        return len(expected) == len(value) and all(map(agrees, expected, value))
    return (
        bool(expected.holds(value))
        if hasattr(expected, "holds")
        else type(expected) is type(value) and expected == value
    )


@dataclass(frozen=True, slots=True)
class Line:
    """A line that must be there: who caused it, and each column; columns that are not named must be null."""

    exchange: Exchange
    columns: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Stray:
    """Lines that name no client, such as that of the start; any number of them, unless the count is given."""

    pattern: str
    columns: Mapping[str, Any]
    count: int | None = None


# The clients' addresses; nothing else in a line lies in this range.
CLIENT = re.compile(r"(?<![0-9.])127\.60\.[0-9]+\.[0-9]+(?![0-9.])")
_IPV6 = re.compile(r"(?<![0-9a-f:])::1(?![0-9a-f])")


def _owner(raw: str) -> str | None:
    found = CLIENT.search(raw) or _IPV6.search(raw)
    return found[0] if found else None


@dataclass(frozen=True, slots=True)
class Log:
    """One file that a server wrote; text is its format where the tool must be told, else names are those it may choose.

    owner finds the client's address, and so the exchange, in a line as it was written.
    """

    name: str
    content: bytes
    zone: str
    lines: Sequence[Line]
    names: tuple[str, ...] = ()
    text: str | None = None
    strays: Sequence[Stray] = ()
    owner: Callable[[str], str | None] = _owner


def at(seconds: float) -> datetime:
    """The UTC time of seconds since the epoch."""
    return datetime.fromtimestamp(seconds, UTC)


def stamp(exchange: Exchange, marks: str, unit: float, *, duration: bool) -> dict[str, Any]:
    """The three columns of time for a stamp of the start or the end, cut to a unit of seconds.

    A server looks at its clock after the client has begun, and before the client notices the end: by less than LAG.
    """
    start = Between(at(_cut(exchange.begun, unit)), at(exchange.begun + LAG))
    end = Between(at(_cut(exchange.ended - LAG, unit)), at(exchange.ended + CLOCK_SLACK))
    if marks == "end" and duration:
        start = Between(at(exchange.begun - unit - CLOCK_SLACK), at(exchange.begun + LAG))
    written = start if marks == "start" else end
    return {"stamped_at": written, "timestamp": start if duration else written, "stamp_marks": marks}


def unmarked(columns: Mapping[str, Any]) -> dict[str, Any]:
    """A line that any server could have written: nobody can tell from it whether its time is the start or the end."""
    return {**columns, "stamp_marks": None}


def _cut(seconds: float, unit: float) -> float:
    """The earliest that a clock with this unit shows; one of more than a second is looked at rarely."""
    grain = min(unit, 1.0)
    return math.floor(seconds / grain) * grain - (unit - grain) - 0.01


def error_time(exchange: Exchange, unit: float) -> dict[str, Any]:
    """The time of a line that was written somewhere between the start and the end."""
    when = Between(at(exchange.begun - unit - CLOCK_SLACK), at(exchange.ended + CLOCK_SLACK))
    return {"stamped_at": when, "timestamp": when}


def took(exchange: Exchange, unit: float = 0.001) -> Between:
    """A duration in microseconds: what the client measured is the most."""
    return Between(
        max(0, round((exchange.ask.at_least - unit - 0.1) * 1e6)),
        round((exchange.ended - exchange.begun + unit + CLOCK_SLACK) * 1e6),
    )


_ABSOLUTE = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]*)(.*)", re.DOTALL)


def target_columns(target: str, spell: Spell, route: str | None = None) -> dict[str, Any]:
    """Path, query, target, route and url of a request target (RFC 9112, 3.2)."""
    absolute = _ABSOLUTE.fullmatch(target)
    found: dict[str, Any] = {}
    if absolute:
        found = {"scheme": absolute[1], "host": absolute[2].removesuffix(":80")}
        target = absolute[3] or "/"
    shown = spell(target)
    path, mark, query = shown.partition("?")
    found |= {"path": path, "target": shown, "route": route or path}
    return found | ({"query": query} if mark else {})


def located(columns: Mapping[str, Any]) -> dict[str, Any]:
    """Adds the url: whole where scheme and host are known, else the target."""
    scheme, host, target = (columns.get(name) for name in ("scheme", "host", "target"))
    if target is None:
        return dict(columns)
    if not isinstance(target, str):
        return {**columns, "url": ANYTHING}
    return {**columns, "url": f"{scheme}://{host}{target}" if scheme and host else target}


def read_request_line(text: str, spell: Spell) -> dict[str, Any]:
    """What a request line says by itself, where a server logged one that it refused (RFC 9112, 3).

    Without a method that is a token, and a target that is one, nothing is known.
    """
    found = re.fullmatch(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+) +(.*?)(?: +(HTTP/[0-9.]+))?", text, re.DOTALL)
    if found is None or not (found[3] or found[2].startswith("/")):
        return {}
    versions = {"HTTP/2.0": "HTTP/2", **{name: name for name in ("HTTP/0.9", "HTTP/1.0", "HTTP/1.1")}}
    return {"method": found[1].upper(), "protocol": versions.get(found[3]), **target_columns(found[2], spell)}


def request_columns(exchange: Exchange, spell: Spell) -> dict[str, Any]:
    """Method, target and protocol of a proper request."""
    ask = exchange.ask
    return {"method": ask.method, "protocol": ask.version, **target_columns(ask.target, spell, ask.route)}


def shown(text: str | None, spell: Spell) -> str | None:
    """A header as the tool must give it: null where it is absent, empty or a dash, which servers cannot tell apart."""
    return None if text is None or text in {"", "-", '""'} else spell(text)


def spelling(control: Callable[[int], str]) -> Spell:
    """The tool's spelling of a text: as sent; control characters and bytes that are no UTF-8 as the server writes them."""

    def spell(text: str) -> str:
        return "".join(_spelled(character, control) for character in text)

    return spell


def _spelled(character: str, control: Callable[[int], str]) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:
        return control(code - 0xDC00)
    return control(code) if code < 0x20 or code == 0x7F else character
