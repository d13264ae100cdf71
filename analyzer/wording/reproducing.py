"""Words around the command that shows a failing request again: its variables, and what to expect."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.model import Incident
from analyzer.wording import phrases
from analyzer.wording.words import number, plural

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*):\?\}")
_REPLACED = re.compile(r"([A-Z_]+)_([0-9a-f]{12})")
_KNOWN = {
    "TOKEN": "the token or key behind Authorization; ask for a fresh one of an affected account, never for a password",
    "COOKIE": "the cookies of a session; an affected user finds them in the browser, in the request's header Cookie",
    "HOST": "scheme and host, such as https://api.example.com; the inputs do not name them",
    "ORIGIN": "the origin of the page that sends the request, such as https://app.example.com",
    "BODY_FILE": "a file with the body of the request, which the inputs do not hold; ask who sends it",
}


def variables(command: str) -> Iterator[tuple[str, str]]:
    """Yields each shell variable of a command with what it stands for, in their order."""
    for name in dict.fromkeys(_VARIABLE.findall(command)):
        yield name, _KNOWN.get(name) or _meaning(name)


def _meaning(name: str) -> str:
    if replaced := _REPLACED.fullmatch(name):
        kind = replaced[1].lower().replace("_", " ")
        return f"a value that was replaced ({kind}); whoever made this report sees it with `analyzer reveal`"
    if name.startswith("BODY_"):
        return f"the value of {name.removeprefix('BODY_').lower()} in the body, which may be personal; ask who sends it"
    return f"the value of the header {name.replace('_', '-').title()}, which may be secret; ask who sends it"


def expected(incident: Incident) -> str:
    """Says what the request answers while the fault lasts, and how often it does."""
    if incident.statuses:
        word = "status" if len(incident.statuses) == 1 else "one of the statuses"
        answer = f"{word} {phrases.statuses(incident)}"
    else:
        answer = "no response"
    text = f"Expect {answer}: {number(incident.failed)} of {plural(incident.requests, 'request')} failed so."
    if incident.pattern == "intermittent":
        return f"{text} It comes and goes, so send it several times."
    return text
