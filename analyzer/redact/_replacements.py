"""Writes the table of replacements: every spelling of every secret, and what takes its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

import polars as pl

from analyzer.redact._addresses import fake_addresses
from analyzer.redact._found import Found, rank
from analyzer.redact._placeholder import PLACEHOLDER, placeholder
from analyzer.redact._profile import Profile
from analyzer.redact._spellings import SURE, WRITERS, coded_spellings, is_text, spellings, spreads
from analyzer.redact._table import Table

# With more secrets than this only plain spellings are looked for; what lies under base64 is then found by decoding.
_MOST_COMPLETE = 2_000
_SHORTEST_PLACE = 4
_LONGEST_NUMBER = 24
_ROUNDS = 4
_Place = tuple[str, str, str]
_PLACEHOLDER = re.compile(PLACEHOLDER)


def table_of(found: Found, key: bytes, keep: frozenset[str], profile: Profile) -> Table:
    """Gives the table that replaces everything that was found.

    A piece in base64 or hex is replaced as a whole if what it says would be changed by the table, or by the table with
    the pieces that lie inside it.
    """
    values = {value: kind for value, kind in found.values.items() if spreads(value)}
    addresses = fake_addresses(key, found.addresses, keep, profile)
    # The colons of IPv6 are encoded in a query.
    addresses |= {quote(text, safe=""): quote(fake, safe="") for text, fake in addresses.items() if ":" in text}
    wholes: dict[str, str] = {}
    for _ in range(_ROUNDS):
        table = Table(*_forms(values, found, addresses | wholes, key))
        leaking = {piece: said for piece, said in found.coded.items() if piece not in wholes}
        changed = _changed(table, leaking, key)
        if not changed:
            break
        for piece, shown in changed:
            wholes |= dict.fromkeys(spellings(piece, complete=False), shown)
    return table


def _changed(table: Table, coded: dict[str, str], key: bytes) -> list[tuple[str, str]]:
    """Gives the pieces that hold a secret, with what takes their place: the secret's own placeholder if it is all."""
    texts = pl.Series(list(coded.values()), dtype=pl.String)
    found = zip(coded, texts, table.replace(texts), strict=True)
    return [
        (piece, clean if _PLACEHOLDER.fullmatch(clean) else placeholder(key, "encoded", piece))
        for piece, text, clean in found
        if text != clean
    ]


def _forms(
    values: dict[str, str], found: Found, addresses: dict[str, str], key: bytes
) -> tuple[dict[str, str], dict[str, str], dict[str, _Place]]:
    complete = len(values) <= _MOST_COMPLETE
    kinds: dict[str, tuple[str, str]] = {}  # form -> kind, value
    coded: set[str] = set()
    for value, kind in values.items():
        inside = coded_spellings(value) if complete else frozenset()
        coded |= inside
        for form in (*spellings(value, complete=complete), *inside):
            known = kinds.get(form)
            if known is None or (rank(kind), value) < (rank(known[0]), known[1]):
                kinds[form] = kind, value
    anywhere: dict[str, str] = dict(addresses)
    alone: dict[str, str] = {}
    for form, (kind, value) in kinds.items():
        short = len(form) < SURE or (form.isdigit() and len(form) <= _LONGEST_NUMBER)
        (alone if short and form not in coded else anywhere)[form] = placeholder(key, kind, value)
    return anywhere, alone, dict(_places(found, key))


def _places(found: Found, key: bytes) -> Iterator[tuple[str, _Place]]:
    """Yields matches with what stands before their secret, what takes its place, and what stands behind it.

    Also as they stand in URLs, JSON and HTML.
    """
    writers = WRITERS if len(found.places) <= _MOST_COMPLETE else (str, WRITERS[1])
    for match, (kind, value) in sorted(found.places.items()):
        before, _, after = match.rpartition(value)
        shown = placeholder(key, kind, value)
        for write in writers:
            form = write(match)
            if len(form) >= _SHORTEST_PLACE and is_text(form):
                yield form, (write(before), shown, write(after))
