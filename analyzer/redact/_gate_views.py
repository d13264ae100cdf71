"""Decodes what a file holds: percent, JSON and HTML escapes and UTF-16, for whole pieces of it at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html.entities import html5
from urllib.parse import unquote_to_bytes

Decode = Callable[[bytes], bytes]

# A word that holds an escape of any kind; the words around it are the same in every view.
ESCAPED_WORD = r"[^ \t\r\n]*(?:%[0-9A-Fa-f]{2}|\\|&(?:#|[A-Za-z]{2,24};))[^ \t\r\n]*"
_HTML = re.compile(rb"&(?:#([0-9]{1,7});?|#[xX]([0-9A-Fa-f]{1,6});?|([A-Za-z][A-Za-z0-9]{1,23});)")
_UNICODE = re.compile(rb"(?:\\u[0-9A-Fa-f]{4})+")
_PLAIN = (
    (b'\\"', b'"'),
    (b"\\/", b"/"),
    (b"\\n", b"\n"),
    (b"\\r", b"\r"),
    (b"\\t", b"\t"),
    (b"\\b", b"\b"),
    (b"\\f", b"\f"),
)


def percent(data: bytes) -> bytes:
    """Decodes percent-encoding (RFC 3986, 2.1)."""
    return unquote_to_bytes(data)


def json_unescaped(data: bytes) -> bytes:
    """Decodes the escapes of JSON strings (RFC 8259, 7), wherever they stand."""
    if b"\\" not in data:
        return data
    parts = data.split(b"\\\\")
    for index, part in enumerate(parts):
        decoded = part
        for escape, character in _PLAIN:
            decoded = decoded.replace(escape, character)
        parts[index] = _UNICODE.sub(_characters, decoded)
    return b"\\".join(parts)


def html_unescaped(data: bytes) -> bytes:
    """Decodes character references (HTML, 13.5)."""
    return _HTML.sub(_referred, data) if b"&" in data else data


def _characters(found: re.Match[bytes]) -> bytes:
    units = bytes.fromhex(found.group().replace(b"\\u", b"").decode())
    return units.decode("utf-16-be", "surrogatepass").encode("utf-8", "surrogatepass")


def _referred(found: re.Match[bytes]) -> bytes:
    decimal, hexadecimal, name = found.groups()
    if name is not None:
        return html5.get(f"{name.decode()};", found.group().decode()).encode()
    number = int(decimal) if decimal is not None else int(hexadecimal, 16)
    return chr(number).encode("utf-8", "surrogatepass") if number < 0x110000 else found.group()


def everything(data: bytes) -> bytes:
    """Decodes one layer of each."""
    return percent(json_unescaped(html_unescaped(data)))


# Each as (name, decoder, marks): without any of the marks the decoder finds nothing that the others do not.
_OTHER = (b"\\", b"&#", b"&amp;", b"&quot;", b"&lt;", b"&gt;", b"&apos;")
VIEWS: tuple[tuple[str, Decode, tuple[bytes, ...]], ...] = (
    ("percent-encoded", percent, (b"%",)),
    ("percent-encoded twice", lambda data: percent(percent(data)), (b"%25",)),
    ("JSON-escaped", json_unescaped, (b"\\",)),
    ("JSON-escaped twice", lambda data: json_unescaped(json_unescaped(data)), (b"\\\\",)),
    ("HTML-escaped", html_unescaped, (b"&",)),
    ("escaped in several ways", everything, _OTHER),
    ("escaped in several ways", lambda data: everything(everything(data)), _OTHER),
)


def wide(data: bytes) -> Iterator[bytes]:
    """Yields the text of pieces that may hold UTF-16, of either byte order, at an even or an odd offset, as UTF-8."""
    if b"\0" not in data:
        return
    for start in range(2):
        for order in ("utf-16-le", "utf-16-be"):
            yield data[start:].decode(order, "replace").encode("utf-8", "replace")
