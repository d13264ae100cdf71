"""Tells an incident again that an earlier run reported, so that it is brought up to date and not reported anew."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import polars as pl

from analyzer.batch._context import QUIET, SECOND
from analyzer.batch._state import Incident
from analyzer.detect import Earlier
from analyzer.model import SEVERITIES
from analyzer.model import Incident as Found
from analyzer.pipeline import Run

_MOST_TRAITS = 200
_LATE = 60 * SECOND
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Struck:
    """An incident of this run with its failing exchanges, and the time in which it was at work.

    Where a burst tells when it began and ended, single failures before and after are what is normal there. is_fresh: a
    request failed meanwhile of which an earlier run did not know all.
    """

    found: Found
    failing: pl.DataFrame
    started: datetime
    ended: datetime
    is_fresh: bool


@dataclass(frozen=True, slots=True)
class Recognised:
    """An incident of this run, as it is remembered; known is what earlier runs say of it, None for a new one.

    is_partial: it began before what this run read.
    """

    struck: Struck
    now: Incident
    known: Incident | None
    is_partial: bool


def strike(done: Run, earlier: Earlier) -> list[Struck]:
    """Gives the incidents of a finished run, the most important first."""
    assert done.analysis is not None  # noqa: S101 - filled by the stages
    assert done.exchanges is not None  # noqa: S101
    assert done.detected is not None  # noqa: S101
    assert done.joined is not None  # noqa: S101
    changed = done.joined.events.filter(earlier.fresh())["exchange"].unique().implode()
    bursts = [(signal, set(signal.rows)) for signal in done.detected.signals if signal.burst is not None]
    struck = []
    for incident in done.analysis.findings.incidents:
        rows = done.failing_rows[incident.id]
        mine = [signal.burst for signal, held in bursts if signal.rule in incident.rules and not held.isdisjoint(rows)]
        begins = [burst.begin for burst in mine if burst is not None]
        ends = [burst.end for burst in mine if burst is not None]
        failing = done.exchanges.filter(pl.col("row").is_in(list(rows)))
        started, ended = min(begins, default=incident.started), max(ends, default=incident.ended)
        # A burst's edges are those of its buckets, and what it caused comes a little later.
        meanwhile = pl.col("timestamp").is_between(started, ended + timedelta(microseconds=_LATE))
        fresh = failing.filter(meanwhile, pl.col("exchange").is_in(changed))
        struck.append(Struck(incident, failing, started, ended, not fresh.is_empty()))
    return struck


def recognise(
    struck: Sequence[Struck], known: Sequence[Incident], pending: Sequence[Incident], key: bytes
) -> list[Recognised]:
    """Finds for each incident the one that it goes on with.

    It is the same where an equal request failed in an equal way and nothing failed for less than a quarter of an hour
    between the two; but what is more than low does not go on with what is low, which is told of healthy logs too.
    pending are those of a run that was stopped: their folders are used again, but they are new.
    """
    left, names = list(known), list(pending)
    found = []
    for each in struck:
        now = _remembered(each, key)
        before = _best(now, left)
        is_partial = before is not None and now.started > before.started + _LATE
        if before is not None:
            left.remove(before)
            now = _joined(before, now)
        elif (begun := _best(now, names)) is not None:
            names.remove(begun)
            now = replace(now, folder=begun.folder)
        found.append(Recognised(each, now, before, is_partial))
    return found


def _joined(before: Incident, now: Incident) -> Incident:
    """Gives the earlier incident as it is now."""
    traits = sorted({*before.traits, *now.traits})[:_MOST_TRAITS]
    worse = min(before.severity, now.severity, key=SEVERITIES.index)
    return replace(before, ended=max(before.ended, now.ended), severity=worse, traits=tuple(traits))


def _remembered(each: Struck, key: bytes) -> Incident:
    secret = hashlib.sha256(key).digest()
    rows = each.failing.select("method", "route", "status", "error").unique().rows()
    traits = sorted(_keyed(repr(row), secret) for row in rows)
    started, ended = _microseconds(each.started), _microseconds(each.ended)
    folder = f"{each.started.astimezone(UTC):%Y%m%dT%H%M%SZ}-{_keyed(f'{started} {traits[:1]}', secret)[:8]}"
    return Incident(folder, started, ended, each.found.severity, tuple(traits[:_MOST_TRAITS]))


def _keyed(text: str, secret: bytes) -> str:
    return hashlib.blake2b(text.encode("utf-8", "replace"), key=secret, digest_size=8).hexdigest()


def _microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _best(now: Incident, known: Sequence[Incident]) -> Incident | None:
    """Gives the nearest one that this incident goes on with."""
    near = [
        each
        for each in known
        if each.started - QUIET <= now.ended
        and now.started <= each.ended + QUIET
        and not set(each.traits).isdisjoint(now.traits)
        and (now.is_low or not each.is_low)
    ]
    return min(near, key=lambda each: abs(each.started - now.started), default=None)
