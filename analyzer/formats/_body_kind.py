"""Tells what a body is from its first characters, never from its header."""

from __future__ import annotations

import re

HEAD = 1024

# Anti-hijacking prefixes that scripts strip before they parse.
_PREFIX = re.compile(r"\s{0,100}(?:\)\]\}',?\s?|(?:for|while)\s?\((?:;;|1|true)\);?\s?)")
_OBJECT = re.compile(r"""\{\s*+(?:["'}]|[A-Za-z_$][\w$]*+\s*+:|//|/\*|,|$)""", re.ASCII)
_LIST = re.compile(
    r"""\[\s*+(?:["'{\[\],]|-?[0-9][-+.0-9eE]*+\s*+[,\]]|(?:true|false|null)\s*+[,\]]|//|/\*|$)""", re.ASCII
)
_SCALAR = re.compile(r'(?:-?[0-9][-+.0-9eE]{0,40}|true|false|null|"[^"\n]{0,900}")\s{0,20}$', re.ASCII)
# The tags of WHATWG MIME Sniffing, 7.1, that make a text HTML; behind an XML declaration only html itself does.
_HTML = re.compile(
    r"(?:\s|<!--(?:(?!-->).){0,1000}-->)*<(?:!doctype\s+html|html|head|script|iframe|h1|div|font|table|a|style|title|b"
    r"|body|br|p|center|meta)[\s>]",
    re.IGNORECASE | re.DOTALL,
)
_XHTML = re.compile(r"<\?xml(?:(?!\?>).){0,300}\?>\s*<(?:!doctype\s+html|html)[\s>]", re.IGNORECASE | re.DOTALL)
_MARKUP = re.compile(r"<(?:\?xml|!doctype|!--|!\[CDATA\[|[A-Za-z_][\w.:-]{0,200}[\s/>])", re.IGNORECASE)
_MULTIPART = re.compile(r"(?:\r?\n)?--[^\r\n]{1,200}\r?\n(?i:content-)", re.ASCII)
_FORM = re.compile(r"[\w.*+%\[\]$~!@:-]{1,200}=(?!=)[^\s=&<>(){};\"']*=*(?:&[^\s&<>(){};\"']*)*\s?$", re.ASCII)
_MAGIC = ("%PDF-", "PK\x03\x04", "GIF8", "wOFF", "wOF2", "ID3", "OggS", "RIFF")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\ufffd]")


def kind_of(body: str) -> str | None:
    """Gives json, form, multipart, xml, html, text or binary, null if nothing but blanks is there.

    Looks at the first kilobyte only. What begins like JSON is json, whether or not it can be parsed.
    """
    head = body[:HEAD].lstrip("\ufeff").lstrip()
    if not head:
        return None if len(body) <= HEAD else "text"
    if head.startswith(_MAGIC) or len(_CONTROLS.findall(head[:512])) * 20 > len(head[:512]):
        return "binary"
    head = _PREFIX.sub("", head, count=1) if head[0] in ")fw" else head
    is_whole = len(body) <= HEAD
    if head[:1] == "<":
        return "html" if _HTML.match(head) or _XHTML.match(head) else "xml" if _MARKUP.match(head) else "text"
    if _OBJECT.match(head) or _LIST.match(head) or (is_whole and _SCALAR.match(head)):
        return "json"
    if _MULTIPART.match(head):
        return "multipart"
    return "form" if _is_form(head, cut=not is_whole) else "text"


def _is_form(head: str, *, cut: bool) -> bool:
    # Of a longer body the last pair may be cut within a percent-encoding.
    return bool(_FORM.match(head.rpartition("&")[0] if cut and "&" in head else head))
