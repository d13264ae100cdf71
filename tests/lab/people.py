"""The accounts of a recording, made up afresh each time; whatever redaction must remove carries the word CANARY."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

FIRST_NAMES = ("lena", "omar", "ines", "piet", "maja", "tariq", "noor", "emil")


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who can log in; `lifetime` of an access token in seconds."""

    id: str
    username: str
    password: str
    role: str
    lifetime: int


def account(number: int, role: str, lifetime: int = 3600) -> Account:
    """An invented person."""
    name = FIRST_NAMES[number % len(FIRST_NAMES)]
    return Account(
        id=f"u-{2100 + number}",
        username=f"{name}.{canary()}@harbor-mail.example",
        password=canary("pw_"),
        role=role,
        lifetime=lifetime,
    )


def canary(prefix: str = "") -> str:
    """An obviously fake secret."""
    return f"{prefix}CANARY{secrets.token_hex(8)}"
