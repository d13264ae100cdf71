"""Reads a stack trace as a person does: the exception, its root cause, and the application's own frames."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_PYTHON = "Traceback (most recent call last):"
_CAUSE = "Caused by: "
_LINKS = ("During handling of the above exception", "The above exception was the direct cause")
_FRAME = re.compile(
    r"""\s*(?:
        File\ "[^"]+",\ line\ \d+                       # Python
        | at\ [\w$.<>\[\]/@~`-]+[\s(:]                  # Java, .NET, JavaScript, Rust
        | at\ (?:async\ )?[^ ]+:\d+:\d+                 # JavaScript, without a function
        | (?:from\ )?[^\s:]+\.rb:\d+                    # Ruby
        | \#\d+\ \S                                     # PHP, gdb
        | [^\s:]*/[^\s:]+\.go:\d+                       # Go
        | (?:\([^)]+\)\ )?[\w./-]+\.exs?:\d+            # Elixir
    )""",
    re.VERBOSE,
)
_LIBRARY = re.compile(
    r"""site-packages|dist-packages|/lib/python\d|<frozen\ |node_modules|node:|\(internal/|/usr/local/go/src/
    |\{main\}|/go/pkg/mod/|/rustc/|\.cargo/registry|/gems/|/ruby/\d|/vendor/
    |^\s*at\ (?:java|javax|jakarta|jdk|sun|kotlin|scala|reactor|System|Microsoft|com\.sun|com\.zaxxer|com\.mysql
        |com\.fasterxml|io\.netty|io\.undertow|io\.grpc|org\.(?:spring|apache|hibernate|eclipse|jboss|postgresql)\w*)[./$]
    """,
    re.VERBOSE,
)
_LEAST_FRAMES = 2
_LONGEST = 400  # a longer line is no frame, and patterns are matched against nothing longer
_MOST_LINES = 10_000  # a thousand frames, with their code and the causes, are fewer
_OWN = 2


@dataclass(frozen=True, slots=True)
class StackTrace:
    """exceptions: what was thrown, then its root cause; own: the nearest frames that are of no library, each whole.

    frames: all lines that are indented or frames, which equal failures share; leads: whether the first line is the
    first exception.
    """

    exceptions: tuple[str, ...]
    own: tuple[str, ...]
    frames: tuple[str, ...]
    leads: bool


def stack_trace(text: str) -> StackTrace | None:
    """Gives what a stack trace says; None for too long a text, or without two frames (below Python's title, one)."""
    if text.count("\n") > _MOST_LINES:
        return None
    lines = text.split("\n")
    starts = [index for index, line in enumerate(lines) if _FRAME.match(line[:_LONGEST])]
    last_first = _PYTHON in text
    if len(starts) < (1 if last_first else _LEAST_FRAMES):
        return None
    exceptions = _thrown_last(lines) if last_first else _thrown_first(lines, starts[0])
    own = _own(lines, starts, last_first=last_first)
    known = set(starts)
    frames = tuple(line for index, line in enumerate(lines) if index in known or line[:1].isspace())
    return StackTrace(exceptions, own, frames, leads=bool(exceptions) and exceptions[0] == lines[0])


def _thrown_last(lines: Sequence[str]) -> tuple[str, ...]:
    ends = [
        line for line in lines if line.strip() and not line[:1].isspace() and not line.startswith((_PYTHON, *_LINKS))
    ]
    return tuple(ends[-1:])


def _thrown_first(lines: Sequence[str], first_frame: int) -> tuple[str, ...]:
    thrown = lines[:1] if first_frame > 0 and lines[0].strip() else []
    causes = [line for line in lines[1:] if line.startswith(_CAUSE)]
    return (*thrown, *causes[-1:])


def _own(lines: Sequence[str], starts: Sequence[int], *, last_first: bool) -> tuple[str, ...]:
    """Gives frames with the lines that belong to them; where nothing tells libraries apart, the nearest ones."""
    causes = [index for index, line in enumerate(lines) if line.startswith(_CAUSE)]
    if causes and not last_first:
        starts = [index for index in starts if index > causes[-1]] or starts
    own = [start for start in starts if not _LIBRARY.search(lines[start][:_LONGEST])]
    nearest = own[-_OWN:] if last_first else own[:_OWN]
    known = frozenset(starts)
    return tuple("\n".join(_whole(lines, start, known)) for start in nearest)


def _whole(lines: Sequence[str], start: int, starts: frozenset[int]) -> Sequence[str]:
    """Gives the frame and the lines below it that are indented deeper: the source line and its marks."""
    indent = len(lines[start]) - len(lines[start].lstrip())
    end = start + 1
    while end < len(lines) and end not in starts and len(lines[end]) - len(lines[end].lstrip()) > indent:
        end += 1
    return lines[start:end]
