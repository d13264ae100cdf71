"""Combined Log Format with key=value pairs behind it, a common way to extend nginx's and Apache's format.

https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format: any text may stand between variables.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

import polars as pl

from analyzer.formats import _aliases, _compile, _logformat, combined
from analyzer.formats._directives import Field, Text
from analyzer.formats._logformat import LogFormat, Reading
from analyzer.formats._needles import Screen
from analyzer.formats._plugin import Format, Parsed

_KEY = "[A-Za-z_][A-Za-z0-9_.-]*"
# Everything behind the user agent; a value is quoted, or goes on to the next key, since nginx lists `0.1, 0.2`.
_TAIL = rf'"((?: {_KEY}=(?:"(?:[^"\\]|\\.)*"|[^"]*?))+)\s*$'
_BEHIND = '" [A-Za-z_]'
_PAIR = re.compile(rf' ({_KEY})=("?)')
_MOST_SIGNATURES = 64
_WRITTEN_AT_END = ("duration_s", "upstream", "upstream_status", "upstream_s")


@dataclass(frozen=True, slots=True)
class CombinedPairs:
    """Compiles one format per sequence of keys that it meets."""

    name: str = "combined_pairs"
    title: str = "Combined Log Format with key=value pairs"
    documentation: str = "https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format"
    product: str = "nginx"
    kind: str = "request"
    samples: tuple[str, ...] = (
        (
            '192.0.2.1 - - [22/Nov/2026:16:14:14 +0000] "GET /healthz HTTP/1.1" 200 16 "-" "kube-probe/1.31" '
            "rid=48b6 host=api.example upstream=127.20.0.3:8080 upstream_status=200 urt=0.003 rt=0.002"
        ),
        '192.0.2.2 - - [08/Dec/2021:09:16:05 +0000] "GET /a HTTP/1.1" 200 414 "-" "-" X-Forwarded-For="198.51.100.7"',
    )

    def may_read(self, screen: Screen) -> bool:
        """Whether a key stands behind a quote."""
        return screen.may_fit(_BEHIND)

    def parse(self, lines: pl.DataFrame, zone: str) -> Parsed:
        """Reads a frame of line, raw; lines without a pair are rejects."""
        readings: list[Reading] = []
        unread = lines.select("line", "raw")
        first = (
            unread.select(pl.col("raw").str.extract(_TAIL, 1).drop_nulls().first()).item() if unread.height else None
        )
        if first is not None:
            # Most files have one sequence of keys: its tidy pattern cannot fit a line with another one.
            tidy = replace(_compiled(_signature(first)), patterns=_compiled(_signature(first)).patterns[:1])
            readings.append(tidy.read(unread, zone))
            unread = readings[0].unread
        tails = unread.with_columns(_tail=pl.col("raw").str.extract(_TAIL, 1))
        rejects = [_reject(tails.filter(pl.col("_tail").is_null()), "no key=value pair follows the user agent")]
        groups: dict[tuple[tuple[str, bool], ...], list[int]] = {}
        tails = tails.filter(pl.col("_tail").is_not_null())
        for row, tail in enumerate(tails["_tail"]):
            groups.setdefault(_signature(tail), []).append(row)
        for number, (signature, rows) in enumerate(groups.items()):
            group = tails[rows].select("line", "raw")
            if number >= _MOST_SIGNATURES:
                rejects.append(_reject(group, f"more than {_MOST_SIGNATURES} different sequences of keys"))
                continue
            readings.append(_compiled(signature).read(group, zone))
            rejects.append(_compiled(signature).explain(readings[-1].unread))
        return _join(readings, rejects)


def _join(readings: list[Reading], rejects: list[pl.DataFrame]) -> Parsed:
    events = pl.concat([reading.events for reading in readings], how="diagonal") if readings else pl.DataFrame(
        schema={"line": pl.Int64, "raw": pl.String, "kind": pl.String}
    )  # fmt: skip
    rejects += [_reject(reading.timeless, "the time is not a time that exists") for reading in readings]
    notes = dict.fromkeys(note for reading in readings for note in reading.notes)
    return Parsed(events.sort("line"), pl.concat(rejects).sort("line"), event_lines=events.height, notes=tuple(notes))


def _reject(lines: pl.DataFrame, reason: str) -> pl.DataFrame:
    return lines.select("line", pl.lit(reason).alias("reason"), "raw")


def _signature(tail: str) -> tuple[tuple[str, bool], ...]:
    """Gives the keys of a tail in their order, and whether each value is quoted."""
    plain = re.sub(r'="(?:[^"\\]|\\.)*"', '="', tail)
    return tuple((key, bool(quote)) for key, quote in _PAIR.findall(plain))


@lru_cache(maxsize=256)
def _compiled(signature: tuple[tuple[str, bool], ...]) -> LogFormat:
    _, pieces = _compile.read_pieces(combined.COMBINED)
    pieces = [*pieces[:-1]]
    text = '"'
    for key, quoted in signature:
        known = _aliases.meaning(_aliases.fold(key))
        slot = known[1] if known and known[1] != "time" else None
        quote = '"' if quoted else ""
        pieces += [Text(f"{text} {key}={quote}"), Field(key, slot, is_list=(slot or "").startswith("upstream"))]
        text = quote
    if text:
        pieces.append(Text(text))
    late = any(isinstance(piece, Field) and piece.slot in _WRITTEN_AT_END for piece in pieces)
    return replace(_logformat.build(pieces, "combined_pairs"), marks="end" if late else "start")


FORMATS: tuple[Format, ...] = (CombinedPairs(),)
