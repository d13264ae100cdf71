"""Builds incidents from signals: counts, scope, verdicts, evidence, and what to do next."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType

import polars as pl

from analyzer.counted import CLIENT_SHARE, OWN, WEIGHT, counted
from analyzer.detect import Signal
from analyzer.diagnose import _counts as counts
from analyzer.diagnose import _wording as wording
from analyzer.diagnose._attributes import useful
from analyzer.diagnose._borrowed import lend
from analyzer.diagnose._cluster import Cluster, cluster
from analyzer.diagnose._course import course_of
from analyzer.diagnose._endpoints import Endpoints
from analyzer.diagnose._followers import with_followers
from analyzer.diagnose._network import handshake_failed
from analyzer.diagnose._partition import partition
from analyzer.diagnose._recurring import join_recurring
from analyzer.diagnose._same_refusal import with_same_refusals
from analyzer.diagnose._scene import Scene
from analyzer.diagnose._separate import Parted, part_sides
from analyzer.diagnose._surroundings import Whole, look_around
from analyzer.diagnose._weight import doubt_of, weigh, without_doubt
from analyzer.diagnose.correlate import Joined
from analyzer.diagnose.counterexample import counter_example
from analyzer.diagnose.explanations import add_explanations
from analyzer.diagnose.gaps import Capture, admissions, hides_successes
from analyzer.diagnose.isolate import Isolation, isolate
from analyzer.diagnose.preceding import find_preceding
from analyzer.diagnose.reproduce import reproduce
from analyzer.diagnose.timeline import hops_of
from analyzer.model import SEVERITIES, Evidence, Hop, Incident, Ratio, Severity, Sides, Step

_MOST_IDS = 1_000
_SENTENCES_PER_RULE = 3
_NO_CAPTURES: Mapping[str, Capture] = MappingProxyType({})
Apply = Callable[[Callable[[Cluster], "_Made | None"], Iterable[Cluster]], Iterable["_Made | None"]]
_COMPARED = [
    "row", "timestamp", "source", "format", "line", "client", "method", "status", "error", "answer_fault",
    "has_browser", "has_edge", "has_application", "route", "user", "client_ip", WEIGHT,
]  # fmt: skip
_NEEDED = [
    "row", "timestamp", "stamped_at", "ended_at", "source", "format", "line", "method", "route", "path", "query",
    "status", "error", "answer_fault", "has_browser", "has_edge", "has_application", "client",
    "client_ip", "user", "user_agent", "host", "protocol", "token_kid", "refreshed", "error_layer", "cors", WEIGHT,
    OWN, CLIENT_SHARE,
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Incidents, most important first, and of each the way of one failing request, its failing rows, and its sides."""

    incidents: tuple[Incident, ...]
    hops: dict[str, tuple[Hop, ...]]
    failing_rows: dict[str, tuple[int, ...]]
    sides: dict[str, Sides]


@dataclass(frozen=True, slots=True)
class _Part:
    """One cluster with the frames that its incident is made of.

    root: the failing exchanges that began it, all of them unless it spread; matched: failing and lone records;
    same: all exchanges on the endpoints of failing;
    window: all exchanges on the endpoints of failing while it lasted; peers: those that came in the same way.
    """

    cluster: Cluster
    matched: pl.DataFrame
    failing: pl.DataFrame
    root: pl.DataFrame
    same: pl.DataFrame
    window: pl.DataFrame
    peers: pl.DataFrame
    started: datetime
    ended: datetime


@dataclass(frozen=True, slots=True)
class _Given:
    """What all incidents are made from."""

    joined: Joined
    exchanges: pl.DataFrame
    requests: pl.DataFrame
    bucket_seconds: int
    captures: Mapping[str, Capture]
    whole: Whole
    clients: int


@dataclass(frozen=True, slots=True)
class _Made:
    """An incident with what it was made of."""

    cluster: Cluster
    incident: Incident
    hops: tuple[Hop, ...]
    rows: tuple[int, ...]
    sides: Sides | None


