"""Reads and shows entries that are only text, since a cut went through them or no reader accepts them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.redact.capture._masks import is_masked, length_of
from analyzer.redact.capture._work import Work
from analyzer.redact.capture.cookies import clean_cookies
from analyzer.redact.capture.headers import SURVIVE, clean_header

_TEXT = r'\s*+:\s*+"((?:[^"\\]++|\\.)*+)'
_NAMED = re.compile(rf'"name"{_TEXT}"\s*+,\s*+"value"{_TEXT}', re.DOTALL)
_VALUED = re.compile(rf'"value"{_TEXT}"\s*+,\s*+"name"{_TEXT}', re.DOTALL)
_COOKIES = re.compile(r'"cookies"\s*+:\s*+\[([^\]]*+)')
_TOKEN = re.compile(
    r'("(?:[^"\\]++|\\.)*+(?:"|\\?$))(\s*+:)?|([\s{}\[\]:,]++)|(?:true|false|null)\b|-?[0-9]{1,10}(?:\.[0-9]{1,9})?(?![\w.])'
    r'|([^"\s{}\[\]:,]++)',
    re.DOTALL,
)
_KEY = re.compile(r"(?!.*[0-9]{4})[A-Za-z_$][\w$.-]{0,49}", re.ASCII)
_HARMLESS = re.compile(
    r"|GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|CONNECT|TRACE|(?:HTTP|http|h)/?[123](?:\.[019])?|h3|1\.[123]|https?|wss?"
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,20}(?:Z|[+-][0-9:]{4,6})?|page_[0-9]{1,6}|gzip|br|deflate|base64|keep-alive"
    r"|(?:application|audio|font|image|multipart|text|video)/[a-z0-9.+-]{2,60}(?:;\s?charset=[\w-]{1,20})?"
    r"|document|xhr|fetch|script|stylesheet|image|font|other|parser|High|Medium|Low|VeryHigh|VeryLow|OK"
)
_HEADERS = SURVIVE | {
    "authorization", "cookie", "set-cookie", "accept", "accept-language", "accept-encoding", "cache-control", "origin",
    "referer", "connection", "location", "x-api-key", "etag", "vary", "pragma", "expires", "last-modified",
}  # fmt: skip


def learn_broken(work: Work, text: str) -> None:
    """Learns from the text of a broken entry: headers and cookies by their names, the rest by its form."""
    work.search(text)
    for name, value in _pairs(text):
        clean_header(work, name.strip().lower(), value)
        work.search(f"{name}={value}")
    for cookies in _COOKIES.findall(text):
        clean_cookies(work, [{"name": name, "value": value} for name, value in _pairs(cookies)])


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    for pair in _NAMED.finditer(text):
        yield pair.group(1), pair.group(2)
    for pair in _VALUED.finditer(text):
        yield pair.group(2), pair.group(1)


def reject_shown(text: str) -> str:
    """Gives the text of a broken or rejected entry, every value replaced by its length unless known to be harmless.

    Keys, punctuation, short numbers, methods, media types, dates and names of common headers stay.
    """
    shown = []
    for token in _TOKEN.finditer(text):
        quoted, colon, _, other = token.groups()
        if quoted is not None:
            shown.append(_shown(quoted, colon))
        else:
            shown.append(token.group() if other is None else length_of(other))
    return "".join(shown)


def _shown(quoted: str, colon: str | None) -> str:
    closed = len(quoted) > 1 and quoted.endswith('"')
    bare = quoted[1:-1] if closed else quoted[1:]
    harmless = closed and (_HARMLESS.fullmatch(bare) or bare.lower() in _HEADERS or is_masked(bare))
    if harmless or (colon is not None and _KEY.fullmatch(bare)):
        return quoted + (colon or "")
    return f'"{length_of(bare)}{chr(34) if closed else ""}{colon or ""}'
