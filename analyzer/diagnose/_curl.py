"""Chooses the command that shows a failing request again: curl, or dig or openssl where it never got that far."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlsplit

from analyzer.diagnose._sent_body import body_pieces, may_stand
from analyzer.diagnose._shell import Word
from analyzer.formats import HarEntry
from analyzer.model import Variable
from analyzer.redact import secret_name

_NEEDS_LOGIN = (401, 403)
_NO_BODY = ("GET", "HEAD", "OPTIONS", "DELETE")
# What curl prints at the end: https://curl.se/docs/manpage.html#-w
_TOLD = (
    r"\n%{http_code} after %{time_total} s; name %{time_namelookup}, connect %{time_connect}, "
    r"TLS %{time_appconnect}, first byte %{time_starttransfer}\n"
)
_MATTERS = re.compile(
    r"accept|content-type|content-encoding|content-language|origin|range|if-[a-z-]+|prefer|expect|idempotency-key"
    r"|access-control-request-(?:method|headers)|(?:x-)?http-method-override|upgrade|.*version.*|x-.*"
)
_OF_THE_WAY = re.compile(
    r"x-(?:forwarded|real|b3|amzn|amz-cf|datadog|cloud|envoy|request-(?:id|start)|correlation|trace|client-ip|ot|original)"
    r".*|x-client-data"
)
_OWN = re.compile(r"x-(?!http-method|method-override|requested-with|api-version).*")
_SECRET = re.compile(r"x-auth.*|x-api-.*key", re.IGNORECASE)
_SIMPLE = ("GET", "HEAD", "POST")
_MOST_HEADERS = 20


def words_of(row: Mapping[str, Any], entry: HarEntry | None = None, *, agent: bool = False) -> tuple[Word, ...] | None:
    """Gives the words of the command for a failing exchange; None if not even its path is known.

    row: an exchange with its facts; entry: what a HAR holds of it; agent: whether the user agent matters.
    """
    if row.get("host") and row.get("status") is None:
        early = _of_connection(row)
        if early is not None:
            return early
    if row.get("path") is None or row.get("method") is None:
        return None
    return tuple(_curl(row, entry, agent=agent))


def _of_connection(row: Mapping[str, Any]) -> tuple[Word, ...] | None:
    layer = row.get("error_layer")
    host, _, port = str(row["host"]).partition(":") if str(row["host"]).count(":") == 1 else (str(row["host"]), "", "")
    if layer == "dns":
        return (("dig",), (host,), ("A",), (host,), ("AAAA",))
    if layer == "tls":
        name = (("-servername",), (host,)) if re.search("[a-z]", host) else ()
        return (("openssl",), ("s_client",), ("-connect",), (f"{host}:{port or 443}",), *name, ("-showcerts",))
    if layer == "connect":
        return (*_begin(), ("--connect-timeout",), ("10",), ("-o",), ("/dev/null",), _url(row))
    return None


def _begin() -> tuple[Word, ...]:
    return ("curl",), ("-sv",), ("--globoff",), ("-w",), (_TOLD,)


def _curl(row: Mapping[str, Any], entry: HarEntry | None, *, agent: bool) -> Iterator[Word]:
    yield from _begin()
    if "/." in str(row.get("target")):
        yield ("--path-as-is",)
    preflight = _is_refused_preflight(row)
    method = "OPTIONS" if preflight else str(row["method"])
    if method == "HEAD":
        yield ("--head",)
    elif method != "GET":
        yield from (("-X",), (method,))
    yield _url(row)
    if preflight:
        yield from _preflight(row, entry)
        return
    yield from _headers(row, entry, agent=agent)
    yield from _body(row, entry)


def _url(row: Mapping[str, Any]) -> Word:
    target = _encoded(str(row.get("target") or row.get("path") or "/"))
    if not row.get("host"):
        return (Variable("HOST"), target)
    host = str(row["host"])
    if urlsplit(str(row.get("url") or "")).netloc.rpartition("@")[2].startswith(host + ":"):
        host = urlsplit(str(row["url"])).netloc.rpartition("@")[2]
    return (f"{row.get('scheme') or 'https'}://{_encoded(host)}{target}",)


def _encoded(text: str) -> str:
    """Percent-encodes what curl refuses in a URL, and what would not be seen on a page."""
    return "".join(char if char.isprintable() and char != " " else quote(char, errors="replace") for char in text)


def _is_refused_preflight(row: Mapping[str, Any]) -> bool:
    """Whether a browser got no answer for want of a permission, and had to ask for one first (Fetch, 4.8)."""
    refused = row.get("answer_fault") == "cors" or row.get("error_layer") == "browser"
    unsimple = row["method"] not in _SIMPLE or bool(row.get("auth_present"))
    return row.get("status") is None and refused and unsimple and row["method"] != "OPTIONS"


def _preflight(row: Mapping[str, Any], entry: HarEntry | None) -> Iterator[Word]:
    sent = entry.sent if entry else {}
    yield from _origin(row, sent)
    yield from (("-H",), (f"Access-Control-Request-Method: {row['method']}",))
    own = sorted(name for name in sent if name == "authorization" or name.startswith("x-") or name == "content-type")
    if own:
        yield from (("-H",), (f"Access-Control-Request-Headers: {','.join(own)}",))


def _origin(row: Mapping[str, Any], sent: Mapping[str, Sequence[str]]) -> Iterator[Word]:
    """Yields the header Origin, of the page that the Referer names where a capture leaves it out."""
    page = urlsplit(str(row.get("referrer") or ""))
    of_page = f"{page.scheme}://{page.netloc.rpartition('@')[2]}" if page.scheme and page.netloc else ""
    origin = next(iter(sent.get("origin", ())), None) or row.get("origin") or of_page
    yield from (("-H",), (f"Origin: {origin}",) if origin else ("Origin: ", Variable("ORIGIN")))


def _headers(row: Mapping[str, Any], entry: HarEntry | None, *, agent: bool) -> Iterator[Word]:
    sent = entry.sent if entry else _known(row)
    if "origin" not in sent and row.get("answer_fault") == "cors":
        yield from _origin(row, sent)
    chosen = [name for name in sent if _matters(name) or (agent and name == "user-agent")]
    for name in chosen[:_MOST_HEADERS]:
        value = ", ".join(sent[name])
        if value == "*/*" or not value.isprintable() or not name.isprintable() or ":" in name:
            continue
        secret = secret_name(name) or _SECRET.fullmatch(name) or (_OWN.fullmatch(name) and not may_stand(name, value))
        title = "-".join(part.capitalize() for part in name.split("-"))
        variable = re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_").upper() or "HEADER"
        yield from (("-H",), (f"{title}: ", Variable(variable)) if secret else (f"{title}: {value}",))
    yield from _credentials(row, entry)


def _matters(name: str) -> bool:
    return bool(_MATTERS.fullmatch(name)) and not _OF_THE_WAY.fullmatch(name)


def _known(row: Mapping[str, Any]) -> dict[str, list[str]]:
    """Gives the headers that a row itself tells, as logs do."""
    columns = {"accept": "accept", "origin": "origin", "user-agent": "user_agent"}
    if row.get("method") not in _NO_BODY:
        columns["content-type"] = "request_content_type"
    return {name: [str(row[column])] for name, column in columns.items() if row.get(column)}


def _credentials(row: Mapping[str, Any], entry: HarEntry | None) -> Iterator[Word]:
    sent = entry.sent if entry else {}
    scheme = row.get("auth_scheme") or "Bearer"
    cookie = "cookie" in sent or bool(entry and entry.listed_cookies) or scheme == "Cookie"
    # A 401 or 403 of which nobody knows what was sent is tried with credentials.
    present = row.get("auth_present")
    untold = present is None and row.get("status") in _NEEDS_LOGIN
    if "authorization" in sent or ((present or untold) and not cookie and scheme != "ApiKey"):
        yield from (("-H",), (f"Authorization: {scheme} ", Variable("TOKEN")))
    if cookie and (present or present is None or "cookie" in sent):
        yield from (("-H",), ("Cookie: ", Variable("COOKIE")))


def _body(row: Mapping[str, Any], entry: HarEntry | None) -> Iterator[Word]:
    method = row["method"]
    if method in _NO_BODY and not (entry and entry.request_text):
        return
    if method in ("GET", "HEAD"):
        return
    sent = entry.sent if entry else {}
    media = sent.get("content-type", [row.get("request_content_type") or ""])[0]
    if entry is not None and not entry.request_text and not entry.request_fields and not entry.request_length:
        return
    if "content-type" not in sent and entry is not None:
        yield from (("-H",), ("Content-Type:",))
    elif "content-type" not in _known(row) and entry is None:
        yield from (("-H",), ("Content-Type: application/json",))
    pieces = body_pieces(entry.request_text, media) if entry is not None and entry.request_text else None
    if pieces is None:
        yield from (("--data-binary",), ("@", Variable("BODY_FILE")))
    else:
        yield from (("--data-raw",), pieces)
