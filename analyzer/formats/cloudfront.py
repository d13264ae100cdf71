"""Standard logs of CloudFront: tab separated below #Fields, and JSON lines of the second version.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from analyzer import values
from analyzer.formats import _slots
from analyzer.formats._fields_format import Default, FieldsFormat, Layout
from analyzer.formats._json import JsonFormat
from analyzer.formats._plugin import Format

_DOCUMENTATION = "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html"
# Slots that begin with `_` are read by _explain and dropped.
_SLOTS = {
    "x-edge-location": "host_name",
    "sc-bytes": "bytes_sent",
    "c-ip": "client_ip",
    "cs-method": "method",
    "x-host-header": "host",
    "cs(host)": "server_name",
    "cs-uri-stem": "path",
    "cs-uri-query": "query",
    "sc-status": "status",
    "cs-host": "server_name",
    "cs(referer)": "referrer",
    "cs-referer": "referrer",
    "cs(user-agent)": "user_agent",
    "cs-user-agent": "user_agent",
    "x-edge-result-type": "result",
    "x-edge-detailed-result-type": "_detail",
    "x-edge-request-id": "edge_id",
    "cs-protocol": "scheme",
    "cs-bytes": "request_bytes",
    "x-forwarded-for": "forwarded_for",
    "ssl-protocol": "tls_version",
    "ssl-cipher": "tls_cipher",
    "cs-protocol-version": "protocol",
    "time-to-first-byte": "first_byte_s",
    "sc-content-type": "content_type",
    "origin-lbl": "upstream_s",
}
_ENCODED = ("user_agent", "forwarded_for", "content_type")
_COLUMNS = (
    "date time x-edge-location sc-bytes c-ip cs-method cs(host) cs-uri-stem sc-status cs(referer) cs(user-agent) "
    "cs-uri-query cs(cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes time-taken "
    "x-forwarded-for ssl-protocol ssl-cipher x-edge-response-result-type cs-protocol-version fle-status "
    "fle-encrypted-fields c-port time-to-first-byte x-edge-detailed-result-type sc-content-type sc-content-len "
    "sc-range-start sc-range-end"
)
# Columns were only ever added at the end: 12, 15, 18, 19, 20, 23, 24, 26, 33 of them.
_COUNTS = (33, 26, 24, 23, 20, 19, 18, 15, 12)
_SHAPES = {
    "date": "[0-9]{4}-[0-9]{2}-[0-9]{2}",
    "time": "[0-9]{2}:[0-9]{2}:[0-9]{2}",
    "x-edge-location": "[A-Z]{3}[0-9A-Z-]*",
    "sc-bytes": "[0-9]+",
    "cs-method": "[A-Za-z_-]+",
    "cs-uri-stem": "[/*].*|-",
    "sc-status": "[0-9]{3}|-",
}


@dataclass(frozen=True, slots=True)
class CloudFront(FieldsFormat):
    """Reads one request per row; time-taken is in seconds and the time is that of the last byte."""

    def tidy(self, texts: pl.DataFrame, layout: Layout) -> pl.DataFrame:
        """Takes the encoding off and names the error."""
        del layout
        return _explain(texts)


def _explain(texts: pl.DataFrame) -> pl.DataFrame:
    """Decodes what CloudFront encodes, and fills error where its result says more than the status does.

    Of the type Error, the detailed type tells why: Error once more only means a status of 400 and above, but with
    another status it means that the viewer left before the end.
    """
    known = set(texts.columns)
    for name in _ENCODED:
        texts = _decode(texts, name) if name in known else texts
    detail = _slots.optional(texts, "_detail")
    if "result" not in known:
        return texts.drop("_detail", strict=False)
    answered = pl.col("status").cast(pl.Int32, strict=False) >= 400 if "status" in known else pl.lit(True)
    why = pl.coalesce(detail, "result")
    told = (why == "Error") & answered.fill_null(value=False)
    error = pl.when((pl.col("result") == "Error") & ~told).then(why)
    return texts.with_columns(error=error).drop("_detail", strict=False)


def _decode(texts: pl.DataFrame, name: str) -> pl.DataFrame:
    """Decodes a column, each of its values once; %2520, a percent sign encoded again by older logs, becomes a blank."""
    plain = values.percent_decoded(pl.col(name).str.replace_all("%25([0-9A-Fa-f]{2})", "%$1")).alias("_plain")
    distinct = texts.select(pl.col(name).unique()).with_columns(plain)
    joined = texts.join(distinct, on=name, how="left", nulls_equal=True, maintain_order="left")
    return joined.with_columns(pl.col("_plain").alias(name)).drop("_plain")


def _timed(texts: pl.DataFrame) -> pl.DataFrame:
    """Makes the time of timestamp(ms), else of date and time, which are UTC."""
    whole = [pl.col("_ms")] if "_ms" in texts.columns else []
    if {"_date", "_time"} <= set(texts.columns):
        whole.append(pl.concat_str("_date", pl.lit("T"), "_time", pl.lit("Z")))
    time = pl.coalesce(whole) if whole else pl.lit(None, dtype=pl.String)
    return _explain(texts.with_columns(time=time).drop("_ms", "_date", "_time", strict=False))


FORMATS: tuple[Format, ...] = (
    CloudFront(
        name="cloudfront",
        title="CloudFront",
        documentation=_DOCUMENTATION,
        product="cloudfront",
        kind="request",
        samples=(
            (
                "2026-03-01\t10:00:05\tLHR50-C1\t703\t198.51.100.7\tGET\td111111abcdef8.cloudfront.net\t/a\t504\t-\t"
                "curl/8.5.0\tb=c\t-\tError\tSOX4xwn4XV6Q4rgb7XiVGOHms_BGlTAC4KyHmureZmBNrjGdRLiNIQ==\twww.example.com\t"
                "https\t62\t30.113\t-\tTLSv1.3\tTLS_AES_128_GCM_SHA256\tError\tHTTP/2.0\t-\t-\t51754\t30.113\t"
                "OriginCommError\ttext/html\t20\t-\t-"
            ),
            (
                "2014-05-23\t01:13:11\tFRA2\t182\t192.0.2.10\tGET\td111111abcdef8.cloudfront.net\t/view/my/file.html\t200\t"
                "www.example.com\tMozilla/4.0%20(compatible;%20MSIE%205.0b1)\t-\t-\tRefreshHit\t"
                "MRVMF7KydIvxMWfJIglgwHQwZsbG2IhRJ07sn9AkKUFSHS9EXAMPLE=="
            ),
        ),
        slots=_SLOTS,
        shapes=_SHAPES,
        defaults=tuple(
            Default(f"CloudFront's standard log of {count} columns", tuple(_COLUMNS.split()[:count]))
            for count in _COUNTS
        ),
        separator="\t",
    ),
    JsonFormat(
        name="cloudfront_json",
        title="CloudFront",
        documentation="https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging.html",
        product="cloudfront",
        kind="request",
        samples=(
            (
                '{"date":"2026-03-01","time":"10:00:05","x-edge-location":"LHR50-C1","sc-bytes":"703",'
                '"c-ip":"198.51.100.7","cs-method":"GET","cs(Host)":"d111111abcdef8.cloudfront.net","cs-uri-stem":"/a",'
                '"sc-status":"200","cs(User-Agent)":"curl/8.5.0","x-edge-result-type":"Miss",'
                '"x-edge-request-id":"SOX4xwn4XV6Q4rgb7XiVGOHms_BGlTAC4KyHmureZmBNrjGdRLiNIQ==",'
                '"x-host-header":"www.example.com","cs-protocol":"https","time-taken":"0.365"}'
            ),
        ),
        requires=(
            ("x-edge-request-id", "x-edge-result-type", "x-edge-location", "x-edge-response-result-type"),
            ("time", "timestamp", "timestamp(ms)"),
        ),
        keys={
            **_SLOTS,
            "timestamp(ms)": "_ms",
            "timestamp": "_ms",
            "date": "_date",
            "time": "_time",
            "time-taken": "duration_s",
            "c-port": None,
        },
        refine=_timed,
        access=True,
    ),
)
