"""Cleans XML, SOAP and SAML: elements stay; of the texts only what tells of an error or of the parties.

Read by its marks and not by a parser: no entity is expanded. SAML 2.0 Core, 2 and 3; SOAP 1.1 and 1.2; AWS errors.
"""

from __future__ import annotations

import html
import re

from analyzer.redact.capture._masks import is_masked
from analyzer.redact.capture._names import secret_kind
from analyzer.redact.capture._work import Work

_PIECE = re.compile(
    r"<!--.*?(?:-->|$)|<!\[CDATA\[(.*?)(?:\]\]>|$)|<[?!][^>]*>?|<(/?)([A-Za-z_][\w.:-]*)((?:[^<>\"']|\"[^\"]*\"|'[^']*')*+)>"
    r"|([^<]+)|<",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(r"([\w.:-]+)\s*=\s*(\"[^\"]*\"|'[^']*')")
_FAULT = re.compile(r"<(?:[\w.-]{1,40}:)?(?:Error|Errors|ErrorResponse|Fault|problem)[\s>]")
_PARTIES = frozenset({"issuer", "audience"})
_ERROR = frozenset({
    "code", "message", "faultcode", "faultstring", "value", "text", "statusmessage", "requestid", "hostid",
    "errorcode", "errormessage", "type", "title", "status", "reason", "subcode", "description", "detail",
})  # fmt: skip
_KEPT_ATTRIBUTES = frozenset({
    "destination", "notbefore", "notonorafter", "issueinstant", "authninstant", "sessionnotonorafter", "version",
    "xmlns", "type", "code",
})  # fmt: skip


def clean_xml(work: Work, text: str, *, failed: bool) -> str:
    """Gives the document with texts and attributes replaced by their lengths; failed: error fields stay."""
    work.search(text)
    failed = failed or _FAULT.search(text[:2000]) is not None
    shown: list[str] = []
    name = ""
    for piece in _PIECE.finditer(text):
        cdata, slash, tag, attributes, plain = piece.groups()
        if tag is not None:
            name = "" if slash else tag.rpartition(":")[2].lower()
            shown.append(_element(piece, attributes))
        elif plain is not None or cdata is not None:
            content = plain if cdata is None else html.escape(cdata, quote=False)
            shown.append(_content(work, name, content, failed=failed))
        elif piece.group().startswith("<?xml "):
            shown.append(piece.group())
    return "".join(shown)


def _element(piece: re.Match[str], attributes: str) -> str:
    kept = []
    for found in _ATTRIBUTE.finditer(attributes):
        name = found[1].rpartition(":")[2].lower()
        is_space = found[1].lower().startswith("xmlns")
        status = piece[3].endswith("StatusCode") and name == "value"
        if is_space or status or name in _KEPT_ATTRIBUTES:
            kept.append(f" {found[1]}={found[2]}")
        elif len(found[2]) > 2:
            value = found[2][1:-1]
            kept.append(f' {found[1]}="{value if is_masked(value) else f"[{len(value)} characters]"}"')
    return f"<{piece[2]}{piece[3]}{''.join(kept)}{'/' if attributes.endswith('/') else ''}>"


def _content(work: Work, name: str, content: str, *, failed: bool) -> str:
    bare = content.strip()
    if not bare or is_masked(bare) or name in _PARTIES or (failed and name in _ERROR and len(bare) <= 2000):
        return content
    kind = secret_kind(name)
    begin = content.index(bare)
    shown = work.withheld(bare, "xml_body") if kind is None else work.secret(kind, bare, "xml_body")
    return content[:begin] + shown + content[begin + len(bare) :]