def diagnose(  # noqa: PLR0913 - who runs it is no matter of what is diagnosed
    joined: Joined,
    exchanges: pl.DataFrame,
    signals: tuple[Signal, ...],
    bucket_seconds: int,
    captures: Mapping[str, Capture] = _NO_CAPTURES,
    *,
    apply: Apply = map,
) -> Diagnosis:
    """Turns signals into incidents.

    exchanges: joined.exchanges with the fact columns, so that row numbers are those of the signals; captures: the
    HARs by source and what they cannot show; apply applies a function to each, as map does: maybe to several side by
    side.
    """
    requests = exchanges.filter(is_exchange()).select(_NEEDED)
    whole = Whole(joined.events, joined.exchanges)
    given = _Given(joined, exchanges, requests, bucket_seconds, captures, whole, counts.clients_among(requests))
    endpoints = Endpoints(requests)

    def make_one(each: Cluster) -> _Made | None:
        part = _part(each, exchanges, endpoints)
        return None if part is None else _build(part, given)

    def make(clusters: Iterable[Cluster]) -> list[_Made]:
        # A window may hold most of the log, so only those are in memory that are being looked at.
        return [made for made in apply(make_one, clusters) if made is not None]

    # Background grows into no incident, even where it failed in the same way.
    seen = exchanges.filter(pl.col("noise").is_null()) if "noise" in exchanges.columns else exchanges
    found = partition(cluster(signals, seen.select(_NEEDED)), exchanges)
    made = make(with_same_refusals(with_followers(found, exchanges), exchanges))
    kept, recurring = join_recurring([(each.cluster, each.incident) for each in made])
    made = [made[number] for number in kept] + make(recurring)
    ordered = sorted(made, key=lambda each: _importance(each.incident))
    named = {f"incident-{number}": each for number, each in enumerate(ordered, 1)}
    return Diagnosis(
        incidents=tuple(replace(each.incident, id=identity) for identity, each in named.items()),
        hops={identity: each.hops for identity, each in named.items()},
        failing_rows={identity: each.rows for identity, each in named.items()},
        sides={identity: each.sides for identity, each in named.items() if each.sides is not None},
    )


def _importance(incident: Incident) -> tuple[int, int, int, timedelta, datetime, str]:
    """Orders by severity, then by how many clients it hit, how many requests, and how long it lasted."""
    lasted = incident.started - incident.ended
    order = (SEVERITIES.index(incident.severity), -incident.clients.affected, -incident.failed, lasted)
    return (*order, incident.started, incident.title)


def is_exchange() -> pl.Expr:
    """Tells exchanges from lone records of an error log or an application."""
    answered = pl.col("status").is_not_null() | pl.col("error").is_not_null()
    return pl.col("has_browser") | pl.col("has_edge") | (pl.col("has_application") & answered)


def _part(found: Cluster, exchanges: pl.DataFrame, endpoints: Endpoints) -> _Part | None:
    matched = exchanges.filter(pl.col("row").is_in(sorted(found.rows)), pl.col("timestamp").is_not_null())
    exchanged = matched.filter(is_exchange())
    # A rule may match requests that worked (sent too early, yet answered): they tell of the incident, but did not fail.
    failing = exchanged.filter(~counts.worked_of(exchanged)) if exchanged.height else matched
    if failing.is_empty():
        return None
    lone = _lone_handshakes(matched, failing) if exchanged.height else matched.clear()
    failing = pl.concat([failing, lone]).sort("row")
    started, ended = failing["timestamp"].min(), failing["ended_at"].max()
    assert isinstance(started, datetime)  # noqa: S101 - null times were filtered out
    assert isinstance(ended, datetime)  # noqa: S101
    same = endpoints.of(failing)
    known = same if exchanged.height else matched.select(_NEEDED)
    around = pl.concat([known, lone.select(_NEEDED)]).sort("row")
    window = around.filter(pl.col("timestamp").is_between(started, ended)).with_columns(
        failing=pl.col("row").is_in(failing["row"].implode())
    )
    root = failing.filter(pl.col("row").is_in(sorted(found.root)))
    root = failing if root.is_empty() else root
    return _Part(found, matched, failing, root, same, window, counts.same_entrance(window), started, ended)


