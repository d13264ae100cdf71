"""Finds the text of XML elements and the values of HTML fields whose name says that they are secret."""

from __future__ import annotations

from analyzer.redact._detector import Detector
from analyzer.redact._names import HARMLESS, LITERALS, secret_name

DETECTOR = Detector(
    kind="secret",
    pattern=(
        r"(?i)(?:<(?:[a-z0-9_]+:)?[a-z0-9_.-]+(?:\s[^<>]{0,300})?>(?:<!\[CDATA\[)?"
        r"|\b(?:name|id|key)\s*=\s*\\?[\"']?[^\"'\\\s<>]{1,100}\\?[\"']?[^<>]{0,200}?\s(?:value|content)\s*=\s*\\?[\"'])"
        r"([^<>\"'\\\x{e000}]+)"
    ),
    literals=LITERALS,
    needs=(">", "value", "content"),
    finds=(
        ("<login><password>hunter2</password></login>", "hunter2"),
        ('<wsse:Password Type="#PasswordText">pw-1</wsse:Password>', "pw-1"),
        ('<input type="hidden" name="csrf_token" value="c-12">', "c-12"),
        ('<add key="ApiToken" value="a-12"/>', "a-12"),
        ('<meta name="csrf-token" content="m-12">', "m-12"),
    ),
    ignores=("<page>2</page>", "<token_type>Bearer</token_type>", '<input name="page" value="2">'),
    confirm=lambda value: bool(value.strip()) and value.strip().lower() not in HARMLESS,
    name=r"(?i)^(?:<(?:[a-z0-9_]+:)?|(?:name|id|key)\s*=\s*\\?[\"']?)([^\"'\\\s<>=]{1,100})",
    is_secret=secret_name,
)
