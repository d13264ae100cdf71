"""Says of redacted lines which rule replaced what on which of them, and never the value."""

from __future__ import annotations

from functools import cache
from typing import cast

import polars as pl

from analyzer.redact._addresses import addresses_in
from analyzer.redact._detector import Detector
from analyzer.redact._found import Found
from analyzer.redact._placeholder import PLACEHOLDER, placeholder
from analyzer.redact._search import search
from analyzer.redact._trail import Fired
from analyzer.registry import discover

ELSEWHERE = "known_from_elsewhere"  # no rule fires on this line, but on another one, or in another file
_ADDRESS = "address"


class Explainer:
    """Knows the lengths of everything that was found; one of them serves all lines of a run."""

    def __init__(self, key: bytes, found: Found) -> None:
        self._key = key
        values = {**found.values, **{value: kind for kind, value in found.places.values()}, **found.coded}
        self._lengths = {self._hex(value): len(value) for value in values}

    def explain(self, lines: pl.DataFrame, source: str, places: pl.DataFrame) -> list[Fired]:
        """Gives what fired on these lines, in their order.

        lines: line, raw, clean, the last being what was written. places: what a column named on them, as PLACES says.
        """
        changed = lines.filter(pl.col("raw") != pl.col("clean"))
        if changed.is_empty():
            return []
        lengths = self._lengths | {shown[-13:-1]: len(value) for value, shown in places[["value", "shown"]].iter_rows()}
        named = {shown[-13:-1]: _kind(shown) for shown in places["shown"]}
        rules = self._rules(changed)
        fired = []
        for line, shown in _placeholders(changed).iter_rows():
            code = shown[-13:-1]
            rule = rules.get((line, code)) or named.get(code) or ELSEWHERE
            fired.append((line, Fired(rule, _kind(shown), f"{source}:{line}", f"{shown} ({lengths.get(code, 0)})")))
        fired += [
            (line, Fired(_ADDRESS, _ADDRESS, f"{source}:{line}", f"an address ({len(address)})"))
            for line, address in _addresses(changed).iter_rows()
        ]
        return [item for _, item in sorted(fired, key=lambda pair: pair[0])]

    def _rules(self, changed: pl.DataFrame) -> dict[tuple[int, str], str]:
        """Gives the first rule that finds a value on the line, by line and the placeholder's digits."""
        rules: dict[tuple[int, str], str] = {}
        for stem, detector in _detectors().items():
            some = changed.filter(pl.col("raw").str.contains(detector.pattern))
            found = search(some["raw"].unique(), (detector,)) if some.height else Found()
            values = [*found.values, *(value for _, value in found.places.values())]
            if values:
                there = some.select("line", value=pl.col("raw").str.extract_many(values, overlapping=True))
                for line, value in there.explode("value", empty_as_null=True).drop_nulls().iter_rows():
                    rules.setdefault((line, self._hex(value)), stem)
        return rules

    def _hex(self, value: str) -> str:
        return placeholder(self._key, "x", value)[-13:-1]


@cache
def _detectors() -> dict[str, Detector]:
    return {stem: cast("Detector", found) for stem, found in discover("analyzer.redact", "DETECTOR").items()}


def _kind(shown: str) -> str:
    return shown.split(":")[1]


def _placeholders(changed: pl.DataFrame) -> pl.DataFrame:
    """Gives line, shown of the placeholders that were not there before, one row for each."""
    after = changed.select("line", shown=pl.col("clean").str.extract_all(PLACEHOLDER))
    before = changed.select("line", shown=pl.col("raw").str.extract_all(PLACEHOLDER))
    rows = after.explode("shown", empty_as_null=True).drop_nulls()
    return rows.join(before.explode("shown", empty_as_null=True), on=["line", "shown"], how="anti")


def _addresses(changed: pl.DataFrame) -> pl.DataFrame:
    """Gives line, address of the addresses that are no longer there."""
    known = sorted(addresses_in(changed["raw"]))
    if not known:
        return pl.DataFrame(schema={"line": pl.Int64, "address": pl.String})
    found = [
        changed.select("line", address=pl.col(name).str.extract_many(known, leftmost=True))
        .explode("address", empty_as_null=True)
        .drop_nulls()
        for name in ("raw", "clean")
    ]
    return found[0].join(found[1], on=["line", "address"], how="anti")
