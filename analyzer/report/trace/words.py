"""Sentences about a trace, the same on a terminal and in trace.html."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analyzer.diagnose.breakdown import Breakdown, break_down
from analyzer.diagnose.ids import KINDS
from analyzer.diagnose.trace import Consulted, Passage, Trace
from analyzer.model import Hop
from analyzer.report import hop_words
from analyzer.report.moments import moment
from analyzer.wording.words import iso, microseconds, percent, plural, series, source_name, utc, where
from analyzer.wording.zones import local_span

_MOST_PASSAGES = 20
_MOST_MENTIONS = 10
_MOST_SOURCES = 12
_BAR = 20
_LONGEST_MENTION = 300


@dataclass(frozen=True, slots=True)
class Line:
    """One line for a terminal; strong where a new request begins."""

    text: str
    strong: bool = False


def headline(trace: Trace) -> str:
    """Says how many requests carry the id, and whether only its beginning was given."""
    named = series([f"{KINDS[kind]} {value}" for kind, value in trace.ids], 3) or trace.asked
    begun = f" (the only id that begins with {trace.asked})" if trace.by_prefix else ""
    if not trace.passages:
        count = plural(trace.mention_count, "line names", "lines name")
        return f"No event carries {named} as its id; {count} it in the text."
    verb = "carries" if len(trace.passages) == 1 else "carry"
    return f"{plural(len(trace.passages), 'request')} {verb} {named}{begun}."


def title(passage: Passage) -> str:
    """Gives request and answer: GET https://a.example/x answered 502."""
    request = f"{passage.method or ''} {passage.url or ''}".strip() or "A record without a request"
    if passage.status is not None:
        error = f" with {passage.error}" if passage.error else ""
        return f"{request} answered {passage.status}{error}"
    return f"{request} failed with {passage.error}" if passage.error else request


def when(passage: Passage, zone: str | None = None) -> str:
    """Gives the start, how long it took, and the start in the zone of the case."""
    if passage.started is None:
        return "time unknown"
    took = passage.ended - passage.started if passage.ended is not None else None
    lasted = f", {microseconds(int(took.total_seconds() * 1_000_000))}" if took else ""
    there = local_span(passage.started, passage.started, zone)
    return f"{moment(passage.started).text}{lasted}" + (f"; {there}" if there else "")


def lines(trace: Trace) -> tuple[Line, ...]:
    """Gives the whole trace for a terminal; of very many requests the first."""
    said = [Line(headline(trace), strong=True)]
    for number, passage in enumerate(trace.passages[:_MOST_PASSAGES], 1):
        said += [Line(""), *_passage(number, passage, trace.zone)]
    rest = len(trace.passages) - _MOST_PASSAGES
    if rest > 0:
        said += [Line(""), Line(f"{plural(rest, 'more request')}; -o FILE or --json gives all.", strong=True)]
    said += [Line(""), *(Line(text) for text in mentions(trace, _MOST_MENTIONS)), *map(Line, sources(trace))]
    return tuple(said)


def mentions(trace: Trace, most: int) -> Iterator[str]:
    """Yields the lines that name the id in their text only."""
    for item in trace.mentions[:most]:
        at = f"{moment(item.at).text} " if item.at else ""
        rejected = f" (rejected: {item.reason})" if item.reason else ""
        text = item.text if len(item.text) <= _LONGEST_MENTION else item.text[:_LONGEST_MENTION] + "…"
        yield f"Also named in {where(item.ref)}{rejected}: {at}{text}"
    if trace.mention_count > most:
        yield f"{plural(trace.mention_count - most, 'more line names', 'more lines name')} it."


def sources(trace: Trace) -> Iterator[str]:
    """Yields a sentence per source: what was read, which ids it has, and what was found of its clock."""
    for source in trace.consulted:
        report = source.report
        found = f"{plural(source.matched, 'event')} of this trace" if source.matched else "none of this trace"
        clock = f"; clock moved by {report.clock_offset_ms / 1000:+,.1f} s" if "clock_off" in report.gaps \
            and report.clock_offset_ms is not None else ""  # fmt: skip
        zone = f"times as {report.timezone} ({report.timezone_from})"
        read = f"Read {source_name(report.name)}: {plural(report.events, 'event')}, {carried(source)}"
        yield f"{read}; {found}; {zone}{clock}"


