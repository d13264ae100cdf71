"""The first pass of redaction: learns secrets from every line and document, and notes where people are named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path

import msgspec
import polars as pl

from analyzer.errors import InputError
from analyzer.formats import BlockResult, Choice, DocumentFormat, Reader, detect, document_formats, frame_formats
from analyzer.pipeline._chosen import Chosen
from analyzer.pipeline._plan import Plan
from analyzer.pipeline._redact_documents import learn_document
from analyzer.pipeline._servers import servers_in
from analyzer.redact import PLACES, People, Piece, Redactor, SpanningSecrets
from analyzer.sources import Stream, open_streams

_READ_CHARACTERS = 1_000_000  # a format reads no more of a line than analyze does
_FURTHER = 64  # lines of the next block that the last event of a block may own


@dataclass(frozen=True, slots=True)
class _Places:
    """A file of places, and the lines that they reach."""

    path: Path
    first: int
    last: int


@dataclass(slots=True)
class LearntSource:
    """One source: a document that waits in a file, or lines, with the places that name people on them."""

    name: str
    document: Path | None = None
    places: list[_Places] = field(default_factory=list)
    digest: bytes = b""

    def places_on(self, lines: pl.DataFrame) -> pl.DataFrame:
        """Gives the places that reach any of these lines (line, raw)."""
        first, last = lines["line"][0], lines["line"][-1]
        near = (pl.col("until") >= first) & (pl.col("line") <= last)
        files = [known.path for known in self.places if known.last >= first and known.first <= last]
        found = [pl.read_parquet(path, glob=False).filter(near) for path in files]
        return pl.concat(found) if found else pl.DataFrame(schema=PLACES)


@dataclass(slots=True)
class Learnt:
    """What one input taught: its sources in order, the servers whose addresses stay, and what is wrong with it."""

    redactor: Redactor
    people: People
    sources: list[LearntSource] = field(default_factory=list)
    servers: set[str] = field(default_factory=set)
    problems: list[InputError] = field(default_factory=list)


def learn_input(file: str, stem: str, plan: Plan, chosen: Chosen, learnt: Learnt) -> Learnt:
    """Reads one input whole into learnt; stem begins the names of its intermediate files in the work folder."""
    try:
        for index, stream in enumerate(open_streams(file, limits=plan.limits, stdin=plan.stdin)):
            learnt.redactor.learn(pl.Series([stream.name]))
            # A stream without bytes, of which there is something to say, stands for an archive as a whole.
            if not stream.head and (stream.notes or stream.problem):
                learnt.problems += [stream.problem or InputError(f"{stream.name}: {' '.join(stream.notes)}.")]
                continue
            _learn_stream(stream, plan.work / f"{stem}-{index:06}", plan, chosen, learnt)
            learnt.problems += [stream.problem] if stream.problem else []
    except InputError as error:
        learnt.problems.append(error)
    return learnt


def _learn_stream(stream: Stream, stem: Path, plan: Plan, chosen: Chosen, learnt: Learnt) -> None:
    if any(form.recognise(stream.head) for form in frame_formats().values()):
        message = f"{stream.name}: a frame of events, of which there are no lines to write."
        raise InputError(message, hint="`analyzer analyze --events` and `analyzer parse` write it redacted.")
    known = [form for form in document_formats().values() if form.recognise(stream.head)]
    document = chosen.document or (known[0] if known else None)
    if document is not None:
        _learn_document(stream, stem, document, learnt)
        return
    head = [line[:_READ_CHARACTERS] for line in stream.head_lines()]
    choice, wanted = detect(head, "UTC", plan.now, chosen.own), chosen.for_source(stream.name)
    if wanted is not None:
        choice = replace(choice, formats=(wanted, *choice.formats))
    reader = Reader(choice.formats, choice.wrappers, "UTC", plan.now)
    _LineLearner(stream.name, stem, learnt).learn(stream, choice, reader)


def _learn_document(stream: Stream, stem: Path, document_format: DocumentFormat, learnt: Learnt) -> None:
    try:
        parsed = document_format.parse_document(stream.whole())
    except InputError as error:
        learnt.problems.append(InputError(f"{stream.name}: {error.message}", hint=error.hint))
        return
    path = stem.with_suffix(".json")
    path.write_bytes(msgspec.json.encode(parsed.document))
    learnt.servers |= servers_in(parsed.events)
    learn_document(msgspec.json.decode(path.read_bytes()), learnt.redactor)
    learnt.sources.append(LearntSource(stream.name, document=path))


class _LineLearner:
    """Learns from the lines of one source, block by block."""

    def __init__(self, name: str, stem: Path, learnt: Learnt) -> None:
        self._stem = stem
        self._learnt = learnt
        self._source = LearntSource(name)
        self._lines = self._events = 0

    def learn(self, stream: Stream, choice: Choice, reader: Reader) -> None:
        """Reads all blocks; what a format or a wrapper makes of the lines is searched where it differs from them."""
        spanning = SpanningSecrets()

        def blocks() -> Iterator[pl.DataFrame]:
            for block in stream.blocks():
                self._lines += block.height
                self._learnt.redactor.learn(block["raw"])
                self._note_pieces(spanning.look(block))
                yield block.with_columns(pl.col("raw").str.slice(0, _READ_CHARACTERS))

        for result in chain(map(reader.read, blocks()), reader.rest()):
            raw = result.events["raw"]
            self._learnt.redactor.learn(raw if choice.wrappers else raw.filter(raw.str.contains("\n", literal=True)))
            self._events += result.events.height
            self._note_people(result)
        self._source.digest = stream.digest
        self._learnt.sources.append(self._source)
        if self._lines and not self._events:
            message = f"{self._source.name}: no format reads it, so users cannot be told from other words."
            hint = "What looks like a secret is replaced; --log-format takes the server's own format text."
            self._learnt.problems.append(InputError(message, hint=hint))

    def _note_pieces(self, pieces: tuple[Piece, ...]) -> None:
        self._learnt.redactor.learn_values((piece.value, piece.kind) for piece in pieces if piece.spreads)
        rows = [
            (piece.line, piece.line, piece.value, self._learnt.redactor.shown(piece.kind, piece.value))
            for piece in pieces
            if not piece.spreads
        ]
        self._keep(pl.DataFrame(rows, schema=PLACES, orient="row"))

    def _note_people(self, result: BlockResult) -> None:
        people, events = self._learnt.people, result.events
        self._learnt.servers |= servers_in(events)
        self._learnt.redactor.learn_values(iter(people.secrets(events)))
        named = [column for column in people.columns if column in events.columns]
        if not any(events[column].null_count() < events.height for column in named):
            return
        begun = pl.concat([events["line"], result.rejects["line"]]).unique().sort()
        until = pl.DataFrame({"line": begun, "until": begun.shift(-1) - 1})
        lines = events.select("line", *named).join(until, on="line", how="left")
        reach = pl.col("until").fill_null(pl.col("line") + _FURTHER)
        for column in named:
            found = lines.filter(pl.col(column).is_not_null()).with_columns(reach)
            told = people.told(column, found[column]).alias("shown")
            self._keep(found.select("line", "until", pl.col(column).alias("value"), told))

    def _keep(self, places: pl.DataFrame) -> None:
        if not places.is_empty():
            path = self._stem.with_name(f"{self._stem.name}-{len(self._source.places):06}.parquet")
            places.write_parquet(path, compression="lz4")
            first, last = places.select(pl.col("line").min(), pl.col("until").max()).row(0)
            self._source.places.append(_Places(path, first, last))
