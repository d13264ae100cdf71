"""Groups signals into the sets of failing exchanges that become incidents."""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

from analyzer.counted import WEIGHT, counted, median, number, weighed
from analyzer.detect import Signal
from analyzer.diagnose._row_weights import RowWeights, row_weights
from analyzer.model import SEVERITIES, Severity

_SEVERITY_OF_LEVEL: dict[str, Severity] = {"informational": "info"}
_STRONG = ("critical", "high")
_SMALL_KIND = 0.1
_SHORTEST_GAP_S, _LONGEST_GAP_S, _TYPICAL_GAPS = 2.0, 60.0, 5


@dataclass(frozen=True, slots=True)
class Cluster:
    """Signals of one incident; rows are numbers of failing exchanges, root those that began it, none for all."""

    severity: Severity
    signals: tuple[Signal, ...]
    rows: frozenset[int]
    root: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class _Known:
    """All exchanges, and how many each row of the signals stands for."""

    exchanges: pl.DataFrame
    weights: RowWeights


def severity_of(level: str) -> Severity:
    """Gives the severity of a Sigma level."""
    if level in _SEVERITY_OF_LEVEL:
        return _SEVERITY_OF_LEVEL[level]
    return next((severity for severity in SEVERITIES if severity == level), "low")


def cluster(signals: tuple[Signal, ...], exchanges: pl.DataFrame) -> tuple[Cluster, ...]:
    """Groups signals: the strongest first, and weaker ones join the cluster that their rows fall into.

    exchanges: row, timestamp, status, error, exception_type, route, method, weight, sorted by row. A weak signal's rows
    outside any cluster form one of their own, so that nothing that matched is lost.
    """
    matched = [(signal, frozenset(signal.rows.to_list())) for signal in signals]
    known = _Known(weighed(exchanges), row_weights(exchanges, (rows for _, rows in matched)))
    clusters: list[Cluster] = []
    for signal, rows in sorted(matched, key=lambda pair: _by_weight(pair[0], pair[1], known)):
        touching = [place for place, each in enumerate(clusters) if _belongs(rows, each.rows)]
        if not touching:
            clusters += [
                _grown(Cluster(severity_of(signal.level), (signal,), alike), known.exchanges)
                for alike in _by_kind_of_failure(signal, rows, known)
            ]
            continue
        clusters = _join(clusters, touching, signal, rows, known)
    return tuple(clusters)


def _by_weight(signal: Signal, rows: frozenset[int], known: _Known) -> tuple[int, int]:
    return SEVERITIES.index(severity_of(signal.level)), -known.weights.of(rows)


def _by_kind_of_failure(signal: Signal, rows: frozenset[int], known: _Known) -> tuple[frozenset[int], ...]:
    """Splits what a weak rule without a burst matched by status and error: a 500 and a refused connection are two.

    In a group, such as one client, a kind that is up to a tenth of all goes with the largest.
    """
    if signal.burst is not None or severity_of(signal.level) in _STRONG:
        return (rows,)
    kinds = known.exchanges.filter(pl.col("row").is_in(sorted(rows)))
    if "answer_fault" in kinds.columns:
        # Redirects without an end are one failure, though their steps differ.
        loop = (pl.col("answer_fault") == "redirect_loop").fill_null(False)
        status, error = pl.when(~loop).then("status"), pl.when(~loop).then("error")
        kinds = kinds.with_columns(status.alias("status"), error.alias("error"), _loop=loop)
    named = [name for name in ("status", "error", "_loop") if name in kinds.columns]
    kinds = kinds.group_by(named, maintain_order=True).agg(pl.col("row"), number())
    sizes = {frozenset(each): size for each, size in kinds.select("row", WEIGHT).iter_rows()}
    found = list(sizes)
    if not signal.group:
        return tuple(found)
    large = [each for each in found if sizes[each] > _SMALL_KIND * known.weights.of(rows)] or found
    most = max(large, key=lambda each: sizes[each])
    rest = frozenset().union(*(each for each in found if each not in large))
    return tuple(each | rest if each is most else each for each in large)


def _belongs(rows: frozenset[int], known: frozenset[int]) -> bool:
    return not rows.isdisjoint(known)


