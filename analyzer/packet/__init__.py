"""Builds the escalation packet: a redacted directory that another team or a vendor can act on."""

from __future__ import annotations

from analyzer.packet._item import Item
from analyzer.packet.case import Case

__all__ = ["Case", "Item"]
