"""Says of what is not found whether it was there before, who deleted it, and which path close to it works."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import polars as pl

from analyzer.counted import WEIGHT, counted, number, weighed
from analyzer.diagnose.explanations._subject import Explanation, Subject, clock_time, first_row, place_of, times
from analyzer.diagnose.explanations._words import explain_words, words
from analyzer.model import Evidence

_STATUSES = (404, 410)
_PLACE = ["host", "path"]
_MOST_ROUTES = 3
_COMPARED = 400  # routes that the fact near_route looks at
_ROUTE = {"method": pl.String, "host": pl.String, "route": pl.String}
_A_ROUTE = 3  # fewer requests may have asked for objects that are not there
_IN_PATH = re.compile(r"/[vV]\d{1,3}(?:\.\d{1,3})?\b")
_VERSION = re.compile(r"v\d[\d.]*", re.IGNORECASE)
_TABLE = (
    words(
        r"Missing Authentication Token",
        "the gateway knows no such path or method, which Amazon API Gateway words like this",
        "Compare path, stage and method with the deployed API.", rank=0,
    ),
    words(
        r"no Route matched with those values|no (?:matching )?route (?:found|matched|matches)|default backend - 404"
        r"|No static resource|Cannot (?:GET|POST|PUT|PATCH|DELETE|HEAD) /|No route matches|RouteNotFound|NoHandlerFound"
        r"|unknown (?:path|endpoint|url)|The requested URL was not found on (?:the|this) server",
        "no route fits this path", "Compare the path with the routes that are configured.", rank=1,
    ),
    words(
        r"(?:open|stat)\(\) \"[^\"]{1,300}\" failed \(2: No such file",
        "the server looked for a file of its own and did not ask an application",
        "Compare the locations of the server's configuration with this path: which of them was to pass it on?", rank=1,
    ),
    words(
        r"(?:tenant|organi[sz]ation|workspace|account|project|user|order|resource|object|document|record|entity|item"
        r"|product|invoice|customer)\b[^.]{0,60}(?:not found|does not exist|no longer exists|was deleted|unknown)",
        "the object that they ask for does not exist", rank=2,
    ),
)  # fmt: skip


def explain(subject: Subject) -> Iterator[Explanation]:
    """Judges 404 and 410 (RFC 9110, 15.5.5 and 15.5.11); a gateway's 403 for an unknown path among the words."""
    lost = subject.failing(*_STATUSES)
    if not lost.is_empty():
        yield from _gone(subject, lost.filter(pl.col("served_before")))
        yield from _routes(subject, lost)
        yield from _near(subject, lost)
    if not lost.is_empty() or subject.scene.count(pl.col("status") == 403):
        yield from explain_words(subject, _TABLE, *_STATUSES, 403)[:1]


def _gone(subject: Subject, gone: pl.DataFrame) -> Iterator[Explanation]:
    number_gone = counted(gone)
    if not subject.is_telling(number_gone):
        return
    first = first_row(gone)
    deleted = gone.filter(pl.col("deleted_before"))
    earlier = subject.working(gone, _PLACE).filter(pl.col("method") != "OPTIONS")
    of_first = earlier.filter(pl.col("path") == first["path"], pl.col("timestamp") < first["timestamp"])
    if of_first.is_empty():
        return
    last = of_first.row(-1, named=True)
    paths = gone["path"].n_unique()
    many = f" ({paths:,} paths)" if paths > 1 else ""
    if 2 * counted(deleted) >= number_gone and last["method"] == "DELETE":
        by = f" by {last['client']}" if last["client"] else ""
        text = (
            f"{subject.of_total(number_gone)}{many} asked for what had been deleted: DELETE {last['path']} "
            f"was answered {last['status']} at {clock_time(last['timestamp'])}{by}."
        )
        yield Explanation((Evidence(text, place_of(last)),), ("Ask who deletes there, and why.",), 0, number_gone)
        return
    text = (
        f"{subject.of_total(number_gone)}{many} asked for what was there before: {last['method']} {last['path']} was "
        f"answered {last['status']} at {clock_time(last['timestamp'])}, and {first['status']} since "
        f"{clock_time(first['timestamp'])}; no DELETE of it is in this data."
    )
    step = "Look for what changed between these times: a release, a route of the proxy, data that was moved."
    evidence = [Evidence(text, place_of(last)), *_for_whom(gone, earlier), *_other_server(gone, last)]
    yield Explanation(tuple(evidence), (step,), 0, number_gone)


