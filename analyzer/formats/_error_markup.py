"""Finds code, title and detail of an error in XML by its elements' names; nothing is parsed, no entity is expanded."""

from __future__ import annotations

import html
import re

from analyzer.formats._error_json import NOTHING, Problem

_SEARCHED = 50_000
_MOST = 200
_FAULT = re.compile(r"<(?:[\w.-]{1,40}:)?(?:Error|Errors|ErrorResponse|Fault|problem)[\s>]")
_ELEMENT = re.compile(
    r"<(?:[\w.-]{1,40}:)?([A-Za-z][\w-]{0,39})(?:\s[^<>]{0,500})?>([^<]{0,2000})"
    r"(?:<!\[CDATA\[((?:(?!\]\]>).){0,2000}))?",
    re.DOTALL,
)
_CODES = ("Code", "ErrorCode", "errorCode", "faultcode", "Value", "code", "type")
_DETAILS = (
    "Message", "faultstring", "Text", "detail", "errorMessage", "ErrorMessage", "message", "Description",
    "error_description",
)  # fmt: skip


def problem_in_xml(body: str, *, failed: bool) -> Problem:
    """Gives code, title and detail of an error; that of a success counts only if the document is an error.

    AWS and S3 (Error: Code, Message), SOAP 1.1 (faultcode, faultstring), SOAP 1.2 (Value, Text) and problem details
    in XML (RFC 9457, appendix B). Character references are resolved, once; other entities stay as they are.
    """
    searched = body[:_SEARCHED]
    if not failed and not _FAULT.search(searched[:2000]):
        return NOTHING
    found: dict[str, str] = {}
    for number, element in enumerate(_ELEMENT.finditer(searched)):
        if number >= _MOST:
            break
        name, plain, quoted = element.groups()
        said = html.unescape(plain).strip() or (quoted or "").strip()
        if said:
            found.setdefault(name, said)
    code = next((found[name] for name in _CODES if found.get(name, "about:blank") != "about:blank"), None)
    return Problem(code, found.get("title"), next((found[name] for name in _DETAILS if name in found), None))
