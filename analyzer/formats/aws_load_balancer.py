"""The access logs of Elastic Load Balancing: Application, Classic and Network Load Balancer.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html,
https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/access-log-collection.html,
https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-access-logs.html
"""

from __future__ import annotations

import polars as pl

from analyzer import values
from analyzer.formats import _aws_layout
from analyzer.formats._aws_layout import ISO_TIME, AwsLayout, Pieces
from analyzer.formats._directives import Field, Text
from analyzer.formats._plugin import Format

_GUIDE = "https://docs.aws.amazon.com/elasticloadbalancing/latest"
_SECONDS = r"-?[0-9]+(?:\.[0-9]+)?|-"
_STATUS = "[0-9]{1,3}|-"  # Classic Load Balancers write 0 for a backend that was not asked
_WORD = "[A-Za-z0-9_.-]+"
_TIME = f"{ISO_TIME}|-"
_PARTS = ("request_processing", "target_processing", "response_processing")
# Name: slot, shape; a quoted value has the shape None. Slots that _events does not know are for _derive.
_Column = tuple[str, str | None, str | None]
_EXCHANGE: tuple[_Column, ...] = (
    ("elb", "host_name", r"\S+"),
    ("client:port", "client_ip", r"\S+"),
    ("target:port", "upstream", r"\S+"),
    *((f"{name}_time", name, _SECONDS) for name in _PARTS),
    ("elb_status_code", "status", _STATUS),
    ("target_status_code", "upstream_status", _STATUS),
    ("received_bytes", "request_bytes", None),
    ("sent_bytes", "response_bytes", None),
)
_ALB: tuple[_Column, ...] = (
    ("type", "type", "[a-z][a-z0-9]*"),
    ("time", "time", ISO_TIME),
    *_EXCHANGE,
    ('"request"', "request_line", None),
    ('"user_agent"', "user_agent", None),
    ("ssl_cipher", "tls_cipher", _WORD),
    ("ssl_protocol", "tls_version", _WORD),
    ("target_group_arn", "upstream_name", r"\S+"),
    ('"trace_id"', "trace_id", None),
    ('"domain_name"', "sni", None),
    ('"chosen_cert_arn"', None, None),
    ("matched_rule_priority", None, "-?[0-9]+|-"),
    ("request_creation_time", "created", _TIME),
    ('"actions_executed"', "result", None),
    ('"redirect_url"', "location", None),
    ('"error_reason"', "error", None),
    ('"target:port_list"', "upstreams", None),
    ('"target_status_code_list"', "upstream_statuses", None),
)
_CLASSIC: tuple[_Column, ...] = (
    ("timestamp", "time", ISO_TIME),
    *_EXCHANGE,
    ('"request"', "request_line", None),
    ('"user_agent"', "user_agent", None),
    ("ssl_cipher", "tls_cipher", _WORD),
    ("ssl_protocol", "tls_version", _WORD),
)
_NETWORK: tuple[_Column, ...] = (
    ("type", None, "tls"),
    ("version", None, r"[0-9]+\.[0-9]+"),
    ("time", "time", ISO_TIME),
    ("elb", "host_name", r"\S+"),
    ("listener", None, r"\S+"),
    ("client:port", "client_ip", r"\S+"),
    ("destination:port", "server_ip", r"\S+"),
    ("connection_time", "duration_ms", None),
    ("tls_handshake_time", "tls_ms", "[0-9]+|-"),
    ("received_bytes", "request_bytes", None),
    ("sent_bytes", "response_bytes", None),
    ("incoming_tls_alert", "error", "[0-9]+|-"),
    ("chosen_cert_arn", None, r"\S+"),
    ("chosen_cert_serial", None, r"\S+"),
    ("tls_cipher", "tls_cipher", _WORD),
    ("tls_protocol_version", "tls_version", _WORD),
    ("tls_named_group", None, _WORD),
    ("domain_name", "host", r"\S+"),
    ("alpn_fe_protocol", "protocol", r"\S+"),
    ("alpn_be_protocol", None, r"\S+"),
    ("alpn_client_preference_list", None, r"\S+"),
    ("tls_connection_creation_time", "created", _TIME),
)
_TLS_TYPES = ("https", "h2", "grpcs")
# RFC 8446, 6: closure alerts end a connection as they should, all others are errors.
_CLOSURES = ("0", "90")
_ALERTS = {
    "10": "unexpected_message", "20": "bad_record_mac", "22": "record_overflow", "40": "handshake_failure",
    "42": "bad_certificate", "43": "unsupported_certificate", "44": "certificate_revoked", "45": "certificate_expired",
    "46": "certificate_unknown", "47": "illegal_parameter", "48": "unknown_ca", "49": "access_denied",
    "50": "decode_error", "51": "decrypt_error", "70": "protocol_version", "71": "insufficient_security",
    "80": "internal_error", "86": "inappropriate_fallback", "109": "missing_extension", "110": "unsupported_extension",
    "112": "unrecognized_name", "113": "bad_certificate_status_response", "115": "unknown_psk_identity",
    "116": "certificate_required", "120": "no_application_protocol",
}  # fmt: skip


