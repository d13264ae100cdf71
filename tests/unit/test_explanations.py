"""What is wrong with a refused request is said with counts and places, by the words of many servers and by comparison."""

from __future__ import annotations

import polars as pl
import pytest
from events_by_hand import START, frame, row

from analyzer.detect import Signal
from analyzer.diagnose._scene import Scene
from analyzer.diagnose.correlate import correlate
from analyzer.diagnose.explanations import explain
from analyzer.diagnose.explanations.absent_resource import difference
from analyzer.diagnose.explanations.broken_body import place_in
from analyzer.diagnose.incidents import diagnose
from analyzer.facts import add_facts

FAILED = (pl.col("status") >= 400) | pl.col("error").is_not_null()


def explained(*rows, failing=FAILED):
    """Gives {sentence: place} of all explanations, and the steps."""
    joined = correlate(frame(*rows))
    exchanges = add_facts(joined.exchanges)
    lost = exchanges.filter(failing)
    events = joined.events.join(lost.select("exchange"), on="exchange", how="semi", maintain_order="left")
    found = explain(Scene(lost, exchanges, events), exchanges)
    return {str(item.text): str(item.ref) for each in found for item in each.evidence}, [
        step for each in found for step in each.steps
    ]


def place(said, part):
    """Gives the place of the one sentence that holds the part."""
    found = {text: ref for text, ref in said.items() if part in text}
    assert len(found) == 1, (part, said)
    return next(iter(found.values()))


def access(seconds, path="/v1/orders", **values):
    return row("access", seconds, path=path, target=path, route=values.pop("route", path), **values)


def har(seconds, path="/v1/orders", **values):
    url = f"https://api.example{path}"
    place_of = {"host": "api.example", "scheme": "https", "url": url}
    return row("har", seconds, **{**place_of, "path": path, "target": path, "route": path, **values})


# -- words of servers and libraries, each as its documentation or source has it


def told(status, message, shape="app"):
    rows = [access(second, status=status, request_id=f"r{second}") for second in range(3)]
    rows += [row(shape, second, level="error", request_id=f"r{second}", message=message) for second in range(3)]
    return explained(*rows)[0]


BODIES = {
    "CPython": ("Expecting property name enclosed in double quotes: line 1 column 15 (char 14)", "line 1, column 15"),
    "V8 before 2022": ("Unexpected token } in JSON at position 14", "character 15"),
    "V8": ("Expected ',' or '}' after property value in JSON at position 14 (line 1 column 15)", "line 1, column 15"),
    "Jackson": (
        ("JSON parse error: Unexpected character ('}' (code 125)): was expecting double-quote to start field name\n at "
        "[Source: (PushbackInputStream); line: 1, column: 15]"), "line 1, column 15"),
    "Gson": ("MalformedJsonException: Expected name at line 1 column 15 path $.a", "line 1, column 15"),
    "serde": ("Failed to parse the request body as JSON: trailing comma at line 1 column 15", "line 1, column 15"),
    "System.Text.Json": (
        ("System.Text.Json.JsonException: '}' is an invalid start of a property name. Path: $ | LineNumber: 0 | "
        "BytePositionInLine: 14."), "line 1, byte 15"),
    "Newtonsoft": ("Unexpected character encountered while parsing value: }. Path 'a', line 1, position 15.",
                   "line 1, column 15"),
    "orjson": ("JSONDecodeError: unexpected character: line 1 column 15 (char 14)", "line 1, column 15"),
    "FastAPI": ("json_invalid: body.14: JSON decode error", "character 15"),
}  # fmt: skip


@pytest.mark.parametrize(("message", "where"), BODIES.values(), ids=BODIES)
def test_a_parser_names_the_place(message, where):
    """Line and column count from 1; positions that count from 0 are one more."""
    said = told(400, message)
    assert place(said, f"3 of 3 failing requests: the body is not valid JSON, the first at {where}") == "app.jsonl:1"


@pytest.mark.parametrize(
    "message",
    ["invalid character '}' looking for beginning of object key string", "JsonException: Syntax error: malformed JSON"],
)
def test_a_parser_that_names_no_place_is_quoted(message):
    """Go and PHP tell the fault only."""
    assert place(told(400, message), f"the body is not valid JSON; the application logged: {message}") == "app.jsonl:1"


