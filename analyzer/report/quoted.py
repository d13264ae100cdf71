"""Makes lines of the inputs readable: several lines as they stand, JSON by its keys, stack traces folded."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from analyzer.report.material import Material
from analyzer.report.view.evidence import Block, KeyValue, Quoted
from analyzer.report.view.pieces import Listing
from analyzer.wording.quoting import excerpt
from analyzer.wording.records import entries
from analyzer.wording.stack_traces import stack_trace
from analyzer.wording.words import plural

Cut = Callable[[str], str]
_OPEN = 12
_READ_AS_IT_IS = 200


def quoted(text: str, about: Iterable[str], material: Material) -> Quoted:
    """Gives the line as a person reads it; about: what is said of it, for the part of a long line that matters."""
    known = entries(text) if len(text) > _READ_AS_IT_IS else None
    if known is None:
        first, _, rest = text.partition("\n")
        blocks = (block("", rest, material.cut_lines, material.label),) if rest.strip("\n") else ()
        return Quoted(excerpt(first, material.limits.text, about), Listing((), ""), blocks, "")
    short = [(key, value) for key, value in known if "\n" not in value]
    shown = [KeyValue(material.label(key), material.label(value)) for key, value in short]
    return Quoted(
        text="",
        pairs=material.listing(shown, 2 * material.limits.items, "all in the line as written"),
        blocks=tuple(
            block(material.label(key), value, material.cut_lines, material.label)
            for key, value in known
            if "\n" in value
        ),
        written=excerpt(text, material.limits.text, about),
    )


def block(name: str, text: str, cut: Cut, label: Cut) -> Block:
    """Gives several lines, with the exception of a stack trace above them; more than twelve are folded.

    cut: of many lines, the middle is left out; label: of one line, the end.
    """
    body = text.strip("\n")
    found = stack_trace(body)
    count = body.count("\n") + 1
    words = f"All {plural(count, 'line')}" if count > _OPEN else ""
    if found is None:
        return Block(name, (), "", cut(body), words)
    own = "\n".join(found.own) if words else ""
    # What stands above is not said twice, unless the whole is folded.
    lines = body if words or not found.leads else body.partition("\n")[2]
    exceptions = tuple(label(line) for line in (found.exceptions if words else found.exceptions[:1]))
    return Block(name, exceptions, cut(own), cut(lines), f"{words} of the stack trace" if words else "")