def _pieces(columns: tuple[_Column, ...]) -> Pieces:
    """Writes the columns with blanks between them, and quotes around the names that stand in quotes."""
    pieces: list[Text | Field] = []
    before = ""
    for label, slot, shape in columns:
        quote = '"' if label.startswith('"') else ""
        if before + quote:
            pieces.append(Text(before + quote))
        pieces.append(Field(label.strip('"'), slot, shape=shape))
        before = f"{quote} "
    return [*pieces, Text('"')] if before == '" ' else pieces


def _derive_application(texts: pl.DataFrame) -> pl.DataFrame:
    """Lists replace the one target, the type tells what the request line does not, the creation time is the start."""
    created = _aws_layout.utc(pl.col("created"))
    kind = pl.col("type")
    elapsed = (pl.col("stamped_at") - created).dt.total_microseconds()
    secure = pl.when(kind.is_in(_TLS_TYPES)).then(pl.lit("https")).when(kind == "http").then(pl.lit("http"))
    texts = _derive(texts).with_columns(
        started_at=created,
        upstream=pl.coalesce(pl.col("upstreams").str.replace_all(" ", ","), "upstream"),
        upstream_status=pl.coalesce(pl.col("upstream_statuses").str.replace_all(" ", ","), "upstream_status"),
        upstream_name=pl.col("upstream_name").str.extract(":targetgroup/([^/]+)", 1),
        scheme=pl.coalesce(pl.when(kind.is_in(["ws", "wss"])).then(kind), "scheme", secure),
        host=pl.coalesce("host", "sni"),
        protocol=pl.coalesce("protocol", pl.when(kind.is_in(["h2", "grpcs"])).then(pl.lit("h2"))),
    )
    # Where a time is -1, the two moments still tell how long it took.
    return texts.with_columns(duration_us=pl.coalesce("duration_us", elapsed.cast(pl.String)))


def _derive(texts: pl.DataFrame) -> pl.DataFrame:
    """Sums the three times, and takes what a request that was none still tells: `- http://host:80- `."""
    malformed = pl.col("request_line").str.starts_with("- ")
    authority = pl.col("request_line").str.extract_groups(r"^- ([a-z]+)://([^/]*?)(?::[0-9]+)?/?-? ").struct
    times = {name: values.scaled_to_us(pl.col(name), 1) for name in _PARTS}
    processed = times["target_processing"]
    url = pl.coalesce("target", values.request_line(pl.col("request_line"))["target"])
    return texts.with_columns(
        client_ip=_address(pl.col("client_ip")),
        request_line=pl.when(~malformed).then("request_line"),
        scheme=pl.coalesce(pl.when(malformed).then(authority.field("1")), _authority(url, 1)),
        host=pl.coalesce(pl.when(malformed).then(authority.field("2")), _authority(url, 2)),
        duration_us=sum(times.values(), start=pl.lit(0)).cast(pl.String),
        upstream_status=pl.when(~pl.col("upstream_status").str.contains("^0+$")).then("upstream_status"),
        # A redirect asks no target and takes 0.000; a Lambda function is one without an address.
        upstream_s=pl.when((processed > 0) | (pl.col("upstream").is_not_null() & (processed == 0))).then(
            "target_processing"
        ),
    )


def _derive_classic(texts: pl.DataFrame) -> pl.DataFrame:
    """Of a TCP listener, the second time is that of the connect and part of the first, and the sum means nothing."""
    stream = pl.col("request_line").str.starts_with("- - -").fill_null(value=False)
    backend = pl.col("upstream_s")
    return _derive(texts.with_columns(stream=stream)).with_columns(
        duration_us=pl.when(~pl.col("stream")).then("duration_us"),
        upstream_s=pl.when(~pl.col("stream")).then(backend),
        upstream_connect_s=pl.when(pl.col("stream")).then(backend),
    )


def _derive_network(texts: pl.DataFrame) -> pl.DataFrame:
    """Names the TLS alert, and takes the start where the line has it."""
    alert = pl.col("error")
    name = alert.replace_strict(_ALERTS, default=None, return_dtype=pl.String)
    told = pl.concat_str(pl.lit("TLS alert "), alert, pl.lit(" ("), name.fill_null("unknown"), pl.lit(")"))
    return texts.with_columns(
        started_at=_aws_layout.utc(pl.col("created")),
        client_ip=_address(pl.col("client_ip")),
        server_ip=_address(pl.col("server_ip")),
        error=pl.when(~alert.is_in(_CLOSURES)).then(told),
    )


