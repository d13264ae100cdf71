"""Finds plug-ins: every public module of a package is one, and what it exports under an agreed name is used."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType


def discover(package: str, attribute: str) -> dict[str, object]:
    """Gives {module stem: exported value} for each module of the package whose name has no leading underscore.

    Packages inside are left out. Ordered by stem.
    Raises AttributeError naming the module that lacks the attribute: a broken plug-in is loud.
    """
    parent: ModuleType = importlib.import_module(package)
    found: dict[str, object] = {}
    for info in sorted(pkgutil.iter_modules(parent.__path__), key=lambda item: item.name):
        if info.name.startswith("_") or info.ispkg:
            continue
        module = importlib.import_module(f"{package}.{info.name}")
        if not hasattr(module, attribute):
            raise AttributeError(f"{module.__name__} is in a plug-in package but exports no {attribute}")
        found[info.name] = getattr(module, attribute)
    return found
