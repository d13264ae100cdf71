"""Replaces secrets by placeholders in everything that is written, and refuses to write what still holds one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import TypeVar, cast

import polars as pl

from analyzer.redact._addresses import addresses_in, fake_addresses
from analyzer.redact._decoding import DISGUISED, unescaped, without_ansi, without_needless_escapes
from analyzer.redact._detector import Detector
from analyzer.redact._found import Found, merged
from analyzer.redact._gate import Gate
from analyzer.redact._gathered import gathered
from analyzer.redact._key import key_path, own_key, read_key
from analyzer.redact._likely import likely
from analyzer.redact._lines_explain import Explainer
from analyzer.redact._lines_people import People
from analyzer.redact._lines_places import PLACES, hide_places
from analyzer.redact._lines_spanning import Piece, SpanningSecrets
from analyzer.redact._machine import Machine
from analyzer.redact._map import CaseMap, Revealed, forget, hexadecimal, list_maps, reveal, write_map
from analyzer.redact._names import harmless_name, secret_name, secret_parameter
from analyzer.redact._placeholder import MARK, canonical, placeholder
from analyzer.redact._profile import PROFILES, Profile
from analyzer.redact._replacements import table_of
from analyzer.redact._search import search
from analyzer.redact._spellings import spellings, spreads
from analyzer.redact._store import Store
from analyzer.redact._table import Table
from analyzer.redact._trail import Fired
from analyzer.redact._walk import replace_strings, strings_of
from analyzer.registry import discover

__all__ = [
    "PLACES",
    "PROFILES",
    "TEXTS",
    "CaseMap",
    "Detector",
    "Explainer",
    "Fired",
    "Found",
    "Gate",
    "Machine",
    "People",
    "Piece",
    "Profile",
    "Redactor",
    "Revealed",
    "Run",
    "SpanningSecrets",
    "Store",
    "canonical",
    "detectors",
    "forget",
    "harmless_name",
    "hexadecimal",
    "hide_places",
    "key_path",
    "list_maps",
    "merged",
    "own_key",
    "placeholder",
    "read_key",
    "reveal",
    "secret_name",
    "secret_parameter",
    "spellings",
    "write_map",
]

T = TypeVar("T")
Run = Callable[[Callable[[pl.Series], pl.Series], Iterable[pl.Series]], Iterable[pl.Series]]
TEXTS = (pl.String, pl.List(pl.String))
_NO_MACHINE = Machine()


@cache
def detectors() -> tuple[Detector, ...]:
    """Gives all detectors, in the order of their names."""
    return tuple(cast("Detector", found) for found in discover("analyzer.redact", "DETECTOR").values())


class Redactor:
    """Learns secrets from whatever it is shown, and replaces them wherever they stand.

    Learn first from every text that will be written and from every place that holds secrets (a HAR's headers), then
    replace: a secret that one place names is replaced in all the others too. What several redactors with one key
    learnt can be merged in any order. keep holds addresses of servers; machine is that of the run, whose home folder
    becomes ~. With a store of its own the number of secrets has no limit: once they are many they wait there, and those
    are recalled that can stand in what is to be replaced.
    """

    def __init__(
        self,
        key: bytes,
        *,
        profile: Profile = "vendor",
        keep: frozenset[str] = frozenset(),
        machine: Machine = _NO_MACHINE,
        store: Store | None = None,
    ) -> None:
        self._key = key
        self.profile = profile
        self._keep = keep
        self._machine = machine
        self._found = Found()
        self._recalled = Found()
        self._store = store
        self._table: Table | None = None

    @property
    def found(self) -> Found:
        """Gives a copy of what was learnt and is in memory."""
        return merged([self._found])

    @property
    def recalls(self) -> bool:
        """Tells whether secrets are so many that they wait in files."""
        return bool(self._store)

    def merge(self, found: Found) -> None:
        """Learns what another redactor found."""
        if self._found.update(found):
            self._table = None
        if self._store is not None and self._found.size > self._store.held:
            self._store.keep(self._found)
            self._found = Found(addresses=self._found.addresses)

    def learn(self, texts: pl.Series, *, addresses: bool = True) -> None:
        """Learns the secrets in a column of text, and the addresses unless told not to; nulls are skipped.

        A secret must be known from wherever it is named; an address is recognised by its form wherever it stands, so
        texts that are not written themselves need not be searched for it.
        """
        self._learn_distinct(texts.drop_nulls().unique(), addresses=addresses)

    def learn_columns(self, columns: Iterable[pl.Series], *, addresses: bool = True) -> None:
        """Learns what learn does from many columns of text, for less than one by one."""
        for texts in gathered(column.drop_nulls() for column in columns):
            self._learn_distinct(texts, addresses=addresses)

    def _learn_distinct(self, texts: pl.Series, *, addresses: bool) -> None:
        found = search(texts, detectors())
        if addresses and self.profile != "internal":
            hidden = pl.Series(list(found.coded.values()), dtype=pl.String)
            for written in (texts, unescaped(texts), hidden):
                found.addresses.update(addresses_in(written))
        self.merge(found)

    def learn_secrets(self, columns: Iterable[pl.Series], run: Run = map) -> None:
        """Learns the secrets, and no addresses, in many columns of text, for less than one by one.

        run applies a function to each, as map does: maybe to several side by side.
        """
        for texts in gathered(run(_likely_ones, columns)):
            self.merge(search(texts, detectors()))

    def learn_values(self, values: Iterable[tuple[str, str]]) -> None:
        """Learns (secret, kind) pairs that their place gave away."""
        found = Found()
        for value, kind in values:
            if value and not value.startswith(MARK):
                found.add(value, kind)
        self.merge(found)

    def shown(self, kind: str, value: str) -> str:
        """Gives the placeholder of a value that its place gave away, and learns it."""
        self.learn_values([(value, kind)])
        return placeholder(self._key, kind, value)

    def marked(self, kind: str, value: str) -> str:
        """Gives the placeholder of a value that is no secret elsewhere, such as a date in a cookie: not learnt."""
        return placeholder(self._key, kind, value)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Gives the known secrets that must not survive anywhere, sorted."""
        return tuple(sorted(value for value in self._found.values if spreads(value)))

    @property
    def secret_count(self) -> int:
        """Gives how many known secrets must not survive anywhere."""
        if not self._store:
            return len(self.secrets)
        self._store.keep(self._found)
        return self._store.spreading()

    def secrets_in(self, texts: pl.Series | None) -> list[tuple[str, str]]:
        """Gives (value, kind) of the secrets that must not survive, sorted: those that can stand here, or all held."""
        known = (self._found if texts is None else self._standing_in(texts)).values
        return sorted((value, kind) for value, kind in known.items() if spreads(value))

    def _standing_in(self, texts: pl.Series) -> Found:
        """Gives what was learnt, or of much what can stand in these texts and what is in memory."""
        if not self._store:
            return self._found
        said = pl.Series(list(self._found.coded.values()), dtype=pl.String)
        shown = texts.drop_nulls().unique().rename("")
        return merged([self._found, self._store.standing_in(pl.concat([shown, said]))])

    def revealed(self) -> Iterator[tuple[str, str, str]]:
        """Yields (placeholder, value, kind) of all secrets, and (fake, address, kind) of all addresses replaced.

        Of many secrets these are the ones that can stand in what was replaced.
        """
        for value, kind in merged([self._found, self._recalled]).values.items():
            yield placeholder(self._key, kind, value), value, kind
        fakes = fake_addresses(self._key, self._found.addresses, self._keep, self.profile)
        yield from ((fake, address, "address") for address, fake in fakes.items() if fake != address)

    def counts(self) -> dict[str, int]:
        """Counts the distinct secrets of each kind."""
        if self._store:
            self._store.keep(self._found)
            return self._store.counts()
        distinct = {canonical(value): kind for value, kind in sorted(self._found.values.items())}
        kinds = sorted(distinct.values())
        return {kind: kinds.count(kind) for kind in dict.fromkeys(kinds)}

    def replace(self, texts: pl.Series) -> pl.Series:
        """Gives the column with every known secret, in all its spellings, replaced.

        A text in which codes of a terminal or needless escapes cut a secret loses those too.
        """
        return self._replaced([texts], self._replacements(texts))[0]

    def _replaced(self, columns: Sequence[pl.Series], table: Table) -> list[pl.Series]:
        """Gives each column replaced; of one in which texts repeat each text is looked at once."""
        looked = [_fewer(texts) for texts in columns]
        told = [self._told(*both, table) for both in zip(looked, table.replace_all(looked), strict=True)]
        return [
            clean if texts is some else _with(texts, some, clean)
            for texts, some, clean in zip(columns, looked, told, strict=True)
        ]

    def _told(self, texts: pl.Series, clean: pl.Series, table: Table) -> pl.Series:
        """Gives what is written for texts that the table made clean."""
        shown = texts.drop_nulls()
        disguised = shown.filter(shown.str.contains(DISGUISED)).unique()
        if not table or disguised.is_empty():
            return self._machine.hidden(clean)
        hidden, kept = table.replace(_bare(disguised)), _bare(table.replace(disguised))
        # What stands before the codes may be a secret by itself, so the rest would stay.
        cut = hidden != kept
        if cut.any():
            told = texts.replace(disguised.filter(cut), hidden.filter(cut))
            clean = clean.zip_with(~texts.is_in(disguised.filter(cut).implode()).fill_null(value=False), told)
        return self._machine.hidden(clean)

    def frame(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Gives the frame with every column of text, or of lists of text, replaced."""
        flat = {name: frame[name] for name, dtype in frame.schema.items() if dtype == pl.String}
        lists = {name: frame[name] for name, dtype in frame.schema.items() if dtype in TEXTS and name not in flat}
        items = {name: texts.explode(empty_as_null=True).drop_nulls().unique() for name, texts in lists.items()}
        table = self._replacements(*flat.values(), *items.values())
        changed = self._replaced([*flat.values(), *items.values()], table)
        listed = zip(lists.items(), changed[len(flat) :], strict=True)
        return frame.with_columns(
            *changed[: len(flat)], *(_with_items(texts, items[name], clean) for (name, texts), clean in listed)
        )

    def value(self, value: T) -> T:
        """Gives a frozen value or JSON document with every string in it replaced, learning from it first."""
        texts = pl.Series("text", sorted(set(strings_of(value))), dtype=pl.String)
        self.learn(texts)
        return cast("T", replace_strings(value, dict(zip(texts, self.replace(texts), strict=True))))

    def _replacements(self, *columns: pl.Series) -> Table:
        """Gives the table for these columns: of everything, or of what can stand in them."""
        if not self._store:
            if self._table is None:
                self._table = table_of(self._found, self._key, self._keep, self.profile)
            return self._table
        found = self._standing_in(pl.concat([pl.Series(dtype=pl.String), *(texts.rename("") for texts in columns)]))
        self._recalled.update(Found(found.values))
        return table_of(found, self._key, self._keep, self.profile)


def _likely_ones(texts: pl.Series) -> pl.Series:
    shown = texts.drop_nulls()
    # As texts of their own: a few lines would else keep those of their whole part in memory.
    return shown.filter(likely(shown, detectors())) + ""


def _fewer(texts: pl.Series) -> pl.Series:
    """Gives the distinct texts of a column in which most repeat, else the column itself."""
    distinct = texts.drop_nulls().unique()
    return distinct if len(distinct) * 2 < len(texts) else texts


def _with(texts: pl.Series, distinct: pl.Series, clean: pl.Series) -> pl.Series:
    changed = distinct != clean
    return texts.replace(distinct.filter(changed), clean.filter(changed)) if changed.any() else texts


def _with_items(lists: pl.Series, items: pl.Series, clean: pl.Series) -> pl.Series:
    changed = {text: told for text, told in zip(items, clean, strict=True) if text != told}
    if not changed:
        return lists
    return lists.to_frame().select(pl.col(lists.name).list.eval(pl.element().replace(changed))).to_series()


def _bare(texts: pl.Series) -> pl.Series:
    return without_needless_escapes(without_ansi(texts))
