"""The server access log of Amazon S3.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html
"""

from __future__ import annotations

import polars as pl

from analyzer.formats import _aws_layout
from analyzer.formats._aws_layout import CLF_TIME, AwsLayout, Pieces
from analyzer.formats._directives import Field, Text
from analyzer.formats._plugin import Format
from analyzer.values import REDACTED

_NUMBER = "[0-9]+|-"
_WORD = "[A-Za-z0-9_.-]+"
_PIECES: Pieces = (
    Field("bucket_owner", None, shape=rf"[0-9A-Za-z]+|-|{REDACTED}"),
    Text(" "),
    Field("bucket", "upstream_name", shape=r"[^\s\[\]]+"),
    Text(" ["),
    Field("time", "time", shape=CLF_TIME),
    Text("] "),
    Field("remote_ip", "client_ip", shape=r"[^\s\"]+"),
    Text(" "),
    Field("requester", "user", shape=r"[^\s\"]+"),
    Text(" "),
    Field("request_id", "request_id", shape="[0-9A-Za-z]+|-"),
    Text(" "),
    Field("operation", "result", shape=r"(?:[A-Za-z0-9]+\.)+[A-Za-z0-9_.]+|-"),
    Text(" "),
    # Percent-encoded twice, and not what was asked: the path is that of the request line.
    Field("key", None, shape=r"\S+"),
    Text(' "'),
    Field("request_uri", "request_line"),
    Text('" '),
    Field("http_status", "status", shape="[0-9]{3}|-"),
    Text(" "),
    Field("error_code", "error", shape=_WORD),
    Text(" "),
    Field("bytes_sent", "response_bytes", shape=_NUMBER),
    Text(" "),
    Field("object_size", None, shape=_NUMBER),
    Text(" "),
    Field("total_time", "duration_ms", shape=_NUMBER),
    Text(" "),
    Field("turn_around_time", "upstream_ms", shape=_NUMBER),
    Text(' "'),
    Field("referer", "referrer"),
    Text('" "'),
    Field("user_agent", "user_agent"),
    Text('" '),
    Field("version_id", None, shape=r"[^\s\"]+"),
    Text(" "),
    Field("host_id", "edge_id", shape=r"[^\s\"]+"),
    Text(" "),
    Field("signature_version", None, shape=_WORD),
    Text(" "),
    Field("cipher_suite", "tls_cipher", shape=_WORD),
    Text(" "),
    Field("authentication_type", "authorization", shape="[A-Za-z]+|-"),
    Text(" "),
    Field("host_header", "host", shape=r"[^\s\"]+"),
    Text(" "),
    Field("tls_version", "tls_version", shape=_WORD),
)


def _derive(texts: pl.DataFrame) -> pl.DataFrame:
    """Tells the scheme where TLS was negotiated: a dash and a field that is not there look the same."""
    return texts.with_columns(scheme=pl.when(pl.col("tls_version").is_not_null()).then(pl.lit("https")))


_OWNER = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"

FORMATS: tuple[Format, ...] = (
    AwsLayout(
        name="s3_access",
        title="Amazon S3 server access log",
        documentation="https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html",
        product="s3",
        samples=(
            (
                f"{_OWNER} amzn-s3-demo-bucket1 [06/Feb/2019:00:00:38 +0000] 192.0.2.3 {_OWNER} A1206F460EXAMPLE "
                'REST.GET.BUCKETPOLICY - "GET /amzn-s3-demo-bucket1?policy HTTP/1.1" 404 NoSuchBucketPolicy 297 - 38 - '
                '"-" "S3Console/0.4" - BNaBsXZQQDbssi6xMBdBU2sLt+Yf5kZDmeBUP35sFoKa3sLLeMC78iwEIWxs99CRUrbS4n11234= '
                "SigV4 ECDHE-RSA-AES128-GCM-SHA256 AuthHeader amzn-s3-demo-bucket1.s3.us-west-1.amazonaws.com TLSV1.2 "
                "- -"
            ),
            (
                f"{_OWNER} mybucket [06/Feb/2014:00:01:57 +0000] 192.0.2.3 {_OWNER} DD6CC733AEXAMPLE REST.PUT.OBJECT "
                's3-dg.pdf "PUT /mybucket/s3-dg.pdf HTTP/1.1" 200 - - 4406583 41754 28 "-" "S3Console/0.4" -'
            ),
        ),
        layout=_aws_layout.layout(_PIECES, "s3_access"),
        patterns=_aws_layout.exact(_PIECES),
        broken=_aws_layout.ragged(_PIECES),
        clock=_aws_layout.clf,
        marks="start",
        derive=_derive,
    ),
)
