"""Words for a hop and for where the time went, the same in the report, in a trace and on a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.model import Attempt, Hop
from analyzer.wording.words import microseconds, plural

_ALSO_FOR_NOBODY = (502, 504)  # nginx, $upstream_status: written where a server behind did not answer, too
JOINS = {"exact": "exact match", "strong": "strong match", "weak": "weak match"}


def outcome(hop: Hop) -> str:
    """Gives status and duration of a hop, as far as its line tells them: 502 after 22 ms."""
    said = [str(hop.status)] if hop.status is not None else []
    if hop.error:
        said.append(hop.error)
    if hop.duration_us is not None:
        took = microseconds(hop.duration_us)
        said.append(f"after {took}" if said else took)
    return " ".join(said)


def join(hop: Hop) -> str:
    """Gives how sure the hop's tie to the others is, and of how many rows it was chosen; empty if it stands alone."""
    if hop.join is None:
        return ""
    said = JOINS[hop.join]
    if hop.join == "exact" or hop.candidates is None:
        return said
    return f"{said}, {plural(hop.candidates, 'candidate')}"


def facts(hop: Hop) -> Iterator[str]:
    """Yields what else the line of a hop tells: whom a proxy asked, the exception, how its time was corrected."""
    if hop.queue_us:
        yield f"Waited {microseconds(hop.queue_us)} in its queue."
    for number, attempt in enumerate(hop.attempts, 1):
        yield _attempt(attempt, f" (attempt {number} of {len(hop.attempts)})" if len(hop.attempts) > 1 else "")
    if hop.exception:
        yield f"Exception: {hop.exception}"
    if hop.clock:
        yield f"Time {hop.clock}."


def _attempt(attempt: Attempt, nth: str) -> str:
    said = [f"Asked {attempt.address or 'a server behind it'}{nth}"]
    said.append(_answered(attempt.status))
    if attempt.duration_us is not None:
        said.append(f"after {microseconds(attempt.duration_us)}")
    if attempt.connect_us is not None:
        said.append(f"connected in {microseconds(attempt.connect_us)}")
    return f"{said[0]}: {', '.join(said[1:])}."


def _answered(status: int | None) -> str:
    if status is None:
        return "no answer of it is known"
    return f"logged as {status}" if status in _ALSO_FOR_NOBODY else f"it answered {status}"