def _lone_handshakes(matched: pl.DataFrame, failing: pl.DataFrame) -> pl.DataFrame:
    """Gives the handshakes that only a server's log tells of: each is the failed request of another client."""
    captured = failing["client"].drop_nulls().unique().implode()
    alone = ~is_exchange() & handshake_failed() & ~pl.col("client").is_in(captured).fill_null(False)
    # Such a line names the address that the server listens at; the host that was asked for is not in it.
    return matched.filter(alone).with_columns(host=pl.lit(None, pl.String))


def _build(part: _Part, given: _Given) -> _Made:
    judged = _judged(part)
    scene = replace(_scene(judged, given), of_root=judged.failing.height < part.failing.height)
    isolation = isolate(scene)
    failed, requests = counted(part.failing), counted(part.peers)
    rates = _rates(part)
    charted = part.same.with_columns(failing=pl.col("row").is_in(part.failing["row"].implode()))
    statuses = tuple(part.failing["status"].drop_nulls().unique().sort().to_list())
    endpoints = wording.endpoints_of(part.failing)
    at_root = endpoints if part.root.height == part.failing.height else wording.endpoints_of(part.root)
    ids = (
        part.failing.filter(~counts.never_arrived())
        .select(pl.coalesce("request_id", "trace_id"))["request_id"]
        .drop_nulls()
        .unique(maintain_order=True)
    )
    bursts = [signal.burst.expected_by_chance for signal in part.cluster.signals if signal.burst is not None]
    sample = _sample(part, scene)
    parted = _parted(part, given.exchanges)
    incident = Incident(
        id="",
        title=wording.title_of(part.root, at_root) + doubt_of(part.cluster.signals),
        severity=without_doubt(_weighed(part, given.requests), isolation, part.failing),
        confidence=isolation.confidence,
        layer=isolation.layer,
        statuses=statuses,
        errors=tuple(part.failing["error"].drop_nulls().unique().sort().to_list()),
        endpoints=endpoints,
        started=part.started,
        ended=part.ended,
        buckets=counts.count_buckets(charted, given.bucket_seconds),
        failed=failed,
        requests=requests,
        baseline_failure_rate=rates[0],
        failure_rate=round(failed / max(requests, 1), 6),
        rate_ratio=rates[1],
        expected_by_chance=min(bursts) if bursts else None,
        clients=counts.count_clients(given.clients, part.peers, given.joined.clients),
        separating=parted.separating if parted else None,
        preceding=find_preceding(given.joined.events, part.root, _first(part.root), given.exchanges),
        pattern=None if hides_successes(part.failing, given.captures) else counts.pattern_of(part.peers),
        correlation_ids=tuple(ids.head(_MOST_IDS).to_list()),
        correlation_id_count=ids.len(),
        rules=tuple(dict.fromkeys(signal.rule for signal in part.cluster.signals)),
        layers=isolation.verdicts,
        root_evidence=_root_evidence(part, scene, isolation) + admissions(part.failing, part.same, given.captures),
        next_steps=_steps(part, isolation),
        reproduction=reproduce(sample, part.peers),
        owner_hint=wording.owner_of(isolation.layer),
        counter_example=counter_example(part.same, sample),
        course=_course(part, given.joined),
    )
    return _Made(
        cluster=part.cluster,
        incident=add_explanations(incident, scene, given.exchanges),
        hops=hops_of(given.joined.events, int(str(sample["exchange"]))),
        rows=tuple(part.failing["row"].to_list()),
        sides=parted.sides if parted else None,
    )


