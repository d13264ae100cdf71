"""Facts about limits: whether a limiter refused the request, what says so, and what else was refused in that minute."""

from __future__ import annotations

import polars as pl

from analyzer.facts._facts import Facts, beside, is_exchange
from analyzer.schema import Column

# nginx, ngx_http_limit_req_module and _limit_conn_module; "delaying" only slows down, a dry run refuses nothing.
_SERVER_LIMIT = r"^limiting (requests, excess|connections by zone)"
_SERVER_RESULT = "REJECTED"  # $limit_req_status, $limit_conn_status

# Envoy, substitution formatter: the limit was met, and the service that knows the limits failed.
_LIMITED, _LIMITER_FAILED = "RL", "RLSE"
# CloudFront: x-edge-detailed-result-type. Amazon API Gateway: types of gateway responses.
_EDGE_ERRORS, _GATEWAY_RESULTS = ("LimitExceeded",), ("THROTTLED", "QUOTA_EXCEEDED")
_RESOURCE_EXHAUSTED = 8  # gRPC status codes
_SECONDARY = r"(?i)secondary rate limit"  # GitHub, with 403 or 429

# Error codes that providers give to a throttled call, without case and punctuation.
_PROVIDER_CODES = (
    "throttling",  # AWS Query APIs
    "throttlingexception",
    "throttledexception",
    "requestlimitexceeded",  # Amazon EC2
    "provisionedthroughputexceeded",
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
    "requestthrottled",
)  # fmt: skip
# What tells neither of one client's requests too many: overload or maintenance, and a limiter out of order.
_MINUTE = "60000000i"  # microseconds
_OF_NO_CLIENT = ("retry_after_503", "limiter_failed")
# The others have rules of their own, whatever their number.
_BY_RATE = ("status_429", "server_limit_503", "edge_flag", "cloudflare_1015")


def _add(frame: pl.DataFrame) -> pl.DataFrame:
    return _add_company(frame.with_columns(rate_limit_kind=_kind()))


def _kind() -> pl.Expr:
    """Names the most telling of the marks: who limits before that somebody does."""
    status = pl.col("status")
    flags = pl.col("response_flags")
    code = pl.col("error_code").str.to_lowercase().str.replace_all(r"[^a-z0-9]", "").is_in(_PROVIDER_CODES)
    spent = (pl.col("ratelimit_remaining") == 0) | pl.col("retry_after").is_not_null()
    said = pl.col("message").str.contains(_SERVER_LIMIT) & (status.is_null() | (status == 503))
    rejected = (pl.col("result") == _SERVER_RESULT) & (status == 503)
    kinds = {
        "cloudflare_1015": pl.col("limiter") == "cloudflare",
        "limiter_failed": flags.list.contains(_LIMITER_FAILED),
        "edge_flag": (pl.col("limiter") == "envoy") | flags.list.contains(_LIMITED) | _edge_says(),
        "grpc_8": pl.col("grpc_status") == _RESOURCE_EXHAUSTED,
        "secondary_limit": status.is_in([403, 429]) & pl.col("error_detail").str.contains(_SECONDARY),
        "status_429": status == 429,
        "server_limit_503": said | rejected,
        "provider_code": code & (status >= 400),
        "quota_403": (status == 403) & spent,
        "retry_after_503": (status == 503) & pl.col("retry_after").is_not_null(),
    }
    return pl.coalesce(pl.when(mark).then(pl.lit(kind)) for kind, mark in kinds.items())


def _edge_says() -> pl.Expr:
    form = pl.col("format")
    at_edge = form.str.starts_with("cloudfront") & pl.col("error").is_in(_EDGE_ERRORS)
    return at_edge | (form.str.starts_with("api_gateway") & pl.col("result").is_in(_GATEWAY_RESULTS))


def _add_company(frame: pl.DataFrame) -> pl.DataFrame:
    """Adds what was refused in the same minute. Refusals are few, so that only they are grouped."""
    refused = is_exchange() & pl.col("rate_limit_kind").is_not_null() & ~pl.col("rate_limit_kind").is_in(_OF_NO_CLIENT)
    numbered = frame.with_row_index("_row")
    minute = pl.col("timestamp").dt.truncate("1m")
    same_client = ["client", minute]
    few = numbered.filter(refused & pl.col("timestamp").is_not_null()).with_columns(
        _one=pl.col("rate_limit_kind").is_in(_BY_RATE).cast(pl.Int64)
    )
    counted = few.select(
        "_row",
        limited_clients=pl.col("client").drop_nulls().n_unique().over(minute).cast(pl.Int64),
        limited_count=pl.when(pl.col("client").is_not_null()).then(_densest_minute().over("client")),
        limited_agents=pl.when(pl.col("client") == pl.col("client_ip"))
        .then(pl.col("user_agent").drop_nulls().n_unique().over(same_client).cast(pl.Int64))
        .otherwise(0),
    )
    return beside(numbered, counted, "_row").drop("_row")


def _densest_minute() -> pl.Expr:
    """Gives how many refusals the fullest closed minute has of those that hold this one: what a rule's window sees."""
    at = pl.col("timestamp").dt.epoch("us")
    counted = pl.col("_one").rolling_sum_by(at, _MINUTE, closed="both")
    return counted.rolling_max_by(-at, _MINUTE, closed="both")


FACTS = Facts(
    columns=(
        Column(
            "rate_limit_kind",
            pl.String,
            "how a limit shows: cloudflare_1015, limiter_failed (Envoy's flag RLSE), edge_flag (Envoy's RL or "
            "x-envoy-ratelimited, CloudFront's LimitExceeded, API Gateway's THROTTLED), grpc_8 (RESOURCE_EXHAUSTED), "
            "secondary_limit (GitHub), status_429, server_limit_503 (the web server's own), provider_code (error code "
            "in the body), quota_403 (403 and none remaining or Retry-After), retry_after_503; null: none",
        ),
        Column("limited_clients", pl.Int64, "clients that limiters refused in the same minute; null: no refusal"),
        Column(
            "limited_count",
            pl.Int64,
            "refusals of this client for its rate (status_429, server_limit_503, edge_flag, cloudflare_1015) in the "
            "fullest minute that holds this refusal; null: no refusal",
        ),
        Column(
            "limited_agents",
            pl.Int64,
            "user agents refused in the same minute, of a client known by its address alone; else 0",
        ),
    ),
    add=_add,
    needs=("request",),
)
