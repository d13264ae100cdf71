"""The access log of Amazon API Gateway: the example formats of its guide as text, and any choice of names as JSON.

https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html,
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging.html,
https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-logging.html
"""

from __future__ import annotations

import polars as pl

from analyzer.formats import _aws_layout, _slots
from analyzer.formats._aws_layout import CLF_TIME, AwsLayout, Pieces
from analyzer.formats._directives import Field, Text
from analyzer.formats._json import JsonFormat
from analyzer.formats._plugin import Format

_GUIDE = "https://docs.aws.amazon.com/apigateway/latest/developerguide"
# A UUID of a REST API, or the id of an HTTP or WebSocket API: without it, the line is Common Log Format.
_ID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[A-Za-z0-9_-]{8,64}={1,2}"
_WORD = r"[^\s,\"]+"
_LENGTH = "[0-9]+|-"
_EVENT = r'(?:CONNECT|MESSAGE|DISCONNECT) [^"\s]+'


def _head(before_request: str) -> list[Text | Field]:
    return [
        Field("$context.identity.sourceIp", "client_ip", shape=_WORD),
        Text(" "),
        Field("$context.identity.caller", "caller", shape=_WORD),
        Text(" "),
        Field("$context.identity.user", "user", shape=_WORD),
        Text(" ["),
        Field("$context.requestTime", "time", shape=CLF_TIME),
        Text(f"]{before_request}"),
    ]


_STATUS = Field("$context.status", "status", shape="[0-9]{3}|-")
_BYTES = Field("$context.responseLength", "response_bytes", shape=_LENGTH)
_REQUEST_ID = Field("$context.requestId", "request_id", shape=_ID)
_EXTENDED = (Text(" "), Field("$context.extendedRequestId", "edge_id", shape=_WORD))


def _exchange(before_request: str) -> Pieces:
    request = Field("$context.httpMethod $context.routeKey $context.protocol", "request_line")
    gap = Text(" ")
    return (*_head(before_request), request, Text('" '), _STATUS, gap, _BYTES, gap, _REQUEST_ID)


# The guide's example for REST APIs has no blank before the quote, and the one for WebSocket APIs two before the id.
_SPACED, _JOINED = _exchange(' "'), _exchange('"')
_SOCKET: Pieces = (
    *_head(' "'),
    Field("$context.eventType $context.routeKey", "message", shape=_EVENT),
    Field("$context.connectionId", None, shape=r'(?: [^"\s]*)?'),
    Text('" '),
    _STATUS,
    Field("blanks", None, shape=" {1,2}"),
    _REQUEST_ID,
)
_COMMAS: Pieces = (
    Field("$context.identity.sourceIp", "client_ip", shape=_WORD),
    Field("$context.identity.caller,$context.identity.user", None, shape=r"(?:,[^\s,]+,[^\s,]+)?"),
    Text(","),
    Field("$context.requestTime", "time", shape=CLF_TIME),
    Text(","),
    Field("$context.httpMethod", "method", shape="[A-Z]+"),
    Text(","),
    Field("$context.routeKey", "target", shape="[^,]+"),
    Text(","),
    Field("$context.protocol", "protocol", shape=_WORD),
    Text(","),
    _STATUS,
    Text(","),
    _BYTES,
    Text(","),
    _REQUEST_ID,
    Field("$context.extendedRequestId", "edge_comma", shape=r"(?:,[^\s,]+)?"),
)


def _derive(texts: pl.DataFrame) -> pl.DataFrame:
    """Takes the method off the route key of an HTTP API, which repeats it: GET GET /pets HTTP/1.1."""
    route = r"^([A-Z]+) (?:[A-Z]+) (/\S* HTTP/)"
    return texts.with_columns(
        request_line=pl.col("request_line").str.replace(route, "$1 $2"),
        target=pl.col("target").str.replace(r"^[A-Z]+ /", "/"),
        user=pl.coalesce("user", "caller"),
        edge_id=pl.coalesce("edge_id", pl.col("edge_comma").str.strip_prefix(",")),
    )


