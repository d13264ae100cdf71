"""Keeps batches that were read, so that a run after a crash reads only the others."""

from __future__ import annotations

import hashlib
import os
from dataclasses import fields
from pathlib import Path

import msgspec

from analyzer.errors import InputError
from analyzer.pipeline._batch import Batch, BatchRead, versions
from analyzer.pipeline._plan import Plan
from analyzer.stores import is_store_url, open_store, parse_url

# What a file's rows do not depend on; machine is the name of whoever runs it.
_ELSEWHERE = frozenset(
    {
        "inputs", "work", "key", "rules", "only_rules", "stdin", "progress", "packet_facts", "profile", "redact",
        "report_zone", "formats", "templates", "now", "scale", "threads", "workers", "block_bytes",
        "streams", "earlier",
    }
)  # fmt: skip


class Checkpoints:
    """Files in a folder, each named by a hash of what its batch depends on; without a folder nothing is kept.

    A folder holds lines of the inputs as they are, unredacted.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        if folder is not None:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def load(self, batch: Batch) -> BatchRead | None:
        """Gives what is known of a batch whose files are as they were; None for what was cut off or is none of ours."""
        path = self._path(batch)
        if path is None or not path.is_file():
            return None
        try:
            return msgspec.msgpack.decode(path.read_bytes(), type=BatchRead)
        except (OSError, msgspec.DecodeError):
            return None

    def save(self, batch: Batch, result: BatchRead) -> None:
        """Writes a batch; a reader sees all of it or nothing."""
        path = self._path(batch)
        if path is None:
            return
        unfinished = path.with_suffix(f".{os.getpid()}")
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(msgspec.msgpack.encode(result))
        unfinished.replace(path)

    def _path(self, batch: Batch) -> Path | None:
        marks = [_mark(path) for _, path in batch.files]
        if self._folder is None or None in marks:
            return None
        told = repr((versions(), batch.files, marks, _asked(batch.plan)))
        return self._folder / f"{hashlib.sha256(told.encode()).hexdigest()}.batch"


def _mark(path: str) -> tuple[object, ...] | None:
    """Gives size and time of the last change, of an object in a store its tag; None where there is nothing to go by."""
    if is_store_url(path):
        url = parse_url(path, typed=False)
        try:
            known = open_store(url).stat(url.key)
        except InputError:
            return None
        return (known.size, known.tag) if known.tag else None
    try:
        status = Path(path).stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns


def _asked(plan: Plan) -> list[tuple[str, str]]:
    """Gives what the reading of a file depends on; of files that describe formats their content."""
    asked = [(each.name, repr(getattr(plan, each.name))) for each in fields(plan) if each.name not in _ELSEWHERE]
    asked.append(("day", f"{plan.now:%Y-%m-%d}"))  # decides the year of times that carry none
    described = [path for path in (plan.log_format_from, *plan.own_formats, _definition(plan)) if path]
    return [*asked, *((str(path), _content(path)) for path in described)]


def _definition(plan: Plan) -> Path | None:
    named = plan.format_name
    return Path(named) if named and named.lower().endswith((".yml", ".yaml")) else None


def _content(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""
