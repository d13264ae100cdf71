"""Compares what the tool says of a recorded story with the truth that its recorder wrote.

`python tests/story_scores.py` prints the tables of the README.
"""

from __future__ import annotations

import gzip
import json
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import polars as pl

from analyzer.model import Evidence, Incident, Ref
from analyzer.pipeline import STAGES, Plan, Run, compose_analysis

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "sample_logs"
STORIES = ROOT / "tests" / "data" / "stories"
RECORDED = ROOT.parent / "shared" / "data" / "incidents"
WEIGHTY = {"critical", "high", "medium"}
WITHIN_S = 2.0
# One of several logs of the same requests in another format: give one of them.
SECOND_COPIES = {"access.combined.log", "access.combined.log.gz"}
CONFIGURATION = {"nginx.conf", "haproxy.cfg", "truth.json"}
ID_COLUMNS = ("request_id", "trace_id", "edge_id", "span_id", "parent_span_id")
_BEGINS = re.compile(r"[\[{]|\d|[A-Z][a-z]{2} +\d|ts=|time=|level=|<\d")
_READ, _JUDGE = STAGES[:2], STAGES[2 : STAGES.index(compose_analysis) + 1]


@dataclass(frozen=True, slots=True)
class Case:
    """A story: its inputs, and the truth, which is no input."""

    name: str
    inputs: tuple[Path, ...]
    truth: Mapping[str, Any]

    @property
    def accepted(self) -> frozenset[str]:
        """The layers that may be named for any of its incidents."""
        return frozenset(layer for incident in self.truth["incidents"] for layer in layers_of(incident))


@dataclass(frozen=True, slots=True)
class Score:
    """One incident of the truth, what was found for it, and which fields are right."""

    truth: Mapping[str, Any]
    found: Incident | None
    right: Mapping[str, bool]

    @property
    def wrong(self) -> tuple[str, ...]:
        """The fields that are not right."""
        return tuple(name for name, is_right in self.right.items() if not is_right)


@cache
def cases() -> dict[str, Case]:
    """The stories of this repository, by name."""
    found = {}
    for folder in sorted(STORIES.iterdir()):
        own = folder / "inputs"
        inputs = own if own.is_dir() else SAMPLES / folder.name
        found[folder.name] = Case(folder.name, _inputs(inputs), json.loads((folder / "truth.json").read_text()))
    return found


@cache
def recorded() -> dict[str, Case]:
    """The recorded incidents outside the repository, by name; empty where they are missing."""
    folders = sorted(RECORDED.glob("*/")) if RECORDED.is_dir() else []
    return {
        path.name: Case(path.name, _inputs(path), json.loads((path / "truth.json").read_text())) for path in folders
    }


def _inputs(folder: Path) -> tuple[Path, ...]:
    return tuple(sorted(path for path in folder.iterdir() if path.name not in CONFIGURATION | SECOND_COPIES))


def layers_of(truth: Mapping[str, Any]) -> tuple[str, ...]:
    """The layers that may be named for an incident."""
    return tuple(truth.get("layer_accept") or [truth["layer"]])


def plan_of(case: Case, work: Path) -> Plan:
    """All that a run over the case depends on; a syslog line has no year, so the day after the recording is now."""
    now = datetime.fromisoformat(case.truth["recorded"]["to"]) + timedelta(days=1)
    return Plan(inputs=tuple(str(path) for path in case.inputs), work=work, key=b"k" * 32, now=now)


def read(case: Case, work: Path) -> Run:
    """Reads the inputs of a case; work is an empty folder."""
    state = Run(plan_of(case, work))
    for stage in _READ:
        state = stage(state)
    return state


def judge(state: Run) -> Run:
    """Takes what was read to its incidents, without writing anything."""
    for stage in _JUDGE:
        state = stage(state)
    return state


def withheld(state: Run) -> Iterator[tuple[str, Run]]:
    """Gives the same reading without each of its sources in turn, then without any id."""
    assert state.reading is not None
    for source in state.reading.sources:
        if len(state.reading.sources) > 1:
            yield Path(source.name).name, _without(state, source.name)
    yield "ids", _changed(state, "ids", pl.all(), [pl.lit(None, pl.String).alias(name) for name in ID_COLUMNS])


def _without(state: Run, source: str) -> Run:
    assert state.reading is not None
    kept = tuple(each for each in state.reading.sources if each.name != source)
    changed = _changed(state, Path(source).name, pl.col("source") != source, [])
    assert changed.reading is not None
    return replace(changed, reading=replace(changed.reading, sources=kept))


