"""The text of nginx.conf for a story."""

from __future__ import annotations

from dataclasses import dataclass

from lab.addresses import API_HOST, APPLICATION, EDGE, IDENTITY, IDENTITY_HOST, WEB_HOST

LOG_FORMATS = {
    "pairs": """log_format pairs '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent '
                     '"$http_referer" "$http_user_agent" rid=$request_id host=$host '
                     'upstream=$upstream_addr upstream_status=$upstream_status '
                     'urt=$upstream_response_time rt=$request_time';""",
    "json": """log_format json escape=json
        '{"time":"$time_iso8601","msec":$msec,"remote_addr":"$remote_addr","request_id":"$request_id",'
        '"request_method":"$request_method","host":"$host","request_uri":"$request_uri",'
        '"server_protocol":"$server_protocol","status":$status,"body_bytes_sent":$body_bytes_sent,'
        '"request_time":$request_time,"http_referer":"$http_referer","http_user_agent":"$http_user_agent",'
        '"upstream_addr":"$upstream_addr","upstream_status":"$upstream_status",'
        '"upstream_response_time":"$upstream_response_time","retry_after":"$sent_http_retry_after"}';""",
}


@dataclass(frozen=True, slots=True)
class Edge:
    """What a story may change about nginx."""

    log_format: str = "pairs"
    error_level: str = "notice"
    timezone: str = "UTC"
    api_directives: str = ""


TEMPLATE = """\
worker_processes 1;
daemon off;
pid nginx.pid;
error_log logs/error.log @LEVEL@;

events {
    worker_connections 512;
}

http {
    @LOG_FORMAT@
    access_log logs/access.log @LOG_NAME@;

    types {
        text/html html;
        text/css css;
        text/javascript js;
    }
    default_type application/octet-stream;
    server_tokens off;
    client_body_temp_path temp/body;
    proxy_temp_path temp/proxy;
    fastcgi_temp_path temp/fastcgi;
    uwsgi_temp_path temp/uwsgi;
    scgi_temp_path temp/scgi;

    ssl_certificate edge.pem;
    ssl_certificate_key edge.key;
    ssl_protocols TLSv1.2 TLSv1.3;

    map $http_origin $allowed_origin {
        default "";
        "https://@WEB_HOST@" $http_origin;
    }
    add_header X-Request-ID $request_id always;
    add_header Access-Control-Allow-Origin $allowed_origin always;
    add_header Access-Control-Allow-Credentials true always;
    add_header Access-Control-Allow-Headers "authorization, content-type, traceparent" always;
    add_header Access-Control-Allow-Methods "GET, POST" always;
    add_header Access-Control-Expose-Headers "X-Request-ID, Retry-After" always;
    add_header Access-Control-Max-Age 600 always;

    upstream bookings { server @APPLICATION@; }
    upstream identity { server @IDENTITY@; }

    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_set_header Host $host;
    proxy_set_header X-Real-IP $remote_addr;
    proxy_set_header X-Request-ID $request_id;
    proxy_connect_timeout 2s;
    proxy_read_timeout 20s;

    server {
        listen @EDGE@ ssl http2;
        server_name @WEB_HOST@;
        root www;
        index index.html;
    }

    server {
        listen @EDGE@ ssl http2;
        server_name @API_HOST@;
        @API_DIRECTIVES@
        location / {
            if ($request_method = OPTIONS) { return 204; }
            proxy_pass http://bookings;
        }
    }

    server {
        listen @EDGE@ ssl http2;
        server_name @IDENTITY_HOST@;
        location / {
            if ($request_method = OPTIONS) { return 204; }
            proxy_pass http://identity;
        }
    }
}
"""


def configuration(edge: Edge) -> str:
    """Relative paths only, for `nginx -p FOLDER`."""
    values = {
        "LEVEL": edge.error_level,
        "LOG_FORMAT": LOG_FORMATS[edge.log_format],
        "LOG_NAME": edge.log_format,
        "API_DIRECTIVES": edge.api_directives,
        "WEB_HOST": WEB_HOST,
        "API_HOST": API_HOST,
        "IDENTITY_HOST": IDENTITY_HOST,
        "EDGE": _pair(EDGE),
        "APPLICATION": _pair(APPLICATION),
        "IDENTITY": _pair(IDENTITY),
    }
    text = TEMPLATE
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    return "\n".join(line for line in text.splitlines() if line.strip() or not line) + "\n"


def _pair(address: tuple[str, int]) -> str:
    return f"{address[0]}:{address[1]}"
