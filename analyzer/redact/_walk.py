"""Walks every string of a frozen value or of a JSON document."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any


def strings_of(value: Any) -> Iterator[str]:
    """Yields every string leaf and every mapping key of dataclasses, tuples, lists and mappings."""
    if isinstance(value, str):
        yield value
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from strings_of(getattr(value, field.name))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from strings_of(key)
            yield from strings_of(item)
    elif isinstance(value, tuple | list):
        for item in value:
            yield from strings_of(item)


def replace_strings(value: Any, table: Mapping[str, str]) -> Any:
    """Gives the same value with every string looked up in the table; strings that it lacks stay."""
    if isinstance(value, str):
        return table.get(value, value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        changes = {
            field.name: replace_strings(getattr(value, field.name), table) for field in dataclasses.fields(value)
        }
        return dataclasses.replace(value, **changes)
    if isinstance(value, Mapping):
        return {replace_strings(key, table): replace_strings(item, table) for key, item in value.items()}
    if isinstance(value, tuple):
        return tuple(replace_strings(item, table) for item in value)
    return [replace_strings(item, table) for item in value] if isinstance(value, list) else value