def _changed(state: Run, name: str, keep: pl.Expr, columns: Sequence[pl.Expr]) -> Run:
    """Writes the parts anew, with some of their rows or without some of their values."""
    assert state.reading is not None
    parts = []
    # A source's name may hold what a file's name or a pattern must not.
    place = sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:12]
    for number, part in enumerate(state.reading.parts):
        rows = pl.read_parquet(part)
        known = [column for column in columns if column.meta.output_name() in rows.columns]
        rows = rows.with_columns(known) if columns else rows.filter(keep)
        if rows.height:
            parts.append(state.plan.work / f"without-{place}-{number}.parquet")
            rows.write_parquet(parts[-1])
    return replace(state, reading=replace(state.reading, parts=tuple(parts)))


def weighty(state: Run) -> tuple[Incident, ...]:
    """The incidents above low."""
    assert state.analysis is not None
    return tuple(each for each in state.analysis.findings.incidents if each.severity in WEIGHTY)


def score(case: Case, found: Sequence[Incident]) -> tuple[Score, ...]:
    """Sets each incident of the truth beside the one that was found for it."""
    left, scores = list(found), []
    for told in case.truth["incidents"]:
        # What only a client saw, and no input holds, cannot be counted.
        truth = {**told, **told.get("visible", {})}
        mine = max(left, key=lambda each: _likeness(each, truth), default=None)
        if mine is not None:
            left.remove(mine)
        scores.append(Score(truth, mine, _right(case, mine, truth) if mine else {"found": False}))
    return tuple(scores)


def _likeness(found: Incident, truth: Mapping[str, Any]) -> tuple[int, bool, float]:
    shared = len(folded(found.correlation_ids) & folded(truth["correlation_ids"]))
    return shared, found.layer in layers_of(truth), -abs(seconds(found.started, truth["started"]))


def _right(case: Case, found: Incident, truth: Mapping[str, Any]) -> dict[str, bool]:
    checks = {
        "layer": found.layer in layers_of(truth),
        "cause": any(each.layer == found.layer and each.verdict == "cause" for each in found.layers),
        "statuses": sorted(truth["statuses"]) in (list(found.statuses), _seen_by_clients(found, truth)),
        "begin": abs(seconds(found.started, truth["started"])) <= WITHIN_S,
        "end": abs(seconds(found.ended, truth["ended"])) <= WITHIN_S,
        "ids": _same_ids(found, truth),
        "number": found.failed == truth.get("failed", truth.get("failing_requests")),
        "clients": found.clients.affected == len(_persons(case, truth)),
        "scope": found.clients.scope in scopes(truth),
        "pattern": (found.pattern == "intermittent") in intermittent(truth, _persons(case, truth)),
        "line": names_line(case, found, truth),
    }
    if truth.get("errors"):
        checks["errors"] = sorted(found.errors) == sorted(truth["errors"])
    return checks


def _seen_by_clients(found: Incident, truth: Mapping[str, Any]) -> list[int]:
    """The statuses without those of answers that a browser kept from its page."""
    return sorted(set(found.statuses) - set(truth.get("server_statuses", [])))


def _same_ids(found: Incident, truth: Mapping[str, Any]) -> bool:
    """All ids that the clients know, and no more than those of the requests whose answer they never saw."""
    known, told = folded(truth["correlation_ids"]), folded(found.correlation_ids)
    unseen = truth["failed"] - len(known) if truth.get("errors") else 0
    return known <= told and len(told - known) <= unseen


def _persons(case: Case, truth: Mapping[str, Any]) -> set[str]:
    """The clients that failed: one person at two addresses is one client."""
    same = case.truth.get("same_person", {})
    return {same.get(address, address) for address in truth["affected_clients"]}


def scopes(truth: Mapping[str, Any]) -> set[str]:
    """one, some or all: what may be said."""
    return {str(each).split()[0] for each in truth.get("scope_accept") or [truth["scope"]]}


def intermittent(truth: Mapping[str, Any], persons: set[str]) -> set[bool]:
    """Whether affected clients had successes in between: what may be said.

    The truth counts addresses; a person who works at another address too may succeed there.
    """
    if persons != set(truth["affected_clients"]):
        return {True, False}
    if "intermittent_for_affected" in truth:
        return {truth["intermittent_for_affected"]}
    return {each == "intermittent" for each in truth.get("pattern_accept") or [truth["pattern"]]}


def seconds(moment: datetime, written: str) -> float:
    """How much later the moment is than what the truth has."""
    return (moment - datetime.fromisoformat(written)).total_seconds()


def folded(ids: Sequence[str]) -> set[str]:
    """Ids in one form."""
    return {identifier.lower().replace("-", "") for identifier in ids}


def names_line(case: Case, found: Incident, truth: Mapping[str, Any]) -> bool:
    """Tells whether one of the incident's sentences points at a line that decides, according to the truth.

    A record of several lines, such as a stack trace, has the place of its first.
    """
    told = {(Path(ref.source).name, ref.line if ref.entry is None else ref.entry) for ref in references(found)}
    return any(place in told for place in deciding(case, truth))


