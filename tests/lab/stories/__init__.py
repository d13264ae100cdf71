"""One module per story, found by name; a module without a leading underscore defines STORY."""

from __future__ import annotations

import importlib
import pkgutil

from lab.stories._story import Story


def stories() -> dict[str, Story]:
    """All stories by name."""
    modules = (name for _, name, _ in pkgutil.iter_modules(__path__) if not name.startswith("_"))
    found = (importlib.import_module(f"{__name__}.{name}").STORY for name in sorted(modules))
    return {story.name: story for story in found}
