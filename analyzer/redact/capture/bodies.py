"""Cleans bodies by what they are, whatever their media type says; what is not understood becomes its length."""

from __future__ import annotations

import base64
import binascii
import codecs
import hashlib
import re
import zlib

from analyzer.redact.capture._masks import MASKED, is_masked
from analyzer.redact.capture._work import Work, Written
from analyzer.redact.capture.form import clean_form, is_form
from analyzer.redact.capture.graphql import clean_operation
from analyzer.redact.capture.html_body import clean_html
from analyzer.redact.capture.json_body import clean_json, clean_lines
from analyzer.redact.capture.jwt_claims import clean_token
from analyzer.redact.capture.multipart import clean_multipart
from analyzer.redact.capture.url import clean_urls_in
from analyzer.redact.capture.xml_body import clean_xml

_LONGEST_TOLD = 2_000
_MOST_INFLATED = 20_000_000
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\ufffd]")
_HTML = re.compile(
    r"(?:\s|<!--(?:(?!-->).){0,1000}-->)*<(?:!doctype\s+html|html|head|body|script|iframe|h1|div|table|title|style|center"
    r"|p|b|br|a|meta|font)[\s>]",
    re.IGNORECASE | re.DOTALL,
)
_XHTML = re.compile(r"<\?xml(?:(?!\?>).){0,300}\?>\s*<(?:!doctype\s+html|html)[\s>]", re.IGNORECASE | re.DOTALL)
_PROSE = frozenset(
    {"text/plain", "text/html", "text/json", "application/json", "application/problem+json", "x-unknown"}
)
_NO_BODY = "\0\0\0\0"  # makes readers take what follows for binary, as it was
_COMPRESSED = (b"\x1f\x8b", b"x\x9c", b"x\xda", b"x\x01", b"x^")


def clean_body(work: Work, text: str, mime: str, *, failed: bool) -> str | Written:
    """Gives a body in text cleaned; failed: it answers a request that failed, so what it says of the error stays."""
    if not text or is_masked(text):
        return text
    work.search(text)
    start = text[:200].lstrip("\ufeff \t\r\n")
    structured = _structured(work, text, start, mime, failed=failed)
    if structured is not None:
        return structured
    media = mime.partition(";")[0].strip().lower()
    if _is_binary(text) or media.startswith(("application/grpc", "text/event-stream")):
        return work.withheld(text, "bodies")
    return _by_marks(work, text, start, mime, failed=failed)


def _by_marks(work: Work, text: str, start: str, mime: str, *, failed: bool) -> str:
    if start[:1] == "<":
        is_xml = "xml" in mime.lower() and "html" not in mime.lower()
        page = _XHTML.match(text[:2000]) or (not is_xml and _HTML.match(text[:2000]))
        return (clean_html if page else clean_xml)(work, text, failed=failed)
    if start.startswith("--") and (parts := clean_multipart(work, text)) is not None:
        return parts
    if is_form(text):
        return clean_form(work, text, failed=failed)
    return _plain(work, text, failed=failed and start[:1] not in ("{", "[") and _is_prose(mime))


def _structured(work: Work, text: str, start: str, mime: str, *, failed: bool) -> str | Written | None:
    if start[:1] in ("{", "[", ")", "f", "w"):
        found = clean_json(work, text, failed=failed)
        if found is None and start[:1] == "{":
            found = clean_lines(work, text, failed=failed)
        if found is not None:
            return found
    return clean_operation(work, text, short="graphql" in mime) or clean_token(work, text.strip())


def _is_binary(text: str) -> bool:
    head = text[:512]
    return len(_CONTROLS.findall(head)) * 20 > len(head)


def _is_prose(mime: str) -> bool:
    """Tells whether a body of this type may be a sentence: files, scripts and cut JSON are content, whatever failed."""
    media = mime.partition(";")[0].strip().lower()
    return media in _PROSE or not media


def _plain(work: Work, text: str, *, failed: bool) -> str:
    """Plain text that answers a failure says what failed (Envoy, nginx); all else may be anything."""
    told = failed and len(text) <= _LONGEST_TOLD
    return clean_urls_in(work, text) if told or work.bodies == "redacted" else work.withheld(text, "bodies")


def clean_encoded(work: Work, encoded: str, mime: str, *, failed: bool) -> tuple[str | Written, bool]:
    """Gives a body that stands in base64 cleaned, and whether the result is in base64 too: only what is no text.

    Of that a placeholder is left, the same for equal bodies.
    """
    compact = "".join(encoded.split()).rstrip("=").replace("-", "+").replace("_", "/")
    try:
        data = base64.b64decode(compact + "=" * (-len(compact) % 4), validate=True)
    except (binascii.Error, ValueError):
        return clean_body(work, encoded, mime, failed=failed), False
    text = _text_of(data)
    if text is not None and not _is_binary(text) and not mime.startswith("application/grpc"):
        return clean_body(work, text, mime, failed=failed), False
    if work.learning and data[:2] in _COMPRESSED:
        clean_body(work, _inflated(data), mime, failed=failed)
    if text is not None and MASKED.fullmatch(text.removeprefix(_NO_BODY)):
        return encoded, True
    shown = work.redactor.marked("body", hashlib.sha256(data).hexdigest())
    return base64.b64encode((_NO_BODY + shown).encode()).decode(), True


def _text_of(data: bytes) -> str | None:
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return data.decode("utf-16" if wide else "utf-8")
    except UnicodeDecodeError:
        return None


def _inflated(data: bytes) -> str:
    try:
        return zlib.decompressobj(wbits=47).decompress(data, _MOST_INFLATED).decode("utf-8", "replace")
    except zlib.error:
        return ""
