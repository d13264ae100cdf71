"""Says what a redirect took from a request: its credentials, its method and body, or the API's answer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from analyzer.counted import WEIGHT, counted, weighed
from analyzer.diagnose._scene import BROWSER
from analyzer.diagnose.explanations._subject import Explanation, Subject, first_row, place_of
from analyzer.model import Evidence

_TURNED = [301, 302, 303]
_SOON, _AT_ONCE = "2s", timedelta(seconds=10)
_MARKS = r"^[a-z][a-z0-9+.-]*://[^/?#]*"


def explain(subject: Subject) -> Iterator[Explanation]:
    """Judges what came over a redirect (RFC 9110, 15.4; Fetch standard, HTTP-redirect fetch)."""
    yield from _credentials(subject)
    yield from _turned(subject)
    yield from _login(subject)


def _credentials(subject: Subject) -> Iterator[Explanation]:
    dropped = pl.col("authorization_dropped") & pl.col("status").is_in([400, 401, 403, 407])
    row = subject.scene.first(dropped)
    if row is None:
        return
    count = subject.scene.count(dropped)
    text = f"{subject.of_total(count)} came over a redirect to another origin, on which clients take Authorization off."
    evidence = [subject.scene.quote(text, dropped, BROWSER)]
    aim = pl.col("location").str.to_lowercase().str.contains(f"//{row['host']}", literal=True)
    before = subject.exchanges.filter(
        pl.col("cross_origin_redirect") & aim,
        pl.col("source") == row["source"],
        pl.col("timestamp") <= row["timestamp"],
    )
    if before.height:
        last = before.row(-1, named=True)
        place = f"{last['scheme']}://{last['host']}"
        evidence.append(Evidence(f"The redirect: {place} answered {last['status']} and sent it to {row['scheme']}://"
                                 f"{row['host']}.", place_of(last)))  # fmt: skip
    step = f"Ask {row['host']} by {row['scheme']} at once, so that no redirect is needed."
    yield Explanation(tuple(evidence), (step,), 0, count)


def _turned(subject: Subject) -> Iterator[Explanation]:
    """Finds requests that 301, 302 or 303 turned from POST into GET, without their body (RFC 9110, 15.4.2)."""
    failing = weighed(subject.scene.failing).filter(
        (pl.col("method") == "GET") & pl.col("status").is_in([400, 404, 405, 422]),
        pl.all_horizontal(pl.col("client", "path", "timestamp").is_not_null()),
    )
    if failing.is_empty():
        return
    moved = subject.exchanges.filter(
        pl.col("status").is_in(_TURNED), pl.col("method").is_in(["POST", "PUT", "PATCH", "DELETE"]),
        pl.all_horizontal(pl.col("client", "path", "timestamp").is_not_null()),
    )  # fmt: skip
    if moved.is_empty():
        return
    goal = pl.col("location").str.to_lowercase().str.replace(_MARKS, "").str.extract(r"^([^?#]*)", 1)
    aimed = moved.select("client", "timestamp", _at="row", _goal=_bare(pl.coalesce(goal, "path")))
    asked = failing.select("row", "client", "timestamp", WEIGHT, _goal=_bare(pl.col("path")))
    pairs = asked.join_asof(
        aimed, on="timestamp", by=["client", "_goal"], strategy="backward", tolerance=_SOON, check_sortedness=False
    ).filter(pl.col("_at").is_not_null())
    turned = counted(pairs)
    if not subject.is_telling(turned):
        return
    last = first_row(moved.filter(pl.col("row") == pairs["_at"][0]))
    test = pl.col("row").is_in(pairs["row"].implode())
    text = (
        f"{subject.of_total(turned)} began as {last['method']} and were sent on with {last['status']}, on "
        "which a "
        "client asks again with GET and without the body."
    )
    where = Evidence(f"The redirect: {last['method']} {last['path']} was answered {last['status']}.", place_of(last))
    step = f"Send {last['method']} to the final address, or redirect with 307 or 308, which keep method and body."
    yield Explanation((subject.scene.quote(text, test, BROWSER), where), (step,), 0, turned)


def _bare(path: pl.Expr) -> pl.Expr:
    return path.str.to_lowercase().str.strip_chars_end("/")


def _login(subject: Subject) -> Iterator[Explanation]:
    """Says that an API call ended on a login page (answered 200 with HTML): the session is what is missing."""
    page = (pl.col("answer_fault") == "html_for_json") & pl.col("status").is_between(200, 299)
    row: dict[str, Any] | None = subject.scene.first(page)
    if row is None:
        return
    at: datetime = row["timestamp"]
    redirects = subject.exchanges.filter(
        pl.col("redirect_by_login"),
        pl.col("source") == row["source"],
        pl.col("timestamp").is_between(at - _AT_ONCE, at),
    )
    if redirects.is_empty() and not row["login_endpoint"]:
        return
    place = place_of(redirects.row(-1, named=True)) if redirects.height else place_of(row)
    text = (
        "The page that came in place of JSON is a login's: the call was redirected to it, as without a valid session."
    )
    step = "Let the API answer 401 instead of a redirect to the login page; log in anew on the client."
    yield Explanation((Evidence(text, place),), (step,), 0, subject.scene.count(page))
