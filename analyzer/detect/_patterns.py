"""Reads the wildcards of a Sigma text: star, question mark, and the backslashes that take their meaning away."""

from __future__ import annotations

from analyzer.detect._tree import Pattern, Piece, Wildcard


def parse(text: str) -> Pattern:
    r"""Splits a text into literal parts and wildcards (Sigma specification 2.1, "Escaping").

    `\*` and `\?` are literal, `\\` and a backslash before anything else are one backslash.
    """
    pieces: list[Piece] = []
    literal: list[str] = []
    position = 0
    while position < len(text):
        character = text[position]
        following = text[position + 1 : position + 2]
        if character == "\\" and following and following in "\\*?":
            literal.append(following)
            position += 2
            continue
        if character in "*?":
            if literal:
                pieces.append("".join(literal))
                literal.clear()
            _append_wildcard(pieces, Wildcard(character))
        else:
            literal.append(character)
        position += 1
    if literal:
        pieces.append("".join(literal))
    return Pattern(tuple(pieces))


def literal(text: str) -> Pattern:
    """Gives the pattern of a text in which nothing is a wildcard."""
    return Pattern((text,) if text else ())


def widen(pattern: Pattern, *, before: bool, after: bool) -> Pattern:
    """Adds a star on the sides that are asked for, unless there is one."""
    pieces = list(pattern.pieces)
    if before and (not pieces or pieces[0] is not Wildcard.ANY):
        pieces.insert(0, Wildcard.ANY)
    if after and pieces[-1:] != [Wildcard.ANY]:
        pieces.append(Wildcard.ANY)
    return Pattern(tuple(pieces))


def strip(pattern: Pattern) -> Pattern:
    """Takes the outer stars away."""
    pieces = list(pattern.pieces)
    while pieces and pieces[0] is Wildcard.ANY:
        pieces.pop(0)
    while pieces and pieces[-1] is Wildcard.ANY:
        pieces.pop()
    return Pattern(tuple(pieces))


def write(pattern: Pattern) -> str:
    """Gives the text that reads back as this pattern."""
    return "".join(piece.value if isinstance(piece, Wildcard) else _escape(piece) for piece in pattern.pieces)


def _escape(piece: str) -> str:
    return piece.replace("\\", "\\\\").replace("*", "\\*").replace("?", "\\?")


def _append_wildcard(pieces: list[Piece], wildcard: Wildcard) -> None:
    # Neighbouring stars mean one, and would cost the engine time.
    if not (wildcard is Wildcard.ANY and pieces and pieces[-1] is Wildcard.ANY):
        pieces.append(wildcard)
