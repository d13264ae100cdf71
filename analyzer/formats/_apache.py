"""The directives of Apache's LogFormat, which lighttpd shares: what each one means, and how its value looks.

https://httpd.apache.org/docs/2.4/mod/mod_log_config.html#formats, mod_logio for %I %O %S %^FB, mod_ssl for %{}x %{}c;
https://redmine.lighttpd.net/projects/lighttpd/wiki/Mod_accesslog.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from analyzer.formats import _strftime, _times, _variables
from analyzer.formats._directives import Field, FormatText, Text

TIME = r"[0-9]{2}/[A-Za-z]{3}/[0-9]{4}:[0-9]{2}:[0-9]{2}:[0-9]{2} [+-][0-9]{4}"
BRACKETED = rf"\[{TIME}\]"
# A client is never a lone dash: so a virtual host in front is not taken for the client's name.
CLIENT = r"[0-9A-Za-z:\[_][0-9A-Za-z:.\[\]_%-]*"
NUMBER = "[0-9]+|-"
_DIRECTIVE = re.compile(r"%((?:[!<>,]|[0-9]{3}|\{[^}]*\})*)(\^[A-Za-z]{2}|[A-Za-z%])")
_ARGUMENT = re.compile(r"\{([^}]*)\}")
_MODULE_SSL = {"version": "tls_version", "cipher": "tls_cipher"}
# None: known, but not kept.
PLAIN: dict[str, str | None] = {
    "a": "client_ip",
    "h": "client_ip",
    "A": "server_ip",
    "B": "response_bytes",
    "b": "response_bytes",
    "D": "duration_us",
    "f": None,
    "H": "protocol",
    "k": "keepalives",
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
SHAPES = {
    "h": CLIENT,
    "a": CLIENT,
    "l": "[^ ]*",
    "X": "[X+-]",
    "p": NUMBER,
    "P": "[0-9a-f]+|-",
    "k": NUMBER,
    "S": NUMBER,
}
# The arguments that a directive can have, where they are few.
_ARGUMENTS: dict[str, tuple[str, ...]] = {
    "a": ("c",),
    "h": ("c",),
    "p": ("canonical", "local", "remote"),
    "P": ("pid", "tid", "hextid"),
    "T": ("s", "ms", "us"),
    "L": ("c",),
    "c": ("version", "cipher", "subjectdn", "issuerdn", "errcode", "errstr"),
}
UNITS = {"ns": "duration_ns", "us": "duration_us", "ms": "duration_ms", "s": "duration_s", "fracsec": "duration_s"}
FRACTIONS = {"msec_frac": "[0-9]{3}", "usec_frac": "[0-9]{6}"}
EPOCHS = ("sec", "msec", "usec")
_DOCUMENTED = "See the documentation of mod_log_config."


@dataclass(frozen=True, slots=True)
class Directive:
    """One directive of a format text; conditional is one that writes a dash for some status codes."""

    text: FormatText
    at: int
    written: str
    argument: str | None
    letter: str
    final: bool
    conditional: bool


def fields(format_text: FormatText) -> list[Text | Field]:
    """Splits a format text into what stands still and its directives.

    Raises FormatError for a directive that Apache's documentation does not know.
    """
    return scan(format_text, _pieces)


def scan(format_text: FormatText, pieces: Callable[[Directive], list[Text | Field]]) -> list[Text | Field]:
    """Splits a format text of any server that writes directives like Apache's."""
    text = format_text.text
    found: list[Text | Field] = []
    at = 0
    while (percent := text.find("%", at)) >= 0:
        if percent > at:
            found.append(Text(text[at:percent]))
        match = _DIRECTIVE.match(text, percent)
        if match is None:
            hint = "Write %% for a percent sign; directives look like %h, %>s or %{Referer}i."
            raise format_text.error(percent, "A % without a directive.", hint)
        at = match.end()
        argument = _ARGUMENT.search(match.group(1))
        around = _ARGUMENT.sub("", match.group(1))
        directive = Directive(
            format_text,
            percent,
            match.group(),
            argument.group(1) if argument else None,
            match.group(2),
            ">" in around,
            any(character.isdigit() for character in around),
        )
        found += [Text("%")] if match.group() == "%%" else _conditions(directive, pieces(directive))
    if at < len(text):
        found.append(Text(text[at:]))
    return found


