"""Numbers, times and foreign text as people read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.report.links import address, href
from analyzer.report.material import Limits, runs
from analyzer.report.view.pieces import Run
from analyzer.wording import words
from analyzer.wording.quoting import clip, one_line, visible


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.0, "0 %"),
        (0.00001, "under 0.1 %"),
        (0.002, "0.2 %"),
        (0.05, "5 %"),
        (0.4271, "43 %"),
        (0.92, "92 %"),
        (0.996, "99.6 %"),
        (0.99999, "over 99.9 %"),
        (1.0, "100 %"),
    ],
)
def test_a_share_never_reads_as_nothing_or_as_all_unless_it_is(share: float, text: str) -> None:
    """0.00001 is not 0 %, and 0.99999 is not 100 %."""
    assert words.percent(share) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.35, "350 ms"),
        (5.0, "5 s"),
        (5.09, "5 s"),
        (5.1, "5.1 s"),
        (24, "24 s"),
        (125, "2 min 5 s"),
        (120, "2 min"),
        (4_320, "1 h 12 min"),
        (273_600, "3 d 4 h"),
    ],
)
def test_a_duration_has_at_most_two_units(seconds: float, text: str) -> None:
    """Durations are words, the two largest units of them."""
    assert words.duration(timedelta(seconds=seconds)) == text


@pytest.mark.parametrize(
    ("microseconds", "text"), [(0, "0 ms"), (900, "900 µs"), (5_014_000, "5,014 ms"), (61_000_000, "1 min 1 s")]
)
def test_a_hop_is_told_to_the_millisecond(microseconds: int, text: str) -> None:
    """Below ten seconds the milliseconds of a hop matter."""
    assert words.microseconds(microseconds) == text


def test_times_are_utc_with_milliseconds() -> None:
    """A time in another zone becomes UTC; one without a zone is UTC already."""
    assert (
        words.iso(datetime(2026, 5, 12, 18, 32, 13, 204_999, timezone(timedelta(hours=2))))
        == "2026-05-12T16:32:13.204Z"
    )
    assert words.iso(datetime(2026, 5, 12, 16, 32, 13)) == "2026-05-12T16:32:13.000Z"  # noqa: DTZ001


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [
        ("2026-05-12T16:32:13.204", "2026-05-12T16:32:37.911", "2026-05-12 16:32:13–16:32:37 UTC (24 s)"),
        ("2026-05-12T16:40:08.900", "2026-05-12T16:40:31.000", "2026-05-12 16:40:08–16:40:31 UTC (23 s)"),
        ("2026-05-12T23:59:10", "2026-05-13T00:04:00", "2026-05-12 23:59:10 – 2026-05-13 00:04:00 UTC (4 min 50 s)"),
        ("2026-05-12T16:00:00", "2026-05-12T16:00:00", "2026-05-12 16:00:00 UTC"),
    ],
)
def test_a_span_names_the_day_once_and_its_length(start: str, end: str, text: str) -> None:
    """The length agrees with the seconds that are printed."""
    moments = [datetime.fromisoformat(value).replace(tzinfo=UTC) for value in (start, end)]
    assert words.span(*moments) == text


def test_a_cut_series_counts_the_rest() -> None:
    """What is cut from a line of values is counted."""
    assert words.series(["a", "b", "c"], 2) == "a, b and 1 more"
    assert words.series(["a", "b"], 2) == "a, b"


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain ünïcödé 漢字 🙂", "plain ünïcödé 漢字 🙂"),
        ("\x1b]8;;x\x07", "\\x1b]8;;x\\x07"),
        ("\x9b31m", "\\x9b31m"),
        ("a\rb", "a\\rb"),
        ("a\x00b", "a\\x00b"),
        ("a\u202eb\u2066c", "a\\u202eb\\u2066c"),
        ("a\u200bb", "a\\u200bb"),
        ("a\u2028b", "a\\u2028b"),
        ("a\ud800b", "a\\ud800b"),
        ("a\U000e0041b", "a\\U000e0041b"),
        ("a\xa0b", "a\\xa0b"),
        ("a\n\tb", "a\n\tb"),
    ],
)
def test_unseen_characters_are_written_out(raw: str, shown: str) -> None:
    """A reader sees that a control, BiDi or half character was there, and which."""
    assert visible(raw) == shown


@given(st.text(alphabet=st.characters(exclude_categories=())))
def test_visible_text_can_always_be_written_and_is_stable(text: str) -> None:
    """Whatever comes in: only printable characters, line feeds and tabs come out, and once is enough."""
    shown = visible(text)
    assert all(char.isprintable() or char in "\n\t" for char in shown)
    assert visible(shown) == shown
    shown.encode()
    assert "\n" not in one_line(text, 1_000)


def test_a_cut_is_counted() -> None:
    """A long line says how much of it is missing."""
    assert clip("x" * 1_000_000, 2_000) == "x" * 2_000 + " … [998,000 more characters]"
    assert clip("x" * 2_000, 2_000) == "x" * 2_000


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("https://host/path?q=1", "https://host/path?q=1"),
        ("HTTPS://host/", "https://host/"),
        ("http://host/", None),
        ("//host/", None),
        ("/\\host", None),
        ("https:\\\\host", None),
        ("https://host\\@evil/", None),
        ("ftp://h", None),
        ("javascript:alert(1)", None),
        ("JaVaScRiPt:alert(1)", None),
        ("java\tscript:alert(1)", None),
        ("java\nscript:alert(1)", None),
        ("\x01javascript:alert(1)", None),
        (" https://host/", None),
        ("\thttps://host/", None),
        ("https\n://host/", None),
        ("https://ho\nst/", None),
        ("https://host/a b", None),
        ("data:text/html,x", None),
        ("vbscript:x", None),
        ("blob:https://host/x", None),
        ("file:///etc/passwd", None),
        ("https://host\\evil/", None),
        ("https://\u0430pple.example/", None),
        ("https://user:pw@host/", None),
        ("https://user@host/", None),
        ("https://h\ud800st/", None),
        ("https://h\u202est/", None),
        ("https://" + "a" * 2_000, None),
        ("https://", None),
        ("https:///path", None),
        ("https://[half", None),
        ("https://host:port/", None),
        ("", None),
    ],
)
def test_only_plain_https_is_a_link(text: str, link: str | None) -> None:
    """The case table T03: all else stays text."""
    assert address(text) == link


def test_an_attribute_takes_anchors_and_https_only() -> None:
    """Anything else in a template is a fault, not a link."""
    assert href("#e-0123456789ab") == "#e-0123456789ab"
    assert href("https://host/") == "https://host/"
    for wrong in ("#", "#a b", "#<x>", "javascript:x", "page.html", ""):
        with pytest.raises(ValueError, match="not an address"):
            href(wrong)


def test_a_sentence_is_split_into_text_commands_and_addresses() -> None:
    """Backticks make a command, https an address without the point that ends the sentence."""
    assert runs("Run `dig a` and see https://b.example/c.") == (
        Run("Run ", "", code=False),
        Run("dig a", "", code=True),
        Run(" and see ", "", code=False),
        Run("https://b.example/c", "https://b.example/c", code=False),
        Run(".", "", code=False),
    )
    assert runs("one ` alone") == (Run("one ` alone", "", code=False),)


@given(st.text())
def test_splitting_loses_nothing(text: str) -> None:
    """The runs of a sentence hold all its text, up to backticks in pairs and the case of a scheme."""
    joined = "".join(run.text for run in runs(text))
    assert joined.replace("`", "").lower() == text.replace("`", "").lower()


def test_limits_halve_down_to_a_floor() -> None:
    """Halving ends, so a page always gets done."""
    limits = Limits()
    for _ in range(20):
        limits = limits.halved()
    assert limits == limits.halved()
    assert (limits.incidents, limits.evidence, limits.text) == (1, 1, 40)
