"""Tells at a glance that no log has changed, without opening any."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from analyzer.batch._known import Known, Stamp, as_stamp


def is_unchanged(files: Sequence[str], known: Iterable[Known]) -> bool:
    """Whether each of these files looks from outside as a log that was read to its end."""
    return all(unchanged(files, known).values())


def unchanged(files: Sequence[str], known: Iterable[Known]) -> Mapping[str, Known | None]:
    """Gives for each file the log that it looks like from outside, None where it must be opened."""
    stamps: dict[Stamp | None, Known] = {each.stamp: each for each in known if each.stamp is not None}
    return {file: stamps.get(_stamp(file)) for file in files}


def _stamp(file: str) -> Stamp | None:
    try:
        return as_stamp(Path(file).stat())
    except OSError:  # it is gone since the folder was listed
        return None
