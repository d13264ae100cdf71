"""The text of nginx.conf for a story."""

from __future__ import annotations

from dataclasses import dataclass

from lab.addresses import (
    API_HOST,
    APPLICATION,
    BILLING_HOST,
    EDGE,
    EXPIRED_EDGE,
    IDENTITY,
    IDENTITY_HOST,
    INNER_EDGE,
    MISNAMED_EDGE,
    WEB_HOST,
)

LOG_FORMATS = {
    "pairs": """log_format pairs '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent '
                     '"$http_referer" "$http_user_agent" rid=$rid host=$host '
                     'upstream=$upstream_addr upstream_status=$upstream_status '
                     'urt=$upstream_response_time rt=$request_time';""",
    "json": """log_format json escape=json
        '{"time":"$time_iso8601","msec":$msec,"remote_addr":"$remote_addr","request_id":"$rid",'
        '"request_method":"$request_method","host":"$host","request_uri":"$request_uri",'
        '"server_protocol":"$server_protocol","status":$status,"body_bytes_sent":$body_bytes_sent,'
        '"request_time":$request_time,"http_referer":"$http_referer","http_user_agent":"$http_user_agent",'
        '"upstream_addr":"$upstream_addr","upstream_status":"$upstream_status",'
        '"upstream_response_time":"$upstream_response_time","retry_after":"$sent_http_retry_after"}';""",
    # the format of ingress-nginx, with the proxied service's name as it would stand there
    "ingress": """log_format ingress '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent '
                       '"$http_referer" "$http_user_agent" $request_length $request_time '
                       '[harbor-bookings-8000] [] $upstream_addr $upstream_response_length '
                       '$upstream_response_time $upstream_status $rid';""",
    # nginx's own, without any id
    "combined": "",
}


@dataclass(frozen=True, slots=True)
class Edge:
    """What a story may change about nginx; *_directives are lines of nginx.conf in that place."""

    log_format: str = "pairs"
    error_level: str = "notice"
    timezone: str = "UTC"
    http_directives: str = ""
    api_directives: str = ""
    location_directives: str = ""
    upstream: str = f"server {APPLICATION[0]}:{APPLICATION[1]};"
    pass_to: str = "http://bookings"
    web_origin: str = f"https://{WEB_HOST}"
    behind_balancer: bool = False


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

    @REQUEST_ID@
    map $http_origin $allowed_origin {
        default "";
        "@WEB_ORIGIN@" $http_origin;
    }
    add_header X-Request-ID $rid always;
    add_header Access-Control-Allow-Origin $allowed_origin always;
    add_header Access-Control-Allow-Credentials true always;
    add_header Access-Control-Allow-Headers "authorization, content-type, traceparent" always;
    add_header Access-Control-Allow-Methods "GET, POST" always;
    add_header Access-Control-Expose-Headers "X-Request-ID, Retry-After" always;
    add_header Access-Control-Max-Age 600 always;

    @HTTP_DIRECTIVES@
    upstream bookings { @UPSTREAM@ }
    upstream identity { server @IDENTITY@; }

    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_set_header Host $host;
    proxy_set_header X-Real-IP $remote_addr;
    proxy_set_header X-Request-ID $rid;
    proxy_hide_header X-Request-ID;
    proxy_connect_timeout 2s;
    proxy_read_timeout 20s;

    server {
        @LISTEN@
        server_name @WEB_HOST@;
        root www;
        index index.html;
        @EDGE_CHECK@
    }

    server {
        @LISTEN@
        server_name @API_HOST@ @BILLING_HOST@;
        @API_DIRECTIVES@
        location / {
            if ($request_method = OPTIONS) { return 204; }
            @LOCATION_DIRECTIVES@
            proxy_pass @PASS_TO@;
        }
    }

    @BAD_CERTIFICATES@
    server {
        @LISTEN@
        server_name @IDENTITY_HOST@;
        location / {
            if ($request_method = OPTIONS) { return 204; }
            proxy_pass http://identity;
        }
    }
}
"""


# served where a story sends a browser to a certificate that it must refuse
BAD_CERTIFICATE = """\
server {
        listen @ADDRESS@ ssl http2;
        server_name @BILLING_HOST@;
        ssl_certificate @FILE@.pem;
        ssl_certificate_key @FILE@.key;
        location / { proxy_pass http://bookings; }
    }"""
OWN_ID = "map $request_id $rid { default $request_id; }"
BALANCER_ID = """map $http_x_request_id $rid { default $http_x_request_id; "" $request_id; }
    set_real_ip_from 127.0.0.0/8;
    real_ip_header X-Real-IP;"""


def configuration(edge: Edge) -> str:
    """Relative paths only, for `nginx -p FOLDER`."""
    bad = ((EXPIRED_EDGE, "expired"), (MISNAMED_EDGE, "misnamed"))
    certificates = (BAD_CERTIFICATE.replace("@ADDRESS@", _pair(one)).replace("@FILE@", name) for one, name in bad)
    values = {
        "BAD_CERTIFICATES": "\n    ".join(certificates),
        "LEVEL": edge.error_level,
        "LOG_FORMAT": LOG_FORMATS[edge.log_format],
        "LOG_NAME": edge.log_format,
        "REQUEST_ID": BALANCER_ID if edge.behind_balancer else OWN_ID,
        "LISTEN": f"listen {_pair(INNER_EDGE)};" if edge.behind_balancer else f"listen {_pair(EDGE)} ssl http2;",
        "EDGE_CHECK": "location = /edge-check { access_log off; return 204; }" if edge.behind_balancer else "",
        "WEB_ORIGIN": edge.web_origin,
        "HTTP_DIRECTIVES": edge.http_directives,
        "API_DIRECTIVES": edge.api_directives,
        "LOCATION_DIRECTIVES": edge.location_directives,
        "UPSTREAM": edge.upstream,
        "PASS_TO": edge.pass_to,
        "WEB_HOST": WEB_HOST,
        "API_HOST": API_HOST,
        "BILLING_HOST": BILLING_HOST,
        "IDENTITY_HOST": IDENTITY_HOST,
        "IDENTITY": _pair(IDENTITY),
    }
    text = TEMPLATE
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    return "\n".join(line for line in text.splitlines() if line.strip() or not line) + "\n"


def _pair(address: tuple[str, int]) -> str:
    return f"{address[0]}:{address[1]}"