def _join(
    clusters: list[Cluster], touching: list[int], signal: Signal, rows: frozenset[int], known: _Known
) -> list[Cluster]:
    """Adds the signal to every cluster it touches; what it matched elsewhere becomes clusters of their own.

    Those are weak unless they hold more than half of what the signal matched.
    """
    joined, weights = list(clusters), known.weights
    for place in touching:
        # What was only the rest of another rule's matches may be most of this one's.
        mostly = 2 * weights.of(rows & joined[place].rows) > weights.of(rows)
        own = min(severity_of(signal.level), joined[place].severity, key=SEVERITIES.index)
        severity = own if mostly else joined[place].severity
        joined[place] = replace(joined[place], severity=severity, signals=(*joined[place].signals, signal))
    covered = frozenset().union(*(clusters[place].rows for place in touching))
    rest = rows - covered
    if rest:
        near, far = _split_by_time(rest, joined[touching[0]].rows, known.exchanges)
        first = joined[touching[0]]
        joined[touching[0]] = replace(first, rows=first.rows | near)
        if far:
            own = severity_of(signal.level) if 2 * weights.of(far) > weights.of(rows) else "low"
            joined += [Cluster(own, (signal,), alike) for alike in _by_kind_of_failure(signal, far, known)]
    return joined


def _split_by_time(
    rest: frozenset[int], known: frozenset[int], exchanges: pl.DataFrame
) -> tuple[frozenset[int], frozenset[int]]:
    """Splits rows into those that failed the same way while the cluster lasted, and the others."""
    own = exchanges.filter(pl.col("row").is_in(sorted(known)), pl.col("timestamp").is_not_null())
    if own.is_empty():
        return frozenset(), rest
    times = own["timestamp"]
    alike = exchanges.filter(pl.col("row").is_in(sorted(rest))).join(
        own.select("status", "error").unique(), on=["status", "error"], how="semi", nulls_equal=True
    )
    inside = alike.filter(pl.col("timestamp").is_between(times.min(), times.max()))["row"].to_list()
    return frozenset(inside), rest - frozenset(inside)


def _grown(seed: Cluster, exchanges: pl.DataFrame) -> Cluster:
    """Adds failures of the same kind that lie at the edges, where a window or a bucket cut them off."""
    inside = exchanges.filter(pl.col("row").is_in(sorted(seed.rows)), pl.col("timestamp").is_not_null())
    if counted(inside) < 3:
        return seed
    reach = min(max(_TYPICAL_GAPS * _typical_gap(inside), _SHORTEST_GAP_S), _LONGEST_GAP_S)
    # A record without status and error has nothing by which another one could be like it.
    answered = pl.col("status").is_not_null() | pl.col("error").is_not_null()
    # A refusal that a new token mended is the normal end of an old one.
    alike_in = [name for name in ("method", "route", "status", "error", "refreshed") if name in exchanges.columns]
    kinds = inside.filter(answered).select(alike_in).unique()
    # Most have another status: a join would look at the texts of all of them.
    same_status = pl.col("status").is_in(kinds["status"].unique().implode(), nulls_equal=True)
    alike = (
        exchanges.select("row", "timestamp", *alike_in)
        .filter(answered, same_status)
        .join(
            kinds,
            on=alike_in,
            how="semi",
            nulls_equal=True,
            maintain_order="left",
        )
        .filter(pl.col("timestamp").is_not_null())
    )
    chained = _chain(alike, reach)
    groups = chained.filter(pl.col("row").is_in(sorted(seed.rows)))["chain"].unique()
    added = chained.filter(pl.col("chain").is_in(groups.implode()))["row"].to_list()
    return replace(seed, rows=seed.rows | frozenset(added))


def _typical_gap(rows: pl.DataFrame) -> float:
    """Gives the median of the seconds between neighbours; what one row stands for came at its moment."""
    gaps = rows["timestamp"].diff().dt.total_microseconds() / 1e6
    at_once = rows[WEIGHT] - 1
    none = pl.zeros(rows.height, eager=True)
    return median(pl.concat([gaps, none]), pl.concat([pl.ones(rows.height, pl.Int64, eager=True), at_once])) or 0.0


def _chain(alike: pl.DataFrame, reach_seconds: float) -> pl.DataFrame:
    gap = pl.col("timestamp").diff().dt.total_microseconds() > reach_seconds * 1e6
    return alike.sort("timestamp", "row").with_columns(chain=gap.fill_null(False).cum_sum())
