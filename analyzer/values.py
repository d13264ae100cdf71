"""Turns text columns into typed values: every function maps expressions to expressions."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import polars as pl

# Wide of every clock, and so far inside Python's years 1 to 9999 that no duration beside a time leads out of them.
EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)

# What redaction writes in place of a value, so that what was redacted is read like what was not.
REDACTED = r"\[redacted:[a-z_]+:[0-9a-f]{12}\]"

_HEX = r"[0-9A-Fa-f]"
_ID = (
    r"[0-9]+"  # numbers
    rf"|{_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}}"  # UUID
    rf"|{_HEX}{{16,}}"  # hashes and trace ids
    r"|[A-Za-z]{1,8}[-_][0-9]+[A-Za-z0-9]*"  # SKU-1009, ord_12
    r"|[A-Z]{1,6}[0-9]{3,}[A-Z0-9]*"  # MSKU1234567
    r"|[^/@]+@[^/@]+\.[^/@]+"  # e-mail
    r"|[0-9A-Za-z_-]*[0-9][0-9A-Za-z_-]{21,}"  # long random text with a digit
    rf"|{REDACTED}"  # what stood here was a secret
)
_ID_SEGMENT = rf"(^|/)(?:{_ID})(/|$)"


# What makes a spreadsheet take a text for a formula; an apostrophe in front makes it text again (OWASP, CSV Injection).
# The full-width signs are taken for the plain ones; what nobody sees in front of a sign hides it from no spreadsheet.
_BEFORE = r"[\s\x00-\x1f\u00a0\u200b-\u200f\u2060\ufeff]*"
_FORMULA = rf"^{_BEFORE}[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r]|[\r\n]{_BEFORE}[=+\-@\uff1d\uff0b\uff0d\uff20]"


def no_formula(name: str) -> pl.Expr:
    """Gives the text column with an apostrophe before whatever a spreadsheet would take for a formula."""
    return (
        pl.when(pl.col(name).str.contains(_FORMULA)).then(pl.concat_str(pl.lit("'"), name)).otherwise(name).alias(name)
    )


def blank_to_null(text: pl.Expr) -> pl.Expr:
    """Gives null for an empty text, and for the dash and the two quotes that servers write for an absent value."""
    return pl.when(~text.is_in(["", "-", '""'])).then(text)


def route(path: pl.Expr) -> pl.Expr:
    """Gives the path with segments that name one thing (numbers, UUIDs, hashes, e-mails, SKU-12) as {id}."""
    # Each segment needs slashes of its own, since neighbouring matches cannot share one.
    doubled = path.str.replace_all("/", "//", literal=True)
    return doubled.str.replace_all(_ID_SEGMENT, "${1}{id}${2}").str.replace_all("//", "/", literal=True)


def scaled_to_us(text: pl.Expr, units_per_second: int) -> pl.Expr:
    """Gives whole microseconds from a decimal number in the unit; negative and unreadable values are null."""
    value = (text.cast(pl.Float64, strict=False) * (1_000_000 / units_per_second)).round()
    return pl.when((value >= 0) & (value < 9e15)).then(value).cast(pl.Int64)


def count(text: pl.Expr) -> pl.Expr:
    """Gives a whole number that is not negative; anything else is null."""
    value = text.cast(pl.Int64, strict=False)
    return pl.when(value >= 0).then(value)


def status(text: pl.Expr) -> pl.Expr:
    """Gives a status code from 100 to 999; 0, 000 and - are null, since no response came."""
    value = text.cast(pl.Int32, strict=False)
    return pl.when(value.is_between(100, 999)).then(value)


def method(text: pl.Expr) -> pl.Expr:
    """Gives the request method in upper case if it is an RFC 9110 token."""
    return pl.when(text.str.contains(r"^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,32}$")).then(text.str.to_uppercase())


def protocol(text: pl.Expr) -> pl.Expr:
    """Gives HTTP/1.0, HTTP/1.1, HTTP/2 or HTTP/3 for all the spellings that tools use, else null."""
    folded = text.str.strip_chars().str.to_lowercase()
    return folded.replace_strict(_PROTOCOLS, default=None, return_dtype=pl.String)


_PROTOCOLS = {
    "http/0.9": "HTTP/0.9",
    "http/1.0": "HTTP/1.0",
    "http/1.1": "HTTP/1.1",
    "http/2": "HTTP/2",
    "http/2.0": "HTTP/2",
    "h2": "HTTP/2",
    "h2c": "HTTP/2",
    "http/3": "HTTP/3",
    "http/3.0": "HTTP/3",
    "h3": "HTTP/3",
    "h3-29": "HTTP/3",
    "http/2+quic/46": "HTTP/3",
}


def target_parts(target: pl.Expr) -> dict[str, pl.Expr]:
    """Gives path, query, target and route from a request target in any of the forms of RFC 9112, 3.2.

    An absolute form loses its scheme and authority; an authority form (CONNECT) has no path.
    """
    origin = target.str.replace(r"^[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*", "")
    shaped = pl.when(origin.str.starts_with("/") | origin.str.starts_with("*")).then(origin)
    empty = (origin == "") & (target != "")
    slashed = pl.when(empty).then(pl.lit("/")).otherwise(shaped)
    path = slashed.str.extract(r"^([^?]*)", 1)
    return {
        "path": path,
        "query": slashed.str.extract(r"\?(.*)$", 1),
        "target": slashed,
        "route": route(path),
    }


def is_origin(target: pl.Expr) -> pl.Expr:
    """Whether a request target is a path, and maybe a query, on one line: the origin form (RFC 9112, 3.2.1)."""
    return target.str.starts_with("/") & ~target.str.contains("\n", literal=True)


def origin_parts(target: pl.Expr) -> dict[str, pl.Expr]:
    """Gives what target_parts does, for targets of which is_origin is true or null."""
    halves = target.str.splitn("?", 2).struct
    path = halves.field("field_0")
    return {"path": path, "query": halves.field("field_1"), "target": target, "route": route(path)}


def host(text: pl.Expr) -> pl.Expr:
    """Gives the host in lower case without a trailing dot and without the default ports 80 and 443."""
    return blank_to_null(text.str.to_lowercase().str.replace(r":(80|443)$", "").str.strip_suffix("."))


def level(text: pl.Expr) -> pl.Expr:
    """Gives trace, debug, info, notice, warning, error or critical for names and for bunyan's and pino's numbers."""
    return text.str.strip_chars().str.to_lowercase().replace_strict(_LEVELS, default=None, return_dtype=pl.String)


_LEVELS = {
    "trace": "trace", "finest": "trace", "verbose": "trace", "10": "trace",
    "debug": "debug", "dbg": "debug", "fine": "debug", "d": "debug", "20": "debug",
    "info": "info", "information": "info", "informational": "info", "inf": "info", "i": "info", "30": "info",
    "notice": "notice",
    "warn": "warning", "warning": "warning", "wrn": "warning", "w": "warning", "40": "warning",
    "error": "error", "err": "error", "e": "error", "severe": "error", "50": "error",
    "critical": "critical", "crit": "critical", "fatal": "critical", "alert": "critical", "emerg": "critical",
    "emergency": "critical", "panic": "critical", "dpanic": "critical", "ftl": "critical", "60": "critical",
}  # fmt: skip


def syslog_severity(number: pl.Expr) -> pl.Expr:
    """Gives the level of a severity from 0 to 7 (RFC 5424, 6.2.1), else null."""
    return number.replace_strict(dict(enumerate(_SEVERITIES)), default=None, return_dtype=pl.String)


_SEVERITIES = ("critical", "critical", "critical", "error", "warning", "notice", "info", "debug")


def folded_id(text: pl.Expr) -> pl.Expr:
    """Gives an id in the form in which two logs can be compared: lower case, without dashes."""
    return text.str.to_lowercase().str.replace_all("-", "", literal=True)


def possible(time: pl.Expr) -> pl.Expr:
    """Gives null for a UTC time before EARLIEST or from LATEST on: no server or browser can have meant it."""
    return pl.when(time.is_between(EARLIEST, LATEST, closed="left")).then(time)


def knows_zone(name: str) -> bool:
    """Whether localised reads times of this zone: an IANA name, or an offset such as +05:30."""
    if _OFFSET.fullmatch(name):
        return True
    try:  # Polars takes an empty name for none
        pl.select(pl.lit(None, pl.Datetime("us")).dt.replace_time_zone(name))
    except pl.exceptions.PolarsError:
        return False
    return name != ""


_OFFSET = re.compile(r"([+-])(0[0-9]|1[0-4]):([0-5][0-9])")


def localised(naive: pl.Expr, zone: str) -> pl.Expr:
    """Gives the UTC time of a local time that carries no zone; of two possible times in autumn, the earlier one.

    A local time that the clock skipped in spring is read with the offset before the jump.
    """
    offset = _OFFSET.fullmatch(zone)
    if offset:
        ahead = pl.duration(minutes=int(f"{offset[1]}1") * (60 * int(offset[2]) + int(offset[3])))
        return (naive - ahead).dt.replace_time_zone("UTC")

    def at(local: pl.Expr) -> pl.Expr:
        return local.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null").dt.convert_time_zone("UTC")

    hour = pl.duration(hours=1)
    return pl.coalesce(at(naive), at(naive - hour) + hour)


def duration_text(text: pl.Expr) -> pl.Expr:
    """Gives whole microseconds from a number with its unit, such as 12.3ms, 1.5s or 350µs; else null."""
    unit = text.str.extract(r"^[0-9.]+\s*([a-zµμ]+)$", 1).replace_strict(
        _SECONDS, default=None, return_dtype=pl.Float64
    )
    number = text.str.extract(r"^([0-9.]+)", 1).cast(pl.Float64, strict=False)
    value = (number * unit * 1_000_000).round()
    return pl.when(value < 9e15).then(value).cast(pl.Int64)


_SECONDS = {
    "ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1.0, "sec": 1.0, "m": 60.0, "min": 60.0,
    "h": 3600.0,
}  # fmt: skip


def request_line(text: pl.Expr) -> dict[str, pl.Expr]:
    """Gives method, target and protocol of a request line as far as they can be known (RFC 9112, 3).

    A target may hold blanks. One bare word, TLS bytes and other noise give three nulls.
    """
    parts = text.str.extract_groups(r"^([!#$%&'*+.^_`|~0-9A-Za-z-]{1,32}) +(.*?)(?: +(HTTP/[0-9][0-9.]*))?\s*$")
    word, target, version = (parts.struct.field(name) for name in ("1", "2", "3"))
    plausible = version.is_not_null() | target.str.contains(r"^(?:/|\*$|[A-Za-z][A-Za-z0-9+.-]*://)")
    plausible &= word != "-"  # a token by RFC 9110, but what servers write for a method that they could not read
    return {
        "method": pl.when(plausible).then(word),
        "target": pl.when(plausible).then(target),
        "protocol": pl.when(plausible).then(version),
    }


def http_version(text: pl.Expr) -> pl.Expr:
    """Gives the protocol for a version that stands alone, such as 1.1 (ECS http.version), or for a whole name."""
    bare = text.str.contains(r"^[0-9](?:\.[0-9])?$")
    return protocol(pl.when(bare).then(pl.concat_str(pl.lit("HTTP/"), text)).otherwise(text))


def listed(text: pl.Expr) -> pl.Expr:
    """Gives the list that nginx writes with `,` between servers and ` : ` between groups; `-` elements are null.

    See https://nginx.org/en/docs/http/ngx_http_upstream_module.html#var_upstream_addr.
    """
    return text.str.replace_all(r"\s*,\s*|\s+:\s+", ",").str.split(",").list.eval(blank_to_null(pl.element()))


def address(text: pl.Expr) -> pl.Expr:
    """Gives an address without port, brackets, zone and the ::ffff: of a mapped IPv4; a host name stays as it is."""
    bare = (
        text.str.strip_chars(' "')
        .str.replace(r"^\[([^\]]*)\](?::[0-9]+)?$", "$1")
        .str.replace(r"^([^:]+):[0-9]+$", "$1")
        .str.replace(r"%.*$", "")
        .str.replace(r"^(?i)::ffff:([0-9]+\.)", "$1")
    )
    return pl.when(~bare.is_in(["", "-", "unknown"])).then(bare)


def is_private(ip: pl.Expr) -> pl.Expr:
    """Whether an address cannot be one of the public internet (RFC 1918, RFC 6598, RFC 4193, loopback, link-local)."""
    return ip.str.contains(_PRIVATE)


_PRIVATE = (
    r"^(?:10\.|127\.|169\.254\.|192\.168\.|172\.(?:1[6-9]|2[0-9]|3[01])\."
    r"|100\.(?:6[4-9]|[7-9][0-9]|1[01][0-9]|12[0-7])\."
    r"|::1$|[fF][cCdD][0-9A-Fa-f]{2}:|[fF][eE][89abAB][0-9A-Fa-f]:|unix:)"
)


def client(peer: pl.Expr, forwarded: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Gives the client behind a private or missing peer, and the rule: first public address forwarded for, else first.

    A public peer is kept, since anybody can send the header. The rule is null where no header was logged.
    """
    hops = forwarded.str.split(",").list.eval(address(pl.element()).drop_nulls())
    public = hops.list.eval(pl.element().filter(~is_private(pl.element()))).list.first()
    hidden = (peer.is_null() | is_private(peer)) & (hops.list.len() > 0).fill_null(value=False)
    found = pl.when(hidden).then(pl.coalesce(public, hops.list.first())).otherwise(peer)
    forwarded_rule = (
        pl.when(public.is_null())
        .then(pl.lit("first of forwarded_for"))
        .otherwise(pl.lit("first public of forwarded_for"))
    )
    rule = pl.when(hidden).then(forwarded_rule).when(hops.list.len() > 0).then(pl.lit("peer"))
    return found, rule


