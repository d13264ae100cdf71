"""Reads what a person attached, and tells pictures, captures and texts from what cannot be searched."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from analyzer.errors import InputError, Location
from analyzer.formats import document_formats
from analyzer.packet.pictures import is_picture

MOST_BYTES = 64 << 20
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_HINT = "Attach text, a HAR, or a picture; unpack an archive first."


@dataclass(frozen=True, slots=True)
class Attachment:
    """What was attached: name is that of the file without its folder; content is bytes, text, or a HAR as plain Python."""

    name: str
    kind: Literal["picture", "capture", "text"]
    content: Any


def read_attachment(name: str, read: Callable[[int], bytes]) -> Attachment:
    """Reads one attachment with read(count); raises InputError for what is too large or cannot be searched.

    What cannot be searched for secrets (an archive, a packet capture, a document of a word processor) is refused.
    """
    data = read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise InputError(f"is larger than {MOST_BYTES:,} bytes.", location=Location(name), hint="Cut out what matters.")
    if is_picture(data):
        return Attachment(name, "picture", data)
    for form in document_formats().values():
        if form.recognise(data[: 64 << 10]):
            return Attachment(name, "capture", form.parse_document(data).document)
    return Attachment(name, "text", _text(data, name))


def _text(data: bytes, name: str) -> str:
    encoding = next((encoding for mark, encoding in _MARKS if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise InputError("is neither text nor a picture.", location=Location(name), hint=_HINT)
    return text.replace("\r\n", "\n")
