"""Cleans GraphQL operations: names of operations, fields and arguments stay, literals and comments go.

https://spec.graphql.org/October2021/#sec-Language
"""

from __future__ import annotations

import re

from analyzer.redact.capture._masks import is_masked, length_of
from analyzer.redact.capture._work import Work

_BEGINS = re.compile(
    r"[\s,\ufeff]*(?:#[^\n]*\n\s*)*(?:\{|(?:query|mutation|subscription)(?:\s+[A-Za-z_]\w*)?\s*(?:\([^)]*\))?\s*(?:@[^{]*)?\{"
    r"|fragment\s+\w+\s+on\s+\w+[^{]*\{)"
)
# All that a document without literals is made of; the lengths stand for texts.
_WHOLE = re.compile(r"""(?:[\w\s{}()\[\]:,!$@=|&.-]|"")*+(?:"\[[^\]"]*\]"(?:[\w\s{}()\[\]:,!$@=|&.-]|"")*+)*""")
_LITERAL = re.compile(
    r'("""(?:[^"\\]|\\.|"(?!""))*+(?:"""|$))|("(?:[^"\\\n]|\\.)*+(?:"|$))|(#[^\n]*)|(?<![\w$])(-?[0-9][0-9.eE+-]*)',
    re.DOTALL,
)


def clean_operation(work: Work, query: str, *, short: bool = True) -> str | None:
    """Gives the document with every literal replaced, None if the text is no GraphQL document.

    short: it may begin with a brace, as it would in JSON or a script.
    """
    if "{" not in query or _BEGINS.match(query) is None or (query.lstrip()[:1] == "{" and not short):
        return None
    work.search(query)
    shown = _LITERAL.sub(_literal, query)
    return shown if _WHOLE.fullmatch(shown) else None


def _literal(found: re.Match[str]) -> str:
    block, text, comment, _ = found.groups()
    if block is not None or text is not None:
        inner = block.strip('"') if block else (text or "").strip('"')
        return '"' + (inner if is_masked(inner) else length_of(inner)) + '"' if inner else '""'
    return "" if comment is not None else "0"
