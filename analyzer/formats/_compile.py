"""Turns what a user gives for --log-format into a format, whichever server it comes from."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from analyzer.errors import FormatError
from analyzer.formats import _apache, _given, _json_template, _logformat, _nginx, _patterns, _tomcat, _varnish
from analyzer.formats._directives import Dialect, Field, FormatText, Text
from analyzer.formats._plugin import Format

_DOCUMENTATION = {
    "apache": "https://httpd.apache.org/docs/2.4/mod/mod_log_config.html#formats",
    "nginx": "https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format",
    "tomcat": "https://tomcat.apache.org/tomcat-10.1-doc/config/valve.html#Access_Log_Valve",
    "varnish": "https://varnish-cache.org/docs/trunk/reference/varnishncsa.html",
    "lighttpd": "https://redmine.lighttpd.net/projects/lighttpd/wiki/Mod_accesslog",
}
_TITLES = {
    "apache": "LogFormat of Apache",
    "nginx": "log_format of nginx",
    "tomcat": "AccessLogValve of Tomcat",
    "varnish": "format of varnishncsa",
    "lighttpd": "accesslog.format of lighttpd",
}
_FIELDS = {
    "apache": _apache.fields,
    "lighttpd": _apache.fields,
    "nginx": _nginx.fields,
    "tomcat": _tomcat.fields,
    "varnish": _varnish.fields,
}
_MOST_FIELDS = 200
_MOST_CHARACTERS = 10_000


def compile_log_format(given: str) -> Format:
    """Compiles the format text of Apache, nginx, Tomcat, Varnish or lighttpd, bare or with what stands around it.

    Bare text with % is Apache's, unless only Tomcat or Varnish knows its directives. Raises FormatError with line and
    column in the given text, and a hint.
    """
    return compile_text(_given.read(given))


def compile_text(text: FormatText) -> Format:
    """Compiles a format text that was found somewhere; raises FormatError with its place."""
    text, pieces = _pieces(text)
    title, documentation = _TITLES[text.dialect], _DOCUMENTATION[text.dialect]
    if _patterns.is_json(pieces):
        return _json_template.build(text, pieces, title=title, documentation=documentation)
    joined = _patterns.unbounded(pieces)
    if joined is not None:
        hint = "Put a blank between the two, in the server's configuration."
        raise text.error(joined.at, f"Nobody can tell where {joined.label} ends and the next value begins.", hint)
    try:
        made = _logformat.build(pieces, text.name, escapes=text.escape != "none")
    except ValueError as problem:
        raise _too_long(text) from problem
    notes = (*made.notes, *(_tomcat.notes(pieces) if text.dialect == "tomcat" else ()))
    return replace(made, title=title, documentation=documentation, product=text.dialect, notes=notes)


def read_pieces(given: str) -> tuple[FormatText, Sequence[Text | Field]]:
    """Splits a format text into what stands still and its fields; raises FormatError if none of them is of use."""
    return _pieces(_given.read(given))


def _pieces(text: FormatText) -> tuple[FormatText, Sequence[Text | Field]]:
    if len(text.text) > _MOST_CHARACTERS:
        raise _too_long(text)
    if "\n" in text.text.strip("\n"):
        hint = "Give the part of one line; only formats that write one line per request can be read."
        raise text.error(text.text.find("\n", 1), "The format text goes over several lines.", hint)
    text, found = _split(text)
    pieces = _merge(found)
    fields = [piece for piece in pieces if isinstance(piece, Field)]
    if not any(field.slot for field in fields):
        hint = "Name at least the time, the request and the status."
        raise text.error(0, "The format text names no field that can be used.", hint)
    if len(fields) > _MOST_FIELDS:
        raise _too_long(text)
    return text, pieces


def _split(text: FormatText) -> tuple[FormatText, list[Text | Field]]:
    """Reads the directives of the dialect, or of the first that knows them all where nothing told which it is."""
    try:
        return text, _FIELDS[text.dialect](text)
    except FormatError:
        if text.told:
            raise
        for dialect in _LIKE_APACHE:
            other = replace(text, dialect=dialect)
            with suppress(FormatError):
                return other, _FIELDS[dialect](other)
        raise


_LIKE_APACHE: tuple[Dialect, ...] = ("tomcat", "varnish")


def _too_long(text: FormatText) -> FormatError:
    return text.error(0, "The format text is too long to compile.", "Leave out fields that nobody needs.")


def _merge(pieces: Sequence[Text | Field]) -> list[Text | Field]:
    """Makes one of neighbours that need not be told apart: texts, and values that are not kept."""
    merged: list[Text | Field] = []
    for piece in pieces:
        last = merged[-1] if merged else None
        if isinstance(piece, Text) and isinstance(last, Text):
            merged[-1] = Text(last.text + piece.text)
        elif isinstance(piece, Field) and isinstance(last, Field) and _unkept(piece) and _unkept(last):
            merged[-1] = Field(last.label + piece.label, None, last.at)
        else:
            merged.append(piece)
    return merged


def _unkept(field: Field) -> bool:
    return field.slot is None and field.shape is None
