"""Request and firewall records of Azure's Application Gateway and Front Door as JSON lines.

https://learn.microsoft.com/azure/application-gateway/application-gateway-diagnostics,
https://learn.microsoft.com/azure/frontdoor/front-door-diagnostics
"""

from __future__ import annotations

from typing import Any

import polars as pl

from analyzer.formats._json import JsonFormat
from analyzer.formats._plugin import Format
from analyzer.formats._slots import optional

_FIREWALL = "firewall"
_PROBE = "healthprobe"


def _unbatched(record: dict[str, Any]) -> dict[str, Any]:
    """Gives the only record of a batch, as event hubs carry it; anything else stays."""
    batch = record.get("records")
    if isinstance(batch, list) and len(batch) == 1 and isinstance(batch[0], dict):
        return batch[0]
    return record


def _gateway(texts: pl.DataFrame) -> pl.DataFrame:
    """Reads version 1, whose times are milliseconds and whose query hides the backend, beside version 2.

    Both versions are told apart by the name of the instance: ApplicationGatewayRole_IN_0, appgw_2.
    """
    first = optional(texts, "_instance").str.starts_with("ApplicationGatewayRole").fill_null(value=False)
    time = optional(texts, "_time_taken")
    query = optional(texts, "query")
    hidden = query.str.contains("X-AzureApplicationGateway-", literal=True)
    inside = {"request_id": "X-AzureApplicationGateway-LOG-ID", "upstream": "SERVER-ROUTED",
              "upstream_status": "SERVER-STATUS"}  # fmt: skip
    error = optional(texts, "error")
    rule = optional(texts, "_rule")
    return texts.with_columns(
        pl.when(first).then(time).alias("duration_ms"),
        pl.when(~first).then(time).alias("duration_s"),
        pl.when(~hidden).then(query).alias("query"),
        *(pl.coalesce(optional(texts, slot), query.str.extract(f"(?:^|&){name}=([^&]+)", 1)).alias(slot)
          for slot, name in inside.items()),
        pl.when(error != "ERRORINFO_NO_ERROR").then(error).alias("error"),
        pl.coalesce(pl.concat_str(optional(texts, "message"), pl.lit(" (rule "), rule, pl.lit(")")),
                    optional(texts, "message")).alias("message"),
        _azure_kind(texts),
    )  # fmt: skip


def _front_door(texts: pl.DataFrame) -> pl.DataFrame:
    """Tells requests from firewall records and from failed probes, whose status is the origin's."""
    category = optional(texts, "_category").str.to_lowercase()
    probe = category.str.contains(_PROBE).fill_null(value=False)
    firewall = category.str.contains(_FIREWALL).fill_null(value=False)
    error = optional(texts, "error")
    version = optional(texts, "http_version").str.replace(r"^([0-9]\.[0-9])(?:\.[0-9])+$", "${1}")
    written = [optional(texts, name) for name in ("upstream", "_origin_name", "_backend")]
    origin = pl.coalesce(pl.when(name.str.to_lowercase() != "n/a").then(name) for name in written)
    return texts.with_columns(
        pl.when(probe).then(optional(texts, "status")).alias("upstream_status"),
        pl.when(~probe).then(optional(texts, "status")).alias("status"),
        pl.when(error.str.to_lowercase() != "noerror").then(error).alias("error"),
        pl.when(firewall).then(optional(texts, "_rule")).when(probe).then(optional(texts, "result")).alias("message"),
        version.alias("http_version"),
        origin.alias("upstream"),
        _azure_kind(texts),
    )


def _azure_kind(texts: pl.DataFrame) -> pl.Expr:
    category = optional(texts, "_category").str.to_lowercase()
    error = category.str.contains(f"{_FIREWALL}|{_PROBE}")
    return pl.when(error).then(pl.lit("error")).otherwise(pl.lit("request")).alias("kind")


