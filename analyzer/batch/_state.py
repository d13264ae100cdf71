"""Keeps what one run tells the next: one file that is replaced as a whole, for its owner only, under a lock."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from analyzer.batch._known import Known
from analyzer.errors import Location, UsageError

VERSION = 1
_STATE = "state.json"
_PENDING = "pending.json"
_LOCK = "lock"
_PARTIAL = ".partial"
_HISTORY = "history-"


@dataclass(frozen=True, slots=True)
class Incident:
    """A reported incident: where, when (microseconds since 1970), how bad, and keyed hashes of what failed."""

    folder: str
    started: int
    ended: int
    severity: str
    traits: tuple[str, ...]

    @property
    def is_low(self) -> bool:
        """Whether it is of a kind that healthy logs have too."""
        return self.severity in ("low", "info")


@dataclass(frozen=True, slots=True)
class State:
    """All that is known from earlier runs; history names the file of counts, None before there is one."""

    version: int = VERSION
    runs: int = 0
    logs: tuple[Known, ...] = ()
    incidents: tuple[Incident, ...] = ()
    history: str | None = None


@contextmanager
def hold(folder: Path) -> Iterator[Path]:
    """Makes the folder of the state where there is none, and keeps other runs out of it.

    Raises UsageError if another run is in it, if it holds files of somebody else, or if it cannot be made.
    """
    place = Location(str(folder))
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        foreign = sorted(entry.name for entry in folder.iterdir() if not _is_ours(entry.name))
        if foreign or folder.is_symlink():
            hint = "Name a folder of its own with --state."
            raise UsageError(f"holds other files ({', '.join(foreign[:3])}).", location=place, hint=hint)
        folder.chmod(0o700)
        descriptor = os.open(folder / _LOCK, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise UsageError(f"the state cannot be kept here: {error.strerror}.", location=place) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield folder
    except BlockingIOError as error:
        hint = "Its lines are not lost: the next run reads them."
        raise UsageError("another run is still at work here.", location=place, hint=hint) from error
    finally:
        os.close(descriptor)


def read_state(folder: Path) -> State:
    """Reads the state, an empty one before the first run; raises UsageError if it is damaged, or of a later version."""
    return _read(folder / _STATE) or State()


def read_pending(folder: Path) -> tuple[Incident, ...]:
    """Gives the incidents whose reports a run had begun to write when it ended before its time."""
    pending = _read(folder / _PENDING)
    return pending.incidents if pending else ()


def write_pending(folder: Path, state: State) -> None:
    """Says what is about to be reported, so that a run that does it again uses the same names."""
    _replace(folder / _PENDING, msgspec.json.encode(state))


def write_state(folder: Path, state: State, history: bytes | None = None) -> None:
    """Replaces the state, after which the run has happened; history are the new counts, None if they did not change.

    Raises UsageError if it cannot be written; then the state is as before, and the next run does the same again.
    """
    if history is not None:
        state = replace(state, history=f"{_HISTORY}{state.runs:08}.parquet")
        _replace(folder / str(state.history), history)
    _replace(folder / _STATE, msgspec.json.encode(state))
    for path in folder.iterdir():
        if path.name not in (_STATE, _LOCK, state.history) and _is_ours(path.name):
            path.unlink()


def _is_ours(name: str) -> bool:
    return name.removesuffix(_PARTIAL) in (_STATE, _PENDING, _LOCK) or name.startswith(_HISTORY)


def _read(path: Path) -> State | None:
    place = Location(str(path))
    hint = "Move the folder away to begin anew: then all logs are read from their beginning."
    try:
        state = msgspec.json.decode(path.read_bytes(), type=State)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UsageError(f"the state cannot be read: {error.strerror}.", location=place) from error
    except msgspec.DecodeError as error:
        raise UsageError("the state is damaged.", location=place, hint=hint) from error
    if state.version != VERSION:
        raise UsageError(f"the state is of version {state.version}, not {VERSION}.", location=place, hint=hint)
    return state


def _replace(path: Path, content: bytes) -> None:
    """Writes a file so that after a crash either the old or the new one is there, whole."""
    partial = path.with_name(path.name + _PARTIAL)
    try:
        partial.unlink(missing_ok=True)
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        hint = "Nothing is lost: the next run reads the same lines again."
        raise UsageError(
            f"the state cannot be written: {error.strerror}.", location=Location(str(path)), hint=hint
        ) from error
