"""Reads a line of JSON by its keys, and says in a few lines what a long line is about."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from analyzer.wording.quoting import anchors, clip, excerpt
from analyzer.wording.stack_traces import StackTrace, stack_trace
from analyzer.wording.words import plural

_LONGEST = 1_000_000
_MOST_KEYS = 2_000  # a person reads fewer, and half a thousand such lines would take minutes
_DEPTH = 5
_TELLING = (
    "level", "severity", "message", "msg", "event", "log", "error", "err", "exception", "exc_info", "status",
    "status_code", "code", "method", "path", "url", "request_id", "requestid", "trace_id", "traceid",
)  # fmt: skip
_STATUS = _TELLING.index("status")
_IDS = _TELLING.index("request_id")


def entries(text: str) -> list[tuple[str, str]] | None:
    """Gives the keys and values of a JSON object, telling ones first, else as they were written; None for other texts.

    Nested keys have dots between them; what is nested deeper than five is JSON again.
    """
    if not text.startswith("{") or len(text) > _LONGEST or text.count('":') > _MOST_KEYS:
        return None
    try:
        value = json.loads(text)
        found = list(_flat(value, "", _DEPTH))  # which may be too deep to write what could be read
    except (ValueError, RecursionError):
        return None
    return sorted(found, key=lambda item: _rank(item[0])) if value else None


def gist(text: str, limit: int, about: Iterable[str]) -> str:
    """Gives a line, or what matters of a long one: message, error, exception and the application's nearest frame.

    about: sentences and words about the line, as for excerpt; of a record, the entries that they name come along.
    """
    if len(text) <= limit:
        return text
    known, words = entries(text), tuple(about)
    if known is None:
        first, _, rest = text.partition("\n")
        trace = stack_trace(rest)
        if trace is None:
            return excerpt(text, limit, words)
        return "\n".join([clip(first, limit), *_frames(trace, limit)])
    trace = next((found for _, value in known if "\n" in value and (found := stack_trace(value))), None)
    named, last = tuple(anchors(words)), _STATUS if trace else _IDS
    told = [
        (key, value)
        for key, value in known
        if "\n" not in value and (_rank(key) < last or any(piece in value for piece in named))
    ]
    if trace is not None:  # its exception says the same again
        told = [(key, value) for key, value in told if not any(value in text for text in trace.exceptions)]
    if not told and trace is None:
        return excerpt(text, limit, words)
    lines = [clip("; ".join(f"{key}: {value}" for key, value in told), limit)] if told else []
    untold = len(known) - len(told) - (trace is not None)
    more = [f"… [{plural(untold, 'more entry', 'more entries')}]"] if untold else []
    return "\n".join([*lines, *(_frames(trace, limit) if trace else ()), *more])


def _flat(value: object, key: str, depth: int) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and value and depth:
        for name, inner in value.items():
            yield from _flat(inner, f"{key}.{name}" if key else name, depth - 1)
        return
    yield key, value.strip("\n") if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _rank(key: str) -> int:
    pieces = key.lower().replace("-", "_").split(".")
    return min((_TELLING.index(piece) for piece in pieces if piece in _TELLING), default=len(_TELLING))


def _frames(trace: StackTrace, limit: int) -> list[str]:
    """Gives what was thrown, and the nearest frame with its line of code."""
    nearest = trace.own[:1] if trace.leads else trace.own[-1:]
    code = ["\n".join(frame.split("\n")[:2]) for frame in nearest]
    return [clip(text, limit) for text in (*trace.exceptions, *code)]
