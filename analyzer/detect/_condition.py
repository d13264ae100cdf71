"""Reads the condition of a detection: and, or, not, brackets, and "1 of them"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from analyzer.detect._tree import Any, Every, Node, Not

MAX_LENGTH = 10_000
MAX_DEPTH = 50

_TOKEN = re.compile(r"\s*([A-Za-z0-9_*-]+|\S)")
_WORD = re.compile(r"[A-Za-z0-9_*-]+")
_WORDS = frozenset({"and", "or", "not", "of", "them"})
_QUANTITIES = frozenset({"1", "any", "all"})


class ConditionError(Exception):
    """The condition cannot be read; at counts characters from 1."""

    def __init__(self, message: str, at: int, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = f"{message} at character {at} of the condition."
        self.hint = hint


class _Token(NamedTuple):
    text: str
    at: int


def parse(text: str, selections: Mapping[str, Node]) -> Node:
    """Gives the tree for a condition over named selections; raises ConditionError.

    Binding, weakest first: or, and, not, "x of", brackets (Sigma specification 2.1, "Condition").
    """
    if len(text) > MAX_LENGTH:
        raise ConditionError(f"is longer than {MAX_LENGTH:,} characters", MAX_LENGTH)
    parser = _Parser(text, selections)
    node = parser.alternatives(0)
    parser.expect_end()
    return node


def names(text: str, known: Mapping[str, object]) -> frozenset[str]:
    """Gives the selections that a readable condition uses."""
    used: set[str] = set()
    tokens = [match.group(1) for match in _TOKEN.finditer(text)]
    for before, token in zip(["", *tokens], tokens, strict=False):
        used.update(fitting(token, known) if before == "of" else {token} & known.keys())
    return frozenset(used)


def fitting(pattern: str, known: Mapping[str, object]) -> list[str]:
    """Gives the names that "1 of pattern" means; those with a leading underscore only if the pattern has one."""
    wanted = "*" if pattern == "them" else pattern
    return [name for name in known if _fits(name, wanted) and (wanted[0] == "_" or name[0] != "_")]


def _fits(name: str, pattern: str) -> bool:
    first, *rest = pattern.split("*")
    if not rest:
        return name == pattern
    last = rest.pop()
    if len(name) < len(first) + len(last) or not (name.startswith(first) and name.endswith(last)):
        return False
    position, end = len(first), len(name) - len(last)
    for part in rest:
        found = name.find(part, position, end)
        if found < 0:
            return False
        position = found + len(part)
    return True


class _Parser:
    def __init__(self, text: str, selections: Mapping[str, Node]) -> None:
        self.selections = selections
        self.tokens = [_Token(match.group(1), match.start(1) + 1) for match in _TOKEN.finditer(text)]
        self.position = 0
        self.end = len(text) + 1

    def peek(self, ahead: int = 0) -> _Token:
        place = self.position + ahead
        return self.tokens[place] if place < len(self.tokens) else _Token("", self.end)

    def take(self) -> _Token:
        token = self.peek()
        self.position += 1
        return token

    def alternatives(self, depth: int) -> Node:
        nodes = [self.conjunction(depth)]
        while self.peek().text == "or":
            self.take()
            nodes.append(self.conjunction(depth))
        return nodes[0] if len(nodes) == 1 else Any(tuple(nodes))

    def conjunction(self, depth: int) -> Node:
        nodes = [self.negation(depth)]
        while self.peek().text == "and":
            self.take()
            nodes.append(self.negation(depth))
        return nodes[0] if len(nodes) == 1 else Every(tuple(nodes))

    def negation(self, depth: int) -> Node:
        negated = False
        while self.peek().text == "not":
            self.take()
            negated = not negated
        node = self.atom(depth)
        return Not(node) if negated else node

    def atom(self, depth: int) -> Node:
        token = self.take()
        if token.text == "(":
            return self.bracket(token, depth)
        if self.peek().text == "of" and _WORD.fullmatch(token.text):
            return self.quantity(token)
        return self.selection(token)

    def bracket(self, token: _Token, depth: int) -> Node:
        if depth >= MAX_DEPTH:
            raise ConditionError(f"has brackets deeper than {MAX_DEPTH}", token.at)
        node = self.alternatives(depth + 1)
        if self.take().text != ")":
            raise ConditionError("lacks the closing bracket of the one", token.at)
        return node

    def quantity(self, token: _Token) -> Node:
        if token.text not in _QUANTITIES:
            hint = 'Write "1 of", "any of" or "all of"; for counts of events use a correlation document.'
            raise ConditionError(f"does not know the quantity {token.text!r}", token.at, hint)
        self.take()
        pattern = self.take()
        if not _WORD.fullmatch(pattern.text):
            raise ConditionError('needs "them" or a name after "of"', pattern.at)
        chosen = fitting(pattern.text, self.selections)
        if not chosen:
            hint = _hint(pattern.text) or self.known()
            raise ConditionError(f"finds no selection for {pattern.text!r}", pattern.at, hint)
        nodes = tuple(self.selections[name] for name in chosen)
        if len(nodes) == 1:
            return nodes[0]
        return Every(nodes) if token.text == "all" else Any(nodes)

    def selection(self, token: _Token) -> Node:
        if token.text in self.selections and token.text not in _WORDS:
            return self.selections[token.text]
        if not token.text:
            raise ConditionError("ends where a selection is expected", token.at)
        following = self.peek()
        if token.text in _QUANTITIES and following.text.lower() == "of":
            raise ConditionError(f"has {following.text!r}", following.at, _hint(following.text))
        if token.text.lower() in _WORDS and token.text not in _WORDS:
            raise ConditionError(f"has {token.text!r}", token.at, _hint(token.text))
        if "*" in token.text:
            raise ConditionError(f'has {token.text!r} outside of "1 of"', token.at)
        if not _WORD.fullmatch(token.text) or token.text in _WORDS:
            raise ConditionError(f"does not expect {token.text!r}", token.at, _hint(token.text))
        raise ConditionError(f"does not know the selection {token.text!r}", token.at, self.known())

    def expect_end(self) -> None:
        token = self.peek()
        if token.text:
            raise ConditionError(f"does not expect {token.text!r}", token.at, _hint(token.text))

    def known(self) -> str:
        return f"Selections: {', '.join(self.selections)}."


def _hint(text: str) -> str | None:
    if text.lower() in _WORDS and text not in _WORDS:
        return "Write and, or, not, of, them in lower case."
    return "Counts after a pipe are Sigma 1: use a correlation document." if text == "|" else None
