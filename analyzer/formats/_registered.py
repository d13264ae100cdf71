"""The formats that were found, by name."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

from analyzer import registry
from analyzer.formats._plugin import DocumentFormat, Format, FrameFormat, Wrapper


@cache
def line_formats() -> Mapping[str, Format]:
    """Gives the formats that read lines, by name; raises ValueError if two share one."""
    return MappingProxyType({name: item for name, item in _found().items() if hasattr(item, "parse")})


@cache
def document_formats() -> Mapping[str, DocumentFormat]:
    """Gives the formats that read whole documents, by name; raises ValueError if two share one."""
    return MappingProxyType({name: item for name, item in _found().items() if hasattr(item, "parse_document")})


@cache
def frame_formats() -> Mapping[str, FrameFormat]:
    """Gives the formats that read rows back, by name; raises ValueError if two share one."""
    return MappingProxyType({name: item for name, item in _found().items() if hasattr(item, "open_frame")})


@cache
def line_wrappers() -> Mapping[str, Wrapper]:
    """Gives what can stand around a line, by name; raises ValueError if two share one."""
    return MappingProxyType(_named("analyzer.formats.wrappers", "WRAPPERS"))


@cache
def _found() -> Mapping[str, Any]:
    return _named("analyzer.formats", "FORMATS")


def _named(package: str, attribute: str) -> dict[str, Any]:
    named: dict[str, Any] = {}
    for stem, formats in registry.discover(package, attribute).items():
        for item in formats:  # type: ignore[attr-defined]
            if item.name in named:
                raise ValueError(f"{stem} exports the format {item.name}, which another module has already")
            named[item.name] = item
    return dict(sorted(named.items()))
