"""Finds the log and its entries in the bytes of a HAR."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from analyzer.errors import InputError
from analyzer.formats._har_salvage import reason_of, salvage
from analyzer.formats._har_text import HarText, Loaded, decode_text, load_json, load_utf8

_HINT = "Export it again: in the browser's developer tools, Network, save all as HAR."
_KNOWN = frozenset({"version", "creator", "browser", "pages", "entries"})


@dataclass(frozen=True, slots=True)
class HarLog:
    """The log without entries; entries as plain Python or BrokenEntry; repairs by name; cut: the file ends early."""

    log: dict[str, Any]
    entries: list[Any]
    notes: tuple[str, ...]
    repairs: Counter[str]
    cut: bool = False


def read_log(data: bytes) -> HarLog:
    """Reads bytes to a log; raises InputError if there is no log and no entry in them."""
    quick = load_utf8(data)
    if quick is not None:
        return _log_of(*quick)
    text = decode_text(data)
    if not text.text.strip():
        raise InputError("is empty.", hint=_HINT)
    try:
        loaded = load_json(text.text)
    except ValueError as error:
        return _salvaged(text, error, len(data))
    return _log_of(loaded, text.notes)


def _log_of(loaded: Loaded, decoded: tuple[str, ...]) -> HarLog:
    log, notes = _find_log(loaded.value)
    entries = log.get("entries")
    if entries is None:
        notes.append("The log has no entries.")
    elif not isinstance(entries, list):
        raise InputError("is no HAR: log.entries is not a list.", hint=_HINT)
    rest = {key: value for key, value in log.items() if key != "entries"}
    return HarLog(rest, entries or [], (*decoded, *notes), Counter(loaded.repairs))


def _find_log(value: Any) -> tuple[dict[str, Any], list[str]]:
    if isinstance(value, dict):
        log = value.get("log")
        if isinstance(log, dict) and _KNOWN & log.keys():
            return log, []
        if isinstance(value.get("entries"), list):
            return value, ["The entries stand in no log object."]
        if _is_entry(value):
            return {"entries": [value]}, ["The file is one entry without a log."]
    if isinstance(value, list) and any(_is_entry(item) for item in value):
        return {"entries": value}, ["The entries stand in no log object."]
    raise InputError("is JSON, but no HAR: it has no log with entries.", hint=_HINT)


def _is_entry(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("request"), dict) and "url" in value["request"]


def _salvaged(text: HarText, error: ValueError, size: int) -> HarLog:
    saved = salvage(text.text)
    if saved is None:
        place = getattr(error, "pos", None)
        where = "" if place is None else f" at byte {text.byte_at(place):,}"
        raise InputError(f"{reason_of(error)}{where}, and holds no entries that could be saved.", hint=_HINT)
    counted = "1 complete entry was" if saved.complete == 1 else f"{saved.complete:,} complete entries were"
    if saved.cut:
        note = f"The file ends early: {counted} recovered, cut at byte {size:,}."
    else:
        rest = (
            "" if saved.unread_from is None else f"; what follows byte {text.byte_at(saved.unread_from):,} was not read"
        )
        note = f"The file {reason_of(error)}: {counted} recovered{rest}."
    log = {key: value for key, value in saved.log.items() if key != "entries"}
    return HarLog(log, saved.entries, (*text.notes, note), saved.repairs, cut=saved.cut)
