"""Compares what the programs wrote with what the clients saw, before a recording is accepted."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from lab.exchange import Exchange
from lab.truth import UnfitRecordingError

PAIRS = re.compile(r'" (\d{3}) \d+ "[^"]*" "[^"]*" rid=([0-9a-f]{32}) ')


def edge_statuses(access_log: Path) -> dict[str, int]:
    """Status by request id."""
    found = {}
    for line in access_log.read_text().splitlines():
        if line.startswith("{"):
            record = json.loads(line)
            found[record["request_id"]] = record["status"]
        elif match := PAIRS.search(line):
            found[match[2]] = int(match[1])
        else:
            raise UnfitRecordingError(f"unknown line in {access_log}: {line}")
    return found


def check(exchanges: Sequence[Exchange], access_log: Path, application_log: Path) -> str:
    """Raises UnfitRecordingError where nginx and a client disagree; returns counts for the reader."""
    edge = edge_statuses(access_log)
    answered = {one.request_id: one.status for one in exchanges if one.request_id}
    wrong = {key for key, status in answered.items() if edge.get(key) != status}
    if wrong:
        raise UnfitRecordingError(f"nginx and the clients disagree about {sorted(wrong)[:5]}")
    for line in application_log.read_text().splitlines():
        json.loads(line)
    lost = sum(one.status is None for one in exchanges)
    return (
        f"  clients {dict(sorted(Counter(answered.values()).items()))}, {lost} without an answer\n"
        f"  nginx   {dict(sorted(Counter(edge.values()).items()))}, "
        f"{len(edge.keys() - answered.keys())} that no client kept (preflights, cancelled)\n"
    )
