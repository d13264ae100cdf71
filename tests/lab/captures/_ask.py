"""One row of the truth: what was asked, what the server did, and what a capture by each program can say of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Layers = Mapping[str, Literal["cause", "suspected"] | None]
NEVER, NOTHING = None, 0


@dataclass(frozen=True, slots=True)
class Seen:
    """How a program writes the entry, and the layers that may be named for it, each with its strongest verdict.

    No layers: it worked, and lies in no incident. `may_be_quiet`: it failed, but alone the entry does not show it, so
    that it may lie in no incident as well. The layer `unknown` is named if nothing points at one.
    """

    status: int | None
    error: str | None = None
    layers: Layers = field(default_factory=dict)
    may_be_quiet: bool = False


@dataclass(frozen=True, slots=True)
class Ask:
    """`served`: the status that the server sent, NOTHING if it closed without one, NEVER if it was not reached.

    A program that is missing in `seen` writes no entry.
    """

    method: str
    url: str
    served: int | None
    what: str
    seen: Mapping[str, Seen]


def alike(
    status: int | None, error: str | None = None, **layers: Literal["cause", "suspected"] | None
) -> dict[str, Seen]:
    """The same in all programs."""
    return dict.fromkeys(("playwright", "chromium", "firefox"), Seen(status, error, layers))


def failed(error: str, chromium: Layers, firefox: Layers) -> dict[str, Seen]:
    """No response: Chromium names the error, Firefox does not."""
    named = Seen(None, error, chromium)
    return {"playwright": named, "chromium": named, "firefox": Seen(None, None, firefox)}
