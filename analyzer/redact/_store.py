"""Keeps secrets in files once they are many, and gives back those that can stand in given texts.

Why nothing is lost: whatever way of writing a value changes it, a run of letters and digits that touches no escape
stays as it is, but for its case. So a value of which the longest such run is nowhere in a text, nor in what base64 or
hex in it decodes to, has no spelling in that text. The run is taken without the value's first and last two characters,
which base64 may hide behind its neighbours'.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import polars as pl

from analyzer.redact._found import Found, rank
from analyzer.redact._gate_forms import SHORTEST_ENCODED, core_of
from analyzer.redact._grams import Pieces
from analyzer.redact._placeholder import canonical
from analyzer.redact._spellings import spreads

_BUCKETS = 16  # secrets are counted one bucket after the other
_LONGEST_RUN = 40  # characters of a run that are looked up
_TOGETHER = 4 << 20  # bytes of files that are read at once
_ROUNDS = 5  # of pieces in base64 inside of pieces; four layers are decoded
_WRITTEN = re.compile(r"%(?:25)*[0-9A-Fa-f]{2}|\\(?:u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|.)|&#?[0-9A-Za-z]*;?", re.DOTALL)
_RUN = re.compile(r"[0-9A-Za-z]+")
_VALUES = {
    "value": pl.String, "kind": pl.String, "plain": pl.String, "spreads": pl.Boolean, "run": pl.String,
    "other": pl.String, "bucket": pl.UInt64,
}  # fmt: skip
_PLACES = {"match": pl.String, "kind": pl.String, "value": pl.String, "run": pl.String}
_CODED = {"piece": pl.String, "said": pl.String, "run": pl.String}


class Store:
    """Found secrets in files of this folder, or of one beside it; it is made when the first ones are kept.

    held is how many a redactor holds before it has them kept: their spellings take some ten times the memory.
    """

    def __init__(self, folder: Path, held: int = 20_000) -> None:
        self.held = held
        self._folder = folder
        self._kept = 0

    def __bool__(self) -> bool:
        return self._kept > 0

    def keep(self, found: Found) -> None:
        """Writes values, places and coded pieces; addresses are not kept."""
        if not self._kept:
            self._folder = _made(self._folder)
        self._kept += 1
        for part in _values(found).partition_by("bucket"):
            self._write(part, f"values-{part['bucket'][0]:02}")
        places = ((_whole(match), kind, _whole(value), _run(match)) for match, (kind, value) in found.places.items())
        self._write(pl.DataFrame(list(places), schema=_PLACES, orient="row"), "places")
        coded = ((_whole(piece), _whole(said), _run(piece)) for piece, said in found.coded.items())
        self._write(pl.DataFrame(list(coded), schema=_CODED, orient="row"), "coded")

    def standing_in(self, texts: pl.Series) -> Found:
        """Gives all kept secrets, and more, of which a spelling stands in the texts or in a kept piece that does."""
        found = Found()
        for _ in range(_ROUNDS):
            pieces = Pieces(texts)
            for part in self._parts("values"):
                mask = pieces.hold(part["run"]) | pieces.hold(part["other"])
                for value, kind in part.filter(mask).select("value", "kind").iter_rows():
                    found.add(value, kind)
            for part in self._parts("places"):
                for match, kind, value, _ in part.filter(pieces.hold(part["run"])).iter_rows():
                    found.place(match, kind, value)
            told = self._coded(pieces, found)
            if not told:
                break
            texts = pl.Series(told, dtype=pl.String)
        return found

    def _coded(self, pieces: Pieces, found: Found) -> list[str]:
        """Adds coded pieces, and gives what those say that are new."""
        told: list[str] = []
        for part in self._parts("coded"):
            coded = dict(part.filter(pieces.hold(part["run"])).select("piece", "said").iter_rows())
            told += [said for piece, said in coded.items() if found.coded.get(piece) != said]
            found.update(Found(coded=coded))
        return told

    def counts(self) -> dict[str, int]:
        """Counts the distinct kept values of each kind, spellings of one as one, by the names of the kinds."""
        totals: dict[str, int] = {}
        for values in self._buckets():
            # Of the spellings of a value the last one tells its kind.
            kinds = values.sort("value").group_by("plain").agg(pl.col("kind").last())["kind"]
            for kind, count in kinds.value_counts().iter_rows():
                totals[kind] = totals.get(kind, 0) + count
        return dict(sorted(totals.items()))

    def spreading(self) -> int:
        """Counts the distinct kept values that are replaced wherever they stand."""
        return sum(int(values["spreads"].sum()) for values in self._buckets())

    def _buckets(self) -> Iterator[pl.DataFrame]:
        """Yields the distinct values, each with its best kind."""
        for bucket in range(_BUCKETS):
            parts = [part.drop("run", "other") for part in self._parts(f"values-{bucket:02}")]
            if parts:
                values = pl.concat(parts)
                ranks = {kind: index for index, kind in enumerate(sorted(values["kind"].unique(), key=rank))}
                best = pl.col("kind").replace_strict(ranks, return_dtype=pl.Int64)
                yield values.sort(best).unique("value", keep="first", maintain_order=True)

    def _write(self, frame: pl.DataFrame, stem: str) -> None:
        if not frame.is_empty():
            frame.write_parquet(self._folder / f"{stem}-{self._kept:06}.parquet", compression="lz4")

    def _parts(self, stem: str) -> Iterator[pl.DataFrame]:
        """Yields what the files hold, many small ones at once: to look into each costs more than to read it."""
        waiting: list[Path] = []
        size = 0
        for path in sorted(self._folder.glob(f"{stem}-*.parquet")):
            waiting.append(path)
            size += path.stat().st_size
            if size > _TOGETHER:
                yield _read(waiting)
                waiting, size = [], 0
        if waiting:
            yield _read(waiting)


def _read(paths: Iterable[Path]) -> pl.DataFrame:
    return pl.concat(pl.read_parquet(path, glob=False) for path in paths)


def _made(folder: Path) -> Path:
    """Makes a folder of this name, or the next one that is free."""
    number = 1
    while True:
        path = folder if number == 1 else folder.with_name(f"{folder.name}-{number}")
        try:
            path.mkdir(mode=0o700)
        except FileExistsError:
            number += 1
        else:
            return path


def _values(found: Found) -> pl.DataFrame:
    rows = (
        (_whole(value), kind, plain, spreads(value), run, other if (other := _run(plain)) != run else None)
        for value, kind in found.values.items()
        for plain, run in [(_whole(canonical(value)), _run(value))]
    )
    schema = {name: dtype for name, dtype in _VALUES.items() if name != "bucket"}
    frame = pl.DataFrame(list(rows), schema=schema, orient="row")
    return frame.with_columns(bucket=pl.col("plain").hash() % _BUCKETS)


def _whole(text: str) -> str:
    """Gives text that can be written: what a percent escape decodes to may be no character, and stands in no output."""
    return text.encode("utf-8", "backslashreplace").decode()


def _run(value: str) -> str:
    """Gives the longest run of letters and digits that no escape touches, in lower case; base64 hides the ends."""
    core = core_of(value)
    inner = core[1:-2] if len(core) >= SHORTEST_ENCODED else core
    runs: Iterable[str] = _RUN.findall(_WRITTEN.sub(" ", inner))
    return max(runs, key=len, default="").lower()[:_LONGEST_RUN]
