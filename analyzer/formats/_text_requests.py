"""Reads the request that an application wrote as pairs into a line of text: status=200 method=GET path=/orders."""

from __future__ import annotations

import polars as pl

# A record with all three is one of a finished request; a message that names but one of them speaks of something else.
_NEEDED = {
    "status": r"(?:http[._])?status(?:_code)?=([1-5][0-9]{2})",
    "method": r"(?:http[._])?method=([A-Z]{3,10})",
    "target": r"(?:http[._])?(?:path|target|uri)=(/[^\s,;]*)",
}
_MORE = {
    "duration_ms": r"duration_ms=([0-9]+(?:\.[0-9]+)?)",
    "client_ip": r"(?:client_ip|remote_addr)=([0-9A-Fa-f.:]+)",
}


def read(text: pl.Expr) -> dict[str, pl.Expr]:
    """Gives status, method, target, duration_ms and client_ip of texts that hold the first three as key=value."""
    return {name: text.str.extract(_pair(pair), 1) for name, pair in (_NEEDED | _MORE).items()}


def may_hold(text: pl.Expr) -> pl.Expr:
    """Tells whether a text holds status, method and path as pairs."""
    return pl.all_horizontal(text.str.contains(_pair(pair)) for pair in _NEEDED.values())


def _pair(pair: str) -> str:
    return rf"(?:^|[\s,;(\[]){pair}(?:[\s,;)\]]|$)"
