"""Says what a browser was not allowed to send or read: the origin, a method, a header, or cookies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from analyzer.counted import WEIGHT, counted, weighed
from analyzer.diagnose._scene import BROWSER, EDGE
from analyzer.diagnose.explanations._subject import Explanation, Subject, clock_time, first_row, place_of
from analyzer.model import Evidence

_KEPT = ["blocked", "blocked_likely", "preflight_failed", "error_withheld"]
_SAFE_METHODS = ("GET", "HEAD", "POST")  # Fetch standard, CORS-safelisted method
_ANY = "*"
_NEAR = "5s"


def explain(subject: Subject) -> Iterator[Explanation]:
    """Compares what requests in CORS mode asked for with what the host allows (Fetch standard, 3.3 and 4.8)."""
    kept = weighed(subject.scene.failing).filter(pl.col("cors").is_in(_KEPT))
    if not subject.is_telling(counted(kept)):
        return
    row = kept.row(0, named=True)
    leave = _leave(subject, row)
    if leave is not None:
        yield from _not_allowed(row, leave, counted(kept))
    yield from _preflight_status(subject)
    yield from _preflights_logged(subject, kept)
    yield from _behind(subject)


def _leave(subject: Subject, row: dict[str, Any]) -> dict[str, Any] | None:
    """Gives the answer that tells what the host allows: the failed one, its preflight, else the nearest of the host.

    Many hosts answer each origin with its own name, so that an answer to another origin tells nothing of this one.
    """
    if row["allow_origin"] or row["allow_methods"] or row["allow_headers"]:
        return row
    told = pl.any_horizontal(pl.col("allow_origin", "allow_methods", "allow_headers").is_not_null())
    asked = pl.col("origin").is_not_null() if row["origin"] is None else pl.col("origin") == row["origin"]
    answers = subject.exchanges.filter(told, pl.col("host").eq_missing(pl.lit(row["host"], pl.String)), asked)
    same = answers.filter(pl.col("url") == row["url"])
    preflights = same.filter(pl.col("method") == "OPTIONS")
    for found in (preflights, same, answers):
        if found.height:
            before = found.filter(pl.col("timestamp") <= row["timestamp"])
            return before.row(-1, named=True) if before.height else found.row(0, named=True)
    return None


def _not_allowed(row: dict[str, Any], leave: dict[str, Any], count: int) -> Iterator[Explanation]:
    origin, allowed = row["origin"], (leave["allow_origin"] or "").strip()
    with_cookies = row["auth_scheme"] == "Cookie"
    said: list[tuple[str, str]] = []
    if origin and allowed and allowed not in (_ANY, origin):
        why = "several values, of which a browser takes none" if "," in allowed else "another origin"
        said.append((f"The page is of {origin}; Access-Control-Allow-Origin is {allowed}: {why}.",
                     f"Answer {origin} with Access-Control-Allow-Origin: {origin} and Vary: Origin."))  # fmt: skip
    if allowed == _ANY and with_cookies:
        said.append(("Cookies were sent, for which Access-Control-Allow-Origin may not be *.",
                     "Name the origin, and send Access-Control-Allow-Credentials: true."))  # fmt: skip
    method = row["cors_method"] or row["method"]
    if (
        leave["allow_methods"]
        and method not in (*_SAFE_METHODS, "OPTIONS")
        and not _lists(leave["allow_methods"], method)
    ):
        said.append((f"The method {method} is not among Access-Control-Allow-Methods: {leave['allow_methods']}.",
                     f"Add {method} to Access-Control-Allow-Methods."))  # fmt: skip
    missing = _missing_headers(row["cors_headers"], leave["allow_headers"])
    if missing:
        names = ", ".join(missing)
        said.append((f"The request has {names}; Access-Control-Allow-Headers is {leave['allow_headers']}.",
                     f"Add {names} to Access-Control-Allow-Headers, or do not send it."))  # fmt: skip
    own = leave["row"] == row["row"]
    if not said and not own and origin and allowed in (_ANY, origin) and leave["timestamp"] <= row["timestamp"]:
        text = (
            f"At {clock_time(leave['timestamp'])} the same host answered with Access-Control-Allow-Origin: {allowed}, "
            "so this origin was allowed then."
        )
        yield Explanation(
            (Evidence(text, place_of(leave)),), ("Compare the CORS settings with those before.",), 1, count
        )
    for text, step in said:
        tail = "" if own else " That is what another answer of the same host allows."
        yield Explanation((Evidence(f"{text}{tail}", place_of(leave)),), (step,), 0, count)


def _missing_headers(sent: str | None, allowed: str | None) -> list[str]:
    """Gives the headers that are not allowed; * does not stand for Authorization (Fetch standard, 4.8)."""
    if not sent or not allowed:
        return []
    names = [name.strip().lower() for name in sent.split(",") if name.strip()]
    listed = {name.strip().lower() for name in allowed.split(",")}
    return [name for name in names if name not in listed and (_ANY not in listed or name == "authorization")]


def _lists(header: str, name: str) -> bool:
    listed = {part.strip() for part in header.split(",")}
    return _ANY in listed or name in listed


def _preflight_status(subject: Subject) -> Iterator[Explanation]:
    """Names the status of a refused preflight: a login, a redirect or a missing route stands in its way."""
    refused = pl.col("preflight") & (pl.col("status") >= 300)
    row = subject.scene.first(refused)
    if row is None:
        return
    reasons = {401: "it asks for credentials, which a browser never sends with a preflight",
               403: "a rule refuses OPTIONS", 404: "nothing answers OPTIONS there",
               405: "OPTIONS is not allowed"}  # fmt: skip
    status = int(str(row["status"]))
    why = reasons.get(status, "a redirect" if status < 400 else "an error")
    count = subject.scene.count(refused)
    text = f"The preflight of {row['path']} was answered {status}: {why}; it must be answered with success."
    step = "Answer OPTIONS with 204 and the Access-Control-Allow headers, before any login or redirect."
    yield Explanation((subject.scene.quote(text, refused, BROWSER, EDGE),), (step,), 0, count)


def _preflights_logged(subject: Subject, kept: pl.DataFrame) -> Iterator[Explanation]:
    """Finds the preflights in a server's log that a capture left out, of requests that no server saw."""
    unsent = kept.filter("has_browser", ~pl.col("has_edge"), pl.col("status").is_null(), pl.col("path").is_not_null())
    asked = subject.exchanges.filter(
        pl.col("method") == "OPTIONS", pl.col("has_edge"), pl.col("timestamp").is_not_null()
    )
    if unsent.is_empty() or asked.is_empty():
        return
    tied = unsent.select("row", "path", "timestamp", WEIGHT).join_asof(
        asked.select("path", "timestamp", _at="row"), on="timestamp", by="path", strategy="nearest", tolerance=_NEAR,
        check_sortedness=False,
    ).filter(pl.col("_at").is_not_null())  # fmt: skip
    # A browser keeps the leave of a preflight for a while, so not each request has one of its own.
    if 3 * counted(tied) < counted(unsent):
        return
    preflights = asked.filter(pl.col("row").is_in(tied["_at"].implode()))
    statuses = ", ".join(map(str, preflights["status"].drop_nulls().unique().sort().to_list())) or "nothing"
    text = (
        f"The preflights (OPTIONS) of {counted(tied):,} of {counted(unsent):,} requests are in the server's log, "
        f"answered {statuses}, and the requests themselves are not: the browser did not send them after that answer."
    )
    step = (
        "Ask for the preflight with curl (-X OPTIONS, Origin, Access-Control-Request-Method and -Headers), and compare."
    )
    yield Explanation((Evidence(text, place_of(first_row(preflights))),), (step,), 0, counted(tied))


def _behind(subject: Subject) -> Iterator[Explanation]:
    """Names the error that the browser kept from the page, as a server's log or the capture has it."""
    status = pl.coalesce("edge_status", "application_status", "status")
    hidden = pl.col("cors").is_in(_KEPT) & ~pl.col("preflight").fill_null(False) & (status >= 400)
    found = subject.scene.failing.filter(hidden.fill_null(False))
    if found.is_empty():
        return
    numbers = ", ".join(str(number) for number in found.select(status).to_series().unique().sort().to_list())
    text = (
        f"Behind the CORS message stands an error: the server answered {numbers} to "
        f"{subject.scene.of_total(counted(found))}, "
        "and the browser kept it from the page."
    )
    step = (
        f"Look into the {numbers} first; error answers need Access-Control-Allow-Origin too (nginx: add_header "
        "... always)."
    )
    yield Explanation((subject.scene.quote(text, hidden, EDGE, BROWSER),), (step,), 0, counted(found))
