"""Facts about redirects: which step of a chain a request is, whether the chain is a circle, and where it leads."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any
from urllib.parse import urljoin, urlsplit

import polars as pl

from analyzer.facts._captures import add_to_captures
from analyzer.facts._facts import Facts
from analyzer.facts._pages import origin_of
from analyzer.schema import Column

_REDIRECTS = (301, 302, 303, 307, 308)
_TOO_MANY = (
    r"(?i)TOO_MANY_REDIRECTS|REDIRECT_LOOP|MAXREDIRECTS|HTTPTooManyRedirects|too many (?:http )?redirects|max redirects"
)
_NOT_MODIFIED = 304
_MOST_REDIRECTS = 20  # Fetch standard, HTTP-redirect fetch
_SAME_STEP_AGAIN = 3  # a query with a new state each time hides that the step is the same
_LONGEST = 8000
_AT_ONCE_US = 2_000_000  # a client follows by itself; what comes later somebody asked for again
_LOGIN_HOST = re.compile(
    r"^(?:[^/?#]*://)(?:login|log-in|signin|auth|sso|idp|oauth|accounts?|identity|adfs|saml)[.-]", re.IGNORECASE
)
_STAYING = ("Cookie", "ApiKey")
_NEXT = ("_next", "_next_login", "_next_status")
_COLUMNS = {"_row": pl.UInt32, "redirect_step": pl.Int64, "redirect_loop": pl.Boolean, "redirect_by_login": pl.Boolean}


def _add(frame: pl.DataFrame) -> pl.DataFrame:
    return add_to_captures(frame, FACTS.columns, _judge)


def _judge(asked: pl.DataFrame) -> pl.DataFrame:
    told = pl.col("error").str.contains(_TOO_MANY).fill_null(False)
    moved = pl.col("status").is_in(_REDIRECTS) & pl.col("location").is_not_null()
    placed = asked.filter(pl.col("url").is_not_null()).select(
        "_row",
        "source",
        "page",
        "url",
        "location",
        "login_endpoint",
        "status",
        "retry_after",
        "auth_present",
        "auth_scheme",
        _end=pl.col("timestamp") + pl.duration(microseconds=pl.col("duration_us").fill_null(0)),
        _start="timestamp",
        _told=told,
        _moved=moved.fill_null(False),
    )
    turning = placed.filter(pl.col("_moved") | pl.col("_told"))
    keys = ["url", "location"]
    aimed = turning.join(_targets(turning), on=keys, how="left", maintain_order="left", nulls_equal=True)
    crossed = aimed.select("_row", cross_origin_redirect=origin_of(pl.col("_target")) != origin_of(pl.col("url")))
    linked = _linked(aimed, placed)
    chained = pl.DataFrame(_walk(linked), schema=_COLUMNS)
    crossing = linked.join(crossed.filter("cross_origin_redirect"), on="_row", how="semi")
    return chained.join(crossed, on="_row", how="left", maintain_order="left").join(
        _dropped(crossing, placed), on="_row", how="left", maintain_order="left"
    )


def _dropped(crossing: pl.DataFrame, asked: pl.DataFrame) -> pl.DataFrame:
    """Gives _row and authorization_dropped of the requests that redirects to another origin led to.

    Only Authorization is taken off on the way (Fetch standard, HTTP-redirect fetch, step 13); a key in a header of
    its own and a cookie are not.
    """
    held = crossing.filter(pl.col("auth_present") & ~pl.col("auth_scheme").is_in(_STAYING)).select(_row="_next")
    after = asked.join(held.unique(), on="_row", how="semi", maintain_order="left")
    return after.select(
        "_row",
        authorization_dropped=pl.when(pl.col("auth_present").is_not_null()).then(
            ~pl.col("auth_present") | (pl.col("auth_scheme") == "Cookie")
        ),
    )


def _targets(turning: pl.DataFrame) -> pl.DataFrame:
    """Gives url, location and _target: the location resolved against the url (RFC 3986, 5.2), without its fragment."""
    pairs = turning.filter("_moved").select("url", "location").unique(maintain_order=True)
    found = [_resolve(url, location) for url, location in pairs.iter_rows()]
    return pairs.with_columns(pl.Series("_target", found, pl.String))


def _resolve(url: str, location: str) -> str | None:
    try:
        parts = urlsplit(urljoin(url[:_LONGEST], location.strip()[:_LONGEST]))
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if not host:
        return None
    host = f"[{host}]" if ":" in host else host
    # The canonical host leaves 80 and 443 out, whatever the scheme.
    place = host if port in (None, 80, 443) else f"{host}:{port}"
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.scheme.lower()}://{place}{parts.path or '/'}{query}"


def _linked(turning: pl.DataFrame, asked: pl.DataFrame) -> pl.DataFrame:
    """Adds _next: the first later request of the same source and page for the target, if the client followed at once.

    A redirect with Retry-After sends the client on later, as an API does whose job is not done (RFC 9110, 10.2.3).
    """
    key = pl.col("page").fill_null("")
    later = asked.select(
        "source",
        page=key,
        _target="url",
        _at="_row",
        _next="_row",
        _next_login="login_endpoint",
        _next_status="status",
        _next_start="_start",
    )
    found = turning.with_columns(page=key, _from=pl.col("_row") + 1).join_asof(
        later, left_on="_from", right_on="_at", by=["source", "page", "_target"], strategy="forward",
        check_sortedness=False,
    )  # fmt: skip
    soon = pl.col("_next_start") <= pl.col("_end") + pl.duration(microseconds=_AT_ONCE_US)
    follows = soon.fill_null(True) & pl.col("retry_after").is_null()
    return found.with_columns(pl.when(follows).then(pl.col(name)).alias(name) for name in _NEXT)


def _walk(linked: pl.DataFrame) -> list[dict[str, Any]]:
    """Follows each chain from its first redirect and judges it as a whole."""
    rows = {row["_row"]: row for row in linked.iter_rows(named=True)}
    followed = {row["_next"] for row in rows.values()}
    found: dict[int, dict[str, Any]] = {}
    for first in sorted(rows, key=lambda number: (number in followed, number)):
        if first not in found:
            found |= {each["_row"]: each for each in _judge_chain(_chain(first, rows, found), rows)}
    return [found[number] for number in sorted(found)]


def _chain(first: int, rows: dict[int, dict[str, Any]], known: dict[int, Any]) -> list[int]:
    chain, place = [first], rows[first]["_next"]
    while place is not None and place not in known:
        chain.append(place)
        place = rows[place]["_next"] if place in rows else None
    return chain


def _judge_chain(chain: list[int], rows: dict[int, dict[str, Any]]) -> list[dict[str, Any]]:
    steps = [rows[number] for number in chain if number in rows]
    # What arrives in the end was a detour, as an advertisement takes it through many hosts.
    ended = steps[-1]["_next_status"] or 0
    arrived = chain[-1] not in rows and (200 <= ended <= 299 or ended == _NOT_MODIFIED)
    loop = any(step["_told"] for step in steps) or (not arrived and _goes_round(steps))
    login = any(
        step["login_endpoint"] or step.get("_next_login") or _LOGIN_HOST.match(step["_target"] or step["url"])
        for step in steps
    )
    return [
        {
            "_row": number,
            "redirect_step": place,
            "redirect_loop": loop if number in rows else None,
            "redirect_by_login": login if number in rows else None,
        }
        for place, number in enumerate(chain, 1)
    ]


def _goes_round(steps: list[dict[str, Any]]) -> bool:
    moved = [step for step in steps if step["_moved"]]
    exact = Counter((step["url"], step["_target"]) for step in moved)
    bare = Counter((_without_query(step["url"]), _without_query(step["_target"] or "")) for step in moved)
    return (
        len(moved) > _MOST_REDIRECTS
        or max(exact.values(), default=0) > 1
        or max(bare.values(), default=0) >= _SAME_STEP_AGAIN
    )


def _without_query(url: str) -> str:
    return url.partition("?")[0]


FACTS = Facts(
    columns=(
        Column(
            "redirect_step",
            pl.Int64,
            "place in a chain of redirects that were followed at once, from 1; the request that ends it has the last",
        ),
        Column(
            "redirect_loop",
            pl.Boolean,
            "for a redirect: the chain arrives nowhere, and takes the same step twice (three times if only the queries "
            "differ) or has more than 20 steps; or it ended with the client's word that there were too many",
        ),
        Column(
            "redirect_by_login", pl.Boolean, "for a redirect: a login endpoint or a login host takes part in the chain"
        ),
        Column(
            "cross_origin_redirect",
            pl.Boolean,
            "for a redirect: it leads to another origin, where the client no longer sends Authorization "
            "(Fetch standard, HTTP-redirect fetch)",
        ),
        Column(
            "authorization_dropped",
            pl.Boolean,
            "for a request that a redirect to another origin led to: the redirected request carried Authorization, and "
            "this one does not; null where the redirected one carried none",
        ),
    ),
    add=_add,
    needs=("request",),
)