@pytest.mark.parametrize(
    ("message", "meaning"),
    [
        ("Required request body is missing", "nothing was sent where a body is needed"),
        ("Expecting value: line 1 column 1 (char 0)", "nothing was sent where a body is needed"),
        ("multipart: NextPart: EOF, no multipart boundary param in Content-Type", "not valid multipart"),
        ("org.xml.sax.SAXParseException; lineNumber: 3; columnNumber: 9; Premature end of file.",
         "not well-formed XML, the first at line 3, column 9"),
        ("UnicodeDecodeError: 'utf-8' codec can't decode byte 0xff", "not valid UTF-8"),
    ],
)  # fmt: skip
def test_other_bodies_are_told(message, meaning):
    """Empty bodies, multipart, XML, encodings."""
    assert place(told(400, message), meaning) == "app.jsonl:1"


TOKENS = {
    "key": (
        "authentication failed: The signing key 2026-09 is not in the key set",
        "signed with the key 2026-09, which",
    ),
    "kid": ("Unable to find a signing key that matches: kid 'abc' not found", "a key that the server that checks them"),
    "IDX10501": (
        "IDX10501: Signature validation failed. Unable to match key",
        "a key that the server that checks them",
    ),
    "jwks": (
        "could not fetch JWKS from identity provider: timed out",
        "keys of the identity provider could not be fetched",
    ),
    "PyJWT": ("Signature has expired", "have expired by the server's clock"),
    "jsonwebtoken": ("TokenExpiredError: jwt expired", "have expired by the server's clock"),
    "nbf": ("The token is not yet valid (nbf)", "not valid yet by the server's clock"),
    "IDX10222": ("IDX10222: Lifetime validation failed.", "not valid yet by the server's clock"),
    "aud": ("jwt audience invalid. expected: orders-api", "meant for another API (aud)"),
    "InvalidAudienceError": ("Audience doesn't match", "meant for another API (aud)"),
    "iss": ("Invalid issuer", "an issuer that the server does not trust"),
    "revoked": ("token was revoked", "revoked"),
    "signature": ("Signature verification failed", "does not fit the key"),
    "alg": ("The specified alg value is not allowed", "algorithm of their tokens"),
    "segments": ("Not enough segments", "no token that can be read"),
    "api key": ("Invalid API key", "API key is not one that is valid"),
    "scheme": ("Unsupported authentication scheme Basic", "another authentication scheme"),
    "nothing": ("Authentication credentials were not provided.", "no credentials reached the server"),
    "Spring": ("Full authentication is required to access this resource", "no credentials reached the server"),
    "login": ("login rejected: bad credentials", "the login itself was refused"),
}


@pytest.mark.parametrize(("message", "meaning"), TOKENS.values(), ids=TOKENS)
def test_what_is_wrong_with_credentials(message, meaning):
    """One meaning is given for one message, with the record that says it."""
    said = told(401, message)
    assert list(said.values()) == ["app.jsonl:1"]
    assert place(said, meaning) == "app.jsonl:1"


@pytest.mark.parametrize(
    ("message", "meaning"),
    [
        ("permission denied: role viewer lacks permission audit:read", "the role viewer lacks audit:read"),
        ("User: arn:aws:iam::1:user/x is not authorized to perform: s3:GetObject", "not allowed to do s3:GetObject"),
        ("missing required scope: orders.write", "the permission orders.write is asked for"),
    ],
)
def test_the_right_that_is_missing_is_named(message, meaning):
    """Role, permission and scope as the application words them."""
    assert place(told(403, message), meaning) == "app.jsonl:1"


def test_a_rule_in_front_of_the_application_knows_no_right():
    """nginx says "access forbidden by rule" of whom it denies; the application may say no more than "forbidden"."""
    asked = {"path": "/v1/orders", "target": "/v1/orders", "route": "/v1/orders", "client_ip": "10.0.0.1"}
    rows = [access(second, status=403, client_ip="10.0.0.1") for second in range(3)]
    rows += [row("error", second, level="error", message="access forbidden by rule", **asked) for second in range(3)]
    assert explained(*rows)[0] == {}
    assert place(told(403, "Forbidden"), "a known user lacks a right") == "app.jsonl:1"


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (400, "Invalid range: from lies after to"),
        (404, "no bookings in the requested range"),
        (400, "callback_url: invalid URL"),
        (400, "quantity 12 exceeds the limit of the contract"),
        (400, "failed to read request body: client disconnected"),
        (500, 'Cannot invoke "String.length()" because "name" is null'),
        (400, "unsupported version v1"),
    ],
)
def test_words_that_mean_something_else_are_not_taken(status, message):
    """Dates, addresses inside a body, amounts, a client that left, a value of the application's own."""
    said = told(status, message)
    wrong = (
        "the range that",
        "not validly encoded",
        "body is larger",
        "not valid JSON",
        "is missing",
        "this version of",
    )
    assert not [text for text in said for each in wrong if each in text]


