"""Cleans HTML: of an error page title and heading stay; as `redacted`, the values of hidden and secret fields go."""

from __future__ import annotations

import html
import re

from analyzer.redact.capture._masks import is_masked
from analyzer.redact.capture._names import secret_kind
from analyzer.redact.capture._work import Work

_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{1,500})<", re.IGNORECASE)
_HEADING = re.compile(r"<h1[^>]{0,200}>([^<]{1,500})<", re.IGNORECASE)
_TAG = re.compile(r"<(?:input|meta|[a-z-]+\s[^<>]{0,500}data-)[^<>]{0,4000}>", re.IGNORECASE)
_NAMED = re.compile(r"\b(?:name|id|property)\s*=\s*[\"']?([^\"'\s>]{1,200})", re.IGNORECASE)
_VALUE = re.compile(r"(\b(?:value|content|data-[\w-]{1,60})\s*=\s*)(\"[^\"]*\"|'[^']*'|[^\s\"'>]+)", re.IGNORECASE)
_LENGTH = re.compile(r"\[[0-9]{1,12} characters\]")


def clean_html(work: Work, text: str, *, failed: bool) -> str:
    """Gives the page without its content; the tags that make a body HTML stay, and of a failure what it says."""
    work.search(text)
    if work.learning or work.bodies == "redacted":
        whole = _TAG.sub(lambda found: _tag(work, found.group()), text)
        if not work.learning:
            return whole
    title, heading = (_said(work, pattern, text) if failed else "" for pattern in (_TITLE, _HEADING))
    length = _LENGTH.search(text)
    left = length.group() if length and len(text) < 1500 else f"[{len(text)} characters]"
    return (
        f"<!doctype html><html><head>{f'<title>{title}</title>' if title else ''}</head>"
        f"<body>{f'<h1>{heading}</h1>' if heading else ''}{left}</body></html>"
    )


def _said(work: Work, pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return work.text(found[1].strip()) if found else ""


def _tag(work: Work, tag: str) -> str:
    named = _NAMED.search(tag)
    hidden = "hidden" in tag.lower()
    kind = secret_kind(named[1]) if named else None

    def shown(found: re.Match[str]) -> str:
        attribute, written = found[1], found[2]
        value = html.unescape(written.strip("\"'"))
        named_so = secret_kind(attribute.partition("=")[0].strip()) or kind
        if named_so is None and not hidden:
            return found.group()
        clean = work.secret(named_so, value, "html_body") if named_so else work.withheld(value, "html_body")
        return found.group() if not value or is_masked(value) else f'{attribute}"{clean}"'

    return _VALUE.sub(shown, tag)
