"""What a story says of itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

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
    """What goes wrong and how it can be recognised; scope and pattern are what the recording has to show."""

    layer: str
    statuses: tuple[int, ...]
    failed: Callable[[Exchange], bool]
    switch_on: Switch
    switch_off: Switch
    scope: str
    pattern: str
    deciding: tuple[str, str]
    at_least: int


@dataclass(frozen=True, slots=True)
class Story:
    """One recording; `without` are addresses that stay away, durations are in seconds."""

    name: str
    title: str
    what_happened: str
    fault: Fault | None = None
    edge: Edge = field(default_factory=Edge)
    log_style: str = "structlog"
    browser: bool = True
    without: tuple[str, ...] = ()
    compressed: tuple[str, ...] = ()
    distractors: tuple[str, ...] = ()
    before: float = 24.0
    during: float = 22.0
    after: float = 22.0
