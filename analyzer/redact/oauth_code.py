"""Finds OAuth 2.0 codes, states and nonces in queries (RFC 6749, 4.1.2), and signatures of pre-signed addresses."""

from __future__ import annotations

from analyzer.redact._detector import Detector

DETECTOR = Detector(
    kind="secret",
    pattern=r"(?i)[?&#](?:key|code|state|nonce|sig|sv_sig|x-amz-credential|x-goog-credential|se_sig|hmac)=([^&#\s\"'\\]{6,})",
    literals=("key=", "code=", "state=", "nonce=", "sig=", "credential=", "hmac="),
    finds=(("/callback?code=4/0AeaYSHB&state=xyz123", "4/0AeaYSHB"), ("/blob?sv=1&sig=abc%2Bdef", "abc%2Bdef")),
    ignores=("error code=12345678", "?code=404", "state=running"),
)
