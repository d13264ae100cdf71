"""Finds the rule files below a folder, such as the whole tree of a repository of public rules."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from analyzer.errors import DocumentError, Location
from analyzer.model import NotEvaluated

SUFFIXES = frozenset({".yml", ".yaml"})
KNOWLEDGE = "knowledge"


@dataclass(slots=True)
class Found:
    """Files in sorted order, those that were left out with the reason, and folders that cannot be read."""

    files: list[Path] = field(default_factory=list)
    left_out: list[NotEvaluated] = field(default_factory=list)
    errors: list[DocumentError] = field(default_factory=list)


def find_files(folder: Path) -> Found:
    """Gives all .yml and .yaml files below a folder, but those in hidden folders and in folders named knowledge.

    A link to a folder is not followed; a link to a file counts where it leads to a file below the same folder that is
    not found otherwise, as in a mounted Kubernetes ConfigMap.
    """
    found = Found()
    plain, links = [], []
    for path in _walk(folder, found):
        if path.is_symlink():
            links.append(path)
        elif path.is_file():
            plain.append(path)
    root = folder.resolve()
    taken = {path.resolve() for path in plain} if links else set()
    for link in sorted(links):
        target = _target(link)
        if target is None or not target.is_relative_to(root):
            found.left_out.append(NotEvaluated(str(link), "is a link that leads out of the folder or nowhere."))
        elif target not in taken and target.is_file():
            taken.add(target)
            plain.append(link)
    found.files = sorted(plain)
    return found


def _walk(folder: Path, found: Found) -> Iterator[Path]:
    def note(error: OSError) -> None:
        place = Location(str(error.filename))
        hint = "Its rules were not read."
        found.errors.append(DocumentError(f"cannot be read: {error.strerror}.", location=place, hint=hint))

    for above, folders, names in os.walk(folder, onerror=note):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name != KNOWLEDGE)
        yield from (
            Path(above, name)
            for name in sorted(names)
            if not name.startswith(".") and os.path.splitext(name)[1] in SUFFIXES  # noqa: PTH122 - of many names
        )


def _target(link: Path) -> Path | None:
    try:
        return link.resolve(strict=True)
    except (OSError, RuntimeError):  # a broken link, or a circle of links
        return None
