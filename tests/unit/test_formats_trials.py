"""Detection asks as little as it can, and chooses what it would choose if every format read every line."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lines_by_hand import frame

from analyzer import formats
from analyzer.formats import _detection, _trials
from analyzer.formats._needles import Screen
from analyzer.formats._plugin import Glancing
from analyzer.formats._trials import Trial

FORMATS = formats.line_formats()
OWNED = [(name, sample) for name, form in FORMATS.items() for sample in form.samples]
SAMPLES = [sample for _, sample in OWNED]
GLANCING = [name for name, form in FORMATS.items() if isinstance(form, Glancing)]
ALONE = [name for name, form in FORMATS.items() if getattr(form, "alone", False)]
ZONES = ["UTC", "Pacific/Kiritimati"]


def by_parsing(form, lines):
    """Gives the trial that reading all lines makes."""
    parsed = form.parse(lines, "UTC")
    read = frozenset(lines["line"]) - frozenset(parsed.rejects["line"])
    events = parsed.events
    told = events.drop("stamp_marks", strict=False)
    cells = sum(events.height - column.null_count() for column in told.get_columns())
    timed = events.filter(pl.col("stamped_at").is_not_null())["line"] if "stamped_at" in events.columns else ()
    filled = cells / events.height if events.height else 0.0
    return Trial(form, read, frozenset(timed), filled, events.width, len(parsed.notes))


def chain_by_parsing(lines):
    """Gives the names of the chain, every format reading some lines, and all lines if it read any of them."""
    some = _detection._some(lines)
    trials = {name: by_parsing(form, some) for name, form in FORMATS.items()}
    trials |= {name: by_parsing(FORMATS[name], lines) for name, trial in trials.items() if trial.read}
    chain = _detection._chain(_detection._ranked(list(trials.values())))
    left = lines.filter(~pl.col("line").is_in([line for trial in chain for line in trial.read]))
    if lines.height > some.height and left.height:
        left = _detection._some(left)
        unused = [name for name, trial in trials.items() if not trial.read]
        trials |= {n: by_parsing(FORMATS[n], lines) for n in unused if by_parsing(FORMATS[n], left).read}
        chain = _detection._chain(_detection._ranked(list(trials.values())))
    return [trial.form.name for trial in chain]


@st.composite
def heads(draw):
    """Draws lines of a few formats, some of them cut, mostly of one."""
    few = draw(st.lists(st.sampled_from(SAMPLES), min_size=1, max_size=4))
    lines = few[:1] * draw(st.sampled_from([0, 1, 30, 60])) + draw(st.lists(st.sampled_from(few), max_size=8)) + few
    cut = draw(st.lists(st.tuples(st.integers(0, 80), st.integers(3, 120)), max_size=6))
    for number, length in cut:
        lines[number % len(lines)] = lines[number % len(lines)][:length]
    return [line for line in lines if line.strip()]


@settings(max_examples=12, deadline=None)
@given(heads())
def test_the_choice_is_that_of_formats_that_read_every_line(head):
    """What is not tried, or tried on the whole only, would have changed nothing."""
    lines = frame(head)
    assert [form.name for form in _detection.choose(lines, "UTC")] == chain_by_parsing(lines)


@settings(max_examples=12, deadline=None)
@given(heads())
def test_a_format_that_reads_a_line_is_possible(head):
    """Only formats that read none of the lines are left out."""
    lines = frame(head)
    reading = {name for name, form in FORMATS.items() if by_parsing(form, lines).read}
    assert reading <= _trials.possible(FORMATS, lines).keys()


def test_a_format_that_reads_a_sample_alone_is_possible():
    """No format is left out that reads a sample of its own or of another."""
    for name, form in FORMATS.items():
        for line in frame(SAMPLES).filter(pl.col("line").is_in(sorted(by_parsing(form, frame(SAMPLES)).read)))["raw"]:
            alone = frame([line])
            assert not by_parsing(form, alone).read or name in _trials.possible({name: form}, alone)


@pytest.mark.parametrize("name", GLANCING)
@settings(max_examples=5, deadline=None)
@given(head=heads())
def test_a_glance_reads_what_parse_reads(name, head):
    """Events, notes and lines are those of parse."""
    for lines in (frame(head), frame(SAMPLES)):
        glimpse, parsed = FORMATS[name].glance(lines, "UTC"), FORMATS[name].parse(lines, "UTC")
        assert glimpse.events.equals(parsed.events)
        assert glimpse.notes == parsed.notes
        assert glimpse.read == by_parsing(FORMATS[name], lines).read


@pytest.mark.parametrize("name", [*GLANCING, *ALONE])
@settings(max_examples=4, deadline=None)
@given(head=heads(), parts=st.integers(2, 5))
def test_lines_that_are_read_in_any_frame(name, head, parts):
    """Of lines that are sure each is read in a part of the frame too; where all are, no other is."""
    lines = frame([*head, *FORMATS[name].samples])
    glimpse = _trials._glance(FORMATS[name], lines, "UTC")
    for start in range(parts):
        some = lines.gather_every(parts, start)
        read = by_parsing(FORMATS[name], some).read
        own = frozenset(some["line"])
        assert glimpse.sure & own <= read
        assert not glimpse.alone or glimpse.read & own == read


def test_twins_make_equal_trials():
    """Formats that are tried once for all read the same lines, and fill the same."""
    twins = {}
    for name in GLANCING:
        twins.setdefault(FORMATS[name].twin, []).append(name)
    shared = [names for names in twins.values() if len(names) > 1]
    assert ["combined", "nginx_combined"] in shared
    for names in shared:
        trials = [by_parsing(FORMATS[name], frame(SAMPLES)) for name in names]
        assert len({(t.read, t.timed, t.filled, t.width, t.notes) for t in trials}) == 1


@pytest.mark.parametrize("name", [n for n in GLANCING if FORMATS[n].carries_zone])
def test_a_format_whose_times_carry_their_zone_reads_alike_in_all(name):
    """The zone that is asked for changes nothing."""
    lines = frame(SAMPLES)
    here, there = (FORMATS[name].parse(lines, zone).events for zone in ZONES)
    assert here.height
    assert here.equals(there)


@settings(max_examples=25, deadline=None)
@given(heads(), st.booleans())
def test_zoned_is_the_number_of_times_that_reading_the_head_gives(head, blank):
    """Where it is known, reading the head in two zones would tell the same."""
    head = [*head[:1] * 5, *([" "] if blank else []), "", *head]
    choice = formats.detect(head, "UTC")
    if choice.zoned is None:
        return
    for zone in ZONES:
        events = formats.read_block(frame(head), choice.formats, zone).events
        timed = events.filter(pl.col("stamped_at").is_not_null())
        assert timed["format"].unique().to_list() == ([choice.formats[0].name] if choice.zoned else [])
        assert timed.height == choice.zoned


def test_zoned_is_known_of_an_access_log_only():
    """A log whose lines carry no zone, come in a wrapper, or hold colours is read in two zones, as before."""
    line = FORMATS["combined"].samples[0]
    assert formats.detect([line] * 60, "UTC").zoned == 60
    assert formats.detect([line] * 201, "UTC").zoned is None
    assert formats.detect([f"{line}\x1b[0m"] * 60, "UTC").zoned is None
    assert formats.detect([f"web-1  | {line}"] * 60, "UTC").zoned is None
    assert formats.detect(["2026/11/22 16:22:01 [notice] 16549#16549: nginx"] * 60, "UTC").zoned is None


@settings(max_examples=30, deadline=None)
@given(heads())
def test_a_wrapper_that_unwraps_a_line_may_unwrap_it(head):
    """None is left out that lines come in."""
    wrappers = formats.line_wrappers().values()
    inside = [piece for wrapper in wrappers for sample in wrapper.samples for piece in sample.split("\n")]
    for texts in (head, head + inside, inside[: len(head)]):
        lines, now = frame(texts), datetime(2026, 11, 22, tzinfo=UTC)
        for wrapper in wrappers:
            if wrapper.unwrap(lines, "UTC", now).lines.height:
                assert wrapper.may_unwrap(Screen(texts))
