"""Redacts logs and captures in their own format: learns from all of them first, then replaces in all of them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
import polars as pl

from analyzer.errors import InputError, NothingReadableError
from analyzer.pipeline._chosen import choose
from analyzer.pipeline._plan import Plan
from analyzer.pipeline._redact_documents import document_bytes
from analyzer.pipeline._redact_learn import Learnt, LearntSource, learn_input
from analyzer.pipeline._redact_names import file_names
from analyzer.pipeline._redact_write import LineWriter, Workers
from analyzer.redact import Explainer, Fired, Gate, People, Profile, Redactor
from analyzer.redact.capture import Bodies
from analyzer.sources import Stream, expand, open_streams

# Lines are written whole, however long they are: what is cut off would be lost to the reader.
_LINE_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class Redaction:
    """How to redact: who it is for, what becomes of captures, and how many things to do at once.

    bodies and keep_unknown are those of clean_capture; with explain every replacement is noted.
    """

    profile: Profile = "vendor"
    bodies: Bodies = "skeleton"
    keep_unknown: bool = False
    workers: int = 1
    explain: bool = False


@dataclass(frozen=True, slots=True)
class RedactedSource:
    """One source, by its redacted name, and what it became; lines is None for a document."""

    name: str
    file: str
    lines: int | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Redacted:
    """The redacted files: their names to where they wait in the work folder, to be published.

    redactor has learnt all secrets, and gate searches for them; problems are redacted sentences about inputs that could
    not be read, in whole or in part; fired is every replacement, if it was asked for.
    """

    sources: tuple[RedactedSource, ...]
    outputs: dict[str, Path]
    redactor: Redactor
    gate: Gate
    problems: tuple[str, ...]
    fired: tuple[Fired, ...]


def redact_inputs(plan: Plan, how: Redaction) -> Redacted:
    """Redacts every source of the plan's inputs; the plan's zone, times and rules do not matter.

    Raises UsageError for a pattern that matches nothing, and NothingReadableError where no input can be read. What
    cannot be read beside others is a problem of that input only.
    """
    expanded = expand(plan.inputs)
    with _input_kept(plan) as kept, ThreadPoolExecutor(how.workers) as executor:
        wide = replace(kept, limits=replace(plan.limits, line_bytes=_LINE_BYTES))
        workers = Workers(executor, how.workers)
        learnt = _learn(expanded.files, wide, how, workers)
        redactor = _merged(learnt, wide, how)
        names = iter(file_names(_shown_names(learnt, redactor)))
        writer = _Writer(wide, how, redactor, workers)
        for file, known in zip(expanded.files, learnt, strict=True):
            writer.write(file, [(source, next(names)) for source in known.sources])
    problems = [*expanded.problems, *(problem for known in learnt for problem in known.problems), *writer.problems]
    if not writer.sources:
        why = redactor.value(" ".join(map(str, problems)))
        raise NothingReadableError(f"nothing readable in the inputs. {why}".strip())
    sources, fired, told = redactor.value((tuple(writer.sources), tuple(writer.fired), tuple(map(str, problems))))
    return Redacted(sources, writer.outputs, redactor, Gate(redactor.secrets_in(None)), told, fired)


def _learn(files: tuple[str, ...], plan: Plan, how: Redaction, workers: Workers) -> list[Learnt]:
    chosen = choose(plan)

    def learn(numbered: tuple[int, str]) -> Learnt:
        number, file = numbered
        plan.progress(f"Reading {file}", None)
        learnt = Learnt(Redactor(plan.key, profile=how.profile), People(plan.key, how.profile))
        return learn_input(file, f"{number:06}", plan, chosen, learnt)

    return list(workers.in_order(learn, enumerate(files)))


def _merged(learnt: list[Learnt], plan: Plan, how: Redaction) -> Redactor:
    servers = frozenset(server for known in learnt for server in known.servers)
    redactor = Redactor(plan.key, profile=how.profile, keep=servers, machine=plan.machine)
    for known in learnt:
        redactor.merge(known.redactor.found)
    return redactor


def _shown_names(learnt: list[Learnt], redactor: Redactor) -> list[str]:
    names = [source.name for known in learnt for source in known.sources]
    return redactor.replace(pl.Series(names, dtype=pl.String)).to_list()


@contextmanager
def _input_kept(plan: Plan) -> Iterator[Plan]:
    """Yields the plan with standard input, which can be read only once, in a file."""
    if "-" not in plan.inputs or plan.stdin is None:
        yield plan
        return
    path = plan.work / "stdin"
    with path.open("xb") as file:
        shutil.copyfileobj(plan.stdin, file)
    with path.open("rb") as again:
        yield replace(plan, stdin=again)


class _Writer:
    """Writes the sources of one input after the other."""

    def __init__(self, plan: Plan, how: Redaction, redactor: Redactor, workers: Workers) -> None:
        self._plan = plan
        self._how = how
        self._redactor = redactor
        self._lines = LineWriter(redactor, workers, Explainer(plan.key, redactor.found) if how.explain else None)
        self.sources: list[RedactedSource] = []
        self.fired: list[Fired] = []
        self.outputs: dict[str, Path] = {}
        self.problems: list[InputError] = []

    def write(self, file: str, sources: list[tuple[LearntSource, str]]) -> None:
        """Reads an input again and writes what became of its sources, which are paired with their files' names."""
        if not sources:
            return
        named = {source.name: (source, name) for source, name in sources}
        if file == "-" and self._plan.stdin is not None:
            self._plan.stdin.seek(0)
        try:
            for stream in open_streams(file, limits=self._plan.limits, stdin=self._plan.stdin):
                if stream.name in named:
                    self._write(stream, *named[stream.name])
        except InputError as error:  # it is gone since it was learnt from
            self.problems.append(error)

    def _write(self, stream: Stream, source: LearntSource, name: str) -> None:
        self._plan.progress(f"Writing {name}", None)
        path = self._plan.work / f"output-{len(self.outputs) + len(self.problems):06}"
        if source.document is not None:
            document = msgspec.json.decode(source.document.read_bytes())
            trail: list[Fired] | None = [] if self._how.explain else None
            how = self._how
            data = document_bytes(
                document, self._redactor, bodies=how.bodies, keep_unknown=how.keep_unknown, trail=trail
            )
            path.write_bytes(data)
            self.fired += [replace(item, place=f"{source.name}: {item.place}") for item in trail or ()]
            self.sources.append(RedactedSource(source.name, name, None))
        else:
            lines, fired = self._lines.write(stream, source, path)
            self.fired += fired
            if stream.digest != source.digest:
                self.problems.append(InputError(f"{source.name}: it changed while it was read, so it is left out."))
                return
            self.sources.append(RedactedSource(source.name, name, lines, stream.notes))
        self.outputs[name] = path