def _weighed(part: _Part, requests: pl.DataFrame) -> Severity:
    return weigh(part.cluster.severity, part.cluster.signals, part.window, counted(part.failing), requests)


def _judged(part: _Part) -> _Part:
    """Gives the part that the checks judge: the root, for a consequence has no cause of its own.

    A login or token endpoint that fails and the 401 that follow are one thing to judge: the identity provider.
    """
    if part.root.height == part.failing.height:
        return part
    root = pl.col("row").is_in(part.root["row"].implode())
    if "login_endpoint" in part.root.columns and part.root["login_endpoint"].fill_null(False).all():
        root |= (pl.col("status") == 401).fill_null(False)
    judged = part.failing.filter(root)
    followed = part.failing.filter(~root).select("row")
    window = counts.on_endpoints(part.window.join(followed, on="row", how="anti"), judged)
    return replace(part, failing=judged, window=window)


def _scene(part: _Part, given: _Given) -> Scene:
    failing, rows = lend(part.failing, given.joined.exchanges, given.joined.events)
    around = look_around(given.whole, part.failing, part.started, part.ended)
    return Scene(failing=failing, window=part.window, events=rows, around=around)


def _first(rows: pl.DataFrame) -> datetime:
    moment = rows["timestamp"].min()
    assert isinstance(moment, datetime)  # noqa: S101 - a part has no rows without a time
    return moment


def _course(part: _Part, joined: Joined) -> tuple[Step, ...]:
    if part.root.height == part.failing.height and part.matched.height == part.failing.height:
        return ()
    told = part.matched.filter(pl.col("row").is_in(part.failing["row"].implode()) | ~is_exchange())
    behind = joined.events.join(told.select("exchange"), on="exchange", how="semi", maintain_order="left")
    return course_of(told, part.cluster.root, behind)


def _rates(part: _Part) -> tuple[float | None, Ratio | None]:
    """Gives the failure rate of the same endpoints outside the window, and the ratio of the two."""
    outside = part.same.filter(~pl.col("timestamp").is_between(part.started, part.ended).fill_null(False))
    if outside.is_empty():
        return None, None
    alike = part.failing.select("status", "error").unique()
    lost = outside.filter(~counts.worked_of(outside))
    failed = counted(lost.join(alike, on=["status", "error"], how="semi", nulls_equal=True))
    total = counted(outside)
    ratio = counts.rate_ratio(counted(part.failing), counted(part.peers), failed, total)
    return round(failed / total, 6), ratio


def _parted(part: _Part, exchanges: pl.DataFrame) -> Parted | None:
    """Compares with what worked meanwhile on the same endpoints, else with other methods on the same routes."""
    named = dict.fromkeys((*_COMPARED, *useful(part.failing)))
    rows = exchanges.select(*named)
    window = rows.join(part.peers.select("row", "failing"), on="row", how="inner", maintain_order="left")
    routes = part.failing.select("route").unique()
    meanwhile = rows.filter(is_exchange(), pl.col("timestamp").is_between(part.started, part.ended))
    return part_sides(window, meanwhile.join(routes, on="route", how="semi", maintain_order="left"))


def _sample(part: _Part, scene: Scene) -> dict[str, object]:
    """Gives the failing exchange that most hops recorded; the first of them."""
    most = scene.events.group_by("exchange").agg(hops=pl.col("hop").n_unique())
    ranked = part.root.join(most, on="exchange", how="left", maintain_order="left")
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


def _steps(part: _Part, isolation: Isolation) -> tuple[str, ...]:
    statuses = tuple(part.root["status"].drop_nulls().unique().sort().to_list())
    # What counts failures asks which fault it is; a rule that knows the fault says what to do about it.
    telling = sorted(part.cluster.signals, key=lambda signal: signal.burst is not None)
    own = [step for signal in telling for step in signal.next_steps if signal.layer in (None, isolation.layer)]
    return wording.next_steps(tuple(own), statuses, isolation.layer)
