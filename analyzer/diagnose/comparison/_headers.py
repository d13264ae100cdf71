"""Compares header fields, and knows those whose difference tells nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.diagnose.comparison._model import Difference
from analyzer.diagnose.comparison._shown import Seal, header_value, words
from analyzer.formats import Headers

# Compared elsewhere: credentials, cookies, redirects, the address itself, and bodies.
ELSEWHERE = words(
    """authorization proxy-authorization cookie cookie2 set-cookie set-cookie2 location host content-type"""
)
# Different in every exchange, or a matter of one connection: neither their absence nor their values tell anything.
VOLATILE = words(
    """
    status x-firefox-spdy
    date age etag expires last-modified content-length x-request-id request-id x-correlation-id correlation-id
    x-amzn-requestid x-amz-request-id x-amz-id-2 x-amz-cf-id x-amz-cf-pop x-amzn-trace-id x-amz-apigw-id cf-ray
    cf-request-id x-ms-request-id x-ms-client-request-id client-request-id x-ms-correlation-request-id x-azure-ref
    x-github-request-id x-okta-request-id atl-traceid traceparent tracestate baggage x-b3-traceid x-b3-spanid
    x-b3-parentspanid x-b3-sampled b3 uber-trace-id x-cloud-trace-context x-datadog-trace-id x-datadog-parent-id
    x-datadog-sampling-priority x-trace-id x-vercel-id x-served-by x-timer x-cache-hits x-runtime x-response-time
    server-timing x-envoy-upstream-service-time x-kong-request-id x-kong-upstream-latency x-kong-proxy-latency
    report-to nel reporting-endpoints expect-ct alt-svc if-none-match if-modified-since if-range connection
    keep-alive proxy-connection transfer-encoding te trailer priority dnt sec-gpc upgrade-insecure-requests pragma
    ratelimit ratelimit-remaining ratelimit-reset x-ratelimit-remaining x-ratelimit-reset x-ratelimit-used
    x-rate-limit-remaining x-rate-limit-reset sec-websocket-key sec-websocket-accept
    """
)
# Only presence tells: the values are one session's, one page's or one build's.
ONLY_PRESENCE = words(
    """
    referer content-security-policy content-security-policy-report-only link x-csrf-token x-xsrf-token csrf-token
    x-csrftoken x-forwarded-for x-real-ip forwarded true-client-ip cf-connecting-ip dpop signature signature-input
    content-disposition sec-websocket-protocol sec-websocket-extensions
    """
)
# Not every browser and tool sends or writes these.
_OF_THE_BROWSER = words(
    """accept-language accept-encoding sec-fetch-dest sec-fetch-mode sec-fetch-site sec-fetch-user"""
)
# Servers refuse requests without these, and hardly ones that have them.
_SLIGHT_IF_ADDED = _OF_THE_BROWSER | {"accept", "user-agent", "referer"}
_OWN_VALUES = words("""user-agent accept-language accept-encoding cache-control sec-fetch-user""")
# What tools write for a header, such as the request line, is none (RFC 9110, 5.6.2).
_FIELD_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9a-z-]{1,80}")
_FAMILY = re.compile(r":|sec-ch-|x-amz-meta-|x-akamai-|x-fb-|x-goog-hash")


def compare_headers(
    kind: str, good: Headers, bad: Headers, seal: Seal, same_names_only: frozenset[str] = frozenset()
) -> Iterator[Difference]:
    """Yields headers by name: missing or added with their value, and those whose values differ."""
    for name in sorted(good.keys() | bad.keys()):
        if name in ELSEWHERE or name in VOLATILE or _FAMILY.match(name) or not _FIELD_NAME.fullmatch(name):
            continue
        before, after = (
            header_value(name, ", ".join(side[name]), seal) if name in side else None for side in (good, bad)
        )
        if after is None:
            yield Difference(kind, name, "missing", before, None, slight=name in _OF_THE_BROWSER)
        elif before is None:
            yield Difference(kind, name, "added", None, after, slight=name in _SLIGHT_IF_ADDED)
        elif before != after and name not in ONLY_PRESENCE and name not in same_names_only:
            slight = name in _OWN_VALUES or _is_much_the_same(name, before, after)
            yield Difference(kind, name, "differs", before, after, slight=slight)


def _is_much_the_same(name: str, before: str, after: str) -> bool:
    if name == "accept":
        return _first_type(before) == _first_type(after)
    # A person typed the address in one of the captures, or chose a bookmark.
    return name == "sec-fetch-site" and "none" in (before, after)


def _first_type(accept: str) -> str:
    first = accept.partition(",")[0].partition(";")[0].strip().lower()
    return "image" if first.startswith("image/") else first  # each browser has formats of its own
