"""Where everything listens: loopback only, ports that need no privilege."""

from __future__ import annotations

EDGE = ("127.30.0.1", 8443)
# the same hosts under a certificate that expired, and under one for another name
EXPIRED_EDGE = ("127.30.0.1", 8444)
MISNAMED_EDGE = ("127.30.0.1", 8445)
INNER_EDGE = ("127.30.0.3", 8080)
BALANCER = ("127.30.0.4", 8080)
BALANCER_LOG = ("127.30.0.4", 5140)
BROWSER_RELAY = ("127.30.0.9", 8443)
BILLING_RELAY = ("127.30.0.8", 8443)
APPLICATION = ("127.30.0.10", 8000)
SECOND_APPLICATION = ("127.30.0.12", 8000)
IDENTITY = ("127.30.0.11", 8001)
# nothing listens there
DEAD = ("127.30.0.13", 8443)
WRONG_PORT = (APPLICATION[0], 8010)
NAME_SERVER = ("127.30.0.6", 5353)
# stands for the application where a story has to cut the way to it
APPLICATION_GATE = ("127.30.0.20", 8000)

WEB_HOST = "app.harbor.example"
API_HOST = "api.harbor.example"
IDENTITY_HOST = "id.harbor.example"
# the second name of the API, for invoices, in stories that give `hosts`
BILLING_HOST = "billing.harbor.example"
# a name that no resolver knows
UNKNOWN_HOST = "quotes.harbor.example"
HOSTS = (WEB_HOST, API_HOST, IDENTITY_HOST, BILLING_HOST, UNKNOWN_HOST)

PROBE = "127.30.0.2"
DIRECT_PROBE = "127.30.0.5"
BROWSER = "127.30.5.21"
