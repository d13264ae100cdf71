"""The 72 places of a HAR where secrets stood in captures that other tools had sanitised, and all views of an output.

Each place carries its own marker, CNRY and its number, inside a value of a realistic shape. A survivor is looked for as
it would be found by whoever receives the output: in any spelling and within whatever is packed.
"""

from __future__ import annotations

import base64
import html
import io
import json
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, unquote_to_bytes

import polars as pl

Planted = Mapping[str, tuple[str, ...]]

BEGAN = "2026-03-02T10:00:00.000Z"
HOST = "shop.example.test"
BASE = f"https://{HOST}"
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
_SHAPE = "q7Zk4Wv9Ls2Xn"
CARD_45, CARD_65 = "4539 1488 0343 6467", "4716-2210-5188-5662"  # made up; Luhn's digit is right
MAPPED, SERVER = "::ffff:8.66.77.88", "9.69.70.71"  # public addresses of nobody in particular

# name -> what must not be found; cards and addresses have no room for a marker
PLACES: Planted = {f"CNRY{number:02}": (f"CNRY{number:02}",) for number in range(1, 73)} | {
    "CNRY45": ("CNRY45", CARD_45, CARD_45.replace(" ", "")),
    "CNRY65": (CARD_65, CARD_65.replace("-", ""), CARD_65.replace("-", " ")),
    "CNRY66": ("8.66.77.88",),
    "CNRY69": (SERVER,),
}
# Clients' addresses stay for colleagues, servers' for vendors too.
ADDRESSES_THAT_STAY = {"internal": {"CNRY66", "CNRY69"}, "vendor": {"CNRY69"}, "public": set()}
# What stands in the file after the place where it can no longer be read.
ONLY_WHEN_CUT = "CNRY64"
CLAIMS = {
    "iss": "https://id.example.test/",
    "aud": "orders-api",
    "exp": 1772445540,
    "iat": 1772441940,
    "scope": "orders:read",
}
MUST_SURVIVE = {
    "x-request-id": "0b5c9f0e-5a43-4a37-9f7c-2f1f9d3f6a11",
    "request-id": "req_9aZkPq7Wm3xT2b",
    "x-correlation-id": "7f3a9c1e5b2d4860",
    "x-amzn-requestid": "5a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9",
    "x-amz-request-id": "4442587FB7D0A2F9",
    "x-amz-id-2": "lq6KbZ4R0nT8V/0JrX2vUsp9Dg3mWc1hYFqEo7aCk5PzQ+eBL=",
    "x-amz-cf-id": "k3nJH9v2YxWq1Zr8TtLm5PfSdAaQcVbGhUjKoNiMpEeRrTtYyUu==",
    "x-amzn-trace-id": "Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8;Sampled=1",
    "cf-ray": "8f2b7c6d5e4a3b21-FRA",
    "x-ms-request-id": "c1d2e3f4-0516-2738-495a-6b7c8d9e0f1a",
    "x-ms-client-request-id": "9e8d7c6b-5a49-3827-1605-f4e3d2c1b0a9",
    "x-ms-correlation-request-id": "1f2e3d4c-5b6a-7988-9706-152433425160",
    "client-request-id": "0a1b2c3d-4e5f-6789-abcd-ef0123456789",
    "ms-dyn-aid": "a9b8c",
    "x-github-request-id": "C2A8:3F1B:1A2B3C4D:5E6F7A8B:67C41D2E",
    "x-okta-request-id": "ZcQ3mB7kLw1xYv9sTn2RfQAABB8",
    "atl-traceid": "6d3f0c2b9a8e7d6c5b4a39281706f5e4",
    "x-b3-traceid": "463ac35c9f6413ad48485a3953bb6124",
    "x-b3-spanid": "a2fb4a1d1a96d312",
    "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    "uber-trace-id": "3f1e2d4c5b6a7988:1a2b3c4d5e6f7081:0:1",
    "x-cloud-trace-context": "105445aa7843bc8bf206b12000100000/1;o=1",
    "x-datadog-trace-id": "4611686018427387904",
    "x-vercel-id": "fra1::iad1::x7k9p-1772445600000-3f2a1b0c9d8e",
    "x-served-by": "cache-fra-eddf8230077-FRA, cache-ams21043-AMS",
    "x-cache": "HIT, MISS",
    "via": "1.1 varnish, 1.1 7d2e1c5b9f3a.cloudfront.net (CloudFront)",
    "server": "nginx/1.27.3",
    "date": "Mon, 02 Mar 2026 10:00:00 GMT",
    "age": "4711",
    "retry-after": "120",
    "ratelimit-limit": "100",
    "ratelimit-remaining": "0",
    "ratelimit-reset": "57",
    "ratelimit-policy": '"default";q=100;w=60',
    "www-authenticate": 'Bearer realm="orders", error="invalid_token", error_description="The access token expired"',
    "content-length": "1024",
}


