"""The access logs of Squid: its own format, and the httpd formats with Squid's result behind them.

https://wiki.squid-cache.org/Features/LogFormat#squid-native-accesslog-format-in-detail, and
https://www.squid-cache.org/Doc/config/logformat/ for the predefined formats squid, common and combined. The time is
that of completion. With log_mime_hdrs, the headers of request and reply follow in brackets.
"""

from __future__ import annotations

import polars as pl

from analyzer.formats import _headers, _positional, _times
from analyzer.formats._plugin import Format
from analyzer.formats._positional import Layout, Part, Positional
from analyzer.values import REDACTED

_DOCUMENTATION = "https://wiki.squid-cache.org/Features/LogFormat#squid-native-accesslog-format-in-detail"
_WORD = "[A-Z][A-Z0-9_]*"
_RESULT = f"(?P<result>{_WORD}|-)"
_INSIDE = rf"(?:{REDACTED}|[^\]])*"  # brackets inside are escaped, but for those of placeholders
_MIME = rf"(?: \[(?P<asked>{_INSIDE})\] \[(?P<replied>{_INSIDE})\])?"
_NATIVE = (
    Part("", r" *(?P<time>[0-9]{1,10}\.[0-9]{3})", "the time in seconds and milliseconds"),
    Part(" ", " *(?P<elapsed>-?[0-9]+)", "the elapsed milliseconds"),
    Part(" ", " *(?P<client_ip>[^ ]+)", "the client"),
    Part(" ", f"{_RESULT}/(?P<status>[0-9]{{1,3}}|-)", "result/status"),
    Part(" ", "(?P<bytes>[0-9]+)", "the bytes sent to the client"),
    Part(" ", "(?P<method>[^ ]+)", "the method"),
    Part(" ", "(?P<url>[^ ]+)", "the URL"),
    Part(" ", "(?P<user>[^ ]+)", "the user"),
    Part(" ", f"{_WORD}/(?P<peer>[^ ]+)", "hierarchy/peer"),
    Part(" ", "(?P<content_type>[^ ]+)", "the content type"),
)
_HTTPD = (
    Part("", f"{_positional.PROCESS}(?P<client_ip>[^ ]+)", "the client"),
    Part(" ", "[^ ]+", "the ident"),
    Part(" ", "(?P<user>[^ ]+)", "the user"),
    Part(" [", r"(?P<time>[^\]]+)", "the time"),
    Part('] "', '(?P<method>[^ "]+) (?P<url>.*?) (?P<protocol>[A-Z]+/[0-9.]+)', "the request"),
    Part('" ', "(?P<status>[0-9]{1,3})", "the status"),
    Part(" ", "(?P<bytes>[0-9]+)", "the bytes sent to the client"),
    Part("", '(?: "(?P<referrer>.*?)" "(?P<user_agent>.*)")?', "referrer and user agent"),
    Part(" ", rf"{_RESULT}:{_WORD}", "result:hierarchy"),
)


def _native() -> Layout:
    """Gives patterns for tidy lines, for those with blanks in the URL (uri_whitespace) or headers, and for cut ones."""
    parts = (Part("", _positional.PROCESS + _NATIVE[0].pattern, _NATIVE[0].label), *_NATIVE[1:])
    # Greedy, and with nothing behind the headers: else a URL with blanks could write the fields behind it.
    any_url = _positional.join(parts).replace("(?P<url>[^ ]+)", "(?P<url>.*)")
    patterns = (
        f"^{_positional.join(_NATIVE)}{_MIME}$",
        rf"(?s)^{any_url}{_MIME}\s*$",
        _positional.optional(parts, 4),
    )
    return Layout("time", patterns, parts[:4])


# Quotes are not escaped in the httpd formats: the tidy pattern stops at them, the other one at what follows them.
_TIDY_HTTPD = _positional.join(_HTTPD).replace(".*?", '[^"]*').replace(".*", '[^"]*')
# What Squid escapes in header blocks, next to the line ends, which cannot be forged: a backslash is doubled.
_ESCAPES = {"%5b": "[", "%5d": "]", "%5B": "[", "%5D": "]", "%25": "%", "\\\\": "\\"}
_BROKEN = "error:"
_ASTERISK = r"^[a-z]+://:[0-9]+\*$"  # how Squid writes the asterisk of OPTIONS * (RFC 9112, 3.2.4)


