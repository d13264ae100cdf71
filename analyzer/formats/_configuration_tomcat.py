"""Reads server.xml and context.xml: the Valves that write access logs.

https://tomcat.apache.org/tomcat-10.1-doc/config/valve.html#Access_Logging
"""

from __future__ import annotations

from analyzer.formats import _configuration_names, _directives, _given
from analyzer.formats._configuration_found import Found
from analyzer.formats._directives import BLANKS, Word

_CLASS = "AccessLogValve"
_OTHERS = {
    "ExtendedAccessLogValve": "writes W3C logs, whose #Fields say what they hold",
    "JsonAccessLogValve": "writes JSON, whose keys say what they hold",
}


def read(given: str, name: str) -> Found:
    """Finds the formats and files of all Valves; raises FormatError for a quote that is not closed."""
    found = Found(given, name)
    at = 0
    while (at := given.find("<", at)) >= 0:
        if given.startswith("<!--", at):
            closing = given.find("-->", at)
            at = len(given) if closing < 0 else closing
        elif given.startswith("<Valve", at) and given[at + 6 : at + 7] in BLANKS:
            attributes, end = _given.attributes(given, at + 6)
            _valve(found, attributes, at)
            at = max(end, at + 1)
        else:
            at += 1
    return found


def _valve(found: Found, attributes: dict[str, Word], at: int) -> None:
    for word in attributes.values():
        if not word.closed:
            raise _directives.unclosed(found.given, word, path=found.name)
    kind = _text(attributes, "className").rpartition(".")[2]
    if not kind.endswith(_CLASS):
        return
    path = _path(attributes)
    if kind in _OTHERS:
        found.note(at, f"{kind} {_OTHERS[kind]}.")
        found.log(path, None, at)
    elif "pattern" not in attributes:
        found.note(at, f"This {kind} has no pattern.")
        found.log(path, None, at)
    else:
        found.log(path, _given.tomcat(attributes["pattern"], found.given, "pattern", found.name), at)


def _path(attributes: dict[str, Word]) -> str:
    """Gives where the log lies, with * for the date in its name."""
    dated = "" if _text(attributes, "rotatable") == "false" else "*"
    name = f"{_text(attributes, 'prefix', 'access_log')}{dated}{_text(attributes, 'suffix')}"
    return _configuration_names.wildcards(f"{_text(attributes, 'directory', 'logs')}/{name}")


def _text(attributes: dict[str, Word], name: str, usual: str = "") -> str:
    return attributes[name].text if name in attributes else usual
