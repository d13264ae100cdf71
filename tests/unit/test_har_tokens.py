"""JSON Web Tokens: the examples of the RFCs, every part that can be broken, and nothing kept but claims."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

import pytest

from analyzer.formats._har_token import token_claims
from analyzer.formats.har import FORMATS

HAR = FORMATS[0]
# RFC 7519, 3.1, which is RFC 7515, A.1.1: the header names HS256, the claims are iss, exp and one that is private.
HEADER = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9"
PAYLOAD = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
SIGNATURE = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
NOTHING = dict.fromkeys(token_claims(None))


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def rows(**request: object) -> list[dict]:
    base = {"method": "GET", "url": "https://a.test/", "headers": []} | request
    entry = {"startedDateTime": "2026-03-02T10:00:00Z", "request": base, "response": {"status": 401}}
    return HAR.parse_document(json.dumps({"log": {"entries": [entry]}}).encode()).events.rows(named=True)


def test_the_example_of_rfc_7519():
    """3.1: alg HS256, iss joe, exp 1300819380, which is 18:43 UTC on 22 March 2011."""
    (found,) = rows(headers=[["Authorization", f"Bearer {HEADER}.{PAYLOAD}.{SIGNATURE}"]])
    assert found["token_from"] == "authorization"
    assert found["token_algorithm"] == "HS256"
    assert found["token_issuer"] == "joe"
    assert found["token_expires_at"] == datetime(2011, 3, 22, 18, 43, tzinfo=UTC)
    assert [found[name] for name in NOTHING if found[name] is not None] == ["HS256", "joe", found["token_expires_at"]]
    assert not any(secret in str(found) for secret in (HEADER, PAYLOAD, SIGNATURE))


def test_the_unsecured_example_of_rfc_7519():
    """6.1: alg none and an empty third part."""
    claims = token_claims(f"eyJhbGciOiJub25lIn0.{PAYLOAD}.")
    assert (claims["token_algorithm"], claims["token_issuer"]) == ("none", "joe")


def test_the_encrypted_example_of_rfc_7516():
    """A.1.1, its header with parts of the right form behind it: RSA-OAEP, and nothing else can be read."""
    claims = token_claims(
        "eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ.OKOawDo13gRp.48V1_ALb6US04U3b.5eym8TW_c8SuK0lt.XFBoMYUZodetZdvT"
    )
    assert claims == NOTHING | {"token_algorithm": "RSA-OAEP"}


@pytest.mark.parametrize(
    "token",
    [
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1Ni", "a.b.c", f"{HEADER[:-1]}.{PAYLOAD}.{SIGNATURE}",
        f"{HEADER[:-2]}.{PAYLOAD}.{SIGNATURE}", f"x{HEADER}.{PAYLOAD}.x", f"{part([1])}.{PAYLOAD}.x", "..", "",
    ],
)  # fmt: skip
def test_a_broken_header_tells_nothing(token: str):
    """Base64 that ends early, no JSON, no object: all null, since nothing says that it is a token."""
    assert token_claims(token) == NOTHING


@pytest.mark.parametrize("payload", ["a", "!", part([1]), part("x"), PAYLOAD[:-3], ""])
def test_a_broken_payload_leaves_the_header(payload: str):
    """alg and kid are told, the claims are null."""
    claims = token_claims(f"{part({'alg': 'ES256', 'kid': 'k'})}.{payload}.x")
    told = {"token_algorithm": "ES256", "token_kid": "k"} if payload != "!" else {}
    assert claims == NOTHING | told


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({"scope": "a b"}, "a b"), ({"scp": ["a", "b"]}, "a b"), ({"scp": "a"}, "a"), ({"scope": ["a", 1, None]}, "a 1"),
        ({"scope": "", "scp": "c"}, "c"), ({"scope": {"a": 1}}, None), ({}, None),
    ],
)  # fmt: skip
def test_scopes_of_all_forms(claims: dict, expected: str | None):
    """RFC 8693, 4.2: a text; Azure AD and Okta: scp, a text or a list."""
    assert token_claims(f"{HEADER}.{part(claims)}.x")["token_scope"] == expected


def test_a_word_with_points_in_a_cookie_or_query_is_no_token():
    """Outside Authorization only what names its algorithm counts: signed cookies of Flask have three parts too."""
    flask = f"{part({'user': 7})}.aaaaaa.bbbbbbbb"
    assert rows(headers=[["Cookie", f"session={flask}"]], url=f"https://a.test/?x={flask}")[0]["token_from"] is None


@pytest.mark.parametrize("text", ["my token {} was refused", "x{}", "{}x.y.z.a", "https://a.test/{}"])
def test_a_token_within_a_text_is_no_credential(text: str):
    """A request body that talks about a token did not authenticate with it."""
    post = {
        "mimeType": "application/json",
        "text": json.dumps({"note": text.format(f"{HEADER}.{PAYLOAD}.{SIGNATURE}")}),
    }
    assert rows(postData=post)[0]["token_from"] is None
