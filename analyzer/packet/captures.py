"""Cuts HARs down to the entries that matter, and keeps each file a valid HAR."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from analyzer.packet._left_out import LeftOut
from analyzer.packet._pieces import grouped, part_names

Clean = Callable[[dict[str, Any]], dict[str, Any]]
_LIMIT = "a single entry is larger than a file may be"


@dataclass
class Captures:
    """Finished files, which source each was cut from, and what they do not hold."""

    files: dict[str, bytes] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    entries: dict[str, int] = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)


def add_capture(
    made: Captures, stem: str, source: str, document: Mapping[str, Any], wanted: Collection[int] | None, clean: Clean,
    most_bytes: int,
) -> None:  # fmt: skip
    """Adds the wanted entries (by index; None for all) of one HAR, in files of at most most_bytes; none, no file.

    clean makes a valid, redacted HAR of a document; it is called for each file anew, since a marker covers the whole
    log. source is the redacted name. Each entry's comment says which entry of the capture it was; of the pages those
    stay that an entry belongs to.
    """
    log = document["log"]
    indexes = sorted(range(len(log["entries"])) if wanted is None else wanted)
    kept = [index for index in indexes if isinstance(log["entries"][index], dict)]
    if not kept:
        return
    sizes = _sizes(clean(_part(log, kept))) if kept else []
    head = len(_encoded(clean(_part(log, []))))
    fitting = [(index, size) for index, size in zip(kept, sizes, strict=True) if size + head <= most_bytes]
    for what, why, count in _losses(log["entries"], indexes, kept, len(fitting), all_wanted=wanted is None):
        if count:
            made.left_out.append(LeftOut(what, why, count, stem))
    groups = grouped(fitting, most_bytes - head)
    for name, group in zip(part_names(stem, "har", max(1, len(groups))), groups, strict=False):
        made.files[name] = _encoded(clean(_part(log, group)))
        made.sources[name], made.entries[name] = source, len(group)


def _losses(
    entries: list[Any], indexes: list[int], kept: list[int], fitting: int, *, all_wanted: bool
) -> Iterator[tuple[str, str, int]]:
    if not all_wanted:
        yield "entries", "no incident rests on them", len(entries) - len(indexes)
    yield "broken entries", "they are no objects that could be redacted by place", len(indexes) - len(kept)
    yield "entries", _LIMIT, len(kept) - fitting


def _part(log: Mapping[str, Any], indexes: list[int]) -> dict[str, Any]:
    entries = [{**log["entries"][index], "comment": f"Entry {index} of the capture."} for index in indexes]
    pages = {entry.get("pageref") for entry in entries}
    listed = log.get("pages")
    belong = [page for page in listed if isinstance(page, dict) and page.get("id") in pages] if listed else []
    return {"log": {**log, "pages": belong, "entries": entries}}


def _sizes(document: dict[str, Any]) -> list[int]:
    """Gives the bytes that each entry takes in a file, with those of its page, which may go to any of the parts."""
    log = document["log"]
    pages = {page["id"]: len(_encoded(page)) for page in log.get("pages", ())}
    # Deeper in the file each line is indented further than the entry alone is.
    return [
        _indented(entry) + pages.get(entry.get("pageref"), 0) * 2 for entry in log["entries"]
    ]


def _indented(entry: dict[str, Any]) -> int:
    data = _encoded(entry)
    return len(data) + 4 * data.count(b"\n") + 8


def _encoded(value: Any) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=1) + b"\n"
