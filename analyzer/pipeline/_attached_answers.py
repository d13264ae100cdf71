"""Answers what the checklist asks for by what a person attached."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from analyzer.packet import Attachment, Case

_TOOLS = "dig|nslookup|traceroute|tracert|tracepath|mtr|ping|openssl|s_client|curl"
_NETWORK_TOOL = re.compile(rf"(?i)(?:^|[^a-z])(?:{_TOOLS})(?![a-z])")


def with_attached(case: Case, attachments: Sequence[Attachment]) -> Case:
    """Answers the questions for screenshots and for output of network tools by what is attached, if the case does not.

    Only its name tells the output of a tool from another text.
    """
    told = {
        "screenshots": _placed(attachments, "picture", "screenshots/screenshot", "png"),
        "network_tests": tuple(
            text
            for text in _placed(attachments, "text", "evidence/attachments/attachment", "txt")
            if _NETWORK_TOOL.search(text.rpartition("made of ")[2])
        ),
    }
    return replace(case, answers={**{key: texts for key, texts in told.items() if texts}, **case.answers})


def _placed(attachments: Sequence[Attachment], kind: str, stem: str, suffix: str) -> tuple[str, ...]:
    """Gives for each attachment of this kind its file in the packet, and the name that it had."""
    alike = [each for each in attachments if (each.kind == "picture") == (kind == "picture")]
    return tuple(
        f"{stem}-{number:02}.{suffix}, made of {each.name}" for number, each in enumerate(alike, 1) if each.kind == kind
    )
