"""Cleans multipart bodies: the parts' names and media types stay, contents and file names go (RFC 7578)."""

from __future__ import annotations

import re

from analyzer.redact.capture._masks import is_masked, length_of
from analyzer.redact.capture._names import secret_kind
from analyzer.redact.capture._work import Work

_DELIMITER = re.compile(r"\s{0,4}(--[^\r\n]{1,200})\r?\n")
_NAME = re.compile(r'\bname="([^"\r\n]{0,200})"', re.IGNORECASE)
_FILE = re.compile(r'(;\s*filename\*?=)("[^"\r\n]*"?|[^;\r\n]*)', re.IGNORECASE)
_KEPT = re.compile(r"content-(?:disposition|type|transfer-encoding|length):", re.IGNORECASE)


def clean_multipart(work: Work, text: str) -> str | None:
    """Gives the body with each part's content replaced, None if it begins with no delimiter."""
    begin = _DELIMITER.match(text)
    if begin is None:
        return None
    delimiter = begin[1]
    pieces = text.split(delimiter)
    return delimiter.join([pieces[0], *(_part(work, piece) for piece in pieces[1:])])


def _part(work: Work, piece: str) -> str:
    if piece.strip() in ("--", ""):
        return piece
    newline = "\r\n" if "\r\n" in piece else "\n"
    head, blank, content = piece.partition(newline * 2)
    lines = [_line(work, line) for line in head.split(newline) if not line.strip() or _KEPT.match(line)]
    named = _NAME.search(head)
    body = content.removesuffix(newline)
    if not blank:
        return newline + newline
    return newline.join(lines) + blank + _content(work, named[1] if named else "", body) + newline


def _content(work: Work, name: str, body: str) -> str:
    if not body or is_masked(body):
        return body
    kind = secret_kind(name)
    return work.withheld(body, "multipart") if kind is None else work.secret(kind, body, "multipart")


def _line(work: Work, line: str) -> str:
    work.search(line)
    return _FILE.sub(lambda found: f'{found[1]}"{length_of(found[2].strip(chr(34)))}"', line)
