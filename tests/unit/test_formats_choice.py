"""Detection and the chain of formats: nothing is lost, and what was chosen is said."""

from __future__ import annotations

from itertools import chain

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lines_by_hand import frame

from analyzer import formats, registry
from analyzer.formats import _registered
from analyzer.formats._plugin import Hinting

FORMATS = formats.line_formats()
COMBINED = '192.0.2.1 - - [20/May/2015:12:05:17 +0000] "GET /a HTTP/1.1" 200 5 "-" "x"'
COMMON = '192.0.2.1 - - [20/May/2015:12:05:17 +0000] "GET /a HTTP/1.1" 200 5'
PAIRS = f"{COMBINED} rid=1 rt=0.5"
ERROR = "2026/11/22 16:22:01 [notice] 16549#16549: nginx/1.22.1"


def names(head):
    return [form.name for form in formats.detect(head, "UTC").formats]


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_every_format_reads_its_samples_and_is_chosen_for_them(name):
    """Each format is the first choice for its own samples, nginx's combined apart, which is text for text Apache's."""
    form = FORMATS[name]
    parsed = form.parse(frame(form.samples), "UTC")
    assert form.samples
    assert parsed.rejects.is_empty()
    assert names(form.samples)[0] == {"nginx_combined": "combined"}.get(name, name)
    assert form.documentation.startswith("https://")
    assert form.kind in {"request", "error", "application"}


def test_names_are_unique(monkeypatch):
    """Two modules that export the same name are a fault that is said at once."""
    twice = {"a": (FORMATS["json"],), "b": (FORMATS["json"],)}
    monkeypatch.setattr(registry, "discover", lambda *_: twice)
    with pytest.raises(ValueError, match="b exports the format json"):
        _registered._found.__wrapped__()


def test_a_common_log_is_not_called_combined():
    """Both formats read both kinds of line; the one whose fields are there is chosen."""
    assert names([COMMON] * 5) == ["common"]
    assert names([COMBINED] * 5) == ["combined"]
    assert names([COMBINED] * 5 + [COMMON]) == ["combined"]


def test_specific_comes_before_generic_even_for_few_lines():
    """One line with pairs among plain ones keeps its ids: combined would read it too, without them."""
    assert names([COMBINED] * 50 + [PAIRS]) == ["combined_pairs", "combined"]
    block = formats.read_block(frame([COMBINED, PAIRS]), formats.detect([COMBINED, PAIRS], "UTC").formats, "UTC")
    assert block.events["request_id"].to_list() == [None, "1"]
    assert [(use.name, use.lines) for use in block.used] == [("combined_pairs", 1), ("combined", 1)]


@pytest.mark.parametrize("cut", [5, 50, 70])
@pytest.mark.parametrize("line", [COMBINED, PAIRS, FORMATS["ecs"].samples[0]], ids=["combined", "pairs", "ecs"])
def test_a_first_or_last_line_cut_in_half_does_not_change_the_choice(line, cut):
    """A head that begins or ends inside a line gives the same format."""
    whole = names([line] * 20)
    assert names([line[cut:], *[line] * 20])[0] == whole[0]
    assert names([*[line] * 20, line[:-cut]])[0] == whole[0]


def test_a_mixed_file_gets_a_chain():
    """Access, error and JSON lines in one file are all read, each by its format."""
    head = [COMBINED, ERROR, FORMATS["caddy"].samples[0], COMBINED, '{"ts":1,"msg":"tls"}']
    choice = formats.detect(head, "UTC")
    assert {form.name for form in choice.formats} == {"combined", "nginx_error", "caddy", "json"}
    assert choice.confidence == 1.0
    block = formats.read_block(frame(head), choice.formats, "UTC")
    assert block.rejects.is_empty()
    assert block.events["format"].to_list() == ["combined", "nginx_error", "caddy", "combined", "json"]


def test_the_reason_says_what_was_chosen_and_how_much_it_reads():
    """The reason is a sentence with counts, every format that was tried has a score, and the share is the chain's."""
    choice = formats.detect([COMMON, COMMON, "", "rubbish", COMMON], "UTC", scored=True)
    assert choice.reason.startswith("common reads 3 of 4 lines")
    assert choice.confidence == 0.75
    assert {score.name: score.share_read for score in choice.scores}["common"] == 0.75
    assert {"common", "combined", "logfmt"} <= {score.name for score in choice.scores} < set(FORMATS)


HINTING = {name: form.likely for name, form in FORMATS.items() if isinstance(form, Hinting)}


@pytest.mark.parametrize("name", HINTING)
def test_a_line_that_a_format_reads_fits_one_of_its_hints(name):
    """Detection tries a format only where a line fits its hints, so none that it reads may be missed."""
    lines = frame([sample for form in FORMATS.values() for sample in form.samples])
    refused = FORMATS[name].parse(lines, "UTC").rejects["line"].to_list()
    firsts = [text.partition("\n")[0] for text in lines.filter(~pl.col("line").is_in(refused))["raw"]]
    assert firsts
    hinted = pl.DataFrame({"raw": firsts}).select(
        pl.any_horizontal(pl.col("raw").str.contains(hint) for hint in HINTING[name])
    )
    assert hinted.to_series().all()


