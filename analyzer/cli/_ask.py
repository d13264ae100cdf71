"""Asks on the terminal what only a person knows, and writes it into a case file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TextIO

from analyzer.cli._text import visible
from analyzer.errors import UsageError
from analyzer.packet import Case, Item, Question, case_yaml
from analyzer.publish import publish_file

MOST_CHARACTERS = 10_000
MOST_TEXTS = 100
_CONFIRM = "="
_INTRODUCTION = (
    "{count} to answer. An empty line leaves an answer out; Ctrl-D ends. Nobody needs passwords or tokens: leave them "
    "out."
)


class _EndedError(Exception):
    """Standard input ended: what was answered so far counts."""


@dataclass(frozen=True, slots=True)
class Dialogue:
    """Where a person types and reads: lines come from stdin, say prints one line."""

    stdin: TextIO
    say: Callable[[str], None]

    def line(self, prompt: str) -> str:
        """Gives the next line without its end and with every unseen character written out."""
        self.say(prompt)
        text = self.stdin.readline()
        if not text:
            raise _EndedError
        return visible(text.rstrip("\r\n")).strip()


def require_terminal(stdin: TextIO) -> None:
    """Raises UsageError unless a person can type there."""
    if not stdin.isatty():
        hint = (
            "Write the answers into a file and name it with --case; `analyzer escalate` without --ask says what to ask."
        )
        raise UsageError("--ask needs a terminal, and standard input is none.", hint=hint)


def ask(case: Case, questions: Sequence[Question], items: Sequence[Item], dialogue: Dialogue) -> Case:
    """Gives the case with what was answered; the questions are those that wait, the items hold drafts to confirm.

    When standard input ends, the answers so far are kept.
    """
    drafts = {item.case_key: item.answer for item in items if item.draft and len(item.open) == 1 and item.answer}
    answers = dict(case.answers)
    count = "1 question" if len(questions) == 1 else f"{len(questions):,} questions"
    dialogue.say(_INTRODUCTION.format(count=count))
    try:
        for number, question in enumerate(questions, 1):
            found = _answer(question, f"[{number}/{len(questions)}]", drafts.get(question.key), dialogue)
            if found:
                answers[question.key] = found
    except _EndedError:
        dialogue.say("")
    return replace(case, answers=answers)


def _answer(question: Question, count: str, draft: str | None, dialogue: Dialogue) -> str | tuple[str, ...] | None:
    dialogue.say("")
    dialogue.say(f"{count} {question.text}")
    dialogue.say(f"  Why: {question.why}")
    dialogue.say(f"  Such as: {question.example}")
    drafted = draft.replace("`", "") if draft else None
    if drafted:
        dialogue.say(f"  Draft: {visible(drafted)}")
        dialogue.say(f"  {_CONFIRM} takes the draft as it is.")
    if question.many:
        dialogue.say("  One a line; an empty line ends the list.")
    lines = tuple(_lines(dialogue)) if question.many else tuple(filter(None, [_short_line(dialogue)]))
    if lines == (_CONFIRM,) and drafted:
        return (drafted,) if question.many else drafted
    return lines if question.many else next(iter(lines), None)


def _lines(dialogue: Dialogue) -> Iterator[str]:
    for _ in range(MOST_TEXTS):
        line = _short_line(dialogue)
        if not line:
            return
        yield line


def _short_line(dialogue: Dialogue) -> str:
    while len(line := dialogue.line(">")) > MOST_CHARACTERS:
        dialogue.say(f"  That is longer than {MOST_CHARACTERS:,} characters; say it in fewer, and attach the rest.")
    return line


def write_case(path: Path, case: Case, items: Sequence[Item], dialogue: Dialogue) -> Path:
    """Writes the case as it was typed, readable by its owner only, and gives where.

    A file that is there is replaced only if the person says yes; else the case is written beside it under a free name.
    Raises UsageError where the system refuses to write.
    """
    if path.exists() or path.is_symlink():
        try:
            replaced = dialogue.line(f"{visible(str(path))} exists. Replace it? [y/N]").lower() in ("y", "yes")
        except _EndedError:
            replaced = False
        path = path if replaced else _free(path)
    publish_file(path, case_yaml(case, items), gate=None)
    return path


def _free(path: Path) -> Path:
    number = 2
    while (found := path.with_name(f"{path.stem}-{number}{path.suffix}")).exists() or found.is_symlink():
        number += 1
    return found
