"""Finds the literals that every match of a pattern holds: to look for them is far cheaper than to compile a pattern."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

_FOLDED = re.compile(r"\(\?[a-zA-Z]*-?[a-zA-Z]*[ix]")
_NAMED = re.compile(r"\((?:\?(?:P?<[A-Za-z_][A-Za-z0-9_.]*>|[a-zA-Z-]*:))?")
_FLAGS = re.compile(r"\(\?[a-zA-Z-]+\)")
_QUANTIFIER = re.compile(r"[*?+]\??|\{[0-9]+(?:,[0-9]*)?\}\??")
# \x41, \x{feff} and \pL; the escapes of two to eight digits are not looked into.
_ESCAPE = re.compile(r"\\(?:x(?:\{[0-9A-Fa-f]+\}|[0-9A-Fa-f]{2})|[pP](?:\{[^}]*\}|.)|[uU].*|.)", re.DOTALL)
_ANCHOR = re.compile(r"(?:\(\?s\))?\^(?:\(\?s\))?")
_PLAIN_GROUP = re.compile(r"\((?:\?(?:P?<[A-Za-z_][A-Za-z0-9_.]*>|i?:)|(?!\?))")
# ASCII without what either of them takes for an operator between two classes.
_PLAIN_CLASS = re.compile(r"\[\^?(?:(?!--|&&|~~|\|\|)(?:[ !-Z^-~]|\\[^\sA-Za-z0-9<>]|\\[stn]))+\]")
_PLAIN_ESCAPE = re.compile(r"\\[^\sA-Za-z0-9<>]")
_PLAIN_CHARACTER = re.compile(r"[ \w!\"#%&',/:;<=>@`~-]")
_PLAIN_SPACE = re.compile(r"\\[sS]")
_NO_SPACE = r"\S"
# Unicode's White_Space, which Rust takes for \s; Python takes some control characters too.
_SPACES = r"\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_CLASS_ESCAPE = re.compile(r"\\.")
_IN_CLASS = {r"\s": _SPACES}
# What Rust reads otherwise than what is written here: word edges, twofold quantifiers, blanks in braces, other names.
_ODD = re.compile(
    r"\\[<>]|\\b\{|(?<!\\)[*+?}][*+]|\{\s|\{[0-9]+,?[0-9]*\s|\{[0-9]+,\s|\(\?P?<(?![A-Za-z_][A-Za-z0-9_.]*>)"
)
_FOLLOWING = re.compile(r"\)*\\?([^\\\w()\[|.^$*+?{]|(?<=\\)[^\w\s])(?![*?{])")
_FOLLOWING_CLASS = re.compile(r"\)*\(?(\[(?!\^)[!-Z^-~ ]+\])(?!\*|\?|\{0)")
_MOST_TIMES = re.compile(r"[0-9]{3,}")
_MOST_OPTIONAL = 8
_BLANKS = {"n": "\n", "t": "\t", "r": "\r"}
_BREAK = ""  # between two literals something stands that is not known


@cache
def needles(pattern: str) -> tuple[str, ...]:
    """Gives literals that stand in every text that the pattern fits, in this order and apart; none if none is sure.

    Letter case counts, so that nothing is known of patterns for which it does not.
    """
    if _FOLDED.search(pattern) or _ODD.search(pattern):
        return ()
    items = _sequence(_Scan(pattern))
    if items is None:
        return ()
    runs: list[str] = [""]
    for item in items:
        if item == _BREAK:
            runs.append("")
        else:
            runs[-1] += item
    return tuple(run for run in runs if run)


class Screen:
    """Tells of some texts, once for all patterns, which of them a pattern cannot fit."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = texts
        self._whole = "\n".join(texts)
        self._begun: dict[re.Pattern[str], Sequence[str]] = {}

    def holds(self, literal: str) -> bool:
        """Whether one of the texts holds a text without line feeds."""
        return literal in self._whole

    def may_fit(self, pattern: str) -> bool:
        """Whether a text begins as the pattern demands and holds its literals; False only if it fits none of them."""
        if not all(needle in self._whole for needle in _longest_first(pattern)):
            return False
        wanted = needles(pattern)
        return any(_holds(text, wanted) for text in self._begin(pattern))

    def _begin(self, pattern: str) -> Sequence[str]:
        begins = beginning(pattern)
        if begins is None:
            return self._texts
        if begins not in self._begun:
            fits = begins.match if _ANCHOR.match(pattern) else begins.search
            self._begun[begins] = [text for text in self._texts if fits(text)]
        return self._begun[begins]


@cache
def _longest_first(pattern: str) -> tuple[str, ...]:
    return tuple(sorted(set(needles(pattern)), key=lambda needle: (-len(needle), needle)))


def _holds(text: str, wanted: Sequence[str]) -> bool:
    at = 0
    for needle in wanted:
        at = text.find(needle, at)
        if at < 0:
            return False
        at += len(needle)
    return True


@cache
def beginning(pattern: str) -> re.Pattern[str] | None:
    """Gives what texts begin with that the pattern fits, or hold where it has no anchor; None if that is anything.

    No text costs more than its length: but for one thing, only what is told from what follows repeats without bounds.
    """
    if "(?m" in pattern or _ODD.search(pattern):
        return None
    anchor, scan = _ANCHOR.match(pattern), _Scan(pattern)
    scan.at = anchor.end() if anchor else 0
    begun = _Start(scan, anchored=anchor is not None)
    text = (begun.one() if anchor else begun.alternatives()).text
    if scan.next == "|":  # of an anchored pattern, whose other alternatives have no anchor
        return None
    start = re.compile(text)
    return None if start.match("") else start


