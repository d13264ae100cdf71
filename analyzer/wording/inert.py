"""Writes text from outside as Markdown in which it can be no markup, no link, no mention: plain words, code, fences."""

from __future__ import annotations

import re

from analyzer.wording.quoting import clip, cut, notice, visible

_PIECE = 320
_QUOTE = 400
# Words of letters, digits and these are no markup, link or mention in Markdown or chat; a dot could make a host name.
_PLAIN = frozenset("/{}(),:;%'\"=+-\u2013")
_NUMBER = re.compile(r"[0-9]+(?:[.:][0-9]+)*")
_MARKER = re.compile(r"(?:[0-9]+[.)]|[-+=\u2013]+)")
_AFTER_CODE = re.compile(r"` ([.,;:)])")
_EDGES = "\"'(),.:;?!…"
_OPENING = "\"'(…"
_STOPS = ",.;:?!"
# What stands in double quotes is one word, together with the key in front of it.
_WORD = re.compile(r'[^\s"]*"[^"]*"[^\s"]*|\S+')


def prose(text: str, limit: int = _PIECE) -> str:
    """Gives words as Markdown text: plain words stay; all others, and text between backticks, stand in code."""
    shown, rest = _kept(text, limit)
    more = f" … ({rest:,} more characters)" if rest else ""
    pieces = shown.split("`")
    if len(pieces) % 2 == 0 and not rest:
        return _words(shown)
    told = (code(piece.strip()) if index % 2 else _words(piece) for index, piece in enumerate(pieces))
    # No reader of Markdown agrees with another on code spans that touch, so only punctuation follows one closely.
    return _AFTER_CODE.sub(r"`\1", " ".join(filter(None, told))) + more


def code(text: str, limit: int = _PIECE) -> str:
    r"""Gives text in a code span; a backtick in it is written as \x60, so that no reader takes it for the end."""
    shown = piece(text, limit).replace("`", "\\x60")
    return f"`{shown}`" if shown.strip() else "(empty)"


def fence(text: str, limit: int = _QUOTE) -> str:
    r"""Gives text in a fence; a row of three backticks or more in it is written as \x60 each."""
    shown = re.sub("`{3,}", lambda found: "\\x60" * len(found.group()), visible(clip(text, limit)))
    return f"```text\n{shown}\n```"


def piece(text: str, limit: int) -> str:
    """Gives text on one line with every unseen character written out, cut at about limit, and what was cut counted."""
    shown, rest = _kept(text, limit)
    return shown + (notice(text, len(text) - rest) if rest else "")


def _kept(text: str, limit: int) -> tuple[str, int]:
    # Written-out characters take up to ten places, so a text full of them is cut sooner.
    for most in (limit, limit // 10):
        kept, rest = cut(text, most)
        shown = visible(kept, keep="")
        if len(shown) <= 2 * limit:
            break
    return shown, rest


def _words(text: str) -> str:
    return " ".join(_word(word, first=index == 0) for index, word in enumerate(_WORD.findall(text)))


def _word(word: str, *, first: bool) -> str:
    if "=" in word.strip("=") or '"' in word:
        core = word.rstrip(_STOPS)
        return code(core) + word[len(core) :] if core else word
    core = word.lstrip(_OPENING).rstrip(_EDGES)
    plain = _NUMBER.fullmatch(core) or all(char.isalnum() or char in _PLAIN for char in core)
    if plain and "://" not in core and not (first and _MARKER.fullmatch(word)):
        return word
    head, _, tail = word.partition(core)
    return f"{head}{code(core)}{tail}" if core else code(word)
