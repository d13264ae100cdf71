"""Writes and reads SHA256SUMS, the list that `sha256sum -c` checks."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

_LINE = re.compile(r"([0-9a-f]{64}) [ *](.+)")


def sha256(data: bytes) -> str:
    """Gives the SHA-256 of data as 64 hex digits (FIPS 180-4)."""
    return hashlib.sha256(data).hexdigest()


def sha256sums(files: Mapping[str, bytes]) -> bytes:
    """Gives the list of all files, in the order of their names, in the form of GNU sha256sum.

    Names of a packet hold neither line ends nor backslashes, which that form would have to escape.
    """
    return "".join(f"{sha256(files[name])}  {name}\n" for name in sorted(files)).encode()


def read_sha256sums(data: bytes) -> tuple[dict[str, str], tuple[str, ...]]:
    """Gives checksum by name, and what is wrong with the list: sentences that name the line."""
    found: dict[str, str] = {}
    wrong = []
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
        match = _LINE.fullmatch(line)
        if match is None:
            wrong.append(f"line {number} is no checksum with a name")
        elif match[2] in found:
            wrong.append(f"line {number} names {match[2]} again")
        else:
            found[match[2]] = match[1]
    return found, tuple(wrong)
