"""Reads what a person attached, and tells pictures, captures and texts from what cannot be searched."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from analyzer.errors import InputError, Location, UsageError
from analyzer.formats import DocumentFormat, document_formats
from analyzer.packet.pictures import is_picture

MOST_BYTES = 64 << 20
_MOST_DAMAGED = 20  # one character in so many
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_READ = "Check the path, and whether it may be read."
_HINT = "Attach text, a HAR, or a picture; unpack an archive first."


@dataclass(frozen=True, slots=True)
class Attachment:
    """What was attached: name is the file's without its folder; content is bytes, text, or a HAR as plain Python."""

    name: str
    kind: Literal["picture", "capture", "text"]
    content: Any


def read_attachment(path: Path) -> Attachment:
    """Reads one attachment; raises UsageError for what is too large or cannot be searched.

    What cannot be searched for secrets (an archive, a packet capture, a document of a word processor) is refused.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}.", location=Location(str(path)), hint=_READ) from error
    # A name that is no UTF-8 holds halves of characters, which can be written nowhere.
    return attachment_of(path.name.encode("utf-8", "replace").decode(), data)


def attachment_of(name: str, data: bytes) -> Attachment:
    """Does the same with the bytes of a file of this name."""
    if len(data) > MOST_BYTES:
        raise UsageError(f"is larger than {MOST_BYTES:,} bytes.", location=Location(name), hint="Cut out what matters.")
    if is_picture(data):
        return Attachment(name, "picture", data)
    for form in document_formats().values():
        if form.recognise(data[: 64 << 10]):
            return Attachment(name, "capture", _document(form, data, name))
    return Attachment(name, "text", _text(data, name))


def _document(form: DocumentFormat, data: bytes, name: str) -> Any:
    try:
        return form.parse_document(data).document
    except InputError as error:
        raise UsageError(error.message, location=Location(name), hint=error.hint) from error


def _text(data: bytes, name: str) -> str:
    """Decodes text, of which a little may be damaged; what holds a NUL is no text."""
    encoding = next((encoding for mark, encoding in _MARKS if data.startswith(mark)), "utf-8")
    text = data.decode(encoding, "replace")
    if "\0" in text or _MOST_DAMAGED * text.count("\ufffd") > len(text):
        raise UsageError("is neither text nor a picture.", location=Location(name), hint=_HINT)
    return text.replace("\r\n", "\n")
