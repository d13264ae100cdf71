"""P17 and P18: versions of the client, and the places that answered."""

from __future__ import annotations

from analyzer.packet._item import Question
from analyzer.packet.items._check import Check, Derived, Material, listed, places

_VERSIONS = Question(
    "versions",
    "Which versions of the operating system, browser or SDK, and application do affected clients run?",
    "A fault may be known for one of them.",
    "Windows 11 24H2, Edge 143, app 3.8.1",
    many=True,
)
_REGION = Question(
    "region",
    "In which region, zone or data centre does it happen?",
    "The receiver looks there first.",
    "eu-central-1, zone eu-central-1a",
    many=True,
)
_CLIENT = {
    "user_agent": "User-Agent",
    "client_version": "client version",
    "har_creator": "recorded by",
    "har_browser": "browser",
}
_PLACES = {"region": "region", "pop": "point of presence", "x-served-by": "x-served-by", "x-amz-cf-pop": "x-amz-cf-pop"}


def _told(material: Material, names: dict[str, str]) -> Derived | None:
    found = {name: [item for item in material.facts.of(name) if item.count] for name in names}
    parts = [f"{names[name]} {listed(items)}" for name, items in found.items() if items]
    refs = places(item for items in found.values() for item in items)
    return Derived("; ".join(parts) + ".", refs) if parts else None


ITEMS = (
    Check("P17", "Client, OS and SDK versions", "mixed", lambda material: _told(material, _CLIENT), (_VERSIONS,)),
    Check("P18", "Region, zone, point of presence", "mixed", lambda material: _told(material, _PLACES), (_REGION,)),
)
