"""Keeps the key that makes placeholders agree between runs: outside every output, readable by its owner only."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from analyzer.errors import Location, UsageError

KEY_BYTES = 32
_MOST_BYTES = 1 << 20  # a device may never end


def key_path(environment: Mapping[str, str], home: Path) -> Path:
    """Gives the key's place in the user's state directory (XDG Base Directory Specification)."""
    state = environment.get("XDG_STATE_HOME")
    base = Path(state) if state and Path(state).is_absolute() else home / ".local" / "state"
    return base / "analyzer" / "redaction.key"


def read_key(path: Path) -> bytes:
    """Reads a key that the user named; raises UsageError if it is missing or shorter than 16 bytes."""
    try:
        with path.open("rb") as file:
            key = file.read(_MOST_BYTES)
    except OSError as error:
        raise UsageError(f"the key cannot be read: {error.strerror}.", location=Location(str(path))) from error
    if len(key) < 16:
        hint = "Make one with `head -c 32 /dev/urandom > FILE`."
        raise UsageError("the key is shorter than 16 bytes.", location=Location(str(path)), hint=hint)
    return key


def own_key(path: Path, random_bytes: Callable[[int], bytes]) -> bytes:
    """Reads the user's key, and makes it at first use: directory 0700, file 0600, never through a link."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    except FileExistsError:
        return read_key(path)
    with os.fdopen(descriptor, "wb") as file:
        key = random_bytes(KEY_BYTES)
        file.write(key)
    return key
