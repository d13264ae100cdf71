"""Builds the tests of a leaf from plain values, and refuses values that do not fit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from typing import Any, cast

import polars as pl

from analyzer.detect import _addresses, _fields, _patterns
from analyzer.detect._tree import (
    Absent,
    Compare,
    Every,
    Exists,
    Flag,
    Network,
    Node,
    Number,
    Operator,
    Pattern,
    Reference,
    Regex,
    Test,
)

MAX_PATTERN_BYTES = 1000
_MAX_NUMBER = 2**62


class ItemError(Exception):
    """One key of a detection is wrong."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def plain(value: Any) -> Test:
    """Gives the test for a value without modifiers, by its YAML type."""
    if value is None:
        return Absent()
    if isinstance(value, bool):
        return Flag(value)
    if isinstance(value, str):
        return pattern(value)
    return Number(number(value))


def pattern(value: str) -> Pattern:
    """Gives the pattern of a text."""
    check_length(value)
    return _patterns.parse(value)


def check_length(value: str) -> None:
    """Refuses a pattern that is too long."""
    if len(value.encode()) > MAX_PATTERN_BYTES:
        raise ItemError(f"has a pattern of more than {MAX_PATTERN_BYTES:,} bytes.", "A part of it is as telling.")


def number(value: Any) -> int | float:
    """Gives a finite number that fits 64 bits; a quoted one is refused."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ItemError("needs a number.", "Take the quotes away." if isinstance(value, str) else "Such as 500.")
    if not math.isfinite(value) or abs(value) > _MAX_NUMBER:
        raise ItemError("has a number that is out of range.", "No field holds such a number.")
    return value


def whole(value: Any, part: str) -> Number:
    """Gives the test for a part of a time, which is a whole number."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise ItemError(f"needs a whole number with {part!r}.", "Such as 7; for a range add |gte or |lt.")
    return Number(number(value))


def exists(value: Any) -> Exists:
    """Gives the test for presence."""
    if not isinstance(value, bool):
        raise ItemError("needs true or false with 'exists'.", "Without quotes.")
    return Exists(value)


def compare(operator: str, value: Any) -> Compare:
    """Gives a numeric comparison."""
    return Compare(cast("Operator", operator), number(value))


def network(value: Any) -> Network:
    """Gives the test for an address in a network."""
    if not isinstance(value, str):
        raise ItemError("needs a network as text with 'cidr'.", "Such as 10.0.0.0/8 or 2001:db8::/32.")
    try:
        return _addresses.parse_network(value)
    except ValueError as error:
        raise ItemError(f"has no network in CIDR form: {error}.", "Such as 10.0.0.0/8 or 2001:db8::/32.") from error


def reference(value: Any, mode: str) -> Reference:
    """Gives the comparison with another field."""
    if not isinstance(value, str) or not value:
        raise ItemError("needs a field name with 'fieldref'.", "`analyzer schema` lists the fields.")
    return Reference(_fields.resolve(value), cast("Any", mode))


def regex(value: Any, flags: str) -> Regex:
    """Gives the test for a regular expression that Polars' engine can compile."""
    if not isinstance(value, str):
        raise ItemError("needs text with 're'.", "Quote the expression.")
    check_length(value)
    expression = f"(?{flags}){value}" if flags else value
    problem = _compile(expression)
    if problem:
        raise ItemError(
            f"has a regular expression that does not compile: {problem}.",
            "Look-around and back-references are not supported.",
        )
    return Regex(expression)


def every(nodes: Sequence[Node]) -> Node:
    """Joins nodes by AND."""
    return nodes[0] if len(nodes) == 1 else Every(tuple(nodes))


@cache
def _compile(expression: str) -> str | None:
    try:
        pl.DataFrame({"x": [""]}).select(pl.col("x").str.contains(expression))
    except pl.exceptions.ComputeError as error:
        lines = str(error).splitlines()
        found = next((line.removeprefix("error: ") for line in lines if line.startswith("error: ")), lines[0])
        return found.rstrip(".")
    return None
