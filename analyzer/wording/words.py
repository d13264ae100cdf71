"""Words and numbers as people read them: layers, verdicts, counts, shares, times and durations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from analyzer.diagnose._wording import duration
from analyzer.model import Gap, Layer, Ref, Severity, Teller, Verdict

LAYER_WORDS: dict[Layer | str, str] = {
    "browser": "browser",
    "dns": "DNS",
    "connect": "connection",
    "tls": "TLS",
    "proxy": "proxy",
    "rate_limit": "rate limit",
    "authentication": "authentication",
    "authorization": "authorization",
    "request": "request",
    "backend": "backend",
    "unknown": "not determined",
}
VERDICT_WORDS: dict[Verdict, str] = {
    "cause": "cause",
    "suspected": "suspected",
    "ruled_out": "ruled out",
    "not_visible": "not visible",
}
GAP_WORDS: dict[Gap, str] = {
    "sanitised": "likely a sanitised export",
    "masked": "masked credentials",
    "no_bodies": "no response bodies",
    "only_failures": "failures only",
    "starts_with_failure": "begins with a failure",
    "no_page_load": "no page load",
    "cut": "cut off",
    "service_worker": "answers of a service worker",
    "cached": "answers of the cache",
    "clock_off": "clock differs from the servers'",
}
TELLER_WORDS: dict[Teller, str] = {"browser": "the browser", "edge": "the edge", "application": "the application"}
SERIOUS: tuple[Severity, ...] = ("critical", "high", "medium")
_SURENESS = ((0.9, "very likely"), (0.7, "likely"), (0.4, "possible"), (0.0, "weak"))


def source_name(name: str) -> str:
    """Gives the name of a source; that of standard input in words."""
    return "standard input" if name == "-" else name


def where(ref: Ref) -> str:
    """Gives source:line or source#entry for a reader."""
    return str(ref) if ref.source != "-" else f"standard input{str(ref)[1:]}"


def number(value: int) -> str:
    """Gives a count with a separator between thousands."""
    return f"{value:,}"


def plural(value: int, word: str, words: str | None = None) -> str:
    """Gives the count and its word: 1 request, 1,204 requests."""
    return f"{value:,} {word if value == 1 else words or word + 's'}"


def series(values: Sequence[str], limit: int, *, between: str = ", ") -> str:
    """Gives the first values on one line and how many more there are: 1, 2 and 3 more."""
    rest = len(values) - limit
    return between.join(values[:limit]) + (f" and {number(rest)} more" if rest > 0 else "")


def either(values: Sequence[str]) -> str:
    """Gives the values as a choice: a, b or c."""
    *others, last = values
    return f"{', '.join(others)} or {last}" if others else last


def percent(share: float) -> str:
    """Gives a share as per cent, finely enough that something never reads as nothing and most never as all."""
    if 0 < share < 0.001:
        return "under 0.1 %"
    if 0.999 < share < 1:
        return "over 99.9 %"
    value = share * 100
    fine = (0 < value < 10 or 99 < value < 100) and round(value, 1) % 1
    return f"{value:.1f} %" if fine else f"{value:.0f} %"


def sureness(confidence: float) -> str:
    """Gives a word for a confidence between 0 and 1."""
    return next((word for least, word in _SURENESS if confidence >= least), "weak")


def utc(moment: datetime) -> datetime:
    """Gives the time in UTC; one without a zone is taken as UTC."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def iso(moment: datetime) -> str:
    """Gives ISO 8601 in UTC with milliseconds: 2026-05-12T16:32:13.123Z."""
    return utc(moment).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def day(moment: datetime) -> str:
    """Gives the date in UTC: 2026-05-12."""
    return iso(moment)[:10]


def clock(moment: datetime) -> str:
    """Gives the time of day in UTC to the second: 16:32:13."""
    return iso(moment)[11:19]


def microseconds(value: int) -> str:
    """Gives a duration that is counted in microseconds; none at all in ms, which most logs count."""
    if 0 < value < 1_000:
        return f"{value} µs"
    return f"{round(value / 1_000):,} ms" if value < 10_000_000 else duration(timedelta(microseconds=value))


def span(start: datetime, end: datetime) -> str:
    """Gives a stretch of time with an en dash, as in 2026-05-12 16:32:13-16:32:37 UTC (24 s); or just the moment."""
    begin = f"{day(start)} {clock(start)}"
    if start == end:
        return f"{begin} UTC"
    if iso(start)[:19] == iso(end)[:19]:
        return f"{begin} UTC ({duration(end - start)})"
    until = clock(end) if day(start) == day(end) else f" {day(end)} {clock(end)}"
    gap = " " if day(start) != day(end) else ""
    return f"{begin}{gap}\u2013{until} UTC ({lasted(start, end)})"


def lasted(start: datetime, end: datetime) -> str:
    """Gives how long it took, as the moments that are printed have it."""
    # From ten seconds on, the length is that between the seconds that are printed.
    length = end - start
    if length < timedelta(seconds=10):
        return duration(length)
    return duration(end.replace(microsecond=0) - start.replace(microsecond=0))


def sentence(text: str) -> str:
    """Gives the text with a capital first letter, unless it begins with a name written otherwise."""
    return text[:1].upper() + text[1:]
