"""Learns from a capture, and writes it redacted."""

from __future__ import annotations

from typing import Any

import msgspec

from analyzer.redact import Fired, Redactor
from analyzer.redact.capture import Bodies, clean_capture, learn_capture


def learn_document(document: Any, redactor: Redactor) -> None:
    """Learns everything that the capture's places and texts give away."""
    learn_capture(document, redactor)


def document_bytes(
    document: Any, redactor: Redactor, *, bodies: Bodies, keep_unknown: bool, trail: list[Fired] | None
) -> bytes:
    """Gives a valid capture without secrets, as indented JSON; trail is filled with what fired."""
    clean = clean_capture(document, redactor, bodies=bodies, keep_unknown=keep_unknown, trail=trail)
    return msgspec.json.format(msgspec.json.encode(clean), indent=2) + b"\n"
