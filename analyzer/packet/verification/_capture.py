"""Looks at one capture that was redacted on its own: at its marker, since there are no lists beside it."""

from __future__ import annotations

import os
from pathlib import Path

from analyzer.errors import Location, UsageError
from analyzer.packet.verification._seen import har_fault

_MOST_BYTES = 1 << 30


def look_into_capture(path: Path) -> str | None:
    """Gives what is wrong with the HAR or its marker; raises UsageError if it is a link, no file, or too large."""
    hint = "Name the folder of a packet, its zip file, or a HAR that `analyzer redact` wrote."
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}.", location=Location(str(path)), hint=hint) from error
    if len(data) > _MOST_BYTES:
        raise UsageError(f"is larger than {_MOST_BYTES:,} bytes.", location=Location(str(path)), hint=hint)
    return har_fault(data)[1]
