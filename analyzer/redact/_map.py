"""Keeps which value stands behind which placeholder: outside every output, readable by its owner only."""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from analyzer.errors import DocumentError, Location, UsageError

_SUFFIX = ".map.json"
_HEX = re.compile(r"(?:\[redacted:[a-z_]{1,40}:)?([0-9a-f]{12})\]?")
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Revealed:
    """A value, the kinds that it was taken for, the case whose map tells it, and when that was written (ISO 8601)."""

    value: str
    kinds: tuple[str, ...]
    case: str
    written: str


@dataclass(frozen=True, slots=True)
class CaseMap:
    """The name of a case, how many values its map holds, and when it was written (ISO 8601)."""

    case: str
    values: int
    written: str


def write_map(
    folder: Path, case: str, values: Iterable[tuple[str, str, str]], now: datetime, output: Path | None
) -> Path | None:
    """Adds (placeholder, value, kind) triples to the map of a case; writes none where there is nothing to tell.

    The folder is 0700, the file 0600, moved into place as a whole, and no link is followed. Raises UsageError if the
    folder lies in the output, which others get, and OSError where the system refuses to write.
    """
    known = {text: (value, kind) for text, value, kind in values}
    if not known:
        return None
    if output is not None and folder.resolve().is_relative_to(output.resolve()):
        raise UsageError("the maps would lie in the output, which others get.", location=Location(str(folder)))
    _private(folder)
    path = _path(folder, case)
    empty: dict[str, Any] = {"version": 1, "case": case, "values": {}}
    document = _read(path) if path.exists() else empty
    document["written"] = now.astimezone(UTC).isoformat(timespec="seconds")
    for text, (value, kind) in known.items():
        entry = document["values"].setdefault(hexadecimal(text) or text, {"value": value, "kinds": []})
        entry["kinds"] = sorted({*entry["kinds"], kind})
    _replace(path, json.dumps(document, ensure_ascii=True, indent=1, sort_keys=True).encode() + b"\n")
    return path


def hexadecimal(text: str) -> str | None:
    """Gives the twelve hexadecimal digits of a placeholder or of such digits alone; None for anything else."""
    found = _HEX.fullmatch(text.strip())
    return found.group(1) if found else None


def reveal(folder: Path, text: str) -> tuple[Revealed, ...]:
    """Gives what the maps know of a placeholder, or of a fake address, by the names of their cases."""
    wanted = hexadecimal(text) or text.strip()
    return tuple(
        Revealed(entry["value"], tuple(entry["kinds"]), document["case"], document["written"])
        for document in _documents(folder)
        if (entry := document["values"].get(wanted)) is not None
    )


def list_maps(folder: Path) -> tuple[CaseMap, ...]:
    """Gives all maps, by the names of their cases."""
    return tuple(CaseMap(item["case"], len(item["values"]), item["written"]) for item in _documents(folder))


def forget(folder: Path, case: str) -> bool:
    """Deletes the map of a case; False if there is none."""
    path = _path(folder, case)
    if not path.is_symlink() and not path.is_file():
        return False
    path.unlink()
    return True


def _path(folder: Path, case: str) -> Path:
    return folder / f"{_UNSAFE.sub('-', case).strip('-.')[:150] or 'case'}{_SUFFIX}"


def _documents(folder: Path) -> Iterator[Mapping[str, Any]]:
    paths = sorted(folder.glob(f"*{_SUFFIX}")) if folder.is_dir() else []
    yield from (_read(path) for path in paths if not path.is_symlink())


def _read(path: Path) -> dict[str, Any]:
    """Reads a map; raises DocumentError for one that is none."""
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
            document = json.load(file)
        if isinstance(document["values"], dict) and isinstance(document["case"], str):
            return dict(document)
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise DocumentError("is no map that can be read.", location=Location(str(path))) from error
    raise DocumentError("is no map that can be read.", location=Location(str(path)))


def _private(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        os.fchmod(descriptor, 0o700)
    finally:
        os.close(descriptor)


def _replace(path: Path, data: bytes) -> None:
    partial = path.with_name(f".{path.name}.{secrets.token_hex(8)}.partial")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