def test_a_lone_record_of_a_call_that_timed_out_is_no_slow_client():
    """What the application asked of another service, or could not find, is no fault of a request to it."""
    for message in ("request timeout after 5000 ms", "unknown host db.internal"):
        said, _ = explained(*(row("app", second, level="error", message=message) for second in range(3)),
                            failing=pl.col("level") == "error")  # fmt: skip
        assert not [text for text in said if "in time" in text or "takes no requests" in text]


def test_a_realm_is_no_reason():
    """RFC 9110, 11.5: it names the protected space, whatever was wrong with the credentials."""
    said, _ = explained(har(0, status=401, www_authenticate='Basic realm="Authentication required"'))
    assert said == {}
    said, _ = explained(har(0, status=401, www_authenticate='Bearer realm="x", error_description="token has expired"'))
    assert place(said, "have expired by the server's clock") == "browser.har#0"


FIELDS = {
    "pydantic": ("currency: Field required", "currency"),
    "Laravel": ("The currency field is required.", "currency"),
    "jsonschema": ("'currency' is a required property", "currency"),
    "ajv": ("body must have required property 'currency'", "currency"),
    "Rails": ("param is missing or the value is empty: order", "order"),
    "Spring": ("Required request parameter 'currency' for method parameter type String is not present", "currency"),
    "Spring binding": ("Field error in object 'order' on field 'currency': rejected value [null]", "currency"),
    "Go": ("Key: 'Order.Currency' Error:Field validation for 'Currency' failed on the 'required' tag", "Currency"),
    "serde": ("missing field `currency` at line 1 column 40", "currency"),
    "Stripe": ("Missing required param: amount.", "amount"),
    "GraphQL": ('Field "currency" of required type "String!" was not provided.', "currency"),
    "AWS": ("1 validation error detected: Value null at 'tableName' failed to satisfy constraint", "tableName"),
    "Go types": ("json: cannot unmarshal string into Go struct field Order.quantity of type int", "Order.quantity"),
    "plain": ("currency is required", "currency"),
    "pairs in a text": ('validation failed reason="containers: field required" request_id=r0', "containers"),
}


@pytest.mark.parametrize(("message", "name"), FIELDS.values(), ids=FIELDS)
def test_the_field_that_a_server_names(message, name):
    """The field stands in the sentence, whatever framework names it."""
    assert place(told(422, message), f"3 of 3 failing requests: the field {name} ") == "app.jsonl:1"


@pytest.mark.parametrize(
    ("status", "shape", "message", "meaning"),
    [
        (413, "error", "client intended to send too large body: 20971520 bytes", "nginx took no body of 20971520 bytes"),
        (413, "app", "the request was rejected because its size (2000) exceeds the configured maximum (1000)",
         "2000 bytes were sent; the limit is 1000 bytes"),
        (414, "error", "client sent too long URI while reading client request line", "longer than a buffer of nginx"),
        (400, "error", 'client sent too long header line: "cookie: ..." while reading client request headers',
         "a header is larger than a buffer"),
        (431, "app", "Request header is too large", "headers are larger than the server takes"),
        (400, "error", "client sent plain HTTP request to HTTPS port while reading client request headers",
         "plain HTTP to a port that takes TLS"),
        (400, "app", "Invalid HTTP_HOST header: 'old.example'. You may need to add 'old.example' to ALLOWED_HOSTS.",
         "takes no requests for the host old.example"),
        (421, "error", "Hostname a.example provided via SNI and hostname b.example provided via HTTP are different",
         "SNI"),
        (400, "app", "URIError: URI malformed", "not validly encoded"),
        (408, "error", "client timed out (110: Connection timed out) while reading client request headers",
         "did not send its request in time"),
        (411, "app", "Length Required", "length of the body is not told"),
        (416, "app", "Requested Range Not Satisfiable", "range that they ask for does not exist"),
        (409, "app", "duplicate key value violates unique constraint", "is there already"),
        (409, "app", "StaleObjectStateException: Row was updated by another transaction", "somebody else changed it"),
        (415, "app", "Content type 'text/plain;charset=UTF-8' not supported", "Content-Type text/plain is not taken"),
        (404, "error", 'open() "/srv/app/api/v1" failed (2: No such file or directory)', "a file of its own"),
        (403, "app", "Missing Authentication Token", "the gateway knows no such path or method"),
    ],
)  # fmt: skip
def test_words_of_servers(status, shape, message, meaning):
    """nginx, Django, Apache, Tomcat, Spring, PostgreSQL, API Gateway."""
    rows = [access(second, status=status, client_ip="10.0.0.1") for second in range(3)]
    rows += [row("error", second, path="/v1/orders", target="/v1/orders", route="/v1/orders", level="error",
                 client_ip="10.0.0.1", message=message) for second in range(3)] if shape == "error" else []  # fmt: skip
    said = explained(*rows)[0] if shape == "error" else told(status, message)
    assert place(said, meaning).startswith("error.log:" if shape == "error" else "app.jsonl:")


