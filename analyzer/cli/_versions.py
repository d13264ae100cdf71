"""Tells the versions of what this program is made of."""

from __future__ import annotations

import platform
from importlib import metadata

_PACKAGES = ("click", "haralyzer", "jinja2", "msgspec", "pillow", "polars", "PyYAML", "rich", "tzdata", "zstandard")


def dependency_versions() -> dict[str, str]:
    """Gives the version of each dependency that is installed, and of Python."""
    found = {"python": platform.python_version()}
    for name in _PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "unknown"
    return found
