"""P16, P24 and P32: the capture, output of network tools, screenshots."""

from __future__ import annotations

from analyzer.model import Ref
from analyzer.packet._item import Question
from analyzer.packet.items._check import Check, Derived, Material, quoted
from analyzer.wording.words import plural, source_name

_NETWORK = Question(
    "network_tests",
    "What do dig, traceroute (or mtr), openssl s_client and curl -v say of the host? Attach the output.",
    "It shows the way to the server, and where that ends.",
    "traceroute.txt: 12 hops, the last two do not answer",
    many=True,
)
_SCREENSHOTS = Question(
    "screenshots",
    "Is there a screenshot of the error, with its time and step? Attach it, and black out what is private.",
    "It shows what a user sees.",
    "checkout.png: 12:04 UTC, after pressing Order",
    many=True,
)


def _capture(material: Material) -> Derived | None:
    captures = material.captures
    if not captures:
        return None
    told = [
        f"{quoted(source_name(source.name))} ({plural(source.entries or 0, 'entry', 'entries')})" for source in captures
    ]
    state = "NOT redacted" if material.profile is None else "sanitised"
    text = f"har/ holds the entries that matter of {', '.join(told[:4])}, {state}."
    return Derived(text, tuple(Ref(source.name) for source in captures))


ITEMS = (
    Check(
        "P16",
        "Sanitised HAR, relevant entries only",
        "derived",
        _capture,
        ask="Can you record the fault in the browser as a HAR file, from before the page is opened?",
        required=lambda material: bool(material.captures),
    ),
    Check("P24", "DNS, traceroute, openssl, curl output", "ask", questions=(_NETWORK,), required=lambda _: False),
    Check("P32", "Screenshots with time and step", "ask", questions=(_SCREENSHOTS,), required=lambda _: False),
)
