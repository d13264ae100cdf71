"""Names what is wrong with a request before anybody reads its content: scheme, host, version, framing, encoding."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from analyzer.counted import WEIGHT, counted, number
from analyzer.diagnose._scene import BROWSER, EDGE, ERROR_LINE
from analyzer.diagnose._wording import duration
from analyzer.diagnose.explanations._subject import Explanation, Subject, first_row, place_of
from analyzer.diagnose.explanations._words import explain_words, words
from analyzer.model import Evidence

_STATUSES = (400, 403, 404, 408, 411, 416, 417, 421, 426, 497, 505, None)
_HOST = r"['\"]?(?P<host>[\w.:\[\]-]{1,120})['\"]?"
_BAD_PERCENT = r"%(?:[^0-9A-Fa-f]|[0-9A-Fa-f][^0-9A-Fa-f]|.?$)"
_LATE = "the client did not send its request in time"
_LATE_STEP = "Look at the upload: its size, the line, and whether the announced length fits what is sent."
_HOST_STEP = "Compare the Host header with the names that the server is configured for."
# nginx (ngx_http_request.c), Apache httpd, Django, Rails, Envoy, HAProxy, Node.js, Tomcat.
_TABLE = (
    words(r"plain HTTP request was sent to (?:the )?HTTPS port|client sent plain HTTP|speaking plain HTTP to an SSL",
          "they spoke plain HTTP to a port that takes TLS", "Use https in the client's or the proxy's "
                                                            "address.", rank=0),
    words(rf"Invalid HTTP_HOST header: {_HOST}|Blocked hosts?: {_HOST.replace('host', 'name')}"
          r"|client sent invalid host header|invalid host header|(?:missing|without) (?:\"Host\"|host) header"
          r"|HTTP/1\.1 request without (?:hostname|host)|Invalid hostname",
          "the server takes no requests for the host {host}", _HOST_STEP, rank=0,
          shown="the Host header is missing or not one that the server takes"),
    words(r"Misdirected Request|Hostname \S{1,120} provided via SNI and hostname \S{1,120} provided via HTTP"
          r"|SNI[^.]{0,40}(?:mismatch|does not match|differ)",
          "the name in TLS (SNI) and the one in Host differ (RFC 9110, 15.5.20)",
          "Look whether a client or proxy reuses a connection for another host, or sends no SNI.", rank=0),
    words(r"URI malformed|malformed (?:URI|URL|request (?:line|target|path))|URIError|invalid (?:%-encoding|percent"
          r"|url escape"
          r"|URI|request target|character found in the request target)|Failed to decode param",
          "their address is not validly encoded (RFC 3986, 2.1)",
          "Encode path and query where the client puts them together: %, blanks, brackets, non-ASCII letters.", rank=0),
    words(r"client sent invalid (?:method|request|header line|HTTP)|invalid (?:HTTP )?request line|invalid method"
          r"|client sent (?:duplicate|invalid) header|HPE_INVALID|Bad Request - Invalid|BADREQ",
          "what they sent is no valid HTTP request", "Record the bytes on the wire: a proxy or library breaks "
                                                     "them.", rank=0),
    words(r"(?:client )?timed out \(\d+: [^)]{1,40}\) while reading client request", _LATE, _LATE_STEP, rank=0),
    words(r"length required|missing content-length|must (?:have|include) a? ?content-length",
          "the length of the body is not told (RFC 9110, 15.5.12)",
          "Send Content-Length, or let the proxy pass on chunked bodies.", rank=0),
    words(r"HTTP Version Not Supported|unsupported http (?:version|protocol)|upgrade required",
          "the server does not take this version of the protocol", rank=0),
)  # fmt: skip
# Words that elsewhere speak of something else: a call that the application made, dates that somebody asked for.
_OF_408 = (words(r"request timeout|RequestTimeout\b|Read timed out.{0,40}request body", _LATE, _LATE_STEP, rank=0),)
_OF_416 = (
    words(r"range not satisfiable|invalid range|InvalidRange|requested range",
          "the range that they ask for does not exist (RFC 9110, 15.5.17)",
          "Compare Range with the size that the file has now.", rank=0),
)  # fmt: skip


def explain(subject: Subject) -> Iterator[Explanation]:
    """Reads what servers say of such requests; then compares host, version and encoding with what worked."""
    failing = subject.failing(*(status for status in _STATUSES if status))
    if failing.is_empty() and not subject.scene.count(pl.col("status").is_null()):
        return
    of_one = [*explain_words(subject, _OF_408, 408), *explain_words(subject, _OF_416, 416)]
    yield from [*explain_words(subject, _TABLE, *_STATUSES), *of_one][:2]
    yield from _encoding(subject)
    yield from _apart(subject, subject.failing(400, 404, 421), "host", "Host")
    yield from _apart(subject, subject.failing(400, 421, 426, 505), "protocol", "the version")
    yield from _waited(subject)


def _encoding(subject: Subject) -> Iterator[Explanation]:
    """Names the first address with % that two hexadecimal digits do not follow (RFC 3986, 2.1)."""
    test = (pl.col("status") == 400) & pl.col("target").str.contains(_BAD_PERCENT)
    count = subject.scene.count(test)
    if not subject.is_telling(count):
        return
    text = f"{subject.of_total(count)} asked for an address with % that two hexadecimal digits do not follow."
    step = "Encode path and query where the client puts them together."
    yield Explanation((subject.scene.quote(text, test, EDGE, BROWSER, ERROR_LINE),), (step,), 0, count)


def _apart(subject: Subject, refused: pl.DataFrame, column: str, name: str) -> Iterator[Explanation]:
    """Says that all failing requests share a value that no working one of the same route has."""
    known = refused.filter(pl.col(column).is_not_null(), pl.col("route").is_not_null())
    total = counted(known)
    if total < 3 or 2 * total < subject.scene.total or known[column].n_unique() != 1:
        return
    value = known[column][0]
    worked = subject.working(known, ["method", "route"]).filter(pl.col(column).is_not_null())
    others = worked.filter(pl.col(column) != value)
    if others.is_empty() or worked.height != others.height:
        return
    good = others.group_by(column).agg(number()).sort(WEIGHT, column, descending=[True, False]).row(0)
    text = (
        f"All {total:,} failing requests with a known {column} have {value} as {name}; on the same routes "
        f"{good[1]:,} with {good[0]} worked, and none with {value}."
    )
    step = f"Send the same request with {name} {good[0]}, and compare."
    yield Explanation((Evidence(text, place_of(first_row(others))),), (step,), 0, total)


def _waited(subject: Subject) -> Iterator[Explanation]:
    """Gives the shortest wait of a 408 (RFC 9110, 15.5.9): it is the limit of the hop that answered."""
    test = (pl.col("status") == 408) & (pl.col("duration_us") > 0)
    refused = subject.scene.failing.filter(test.fill_null(False))
    if refused.is_empty():
        return
    wait = refused.sort("duration_us").select(pl.duration(microseconds=pl.col("duration_us"))).item(0, 0)
    text = f"They were answered 408 after {duration(wait)} at the earliest: so long the server waits for a request."
    yield Explanation((subject.scene.quote(text, test, EDGE, BROWSER),), (), 1, counted(refused))
