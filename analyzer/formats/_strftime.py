"""Translates C's strftime forms to a pattern for the written time and a form that Polars reads.

https://pubs.opengroup.org/onlinepubs/9699919799/functions/strftime.html, and glibc's %k %l %P %s.
"""

from __future__ import annotations

import polars as pl

# letter: (pattern, Polars form).
_LETTERS: dict[str, tuple[str, str]] = {
    "d": ("[0-9]{2}", "%d"),
    "e": ("[ 0-9][0-9]", "%e"),
    "m": ("[0-9]{2}", "%m"),
    "b": ("[A-Za-z]{3}", "%b"),
    "h": ("[A-Za-z]{3}", "%b"),
    "B": ("[A-Za-z]+", "%B"),
    "Y": ("[0-9]{4}", "%Y"),
    "y": ("[0-9]{2}", "%y"),
    "C": ("[0-9]{2}", "%C"),
    "G": ("[0-9]{4}", "%G"),
    "g": ("[0-9]{2}", "%g"),
    "j": ("[0-9]{3}", "%j"),
    "U": ("[0-9]{2}", "%U"),
    "V": ("[0-9]{2}", "%V"),
    "W": ("[0-9]{2}", "%W"),
    "H": ("[0-9]{2}", "%H"),
    "k": ("[ 0-9][0-9]", "%k"),
    "I": ("[0-9]{2}", "%I"),
    "l": ("[ 0-9][0-9]", "%l"),
    "p": ("[AaPp][Mm]", "%p"),
    "P": ("[AaPp][Mm]", "%P"),
    "M": ("[0-9]{2}", "%M"),
    "S": ("[0-9]{2}", "%S"),
    "a": ("[A-Za-z]{3}", "%a"),
    "A": ("[A-Za-z]+", "%A"),
    "u": ("[0-9]", "%u"),
    "w": ("[0-9]", "%w"),
    "z": ("[+-][0-9]{4}", "%z"),
    "Z": ("[A-Za-z0-9+-]+", "%Z"),
    "%": ("%", "%%"),
    "n": ("\n", "\n"),
    "t": ("\t", "\t"),
}
# In the C locale, which Apache and nginx keep.
_SHORT = {
    "c": "%a %b %e %H:%M:%S %Y",
    "D": "%m/%d/%y",
    "F": "%Y-%m-%d",
    "R": "%H:%M",
    "r": "%I:%M:%S %p",
    "T": "%H:%M:%S",
    "x": "%m/%d/%y",
    "X": "%H:%M:%S",
}


def translate(form: str) -> tuple[str, str]:
    """Gives pattern and Polars form; raises ValueError naming the letter that cannot be read back."""
    if form == "%s":
        return "[0-9]+", "sec"
    pattern, clock = _parts(form)
    if "%" not in clock.replace("%%", ""):
        raise ValueError("it names no part of a time")
    return pattern, clock


def _parts(form: str) -> tuple[str, str]:
    pattern, clock, at = "", "", 0
    while at < len(form):
        if form[at] != "%":
            pattern += pl.escape_regex(form[at])
            clock += form[at]
            at += 1
            continue
        modified = form[at + 1 : at + 2] in {"E", "O"}  # other digits, which the C locale does not have
        letter = form[at + 1 + modified : at + 2 + modified]
        if letter in _SHORT:
            shape, part = _parts(_SHORT[letter])
        elif letter in _LETTERS:
            shape, part = _LETTERS[letter]
        else:
            raise ValueError(f"%{letter} cannot be read back")
        pattern, clock, at = pattern + shape, clock + part, at + 2 + modified
    return pattern, clock
