"""Facts about requests to another origin: whether the browser kept the answer from the page, and why."""

from __future__ import annotations

import polars as pl

from analyzer.facts._captures import add_to_captures
from analyzer.facts._facts import Facts
from analyzer.facts._pages import asking_origin, is_document, origin_of
from analyzer.facts.network_error import is_unspecific, is_untold
from analyzer.schema import Column

_SCRIPTED = ("fetch", "xhr", "xmlhttprequest", "eventsource")
_SAYS_CORS = (
    r"(?i)(?:\b|_)cors|access[- ]control[- ](?:allow|check)|cross-origin|ERR_BLOCKED_BY_(?:RESPONSE|ORB)"
    r"|ERR_BLOCKED_BY_(?:PRIVATE|LOCAL)_NETWORK_ACCESS_CHECKS|NS_ERROR_DOM_(?:CORP_FAILED|BAD_CROSS_ORIGIN_URI)"
)
# Columns that only a header fills: some tools leave all headers out, and keep type and target of the response.
_FROM_HEADERS = ("response_date", "server", "allow_origin", "via", "x_cache", "age_s", "allow", "www_authenticate")
_NETWORK = ("dns", "connect", "tls", "proxy")
_EXTENSION = r"^(?:chrome|moz|safari-web|ms-browser)-extension:"
_NEAR = "10s"


def _add(frame: pl.DataFrame) -> pl.DataFrame:
    return add_to_captures(frame, FACTS.columns, _judge)


def _judge(asked: pl.DataFrame) -> pl.DataFrame:
    edge_status = pl.col("edge_status") if "edge_status" in asked.columns else pl.lit(None, pl.Int32)
    asked = asked.with_columns(_edge_status=edge_status)
    own = origin_of(pl.concat_str("scheme", pl.lit("://"), "host"))
    judged = asked.with_columns(
        cross_origin=pl.when(pl.col("scheme").is_in(["http", "https", "ws", "wss"])).then(asking_origin() != own)
    )
    preflights = judged.filter("preflight").select("_row", "source", "url", "timestamp", failed=_preflight_failed())
    near = _nearest_preflight(judged.filter(~pl.col("preflight").fill_null(False)), preflights)
    return judged.join(near, on="_row", how="left", maintain_order="left").with_columns(cors=_cors())


def _nearest_preflight(requests: pl.DataFrame, preflights: pl.DataFrame) -> pl.DataFrame:
    """Gives _row and _preflight_failed of the requests whose own preflight is in the capture.

    Chromium starts the preflight inside the request, other browsers before it.
    """
    asked = requests.select("_row", "source", "url", "timestamp").drop_nulls().sort("timestamp", "_row")
    sent = preflights.drop("_row").drop_nulls(["source", "url", "timestamp"]).sort("timestamp", maintain_order=True)
    tied = asked.join_asof(sent, on="timestamp", by=["source", "url"], strategy="nearest", tolerance=_NEAR,
                           check_sortedness=False)  # fmt: skip
    return tied.filter(pl.col("failed").is_not_null()).select("_row", _preflight_failed="failed")


def _shows_headers() -> pl.Expr:
    """Tells whether the capture holds the headers of the response, of which nearly every one has one of these."""
    return pl.any_horizontal(pl.col(_FROM_HEADERS).is_not_null())


def _preflight_failed() -> pl.Expr:
    """Fetch standard, CORS-preflight fetch: the status must be an ok one and the origin be allowed."""
    refused = ~pl.col("status").is_between(200, 299)
    not_allowed = pl.col("allow_origin").is_null() & _shows_headers()
    told = pl.col("status").is_null() & ~pl.col("error_layer").is_in(_NETWORK).fill_null(False) & ~is_untold()
    return refused.fill_null(told) | not_allowed.fill_null(False)


def _scripted() -> pl.Expr:
    """Tells requests in CORS mode: Sec-Fetch-Mode says it, else what a script sent with an origin to answer to."""
    by_kind = pl.col("resource_type").str.to_lowercase().is_in(_SCRIPTED)
    by_origin = pl.col("origin").is_not_null() & ~is_document().fill_null(False)
    return pl.coalesce(pl.col("fetch_mode") == "cors", by_kind, by_origin)


def _denied() -> pl.Expr:
    """Tells responses whose own headers forbid the page to read them (Fetch standard, CORS check)."""
    told = pl.col("allow_origin").str.strip_chars()
    # With cookies the origin itself must be named.
    anybody = (told == "*") & (pl.col("auth_scheme") != "Cookie").fill_null(True)
    allowed = anybody | (told == pl.col("origin").str.strip_chars())
    mode = (pl.col("fetch_mode") == "cors") & pl.col("origin").is_not_null()
    judged = pl.col("status").is_not_null() & (pl.col("status") != 304) & ~pl.col("from_cache").fill_null(False)
    own_rules = pl.col("origin").str.contains(_EXTENSION)
    return judged & mode & pl.col("cross_origin") & _shows_headers() & ~own_rules & ~allowed.fill_null(False)


def _logged_answer() -> pl.Expr:
    """Tells requests that a server's log knows as answered with success, though the capture holds no answer."""
    return pl.col("_edge_status").is_between(200, 399) & ~_shows_headers()


def _cors() -> pl.Expr:
    preflight = pl.col("preflight").fill_null(False)
    says = pl.col("error").str.contains(_SAYS_CORS).fill_null(False)
    # Without a reason, only a server that was reached and waited for can have given an answer to withhold.
    withheld = is_untold() & pl.col("server_ip").is_not_null() & (pl.col("wait_us") > 0)
    # Chromium's own export shows the status of a response that it withheld, beside the error.
    unread = pl.col("cross_origin") & _scripted() & (is_unspecific() | withheld)
    # A preflight that passed may still not have allowed the method or a header: then the request never left.
    unsent = pl.col("status").is_null() & pl.col("server_ip").is_null() & pl.col("_preflight_failed").is_not_null()
    refused = unsent & pl.col("cross_origin") & _scripted() & (is_unspecific() | is_untold())
    return (
        pl.when(preflight)
        .then(
            pl.when(_preflight_failed())
            .then(pl.lit("preflight_failed"))
            .when(pl.col("status").is_not_null())
            .then(pl.lit("preflight"))
        )
        .when((pl.col("_preflight_failed") & (unread | says | is_untold())) | refused)
        .then(pl.lit("preflight_failed"))
        .when(says & pl.col("error").str.contains("(?i)preflight"))
        .then(pl.lit("preflight_failed"))
        .when((_denied() | unread) & (pl.col("status") >= 400))
        .then(pl.lit("error_withheld"))
        .when(says | _denied() | (unread & _logged_answer()))
        .then(pl.lit("blocked"))
        .when(unread)
        .then(pl.lit("blocked_likely"))
    )


FACTS = Facts(
    columns=(
        Column(
            "cross_origin",
            pl.Boolean,
            "in a capture: the origin that asked (Origin, else the referrer's, else the page's) is not the one asked",
        ),
        Column(
            "cors",
            pl.String,
            "blocked: the browser kept the answer from the page, as its headers, the error or a server's log say; "
            "blocked_likely: a scripted request to another origin failed without any reason; error_withheld: an error "
            "response that can be seen here was kept from the page; preflight_failed: the preflight was refused, so "
            "that the request never left; preflight: a preflight that passed (Fetch standard, 3.3 and 4.8)",
        ),
    ),
    add=_add,
    needs=("request", "network_error"),
)
