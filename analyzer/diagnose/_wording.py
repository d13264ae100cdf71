"""Words of an incident: its title, what to do next, who owns the layer."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from analyzer.counted import number, weighed
from analyzer.knowledge import status as look_up_status
from analyzer.model import Layer

_MOST_STEPS = 8
_MOST_ENDPOINTS = 3

_OWNERS: dict[str, str] = {
    "browser": "The team that owns the web application and its CORS settings.",
    "dns": "The team or provider that runs DNS for the name.",
    "connect": "The network or firewall team of the client, or of the first hop.",
    "tls": "The team that owns the certificate and TLS settings of the first hop.",
    "proxy": "The team or vendor that runs the CDN, firewall, load balancer or reverse proxy.",
    "rate_limit": "The owner of the calling client first; then whoever sets the limit.",
    "authentication": "The identity provider's team, and whoever manages the signing keys.",
    "authorization": "Whoever grants roles and permissions for the account.",
    "request": "The owner of the calling client.",
    "backend": "The team that owns the application behind the endpoint.",
}


_FAULTS = {
    "cut_off": "and the content broke off",
    "redirect_loop": "in redirects that reached no page",
    "websocket_closed": "and the connection was closed by a fault",
    "cors": "but the browser kept it from the page",
    "event_stream_type": "but no event stream",
    "html_for_json": "with an HTML page in place of JSON",
    "error_in_body": "with an error in the body",
}


def owner_of(layer: str) -> str | None:
    """Gives who usually owns a layer."""
    return _OWNERS.get(layer)


def title_of(failing: pl.DataFrame, endpoints: tuple[str, ...]) -> str:
    """Gives one line: endpoints, and what they answered or how they failed."""
    statuses = failing["status"].drop_nulls().unique().sort().to_list()
    errors = failing.filter(pl.col("status").is_null())["error"].drop_nulls().unique().sort().to_list()
    exceptions = failing["exception_type"].drop_nulls().unique().sort().to_list()
    shown = ", ".join(endpoints[:_MOST_ENDPOINTS]) or "Requests"
    paths = failing["path"].unique()
    if len(endpoints) == 1 and statuses and paths.len() == 1 and paths[0]:
        shown = f"{endpoints[0].partition(' ')[0]} {paths[0]}"
    if len(endpoints) > _MOST_ENDPOINTS:
        shown = f"{len(endpoints)} endpoints, most of all {endpoints[0]},"
    faults = failing["answer_fault"].drop_nulls().unique().sort().to_list() if "answer_fault" in failing.columns else []
    if statuses and len(faults) == 1 and faults[0] in _FAULTS and max(statuses) < 400:
        return f"{shown} answered {', '.join(str(status) for status in statuses)}, {_FAULTS[faults[0]]}"
    if statuses:
        with_exception = f" ({', '.join(exceptions[:2])})" if exceptions else ""
        return f"{shown} answered {', '.join(str(status) for status in statuses)}{with_exception}"
    if errors:
        return f"{shown} failed with {', '.join(errors[:2])}"
    if exceptions:
        return f"The application logged {', '.join(exceptions[:2])}"
    message = failing["message"].drop_nulls().head(1).to_list()
    return message[0][:120] if message else f"{shown} failed"


def endpoints_of(failing: pl.DataFrame) -> tuple[str, ...]:
    """Gives METHOD route, the most failing first."""
    counted = (
        weighed(failing)
        .filter(pl.col("route").is_not_null() | pl.col("host").is_not_null())
        .group_by(endpoint=pl.concat_str(pl.col("method").fill_null("?"), pl.lit(" "), _place()))
        .agg(count=number())
        .sort("count", "endpoint", descending=[True, False])
    )
    return tuple(counted["endpoint"].to_list())


def _place() -> pl.Expr:
    # A request that never arrived is known by its host more than by its path.
    unreached = pl.col("status").is_null() & pl.col("host").is_not_null()
    return (
        pl.when(unreached)
        .then(pl.concat_str(pl.col("host"), pl.col("route").fill_null("")))
        .otherwise(pl.coalesce("route", "host"))
    )


def next_steps(own: tuple[str, ...], statuses: tuple[int, ...], layer: Layer | str) -> tuple[str, ...]:
    """Gives the rules' steps first, then those of the knowledge base for the statuses, without repeats."""
    steps = dict.fromkeys(own)
    for status in statuses:
        entries = [entry for entry in look_up_status(status) if layer in entry.layer] or list(look_up_status(status))
        for entry in entries[:1]:
            steps.update(dict.fromkeys(entry.steps))
    return tuple(steps)[:_MOST_STEPS]


def duration(value: timedelta) -> str:
    """Gives a duration in its two largest units: 350 ms, 24 s, 2 min 5 s, 1 h 12 min, 3 d 4 h."""
    milliseconds = round(value / timedelta(milliseconds=1))
    if milliseconds < 1_000:
        return f"{milliseconds} ms"
    seconds = milliseconds // 1_000
    for unit, size, below, smaller in (("d", 86_400, "h", 3_600), ("h", 3_600, "min", 60), ("min", 60, "s", 1)):
        if seconds >= size:
            rest = seconds % size // smaller
            return f"{seconds // size} {unit}" + (f" {rest} {below}" if rest else "")
    tenths = milliseconds // 100 % 10
    return f"{seconds}.{tenths} s" if seconds < 10 and tenths else f"{seconds} s"


def plural(count: int, noun: str) -> str:
    """Gives "1 request" or "1,200 requests"."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