def _routes(subject: Subject, lost: pl.DataFrame) -> Iterator[Explanation]:
    """Says of the most frequent routes whether they worked before and not once since, and which version works."""
    routes = weighed(lost).group_by("method", "host", "route", maintain_order=True).agg(
        count=number(), since=pl.col("timestamp").min(), until=pl.col("timestamp").max(),
        paths=pl.col("path").n_unique(), near=pl.col("near_route").first(),
    )  # fmt: skip
    ordered = routes.sort("count", "route", descending=[True, False], maintain_order=True)
    for row in ordered.head(_MOST_ROUTES).iter_rows(named=True):
        if row["route"] and row["since"] and subject.is_telling(row["count"]):
            yield from _route_gone(subject, row)
            yield from () if row["near"] else _other_version(subject, row)


def _route_gone(subject: Subject, row: dict[str, Any]) -> Iterator[Explanation]:
    like = pl.DataFrame([{name: row[name] for name in ("method", "host", "route")}], schema=_ROUTE)
    worked = subject.working(like, list(_ROUTE))
    before = worked.filter(pl.col("timestamp") < row["since"])
    meanwhile = worked.filter(pl.col("timestamp").is_between(row["since"], row["until"]))
    # One object that is asked for again and again may be gone by itself.
    several = before["path"].n_unique() > 1 and row["paths"] > 1
    if not several or meanwhile.height or row["count"] < _A_ROUTE:
        return
    last = before.row(-1, named=True)
    text = (
        f"{row['method']} {row['route']} worked {times(counted(before))} until {clock_time(last['timestamp'])} and not "
        f"once among {row['count']:,} requests since {clock_time(row['since'])}: the route itself is gone, not one "
        "object."
    )
    step = f"Look for the release or configuration that took {row['route']} away."
    yield Explanation((Evidence(text, place_of(last)),), (step,), 0, row["count"])


def _other_version(subject: Subject, row: dict[str, Any]) -> Iterator[Explanation]:
    """Finds the same route in another version that works while this one is not found."""
    if not _IN_PATH.search(row["route"]):
        return
    bare = _IN_PATH.sub("/{version}", row["route"])
    good = subject.successes.filter(
        pl.col("host").eq_missing(pl.lit(row["host"], pl.String)), pl.col("route") != row["route"],
        pl.col("route").str.replace(_IN_PATH.pattern, "/{version}") == bare,
        pl.col("timestamp") >= row["since"],
    )  # fmt: skip
    if good.is_empty():
        return
    best = good.group_by("route").agg(number()).sort(WEIGHT, "route", descending=[True, False]).row(0)
    first = first_row(good.filter(pl.col("route") == best[0]))
    mine, theirs = (_IN_PATH.search(route) for route in (row["route"], best[0]))
    assert mine and theirs  # noqa: S101, PT018 - both routes have a version
    text = (
        f"{best[0]} works on the same host since ({times(best[1])}): the API version is {theirs[0][1:]}, not "
        f"{mine[0][1:]}."
    )
    step = f"Ask {best[0]} instead of {row['route']}, or find out when {mine[0][1:]} was switched off."
    yield Explanation((Evidence(text, place_of(first)),), (step,), 0, row["count"])


