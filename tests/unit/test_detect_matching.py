"""What one condition matches: values, wildcards, modifiers, nulls, and the grammar of conditions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.detect import detect, load_rules
from analyzer.detect._addresses import hexadecimal

START = datetime(2026, 3, 2, 10, 0, 0, tzinfo=UTC)
SCHEMA = {
    "path": pl.String,
    "target": pl.String,
    "status": pl.Int32,
    "user": pl.String,
    "host": pl.String,
    "user_agent": pl.String,
    "client_ip": pl.String,
    "duration_us": pl.Int64,
    "raw": pl.String,
    "preflight": pl.Boolean,
    "upstream_status": pl.List(pl.Int32),
    "level": pl.String,
    "message": pl.String,
    "kind": pl.String,
    "product": pl.String,
}


def frame(*rows):
    """One event a second; what a row leaves out is null, except kind, which is request."""
    columns = {name: [row.get(name) for row in rows] for name in SCHEMA}
    columns["kind"] = [row.get("kind", "request") for row in rows]
    events = pl.DataFrame(columns, schema=SCHEMA).with_row_index("row")
    times = pl.Series([START + timedelta(seconds=n) for n in range(len(rows))], dtype=pl.Datetime("us", "UTC"))
    return events.with_columns(times.alias("timestamp"), pl.lit("a.log").alias("source"))


def matched(tmp_path, detection, events, logsource="category: webserver"):
    """Gives the row numbers that a detection section matches."""
    file = tmp_path / "rule.yml"
    file.write_text(f"title: T\nlevel: low\nlogsource:\n  {logsource}\ndetection:\n{detection}", encoding="utf-8")
    rules = load_rules([file])
    assert rules.errors == ()
    signals = detect(events, rules).signals
    assert len(signals) <= 1
    return signals[0].rows.to_list() if signals else []


def hits(tmp_path, item, column, values, condition="a"):
    """Gives those of the values of one column that one item of a map fits."""
    events = frame(*({column: value} for value in values))
    return [values[row] for row in matched(tmp_path, f"  a:\n    {item}\n  condition: {condition}\n", events)]


@pytest.mark.parametrize(
    ("item", "column", "values", "expected"),
    [
        ("path: /Login", "path", ["/login", "/LOGIN", "/login/", None], ["/login", "/LOGIN"]),
        ("user: Ärger", "user", ["ärger", "ÄRGER", "arger"], ["ärger", "ÄRGER"]),
        ("path|cased: /Login", "path", ["/login", "/Login"], ["/Login"]),
        ("path: [/a, /b]", "path", ["/a", "/B", "/c"], ["/a", "/B"]),
        ("path: /a*c", "path", ["/ac", "/abc", "/a\nc", "/abcd", "x/ac"], ["/ac", "/abc", "/a\nc"]),
        ("path: /a?c", "path", ["/ac", "/abc", "/aéc", "/abbc"], ["/abc", "/aéc"]),
        ("path: [/a*c, '/b?']", "path", ["/axc", "/b1", "/b", "/c"], ["/axc", "/b1"]),
        (f"path|endswith: [{', '.join(f'.x{n}' for n in range(300))}, .JS]", "path", ["/a.js", "/a.x7", "/a.x7x"], ["/a.js", "/a.x7"]),
        ("path: '*'", "path", ["", "/a", None], ["", "/a"]),
        ("path: /a.c", "path", ["/a.c", "/abc"], ["/a.c"]),
        (r"path: '/a\*'", "path", ["/a*", "/ab"], ["/a*"]),
        (r"path: 'a\b'", "path", [r"a\b", r"a\\b"], [r"a\b"]),
        (r"path: 'a\\b'", "path", [r"a\b", r"a\\b"], [r"a\b"]),
        (r"path: 'a\\\b'", "path", [r"a\b", r"a\\b"], [r"a\\b"]),
        (r"path: 'a\\\\b'", "path", [r"a\b", r"a\\b"], [r"a\\b"]),
        (r"path: 'a\\*'", "path", ["a*", r"a\x", r"a\*"], [r"a\x", r"a\*"]),
        (r"path: 'a\\\*'", "path", ["a*", r"a\x", r"a\*"], [r"a\*"]),
        (r"path|contains: 'b\'", "path", [r"ab\c", "abc"], [r"ab\c"]),
        ("path|contains: O", "path", ["/foo", "/FOO", "/f"], ["/foo", "/FOO"]),
        ("path|contains: [Oo, BAR]", "path", ["/foo", "/bar", "/f"], ["/foo", "/bar"]),
        ("path|contains|cased: [Oo, BAR]", "path", ["/foo", "/BAR", "/fOo"], ["/BAR", "/fOo"]),
        ("path|contains|all: [fo, ba]", "path", ["/foo", "/foobar", "/bar"], ["/foobar"]),
        ("path|contains: a?c", "path", ["xabcx", "xacx"], ["xabcx"]),
        ("path|startswith: /API", "path", ["/api/x", "/x/api"], ["/api/x"]),
        ("path|endswith: .JS", "path", ["/a.js", "/a.js?x"], ["/a.js"]),
        ("path|neq: [/a, /b]", "path", ["/a", "/c", None], ["/c", None]),
        ("path|contains|all|neq: [a, b]", "path", ["ab", "a", "c"], ["a", "c"]),
        ("user: null", "user", ["x", "", None], [None]),
        ("user: ''", "user", ["x", "", None], [""]),
        ("cs-user-agent: ''", "user_agent", ["x", "", None], ["", None]),
        ("user|exists: true", "user", ["x", None], ["x"]),
        ("user|exists: false", "user", ["x", None], [None]),
        ("status: 404", "status", [404, 403, None], [404]),
        ("status: '4*'", "status", [404, 200, 429, None], [404, 429]),
        ("status: [401, 403, 1099511627776]", "status", [401, 200, 403], [401, 403]),
        ("sc-status: '404'", "status", [404, 200], [404]),
        ("user: 42", "user", ["42", "042", "x"], ["42"]),
        ("user: true", "user", ["TRUE", "1", "yes"], ["TRUE", "1"]),
        ("preflight: true", "preflight", [True, False, None], [True]),
        ("preflight: false", "preflight", [True, False, None], [False]),
        ("status|gte: 500", "status", [499, 500, 503, None], [500, 503]),
        ("status|lt: 400.5", "status", [400, 401], [400]),
        ("user|gt: 9", "user", ["10", "9", "nan", "inf", "x", None], ["10"]),
        ("time-taken|gt: 5000", "duration_us", [5_000_000, 5_000_001, 6_000], [5_000_001]),
        ("time-taken: '5'", "duration_us", [5_000, 5_999, 5], [5_000, 5_999]),
        ("time-taken: 5", "duration_us", [5_000, 5], [5_000]),
        ("event.duration|gte: 1500", "duration_us", [1, 2], [2]),
        ("path|re: '^/v[0-9]+$'", "path", ["/v12", "/V12", "/v12/x"], ["/v12"]),
        ("path|re|i: v1", "path", ["xV1x", "v2"], ["xV1x"]),
        ("path|re: a.b", "path", ["a\nb", "axb"], ["axb"]),
        ("path|re|s: a.b", "path", ["a\nb", "axb"], ["a\nb", "axb"]),
        ("path|re|m: ^b", "path", ["a\nb", "ab"], ["a\nb"]),
        ("path|re: 'a\\*b'", "path", ["a*b", "aab"], ["a*b"]),
        ("c-ip|cidr: 10.0.0.0/8", "client_ip", ["10.1.2.3", "11.0.0.1", "10.0.999.1", "x", None], ["10.1.2.3"]),
        ("c-ip|cidr: 10.0.0.0/8", "client_ip", ["::ffff:10.0.0.1", "::ffff:a00:1", "::a00:1"], ["::ffff:10.0.0.1", "::ffff:a00:1"]),
        ("c-ip|cidr: 2001:db8::/32", "client_ip", ["2001:DB8:0::1", "2001:db9::", "32.1.13.184"], ["2001:DB8:0::1"]),
        ("c-ip|cidr: ::/0", "client_ip", ["::1", "10.0.0.1"], ["::1"]),
        ("upstream_status: 502", "upstream_status", [[502, 200], [200], [None], None], [[502, 200]]),
        ("upstream_status|gte: 500", "upstream_status", [[200, 503], [200], None], [[200, 503]]),
        ("timestamp|minute|gte: 0", "path", ["/a"], ["/a"]),
        ("timestamp|hour: 10", "path", ["/a"], ["/a"]),
        ("timestamp|hour: 11", "path", ["/a"], []),
        ("date: '2026-03-02'", "path", ["/a"], ["/a"]),
        ("c-uri-extension: [exe, js]", "path", ["/a.JS", "/a.b/c", "/x.exe"], ["/a.JS", "/x.exe"]),
        ("cs-uri-query|contains: 'id='", "target", ["/a?id=1", "/a"], ["/a?id=1"]),
        ("CS-URI-STEM: /a", "path", ["/a", "/b"], ["/a"]),
        ("path|base64: foobar", "path", ["Zm9vYmFy", "zm9vymfy", "xZm9vYmFy"], ["Zm9vYmFy", "zm9vymfy"]),
        ("path|utf16be|base64offset|contains|cased: cmd", "path", ["xAGMAbQBkx", "xBjAG0AZx", "xAYwBtAGx", "xagmambqbk"], ["xAGMAbQBkx", "xBjAG0AZx", "xAYwBtAGx"]),
        ("path|utf16|base64: cmd", "path", ["//5jAG0AZAA=", "//5jAG0AZAA"], ["//5jAG0AZAA="]),
        ("path|windash|contains: ' -f'", "path", ["x /f", "x –f", "x f"], ["x /f", "x –f"]),
    ],
)  # fmt: skip
def test_an_item_fits_exactly_the_values_that_the_specification_names(tmp_path, item, column, values, expected):
    """Each line is one rule of the Sigma specification, or of our sheet where that is silent."""
    assert hits(tmp_path, item, column, values) == expected


def test_a_not_over_an_absent_field_is_true(tmp_path):
    """A negated filter does not drop the rows that lack its field."""
    assert hits(tmp_path, "user: bob", "user", ["bob", "ann", None], condition="not a") == ["ann", None]


def test_a_field_of_another_row_type_is_compared_with_fieldref(tmp_path):
    """fieldref compares two fields of one row without regard to case, and is false where one is absent."""
    rows = [{"user": "A", "host": "a"}, {"user": "a", "host": None}, {"user": "b", "host": "abc"}]
    assert matched(tmp_path, "  a:\n    user|fieldref: host\n  condition: a\n", frame(*rows)) == [0]
    assert matched(tmp_path, "  a:\n    host|fieldref|contains: user\n  condition: a\n", frame(*rows)) == [0, 2]


@pytest.mark.parametrize(
    ("keywords", "expected"),
    [
        ("[Timed OUT]", [0]),
        ("['*timed*']", [0]),
        ("['110:*out']", [0]),
        ("[110, 7]", [0]),
        ("'refused'", [1]),
        ("{'|all': [connection, refused]}", [1]),
        ("{'|re': 'R[a-z]+d'}", [1]),
        ("[refused, {user: bob}]", [1, 2]),
    ],
)
def test_keywords_look_anywhere_into_the_record(tmp_path, keywords, expected):
    """Keywords are substrings of raw, folded, and outer stars change nothing."""
    rows = [{"raw": "(110: Connection timed out)"}, {"raw": "connection Refused"}, {"raw": "x", "user": "bob"}]
    assert matched(tmp_path, f"  a: {keywords}\n  condition: a\n", frame(*rows)) == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("a or b and c", [0, 1, 3, 6]),
        ("(a or b) and c", [1, 3, 6]),
        ("not a and b", [2, 6]),
        ("not not a", [0, 1, 3]),
        ("1 of them", [0, 1, 2, 3, 4, 6]),
        ("all of them", [3]),
        ("any of b*", [2, 3, 6]),
        ("1 of *a*", [0, 1, 3]),
        ("[a and b, c and not b]", [1, 3, 4]),
    ],
)
def test_conditions_bind_or_weakest_then_and_then_not(tmp_path, condition, expected):
    """Rows 0..6 carry the letters a, ac, b, abc, c, none, bc in their path."""
    rows = [{"path": path} for path in ("a", "ac", "b", "abc", "c", "-", "bc")]
    section = "".join(f"  {name}:\n    path|contains: {name}\n" for name in "abc")
    assert matched(tmp_path, f"{section}  condition: {condition}\n", frame(*rows)) == expected


def test_them_skips_names_that_begin_with_an_underscore(tmp_path):
    """A selection with a leading underscore counts only where the pattern has one too."""
    section = "  a:\n    path: a\n  _b:\n    path: b\n"
    rows = frame({"path": "a"}, {"path": "b"})
    assert matched(tmp_path, f"{section}  condition: 1 of them\n", rows) == [0]
    assert matched(tmp_path, f"{section}  condition: 1 of _*\n", rows) == [1]


@pytest.mark.parametrize(
    ("logsource", "expected"),
    [
        ("category: webserver", [0, 1]),
        ("category: PROXY", [0, 1]),
        ("category: application", [1, 3]),
        ("product: nginx", [0, 2]),
        ("category: webserver\n  product: nginx", [0]),
        ("service: error", [2]),
        ("service: nginx", [0, 2]),
        ("category: process_creation", []),
    ],
)
def test_a_logsource_chooses_the_rows(tmp_path, logsource, expected):
    """webserver and proxy fit requests; application fits its records and exchanges in which it wrote a message."""
    rows = frame(
        {"product": "nginx"},
        {"message": "boom"},
        {"kind": "error", "product": "nginx", "message": "x"},
        {"kind": "application"},
    )
    assert matched(tmp_path, "  a:\n    row|gte: 0\n  condition: a\n", rows, logsource) == expected


ADDRESSES = st.one_of(
    st.ip_addresses().map(str),
    st.ip_addresses(v=6).map(lambda address: address.exploded),
    st.integers(0, 2**32 - 1).map(lambda value: f"::ffff:{ip_address(value)}"),
    st.text("0f1:.%", max_size=24),
)


def _expected_digits(text):
    try:
        address = ip_address(text.split("%")[0] if ":" in text else text)
    except ValueError:
        return None
    return f"{int(address):032x}" if address.version == 6 else f"{'0' * 20}ffff{int(address):08x}"


@settings(max_examples=15)
@given(st.lists(ADDRESSES, min_size=20, max_size=60))
def test_an_address_is_compared_by_value(texts):
    """The digits of an address are those that the standard library reads, and null for what it refuses."""
    found = pl.DataFrame({"a": texts}).select(hexadecimal(pl.col("a"))).to_series().to_list()
    assert found == [_expected_digits(text) for text in texts]


@given(
    st.lists(st.sampled_from(["/a", "/b", "/ab", None, ""]), min_size=1, max_size=12),
    st.lists(st.integers(min_value=1, max_value=12), max_size=3),
)
def test_matches_do_not_depend_on_how_rows_are_parted(tmp_path_factory, paths, cuts):
    """The rows matched in the parts of a frame are those matched in the whole."""
    folder = tmp_path_factory.mktemp("parts")
    section = "  a:\n    path|contains: a\n  b:\n    path: ''\n  condition: a or b or not path_there\n  path_there:\n    path|exists: true\n"
    events = frame(*({"path": path} for path in paths))
    edges = sorted({0, len(paths), *(cut for cut in cuts if cut < len(paths))})
    parts = [events[begin:end] for begin, end in pairwise(edges)]
    whole = matched(folder, section, events)
    assert [row for part in parts for row in matched(folder, section, part)] == whole
    assert whole == [row for row, path in enumerate(paths) if path != "/b"]
