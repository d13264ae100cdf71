"""A user or host that is called like a word of the program's own texts stops no run; any other name still does."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from analyzer.cli import group
from analyzer.pipeline._own_words import is_own_word

LINE = '127.30.1.11 - - [22/Nov/2026:17:51:{:02}  +0000] "GET /a HTTP/1.1" 200 5 "-" "curl/8.5"\n'.replace("  ", " ")


@pytest.mark.parametrize(
    ("word", "known"),
    [
        ("gateway", True),
        ("Handshake", True),
        ("scrollIntoView", True),
        ("andyoudoubleprime", False),
        ("ann.leeds", False),
    ],
)
def test_words_of_sentences_scripts_and_rules_are_known(word: str, known: bool) -> None:
    """Whole words in any case; what only looks like one is none."""
    assert is_own_word(word) is known
    assert not is_own_word(f"{word}qx")


@pytest.mark.parametrize("name", ["evidence", "somebody", "button"])
def test_a_user_named_by_a_common_word_gets_a_report(tmp_path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """The report's own sentences and script hold each of these words, and tell nobody who ran the program."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for variable in ("USER", "LOGNAME", "HOSTNAME"):
        monkeypatch.setenv(variable, name)
    (tmp_path / "access.log").write_text("".join(LINE.format(second) for second in range(30)))
    done = CliRunner().invoke(group, ["analyze", "access.log", "-o", "out", "-q"])
    assert (done.exit_code, done.exception) == (0, None)
    assert name in (tmp_path / "out" / "report.html").read_text().lower()
