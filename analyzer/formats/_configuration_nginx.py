"""Reads nginx.conf: log_format, access_log, error_log and include.

https://nginx.org/en/docs/http/ngx_http_log_module.html, also as `nginx -T` prints it.
"""

from __future__ import annotations

import re
from dataclasses import replace

from analyzer.formats import _configuration_names, _directives, _given
from analyzer.formats._configuration_found import Found
from analyzer.formats._directives import BLANKS, NGINX_ESCAPES, FormatText, Word

_COMBINED = (
    '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"'
)
_PRINTED = re.compile(r"(?m)^# configuration file \S")  # nginx -T puts the included files there
_OURS = frozenset({"log_format", "access_log", "error_log", "include"})


def read(given: str, name: str) -> Found:
    """Finds formats and logs; raises FormatError for a quote that is not closed and an unknown escape."""
    found = Found(given, name)
    formats: dict[tuple[str, str], FormatText] = {}
    logs: list[tuple[str, list[Word]]] = []
    printed = _PRINTED.search(given) is not None
    for scope, words in _statements(found):
        kind = words[0].text
        if kind == "log_format" and len(words) > 2:
            formats[scope, words[1].text] = _given.nginx(given, words[2:], words[1].text, name)
        elif kind in {"access_log", "error_log"} and len(words) > 1:
            logs.append((scope, words))
        elif kind == "include" and len(words) > 1 and not printed and not words[1].text.endswith("mime.types"):
            found.note(words[0].start, f"include {words[1].text} is not followed.")
    found.define(formats.values())
    for scope, words in logs:
        _log(found, scope, words, formats)
    return found


def _log(found: Found, scope: str, words: list[Word], formats: dict[tuple[str, str], FormatText]) -> None:
    path, place = words[1].text, words[0].start
    if path == "off":
        return
    if words[0].text == "error_log":
        if not path.startswith(("syslog:", "stderr", "memory:")):
            found.log(_configuration_names.wildcards(path), None, place)
        return
    named = words[2].text if len(words) > 2 and "=" not in words[2].text else "combined"
    text = formats.get((scope, named))
    if text is None and named == "combined" and scope == "http":
        text = found.usual(_COMBINED, place, "nginx", "combined")
    if text is None:
        found.note(place, f"log_format {named} is not defined in this file.")
    if path.startswith("syslog:"):
        found.define([text] if text is not None else [])
        found.note(place, f"access_log {path} is no file.")
        return
    pattern = _configuration_names.wildcards(path)
    if not re.split(r"[/\\]", pattern)[-1].strip("*"):
        found.note(place, f"access_log {path} has no name that a file could be known by.")
    found.log(pattern, text, place)


def _statements(found: Found) -> list[tuple[str, list[Word]]]:
    """Gives our directives with the block that they belong to: http or stream."""
    given, statements = found.given, []
    words: list[Word] = []
    blocks: list[str] = []
    at = 0
    while at < len(given):
        character = given[at]
        if character in BLANKS:
            at += 1
        elif character == "#":
            at = _directives.line_end(given, at)
        elif character in ";{}":
            at += 1
            if character == ";" and words and words[0].text in _OURS:
                statements.append(("stream" if "stream" in blocks else "http", words))
            elif character == "{" and words and words[0].text.endswith("_by_lua_block"):
                at = _behind_lua(given, at)
            elif character == "{":
                blocks.append(words[0].text if words else "")
            elif character == "}" and blocks:
                blocks.pop()
            words = []
        else:
            word, at = _word(given, at)
            words.append(word)
            if not word.closed:
                _unclosed(found, words)
    return statements


def _unclosed(found: Found, words: list[Word]) -> None:
    if words[0].text in _OURS:
        raise _directives.unclosed(found.given, words[-1], path=found.name)
    found.note(words[-1].start, "The quote that opens here is not closed: what follows is not read.")


def _word(given: str, start: int) -> tuple[Word, int]:
    """Reads a word; a brace behind a dollar sign belongs to it."""
    word, at = _directives.word(given, start, BLANKS + ";{", NGINX_ESCAPES)
    if word.quote or given[at : at + 1] != "{" or given[at - 1] != "$":
        return word, at
    texts, offsets = [word.text], [word.offsets]
    while given[at : at + 1] == "{" and given[at - 1] == "$":
        end = next((place for place in range(at + 1, len(given)) if given[place] in BLANKS + ";{"), len(given))
        texts.append(given[at:end])
        offsets.append(tuple(range(at, end)))
        at = end
    return replace(word, text="".join(texts), offsets=tuple(place for part in offsets for place in part)), at


def _behind_lua(given: str, at: int) -> int:
    """Gives the place behind the brace that ends a block of Lua, whose strings and comments may hold braces."""
    depth = 1
    while depth and at < len(given):
        pair = given[at : at + 2]
        if pair in {"--", "[["}:
            long = pair == "[[" or given.startswith("--[[", at)
            closing = given.find("]]" if long else "\n", at + 2)
            at = len(given) if closing < 0 else closing + 1
            continue
        if given[at] in "\"'":
            _, at = _directives.word(given, at, "", {"\\": "\\", given[at]: given[at]})
            continue
        depth += (given[at] == "{") - (given[at] == "}")
        at += 1
    return at
