"""Request records of Google Cloud's load balancers, exported from Cloud Logging as JSON lines.

https://cloud.google.com/load-balancing/docs/https/https-logging-monitoring
"""

from __future__ import annotations

import polars as pl

from analyzer.formats._json import JsonFormat
from analyzer.formats._plugin import Format
from analyzer.formats._slots import optional

# What the load balancer says of an answer that went as it should.
_SENT = r"^(?:response_|byte_range_caching$|cached_response)"


def _google(texts: pl.DataFrame) -> pl.DataFrame:
    """Takes the reason from statusDetails, or from the Proxy-Status that newer load balancers log (RFC 9209)."""
    details = optional(texts, "result")
    proxy = optional(texts, "proxy_status")
    told = pl.coalesce(proxy.str.extract(r'details="([^"]*)"', 1), proxy.str.extract(r'error="?([A-Za-z0-9_*.-]+)', 1))
    failed = pl.when(~details.str.contains(_SENT)).then(details)
    return texts.with_columns(error=pl.coalesce(failed, told))


FORMATS: tuple[Format, ...] = (
    JsonFormat(
        name="gcp_load_balancer",
        title="Google Cloud load balancer",
        documentation="https://cloud.google.com/load-balancing/docs/https/https-logging-monitoring",
        product="gcp",
        kind="request",
        samples=(
            (
                '{"httpRequest":{"cacheLookup":true,"latency":"0.171373s","referer":"https://www.example.com/",'
                '"remoteIp":"192.0.2.7","requestMethod":"GET","requestSize":"450",'
                '"requestUrl":"https://www.example.com/a?b=c","responseSize":"520","serverIp":"10.0.0.3","status":502,'
                '"userAgent":"curl/8.5.0"},"insertId":"6dud28flj6yki","jsonPayload":{"@type":'
                '"type.googleapis.com/google.cloud.loadbalancing.type.LoadBalancerLogEntry","statusDetails":'
                '"backend_connection_closed_before_data_sent_to_client"},"logName":"projects/example/logs/requests",'
                '"receiveTimestamp":"2026-11-22T16:14:15.953792809Z",'
                '"resource":{"labels":{"backend_service_name":"web",'
                '"project_id":"example"},"type":"http_load_balancer"},"severity":"WARNING","spanId":"903fc7e24f93843b",'
                '"timestamp":"2026-11-22T16:14:14.612441Z","trace":"projects/example/traces/'
                'd7d21a887f81fe1af174ed158622f5a2"}'
            ),
        ),
        requires=(("httpRequest",), ("timestamp", "receiveTimestamp")),
        begins={
            "jsonPayload.@type": ("type.googleapis.com/google.cloud.loadbalancing",),
            "resource.type": ("http_load_balancer", "http_external_regional_lb_rule", "internal_http_lb_rule"),
        },
        keys={
            "timestamp": "time",
            "receiveTimestamp": None,
            "httpRequest.status": "status",
            "httpRequest.serverIp": "upstream",
            "httpRequest.latency": "duration_text",
            "httpRequest.remoteIp": "client_ip",
            "httpRequest.responseSize": "bytes_sent",
            "jsonPayload.statusDetails": "result",
            "jsonPayload.proxyStatus": "proxy_status",
            "jsonPayload.tls.protocol": "tls_version",
            "jsonPayload.tls.cipher": "tls_cipher",
            "resource.labels.backend_service_name": "upstream_name",
            "resource.labels.backend_target_name": "upstream_name",
            "resource.labels.backend_name": "upstream_name",
        },
        refine=_google,
        marks="start",
        access=True,
        notes=("Google's load balancer may sample: counts are not totals.",),
    ),
)
