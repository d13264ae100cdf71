"""Templates of tickets: every public module here is a plug-in that exports VENDOR."""

from __future__ import annotations

from functools import cache
from typing import cast

from analyzer.errors import UsageError
from analyzer.packet.vendors._vendor import Field, Vendor
from analyzer.registry import discover

__all__ = ["Field", "Vendor", "known_vendors", "vendor_of", "vendors"]


@cache
def known_vendors() -> dict[str, Vendor]:
    """Gives the vendors by name, ordered by it."""
    return {name: cast("Vendor", found) for name, found in discover("analyzer.packet.vendors", "VENDOR").items()}


def vendors() -> tuple[str, ...]:
    """Gives the names that a ticket can be written for, the generic one first."""
    return tuple(sorted(known_vendors(), key=lambda name: (name != "generic", name)))


def vendor_of(name: str) -> Vendor:
    """Gives a vendor by name; raises UsageError for one that is not known."""
    if name not in known_vendors():
        raise UsageError(f"there is no ticket for {name!r}.", hint=f"Known: {', '.join(vendors())}.")
    return known_vendors()[name]
