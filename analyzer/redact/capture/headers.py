"""Cleans header lists: each header by what its name says of its value."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from analyzer.redact.capture._names import secret_kind
from analyzer.redact.capture._work import Work, Written
from analyzer.redact.capture.authorization import clean_authorization
from analyzer.redact.capture.cookies import clean_cookie, clean_set_cookie
from analyzer.redact.capture.jwt_claims import clean_token
from analyzer.redact.capture.named_json import clean_json_text, json_behind
from analyzer.redact.capture.trace_fields import clean_trace_field
from analyzer.redact.capture.url import clean_url, clean_urls_in

# What ties a capture to servers' logs and explains a failure: verbatim (names from the vendors' own pages).
SURVIVE = frozenset({
    "x-request-id", "request-id", "x-correlation-id", "x-amzn-requestid", "x-amz-request-id", "x-amz-id-2",
    "x-amz-cf-id", "x-amzn-trace-id", "cf-ray", "x-ms-request-id", "x-ms-client-request-id",
    "x-ms-correlation-request-id", "client-request-id", "ms-dyn-aid", "x-github-request-id", "x-okta-request-id",
    "atl-traceid", "x-b3-traceid", "x-b3-spanid", "traceparent", "uber-trace-id", "x-cloud-trace-context",
    "x-datadog-trace-id", "x-vercel-id", "x-served-by", "x-cache", "via", "server", "date", "age", "retry-after",
    "content-length", "user-agent", "x-azure-ref", "x-akamai-request-id", "content-type", "accept", "host",
    ":authority", ":method", ":scheme", ":status", "b3", "x-b3-parentspanid", "x-datadog-parent-id",
})  # fmt: skip
_SURVIVING = re.compile(r"(?:x-)?ratelimit-[a-z-]{1,40}")
_URLS = frozenset({
    "referer", "location", "content-location", "origin", ":path", "x-original-url", "x-rewrite-url", "x-original-uri",
    "x-forwarded-uri", "x-forwarded-path", "sourcemap", "destination", "x-amz-website-redirect-location",
})  # fmt: skip
_ABOUT = ("access-control-", "sec-", "content-")  # access-control-allow-credentials tells of credentials, and has none
_CHALLENGES = ("www-authenticate", "proxy-authenticate")
_LINKS = re.compile(r"(<)([^<>]*+)(>)|(url=[\"']?)([^\"'\s;]++)()", re.IGNORECASE)
_TOKEN68 = re.compile(r"(\b(?:negotiate|ntlm|kerberos)\s+)([A-Za-z0-9+/=._~-]{8,})", re.IGNORECASE)
_TOKEN = re.compile(r"(?=[A-Za-z_]{0,40}[0-9])[A-Za-z0-9_]{12,}|[A-Za-z0-9_]{30,}|base64url\.bearer")
_METADATA = re.compile(
    r"x-(?:amz|goog|ms|oss|cos|obs)-meta-|(?:upload|tus)-metadata$"
)  # what users said of their files
_CERTIFICATES = re.compile(r"(?:client-?cert|ssl-client|clientcert)")


def clean_headers(work: Work, headers: Any, at: str) -> list[dict[str, Any]]:
    """Gives [{"name", "value"}]; at is the place for the trail, such as `entry 3 request.headers`."""
    found = headers if isinstance(headers, list) else []
    return [_one(work, item, at) for item in found if isinstance(item, dict)]


def surviving_values(headers: Any) -> set[str]:
    """Gives the values that must stay verbatim, so that none is learnt as a secret from another place."""
    found = headers if isinstance(headers, list) else []
    pairs = ((item.get("name"), item.get("value")) for item in found if isinstance(item, dict))
    return {
        value
        for name, value in pairs
        if isinstance(name, str) and isinstance(value, str) and _stays(name.lower(), value)
    }


def _stays(name: str, value: str) -> bool:
    return _survives(name) or (name in _CHALLENGES and _TOKEN68.search(value) is None)


def _survives(name: str) -> bool:
    return name in SURVIVE or _SURVIVING.fullmatch(name) is not None


def _one(work: Work, item: dict[str, Any], at: str) -> dict[str, Any]:
    name, value = item.get("name"), item.get("value")
    name = name if isinstance(name, str) else ""
    value = value if isinstance(value, str) else "" if value is None else str(value)
    work.search(name)
    folded = name.strip().lower()
    if work.trail is not None:
        work.at = f"{at}.{folded}"
        return {"name": name, "value": clean_header(work, folded, value)}
    shown: str | Written | None = work.headers.get((folded, value))
    if shown is None:
        shown = clean_header(work, folded, value)
        if isinstance(shown, str):  # what a token says depends on the entry
            work.headers[folded, value] = shown
    return {"name": name, "value": shown}


def clean_header(work: Work, name: str, value: str) -> str | Written:
    """Gives the value of a header, whose name is in lower case."""
    if _survives(name):
        return value
    rule = _RULES.get(name)
    if rule is not None:
        return rule(work, value)
    if name.endswith("authorization"):
        return clean_authorization(work, value)
    if _METADATA.match(name):
        return work.withheld(value, "headers")
    return _by_name(work, name, value)


def _by_name(work: Work, name: str, value: str) -> str | Written:
    if _CERTIFICATES.search(name):
        return work.secret("certificate", value, "headers")
    token = clean_token(work, value)
    if token is not None:
        return token
    kind = None if name.startswith(_ABOUT) else secret_kind(name)
    return _unnamed(work, value) if kind is None else work.secret(kind, value, "headers")


def _unnamed(work: Work, value: str) -> str:
    if value[:1] in ("{", "["):
        return clean_json_text(work, value) or work.text(value)
    return clean_urls_in(work, value) if json_behind(value) is None else work.withheld(value, "headers")


def _links(work: Work, value: str) -> str:
    """Cleans `<url>` (RFC 8288) and `url=...` (Refresh), and every other URL."""

    def shown(found: re.Match[str]) -> str:
        before, url, after = found.groups()[:3] if found[1] else found.groups()[3:]
        return f"{before}{clean_url(work, url)}{after}"

    return _LINKS.sub(shown, value) if _LINKS.search(value) else clean_urls_in(work, value)


def _challenge(work: Work, value: str) -> str:
    """Keeps realm, error and description (RFC 9110, 11.6.1); the token of Negotiate and NTLM goes."""
    hidden = _TOKEN68.sub(lambda found: found[1] + work.secret("credentials", found[2], "headers"), value)
    return clean_urls_in(work, hidden) if "://" in hidden else hidden


def _disposition(work: Work, value: str) -> str:
    """Keeps inline or attachment; the name of a file may be a person's (RFC 6266)."""
    kind, semicolon, rest = value.partition(";")
    return work.text(kind) + (f"{semicolon} {work.withheld(rest.strip(), 'headers')}" if rest.strip() else "")


