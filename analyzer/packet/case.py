"""Reads and writes case.yaml: what only a person knows."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from analyzer import documents
from analyzer.documents import Document
from analyzer.errors import DocumentError
from analyzer.packet._case import Answer, Case
from analyzer.packet._item import Item, Question
from analyzer.packet._questions import questions
from analyzer.wording.zones import zone_of

__all__ = ["Case", "case_schema", "case_yaml", "check_name", "read_case"]

MOST_CHARACTERS = 10_000
MOST_TEXTS = 100
# A folder and a file are named after the case, on any system.
NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}"
_ZONE = "In which zone do the people of this case tell the time? The report shows it beside UTC."
_ZONE_HINT = "Use an IANA name such as Europe/Amsterdam, or an offset such as +02:00."
_NAME_HINT = "Use at most 80 letters, digits, dots, dashes and underscores, a letter or digit first."
_HEAD = """\
# What only a person knows of this case; `analyzer escalate --case` reads it.
# Fill in what you know and delete the # in front of the key. A list may hold one text or several.
# Leave passwords, tokens and keys out: nobody needs them to help.
"""


def read_case(path: Path, default_name: str) -> Case:
    """Reads a case file; an empty one, or one of comments only, is a case without answers.

    Raises DocumentError with the place of an unknown key, of what is no text, and of what is too long.
    """
    found = documents.read(path)
    if len(found) > 1:
        second = found[1].where()
        raise DocumentError("holds a second document.", location=second, hint="Keep one case in one file.")
    if not found or found[0].value is None:
        return Case(default_name)
    return _case(found[0], default_name)


def _case(document: Document, default_name: str) -> Case:
    if not isinstance(document.value, dict):
        hint = f"Write keys such as title: and impact:. Known keys: {', '.join(_keys())}."
        raise DocumentError("is no list of keys and answers.", location=document.where(), hint=hint)
    answers: dict[str, Answer] = {}
    for key in document.value:
        _refuse_unknown(document, key)
        answer = _answer(document, key)
        if answer is not None:
            answers[key] = answer
    name = answers.pop("name", default_name)
    zone = _zone(document, answers.pop("time_zone", None))
    try:
        return Case(check_name(str(name)), {key: answers[key] for key in questions() if key in answers}, zone)
    except DocumentError as error:
        raise DocumentError(error.message, location=document.where("name"), hint=error.hint) from error


def _zone(document: Document, answer: Answer | None) -> str | None:
    if answer is None:
        return None
    if zone_of(str(answer)) is None:
        raise DocumentError("names no zone as time_zone.", location=document.where("time_zone"), hint=_ZONE_HINT)
    return str(answer)


def check_name(name: str) -> str:
    """Gives the name of a case back; raises DocumentError for one that can name no folder."""
    if not re.fullmatch(NAME, name):
        raise DocumentError("has a name that can name no folder.", hint=_NAME_HINT)
    return name


def _keys() -> tuple[str, ...]:
    return ("name", *questions(), "time_zone")


def _refuse_unknown(document: Document, key: str) -> None:
    if key in _keys():
        return
    near = difflib.get_close_matches(key.lower(), _keys(), n=1, cutoff=0.5)
    meant = f"Did you mean {near[0]!r}? " if near else ""
    hint = f"{meant}Known keys: {', '.join(_keys())}."
    raise DocumentError(f"does not know the key {key[:80]!r}.", location=document.where(key), hint=hint)


def _answer(document: Document, key: str) -> Answer | None:
    """Gives the answer under a key; None where it is empty, but an empty list is an answer."""
    value = document.value[key]
    if value is None:
        return None
    if not isinstance(value, list):
        return _text(document, key) or None
    if key in ("name", "time_zone") or not questions()[key].many:
        raise DocumentError(f"takes one text as {key}.", location=document.where(key), hint="Take the dash away.")
    if len(value) > MOST_TEXTS:
        raise DocumentError(f"has more than {MOST_TEXTS} texts as {key}.", location=document.where(key), hint=_FEWER)
    return tuple(text for index in range(len(value)) if (text := _text(document, key, index)))


_FEWER = "Keep what matters, and attach the rest as a file."


def _text(document: Document, *keys: str | int) -> str:
    """Gives the text as it was written: an account such as 012345670123 is no number."""
    value: Any = document.value
    for key in keys:
        value = value[key]
    if isinstance(value, dict | list):
        hint = "Write text behind the key, or lines that begin with a dash."
        raise DocumentError(f"needs text as {keys[0]}.", location=document.where(*keys), hint=hint)
    text = "" if value is None else document.written.get(keys, str(value))
    if len(text) > MOST_CHARACTERS:
        message = f"has more than {MOST_CHARACTERS:,} characters as {keys[0]}."
        raise DocumentError(message, location=document.where(*keys), hint=_FEWER)
    return text.strip()


def case_yaml(case: Case, items: Iterable[Item] | None = None) -> bytes:
    """Writes a case file that read_case reads back the same; what the items leave open stands in it as a comment.

    Without items, every question that has no answer does.
    """
    wanted = set(questions()) if items is None else {question.key for item in items for question in item.open}
    blocks = [_HEAD, documents.dump("name", case.name)]
    if case.zone:
        blocks.append(documents.dump("time_zone", case.zone))
    for key, question in questions().items():
        if key in case.answers:
            blocks.append(documents.dump(key, case.answers[key]))
        elif key in wanted:
            blocks.append("\n".join(_commented(question)) + "\n")
    return "\n".join(blocks).encode()


def _commented(question: Question) -> Iterator[str]:
    yield f"# {question.text}"
    example = documents.dump(question.key, [question.example] if question.many else question.example)
    yield from (f"# {line}" for line in example.splitlines())


def case_schema() -> dict[str, Any]:
    """Gives the JSON Schema (2020-12) of case.yaml; case.schema.json in this package is its file."""
    one: dict[str, Any] = {"type": ["string", "number", "boolean", "null"], "maxLength": MOST_CHARACTERS}
    several = {"oneOf": [one, {"type": "array", "items": one, "maxItems": MOST_TEXTS}]}
    properties: dict[str, Any] = {"name": {"type": "string", "pattern": f"^{NAME}$"}}
    properties["time_zone"] = {"type": ["string", "null"], "description": _ZONE, "examples": ["Europe/Amsterdam"]}
    for key, question in questions().items():
        properties[key] = {**(several if question.many else one), "description": question.text,
                           "examples": [[question.example] if question.many else question.example]}  # fmt: skip
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "What only a person knows of a case",
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
    }