def test_words_about_few_of_many_are_not_told():
    """What one of twenty shows is no reason for the others."""
    rows = [access(second, status=401, request_id=f"r{second}") for second in range(20)]
    rows.append(row("app", 3, level="warning", request_id="r3", message="jwt expired"))
    assert explained(*rows)[0] == {}


def test_only_those_that_lack_the_same_field_are_counted():
    """The field of the most frequent text, with its own count."""
    rows = [access(second, status=422, request_id=f"r{second}") for second in range(5)]
    rows += [row("app", second, level="warning", request_id=f"r{second}",
                 message=f"{'currency' if second < 3 else 'amount'} is required") for second in range(5)]  # fmt: skip
    assert place(explained(*rows)[0], "3 of 5 failing requests: the field currency is missing") == "app.jsonl:1"


def test_texts_of_other_statuses_are_not_read():
    """A 500 whose message speaks of a token is no matter of credentials."""
    assert told(500, "token expired while the database was restarting") == {}


# -- comparison with what worked


def test_the_method_that_works():
    """405 beside the methods that worked on the same route."""
    rows = [access(second, method="DELETE", status=405) for second in range(3)]
    rows += [access(9, method="GET", status=200), access(10, method="GET", status=200)]
    said, steps = explained(*rows)
    assert (
        place(said, "3 asked DELETE /v1/orders; on the same route in this data worked GET (2 times).") == "access.log:4"
    )
    assert "Send GET to /v1/orders, or have DELETE allowed there." in steps


def test_a_method_that_worked_before():
    """What was allowed and is not any more points at a change."""
    rows = [access(0, method="PUT", status=200), *(access(second, method="PUT", status=405) for second in (5, 6, 7))]
    said, _ = explained(*rows)
    assert (
        place(said, "PUT /v1/orders worked before (once, the last at 12:00:00 UTC), and not once since, so")
        == "access.log:1"
    )
    said, _ = explained(*rows, access(6.5, method="PUT", status=200))
    assert place(said, "worked before (once, the last at 12:00:00 UTC), and once since as well.") == "access.log:1"
    assert not [text for text in said if "changed" in text]


def test_a_resource_that_was_there():
    """The last success and the first 404 stand in the sentence; who still gets it is counted."""
    upstream = {"upstream": ["10.0.0.9:80"]}
    rows = [access(0, "/v1/reports", status=200, client_ip="10.0.0.1", **upstream)]
    rows += [access(second, "/v1/reports", status=404, client_ip="10.0.0.1") for second in (4, 5, 6)]
    rows += [access(5.5, "/v1/reports", status=200, client_ip="10.0.0.2", **upstream)]
    said, _ = explained(*rows)
    assert place(said, "GET /v1/reports was answered 200 at 12:00:00 UTC, and 404 since 12:00:04 UTC") == "access.log:1"
    assert place(said, "Meanwhile a request for the same paths worked") == "access.log:5"
    assert place(said, "Before, 10.0.0.9:80 answered for this path; now the proxy answers itself") == "access.log:2"


