"""The container runtime interface of Kubernetes: time, stream, P for a part or F for the full rest of a line, text.

https://github.com/kubernetes/design-proposals-archive/blob/main/node/kubelet-cri-logging.md
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from analyzer.formats._needles import Screen
from analyzer.formats._plugin import Unwrapped, Wrapper
from analyzer.formats.wrappers import _lines

_PATTERN = (
    r"(?s)^([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{1,9}(?:Z|[+-][0-9]{2}:[0-9]{2})) (stdout|stderr) "
    r"([PF])(?::[A-Z]+)* ?(.*)$"
)
_NAMES = ("at", "stream", "tag", "raw")
_LOOK = 400


@dataclass(frozen=True, slots=True)
class Cri:
    """Unwraps the lines of containerd and CRI-O, and joins the parts of a long line."""

    name: str = "cri"
    title: str = "Kubernetes CRI"
    documentation: str = "https://github.com/kubernetes/design-proposals-archive/blob/main/node/kubelet-cri-logging.md"
    samples: tuple[str, ...] = (
        '2026-11-22T16:14:14.669794202Z stdout F 192.0.2.1 - - [22/Nov/2026:16:14:14 +0000] "GET /a HTTP/1.1" 200 5',
        "2026-11-22T16:14:14.669794203+01:00 stderr P log content",
    )
    certain: bool = True

    def may_unwrap(self, screen: Screen) -> bool:
        """Whether a text looks like a line of it."""
        return screen.may_fit(_PATTERN)

    def unwrap(self, lines: pl.DataFrame, zone: str, now: datetime) -> Unwrapped:  # noqa: ARG002 - the times are whole
        """Gives one row per line inside."""
        found = self._split(lines, zone)
        return Unwrapped(_lines.join_partial(found.lines).drop("partial"), found.rest)

    def pending(self, lines: pl.DataFrame) -> int:
        """Counts the lines from the first part on that waits for its rest."""
        tail = lines.tail(_LOOK)
        return _lines.open_pieces(self._split(tail, "UTC"), tail)

    def _split(self, lines: pl.DataFrame, zone: str) -> Unwrapped:
        found, rest = _lines.capture(lines, _PATTERN, _NAMES)
        told = found.with_columns(collected_at=_lines.stamp(pl.col("at"), zone), partial=pl.col("tag") == "P")
        return Unwrapped(_lines.one_each(told.drop("at", "tag")), rest)


WRAPPERS: tuple[Wrapper, ...] = (Cri(),)
