"""Compares what the programs wrote with what the clients saw, before a recording is accepted."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from lab.exchange import Exchange
from lab.truth import UnfitRecordingError

LINES = (
    re.compile(r'" (\d{3}) \d+ "[^"]*" "[^"]*" rid=(\S+) '),
    # ingress-nginx: the id comes last
    re.compile(r'" (\d{3}) \d+ "[^"]*" "[^"]*" \d+ [\d.]+ \[[^]]*\] \[\] .* ([0-9a-f]{32})$'),
)
COMBINED = re.compile(r'" (\d{3}) \d+ "[^"]*" "[^"]*"$')
BALANCER = re.compile(r" (\d{3}) \d+ \S+ \S+ \S{4} [\d/]+ [\d/]+ \{([0-9a-f]{32})\|")


def edge_statuses(access_log: Path) -> dict[str, int]:
    """Status by request id; by line number where the format has no id."""
    found: dict[str, int] = {}
    for number, line in enumerate(access_log.read_text().splitlines(), 1):
        if line.startswith("{"):
            record = json.loads(line)
            found[record["request_id"]] = record["status"]
        elif match := next(filter(None, (pattern.search(line) for pattern in LINES)), None):
            found[match[2]] = int(match[1])
        elif match := COMBINED.search(line):
            found[f"line {number}"] = int(match[1])
        else:
            raise UnfitRecordingError(f"unknown line in {access_log}: {line}")
    return found


def balancer_statuses(log: Path) -> dict[str, int]:
    """Status by request id of what HAProxy answered or passed on."""
    return {match[2]: int(match[1]) for match in BALANCER.finditer(log.read_text())}


def with_ids(exchanges: Sequence[Exchange], application_log: Path) -> list[Exchange]:
    """Gives an exchange whose answer the browser hid the request id that the application logged with its trace."""
    ids = {}
    for line in application_log.read_text().splitlines():
        if line.startswith("{"):
            record = json.loads(line)
            trace = record.get("trace_id", record.get("trace.id"))
            ids[trace] = record.get("request_id", record.get("http.request.id"))
    return [
        replace(one, request_id=ids[one.trace_id]) if not one.request_id and one.trace_id in ids else one
        for one in exchanges
    ]


def check(exchanges: Sequence[Exchange], edge: Mapping[str, int], application_log: Path) -> str:
    """Raises UnfitRecordingError where the edge and a client disagree; returns counts for the reader."""
    answered = {one.request_id: one.status for one in exchanges if one.request_id and one.status}
    wrong = {key for key, status in answered.items() if edge.get(key) != status}
    if any(key.startswith("line ") for key in edge):
        wrong = set()
    if wrong:
        raise UnfitRecordingError(f"the edge and the clients disagree about {sorted(wrong)[:5]}")
    if application_log.suffix == ".jsonl":
        for line in application_log.read_text().splitlines():
            json.loads(line)
    lost = sum(one.status is None for one in exchanges)
    return (
        f"  clients {dict(sorted(Counter(answered.values()).items()))}, {lost} without an answer\n"
        f"  edge    {dict(sorted(Counter(edge.values()).items()))}, "
        f"{len(edge.keys() - answered.keys())} that no client kept (preflights, cancelled)\n"
    )