def test_a_resource_that_was_deleted():
    """A DELETE between is the reason, with who sent it."""
    rows = [access(0, "/v1/orders/1", status=200, client_ip="10.0.0.1"),
            access(1, "/v1/orders/1", method="DELETE", status=204, client_ip="10.0.0.2"),
            *(access(second, "/v1/orders/1", status=404, client_ip="10.0.0.1") for second in (4, 5, 6))]  # fmt: skip
    said, _ = explained(*rows)
    text = "DELETE /v1/orders/1 was answered 204 at 12:00:01 UTC by 10.0.0.2"
    assert place(said, text) == "access.log:2"


def test_a_resource_made_anew_is_there_again():
    """A DELETE before a later success is not the reason."""
    rows = [access(1, "/v1/orders/1", method="DELETE", status=204), access(2, "/v1/orders/1", method="PUT", status=201),
            *(access(second, "/v1/orders/1", status=404) for second in (4, 5, 6))]  # fmt: skip
    said, _ = explained(*rows)
    assert place(said, "PUT /v1/orders/1 was answered 201 at 12:00:02 UTC") == "access.log:2"


def test_a_route_that_is_near():
    """The version that works is named."""
    rows = [access(second, "/api/v2/orders", status=404) for second in range(3)]
    said, steps = explained(*rows, access(9, "/api/v1/orders", status=200))
    text = "3 asked for /api/v2/orders, which nobody was served; /api/v1/orders works on the same host (once"
    assert place(said, text) == "access.log:4"
    assert place(said, "the API version is v1, not v2")
    assert any("/api/v1/orders" in step for step in steps)


def test_a_route_that_is_gone_and_its_other_version():
    """Two objects worked before, none since; the same route works in another version meanwhile."""
    rows = [access(second, f"/v1/tracking/{second}", route="/v1/tracking/{id}", status=200) for second in (0, 1)]
    rows += [access(second, f"/v1/tracking/{second}", route="/v1/tracking/{id}", status=404) for second in (5, 6, 7)]
    rows += [access(6.5, "/v2/tracking/9", route="/v2/tracking/{id}", status=200)]
    said, _ = explained(*rows)
    text = "GET /v1/tracking/{id} worked 2 times until 12:00:01 UTC and not once among 3 requests since 12:00:05 UTC"
    assert place(said, text) == "access.log:2"
    text = "/v2/tracking/{id} works on the same host since (once): the API version is v2, not v1."
    assert place(said, text) == "access.log:6"
    said, _ = explained(*rows, access(6.7, "/v1/tracking/8", route="/v1/tracking/{id}", status=200))
    assert not [each for each in said if "the route itself is gone" in each]


def test_one_object_that_is_asked_for_again_is_no_route():
    """Two others worked before, nobody asked for them since."""
    rows = [access(second, f"/v1/tracking/{second}", route="/v1/tracking/{id}", status=200) for second in (0, 1)]
    rows += [access(second, "/v1/tracking/7", route="/v1/tracking/{id}", status=404) for second in (5, 6, 7)]
    assert not [each for each in explained(*rows)[0] if "the route itself is gone" in each]


@pytest.mark.parametrize(
    ("lost", "served", "says"),
    [
        ("/API/orders", "/api/orders", ": only the letter case differs"),
        ("/api/orders/", "/api/orders", ": only the slash at the end is too many"),
        ("/api/orders", "/api/orders/", ": only the slash at the end is missing"),
        ("/api/order", "/api/orders", ": orders, not order"),
        ("/orders/{id}/items", "/api/orders/{id}/items", ": api is missing"),
        ("/api/api/orders", "/api/orders", ": api is too many"),
        ("/api/v1.1/x", "/api/v2/x", ": the API version is v2, not v1.1"),
    ],
)
def test_how_two_paths_differ(lost, served, says):
    """In few words."""
    assert difference(lost, served) == says


def test_a_field_that_all_working_bodies_have():
    """Counts of both sides, and a working request to open."""
    bad = {"method": "POST", "request_body_kind": "json", "status": 422, "request_fields": ["amount: number"]}
    good = bad | {"status": 201, "request_fields": ["amount: number", "currency: string"]}
    said, _ = explained(*(har(second, **bad) for second in range(3)), *(har(second, **good) for second in (5, 6)))
    text = "The field currency is in 0 of 3 failing bodies of POST /v1/orders, and in 2 of 2 working ones."
    assert place(said, text) == "browser.har#0"
    assert place(said, "A working request to compare with is here.") == "browser.har#3"