def _conditions(directive: Directive, pieces: list[Text | Field]) -> list[Text | Field]:
    """Lets a conditional directive be a dash, in the place of everything that it writes."""
    if not directive.conditional:
        return pieces
    field = next((piece for piece in pieces if isinstance(piece, Field)), None)
    if field is None:
        return pieces
    shape = f"{field.shape}|-" if field.shape else None
    clock = field.clock
    if len(pieces) == 3:  # the brackets of %t
        shape, clock = f"{BRACKETED}|-", f"[{_times.CLF}]"
    return [Field(field.label, field.slot, field.at, shape, clock, field.marks, field.is_list)]


def _pieces(directive: Directive) -> list[Text | Field]:
    letter, argument = directive.letter, directive.argument
    if letter == "t":
        return time(directive, "end" if directive.text.dialect == "lighttpd" else "start")
    shape = SHAPES.get(letter)
    if argument is None and letter in PLAIN:
        original = letter == "s" and not directive.final
        slot = "status_original" if original and directive.text.dialect == "apache" else PLAIN[letter]
        return [Field(directive.written, slot, directive.at, shape)]
    if argument is not None and (letter in _ARGUMENTS or letter in {"i", "o", "C", "e", "n", "x", "^ti", "^to"}):
        return [Field(directive.written, _named(directive, letter, argument), directive.at, shape)]
    raise directive.text.error(directive.at, f"{directive.written} is no directive of LogFormat.", _DOCUMENTED)


def _named(directive: Directive, letter: str, argument: str) -> str | None:
    known = _ARGUMENTS.get(letter)
    if known is not None and argument not in known:
        if letter == "T":
            raise directive.text.error(directive.at, f"%{{{argument}}}T has an unknown unit.", "It is s, ms or us.")
        hint = f"%{{}}{letter} takes {' or '.join(known)}."
        raise directive.text.error(directive.at, f"{directive.written} is no directive of LogFormat.", hint)
    return named_slot(letter, argument)


def named_slot(letter: str, argument: str) -> str | None:
    """Gives what a directive with an argument means, None if it is not kept: cookies never are."""
    if letter in "ah":
        return "client_ip_other"
    if letter == "T":
        return UNITS[argument]
    if letter == "c":
        return _MODULE_SSL.get(argument)
    if letter == "i":
        return _variables.request_header(argument)
    if letter == "o":
        return _variables.response_header(argument)
    return _variables.meaning(argument) if letter in "enx" else None


def time(directive: Directive, usual: Literal["start", "end"]) -> list[Text | Field]:
    """Gives the pieces of %t and %{...}t; usual is the moment of those that name none."""
    form, marks = moment(directive.argument, usual)
    written, at = directive.written, directive.at
    if not form:
        return [Text("["), Field(written, "time", at, TIME, _times.CLF, marks), Text("]")]
    if form in FRACTIONS:
        return [Field(written, "time", at, FRACTIONS[form], form, marks)]
    if form in EPOCHS:
        return [Field(written, "time", at, "[0-9]+", form, marks)]
    if "%" not in form and directive.text.told:
        return [Text(form)]  # strftime writes it as it is; in bare text it is rather Tomcat's
    try:
        shape, clock = _strftime.translate(form)
    except ValueError as problem:
        hint = "Use %d %b %Y %m %y %H %M %S %T %F %z and the like, sec, msec, usec, msec_frac or usec_frac."
        raise directive.text.error(at, f"{written}: {problem}.", hint) from problem
    return [Field(written, "time", at, shape, clock, marks)]


def moment(argument: str | None, usual: Literal["start", "end"]) -> tuple[str, Literal["start", "end"]]:
    """Takes `begin:` and `end:` off a form; what is left is empty for the form of %t."""
    form = argument or ""
    for word, marks in (("begin", "start"), ("end", "end")):
        if form == word or form.startswith(f"{word}:"):
            return form[len(word) + 1 :], "start" if marks == "start" else "end"
    return form, usual
