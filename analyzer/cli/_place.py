"""Where outputs go: a path, or the URL of a place in an object store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from analyzer.errors import UsageError

if TYPE_CHECKING:
    from analyzer.publish import Place


class Output(click.ParamType[Any]):
    """Reads -o: s3://, gs:// and az:// name a store, everything else is a path."""

    name = "path"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Place:
        """Gives the place; raises UsageError for a URL that cannot be written to."""
        del param, ctx
        from analyzer.stores import is_store_url, parse_output

        if not isinstance(value, str):  # click converts a default that was converted before
            return value  # type: ignore[no-any-return]
        return parse_output(value) if is_store_url(value) else Path(value)


class Folder(click.ParamType[Path]):
    """Reads a folder of this machine."""

    name = "path"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Gives the path; raises UsageError for the URL of an object store."""
        del ctx
        from analyzer.stores import is_store_url

        if isinstance(value, str) and is_store_url(value):
            named = param.opts[-1] if param else "It"
            raise UsageError(f"{named} must be a folder on this machine, not {value}.", hint="Copy it from there.")
        return Path(value)


def is_same(place: Place, name: str) -> bool:
    """Whether an input is what would be written."""
    return Path(name).resolve() == place.resolve() if isinstance(place, Path) else name == str(place)
