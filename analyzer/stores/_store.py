"""Reads, lists and writes the objects of one bucket through OpenDAL, with bounded patience."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from analyzer.errors import InputError, Location, UsageError
from analyzer.stores._failures import hint_for, is_unreachable, why
from analyzer.stores._settings import SERVICES, settings
from analyzer.stores._url import StoreUrl

RANGE_BYTES = 4 << 20  # what is in memory of an object at once
_AT_ONCE_BYTES = 64 << 20  # larger ones are uploaded in parts
_PART_BYTES = 16 << 20
_TRIES_MORE = 2
_PAUSE_SECONDS = 0.2  # before the second try, and twice as long before the third
_ANSWER_SECONDS = 5.0
_RANGE_SECONDS = 20.0
_FEWEST_FAILURES = 3  # in a row, until a store is given up


@dataclass(frozen=True, slots=True)
class Listed:
    """An object of a listing: its key, and its size in bytes."""

    key: str
    size: int


@dataclass(frozen=True, slots=True)
class Known:
    """What is read: the size in bytes, and the tag of this very content, if the store gives one."""

    size: int
    tag: str | None


class Store:
    """One bucket; every method raises InputError, whose message has no full stop, where the store does not comply."""

    def __init__(self, bucket: StoreUrl, operator: Any, exceptions: Any) -> None:
        self._bucket = bucket
        self._operator = operator
        self._taken: tuple[type[Exception], ...] = (exceptions.AlreadyExists, exceptions.ConditionNotMatch)
        # What is written in parts raises OSError.
        self._errors: tuple[type[Exception], ...] = (*_classes(exceptions), OSError)
        self._failures = 0

    def list(self, prefix: str) -> Iterator[Listed]:
        """Yields all objects whose keys begin with prefix, without the markers that stand for empty folders."""
        with self._told(prefix, "listed"):
            for entry in self._operator.list(prefix, recursive=True):
                if entry.metadata.is_file and not entry.path.endswith("/"):
                    yield Listed(entry.path, entry.metadata.content_length)

    def stat(self, key: str) -> Known:
        """Gives size and tag of an object."""
        with self._told(key, "read"):
            found = self._operator.stat(key)
            return Known(found.content_length, found.etag)

    def read(self, key: str, known: Known) -> Iterator[bytes]:
        """Yields an object in ranges; raises where it vanished, was replaced or is shorter than it was said to be."""
        for offset in range(0, known.size, RANGE_BYTES):
            size = min(RANGE_BYTES, known.size - offset)
            with self._told(key, "read further" if offset else "read"):
                piece = bytes(self._operator.read(key, offset=offset, size=size, if_match=known.tag))
            yield piece

    def write(self, key: str, path: Path, *, fresh: bool) -> bool:
        """Uploads a file, which appears as a whole; False if it was to be fresh and something is there already."""
        with self._told(key, "written"):
            condition = {"if_not_exists": True} if fresh else {}
            try:
                if path.stat().st_size <= _AT_ONCE_BYTES:
                    self._operator.write(key, path.read_bytes(), **condition)
                else:
                    self._write_parts(key, path, condition)
            except self._taken:
                return False
            return True

    def _write_parts(self, key: str, path: Path, condition: dict[str, bool]) -> None:
        target = self._operator.open(key, "wb", chunk=_PART_BYTES, **condition)
        with path.open("rb") as source:
            while piece := source.read(_PART_BYTES):
                target.write(piece)
        target.close()  # what is not closed never appears

    def delete(self, key: str) -> None:
        """Removes an object, if it is there."""
        with self._told(key, "removed"):
            self._operator.delete(key)

    @contextmanager
    def _told(self, key: str, done: str) -> Iterator[None]:
        """Turns the library's errors into our sentences; asks no further once a store stays silent."""
        place = Location(str(replace(self._bucket, key=key)))
        if self._failures >= _FEWEST_FAILURES:
            message = f"cannot be {done}: the store could not be reached before, so it was not asked again"
            raise InputError(message, location=place)
        try:
            yield
            self._failures = 0
        except self._errors as error:
            reason = why(type(error).__name__, str(error))
            self._failures = self._failures + 1 if is_unreachable(reason) else 0
            # The library's own text would follow as the cause, with whatever the store put into it.
            raise InputError(f"cannot be {done}: {reason}", location=place, hint=hint_for(reason)) from None


def open_store(url: StoreUrl) -> Store:
    """Gives the store of a URL, with what the environment says of it.

    Raises UsageError where the library is not installed, or where the environment names an endpoint that will not do.
    """
    bucket = replace(url, key="")
    return _opened(bucket, tuple(sorted(settings(bucket, os.environ).items())))


@cache
def _opened(bucket: StoreUrl, options: tuple[tuple[str, str], ...]) -> Store:
    try:
        import opendal  # noqa: PLC0415 - an extra, which most runs do without
        from opendal import exceptions, layers  # noqa: PLC0415
    except ImportError as error:
        message = f"{bucket.scheme}:// needs a library that is not installed."
        raise UsageError(message, hint="pip install 'whichlayer[cloud]'") from error
    try:
        operator = opendal.Operator(SERVICES[bucket.scheme], **dict(options))
    except _classes(exceptions) as error:
        reason = why(type(error).__name__, str(error))
        message = f"the store cannot be used: {reason}."
        raise UsageError(message, location=Location(str(bucket)), hint=hint_for(reason)) from None
    patience = layers.TimeoutLayer(timeout=_ANSWER_SECONDS, io_timeout=_RANGE_SECONDS)
    again = layers.RetryLayer(max_times=_TRIES_MORE, min_delay=_PAUSE_SECONDS)
    return Store(bucket, operator.layer(patience).layer(again), exceptions)


def _classes(exceptions: Any) -> tuple[type[Exception], ...]:
    """Gives the library's errors, which have no root of their own."""
    found = (item for item in vars(exceptions).values() if isinstance(item, type))
    return tuple(item for item in found if issubclass(item, Exception))
