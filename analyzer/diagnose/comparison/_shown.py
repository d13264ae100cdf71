"""Decides which values of headers, parameters and cookies may be shown; all others become placeholders.

A value is shown if its name is known to hold nothing secret, or if it is a version or one of a few plain words. The
redactor sees what is shown once more; what is hidden here is never in any output, whatever its form.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from analyzer.redact import secret_parameter

Seal = Callable[[str, str], str]  # (kind, value) -> placeholder; equal values give equal placeholders


def words(text: str) -> frozenset[str]:
    """Gives the words of a list in prose form."""
    return frozenset(text.split())


_VERSION = re.compile(r"v?[0-9]{1,3}(?:\.[0-9]{1,4}){1,3}|[01]")
_NAME_OF_ONE = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z\[\]{}:@/-]{1,64}")
_MOST_DIGITS = 10
_HEADERS = words(
    """
    accept accept-encoding accept-language accept-ranges access-control-allow-credentials access-control-allow-headers
    access-control-allow-methods access-control-allow-origin access-control-expose-headers access-control-max-age
    access-control-request-headers access-control-request-method allow cache-control cdn-cache-control cf-cache-status
    cf-mitigated clear-site-data content-encoding content-language content-type cross-origin-embedder-policy
    cross-origin-opener-policy cross-origin-resource-policy expect origin permissions-policy proxy-status range
    referrer-policy retry-after sec-fetch-dest sec-fetch-mode sec-fetch-site sec-fetch-user server
    strict-transport-security upgrade user-agent vary via www-authenticate x-amzn-errortype x-cache
    x-content-type-options x-forwarded-proto x-frame-options x-powered-by x-requested-with x-squid-error x-varnish-cache
    """
)
_PLAIN = words(
    """
    true false yes no on off none null undefined default enabled disabled enable disable auto all any
    asc desc json html xml text csv hit miss stale expired bypass pass dynamic public private
    dev development test testing stage staging prod production canary stable beta
    xmlhttprequest http https get post put patch delete head options
    """
) | {""}
_PARAMETERS = words(
    """
    page limit offset sort order version format locale lang language grant_type response_type response_mode scope
    page_size per_page api-version v
    """
)


def shown_name(name: str, seal: Seal) -> str:
    """Gives the name of a parameter or cookie; one that looks like a value in the wrong place is a placeholder."""
    return name if _NAME_OF_ONE.fullmatch(name) and sum(map(str.isdigit, name)) <= _MOST_DIGITS else seal("name", name)


def header_value(name: str, value: str, seal: Seal) -> str:
    """Gives the value of a header (lower-case name) as it may be shown."""
    return value if name in _HEADERS or _is_plain(name, value) else seal("value", value)


def parameter_value(name: str, value: str, seal: Seal) -> str:
    """Gives the value of a query parameter as it may be shown."""
    known = name.lower() in _PARAMETERS and len(value) <= 100
    return value if known or _is_plain(name, value) else seal("value", value)


def _is_plain(name: str, value: str) -> bool:
    return (
        len(name) <= 200
        and secret_parameter(name) is None
        and (value.lower() in _PLAIN or _VERSION.fullmatch(value) is not None)
    )
