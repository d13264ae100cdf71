"""What diagnosis needs survives verbatim: ids of every vendor's shape, however they are written, also beside secrets."""

from __future__ import annotations

import base64
import random
import string

import polars as pl
import pytest

from analyzer.redact import Redactor

KEY = b"k" * 32
HEX, UPPER, ALNUM = "0123456789abcdef", string.ascii_uppercase + string.digits, string.ascii_letters + string.digits
RANDOM = random.Random(7)


def drawn(letters: str, length: int) -> str:
    return "".join(RANDOM.choices(letters, k=length))


def uuid() -> str:
    return f"{drawn(HEX, 8)}-{drawn(HEX, 4)}-4{drawn(HEX, 3)}-{drawn('89ab', 1)}{drawn(HEX, 3)}-{drawn(HEX, 12)}"


def coded(length: int) -> str:
    return base64.b64encode(RANDOM.randbytes(length)).decode()


SHAPES = {
    "x-request-id": uuid,
    "request-id": lambda: f"req_{drawn(ALNUM, 14)}",  # Stripe
    "x-correlation-id": lambda: drawn(HEX, 32),
    "x-amzn-requestid": uuid,
    "x-amz-request-id": lambda: drawn(UPPER, 16),
    "x-amz-id-2": lambda: coded(56),
    "x-amz-cf-id": lambda: coded(41).replace("+", "-").replace("/", "_"),
    "x-amzn-trace-id": lambda: f"Root=1-{drawn(HEX, 8)}-{drawn(HEX, 24)};Parent={drawn(HEX, 16)};Sampled=1",
    "cf-ray": lambda: f"{drawn(HEX, 16)}-{drawn(string.ascii_uppercase, 3)}",
    "x-ms-request-id": lambda: f"{uuid()[:-6]}000000",
    "x-ms-client-request-id": uuid,
    "x-ms-correlation-request-id": uuid,
    "client-request-id": uuid,
    "ms-dyn-aid": lambda: drawn(string.ascii_lowercase + string.digits, 5),
    "x-github-request-id": lambda: ":".join(drawn(HEX.upper(), size) for size in (4, 6, 7, 7, 8)),
    "x-okta-request-id": lambda: drawn(ALNUM + "_-", 24),
    "atl-traceid": lambda: drawn(HEX, 32),
    "x-b3-traceid": lambda: drawn(HEX, 32),
    "x-b3-spanid": lambda: drawn(HEX, 16),
    "traceparent": lambda: f"00-{drawn(HEX, 32)}-{drawn(HEX, 16)}-01",
    "uber-trace-id": lambda: f"{drawn(HEX, 16)}:{drawn(HEX, 16)}:0:1",
    "x-cloud-trace-context": lambda: f"{drawn(HEX, 32)}/{drawn(string.digits, 19)};o=1",
    "x-datadog-trace-id": lambda: drawn(string.digits, 19),
    "x-vercel-id": lambda: (
        f"fra1::iad1::{drawn(string.ascii_lowercase + string.digits, 5)}-{drawn(string.digits, 13)}-{drawn(HEX, 12)}"
    ),
    "x-served-by": lambda: f"cache-fra-{drawn(string.ascii_lowercase, 4)}{drawn(string.digits, 7)}-FRA",
    "ulid": lambda: f"01{drawn('0123456789ABCDEFGHJKMNPQRSTVWXYZ', 24)}",
}
WRITTEN = (
    "{name}: {id}",
    '{{"{name}":"{id}","status":500}}',
    'level=error {name}={id} msg="upstream timed out"',
    "GET /v1/requests/{id}/log HTTP/1.1",
    'GET /v1/log?{name}={id}&page=2 HTTP/1.1" 500',
    "request {id} failed after 30000 ms",
    '"{{\\"{name}\\":\\"{id}\\"}}"',
)


def test_none_of_100_000_ids_is_redacted():
    """Ids of 26 shapes, as headers, in JSON, in logfmt, in paths and queries, in sentences; learnt, then replaced."""
    each = 100_000 // len(SHAPES) + 1
    texts = [
        WRITTEN[number % len(WRITTEN)].format(name=name, id=make())
        for name, make in SHAPES.items()
        for number in range(each)
    ]
    column = pl.Series("text", texts)
    redactor = Redactor(KEY)
    redactor.learn(column)
    clean = redactor.replace(column)
    assert len(column) >= 100_000
    assert column.filter(column != clean).to_list()[:5] == []
    assert redactor.secrets == ()


HEADERS = {
    "x-amz-id-2": "eftixk72aD6Ap51TnqcoF8eFidJG9Z/2mkiDFu8yU9AS1ed4OpIszj7UDNEHGran",
    "x-amz-request-id": "318BC8BC148832E5",
    "cf-ray": "230b030023ae2822-SJC",
    "x-cloud-trace-context": "105445aa7843bc8bf206b12000100000/1;o=1",
    "x-github-request-id": "C1A2:1F5B:2D3E4F:3A4B5C:65A1B2C3",
    "x-vercel-id": "fra1::iad1::5q7xk-1764345600123-0a1b2c3d4e5f",
    "x-cache": "Miss from cloudfront",
    "via": "1.1 0a1b2c3d4e5f60718293a4b5c6d7e8f9.cloudfront.net (CloudFront)",
    "server": "cloudflare",
    "date": "Sun, 22 Nov 2026 16:14:14 GMT",
    "age": "3600",
    "retry-after": "120",
    "ratelimit-limit": '"default";q=100;w=60',
    "ratelimit-remaining": "0",
    "ratelimit-reset": "42",
    "www-authenticate": 'Bearer realm="https://api.example", error="invalid_token", error_description="The access token expired"',
    "content-length": "48291",
    "user-agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
    "server-timing": "db;dur=53.2, app;dur=47.2",
    "etag": '"33a64df551425fcc55e4d42a148795d9f25f89d4"',
    "sec-websocket-accept": "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
}


@pytest.mark.parametrize("name", sorted(HEADERS))
def test_headers_survive_beside_secrets(name):
    """Alone and in one text with a token, a cookie, an e-mail and a short password that is part of it."""
    value = HEADERS[name]
    beside = f"{name}: {value}\nAuthorization: Bearer tok-123456789\nCookie: sid=abcdef123\npassword={value[3:9].strip()}x1 ann@mail.example"
    column = pl.Series([f"{name}: {value}", f'{{"{name}": "{value}"}}', beside])
    redactor = Redactor(KEY)
    redactor.learn(column)
    clean = redactor.replace(column)
    assert clean[0] == column[0]
    assert clean[1] == column[1]
    assert clean[2].startswith(f"{name}: {value}\n")
    assert not any(secret in clean[2] for secret in ("tok-123456789", "abcdef123", "ann@mail.example"))


@pytest.mark.parametrize("secret", ["123456", "abc123", "0af7651916"])
def test_a_short_secret_does_not_cut_an_id(secret):
    """It goes where it stands alone, also behind an escape, and stays inside a longer run of letters and digits."""
    ids = [f"{secret}cd43dd8448eb211c80319c", f"4bf92f{secret}dd8448eb", f"80319c4bf{secret}"]
    alone = [
        f"pin {secret}.",
        f"%20{secret}&",
        f'\\n{secret}"',
        f"a_{secret}",
        f"\\u0022{secret}\\u0022",
        f"({secret})",
    ]
    column = pl.Series([f"password={secret}", *ids, *alone])
    redactor = Redactor(KEY)
    redactor.learn(column)
    clean = redactor.replace(column).to_list()
    assert clean[1:4] == ids
    assert [secret in text for text in clean] == [False, True, True, True, *[False] * len(alone)]
