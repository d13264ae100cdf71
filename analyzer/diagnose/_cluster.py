"""Groups signals into the sets of failing exchanges that become incidents."""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

from analyzer.detect import Signal
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


def severity_of(level: str) -> Severity:
    """Gives the severity of a Sigma level."""
    if level in _SEVERITY_OF_LEVEL:
        return _SEVERITY_OF_LEVEL[level]
    return next((severity for severity in SEVERITIES if severity == level), "low")


def cluster(signals: tuple[Signal, ...], exchanges: pl.DataFrame) -> tuple[Cluster, ...]:
    """Groups signals: the strongest first, and weaker ones join the cluster that their rows fall into.

    exchanges: row, timestamp, status, error, exception_type, route, method, sorted by row. A weak signal's rows outside
    any cluster form one of their own, so that nothing that matched is lost.
    """
    ordered = sorted(signals, key=lambda signal: (SEVERITIES.index(severity_of(signal.level)), -len(signal.rows)))
    clusters: list[Cluster] = []
    for signal in ordered:
        rows = frozenset(signal.rows.to_list())
        touching = [number for number, known in enumerate(clusters) if _belongs(rows, known.rows)]
        if not touching:
            clusters += [
                _grown(Cluster(severity_of(signal.level), (signal,), alike), exchanges)
                for alike in _by_kind_of_failure(signal, rows, exchanges)
            ]
            continue
        clusters = _join(clusters, touching, signal, rows, exchanges)
    return tuple(clusters)


def _by_kind_of_failure(signal: Signal, rows: frozenset[int], exchanges: pl.DataFrame) -> tuple[frozenset[int], ...]:
    """Splits what a weak rule without a burst matched by status and error: a 500 and a refused connection are two.

    In a group, such as one client, a kind that is up to a tenth of all goes with the largest.
    """
    if signal.burst is not None or severity_of(signal.level) in _STRONG:
        return (rows,)
    kinds = exchanges.filter(pl.col("row").is_in(sorted(rows)))
    if "answer_fault" in kinds.columns:
        # Redirects without an end are one failure, though their steps differ.
        loop = (pl.col("answer_fault") == "redirect_loop").fill_null(False)
        status, error = pl.when(~loop).then("status"), pl.when(~loop).then("error")
        kinds = kinds.with_columns(status.alias("status"), error.alias("error"), _loop=loop)
    named = [name for name in ("status", "error", "_loop") if name in kinds.columns]
    kinds = kinds.group_by(named, maintain_order=True).agg(pl.col("row"))
    found = [frozenset(each) for each in kinds["row"].to_list()]
    if not signal.group:
        return tuple(found)
    large = [each for each in found if len(each) > _SMALL_KIND * len(rows)] or found
    most = max(large, key=len)
    rest = frozenset().union(*(each for each in found if each not in large))
    return tuple(each | rest if each is most else each for each in large)


def _belongs(rows: frozenset[int], known: frozenset[int]) -> bool:
    return not rows.isdisjoint(known)


def _join(
    clusters: list[Cluster], touching: list[int], signal: Signal, rows: frozenset[int], exchanges: pl.DataFrame
) -> list[Cluster]:
    """Adds the signal to every cluster it touches; what it matched elsewhere becomes clusters of their own.

    Those are weak unless they hold more than half of what the signal matched.
    """
    joined = list(clusters)
    for number in touching:
        # What was only the rest of another rule's matches may be most of this one's.
        mostly = 2 * len(rows & joined[number].rows) > len(rows)
        own = min(severity_of(signal.level), joined[number].severity, key=SEVERITIES.index)
        severity = own if mostly else joined[number].severity
        joined[number] = replace(joined[number], severity=severity, signals=(*joined[number].signals, signal))
    covered = frozenset().union(*(clusters[number].rows for number in touching))
    rest = rows - covered
    if rest:
        near, far = _split_by_time(rest, joined[touching[0]].rows, exchanges)
        first = joined[touching[0]]
        joined[touching[0]] = replace(first, rows=first.rows | near)
        if far:
            own = severity_of(signal.level) if 2 * len(far) > len(rows) else "low"
            joined += [Cluster(own, (signal,), alike) for alike in _by_kind_of_failure(signal, far, exchanges)]
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
    if inside.height < 3:
        return seed
    gaps = inside["timestamp"].diff().dt.total_microseconds().drop_nulls() / 1e6
    reach = min(max(_TYPICAL_GAPS * float(gaps.median() or 0), _SHORTEST_GAP_S), _LONGEST_GAP_S)  # type: ignore[arg-type]
    # A record without status and error has nothing by which another one could be like it.
    answered = pl.col("status").is_not_null() | pl.col("error").is_not_null()
    # A refusal that a new token mended is the normal end of an old one.
    alike_in = [name for name in ("method", "route", "status", "error", "refreshed") if name in exchanges.columns]
    alike = (
        exchanges.filter(answered)
        .join(
            inside.filter(answered).select(alike_in).unique(),
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


def _chain(alike: pl.DataFrame, reach_seconds: float) -> pl.DataFrame:
    gap = pl.col("timestamp").diff().dt.total_microseconds() > reach_seconds * 1e6
    return alike.sort("timestamp", "row").with_columns(chain=gap.fill_null(False).cum_sum())
