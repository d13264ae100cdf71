"""Makes the rows that a browser, proxies and an application would write of the same made-up traffic."""

from __future__ import annotations

import random

from events_by_hand import row

_PLACES = ("/v1/orders", "/v1/me", "/v1/search", "/v1/stock/7", "/v1/stock/8", "/v1/events")
_AGENTS = (
    "Mozilla/5.0 (X11; Linux x86_64) one",
    "Mozilla/5.0 (X11; Linux x86_64) two",
    "python-requests/2",
    "okhttp/4",
    "curl/8",
)


def traffic(clients=40, count=400, a_second=8, seed=1):
    """Gives requests: number, at and took (s), client, user, agent, path, status; one in ten fails."""
    chance = random.Random(seed)
    now, made = 0.0, []
    for number in range(1, count + 1):
        now += chance.expovariate(a_second)
        client = chance.randrange(clients)
        made.append(
            {
                "line": number,
                "at": now,
                "took": chance.uniform(0.002, 0.12),
                "client_ip": f"192.0.2.{client + 1}",
                "user": f"u{client + 1}",
                "agent": _AGENTS[client % len(_AGENTS)],
                "path": chance.choice(_PLACES),
                "status": 500 if chance.random() < 0.1 else 200,
            }
        )
    return made


def _common(one):
    return {"line": one["line"], "path": one["path"], "target": one["path"], "status": one["status"]}


def outer_line(one, **values):
    """A line of the first proxy: whole seconds, at the end, without an id."""
    end = int(one["at"] + one["took"] + 0.001)
    shown = {"client_ip": one["client_ip"], "user_agent": one["agent"], "stamp_marks": "end", "source": "outer.log"}
    return row("access", end, **{**_common(one), **shown, **values})


def inner_line(one, **values):
    """A line of the proxy behind it, which sees one address; its user agents are cut short."""
    length = {"duration_us": round(one["took"] * 1e6), "stamp_marks": "start", "source": "inner.log"}
    shown = {"client_ip": "127.0.0.1", "user_agent": one["agent"][:33]}
    return row("access", round(one["at"], 3), **{**_common(one), **length, **shown, **values})


def record(one, **values):
    """The application's record, stamped at its end."""
    took = one["took"] * 0.9
    known = {"user": one["user"], "method": "GET", "duration_us": round(took * 1e6), "stamp_marks": "start"}
    return row("app", round(one["at"], 3), **{**_common(one), **known, **values})


def entry(one, **values):
    """The browser's entry."""
    length = {"duration_us": round(one["took"] * 1e6), "wait_us": 0, "user_agent": one["agent"]}
    return row("har", round(one["at"], 3), **{**_common(one), **length, "host": "shop.example", **values})
