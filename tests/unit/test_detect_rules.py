"""What a rule file may say: every fault has a place, and one bad rule never stops the others."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer import documents
from analyzer.detect import detect, load_rules
from analyzer.detect._condition import ConditionError
from analyzer.detect._member_condition import parse as parse_members

RULE = """\
title: Bad gateway
id: 8e6d2f9e-33a1-4a2c-9c55-6f4a4a1f3f10
name: bad_gateway
level: low
logsource:
  category: webserver
detection:
  a:
    status: 502
  condition: a
"""
CORRELATION = """\
title: Many
name: many
level: high
correlation:
  type: event_count
  rules: [bad_gateway]
  group-by: [client_ip]
  timespan: 5m
  condition:
    gte: 3
"""
SIGMA = Path(__file__).parents[2].parent / "shared" / "data" / "sigma" / "rules"


def load(tmp_path, *texts):
    for index, text in enumerate(texts):
        (tmp_path / f"{index}.yml").write_text(text, encoding="utf-8")
    return load_rules([tmp_path])


def faults(tmp_path, *texts):
    """Gives (line, column, message with hint) of every error."""
    errors = load(tmp_path, *texts).errors
    return [(e.location.line, e.location.column, f"{e.message} {e.hint or ''}".strip()) for e in errors]


def test_a_rule_is_read_with_its_words_and_its_condition_in_english(tmp_path):
    """The header, the folder as family and an English condition are kept."""
    (tmp_path / "upstream").mkdir()
    rules = load(tmp_path / "upstream", RULE)
    (rule,) = rules.rules
    assert rules.errors == ()
    assert (rule.about.id, rule.about.name) == ("8e6d2f9e-33a1-4a2c-9c55-6f4a4a1f3f10", "bad_gateway")
    assert (rule.about.family, rule.about.level, rule.about.own) == ("upstream", "low", False)
    assert rule.text == "status is 502"


@pytest.mark.parametrize(
    ("section", "text"),
    [
        ("  a: {status: 429}\n  b: {path|contains: /token}\n  condition: a and not b\n", "status is 429 and not path contains '/token'"),
        ("  a: {status: [401, 403], path|startswith: /v1}\n  condition: a\n", "(status is 401 or 403) and path begins with '/v1'"),
        ("  a: [timeout, refused]\n  condition: a\n", "the record contains 'timeout' or 'refused'"),
        ("  a: {c-ip|cidr: 10.0.0.0/8, time-taken|gte: 500}\n  condition: a\n", "c-ip lies in 10.0.0.0/8 and time-taken is at least 500"),
        ("  a: {user: null}\n  b: {user|exists: true}\n  condition: not (a or b)\n", "not (user is absent or user is there)"),
    ],
)  # fmt: skip
def test_conditions_read_as_english(tmp_path, section, text):
    """A person sees what a rule tests without knowing Sigma."""
    (rule,) = load(tmp_path, f"title: T\nlogsource: {{category: proxy}}\ndetection:\n{section}").rules
    assert rule.text == text


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("    status: 502", "    status|contain: 502", 9, "does not know the modifier 'contain'"),
        ("    status: 502", "    status|expand: '%x%'", 9, "'expand'"),
        ("    status: 502", "    path|contains: 5", 9, "needs text with these modifiers"),
        ("    status: 502", "    path|contains: null", 9, "needs text with these modifiers"),
        ("    status: 502", "    path|all: [/a]", 9, "'all' with a single value"),
        ("    status: 502", "    path: [/a, null]", 9, "null inside a list"),
        ("    status: 502", "    path: []", 9, "empty list"),
        ("    status: 502", "    path: {a: b}", 9, "a list or a map where a single value belongs"),
        ("    status: 502", "    status|gte: '500'", 9, "needs a number. Take the quotes away."),
        ("    status: 502", "    status|gte|lt: 5", 9, "two comparisons"),
        ("    status: 502", "    status|gte|neq: 5", 9, "combines gte with neq"),
        ("    status: 502", "    status: 1e400", 9, None),
        ("    status: 502", "    status: .inf", 9, "out of range"),
        ("    status: 502", "    path|exists: 1", 9, "needs true or false"),
        ("    status: 502", "    path|contains|re: a", 9, "combines re with contains"),
        ("    status: 502", "    path|all|re: [a, b]", 9, "'re' after another modifier"),
        ("    status: 502", "    path|i: a", 9, "'i' without 're'"),
        ("    status: 502", "    path|re: 'a(?=b)'", 9, "look-around"),
        ("    status: 502", r"    path|re: '(a)\1'", 9, "backreferences are not supported"),
        ("    status: 502", f"    path: '{'x' * 1001}'", 9, "more than 1,000 bytes"),
        ("    status: 502", "    c-ip|cidr: 10.0.0.1/8", 9, "has host bits set"),
        ("    status: 502", "    c-ip|cidr: 10.*", 9, "no network in CIDR form"),
        ("    status: 502", "    path|base64offset: ab", 9, "fewer than three bytes"),
        ("    status: 502", "    path|wide: abc", 9, "without base64 after it"),
        ("    status: 502", f"    status: [{', '.join(map(str, range(10_001)))}]", 9, "more than 10,000 values"),
        ("    status: 502", f"    path|re: '{'(?:' * 3}[\\w]{{100}}){{100}}){{10}})'", 9, "exceeds size limit"),
        ("    status: 502", "    path|wide|windash|base64: abc", 9, "between a UTF-16 modifier and base64"),
        ("    status: 502", "    path|windash: -a -b -c -d", 9, "more than 3 dashes"),
        ("  a:\n    status: 502", "  a: {}", 8, "empty map"),
        ("  a:\n    status: 502", "  a: [[x]]", 8, "a list inside a list"),
        ("  condition: a", "  condition: a AND a", 10, "does not expect 'AND'"),
        ("  condition: a", "  condition: NOT a", 10, "Write and, or, not, of, them in lower case."),
        ("  condition: a", "  condition: (a or a", 10, "lacks the closing bracket of the one at character 1"),
        ("  condition: a", "  condition: a)", 10, "does not expect ')' at character 2"),
        ("  condition: a", "  condition: b", 10, "does not know the selection 'b'"),
        ("  condition: a", "  condition: 2 of them", 10, "does not know the quantity '2'"),
        ("  condition: a", "  condition: 1 of x*", 10, "finds no selection for 'x*'"),
        ("  condition: a", "  condition: a*", 10, 'outside of "1 of"'),
        ("  condition: a", "  condition: a | count() > 5", 10, "use a correlation document"),
        ("  condition: a", "  condition: a and", 10, "ends where a selection is expected"),
        ("  condition: a", f"  condition: {'(' * 60}a{')' * 60}", 10, "brackets deeper than 50"),
        ("  condition: a", "  other: x", 7, "needs a condition as text"),
        ("title: Bad gateway", "title: [a]", 1, "needs a title"),
        ("level: low", "level: loud", 4, "needs a level"),
        ("level: low", "taxonomy: mine", 4, "taxonomy other than sigma"),
        ("level: low", "action: global", 4, "write every document out in full"),
        ("logsource:\n  category: webserver", "logsource: {}", 5, "needs a category, product or service"),
        ("level: low", "x-report: {say: hello}", 4, "does not know the key 'say'"),
        ("level: low", "x-report: {says: 'it {counts}'}", 4, "has {counts} in says"),
        ("level: low", "x-report: {says: '{ratio} times'}", 4, "has {ratio} in says"),
        ("level: low", "x-report: {layer: cloud}", 4, "unknown layer"),
        ("level: low", "x-burst: {alpha: 0}", 4, "needs a number above 0"),
        ("level: low", "x-burst: {bucket: 15s}", 4, "whole tens of seconds"),
        ("level: low", "x-burst: {min-errors: 0}", 4, "whole number from 1"),
        ("level: low", "x-burst: {local: 3w}", 4, "where a timespan belongs"),
        ("level: low", "x-burst: {against: nobody}", 4, "counts against 'nobody', which is no rule"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_line(tmp_path, old, new, line, message):
    """Each line is one way to get a rule wrong."""
    found = faults(tmp_path, RULE.replace(old, new))
    if message is None:
        assert found == []
        return
    assert [each[0] for each in found] == [line]
    assert message in found[0][2]
    assert all(error.hint for error in load_rules([tmp_path]).errors)


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("type: event_count", "type: often", 5, "needs a correlation type"),
        ("type: event_count", "type: temporal_ordered", 9, "only makes sense for all of them"),
        ("type: event_count", "type: value_avg", 9, "needs the field"),
        ("type: event_count", "type: value_percentile", 9, "needs a percentile from 0 to 100"),
        ("    gte: 3", "    gte: 3\n    percentile: 101", 11, "does not know the key 'percentile'"),
        ("  condition:\n    gte: 3", "  condition: bad_gateway", 9, "needs a map as condition"),
        ("rules: [bad_gateway]", "rules: [nobody]", 6, "refers to 'nobody', which is no rule"),
        ("rules: [bad_gateway]", "rules: [bad_gateway, bad_gateway]", 6, "names a rule twice"),
        ("rules: [bad_gateway]", "rules: []", 6, "needs the names or ids"),
        ("  group-by: [client_ip]\n", "", 4, "write: group-by: []"),
        ("timespan: 5m", "timespan: 1M", 8, "such as 5m"),
        ("timespan: 5m", "timespan: 0s", 8, "where a timespan belongs"),
        ("timespan: 5m", "timespan: 300", 8, "where a timespan belongs"),
        ("timespan: 5m", "timespan: 9999999999d", 8, "where a timespan belongs"),
        ("    gte: 3", "    gte: '3'", 10, "whole number as gte"),
        ("    gte: 3", "    atleast: 3", 10, "does not know the key 'atleast'"),
        ("    gte: 3", "    gte: 3\n    gt: 4", 9, "or two as a range"),
        ("    gte: 3", "    eq: 0", 9, "can never hold"),
        ("    gte: 3", "    lt: 1", 9, "can never hold"),
        ("    gte: 3", "    gt: 3\n    lt: 4", 9, "can never hold"),
        ("timespan: 5m", "timespan: 5m\n  window: 3", 9, "does not know the key 'window'"),
        ("timespan: 5m", "timespan: 5m\n  generate: maybe", 9, "needs true or false"),
        ("timespan: 5m", "timespan: 5m\n  aliases: {client_ip: {other: user}}", 9, "does not refer to"),
        ("timespan: 5m", "timespan: 5m\n  aliases: 3", 9, "needs a map as aliases"),
        ("timespan: 5m", "timespan: 5m\n  aliases: {client_ip: 3}", 9, "needs a map from rules to fields"),
        ("timespan: 5m", "timespan: 5m\n  aliases: {client_ip: {}}", 9, "has no field for bad_gateway"),
        ("    gte: 3", "    gte: 3\n    field: who\n  aliases: {who: {}}", 12, "has no field for bad_gateway"),
        ("[client_ip]", "[client_ip, client_ip]", 7, "groups by a field twice"),
        ("group-by: [client_ip]", "group-by: 5\n  aliases: {who: {}}", 7, "needs a list of texts as group-by"),
        ("type: event_count", "type: value_count", 9, "needs the field whose values are counted"),
    ],
)
def test_a_fault_in_a_correlation_is_told_with_its_line(tmp_path, old, new, line, message):
    """Each line is one way to get a correlation wrong; what is not supported is said, never left out."""
    found = faults(tmp_path, RULE, CORRELATION.replace(old, new))
    assert any(each[0] == line and message in each[2] for each in found), found
    assert all(error.hint for error in load_rules([tmp_path]).errors)


def test_a_limit_may_be_any_number_that_a_sum_can_have(tmp_path):
    """A limit too large for a float is a fault; one at which the next whole number is no float is none."""
    summed = CORRELATION.replace("event_count", "value_sum")
    huge = summed.replace("    gte: 3", f"    field: status\n    gte: 1{'0' * 400}")
    assert any(each[0] == 11 and "needs a number as gte" in each[2] for each in faults(tmp_path, RULE, huge))
    for limit in ("gt: 1.0e+16", "lt: -1.0e+16", f"gte: 1{'0' * 300}"):
        assert faults(tmp_path, RULE, summed.replace("    gte: 3", f"    field: status\n    {limit}")) == []
    never = summed.replace("    gte: 3", "    field: status\n    gt: 3\n    lt: 3")
    assert any("can never hold" in each[2] for each in faults(tmp_path, RULE, never))


def test_an_order_has_a_limit(tmp_path):
    """Eleven ordered rules are refused with a way out, as what fits into one instant is tried for each run of them."""
    many = [RULE.replace("bad_gateway", f"r{number}").replace("8e6d2f9e", f"8e6d2f{number:02}") for number in range(11)]
    section = CORRELATION.replace("event_count", "temporal_ordered").replace("    gte: 3", "    gte: 11")
    ordered = section.replace("[bad_gateway]", f"[{', '.join(f'r{number}' for number in range(11))}]")
    assert any("orders more than 10 rules" in each[2] for each in faults(tmp_path, *many, ordered))


def test_a_condition_of_many_alternatives_is_judged_at_once(tmp_path):
    """Two hundred rules in two brackets of alternatives are refused within seconds, and the same ones twice are read."""
    names = [f"r{number}" for number in range(200)]
    halves = [" or ".join(names[:100]), " or ".join(names[100:])]
    with pytest.raises(ConditionError, match="more than 100 ways"):
        parse_members(f"({halves[0]}) and ({halves[1]})", tuple(names))
    with pytest.raises(ConditionError, match="more than 100 ways"):
        parse_members("1 of them", tuple(f"r{number}" for number in range(10_000)))
    assert len(parse_members(f"({halves[0]}) and ({halves[0]})", tuple(names))) == 100


TWO = CORRELATION.replace("rules: [bad_gateway]", "rules: [bad_gateway, fine]").replace("event_count", "temporal")
FINE = RULE.replace("bad_gateway", "fine").replace("status: 502", "status: 200").replace("8e6d2f9e", "9e6d2f9e")


@pytest.mark.parametrize(
    ("kind", "text", "message"),
    [
        ("temporal", "fine and not unheard", "does not know the selection 'unheard' at character 14"),
        ("temporal", "not fine and not bad_gateway", "what does not occur alone"),
        ("temporal", "fine or not bad_gateway", "what does not occur alone"),
        ("temporal", "not (fine and bad_gateway)", "what does not occur alone"),
        ("temporal", "fine and not fine", "can never be fulfilled"),
        ("temporal", "fine", "does not use bad_gateway"),
        ("temporal", "fine and (bad_gateway", "closing bracket"),
        ("temporal", "fine AND bad_gateway", "does not expect 'AND'"),
    ],
)
def test_a_fault_in_a_text_condition_is_told_with_its_line(tmp_path, kind, text, message):
    """Only what occurs can be looked for, and every member has a part in it."""
    written = TWO.replace("  condition:\n    gte: 3", f"  condition: {text}").replace("temporal", kind)
    found = faults(tmp_path, RULE, FINE, written)
    assert any(each[0] == 9 and message in each[2] for each in found), found
    assert all(error.hint for error in load_rules([tmp_path]).errors)


def test_not_beside_an_order_is_refused(tmp_path):
    """What must not occur between two ordered steps is not defined, so it is no silent guess."""
    third = FINE.replace("fine", "third").replace("9e6d2f9e", "ae6d2f9e")
    written = TWO.replace("temporal", "temporal_ordered").replace("fine]", "fine, third]")
    for condition, wrong in (("bad_gateway and fine and not third", True), ("bad_gateway and fine and third", False)):
        found = faults(
            tmp_path, RULE, FINE, third, written.replace("  condition:\n    gte: 3", f"  condition: {condition}")
        )
        assert any("beside an order" in each[2] for each in found) is wrong


def test_all_faults_of_a_file_are_told_and_the_other_rules_work(tmp_path):
    """Two faults in one document give two errors, and the good document beside it is loaded."""
    bad = (
        RULE.replace("status: 502", "status|x: 1\n    path|y: 2")
        .replace("bad_gateway", "other")
        .replace("8e6d", "9e6d")
    )
    rules = load(tmp_path, f"{bad}---\n{RULE}")
    assert [(e.location.line, e.location.column) for e in rules.errors] == [(9, 5), (10, 5)]
    assert [rule.about.name for rule in rules.rules] == ["bad_gateway"]


def test_names_and_ids_are_unique_over_all_files(tmp_path):
    """The second rule of a name is an error; the first stays."""
    rules = load(tmp_path, RULE, RULE.replace("8e6d", "9e6d"))
    assert len(rules.rules) == 1
    assert "'bad_gateway', which another rule has" in rules.errors[0].message


def test_a_file_that_is_named_twice_is_read_once(tmp_path):
    """A file, its folder and another way to write its path give one rule and no fault, and the same hash."""
    load(tmp_path, RULE)
    (tmp_path / "below").mkdir()
    rules = load_rules([tmp_path, tmp_path / "0.yml", tmp_path / "below" / ".." / "0.yml"])
    assert (len(rules.rules), rules.errors) == (1, ())
    assert rules.sha256 == load_rules([tmp_path]).sha256


def test_references_go_over_files_in_any_order_and_cycles_are_errors(tmp_path):
    """A correlation may stand before its rule, in another file; two that refer to each other are refused."""
    rules = load(tmp_path, CORRELATION, RULE)
    assert rules.errors == ()
    assert rules.correlations[0].rules == ("8e6d2f9e-33a1-4a2c-9c55-6f4a4a1f3f10",)
    one = CORRELATION.replace("bad_gateway", "two").replace("name: many", "name: one")
    two = CORRELATION.replace("bad_gateway", "one").replace("name: many", "name: two")
    assert [each[2] for each in faults(tmp_path, one, two)] == [
        "refers back to itself (one, two). A correlation counts what others find, never itself."
    ] * 2


def test_a_chained_correlation_groups_within_its_member(tmp_path):
    """An alert carries only the fields that its correlation groups by."""
    parent = CORRELATION.replace("bad_gateway", "many").replace("name: many", "name: more").replace("client_ip", "user")
    assert [each[2] for each in faults(tmp_path, RULE, CORRELATION, parent)] == [
        "needs user of 'many'. An alert of 'many' carries only client_ip."
    ]


def test_what_is_understood_but_not_run_is_listed(tmp_path):
    """Deprecated rules and Sigma filters are named as skipped, and are no errors."""
    filter_ = "title: F\nid: f\nfilter: {rules: any}\nlogsource: {category: proxy}\n"
    rules = load(tmp_path, RULE.replace("level: low", "status: deprecated"), filter_)
    assert (rules.rules, rules.errors) == ((), ())
    assert [(each.rule, each.reason) for each in rules.skipped] == [
        ("8e6d2f9e-33a1-4a2c-9c55-6f4a4a1f3f10", "has the status deprecated."),
        ("f", "Sigma filters are not supported."),
    ]


def test_own_rules_are_strict_and_foreign_rules_are_not(tmp_path, monkeypatch):
    """In our own folder an unknown key, a missing level and an unused selection are errors."""
    text = RULE.replace("level: low", "colour: red").replace("  condition", "  b:\n    path: x\n  condition")
    assert faults(tmp_path, text) == []
    monkeypatch.setattr(documents, "rules_folder", lambda: tmp_path)
    found = faults(tmp_path, text)
    assert [(line, message.split(".")[0]) for line, _, message in found] == [
        (1, "needs a level"),
        (4, "does not know the key 'colour' here"),
        (10, "does not use the selection 'b' in its condition"),
    ]


def test_knowledge_is_no_rule_and_a_missing_path_is_told(tmp_path):
    """Folders named knowledge are left out; a path without rule files is an error with its name."""
    (tmp_path / "knowledge").mkdir()
    (tmp_path / "knowledge" / "a.yml").write_text("status: 429", encoding="utf-8")
    (tmp_path / "a.txt").write_text("x", encoding="utf-8")
    rules = load_rules([tmp_path, tmp_path / "none.yml"])
    assert [str(error) for error in rules.errors] == [
        f"{tmp_path}: has no rule files. Rules are files that end in .yml or .yaml; hidden ones are left out.",
        f"{tmp_path}/none.yml: cannot be read: No such file or directory. Check the path, and whether it may be read.",
    ]


def test_the_hash_covers_contents_and_not_places(tmp_path):
    """The same files in another order and folder have the same hash; another content has another."""
    first, second = tmp_path / "1", tmp_path / "2"
    for folder, texts in ((first, (RULE, CORRELATION)), (second, (CORRELATION, RULE))):
        folder.mkdir()
        load(folder, *texts)
    same = {load_rules([folder]).sha256 for folder in (first, second)}
    assert len(same) == 1
    assert load(first, RULE + "# x").sha256 not in same


def test_our_own_rules_load_without_a_fault():
    """Every rule that comes with the program is read by the strict front end."""
    rules = load_rules([documents.rules_folder()])
    assert [str(error) for error in rules.errors] == []
    assert len(rules.rules) + len(rules.correlations) > 10


@pytest.mark.skipif(not SIGMA.is_dir(), reason="shared data is not here")
def test_public_web_rules_load():
    """All 45 public web rules of the shared data compile."""
    rules = load_rules([SIGMA])
    assert ([str(error) for error in rules.errors], len(rules.rules)) == ([], 45)


KEYS = st.sampled_from(
    ["title", "id", "name", "level", "logsource", "detection", "correlation", "condition", "category", "a", "path|re",
     "path|contains|all", "|all", "status|gte", "c-ip|cidr", "x|fieldref", "x|windash", "x|wide|base64", "x|exists",
     "x-burst", "x-report", "x-tests", "input", "events", "fires", "matches", "says", "against", "group-by", "timespan", "rules", "type", "field", "gte", "aliases",
     "generate", "taxonomy", "status", "action", "filter", "timestamp|hour"]
)  # fmt: skip
VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8),
    st.sampled_from(["a", "not a", "1 of them", "all of a*", "(", "*", "\\", "T", "5m", "event_count", "value_count",
                     "temporal", "webserver", "high", "{count}", "10.0.0.0/8", "[0-9", "-a /b", "!!int x", "0b_"]),
)  # fmt: skip
TREES = st.recursive(
    VALUES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5), max_leaves=25
)


def _write(value):
    return (
        json.dumps(value, allow_nan=True)
        .replace("NaN", ".nan")
        .replace("-Infinity", "-.inf")
        .replace("Infinity", ".inf")
    )


@given(st.lists(TREES, max_size=3))
def test_any_document_gives_rules_or_located_errors(tmp_path_factory, trees):
    """Whatever the maps and lists hold, loading ends, and every error names the file."""
    file = tmp_path_factory.getbasetemp() / "any.yml"
    file.write_text("\n---\n".join(map(_write, trees)), encoding="utf-8")
    assert all(error.location.path == str(file) for error in load_rules([file]).errors)


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_give_rules_or_located_errors(tmp_path_factory, data):
    """Whatever the bytes are, loading ends, and every error names the file."""
    file = tmp_path_factory.getbasetemp() / "bytes.yml"
    file.write_bytes(data)
    assert all(error.location.path == str(file) for error in load_rules([file]).errors)


OWN = sorted(path for path in documents.rules_folder().rglob("*.yml") if "knowledge" not in path.parts)
PIECES = st.sampled_from([b"", b"\n", b" ", b":", b"- ", b"{", b"]", b"'", b"|all", b"&a ", b"*a", b"\t", b"\x00", b"\xff", b"---\n", b"9" * 30, b"!!float ", b"not ", b"%"])  # fmt: skip
CUTS = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 30), PIECES), min_size=1, max_size=4)


@given(st.sampled_from(OWN), CUTS)
def test_a_damaged_rule_file_gives_rules_or_located_errors(tmp_path_factory, source, cuts):
    """Whatever is cut out of a good file or put in, loading ends, and every error names the file and a line in it."""
    data = source.read_bytes()
    for share, length, piece in cuts:
        place = int(share * len(data))
        data = data[:place] + piece + data[place + length :]
    file = tmp_path_factory.getbasetemp() / "damaged.yml"
    file.write_bytes(data)
    rules = load_rules([file])
    lines = data.count(b"\n") + 2
    assert all(error.location.path == str(file) and (error.location.line or 1) <= lines for error in rules.errors)
    assert len(rules.rules) + len(rules.correlations) + len(rules.errors) + len(rules.skipped) > 0 or not data.strip()


@pytest.mark.parametrize("text", ["a: !!int x", "a: 0b_", f"a: {'9' * 5000}", "a: !!bool x"])
def test_values_that_pyyaml_cannot_build_are_errors(tmp_path, text):
    """PyYAML's constructors raise errors of their own for such values."""
    assert len(faults(tmp_path, text)) == 1


