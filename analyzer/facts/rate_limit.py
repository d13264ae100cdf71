"""Facts about limits: whether a limiter refused the request, and what says so."""

from __future__ import annotations

import polars as pl

from analyzer.facts._facts import Facts
from analyzer.schema import Column

# nginx, ngx_http_limit_req_module and _limit_conn_module; "delaying" only slows down, a dry run refuses nothing.
_SERVER_LIMIT = r"^limiting (requests, excess|connections by zone)"

# Error codes that providers give to a throttled call, without case and punctuation.
_PROVIDER_CODES = (
    "throttling",  # AWS Query APIs
    "throttlingexception",
    "throttledexception",
    "requestlimitexceeded",  # Amazon EC2
    "provisionedthroughputexceededexception",  # Amazon DynamoDB
    "toomanyrequestsexception",  # AWS Lambda
    "slowdown",  # Amazon S3, with 503
    "ratelimitexceeded",  # Google APIs, with 403
    "userratelimitexceeded",
    "quotaexceeded",
    "dailylimitexceeded",
    "resourceexhausted",  # google.rpc.Code
    "toomanyrequests",  # Azure, Docker Hub
    "ratelimited",  # Slack
    "ratelimit",  # Stripe
    "rateerror",
    "requestthrottled",
)  # fmt: skip


def _add(frame: pl.DataFrame) -> pl.DataFrame:
    status = pl.col("status")
    server_limit = pl.col("message").str.contains(_SERVER_LIMIT)
    code = pl.col("error_code").str.to_lowercase().str.replace_all(r"[^a-z0-9]", "").is_in(_PROVIDER_CODES)
    spent = (pl.col("ratelimit_remaining") == 0) | pl.col("retry_after").is_not_null()
    return frame.with_columns(
        rate_limit_kind=pl.when(status == 429)
        .then(pl.lit("status_429"))
        .when(server_limit & (status.is_null() | (status == 503)))
        .then(pl.lit("server_limit_503"))
        .when(code & (status >= 400))
        .then(pl.lit("provider_code"))
        .when((status == 403) & spent)
        .then(pl.lit("quota_403"))
        .when((status == 503) & pl.col("retry_after").is_not_null())
        .then(pl.lit("retry_after_503"))
    )


FACTS = Facts(
    columns=(
        Column(
            "rate_limit_kind",
            pl.String,
            "how a limit shows: status_429, server_limit_503 (line of the error log), provider_code (error code in "
            "the body), quota_403 (403 and none remaining or Retry-After), retry_after_503; null: none",
        ),
    ),
    add=_add,
)
