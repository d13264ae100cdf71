"""Questions on the terminal: what is asked, what is kept, and where it is written."""

from __future__ import annotations

import io
import stat

import pytest
from ticket_cases import story

from analyzer.cli._ask import Dialogue, ask, require_terminal, write_case
from analyzer.errors import UsageError
from analyzer.packet import Case, items_of, open_questions, read_case

NOBODY = Case("asked")
ITEMS = items_of(story(), NOBODY, "vendor")
QUESTIONS = {question.key: question for question in open_questions(ITEMS, NOBODY, "generic")}


def talk(typed):
    """Gives a dialogue with these lines, and what is said in it."""
    said = []
    return Dialogue(io.StringIO(typed), said.append), said


def asked(typed, *keys):
    dialogue, said = talk(typed)
    return ask(NOBODY, [QUESTIONS[key] for key in keys], ITEMS, dialogue), said


def test_each_question_says_why_and_shows_an_example():
    """A person knows what is wanted without a manual."""
    _, said = asked("\n", "severity")
    assert "[1/1] How urgent is it, in the words of the receiver's form?" in said
    assert "  Why: It decides how soon somebody answers." in said
    assert "  Such as: production system impaired" in said


def test_answers_are_kept_and_empty_ones_left_out():
    """An empty line is no answer; a list ends with one."""
    case, _ = asked("high\n\nfirst\nsecond\n\n", "severity", "impact", "changes")
    assert case == Case("asked", {"severity": "high", "changes": ("first", "second")})


def test_the_end_of_input_ends_the_questions_and_keeps_the_answers():
    """Ctrl-D in the middle loses only what was not finished."""
    case, _ = asked("high\n", "severity", "impact", "changes")
    assert case.answers == {"severity": "high"}
    assert asked("", "severity")[0] == NOBODY


def test_a_draft_is_shown_and_taken_with_one_key():
    """The title that the program drafted becomes the person's own."""
    case, said = asked("=\n", "title")
    assert "  Draft: 500 burst on POST /v2/quotes and 1 more endpoint, 2026-05-12 16:32 UTC" in said
    assert case.answers["title"] == "500 burst on POST /v2/quotes and 1 more endpoint, 2026-05-12 16:32 UTC"
    assert items_of(story(), case, "vendor")[0].draft is False


def test_escape_sequences_of_the_keyboard_do_not_get_into_the_case():
    """An arrow key or a pasted colour is seen as text."""
    case, _ = asked("hi\x1b[Dgh\n", "severity")
    assert case.answers["severity"] == "hi\\x1b[Dgh"


def test_too_long_an_answer_is_asked_for_again():
    """Nothing is cut in silence."""
    case, said = asked(f"{'a' * 10_001}\nshort\n", "severity")
    assert case.answers["severity"] == "short"
    assert any("longer than 10,000 characters" in line for line in said)


def test_the_file_is_its_owners_only_and_holds_what_was_typed(tmp_path):
    """0600, and read back the same."""
    dialogue, _ = talk("")
    path = write_case(tmp_path / "case.yaml", Case("asked", {"severity": "high"}), ITEMS, dialogue)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_case(path, "x") == Case("asked", {"severity": "high"})


@pytest.mark.parametrize("typed", ["", "\n", "n\n", "whatever\n"])
def test_a_file_that_is_there_is_not_replaced_unasked(tmp_path, typed):
    """Without a yes the case is written beside it, under a name that is free."""
    path, taken = tmp_path / "case.yaml", tmp_path / "case-2.yaml"
    path.write_text("title: mine\n")
    taken.write_text("title: also mine\n")
    dialogue, said = talk(typed)
    assert write_case(path, Case("asked"), ITEMS, dialogue) == tmp_path / "case-3.yaml"
    assert path.read_text() == "title: mine\n"
    assert taken.read_text() == "title: also mine\n"
    assert said == [f"{path} exists. Replace it? [y/N]"]


def test_a_yes_replaces_the_file(tmp_path):
    """Asked and answered."""
    path = tmp_path / "case.yaml"
    path.write_text("title: mine\n")
    assert write_case(path, Case("asked", {"title": "new"}), ITEMS, talk("y\n")[0]) == path
    assert read_case(path, "x").answers == {"title": "new"}


def test_without_a_terminal_nothing_is_asked():
    """A pipe would answer by accident."""
    with pytest.raises(UsageError, match="--ask needs a terminal"):
        require_terminal(io.StringIO("y\n"))
