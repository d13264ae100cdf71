"""Finds the whole value of headers that carry credentials, whatever their scheme."""

from __future__ import annotations

from analyzer.redact._detector import Detector
from analyzer.redact._names import HARMLESS

# What is said of an authorization in a sentence.
_SAID = frozenset(
    {"failed", "denied", "granted", "error", "failure", "success", "ok", "not", "header", "the", "user", "for"}
)

DETECTOR = Detector(
    kind="credentials",
    pattern=(
        r"(?i)\b(?:proxy-authorization|authorization|x-api-key|x-auth-token|x-access-token|x-csrf-token|x-xsrf-token"
        r"|x-amz-security-token|api-key)\\?[\"']?\s*[:=]\s*(?:\[\s*)?\\?[\"'`]?"
        r"(?:(?:bearer|basic|digest|token|ssws|apikey)\s+)?([^\s\"'`\\,;&\[\]{}]{3,})"
    ),
    literals=("authorization", "api-key", "-token"),
    finds=(
        ('{"authorization": "tok_12ab"}', "tok_12ab"),
        ("X-Api-Key: 42-abc", "42-abc"),
        ('"Authorization": ["Token abcdef"]', "abcdef"),
    ),
    ignores=(
        '{"authorization": null}',
        "authorization: []",
        "authorization failed",
        "authorization: denied by policy",
        "authorization: `Bearer ${token}`",
    ),
    confirm=lambda value: value.lower() not in HARMLESS and value.lower() not in _SAID,
)
