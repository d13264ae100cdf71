"""Finds values whose name says that they are secret: in queries, forms, logfmt and cookies."""

from __future__ import annotations

from analyzer.redact._detector import Detector
from analyzer.redact._names import HARMLESS, LITERALS, NAME, NAMED, secret_name


def _session(value: str) -> tuple[str, ...]:
    # A path parameter ends where the query begins: ;jsessionid=X?page=2.
    return tuple(dict.fromkeys((value, value.partition("?")[0])))


DETECTOR = Detector(
    kind="secret",
    # Quoted values are those of double_quoted_value and single_quoted_value, which know where they end.
    pattern=(
        rf"(?i)\b{NAME}\]?="
        r"((?:[^\s\"'\\&;,<>(){}\[\]#|%\x{e000}]|%[0-9A-Fa-f]{2})+)"
    ),
    literals=LITERALS,
    finds=(
        ("token=%2Bab12", "%2Bab12"),
        ("user[password]=hunter2&a=b", "hunter2"),
        ("GET /x?api_key=mk_9&page=2", "mk_9"),
        ("app_session=s_12; path=/", "s_12"),
        ("invite_token=abc%20d", "abc%20d"),
    ),
    ignores=(
        "token: expired",
        "the key set",
        '"token": null',
        "session=expired",
        "tokens_used=17x is not it: monkey=1",
    ),
    parts=_session,
    confirm=lambda value: value.lower() not in HARMLESS,
    name=NAMED,
    is_secret=secret_name,
)
