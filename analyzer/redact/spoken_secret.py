"""Finds secrets that a sentence names: `refresh_token XYZ`, `the API key abc123 is revoked`."""

from __future__ import annotations

import re

from analyzer.redact._detector import Detector
from analyzer.redact._names import HARMLESS

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}(?:-[0-9]{2})?.*")
_CODED = re.compile(r"[A-Za-z]+_[A-Za-z_]+|[0-9.]{1,7}(?:ms|s|m|h|kb|mb)?|HTTP/[0-9.]+|[A-Za-z]+-[a-z-]+|/.*")

_FIELD = re.compile(r"[a-z]{1,30}(?:_[a-z]{1,30}){1,5}=.*|.*=")  # the next field of a line in logfmt


def _is_made(value: str) -> bool:
    bare = value.rstrip(".")
    mixed = any(map(str.isdigit, bare)) and any(map(str.isalpha, bare))
    humps = bare.isalpha() and not bare[1:].islower() and not bare.isupper()
    plain = bare.lower() in HARMLESS or _DATE.fullmatch(bare) or _CODED.fullmatch(bare) or _FIELD.fullmatch(bare)
    return len(bare) >= 8 and (mixed or (humps and len(bare) >= 16)) and not plain


DETECTOR = Detector(
    kind="secret",
    pattern=(
        r"(?i)(?:^|[^=\w])(?:(?:access|refresh|id|api|auth|session|bearer|reset|invite|csrf|security)[_ -]?token|token"
        r"|api[_ -]?key|access[_ -]?key|secret[_ -]?key|client[_ -]?secret|secret|password|passcode|passphrase|otp"
        r"|session[_ -]?id|authorization[_ -]code|auth[_ -]code"
        r"|(?:verification|recovery|backup|login|security)[_ -]codes?"
        r"|jwt)(?:\s+for\s+(?:user\s+)?[^\s:]{1,80})?"
        r"(?:\s+(?:is|was|of|value|with|provided|given|received|used|sent|malformed|invalid|rejected|unknown)){0,2}"
        r"\s*:?\s+[\"'`(\[]?([A-Za-z0-9._~+/=-]{8,})"
    ),
    literals=("token", "key", "secret", "passw", "passcode", "passphrase", "otp", "session", "code", "jwt"),
    finds=(
        ("could not use refresh_token r1XYZ-88abc again", "r1XYZ-88abc"),
        ("the API key abc12345 is revoked", "abc12345"),
        ("password is hunter2hunter", "hunter2hunter"),
        ("Incorrect API key provided: ab12cd34.", "ab12cd34."),
        ("password for user ann is hunter2hunter", "hunter2hunter"),
        ("jwt malformed: ab12cd34", "ab12cd34"),
    ),
    ignores=(
        "The signing key 2026-09 is not in the key set",
        "refresh token invalid_grant",
        "token expired 2026-09-01T10:00:00Z",
        "token validation failed after 1200ms",
        "session token lifetime 3600s",
        "grant=password client_ip=192.0.2.17 method=POST",
        "grant=password sourceport=49152 method=POST",
        "grant: password client_ip=192.0.2.17",
    ),
    confirm=_is_made,
)