MODIFIERS = st.lists(
    st.sampled_from(
        ["contains", "startswith", "endswith", "cased", "all", "neq", "exists", "re", "i", "m", "s", "cidr", "lt", "gte",
         "fieldref", "hour", "base64", "base64offset", "wide", "windash"]
    ),
    max_size=3,
    unique=True,
)  # fmt: skip
FIELDS = st.sampled_from(
    ["path", "status", "preflight", "timestamp", "upstream_status", "nothing", "", "time-taken", "c-ip", "ratio"]
)
SCALARS = st.one_of(
    st.text(max_size=6), st.integers(-(2**70), 2**70), st.floats(), st.booleans(), st.none(),
    st.sampled_from(["status", "path", "a*b?c", "\\\\*", "[a-z]+", "(x", "::1/128", "10.0.0.0/8", " -x", "404"]),
)  # fmt: skip
ITEMS = st.tuples(
    st.builds(lambda field, modifiers: "|".join([field, *modifiers]), FIELDS, MODIFIERS),
    st.one_of(SCALARS, st.lists(SCALARS, max_size=4)),
)


@given(ITEMS)
def test_a_rule_that_loads_runs_on_columns_of_every_type(tmp_path_factory, item):
    """Whatever fields, modifiers and values a rule combines, it is an error when it is read, or it runs."""
    file = tmp_path_factory.getbasetemp() / "item.yml"
    document = {
        "title": "T",
        "logsource": {"category": "proxy"},
        "detection": {"a": dict([item]), "condition": "not a"},
    }
    file.write_text(_write(document), encoding="utf-8")
    rules = load_rules([file])
    assert len(rules.errors) + len(rules.rules) >= 1
    if rules.rules:
        (signal,) = detect(EVENTS, rules).signals or (None,)
        assert signal is None or signal.count <= 3


EVENTS = pl.DataFrame(
    {
        "timestamp": [datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 2, 1, tzinfo=UTC), None],
        "path": ["/a", "", None],
        "status": [200, 404, None],
        "preflight": [True, False, None],
        "upstream_status": [[502, None], [], None],
        "duration_us": [5, 0, None],
        "client_ip": ["10.0.0.1", "::1", None],
        "ratio": [0.5, float("nan"), None],
        "raw": ["x", "y", None],
    },
    schema={
        "timestamp": pl.Datetime("us", "UTC"), "path": pl.String, "status": pl.Int32, "preflight": pl.Boolean,
        "upstream_status": pl.List(pl.Int32), "duration_us": pl.Int64, "client_ip": pl.String, "ratio": pl.Float64,
        "raw": pl.String,
    },
)  # fmt: skip
