"""Builds incidents from signals: counts, scope, verdicts, evidence, and what to do next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType

import polars as pl

from analyzer.detect import Signal
from analyzer.diagnose import _counts as counts
from analyzer.diagnose import _wording as wording
from analyzer.diagnose._cluster import Cluster, cluster
from analyzer.diagnose._recurring import join_recurring
from analyzer.diagnose._scene import ERROR_LINE, Scene
from analyzer.diagnose._weight import doubt_of, weigh
from analyzer.diagnose.correlate import Joined
from analyzer.diagnose.counterexample import counter_example
from analyzer.diagnose.gaps import Capture, admissions, hides_successes
from analyzer.diagnose.isolate import Isolation, isolate
from analyzer.diagnose.preceding import find_preceding
from analyzer.diagnose.reproduce import reproduce
from analyzer.diagnose.timeline import hops_of
from analyzer.model import SEVERITIES, Evidence, Hop, Incident, Ratio

_MOST_IDS = 1_000
_SENTENCES_PER_RULE = 3
_MARGIN = timedelta(seconds=60)
_NO_CAPTURES: Mapping[str, Capture] = MappingProxyType({})
_NEEDED = [
    "row", "timestamp", "stamped_at", "ended_at", "source", "format", "line", "method", "route", "path", "status",
    "error", "answer_fault", "has_browser", "has_edge", "has_application", *counts.ATTRIBUTES.values(),
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Incidents, most important first, and the way of one failing request of each."""

    incidents: tuple[Incident, ...]
    hops: dict[str, tuple[Hop, ...]]
    failing_rows: dict[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class _Part:
    """One cluster with the frames that its incident is made of."""

    cluster: Cluster
    failing: pl.DataFrame
    window: pl.DataFrame
    started: datetime
    ended: datetime


@dataclass(frozen=True, slots=True)
class _Made:
    """An incident with what it was made of."""

    cluster: Cluster
    incident: Incident
    hops: tuple[Hop, ...]
    rows: tuple[int, ...]


def diagnose(
    joined: Joined,
    exchanges: pl.DataFrame,
    signals: tuple[Signal, ...],
    bucket_seconds: int,
    captures: Mapping[str, Capture] = _NO_CAPTURES,
) -> Diagnosis:
    """Turns signals into incidents.

    exchanges: joined.exchanges with the fact columns, so that row numbers are those of the signals; captures: the
    HARs by source and what they cannot show.
    """
    requests = exchanges.filter(is_exchange()).select(_NEEDED)

    def make(clusters: Iterable[Cluster]) -> Iterator[_Made]:
        for found in clusters:
            # A window may hold most of the log, so no more than one is kept.
            part = _part(found, exchanges, requests)
            if part is not None:
                incident, hops = _build(part, joined, requests, bucket_seconds, captures)
                yield _Made(found, incident, hops, tuple(part.failing["row"].to_list()))

    made = list(make(cluster(signals, exchanges.select(_NEEDED))))
    kept, recurring = join_recurring([(each.cluster, each.incident) for each in made])
    made = [made[number] for number in kept] + list(make(recurring))
    ordered = sorted(made, key=lambda each: _importance(each.incident))
    named = {f"incident-{number}": each for number, each in enumerate(ordered, 1)}
    return Diagnosis(
        incidents=tuple(replace(each.incident, id=identity) for identity, each in named.items()),
        hops={identity: each.hops for identity, each in named.items()},
        failing_rows={identity: each.rows for identity, each in named.items()},
    )


def _importance(incident: Incident) -> tuple[int, int, datetime, str]:
    return SEVERITIES.index(incident.severity), -incident.failed, incident.started, incident.title


def is_exchange() -> pl.Expr:
    """Tells exchanges from lone records of an error log or an application."""
    answered = pl.col("status").is_not_null() | pl.col("error").is_not_null()
    return pl.col("has_browser") | pl.col("has_edge") | (pl.col("has_application") & answered)


def _part(found: Cluster, exchanges: pl.DataFrame, requests: pl.DataFrame) -> _Part | None:
    matched = exchanges.filter(pl.col("row").is_in(sorted(found.rows)), pl.col("timestamp").is_not_null())
    exchanged = matched.filter(is_exchange())
    # A rule may match requests that worked (sent too early, yet answered): they tell of the incident, but did not fail.
    failing = exchanged.filter(~counts.worked_of(exchanged)) if exchanged.height else matched
    if failing.is_empty():
        return None
    started, ended = failing["timestamp"].min(), failing["ended_at"].max()
    assert isinstance(started, datetime)  # noqa: S101 - null times were filtered out
    assert isinstance(ended, datetime)  # noqa: S101
    same = counts.on_endpoints(requests, failing) if exchanged.height else matched.select(_NEEDED)
    window = same.filter(pl.col("timestamp").is_between(started, ended)).with_columns(
        failing=pl.col("row").is_in(failing["row"].implode())
    )
    return _Part(found, failing, window, started, ended)


def _build(
    part: _Part, joined: Joined, requests: pl.DataFrame, bucket_seconds: int, captures: Mapping[str, Capture]
) -> tuple[Incident, tuple[Hop, ...]]:
    scene = _scene(part, joined)
    isolation = isolate(scene)
    same = counts.on_endpoints(requests, part.failing)
    rates = _rates(part, same)
    charted = same.with_columns(failing=pl.col("row").is_in(part.failing["row"].implode()))
    statuses = tuple(part.failing["status"].drop_nulls().unique().sort().to_list())
    endpoints = wording.endpoints_of(part.failing)
    ids = (
        part.failing.select(pl.coalesce("request_id", "trace_id"))["request_id"]
        .drop_nulls()
        .unique(maintain_order=True)
    )
    bursts = [signal.burst.expected_by_chance for signal in part.cluster.signals if signal.burst is not None]
    sample = _sample(part, scene)
    incident = Incident(
        id="",
        title=wording.title_of(part.failing, endpoints) + doubt_of(part.cluster.signals),
        severity=weigh(part.cluster.severity, part.cluster.signals, part.window, part.failing.height, requests),
        confidence=isolation.confidence,
        layer=isolation.layer,
        statuses=statuses,
        errors=tuple(part.failing["error"].drop_nulls().unique().sort().to_list()),
        endpoints=endpoints,
        started=part.started,
        ended=part.ended,
        buckets=counts.count_buckets(charted, bucket_seconds),
        failed=part.failing.height,
        requests=part.window.height,
        baseline_failure_rate=rates[0],
        failure_rate=round(part.failing.height / max(part.window.height, 1), 6),
        rate_ratio=rates[1],
        expected_by_chance=min(bursts) if bursts else None,
        clients=counts.count_clients(requests, part.window),
        separating=counts.separate(part.window),
        preceding=find_preceding(joined.events, part.failing, part.started),
        pattern=None if hides_successes(part.failing, captures) else counts.pattern_of(part.window),
        correlation_ids=tuple(ids.head(_MOST_IDS).to_list()),
        correlation_id_count=ids.len(),
        rules=tuple(dict.fromkeys(signal.rule for signal in part.cluster.signals)),
        layers=isolation.verdicts,
        root_evidence=_root_evidence(part, scene, isolation) + admissions(part.failing, same, captures),
        next_steps=_steps(part, statuses, isolation),
        reproduction=reproduce(sample, part.window),
        owner_hint=wording.owner_of(isolation.layer),
        counter_example=counter_example(same, sample),
    )
    return incident, hops_of(joined.events, int(str(sample["exchange"])))


def _scene(part: _Part, joined: Joined) -> Scene:
    near = pl.col("timestamp").is_between(part.started - _MARGIN, part.ended + _MARGIN).fill_null(value=False)
    return Scene(
        failing=part.failing,
        window=part.window,
        events=joined.events.join(part.failing.select("exchange"), on="exchange", how="semi", maintain_order="left"),
        has_error_log=bool(joined.events.select((near & (pl.col("hop") == ERROR_LINE)).any()).item()),
    )


def _rates(part: _Part, same: pl.DataFrame) -> tuple[float | None, Ratio | None]:
    """Gives the failure rate of the same endpoints outside the window, and the ratio of the two."""
    outside = same.filter(~pl.col("timestamp").is_between(part.started, part.ended).fill_null(False))
    if outside.is_empty():
        return None, None
    alike = part.failing.select("status", "error").unique()
    lost = outside.filter(~counts.worked_of(outside))
    failed = lost.join(alike, on=["status", "error"], how="semi", nulls_equal=True).height
    ratio = counts.rate_ratio(part.failing.height, part.window.height, failed, outside.height)
    return round(failed / outside.height, 6), ratio


def _sample(part: _Part, scene: Scene) -> dict[str, object]:
    """Gives the failing exchange that most hops recorded; the first of them."""
    most = scene.events.group_by("exchange").agg(hops=pl.col("hop").n_unique())
    ranked = part.failing.join(most, on="exchange", how="left", maintain_order="left")
    return ranked.sort("hops", "row", descending=[True, False]).row(0, named=True)


def _root_evidence(part: _Part, scene: Scene, isolation: Isolation) -> tuple[Evidence, ...]:
    """Gives the deciding evidence, then what the rules say: of each rule the first sentences only."""
    said: dict[str, list[Evidence]] = {}
    for signal in part.cluster.signals:
        sentences = said.setdefault(signal.rule, [])
        # A sentence counts all that its rule matched, which may be more than this incident holds.
        mine = part.cluster.rows.issuperset(signal.rows.to_list())
        if signal.says and mine and len(sentences) < _SENTENCES_PER_RULE:
            sentences.append(scene.quote(signal.says, pl.col("row").is_in(signal.rows.unique().implode())))
    rest = tuple(item for sentences in said.values() for item in sentences if item.ref is not None)
    return isolation.deciding + tuple(dict.fromkeys(rest))


def _steps(part: _Part, statuses: tuple[int, ...], isolation: Isolation) -> tuple[str, ...]:
    own = [step for signal in part.cluster.signals for step in signal.next_steps
           if signal.layer in (None, isolation.layer)]  # fmt: skip
    return wording.next_steps(tuple(own), statuses, isolation.layer)