def trace_id(text: pl.Expr) -> pl.Expr:
    """Gives the trace id inside the headers that carry one: traceparent, X-Amzn-Trace-Id, X-Cloud-Trace-Context, b3.

    See https://www.w3.org/TR/trace-context/#traceparent-header; a plain id stays as it is, one of zeros only is null.
    """
    found = pl.coalesce(
        text.str.extract(r"^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-", 1),
        text.str.extract(r"(?:^|;)\s*Root=([^;\s]+)", 1),
        text.str.extract(r"^([0-9A-Fa-f]{32})[/:;-]", 1),
        text.str.extract(r"^projects/[^/]+/traces/([^/]+)$", 1),
        text,
    )
    return pl.when(~found.str.contains("^0+$")).then(found)


def auth_scheme(text: pl.Expr) -> pl.Expr:
    """Gives the scheme of an Authorization header; never its credentials."""
    return text.str.extract(r"^([A-Za-z][A-Za-z0-9._-]{0,31})\s", 1)


def tls_version(text: pl.Expr) -> pl.Expr:
    """Gives TLSv1.2 and the like for all spellings of servers (TLSv1.2, TLS1.2, tls12, 1.2, 0x0303); else the text."""
    folded = text.str.to_lowercase().str.replace_all(r"[ _.]|^tls", "").str.replace("^v", "")
    return folded.replace_strict(_TLS, default=text, return_dtype=pl.String)


