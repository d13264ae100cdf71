"""Puts what a person attached into the packet: pictures drawn anew, texts and captures redacted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from analyzer.packet._left_out import LeftOut
from analyzer.packet._pieces import in_files
from analyzer.packet.attachments import Attachment
from analyzer.packet.captures import Captures, Clean
from analyzer.packet.pictures import redrawn
from analyzer.packet.redaction_report import placeholders_in
from analyzer.redact import Fired, Redactor
from analyzer.wording.quoting import visible

_WHY_PICTURE = "colour profile, EXIF, texts and further frames of a picture are never copied"


@dataclass
class Attached:
    """Finished files, the redacted name of the file that each was made of, rows, and what was left out or replaced."""

    files: dict[str, bytes] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)
    trail: list[Fired] = field(default_factory=list)


def attached_files(attachments: Sequence[Attachment], redactor: Redactor, clean: Clean, most_bytes: int) -> Attached:
    r"""Gives screenshots/ and evidence/attachments/, in files of at most most_bytes.

    In a text every character that nobody can see is written out, such as \x1b, so that no terminal obeys it.
    The redactor has learnt from all of them; names of files are numbers, as a name may hold a secret. Raises
    UsageError for a picture that is damaged or cannot be made small enough.
    """
    made, captures = Attached(), Captures(clean, most_bytes)
    names = redactor.value(tuple(attachment.name for attachment in attachments))
    pictures = others = 0
    for attachment, name in zip(attachments, names, strict=True):
        if attachment.kind == "picture":
            pictures += 1
            path = f"screenshots/screenshot-{pictures:02}.png"
            made.files[path], made.origins[path] = redrawn(attachment.content, most_bytes, attachment.name), name
            made.left_out.append(LeftOut("what a picture holds beside its points", _WHY_PICTURE, 1, path))
            continue
        others += 1
        stem = f"evidence/attachments/attachment-{others:02}"
        if attachment.kind == "text":
            _add_text(made, stem, name, redactor.replace(pl.Series([attachment.content]))[0], most_bytes)
        else:
            captures.add(stem, name, attachment.content, None)
    made.files |= captures.files
    made.origins |= captures.sources
    made.rows |= captures.entries
    made.left_out += captures.left_out
    made.trail += captures.trail
    return made


def _add_text(made: Attached, stem: str, name: str, text: str, most_bytes: int) -> None:
    made.trail += placeholders_in(text, "attached text")
    rows = [line.encode() for line in visible(text).splitlines(keepends=True)]
    long = sum(len(row) > most_bytes for row in rows)
    if long:
        made.left_out.append(LeftOut("lines", "one alone is longer than a file may be", long, stem))
    for path, data, _ in in_files(stem, "txt", [row for row in rows if len(row) <= most_bytes], most_bytes):
        made.files[path], made.origins[path] = data, name
