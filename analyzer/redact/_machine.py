"""Knows what the machine of a run is called, which is nobody's business: home folder, user and host."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal

import polars as pl

_SHORTEST = 6
# Names that every other machine has, or that our own sentences use.
_ORDINARY = {
    "administrator", "analyzer", "application", "container", "debian", "developer", "ec2-user", "fedora",
    "gitlab-runner", "jenkins", "localdomain", "localhost", "localhost.localdomain", "nobody", "operator", "postgres",
    "runner", "server", "service", "support", "system", "ubuntu", "vagrant", "webserver", "www-data",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Machine:
    """home: the path of the user's home folder, or empty; users, hosts: the names that they are known by."""

    home: str = ""
    users: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()

    def shorter(self, text: str) -> str:
        """Gives a path, or a sentence that names paths below the home folder, with ~ for it."""
        if len(PurePosixPath(self.home).parts) < 2:
            return text
        return re.sub(rf"(?<![\w/.-]){re.escape(self.home)}(?=/|[^\w.-]|$)", "~", text)

    def hidden(self, texts: pl.Series) -> pl.Series:
        """Does the same to a column; a home folder right below the root, such as /root, may be a request's path."""
        if len(PurePosixPath(self.home).parts) < 3:
            return texts
        if not texts.str.contains(self.home, literal=True).any():
            return texts
        pattern = rf"(^|[^\w/.-]){re.escape(self.home)}(/|[^\w.-]|$)"
        return texts.str.replace_all(pattern, "${1}~${2}")

    def words(self) -> tuple[tuple[str, Literal["home folder", "user name", "host name"]], ...]:
        """Gives what no output may hold unless an input holds it: names that are too common tell nobody anything."""
        found: list[tuple[str, Literal["home folder", "user name", "host name"]]] = []
        if len(PurePosixPath(self.home).parts) >= 3:
            found.append((self.home, "home folder"))
        found += [(name, "user name") for name in self.users if _telling(name)]
        found += [(name, "host name") for name in self.hosts if _telling(name)]
        return tuple(found)


def _telling(name: str) -> bool:
    return len(name) >= _SHORTEST and name.lower() not in _ORDINARY and not name.isdecimal()