_TLS = {
    **dict.fromkeys(("13", "0x0304", "772"), "TLSv1.3"),
    **dict.fromkeys(("12", "0x0303", "771"), "TLSv1.2"),
    **dict.fromkeys(("11", "0x0302", "770"), "TLSv1.1"),
    **dict.fromkeys(("10", "1", "0x0301", "769"), "TLSv1.0"),
    **dict.fromkeys(("sslv3", "0x0300", "768"), "SSLv3"),
}


def percent_decoded(text: pl.Expr) -> pl.Expr:
    """Gives the text that %XX stand for (RFC 3986, 2.1) where that is UTF-8, else the text as it is."""
    piece = pl.element()
    code = pl.concat_str(piece.str.slice(0, 2).str.to_lowercase(), piece.str.slice(2).str.encode("hex"))
    stray = pl.concat_str(pl.lit("25"), piece.str.encode("hex"))
    escaped = piece.str.contains(rf"^{_HEX}{{2}}")
    # A first escape of our own, %78, lets the piece in front of the text's first escape be read like all others.
    pieces = pl.concat_str(pl.lit("%78"), text).str.split("%").list.slice(1)
    whole = pieces.list.eval(pl.when(escaped).then(code).otherwise(stray)).list.join("")
    octets = pl.when(whole.str.contains(_UTF8)).then(whole).str.decode("hex", strict=False)
    return pl.coalesce(octets.cast(pl.String).str.slice(1), text)


_NEXT = "[89ab][0-9a-f]"
_UTF8 = (  # RFC 3629, 4
    rf"^(?:[0-7][0-9a-f]|(?:c[2-9a-f]|d[0-9a-f]){_NEXT}|e0[ab][0-9a-f]{_NEXT}|e[1-9a-cef](?:{_NEXT}){{2}}"
    rf"|ed[89][0-9a-f]{_NEXT}|f0[9ab][0-9a-f](?:{_NEXT}){{2}}|f[1-3](?:{_NEXT}){{3}}"
    rf"|f48[0-9a-f](?:{_NEXT}){{2}})*$"
)
