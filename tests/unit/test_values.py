"""Value parsers: text in, typed columns out; each case is one line of a specification or a real log."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer import values


def one(expression, text):
    return pl.DataFrame({"text": [text]}, schema={"text": pl.String}).select(expression(pl.col("text"))).item()


@pytest.mark.parametrize(("text", "expected"), [("", None), ("-", None), ('""', None), ("0", "0"), ("--", "--")])
def test_blank_to_null(text, expected):
    """What servers write for an absent value is null, and 0 is a value."""
    assert one(values.blank_to_null, text) == expected


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/orders/17/items/18", "/orders/{id}/items/{id}"),
        ("/u/6364e9bb-daba-4ec5-b840-b0929dd87729", "/u/{id}"),
        ("/t/d9098bbc73cac895", "/t/{id}"),
        ("/p/SKU-1009", "/p/{id}"),
        ("/m/ida@example.com/x", "/m/{id}/x"),
        ("/v1/orders", "/v1/orders"),
        ("/", "/"),
        (None, None),
    ],
)
def test_route(path, route):
    """Segments that name one thing become {id}; version prefixes and words stay."""
    assert one(values.route, path) == route


@pytest.mark.parametrize(
    ("text", "units", "expected"),
    [("0.123", 1, 123_000), ("1500", 1_000, 1_500_000), ("7", 1_000_000_000, 0), ("-1", 1, None), ("x", 1, None)],
)
def test_scaled_to_us(text, units, expected):
    """Numbers in any unit become whole microseconds; HAProxy's and ALB's -1 is no time."""
    assert one(lambda column: values.scaled_to_us(column, units), text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("12.3ms", 12_300), ("1.5s", 1_500_000), ("350µs", 350), ("350us", 350), ("2m", 120_000_000), ("1500ns", 2),
     ("12", None), ("ms", None), ("1h2m", None)],
)  # fmt: skip
def test_duration_text(text, expected):
    """A number with its unit is a duration; without a unit it is not."""
    assert one(values.duration_text, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("200", 200), ("999", 999), ("000", None), ("0", None), ("-", None), ("99", None), ("1000", None)],
)
def test_status(text, expected):
    """Codes from 100 to 999 are statuses; 0, 000 and - mean that no response came."""
    assert one(values.status, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("GET /a HTTP/1.1", ("GET", "/a", "HTTP/1.1")),
        ("GET /a b HTTP/1.1", ("GET", "/a b", "HTTP/1.1")),
        ("GET /", ("GET", "/", None)),
        ("M-SEARCH * HTTP/1.1", ("M-SEARCH", "*", "HTTP/1.1")),
        ("word", (None, None, None)),
        ("two words", (None, None, None)),
        (r"\x16\x03\x01 / HTTP/1.1", (None, None, None)),
        ("", (None, None, None)),
    ],
)
def test_request_line(text, expected):
    """Method, target and version as far as a request line has them (RFC 9112, 3)."""
    parts = pl.DataFrame({"text": [text]}).select(**values.request_line(pl.col("text")))
    assert parts.row(0) == expected


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("/a?b=c?d", ("/a", "b=c?d", "/a?b=c?d")),
        ("http://h.example/a", ("/a", None, "/a")),
        ("http://h.example", ("/", None, "/")),
        ("*", ("*", None, "*")),
        ("h.example:443", (None, None, None)),
    ],
)
def test_target_parts(target, expected):
    """The four forms of a request target (RFC 9112, 3.2); CONNECT's has no path."""
    parts = values.target_parts(pl.col("text"))
    frame = pl.DataFrame({"text": [target]}).select(parts["path"].alias("a"), parts["query"].alias("b"),
                                                    parts["target"].alias("c"))  # fmt: skip
    assert frame.row(0) == expected


