"""Faults of JSON: the place by a hand count, the kind in words, and a fault exactly where Python's json refuses."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.formats._json_fault import find_json_fault


def refusal(text: str) -> json.JSONDecodeError | ValueError | None:
    """What Python's json says of the text as RFC 8259 means it: without NaN and Infinity, and digits without end."""

    def refuse(constant: str) -> None:
        raise ValueError(constant)

    try:
        json.loads(text, parse_constant=refuse, parse_int=str)
    except RecursionError:
        return None
    except ValueError as error:
        return error
    return None


# (text, line, column, what), the places counted by hand.
FAULTS = [
    ('{\n  "a": 1,\n  "b": 2\n  "c": 3\n}', 4, 3, "missing comma after line 3"),
    ('{"a": 1 "b": 2}', 1, 9, "missing comma"),
    ("[1 2]", 1, 4, "missing comma"),
    ('["a"\n\n"b"]', 3, 1, "missing comma after line 1"),
    ('["a"true]', 1, 5, "missing comma"),
    ("[1, 2, ]", 1, 6, "trailing comma before ]"),
    ('{"a": 1,\n}', 1, 8, "trailing comma before }"),
    ("[1,,2]", 1, 4, "two commas in a row"),
    ("[,1]", 1, 2, "comma before the first value"),
    ('{"a" 1}', 1, 6, "missing colon"),
    ('{"a"\n1}', 2, 1, "missing colon after line 1"),
    ('{"a" = 1}', 1, 6, "= in place of a colon"),
    ('{"a": }', 1, 7, "missing value before }"),
    ('{"a", "b"}', 1, 5, "key without a value before ,"),
    ("{a: 1}", 1, 2, "key without quotes"),
    ("{1: 2}", 1, 2, "key without quotes"),
    ("{'a': 1}", 1, 2, "key in single quotes; JSON takes double quotes"),
    ("{\"a\": 'b'}", 1, 7, "single quotes; JSON takes double quotes"),
    ('{"a": \u201cb\u201d}', 1, 7, "another quotation mark than the double quote of JSON"),
    ('{"a": [1, 2', 1, 7, "the [ that opens here is never closed"),
    ('{"a": 1', 1, 1, "the { that opens here is never closed"),
    ('{\n "a": "b}', 2, 7, "the string that opens here is never closed"),
    ('{"a": "b\n"}', 1, 7, "the string that opens here has no closing quote on its line"),
    ('{"a": "b\\', 1, 7, "the string that opens here is never closed"),
    ('{"a": [1}', 1, 9, "} while the [ of line 1, column 7 is still open"),
    ('{"a": 1]', 1, 8, "] while the { of line 1, column 1 is still open"),
    ('{"a": 1}}', 1, 9, "} closes nothing: no bracket is open"),
    ('// x\n{"a": 1}', 1, 1, "comment, which JSON has not"),
    ('{"a": 1 /* x */}', 1, 9, "comment, which JSON has not"),
    ("[NaN]", 1, 2, "NaN, which JSON has not"),
    ("[-Infinity]", 1, 2, "Infinity or NaN, which JSON has not"),
    ("[undefined]", 1, 2, "undefined in place of null"),
    ("[None]", 1, 2, "None in place of null"),
    ("[1, True]", 1, 5, "True in place of true"),
    ("[word]", 1, 2, "text without quotes"),
    ('["a\tb"]', 1, 4, "tab in a string, which must be escaped"),
    ('["a\x01b"]', 1, 4, "control character in a string, which must be escaped"),
    (r'["C:\dir"]', 1, 5, "escape that JSON has not"),
    (r'["a\u12"]', 1, 4, r"\u without four hexadecimal digits"),
    ('{"a": "say "hi" to"}', 1, 13,
     "text behind a closing quote: a quote in the string is not escaped, or one is missing"),
    ('{"a": 1} b', 1, 10, "text after the end of the document"),
    ('{"a": 1}\n{"a": 2}', 2, 1, "a second document begins here"),
    ("", 1, 1, "the body is empty"),
    (" \n ", 1, 1, "the body is empty"),
    ('\ufeff{"a": 1}', 1, 1, "a byte order mark stands before the document"),
    ("[01]", 1, 2, "leading zero in a number"),
    ("[+1]", 1, 2, "+ before a number"),
    ("[.5]", 1, 2, "no digit before the point of a number"),
    ("[1.]", 1, 2, "no digit after the point of a number"),
    ("[1e]", 1, 2, "exponent without digits"),
    ("[0x1F]", 1, 2, "hexadecimal number"),
    ("[0b1]", 1, 2, "octal or binary number"),
    ("[1_000]", 1, 2, "underscore in a number"),
    ("[-]", 1, 2, "minus sign without a number"),
    ("[2026-03-02]", 1, 2, "a number with other characters in it, or text without quotes"),
    ("[object Object]", 1, 1, "[object ...] in place of JSON: an object was turned into text"),
    ('{"a":\u00a01}', 1, 6, "a space that is none in JSON (U+00A0)"),
    ('{"a": 1;}', 1, 8, "; does not belong here"),
    ("[\u00e9]", 1, 2, "a character that does not belong here"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "column", "what"), FAULTS)
