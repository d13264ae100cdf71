"""A redirect to another host loses the token on the way."""

from __future__ import annotations

from dataclasses import replace

from lab.addresses import BILLING_HOST, BROWSER
from lab.edge import Edge
from lab.exchange import Exchange
from lab.stack import Stack
from lab.stories._story import Fault, Story
from lab.traffic import Floor

MOVED_PATHS = ("/v2/tracking", "/v2/quotes")
MOVED = f"""location ~ ^/v2/(tracking|quotes) {{
            if ($request_method = OPTIONS) {{ return 204; }}
            if ($host = {BILLING_HOST}) {{ proxy_pass http://bookings; }}
            if ($host != {BILLING_HOST}) {{ return 307 https://{BILLING_HOST}$request_uri; }}
        }}"""
EDGE = Edge(timezone="Europe/Amsterdam")


def failed(exchange: Exchange) -> bool:
    if exchange.client == BROWSER:
        return exchange.status is None and exchange.path.startswith(MOVED_PATHS)
    return exchange.status == 401 and exchange.host == BILLING_HOST


def answered(exchange: Exchange) -> bool:
    """A redirect is neither a success nor a failure."""
    return exchange.path.startswith(MOVED_PATHS) and exchange.status != 307


def switch_on(stack: Stack, _: Floor) -> None:
    stack.reload(replace(stack.edge, api_directives=MOVED))


def switch_off(stack: Stack, _: Floor) -> None:
    stack.reload(replace(stack.edge, api_directives=""))


STORY = Story(
    name="redirect-drops-authorization",
    title="A redirect to another host loses the Authorization header: 401",
    what_happened="After a reload the edge redirected tracking and quotes with 307 from api.harbor.example to "
    "billing.harbor.example. Clients drop Authorization when a redirect leads to another host: 401, no bearer token. The "
    "browser's redirected requests failed CORS (Origin: null). kestrel-sync, whose key is in the URL, went on working.",
    faults=(
        Fault(
            layer="authentication",
            statuses=(401,),
            errors=("net::ERR_FAILED",),
            failed=failed,
            switch_on=switch_on,
            switch_off=switch_off,
            scope="some",
            pattern="constant",
            deciding=("app.jsonl", "no bearer token"),
            at_least=30,
            layer_accept=("authentication", "proxy", "request"),
            group=answered,
        ),
    ),
    edge=EDGE,
    log_style="python",
    distractors=("the tokens are valid: the same clients get 200 on other routes at the same time",),
    during=20.0,
)
