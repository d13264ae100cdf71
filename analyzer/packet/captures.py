"""Cuts HARs down to the entries that matter, and keeps each file a valid HAR."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from analyzer.packet._json import json_bytes
from analyzer.packet._left_out import LeftOut
from analyzer.packet._pieces import grouped, part_names
from analyzer.redact import Fired

Clean = Callable[[dict[str, Any], list[Fired]], dict[str, Any]]


@dataclass
class Captures:
    """Finished files, of which source each was cut, how many entries it holds; what was replaced and left out.

    places maps a source and the number of an entry in it to the file that holds it and the number there.
    clean makes a valid, redacted HAR of a document and adds to a trail; it is called for each file anew, since a marker
    covers the whole log. No file is larger than most_bytes.
    """

    clean: Clean
    most_bytes: int
    files: dict[str, bytes] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    entries: dict[str, int] = field(default_factory=dict)
    places: dict[tuple[str, int], str] = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)
    trail: list[Fired] = field(default_factory=list)

    def add(self, stem: str, source: str, document: Mapping[str, Any], wanted: Collection[int] | None) -> None:
        """Adds the wanted entries (by index; None for all) of one HAR, in as many files as they need.

        source is the redacted name. Of the pages those stay that an entry belongs to.
        """
        log = document["log"]
        indexes = sorted(range(len(log["entries"])) if wanted is None else wanted)
        kept = [index for index in indexes if _is_whole(log["entries"][index])]
        groups = self._groups(log, kept) if kept else []
        fitting = sum(map(len, groups))
        for what, why, count in (
            ("entries", "no incident rests on them", 0 if wanted is None else len(log["entries"]) - len(indexes)),
            ("broken entries", "they are no requests that could be redacted by place", len(indexes) - len(kept)),
            ("entries", "one alone is larger than a file may be", len(kept) - fitting),
        ):
            if count:
                self.left_out.append(LeftOut(what, why, count, stem))
        for name, group in zip(part_names(stem, "har", len(groups)), groups, strict=True):
            self.files[name] = _encoded(self.clean(_part(log, group), self.trail))
            self.sources[name], self.entries[name] = source, len(group)
            self.places |= {(source, index): f"{name}#{number}" for number, index in enumerate(group)}

    def _groups(self, log: Mapping[str, Any], kept: list[int]) -> list[list[int]]:
        """Gives the indexes of the entries of each file."""
        whole = self.clean(_part(log, kept), [])
        if len(_encoded(whole)) <= self.most_bytes:
            return [kept]
        room = self.most_bytes - len(_encoded(self.clean(_part(log, []), [])))
        sizes = zip(kept, _sizes(whole), strict=True)
        return grouped(((index, size) for index, size in sizes if size <= room), room)


def _is_whole(entry: Any) -> bool:
    """Whether an entry has a URL; those without one are no part of a cleaned HAR."""
    request = entry.get("request") if isinstance(entry, dict) else None
    url = request.get("url") if isinstance(request, dict) else None
    return isinstance(url, str) and bool(url.strip())


def _part(log: Mapping[str, Any], indexes: list[int]) -> dict[str, Any]:
    entries = [log["entries"][index] for index in indexes]
    pages = {entry.get("pageref") for entry in entries}
    listed = log.get("pages")
    belong = [page for page in listed if isinstance(page, dict) and page.get("id") in pages] if listed else []
    return {"log": {**log, "pages": belong, "entries": entries}}


def _sizes(document: dict[str, Any]) -> list[int]:
    """Gives the bytes that each entry takes in a file, with those of its page, which may go to any of the parts."""
    log = document["log"]
    pages = {page["id"]: len(_encoded(page)) for page in log.get("pages", ())}
    # Deeper in the file each line is indented further than the entry alone is.
    return [_indented(entry) + pages.get(entry.get("pageref"), 0) * 2 for entry in log["entries"]]


def _indented(entry: dict[str, Any]) -> int:
    data = _encoded(entry)
    return len(data) + 4 * data.count(b"\n") + 8


def _encoded(value: Any) -> bytes:
    return json_bytes(value, indent=1) + b"\n"
