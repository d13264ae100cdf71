"""Reads x-tests: samples of log lines or events, and what the rule has to make of each."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import polars as pl

from analyzer.detect._faults import Faults
from analyzer.detect._rule import Sample
from analyzer.schema import EVENTS, KINDS

MAX_EVENTS = 1000
_KEY = "x-tests"
_KEYS = frozenset({"input", "events", "format", "fires", "matches"})
_MAX_COUNT = 2**31
_WORDS = {pl.String: "text", pl.Boolean: "true or false", pl.Float64: "a number"}


def parse_samples(section: dict[str, Any], faults: Faults) -> tuple[Sample, ...]:
    """Gives the samples of a rule, and notes every fault in them; none where it has no x-tests.

    x-tests is a list of maps: input (lines of a log as text; format names their format) or events (maps of canonical
    columns; facts are computed), and fires (true, false or the number of signals), matches (the number of events that
    a detection fits), or both.
    """
    if _KEY not in section:
        return ()
    listed = section[_KEY]
    if not isinstance(listed, list) or not listed:
        faults.add("needs a list of samples as x-tests.", _KEY, hint="Such as: x-tests: [{input: '...', fires: true}].")
        return ()
    return tuple(_sample(each, index, "correlation" in section, faults) for index, each in enumerate(listed))


def _sample(sample: Any, index: int, is_correlation: bool, faults: Faults) -> Sample:  # noqa: FBT001
    place = faults.document.where(_KEY, index)
    if not isinstance(sample, dict):
        faults.add("needs a map as sample.", _KEY, index, hint=f"Known keys: {', '.join(sorted(_KEYS))}.")
        return Sample(place)
    faults.unknown(sample, _KEYS, _KEY, index)
    if ("input" in sample) == ("events" in sample):
        hint = "Lines of a log as text are the input; maps of canonical columns are events."
        faults.add("needs either input or events.", _KEY, index, hint=hint)
    if "fires" not in sample and "matches" not in sample:
        faults.add("needs fires or matches.", _KEY, index, hint="Whether the rule fires: true, false or how often.")
    if is_correlation and "matches" in sample:
        faults.add("has matches in a correlation.", _KEY, index, "matches", hint="Say how often it fires instead.")
    return Sample(
        location=place,
        input=_input(sample, index, faults),
        events=_events(sample, index, faults),
        format=faults.text(sample, "format", _KEY, index),
        fires=_count(sample, "fires", index, faults),
        matches=_matches(sample, index, faults),
    )


def _input(sample: dict[str, Any], index: int, faults: Faults) -> str | None:
    if "input" not in sample:
        return None
    text = faults.text(sample, "input", _KEY, index)
    if sample["input"] is None or (text is not None and not text.strip()):
        faults.add("has an empty input.", _KEY, index, "input", hint="Paste at least one line of a log.")
    return text


def _count(sample: dict[str, Any], key: str, index: int, faults: Faults) -> bool | int | None:
    if key not in sample:
        return None
    value = sample[key]
    if isinstance(value, int) and 0 <= value < _MAX_COUNT:
        return value
    hint = "true, false, or how many signals it gives." if key == "fires" else "How many events fit."
    faults.add(f"has no whole number as {key}.", _KEY, index, key, hint=hint)
    return None


def _matches(sample: dict[str, Any], index: int, faults: Faults) -> int | None:
    if isinstance(sample.get("matches"), bool):
        faults.add("has no whole number as matches.", _KEY, index, "matches", hint="How many events fit.")
        return None
    return _count(sample, "matches", index, faults)


def _events(sample: dict[str, Any], index: int, faults: Faults) -> tuple[dict[str, Any], ...]:
    if "events" not in sample:
        return ()
    events = sample["events"]
    hint = "One map for each event, such as: {status: 502, path: /a}. `analyzer schema` lists the columns."
    if not isinstance(events, list) or not events or not all(isinstance(event, dict) for event in events):
        faults.add("needs a list of maps as events.", _KEY, index, "events", hint=hint)
        return ()
    if len(events) > MAX_EVENTS:
        faults.add(f"has more than {MAX_EVENTS:,} events.", _KEY, index, "events", hint="Fewer show the same.")
        return ()
    for number, event in enumerate(events):
        for name, value in event.items():
            problem = _problem(name, value)
            if problem:
                faults.add(problem, _KEY, index, "events", number, name, hint=hint)
    return tuple(events)


def _problem(name: str, value: Any) -> str | None:
    if name not in EVENTS:
        return f"has {name!r}, which is no canonical column; facts are computed."
    if name == "kind" and value not in KINDS:
        return f"has an unknown kind; it is one of {', '.join(KINDS)}."
    dtype = EVENTS[name]
    if value is None:
        return None
    if isinstance(dtype, pl.List):
        fits = isinstance(value, list) and all(item is None or _fits(item, dtype.inner) for item in value)
        return None if fits else f"needs a list as {name}, each item {_word(dtype.inner)}."
    return None if _fits(value, dtype) else f"needs {_word(dtype)} as {name}."


def _fits(value: Any, dtype: Any) -> bool:
    if dtype == pl.Boolean:
        return isinstance(value, bool)
    if isinstance(value, bool):
        return False
    if isinstance(dtype, pl.Datetime):
        return isinstance(value, str) and _is_time(value)
    if dtype == pl.String:
        return isinstance(value, str)
    if dtype == pl.Float64:
        return isinstance(value, (int, float))
    return isinstance(value, int) and abs(value) < _MAX_COUNT ** (1 if dtype == pl.Int32 else 2)


def _is_time(value: str) -> bool:
    try:
        time = datetime.fromisoformat(value)
        return time.tzinfo is not None and time.astimezone(UTC) is not None
    except (ValueError, OverflowError):
        return False


def _word(dtype: Any) -> str:
    if isinstance(dtype, pl.Datetime):
        return "an ISO 8601 time with its offset"
    return _WORDS.get(dtype, "a whole number")
