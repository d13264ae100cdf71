"""A batch of files as a worker of a cluster reads it: what it needs goes there, what it finds comes back."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec
import polars as pl

from analyzer import __version__
from analyzer.errors import ClusterError, InputError, Location
from analyzer.pipeline._chosen import choose
from analyzer.pipeline._plan import Plan
from analyzer.pipeline._read_file import FileRead, read_file
from analyzer.sources import Stream


@dataclass(frozen=True, slots=True)
class Batch:
    """Files with their numbers among all inputs, and how they are to be read; alone while nothing else is."""

    files: tuple[tuple[int, str], ...]
    plan: Plan
    alone: bool = False

    @property
    def number(self) -> int:
        """The number of the first file."""
        return self.files[0][0]


@dataclass(frozen=True, slots=True)
class BatchRead:
    """What a worker found: told is JSON of a FileRead for each file, contents the files that these name, by name."""

    told: bytes
    contents: dict[str, bytes]
    versions: tuple[str, ...]

    def unpack(self, work: Path) -> None:
        """Writes the contents."""
        for name, content in self.contents.items():
            (work / name).write_bytes(content)

    def files(self, work: Path) -> Iterator[FileRead]:
        """Yields what became of each file, with the paths that unpack wrote to."""

        def restore(kind: type, value: Any) -> Any:
            return work / value if kind is Path else _problem(value)

        yield from msgspec.json.decode(self.told, type=list[FileRead], dec_hook=restore)


def versions() -> tuple[str, ...]:
    """Gives the versions that decide on results: hashes and bytes differ between versions of Polars."""
    python = ".".join(map(str, sys.version_info[:2]))
    return (f"analyzer {__version__}", f"polars {pl.__version__}", f"python {python}")


def check_versions(theirs: tuple[str, ...]) -> None:
    """Raises ClusterError if a worker has other versions than this machine."""
    if theirs != versions():
        hint = "Install the same versions on all machines: a result must not depend on who reads."
        raise ClusterError(f"a worker has {', '.join(theirs)}; this machine {', '.join(versions())}.", hint=hint)


def read_batch(batch: Batch) -> BatchRead:
    """Reads the files in a private folder of the worker's, which is gone when the result is made."""
    with tempfile.TemporaryDirectory(prefix="analyzer-") as folder:
        plan = replace(batch.plan, work=Path(folder))
        chosen = choose(plan)
        found = [read_file(number, path, plan, chosen, _ignore) for number, path in batch.files]
        told = msgspec.json.encode(found, enc_hook=_plain)
        contents = {path.name: path.read_bytes() for path in sorted(plan.work.iterdir())}
    return BatchRead(told, contents, versions())


def _plain(value: object) -> object:
    if isinstance(value, Path):
        return value.name
    if isinstance(value, InputError):
        place = value.location
        return [value.message, value.hint, place and [place.path, place.line, place.column]]
    raise NotImplementedError(type(value).__name__)


def _problem(told: Any) -> InputError:
    message, hint, place = told
    return InputError(message, hint=hint, location=Location(*place) if place else None)


def _ignore(_: Stream, __: int) -> None:
    pass
