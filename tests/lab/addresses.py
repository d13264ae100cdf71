"""Where everything listens: loopback only, ports that need no privilege."""

from __future__ import annotations

EDGE = ("127.30.0.1", 8443)
BROWSER_RELAY = ("127.30.0.9", 8443)
APPLICATION = ("127.30.0.10", 8000)
IDENTITY = ("127.30.0.11", 8001)

WEB_HOST = "app.harbor.example"
API_HOST = "api.harbor.example"
IDENTITY_HOST = "id.harbor.example"
HOSTS = (WEB_HOST, API_HOST, IDENTITY_HOST)

PROBE = "127.30.0.2"
BROWSER = "127.30.5.21"
