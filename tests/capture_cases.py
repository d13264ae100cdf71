"""Cleaning a capture from bytes to bytes, as the commands do it, for the tests of the capture redactor."""

from __future__ import annotations

import json
from typing import Any

import canaries

from analyzer.formats.har import HarFormat
from analyzer.redact import Redactor
from analyzer.redact.capture import clean_capture, learn_capture

KEY = b"k" * 32


def document_of(data: bytes | dict[str, Any]) -> Any:
    """What the HAR format's reader gives of bytes, or of plain Python that is written first."""
    written = data if isinstance(data, bytes) else json.dumps(data).encode()
    return HarFormat().parse_document(written).document


def cleaned(data: bytes | dict[str, Any], *, profile: Any = "vendor", **options: Any) -> dict[str, Any]:
    """Learns from a capture alone, and cleans it; its server's address stays unless the profile is public."""
    document = document_of(data)
    keep = frozenset() if profile == "public" else frozenset({canaries.SERVER})
    redactor = Redactor(KEY, profile=profile, keep=keep)
    learn_capture(document, redactor)
    return clean_capture(document, redactor, **options)


def one(**parts: Any) -> dict[str, Any]:
    """The only entry of a cleaned capture whose entry was made by canaries.entry."""
    return cleaned(log_of(canaries.entry(**parts)))["log"]["entries"][0]


def log_of(*entries: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A capture with these entries."""
    return {"log": {"version": "1.2", "creator": {"name": "t", "version": "1"}, "entries": list(entries), **more}}