def _address(text: pl.Expr) -> pl.Expr:
    """Takes off the port, which IPv6 addresses have without brackets."""
    return text.str.replace(r":[0-9]+$", "")


def _authority(url: pl.Expr, part: int) -> pl.Expr:
    return url.str.extract(r"^([a-z]+)://([^/?#]*)", part)


_ARN = "arn:aws:elasticloadbalancing:us-east-2:123456789012:targetgroup/my-targets/73e2d6bc24d8a067"
_CERTIFICATE = "arn:aws:acm:us-east-2:123456789012:certificate/12345678-1234-1234-1234-123456789012"

FORMATS: tuple[Format, ...] = (
    AwsLayout(
        name="alb",
        title="AWS Application Load Balancer",
        documentation=f"{_GUIDE}/application/load-balancer-access-logs.html",
        product="alb",
        samples=(
            (
                "https 2018-07-02T22:23:00.186641Z app/my-loadbalancer/50dc6c495c0c9188 192.0.2.131:2817 10.0.0.1:80 "
                '0.086 0.048 0.037 200 200 0 57 "GET https://www.example.com:443/ HTTP/1.1" "curl/7.46.0" '
                f'ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 {_ARN} "Root=1-58337281-1d84f3d73c47ec4e58577259" '
                f'"www.example.com" "{_CERTIFICATE}" 1 2018-07-02T22:22:48.364000Z "authenticate,forward" "-" "-" '
                '"10.0.0.1:80" "200" "-" "-" TID_1234abcd5678ef90'
            ),
            (
                "http 2018-11-30T22:23:00.186641Z app/my-loadbalancer/50dc6c495c0c9188 192.0.2.131:2817 - "
                '0.000 0.001 0.000 502 - 34 366 "GET http://www.example.com:80/ HTTP/1.1" "curl/7.46.0" - - '
                f'{_ARN} "Root=1-58337364-23a8c76965a2ef7629b185e3" "-" "-" 0 2018-11-30T22:22:48.364000Z "forward" '
                '"-" "LambdaInvalidResponse" "-" "-" "-" "-"'
            ),
        ),
        layout=_aws_layout.layout(_pieces(_ALB), "alb"),
        patterns=_aws_layout.exact(_pieces(_ALB)),
        broken=_aws_layout.ragged(_pieces(_ALB)),
        clock=_aws_layout.utc,
        marks="end",
        derive=_derive_application,
    ),
    AwsLayout(
        name="elb",
        title="AWS Classic Load Balancer",
        documentation=f"{_GUIDE}/classic/access-log-collection.html",
        product="elb",
        samples=(
            (
                "2015-05-13T23:39:43.945958Z my-loadbalancer 192.0.2.39:2817 10.0.0.1:80 0.000086 0.001048 0.001337 "
                '200 200 0 57 "GET https://www.example.com:443/ HTTP/1.1" "curl/7.38.0" DHE-RSA-AES128-SHA TLSv1.2'
            ),
            (
                "2015-05-13T23:39:43.945958Z my-loadbalancer 192.0.2.39:2817 10.0.0.1:80 0.001069 0.000028 0.000041 "
                '- - 82 305 "- - - " "-" - -'
            ),
        ),
        layout=_aws_layout.layout(_pieces(_CLASSIC), "elb"),
        patterns=_aws_layout.exact(_pieces(_CLASSIC)),
        broken=_aws_layout.ragged(_pieces(_CLASSIC)),
        clock=_aws_layout.utc,
        marks="start",
        derive=_derive_classic,
    ),
    AwsLayout(
        name="nlb",
        title="AWS Network Load Balancer, TLS listeners",
        documentation=f"{_GUIDE}/network/load-balancer-access-logs.html",
        product="nlb",
        samples=(
            (
                "tls 2.0 2020-04-01T08:51:42 net/my-network-loadbalancer/c6e77e28c25b2234 g3d4b5e8bb8464cd "
                f"192.0.2.154:51341 198.51.100.185:443 5 2 98 246 - {_CERTIFICATE} - ECDHE-RSA-AES128-SHA tlsv12 - "
                'my-network-loadbalancer-c6e77e28c25b2234.elb.us-east-2.amazonaws.com h2 h2 "h2","http/1.1" '
                "2020-04-01T08:51:20"
            ),
        ),
        layout=_aws_layout.layout(_pieces(_NETWORK[:18]), "nlb"),
        patterns=_aws_layout.exact(*(_pieces(_NETWORK[:width]) for width in (22, 21, 18))),
        broken=(),
        clock=_aws_layout.utc,
        marks="end",
        derive=_derive_network,
    ),
)