def secret(number: int, tail: str = _SHAPE) -> str:
    """A value as long and as mixed as a real one, which names its place."""
    return f"CNRY{number:02}{tail}{number:02}"


def b64url(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def jwt(signature: str) -> str:
    parts = ({"alg": "RS256", "typ": "JWT", "kid": "key-2026-03"}, {**CLAIMS, "sub": "248289761001"})
    return ".".join([*(b64url(json.dumps(part).encode()) for part in parts), signature])


def entry(
    method: str = "GET",
    url: str = f"{BASE}/v1/orders/17?page=2",
    *,
    sent: Mapping[str, str] | None = None,
    answered: Mapping[str, str] | None = None,
    status: int = 200,
    body: tuple[str, str] | None = None,
    posted: dict[str, Any] | None = None,
    request: Mapping[str, Any] | None = None,
    response: Mapping[str, Any] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """One entry in the shape of HAR 1.2; body: media type and text of the response."""
    mime, text = body or (JSON, "")
    return {
        "startedDateTime": BEGAN,
        "time": 61.5,
        "request": {
            "method": method,
            "url": url,
            "httpVersion": "http/2.0",
            "cookies": [],
            "headers": _headers({"user-agent": "Mozilla/5.0 Chrome/145.0.0.0 Safari/537.36", **(sent or {})}),
            "queryString": [],
            "headersSize": -1,
            "bodySize": 0,
            **({"postData": posted} if posted else {}),
            **(request or {}),
        },
        "response": {
            "status": status,
            "statusText": "OK",
            "httpVersion": "http/2.0",
            "cookies": [],
            "headers": _headers({"content-type": mime, **(answered or {})}),
            "content": {"size": len(text), "mimeType": mime, **({"text": text} if text else {})},
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": len(text),
            **(response or {}),
        },
        "cache": {},
        "timings": {"blocked": 1.5, "dns": 4.0, "connect": 11.0, "ssl": 5.0, "send": 0.5, "wait": 40.0, "receive": 4.5},
        **more,
    }


def _headers(values: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in values.items()]


def _posted(mime: str, text: str, **more: Any) -> dict[str, Any]:
    return {"mimeType": mime, "text": text, **more}


def _in_headers() -> list[dict[str, Any]]:
    sigv4 = (
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260302/eu-west-1/s3/aws4_request, "
        f"SignedHeaders=host;x-amz-date, Signature={secret(59)}"
    )
    return [
        entry(sent={"Authorization": f"Bearer {secret(1)}"}),
        entry(sent={"authorization": "Basic " + base64.b64encode(f"ann:{secret(2)}".encode()).decode()}),
        entry(sent={"Proxy-Authorization": f"Bearer {secret(3)}"}),
        entry(sent={"Cookie": f"theme=dark; sid={secret(4)}"}),
        entry(request={"cookies": [{"name": "basket", "value": secret(5)}]}),
        entry(sent={"X-Api-Key": secret(6)}),
        entry(sent={"X-Acme-Tenant-Token": secret(7)}),
        entry(sent={"X-CSRF-Token": secret(8)}),
        entry(sent={"Referer": f"{BASE}/checkout?access_token={secret(9)}&page=2"}),
        entry(sent={":path": f"/v1/orders?api_key={secret(10)}"}),
        entry(answered={"Set-Cookie": f"sid={secret(33)}; Path=/; HttpOnly\nlang=en; Path=/"}),
        entry(response={"cookies": [{"name": "remember", "value": secret(34), "httpOnly": True}]}),
        entry(status=302, answered={"Location": f"/landing?session_token={secret(35)}"}),
        entry(status=302, response={"redirectURL": f"{BASE}/landing?invite={quote(secret(36))}&token={secret(36)}"}),
        entry(answered={"Link": f'<{BASE}/v1/orders?page=3&access_token={secret(37)}>; rel="next"'}),
        entry(answered={"X-Auth-Token": secret(38)}),
        entry(sent={"baggage": f"userId={secret(54)},sentry-sampled=true"}),
        entry(sent={"Authorization": sigv4}),
        entry(sent={"X-Forwarded-For": f"{MAPPED}, 10.0.0.7"}),
        entry(sent={"Cookie": f"a[b].*+(c)={secret(67)}"}),
        entry(sent=dict(MUST_SURVIVE), answered=dict(MUST_SURVIVE), status=429),
    ]


def _in_urls() -> list[dict[str, Any]]:
    nested = quote(f"{BASE}/callback?token={secret(16)}", safe="")
    signed = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=300&X-Amz-SignedHeaders=host"
    return [
        entry(url=f"{BASE}/v1/orders?api_key={secret(11)}&page=2"),
        entry(request={"queryString": [{"name": "access_token", "value": secret(12)}]}),
        entry(url=f"https://ann:{secret(13)}@{HOST}/v1/orders"),
        entry(url=f"{BASE}/account/reset/{secret(14)}"),
        entry(url=f"{BASE}/landing#id_token={secret(15)}&expires_in=3600"),
        entry(url=f"{BASE}/login?redirect_uri={nested}"),
        entry(url=f"https://files.example.test/report.pdf?{signed}&X-Amz-Signature={secret(17)}"),
        entry(url=f"https://blobs.example.test/x?sv=2024-11-04&se=2026-03-02T11%3A00%3A00Z&sr=b&sig={secret(18)}%3D"),
        entry(url=f"{BASE}/callback?code={secret(19)}&page=1"),
        entry(url=f"{BASE}/callback?state={secret(20)}"),
        entry(url=f"{BASE}/cart;jsessionid={secret(21)}?page=2"),
        entry(url=f"{BASE}/v1/orders?api%5Fkey={secret(55)}"),
    ]


def _in_request_bodies() -> list[dict[str, Any]]:
    inner = json.dumps({"password": secret(25), "note": "hello"})
    boundary = "----x7"
    part = f"--{boundary}\r\nContent-Disposition: form-data; name="
    multipart = f'{part}"comment"\r\n\r\nmy pin is {secret(26)}\r\n--{boundary}--\r\n'
    soap = (
        '<?xml version="1.0"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Header>'
        f"<wsse:Security><wsse:Password>{secret(28)}</wsse:Password></wsse:Security></soap:Header>"
        "<soap:Body><GetOrder><id>7</id></GetOrder></soap:Body></soap:Envelope>"
    )
    query = 'query Orders($first: Int) { orders(first: $first, note: "pin") { id } }'
    graphql = json.dumps({"operationName": "Orders", "query": query, "variables": {"first": secret(29)}})
    saml = base64.b64encode(
        f'<samlp:Response ID="_1" Destination="{BASE}/acs"><saml:Issuer>https://id.example.test/</saml:Issuer>'
        f"<saml:NameID>{secret(30)}</saml:NameID></samlp:Response>".encode()
    ).decode()
    pem = f"-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq{secret(58)}\n-----END PRIVATE KEY-----\n"
    escaped = '{"\\u0070assword":"' + secret(56) + '"}'
    twice = '{"password":"' + secret(63) + '","password":"changed"}'
    grpc = base64.b64encode(b"\x00\x00\x00\x00\x1d\n\x1b" + secret(71).encode()).decode()
    params = [
        {"name": "password", "value": secret(23)},
        {"name": "upload", "value": "x", "fileName": f"payslip-{secret(57)}.pdf", "contentType": "application/pdf"},
        {"name": "key", "value": pem},
    ]
    return [
        entry("POST", posted=_posted(FORM, f"grant_type=password&username=ann&password={secret(22)}&page=2")),
        entry("POST", posted={"mimeType": "multipart/form-data", "params": params, "text": ""}),
        entry("POST", posted=_posted(JSON, json.dumps({"user": {"login": {"password": secret(24)}}}))),
        entry("POST", posted=_posted(JSON, json.dumps({"event": inner}))),
        entry("POST", posted=_posted(f"multipart/form-data; boundary={boundary}", multipart)),
        entry(
            "POST",
            posted=_posted(
                JSON, base64.b64encode(json.dumps({"password": secret(27)}).encode()).decode(), encoding="base64"
            ),
        ),
        entry("POST", posted=_posted("text/xml; charset=utf-8", soap)),
        entry("POST", posted=_posted(JSON, graphql)),
        entry("POST", posted=_posted(FORM, f"SAMLResponse={quote(saml, safe='')}&RelayState=home")),
        entry("POST", posted=_posted(FORM, f"client_assertion={jwt(secret(31))}&grant_type=client_credentials")),
        entry("POST", posted=_posted("application/x-ndjson", f'{{"index":{{}}}}\n{{"token":"{secret(32)}"}}\n')),
        entry("POST", posted=_posted(JSON, escaped)),
        entry("POST", posted=_posted(JSON, twice)),
        entry("POST", posted=_posted("application/grpc-web-text", grpc)),
        entry(
            "POST",
            posted=_posted(
                JSON, json.dumps({"icon": "data:text/plain;base64," + base64.b64encode(secret(72).encode()).decode()})
            ),
        ),
        entry("POST", posted=_posted(JSON, json.dumps({"note": f"paid with {CARD_65}"}))),
    ]


def _in_response_bodies() -> list[dict[str, Any]]:
    page = (
        f'<!doctype html><html><head><title>Sign in</title></head><body><input type="hidden" name="csrf_token" '
        f'value="{secret(41)}"><script>window.__token = "{secret(42)}";</script></body></html>'
    )
    profile = {"email": "CNRY45.ann@mail.example", "paid": f"card {CARD_45}"}
    encoded = base64.b64encode(json.dumps({"access_token": secret(43)}).encode()).decode()
    script = f'const config = {{ apiToken: "{secret(60)}" }};'
    return [
        entry(body=(JSON, json.dumps({"access_token": secret(39), "token_type": "Bearer", "expires_in": 3600}))),
        entry(body=(JSON, json.dumps({"refresh_token": secret(40)}))),
        entry(body=("text/html", page)),
        entry(response={"content": {"size": 60, "mimeType": JSON, "encoding": "base64", "text": encoded}}),
        entry(body=(JSON, json.dumps({"id_token": jwt(secret(44))}))),
        entry(body=(JSON, json.dumps(profile))),
        entry(body=("application/javascript; charset=utf-8", script)),
    ]


def _elsewhere() -> list[dict[str, Any]]:
    frame = {
        "functionName": "load",
        "scriptId": "7",
        "lineNumber": 3,
        "columnNumber": 1,
        "url": f"{BASE}/app.js?t={secret(51)}",
    }
    binary = base64.b64encode(b"\x0a\x10" + secret(48).encode()).decode()
    return [
        entry(status=0, _error=f"Failed to load {BASE}/v1/orders?access_token={secret(46)}"),
        entry(
            _webSocketMessages=[
                {
                    "type": "send",
                    "time": 1772445600.5,
                    "opcode": 1,
                    "data": json.dumps({"op": "join", "note": secret(47)}),
                },
                {"type": "receive", "time": 1772445600.7, "opcode": 2, "data": binary},
            ]
        ),
        entry(
            _eventSourceMessages=[
                {"time": 1772445600.5, "eventName": "m", "eventId": "1", "data": f"hello {secret(49)}"}
            ]
        ),
        entry(_initiator={"type": "script", "url": f"{BASE}/a.js?session={secret(50)}", "lineNumber": 4}),
        entry(_initiator={"type": "script", "stack": {"callFrames": [frame]}}),
        entry(comment=f"the customer's password is {secret(52)}"),
        entry(_acme={"a": [{"b": {"password": secret(53)}}]}),
        entry(
            cache={"afterRequest": {"lastAccess": BEGAN, "eTag": "x", "hitCount": 1, "comment": f"key {secret(68)}"}}
        ),
        entry(serverIPAddress=SERVER),
    ]


def har_log() -> dict[str, Any]:
    """The capture with all places but the cut one, as plain Python."""
    return {
        "log": {
            "version": "1.2",
            "creator": {"name": "WebInspector", "version": "537.36"},
            "browser": {"name": "Chrome", "version": "145", "comment": f"profile of {secret(70)}"},
            "pages": [
                {
                    "startedDateTime": BEGAN,
                    "id": "page_1",
                    "title": f"Order for {secret(62)}",
                    "pageTimings": {"onLoad": 812.5},
                }
            ],
            "comment": f"recorded with the login {secret(61)}",
            "entries": [
                {"pageref": "page_1", **item}
                for item in (*_in_headers(), *_in_urls(), *_in_request_bodies(), *_in_response_bodies(), *_elsewhere())
            ],
        }
    }


def canary_har() -> bytes:
    """The bytes of har_log."""
    return json.dumps(har_log(), indent=1).encode()


def cut_har() -> bytes:
    """A capture that ends within its second entry, in which the secret of the cut place stands."""
    cut = entry(sent={"Authorization": f"Bearer {secret(64)}", "x-last": "end"})
    text = json.dumps({"log": {"version": "1.2", "creator": {"name": "x", "version": "1"}, "entries": [entry(), cut]}})
    return text[: text.index('"x-last"')].encode()


# ---- views ----

_RUN = re.compile(rb"[A-Za-z0-9+/_-]{8,}={0,2}")
_JSON_ESCAPE = re.compile(rb'\\(u[0-9A-Fa-f]{4}|["\\/bfnrt])')
_ZLIB = (b"x\x9c", b"x\xda", b"x\x01", b"x^")
_DEEPEST = 3


def survivors(data: bytes, planted: Planted = PLACES) -> set[str]:
    """Gives the names of those whose value stands in the bytes, in any view of them."""
    forms = {name: _forms(values) for name, values in planted.items()}
    found: set[str] = set()
    for view in views(data):
        folded = view.lower()
        found |= {
            name
            for name, (plain, coded) in forms.items()
            if any(form in folded for form in plain) or any(form in view for form in coded)
        }
    return found


def _forms(values: tuple[str, ...]) -> tuple[list[bytes], list[bytes]]:
    """Gives what is looked for without regard to case, and what is looked for as it is: base64 has cases."""
    spelled = {form.encode() for value in values for form in (value, value.lower(), value.upper())}
    folded = {form.lower() for form in spelled} | {form.hex().encode() for form in spelled}
    return sorted(folded), sorted({coded for form in spelled for coded in _aligned(form)})


def _aligned(value: bytes) -> Iterator[bytes]:
    """Yields base64 and base64url of the value at each of three places, without the digits that neighbours decide."""
    for shift in range(3):
        digits = base64.b64encode(b"\0" * shift + value)
        begin, end = (shift * 8 + 5) // 6, (shift + len(value)) * 8 // 6
        yield digits[begin:end]
        yield digits[begin:end].translate(bytes.maketrans(b"+/", b"-_"))


def views(data: bytes, depth: int = 0) -> Iterator[bytes]:
    """Yields the bytes, and what they are when decoded, unescaped and unpacked."""
    yield data
    if b"\0" in data:
        yield data.replace(b"\0", b"")  # UTF-16 and UTF-32 of ASCII
    for text in _unescaped(data):
        yield text
    if depth == _DEEPEST:
        return
    for member in _members(data):
        yield from views(member, depth + 1)
    for text in {data, *_unescaped(data)}:
        for decoded in _decoded(text):
            yield from views(decoded, depth + 1)


def _unescaped(data: bytes) -> list[bytes]:
    """Gives the texts that differ from the bytes: percent-decoded, JSON- and HTML-unescaped, each twice, and mixed."""
    found = {data}
    for _ in range(2):
        for text in list(found):
            found |= {unquote_to_bytes(text), _JSON_ESCAPE.sub(_json_character, text), _html(text)}
    found.discard(data)
    return sorted(found)


def _json_character(match: re.Match[bytes]) -> bytes:
    code = match.group(1)
    if code[:1] == b"u" and len(code) == 5:
        return chr(int(code[1:], 16)).encode("utf-8", "replace")
    return {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t"}.get(code, code)


def _html(data: bytes) -> bytes:
    return (
        html.unescape(data.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogatepass")
        if b"&" in data
        else data
    )


def _decoded(text: bytes) -> Iterator[bytes]:
    """Yields what the runs of base64 hold, where that may be packed or written in yet another way."""
    for run in set(_RUN.findall(text)):
        compact = run.rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
        for shift in range(4) if len(compact) < 400 else (0,):
            piece = compact[shift:]
            piece = piece[: len(piece) - (len(piece) % 4 == 1)]
            decoded = base64.b64decode(piece + b"=" * (-len(piece) % 4))
            if _is_worth_it(decoded):
                yield decoded


def _is_worth_it(decoded: bytes) -> bool:
    """Whether the bytes may be packed or escaped again: all else the aligned forms find."""
    if decoded[:2] in (b"\x1f\x8b", b"PK", *_ZLIB) or any(mark in decoded for mark in (b"%", b"\\u", b"&#")):
        return True
    return any(len(run) * 10 > len(decoded) * 6 for run in _RUN.findall(decoded))


def _members(data: bytes) -> Iterator[bytes]:
    """Yields what is packed in gzip, zlib, zip, PNG and Parquet."""
    if data[:2] == b"\x1f\x8b" or data[:2] in _ZLIB:
        yield from _inflated(data)
    elif data[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield archive.comment
            for info in archive.infolist():
                yield info.filename.encode() + b" " + info.comment + b" " + info.extra
                yield archive.read(info)
    elif data[:8] == b"\x89PNG\r\n\x1a\n":
        yield from _png_texts(data)
    elif data[:4] == b"PAR1":
        frame = pl.read_parquet(io.BytesIO(data))
        for series in frame.iter_columns():
            texts = series.explode(empty_as_null=True) if isinstance(series.dtype, pl.List) else series
            yield "\n".join(texts.cast(pl.String).drop_nulls().unique().to_list()).encode()


def _inflated(data: bytes) -> Iterator[bytes]:
    """Yields what gzip or zlib holds, members after the first too; nothing where the first bytes only look like it."""
    while data[:2] == b"\x1f\x8b" or data[:2] in _ZLIB:
        reader = zlib.decompressobj(wbits=47)
        try:
            yield reader.decompress(data)
        except zlib.error:
            return
        data = reader.unused_data


def _png_texts(data: bytes) -> Iterator[bytes]:
    place = 8
    while place + 8 <= len(data):
        length, kind = struct.unpack(">I4s", data[place : place + 8])
        chunk = data[place + 8 : place + 8 + length]
        place += length + 12
        if kind in (b"tEXt", b"iTXt", b"eXIf"):
            yield chunk
        if kind in (b"zTXt", b"iTXt", b"iCCP"):
            for start in (at for at in range(len(chunk) - 1) if chunk[at : at + 2] in _ZLIB):
                yield from _inflated(chunk[start:])
