"""Lines split on their delimiters and lines matched by the pattern alone give the same rows, for every format text."""

from __future__ import annotations

import dataclasses
from unittest import mock

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lines_by_hand import frame
from polars.testing import assert_frame_equal

from analyzer import formats
from analyzer.formats import _aliases, _delimiters, _distinct, _logformat, _pairs, _variants
from analyzer.formats._delimiters import Value

HEAD = '192.0.2.7 - frank [10/Oct/2000:13:55:36 -0700] "GET /a?b=c HTTP/1.1" 200 2326'
NGINX = '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent'
# Texts that servers' administrators write, each with a line of it.
WRITTEN = {
    '%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i" %D': HEAD + ' "http://a.example/" "curl/8.5.0" 1500',
    '%v:%p %h %l %u %t "%r" %>s %O "%U%q" "%m" "%H"': f'a.example:443 {HEAD} "/a?b=c" "GET" "HTTP/1.1"',
    '%h "%u" %t "%m %U%q %H" "%{X-Request-Id}i" %{ms}T': (
        '192.0.2.7 "frank" [10/Oct/2000:13:55:36 -0700] "GET /a?b=c HTTP/1.1" "r-1" 15'
    ),
    f'{NGINX} "$http_referer" "$http_user_agent" rt=$request_time ua="$upstream_addr" us="$upstream_status" '
    'ut="$upstream_response_time" cs=$upstream_cache_status': (
        f'{HEAD} "-" "curl/8.5.0" rt=0.004 ua="10.0.0.1:80, 10.0.0.2:80" us="502, 200" ut="0.001, 0.003" cs=MISS'
    ),
    f'{NGINX} "$http_x_forwarded_for"$http_user_agent': f'{HEAD} "198.51.100.7, 10.0.0.9"curl/8.5.0',
    f'{NGINX} $upstream_addr $upstream_status "$http_user_agent" $http_referer': (
        f'{HEAD} 10.0.0.1:80 : 10.0.0.2:80 502 : 200 "curl/8.5.0" http://a.example/'
    ),
    "$remote_addr|$time_iso8601|$request|$status|$request_time|$http_user_agent": (
        "192.0.2.7|2000-10-10T13:55:36-07:00|GET /a?b=c HTTP/1.1|200|0.004|curl/8.5.0 (x)"
    ),
    "$remote_addr\t$msec\t$request_method\t$request_uri\t$status\t$upstream_addr": (
        "192.0.2.7\t971211336.000\tGET\t/a?b=c\t200\t10.0.0.1:80"
    ),
    '"$time_local" "$remote_addr" "$request" "$status" "$http_user_agent"': (
        '"10/Oct/2000:13:55:36 -0700" "192.0.2.7" "GET /a?b=c HTTP/1.1" "200" "curl/8.5.0"'
    ),
}
PIECES = [
    '"', '""', "\\", '\\"', "\\\\", "\\x22", "\\xC3\\xA9", "\\u00e9", " ", "  ", "-", " - ", "\t", "\n", "\r", "\x00", "\x1f", "\x7f",
    "é", "\u00a0", "\u2028", "\U0001f600", "\ufffd", "|", "'", "[", "]", ":", ",", ", ", " : ", "?", "/", "%", "=",
    "a b", "31/Feb/2000", "HTTP/1.1", "GET", "GET / HTTP/2.0", " extra", ' "extra"', "000", "99999999999999999999", "-1",
    "A" * 40, "frank smith", "::ffff:192.0.2.1", "unknown", "{", "}", "$",
]  # fmt: skip


def plans(form):
    """The plans of a format, wherever among its parts they are."""
    if isinstance(form, _delimiters.Plan):
        return [form]
    if isinstance(form, tuple):
        return [plan for part in form for plan in plans(part)]
    if not dataclasses.is_dataclass(form) or isinstance(form, type):
        return []
    return [plan for field in dataclasses.fields(form) for plan in plans(getattr(form, field.name))]


def discovered():
    """Every format that has a plan, with its samples: those of the registry, and the texts above."""
    registered = [(name, form, form.samples) for name, form in formats.line_formats().items()]
    compiled = [(text, formats.compile_log_format(text), (line,)) for text, line in WRITTEN.items()]
    return [(name, form, lines) for name, form, lines in registered + compiled if plans(form)]


FORMS = discovered()


def parse(form, lines, *, split):
    """Reads lines with the plans, however few they are, or by the patterns alone: those of forms that fit a line."""
    many = 0 if split else 10**9
    with (
        mock.patch.object(_logformat, "MANY", many),
        mock.patch.object(_variants, "MANY", many),
        mock.patch.object(_distinct, "_MANY", many),
    ):
        return form.parse(lines, "UTC")


@st.composite
def changed(draw, samples):
    """A sample of which a few places are changed: something is put in, taken out, doubled or cut off."""
    line = draw(st.sampled_from(samples))
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, len(line)))
        end = min(len(line), start + draw(st.sampled_from([0, 0, 0, 1, 1, 2, 5, 30])))
        piece = draw(st.sampled_from(PIECES) | st.text(max_size=3))
        line = draw(
            st.sampled_from([line[:start] + piece + line[end:], line[:start] + piece, line[:end] + line[start:]])
        )
    return line


