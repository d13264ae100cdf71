"""Finds curl commands that carry credentials of their own, whoever issued them."""

from __future__ import annotations

import re

from analyzer.redact._gate_views import everything
from analyzer.redact._spellings import spreads

COMMAND = r"(?i)\bcurl\b[^\n]{0,2000}"
_HEADER = re.compile(r"(?i)authorization:\s{0,9}(?:[a-z0-9-]{1,40}\s{1,9})?([^\s'\"\\]{6,400})")
_USER = re.compile(r"(?:^|\s)(?:-u|--user|-U|--proxy-user)[ =]{0,9}['\"]?[^\s'\":$<{\[]{1,200}:([^\s'\"\\]{1,400})")
# What stands there instead of a credential: a placeholder, a variable, a blank to be filled in.
_STAND_INS = ("[redacted:", "$", "<", "{", "*", "%", "…", "...", "[")


def holds_credentials(command: str) -> bool:
    """Tells whether a command, in any usual spelling, names a literal credential of the header or of -u (curl(1))."""
    decoded = everything(command.encode("utf-8", "surrogatepass")).decode("utf-8", "replace")
    return any(
        spreads(found.group(1).rstrip(",;)")) and not found.group(1).startswith(_STAND_INS)
        for text in (command, decoded)
        for pattern in (_HEADER, _USER)
        for found in pattern.finditer(text)
    )
