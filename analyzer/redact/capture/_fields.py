"""Reads the fields of a HAR with the type that HAR 1.2 asks for."""

from __future__ import annotations

import math
import re
from typing import Any

from analyzer.redact.capture._masks import is_masked
from analyzer.redact.capture._work import Work

_TIME = re.compile(r"[0-9A-Za-z:.,+() -]{4,80}", re.ASCII)


def number(value: Any, absent: float = -1) -> float:
    """Gives a finite number, also from its text; -1 is how HAR 1.2 writes what does not apply."""
    if isinstance(value, str) and len(value) <= 40:
        try:
            value = float(value)
        except ValueError:
            return absent
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return absent
    # One number has one spelling, whether or not a reader made it a float.
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else value


def size(value: Any) -> int:
    """Gives whole bytes, -1 where they are unknown."""
    return max(round(number(value)), -1)


def moment(value: Any) -> str:
    """Gives a time as it was written; what is none is the first of all, which every reader knows for none."""
    return value if isinstance(value, str) and _TIME.fullmatch(value) else "0001-01-01T00:00:00.000Z"


def written(value: Any) -> str:
    """Gives a text; of anything else but a number an empty one."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def mapping(value: Any) -> dict[str, Any]:
    """Gives the object, or an empty one."""
    return value if isinstance(value, dict) else {}


def remark(work: Work, node: dict[str, Any]) -> dict[str, str]:
    """Gives the comment of an object as its length: people write there what they like."""
    comment = node.get("comment")
    if not isinstance(comment, str) or not comment:
        return {}
    return {"comment": comment if is_masked(comment) else work.withheld(comment, "comment")}
