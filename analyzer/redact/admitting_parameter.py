"""Finds parameters of URLs and forms that let whoever has them in, by their name and a value that looks made."""

from __future__ import annotations

import re

from analyzer.redact._detector import Detector

_MADE = re.compile(r"(?=[^0-9]*[0-9])(?=[^A-Za-z]*[A-Za-z])[0-9A-Za-z_~%=+-]{10,}|exp=.*hmac=.*|.{60,}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}.*")


def _is_made(value: str) -> bool:
    return _MADE.fullmatch(value) is not None and _DATE.fullmatch(value) is None


# The literals are too common: t= ends sort=.
_NAMED = (
    r"(?i:[?&#;]|&amp;|\\u0026)(?i:t|tok|otc|magic|invite|invitation|reset|verify|verification|activation|assertion"
    r"|licen[cs]e|serial|xoauth|sso|hdnts|hdnea|(?:g-recaptcha|h-captcha|cf-turnstile)-response"
    r"|(?:guest|share|view|resource|trust|reset|edit|invite|access|unlock|embed|widget|feed)[_-]?key)="
)

DETECTOR = Detector(
    kind="secret",
    pattern=rf"{_NAMED}([^&#\s\"'\\<>\x{{e000}}]{{10,}})",
    literals=(
        "t=", "tok=", "otc=", "magic=", "invit", "reset", "verif", "activation=", "assertion=", "licen", "serial=",
        "oauth=", "sso=", "hdnea=", "hdnts=", "-response=", "key=",
    ),
    likely=_NAMED,
    finds=(
        ("/x?invite=Ab12Cd34Ef&page=2", "Ab12Cd34Ef"),
        ("/x?a=1&resourcekey=0-Ab12Cd34Ef", "0-Ab12Cd34Ef"),
        ("/v.m3u8?hdnts=exp=1700000000~acl=/*~hmac=ab12", "exp=1700000000~acl=/*~hmac=ab12"),
    ),
    ignores=("/x?reset=true", "/x?t=1700000000123", "/x?sort_key=created_at_2", "/x?verify=2026-11-22T10",
             "/x?list=Ab12Cd34Ef"),
    confirm=_is_made,
)  # fmt: skip