def test_the_fault_is_told_with_its_place(text: str, line: int, column: int, what: str):
    """Line, column and kind are those that were counted, and Python's json refuses the text as well."""
    assert find_json_fault(text) == f"line {line}, column {column}: {what}"
    assert refusal(text) is not None


# What is told where it was opened, or where its comma or number begins; Python names the character after it.
ELSEWHERE = (
    "never closed",
    "no closing quote",
    "trailing comma",
    "number",
    "exponent",
    "[object",
    "body is empty",
    r"\u without",
)


@pytest.mark.parametrize(("text", "line", "column", "what"), FAULTS)
def test_python_names_the_same_place(text: str, line: int, column: int, what: str):
    """Python's json stops at the same character, but where the fault is better told by where it began."""
    error = refusal(text)
    if isinstance(error, json.JSONDecodeError) and not any(word in what for word in ELSEWHERE):
        assert (error.lineno, error.colno) == (line, column)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=20,
)
PIECES = st.sampled_from(
    [*"{}[]\",:\\ \n\t01-+.eE'/#", '"a"', "true", "null", "1.5", "\\u0041", "NaN", "\\ud800", "\ud800", "é", "\u2028"]
)


@given(VALUES, st.sampled_from([None, 0, 2]), st.booleans())
def test_valid_json_has_no_fault(value: Any, indent: int | None, ascii_only: bool):
    """Whatever json.dumps writes is one JSON document."""
    assert find_json_fault(json.dumps(value, indent=indent, ensure_ascii=ascii_only)) is None


@given(st.lists(PIECES, max_size=14).map("".join) | st.text(max_size=20))
def test_a_fault_is_told_exactly_where_python_refuses(text: str):
    """No exception whatever stands there, and a fault if and only if the text is not JSON."""
    assert (find_json_fault(text) is None) == (refusal(text) is None)


@given(VALUES, st.data())
def test_a_deleted_comma_is_told_as_missing_at_its_place(value: Any, data: st.DataObject):
    """Of pretty-printed JSON one comma that parts values is deleted: it is missing at the next token."""
    lines = json.dumps([value, value], indent=1).split("\n")
    number = data.draw(st.sampled_from([index for index, line in enumerate(lines) if line.endswith(",")]))
    lines[number] = lines[number][:-1]
    column = len(lines[number + 1]) - len(lines[number + 1].lstrip(" ")) + 1
    expected = f"line {number + 2}, column {column}: missing comma after line {number + 1}"
    assert find_json_fault("\n".join(lines)) == expected


@given(st.text(alphabet="ABC", min_size=6, max_size=12), st.lists(PIECES, max_size=6).map("".join))
def test_content_is_never_quoted(secret: str, noise: str):
    """A secret in key, value or bare text of a broken body is not in the sentence."""
    secret = f"s3cr3t{secret}"
    for text in (
        f'{{"{secret}": {noise} "{secret}"',
        f"{{{secret}: 1}}",
        f"[{secret}]",
        f"{secret}{noise}",
        f"['{secret}'",
    ):
        assert secret not in (find_json_fault(text) or "")


@pytest.mark.parametrize(
    "text",
    [
        "[" * 1_000_000,
        '{"a":' * 200_000,
        '"' + "\\u0041" * 150_000,
        "[" + "1," * 500_000,
        " " * 1_000_000,
        "[1" + "\n" * 999_000,
        '["' + "a" * 990_000 + "\n",
        "[" + "-" * 1_000_000,
        '{"a": 1}' + " " * 990_000 + "x",
    ],
    ids=["lists", "objects", "escapes", "commas", "blanks", "lines", "string", "number", "tail"],
)
def test_a_megabyte_takes_linear_time(text: str):
    """The worst texts of a megabyte are judged without recursion; in quadratic time this would take hours."""
    assert find_json_fault(text)
