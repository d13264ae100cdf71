"""94 secrets planted in captures and logs: none is in any file of a packet, in any spelling, for any profile."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import canaries
import canaries_log
import pytest
from packet_story import KEY, NOW, write_story

from analyzer.packet import Case, read_attachment, zip_bytes
from analyzer.pipeline import STAGES, Asked, Plan, Run, finish_packet
from analyzer.pipeline._escalate import draft_packet
from analyzer.redact import PROFILES

PLANTED = {**canaries.PLACES, **canaries_log.PLACES}


@pytest.fixture(scope="module")
def diagnosed(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Reads the planted captures and logs beside a story, so that there is an incident to tell of."""
    folder = write_story(tmp_path_factory.mktemp("inputs"))
    (folder / "canaries.har").write_bytes(canaries.canary_har())
    (folder / "cut.har").write_bytes(canaries.cut_har())
    for name, data in canaries_log.files():
        (folder / name).write_bytes(data)
    inputs = tuple(str(path) for path in sorted(folder.iterdir()))
    state = Run(Plan(inputs, tmp_path_factory.mktemp("work"), KEY, now=datetime.fromisoformat(NOW), packet_facts=True))
    for stage in STAGES[:-1]:
        state = stage(state)
    return state


@pytest.mark.parametrize("profile", PROFILES)
def test_no_planted_secret_is_in_a_packet(profile: str, diagnosed: Run, tmp_path: Path) -> None:
    """With the whole capture attached too; the gate agrees."""
    (tmp_path / "attached.har").write_bytes(canaries.canary_har())
    state = replace(diagnosed, plan=replace(diagnosed.plan, profile=profile))
    begun = draft_packet(state, [read_attachment(tmp_path / "attached.har")])
    packet = finish_packet(begun, Asked(Case("canaries"), "generic", 4_500_000))
    assert {"evidence/incident-1.ndjson", "evidence/attachments/attachment-01.har"} < set(packet.files)
    assert packet.gate is not None
    packet.gate.search(packet.files)
    allowed = canaries.ADDRESSES_THAT_STAY[profile]
    found = {(name, place) for name, data in packet.files.items() for place in canaries.survivors(data, PLANTED)}
    assert {(name, place) for name, place in found if place not in allowed} == set()
    packed = zip_bytes("canaries", packet.files, state.plan.now)
    assert canaries.survivors(packed, PLANTED) <= allowed
