"""Replaces secrets by placeholders in everything that is written, and refuses to write what still holds one."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, TypeVar, cast

import polars as pl

from analyzer.redact import _secrets as secrets
from analyzer.redact._addresses import PATTERN_V4, PATTERN_V6, fake_addresses
from analyzer.redact._detector import Detector
from analyzer.redact._gate import Gate, refuse_leaks
from analyzer.redact._key import key_path, own_key, read_key
from analyzer.redact._lines_people import People
from analyzer.redact._lines_places import PLACES, hide_places
from analyzer.redact._lines_spanning import Piece, SpanningSecrets
from analyzer.redact._machine import Machine
from analyzer.redact._map import CaseMap, Revealed, forget, hexadecimal, list_maps, reveal, write_map
from analyzer.redact._names import NAME as SECRET_NAME
from analyzer.redact._names import harmless_name, secret_name, secret_parameter
from analyzer.redact._placeholder import placeholder
from analyzer.redact._profile import PROFILES, Profile
from analyzer.redact._trail import Fired
from analyzer.redact._walk import replace_strings, strings_of
from analyzer.registry import discover

__all__ = [
    "PLACES",
    "PROFILES",
    "SECRET_NAME",
    "TEXTS",
    "CaseMap",
    "Detector",
    "Fired",
    "Gate",
    "Machine",
    "People",
    "Piece",
    "Profile",
    "Redactor",
    "Revealed",
    "SpanningSecrets",
    "detectors",
    "forget",
    "harmless_name",
    "hexadecimal",
    "hide_places",
    "key_path",
    "list_maps",
    "own_key",
    "placeholder",
    "read_key",
    "refuse_leaks",
    "reveal",
    "secret_name",
    "secret_parameter",
    "write_map",
]

T = TypeVar("T")
TEXTS = (pl.String, pl.List(pl.String))
_NO_MACHINE = Machine()


@cache
def detectors() -> tuple[Detector, ...]:
    """Gives all detectors, in the order of their names."""
    return tuple(cast("Detector", found) for found in discover("analyzer.redact", "DETECTOR").values())


class Redactor:
    """Learns secrets from whatever it is shown, and replaces them wherever they stand.

    Learn first from every text that will be written and from every place that holds secrets (a HAR's headers), then
    replace: a secret that one place names is replaced in all the others too. keep holds addresses of servers; machine
    is that of the run, whose home folder becomes ~.
    """

    def __init__(
        self,
        key: bytes,
        *,
        profile: Profile = "vendor",
        keep: frozenset[str] = frozenset(),
        machine: Machine = _NO_MACHINE,
    ) -> None:
        self._key = key
        self.profile = profile
        self._keep = keep
        self._machine = machine
        self._found: dict[str, str] = {}
        self._context: dict[str, str] = {}
        self._addresses: dict[str, str] = {}
        self._table: dict[str, str] | None = None

    def learn(self, texts: pl.Series, *, addresses: bool = True) -> None:
        """Learns the secrets in a column of text, and the addresses unless told not to; nulls are skipped.

        A secret must be known from wherever it is named; an address is recognised by its form wherever it stands, so
        texts that are not written themselves need not be searched for it.
        """
        distinct = texts.drop_nulls().unique()
        if distinct.is_empty():
            return
        found, in_context = secrets.find(distinct, detectors(), self._key)
        self._found = found | self._found
        self._context |= in_context
        if addresses:
            self._addresses |= fake_addresses(self._key, _addresses_in(distinct), self._keep)
        self._table = None

    def learn_values(self, values: Iterator[tuple[str, str]]) -> None:
        """Learns (secret, kind) pairs that their place gave away."""
        for value, kind in values:
            if value and not value.startswith("[redacted:"):
                self._found.setdefault(value, kind)
        self._table = None

    def merge(self, other: Redactor) -> None:
        """Adds what another one of the same key learnt; which servers' addresses stay is decided here."""
        self._found = other._found | self._found
        self._context |= other._context
        self._addresses |= fake_addresses(self._key, other._addresses, self._keep)
        self._table = None

    def shown(self, kind: str, value: str) -> str:
        """Gives the placeholder of a value that its place gave away, and learns it."""
        self.learn_values(iter([(value, kind)]))
        return placeholder(self._key, kind, value)

    def marked(self, kind: str, value: str) -> str:
        """Gives the placeholder of a value that is no secret elsewhere, such as a date in a cookie: not learnt."""
        return placeholder(self._key, kind, value)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Gives the known secrets that must not survive anywhere, sorted."""
        return tuple(sorted(value for value in self._found if secrets.spreads(value)))

    @property
    def found(self) -> dict[str, str]:
        """Gives all known secrets and their kinds."""
        return dict(self._found)

    def revealed(self) -> Iterator[tuple[str, str, str]]:
        """Yields (placeholder, value, kind) of all secrets, and (fake, address, kind) of all addresses replaced."""
        for value, kind in self._found.items():
            yield placeholder(self._key, kind, value), value, kind
        yield from ((fake, address, "address") for address, fake in self._addresses.items() if fake != address)

    def counts(self) -> dict[str, int]:
        """Counts the distinct secrets of each kind."""
        kinds = sorted(self._found.values())
        return {kind: kinds.count(kind) for kind in dict.fromkeys(kinds)}

    def replace(self, texts: pl.Series) -> pl.Series:
        """Gives the column with every known secret, in all its spellings, replaced."""
        table = self._replacements()
        if table:
            # Of two that begin at the same place the longer one wins, as it comes first.
            texts = texts.str.replace_many(list(table), list(table.values()), leftmost=True)
        return self._machine.hidden(texts)

    def frame(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Gives the frame with every column of text, or of lists of text, replaced."""
        return frame.with_columns(
            self.replace(frame[name]) if dtype == pl.String else self._replace_lists(frame[name])
            for name, dtype in frame.schema.items()
            if dtype in TEXTS
        )

    def _replace_lists(self, lists: pl.Series) -> pl.Series:
        texts = lists.explode(empty_as_null=True).drop_nulls().unique()
        shown = dict(zip(texts, self.replace(texts), strict=True))
        changed = {text: clean for text, clean in shown.items() if text != clean}
        return (
            lists.to_frame().select(pl.col(lists.name).list.eval(pl.element().replace(changed))).to_series()
            if changed
            else lists
        )

    def value(self, value: T) -> T:
        """Gives a frozen value or JSON document with every string in it replaced, learning from it first."""
        texts = pl.Series("text", sorted(set(strings_of(value))), dtype=pl.String)
        self.learn(texts)
        return cast("T", replace_strings(value, dict(zip(texts, self.replace(texts), strict=True))))

    def _replacements(self) -> dict[str, str]:
        if self._table is None:
            table = dict(self._context)
            table |= self._addresses
            for value, kind in self._found.items():
                if secrets.spreads(value):
                    shown = placeholder(self._key, kind, value)
                    table |= dict.fromkeys(secrets.spellings(value), shown)
            self._table = dict(sorted(table.items(), key=lambda item: (-len(item[0]), item[0])))
        return self._table


def _addresses_in(texts: pl.Series) -> list[str]:
    found: list[Any] = []
    for pattern in (PATTERN_V4, PATTERN_V6):
        matches = texts.str.extract_all(pattern).explode(empty_as_null=True).drop_nulls().unique()
        found += matches.str.extract(pattern, 1).drop_nulls().unique().sort().to_list()
    return found