def test_nothing_readable_is_said_with_the_nearest_problem():
    """No format is chosen, and the reason tells what stopped the formats that came furthest on the first line."""
    choice = formats.detect(['192.0.2.1 - - [20/May/2015:12:05:17 +0000] "GET /a HTTP/1.1" OK 5', "x"], "UTC")
    assert choice.formats == ()
    assert choice.confidence == 0.0
    assert "no format reads any of 2 lines" in choice.reason
    assert "the status (%>s) cannot be read at column 62" in choice.reason


@pytest.mark.parametrize("head", [[], ["", "  "]])
def test_an_empty_head_gives_no_format(head):
    """Blank lines and no lines at all choose nothing, and say so."""
    assert formats.detect(head, "UTC") == formats.Choice((), 0.0, "there is no line to look at", ())


def test_a_reject_keeps_the_reason_of_the_first_format():
    """Of several refusals the first format's is kept, since it fits the file best."""
    block = formats.read_block(frame(["rubbish"]), [FORMATS["combined"], FORMATS["json"]], "UTC")
    assert block.rejects.rows() == [(1, "the client ip (%h) cannot be read at column 1", "rubbish")]
    assert formats.read_block(frame(["x"]), [], "UTC").rejects.rows() == [(1, "no format to read it with", "x")]


def test_an_event_of_several_lines_is_counted_by_lines():
    """PHP's stack trace belongs to the line that opens it: two events, four event lines."""
    lines = [
        '2026/11/22 16:38:59 [error] 31#31: *4 FastCGI sent in stderr: "PHP message: a',
        "Stack trace:",
        '#0 {main}" while reading, client: 192.0.2.2, server: s, request: "GET / HTTP/1.1", host: "h"',
        ERROR,
        "Stack trace that nothing opened",
    ]
    block = formats.read_block(frame(lines), [FORMATS["nginx_error"]], "UTC")
    assert (block.events.height, block.ledger.event_lines, block.ledger.rejects) == (2, 4, 1)
    assert block.events["client_ip"].to_list() == ["192.0.2.2", None]
    assert block.events["raw"][0] == "\n".join(lines[:3])


def test_more_sequences_of_keys_than_anybody_writes_are_rejects_not_work():
    """A file that changes its keys on every line is read up to a limit; the rest goes to the next format."""
    lines = [f"{COMBINED} k{number}=1" for number in range(100)]
    block = formats.read_block(frame(lines), [FORMATS["combined_pairs"], FORMATS["combined"]], "UTC")
    assert block.rejects.is_empty()
    assert {use.name: use.lines for use in block.used}["combined"] > 0


_PIECES = st.sampled_from(
    [*chain.from_iterable(form.samples for form in FORMATS.values()), COMBINED, COMMON, PAIRS, ERROR, "", " ", "{", '"']
)
_LINES = st.lists(st.text(max_size=30) | _PIECES | st.builds(lambda text, end: text[:end], _PIECES, st.integers(0, 200)),
                  max_size=8)  # fmt: skip


@given(_LINES, st.permutations(sorted(FORMATS)), st.integers(0, 4))
def test_the_ledger_adds_up_whatever_the_lines_are(lines, order, length):
    """Any text and any chain: each line is exactly one of blank, reject, directive or part of an event."""
    block = formats.read_block(frame(lines), [FORMATS[name] for name in order[:length]], "UTC")
    assert block.ledger.adds_up
    assert block.ledger.lines == len(lines)
    assert block.ledger.rejects == block.rejects.height
    assert sum(use.lines for use in block.used) == block.ledger.event_lines + block.ledger.directives
    assert not set(block.rejects["line"]) & set(block.events["line"])
    # Python strips the four separators of ASCII too, which have no White_Space in Unicode's PropList.txt.
    blank = sum(not line.strip() and not set("\x1c\x1d\x1e\x1f") & set(line) for line in lines)
    assert block.ledger.blank == blank


@settings(max_examples=15)
@given(_LINES)
def test_detection_never_raises_and_its_chain_reads_what_it_promises(lines):
    """The chain reads the share that detection promises, or more: any text may go on with the event above."""
    choice = formats.detect(lines, "UTC")
    block = formats.read_block(frame(lines), choice.formats, "UTC", choice.wrappers)
    written = sum(bool(line.strip()) for line in lines)
    spanning = any(hasattr(form, "spans") for form in choice.formats)
    read = block.ledger.event_lines + block.ledger.directives
    assert read == round(choice.confidence * written) or (spanning and read >= choice.confidence * written)
