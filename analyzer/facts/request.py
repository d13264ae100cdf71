"""Facts that one request tells of itself: who sent it, whether it is a preflight, and the state of its token."""

from __future__ import annotations

import polars as pl

from analyzer.facts._facts import HAR, Facts
from analyzer.schema import Column

# The last part of the path, or a folder that only identity providers have.
_LOGIN = (
    r"(?i)(^|/)(oauth2?|saml2?|sso|openid-connect)/"
    r"|(^|/)(wp-login|j_security_check|log[-_]?(in|on)|sign[-_]?in|auth|authenticate|authorize|tokens?|sessions?)"
    r"(\.[a-z]{2,5})?/?$"
)
# RFC 6750, 3 (Bearer) and RFC 9449, 7.1 (DPoP): other parameters are stepped over, quoted text as a whole.
_CHALLENGE = (
    r"(?i)\b(?:bearer|dpop)\s+"
    r'(?:[a-z0-9_-]+\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^\s",]*)\s*,?\s*)*?'
    r'error\s*=\s*"?([a-z_]+)'
)

# Date has whole seconds, clocks that are kept differ by some, and libraries allow for that (RFC 7519, 4.1.5).
_LEEWAY_US = 5_000_000


def _add(frame: pl.DataFrame) -> pl.DataFrame:
    har = pl.col("format").eq_missing(HAR)
    options = pl.col("method") == "OPTIONS"
    clock = pl.coalesce("response_date", "timestamp")
    # What a token endpoint just gave out was not sent, and could not be refused.
    was_sent = pl.col("token_from").ne_missing("response_body")
    left = pl.when(was_sent).then((pl.col("token_expires_at") - clock).dt.total_microseconds())
    begin = pl.max_horizontal("token_not_before", "token_issued_at")
    early = pl.when(was_sent).then((begin - clock).dt.total_microseconds())
    age = pl.when(was_sent).then((clock - pl.col("token_issued_at")).dt.total_microseconds())
    own = pl.coalesce("user", "client_ip", pl.when(har).then(pl.col("source")))
    return frame.with_columns(
        # Joining names clients better than one row can: an address whose user another row tells.
        client=pl.coalesce("client", own) if "client" in frame.columns else own,
        preflight=pl.when(har)
        .then(options & (pl.col("origin").is_not_null() | pl.col("initiator").eq_missing("preflight")))
        .otherwise(options),
        login_endpoint=pl.col("path").str.contains(_LOGIN),
        token_expired=left < 0,
        token_left_s=left // 1_000_000,
        token_not_yet_valid=early > _LEEWAY_US,
        token_early_s=-(-early // 1_000_000),
        token_age_s=age // 1_000_000,
        www_auth_error=pl.col("www_authenticate").str.extract(_CHALLENGE, 1).str.to_lowercase(),
    )


FACTS = Facts(
    columns=(
        Column(
            "client",
            pl.String,
            "who asked: the user, else the address, else the browser capture that holds the request",
            sensitive=True,
        ),
        Column("preflight", pl.Boolean, "a CORS preflight: OPTIONS; in a capture also with Origin (Fetch standard)"),
        Column("login_endpoint", pl.Boolean, "the path names a login, token or session endpoint"),
        Column("token_expired", pl.Boolean, "exp of the JWT lies before the server's Date, else before the request"),
        Column("token_left_s", pl.Int64, "time from the same clock to exp; negative after it", "s"),
        Column("token_not_yet_valid", pl.Boolean, "nbf or iat of the JWT that was sent lies over 5 s after that clock"),
        Column(
            "token_early_s", pl.Int64, "time from the same clock to the later of nbf and iat; negative after it", "s"
        ),
        Column("token_age_s", pl.Int64, "time from iat of the JWT that was sent to the same clock", "s"),
        Column("www_auth_error", pl.String, "error of WWW-Authenticate: Bearer (RFC 6750, 3.1)"),
    ),
    add=_add,
)
