"""Names background that is no incident: favicons, scanners, working health checks, requests that a client cancelled."""

from __future__ import annotations

import polars as pl

from analyzer.counted import number, weighed
from analyzer.facts.gave_up import ABORTED
from analyzer.model import Noise, Ref

HEALTH_CHECK = "health_check"
_LONG_WAIT_US = 10_000_000
# What browsers and crawlers ask every site for; of .well-known only that: a missing openid-configuration is a fault.
_FAVICON = (
    r"^/(?:favicon\.ico|robots\.txt|apple-touch-icon[^/]*\.png|browserconfig\.xml|\.well-known/(?:appspecific/[^/]*"
    r"|apple-app-site-association|assetlinks\.json|change-password|security\.txt|traffic-advice|dnt-policy\.txt))$"
)
# Paths that only scanners ask for; a site that really has one of them answers 2xx and is not touched.
_SCANNER = (
    r"(?i)(?:^|/)(?:\.env|\.git|\.aws|\.ssh|wp-login\.php|wp-admin|xmlrpc\.php|phpmyadmin|cgi-bin|vendor/phpunit"
    r"|actuator|boaform|hnap1|solr/admin|manager/html|shell|setup\.php|config\.json|server-status)(?:[/.?]|$)"
)
_HEALTH_CHECK = r"(?i)^/(?:_?health(?:[-_]?checks?|z)?|livez|readyz|liveness|readiness|ping|_status|status)/?$"


def noise_kind() -> pl.Expr:
    """Gives favicon, scanner, cancelled or health_check for rows that are background, else null.

    A health check that worked stays a request like any other where rates are counted; the others count nowhere.
    """
    worked = pl.col("status").is_between(200, 299)
    not_found = pl.col("status").is_in([400, 401, 403, 404, 405, 410])
    # Who leaves after a long wait did not click elsewhere, but gave up.
    left = (pl.col("status") == 499) & (pl.col("duration_us") < _LONG_WAIT_US).fill_null(True)
    cancelled = left | pl.col("error").is_in(ABORTED)
    return (
        pl.when(not_found & pl.col("path").str.contains(_FAVICON).fill_null(False))
        .then(pl.lit("favicon"))
        .when(not_found & pl.col("path").str.contains(_SCANNER).fill_null(False))
        .then(pl.lit("scanner"))
        .when(cancelled.fill_null(False))
        .then(pl.lit("cancelled"))
        .when(worked & pl.col("path").str.contains(_HEALTH_CHECK).fill_null(False))
        .then(pl.lit(HEALTH_CHECK))
        .otherwise(None)
    )


def background_kind() -> pl.Expr:
    """Gives noise_kind, but for what a capture's facts call a failure: a page that gave up waiting is no background."""
    failed = pl.col("gave_up").fill_null(False) | pl.col("answer_fault").is_not_null()
    aborted = pl.when(pl.col("stopped_at") == "aborted").then(pl.lit("cancelled"))
    return pl.when(~failed).then(pl.coalesce(noise_kind(), aborted))


def count_noise(exchanges: pl.DataFrame) -> tuple[Noise, ...]:
    """Counts the rows by their column noise; the example is the first of each kind."""
    counted = (
        weighed(exchanges.filter(pl.col("noise").is_not_null()))
        .group_by("noise")
        .agg(count=number(), **{name: pl.col(name).first() for name in ("source", "line", "format")})
        .sort("noise")
    )
    return tuple(
        Noise(kind=row["noise"], count=row["count"], example=reference(row["source"], row["line"], row["format"]))
        for row in counted.iter_rows(named=True)
    )


def reference(source: str, line: int, name: str) -> Ref:
    """Gives the place of a row: an entry in a HAR, a line elsewhere."""
    return Ref(source, entry=line) if name == "har" else Ref(source, line=line)
