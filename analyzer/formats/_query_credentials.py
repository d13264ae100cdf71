"""Tells credentials that stand in a query by the name of their parameter; never reads the credentials."""

from __future__ import annotations

import re

import polars as pl

# RFC 6750, 2.3; signed URLs of Amazon S3 and Google Cloud Storage; shared access signatures of Azure Storage, which
# have sv and, of a service, sr; API keys as OpenAPI 3.1 and Azure API Management name them. A value must be there.
_SCHEMES = (
    ("Bearer", r"(?:^|[?&])access_token=[^&#]"),
    ("AWS4-HMAC-SHA256", r"(?:^|[?&])(?i:x-amz-signature)=[^&#]"),
    ("GOOG4-RSA-SHA256", r"(?:^|[?&])(?i:x-goog-signature)=[^&#]"),
    ("SharedAccessSignature", r"(?:^|[?&])(?:sig=[^&#]+&(?:[^#]*&)?s[rv]=|s[rv]=[^#]*&sig=[^&#])"),
    ("ApiKey", r"(?:^|[?&])(?i:api[_-]?key|x-api-key|subscription-key)=[^&#]"),
)
_COMPILED = tuple((name, re.compile(pattern)) for name, pattern in _SCHEMES)
_LONGEST = 8000


def scheme_in_url(url: str) -> str | None:
    """Gives the scheme of credentials in the query of a URL, None if there are none."""
    query = url[:_LONGEST].partition("?")[2]
    return next((name for name, pattern in _COMPILED if pattern.search(query)), None) if query else None


def scheme_in_query(query: pl.Expr) -> pl.Expr:
    """Gives the same for a column of queries without the question mark."""
    short = query.str.head(_LONGEST)
    return pl.coalesce(pl.when(short.str.contains(pattern)).then(pl.lit(name)) for name, pattern in _SCHEMES)
