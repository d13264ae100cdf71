"""Reads strings, numbers and literals as strictly as RFC 8259, and names what stands in their place."""

from __future__ import annotations

import re
import string
from dataclasses import dataclass

# No possessive group: Python before 3.11.5 does not take back what an alternative in it had begun (gh-106052).
_IN_STRING = re.compile(r'[^"\\\x00-\x1f]*+(?:\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})[^"\\\x00-\x1f]*+)*')
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][-+]?[0-9]++)?")
_NUMBER_LIKE = re.compile(r"[-+.0-9A-Za-z_]++")
_WORD = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*+")
_LITERALS = ("true", "false", "null")
_MEANT = {
    "None": "null", "nil": "null", "undefined": "null", "True": "true", "False": "false", "NULL": "null",
    "Null": "null", "TRUE": "true", "FALSE": "false",
}  # fmt: skip
_NUMBER_FAULTS = tuple(
    (re.compile(pattern), what)
    for pattern, what in (
        (r"\+", "+ before a number"),
        (r"-?(?:Infinity|NaN)", "Infinity or NaN, which JSON has not"),
        (r"-?0[xX]", "hexadecimal number"),
        (r"-?0[oObB]", "octal or binary number"),
        (r"-?0[0-9]", "leading zero in a number"),
        (r"-?\.", "no digit before the point of a number"),
        (r"-?[0-9]+\.(?![0-9])", "no digit after the point of a number"),
        (r"-?[0-9.]+[eE][-+]?(?![-+0-9])", "exponent without digits"),
        (r"-?[0-9.]+_", "underscore in a number"),
        (r"-(?![0-9])", "minus sign without a number"),
    )
)
_QUOTES = "\u201c\u201d\u201e\u2018\u2019\u201a\u00ab\u00bb\u2033"
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and the character at which it stands, from 0."""

    position: int
    what: str


def read_scalar(text: str, at: int) -> int | Fault:
    """Gives the end of the string, number or literal that begins here."""
    char = text[at : at + 1]
    if char == '"':
        return _read_string(text, at)
    if char in "+-.0123456789":
        return _read_number(text, at)
    if not first_letter(char):
        return Fault(at, what_stands(text, at))
    word = _word(text, at)
    return at + len(word) if word in _LITERALS else Fault(at, _what_word(word))


def first_letter(char: str) -> bool:
    """Whether a name of JavaScript may begin with the character (ASCII)."""
    return char.isascii() and (char.isalpha() or char in ("_", "$"))


def is_word(text: str, at: int, word: str) -> bool:
    """Whether the word stands here."""
    return text.startswith(word, at)


def what_stands(text: str, at: int) -> str:
    """Names what stands where JSON has nothing of the kind, without quoting content."""
    char = text[at]
    if char == "'":
        return "single quotes; JSON takes double quotes"
    if char in _QUOTES or char == "`":
        return "another quotation mark than the double quote of JSON"
    if char == "#" or text.startswith(("//", "/*"), at):
        return "comment, which JSON has not"
    if char.isspace() or char in _INVISIBLE:
        return f"a space that is none in JSON (U+{ord(char):04X})"
    if char in string.punctuation:
        return f"{char} does not belong here"
    return "a control character" if char < " " else "a character that does not belong here"


def _read_string(text: str, at: int) -> int | Fault:
    inside = _IN_STRING.match(text, at + 1)
    end = inside.end() if inside else at + 1
    char = text[end : end + 1]
    if char == '"':
        return end + 1
    if not char or (char == "\\" and end + 1 == len(text)):
        return Fault(at, "the string that opens here is never closed")
    if char in "\r\n":
        return Fault(at, "the string that opens here has no closing quote on its line")
    if char == "\\":
        digits = text[end + 1] == "u"
        return Fault(end, "\\u without four hexadecimal digits" if digits else "escape that JSON has not")
    return Fault(end, f"{'tab' if char == chr(9) else 'control character'} in a string, which must be escaped")


def _read_number(text: str, at: int) -> int | Fault:
    like = _NUMBER_LIKE.match(text, at)
    end = like.end() if like else at
    if _NUMBER.fullmatch(text, at, end):
        return end
    found = (what for pattern, what in _NUMBER_FAULTS if pattern.match(text, at, end))
    return Fault(at, next(found, "a number with other characters in it, or text without quotes"))


def _word(text: str, at: int) -> str:
    found = _WORD.match(text, at)
    return found.group() if found else ""


def _what_word(word: str) -> str:
    if word in _MEANT:
        return f"{word} in place of {_MEANT[word]}"
    return f"{word}, which JSON has not" if word in ("NaN", "Infinity") else "text without quotes"
