"""What a diagnosis of requests sees: the failing ones, all others of the data, and each text about the failing ones."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import polars as pl

from analyzer.counted import WEIGHT, weighed
from analyzer.diagnose._scene import APPLICATION, BROWSER, EDGE, ERROR_LINE, Scene
from analyzer.diagnose.noise import reference
from analyzer.model import Evidence, Ref

_SPEAKERS = {
    BROWSER: "the response says", EDGE: "the access log says", ERROR_LINE: "the server's error log says",
    APPLICATION: "the application logged",
}  # fmt: skip
# Numbers and ids make one message look like thousands.
_VARYING = r"[0-9a-fA-F]{8}[0-9a-fA-F-]*|\d+"
_LONGEST, _QUOTED, _MOST_SHAPES = 2_000, 240, 5_000
# A realm names what is protected, such as "Authentication required"; it says nothing of why this request was refused.
_REALM = r"(?i)\brealm\s*=\s*(?:\"(?:[^\"\\]|\\.)*\"|[^\s,]+)\s*,?\s*"
_OF_SUCCESSES = (
    "row", "source", "line", "format", "timestamp", "method", "host", "path", "route", "target", "status", "client",
    "protocol", "upstream", "content_type", "request_content_type", "request_fields", "request_bytes", "has_browser",
    WEIGHT,
)  # fmt: skip
_OF_ANSWERS = (("error_code", "error_title", "error_detail"), ("www_authenticate",))


@dataclass(frozen=True, slots=True)
class Explanation:
    """One diagnosis: sentences with their places, and what to do about it; rank 0 decides, 1 tells, 2 hints.

    count: of how many failing exchanges it is true; quote: the end of the sentence that only quotes a text.
    """

    evidence: tuple[Evidence, ...]
    steps: tuple[str, ...] = ()
    rank: int = 1
    count: int = 0
    quote: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """A text about failing exchanges, the first of count, where it stands, and what the pattern found in it."""

    text: str
    ref: Ref
    speaker: str
    match: re.Match[str]
    count: int

    @property
    def quoted(self) -> str:
        """The text on one line, cut to what a sentence can hold, as the end of a sentence that says who wrote it."""
        line = " ".join(self.text.split())
        return f"; {self.speaker}: {line[:_QUOTED]}{'...' if len(line) > _QUOTED else ''}"


@dataclass(frozen=True)
class Subject:
    """scene: the incident; exchanges: all exchanges of the data with facts, in the order of time."""

    scene: Scene
    exchanges: pl.DataFrame

    def failing(self, *statuses: int) -> pl.DataFrame:
        """Gives the failing exchanges with one of these statuses."""
        failing = self.scene.failing
        # Filtering takes as long for a few rows as for many: it is by the number of columns.
        if self._statuses.isdisjoint(statuses):
            return failing.clear()
        return failing if self._statuses.issubset(statuses) else failing.filter(pl.col("status").is_in(statuses))

    @cached_property
    def _statuses(self) -> frozenset[int | None]:
        return frozenset(self.scene.failing["status"].unique().to_list())

    def working(self, like: pl.DataFrame, on: Sequence[str]) -> pl.DataFrame:
        """Gives all exchanges that succeeded (2xx, 304) and are equal to one of these rows in these columns."""
        known = like.select(on).unique()
        return self.successes.join(known, on=list(on), how="semi", nulls_equal=True, maintain_order="left")

    @cached_property
    def successes(self) -> pl.DataFrame:
        """All exchanges that succeeded (2xx, 304) and are not among the failing ones; only what comparisons read."""
        good = pl.col("status").is_between(200, 299) | (pl.col("status") == 304)
        own = pl.col("row").is_in(self.scene.failing["row"].implode())
        return weighed(self.exchanges).select(_OF_SUCCESSES).filter(good, ~own)

    def said(self, pattern: re.Pattern[str], *statuses: int | None) -> Said | None:
        """Gives the most frequent text that the pattern finds, counting the exchanges of all such texts.

        statuses: only texts about exchanges with one of these (None: without a status); without any, all are read.
        """
        hits = [
            (row, match)
            for row in self._shapes.iter_rows(named=True)
            if (not statuses or row["status"] in statuses) and (match := pattern.search(row["text"]))
        ]
        if not hits:
            return None
        row, match = hits[0]
        # Who lacks another field, or another right, is told something else.
        alike = [found for found, other in hits if _named(other) == _named(match)]
        exchanges = {exchange for found in alike for exchange in found["exchanges"]}
        place = reference(row["source"], row["line"], row["format"])
        return Said(row["text"], place, _SPEAKERS[row["hop"]], match, self._number_of(exchanges))

    def _number_of(self, failing: AbstractSet[int]) -> int:
        return len(failing) + sum(self._more[exchange] for exchange in self._more.keys() & failing)

    @cached_property
    def _more(self) -> dict[int, int]:
        """For how many beside itself a failing exchange stands, where it does."""
        heavy = weighed(self.scene.failing).select("exchange", more=pl.col(WEIGHT) - 1).filter(pl.col("more") > 0)
        return dict(heavy.iter_rows())

    @cached_property
    def _shapes(self) -> pl.DataFrame:
        """Gives text, status, exchanges and a place for each form of text, of the most frequent form first."""
        texts = self._texts.with_columns(pl.col("text").str.head(_LONGEST))
        shape = pl.col("text").str.replace_all(_VARYING, "#")
        return (
            texts.group_by("status", shape=shape, maintain_order=True)
            .agg(
                pl.col("text", "source", "line", "format", "hop").first(),
                exchanges=pl.col("exchange").unique().sort(),
                number=pl.col(WEIGHT).filter(pl.col("exchange").is_first_distinct()).sum(),
            )
            .sort("number", descending=True, maintain_order=True)
            .head(_MOST_SHAPES)
        )

    @cached_property
    def _texts(self) -> pl.DataFrame:
        """Gives exchange, status, weight, text, hop, place of what rows of failing exchanges and their answers say."""
        failing, events = self.scene.failing, self.scene.events
        place = ("source", "line", "format")
        status = weighed(failing).select("exchange", "status", WEIGHT)
        logged = events.filter(pl.col("message").is_not_null()).select("exchange", "hop", *place, text="message")
        parts = [logged.join(status, on="exchange", how="left", maintain_order="left")]
        hop = pl.when("has_browser").then(BROWSER).when("has_edge").then(EDGE).otherwise(APPLICATION)
        for names in _OF_ANSWERS:
            text = pl.concat_str(*names, separator=": ", ignore_nulls=True)
            text = text.str.replace_all(_REALM, "").str.strip_chars() if "www_authenticate" in names else text
            told = weighed(failing).select("exchange", "status", WEIGHT, *place, text=text, hop=hop.cast(pl.Int8))
            parts.append(told.filter(pl.col("text") != ""))
        parts.append(self._exceptions)
        columns = ["exchange", "status", WEIGHT, "hop", *place, "text"]
        return pl.concat([part.select(columns) for part in parts])

    @property
    def _exceptions(self) -> pl.DataFrame:
        """Gives the same of the exceptions' messages, at the record that exchanges took them from."""
        thrown = weighed(self.scene.failing).filter(pl.col("exception_message").is_not_null())
        told = thrown.select("exchange", "status", WEIGHT, "message", hop="message_hop", text="exception_message")
        records = self.scene.events.unique(["exchange", "hop", "message"], keep="first", maintain_order=True)
        return told.join(
            records.select("exchange", "hop", "message", "source", "line", "format"),
            on=["exchange", "hop", "message"], how="inner", nulls_equal=True, maintain_order="left",
        )  # fmt: skip

    def of_total(self, count: int) -> str:
        """Gives "12 of 40 failing requests", or "The failing request", as the beginning of a sentence."""
        return self.scene.of_total(min(count, self.scene.total)).capitalize()

    def is_telling(self, count: int) -> bool:
        """Whether so many of the failing exchanges are worth a sentence: one in ten."""
        return count > 0 and 10 * count >= self.scene.total


def _named(match: re.Match[str]) -> dict[str, str]:
    return {name: re.sub(_VARYING, "#", value) for name, value in match.groupdict().items() if value}


Explain = Callable[[Subject], Iterable[Explanation]]


def place_of(row: dict[str, Any]) -> Ref:
    """Gives the place of a row of exchanges."""
    return reference(row["source"], row["line"], row["format"])


def first_row(frame: pl.DataFrame) -> dict[str, Any]:
    """Gives the first row of a frame that has one."""
    return frame.row(0, named=True)


def clock_time(moment: datetime) -> str:
    """Gives the time of day as sentences show it."""
    return f"{moment:%H:%M:%S} UTC"


def times(count: int) -> str:
    """Gives "once" or "12 times"."""
    return "once" if count == 1 else f"{count:,} times"
