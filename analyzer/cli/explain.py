"""The command `analyzer explain`: what a status, a network error or a header means, and what to check."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from analyzer.cli._paragraphs import section, terminal_width, title, wrapped

if TYPE_CHECKING:
    from analyzer.knowledge import ErrorEntry, HeaderEntry, MethodStep, Source, StatusEntry

    Known = StatusEntry | ErrorEntry | HeaderEntry | MethodStep


@dataclass(frozen=True, slots=True)
class Found:
    """What one term was found to be: kind is status, class, error, header or method."""

    term: str
    kind: str
    entries: tuple[Known, ...]


@click.command(name="explain", short_help="Say what a status, error or header means, and what to check.")
@click.argument("terms", nargs=-1, required=True, metavar="TERM...")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(terms: tuple[str, ...], *, as_json: bool) -> None:
    """Say what each TERM means, what usually causes it, and what to check in which order.

    TERM is a status (429), a class of them (4xx), a network error (ERR_NAME_NOT_RESOLVED, NS_ERROR_NET_RESET),
    a header (Retry-After), or the word method, for the troubleshooting method.
    """
    found = [look_up(term) for term in terms]
    unknown = [_unknown(result.term) for result in found if not result.entries]
    if unknown:
        raise click.UsageError(" ".join(unknown))
    if as_json:
        click.echo(_as_json(found))
        return
    width = terminal_width()
    click.echo("\n\n".join("\n".join(_lines(result, width)) for result in found))


def look_up(term: str) -> Found:
    """Finds what the term names; entries are empty where nothing is known of it."""
    from analyzer import knowledge

    word = term.strip()
    if word.lower() == "method":
        return Found(term, "method", knowledge.steps_of_the_method())
    if word.isascii() and word.isdecimal() and len(word) <= 3:
        return Found(term, "status", knowledge.status(int(word)))
    if len(word) == 3 and word[1:].lower() == "xx" and word[0] in "12345":
        return Found(term, "class", knowledge.status_class(int(word[0])))
    if header := knowledge.header(word):
        return Found(term, "header", (header,))
    if error := knowledge.error(word):
        return Found(term, "error", (error,))
    return Found(term, "unknown", ())


def _unknown(term: str) -> str:
    from analyzer import knowledge

    shown = term if term.isprintable() and len(term) <= 80 else repr(term[:80])
    said = f"Nothing is known of {shown}."
    if len(term) == 3 and term.isascii() and term.isdecimal() and term[0] in "12345":
        said += f" A client treats it as {term[0]}00 (RFC 9110, section 15)."
    close = knowledge.near(term)
    return f"{said} Near: {', '.join(close)}." if close else f"{said} Try a status, an error name or a header."


def _as_json(found: Iterable[Found]) -> str:
    import json
    from dataclasses import asdict

    documents = [
        {"term": result.term, "kind": result.kind, "entries": [asdict(entry) for entry in result.entries]}
        for result in found
    ]
    return json.dumps(documents, indent=2, ensure_ascii=False)


def _lines(found: Found, width: int) -> Iterator[str]:
    from analyzer.knowledge import ErrorEntry, HeaderEntry, MethodStep, StatusEntry

    if found.kind == "class":
        yield from _list(found, width)
        return
    for position, entry in enumerate(found.entries):
        if position:
            yield ""
        if isinstance(entry, StatusEntry):
            yield from _status(entry, width)
        elif isinstance(entry, ErrorEntry):
            yield from _error(entry, width)
        elif isinstance(entry, HeaderEntry):
            yield from _header(entry, width)
        elif isinstance(entry, MethodStep):
            yield from _step(entry, width)
    yield from _sources([entry.sources for entry in found.entries if not isinstance(entry, MethodStep)], width)


def _status(entry: StatusEntry, width: int) -> Iterator[str]:
    by = f" ({entry.vendor})" if entry.vendor else ""
    yield from title(f"{entry.code} {entry.name}{by}")
    yield from _diagnosis(entry, width)
    yield from section("Usually answered by", [", ".join(_word(name) for name in entry.answered_by)], width)
    yield from _layers(entry, width)


def _error(entry: ErrorEntry, width: int) -> Iterator[str]:
    yield from title(entry.name if entry.number is None else f"net::{entry.name} ({entry.number})")
    yield from _diagnosis(entry, width)
    yield from _layers(entry, width)


def _header(entry: HeaderEntry, width: int) -> Iterator[str]:
    sent = "request and response" if entry.sent_in == "both" else entry.sent_in
    yield from title(f"{entry.name} ({sent} header)")
    yield from section("Meaning", [entry.meaning], width)
    yield from section("What it tells", [entry.usually], width)
    yield from section("How to read it", [f"{read.value}: {read.says}" for read in entry.readings], width, "- ")
    yield from section("Steps", entry.steps, width, "1. ")
    if entry.also:
        yield from section("Read together with", [", ".join(entry.also)], width)
    yield from _layers(entry, width)


def _step(step: MethodStep, width: int) -> Iterator[str]:
    yield from title(f"{step.number}. {step.name}")
    yield from section("Aim", [step.aim], width)
    yield from section("Ask", step.ask, width, "- ")
    yield from section("Check", step.check, width, "- ")
    yield from section("Keep as evidence", [step.keep], width)


def _list(found: Found, width: int) -> Iterator[str]:
    for entry in found.entries:
        by = f" ({entry.vendor})" if entry.vendor else ""  # type: ignore[union-attr]
        yield f"{entry.code} {entry.name}{by}"  # type: ignore[union-attr]
        yield from wrapped(entry.usually, width, "    ")  # type: ignore[union-attr]


def _diagnosis(entry: StatusEntry | ErrorEntry, width: int) -> Iterator[str]:
    yield from section("Meaning", [entry.meaning], width)
    yield from section("What it usually is", [entry.usually], width)
    yield from section("Common causes", entry.causes, width, "- ")
    yield from section("Steps, in this order", entry.steps, width, "1. ")


def _layers(entry: StatusEntry | ErrorEntry | HeaderEntry, width: int) -> Iterator[str]:
    yield from section("Layers, most likely first", [", ".join(_word(name) for name in entry.layer)], width)


def _sources(found: Iterable[tuple[Source, ...]], width: int) -> Iterator[str]:
    sources = dict.fromkeys(source for group in found for source in group)
    if sources:
        yield ""
        yield "Sources"
    for source in sources:
        yield from wrapped(source.title, width, "  ")
        yield f"    {source.url}"


def _word(name: str) -> str:
    return name.replace("_", " ")
