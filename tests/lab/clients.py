"""Who uses Harbor in a recording: addresses, programs, habits."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from lab.addresses import API_HOST, PROBE, WEB_HOST
from lab.outgoing import Rewrite
from lab.people import Account, account

ALL_PORTS = ("SGSIN", "DEHAM", "BEANR", "GBFXT", "NOOSL", "USNYC", "ESVLC")
OLD_PORTS = ("SGSIN", "DEHAM", "BEANR")
FIRST_DELETED, LAST_DELETED = 40990, 40997
FIRST_DEPARTED, LAST_DEPARTED = 40470, 40480
SHIPMENT = ("origin", "destination", "containers")


@dataclass(frozen=True, slots=True)
class Action:
    """One kind of request; `patience` is the client's own time-out in seconds."""

    method: str
    host: str
    path: str
    body: tuple[str, ...] = ()
    patience: float = 10.0

    def target(self, chance: random.Random) -> str:
        """The path with numbers filled in."""
        return self.path.format(
            live=f"HB-{chance.randint(40401, FIRST_DEPARTED - 1)}",
            deleted=f"HB-{chance.randint(FIRST_DELETED, LAST_DELETED)}",
            departed=f"HB-{chance.randint(FIRST_DEPARTED, LAST_DEPARTED)}",
            container=f"HRBU{chance.randint(4071200, 4071290)}",
            invoice=chance.randint(88200, 88260),
        )


