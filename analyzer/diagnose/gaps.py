"""Draws the consequences of what a capture cannot show: columns that prove nothing, and what an incident must admit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from analyzer.diagnose._counts import succeeded
from analyzer.model import Evidence, Gap, Ref, SourceReport

_CREDENTIALS = frozenset({"auth_present", "auth_scheme", "set_cookie_sent_back", "authorization_dropped"})
_TOKEN = frozenset(
    {
        "token_from", "token_algorithm", "token_kid", "token_issuer", "token_audience", "token_scope",
        "token_expires_at", "token_not_before", "token_issued_at", "token_expired", "token_left_s",
        "token_not_yet_valid", "token_early_s", "token_age_s",
    }
)  # fmt: skip
_BODY = frozenset({"error_code", "error_title", "error_detail", "body_kind", "type_mismatch"})
_HIDDEN: Mapping[Gap, frozenset[str]] = {
    "sanitised": _CREDENTIALS | _TOKEN,
    "masked": _TOKEN,
    "no_bodies": _BODY,
}
_REFUSED = [401, 403, 407]


@dataclass(frozen=True, slots=True)
class Capture:
    """What is known of one HAR as a source: its gaps, and the entries that it begins and ends with in time."""

    gaps: frozenset[Gap]
    first: int | None = None
    last: int | None = None


def captures_of(sources: Iterable[SourceReport], exchanges: pl.DataFrame) -> dict[str, Capture]:
    """Gives the HARs among the sources; exchanges: source, line, has_browser, sorted by time."""
    ends = (
        exchanges.filter("has_browser")
        .group_by("source")
        .agg(first=pl.col("line").first(), last=pl.col("line").last())
        .rows_by_key("source", named=True, unique=True)
    )
    found = {source.name: frozenset(source.gaps) for source in sources if source.entries is not None}
    return {name: Capture(gaps, **ends.get(name, {})) for name, gaps in found.items()}


def hidden_columns(captures: Mapping[str, Capture]) -> dict[str, frozenset[str]]:
    """Gives for each HAR the columns that its gaps leave empty: what is absent there proves nothing."""
    return {
        name: frozenset().union(*(_HIDDEN.get(gap, frozenset()) for gap in capture.gaps))
        for name, capture in captures.items()
    }


def hides_successes(failing: pl.DataFrame, captures: Mapping[str, Capture]) -> bool:
    """Whether the failing rows come only from captures that hold nothing but failures, so that no rate is known."""
    only = [name for name, capture in captures.items() if "only_failures" in capture.gaps]
    alone = pl.col("source").is_in(only) & ~pl.col("has_edge") & ~pl.col("has_application")
    return bool(only) and bool(failing.select(alone.fill_null(value=False).all()).item())


def admissions(failing: pl.DataFrame, same: pl.DataFrame, captures: Mapping[str, Capture]) -> tuple[Evidence, ...]:
    """Gives what an incident cannot know, with the entry where its capture ends or leaves something out.

    failing: its failing exchanges, sorted by time; same: all exchanges on their endpoints.
    """
    rows = failing.filter("has_browser")
    if rows.is_empty():
        return ()
    first, last = rows.row(0, named=True), rows.row(-1, named=True)
    begun, ended = captures.get(first["source"]), captures.get(last["source"])
    found = [
        _begins(failing, same, first, begun) if begun else None,
        _goes_on(failing, same, last, ended) if ended else None,
        _rate(failing, first, captures),
        _credentials(rows, captures),
    ]
    return tuple(item for item in found if item is not None)


def _begins(failing: pl.DataFrame, same: pl.DataFrame, first: dict[str, object], capture: Capture) -> Evidence | None:
    before = same.filter((pl.col("timestamp") < failing["timestamp"].min()) & succeeded())
    if first["line"] != capture.first or before.height:
        return None
    return _at(first, "The capture begins with this failure, so it may have begun earlier.")


def _goes_on(failing: pl.DataFrame, same: pl.DataFrame, last: dict[str, object], capture: Capture) -> Evidence | None:
    after = same.filter((pl.col("timestamp") > failing["timestamp"].max()) & succeeded())
    if "cut" not in capture.gaps or last["line"] != capture.last or after.height:
        return None
    return _at(last, "The file of the capture is cut off behind this failure, so it may have gone on.")


def _rate(failing: pl.DataFrame, first: dict[str, object], captures: Mapping[str, Capture]) -> Evidence | None:
    if not hides_successes(failing, captures):
        return None
    return _at(first, "The capture holds failures only, so how many requests worked is unknown.")


def _credentials(rows: pl.DataFrame, captures: Mapping[str, Capture]) -> Evidence | None:
    sanitised = [name for name, capture in captures.items() if "sanitised" in capture.gaps]
    refused = rows.filter(
        pl.col("status").is_in(_REFUSED) & pl.col("auth_present").is_null() & pl.col("source").is_in(sanitised)
    )
    if refused.is_empty():
        return None
    text = "Whether credentials were sent is not visible: the capture looks like a sanitised export."
    return _at(refused.row(0, named=True), text)


def _at(row: dict[str, object], text: str) -> Evidence:
    return Evidence(text, Ref(str(row["source"]), entry=int(str(row["line"]))))
