"""Compares a packet with its own lists: what is missing, added, changed, or no part of a packet at all."""

from __future__ import annotations

from pathlib import Path

from analyzer.packet.verification._capture import look_into_capture
from analyzer.packet.verification._compare import Verified, compare
from analyzer.packet.verification._folder import look_into_folder
from analyzer.packet.verification._zip import look_into_zip

__all__ = ["Verified", "verify_archive", "verify_capture", "verify_folder"]


def verify_folder(path: Path) -> Verified:
    """Looks into a folder, never through a link and never out of it; raises UsageError if it is none."""
    return compare(*look_into_folder(path))


def verify_archive(path: Path) -> Verified:
    """Looks into a zip of a packet without unpacking it; raises UsageError if it is none."""
    return compare(*look_into_zip(path))


def verify_capture(path: Path) -> str | None:
    """Says what is wrong with the marker of one HAR that was redacted, None if nothing is; raises UsageError."""
    return look_into_capture(path)
