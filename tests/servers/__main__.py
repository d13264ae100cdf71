"""`make conformance`: records every server, reads its logs with the tool, and shows where the two disagree."""

from __future__ import annotations

import os
import shutil
import sys
import time
import traceback
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from analyzer import registry
from servers._compare import Difference, Outcome, compare, summary
from servers._lines import Log
from servers._programs import Server, folder, has_ipv6

SHOWN = int(os.environ.get("SHOWN", "20"))
ALIKE = int(os.environ.get("ALIKE", "2"))
CUT = 300


def main(names: Sequence[str]) -> int:
    """Checks the named servers, or all of them; gives 1 where anything differs, 2 where a server is missing."""
    found: dict[str, Server] = dict(registry.discover("servers", "SERVER").items())  # type: ignore[misc]
    unknown = [name for name in names if name not in found]
    if unknown:
        sys.stdout.write(f"There is no server {', '.join(unknown)}; there are {', '.join(found)}.\n")
        return 2
    wanted = [server for name, server in found.items() if not names or name in names]
    missing = [server for server in wanted if shutil.which(server.program) is None]
    if missing:
        packages = " ".join(package for server in missing for package in server.packages)
        sys.stdout.write(f"Not installed: {', '.join(server.name for server in missing)}.\n")
        sys.stdout.write(f"  apt-get install --no-install-recommends {packages}\n")
        return 2
    if not has_ipv6():
        sys.stdout.write("This machine has no IPv6: what is asked over it is left out.\n")
    begun = time.monotonic()
    with ThreadPoolExecutor(2) as pool:
        recordings = [(server, pool.submit(_record, server)) for server in wanted]
        outcomes = [outcome for server, recording in recordings for outcome in _check(server, recording)]
    _tell(outcomes, time.monotonic() - begun)
    return 1 if any(outcome.differences for outcome in outcomes) else 0


def _record(server: Server) -> Sequence[Log]:
    with folder(server.name) as home:
        return server.record(home)


def _check(server: Server, recording: Future[Sequence[Log]]) -> list[Outcome]:
    failure = recording.exception()
    if failure is None:
        outcomes = [_compared(server, log) for log in recording.result()]
    else:
        frames = traceback.format_exception(failure)
        outcomes = [_failed(server.name, "(recording)", "the logs of the server", frames)]
    rows = [("log", "read by", "lines", "compared", "columns", "values", "differences")]
    for one in outcomes:
        cells = (one.lines, one.compared, len(one.columns), one.values, len(one.differences))
        rows.append((one.log, one.chosen[:60], *(str(cell) for cell in cells)))
    widths = [max(len(row[index]) for row in rows) for index in range(len(rows[0]))]
    sys.stdout.write("\n")
    for row in rows:
        left = [cell.ljust(width) for cell, width in zip(row[:2], widths[:2], strict=True)]
        right = [cell.rjust(width) for cell, width in zip(row[2:], widths[2:], strict=True)]
        sys.stdout.write("  ".join([*left, *right]).rstrip() + "\n")
    sys.stdout.flush()
    return outcomes


def _compared(server: Server, log: Log) -> Outcome:
    try:
        return compare(server.name, log)
    except Exception as crash:  # noqa: BLE001 - that the tool raises is a difference like any other
        return _failed(f"{server.name}/{log.name}", "(crash)", "no exception", traceback.format_exception(crash))


def _failed(place: str, what: str, expected: str, frames: Sequence[str]) -> Outcome:
    return Outcome(place, 0, differences=[Difference(place, 0, what, expected, frames[-1], frames[-2].strip(), "")])


def _tell(outcomes: Sequence[Outcome], seconds: float) -> None:
    differences = [difference for outcome in outcomes for difference in outcome.differences]
    lines = sum(outcome.lines for outcome in outcomes)
    values = sum(outcome.values for outcome in outcomes)
    sys.stdout.write(f"\n{lines} lines, {values} values, {len(differences)} differences, {seconds:.0f} s\n")
    for outcome in outcomes:
        if outcome.differences:
            counts = ", ".join(f"{column} {count}" for column, count in summary(outcome).most_common())
            sys.stdout.write(f"  {outcome.log}: {counts}\n")
    # The first of each column tell more than many of one.
    places: Counter[tuple[str, str]] = Counter()
    several = []
    for difference in differences:
        places[difference.log, difference.column] += 1
        if places[difference.log, difference.column] <= ALIKE:
            several.append(difference)
    for difference in several[:SHOWN]:
        _show(difference)
    if len(differences) > SHOWN:
        sys.stdout.write(f"\n... and more: {len(differences)} in all\n")


def _show(difference: Difference) -> None:
    place = f"{difference.log}:{difference.line} {difference.column}"
    sys.stdout.write(
        f"\n{place}  ({difference.about})\n"
        f"  expected {_cut(difference.expected)}\n"
        f"  got      {_cut(difference.got)}\n"
        f"  line     {_cut(difference.raw)}\n"
    )


def _cut(value: object) -> str:
    text = value if isinstance(value, str) else repr(value)
    text = text.encode("unicode_escape").decode() if not text.isprintable() else text
    return text if len(text) <= CUT else f"{text[:CUT]}... ({len(text)} characters)"


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
