"""The directives of varnishncsa: what each one means, and how its value looks.

https://varnish-cache.org/docs/trunk/reference/varnishncsa.html; times are written when a request begins.
"""

from __future__ import annotations

import re

from analyzer.formats import _apache, _variables
from analyzer.formats._apache import Directive
from analyzer.formats._directives import Field, FormatText, Text

_PLAIN = {letter: _apache.PLAIN[letter] for letter in "bDHhIlmOqrsTUu"} | {"s": "status"}
_SHAPES = {"h": f"{_apache.CLIENT}|-", "l": "[^ ]*"}
_UNITS = ("s", "ms", "us")
# A vxid is a small number that other servers count too, so that it would join what does not belong together.
_VARNISH = {"handling": "result", "hitmiss": "hit_or_miss", "vxid": None, "time_firstbyte": None, "side": None}
_VARNISH_SHAPES = {"vxid": _apache.NUMBER, "time_firstbyte": r"[0-9]+\.?[0-9]*|-", "hitmiss": "[a-z]+|-",
                   "handling": "[a-z]+|-", "side": "[bc-]"}  # fmt: skip
_LOGGED = re.compile(r"VSL:[A-Za-z_]+(?::[^\[\]]*)?(?:\[[0-9]{1,3}\])?")
# https://varnish-cache.org/docs/trunk/reference/vsl.html: the second field counts from the start of the request.
_TIMESTAMPS = {"VSL:Timestamp:Resp[2]": "duration_s"}


def fields(format_text: FormatText) -> list[Text | Field]:
    """Splits a format into what stands still and its directives; raises FormatError for an unknown one."""
    return _apache.scan(format_text, _pieces)


def _pieces(directive: Directive) -> list[Text | Field]:
    letter, argument = directive.letter, directive.argument
    if letter == "t":
        return _apache.time(directive, "start")
    if argument is None and letter in _PLAIN:
        return [Field(directive.written, _PLAIN[letter], directive.at, _SHAPES.get(letter))]
    if argument is not None and (letter in "io" or (letter == "T" and argument in _UNITS)):
        return [Field(directive.written, _apache.named_slot(letter, argument), directive.at)]
    if argument is not None and letter == "x":
        return [_extended(directive, argument)]
    hint = "See the documentation of varnishncsa."
    raise directive.text.error(directive.at, f"{directive.written} is no directive of varnishncsa.", hint)


def _extended(directive: Directive, argument: str) -> Field:
    group, _, name = argument.partition(":")
    if group == "Varnish" and name in _VARNISH:
        return Field(directive.written, _VARNISH[name], directive.at, _VARNISH_SHAPES[name])
    if group == "VCL_Log" and name:
        slot = _variables.meaning(name) or _variables.request_header(name)
        return Field(directive.written, slot, directive.at)
    if _LOGGED.fullmatch(argument):
        return Field(directive.written, _TIMESTAMPS.get(argument), directive.at)
    hint = "It is Varnish:NAME, VCL_Log:KEY or VSL:TAG."
    raise directive.text.error(directive.at, f"{directive.written} is no variable of varnishncsa.", hint)