FORMATS: tuple[Format, ...] = (
    JsonFormat(
        name="azure_application_gateway",
        title="Azure Application Gateway",
        documentation="https://learn.microsoft.com/azure/application-gateway/application-gateway-diagnostics",
        product="azure",
        kind="request",
        samples=(
            (
                '{"timeStamp":"2026-11-22T16:14:14+00:00","resourceId":"/SUBSCRIPTIONS/1/RESOURCEGROUPS/2",'
                '"listenerName":"HTTP-Listener","ruleName":"Rule","backendPoolName":"web","backendSettingName":"s",'
                '"operationName":"ApplicationGatewayAccess","category":"ApplicationGatewayAccessLog","properties":{'
                '"instanceId":"appgw_2","clientIP":"192.0.2.7","clientPort":45057,"httpMethod":"GET",'
                '"originalRequestUriWithArgs":"/a?b=c","requestUri":"/a","requestQuery":"b=c","userAgent":"curl/8.5.0",'
                '"httpStatus":502,"httpVersion":"HTTP/1.1","receivedBytes":184,"sentBytes":466,"timeTaken":0.034,'
                '"transactionId":"592d1649f75a8d480a3c4dc6a975309d","sslProtocol":"TLSv1.2","serverRouted":'
                '"10.0.0.4:443","serverStatus":"502","serverResponseLatency":"0.028","originalHost":"www.example.com",'
                '"host":"10.0.0.4","error_info":"ERRORINFO_UPSTREAM_CLOSED_CONNECTION"}}'
            ),
            (
                '{"resourceId":"/SUBSCRIPTIONS/1","operationName":"ApplicationGatewayAccess",'
                '"time":"2026-11-22T16:14:14Z","category":"ApplicationGatewayAccessLog","properties":{"instanceId":'
                '"ApplicationGatewayRole_IN_0","clientIP":"192.0.2.7","clientPort":46886,"httpMethod":"GET",'
                '"requestUri":"/a","requestQuery":"X-AzureApplicationGateway-CACHE-HIT=0&SERVER-ROUTED=10.4.0.4&'
                'X-AzureApplicationGateway-LOG-ID=874f1f0f-6807-41c9-b7bc-f3cfa74aa0b1&SERVER-STATUS=404",'
                '"userAgent":"-",'
                '"httpStatus":404,"httpVersion":"HTTP/1.0","receivedBytes":65,"sentBytes":553,"timeTaken":205}}'
            ),
        ),
        requires=(("category",), ("properties",)),
        begins={
            "category": ("applicationgatewayaccesslog", "applicationgatewayfirewalllog"),
        },
        unfold=_unbatched,
        keys={
            "timeStamp": "time",
            "time": "time",
            "category": "_category",
            "backendPoolName": "upstream_name",
            "properties.backendPoolName": "upstream_name",
            "properties.instanceId": "_instance",
            "properties.clientIP": "client_ip",
            "properties.httpMethod": "method",
            "properties.originalRequestUriWithArgs": "target",
            "properties.requestUri": "path",
            "properties.requestQuery": "query",
            "properties.httpStatus": "status",
            "properties.httpVersion": "protocol",
            "properties.receivedBytes": "request_bytes",
            "properties.sentBytes": "bytes_sent",
            "properties.timeTaken": "_time_taken",
            "properties.userAgent": "user_agent",
            "properties.transactionId": "request_id",
            "properties.originalHost": "host",
            "properties.host": "host",
            "properties.hostname": "host",
            "properties.sslProtocol": "tls_version",
            "properties.sslCipher": "tls_cipher",
            "properties.serverRouted": "upstream",
            "properties.serverStatus": "upstream_status",
            "properties.serverResponseLatency": "upstream_s",
            "properties.error_info": "error",
            "properties.contentType": "content_type",
            "properties.message": "message",
            "properties.action": "result",
            "properties.ruleId": "_rule",
            "properties.details.message": None,
        },
        refine=_gateway,
        access=True,
    ),
    JsonFormat(
        name="azure_front_door",
        title="Azure Front Door",
        documentation="https://learn.microsoft.com/azure/frontdoor/front-door-diagnostics",
        product="azure",
        kind="request",
        samples=(
            (
                '{"time":"2026-11-22T16:14:14.8383427Z","resourceId":"/SUBSCRIPTIONS/1",'
                '"category":"FrontDoorAccessLog",'
                '"operationName":"Microsoft.Cdn/Profiles/AccessLog/Write","properties":{"trackingReference":'
                '"08Q3gXgAAAAAe0s71BET","httpMethod":"GET","httpVersion":"2.0","requestUri":'
                '"https://www.example.com:443/a?b=c","requestBytes":"715","responseBytes":"380",'
                '"userAgent":"curl/8.5.0",'
                '"clientIp":"192.0.2.7","socketIp":"198.51.100.9","clientPort":"52097","timeTaken":"0.598",'
                '"timeToFirstByte":"0.597","requestProtocol":"HTTPS","securityProtocol":"TLS 1.2","securityCipher":'
                '"ECDHE-RSA-AES256-GCM-SHA384","endpoint":"www.z01.azurefd.net","httpStatusCode":"503","pop":"LON",'
                '"cacheStatus":"CONFIG_NOCACHE","errorInfo":"OriginTimeout","originIp":"203.0.113.4:443",'
                '"originName":"origin.example.com","originUrl":"https://origin.example.com:443/a?b=c"}}'
            ),
            (
                '{"time":"2026-11-22T16:14:14.8383427Z","category":"FrontdoorAccessLog","operationName":'
                '"Microsoft.Network/FrontDoor/AccessLog/Write",'
                '"properties":{"trackingReference":"08Q3gXgAAAAAe0s71BET",'
                '"httpMethod":"GET","httpVersion":"2.0","requestUri":"https://www.example.com:443/?q=1","requestBytes":'
                '"715","responseBytes":"380","clientIp":"192.0.2.7","timeTaken":"0.003","securityProtocol":"TLS 1.2",'
                '"routingRuleName":"Web","backendHostname":"web.example.com:443","sentToOriginShield":false,'
                '"httpStatusCode":"200","httpStatusDetails":"200"}}'
            ),
        ),
        requires=(("category",), ("properties",)),
        begins={
            "category": ("frontdooraccesslog", "frontdoorwebapplicationfirewalllog", "frontdoorhealthprobelog"),
        },
        unfold=_unbatched,
        keys={
            "time": "time",
            "category": "_category",
            "properties.trackingReference": "edge_id",
            "properties.httpMethod": "method",
            "properties.httpVerb": "method",
            "properties.httpVersion": "http_version",
            "properties.requestUri": "url",
            "properties.probeURL": "url",
            "properties.requestProtocol": "scheme",
            "properties.hostName": "host",
            "properties.host": "host",
            "properties.requestBytes": "request_bytes",
            "properties.responseBytes": "bytes_sent",
            "properties.userAgent": "user_agent",
            "properties.referer": "referrer",
            "properties.referrer": "referrer",
            "properties.clientIp": "client_ip",
            "properties.socketIp": "client_ip_other",
            "properties.timeTaken": "duration_s",
            "properties.securityProtocol": "tls_version",
            "properties.securityCipher": "tls_cipher",
            "properties.httpStatusCode": "status",
            "properties.cacheStatus": "result",
            "properties.action": "result",
            "properties.result": "result",
            "properties.errorInfo": "error",
            "properties.originIp": "upstream",
            "properties.originName": "_origin_name",
            "properties.backendHostname": "_backend",
            "properties.totalLatencyMilliseconds": "upstream_ms",
            "properties.connectionLatencyMilliseconds": "upstream_connect_ms",
            "properties.ruleName": "_rule",
        },
        refine=_front_door,
        access=True,
    ),
)
