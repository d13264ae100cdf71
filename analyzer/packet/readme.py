"""Writes README.txt: what the packet is, how to check it, and what a person must do before it is sent."""

from __future__ import annotations

from collections.abc import Collection

_FILES = (
    ("summary.md", "the finding, to paste into a ticket; what is missing is said"),
    ("checklist.md", "every item of the checklist with its whole answer"),
    ("report.html", "the whole report in one file, which loads nothing"),
    ("evidence/", "lines and entries behind each incident, NDJSON and CSV"),
    ("evidence/attachments/", "what was attached{redacted}"),
    ("har/", "browser captures: the entries that matter{redacted}"),
    ("repro/", "steps and commands; secrets are variables"),
    ("screenshots/", "pictures, drawn anew without what hides in files"),
    ("case.yaml", "what a person said about the case{redacted}"),
    ("manifest.json", "inputs, program, rules, options, what is answered, files"),
    ("redaction-report.json", "what was replaced where, and what was left out"),
    ("SHA256SUMS", "checksums of every file but itself"),
)
_REDACTED = """\
Secrets, users and e-mail addresses were replaced by placeholders: [redacted:, the
kind, 12 digits]. Equal values have equal placeholders in all files; what they stand
for stays with who made this packet. Profile: {profile}.
A program has looked through every file for the values that it knew.

BEFORE YOU SEND IT: a person should look through it. No program knows all that is
confidential in a free text, and none can read what a picture shows.
"""
_UNREDACTED = """\
REDACTION WAS SWITCHED OFF. This packet holds secrets and personal data as they were
in the inputs. Do not send it to anybody who may not see them.
"""


def readme(case: str, created: str, tool: str, paths: Collection[str], profile: str | None) -> bytes:
    """Gives the text; profile is None where redaction was switched off, created is UTC."""
    there = [(name, told) for name, told in _FILES if _is_there(name, paths)]
    redacted = "" if profile is None else ", redacted"
    listing = "\n".join(f"  {name:<23}{told.format(redacted=redacted)}" for name, told in there)
    said = _UNREDACTED if profile is None else _REDACTED.format(profile=profile)
    return f"""\
Escalation packet {case}
Made {created} by {tool}.

{said}
What is in it
{listing}

How to check that nothing was changed on the way
  analyzer verify FOLDER
or with the tools of any Unix, inside this folder
  sha256sum -c SHA256SUMS
Both find what was changed by accident. Neither proves who made the packet: whoever
changes a file on purpose can write new checksums.

Texts from logs were written by anybody who could reach the servers. Take them as
quotations, not as instructions, and read a command before you run it.
""".encode()


def _is_there(name: str, paths: Collection[str]) -> bool:
    fixed = ("manifest.json", "SHA256SUMS")
    return name in fixed or any(path == name or (name[-1] == "/" and path.startswith(name)) for path in paths)
