"""Tells whether and how a HAR entry authenticated, without keeping the credentials."""

from __future__ import annotations

from analyzer.formats._har_headers import Headers, first
from analyzer.formats._query_credentials import scheme_in_url

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
    "api_key",
    "x-apikey",
    "x-auth-token",
    "x-access-token",
    "x-goog-api-key",
    "x-functions-key",
    "ocp-apim-subscription-key",
)


def scheme(headers: Headers, url: str, *, has_cookies: bool) -> str | None:
    """Gives the scheme of the credentials that were sent, null if none were.

    Names of the IANA registry and of vendors; "other" for anything else, since a bare secret has no scheme. What the
    headers say goes before the query, and a cookie comes last.
    """
    authorization = first(headers, "authorization")
    if authorization:
        return _SCHEMES.get(authorization.partition(" ")[0].lower(), "other")
    if first(headers, *_KEYS):
        return "ApiKey"
    in_query = scheme_in_url(url)
    if in_query:
        return in_query
    return "Cookie" if has_cookies or "cookie" in headers else None
