"""What each template may read, told from the dataclasses of the views and from the templates themselves."""

from __future__ import annotations

import re
import types
import typing
from dataclasses import dataclass, fields, is_dataclass
from importlib import import_module
from pkgutil import walk_packages
from typing import Any

import analyzer.report as package
from analyzer.report.render import macros_of, names_from_outside
from analyzer.report.sections._section import ordered
from analyzer.report.templates import shipped

_SUFFIX = ".html.j2"
_WORDS = {str: "text", int: "whole number", bool: "yes or no", object: "view of a template", type(None): "nothing"}


@dataclass(frozen=True, slots=True)
class FieldTold:
    """One field of a view: its name, what it holds, and what that means; empty where the view says so as a whole."""

    name: str
    kind: str
    meaning: str


@dataclass(frozen=True, slots=True)
class ViewTold:
    """A view: its name, what it is, its fields."""

    name: str
    says: str
    fields: tuple[FieldTold, ...]


@dataclass(frozen=True, slots=True)
class TemplateTold:
    """A template: the name that it reads and the view behind it, both empty if it reads none; its macros."""

    name: str
    reads: str
    view: str
    macros: tuple[str, ...]


def templates() -> tuple[TemplateTold, ...]:
    """Gives every shipped template and style, by name."""
    return tuple(_template(name) for name in shipped())


def views() -> tuple[ViewTold, ...]:
    """Gives every view, by name: those that a template reads, and those within them."""
    return tuple(_view(item) for _, item in sorted(_views().items()))


def _template(name: str) -> TemplateTold:
    if not name.endswith(_SUFFIX):
        return TemplateTold(name, "", "", ())
    outside = names_from_outside(name)
    reads = next((found for found in sorted(outside) if found != "title_id"), "")
    return TemplateTold(name, reads, _view_of(name) if reads else "", macros_of(name))


def _view_of(name: str) -> str:
    """Gives the view of a template: what its section promises, else the one that is called like it."""
    folder, _, stem = name.removesuffix(_SUFFIX).rpartition("/")
    if folder == "sections":
        promised = typing.get_type_hints(ordered()[stem].build, localns=_views())["return"]
        kinds: tuple[Any, ...] = typing.get_args(promised) or (promised,)
        return next(view for view, item in _views().items() if item in kinds)
    called = stem.title().replace("_", "")
    if folder == "charts":
        return f"{called}Chart"
    names = (f"{folder.title()}{called}View", f"{called}View", called.removesuffix("s"))
    found = next(view for view in names if view in _views())
    return f"list of {found}" if found == called.removesuffix("s") else found


def _views() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for module in walk_packages(package.__path__, f"{package.__name__}."):
        if re.search(r"\.view(\.|$)", module.name):
            items = vars(import_module(module.name)).values()
            found |= {item.__name__: item for item in items if isinstance(item, type) and is_dataclass(item)}
    return found


def _view(item: Any) -> ViewTold:
    hints = typing.get_type_hints(item, localns=_views())
    says = " ".join((item.__doc__ or "").split())
    names = [field.name for field in fields(item)]
    begin, meanings = _meanings(says, names)
    told = tuple(FieldTold(name, _kind(hints[name]), meanings[name]) for name in names)
    return ViewTold(item.__name__, begin, told)


def _meanings(says: str, names: list[str]) -> tuple[str, dict[str, str]]:
    """Takes a docstring apart: how it begins, and what stands behind each `name:` or `name, name:`."""
    name = "|".join(names)
    heads = list(re.finditer(rf"(?:^|(?<= ))((?:(?:{name}), )*(?:{name})): ", says))
    if not heads:
        return says, dict.fromkeys(names, "")
    ends = [head.start() for head in heads[1:]] + [len(says)]
    found = dict.fromkeys(names, "")
    for head, end in zip(heads, ends, strict=True):
        parts = re.split(r"(?<=[;.]) ", says[head.end() : end].strip())
        meaning = " ".join(part for part in parts if part.rstrip(";.") not in names).rstrip(";. ")
        found |= dict.fromkeys(head[1].split(", "), meaning)
    return says[: heads[0].start()].rstrip(" :"), found


def _kind(hint: Any) -> str:
    if hint in _WORDS:
        return _WORDS[hint]
    origin, inside = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return " or ".join(_kind(item) for item in inside)
    if origin is tuple:
        return f"list of {_kind(inside[0])}"
    if origin is not None:
        return f"{origin.__name__} of {_kind(inside[0])}"
    return str(getattr(hint, "__name__", hint))
