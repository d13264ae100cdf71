"""Lines with the time that kubectl logs and docker logs put in front with --timestamps, and the pod with --prefix.

https://kubernetes.io/docs/reference/kubectl/generated/kubectl_logs/
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from analyzer.formats._needles import Screen
from analyzer.formats._plugin import Unwrapped, Wrapper
from analyzer.formats.wrappers import _lines

_PATTERN = (
    r"(?s)^(?:\[pod/([^/\]\s]+)/([^\]\s]+)\] )?"
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{6,9}(?:Z|[+-][0-9]{2}:[0-9]{2})) (.*)$"
)
_NAMES = ("host_name", "process", "at", "raw")


@dataclass(frozen=True, slots=True)
class Kubectl:
    """Takes the time off where that helps to read the line: many applications write such a time themselves."""

    name: str = "kubectl"
    title: str = "kubectl logs --timestamps"
    documentation: str = "https://kubernetes.io/docs/reference/kubectl/generated/kubectl_logs/"
    samples: tuple[str, ...] = (
        '2026-11-22T16:14:14.669794202Z 192.0.2.1 - - [22/Nov/2026:16:14:14 +0000] "GET /a HTTP/1.1" 200 5',
        '[pod/web-5d9c/app] 2026-11-22T16:14:14.669794202Z {"level":"info","msg":"started"}',
    )
    certain: bool = False

    def may_unwrap(self, screen: Screen) -> bool:
        """Whether a text looks like a line of it."""
        return screen.may_fit(_PATTERN)

    def unwrap(self, lines: pl.DataFrame, zone: str, now: datetime) -> Unwrapped:  # noqa: ARG002 - the times are whole
        """Gives one row per line inside; host_name is the pod, process the container."""
        found, rest = _lines.capture(lines, _PATTERN, _NAMES)
        if not found.height:
            return _lines.nothing(lines)
        told = found.with_columns(
            collected_at=_lines.stamp(pl.col("at"), zone),
            stream=pl.concat_str("host_name", "process", separator="/", ignore_nulls=True),
        )
        return Unwrapped(_lines.one_each(told.drop("at")), rest)

    def pending(self, lines: pl.DataFrame) -> int:  # noqa: ARG002 - each line is whole
        """Counts nothing: each line is whole."""
        return 0


WRAPPERS: tuple[Wrapper, ...] = (Kubectl(),)