@pytest.mark.parametrize(("form", "samples"), [pytest.param(form, lines, id=name) for name, form, lines in FORMS])
@given(data=st.data())
def test_a_split_line_gives_the_row_that_its_pattern_gives(form, samples, data):
    lines = data.draw(st.lists(changed(samples), min_size=1, max_size=30))
    lines = frame([*lines, *lines[:1] * len(lines)])  # so that something repeats itself
    split, matched = (parse(form, lines, split=split) for split in (True, False))
    assert_frame_equal(split.events, matched.events, check_column_order=False)
    assert_frame_equal(split.rejects, matched.rejects)
    assert set(split.notes) == set(matched.notes)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        # Of an agent that is not tidy the second pattern reads the line: it knows no method of more than 32 letters,
        ('%h %t "%r" %>s "%{User-Agent}i"', f'192.0.2.7 [10/Oct/2000:13:55:36 -0700] "{"A" * 40} /a HTTP/1.1" 200 "é"'),
        # and takes the method from the field of its own.
        ('%h %t "%r" "%m" "%{User-Agent}i"', '192.0.2.7 [10/Oct/2000:13:55:36 -0700] "GET /a HTTP/1.1" "POST" "é"'),
        # A backslash may be an escape, in one value or in another.
        ('%h %t "%r" "%{User-Agent}i"', '192.0.2.7 [10/Oct/2000:13:55:36 -0700] "GET /a HTTP/1.1" "\\xC3\\xA9"'),
        # Quotes are as many as they should be, but not where they should be.
        ('%h "%u" %t "%r" %>s', '192.0.2.7 "a"b [10/Oct/2000:13:55:36 -0700] "GET /a HTTP/1.1" 200'),
        ("$remote_addr $http_user_agent [$time_local] $status", "192.0.2.7 a b [10/Oct/2000:13:55:36 -0700] 200"),
    ],
)
def test_where_patterns_differ_a_plan_takes_the_same_way(text, line):
    form = formats.compile_log_format(text)
    split, matched = (parse(form, frame([line]), split=split) for split in (True, False))
    assert_frame_equal(split.events, matched.events, check_column_order=False)
    assert_frame_equal(split.rejects, matched.rejects)


def test_every_format_with_a_plan_is_compared():
    assert len(FORMS) >= 28
    assert len([plan for _, form, _ in FORMS for plan in plans(form)]) >= 55


@pytest.mark.parametrize("text", WRITTEN)
def test_a_tidy_line_is_split_and_not_matched(text):
    form = formats.compile_log_format(text)
    split, rest = form.patterns[0].plan.split(frame([WRITTEN[text]]))
    assert (split.height, rest.height) == (1, 0)


def test_a_line_with_more_or_fewer_delimiters_is_left_to_the_pattern():
    plan = _delimiters.plan([Value("[a-z]+"), "|", Value("[0-9]+")])
    split, rest = plan.split(frame(["a|1", "a|1|2", "a", "", "b|x", "|", "c|22"]))
    assert split.rows() == [(1, "a|1", "a", "1"), (7, "c|22", "c", "22")]
    assert sorted(rest["raw"]) == ["", "a", "a|1|2", "b|x", "|"]


def test_what_stands_between_two_quotes_may_be_anything_without_a_backslash():
    plan = _delimiters.plan(['"', Value("[a-z]*", free=True), '" ', Value("[0-9]+")])
    split, rest = plan.split(frame(['"é\t" 1', '"" 2', '"a\\b" 3']))
    assert split["1"].to_list() == ["é\t", ""]
    assert rest["raw"].to_list() == ['"a\\b" 3']


def test_a_text_without_a_delimiter_has_no_plan():
    assert _delimiters.plan([Value("[a-z]+"), " ", Value("[0-9]+")]) is None


@pytest.mark.parametrize("many", [0, 100])
def test_what_follows_from_one_column_is_the_same_where_values_repeat_themselves(many):
    texts = pl.DataFrame({"text": ["b", None, "a", "b", "b", None, "a", "b"]})
    with mock.patch.object(_distinct, "_MANY", many):
        found = _distinct.derive(texts, "text", upper=pl.col("text").fill_null("none").str.to_uppercase())
    assert found["upper"].to_list() == ["B", "NONE", "A", "B", "B", "NONE", "A", "B"]


VALUES = st.sampled_from(
    ["", "a", "1", "12.5ms", '"a b"', '"a=b"', '"a\\"b"', '"', '"open', "a=b", "-", "é", "\\", "a\tb"]
)
KEYS = st.sampled_from(["time", "level", "msg", "status", "duration_ms", "duration", "user_id", "x", "a.b"])


@given(
    pairs=st.lists(st.tuples(KEYS, VALUES), min_size=1, max_size=5),
    others=st.lists(st.lists(VALUES, min_size=5, max_size=5), max_size=20),
    blank=st.sampled_from([" ", " ", "  ", "\t"]),
)
def test_pairs_split_at_their_signs_give_what_a_pattern_gives(pairs, others, blank):
    keys = [key for key, _ in pairs]
    rows = [[value for _, value in pairs], *others]
    lines = [blank.join(f"{key}={value}" for key, value in zip(keys, row, strict=False)) for row in rows]
    texts = pl.DataFrame({"text": lines}).with_columns(signature=_pairs.signature(pl.col("text")))
    signed = texts.filter(_pairs.is_record(pl.col("signature")))
    with mock.patch.object(_pairs, "_FEW", 1):
        split = _pairs.columns(signed, meaning)
        with mock.patch.object(_pairs, "_splits", return_value=False):
            matched = _pairs.columns(signed, meaning)
    assert_frame_equal(split, matched, check_column_order=False)


def meaning(key):
    return _aliases.meaning(_aliases.fold(key))


def test_a_pair_is_split_at_its_sign():
    lines = ['level=info msg="a b" status=200'] * 70
    texts = pl.DataFrame({"text": lines}).with_columns(signature=_pairs.signature(pl.col("text")))
    with mock.patch.object(_pairs, "_by_patterns", side_effect=AssertionError):
        found = _pairs.columns(texts, meaning)
    assert found.unique().rows(named=True) == [{"level": "info", "message": "a b", "status": "200"}]
