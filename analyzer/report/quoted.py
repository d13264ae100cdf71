"""Makes lines of the inputs readable: several lines as they stand, JSON by its keys, stack traces folded."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator

from analyzer.report.material import Material
from analyzer.report.view.evidence import Block, KeyValue, Quoted
from analyzer.report.view.pieces import Listing
from analyzer.wording.quoting import excerpt
from analyzer.wording.stack_traces import stack_trace
from analyzer.wording.words import plural

Cut = Callable[[str], str]
_OPEN = 12
_READ_AS_IT_IS = 200
_LONGEST_JSON = 1_000_000
_DEPTH = 5
_TELLING = (
    "level", "severity", "message", "msg", "event", "log", "error", "err", "exception", "exc_info", "status",
    "status_code", "code", "method", "path", "url", "request_id", "requestid", "trace_id", "traceid",
)  # fmt: skip


def quoted(text: str, about: Iterable[str], material: Material) -> Quoted:
    """Gives the line as a person reads it; about: what is said of it, for the part of a long line that matters."""
    pairs = _pairs(text) if len(text) > _READ_AS_IT_IS else None
    if pairs is None:
        first, _, rest = text.partition("\n")
        blocks = (block("", rest, material.cut_lines, material.label),) if rest.strip("\n") else ()
        return Quoted(excerpt(first, material.limits.text, about), Listing((), ""), blocks, "")
    short = [pair for pair in pairs if "\n" not in pair.value]
    shown = [KeyValue(material.label(pair.key), material.label(pair.value)) for pair in short]
    return Quoted(
        text="",
        pairs=material.listing(shown, 2 * material.limits.items, "all in the line as written"),
        blocks=tuple(
            block(pair.key, pair.value, material.cut_lines, material.label) for pair in pairs if "\n" in pair.value
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


def _pairs(text: str) -> list[KeyValue] | None:
    """Gives the entries of a JSON object, telling ones first, else as they were written; None for other texts."""
    if not text.startswith("{") or len(text) > _LONGEST_JSON:
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return sorted(_flat(value, "", _DEPTH), key=lambda pair: _rank(pair.key)) if value else None


def _flat(value: object, key: str, depth: int) -> Iterator[KeyValue]:
    if isinstance(value, dict) and value and depth:
        for name, inner in value.items():
            yield from _flat(inner, f"{key}.{name}" if key else name, depth - 1)
        return
    yield KeyValue(key, value.strip("\n") if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _rank(key: str) -> int:
    pieces = key.lower().replace("-", "_").split(".")
    return min((_TELLING.index(piece) for piece in pieces if piece in _TELLING), default=len(_TELLING))