@dataclass(frozen=True, slots=True)
class _Part:
    """The beginning of a pattern; not whole where more follows that is not looked into."""

    text: str
    whole: bool


class _Start:
    """Writes the beginning of a pattern in what Python and Rust have in common."""

    def __init__(self, scan: _Scan, *, anchored: bool) -> None:
        self._scan, self._anchored = scan, anchored
        self._unbounded, self._optional = int(anchored), _MOST_OPTIONAL

    def alternatives(self) -> _Part:
        parts = [self.one()]
        while self._scan.next == "|":
            self._scan.at += 1
            parts.append(self.one())
        return _Part(f"(?:{'|'.join(part.text for part in parts)})", all(part.whole for part in parts))

    def one(self) -> _Part:
        text, whole = "", True
        while self._scan.next and self._scan.next not in "|)":
            if whole:
                part = self._repeated(self._item())
                text, whole = text + part.text, part.whole
            else:
                list(_item(self._scan))
        return _Part(text, whole)

    def _item(self) -> _Part:
        scan, at = self._scan, self._scan.at
        if scan.next == "(" and (opened := _PLAIN_GROUP.match(scan.pattern, at)):
            scan.at = opened.end()
            return self._group(folded="?i" in opened.group())
        if found := scan.take(_PLAIN_CLASS):
            return _Part(_CLASS_ESCAPE.sub(lambda escape: _IN_CLASS.get(escape[0], escape[0]), found), whole=True)
        if found := scan.take(_PLAIN_SPACE):
            return _Part(f"[{'^' * (found == _NO_SPACE)}{_SPACES}]", whole=True)
        if found := scan.take(_PLAIN_ESCAPE) or scan.take(_PLAIN_CHARACTER):
            return _Part(found, whole=True)
        list(_item(scan))
        return _Part("", whole=False)

    def _group(self, *, folded: bool) -> _Part:
        inside = self.alternatives()
        self._scan.at += 1
        if not folded:
            return inside
        # Python folds as many letters as Rust at least, so that it takes more of them, but for a negated class.
        if "[^" in inside.text:
            return _Part("", whole=False)
        return _Part("(?i:" + inside.text.removeprefix("(?:"), inside.whole)

    def _repeated(self, part: _Part) -> _Part:
        """Adds how often a part may stand there; what stands there once at least is kept where that is too much.

        Python tries all ways to read a text, of which there must be few: one repeat whose end is not sure, and a few
        parts that may be absent; nothing that repeats holds another repeat.
        """
        times = self._scan.take(_QUANTIFIER)
        if times is None:
            return part
        least = 0 if times[0] in "?*" or times.startswith("{0") else 1
        if part.whole and self._may_repeat(part.text, times):
            return _Part(part.text + times, whole=True)
        return _Part(part.text if least else "", whole=False)

    def _may_repeat(self, text: str, times: str) -> bool:
        if times[0] == "?":
            self._optional -= 1
            return self._optional >= 0
        if text.startswith("(?"):
            return False
        if "," not in times and times[0] == "{":
            return _MOST_TIMES.search(times) is None
        if self._ends(text):
            return True
        self._unbounded -= 1
        return self._unbounded >= 0

    def _ends(self, text: str) -> bool:
        """Whether one character follows that is none of those that repeat: then there is one way to read them."""
        if not self._anchored:
            return False
        found = _FOLLOWING.match(self._scan.pattern, self._scan.at)
        if found is not None:
            return re.fullmatch(text, found.group(1)) is None
        other = _FOLLOWING_CLASS.match(self._scan.pattern, self._scan.at)
        return other is not None and len(text) == 1 and re.fullmatch(other.group(1), text) is None


class _Scan:
    def __init__(self, pattern: str) -> None:
        self.pattern, self.at = pattern, 0

    def take(self, expression: re.Pattern[str]) -> str | None:
        """Gives what stands here if it fits, and steps over it."""
        found = expression.match(self.pattern, self.at)
        if found is None:
            return None
        self.at = found.end()
        return found.group()

    @property
    def next(self) -> str:
        return self.pattern[self.at : self.at + 1]


def _sequence(scan: _Scan) -> list[str] | None:
    """Gives single characters and breaks up to the end of a group; None if it has alternatives."""
    items: list[str] = []
    alternatives = False
    while scan.next and scan.next != ")":
        if scan.next == "|":
            alternatives = True
            scan.at += 1
            continue
        item = list(_item(scan))
        items += [_BREAK] if scan.take(_QUANTIFIER) else item
    return None if alternatives else items


def _item(scan: _Scan) -> Iterator[str]:
    character = scan.next
    if character == "(":
        if not scan.take(_FLAGS):
            scan.take(_NAMED)
            yield from _sequence(scan) or [_BREAK]
            scan.at += 1
    elif character == "[":
        _skip_class(scan)
        yield _BREAK
    elif character == "\\":
        escape = (scan.take(_ESCAPE) or "\\")[1:]
        known = _BLANKS.get(escape, escape)
        yield known if len(known) == 1 and not known.isalnum() else _BREAK
    else:
        scan.at += 1
        yield _BREAK if character in ".^$" else character


def _skip_class(scan: _Scan) -> None:
    """Steps over a class, which may hold others; a bracket at its beginning stands for itself."""
    depth = 0
    while scan.next:
        if scan.take(_ESCAPE):
            continue
        if scan.next == "[":
            depth += 1
            scan.at += 1
            scan.take(_FIRST)
            continue
        depth -= scan.next == "]"
        scan.at += 1
        if not depth:
            return


_FIRST = re.compile(r"\^?\]?")
