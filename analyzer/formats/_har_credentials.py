"""Tells whether and how a HAR entry authenticated, without keeping the credentials."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from analyzer.formats._har_headers import Headers, first, fold

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


def is_likely_sanitised(creator: str | None, entries: Iterable[dict[str, Any]]) -> bool:
    """Whether this looks like the sanitised export of Chrome or Edge, their default since 2024.

    It takes out Authorization, Cookie, Set-Cookie and both cookie arrays, everywhere, and says so nowhere.
    """
    return creator == "WebInspector" and not any(_has_secrets(entry) for entry in entries)


def _has_secrets(entry: dict[str, Any]) -> bool:
    request, response = entry["request"], entry["response"]
    sent, answered = fold(request["headers"]), fold(response["headers"])
    cookies = request.get("cookies") or response.get("cookies")
    return bool(cookies) or "authorization" in sent or "cookie" in sent or "set-cookie" in answered
