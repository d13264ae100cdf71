"""Modifiers at their edges: encodings, keywords, headers, parts of times, other fields; and slips in conditions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from analyzer.detect import detect, load_rules

NOON = datetime(2026, 3, 2, 12, 0, 0, 250_000, tzinfo=UTC)
RULE = "title: T\nname: t\nlevel: low\nlogsource: {category: webserver}\ndetection:\n  a: %s\n  condition: %s\n"


def load(tmp_path, selection, condition="a"):
    file = tmp_path / "rule.yml"
    file.write_text(RULE % (selection, condition), encoding="utf-8")
    return load_rules([file])


def fitting(tmp_path, selection, **columns):
    """Gives the numbers of the rows that a selection fits."""
    rules = load(tmp_path, selection)
    assert [str(error) for error in rules.errors] == []
    events = pl.DataFrame(columns).with_row_index("row").with_columns(kind=pl.lit("request"))
    return [row for signal in detect(events, rules).signals for row in signal.rows]


@pytest.mark.parametrize(
    ("item", "values", "expected"),
    [
        # RFC 4648 by hand: abc is YWJj, \0abc is AGFiYw==, \0\0abc is AABhYmM=; letters that hold other bytes' bits go.
        ("path|base64offset|contains: abc", ["xYWJjx", "xFiYx", "xhYmx", "xYWJkx"], [0, 1, 2]),
        ("path|utf16le|base64: cmd", ["YwBtAGQA", "YwBtAGQB"], [0]),
        ("path|wide|base64: cmd", ["YwBtAGQA", "//5jAG0AZAA="], [0]),
        ("path|utf16be|base64|cased: cmd", ["AGMAbQBk", "agmambqbk"], [0]),
        ("path|base64: é", ["w6k=", "W6K=", "6Q=="], [0, 1]),
        ("path|windash: --a", ["--a", "-/a", "/-a", "–a", "-―a"], [0, 1, 4]),
        ("path|windash: a-b", ["a-b", "a/b"], [0]),
        ("path|windash|contains: ' –a'", ["x –a", "x -a"], [0]),
        ("path: '%x%'", ["%x%", "axb"], [0]),
        ("path: false", ["False", "0", "no", None], [0, 1]),
        ("path|contains|neq: [a, b]", ["ab", "c", None], [1, 2]),
        ("path|cased: ''", ["", None], [0]),
        ("cs-user-agent: ['', curl]", ["", None, "CURL", "x"], [0, 1, 2]),
        ("cs-user-agent|neq: ''", ["", None, "x"], [2]),
        ("cs-referer: '*'", ["", None, "x"], [0, 2]),
        ("'|contains': b?d", ["abcde", "abde", None], [0]),
        ("'|contains|all': [a, e]", ["abcde", "abd"], [0]),
        ("'|re|i': ^A.C", ["abc", "xabc"], [0]),
        ("'|cased': A", ["A", "a"], [0]),
        ("'|neq': a", ["A", "b", None], [1, 2]),
        ("'|base64offset|contains': foobar", ["x Zm9vYmFy x", "x foobar"], [0]),
    ],
)  # fmt: skip
def test_an_item_fits_these_values_alone(tmp_path, item, values, expected):
    """Each line is one edge; a key without a field looks into the record."""
    field = item.split("|")[0].split(":")[0].strip("'")
    column = {"": "raw", "cs-user-agent": "user_agent", "cs-referer": "referrer"}.get(field, field)
    assert fitting(tmp_path, f"{{{item}}}", **{column: values}) == expected


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        # 1 January of 2026 is a Thursday, of 2027 a Friday: ISO 8601 counts the one to week 1, the other to week 53.
        ("timestamp|week: 1", [0]),
        ("timestamp|week: 53", [1]),
        ("timestamp|year: 2026", [0, 2]),
        ("timestamp|month|gte: 3", [2]),
        ("timestamp|day: [1, 31]", [0, 1]),
        ("timestamp|minute|neq: 0", [1, 2, 3]),
        ("timestamp|hour|lt: 12", [0, 1]),
    ],
)
def test_a_part_of_a_time_is_that_of_utc(tmp_path, item, expected):
    """Four times, of which the last is null."""
    times = [
        datetime(2026, 1, 1, tzinfo=UTC),
        datetime(2027, 1, 1, 11, 59, tzinfo=UTC),
        NOON + timedelta(minutes=7),
        None,
    ]
    assert fitting(tmp_path, f"{{{item}}}", timestamp=times) == expected


@pytest.mark.parametrize("value", ["'5'", "5.5", "null", "true", "[5, '*']"])
def test_a_part_of_a_time_is_a_whole_number(tmp_path, value):
    """Quoted and broken numbers would never fit, or fit by chance."""
    (error,) = load(tmp_path, f"{{timestamp|hour: {value}}}").errors
    assert "needs a whole number with 'hour'" in str(error)


def test_times_are_compared_to_the_microsecond(tmp_path):
    """Two times of one millisecond are not equal."""
    other = [NOON, NOON + timedelta(microseconds=1), None]
    found = fitting(tmp_path, "{timestamp|fieldref: response_date}", timestamp=[NOON] * 3, response_date=other)
    assert found == [0]


@pytest.mark.parametrize(
    ("field", "column"),
    [("c-win32-status", "win32_status"), ("s-computername", "host_name"), ("s-sitename", "process")],
)
def test_a_field_of_the_taxonomy_means_its_column(tmp_path, field, column):
    """The names of IIS that the specification's taxonomy has beside those of the log itself."""
    assert fitting(tmp_path, f"{{{field}: '64'}}", **{column: ["64", "1"]}) == [0]


@pytest.mark.parametrize(
    ("condition", "place"),
    [("a AND a", 3), ("NOT a", 1), ("a Or a", 3), ("1 OF them", 3), ("any Of a", 5), ("all of THEM", 8)],
)
def test_a_word_in_upper_case_is_told_as_such(tmp_path, condition, place):
    """Whoever writes AND learns why it is not read."""
    (error,) = load(tmp_path, "{path: a}", condition).errors
    assert f"at character {place} of the condition" in str(error)
    assert "Write and, or, not, of, them in lower case." in str(error)
