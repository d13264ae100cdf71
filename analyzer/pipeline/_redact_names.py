"""Names the redacted files after their sources."""

from __future__ import annotations

import re
from collections.abc import Sequence

_PACKED = re.compile(r"\.(?:gz|bz2|xz|zst|zstd|zip)$", re.IGNORECASE)
_LONGEST = 200  # a file system takes 255 bytes, and a character may be four of them


def file_names(sources: Sequence[str]) -> tuple[str, ...]:
    """Gives each redacted source name a file name of its own.

    The last part of the path, without the ending of a compression, as what is written is plain; members of an archive
    begin with the archive's name. Of names that are equal but for the case of letters the second and all further ones
    get a number before their ending.
    """
    given: list[str] = []
    taken: set[str] = set()
    for source in sources:
        name = wanted = _file_name(source)
        number = 1
        while name.casefold() in taken:
            number += 1
            stem, dot, ending = wanted.rpartition(".")
            name = f"{stem}-{number}.{ending}" if dot and stem else f"{wanted}-{number}"
        taken.add(name.casefold())
        given.append(name)
    return tuple(given)


def _file_name(source: str) -> str:
    outside, mark, inside = source.partition("!")
    last = outside.rstrip("/").rpartition("/")[2]
    name = _PACKED.sub("", f"{last}-{inside}" if mark else last)
    # No part of a member's name may lead out of the folder, and no character may be one that a system refuses.
    safe = re.sub(r"[\x00-\x1f\x7f/\\]+", "-", name).strip(". ")
    short = safe.encode()[:_LONGEST].decode(errors="ignore")
    return "stdin.log" if source == "-" else short or "input"
