"""Puts what is one fault into one cluster, and what only failed at the same time into two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import polars as pl

from analyzer.detect import Signal
from analyzer.diagnose import _cause as causes
from analyzer.diagnose._atoms import MOST_ATOMS, Atom, atoms_of, merged
from analyzer.diagnose._cluster import Cluster, severity_of
from analyzer.diagnose._links import (
    CAN_BE_LIMITED,
    LAG,
    beside,
    gap,
    same_place,
    same_words,
    shared_clients,
    then_limited,
    together,
)
from analyzer.diagnose._row_weights import RowWeights, row_weights
from analyzer.model import SEVERITIES, Severity

_SMALL = 3
_MOST = 0.5
_MAIN = 0.8
_BESIDE = 0.6
_WEAK = ("low", "info")
_OWN_GROUPS = frozenset({"client", "client_ip", "user", "c-ip", "src_ip", "cs-username", "exception_type"})
# What every site shows a little of: one of these beside a fault of the same kind proves nothing.
_ORDINARY = frozenset({causes.REFUSED, causes.FORBIDDEN, causes.DENIED})
_OF_ERROR_LINES = frozenset({causes.BEHIND, causes.OWN, causes.LIMITED})
_FOLLOWS = causes.SERVER_SIDE | {causes.LIMITED}
# Clients that were told to wait come back late.
_WAITS = {causes.LIMITED: 3 * LAG}
_RANK = {causes.LIMITED: 3, causes.LEFT: 4, causes.WITHHELD: 4, causes.NETWORK: 2, causes.UNAUTHORIZED: 1,
         causes.FORBIDDEN: 1, causes.REFUSED: 1, causes.RECORD: 5}  # fmt: skip


def partition(clusters: Sequence[Cluster], exchanges: pl.DataFrame) -> tuple[Cluster, ...]:
    """Gives the clusters that incidents are made of; one that neither gains nor loses rows stays as it is.

    clusters: of cluster(); exchanges: all rows with facts. A new cluster's root holds the rows of what began it, where
    others are its consequences.
    """
    atoms = atoms_of([cluster.rows for cluster in clusters], exchanges)
    if len(clusters) == 0 or len(atoms) > MOST_ATOMS * 4:
        return tuple(clusters)
    matched = [frozenset(signal.rows.to_list()) for cluster in clusters for signal in cluster.signals]
    weights = row_weights(exchanges, (*(cluster.rows for cluster in clusters), *matched))
    return _Parts(clusters, atoms[:MOST_ATOMS], atoms[MOST_ATOMS:], weights).made()


class _Parts:
    """Sets of atoms that are joined step by step: sizeable ones first, then what clings to one of them."""

    def __init__(self, clusters: Sequence[Cluster], atoms: list[Atom], rest: list[Atom], weights: RowWeights) -> None:
        self.clusters = clusters
        self.weights = weights
        self.atoms = atoms
        self.rest = rest
        self.home = list(range(len(atoms)))
        self._personal = [_is_personal(cluster) for cluster in clusters]
        self._weak = [cluster.severity in _WEAK for cluster in clusters]
        large = [number for number, atom in enumerate(atoms) if self._leads(atom)]
        for at, one in enumerate(large):
            for other in large[at + 1 :]:
                if self._find(one) != self._find(other) and self._one(atoms[one], atoms[other]):
                    self._join(one, other)
        self._join_limited(large)
        led = {atoms[number].cluster for number in large}
        first: dict[int, int] = {}
        for number in sorted(set(range(len(atoms))) - set(large)):
            best = self._best(number, large)
            # Where nothing leads, what one weak rule matched stays one.
            if best is None and atoms[number].cluster not in led:
                best = first.setdefault(atoms[number].cluster, number)
            if best is not None:
                self._join(best, number)

    def _join_limited(self, large: list[int]) -> None:
        """Joins refusals by a limiter with the failures of all kinds that their clients had on that route before."""
        failed: dict[int, list[int]] = {}
        for number in large:
            if self.atoms[number].family in CAN_BE_LIMITED:
                failed.setdefault(self._find(number), []).append(number)
        for limited in [number for number in large if self.atoms[number].family == causes.LIMITED]:
            for numbers in failed.values():
                here = [self.atoms[each] for each in numbers if same_place(self.atoms[each], self.atoms[limited])]
                if here and then_limited(merged(here), self.atoms[limited]):
                    self._join(numbers[0], limited)

    def _leads(self, atom: Atom) -> bool:
        """Tells whether the atom may hold a fault together by itself."""
        # What an error log says of requests stands for them where nothing else shows them.
        asked = atom.exchanges or (atom.family in _OF_ERROR_LINES and atom.place is not None and bool(atom.place[2]))
        failed = asked and atom.family != causes.WORKED
        # What a browser alone can see is weak by nature, and may be one fault all the same.
        weak = self._weak[atom.cluster] and atom.family not in causes.BY_BROWSER
        return failed and not weak and (atom.size >= _SMALL or self._alone(atom))

    def _alone(self, atom: Atom) -> bool:
        return atom.size * 2 > self._size(atom.cluster)

    def _size(self, number: int) -> int:
        return self.weights.of(self.clusters[number].rows)

    def _one(self, one: Atom, other: Atom) -> bool:
        if together(one, other):
            return True
        if one.cluster != other.cluster:
            return False
        # One rule matched both: without a reason to part them they stay together.
        reason = not same_place(one, other) and _differ(one, other)
        return self._personal[one.cluster] or not reason

    def _best(self, number: int, large: list[int]) -> int | None:
        """Gives the sizeable atom that a small, weak or lone one belongs to, the likeliest first."""
        atom = self.atoms[number]
        tied = [each for each in large if self._clings(atom, self.atoms[each])]
        own = [each for each in large if self.atoms[each].cluster == atom.cluster]
        at_home = [each for each in tied if each in own]
        if tied:
            placed = [each for each in at_home or tied if same_place(atom, self.atoms[each])]
            return (placed or at_home or tied)[0]
        if not own or self._is_background(atom, [self.atoms[each] for each in own]):
            return None
        return own[0]

    def _clings(self, atom: Atom, other: Atom) -> bool:
        near = gap(atom, other) <= (_WAITS.get(atom.family, LAG) if atom.family in _FOLLOWS else timedelta(0))
        ordinary = atom.family in _ORDINARY and not same_words(atom, other)
        if self._weak[atom.cluster] and (ordinary or not near):
            return False
        if together(atom, other):
            return True
        lone = not atom.exchanges and atom.place is None and other.family not in causes.BY_BROWSER
        return lone and beside(atom, other) >= _BESIDE

    def _is_background(self, atom: Atom, own: list[Atom]) -> bool:
        """Tells whether the atom is an ordinary refusal on a route of its own, beside a fault on one or two others."""
        total = self._size(atom.cluster)
        main = max(each.size for each in own)
        rejected_login = atom.family == causes.UNAUTHORIZED and atom.login and not any(each.login for each in own)
        few = (
            (atom.family in _ORDINARY or rejected_login) and main >= _MAIN * total and not self._personal[atom.cluster]
        )
        return few and all(not same_place(atom, each) for each in own)

    def _find(self, number: int) -> int:
        while self.home[number] != number:
            self.home[number] = self.home[self.home[number]]
            number = self.home[number]
        return number

    def _join(self, one: int, other: int) -> None:
        first, second = sorted((self._find(one), self._find(other)))
        self.home[second] = first

    def made(self) -> tuple[Cluster, ...]:
        """Gives the clusters, those with the largest atom first; rows without a time stay where they were."""
        groups: dict[int, list[Atom]] = {}
        for number, atom in enumerate(self.atoms):
            groups.setdefault(self._find(number), []).append(atom)
        first = {atom.cluster: group for group in reversed(groups.values()) for atom in group}
        for atom in self.rest:
            if atom.cluster in first:
                first[atom.cluster].append(atom)
            else:
                first[atom.cluster] = groups.setdefault(-1 - atom.cluster, [])
                first[atom.cluster].append(atom)
        seen = {atom.cluster for group in groups.values() for atom in group}
        untouched = [cluster for number, cluster in enumerate(self.clusters) if number not in seen]
        return (*(self._cluster(group) for group in groups.values()), *untouched)

    def _cluster(self, group: list[Atom]) -> Cluster:
        rows = frozenset().union(*(atom.rows for atom in group))
        numbers = sorted({atom.cluster for atom in group})
        root = _root(group)
        if len(numbers) == 1 and self._complete(numbers[0], rows):
            return replace(self.clusters[numbers[0]], root=root)
        signals = {id(signal): signal for number in numbers for signal in self.clusters[number].signals}
        matched = {key: frozenset(signal.rows.to_list()) for key, signal in signals.items()}
        held = {key: self.weights.of(mine & rows) for key, mine in matched.items()}
        kept = tuple(signal for key, signal in signals.items() if held[key])
        least = min((self.clusters[number].severity for number in numbers), key=SEVERITIES.index)
        levels = [_lent(signal, held[id(signal)], self.weights.of(matched[id(signal)])) for signal in kept]
        lent: Severity = min(levels, key=SEVERITIES.index, default="low")
        severity: Severity = max((least, lent), key=SEVERITIES.index)
        ordered = sorted(kept, key=lambda signal: SEVERITIES.index(severity_of(signal.level)))
        return Cluster(severity, tuple(ordered), rows, root)

    def _complete(self, number: int, rows: frozenset[int]) -> bool:
        timed = sum(len(atom.rows) for atom in (*self.atoms, *self.rest) if atom.cluster == number)
        return timed == len(rows)


def _is_personal(cluster: Cluster) -> bool:
    """Tells whether a rule counted these rows for one client or one exception, which is a reason of its own."""
    return any(
        name in _OWN_GROUPS and cluster.rows <= frozenset(signal.rows.to_list())
        for signal in cluster.signals
        for name, _ in signal.group
    )


def _differ(one: Atom, other: Atom) -> bool:
    """Tells whether two sizeable atoms on different routes have causes, servers or clients of their own."""
    if one.cause == other.cause:
        limited = one.family == causes.LIMITED and shared_clients(one, other) < _MOST
        return limited or one.family in causes.SERVER_SIDE
    return True


def _lent(signal: Signal, held: int, matched: int) -> Severity:
    """Gives the severity that a signal lends to a part of what it matched: so many of so many exchanges."""
    own = severity_of(signal.level)
    if held >= 5 or 2 * held >= matched:
        return own
    most: Severity = "medium" if held >= _SMALL else "low"
    return max((own, most), key=SEVERITIES.index)


def _root(group: list[Atom]) -> frozenset[int]:
    """Gives the rows of what began it, none where the group has but one kind of cause."""
    failed = [atom for atom in group if atom.exchanges and atom.family != causes.WORKED]
    ranks = {_RANK.get(atom.family, 0) for atom in failed}
    if len(ranks) < 2:
        return frozenset()
    return frozenset().union(*(atom.rows for atom in failed if _RANK.get(atom.family, 0) == min(ranks)))
