"""Answers, ids and quotes as a ticket shows them."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.model import Analysis, Incident
from analyzer.packet._item import MISSING, Item
from analyzer.packet.items.request import ERROR_TEXTS
from analyzer.wording import phrases
from analyzer.wording.inert import code, piece, prose
from analyzer.wording.quoting import clip, excerpt
from analyzer.wording.words import number, plural, where

_MOST_QUOTES = 6
_TERSE_QUOTES = 3
_WIDE = 240
_READ = 500


def answer(item: Item, level: int) -> str:
    """Gives the answer with its place, whether it is a draft, or what is known beside MISSING: ask."""
    if item.answer is None:
        known = f" Known so far: {fitted(item.known, level)}" if item.known else ""
        return f"{missing(item.question)}{known}" if item.required else ""
    draft = " (draft, not confirmed)" if item.draft else ""
    return f"{fitted(item.answer, level)}{draft}{placed(item)}"


def located(folder: str) -> str:
    """Says which folder the names of inputs are cut by."""
    return f"Inputs are named as in the folder {code(folder, 400)}; `manifest.json` has whole names."


def missing(question: str) -> str:
    """Gives MISSING: ask and the question."""
    return f"{MISSING} {prose(question, 1_000)}"


def placed(item: Item) -> str:
    """Gives the first place that the answer rests on, and how many more there are."""
    if not item.refs:
        return ""
    rest = len(item.refs) - 1
    more = f" and {number(rest)} more" if rest else ""
    return f" ({code(where(item.refs[0]), 120)}{more})"


def fitted(text: str, level: int) -> str:
    """Gives the pieces of an answer that fit, whole ones as long as the first does, and counts the others."""
    pieces = list(_pieces(text))
    kept = 1
    while kept < len(pieces) and len("; ".join(pieces[: kept + 1])) <= level:
        kept += 1
    rest = len(pieces) - kept
    more = f" … ({number(rest)} more in `checklist.md`)" if rest else ""
    return prose("; ".join(pieces[:kept]), level) + more


def _pieces(text: str) -> Iterator[str]:
    """Yields what semicolons part, but for those between backticks."""
    open_piece = ""
    for part in text.split("; "):
        open_piece = f"{open_piece}; {part}" if open_piece else part
        if open_piece.count("`") % 2 == 0:
            yield open_piece
            open_piece = ""
    if open_piece:
        yield open_piece


def quotes(analysis: Analysis, incident: Incident, level: int) -> list[str]:
    """Gives the exact error texts and the lines that decide, each on one line behind its place."""
    most = _MOST_QUOTES if level >= _WIDE else _TERSE_QUOTES
    facts = analysis.facts.get(incident.id)
    lines: dict[str, str] = {}
    for told in facts.of(*ERROR_TEXTS) if facts else ():
        place = where(told.ref) if told.ref else told.name
        lines.setdefault(told.value, f"{piece(place, 120)}  {told.name}: {piece(told.value, level)}")
    for error in incident.errors:
        lines.setdefault(error, piece(error, level))
    texts = {exhibit.ref: exhibit.text for exhibit in reversed(analysis.exhibits)}
    deciding = dict.fromkeys(item.ref for item in incident.root_evidence if item.ref is not None)
    about = [clip(text, _READ) for text in phrases.about(incident)[:_READ]]
    excerpts = {ref: excerpt(texts[ref], level, about) for ref in deciding if ref in texts}
    quoted = [f"{piece(where(ref), 120)}  {piece(text, 2 * level)}" for ref, text in excerpts.items()]
    shown = [*list(lines.values())[:most], *quoted[: most // 2]]
    rest = len(lines) + len(quoted) - len(shown)
    return [*shown, f"[{plural(rest, 'more text')}]"] if rest > 0 else shown