def test_a_field_of_another_type_and_one_too_many():
    """Type by type, name by name."""
    bad = {"method": "POST", "status": 400, "request_fields": ["amount: string", "note: string"]}
    good = bad | {"status": 201, "request_fields": ["amount: number"]}
    said, _ = explained(har(0, **bad), har(5, **good))
    assert (
        place(said, "The field amount is a string in 1 of 1 failing bodies of POST /v1/orders, and a number in 1")
        == "browser.har#0"
    )
    assert place(said, "The field note is in 1 of 1 failing bodies of POST /v1/orders, and in 0 of 1 working ones.")


def test_a_field_that_one_working_body_lacks_is_no_reason():
    """Only what separates both sides is told."""
    bad = {"method": "POST", "status": 422, "request_fields": ["amount: number"]}
    good = bad | {"status": 201, "request_fields": ["amount: number", "currency: string"]}
    assert explained(har(0, **bad), har(5, **good), har(6, **(bad | {"status": 201})))[0] == {}


def test_the_content_type_that_works():
    """415 beside the type of a working request."""
    bad = {"method": "POST", "status": 415, "request_content_type": "text/plain;charset=UTF-8"}
    good = bad | {"status": 201, "request_content_type": "application/json"}
    said, steps = explained(har(0, **bad), har(5, **good))
    assert place(said, "text/plain was sent; requests with Content-Type application/json worked") == "browser.har#1"
    assert "Send Content-Type: application/json." in steps


def test_what_accept_asks_for_and_what_comes():
    """406 beside the type that others get."""
    said, _ = explained(
        har(0, status=406, accept="application/xml"), har(5, status=200, content_type="application/json")
    )
    assert place(said, "They accept only application/xml.") == "browser.har#0"
    assert place(said, "The route answers others with application/json (once") == "browser.har#1"


def test_sizes_beside_the_largest_that_passed():
    """Both numbers, and nginx's default only where it lies between them."""
    sent = {"method": "POST", "server": "nginx"}
    said, _ = explained(
        har(0, status=413, request_bytes=2_000_000, **sent), har(5, status=200, request_bytes=900_000, **sent)
    )
    text = "The failing request sent 2,000,000 bytes; the largest that passed on the same route had 900,000. Between"
    assert place(said, text) == "browser.har#0"
    said, _ = explained(
        har(0, status=413, request_bytes=900_000, **sent), har(5, status=200, request_bytes=800_000, **sent)
    )
    assert not [text for text in said if "1 MiB" in text]


def test_headers_and_addresses_that_are_too_long():
    """The largest header by name, the length of the address."""
    said, _ = explained(har(0, status=431, request_header_bytes=9_000, largest_request_header="cookie: 8,500 bytes"))
    assert place(said, "have 9,000 bytes; the largest is cookie: 8,500 bytes.") == "browser.har#0"
    said, _ = explained(access(0, "/" + "a" * 9_000, status=414), access(5, "/" + "a" * 99, status=200))
    assert place(said, "has 9,001 bytes; the longest that passed has 100.") == "access.log:1"


def test_an_etag_that_was_overtaken():
    """The precondition beside the ETag that was last seen."""
    said, _ = explained(har(0, status=200, etag='"b"'),
                        har(5, method="PUT", status=412, precondition='if-match: "a"'))  # fmt: skip
    text = 'sent if-match: "a", which did not hold. At 12:00:00 UTC the same URL had the ETag "b"'
    assert place(said, text) == "browser.har#1"
    for first, etag, sent in (
        (9, '"b"', 'if-match: "a"'),
        (0, 'W/"a"', 'if-match: "a"'),
        (0, '"b"', "if-none-match: *"),
    ):
        said, _ = explained(har(first, status=200, etag=etag), har(5, method="PUT", status=412, precondition=sent))
        assert [text for text in said if "ETag" in text] == [], (first, etag, sent)
    said, _ = explained(har(5, method="PUT", status=412, precondition='if-match: W/"a"'))
    assert place(said, "A weak ETag never passes If-Match (RFC 9110, 13.1.1).") == "browser.har#0"
    said, _ = explained(har(5, method="PUT", status=428))
    assert place(said, "sent no precondition") == "browser.har#0"


def test_who_wrote_before_a_conflict():
    """The last write of somebody else to the same path."""
    said, _ = explained(access(0, method="PUT", status=200, client_ip="10.0.0.2"),
                        access(5, method="PUT", status=409, client_ip="10.0.0.1"))  # fmt: skip
    assert place(said, "10.0.0.2 sent PUT /v1/orders at 12:00:00 UTC, which was answered 200.") == "access.log:1"