def _for_whom(gone: pl.DataFrame, earlier: pl.DataFrame) -> Iterator[Evidence]:
    """Says whether others still got the same paths after the first of these failures."""
    since = gone.group_by(_PLACE).agg(_since=pl.col("timestamp").min(), _until=pl.col("timestamp").max())
    still = earlier.join(since, on=_PLACE, how="inner", nulls_equal=True, maintain_order="left").filter(
        pl.col("timestamp").is_between("_since", "_until")
    )
    if still.is_empty():
        return
    row = first_row(still)
    clients = still["client"].drop_nulls().n_unique()
    by = f" of {clients:,} clients" if clients > 1 else ""
    times_still = counted(still)
    many = f"{times_still:,} requests{by}" if times_still > 1 else "a request"
    text = f"Meanwhile {many} for the same paths worked: not all are affected."
    yield Evidence(text, place_of(row))


def _other_server(gone: pl.DataFrame, last: dict[str, Any]) -> Iterator[Evidence]:
    """Says whether the server that answered before is not asked any more."""
    before = last["upstream"]
    told = gone.filter(pl.col("has_edge") & pl.col("logs_upstream"))
    unasked = told.filter(pl.col("upstream").is_null() | (pl.col("upstream").list.len() == 0))
    if not before or told.is_empty() or 2 * counted(unasked) < counted(told):
        return
    text = (
        f"Before, {before[-1]} answered for this path; now the proxy answers itself: its routes changed."
    )  # fmt: skip
    yield Evidence(text, place_of(first_row(unasked)))


def _near(subject: Subject, lost: pl.DataFrame) -> Iterator[Explanation]:
    named = lost.filter(pl.col("near_route").is_not_null())
    pairs = weighed(named).group_by("host", "route", "near_route", maintain_order=True).agg(count=number())
    ordered = pairs.sort("count", "route", descending=[True, False], maintain_order=True)
    for row in ordered.head(_MOST_ROUTES).iter_rows(named=True):
        if subject.is_telling(row["count"]):
            yield from _one_near(subject, row)
    routes = lost.filter(pl.col("near_route").is_null() & ~pl.col("served_before"))["route"].n_unique()
    if routes > _COMPARED:
        text = (
            f"{routes:,} routes that nobody was served are among them; only the {_COMPARED} most frequent of the data "
            "were compared with those that work."
        )
        yield Explanation((Evidence(text, place_of(first_row(lost))),), (), 2, routes)


def _one_near(subject: Subject, row: dict[str, Any]) -> Iterator[Explanation]:
    like = pl.DataFrame(
        {"host": [row["host"]], "route": [row["near_route"]]}, schema={"host": pl.String, "route": pl.String}
    )
    worked = subject.working(like, ["host", "route"])
    if worked.is_empty():
        return
    text = (
        f"{row['count']:,} asked for {row['route']}, which nobody was served; {row['near_route']} works on the "
        f"same host ({times(counted(worked))} in this data){difference(row['route'], row['near_route'])}."
    )
    step = f"Send the request to {row['near_route']}, or find out why {row['route']} is not there."
    yield Explanation((Evidence(text, place_of(first_row(worked))),), (step,), 0, row["count"])


def difference(lost: str, served: str) -> str:
    """Gives how the two paths differ, as the end of a sentence; empty where it cannot be said in few words."""
    if lost.lower() == served.lower():
        return ": only the letter case differs"
    if lost.rstrip("/") == served.rstrip("/"):
        return f": only the slash at the end {'is too many' if lost.endswith('/') else 'is missing'}"
    mine, theirs = lost.split("/"), served.split("/")
    if len(mine) != len(theirs):
        more, less = (mine, theirs) if len(mine) > len(theirs) else (theirs, mine)
        extra = next((part for place, part in enumerate(more) if [*more[:place], *more[place + 1 :]] == less), None)
        return f": {extra} is {'too many' if more is mine else 'missing'}" if extra else ""
    pairs = [(a, b) for a, b in zip(mine, theirs, strict=True) if a != b]
    if len(pairs) != 1:
        return ""
    a, b = pairs[0]
    if _VERSION.fullmatch(a) and _VERSION.fullmatch(b):
        return f": the API version is {b}, not {a}"
    return f": {b}, not {a}"
