"""Tells which requests of a browser belong to the page on which one failed, and which of them say most about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urljoin

import polars as pl

from analyzer.diagnose.timeline import PHASES
from analyzer.formats import HarPage
from analyzer.model import PAGE_ROLES, PageBasis, PageEntry, PageLoad, PageRole, Ref

COLUMNS = (
    "source", "format", "line", "stamped_at", "duration_us", "status", "error", "method", "url", "page",
    "resource_type", "content_type", "initiator", "initiator_url", "fetch_mode", "referrer", "user_agent", "location",
    "response_bytes", "from_cache", "service_worker", "messages_sent", "messages_received",
    *(f"{name}_us" for name in PHASES),
)  # fmt: skip
_MOST, _MOST_QUIET = 28, 20  # a picture of more rows is higher than a sheet of paper
NEAR = timedelta(seconds=30)
_FARTHEST_PAGE = timedelta(days=1)
_LASTING = ("websocket", "eventsource")
_MOST_REDIRECTS = 20  # Fetch standard, HTTP-redirect fetch
_LONGEST = 8000
_LOCAL = "(?i)^(?:data|blob|about):"
_MICROSECOND = timedelta(microseconds=1)

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Found:
    """The rows of the page in time order, how they were found, and its document if there is one."""

    rows: pl.DataFrame
    basis: PageBasis
    document: Row | None


def page_load(rows: pl.DataFrame, sample: Ref, at: datetime, pages: Mapping[str, HarPage]) -> PageLoad | None:
    """Gives the page of a failing entry; None if the rows hold no such entry with a time.

    rows: COLUMNS of one capture as it was written, with outcome (a PageOutcome) and counted (whether the
    incident counts it); at: the sample's start on the common UTC axis; pages: those of the capture by id.
    """
    timed = rows.filter(pl.col("stamped_at").is_not_null()).sort("stamped_at", "line")
    own = timed.filter(pl.col("line") == sample.entry).to_dicts()
    if not own:
        return None
    page = pages.get(own[0]["page"] or "")
    found = _of_page(timed, own[0]) if page else _of_neighbours(timed, own[0])
    begin = _begin(found.rows, page)
    return PageLoad(
        source=sample.source,
        basis=found.basis,
        document=_ref(found.document) if found.document else None,
        url=found.document["url"] if found.document else None,
        # One browser has one clock, so what is between its entries stays as it was written.
        started=at - (own[0]["stamped_at"] - begin),
        on_content_load_us=page.on_content_load_us if page and begin == page.started else None,
        on_load_us=page.on_load_us if page and begin == page.started else None,
        entries=tuple(_entry(row, begin) for row in _picked(found, own[0])),
        total=found.rows.height,
        failed=int((found.rows["outcome"] == "failed").sum()),
        counted=int(found.rows["counted"].sum()),
        undated=_undated(rows, own[0]) if page else 0,
    )


def _undated(rows: pl.DataFrame, own: Row) -> int:
    return rows.filter(pl.col("stamped_at").is_null(), pl.col("page") == own["page"]).height


def _begin(rows: pl.DataFrame, page: HarPage | None) -> datetime:
    first: datetime = rows["stamped_at"].to_list()[0]
    if page is None or page.started is None or abs(first - page.started) > _FARTHEST_PAGE:
        return first
    return page.started


def _of_page(timed: pl.DataFrame, own: Row) -> _Found:
    rows = timed.filter(pl.col("page") == own["page"])
    itself = rows.filter(_is_document(), pl.col("line") == own["line"]).to_dicts()
    named = rows.filter(_is_named_document(), ~_moves()).head(1).to_dicts()
    # Where no browser says so, later HTML may be a frame of a page that the capture does not hold.
    asked = rows.filter(~_moves(), ~pl.col("url").str.contains(_LOCAL)).head(1)
    document = next(iter((*itself, *named, *asked.filter(_is_document()).to_dicts())), None)
    return _Found(rows, "page", document)


def _of_neighbours(timed: pl.DataFrame, own: Row) -> _Found:
    """Gives what the same browser asked from the document before the sample to the next one, else what is near."""
    agent = pl.lit(own["user_agent"], pl.String)
    mine = timed.filter(agent.is_null() | pl.col("user_agent").is_null() | (pl.col("user_agent") == agent))
    documents = mine.filter(_is_document())
    shown = _shown(documents, own)
    start = pl.col("stamped_at")
    if shown is None:
        return _Found(mine.filter((start - own["stamped_at"]).abs() <= NEAR), "time", None)
    led = _leading(mine, shown)
    begin = min([shown["stamped_at"], *(row["stamped_at"] for row in led)])
    after = documents.filter(start > own["stamped_at"])["stamped_at"].min()
    rows = mine.filter(start >= begin, start < after if after is not None else pl.lit(value=True))
    return _Found(rows, "document", shown)


def _is_document() -> pl.Expr:
    """Tells pages from what they load: by the browser's word, else by what was sent, else by what came."""
    is_page = (pl.col("method") == "GET") & pl.col("content_type").str.contains("(?i)^(?:text/html|application/xhtml)")
    worked = pl.col("status").is_between(200, 299)
    return pl.coalesce(_is_named_document(), is_page & worked).fill_null(value=False)


def _is_named_document() -> pl.Expr:
    return pl.coalesce(pl.col("resource_type").str.to_lowercase() == "document", pl.col("fetch_mode") == "navigate")


