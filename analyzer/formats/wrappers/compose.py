"""Lines with the name of their service in front, as docker compose logs writes them.

https://docs.docker.com/reference/cli/docker/compose/logs/
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from analyzer.formats._needles import Screen
from analyzer.formats._plugin import Unwrapped, Wrapper
from analyzer.formats.wrappers import _lines

_PATTERN = r"(?s)^([A-Za-z][A-Za-z0-9_.-]{0,127}) *\| ?(.*)$"
_NAMES = ("process", "raw")


@dataclass(frozen=True, slots=True)
class Compose:
    """Takes the name off where that helps to read the line; lines of different services are never joined."""

    name: str = "compose"
    title: str = "Docker Compose"
    documentation: str = "https://docs.docker.com/reference/cli/docker/compose/logs/"
    samples: tuple[str, ...] = (
        'web-1      | 192.0.2.1 - - [22/Nov/2026:16:14:14 +0000] "GET /a HTTP/1.1" 200 5',
        'gateway_1  | {"level":"info","msg":"started"}',
    )
    certain: bool = False

    def may_unwrap(self, screen: Screen) -> bool:
        """Whether a text looks like a line of it."""
        return screen.may_fit(_PATTERN)

    def unwrap(self, lines: pl.DataFrame, zone: str, now: datetime) -> Unwrapped:  # noqa: ARG002 - there is no time
        """Gives one row per line inside; process is the service."""
        found, rest = _lines.capture(lines, _PATTERN, _NAMES)
        return Unwrapped(_lines.one_each(found.with_columns(stream="process")), rest)

    def pending(self, lines: pl.DataFrame) -> int:  # noqa: ARG002 - each line is whole
        """Counts nothing: each line is whole."""
        return 0


WRAPPERS: tuple[Wrapper, ...] = (Compose(),)
