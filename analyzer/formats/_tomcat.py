"""The directives of Tomcat's AccessLogValve: what each one means, and how its value looks.

https://tomcat.apache.org/tomcat-10.1-doc/config/valve.html#Access_Log_Valve; times are written at the end of a request.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from analyzer.formats import _apache, _variables
from analyzer.formats._apache import Directive
from analyzer.formats._directives import Field, FormatText, Text

# https://tomcat.apache.org/migration-10.html: milliseconds up to 9, microseconds from 10 on.
NOTE = (
    "Tomcat writes %D in microseconds from version 10 on, and so it was read. "
    "Versions up to 9 write milliseconds: for those, give %{ms}T in its place."
)
_DIFFERENT: dict[str, str | None] = {"F": None, "I": None, "S": None, "s": "status"}
_UNKNOWN = frozenset("fkLOPRV^")
_SHAPES = {
    "a": f"{_apache.CLIENT}|-",
    "h": f"{_apache.CLIENT}|-",
    "F": "-?[0-9]+|-",
    "X": "[X+-]",
    "l": "[^ ]*",
    "p": "-?[0-9]+|-",
}
_ARGUMENTS = {"a": ("remote", "peer"), "p": ("local", "remote"), "T": tuple(_apache.UNITS)}
# Java's SimpleDateFormat: letter, fewest and most times that it stands: (pattern, Polars form).
_LETTERS: tuple[tuple[str, int, int, str, str], ...] = (
    ("y", 3, 9, "[0-9]{4}", "%Y"),
    ("y", 2, 2, "[0-9]{2}", "%y"),
    ("y", 1, 1, "[0-9]{4}", "%Y"),
    ("M", 4, 9, "[A-Za-z]+", "%B"),
    ("M", 3, 3, "[A-Za-z]{3}", "%b"),
    ("M", 1, 2, "[0-9]{1,2}", "%m"),
    ("d", 1, 2, "[0-9]{1,2}", "%d"),
    ("D", 1, 3, "[0-9]{1,3}", "%j"),
    ("H", 1, 2, "[0-9]{1,2}", "%H"),
    ("h", 1, 2, "[0-9]{1,2}", "%I"),
    ("m", 1, 2, "[0-9]{1,2}", "%M"),
    ("s", 1, 2, "[0-9]{1,2}", "%S"),
    ("S", 3, 3, "[0-9]{3}", "%3f"),
    ("a", 1, 9, "[AaPp][Mm]", "%p"),
    ("E", 4, 9, "[A-Za-z]+", "%A"),
    ("E", 1, 3, "[A-Za-z]{3}", "%a"),
    ("Z", 1, 9, "[+-][0-9]{4}", "%z"),
    ("X", 1, 3, "Z|[+-][0-9]{2}:?(?:[0-9]{2})?", "%#z"),
    ("z", 1, 9, "[A-Za-z0-9:+-]+", "%Z"),
)


def fields(format_text: FormatText) -> list[Text | Field]:
    """Splits a pattern into what stands still and its directives; raises FormatError for an unknown one."""
    found = _apache.scan(format_text, _pieces)
    labels = {piece.label for piece in found if isinstance(piece, Field)}
    if not {"%D", "%T"} <= labels:
        return found
    # Up to version 9, %T has a fraction that says what %D says; from 10 on it is whole, and %D in microseconds.
    return [replace(piece, slot="elapsed_s") if isinstance(piece, Field) and piece.label == "%T" else piece
            for piece in found]  # fmt: skip


def notes(pieces: Sequence[Text | Field]) -> tuple[str, ...]:
    """Tells which unit was taken where a pattern leaves it open."""
    labels = {piece.label for piece in pieces if isinstance(piece, Field)}
    return (NOTE,) if "%D" in labels and "%T" not in labels else ()


def _pieces(directive: Directive) -> list[Text | Field]:
    letter, argument = directive.letter, directive.argument
    if letter == "t":
        return _time(directive)
    shape = _SHAPES.get(letter)
    if argument is None and letter in _apache.PLAIN | _DIFFERENT and letter[0] not in _UNKNOWN:
        return [Field(directive.written, (_apache.PLAIN | _DIFFERENT)[letter], directive.at, shape)]
    if argument is not None and letter in {"i", "o", "c", "r", "s"}:
        slot = _variables.meaning(argument) if letter in "rs" else _apache.named_slot(letter, argument)
        return [Field(directive.written, None if letter == "c" else slot, directive.at)]
    if argument is not None and argument in _ARGUMENTS.get(letter, ()):
        slot = "client_ip" if argument == "remote" else _apache.named_slot(letter, argument)
        return [Field(directive.written, None if letter == "p" else slot, directive.at, shape)]
    hint = "See the documentation of the Access Log Valve."
    raise directive.text.error(directive.at, f"{directive.written} is no directive of AccessLogValve.", hint)


def _time(directive: Directive) -> list[Text | Field]:
    form, marks = _apache.moment(directive.argument, "end")
    if not form or form in _apache.FRACTIONS or form in _apache.EPOCHS:
        return _apache.time(directive, "end")
    try:
        shape, clock = _translate(form)
    except ValueError as problem:
        hint = "Use yyyy MM MMM dd HH mm ss SSS Z XXX, sec, msec or msec_frac."
        raise directive.text.error(directive.at, f"{directive.written}: {problem}.", hint) from problem
    return [Field(directive.written, "time", directive.at, shape, clock, marks)]


def _translate(form: str) -> tuple[str, str]:
    """Gives pattern and Polars form of a SimpleDateFormat; raises ValueError for a letter that cannot be read back."""
    pattern, clock, at = "", "", 0
    while at < len(form):
        if form[at].isascii() and form[at].isalpha():
            run = len(form[at:]) - len(form[at:].lstrip(form[at]))
            shape, part = _letter(form[at], run)
            pattern, clock, at = f"{pattern}(?:{shape})", clock + part, at + run
            continue
        literal, at = _literal(form, at)
        pattern += pl.escape_regex(literal)
        clock += literal.replace("%", "%%")
    if "%" not in clock:
        raise ValueError("it names no part of a time")
    return pattern, clock


def _letter(letter: str, run: int) -> tuple[str, str]:
    for known, fewest, most, shape, part in _LETTERS:
        if known == letter and fewest <= run <= most:
            return shape, part
    raise ValueError(f"{letter * min(run, 9)} cannot be read back")


def _literal(form: str, at: int) -> tuple[str, int]:
    """Gives what stands still from here: a character, or text in single quotes, two of which are one."""
    if form[at] != "'":
        return form[at], at + 1
    closing = form.find("'", at + 1)
    if closing == at + 1 or closing < 0:
        return "'", at + 1 + (closing >= 0)
    return form[at + 1 : closing], closing + 1
