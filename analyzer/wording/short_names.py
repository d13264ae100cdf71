"""Shortens the names of inputs to what tells them apart, where a text has to be short."""

from __future__ import annotations

import dataclasses
import posixpath
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

from analyzer.model import Analysis

T = TypeVar("T")

_REST = r"([^\s`'\"#:()]+)"


def common_folder(analysis: Analysis) -> str:
    """Gives the folder that all inputs lie in, with a slash at its end; nothing where there is none."""
    names = [source.name for source in analysis.findings.sources]
    shared = posixpath.commonprefix([name.rpartition("/")[0] + "/" for name in names])
    folder = shared[: shared.rfind("/") + 1]
    return folder if folder != "/" else ""


def shortened(value: T, analysis: Analysis) -> T:
    """Gives a value in which the names of inputs begin behind the folder that all of them lie in.

    Names are those of the analysis, alone or as words in a text; all else stays.
    """
    folder = common_folder(analysis)
    if not folder:
        return value
    names = frozenset(source.name for source in analysis.findings.sources)
    pattern = re.compile(rf"(?<![\w/.-]){re.escape(folder)}{_REST}")

    def short(text: str) -> str:
        if text in names:
            return text.removeprefix(folder)
        return pattern.sub(lambda found: found[1] if found[0] in names else found[0], text)

    return cast("T", _walked(value, short))


def _walked(value: Any, short: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return short(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = [field.name for field in dataclasses.fields(value)]
        return dataclasses.replace(value, **{name: _walked(getattr(value, name), short) for name in names})
    if isinstance(value, Mapping):
        return {key: _walked(item, short) for key, item in value.items()}
    return tuple(_walked(item, short) for item in value) if isinstance(value, tuple) else value
