"""Templates of tickets: every public module here is a plug-in that exports VENDOR."""

from __future__ import annotations

from functools import cache
from typing import cast

from analyzer.packet.vendors._vendor import Field, Vendor
from analyzer.registry import discover

__all__ = ["Field", "Vendor", "known_vendors", "vendors"]


@cache
def known_vendors() -> dict[str, Vendor]:
    """Gives the vendors by name, ordered by it."""
    return {name: cast("Vendor", found) for name, found in discover("analyzer.packet.vendors", "VENDOR").items()}


def vendors() -> tuple[str, ...]:
    """Gives the names that a ticket can be written for, the generic one first."""
    return tuple(sorted(known_vendors(), key=lambda name: (name != "generic", name)))
