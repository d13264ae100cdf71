"""Takes the names of people out of what is reported: after detection, whose rules may ask for them."""

from __future__ import annotations

from dataclasses import replace

from analyzer.detect import Signal
from analyzer.pipeline._plan import Run
from analyzer.redact import People


def hide_people(state: Run) -> Run:
    """Replaces them in the events, exchanges and signals, so that no sentence made of these can hold one."""
    assert state.joined is not None  # noqa: S101 - the order of STAGES
    assert state.exchanges is not None  # noqa: S101
    assert state.detected is not None  # noqa: S101
    people = state.plan.people()
    joined = replace(
        state.joined,
        events=people.hidden(state.joined.events),
        exchanges=people.hidden(state.joined.exchanges),
    )
    exchanges = people.hidden(state.exchanges)
    signals = tuple(_without_people(signal, people) for signal in state.detected.signals)
    return replace(state, joined=joined, exchanges=exchanges, detected=replace(state.detected, signals=signals))


def _without_people(signal: Signal, people: People) -> Signal:
    names = {value: people.shown(value) for _, value in signal.group if people.shown(value) != value}
    if not names:
        return signal
    title, says, *others = people.in_texts([signal.title, signal.says or "", *signal.next_steps, *signal.ask], names)
    steps = len(signal.next_steps)
    return replace(
        signal,
        title=title,
        says=None if signal.says is None else says,
        next_steps=tuple(others[:steps]),
        ask=tuple(others[steps:]),
        group=tuple((field, names.get(value, value)) for field, value in signal.group),
    )
