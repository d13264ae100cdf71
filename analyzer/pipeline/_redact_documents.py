"""Learns from a document, and writes it redacted."""

from __future__ import annotations

from typing import Any

import msgspec
import polars as pl

from analyzer.pipeline._document_texts import document_texts
from analyzer.redact import Redactor


def learn_document(document: Any, redactor: Redactor) -> None:
    """Learns everything that the document's places and texts give away."""
    redactor.learn(pl.Series("text", sorted(document_texts(document)), dtype=pl.String))


def document_bytes(document: Any, redactor: Redactor) -> bytes:
    """Gives the document redacted, as indented JSON."""
    return msgspec.json.format(msgspec.json.encode(redactor.value(document)), indent=2) + b"\n"
