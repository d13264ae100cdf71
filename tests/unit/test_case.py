"""case.yaml: read with places for what is wrong, written so that it can be filled in and read again."""

from __future__ import annotations

import json
from importlib.resources import files

import jsonschema
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from report_cases import demo
from ticket_cases import answered

from analyzer import documents
from analyzer.errors import DocumentError, UsageError
from analyzer.packet import Case, case_schema, case_yaml, check_name, items_of, read_case
from analyzer.packet._questions import questions
from analyzer.packet.case import MOST_CHARACTERS, MOST_TEXTS

LISTS = sorted(key for key, question in questions().items() if question.many)
SINGLE = sorted(key for key, question in questions().items() if not question.many)


@pytest.fixture
def read(tmp_path):
    """Reads a text as a case file."""

    def from_text(text):
        path = tmp_path / "case.yaml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_case(path, "default-name")

    return from_text


def test_answers_are_texts_or_lists_of_texts(read):
    """One text may stand where a list may; a list keeps its order."""
    case = read("name: orders\ntitle: Orders fail\nsteps:\n  - open\n  - press\nchanges: none known\n")
    assert case == Case("orders", {"title": "Orders fail", "steps": ("open", "press"), "changes": "none known"})
    assert case.texts("changes") == ("none known",)
    assert case.texts("impact") is None


def test_an_account_number_keeps_its_leading_zero(read):
    """What looks like a number is text: YAML 1.1 would read 012345670123 as octal, 1_000 as 1000, yes as true."""
    case = read("account: [012345670123, 0x1F, 1_000]\nseverity: 2\nrepeatable: yes\nwhen: 2026-05-12\nregion: 1.10\n")
    assert case.answers["account"] == ("012345670123", "0x1F", "1_000")
    assert [case.answers[key] for key in ("severity", "repeatable", "when", "region")] == [
        "2",
        "yes",
        "2026-05-12",
        "1.10",
    ]


@pytest.mark.parametrize("text", ["", "# only a comment\n", "title:\n", "title: ''\n", "title: '  '\n"])
def test_what_is_empty_is_no_answer(read, text):
    """A key without a text is as good as none; the name is the one that was given."""
    assert read(text) == Case("default-name")