def carried(source: Consulted) -> str:
    """Says which ids a source has."""
    if not source.ids:
        return "no ids, tied by request and time alone"
    return ", ".join(f"{KINDS[kind]} on {count:,}" for kind, count in source.ids)


def refusal(trace: Trace, candidates: Sequence[str]) -> tuple[str, str]:
    """Gives message and hint for an id that no event carries, or whose beginning fits several."""
    named = ", ".join(candidates)
    if trace.by_prefix:
        return f"several ids begin with {trace.asked}: {named}.", "Give more of it."
    read = "; ".join(f"{source_name(item.report.name)} ({plural(item.report.events, 'event')}, {_short(item)})"
                     for item in trace.consulted[:_MOST_SOURCES])  # fmt: skip
    rest = len(trace.consulted) - _MOST_SOURCES
    more = f"; and {plural(rest, 'more source')}" if rest > 0 else ""
    unread = f" Not read: {'; '.join(trace.problems[:3])}" if trace.problems else ""
    message = f"no event carries the id {trace.asked}. Read: {read}{more}.{unread}"
    if candidates:
        return message, f"The nearest: {named}."
    if not any(item.ids for item in trace.consulted):
        return message, "No source has ids: log them, such as $request_id in nginx or unique-id in HAProxy."
    return message, "`analyzer parse` gives all events with their ids."


def _short(source: Consulted) -> str:
    return ", ".join(f"{KINDS[kind]} on {count:,}" for kind, count in source.ids) or "no ids"


def _passage(number: int, passage: Passage, zone: str | None) -> Iterator[Line]:
    client = f"; client {passage.client}" if passage.client else ""
    yield Line(f"{number}. {title(passage)}", strong=True)
    yield Line(f"   {when(passage, zone)}{client}")
    if passage.ids:
        yield Line("   " + ", ".join(f"{KINDS[kind]} {value}" for kind, value in passage.ids))
    for hop in passage.hops:
        yield from (Line(f"   {text}") for text in _hop(hop))
    spent = break_down(passage.hops)
    if spent is not None and spent.shares:
        yield from (Line(f"   {text}") for text in _spent(spent))


def _hop(hop: Hop) -> Iterator[str]:
    said = ", ".join(text for text in (hop.level or "", hop_words.outcome(hop)) if text)
    tie = hop_words.join(hop)
    tied = f" {tie}" if tie else ""
    yield f"{hop.name:<12} {_clock(hop)}  {said or 'no status'}  [{where(hop.ref)}]{tied}"
    yield from (f"    {text}" for text in hop.text.splitlines() or ())
    yield from (f"    {text}" for fact in hop_words.facts(hop) for text in fact.splitlines())
    if hop.stack_trace:
        yield "    Stack trace:"
        yield from (f"      {text}" for text in hop.stack_trace.splitlines())


def _clock(hop: Hop) -> str:
    # A log that writes whole seconds would feign milliseconds.
    return f"{iso(utc(hop.at))[11:19]:<12}" if hop.at.microsecond == 0 else iso(utc(hop.at))[11:23]


def _spent(spent: Breakdown) -> Iterator[str]:
    yield f"Where the time went: {microseconds(spent.total_us)}, as {where(spent.told_by)} counted it"
    for share in spent.shares:
        part = share.duration_us / max(spent.total_us, 1)
        bar = "#" * round(part * _BAR)
        ref = f" [{where(share.ref)}]" if share.ref else ""
        yield f"    {microseconds(share.duration_us):>9} {percent(part):>11}  {bar:<{_BAR}}  {share.text}{ref}"
    for item in spent.contradictions:
        yield f"    Not in agreement: {item.text} [{where(item.ref)}]" if item.ref else f"    {item.text}"
