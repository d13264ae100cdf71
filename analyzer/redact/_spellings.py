"""Gives the ways in which a known secret may be written, so that each of them is replaced."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Callable, Iterator
from urllib.parse import quote, quote_plus

from analyzer.redact._placeholder import canonical

SHORTEST = 6
# A value of so many characters stands nowhere by chance, not even inside a longer id.
SURE = 12
_LONGEST_WORD = 16
# Coded forms cost time to look for; a key of 64 kB is found by its beginning anyway, which pem.py knows.
_LONGEST_CODED = 4_096
_SHORTEST_CODED = 8
# No way of writing changes these (RFC 3986, 2.3).
_UNRESERVED = re.compile(r"[0-9A-Za-z._~-]+")
# What ECMAScript's encodeURI and encodeURIComponent leave as it is, and what form fields do.
_SAFE = ("", "/", "!'()*", ";,/?:@&=+$!'()*#", "@", ":", "@:/", "=", "+/=")
# Words that stand for themselves in messages: never replaced outside the place that names them a secret.
_ORDINARY = frozenset(
    {
        "expired", "invalid", "missing", "required", "unknown", "default", "refresh", "application", "password",
        "anonymous", "localhost", "undefined", "session", "string", "authorization", "admin", "postgres", "active",
    }
)  # fmt: skip


def spreads(value: str) -> bool:
    """Tells whether a value may be replaced wherever it stands.

    A short word in plain letters may not: `credentials: "include"` must not remove that word from every sentence. It
    is still replaced where its name says that it is secret.
    """
    if len(value) < SHORTEST or value.lower() in _ORDINARY:
        return False
    plain_word = value.isalpha() and (value.islower() or value.isupper() or value.istitle())
    return not plain_word or len(value) >= _LONGEST_WORD


def spellings(value: str, *, complete: bool = True) -> tuple[str, ...]:
    """Gives the forms of a value: raw, percent-encoded once and twice, in JSON, in HTML; as a whole or in part.

    And all of it in lower and in upper case where nothing else looks like it. Without complete only the raw and the
    percent-encoded ones. Forms shorter than 6 characters are left out, as they would be found everywhere.
    """
    plain = canonical(value)
    forms: dict[str, None] = dict.fromkeys((value, plain))
    for text in tuple(forms):
        if not _UNRESERVED.fullmatch(text):
            forms.update(dict.fromkeys(escaped(text) if complete else (_percent("")(text), _json(text))))
    if complete and (_is_sure(plain) or "@" in plain):
        for form in tuple(forms):
            forms.update(dict.fromkeys((form.lower(), form.upper())))
    return tuple(form for form in forms if len(form) >= SHORTEST and is_text(form))


def coded_spellings(value: str) -> frozenset[str]:
    """Gives a value in base64, in its three alignments and two alphabets (RFC 4648), and in hex, if it is 8 bytes long.

    Unlike the value itself these may stand inside a longer run of letters and digits.
    """
    texts = {value, canonical(value)}
    return frozenset(form for text in texts if _SHORTEST_CODED <= len(text) <= _LONGEST_CODED for form in _coded(text))


def is_text(form: str) -> bool:
    """Tells whether a form can stand in a text: half a character, as of bytes that are no UTF-8, cannot."""
    return form.isascii() or not any("\ud800" <= character <= "\udfff" for character in form)


def _is_sure(value: str) -> bool:
    return len(value) >= SURE and any(map(str.isdigit, value)) and any(map(str.isalpha, value))


def escaped(text: str) -> Iterator[str]:
    """Yields the text as URLs, JSON and HTML may hold it."""
    for write in WRITERS:
        yield write(text)


def _percent(safe: str) -> Callable[[str], str]:
    return lambda text: quote(text, safe=safe, errors="surrogatepass")


def _lower(write: Callable[[str], str]) -> Callable[[str], str]:
    def written(text: str) -> str:
        pieces = write(text).split("%")
        return pieces[0] + "".join(f"%{piece[:2].lower()}{piece[2:]}" for piece in pieces[1:])

    return written


def _twice(write: Callable[[str], str]) -> Callable[[str], str]:
    return lambda text: write(text).replace("%", "%25")


def _json(text: str) -> str:
    return json.dumps(text)[1:-1]


def _json_letters(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _json_slash(text: str) -> str:
    return _json(text).replace("/", "\\/")


def _json_for_pages(text: str) -> str:
    # How Go, Rails and Django write JSON into pages.
    return "".join(f"\\u{ord(char):04x}" if char in "<>&'=@" else char for char in _json(text))


def _json_in_json(text: str) -> str:
    return _json(_json(text))


def _html_decimal(text: str) -> str:
    return html.escape(text).replace("&#x27;", "&#39;")


def _form(text: str) -> str:
    return quote_plus(text, safe="", errors="surrogatepass")


_ONCE = (*map(_percent, _SAFE), _form)
WRITERS: tuple[Callable[[str], str], ...] = (
    str,
    *_ONCE,
    *map(_lower, _ONCE),
    _twice(_percent("")),
    _twice(_percent("/")),
    _twice(_lower(_percent(""))),
    _json,
    _json_letters,
    _json_slash,
    _json_for_pages,
    _json_in_json,
    html.escape,
    _html_decimal,
)


def _coded(text: str) -> Iterator[str]:
    data = text.encode("utf-8", "surrogatepass")
    for shift in range(3):
        # What stands before and after decides on the characters at both ends: those are left out.
        code = base64.b64encode(b"\0" * shift + data)
        whole = (shift + len(data)) // 3 * 4
        middle = code[0 if shift == 0 else shift + 1 : whole].decode()
        yield middle
        yield middle.replace("+", "-").replace("/", "_")
        # How URLs write the standard alphabet.
        yield quote(middle, safe="")
    yield data.hex()
    yield data.hex().upper()
