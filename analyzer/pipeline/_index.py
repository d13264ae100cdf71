"""Reads a folder of reports for its index: through descriptors, so that no link leads out of it."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from analyzer import __version__
from analyzer.errors import DocumentError, Location, UsageError
from analyzer.redact import Redactor
from analyzer.report import index_html
from analyzer.report.index.document import MOST_BYTES, read_document
from analyzer.report.index.reports import Passed, Report, Reports, in_order, report_of
from analyzer.report.index.words import headline

INDEX = "index.html"
_DOCUMENT = "findings.json"
_PAGE = "report.html"
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
# Opening a FIFO must not wait for somebody who writes to it.
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
_UNREDACTED = ".UNREDACTED"
_UNTOLD = "it is UNREDACTED: nothing of it is shown here"
_SECRET = f"its {_DOCUMENT} names what looks like a secret; make it anew"
# How every page of this program begins, and what its header says; a page of somebody else is not overwritten.
_OURS = re.compile(
    rb'<!doctype html>\s*<html lang="en">\s*<head>\s*<meta http-equiv="Content-Security-Policy"'
    rb'.*<p class="tool">analyzer ',
    re.DOTALL,
)
_HEAD_BYTES = 1 << 18


@dataclass(frozen=True, slots=True)
class Indexed:
    """The finished page, its first sentence, how many reports it tells, and what it passes over."""

    page: bytes
    headline: str
    reports: int
    passed: tuple[Passed, ...]


def index_reports(folder: Path) -> Indexed:
    """Reads the reports in the folders right below this one and makes index.html of them.

    Equal findings.json give an equal page: neither the clock nor the times of files matter. Raises UsageError if there
    is no such folder, or if its index.html is somebody else's.
    """
    place = Location(str(folder))
    try:
        with _opened(os.open(folder, _FOLDER)) as root:
            _check(root, folder)
            found = _read(root)
    except FileNotFoundError as error:
        hint = "Name a folder that holds reports; analyze makes one."
        raise UsageError("there is no such folder.", location=place, hint=hint) from error
    except OSError as error:
        hint = "Name a folder; links are not followed."
        raise UsageError("is no folder that can be read.", location=place, hint=hint) from error
    page = index_html(found, f"analyzer {__version__}").encode()
    return Indexed(page, headline(found), len(found.reports), found.passed)


def _check(root: int, folder: Path) -> None:
    if _is_file(root, _DOCUMENT):
        hint = f"Name the folder above: {folder.parent}"
        raise UsageError("this folder is a report itself.", location=Location(str(folder)), hint=hint)
    try:
        with _opened(os.open(INDEX, _FILE, dir_fd=root)) as descriptor:
            ours = stat.S_ISREG(os.fstat(descriptor).st_mode) and _OURS.match(os.read(descriptor, _HEAD_BYTES))
    except FileNotFoundError:
        return
    except OSError:  # a link
        ours = None
    if not ours:
        hint = "Move it away, so that nothing of yours is overwritten."
        raise UsageError("is not a page of this program.", location=Location(str(folder / INDEX)), hint=hint)


def _read(root: int) -> Reports:
    reports: list[Report] = []
    passed: list[Passed] = []
    for name, is_folder in _names(root):
        # A name is told alike whatever the locale takes file names for.
        shown = os.fsencode(name).decode("utf-8", "surrogateescape")
        found = _report(root, name, shown) if is_folder else Passed(shown, "it is a link; links are not opened", False)
        if isinstance(found, Report):
            reports.append(found)
        else:
            passed.append(found)
    leaking = _leaking(reports)
    passed += [Passed(report.folder, _SECRET, is_broken=True) for report in leaking]
    return in_order([report for report in reports if report not in leaking], passed)


def _leaking(reports: Sequence[Report]) -> list[Report]:
    """Gives those that name a secret; halves first, as one search costs as much for a thousand texts as for one."""
    if not reports or not _names_secret(reports):
        return []
    half = len(reports) // 2
    return [*_leaking(reports[:half]), *_leaking(reports[half:])] if half else list(reports)


def _names_secret(reports: Sequence[Report]) -> bool:
    """Whether a text of theirs names a secret: whoever wrote or edited a findings.json, the index is no way out."""
    texts = [text.encode("utf-8", "replace").decode() for report in reports for text in report.texts]
    redactor = Redactor(b"")  # makes no placeholder
    redactor.learn(pl.Series(texts, dtype=pl.String), addresses=False)
    return bool(redactor.found.values)


def _names(root: int) -> Iterator[tuple[str, bool]]:
    """Yields folders and links, and which of the two each is; files, and what is hidden, are no reports."""
    with os.scandir(root) as entries:
        known = [(entry.name, entry.is_dir(follow_symlinks=False), entry.is_symlink()) for entry in entries]
    for name, is_folder, is_link in known:
        if not name.startswith(".") and (is_folder or is_link):
            yield name, is_folder


def _report(root: int, name: str, shown: str) -> Report | Passed:
    try:
        with _opened(os.open(name, _FOLDER, dir_fd=root)) as folder:
            if _UNREDACTED in name:
                return Passed(shown, _UNTOLD, is_broken=False)
            document = read_document(_content(folder))
            if document is None:
                return Passed(shown, _UNTOLD, is_broken=False)
            return report_of(shown, document, has_page=_is_file(folder, _PAGE))
    except FileNotFoundError:
        return Passed(shown, f"it holds no {_DOCUMENT}", is_broken=False)
    except OSError as error:
        return Passed(shown, f"it cannot be read: {error.strerror}", is_broken=True)
    except DocumentError as error:
        return Passed(shown, error.message, is_broken=True)


def _content(folder: int) -> bytes:
    if not _is_file(folder, _DOCUMENT):
        if _exists(folder, _DOCUMENT):
            raise DocumentError(f"its {_DOCUMENT} is a link or no file")
        raise FileNotFoundError
    with os.fdopen(os.open(_DOCUMENT, _FILE, dir_fd=folder), "rb") as file:
        return file.read(MOST_BYTES + 1)


def _is_file(folder: int, name: str) -> bool:
    try:
        return stat.S_ISREG(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
    except FileNotFoundError:
        return False


def _exists(folder: int, name: str) -> bool:
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


@contextmanager
def _opened(descriptor: int) -> Iterator[int]:
    try:
        yield descriptor
    finally:
        os.close(descriptor)