# Slot: the names of $context, best first; a dot may be nesting, a letter of the key, or left out.
_NAMES: dict[str, str] = {
    "time": "requestTimeEpoch requestTime",
    "request_id": "requestId",
    "edge_id": "extendedRequestId",
    "trace_id": "xrayTraceId",
    "client_ip": "identity.sourceIp sourceIp sourceIpAddress ip",
    "user": "identity.user user authorizer.principalId principalId authorizer.claims.sub identity.userArn userArn "
    "identity.caller caller",
    "user_agent": "identity.userAgent userAgent",
    "method": "httpMethod",
    "target": "path",
    "path": "resourcePath",
    "_route": "routeKey",
    "_event": "eventType",
    "host": "domainName",
    "response_bytes": "responseLength",
    "duration_ms": "responseLatency",
    # Behind a Lambda function, integrationStatus is that of Lambda, integration.status that of the function.
    "upstream_status": "integration.status integrationStatus integration.integrationStatus",
    "upstream_ms": "integration.latency integrationLatency integrationResponseLatency",
    "error": "error.message errorMessage error.messageString integration.error integrationErrorMessage "
    "integrationError authorizer.error authorizerError authorize.error authenticate.error waf.error "
    "error.validationErrorString",
    "result": "error.responseType errorResponseType responseType wafResponseCode",
    "tls_version": "tlsVersion",
    "tls_cipher": "cipherSuite",
}
_KEYS: dict[str, str | None] = {
    prefix + spelling: slot
    for slot, names in _NAMES.items()
    for name in names.split()
    for prefix in ("", "context.", "$context.")
    for spelling in dict.fromkeys((name, name.replace(".", "")))
}


def _either(*names: str) -> tuple[str, ...]:
    """Gives the ways to write a key that a record must have."""
    return tuple(spelling for name in names for spelling in (name, name.lower(), f"context.{name}", f"$context.{name}"))


def _refine(texts: pl.DataFrame) -> pl.DataFrame:
    """Takes method and path from the route key where nothing better was logged, and names a WebSocket's event."""
    route, event = _slots.optional(texts, "_route"), _slots.optional(texts, "_event")
    parts = route.str.extract_groups(r"^([A-Z]+) (/.*)$").struct
    method = pl.when(parts.field("1") != "ANY").then(parts.field("1"))
    found = {"path": parts.field("2"), "method": method, "message": pl.concat_str(event, pl.lit(" "), route)}
    return _slots.fill(texts, found)


_TITLE = "Amazon API Gateway"
_JSON_SAMPLES = (
    (
        '{ "requestId":"JKJaXmPLvHcESHA=", "ip": "192.0.2.1", "requestTime":"10/Mar/2020:20:27:42 +0000", '
        '"httpMethod":"GET","routeKey":"GET /pets/{id}", "status":"200","protocol":"HTTP/1.1", "responseLength":"12", '
        '"extendedRequestId": "JKJaXmPLvHcESHA=" }'
    ),
    (
        '{"requestId":"c6af9ac6-7b61-11e6-9a41-93e8deadbeef","requestTimeEpoch":1583872062123,"httpMethod":"POST",'
        '"resourcePath":"/orders/{id}","path":"/prod/orders/17","status":504,"integrationLatency":29001,'
        '"responseLatency":29007,"error.message":"Endpoint request timed out","xrayTraceId":'
        '"1-5e67a4fe-bd862e3fe1be46a994272793"}'
    ),
)
FORMATS: tuple[Format, ...] = (
    AwsLayout(
        name="api_gateway",
        title=f"{_TITLE} (text)",
        documentation=f"{_GUIDE}/set-up-logging.html",
        product="api_gateway",
        samples=(
            (
                '192.0.2.1 - - [10/Mar/2020:20:27:42 +0000] "GET GET /pets HTTP/1.1" 200 12 JKJaXmPLvHcESHA= '
                "JKJaXmPLvHcESHA="
            ),
            (
                '192.0.2.1 - - [10/Mar/2020:20:27:42 +0000]"GET /pets/{id} HTTP/1.1" 403 23 '
                "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"
            ),
            '192.0.2.1 - - [10/Mar/2020:20:27:42 +0000] "MESSAGE $default dGVzdAexample=" 200 dGVzdBexample=',
        ),
        layout=_aws_layout.layout(_SPACED, "api_gateway"),
        patterns=_aws_layout.exact(
            *((*pieces, *tail) for pieces in (_SPACED, _JOINED) for tail in (_EXTENDED, ())), _SOCKET, _COMMAS
        ),
        broken=(),
        clock=_aws_layout.clf,
        marks="start",
        derive=_derive,
    ),
    JsonFormat(
        name="api_gateway_json",
        title=f"{_TITLE} (JSON)",
        documentation=f"{_GUIDE}/api-gateway-variables-for-access-logging.html",
        product="api_gateway",
        kind="request",
        samples=_JSON_SAMPLES,
        requires=(
            _either("requestId", "extendedRequestId"),
            _either("requestTime", "requestTimeEpoch"),
            _either("httpMethod", "routeKey", "resourcePath", "eventType"),
            _either("status"),
        ),
        keys=_KEYS,
        refine=_refine,
        marks="start",
        access=True,
    ),
)
