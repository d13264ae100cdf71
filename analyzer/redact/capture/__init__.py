"""Redacts HAR captures by the places in which secrets stand, and keeps what support engineers need.

Each module without a leading underscore is the rule of one kind of place. All of them run twice: first to learn what
is secret, from every capture and log, then to write.
"""

from __future__ import annotations

from typing import Any

from analyzer.redact._trail import Fired
from analyzer.redact.capture._log import clean_log, known_texts, log_of
from analyzer.redact.capture._marker import dropped_before, mark, marker_fault
from analyzer.redact.capture._resolve import resolve
from analyzer.redact.capture._work import BODIES, Bodies, Learner, Work
from analyzer.redact.capture.broken import reject_shown

__all__ = ["BODIES", "Bodies", "clean_capture", "learn_capture", "marker_fault", "reject_shown"]


def learn_capture(document: Any, redactor: Learner) -> None:
    """Teaches a redactor everything that the places of a capture give away, and all that detectors find in its texts.

    document: plain Python as the HAR format's parse_document gives it; broken entries are texts in it.
    """
    log = log_of(document)
    work = Work(redactor, learning=True, known=known_texts(log))
    clean_log(work, log)
    work.flush()


def clean_capture(
    document: Any,
    redactor: Learner,
    *,
    bodies: Bodies = "skeleton",
    keep_unknown: bool = False,
    trail: list[Fired] | None = None,
) -> dict[str, Any]:
    """Gives a valid HAR 1.2 without secrets, marked with log._sanitized; redactor must have learnt from everything.

    bodies: skeleton keeps keys, types, lengths and what tells of an error; redacted also what no name or form gives
    away; drop keeps sizes only. keep_unknown keeps fields that HAR 1.2 does not know, redacted. trail is filled with
    what fired. Entries that are broken are left out and counted in the marker.
    """
    log = log_of(document)
    work = Work(redactor, bodies=bodies, keep_unknown=keep_unknown, trail=trail, known=known_texts(log))
    tree, dropped = clean_log(work, log)
    clean = resolve({"log": tree}, work)["log"]
    return {"log": mark(clean, redactor.profile, dropped + dropped_before(log))}
