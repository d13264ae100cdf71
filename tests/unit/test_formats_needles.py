"""What a pattern demands of a text: nothing that a pattern fits may be missed."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer import formats
from analyzer.formats._needles import Screen, beginning, needles
from analyzer.formats._plugin import Hinting

FORMATS = formats.line_formats()
SAMPLES = [sample for form in FORMATS.values() for sample in form.samples]
PATTERNS = sorted({pattern for form in FORMATS.values() if isinstance(form, Hinting) for pattern in form.likely})


@pytest.mark.parametrize(
    ("pattern", "wanted"),
    [
        (r"^([^ ]*) \[([0-9]+)\] \"x\"?$", (" [", '] "x')),
        (r"(?s)^a(?:bc)?d(?P<rest>e.f)$", ("a", "de", "f")),
        ("ab*c+d{2}e", ("a", "e")),
        ("(?i)abc", ()),
        ("a(?i:b)c", ()),
        ("a|b", ()),
        ("x(?:a|b)y", ("x", "y")),
        (r"[]a[:space:]|]x\x41\n\sy", ("x", "\n", "y")),
        (r"[!-~--x]z", ("z",)),
        (r"\pLq\p{Lu}r", ("q", "r")),
    ],
)
def test_the_literals_of_a_pattern(pattern, wanted):
    """Only what every match must hold is a literal of a pattern: what may be absent, or be another, is none."""
    assert needles(pattern) == wanted


@pytest.mark.parametrize(
    ("pattern", "fits", "lacks"),
    [
        (r"^[0-9]{4}-x", "2026-x", "20-x"),
        (r"(?s)^(?:[a-z]+ )?[0-9]+ (.*)$", "abc 1 x", "?"),
        (r"^(?:ERROR|WARN(?i:ing)?)x", "WARNINGx", "INFO"),
        (r"^\S+ [0-9]", "a\x1fb 1", " 1"),
        (r"[IW][0-9]{4}", "so I1234", "so I12"),
        (r"^[^\s]+x", "\x1cx", "\u2003x"),
    ],
)
def test_the_beginning_of_a_pattern(pattern, fits, lacks):
    """A text that a pattern fits begins so; blanks are what Unicode calls them, as the regex engine takes them."""
    contains = pl.Series([fits, lacks]).str.contains(pattern).to_list()
    assert contains == [True, False]
    assert beginning(pattern) is not None
    assert Screen([fits]).may_fit(pattern)
    assert not Screen([lacks]).may_fit(pattern)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("^a|b", "xb"),
        ("(?s)^ab|cd$", "xcd"),
        (r"[\\s]+x", "\\x"),
        (r"(?P<n[0]>a)b", "ab"),
        (r"\<b", "b"),
        (r"a{ 2}b", "aab"),
        (r"a*+b", "b"),
        (r"(?i:[^i])b", "\u0130b"),
        (r"(?P<é>a)b", "ab"),
    ],
)
def test_what_rust_reads_in_its_own_way_is_not_missed(pattern, text):
    """No pattern of ours is written so; a screen that knows less says less."""
    assert pl.Series([text]).str.contains(pattern).all()
    assert Screen([text]).may_fit(pattern)


@pytest.mark.parametrize("pattern", ["", ".*", "(?m)^a", r"^\pL", "a*", "(?:x|)"])
def test_a_pattern_that_may_begin_with_anything_demands_no_beginning(pattern):
    """Nothing is sure of what begins with anything."""
    assert beginning(pattern) is None


def missed(texts):
    """Gives the patterns that fit one of the texts although the screen says that they cannot."""
    frame = pl.DataFrame({"raw": texts}, schema={"raw": pl.String})
    fits = frame.select(pl.col("raw").str.contains(p).any().alias(str(i)) for i, p in enumerate(PATTERNS)).row(0)
    screen = Screen(texts)
    return [pattern for pattern, fit in zip(PATTERNS, fits, strict=True) if fit and not screen.may_fit(pattern)]


def test_no_sample_is_missed():
    """Each pattern that fits a sample of any format, alone or among others, may fit it."""
    assert missed(SAMPLES) == []
    for sample in SAMPLES[::7]:
        assert missed([sample]) == []


WORDS = st.text(st.sampled_from(' "[]():|-=/.{}\\\t\n\x1c\x85\xa0\u2028éſKaZ09'), max_size=4)


@st.composite
def spoilt(draw):
    """Draws a sample with a cut, a piece of another one, or characters that patterns look at."""
    text = draw(st.sampled_from(SAMPLES))
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(text)))
        piece = draw(st.one_of(WORDS, st.sampled_from(SAMPLES).map(lambda other: other[:20])))
        text = text[:at] + piece + text[at + draw(st.integers(0, 3)) :]
    return text[: draw(st.integers(1, max(len(text), 1)))]


@settings(max_examples=40, deadline=None)
@given(st.lists(spoilt(), min_size=1, max_size=12))
def test_no_spoilt_sample_is_missed(texts):
    """What the regex engine finds in free text the screen lets through."""
    assert missed(texts) == []
