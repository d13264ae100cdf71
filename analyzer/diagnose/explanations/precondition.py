"""Says which version of a resource a request was made for, which one is there, and who changed it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from analyzer.counted import counted
from analyzer.diagnose._scene import BROWSER
from analyzer.diagnose.explanations._subject import Explanation, Subject, clock_time, place_of
from analyzer.diagnose.explanations._words import explain_words, words
from analyzer.model import Evidence

_WRITES = ["PUT", "PATCH", "POST", "DELETE"]
_READ_AGAIN = "Read the resource again, apply the change to what is there now, and send it with the new ETag."
_TABLE = (
    words(r"already exists|already (?:been )?(?:taken|registered|in use|created|used)|duplicate (?:key|entry|value"
          r"|request)"
          r"|unique (?:constraint|violation)|must be unique|UniqueViolation|DuplicateKey",
          "what they want to make is there already",
          "Look whether the first try succeeded and this is a repetition; an Idempotency-Key tells them "
          "apart.", rank=0),
    words(r"version (?:conflict|mismatch)|optimistic lock|stale (?:object|version|data|revision)|StaleObject"
          r"|was (?:modified|updated|changed) by (?:another|someone)|OptimisticLock|resourceVersion"
          r"|concurrent (?:update|modif)",
          "somebody else changed it in between", _READ_AGAIN, rank=0),
    words(r"deadlock|serialization failure|could not serialize", "two transactions of the database met",
          "Let the application repeat such a transaction.", rank=0),
)  # fmt: skip


def explain(subject: Subject) -> Iterator[Explanation]:
    """Judges 409, 412 and 428 (RFC 9110, 15.5.10 and 15.5.13; RFC 6585, 3)."""
    if not subject.failing(409, 412, 428).is_empty():
        yield from explain_words(subject, _TABLE, 409, 412)[:1]
        yield from _versions(subject)
        yield from _unconditional(subject)
        yield from _written(subject)


def _versions(subject: Subject) -> Iterator[Explanation]:
    """Sets the ETag that was sent beside the one that was last seen (RFC 9110, 13.1.1: If-Match compares strongly)."""
    test = (pl.col("status") == 412) & pl.col("precondition").is_not_null()
    row = subject.scene.first(test)
    if row is None:
        return
    count = subject.scene.count(test)
    sent = str(row["precondition"])
    seen = _last_seen(subject, row) if sent.lower().startswith("if-match:") and "*" not in sent else None
    after = ""
    if seen is not None:
        after = f" At {clock_time(seen['timestamp'])} the same URL had the ETag {seen['etag']}: another version of it."
    if sent.lower().startswith("if-match: w/"):
        after = " A weak ETag never passes If-Match (RFC 9110, 13.1.1)."
    text = f"{subject.of_total(count)} sent {sent}, which did not hold.{after}"
    evidence = [subject.scene.quote(text, test, BROWSER)]
    if seen is not None:
        evidence.append(Evidence(f"The answer with the ETag {seen['etag']} is here.", place_of(seen)))
    yield Explanation(tuple(evidence), (_READ_AGAIN,), 0, count)


def _last_seen(subject: Subject, row: dict[str, Any]) -> dict[str, Any] | None:
    """Gives the answer of the same URL that told its ETag last before the refusal, if that is not the one sent."""
    told = pl.col("etag").is_not_null() & (pl.col("url") == row["url"]) & (pl.col("timestamp") <= row["timestamp"])
    before = subject.exchanges.filter(told)
    last = before.row(-1, named=True) if before.height else None
    return None if last is None or last["etag"].removeprefix("W/") in str(row["precondition"]) else last


def _unconditional(subject: Subject) -> Iterator[Explanation]:
    test = (pl.col("status") == 428) & pl.col("precondition").is_null() & pl.col("has_browser")
    if count := subject.scene.count(test):
        text = f"{subject.of_total(count)} sent no precondition; the server asks for one (RFC 6585, 3)."
        step = "Read the resource first, and send If-Match with its ETag."
        yield Explanation((subject.scene.quote(text, test, BROWSER),), (step,), 0, count)


def _written(subject: Subject) -> Iterator[Explanation]:
    """Names the last write of another client to the same path before the first conflict."""
    lost = subject.failing(409, 412).filter(pl.col("path").is_not_null(), pl.col("client").is_not_null())
    if lost.is_empty():
        return
    first = lost.row(0, named=True)
    writes = subject.working(lost.head(1), ["host", "path"]).filter(
        pl.col("method").is_in(_WRITES), pl.col("timestamp") < first["timestamp"], pl.col("client") != first["client"]
    )
    if writes.is_empty():
        return
    last = writes.row(-1, named=True)
    text = (
        f"Before the first of them, {last['client']} sent {last['method']} {last['path']} at "
        f"{clock_time(last['timestamp'])}, which was answered {last['status']}."
    )
    yield Explanation((Evidence(text, place_of(last)),), (), 1, counted(lost))