@given(st.lists(st.text(st.sampled_from("/?#*%:@.\n ab1é"), max_size=12).map("/{}".format) | st.none(), max_size=8))
def test_origin_forms_are_split_as_all_targets_are(targets):
    """Half of the cost is to give the same, wherever no line break is: those go the long way."""
    frame = pl.DataFrame({"text": pl.Series(targets, dtype=pl.String)}).filter(
        values.is_origin(pl.col("text")).fill_null(value=True)
    )
    assert frame.select(**values.origin_parts(pl.col("text"))).equals(
        frame.select(**values.target_parts(pl.col("text")))
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("192.0.2.1:5050", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::1"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        (' "192.0.2.1"', "192.0.2.1"),
        ("host.example", "host.example"),
        ("unknown", None),
        ("-", None),
    ],
)
def test_address(text, expected):
    """Ports, brackets, zones and mapped IPv4 are taken off; what is no address is null."""
    assert one(values.address, text) == expected


@pytest.mark.parametrize(
    ("ip", "private"),
    [("10.1.2.3", True), ("172.31.0.1", True), ("172.32.0.1", False), ("192.168.1.1", True), ("100.64.0.1", True),
     ("100.128.0.1", False), ("127.0.0.1", True), ("::1", True), ("fd00::1", True), ("fe80::1", True),
     ("2001:db8::1", False), ("192.0.2.1", False), ("fc.example", False)],
)  # fmt: skip
def test_is_private(ip, private):
    """The ranges of RFC 1918, 6598 and 4193, loopback and link-local, and no host name."""
    assert one(values.is_private, ip) is private


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "4bf92f3577b34da6a3ce929d0e0e4736"),
        (
            "Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8;Sampled=1",
            "1-67891233-abcdef012345678912345678",
        ),
        ("Self=1-1-a;Root=1-2-b", "1-2-b"),
        ("105445aa7843bc8bf206b12000100000/1;o=1", "105445aa7843bc8bf206b12000100000"),
        ("80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1", "80f198ee56343ba864fe8b2a57d3eff7"),
        ("d9098bbc73cac895", "d9098bbc73cac895"),
        ("00000000000000000000000000000000", None),
    ],
)
def test_trace_id(text, expected):
    """The id inside traceparent, X-Amzn-Trace-Id, X-Cloud-Trace-Context and b3; zeros are no trace."""
    assert one(values.trace_id, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10.0.0.1:80", ["10.0.0.1:80"]),
        ("10.0.0.1:80, unix:/tmp/sock : 10.0.1.1:80", ["10.0.0.1:80", "unix:/tmp/sock", "10.0.1.1:80"]),
        ("0.001, - : 0.2", ["0.001", None, "0.2"]),
        (None, None),
    ],
)
def test_listed(text, expected):
    """nginx separates servers by commas and groups by colons."""
    frame = pl.DataFrame({"text": [text]}, schema={"text": pl.String}).select(values.listed(pl.col("text")))
    assert frame.to_series().to_list() == [expected]


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        ("2026-07-01 12:00:00", datetime(2026, 7, 1, 10, tzinfo=UTC)),
        ("2026-12-01 12:00:00", datetime(2026, 12, 1, 11, tzinfo=UTC)),
        ("2026-10-25 02:30:00", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("2026-03-29 02:30:00", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
    ],
)
def test_localised(local, expected):
    """Berlin's summer and winter, the hour that comes twice and the hour that never comes: none is lost."""
    naive = pl.col("text").str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="us")
    assert pl.DataFrame({"text": [local]}).select(values.localised(naive, "Europe/Berlin")).item() == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1.1", "HTTP/1.1"), ("2", "HTTP/2"), ("HTTP/2.0", "HTTP/2"), ("h2", "HTTP/2"), ("9", None)],
)
def test_http_version(text, expected):
    """ECS and OpenTelemetry write the bare version."""
    assert one(values.http_version, text) == expected


@pytest.mark.parametrize(("text", "expected"), [("Bearer abc", "Bearer"), ("Basic eA==", "Basic"), ("abcdef", None)])
def test_auth_scheme(text, expected):
    """The scheme is kept and the credentials are not, even if they stand alone."""
    assert one(values.auth_scheme, text) == expected