def references(found: Incident) -> Iterator[Ref]:
    """All places that the incident points at for its cause."""
    evidence: list[Evidence] = list(found.root_evidence)
    evidence += [item for each in found.layers if each.layer == found.layer for item in each.evidence]
    evidence += [found.preceding] if found.preceding else []
    yield from (item.ref for item in evidence if item.ref is not None)


def deciding(case: Case, truth: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """File and number of the lines, or the entries of a HAR, that decide."""
    for name, text in _deciding_texts(truth):
        for path in case.inputs:
            if path.name.removesuffix(".gz") == name:
                yield from ((path.name, number) for number in _holding(path, text))


def _deciding_texts(truth: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if "deciding" in truth:
        yield truth["deciding"]["file"], truth["deciding"]["contains"]
        return
    for kind, value in truth["evidence"].items():
        name = "error.log" if kind.startswith("nginx") else "haproxy.log" if kind == "haproxy" else "app.jsonl"
        yield name, value.get("pattern") or value.get("sample") or value.get("exception") or value["message"]


def _holding(path: Path, text: str) -> Iterator[int]:
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    lines, first = _records(data.decode(errors="replace").splitlines()), 1
    if path.name.removesuffix(".gz").endswith(".har"):
        lines, first = [json.dumps(entry, ensure_ascii=False) for entry in json.loads(data)["log"]["entries"]], 0
    yield from (number for number, line in enumerate(lines, first) if text in line or json.dumps(text)[1:-1] in line)


def _records(lines: list[str]) -> list[str]:
    """Gives each line, with those behind it that begin no record of their own: all logs here begin with time or brace."""
    whole = list(lines)
    for number in range(len(lines) - 1, 0, -1):
        if not _BEGINS.match(lines[number]):
            whole[number - 1] += "\n" + whole[number]
    return whole


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What is left of the verdict without one source: how many runs stay right, weaken, turn wrong."""

    right: int
    weakened: tuple[str, ...]
    wrong: tuple[str, ...]


def withhold(case: Case, state: Run) -> Verdicts:
    """Judges the case again without each of its sources."""
    right, weakened, wrong = 0, [], []
    for name, less in withheld(state):
        said = verdict_of(case, less)
        right += said == "right"
        weakened += [name] if said == "weakened" else []
        wrong += [f"without {name}: {said}"] if said not in ("right", "weakened") else []
    return Verdicts(right, tuple(weakened), tuple(wrong))


def verdict_of(case: Case, less: Run) -> str:
    """Gives right, weakened, or in words what is claimed falsely; a case of several incidents is right if all are."""
    if less.reading is None or not less.reading.parts:
        return "weakened"
    found = weighty(judge(less))
    causes = {each.layer for each in found if _is_cause(each)}
    if not causes <= case.accepted:
        false = [each for each in found if _is_cause(each) and each.layer not in case.accepted]
        return f"{false[0].layer} is named as the cause of: {false[0].title}"
    told = [any(layer in causes for layer in layers_of(truth)) for truth in case.truth["incidents"]]
    return "right" if all(told) else "weakened"


def _is_cause(found: Incident) -> bool:
    return any(each.layer == found.layer and each.verdict == "cause" for each in found.layers)


def main(names: Sequence[str]) -> None:
    """Prints the table of the README for the stories, or for those that are named; recorded ones by their name."""
    known = cases() | (recorded() if names else {})
    sys.stdout.write(f"{HEAD}\n")
    for name in names or known:
        with tempfile.TemporaryDirectory() as work:
            case, state = known[name], read(known[name], Path(work))
            less = withhold(case, state)
            sys.stdout.write(f"{row(case, weighty(judge(state)), less)}\n")
            sys.stdout.writelines(f"  {said}\n" for said in less.wrong)
            sys.stdout.flush()


HEAD = """\
| story | layer | confidence | begin, end off by | other fields | withheld: right, weakened, wrong |
|---|---|---|---|---|---|"""


def row(case: Case, found: Sequence[Incident], less: Verdicts) -> str:
    """One line of the table: found are the incidents above low."""
    scores = score(case, found)
    told = [each.found for each in scores if each.found]
    extra = len(found) - len(told)
    layers = ", ".join(each.layer.replace("_", " ") for each in told) or "nothing above low"
    sure = ", ".join(f"{each.confidence:.2f}" for each in told)
    off = "; ".join(_off(each) for each in scores if each.found)
    wrong = [name for each in scores for name in each.wrong] + ([f"{extra} more incidents"] if extra else [])
    numbers = f"{less.right}, {len(less.weakened)}, {len(less.wrong)}"
    return f"| {case.name} | {layers} | {sure} | {off} | {', '.join(wrong) or 'right'} | {numbers} |"


def _off(each: Score) -> str:
    assert each.found is not None
    begin, end = seconds(each.found.started, each.truth["started"]), seconds(each.found.ended, each.truth["ended"])
    return f"{begin:+.2f}, {end:+.2f} s"


if __name__ == "__main__":
    main(sys.argv[1:])
