"""Reads YAML documents, and keeps the place of every key and value, and writes small ones; the only door to PyYAML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from analyzer.errors import DocumentError, Location

MAX_BYTES = 1_000_000
MAX_DEPTH = 20
_READ = "Check the path, and whether it may be read."
_UTF8 = "Save the file as UTF-8."
_QUOTE = "Quote the text if it begins with one of * & % @ `."
_SHAPE = "Look at the indentation, the brackets and the quotes before this place."

Key = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML document: value holds plain Python, places maps a path of keys and indexes to line and column.

    dates are the paths of unquoted dates, whose values are text as it was written; written gives numbers and the like
    as they were written, for a reader who takes 0123 for a name.
    """

    path: str
    value: Any
    places: dict[Key, tuple[int, int]] = field(repr=False)
    dates: set[Key] = field(default_factory=set, repr=False)
    written: dict[Key, str] = field(default_factory=dict, repr=False)

    def where(self, *keys: str | int) -> Location:
        """Gives the place of the value under these keys, or of the nearest parent that has one."""
        for length in range(len(keys), -1, -1):
            if keys[:length] in self.places:
                return Location(self.path, *self.places[keys[:length]])
        return Location(self.path)


def read(path: Path, shown_as: str | None = None) -> tuple[Document, ...]:
    """Reads all documents of a file; raises DocumentError with a place for anything that is not plain YAML."""
    name = shown_as or str(path)
    return decode(bytes_of(path, name), name)


def bytes_of(path: Path, name: str) -> bytes:
    """Gives the bytes of a file, which may be a pipe; raises DocumentError for more than MAX_BYTES."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise DocumentError(f"cannot be read: {error.strerror}.", location=Location(name), hint=_READ) from error
    if len(data) > MAX_BYTES:
        raise DocumentError(f"is larger than {MAX_BYTES:,} bytes.", location=Location(name), hint="Split the file.")
    return data


def decode(data: bytes, name: str) -> tuple[Document, ...]:
    """Parses the documents in the bytes of a file; raises DocumentError as parse does, and if they are not UTF-8."""
    try:
        return parse(data.decode("utf-8-sig"), name)
    except UnicodeDecodeError as error:
        raise DocumentError(f"is not UTF-8 at byte {error.start}.", location=Location(name), hint=_UTF8) from error


def parse(text: str, name: str) -> tuple[Document, ...]:
    """Parses the documents in a text; duplicate keys, anchors, aliases and custom tags are errors."""
    documents = []
    try:
        _refuse_anchors_and_depth(text, name)
        loader = yaml.CSafeLoader(text)
        try:
            while loader.check_node():
                node: Any = loader.get_node()
                noted = _Noted()
                value = _build(node, (), noted, name)
                documents.append(Document(name, value, noted.places, noted.dates, noted.written))
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Location(name, mark.line + 1, mark.column + 1) if mark else Location(name)
        hint = _QUOTE if "token" in str(error.problem) else _SHAPE
        raise DocumentError(f"is not valid YAML: {error.problem}.", location=place, hint=hint) from error
    except yaml.YAMLError as error:
        raise DocumentError(f"is not valid YAML: {error}.", location=Location(name), hint=_SHAPE) from error
    return tuple(documents)


def _refuse_anchors_and_depth(text: str, name: str) -> None:
    """Looks at the events before any node is built: the parser in C builds by recursion, and dies of deep nesting."""
    depth = 0
    event: Any
    for event in yaml.parse(text, yaml.CSafeLoader):
        place = Location(name, event.start_mark.line + 1, event.start_mark.column + 1)
        if getattr(event, "anchor", None):
            raise DocumentError("uses an anchor or alias.", location=place, hint="Write the value out.")
        if depth > MAX_DEPTH:
            raise DocumentError(f"is nested deeper than {MAX_DEPTH} levels.", location=place, hint="Use fewer levels.")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)


_SCALARS = yaml.SafeLoader("")


@dataclass(frozen=True, slots=True)
class _Noted:
    places: dict[Key, tuple[int, int]] = field(default_factory=dict)
    dates: set[Key] = field(default_factory=set)
    written: dict[Key, str] = field(default_factory=dict)


def _build(node: Any, path: Key, noted: _Noted, name: str) -> Any:
    place = (node.start_mark.line + 1, node.start_mark.column + 1)
    noted.places.setdefault(path, place)
    _refuse_tag(node, Location(name, *place))
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, noted, name)
    if isinstance(node, yaml.SequenceNode):
        return [_build(child, (*path, index), noted, name) for index, child in enumerate(node.value)]
    if node.tag == _TEXT:
        return node.value
    if node.tag.endswith(":timestamp"):
        noted.dates.add(path)
        return node.value
    noted.written[path] = node.value
    try:
        return _SCALARS.construct_object(node, deep=True)
    except (ValueError, LookupError, OverflowError) as error:
        message = f"has a value that is no {node.tag.rpartition(':')[2]}."
        raise DocumentError(message, location=Location(name, *place), hint="Quote the text.") from error


_TEXT = "tag:yaml.org,2002:str"
_PLAIN = frozenset(f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "timestamp"))
_TAGS = {
    yaml.MappingNode: frozenset({"tag:yaml.org,2002:map"}),
    yaml.SequenceNode: frozenset({"tag:yaml.org,2002:seq"}),
}


def _refuse_tag(node: Any, place: Location) -> None:
    if node.tag not in _TAGS.get(type(node), _PLAIN):
        raise DocumentError(
            f"has the tag {node.tag}; only plain values are read.", location=place, hint="Leave the tag out."
        )


def _mapping(node: Any, path: Key, noted: _Noted, name: str) -> dict[str, Any]:
    built: dict[str, Any] = {}
    for key_node, value_node in node.value:
        place = Location(name, key_node.start_mark.line + 1, key_node.start_mark.column + 1)
        if not isinstance(key_node, yaml.ScalarNode):
            raise DocumentError("has a key that is not plain text.", location=place, hint="Quote the key.")
        _refuse_tag(key_node, place)
        key = str(key_node.value)
        if key in built:
            raise DocumentError(f"has the key {key!r} twice.", location=place, hint="Merge the two.")
        noted.places[(*path, key)] = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
        built[key] = _build(value_node, (*path, key), noted, name)
    return built


def dump(key: str, value: str | Sequence[str]) -> str:
    """Writes one key with its text, or with its list of texts, as lines of YAML that parse reads back the same."""
    shown = value if isinstance(value, str) else list(value)
    return str(yaml.dump({key: shown}, Dumper=_Dumper, allow_unicode=True, default_flow_style=False, width=100))


class _Dumper(yaml.CSafeDumper):
    """Writes texts of several lines as they are read by people."""


def _text_node(dumper: yaml.CSafeDumper, text: str) -> Any:
    lines = text.split("\n")
    plain = len(lines) > 1 and all(line.isprintable() and line == line.strip() for line in lines)
    return dumper.represent_scalar(_TEXT, text, style="|" if plain else None)


_Dumper.add_representer(str, _text_node)


@cache
def rules_folder() -> Path:
    """Gives the rules that came with the program: packaged in a wheel, else the checkout's top-level folder."""
    packaged = Path(__file__).parent / "_rules"
    return packaged if packaged.is_dir() else Path(__file__).parents[1] / "rules"