def _translate_native(found: pl.DataFrame, zone: str) -> pl.DataFrame:
    stamp = _times.read(pl.col("time"), "decimal", zone)
    slots = {
        "duration_ms": [pl.col("elapsed")],
        "upstream": [pl.col("peer")],
        "content_type": [pl.col("content_type")],
    }
    return _positional.texts(found, _shared(found, slots), stamp)


def _translate_httpd(found: pl.DataFrame, zone: str) -> pl.DataFrame:
    stamp = _times.read(pl.col("time"), _times.CLF, zone)
    slots = {name: [pl.col(name)] for name in ("protocol", "referrer", "user_agent")}
    return _positional.texts(found, _shared(found, slots), stamp)


def _shared(found: pl.DataFrame, slots: dict[str, list[pl.Expr]]) -> dict[str, list[pl.Expr]]:
    """Adds the slots that all formats fill; what Squid could not read as a request has no method and no URL."""
    method, url = pl.col("method"), pl.col("url")
    broken = url.str.starts_with(_BROKEN)
    tunnel = method == "CONNECT"
    slots |= {
        "process": [pl.col("process")],
        "client_ip": [pl.col("client_ip")],
        "user": [pl.col("user")],
        "result": [pl.col("result")],
        "status": [pl.col("status")],
        "bytes_sent": [pl.col("bytes")],
        "method": [pl.when(~broken & (method != "NONE")).then("method")],
        "target": [pl.when(~broken & ~tunnel).then(url.str.replace(_ASTERISK, "*"))],
        "host": [pl.when(tunnel & ~broken).then("url")],
        "error": [pl.when(broken).then("url")],
    }
    if found["asked"].count():
        for slot, text in _header_texts():
            slots[slot] = [*slots.get(slot, []), text]
    return slots


def _header_texts() -> list[tuple[str, pl.Expr]]:
    """Gives a text for each header that fills a slot; the URL names the host better than the Host header does."""
    asked, replied = pl.col("asked"), pl.col("replied")
    found = [(slot, _header(asked, name)) for name, slot in _headers.REQUEST.items() if slot != "host"]
    found += [(slot, _header(replied, name)) for name, slot in _headers.RESPONSE.items()]
    found = [("request_id_header" if slot == "request_id" else slot, text) for slot, text in found]
    # A dash says that no credentials were sent; without headers nobody knows.
    sent = pl.when(asked.str.contains(": ", literal=True)).then(pl.lit("-"))
    found += [("authorization", _header(asked, "proxy-authorization")), ("authorization", sent)]
    return [*found, ("error", _header(replied, "x-squid-error"))]


def _header(block: pl.Expr, name: str) -> pl.Expr:
    value = block.str.extract(rf"(?i)(?:^|\\r\\n){pl.escape_regex(name)}: *(.*?)(?:\\r\\n|$)", 1)
    return value.str.replace_many(_ESCAPES, leftmost=True)


FORMATS: tuple[Format, ...] = (
    Positional(
        name="squid",
        title="Squid",
        documentation=_DOCUMENTATION,
        product="squid",
        kind="request",
        samples=(
            (
                "1066037222.352  19475 192.0.2.9 TCP_MISS/200 12387 GET http://www.example.com/budismo.html - "
                "HIER_DIRECT/203.0.113.1 text/html"
            ),
            "1795379775.425      0 192.0.2.9 NONE_NONE/000 0 - error:transaction-end-before-headers - HIER_NONE/- -",
        ),
        layouts=(_native(),),
        translate=_translate_native,
        marks="end",
    ),
    Positional(
        name="squid_combined",
        title="Squid, httpd formats combined and common",
        documentation="https://www.squid-cache.org/Doc/config/logformat/",
        product="squid",
        kind="request",
        samples=(
            (
                '192.0.2.9 - - [22/Nov/2026:20:36:07 +0000] "GET http://www.example.com/a?b=c HTTP/1.1" 200 256 '
                '"http://www.example.com/" "curl/8.5.0" TCP_MISS:HIER_DIRECT'
            ),
            (
                '192.0.2.9 - - [22/Nov/2026:20:36:15 +0000] "CONNECT www.example.com:443 HTTP/1.1" 200 39 '
                "TCP_TUNNEL:HIER_DIRECT"
            ),
        ),
        layouts=(Layout("time", (f"^{_TIDY_HTTPD}{_MIME}$", rf"(?s)^{_positional.join(_HTTPD)}{_MIME}\s*$"), _HTTPD),),
        translate=_translate_httpd,
        marks="end",
    ),
)