def _moves() -> pl.Expr:
    moved = pl.col("status").is_between(300, 399) & pl.col("location").is_not_null()
    return moved.fill_null(value=False)


def _shown(documents: pl.DataFrame, own: Row) -> Row | None:
    """Gives the sample if it is one, else the document that its referrer names, else the last one before it."""
    before = documents.filter(pl.col("stamped_at") <= own["stamped_at"], ~_moves())
    itself = documents.filter(pl.col("line") == own["line"])
    named = before.filter(pl.col("url") == pl.lit((own["referrer"] or "").partition("#")[0]))
    return next((rows.tail(1).to_dicts()[0] for rows in (itself, named, before) if rows.height), None)


def _leading(rows: pl.DataFrame, target: Row) -> list[Row]:
    """Gives the redirects, each from the one before, that ended in the target."""
    moving = rows.filter(_moves(), pl.col("stamped_at") <= target["stamped_at"], pl.col("line") != target["line"])
    aims = [(row, _aim(row)) for row in moving.to_dicts()]
    led: list[Row] = []
    url = target["url"]
    while aims and len(led) < _MOST_REDIRECTS:
        last = next((index for index in reversed(range(len(aims))) if aims[index][1] == url), None)
        if last is None:
            break
        led.append(aims[last][0])
        url, aims = led[-1]["url"], aims[:last]
    return led


def _aim(row: Row) -> str | None:
    try:
        return str(urljoin(row["url"][:_LONGEST], row["location"].strip()[:_LONGEST])).partition("#")[0]
    except ValueError:
        return None


def _asked_by(rows: pl.DataFrame, target: Row) -> list[Row]:
    """Gives the script or document that made the browser ask, and the preflight of a request or the other way round."""
    others = rows.filter(pl.col("line") != target["line"])
    bare = pl.col("url").str.replace(r"[?#](?s:.*)$", "")
    asking = others.filter(
        bare == pl.lit(target["initiator_url"], pl.String), pl.col("stamped_at") <= target["stamped_at"]
    )
    apart = (pl.col("stamped_at") - target["stamped_at"]).abs()
    is_preflight = pl.col("method") == "OPTIONS"
    twins = others.filter(
        pl.col("url") == target["url"], is_preflight != (target["method"] == "OPTIONS"), apart <= NEAR
    )
    return [*asking.tail(1).to_dicts(), *twins.sort(apart, "line").head(1).to_dicts()]


def _picked(found: _Found, own: Row) -> list[Row]:
    """Gives the rows that are shown in time order, each with its role."""
    roles = _roles(found, own)
    failed = pl.when(pl.col("outcome") == "failed").then(pl.lit("failed")).otherwise(pl.lit("around"))
    named = pl.col("line").replace_strict(roles, default=None, return_dtype=pl.String)
    rows = found.rows.with_columns(role=pl.coalesce(named, failed))
    telling = rows.filter(pl.col("role") != "around").height
    rank = pl.col("role").replace_strict(PAGE_ROLES, list(range(len(PAGE_ROLES))), return_dtype=pl.Int64)
    apart = (pl.col("stamped_at") - own["stamped_at"]).abs()
    ordered = rows.sort(rank, ~pl.col("counted"), pl.col("url").str.contains(_LOCAL), apart, "line")
    # Leaving out a few saves nothing.
    most = _MOST if rows.height <= _MOST else min(_MOST, max(telling, _MOST_QUIET))
    return list(ordered.head(most).sort("stamped_at", "line").iter_rows(named=True))


def _roles(found: _Found, own: Row) -> dict[int, PageRole]:
    """Gives the roles of single rows, by their line."""
    first = next(iter(found.rows.filter("counted").head(1).to_dicts()), own)
    leads = [row for target in (first, own) for row in (*_leading(found.rows, target), *_asked_by(found.rows, target))]
    leads += _leading(found.rows, found.document) if found.document else []
    roles: dict[int, PageRole] = {row["line"]: "leads" for row in leads}
    if found.document:
        roles[found.document["line"]] = "document"
    return roles | {first["line"]: "first"} | {own["line"]: "sample"}


def _entry(row: Row, begin: datetime) -> PageEntry:
    content = (row["content_type"] or "").partition(";")[0].strip()
    return PageEntry(
        ref=_ref(row),
        start_us=(row["stamped_at"] - begin) // _MICROSECOND,
        duration_us=row["duration_us"],
        phases=tuple(_phases(row)),
        status=row["status"],
        error=row["error"],
        method=row["method"],
        url=row["url"],
        kind=row["resource_type"] or content or None,
        size=row["response_bytes"],
        from_cache=bool(row["from_cache"]),
        service_worker=bool(row["service_worker"]),
        outcome=row["outcome"],
        counted=row["counted"],
        lasting=_lasts(row),
        role=row["role"],
    )


def _phases(row: Row) -> Iterator[tuple[str, int]]:
    for name in PHASES:
        value = row[f"{name}_us"]
        if value is not None and value > 0:
            yield name, value


def _lasts(row: Row) -> bool:
    kind, content = (row["resource_type"] or "").lower(), (row["content_type"] or "").lower()
    named = kind in _LASTING or content.startswith("text/event-stream")
    return named or row["status"] == 101 or row["url"].lower().startswith(("ws:", "wss:"))


def _ref(row: Row) -> Ref:
    return Ref(row["source"], entry=row["line"])
