"""What stands where something was taken out: recognised again, so that a second run changes nothing."""

from __future__ import annotations

import re

from analyzer.redact import _placeholder

MASKED = re.compile(_placeholder.LEFT_OUT)
PLACEHOLDER = re.compile(_placeholder.PLACEHOLDER)


def is_masked(text: str) -> bool:
    """Whether the text is a placeholder or a length, and nothing else."""
    return text[:1] == "[" and MASKED.fullmatch(text) is not None


def length_of(text: str) -> str:
    """Gives `[36 characters]`, which stands for a text that is no secret by name or form, but might be one."""
    return text if is_masked(text) else f"[{len(text)} characters]"
