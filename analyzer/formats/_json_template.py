"""Compiles a log_format or LogFormat text that writes JSON: its keys get the meaning of its variables."""

from __future__ import annotations

from collections.abc import Sequence

from analyzer.formats import _aliases, _json
from analyzer.formats._directives import Field, FormatText, Text

_MARK = "\ue000"  # private use: stands for the number of a field


def build(text: FormatText, pieces: Sequence[Text | Field], *, title: str, documentation: str) -> _json.JsonFormat:
    """Gives a format that reads the records which the text writes; raises FormatError if they are no JSON."""
    fields = [piece for piece in pieces if isinstance(piece, Field)]
    template = _json.decode(_fill(pieces))
    if isinstance(template, str):
        hint = "Every variable that can be empty or text needs quotes around it, and names need them too."
        problem = template.removeprefix("not JSON: ").partition(" at column")[0]
        raise text.error(0, f"The text looks like JSON, but it is not: {problem}.", hint)
    keys: dict[str, str | None] = {}
    for key, value in _json.leaves(template):
        named = [fields[int(number)] for number in str(value).split(_MARK)[1::2]]
        if named:
            keys[_aliases.fold(key)] = _slot(named)
    marks = next((field.marks for field in fields if field.slot == "time"), None) or "end"
    return _json.JsonFormat(
        name=text.name,
        title=title,
        documentation=documentation,
        product=text.dialect,
        kind="request",
        samples=(),
        keys=keys,
        marks=marks,
        access=True,
    )


def _slot(named: list[Field]) -> str | None:
    """Gives the meaning of a value that one field makes, or that begins with a time; nothing else is certain."""
    return named[0].slot if len(named) == 1 or named[0].slot == "time" else None


def _fill(pieces: Sequence[Text | Field]) -> str:
    """Writes the record with numbered marks for its fields, quoted where the text does not."""
    written, number, quoted = "", 0, False
    for piece in pieces:
        if isinstance(piece, Text):
            written += piece.text
            quoted ^= piece.text.replace("\\\\", "").replace('\\"', "").count('"') % 2 == 1
            continue
        mark = f"{_MARK}{number}{_MARK}"
        written += mark if quoted else f'"{mark}"'
        number += 1
    return written
