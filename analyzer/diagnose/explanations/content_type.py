"""Sets the content type that was refused beside those that worked on the same route."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from analyzer.counted import WEIGHT, counted, number
from analyzer.diagnose._scene import BROWSER, EDGE
from analyzer.diagnose.explanations._subject import Explanation, Subject, first_row, place_of, times
from analyzer.diagnose.explanations._words import explain_words, words
from analyzer.model import Evidence

_SAME = ["method", "host", "route"]
_TYPE = r"[\w.+*-]{1,60}/[\w.+*-]{1,60}"
_TABLE = (
    words(
        rf"content[- ]type ['\"]?(?P<sent>{_TYPE})(?:;[^'\"]{{0,60}})?['\"]? (?:is )?not (?:supported|allowed|accepted)"
        r"|unsupported media type ['\"]?(?P<other>[\w.+-]{1,60}/[\w.+-]{1,60})",
        "Content-Type {sent} is not taken", rank=0, shown="their Content-Type is not taken",
    ),
    words(
        r"(?:expected|must be|requires?|only accepts?|supported (?:types?|media types?)(?: are"
        rf"| is)?)[: ]{{1,3}}['\"\[]?"
        rf"(?P<wanted>{_TYPE})", "{wanted} is expected", "Send the content type that is named.", rank=0,
    ),
)  # fmt: skip


def explain(subject: Subject) -> Iterator[Explanation]:
    """Judges 415 (RFC 9110, 15.5.16) by what was sent, and 406 (15.5.7) by what the route can answer."""
    if not subject.failing(415).is_empty():
        yield from explain_words(subject, _TABLE, 415)
        yield from _beside(subject, subject.failing(415), "request_content_type", "Content-Type")
        yield from _bare(subject)
    if not subject.failing(406).is_empty():
        yield from _accepted(subject, subject.failing(406))


def _media(column: str) -> pl.Expr:
    return pl.col(column).str.extract(r"^\s*([^;,\s]+)", 1).str.to_lowercase()


def _beside(subject: Subject, refused: pl.DataFrame, column: str, header: str) -> Iterator[Explanation]:
    worked = subject.working(refused, _SAME).filter(pl.col(column).is_not_null())
    sent = refused.select(_media(column)).to_series().drop_nulls().unique().sort().to_list()
    if worked.is_empty() or not sent:
        return
    types = worked.group_by(kind=_media(column)).agg(number()).sort(WEIGHT, "kind", descending=[True, False])
    good = types.filter(~pl.col("kind").is_in(sent))
    if good.is_empty():
        return
    kind, often = good.row(0)
    shown = f"{', '.join(sent[:3])} {'was' if len(sent) == 1 else 'were'} sent"
    text = f"{shown}; requests with {header} {kind} worked on the same route ({often:,} in this data)."
    row = first_row(worked.filter(_media(column) == kind))
    yield Explanation((Evidence(text, place_of(row)),), (f"Send {header}: {kind}.",), 0, counted(refused))


def _bare(subject: Subject) -> Iterator[Explanation]:
    """Says that a body came without a Content-Type (RFC 9110, 8.3)."""
    kind = pl.col("request_body_kind").is_not_null() & pl.col("request_content_type").is_null()
    bare = (pl.col("status") == 415) & kind
    if count := subject.scene.count(bare):
        text = f"{subject.of_total(count)} sent a body without a Content-Type."
        yield Explanation((subject.scene.quote(text, bare, BROWSER),), (), 0, count)


def _accepted(subject: Subject, refused: pl.DataFrame) -> Iterator[Explanation]:
    """Sets Accept beside the types that the route answers to others (RFC 9110, 12.5.1)."""
    row = first_row(refused)
    if row["accept"]:
        test = pl.col("status") == 406
        text = f"They accept only {row['accept']}."
        yield Explanation((subject.scene.quote(text, test, BROWSER, EDGE),), (), 1, counted(refused))
    worked = subject.working(refused, _SAME).filter(pl.col("content_type").is_not_null())
    if not worked.is_empty():
        kinds = (
            worked.group_by(kind=_media("content_type")).agg(number()).sort(WEIGHT, "kind", descending=[True, False])
        )
        text = f"The route answers others with {kinds['kind'][0]} ({times(kinds[WEIGHT][0])} in this data)."
        place = place_of(first_row(worked))
        yield Explanation((Evidence(text, place),), (f"Send Accept: {kinds['kind'][0]}.",), 0, counted(refused))
