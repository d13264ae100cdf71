"""Writes how to see each incident again: numbered steps to read, and commands to run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from analyzer.model import Incident
from analyzer.wording import inert, quoting

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*):\?\}")
_PLACEHOLDER = re.compile(r"([A-Z_]+)_([0-9a-f]{12})")
_LONGEST_TITLE = 200
_LONGEST_STEP = 600


def reproduction_files(incidents: Sequence[Incident]) -> dict[str, bytes]:
    """Gives repro/steps.md and a script for each incident that can be tried again; nothing where none can."""
    tried = [incident for incident in incidents if incident.reproduction is not None]
    if not tried:
        return {}
    scripts = {
        f"repro/request-{number:02}.sh": "\n".join([*_script(incident), ""]).encode()
        for number, incident in enumerate(tried, 1)
    }
    lines = ["# How to see it again", ""]
    for name, incident in zip(scripts, tried, strict=True):
        lines += [*_section(name.removeprefix("repro/"), incident), ""]
    return {"repro/steps.md": "\n".join(lines).encode(), **scripts}


def _section(script: str, incident: Incident) -> Iterator[str]:
    assert incident.reproduction is not None  # noqa: S101 - only those are shown
    yield f"## {incident.id}: {inert.prose(incident.title, _LONGEST_TITLE)}"
    yield ""
    for number, step in enumerate(incident.reproduction.steps, 1):
        yield f"{number}. {inert.prose(step, _LONGEST_STEP)}"
    yield ""
    names = _variables(incident.reproduction.curl)
    yield f"The request is in {script}." + (" Set these variables first:" if names else "")
    for name in names:
        yield f"- `{name}`: {inert.prose(_meaning(name))}"


def _script(incident: Incident) -> Iterator[str]:
    assert incident.reproduction is not None  # noqa: S101 - only those are written
    yield "#!/bin/sh"
    yield f"# {incident.id}: {quoting.one_line(incident.title, _LONGEST_TITLE)}"
    yield "# Read it before you run it: it was made from logs. Credentials are variables."
    for name in _variables(incident.reproduction.curl):
        yield f"# {name}: {_meaning(name)}"
    yield "set -eu"
    yield incident.reproduction.curl


def _variables(command: str) -> list[str]:
    return list(dict.fromkeys(_VARIABLE.findall(command)))


def _meaning(name: str) -> str:
    """Says what the reader is to supply: a value that was redacted, or one that the inputs did not hold."""
    found = _PLACEHOLDER.fullmatch(name)
    if found is None:
        return "yours to supply"
    return f"stands for [redacted:{found[1].lower()}:{found[2]}]"
