"""Finds the JSON Web Token of an entry: in the request first, and in the answer of a token endpoint last."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Any

from analyzer.formats._har_headers import Headers
from analyzer.formats._har_text import load_json
from analyzer.formats._har_token import JWT_FORM, token_claims
from analyzer.formats._har_values import mapping, sequence, text

_SEARCHED = 1_000_000
_MOST = 20
_EMPTY = token_claims(None)
# The whole value of a field: in a form or query, in JSON, in JSON within JSON, percent-encoded, in multipart.
_VALUE = re.compile(
    rf"(?:^|[=\"'\n]|%22|%3D)(?:(?i:Bearer)(?:\s|\+|%20))?({JWT_FORM})(?=$|[&\"'\s\\;,#~]|%22|%26)", re.ASCII
)
_ANYWHERE = re.compile(rf"(?<![\w.-]){JWT_FORM}", re.ASCII)
_ISSUED = re.compile(rf'"(?i:(?:access|id)_?token)"\s{{0,20}}:\s{{0,20}}"({JWT_FORM})"', re.ASCII)
# What this program's redaction writes in place of a token, as JSON within the JSON of a body.
_REDACTED = re.compile(r'"([A-Za-z_]{1,60})":"(\{\\"jwt\\":\{(?:[^"\\]|\\.){1,9000})"')
_CREDENTIALS = ("authorization", "x-auth-token", "x-access-token", "x-amzn-oidc-accesstoken")


def token_columns(request: dict[str, Any], headers: Headers, sent: str | None, answered: str | None) -> dict[str, Any]:
    """Gives token_from and the claims; sent and answered are the bodies, whose first megabyte is searched.

    Of several tokens the first readable one counts, in the order authorization (and the vendors' headers in its
    place), request_body, query, cookie, response_body (access_token or id_token, RFC 6749, 5.1).
    """
    for place, tokens in (
        ("authorization", _in_headers(headers)),
        ("request_body", _in_body(request, sent)),
        ("query", _found(_VALUE, str(request["url"]).partition("?")[2].partition("#")[0])),
        ("cookie", _in_cookies(request, headers)),
        ("response_body", chain(_found(_ISSUED, answered), _redacted(answered, issued=True))),
    ):
        for token in tokens:
            claims = token_claims(token)
            # Anything may look like a token; the header of one names its algorithm (RFC 7515, 4.1.1).
            if claims["token_algorithm"] or (place == "authorization" and claims != _EMPTY):
                return {"token_from": place, **claims}
    return {"token_from": None, **_EMPTY}


def _in_headers(headers: Headers) -> Iterator[str]:
    for name in _CREDENTIALS:
        if name in headers:
            value = headers[name][0]
            found = _ANYWHERE.search(value)
            yield found.group() if found else value


def _in_body(request: dict[str, Any], body: str | None) -> Iterator[str]:
    yield from _found(_VALUE, body)
    yield from _redacted(body, issued=False)
    if body is None:
        for item in sequence(mapping(request.get("postData")).get("params"))[:1000]:
            yield from _found(_VALUE, text(mapping(item).get("value")))


def _in_cookies(request: dict[str, Any], headers: Headers) -> Iterator[str]:
    for value in headers.get("cookie", []):
        yield from _found(_VALUE, value)
    for item in sequence(request.get("cookies"))[:1000]:
        yield from _found(_VALUE, text(mapping(item).get("value")))


def _redacted(body: str | None, *, issued: bool) -> Iterable[str]:
    if not body or '{\\"jwt\\":' not in body:
        return ()
    return (
        str(load_json(f'"{match[2]}"').value)
        for match in islice(_REDACTED.finditer(body, 0, _SEARCHED), _MOST)
        if not issued or match[1].replace("_", "").lower() in ("accesstoken", "idtoken")
    )


def _found(pattern: re.Pattern[str], body: str | None) -> Iterable[str]:
    # Base64url of {" or of { and a blank: what most texts lack is looked for first.
    if not body or "." not in body or not ("ey" in body or "ew" in body):
        return ()
    return (match.group(1) for match in islice(pattern.finditer(body, 0, _SEARCHED), _MOST))
