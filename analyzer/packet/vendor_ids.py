"""Puts the ids of a vendor first, and asks for them where the inputs hold none: others lead that vendor nowhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from analyzer.model import Analysis, Identified
from analyzer.packet._item import Item
from analyzer.packet.items.ids import NO_ANSWER, TRACES, pairs
from analyzer.packet.vendors import Vendor, vendor_of
from analyzer.wording.words import clock


def for_vendor(items: Iterable[Item], analysis: Analysis, vendor: str) -> tuple[Item, ...]:
    """Gives the items with request ids and trace ids as the vendor knows them; all others as they are.

    Where its form has a field for ids and failing requests have none of its own, the item is missing and says so; what
    a person answered stays, and nobody is asked where no request got an answer. Raises UsageError for a vendor that is
    not known.
    """
    found = vendor_of(vendor)
    return tuple(_ids_first(item, analysis, found) if item.id in ("P04", "P05") else item for item in items)


def _ids_first(item: Item, analysis: Analysis, vendor: Vendor) -> Item:
    own = [name for name in vendor.ids if (name in TRACES) == (item.id == "P05")]
    if not own or not item.open:
        return item
    requests = [request for facts in analysis.facts.values() for request in facts.identified]
    mine = [request for request in requests if _has(request, own, vendor)]
    if not mine:
        wanted = any(item.id in field.items for field in vendor.fields)
        if not wanted or item.answer == NO_ANSWER or any(_has(request, vendor.ids, vendor) for request in requests):
            return item
        question = f"No {vendor.id_name} ({' or '.join(own[:2])}) is in the inputs. Which did failing requests get?"
        known = item.answer or item.known
        others = f"ids of other systems: {known}" if known else ""
        asked = tuple(
            replace(each, text=question, example=f"{own[0]} as a failing answer has it") for each in item.open
        )
        return replace(item, answer=None, required=True, question=question, known=others, open=asked)
    told = [_ordered(request, own, traces=item.id == "P05") for request in mine]
    return replace(item, answer="; ".join(told), refs=tuple(request.ref for request in mine))


def _has(request: Identified, names: Sequence[str], vendor: Vendor) -> bool:
    return any(name in names and value.startswith(vendor.id_begin) for name, value in request.ids)


def _ordered(request: Identified, wanted: Sequence[str], *, traces: bool) -> str:
    own = [pair for pair in request.ids if (pair[0] in TRACES) == traces]
    own.sort(key=lambda pair: wanted.index(pair[0]) if pair[0] in wanted else len(wanted))
    at = f"at {clock(request.at)} UTC: " if request.at else ""
    return f"{at}{pairs(own)}"
