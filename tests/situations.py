"""Plants faults, cascades and background into made-up traffic, and says which requests belong to which incident.

A situation is a list of canonical rows (events_by_hand.row) and, by the label of the fault, the ids of its failing
requests. The stack is that of the recorded stories: clients, nginx with its error log, an application with records.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import timedelta

from events_by_hand import START, frame, row

LENGTH_S = 100
UPSTREAM = "10.1.0.4:9000"
SEARCH, TOKEN = ("GET", "/v1/search"), ("POST", "/oauth/token")
UPSTREAMS = {SEARCH: "10.1.0.5:9000", TOKEN: "10.1.0.6:9100"}  # routes that other servers answer
ROUTES = (
    ("GET", "/v1/orders"), ("GET", "/v1/orders/{id}"), ("POST", "/v1/orders"), ("POST", "/v1/checkout"),
    ("GET", "/v1/me"), ("GET", "/v1/products"), ("GET", "/v1/search"), ("GET", "/v1/stock/{id}"),
    ("POST", "/v1/events"), ("GET", "/v1/notes"), ("GET", "/v1/bills/{id}"),
)  # fmt: skip


@dataclass
class Situation:
    """rows: of all sources; failing: by label of the fault, the ids of its failing requests."""

    chance: random.Random
    rows: list = field(default_factory=list)
    failing: dict = field(default_factory=dict)
    number: int = 0

    def frame(self):
        """Gives the canonical frame."""
        return frame(*self.rows)

    def request(self, at, client, method, route, status=200, *, label=None, app=True, took=0.02, **values):
        """Adds one request as the edge and, if it got there, the application recorded it; gives its id."""
        self.number += 1
        name = f"{self.number:032x}"
        path = route.replace("{id}", str(self.chance.randint(10, 99)))
        app_values = values.pop("app_values", {})
        error = values.pop("error_line", None)
        asked = values.pop("asked", app)
        same = {"method": method, "route": route, "path": path, "target": path, "host": "api.shop.example"}
        user = client.replace("10.9.0.", "u")
        microseconds = int(took * 1e6)
        upstream = [UPSTREAMS.get((method, route), UPSTREAM)]
        behind = {"upstream": upstream, "upstream_status": [status]} if asked else {}
        self.rows.append(
            row("access", at, **same, client_ip=client, status=status, request_id=name, duration_us=microseconds,
                stamp_marks="end", stamped_at=START + timedelta(seconds=at + took), user_agent="Firefox",
                **{**behind, **values})
        )  # fmt: skip
        if error:
            self.rows.append(
                row("error", at + took, **same, client_ip=client, level="error", message=error,
                    **({"upstream": upstream} if "upstream" in error else {}))
            )  # fmt: skip
        if app:
            level = "info" if status < 500 else "error"
            self.rows.append(
                row("app", at + 0.001, **{**same, "request_id": name, "status": status, "level": level, "user": user,
                    "message": "request handled", "duration_us": microseconds, **app_values})
            )  # fmt: skip
        if label:
            self.failing.setdefault(label, set()).add(name)
        return name


def clients(count=30):
    """Gives the addresses of the clients."""
    return [f"10.9.0.{number}" for number in range(1, count + 1)]


def traffic(situation, broken):
    """Adds calm traffic; broken(at, client, method, route) may answer a request in place of the usual 200."""
    everyone = clients()
    at = 0.0
    while at < LENGTH_S:
        at += situation.chance.expovariate(12)
        client = situation.chance.choice(everyone)
        method, route = situation.chance.choice(ROUTES)
        if not broken(at, client, method, route):
            situation.request(at, client, method, route)


def background(situation):
    """Adds what a healthy site shows all day: deleted orders, favicons, a scanner, a refused login, cancellations."""
    chance = situation.chance
    for second in range(3, LENGTH_S, 9):
        client = chance.choice(clients())
        situation.request(second + chance.random(), client, "GET", "/v1/orders/{id}", 404, label="background")
    for second in range(2, LENGTH_S, 14):
        situation.request(second, chance.choice(clients()), "GET", "/favicon.ico", 404, app=False, label="background")
    for number, path in enumerate(("/.env", "/wp-login.php", "/.git/config")):
        situation.request(31 + number, "203.0.113.5", "GET", path, 404, app=False, label="background")
    for second in (20, 55, 71):
        situation.request(second, chance.choice(clients()), "GET", "/v1/search", 499, took=0.3, label="background")
    expired, asked_at = chance.choice(clients()), chance.uniform(2, 9)
    situation.request(asked_at, expired, "GET", "/v1/notes", 401, label="background")
    situation.request(asked_at + 0.1, expired, *TOKEN)
    situation.request(asked_at + 0.2, expired, "GET", "/v1/notes")
    situation.request(45, chance.choice(clients()), *TOKEN, 401, label="background")
    situation.request(66, chance.choice(clients()), "GET", "/v1/admin/audit", 403, label="background")
    for second in range(1, LENGTH_S, 5):
        situation.rows.append(row("app", second, method="GET", route="/healthz", path="/healthz", target="/healthz",
                                  status=200, level="info", message="ok", client_ip="10.1.0.2"))  # fmt: skip


class Fault:
    """Breaks requests on its routes, for its clients, while it lasts; label names the incident that they belong to."""

    share = 1.0
    routes = ROUTES

    def __init__(self, label, begin, end, routes=None, some=None):
        """Takes the label, the seconds of begin and end, and the routes and clients where not all are concerned."""
        self.label, self.begin, self.end = label, begin, end
        self.routes = routes or self.routes
        self.some = some

    def __call__(self, situation, at, client, method, route):
        """Tells whether it answered."""
        hit = self.begin <= at <= self.end and (method, route) in self.routes
        if not hit or (self.some and client not in self.some) or situation.chance.random() > self.share:
            return False
        self.answer(situation, at, client, method, route)
        return True

    def more(self, situation):
        """Adds what the fault causes beside the usual traffic."""


class Crash(Fault):
    """The application fails with an exception of its own code."""

    share = 0.9
    routes = (("POST", "/v1/checkout"),)

    def answer(self, situation, at, client, method, route):
        trace = {"exception_type": "KeyError", "exception_message": "'NO'", "message": "unhandled exception",
                 "stack_trace": "Traceback\n  File pricing.py, line 9, in tax\nKeyError: 'NO'"}  # fmt: skip
        situation.request(at, client, method, route, 500, label=self.label, app_values=trace)


class HeaderTooBig(Fault):
    """The proxy rejects the application's good answer."""

    routes = (("GET", "/v1/me"),)

    def answer(self, situation, at, client, method, route):
        line = "upstream sent too big header while reading response header from upstream"
        situation.request(at, client, method, route, 502, label=self.label, error_line=line, app_values={
            "status": 200, "level": "info"})  # fmt: skip


