"""A log as a shop's server writes it, with an incident in it; what it holds stands in combined_logs.py."""

from __future__ import annotations

import polars as pl
from log_columns import BEGAN, chosen, combined_line, days, picked, written_time

INCIDENT_HOUR = 14
_NOUNS = [
    "checkout", "orders", "customers", "invoices", "products", "carts", "search", "login", "reports", "quotes",
    "media", "users", "teams", "projects", "files", "folders", "comments", "messages", "events", "calendars",
    "tickets", "payments", "refunds", "coupons", "stores", "suppliers", "shipments", "returns", "reviews", "ratings",
    "wishlists", "addresses", "countries", "currencies", "languages", "taxes", "themes", "widgets", "devices",
    "parcels",
]  # fmt: skip
_SHAPES = (  # method, what stands before the noun, before the id, and behind it
    ("POST", "/v1/", "", ""),
    ("GET", "/v1/", "/", ""),
    ("GET", "/v1/", "/", "/items"),
    ("GET", "/v1/", "", "/search"),
    ("PUT", "/v1/", "/", ""),
    ("GET", "/static/", "", ".js"),
    ("GET", "/static/", "", ".css"),
    ("GET", "/", "", ".html"),
    ("GET", "/v2/", "/", "/status"),
    ("DELETE", "/v2/", "/", ""),
)
_METHODS, _BEFORE, _BETWEEN, _BEHIND = zip(*_SHAPES, strict=True)
_LOGIN = 10 * _NOUNS.index("login")  # the only endpoint that answers 401: one time in ten the password is wrong
_STATUSES = ((2, 500), (10, 400), (18, 403), (250, 404), (1000, 304))  # below which of 10,000
_SYSTEMS = ("X11; Linux x86_64", "Windows NT 10.0; Win64; x64", "Macintosh; Intel Mac OS X 10_15_7", "Android 10; K",
            "X11; CrOS x86_64 14541.0.0")  # fmt: skip
_AGENTS = [
    f"Mozilla/5.0 ({system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{version}.0.0.0 Safari/537.36"
    for system in _SYSTEMS
    for version in range(136, 146)
]


def columns(lines: int) -> list[pl.Expr]:
    """Gives the columns of which the line is made; endpoint 0, POST /v1/checkout, has 2 % more than its share."""
    frequent_first = pl.min_horizontal(picked(3, 400), picked(4, 400))
    return [
        written_time(lines).alias("time"),
        pl.when(picked(2, 50) == 0).then(0).otherwise(frequent_first).alias("endpoint"),
        picked(5, 10_000).alias("dice"),
        picked(6, 1000).alias("query"),
        picked(7, 5000).alias("client"),
        picked(8, 400).alias("oddity"),
    ]


def line(lines: int) -> pl.Expr:
    """Gives the line; one in 400 is a beginning only, and one in 400 is what another program wrote."""
    client = pl.col("client")
    whole = combined_line(
        client=pl.format("81.{}.{}.{}", client % 7 + 20, client // 200, client % 200 + 1),
        user=pl.lit("-"),
        time=pl.col("time"),
        method=chosen(pl.col("endpoint") % 10, _METHODS),
        target=_target(),
        status=_status(lines),
        size=picked(14, 60_000),
        referrer=_referrer(),
        agent=chosen(client % 50, _AGENTS),
    )
    return (
        pl.when(pl.col("oddity") == 0)
        .then(whole.str.head(picked(16, 40) + 20))
        .when(pl.col("oddity") == 1)
        .then(pl.format("rotated by cron, {} files kept", picked(16, 40)))
        .otherwise(whole)
    )


def _target() -> pl.Expr:
    shape, noun = pl.col("endpoint") % 10, pl.col("endpoint") // 10
    has_id = chosen(shape, _BETWEEN) == "/"
    number = pl.when(has_id).then(pl.format("/{}", picked(9, 900_000) + 100_000)).otherwise(pl.lit(""))
    return pl.concat_str(chosen(shape, _BEFORE), chosen(noun, _NOUNS), number, chosen(shape, _BEHIND), _query())


def _query() -> pl.Expr:
    return (
        pl.when(pl.col("query") == 0)
        .then(pl.format("?access_token=t{}Qz{}", picked(10, 1 << 31), picked(11, 1 << 31)))
        .when(pl.col("query") == 1)
        .then(pl.format("?email=person{}%40mail.example.test", picked(10, 100_000)))
        .when(pl.col("query") < 300)
        .then(pl.format("?page={}&sort=date", picked(11, 30)))
        .otherwise(pl.lit(""))
    )


def _status(lines: int) -> pl.Expr:
    hour = f"{BEGAN.day + days(lines) - 1:02}/Mar/2026:{INCIDENT_HOUR}:"
    failing = (pl.col("endpoint") == 0) & pl.col("time").str.starts_with(hour) & (picked(1, 10) < 6)
    wrong = (pl.col("endpoint") == _LOGIN) & (pl.col("dice") >= 9000)
    status = pl.when(failing).then(503).when(wrong).then(401)
    for bound, value in _STATUSES:
        status = status.when(pl.col("dice") < bound).then(value)
    return status.otherwise(200)


def _referrer() -> pl.Expr:
    page = pl.format("https://shop.example.test/{}.html", chosen(picked(12, 40), _NOUNS))
    return pl.when(picked(13, 10) < 6).then(page).otherwise(pl.lit("-"))