def test_a_host_that_no_working_request_has():
    """Host and version are compared on the same routes."""
    rows = [access(second, host="old.example", status=421) for second in range(3)]
    said, _ = explained(*rows, access(9, host="new.example", status=200))
    assert place(said, "on the same routes 1 with new.example worked, and none with old.example") == "access.log:4"


def test_an_address_with_a_bare_percent():
    """RFC 3986, 2.1."""
    said, _ = explained(access(0, "/v1/100%", status=400))
    assert place(said, "% that two hexadecimal digits do not follow") == "access.log:1"
    assert explained(access(0, "/v1/100%25", status=400))[0] == {}


CROSS = {"origin": "https://app.example", "fetch_mode": "cors", "resource_type": "fetch", "error": "net::ERR_FAILED"}
LEAVE = {"origin": "https://app.example", "allow_origin": "https://app.example", "status": 200,
         "allow_headers": "authorization, content-type", "allow_methods": "GET, POST, OPTIONS"}  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "answer", "says"),
    [
        (
            {"cors_headers": "x-tenant", "method": "POST"},
            LEAVE,
            "The request has x-tenant; Access-Control-Allow-Headers is",
        ),
        (
            {"method": "DELETE"},
            LEAVE,
            "The method DELETE is not among Access-Control-Allow-Methods: GET, POST, OPTIONS.",
        ),
        ({}, LEAVE | {"allow_origin": "https://other.example"}, "Access-Control-Allow-Origin is https://other.example"),
        ({"auth_scheme": "Cookie"}, LEAVE | {"allow_origin": "*"}, "may not be *"),
        ({"cors_headers": "authorization"}, LEAVE | {"allow_headers": "*"}, "The request has authorization"),
    ],
)
def test_what_a_browser_was_not_allowed(asked, answer, says):
    """The header that forbids it, in another answer of the host where the request has none."""
    said, _ = explained(har(5, **CROSS, **asked), har(0, "/v1/other", **answer))
    assert place(said, says) == "browser.har#1"


def test_what_another_origin_is_answered_is_not_what_this_one_is():
    """Many servers answer each origin that they know with its own name."""
    other = LEAVE | {"origin": "https://other.example", "allow_origin": "https://other.example"}
    assert explained(har(5, **CROSS), har(0, "/v1/other", **other))[0] == {}


def test_what_a_browser_was_allowed_is_not_blamed():
    """A safelisted method and listed headers, in any letter case."""
    said, _ = explained(har(5, **CROSS, method="POST", cors_headers="content-type,authorization"),
                        har(0, "/v1/other", **(LEAVE | {"allow_headers": "Authorization,Content-Type"})))  # fmt: skip
    assert [text for text in said if "was allowed then" not in text] == []


def test_what_a_host_allowed_before():
    """Where nothing that is known forbids it, the last answer that allowed it stands beside it."""
    said, _ = explained(har(0, "/v1/other", **LEAVE), har(5, **CROSS))
    assert place(said, "At 12:00:00 UTC the same host answered with Access-Control-Allow-Origin") == "browser.har#0"
    assert explained(har(5, **CROSS), har(9, "/v1/other", **LEAVE))[0] == {}


def test_preflights_that_a_capture_left_out():
    """They are in the server's log, and the requests themselves are not; a request that arrived is no such one."""
    said, _ = explained(har(5, **CROSS), access(4.9, method="OPTIONS", status=204))
    text = (
        "The preflights (OPTIONS) of 1 of 1 requests are in the server's log, answered 204, and the requests themselves"
    )
    assert place(said, text) == "access.log:1"
    said, _ = explained(har(5, request_id="a", **CROSS), access(4.9, method="OPTIONS", status=204),
                        access(5, status=200, request_id="a"))  # fmt: skip
    assert said == {}


def test_the_message_of_an_exception_stands_at_its_record():
    """Not at the access line of the same request."""
    rows = [access(second, status=400, request_id=f"r{second}") for second in range(3)]
    rows += [row("app", second, level="warning", request_id=f"r{second}", message="request refused",
                 exception_message="Extra data: malformed JSON: line 2 column 1 (char 9)") for second in range(3)]  # fmt: skip
    assert place(explained(*rows)[0], "the body is not valid JSON, the first at line 2, column 1") == "app.jsonl:1"


