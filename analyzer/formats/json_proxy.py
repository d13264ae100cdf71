"""Access records of proxies in Kubernetes as JSON lines: Envoy (Istio, Envoy Gateway, Contour) and ingress-nginx.

https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage,
https://istio.io/latest/docs/tasks/observability/logs/access-log/,
https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/log-format/
"""

from __future__ import annotations

import polars as pl

from analyzer.formats import _nginx
from analyzer.formats._json import JsonFormat
from analyzer.formats._plugin import Format
from analyzer.formats._slots import optional


def _envoy(texts: pl.DataFrame) -> pl.DataFrame:
    """Tells connections from requests: a TCP proxy writes neither method nor status (code 0)."""
    asked = optional(texts, "method").is_not_null() | (optional(texts, "status") != "0").fill_null(value=False)
    broken = optional(texts, "error").is_not_null() | optional(texts, "response_flags").is_not_null()
    connection = pl.when(broken).then(pl.lit("error")).otherwise(pl.lit("application"))
    return texts.with_columns(kind=pl.when(asked).then(pl.lit("request")).otherwise(connection))


def _ingress(texts: pl.DataFrame) -> pl.DataFrame:
    """Leaves out the _ that nginx has for a host that nobody named."""
    host = optional(texts, "host")
    return texts.with_columns(host=pl.when(host != "_").then(host))


_INGRESS_TIMES = ("time", "timestamp", "@timestamp", "time_iso8601", "time_local", "ts", "msec")
_INGRESS_MARKS = ("x_forward_for", "x-forward-for", "proxy_upstream_name", "proxyUpstreamName", "upstream_name",
                  "proxy_alternative_upstream_name", "ingress_name", "req_id", "requestID", "kubernetes_namespace",
                  "namespace")  # fmt: skip
_INGRESS_NAMES = ("request_proto", "vhost", "request_time", "request_length", "upstream_addr", "upstream_status",
                  "upstreamAddr", "upstreamStatus", "upstream_response_time", "body_bytes_sent")  # fmt: skip

FORMATS: tuple[Format, ...] = (
    JsonFormat(
        name="envoy_json",
        title="Envoy JSON",
        documentation="https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage",
        product="envoy",
        kind="request",
        samples=(
            (
                '{"authority":"reviews:9080","bytes_received":12,"bytes_sent":95,"connection_termination_details":null,'
                '"downstream_local_address":"10.2.1.2:9080","downstream_remote_address":"10.2.1.9:38522","duration":3,'
                '"method":"POST","path":"/reviews/0?a=b","protocol":"HTTP/1.1","request_id":"0d6f",'
                '"requested_server_name":'
                'null,"response_code":503,"response_code_details":"upstream_reset_before_response_started'
                '{connection_failure}","response_flags":"UF,URX","route_name":"default","start_time":'
                '"2026-11-22T16:14:14.123Z","upstream_cluster":"outbound|9080||reviews.default.svc.cluster.local",'
                '"upstream_host":"10.2.1.3:9080","upstream_local_address":null,"upstream_service_time":null,'
                '"upstream_transport_failure_reason":"delayed connect error: 111","user_agent":"curl/8.5.0",'
                '"x_forwarded_for":null}'
            ),
            (
                '{":authority":"www.example.com","bytes_received":0,"bytes_sent":512,"downstream_remote_address":'
                '"10.2.1.9:38522","duration":12,"method":"GET","protocol":"HTTP/2","response_code":200,'
                '"response_flags":"-",'
                '"start_time":"2026-11-22T16:14:14.123Z","upstream_cluster":"httproute/default/backend/rule/0",'
                '"upstream_host":"10.2.1.3:3000","user-agent":"curl/8.5.0","x-envoy-origin-path":"/get?a=b",'
                '"x-envoy-upstream-service-time":"11","x-forwarded-for":"192.0.2.7","x-request-id":"3c1a"}'
            ),
        ),
        requires=(
            ("response_code", "response_flags"),
            ("upstream_cluster", "upstream_host", "response_flags", "downstream_remote_address"),
            ("start_time", "@timestamp", "timestamp", "time"),
        ),
        keys={
            "start_time": "time",
            "method": "method",
            "path": "target",
            "x-envoy-origin-path": "target",
            "x-envoy-original-path": "target",
            "protocol": "protocol",
            "response_code": "status",
            "response_flags": "response_flags",
            "response_code_details": "result",
            "upstream_transport_failure_reason": "error",
            "connection_termination_details": "error",
            "bytes_received": "request_bytes",
            "bytes_sent": "response_bytes",
            "duration": "duration_ms",
            "request_duration": None,
            "response_duration": None,
            "upstream_service_time": "upstream_ms",
            "x-envoy-upstream-service-time": "upstream_ms",
            "x_forwarded_for": "forwarded_for",
            "request_id": "request_id",
            "x-request-id": "request_id",
            "authority": "host",
            ":authority": "host",
            "requested_server_name": "server_name",
            "upstream_host": "upstream",
            "upstream_cluster": "upstream_name",
            "downstream_remote_address": "client_ip",
            "downstream_tls_version": "tls_version",
            "downstream_tls_cipher": "tls_cipher",
            "hostname": "host_name",
        },
        refine=_envoy,
        marks="start",
        access=True,
    ),
    JsonFormat(
        name="ingress_nginx_json",
        title="Ingress-nginx JSON",
        documentation="https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/log-format/",
        product="nginx",
        kind="request",
        samples=(
            (
                '{"time": "2026-11-22T16:14:14+00:00", "remote_addr": "", "x_forward_for": "192.0.2.7", "request_id": '
                '"48b62b2a8f8b1b7e4f8f3c1d2e3f4a5b", "remote_user": "", "bytes_sent": 802, "request_time": '
                '0.312, "status": '
                '502, "vhost": "www.example.com", "request_proto": "HTTP/2.0", "path": "/a", "request_query": "b=c", '
                '"request_length": 431, "duration": 0.312,"method": "GET", "http_referrer": "", '
                '"http_user_agent": "curl/8.5.0"}'
            ),
            (
                '{"time_iso8601":"2026-11-22T16:14:14+00:00","remote_addr":"192.0.2.7","request":"GET /a?b=c HTTP/1.1",'
                '"status":"502","request_time":"0.312","proxy_upstream_name":"default-web-80","upstream_addr":'
                '"10.0.0.4:80, 10.0.0.5:80","upstream_status":"502, 502","upstream_response_time":"0.001, 0.002",'
                '"req_id":"48b62b2a8f8b1b7e4f8f3c1d2e3f4a5b"}'
            ),
        ),
        requires=(("status",), _INGRESS_MARKS, _INGRESS_NAMES, _INGRESS_TIMES),
        keys={
            **dict.fromkeys(("msec", "time_iso8601", "time_local"), "time"),
            **_nginx.SLOTS,
            "x_forward_for": "forwarded_for",
            "vhost": "host",
            "request_proto": "protocol",
            "request_query": "query",
            "duration": "duration_s",
            "latency": "upstream_s",
            "requestID": "request_id",
            "upstreamAddr": "upstream",
            "upstreamStatus": "upstream_status",
            "proxyUpstreamName": "upstream_name",
            "requestSize": "request_bytes",
            "responseSize": None,
            "namespace": None,
        },
        refine=_ingress,
        access=True,
    ),
)
