"""Finds secrets in what databases log: IDENTIFIED BY, PASSWORD, values by column, and duplicate keys of PostgreSQL."""

from __future__ import annotations

import re

from analyzer.redact._detector import Detector
from analyzer.redact._names import HARMLESS, secret_name

_PASSWORD = re.compile(r"\A'((?:[^'\\]|\\.|'')+)'\Z", re.DOTALL)
_COLUMNS = re.compile(r"\A([^()]+)\)\s*(?:VALUES\s*|=)\(([^()]*)", re.IGNORECASE)
_VALUE = re.compile(r"\s*(?:[NEe]?'((?:[^'\\]|\\.|'')*)'|([^,]*))\s*(?:,|\Z)")


def _secrets(value: str) -> tuple[str, ...]:
    password = _PASSWORD.match(value)
    if password is not None:
        return (password[1],)
    columns = _COLUMNS.match(value)
    if columns is None:
        return ()
    names = (name.strip(' "`[]\r\n\t\\') for name in columns[1].split(","))
    values = (quoted or bare.strip() for quoted, bare in _VALUE.findall(columns[2]))
    pairs = zip(names, values, strict=False)
    return tuple(found for name, found in pairs if found and secret_name(name) and found.lower() not in HARMLESS)


DETECTOR = Detector(
    kind="secret",
    pattern=(
        r"(?is)(?:\bIDENTIFIED\s+BY\s+(?:PASSWORD\s+)?|\bPASSWORD\s+|\bcrypt\(|\bINTO\s+[^\s()]+\s*\(|\bkey\s+\()"
        r"('[^'\x{e000}]+'|[^()'\x{e000}]+\)\s*(?:VALUES\s*|=)\([^()\x{e000}]+)"
    ),
    literals=("identified", "password", "crypt(", "values", "key ("),
    finds=(
        ("CREATE USER app IDENTIFIED BY 'hunter2'", "'hunter2'"),
        ("ALTER USER app WITH PASSWORD 'hunter2'", "'hunter2'"),
        ("INSERT INTO users (id, password) VALUES (7, 'hunter2')", "id, password) VALUES (7, 'hunter2'"),
        ("DETAIL: Key (reset_token)=(ab12) already exists.", "reset_token)=(ab12"),
    ),
    ignores=(
        "INSERT INTO orders (id, state) VALUES (7, 'paid')",
        "DETAIL: Key (email)=(x) already exists.",
        "PASSWORD ''",
    ),
    confirm=lambda value: bool(_secrets(value)),
    parts=_secrets,
)
