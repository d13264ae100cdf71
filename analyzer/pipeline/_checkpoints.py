"""Keeps batches that were read, so that a run after a crash reads only the others."""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import fields
from pathlib import Path

import msgspec

from analyzer.errors import InputError, Location, UsageError
from analyzer.pipeline._batch import Batch, BatchRead, versions
from analyzer.pipeline._plan import Plan
from analyzer.stores import is_store_url, open_store, parse_url

_DIGEST_BYTES = 32
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

    A folder holds lines of the inputs as they are, unredacted, and what it holds is believed: UsageError is raised
    for one that others may write to, and where it cannot be used.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        if folder is not None:
            _make(folder)

    def name(self, batch: Batch) -> str | None:
        """Gives the name of a batch whose files are as they are now, to be asked for before they are read.

        None where nothing is kept, and for files of which nobody can tell whether they changed.
        """
        if self._folder is None:
            return None
        marks = [_mark(path) for _, path in batch.files]
        if None in marks:
            return None
        told = repr((versions(), batch.files, marks, _asked(batch.plan)))
        return f"{hashlib.sha256(told.encode()).hexdigest()}.batch"

    def load(self, name: str | None) -> BatchRead | None:
        """Gives what is known of a batch; None for what was cut off, is damaged or none of ours."""
        if self._folder is None or name is None:
            return None
        try:
            content = (self._folder / name).read_bytes()
        except OSError:
            return None
        digest, told = content[:_DIGEST_BYTES], content[_DIGEST_BYTES:]
        return msgspec.msgpack.decode(told, type=BatchRead) if digest == _digest(told) else None

    def save(self, name: str | None, result: BatchRead) -> None:
        """Writes a batch; a reader sees all of it or nothing."""
        if self._folder is None or name is None:
            return
        told = msgspec.msgpack.encode(result)
        try:
            # Two runs may have the same process id, in two containers.
            descriptor, unfinished = tempfile.mkstemp(prefix=name, dir=self._folder)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.writelines((_digest(told), told))
                Path(unfinished).replace(self._folder / name)
            except BaseException:
                Path(unfinished).unlink(missing_ok=True)
                raise
        except OSError as error:
            raise _unusable(self._folder, error) from error


def _make(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = folder.stat()
    except OSError as error:
        raise _unusable(folder, error) from error
    if status.st_uid != os.geteuid() or status.st_mode & 0o022:
        hint = "Name a folder of your own with --checkpoints, or take the right to write from others (chmod go-w)."
        raise UsageError("somebody else may write to the checkpoints.", location=Location(str(folder)), hint=hint)


def _unusable(folder: Path, error: OSError) -> UsageError:
    hint = "Name another folder with --checkpoints, or leave it out."
    message = f"the checkpoints cannot be kept here: {error.strerror}."
    return UsageError(message, location=Location(str(folder)), hint=hint)


def _digest(told: bytes) -> bytes:
    return hashlib.blake2b(told, digest_size=_DIGEST_BYTES).digest()


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