class Down(Fault):
    """Nothing listens behind the proxy; then the application starts, and says so with 503."""

    routes = tuple(route for route in ROUTES if route not in UPSTREAMS)

    def answer(self, situation, at, client, method, route):
        if at < self.end - 5:
            line = "connect() failed (111: Connection refused) while connecting to upstream"
            situation.request(at, client, method, route, 502, label=self.label, error_line=line, app=False, asked=True)
        else:
            starting = {"message": "still starting", "level": "warning"}
            situation.request(at, client, method, route, 503, label=self.label, app_values=starting)


class Slow(Fault):
    """The application hangs on one route: the proxy gives up on most, some clients leave before."""

    routes = (SEARCH,)

    def answer(self, situation, at, client, method, route):
        if situation.chance.random() < 0.25:
            situation.request(at, client, method, route, 499, label=self.label, app=False, asked=True, took=10.5,
                              upstream_status=None)  # fmt: skip
        else:
            line = "upstream timed out (110: Connection timed out) while reading response header from upstream"
            situation.request(at, client, method, route, 504, label=self.label, error_line=line, app=False, took=8.0,
                              asked=True)  # fmt: skip


class Keys(Fault):
    """The application accepts no token any more."""

    def answer(self, situation, at, client, method, route):
        said = {"level": "warning", "message": "token rejected: unknown signing key"}
        situation.request(at, client, method, route, 401, label=self.label, app_values=said)


class Firewall(Fault):
    """A rule of the edge denies one route; the application is not asked."""

    routes = (("GET", "/v1/products"),)

    def answer(self, situation, at, client, method, route):
        situation.request(at, client, method, route, 403, label=self.label, app=False, took=0.0,
                          error_line="access forbidden by rule")  # fmt: skip


class Banned(Fault):
    """The edge denies three partners whatever they ask for; their second route they ask for some seconds later."""

    routes = ()

    def more(self, situation):
        for number in range(24):
            method, route = ("POST", "/v1/events") if number > 8 and number % 2 else ("GET", "/v1/products")
            client, at = f"203.0.113.{number * 2 % 3}", self.begin + 0.8 * number
            situation.request(at, client, method, route, 403, label=self.label, app=False, took=0.0,
                              error_line="access forbidden by rule")  # fmt: skip


