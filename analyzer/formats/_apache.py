"""The directives of Apache's LogFormat: what each one means, and how its value looks.

https://httpd.apache.org/docs/2.4/mod/mod_log_config.html#formats, mod_logio for %I %O %S.
"""

from __future__ import annotations

import re
from typing import Literal

from analyzer.formats import _headers, _strftime, _times
from analyzer.formats._directives import Field, FormatText, Text

_TIME = r"[0-9]{2}/[A-Za-z]{3}/[0-9]{4}:[0-9]{2}:[0-9]{2}:[0-9]{2} [+-][0-9]{4}"
_DIRECTIVE = re.compile(r"%!?(?:[0-9]{3}(?:,[0-9]{3})*)?[<>]?(?:\{([^}]*)\})?[<>]?(\^?[A-Za-z%]{1,2})")
# None: known, but not kept.
_PLAIN: dict[str, str | None] = {
    "a": "client_ip",
    "h": "client_ip",
    "A": "server_ip",
    "B": "response_bytes",
    "b": "response_bytes",
    "D": "duration_us",
    "f": None,
    "H": "protocol",
    "k": None,
    "l": None,
    "L": "error_log_id",
    "m": "method",
    "p": None,
    "P": None,
    "q": "query",
    "r": "request_line",
    "R": None,
    "s": "status",
    "T": "duration_s",
    "u": "user",
    "U": "path",
    "v": "server_name",
    "V": "server_name",
    "X": None,
    "I": "request_bytes",
    "O": "bytes_sent",
    "S": None,
    "^FB": None,
}
_NAMED: dict[str, str | None] = {
    "a": "client_ip_other", "h": "client_ip_other", "C": None, "e": None, "n": None, "x": None, "p": None, "P": None,
    "^ti": None, "^to": None,
}  # fmt: skip
_UNITS = {"us": "duration_us", "ms": "duration_ms", "s": "duration_s"}
# A client is never a lone dash: so a virtual host in front is not taken for the client's name.
_CLIENT = r"[0-9A-Za-z:\[_][0-9A-Za-z:.\[\]_%-]*"
_SHAPES = {
    "h": _CLIENT,
    "a": _CLIENT,
    "l": "[^ ]*",
    "U": '[^? "]*',
    "q": r'(?:\?[^ "]*)?',
    "X": "[X+-]",
    "p": "[0-9]+|-",
    "P": "[0-9]+|-",
    "k": "[0-9]+|-",
}
_FRACTIONS = {"msec_frac": "[0-9]{3}", "usec_frac": "[0-9]{6}"}
_EPOCHS = ("sec", "msec", "usec")


def fields(format_text: FormatText) -> list[Text | Field]:
    """Splits a format text into what stands still and its directives.

    Raises FormatError for a directive that Apache's documentation does not know.
    """
    text = format_text.text
    found: list[Text | Field] = []
    at = 0
    while (percent := text.find("%", at)) >= 0:
        if percent > at:
            found.append(Text(text[at:percent]))
        made, at = _directive(format_text, percent)
        found += made
    if at < len(text):
        found.append(Text(text[at:]))
    return found


def _directive(format_text: FormatText, at: int) -> tuple[list[Text | Field], int]:
    match = _DIRECTIVE.match(format_text.text, at)
    if match is None:
        hint = "Write %% for a percent sign; directives look like %h, %>s or %{Referer}i."
        raise format_text.error(at, "A % without a directive.", hint)
    argument, letters = match.groups()
    letter = letters if letters[0] == "^" else letters[0]
    end = match.start(2) + len(letter)
    written = format_text.text[at:end]
    if letter == "%" and argument is None:
        return [Text("%")], end
    if letter == "t":
        return _time(format_text, written, argument, at), end
    if argument is None and letter in _PLAIN:
        original = letter == "s" and ">" not in written
        return [Field(written, "status_original" if original else _PLAIN[letter], at, _SHAPES.get(letter))], end
    if argument is not None and (letter in _NAMED or letter in "ioTc"):
        return [Field(written, _named(format_text, letter, argument, at), at, _SHAPES.get(letter))], end
    raise format_text.error(at, f"{written} is no directive of LogFormat.", "See the documentation of mod_log_config.")


def _named(format_text: FormatText, letter: str, argument: str, at: int) -> str | None:
    if letter == "T":
        if argument not in _UNITS:
            raise format_text.error(at, f"%{{{argument}}}T has an unknown unit.", "It is s, ms or us.")
        return _UNITS[argument]
    if letter == "i":
        found = _headers.REQUEST.get(argument.lower())
        return "request_id_header" if found == "request_id" else found
    if letter == "o":
        found = _headers.RESPONSE.get(argument.lower())
        return "request_id_header" if found == "request_id" else found
    if letter == "e" and argument == "UNIQUE_ID":  # mod_unique_id
        return "request_id"
    return _NAMED.get(letter)


def _time(format_text: FormatText, written: str, argument: str | None, at: int) -> list[Text | Field]:
    if argument is None:
        return [Text("["), Field(written, "time", at, _TIME, _times.CLF, "start"), Text("]")]
    marks: Literal["start", "end"] = "end" if argument.startswith("end:") else "start"
    form = argument.removeprefix("begin:").removeprefix("end:")
    if form in _FRACTIONS:
        return [Field(written, "time", at, _FRACTIONS[form], form, marks)]
    if form in _EPOCHS:
        return [Field(written, "time", at, "[0-9]+", form, marks)]
    try:
        shape, clock = _strftime.translate(form)
    except ValueError as problem:
        hint = "Use %d %b %Y %m %y %H %M %S %T %F %z and the like, sec, msec, usec, msec_frac or usec_frac."
        raise format_text.error(at, f"{written}: {problem}.", hint) from problem
    return [Field(written, "time", at, shape, clock, marks)]
