"""Tells whether and how a HAR entry authenticated, without keeping the credentials."""

from __future__ import annotations

from analyzer.formats._har_headers import Headers, first

_SCHEMES = {
    name.lower(): name
    for name in (
        "Basic", "Bearer", "Digest", "DPoP", "GNAP", "HOBA", "Mutual", "Negotiate", "NTLM", "OAuth", "PrivateToken",
        "SCRAM-SHA-1", "SCRAM-SHA-256", "vapid", "SSWS", "AWS4-HMAC-SHA256", "Hawk", "Token", "ApiKey", "JWT",
        "Signature", "SharedKey", "SharedAccessSignature", "GoogleLogin", "Session", "Zoho-oauthtoken",
    )
}  # fmt: skip
_KEYS = (
    "x-api-key",
    "api-key",
    "apikey",
    "x-auth-token",
    "x-access-token",
    "x-goog-api-key",
    "ocp-apim-subscription-key",
)


def scheme(headers: Headers, *, has_cookies: bool) -> str | None:
    """Gives the scheme of the credentials that were sent, null if none were.

    Names of the IANA registry and of vendors; "other" for anything else, since a bare secret has no scheme.
    """
    authorization = first(headers, "authorization")
    if authorization:
        return _SCHEMES.get(authorization.partition(" ")[0].lower(), "other")
    if first(headers, *_KEYS):
        return "ApiKey"
    return "Cookie" if has_cookies or "cookie" in headers else None