def test_the_status_of_a_preflight_and_the_error_behind_cors():
    """A preflight that asks for a login; a 502 that the browser does not show to the page."""
    preflight = {"method": "OPTIONS", "origin": "https://app.example", "initiator": "preflight", "status": 401}
    said, _ = explained(har(0, **preflight), har(0.01, **CROSS))
    assert place(said, "The preflight of /v1/orders was answered 401: it asks for credentials") == "browser.har#0"
    said, _ = explained(har(0, request_id="a", **CROSS), access(0, status=502, request_id="a"))
    assert place(said, "the server answered 502 to the failing request") == "access.log:1"


def test_credentials_that_a_redirect_took():
    """The redirect and where it led."""
    held = {"auth_present": True, "auth_scheme": "Bearer", "status": 301, "location": "https://www.example/v1/orders"}
    gone = {"auth_present": False, "status": 401, "host": "www.example", "url": "https://www.example/v1/orders"}
    said, steps = explained(har(0, **held), har(1, **gone))
    assert place(said, "on which clients take Authorization off") == "browser.har#1"
    assert place(said, "The redirect: https://api.example answered 301") == "browser.har#0"
    assert "Ask www.example by https at once, so that no redirect is needed." in steps


def test_a_post_that_became_a_get():
    """301 of a POST, then GET with 405 on the same path with a slash."""
    client = {"client_ip": "10.0.0.1"}
    said, _ = explained(
        access(0, method="POST", status=301, **client), access(0.2, "/v1/orders/", status=405, **client)
    )
    assert place(said, "began as POST and were sent on with 301") == "access.log:2"
    assert place(said, "The redirect: POST /v1/orders was answered 301.") == "access.log:1"
    said, _ = explained(
        access(0, method="POST", status=308, **client), access(0.2, "/v1/orders/", status=405, **client)
    )
    assert not [text for text in said if "began as" in text]


def test_a_clock_that_is_wrong():
    """Date of the answer against the capture's own time."""
    late = START.replace(minute=9)
    token = {"token_expires_at": START.replace(minute=5), "token_from": "authorization", "response_date": late}
    said, _ = explained(har(0, status=401, **token))
    assert place(said, "The client's clock is 9 min behind the server's (Date)") == "browser.har#0"


def test_the_scheme_that_is_asked_for():
    """Basic where Bearer is asked for; not where both are offered."""
    sent = {"status": 401, "auth_present": True, "auth_scheme": "Basic"}
    said, _ = explained(har(0, www_authenticate='Bearer realm="x"', **sent))
    assert place(said, "sent Basic credentials; the challenge asks for Bearer.") == "browser.har#0"
    assert explained(har(0, www_authenticate='Bearer realm="x", Basic realm="x"', **sent))[0] == {}


# -- in the incident


def incident_of(*rows):
    joined = correlate(frame(*rows))
    exchanges = add_facts(joined.exchanges)
    matched = exchanges.filter(FAILED)
    signal = Signal(
        rule="r", title="t", level="high", author=None, layer=None, family="f", says=None, next_steps=("Own step.",),
        ask=(), owner_hint=None, group=(), started=matched["timestamp"].min(), ended=matched["timestamp"].max(),
        count=matched.height, peak=matched.height, rows=matched["row"],
    )  # fmt: skip
    return diagnose(joined, exchanges, (signal,), 10).incidents[0]


def test_an_incident_holds_the_diagnosis():
    """Behind the deciding evidence, with its steps first; a link in a path stays text."""
    rows = [access(second, "/x/https://evil.example/order", status=404) for second in range(3)]
    incident = incident_of(*rows, access(9, "/x/https://evil.example/orders", status=200))
    assert incident.layer == "request"
    texts = [item.text for item in incident.root_evidence]
    assert any("works on the same host (once" in text for text in texts)
    assert "https://" not in " ".join(incident.next_steps[:1])
    assert "Own step." in incident.next_steps


def test_an_incident_without_a_diagnosis_is_left_alone():
    """Server errors without words stay as they are."""
    incident = incident_of(*(access(second, status=503) for second in range(3)))
    assert incident.next_steps[0] == "Own step."


@pytest.mark.parametrize(
    ("text", "where"),
    [("nothing here", None), ("line 3 column 4", "line 3, column 4"), ("at position 0", "character 1")],
)
def test_places_in_messages(text, where):
    """None where no place is named."""
    assert place_in(text) == where
