"""The attributes by which failing and working requests are compared; never one that is the failure itself."""

from __future__ import annotations

import polars as pl

from analyzer.counted import WEIGHT, number, share_where, weighed
from analyzer.diagnose import _agents as agents

# client stands for user, key or address; where one client alone fails, all that is bound to it only mirrors it.
COLUMNS: dict[str, str] = {
    "client version": "client_version",
    "key id of the token": "token_kid",
    "audience of the token": "token_audience",
    "issuer of the token": "token_issuer",
    "scope of the token": "token_scope",
    "algorithm of the token": "token_algorithm",
    "kind of credentials": "auth_scheme",
    "server behind": "upstream",
    "group of servers behind": "upstream_name",
    "server address": "server_ip",
    "data centre of the edge": "edge_id",
    "method": "method",
    "content type of the request": "request_content_type",
    "body of the request": "request_body_kind",
    "tenant": "tenant",
    "region": "region",
    "TLS version": "tls_version",
    "cipher": "tls_cipher",
    "protocol": "protocol",
    "host": "host",
    "origin": "origin",
    "scheme": "scheme",
    "path": "path",
    "client": "client",
    "user": "user",
    "client address": "client_ip",
    "accepted content": "accept",
    "user agent": "user_agent",
    "referring page": "referrer",
}
_DERIVED = {
    "network of the client": pl.col("client_ip").str.extract(r"^(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}$", 1) + ".0/24",
    "version of the user agent": agents.version(),
    "product of the user agent": agents.product(),
    "operating system": agents.system(),
}
# What a client may leave out. An access log or a HAR writes the first ones of each request; what an application writes
# of its failures alone tells nothing, so the others count as absent only where half of the working ones have them.
ALWAYS_WRITTEN = ("user agent", "referring page")
OPTIONAL = (*ALWAYS_WRITTEN, "client version", "kind of credentials", "content type of the request", "origin")
# Of attributes that separate alike, the one that comes first is told: the broadest, and nearest to a cause.
ORDER = (
    "client version", "version of the user agent", "product of the user agent", "tenant", "region",
    *(name for name in COLUMNS if name.endswith("of the token")), "kind of credentials", "server behind",
    "group of servers behind", "server address", "data centre of the edge", "method", "content type of the request",
    "body of the request", "host", "query parameter", "path", "TLS version", "cipher", "protocol", "origin", "scheme",
    "operating system", "network of the client", "client", "user", "client address", "user agent",
    "accepted content", "referring page",
)  # fmt: skip
ABSENT = "(none)"
_STATE = "termination_state"
_PARAMETERS, _WRITTEN = 20, 0.5
# A word or a short number is no secret unless its name says so.
_PLAIN = r"^(?:[a-z]{1,12}|\d{1,5})$"
_PRIVATE = (
    r"(?i)code|otp|pin|pass|token|key|secret|sig|auth|session|state|nonce"
    r"|name|user|login|mail|phone|address|person|birth|customer|account|city|search|query|^q$"
)


def useful(failing: pl.DataFrame) -> tuple[str, ...]:
    """Gives the columns that describe needs: those that failing requests know, and those that may be left out."""
    optional = {COLUMNS[shown] for shown in OPTIONAL}
    wanted = [name for name in dict.fromkeys((*COLUMNS.values(), "query", _STATE)) if name in failing.columns]
    return tuple(name for name in wanted if name in optional or failing[name].null_count() < failing.height)


def describe(window: pl.DataFrame) -> pl.DataFrame:
    """Gives one text column per attribute that takes more than one value; rows are those of the window."""
    window = weighed(window)
    # Where no failing request was passed on, the group that a log names is the door it came in by.
    window = _without_unserved(window)
    known = set(window.columns) - ({"upstream_name"} if "upstream" not in window.columns else set())
    frame = window.select(
        "source",
        WEIGHT,
        _failing="failing",
        _outside=_from_outside(window),
        **{shown: _text(name) for shown, name in COLUMNS.items() if name in known},
    ).with_columns(*_more(window), *_parameters(window))
    frame = frame.with_columns(_or_absent(shown) for shown in OPTIONAL if shown in frame.columns)
    shown = [name for name in frame.columns if name not in {"source", WEIGHT, "_failing", "_outside"}]
    if not shown:
        return frame.select(shown)
    values = frame.select(pl.col(shown).drop_nulls().n_unique()).row(0)
    return frame.select(name for name, number_of in zip(shown, values, strict=True) if number_of > 1)