class Roles(Fault):
    """The application denies one route to known users."""

    routes = (("GET", "/v1/bills/{id}"),)

    def answer(self, situation, at, client, method, route):
        said = {"level": "warning", "message": "permission denied: role viewer lacks bills:read"}
        situation.request(at, client, method, route, 403, label=self.label, app_values=said)


class Automation(Fault):
    """The edge limits one client that nobody else is."""

    routes = (("GET", "/v1/stock/{id}"),)

    def answer(self, situation, at, client, method, route):
        raise AssertionError

    def __call__(self, situation, at, client, method, route):
        return False

    def more(self, situation):
        at = self.begin
        while at < self.end:
            at += situation.chance.expovariate(8)
            limited = situation.chance.random() < 0.7
            values = {"app": False, "took": 0.0, "retry_after": "5", "label": self.label,
                      "error_line": 'limiting requests, excess: 10.045 by zone "per_client"'} if limited else {}  # fmt: skip
            situation.request(at, "10.9.1.77", "GET", "/v1/stock/{id}", 429 if limited else 200, **values)


class Pool(Fault):
    """A cascade: the database hangs, the application answers 503, the proxy 504, clients repeat and are limited."""

    routes = (("POST", "/v1/orders"), ("GET", "/v1/orders"))

    def answer(self, situation, at, client, method, route):
        late = at - self.begin
        if late < 4 or situation.chance.random() < 0.4:
            said = {"level": "error", "message": "database pool exhausted: no connection within 2 s",
                    "exception_type": "PoolTimeout", "exception_message": "QueuePool limit reached"}  # fmt: skip
            situation.request(at, client, method, route, 503, label=self.label, app_values=said, took=2.0)
            after = at + 2.0
        else:
            line = "upstream timed out (110: Connection timed out) while reading response header from upstream"
            situation.request(at, client, method, route, 504, label=self.label, error_line=line, app=False, took=3.0,
                              asked=True)  # fmt: skip
            after = at + 3.0
        for again in range(1, 4):
            if after + 0.4 * again < self.end + 4:
                line = 'limiting requests, excess: 5.1 by zone "per_client"'
                situation.request(after + 0.4 * again, client, method, route, 429, label=self.label, error_line=line,
                                  app=False, took=0.0)  # fmt: skip


class TokenService(Fault):
    """A cascade: the token endpoint fails, so tokens run out, and every route answers 401."""

    routes = (*ROUTES, TOKEN)

    def answer(self, situation, at, client, method, route):
        line = "connect() failed (111: Connection refused) while connecting to upstream"
        situation.request(at, client, *TOKEN, 502, label=self.label, error_line=line, app=False, asked=True)
        if at > self.begin + 3:
            said = {"level": "warning", "message": "token expired"}
            situation.request(at + 0.1, client, method, route, 401, label=self.label, app_values=said)


SINGLE = (Crash, HeaderTooBig, Down, Slow, Keys, Firewall, Roles, Automation)
CASCADES = (Pool, TokenService)
WIDE = (Down, Keys, TokenService)
# Pairs that a reader could not tell from one fault: two that break every route, two of one server that does not answer.
ALIKE = ({Down, Keys}, {Down, TokenService}, {Keys, TokenService}, {Down, Pool})


def build(seed, *kinds, overlap=True, noisy=True):
    """Gives a situation with one fault of each of these kinds, on routes of their own, apart in time or together.

    Faults at the same time have the same clients or, in every other situation, clients of their own.
    """
    chance = random.Random(seed)
    situation = Situation(chance)
    faults = []
    for number, kind in enumerate(kinds):
        begin = 36 + chance.uniform(-4, 4) if overlap else (12 if number == 0 else 62) + chance.uniform(-2, 2)
        others = {route for other in kinds if other is not kind and other not in WIDE for route in other.routes}
        routes = tuple(route for route in kind.routes if kind not in WIDE or route not in others)
        some = clients()[number::2] if len(kinds) > 1 and seed % 2 else None
        faults.append(kind(f"fault {number}", begin, begin + chance.uniform(20, 26), routes, some))
    traffic(situation, lambda *request: any(fault(situation, *request) for fault in faults))
    for fault in faults:
        fault.more(situation)
    if noisy:
        background(situation)
    return situation
