"""Finds the single attribute that tells failing from working requests best, or says that none does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from analyzer.counted import WEIGHT, counted, number, number_where, share_where, weighed
from analyzer.diagnose import _attributes as attributes
from analyzer.diagnose._counts import worked_of
from analyzer.diagnose._sides import sides_of
from analyzer.diagnose._two_by_two import Table
from analyzer.diagnose.noise import reference
from analyzer.model import Ref, Separating, Sides

# What a separation has to be. The chance counts all values that could have been picked (Bonferroni), which is more than
# enough, as they hang together and have to part the two sides too: of 500 random windows none or few give anything.
_CHANCE = 0.1
_MOSTLY = 0.5
_TELLING = 0.5  # recall less fallout (Youden's index)
_NEARLY_ALL = 0.98
_KNOWN_FAILING, _KNOWN_WORKING = 0.95, 0.5
_MOST_VALUES = 20  # no more than twenty values can each have a twentieth of the requests
_LIKE = 0.98  # so much of the most information is as much
_BOUND = 0.9
_MOST_ALIKE = 3
_CLIENT = "client"
_REPEATS = ("product of the user agent", "user agent")
_NO_USE = ("OPTIONS", "HEAD", "CONNECT", "TRACE")


@dataclass(frozen=True, slots=True)
class _Found:
    """A value that parts the two sides; chance: of so much in one of all values; only: the working ones share it."""

    shown: str
    value: str
    information: float
    only: bool
    chance: float


@dataclass(frozen=True, slots=True)
class Parted:
    """What separates best, and the requests of both sides by its values."""

    separating: Separating
    sides: Sides


def separate(window: pl.DataFrame, beside: pl.DataFrame | None = None) -> Separating | None:
    """Gives what separates best, without the counts of its other values."""
    parted = part_sides(window, beside)
    return parted.separating if parted else None


def part_sides(window: pl.DataFrame, beside: pl.DataFrame | None = None) -> Parted | None:
    """Gives what separates best in a window of exchanges with client, failing and the columns of attributes.useful.

    Requests that failed in another way are left out. An attribute that each client has one value of is judged by
    clients, since the requests of one client are no independent witnesses; others are judged by requests. beside:
    exchanges on the same routes with other methods, asked where nothing else separates.
    """
    judged = weighed(window).filter(pl.col("failing") | worked_of(window))
    if judged["failing"].any():
        described = attributes.describe(judged)
        found = _found(judged, described)
        proven = sorted((each for each in found if each.chance <= _CHANCE), key=_preference)
        if proven:
            most = _LIKE * max(each.information for each in proven)
            best = next(each for each in proven if each.information >= most)
            return _told(best, found, judged, described)
    return None if beside is None else _by_method(judged, weighed(beside))


def _found(judged: pl.DataFrame, described: pl.DataFrame) -> list[_Found]:
    if not described.width:
        return []
    asked = described.with_columns(judged["failing"].alias("_failing"), judged[WEIGHT], *_units(judged))
    parting = list(_parting(asked, described.columns))
    if not parting:
        return []
    tried = max(sum(_shared_values(asked, name) for name in described.columns), 1)
    # Each client might have been the one that fails alone.
    clients = min(asked[_CLIENT].n_unique(), _MOST_VALUES) if _CLIENT in asked.columns else 0
    found = []
    for name, value, table, only in parting:
        chance = _chance(asked, name, value, table, only=only) * (tried + clients * (name == _CLIENT))
        found.append(_Found(name, value, table.information(), only, chance))
    return found


def _shared_values(asked: pl.DataFrame, name: str) -> int:
    """Counts the values that several clients have: one of a single client could never be told from chance.

    What repeats another attribute (the whole User-Agent its version) is not counted again.
    """
    if name == _CLIENT or name in _REPEATS:
        return 0
    units = pl.col("_units").filter(pl.col("_unit").is_first_distinct()).sum()
    clients = asked.filter(pl.col(name).is_not_null()).group_by(name).agg(units)
    return min(int((clients["_units"] > 1).sum()), _MOST_VALUES)


def _units(judged: pl.DataFrame) -> list[pl.Series]:
    """Names who counts once: the client; a request whose client nobody knows, or where there is but one client.

    Gives _unit, a name, and _units: how many such a name stands for.
    """
    several = judged["client"].drop_nulls().n_unique() > 1
    named = pl.col("client").is_not_null() & several
    unit = pl.when(named).then("client").otherwise(pl.format("#{}", pl.int_range(pl.len())))
    units = pl.when(named).then(1).otherwise(WEIGHT).cast(pl.Int64)
    return judged.select(unit.alias("_unit"), units.alias("_units")).get_columns()


def _preference(found: _Found) -> tuple[bool, int, str, str]:
    order = attributes.ORDER
    name = "query parameter" if found.shown.startswith("query parameter ") else found.shown
    return found.only, order.index(name) if name in order else len(order), found.shown, found.value


def _parting(asked: pl.DataFrame, names: Sequence[str]) -> Iterator[tuple[str, str, Table, bool]]:
    """Gives the values of attributes that part the two sides far enough, with the table of having or lacking them.

    The last is whether it is lacking: all that the failing ones share is not to have what the working ones have.
    """
    failing_total, total = counted(asked, pl.col("_failing")), counted(asked)
    for name, failing, working in _known_of(asked, names):
        if not failing or not working or failing < _KNOWN_FAILING * failing_total:
            continue
        if working < _KNOWN_WORKING * (total - failing_total):
            continue
        by_value = _by_value(asked, name)
        for side, only in (("failing", False), ("working", True)):
            most = by_value.sort(side, "value", descending=[True, False]).row(0, named=True)
            table = Table(most["failing"], failing, most["working"], working)
            table = table.inverted() if only else table
            if _parts(table, only=only) and (name != _CLIENT or (not only and table.recall >= _NEARLY_ALL)):
                yield name, most["value"], table, only


def _known_of(asked: pl.DataFrame, names: Sequence[str]) -> Iterator[tuple[str, int, int]]:
    """Gives of each attribute how many failing and how many working ones it is known of."""
    told = [pl.col(name).is_not_null() for name in names]
    sides = (pl.col("_failing"), ~pl.col("_failing"))
    sums = [
        number_where(each & side).alias(f"{at}{end}") for end, side in enumerate(sides) for at, each in enumerate(told)
    ]
    found = asked.select(sums).row(0)
    return zip(names, found[: len(names)], found[len(names) :], strict=True)


def _by_value(asked: pl.DataFrame, name: str) -> pl.DataFrame:
    """Gives how many failing and how many working ones have each value of an attribute."""
    known = asked.select(WEIGHT, "_failing", value=name).filter(pl.col("value").is_not_null())
    return known.group_by("value").agg(
        failing=number_where(pl.col("_failing")), working=number_where(~pl.col("_failing"))
    )


def _chance(asked: pl.DataFrame, name: str, value: str, table: Table, *, only: bool) -> float:
    """Gives the chance of one value, by clients where each has one value of this attribute, else by requests."""
    known = asked.select(WEIGHT, "_units", failing="_failing", unit="_unit", value=name)
    known = known.filter(pl.col("value").is_not_null())
    if name == _CLIENT or not _is_bound(known):
        return table.chance()
    return _chance_by_client(known.select(WEIGHT, "_units", "failing", "unit", has=(pl.col("value") == value) != only))


def _table(has: pl.DataFrame) -> Table:
    """Gives the table of what failing and working ones have; has: failing, has, weight."""
    failing, working = pl.col("failing"), ~pl.col("failing")
    tests = (failing & pl.col("has"), failing, working & pl.col("has"), working)
    return Table(*weighed(has).select(number_where(test).alias(str(at)) for at, test in enumerate(tests)).row(0))


def _chance_by_client(has: pl.DataFrame) -> float:
    """Judges by clients: by the share of its requests that failed, or where most fail now and then by who ever failed.

    One failure of another kind makes no affected client of the first sort, and none of the second sort is half one.
    """
    clients = has.group_by("unit", "has").agg(
        pl.col("_units").first().alias(WEIGHT), ever=pl.col("failing").any(), share=share_where(pl.col("failing"))
    )
    if clients.select(share_where(pl.when("ever").then(pl.col("share") < _MOSTLY))).item() > _MOSTLY:
        return _table(clients.select(WEIGHT, "has", failing="ever")).chance()
    share, units = pl.col("share"), pl.col(WEIGHT)
    sums = clients.group_by("has").agg(failing=(share * units).sum(), working=((1 - share) * units).sum())
    counted = {row[0]: (round(row[1]), round(row[2])) for row in sums.iter_rows()}
    (failing, working), (other_failing, other_working) = counted.get(True, (0, 0)), counted.get(False, (0, 0))
    return Table(failing, failing + other_failing, working, working + other_working).chance()


def _parts(table: Table, *, only: bool) -> bool:
    """Says whether a property of the failing ones parts the two sides far enough.

    Where nearly all failing ones have it, many working ones may have it too (one request in three is refused), as long
    as those without it work. only: the property is to lack what nearly all working ones have.
    """
    index = table.recall - table.fallout
    if only:
        return index >= _TELLING and table.fallout <= 1 - _NEARLY_ALL
    return index >= _TELLING or (table.recall >= _NEARLY_ALL and index > 0)


def _is_bound(known: pl.DataFrame) -> bool:
    """Says whether nearly every client that asked more than once has one value throughout."""
    # A name that stands for several asked once for each of them.
    requests = number() // pl.col("_units").first()
    per_client = known.group_by("unit").agg(values=pl.col("value").n_unique(), requests=requests)
    several = per_client.filter(pl.col("requests") > 1)
    return several.height > 0 and int((several["values"] == 1).sum()) >= _BOUND * several.height


def _by_method(judged: pl.DataFrame, beside: pl.DataFrame) -> Parted | None:
    """Says whether the same routes work with other methods; preflights and the like are no use of a route."""
    failing = judged.filter("failing")
    if failing["method"].n_unique() != 1 or failing["method"].null_count():
        return None
    others = beside.filter(~pl.col("method").is_in([*_NO_USE, failing["method"][0]]), worked_of(beside))
    both = pl.concat([judged, others.with_columns(failing=pl.lit(value=False))], how="diagonal")
    has = both.select(WEIGHT, "failing", has=pl.col("method") == failing["method"][0])
    table = _table(has)
    if not others.height or not _parts(table, only=False) or table.chance() > _CHANCE:
        return None
    return _told(
        _Found("method", failing["method"][0], table.information(), only=False, chance=table.chance()), [], both, both
    )


def _told(best: _Found, found: list[_Found], judged: pl.DataFrame, described: pl.DataFrame) -> Parted:
    has = (described[best.shown] == best.value).fill_null(value=False)
    failing = judged["failing"]
    alike = sorted(
        (each for each in found if each.only == best.only and each.shown != best.shown and _like(each, best)),
        key=_preference,
    )
    table = _table(pl.DataFrame({WEIGHT: judged[WEIGHT], "failing": failing, "has": has}))
    told = Separating(
        attribute=_named(best, judged),
        value=best.value,
        failing=table.failing,
        failing_total=table.failing_total,
        working=table.working,
        working_total=table.working_total,
        shared_by="working" if best.only else "failing",
        alike=tuple(f"{each.shown} = {each.value}" for each in alike[:_MOST_ALIKE]),
        failing_ref=_place(judged, failing & (has ^ best.only)),
        working_ref=_place(judged, ~failing & ~(has ^ best.only)),
    )
    return Parted(told, sides_of(described[best.shown], failing, told, judged[WEIGHT]))


def _named(best: _Found, judged: pl.DataFrame) -> str:
    """Calls a client what its name is: a user or an address, where it is one of them."""
    if best.shown != _CLIENT:
        return best.shown
    for column, shown in (("user", "user"), ("client_ip", "client address")):
        if column in judged.columns and (judged[column] == best.value).any():
            return shown
    return best.shown


def _like(one: _Found, other: _Found) -> bool:
    return _LIKE * other.information <= one.information <= other.information / _LIKE


def _place(judged: pl.DataFrame, chosen: pl.Series) -> Ref | None:
    found = next(judged.filter(chosen).select("source", "line", "format").head(1).iter_rows(), None)
    return None if found is None else reference(*found)
