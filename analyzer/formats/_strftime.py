"""Translates C's strftime forms to a pattern for the written time and a form that Polars reads."""

from __future__ import annotations

import polars as pl

# letter: (pattern, Polars form); a form of "" is written but tells nothing that the other parts do not.
_LETTERS: dict[str, tuple[str, str]] = {
    "d": ("[0-9]{2}", "%d"),
    "e": ("[ 0-9][0-9]", "%e"),
    "m": ("[0-9]{2}", "%m"),
    "b": ("[A-Za-z]{3}", "%b"),
    "h": ("[A-Za-z]{3}", "%b"),
    "B": ("[A-Za-z]+", "%B"),
    "Y": ("[0-9]{4}", "%Y"),
    "y": ("[0-9]{2}", "%y"),
    "j": ("[0-9]{3}", "%j"),
    "H": ("[0-9]{2}", "%H"),
    "I": ("[0-9]{2}", "%I"),
    "p": ("[AaPp][Mm]", "%p"),
    "M": ("[0-9]{2}", "%M"),
    "S": ("[0-9]{2}", "%S"),
    "a": ("[A-Za-z]{3}", "%a"),
    "A": ("[A-Za-z]+", "%A"),
    "z": ("[+-][0-9]{4}", "%z"),
    "%": ("%", "%%"),
    "n": ("\n", "\n"),
    "t": ("\t", "\t"),
}
_SHORT = {"T": "%H:%M:%S", "D": "%m/%d/%y", "F": "%Y-%m-%d", "R": "%H:%M", "r": "%I:%M:%S %p"}


def translate(form: str) -> tuple[str, str]:
    """Gives pattern and Polars form; raises ValueError naming the letter that cannot be read back."""
    if form == "%s":
        return "[0-9]+", "sec"
    for letter, long in _SHORT.items():
        form = form.replace(f"%{letter}", long)
    pattern, clock, at = "", "", 0
    while at < len(form):
        if form[at] != "%":
            pattern += pl.escape_regex(form[at])
            clock += form[at]
            at += 1
            continue
        letter = form[at + 1 : at + 2]
        if letter not in _LETTERS:
            raise ValueError(f"%{letter} cannot be read back")
        shape, part = _LETTERS[letter]
        pattern, clock, at = pattern + shape, clock + part, at + 2
    return pattern, clock