def _from_outside(window: pl.DataFrame) -> pl.Expr:
    """Tells what an access log or a HAR wrote; an application may name the program behind its crashes alone."""
    named = [name for name in ("has_edge", "has_browser") if name in window.columns]
    return pl.any_horizontal(named) if named else pl.lit(value=True)


def _without_unserved(window: pl.DataFrame) -> pl.DataFrame:
    """Takes away what HAProxy names where no server was asked: its backend or frontend alone, which is the failure."""
    if not {"upstream_name", _STATE} <= set(window.columns):
        return window
    unserved = pl.col(_STATE).is_not_null() & ~pl.col("upstream_name").str.contains("/", literal=True)
    return window.with_columns(upstream_name=pl.when(~unserved).then("upstream_name"))


def _text(name: str) -> pl.Expr:
    """Gives a column as text, without what differs from request to request."""
    if name == "upstream":  # of several that were asked in turn the last one gave the answer
        return pl.col(name).list.last()
    if name == "edge_id":
        return pl.col(name).str.extract(r"-([A-Z]{3})$", 1)
    return pl.col(name).str.extract(r"^([^?#]+)", 1) if name == "referrer" else pl.col(name).cast(pl.String)


def _or_absent(shown: str) -> pl.Expr:
    """Fills in that there was none, where the row's source writes the attribute of other requests."""
    known = pl.col(shown).is_not_null()
    told = known & (pl.col("_outside") | ~pl.col("_failing"))
    written = (
        told.any() if shown in ALWAYS_WRITTEN else share_where(pl.when(~pl.col("_failing")).then(known)) >= _WRITTEN
    )
    return pl.when(written.over("source")).then(pl.col(shown).fill_null(ABSENT)).otherwise(shown).alias(shown)


def _more(window: pl.DataFrame) -> list[pl.Series]:
    """Derives from columns whose values repeat: each distinct one is read once."""
    found = []
    for shown, value in _DERIVED.items():
        name = "client_ip" if shown == "network of the client" else "user_agent"
        if name in window.columns:
            distinct = window.select(pl.col(name).unique()).with_columns(value.alias("_derived"))
            joined = window.select(name).join(distinct, on=name, how="left", nulls_equal=True, maintain_order="left")
            found.append(joined["_derived"].alias(shown))
    return found


def _parameters(window: pl.DataFrame) -> list[pl.Series]:
    """Gives a column per query parameter: its value where that is a plain word or number, else that it is there."""
    if "query" not in window.columns or window["query"].null_count() == window.height:
        return []
    names = (
        window.select(WEIGHT, pl.col("query").str.extract_all(r"(?:^|&)[^=&]+=")).explode("query", empty_as_null=True)
        .drop_nulls("query").group_by(pl.col("query").str.strip_chars("&=")).agg(count=number())
        .sort("count", "query", descending=[True, False])
    )  # fmt: skip
    found = []
    for name in names["query"].head(_PARAMETERS):
        text = pl.concat_str(pl.lit("&"), pl.col("query").fill_null(""))
        value = text.str.extract(f"&{_quoted(name)}=([^&]*)", 1)
        there = text.str.contains(f"&{_quoted(name)}(?:[=&]|$)")
        plain = value.str.contains(_PLAIN) & ~pl.lit(name).str.contains(_PRIVATE)
        shown = pl.when(~there).then(pl.lit(ABSENT)).when(plain).then(value).otherwise(pl.lit("(present)"))
        found.append(window.select(shown.alias(f"query parameter {name}")).to_series())
    return found


def _quoted(name: str) -> str:
    return "".join(letter if letter.isalnum() else f"\\x{{{ord(letter):x}}}" for letter in name)
