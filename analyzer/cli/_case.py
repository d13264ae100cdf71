"""Reads the case of a packet, and has a person complete it."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from analyzer.cli._ask import Dialogue, ask, write_case
from analyzer.cli._text import visible
from analyzer.packet import Case, Item, open_questions, read_case
from analyzer.redact import Redactor

if TYPE_CHECKING:
    from analyzer.publish import Place

_DEFAULT = Path("case.yaml")


def named_case(file: Path | None, folder: Place | None, first_input: str, key: bytes, *, may_lack: bool) -> Case:
    """Reads the case file if there is one; its name, which becomes that of a folder, is redacted and plain.

    The name is the file's own, else that of the output folder, else that of the first input, in letters, digits, dots
    and dashes. may_lack: the file is to be written, and need not be there yet.
    """
    default = folder.name if folder else "stdin" if first_input == "-" else Path(first_input).resolve().name
    plain = _plain(default, key)
    if file is None or (may_lack and not file.exists()):
        return Case(plain)
    case = read_case(file, plain)
    return replace(case, name=_plain(case.name, key))


def _plain(name: str, key: bytes) -> str:
    whole = name.encode("utf-8", "replace").decode()
    return re.sub(r"[^A-Za-z0-9.]+", "-", Redactor(key).value(whole)).strip("-.")[:60] or "case"


def answered(case: Case, items: Sequence[Item], vendor: str, file: Path | None) -> Case:
    """Asks what is open, writes the answers as they were typed, and gives the case with them."""
    questions = open_questions(items, case, vendor)
    if not questions:
        click.echo("Nothing is left to ask.", err=True)
        return case
    dialogue = Dialogue(sys.stdin, lambda line: click.echo(line, err=True))
    told = ask(case, questions, items, dialogue)
    written = write_case(file or _DEFAULT, told, items, dialogue)
    click.echo(f"Case: {visible(str(written))}", err=True)
    return told