ACTIONS = {
    "bookings": Action("GET", API_HOST, "/v2/bookings"),
    "booking": Action("GET", API_HOST, "/v2/bookings/{live}"),
    "deleted": Action("GET", API_HOST, "/v2/bookings/{deleted}"),
    "book": Action("POST", API_HOST, "/v2/bookings", body=SHIPMENT),
    "amend": Action("PATCH", API_HOST, "/v2/bookings/{live}", body=("containers",)),
    "amend departed": Action("PATCH", API_HOST, "/v2/bookings/{departed}", body=("containers",)),
    "quote": Action("POST", API_HOST, "/v2/quotes", body=SHIPMENT),
    "tracking": Action("GET", API_HOST, "/v2/tracking/{container}"),
    "old tracking": Action("GET", API_HOST, "/v1/tracking/{container}"),
    "tariffs": Action("GET", API_HOST, "/v2/tariffs/2026-Q4"),
    "invoice": Action("GET", API_HOST, "/v2/invoices/{invoice}"),
    "report": Action("GET", API_HOST, "/v2/reports/volume"),
    "give up": Action("GET", API_HOST, "/v2/reports/volume", patience=0.4),
    "users": Action("GET", API_HOST, "/v2/admin/users"),
    "health": Action("GET", API_HOST, "/healthz"),
    "home": Action("GET", WEB_HOST, "/"),
    "favicon": Action("GET", WEB_HOST, "/favicon.ico"),
    "robots": Action("GET", WEB_HOST, "/robots.txt"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """What one client does differently while the story's change is on.

    `log_in` asks for new tokens at its beginning and end; `clock` is how far ahead this machine's clock is, in seconds;
    `retries` are sent after an answer of 5xx or 429, or none, `retry_pause` seconds apart;
    `refreshes` stands for the client's own.
    """

    agent: str | None = None
    habits: Mapping[str, float] | None = None
    rewrite: Rewrite | None = None
    log_in: bool = False
    grant: Mapping[str, str] = field(default_factory=dict)
    clock: float = 0.0
    retries: int = 0
    retry_pause: float = 0.5
    refreshes: Literal["never"] | None = None


UNCHANGED = Change()


@dataclass(frozen=True, slots=True)
class Client:
    """One address. `pace` is the mean pause in seconds; `hurry` replaces it while the story's rush is on.

    `signs` makes an automation sign its own short-lived tokens with its api_key; `refreshes` says when new tokens are
    asked for: after a 401, early (before the old ones expire), or never.
    """

    address: str
    agent: str
    habits: Mapping[str, float]
    pace: float
    account: Account | None = None
    api_key: bool = False
    hurry: float | None = None
    destinations: tuple[str, ...] = ALL_PORTS
    traces: bool = False
    signs: bool = False
    refreshes: Literal["late", "early", "never"] = "late"
    change: Change = UNCHANGED
    appointments: tuple[tuple[float, str], ...] = field(default=())


DESK = {
    "quote": 8,
    "bookings": 2,
    "booking": 3,
    "tracking": 2,
    "invoice": 2,
    "book": 0.8,
    "amend": 0.6,
    "report": 0.25,
    "deleted": 0.35,
}
MOBILE = {"tracking": 5, "booking": 3, "bookings": 2, "quote": 1}
PARTNER = {"quote": 7, "book": 2, "invoice": 2, "bookings": 1}
SCANNER = {"tracking": 6, "booking": 2}


def everybody() -> tuple[Client, ...]:
    """The 26 clients of every story; the browser is one more."""
    return (*_desks(), *_mobiles(), *_partners(), *_scanners(), *_machines())


def _desks() -> list[Client]:
    roles = ("planner", "viewer", "planner", "admin", "planner", "viewer", "planner", "planner")
    appointments: dict[int, tuple[tuple[float, str], ...]] = {
        0: ((5.0, "home"), (5.2, "favicon"), (40.0, "home")),
        1: ((12.0, "users"),),
        2: ((9.0, "wrong password"), (16.0, "home"), (16.2, "favicon")),
        3: ((14.0, "users"), (36.0, "users"), (58.0, "users")),
    }
    return [
        Client(
            address=f"127.30.1.{11 + number}",
            agent="HarborDesk/3.8.1 (Windows 11)",
            habits=DESK,
            pace=1.55,
            account=account(number, role),
            destinations=ALL_PORTS if number % 4 else OLD_PORTS,
            appointments=appointments.get(number, ()),
        )
        for number, role in enumerate(roles)
    ]


def _mobiles() -> list[Client]:
    return [
        Client(
            address=f"127.30.2.{31 + number}",
            agent="HarborGo/2.14.1 (Android 15)",
            habits=MOBILE,
            pace=3.0,
            account=account(20 + number, "viewer"),
            traces=True,
            destinations=OLD_PORTS if number % 2 else ALL_PORTS,
            appointments=((10.5, "give up"),) if number == 4 else (),
        )
        for number in range(6)
    ]


def _partners() -> list[Client]:
    people = [
        Client(
            address=f"127.30.3.{51 + number}",
            agent="nordlicht-erp/5.1 python-requests/2.32",
            habits=PARTNER,
            pace=1.6,
            account=account(40 + number, "planner"),
            destinations=ALL_PORTS if number else OLD_PORTS,
        )
        for number in range(3)
    ]
    sync = Client(
        address="127.30.3.60", agent="kestrel-sync/1.9", habits={"tracking": 1}, pace=2.0, hurry=0.085, api_key=True
    )
    return [*people, sync]


def _scanners() -> list[Client]:
    return [
        Client(
            address=f"127.30.4.{71 + number}",
            agent="gate-scanner/4.0",
            habits=SCANNER,
            pace=2.8,
            # the first one asks for short-lived tokens, which expire and are refreshed in the middle of its work
            account=account(60 + number, "viewer", lifetime=3600 if number else 28),
        )
        for number in range(6)
    ]


def _machines() -> list[Client]:
    probe = Client(address=PROBE, agent="blackbox-exporter/0.25.0", habits={"health": 1}, pace=5.0)
    crawler = Client(
        address="127.30.6.5",
        agent="ExampleBot/1.0 (+https://bot.example)",
        habits={"home": 1},
        pace=11.0,
        appointments=((7.0, "robots"), (50.0, "robots")),
    )
    return [probe, crawler]