def _protocols(work: Work, value: str) -> str:
    """Keeps the names of subprotocols (RFC 6455, 11.3.4); browsers, which can set no other header, send tokens here."""
    parts = value.split(",")
    return ",".join(
        work.secret("credentials", part.strip(), "headers") if _TOKEN.search(part) else work.text(part)
        for part in parts
    )


def _withheld(work: Work, value: str) -> str:
    return work.withheld(value, "headers")


def _person(work: Work, value: str) -> str:
    return work.secret("user", value, "headers")


def _policy(work: Work, value: str) -> str:
    """Cleans the addresses in a Content-Security-Policy, of which report-uri may be relative."""
    return " ".join(clean_url(work, word) if "/" in word else word for word in value.split(" "))


_RULES: dict[str, Callable[[Work, str], str | Written]] = {
    **dict.fromkeys(_URLS, clean_url),
    **dict.fromkeys(("cookie", "cookie2"), clean_cookie),
    **dict.fromkeys(("set-cookie", "set-cookie2"), clean_set_cookie),
    **dict.fromkeys(("baggage", "tracestate"), clean_trace_field),
    **dict.fromkeys(("link", "refresh"), _links),
    "content-disposition": _disposition,
    "sec-websocket-protocol": _protocols,
    "from": _person,
    **dict.fromkeys(("x-ms-client-principal", "x-amzn-oidc-data", "x-client-data"), _withheld),
    **dict.fromkeys(_CHALLENGES, _challenge),
    **dict.fromkeys(("content-security-policy", "content-security-policy-report-only"), _policy),
}
