"""Packs a packet as a zip file; equal content gives equal bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime

_UNIX = 3
_OWNER_ONLY = 0o100600 << 16
_EARLIEST, _LATEST = datetime(1980, 1, 1, tzinfo=UTC), datetime(2107, 12, 31, 23, 59, 58, tzinfo=UTC)


def zip_bytes(folder: str, files: Mapping[str, bytes], now: datetime) -> bytes:
    """Gives a zip of all files below a folder of this name: sorted, each from now (UTC) and for its owner only.

    A zip tells times from 1980 to 2107 in steps of two seconds (APPNOTE.TXT 4.4.6).
    """
    moment = min(max(now.astimezone(UTC), _EARLIEST), _LATEST)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for name in sorted(files):
            member = zipfile.ZipInfo(f"{folder}/{name}", moment.timetuple()[:6])
            member.compress_type = zipfile.ZIP_DEFLATED
            member.create_system = _UNIX
            member.external_attr = _OWNER_ONLY
            packed.writestr(member, files[name])
    return buffer.getvalue()
