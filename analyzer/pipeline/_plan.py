"""What a run is asked to do, and the value that its stages hand on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
import polars as pl

from analyzer.detect import Detected, Earlier, RuleSet
from analyzer.diagnose.correlate import Joined
from analyzer.diagnose.zones import ZoneShift
from analyzer.errors import InputError
from analyzer.formats import LONG_AGO
from analyzer.model import Analysis, SourceReport
from analyzer.pipeline._unredacted import Everybody, Unredacted
from analyzer.redact import Machine, People, Profile, Redactor, Store
from analyzer.report import FILES, Templates
from analyzer.sources import Limits, Stream, open_streams


def _silent(_: str, __: float | None) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Scale:
    """How many events are looked at in one piece; more are joined in slices, and some exchanges stand for several.

    whole: at most so many in one piece; slice: in each slice; kept: exchanges that are kept of all slices.
    """

    whole: int = 250_000
    slice: int = 100_000
    kept: int = 200_000


@dataclass(frozen=True, slots=True)
class Workers:
    """Who runs the map step.

    lost: what a future raises whose worker is gone, which another one may replace; count: how many workers there are
    now, None where the cluster itself is gone; checkpoints: a folder in which batches are kept for a run after this
    one. A batch has at most batch_files files, and batch_bytes bytes but for a single larger file.
    """

    executor: Executor
    lost: tuple[type[BaseException], ...]
    count: Callable[[], int | None]
    checkpoints: Path | None = None
    batch_bytes: int = 64 << 20
    batch_files: int = 32  # an empty task costs some milliseconds


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a run depends on: no stage looks at a clock, the environment or a folder that is not named here.

    Only how to reach an object store that is named, credentials included, stands in the environment.

    zone is an IANA name, an offset or None; work is an empty private folder for intermediate Parquet parts; key makes
    placeholders; now decides the year of times that carry none; progress is told what is being done and the share that
    is done, where it is known; rules are files or folders, in addition to the shipped ones unless only_rules.
    format_name is the name of a format or the path of a YAML file that defines one; own_formats are such files that
    detection may choose; log_format_from is a server's configuration file. packet_facts asks for what only a packet
    tells of an incident (Analysis.facts). profile says for whom the outputs are redacted,
    redact whether they are at all; machine is what they must not name: where the run takes place. report_zone is the
    zone in which outputs show times beside UTC. formats are the files of the report that are written, keys of FILES;
    templates are those of the user that replace the package's. scale says what fits into memory at once;
    threads read files, or the blocks of a single one, side by side, and workers, where there are some, read them
    instead. block_bytes is about how much of a source is parsed at a time: it bounds memory, and no output depends on
    it. streams opens an input, as open_streams does; earlier is what runs before this one counted, None where a run
    stands alone.
    """

    inputs: tuple[str, ...]
    work: Path
    key: bytes
    format_name: str | None = None
    log_format: str | None = None
    log_format_from: Path | None = None
    own_formats: tuple[Path, ...] = ()
    zone: str | None = None
    now: datetime = LONG_AGO
    since: datetime | None = None
    until: datetime | None = None
    rules: tuple[Path, ...] = ()
    only_rules: bool = False
    limits: Limits = field(default_factory=Limits)
    block_bytes: int = 4 << 20
    stdin: BinaryIO | None = None
    progress: Callable[[str, float | None], None] = _silent
    packet_facts: bool = False
    profile: Profile = "vendor"
    redact: bool = True
    machine: Machine = field(default_factory=Machine)
    report_zone: str | None = None
    formats: tuple[str, ...] = tuple(FILES)
    templates: Templates | None = None
    streams: Callable[..., Iterator[Stream]] = open_streams
    earlier: Earlier | None = None
    scale: Scale = field(default_factory=Scale)
    threads: int = 1
    workers: Workers | None = None

    def for_worker(self) -> Plan:
        """Gives what a worker on another machine needs to know; who runs it and what it shows stays here."""
        return replace(
            self, workers=None, threads=1, progress=_silent, stdin=None, templates=None, earlier=None, key=b""
        )

    def redactor(self, keep: frozenset[str] = frozenset()) -> Redactor:
        """Gives a redactor that has learnt nothing yet; the addresses in keep stay."""
        return (Redactor if self.redact else Unredacted)(
            self.key, profile=self.profile, keep=keep, machine=self.machine, store=Store(self.work / "learnt")
        )

    def people(self) -> People:
        """Gives what hides the names of users."""
        return (People if self.redact else Everybody)(self.key, self.profile)


@dataclass(frozen=True, slots=True)
class Document:
    """A normalised document and the source it was read from; it waits in a file, since many would fill the memory."""

    source: str
    path: Path

    def load(self) -> Any:
        """Reads it back: plain Python, as the format's parse_document gave it, but for NaN and infinity, now null."""
        return msgspec.json.decode(self.path.read_bytes())


@dataclass(frozen=True, slots=True)
class Span:
    """The lines of one source that a part holds, from the first to the last."""

    source: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Reading:
    """What became of the inputs: Parquet parts of canonical rows, and of rejects (source, line, reason, raw, format).

    documents are the normalised ones, in the order of reading, for the redactor to learn from and for comparisons;
    problems are inputs that could not be read, in whole or in part; secrets are (value, kind) of the pieces of secrets
    that stand on several lines, which no single row shows. digests are what the contents of the sources are known by,
    in hex and with the plan's key, so that nobody else can guess a content from them;
    clean are the parts that an earlier run redacted for the same profile. spans tell what parts hold; one that has none
    may hold anything.
    """

    sources: tuple[SourceReport, ...]
    parts: tuple[Path, ...]
    reject_parts: tuple[Path, ...]
    problems: tuple[InputError, ...]
    documents: tuple[Document, ...] = ()
    secrets: tuple[tuple[str, str], ...] = ()
    digests: tuple[str, ...] = ()
    clean: frozenset[Path] = frozenset()
    spans: Mapping[Path, Span] = field(default_factory=dict)

    @property
    def unsearched(self) -> Reading:
        """The same, without the parts that no secret can be in."""
        return replace(self, parts=tuple(part for part in self.parts if part not in self.clean))

    @property
    def events(self) -> int:
        """Number of events read."""
        return sum(source.events for source in self.sources)

    def named_documents(self) -> dict[str, Any]:
        """Reads the documents back, by the name of their source."""
        return {document.source: document.load() for document in self.documents}


@dataclass(frozen=True, slots=True)
class Run:
    """Everything known so far; each stage fills what it makes.

    placed are the reports of the sources when their zones were found and nothing was compared.
    failing_rows maps an incident's id to the rows of its failing exchanges; redactor has learnt from all of the inputs.
    coarsest_seconds is the stretch of time within which the weights of exchanges are exact: 0 where all are kept.
    files are outputs that are too large to be held, in the work folder.
    wanted are the only places (source, line) whose exchanges are asked for, where not all are.
    """

    plan: Plan
    reading: Reading | None = None
    shifts: tuple[ZoneShift, ...] = ()
    placed: tuple[SourceReport, ...] = ()
    joined: Joined | None = None
    exchanges: pl.DataFrame | None = None
    rule_set: RuleSet | None = None
    detected: Detected | None = None
    analysis: Analysis | None = None
    failing_rows: dict[str, tuple[int, ...]] = field(default_factory=dict)
    outputs: dict[str, bytes] = field(default_factory=dict)
    files: dict[str, Path] = field(default_factory=dict)
    redactor: Redactor | None = None
    coarsest_seconds: int = 0
    wanted: pl.DataFrame | None = None
