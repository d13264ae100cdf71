"""From what the user names to the files that are read."""

from __future__ import annotations

import difflib
import glob
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from analyzer.errors import InputError, Location, UsageError
from analyzer.stores import find_objects, is_store_url


@dataclass(frozen=True, slots=True)
class Expanded:
    """Files in the order in which they were named; problems and notes tell what was left out and why.

    sizes are the bytes of those that lie in a store, by their names: asking again would cost a request each.
    """

    files: tuple[str, ...]
    problems: tuple[InputError, ...] = ()
    notes: tuple[str, ...] = ()
    sizes: Mapping[str, int] = field(default_factory=dict)


def expand(inputs: Sequence[str]) -> Expanded:
    """Gives the files behind names: files, folders with all that is below them, globs, URLs of stores, "-" for stdin.

    Folders are walked in sorted order, without hidden files, symbolic links and special files; nor does a glob
    lead through a link to a folder. A file that is named twice, however it is spelled, counts once. Raises UsageError
    for a glob that matches nothing.
    """
    gathering = _Gathering()
    for name in inputs:
        gathering.add(name)
    return Expanded(tuple(gathering.files.values()), tuple(gathering.problems), tuple(gathering.notes), gathering.sizes)


def displayed(path: str) -> str:
    """Gives a name that can be written as UTF-8: the bytes of a file name that are none become escapes."""
    return path.encode("utf-8", "backslashreplace").decode()


@dataclass(slots=True)
class _Gathering:
    files: dict[str, str] = field(default_factory=dict)  # real path to the name that is shown
    problems: list[InputError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    sizes: dict[str, int] = field(default_factory=dict)
    _new: set[str] = field(default_factory=set)  # what the name at hand brought, which a glob may match twice
    _again: list[str] = field(default_factory=list)

    def add(self, name: str) -> None:
        self._new, self._again = set(), []
        self._add(name)
        if self._again:
            more = f" and {len(self._again) - 1:,} more" if len(self._again) > 1 else ""
            self.notes.append(f"{displayed(self._again[0])}{more} named more than once: counted once")

    def _add(self, name: str) -> None:
        if name == "-":
            self._keep("-", "-")
        elif is_store_url(name):
            self._stored(name)
        elif "\0" in name:
            self._report(name, "is no file name: it holds a NUL.")
        elif os.path.lexists(name):
            self._named(name)
        elif glob.has_magic(name):
            self._globbed(name)
        else:
            self._report(name, "does not exist.", hint=_near_miss(name))

    def _stored(self, name: str) -> None:
        found = find_objects(name)
        self.problems += found.problems
        for url, size in found.sizes.items():
            self._keep(url, url)
            self.sizes[url] = size

    def _globbed(self, pattern: str) -> None:
        found = sorted(set(_matches(pattern)))
        if not found:
            raise UsageError(
                f"The pattern {displayed(pattern)!r} matches no file.", hint="Check it, and quote it once."
            )
        links = [name for name in found if os.path.islink(name) and os.path.isdir(name)]  # noqa: PTH112, PTH114 - raise nothing
        for name in found:
            if name not in links:
                self._named(name, by_pattern=True)
        if links:
            self.notes.append(f"{displayed(pattern)}: {len(links):,} symbolic links to folders were not followed")
        if len(links) == len(found):
            self._report(pattern, "matches nothing but links to folders.", hint="Name one of them to read it.")

    def _named(self, name: str, *, by_pattern: bool = False) -> None:
        try:
            mode = Path(name).stat().st_mode
        except OSError as error:
            self._report(name, f"cannot be read: {error.strerror}.", hint=_link_hint(name))
            return
        if stat.S_ISDIR(mode):
            self._folder(name)
        elif stat.S_ISREG(mode) or _is_readable_special(name, mode, by_pattern=by_pattern):
            self._file(name)
        elif not by_pattern:
            self._report(name, "is neither a file nor a folder nor a pipe.", hint="For standard input name '-'.")

    def _file(self, name: str) -> None:
        if os.access(name, os.R_OK):
            self._keep(os.path.realpath(name), name)
        else:
            self._report(name, "cannot be read: Permission denied.")

    def _folder(self, name: str) -> None:
        found: list[str] = []
        links, problems = 0, len(self.problems)
        for folder, below, files in os.walk(name, onerror=self._unreadable):
            below[:] = [child for child in below if not child.startswith(".")]
            for child in (*below, *(child for child in files if not child.startswith("."))):
                path = Path(folder, child)
                mode = self._mode(path)
                links += stat.S_ISLNK(mode)
                if stat.S_ISREG(mode):
                    found.append(str(path))
        if links:
            self.notes.append(f"{displayed(name)}: {links:,} symbolic links in the folder were not followed")
        if not found and len(self.problems) == problems:
            self._report(name, "holds no files to read.", hint="Hidden files and symbolic links must be named.")
        for file in sorted(found):
            self._file(file)

    def _mode(self, path: Path) -> int:
        try:
            return path.lstat().st_mode
        except OSError as error:  # it is gone since the folder was listed
            self._unreadable(error)
            return 0

    def _keep(self, identity: str, name: str) -> None:
        if identity not in self.files:
            self.files[identity] = name
            self._new.add(identity)
        elif identity not in self._new:
            self._again.append(name)

    def _unreadable(self, error: OSError) -> None:
        self._report(str(error.filename), f"cannot be read: {error.strerror}.")

    def _report(self, name: str, message: str, *, hint: str | None = None) -> None:
        self.problems.append(InputError(message, location=Location(displayed(name)), hint=hint))


def _matches(pattern: str) -> Iterator[str]:
    """Yields what a glob matches; ** goes through no symbolic link, since links can lead round in circles."""
    parts = Path(pattern).parts
    if "**" not in parts:
        yield from glob.glob(pattern)  # noqa: PTH207 - Path.glob takes no absolute pattern
        return
    at = parts.index("**")
    below = parts[at + 1 :] or ("*",)
    above = str(Path(*parts[:at]))
    for top in _matches(above):
        if glob.has_magic(above) and os.path.islink(top):  # noqa: PTH114 - raises nothing
            continue
        for folder, children, _ in os.walk(top):
            children[:] = [child for child in children if not child.startswith(".")]
            yield from _matches(str(Path(glob.escape(folder), *below)))


def _is_readable_special(name: str, mode: int, *, by_pattern: bool) -> bool:
    """Whether it is a pipe, such as /dev/fd/63, that the user named; other devices may never end."""
    return not by_pattern and (stat.S_ISFIFO(mode) or os.path.realpath(name) == os.devnull)


def _near_miss(name: str) -> str | None:
    path = Path(name)
    try:
        names = sorted(child.name for child in path.parent.iterdir())
    except OSError:
        return None
    close = difflib.get_close_matches(path.name, names, n=1)
    return f"Did you mean {displayed(str(path.with_name(close[0])))!r}?" if close else None


def _link_hint(name: str) -> str | None:
    path = Path(name)
    return f"It is a symbolic link to {displayed(str(path.readlink()))!r}." if path.is_symlink() else None