def test_an_empty_list_is_an_answer(read):
    """Nothing was tried: said, not forgotten."""
    case = read("tried: []\n")
    assert case.answers == {"tried": ()}
    assert case.texts("tried") == ()


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("title: a\nimpct: b\n", "case.yaml:2:1", "'impact'"),
        ("title: a\nStatus-Page: b\n", "case.yaml:2:1", "'status_page'"),
        ("zzz: b\n", "case.yaml:1:1", "Known keys: name, title, "),
        ("title: [a, b]\n", "case.yaml:1:1", "takes one text as title"),
        ("title: {a: b}\n", "case.yaml:1:1", "needs text as title"),
        ("steps:\n  - a\n  - [b]\n", "case.yaml:3:5", "needs text as steps"),
        ("- title\n", "case.yaml:1:1", "no list of keys"),
        ("title: a\n---\ntitle: b\n", "case.yaml:3:1", "second document"),
        ("title: a\ntitle: b\n", "case.yaml:2:1", "twice"),
        ("title: &a b\n", "case.yaml:1:8", "anchor"),
        ("name: ../up\n", "case.yaml:1:1", "can name no folder"),
        ("name: .hidden\n", "case.yaml:1:1", "can name no folder"),
        (f"title: {'a' * (MOST_CHARACTERS + 1)}\n", "case.yaml:1:1", "more than 10,000 characters"),
        (f"steps: [{'a, ' * (MOST_TEXTS + 1)}]\n", "case.yaml:1:1", "more than 100 texts"),
        (b"title: \xff\n", "case.yaml", "not UTF-8"),
        ("#" * 1_000_001, "case.yaml", "larger than 1,000,000 bytes"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(read, text, place, words):
    """Each fault names line and column, and what to do."""
    with pytest.raises(DocumentError) as caught:
        read(text)
    assert f"{place}: " in str(caught.value)
    assert words in str(caught.value)
    assert caught.value.hint


def test_limits_are_reached_without_a_fault(read):
    """At the limit all is well."""
    case = read(f"title: {'a' * MOST_CHARACTERS}\nsteps: [{', '.join(['a'] * MOST_TEXTS)}]\n")
    assert len(case.answers["title"]) == 10_000
    assert len(case.answers["steps"]) == 100


def test_the_written_file_asks_what_is_missing_and_reads_back_the_same(read):
    """Comments hold the questions; what was answered stands under its key, in one order."""
    text = case_yaml(answered()).decode()
    assert read(text) == answered()
    assert "# Which resources is it about: full URLs, names, ids or ARNs?\n# resources:\n# - arn:aws:s3" in text
    assert "# title:" not in text
    keys = [line.partition(":")[0] for line in text.split("\n") if line and line[0] not in "#- "]
    assert keys == [key for key in ("name", *questions()) if key == "name" or key in answered().answers]


def test_filling_in_an_example_is_enough(read):
    """Whoever takes the marks of a question's comment away has a valid file."""
    text = case_yaml(Case("empty")).decode()
    filled = "\n".join(
        line[2:] if line.split(":")[0].removeprefix("# ") in questions() or line.startswith(("# - ", "#   ")) else line
        for line in text.split("\n")
    )
    case = read(filled)
    assert set(case.answers) == set(questions())


def test_items_decide_what_the_file_asks():
    """With the checklist of an analysis, only what that leaves open is asked."""
    text = case_yaml(answered(), items_of(demo(), answered(), "vendor")).decode()
    assert "# clocks:" in text
    assert "# product:" not in text


def test_a_case_without_open_items_asks_nothing():
    """A whole answer is no reason to ask for everything again."""
    assert "# clocks:" not in case_yaml(answered(), []).decode()


TEXT = st.text(alphabet=st.characters(exclude_categories=("Cs",)), max_size=80).map(str.strip).filter(bool)


@settings(max_examples=50, deadline=None)
@given(
    st.dictionaries(st.sampled_from(SINGLE), TEXT, max_size=4),
    st.dictionaries(st.sampled_from(LISTS), st.lists(TEXT, max_size=3).map(tuple), max_size=3),
)
@example(
    {"title": "one\n  two\n\n# three\n--- \n- four"}, {"steps": ("yes", "null", "1", "2026-01-01", "&a *b !c", "a: b")}
)
@example({"title": "\x07\x1b[31m\x85\u2028\ufeff'\"\\"}, {})
def test_any_case_reads_back_the_same(tmp_path_factory, single, lists):
    """Whatever a person types comes out as it was typed."""
    case = Case("any", {key: (single | lists)[key] for key in questions() if key in single | lists})
    path = tmp_path_factory.mktemp("case") / "case.yaml"
    path.write_bytes(case_yaml(case))
    assert read_case(path, "other") == case


def test_the_schema_ships_and_fits_what_is_written():
    """case.schema.json is what the questions make; it takes our files and no key that we do not know."""
    shipped = json.loads((files("analyzer.packet") / "case.schema.json").read_text())
    assert shipped == case_schema()
    jsonschema.Draft202012Validator.check_schema(shipped)
    written = documents.parse(case_yaml(answered()).decode(), "case.yaml")[0].value
    jsonschema.validate(written, shipped)
    with pytest.raises(jsonschema.ValidationError, match="impct"):
        jsonschema.validate({"impct": "a"}, shipped)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"name": "../up"}, shipped)


@pytest.mark.parametrize("name", ["a", "orders-2026.05_12", "9" * 80])
def test_names_of_folders(name):
    """Letters, digits, dots, dashes, underscores."""
    assert check_name(name) == name


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a\\b", "a b", "a\n", "-a", "9" * 81, "ä", "a\0"])
def test_names_that_no_folder_may_have(name):
    """Nothing that leaves the folder, hides, or looks like an option."""
    with pytest.raises(DocumentError):
        check_name(name)


def test_a_file_that_is_not_there_is_told(tmp_path):
    """A path that cannot be read is an error with the path, not a case without answers."""
    with pytest.raises((DocumentError, UsageError), match="cannot be read"):
        read_case(tmp_path / "nothing.yaml", "x")
