"""YAML is read as plain values with the place of each; whatever else stands in it is refused with its place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.documents import MAX_BYTES, Document, parse, read, rules_folder
from analyzer.errors import DocumentError, Location

RULE = """\
title: Many errors
tags: [a, b]
detection:
  selection:
    status: 500
    path|re: '^/x'
  condition: selection
---
second: 2026-01-02
"""


def refused(text):
    with pytest.raises(DocumentError) as caught:
        parse(text, "r.yml")
    return str(caught.value)


def test_all_documents_of_a_text_are_given_as_plain_values():
    """Two documents, their values in plain Python; a date stays text, as a frozen value must be JSON."""
    first, second = parse(RULE, "r.yml")
    assert first.value == {
        "title": "Many errors",
        "tags": ["a", "b"],
        "detection": {"selection": {"status": 500, "path|re": "^/x"}, "condition": "selection"},
    }
    assert second.value == {"second": "2026-01-02"}
    assert type(second.value["second"]) is str


def test_each_key_and_item_has_its_place():
    """Lines and columns count from 1; a key's place is that of the key, an item's that of the item."""
    first, second = parse(RULE, "r.yml")
    assert first.where() == Location("r.yml", 1, 1)
    assert first.where("tags", 1) == Location("r.yml", 2, 11)
    assert first.where("detection", "selection", "path|re") == Location("r.yml", 6, 5)
    assert second.where("second") == Location("r.yml", 9, 1)


def test_a_key_without_a_place_has_that_of_its_nearest_parent():
    """A missing field is reported where it should have stood."""
    first, _ = parse(RULE, "r.yml")
    assert first.where("detection", "selection", "nothing", 3) == Location("r.yml", 4, 3)
    assert first.where("nothing") == Location("r.yml", 1, 1)
    assert Document("r.yml", None, {}).where("x") == Location("r.yml")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: ''", ""),
        ("a: 'null'", "null"),
        ("a: null", None),
        ("a: ~", None),
        ("a: true", True),
        ("a: 0x1F", 31),
        ("a: 1.5", 1.5),
        ("a: !!str 5", "5"),
        ("a: !!int '5'", 5),
        ("a: 12:30:45", 45045),  # YAML 1.1 reads this in base 60
        ("a: |\n  x\n  y\n", "x\ny\n"),
        ("a: [1, {b: c}]", [1, {"b": "c"}]),
    ],
)
def test_plain_values(text, value):
    """Text, numbers, truth values, nothing, lists and mappings are read as YAML 1.1 says."""
    (document,) = parse(text, "r.yml")
    assert document.value == {"a": value}
    assert type(document.value["a"]) is type(value)


@pytest.mark.parametrize(("text", "values"), [("", []), ("# only a comment\n", []), ("---\n---\n", [None, None])])
def test_nothing_and_empty_documents(text, values):
    """No document is no error; an empty one is None."""
    assert [document.value for document in parse(text, "r.yml")] == values


def test_a_key_that_stands_twice_is_an_error_at_the_second():
    """The later value would silently replace the earlier one; a quoted key is the same key."""
    assert refused("a: 1\nb: 2\na: 3\n") == "r.yml:3:1: has the key 'a' twice. Merge the two."
    assert refused("x:\n  a: 1\n  'a': 3\n").startswith("r.yml:3:3: has the key 'a' twice.")
    assert refused("1: a\n'1': b\n").startswith("r.yml:2:1: has the key '1' twice.")


@pytest.mark.parametrize(
    ("text", "place"), [("a: &x 1\nb: 2\n", "1:4"), ("a: 1\nb: *x\n", "2:4"), ("a: &x [*x]\n", "1:4")]
)
def test_anchors_and_aliases_are_errors(text, place):
    """An alias can blow a small file up beyond memory, or point at itself."""
    assert refused(text) == f"r.yml:{place}: uses an anchor or alias. Write the value out."


@pytest.mark.parametrize(
    ("text", "place", "tag"),
    [
        ("a: !python/name:os.system x", "1:4", "!python/name:os.system"),
        ("a: !!python/object/apply:os.system [x]", "1:4", "tag:yaml.org,2002:python/object/apply:os.system"),
        ("a: !!binary aGk=", "1:4", "tag:yaml.org,2002:binary"),
        ("a: !mine {b: 1}", "1:4", "!mine"),
        ("a: !mine [1]", "1:4", "!mine"),
        ("a: !!set {b, c}", "1:4", "tag:yaml.org,2002:set"),
        ("a: !!omap [b: 1]", "1:4", "tag:yaml.org,2002:omap"),
        ("a: !!map [1]", "1:4", "tag:yaml.org,2002:map"),
        ("!mine a: 1", "1:1", "!mine"),
        ("<<: {a: 1}", "1:1", "tag:yaml.org,2002:merge"),
    ],
)
def test_tags_are_errors_on_values_lists_mappings_and_keys(text, place, tag):
    """Only plain values are read: nothing is constructed, and no tag is stepped over."""
    assert refused(text) == f"r.yml:{place}: has the tag {tag}; only plain values are read. Leave the tag out."


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("!!int x", "int"),
        ("!!int ''", "int"),
        ("!!int _", "int"),
        ("!!int 0x", "int"),
        ("!!float ''", "float"),
        ("!!float x", "float"),
        ("!!bool maybe", "bool"),
        ("!!int " + "1" * 5000, "int"),
    ],
)
def test_a_value_that_its_tag_does_not_fit_is_an_error_with_a_place(value, kind):
    """What cannot be converted is said, and never ends in a traceback."""
    assert refused(f"a:\n  b: {value}\n") == f"r.yml:2:6: has a value that is no {kind}. Quote the text."


def test_a_key_that_is_a_list_or_a_mapping_is_an_error():
    """Keys are text."""
    assert refused("[a, b]: 1\n") == "r.yml:1:1: has a key that is not plain text. Quote the key."
    assert refused("? {a: b}\n: 1\n").startswith("r.yml:1:3: has a key that is not plain text.")


def test_twenty_levels_are_read_and_one_more_is_an_error():
    """The limit itself is allowed."""
    (document,) = parse("[" * 20 + "x" + "]" * 20, "r.yml")
    value = document.value
    for _ in range(20):
        (value,) = value
    assert value == "x"
    assert refused("[" * 21 + "x" + "]" * 21) == "r.yml:1:22: is nested deeper than 20 levels. Use fewer levels."
    assert refused("[" * 21 + "]" * 21) == "r.yml:1:22: is nested deeper than 20 levels. Use fewer levels."
    flat = parse("- [1]\n" * 30, "r.yml")
    assert len(flat[0].value) == 30


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
def test_nesting_of_any_depth_is_an_error_and_not_a_crash(opening):
    """The C parser dies of a stack overflow at some ten thousand levels, which a file of 1 MB can hold."""
    assert "is nested deeper than 20 levels." in refused(opening * 100_000)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [1\n", "is not valid YAML: did not find expected ',' or ']'."),
        ("a: %x\n", "Quote the text if it begins with one of * & % @ `."),
        ("a: b: c\n", "is not valid YAML: mapping values are not allowed in this context."),
        ("\tx: 1\n", "is not valid YAML"),
        ("a: \x00\n", "is not valid YAML"),
        ("%YAML 9.9\n--- a\n", "is not valid YAML"),
    ],
)
def test_broken_yaml_is_an_error_that_says_what_is_wrong(text, message):
    """The message of the parser comes through, with a hint what to look at."""
    told = refused(text)
    assert told.startswith("r.yml:")
    assert message in told
    assert told.rstrip().endswith(("* & % @ `.", "before this place."))


def test_a_file_is_read_with_or_without_byte_order_mark(tmp_path):
    """UTF-8 is what rules are written in; an editor's mark is no part of the first key."""
    path = tmp_path / "r.yml"
    path.write_bytes("\ufefftitle: Größe\n".encode())
    (document,) = read(path)
    assert document.value == {"title": "Größe"}
    assert document.path == str(path)
    assert read(path, "rules/r.yml")[0].where("title") == Location("rules/r.yml", 1, 1)


