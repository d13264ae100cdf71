"""Cleans the parameters of pre-signed URLs: provider, expiry, scope and signed headers stay.

AWS Signature Version 4 in the query, Google Cloud Storage V4 and V2, CloudFront signed URLs, Azure SAS.
"""

from __future__ import annotations

from analyzer.redact.capture._names import folded
from analyzer.redact.capture._work import Work

_SECRET = frozenset({
    "xamzsignature", "xgoogsignature", "sig", "signature", "xamzsecuritytoken", "awsaccesskeyid", "googleaccessid",
    "policy", "keypairid", "skoid", "sktid",
})  # fmt: skip
_SCOPED = frozenset({"xamzcredential", "xgoogcredential"})


def clean_presigned(work: Work, name: str, value: str) -> str | None:
    """Gives the value with key and signature replaced, None if the parameter is none of a pre-signed URL."""
    plain = folded(name)
    if plain in _SCOPED:
        return clean_scope(work, value)
    return work.secret("signature", value, "presigned") if plain in _SECRET else None


def clean_scope(work: Work, credential: str) -> str:
    """Gives `key/date/region/service/aws4_request` with the key replaced."""
    key, slash, scope = credential.partition("/")
    return work.secret("key_id", key, "presigned") + slash + scope
