"""Says how large the request was, which limit is known, and how large the ones were that passed."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from analyzer.counted import counted
from analyzer.diagnose._scene import BROWSER, EDGE, ERROR_LINE
from analyzer.diagnose.explanations._subject import Explanation, Subject
from analyzer.diagnose.explanations._words import explain_words, words

_BODY, _HEADERS, _LINE = (413,), (400, 431, 494), (414,)
_SAME = ["method", "host", "route"]
# https://nginx.org/en/docs/http/ngx_http_core_module.html: client_max_body_size, large_client_header_buffers.
_NGINX_BODY, _NGINX_HEADER = 1_048_576, 8_192
_RAISE = "Raise the limit of the hop that answered, or send less: in parts, compressed, or without what is not needed."

_TABLE = (
    words(r"client intended to send too large (?:chunked )?body(?:: (?P<sent>\d+) bytes)?",
          "nginx took no body of {sent} bytes (client_max_body_size)", _RAISE, rank=0,
          shown="nginx took no body of this size (client_max_body_size)"),
    words(r"Requested content-length of (?P<sent>\d+) is larger than the configured limit of (?P<limit>\d+)",
          "{sent} bytes were sent; the limit is {limit} bytes (LimitRequestBody)", _RAISE, rank=0),
    words(r"size \((?P<sent>\d+)\) exceeds the configured maximum \((?P<limit>\d+)\)",
          "{sent} bytes were sent; the limit is {limit} bytes", _RAISE, rank=0),
    words(r"max(?:imum)? (?:request )?(?:body )?size (?:is|of) (?P<limit>\d+) bytes", "the limit is {limit} bytes",
          _RAISE, rank=0),
    words(r"received message larger than max \((?P<sent>\d+) vs\.? (?P<limit>\d+)\)",
          "{sent} bytes were sent; the limit of gRPC is {limit} bytes", _RAISE, rank=0),
    words(r"too long URI", "the request line is longer than a buffer of nginx (large_client_header_buffers)", rank=0),
    words(r"client sent too long header line|Request Header Or Cookie Too Large|client sent too large header",
          "a header is larger than a buffer of nginx (large_client_header_buffers)",
          "Look at the largest header: mostly cookies that pile up, or a token with too many claims.", rank=0),
    words(r"request header field (?:is longer|exceeds)[^.]{0,60}|Size of a request header field exceeds server limit",
          "a header is longer than the server takes (LimitRequestFieldSize)", rank=0),
    words(r"Request header is too large|header (?:fields? )?too large|HPE_HEADER_OVERFLOW|header list too large",
          "the headers are larger than the server takes", rank=0),
    words(r"PayloadTooLarge|request entity too large|request body too large|Maximum upload size exceeded"
          r"|entity\.too\.large|RequestEntityTooLarge"
          r"|(?:body|payload|upload|file|content|request)(?: size| length)? exceeds",
          "the body is larger than the server takes", _RAISE, rank=0),
)  # fmt: skip


def explain(subject: Subject) -> Iterator[Explanation]:
    """Judges 413, 414 and 431 (RFC 9110, 15.5.14 and 15.5.15; RFC 6585, 5), nginx's 494, and 400 for the same."""
    refused = subject.failing(*_BODY, *_LINE, *_HEADERS)
    if refused.is_empty() and not subject.scene.count(pl.col("status").is_null()):
        return
    yield from explain_words(subject, _TABLE, *_BODY, *_LINE, *_HEADERS, None)[:2]
    yield from _bodies(subject)
    yield from _headers(subject)
    yield from _lines(subject)


def _bodies(subject: Subject) -> Iterator[Explanation]:
    # A server that refuses a body logs what it had read until then; only a capture knows what was to be sent.
    test = pl.col("status").is_in(_BODY) & (pl.col("request_bytes") > 0) & pl.col("has_browser")
    refused = subject.scene.failing.filter(test.fill_null(False))
    if refused.is_empty():
        return
    smallest, largest = int(str(refused["request_bytes"].min())), int(str(refused["request_bytes"].max()))
    sent = f"{smallest:,} bytes" if smallest == largest else f"{smallest:,} to {largest:,} bytes"
    passed = subject.working(refused, _SAME).filter("has_browser").select(pl.col("request_bytes").max()).item()
    beside = f"; the largest that passed on the same route had {passed:,}" if passed else ""
    fits = smallest > _NGINX_BODY and passed and passed <= _NGINX_BODY
    nginx = (pl.col("server").str.contains("(?i)nginx") | pl.col("format").str.contains("nginx")).fill_null(False)
    guess = " Between them lies 1 MiB, nginx's client_max_body_size where none is set." if fits else ""
    hint = guess if refused.select(nginx.any()).item() else ""
    text = f"{subject.of_total(counted(refused))} sent {sent}{beside}.{hint}"
    yield Explanation((subject.scene.quote(text, test, BROWSER, ERROR_LINE, EDGE),), (_RAISE,), 0, counted(refused))


def _headers(subject: Subject) -> Iterator[Explanation]:
    """Gives the size of the headers; of a 400 only where it is as large as a server's usual limit."""
    size = pl.col("request_header_bytes")
    test = pl.col("status").is_in([431, 494]) & size.is_not_null()
    test |= (pl.col("status") == 400) & (size >= _NGINX_HEADER)
    row = subject.scene.first(test)
    if row is None:
        return
    count = subject.scene.count(test)
    text = (
        f"The headers of {'it' if subject.scene.total == 1 else 'the first'} have {row['request_header_bytes']:,} "
        "bytes; "
        f"the largest is {row['largest_request_header']}."
    )
    yield Explanation((subject.scene.quote(text, test, BROWSER),), (), 0, count)


def _lines(subject: Subject) -> Iterator[Explanation]:
    refused = subject.failing(*_LINE).filter(pl.col("target").is_not_null())
    if refused.is_empty():
        return
    length = pl.col("target").str.len_bytes()
    shortest = refused.select(length.min()).item()
    passed = subject.working(refused, ["host"]).select(length.max()).item()
    beside = f"; the longest that passed has {passed:,}" if passed else ""
    text = f"The shortest address that was refused has {shortest:,} bytes{beside}."
    test = pl.col("status").is_in(_LINE) & (length == shortest)
    step = "Send the parameters in the body of a POST, or fewer of them at a time."
    yield Explanation((subject.scene.quote(text, test, BROWSER, EDGE),), (step,), 0, counted(refused))
