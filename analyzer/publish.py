"""Puts finished outputs in place, whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from analyzer.errors import Location, UsageError

OWN_NAMES = frozenset({"findings.json", "summary.md", "report.html", "rejects.ndjson", "events.parquet"})


def check_folder(folder: Path) -> None:
    """Raises UsageError unless the folder is new, empty, or holds nothing but an earlier run's outputs."""
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise UsageError(
            "the output folder is a link or a file.", location=Location(str(folder)), hint="Name a new one."
        )
    if not folder.is_dir():
        return
    foreign = sorted(entry.name for entry in folder.iterdir() if entry.name not in OWN_NAMES)
    if foreign:
        hint = "Name a new folder with -o, so that nothing of yours is overwritten."
        message = f"the output folder holds other files ({', '.join(foreign[:3])})."
        raise UsageError(message, location=Location(str(folder)), hint=hint)


def publish(folder: Path, outputs: Mapping[str, bytes]) -> None:
    """Writes all outputs into a private folder beside the target and moves it into place.

    The folder is readable by its owner only. What an earlier run left there is replaced. If anything fails, nothing
    is left behind.
    """
    check_folder(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".partial", dir=folder.parent))
    try:
        for name, data in outputs.items():
            descriptor = os.open(partial / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
        if folder.is_dir():
            shutil.rmtree(folder)
        partial.rename(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def publish_file(path: Path, data: bytes) -> None:
    """Writes one file beside its target and moves it into place; raises UsageError if the target is a link."""
    if path.is_symlink() or path.is_dir():
        raise UsageError("the output is a link or a folder.", location=Location(str(path)), hint="Name a new file.")
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, partial = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".partial", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        Path(partial).rename(path)
    finally:
        Path(partial).unlink(missing_ok=True)
