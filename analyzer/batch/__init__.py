"""Runs over logs that grow and rotate: only what is new since the last run, judged against what was normal before.

This door loads nothing heavy, so that a run with nothing to do costs next to nothing; batch.run does the work.
"""

from __future__ import annotations

from analyzer.batch._glance import is_unchanged
from analyzer.batch._known import Known, Mark, Stamp
from analyzer.batch._state import Incident, State, hold, read_state, write_state

__all__ = [
    "Incident",
    "Known",
    "Mark",
    "Stamp",
    "State",
    "hold",
    "is_unchanged",
    "read_state",
    "write_state",
]
