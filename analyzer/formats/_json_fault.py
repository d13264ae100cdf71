"""Says what is wrong with a text that should be JSON (RFC 8259), and where: line, column and the kind of fault."""

from __future__ import annotations

import re

import msgspec

from analyzer.formats._json_fault_values import Fault, first_letter, is_word, read_scalar, what_stands

_BLANK = re.compile(r"[ \t\n\r]*+")
_CLOSERS = {"{": "}", "[": "]"}
_STARTS = frozenset("{[\"'-0123456789")


def find_json_fault(text: str) -> str | None:
    """Gives the first fault as `line 3, column 5: missing comma after line 2`, null if the text is one JSON document.

    Lines end with a line feed, and columns count characters from 1, as Python's json does. What is never closed is
    placed where it was opened, and a trailing comma where it stands. No content is quoted but punctuation and words
    of programming languages. NaN and Infinity are faults (RFC 8259, 6), a byte order mark is one (8.1). One pass.
    """
    try:
        msgspec.json.decode(text)
    except (msgspec.DecodeError, ValueError, RecursionError):
        fault = _Walk(text).find()
        return f"{place_of(text, fault.position)}: {fault.what}" if fault else None
    return None


def place_of(text: str, position: int) -> str:
    """Gives `line 3, column 5`, both from 1."""
    column = position - text.rfind("\n", 0, position)
    return f"line {text.count(chr(10), 0, position) + 1}, column {column}"


class _Walk:
    """One pass: what is open, where the last comma and the end of the last value stand, what may come next.

    Each state takes the next character that is no blank ("" at the end) and gives the state that follows, or a fault.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._opened: list[int] = []
        self._comma = 0
        self._value_end = 0

    def find(self) -> Fault | None:
        if self._text.startswith("\ufeff"):
            return Fault(0, "a byte order mark stands before the document")
        states = {
            "document": self._document, "value": self._value, "item": self._item, "first_item": self._first_item,
            "key": self._key, "first_key": self._first_key, "colon": self._colon, "after": self._after,
        }  # fmt: skip
        state: str | Fault = "document"
        while isinstance(state, str) and state != "end":
            blank = _BLANK.match(self._text, self._at)
            self._at = blank.end() if blank else self._at
            state = states[state](self._text[self._at : self._at + 1])
        return state if isinstance(state, Fault) else None

    def _document(self, char: str) -> str | Fault:
        return self._any_value(char) if char else Fault(0, "the body is empty")

    def _value(self, char: str) -> str | Fault:
        if char in ("}", "]", ","):
            return Fault(self._at, f"missing value before {char}")
        return self._any_value(char) if char else self._never_closed()

    def _first_item(self, char: str) -> str | Fault:
        if char == "]":
            return self._close()
        if is_word(self._text, self._at, "object ") and self._text[self._at - 1] == "[":
            return Fault(self._at - 1, "[object ...] in place of JSON: an object was turned into text")
        return self._first(char) or self._any_value(char)

    def _item(self, char: str) -> str | Fault:
        if char == "]":
            return Fault(self._comma, "trailing comma before ]")
        return self._first(char) or self._any_value(char)

    def _first_key(self, char: str) -> str | Fault:
        return self._close() if char == "}" else self._key_text(char)

    def _key(self, char: str) -> str | Fault:
        return Fault(self._comma, "trailing comma before }") if char == "}" else self._key_text(char)

    def _key_text(self, char: str) -> str | Fault:
        if fault := self._first(char):
            return fault
        if char == '"':
            return self._scalar("colon")
        if char == "'":
            return Fault(self._at, "key in single quotes; JSON takes double quotes")
        if first_letter(char) or char in "-0123456789":
            return Fault(self._at, "key without quotes")
        return Fault(self._at, what_stands(self._text, self._at))

    def _colon(self, char: str) -> str | Fault:
        if char == ":":
            self._at += 1
            return "value"
        if not char:
            return self._never_closed()
        if char in ",}":
            return Fault(self._at, f"key without a value before {char}")
        if char == "=":
            return Fault(self._at, "= in place of a colon")
        if char in _STARTS or first_letter(char):
            return Fault(self._at, f"missing colon{self._after_line()}")
        return Fault(self._at, what_stands(self._text, self._at))

    def _after(self, char: str) -> str | Fault:
        if not self._opened:
            return self._behind(char) if char else "end"
        opener = self._text[self._opened[-1]]
        if char == _CLOSERS[opener]:
            return self._close()
        if char == ",":
            self._comma = self._at
            self._at += 1
            return "key" if opener == "{" else "item"
        return self._no_comma(char)

    def _no_comma(self, char: str) -> Fault:
        """Names what stands behind a value where a comma or a closing bracket should."""
        if not char:
            return self._never_closed()
        if char in "}]":
            return self._wrong_bracket(char)
        if self._cuts_string(char):
            return self._open_quote()
        if char in _STARTS or first_letter(char):
            return Fault(self._at, f"missing comma{self._after_line()}")
        return Fault(self._at, what_stands(self._text, self._at))

    def _behind(self, char: str) -> Fault:
        """Names what stands behind a whole document."""
        if char in "]}":
            return Fault(self._at, f"{char} closes nothing: no bracket is open")
        if self._cuts_string(char):
            return self._open_quote()
        if char in "{[":
            return Fault(self._at, "a second document begins here")
        return Fault(self._at, "text after the end of the document")

    def _any_value(self, char: str) -> str | Fault:
        if char not in ("{", "["):
            return self._scalar("after")
        self._opened.append(self._at)
        self._at += 1
        return "first_key" if char == "{" else "first_item"

    def _scalar(self, following: str) -> str | Fault:
        end = read_scalar(self._text, self._at)
        if isinstance(end, Fault):
            return end
        self._at = self._value_end = end
        return following

    def _close(self) -> str:
        self._opened.pop()
        self._at += 1
        self._value_end = self._at
        return "after"

    def _first(self, char: str) -> Fault | None:
        """Names what is wrong where an item or key should begin, and is not at all."""
        if not char:
            return self._never_closed()
        if char == ",":
            behind_comma = self._text[self._comma] == "," and not self._text[self._comma + 1 : self._at].strip(
                " \t\n\r"
            )
            return Fault(self._at, "two commas in a row" if behind_comma else "comma before the first value")
        return self._wrong_bracket(char) if char in "}]" else None

    def _wrong_bracket(self, char: str) -> Fault:
        place = place_of(self._text, self._opened[-1])
        return Fault(self._at, f"{char} while the {self._text[self._opened[-1]]} of {place} is still open")

    def _never_closed(self) -> Fault:
        return Fault(self._opened[-1], f"the {self._text[self._opened[-1]]} that opens here is never closed")

    def _cuts_string(self, char: str) -> bool:
        """Whether a word follows a closing quote at once: `"say "hi" to"`."""
        adjacent = self._at == self._value_end and self._text[self._at - 1] == '"'
        return adjacent and first_letter(char) and not isinstance(read_scalar(self._text, self._at), int)

    def _open_quote(self) -> Fault:
        return Fault(self._at, "text behind a closing quote: a quote in the string is not escaped, or one is missing")

    def _after_line(self) -> str:
        if self._text.find("\n", self._value_end, self._at) < 0:
            return ""
        return f" after line {self._text.count(chr(10), 0, self._value_end) + 1}"
