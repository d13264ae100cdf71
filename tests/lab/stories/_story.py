"""What a story says of itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from lab.balancer import Balancer
from lab.clients import Client, everybody
from lab.edge import Edge
from lab.exchange import Exchange
from lab.stack import Stack
from lab.traffic import Floor

Switch = Callable[[Stack, Floor], None]

NORMAL_NOISE = (
    "404 for bookings that were deleted (HB-40990 to HB-40997), by several clients over the whole recording",
    "404 for /favicon.ico and /robots.txt, with open() failed lines in error.log",
    "one 401 at POST /oauth/token: a mistyped password",
    "one 403 at GET /v2/admin/users: a viewer",
    "one 499 at GET /v2/reports/volume: a mobile client that waits only 0.4 s",
    "GET /v2/reports/volume takes 1 to 2 s whenever it is called",
)

EXPIRED_TOKENS = "401 then token refresh then 200 at one gate scanner (127.30.4.71), whose tokens live 28 s"


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong and how it can be recognised; scope and pattern are what the recording has to show.

    `layer_accept` and `scope_accept` are further answers that are right, `errors` the browser's words where no status came.
    `delay` and `lasts` are seconds within the story's `during`; `group` recognises the successes to compare with where the
    failing requests' own endpoints are not the right ones. `visible` recognises exchanges that left something in the
    inputs, if these are not those that were answered and those of the browser.
    """

    layer: str
    statuses: tuple[int, ...]
    failed: Callable[[Exchange], bool]
    switch_on: Switch
    switch_off: Switch
    scope: str
    pattern: str
    deciding: tuple[str, str]
    at_least: int
    layer_accept: tuple[str, ...] = ()
    scope_accept: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    delay: float = 0.0
    lasts: float | None = None
    group: Callable[[Exchange], bool] | None = None
    visible: Callable[[Exchange], bool] | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """One recording; `without` are addresses that stay away, durations are in seconds.

    `clients` are those of this story, `visitor_lifetime` is how long the browser's access tokens live, in seconds.
    `hosts` moves actions to another host (for the clients and the browser), `settings` goes into the web application's
    config.json, `prepare` runs once everything is up, before the first client; `application` are further environment
    variables of the services, `clock_offset` is how far the browser's clock is ahead, in seconds, `trusts` names
    certificates that the browser and the clients believe.
    """

    name: str
    title: str
    what_happened: str
    faults: tuple[Fault, ...] = ()
    edge: Edge = field(default_factory=Edge)
    balancer: Balancer | None = None
    log_style: str = "structlog"
    app_log: str = "app.jsonl"
    browser: bool = True
    clients: Callable[[], tuple[Client, ...]] = everybody
    visitor_lifetime: int = 3600
    without: tuple[str, ...] = ()
    compressed: tuple[str, ...] = ()
    distractors: tuple[str, ...] = ()
    hosts: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, object] = field(default_factory=dict)
    application: Mapping[str, str] = field(default_factory=dict)
    prepare: Switch | None = None
    clock_offset: float = 0.0
    trusts: tuple[str, ...] = ()
    before: float = 16.0
    during: float = 15.0
    after: float = 14.0
