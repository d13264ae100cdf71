"""Turns what a user gives for --log-format into a format, whichever server it comes from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from analyzer.errors import FormatError
from analyzer.formats import _apache, _directives, _json_template, _logformat, _nginx, _patterns
from analyzer.formats._directives import Field, FormatText, Text
from analyzer.formats._plugin import Format

_DOCUMENTATION = {
    "apache": "https://httpd.apache.org/docs/2.4/mod/mod_log_config.html#formats",
    "nginx": "https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format",
}
_MOST_FIELDS = 200


def compile_log_format(given: str) -> Format:
    """Compiles Apache LogFormat or nginx log_format text, bare or with its directive around it.

    Raises FormatError with line and column in the given text, and a hint.
    """
    text, pieces = read_pieces(given)
    title = f"{'log_format' if text.dialect == 'nginx' else 'LogFormat'} of {text.dialect}"
    documentation = _DOCUMENTATION[text.dialect]
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
    return replace(made, title=title, documentation=documentation, product=text.dialect)


def read_pieces(given: str) -> tuple[FormatText, Sequence[Text | Field]]:
    """Splits a format text into what stands still and its fields; raises FormatError if none of them is of use."""
    text = _directives.read(given)
    pieces = _merge(_nginx.fields(text) if text.dialect == "nginx" else _apache.fields(text))
    fields = [piece for piece in pieces if isinstance(piece, Field)]
    if not any(field.slot for field in fields):
        hint = "Name at least the time, the request and the status."
        raise text.error(0, "The format text names no field that can be used.", hint)
    if len(fields) > _MOST_FIELDS:
        raise _too_long(text)
    return text, pieces


def _too_long(text: FormatText) -> FormatError:
    return text.error(0, "The format text is too long to compile.", "Leave out fields that nobody needs.")


def _merge(pieces: Sequence[Text | Field]) -> list[Text | Field]:
    merged: list[Text | Field] = []
    for piece in pieces:
        last = merged[-1] if merged else None
        if isinstance(piece, Text) and isinstance(last, Text):
            merged[-1] = Text(last.text + piece.text)
        else:
            merged.append(piece)
    return merged
