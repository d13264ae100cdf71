"""Cleans Cookie and Set-Cookie headers and lists of cookies: names, attributes and lengths stay (RFC 6265)."""

from __future__ import annotations

import re
from typing import Any

from analyzer.redact.capture._masks import is_masked, length_of
from analyzer.redact.capture._work import Work

_ATTRIBUTES = frozenset({
    "path", "domain", "expires", "max-age", "samesite", "priority", "secure", "httponly", "partitioned", "version",
})  # fmt: skip
_PLAIN = re.compile(r"[\w./ :%+-]{0,100}(?:, [\w: -]{1,40})?", re.ASCII)


def clean_cookie(work: Work, value: str) -> str:
    """Gives a Cookie header with every value replaced; what has no name is a value."""
    return ";".join(_pair(work, piece) for piece in value.split(";"))


def clean_set_cookie(work: Work, value: str) -> str:
    """Gives Set-Cookie headers, joined by line feeds as browsers do, with their values replaced."""
    return "\n".join(_line(work, line) for line in value.split("\n"))


def clean_cookies(work: Work, cookies: Any) -> list[dict[str, Any]]:
    """Gives a list of cookies as HAR 1.2 has them, comment telling how long the value was."""
    found = cookies if isinstance(cookies, list) else []
    return [_listed(work, item) for item in found if isinstance(item, dict)]


def _pair(work: Work, piece: str) -> str:
    blanks = piece[: len(piece) - len(piece.lstrip())]
    name, equals, value = piece.strip().partition("=")
    if not equals:
        return blanks + work.secret("cookie", name, "cookies")
    return f"{blanks}{name}={_value(work, value)}"


def _value(work: Work, value: str) -> str:
    quoted = len(value) > 1 and value[0] == value[-1] == '"'
    bare = value[1:-1] if quoted else value
    shown = work.secret("cookie", bare, "cookies")
    return f'"{shown}"' if quoted else shown


def _line(work: Work, line: str) -> str:
    first, *rest = line.split(";")
    return ";".join([_pair(work, first), *(_attribute(work, piece) for piece in rest)])


def _attribute(work: Work, piece: str) -> str:
    name, _, value = piece.strip().partition("=")
    is_one = name.lower() in _ATTRIBUTES and "=" not in value and _PLAIN.fullmatch(value.strip('"'))
    return work.text(piece) if is_one or not piece.strip() else _pair(work, piece)


def _listed(work: Work, item: dict[str, Any]) -> dict[str, Any]:
    name, value = item.get("name"), item.get("value")
    written = value if isinstance(value, str) else "" if value is None else str(value)
    clean: dict[str, Any] = {"name": work.text(name if isinstance(name, str) else ""), "value": _value(work, written)}
    for key in ("path", "domain", "expires", "sameSite"):
        if isinstance(item.get(key), str):
            plain = _PLAIN.fullmatch(item[key]) is not None
            clean[key] = work.text(item[key]) if plain else work.withheld(item[key], "cookies")
    clean |= {key: item[key] for key in ("httpOnly", "secure") if isinstance(item.get(key), bool)}
    comment = item.get("comment")
    if isinstance(comment, str) and is_masked(comment):
        clean["comment"] = comment
    elif written and not is_masked(written):
        clean["comment"] = length_of(written)
    return clean