def test_a_file_that_is_not_utf_8_is_an_error_with_the_byte(tmp_path):
    """The first wrong byte is named."""
    path = tmp_path / "r.yml"
    path.write_bytes(b"title: Gr\xf6\xdfe\n")
    with pytest.raises(DocumentError, match=r"r\.yml: is not UTF-8 at byte 9\. Save the file as UTF-8\.$"):
        read(path, "r.yml")


def test_the_largest_file_is_read_and_one_byte_more_is_an_error(tmp_path):
    """A limit, so that nobody's file keeps the program busy."""
    path = tmp_path / "r.yml"
    path.write_bytes(b"a: 1\n#" + b"x" * (MAX_BYTES - 6))
    assert path.stat().st_size == MAX_BYTES
    assert read(path)[0].value == {"a": 1}
    path.write_bytes(b"a: 1\n#" + b"x" * (MAX_BYTES - 5))
    with pytest.raises(DocumentError, match=r"r\.yml: is larger than 1,000,000 bytes\. Split the file\.$"):
        read(path, "r.yml")


def test_a_file_that_is_missing_or_a_folder_is_an_error(tmp_path):
    """The system's reason is told."""
    with pytest.raises(DocumentError, match=r"cannot be read: No such file or directory\."):
        read(tmp_path / "none.yml")
    with pytest.raises(DocumentError, match=r"cannot be read: Is a directory\."):
        read(tmp_path)


@given(st.text(st.sampled_from("ab:-[]{}!&*?|>'\"#%,~<= \n\t0x1_.\x00\ud7ff"), max_size=40))
def test_any_text_gives_documents_or_an_error_with_a_place(text):
    """Whatever is written, there are plain values or one DocumentError."""
    documents, place = (), Location("r.yml")
    try:
        documents = parse(text, "r.yml")
    except DocumentError as error:
        place = error.location
    assert place.path == "r.yml"
    assert all(is_plain(document.value) for document in documents)


def is_plain(value):
    if isinstance(value, dict):
        return all(type(key) is str and is_plain(item) for key, item in value.items())
    if isinstance(value, list):
        return all(is_plain(item) for item in value)
    return value is None or type(value) in (str, int, float, bool)


def test_the_rules_folder_holds_the_shipped_rules():
    """In a checkout it is the top-level folder."""
    assert (rules_folder() / "knowledge" / "method.yml").is_file()
    assert (rules_folder() / "error_burst").is_dir()
