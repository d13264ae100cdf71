"""Which incidents an entry of a capture lies in, and whether they say more than a truth allows."""

from __future__ import annotations

import polars as pl

from analyzer.diagnose.incidents import diagnose
from analyzer.pipeline import Plan, run


def run_capture(path, work):
    """Runs the whole pipeline over one capture."""
    return run(Plan(inputs=(str(path),), work=work, key=b"k" * 32))


def incidents_of_entries(state):
    """Gives the incidents by the index of each entry that fails in them."""
    timed = tuple(signal for signal in state.detected.signals if signal.started is not None)
    diagnosis = diagnose(state.joined, state.exchanges, timed, state.analysis.bucket_seconds)
    found = {entry: [] for entry in state.joined.events["line"]}
    for incident in diagnosis.incidents:
        rows = pl.Series(diagnosis.failing_rows[incident.id], dtype=pl.UInt32)
        exchanges = state.exchanges.filter(pl.col("row").is_in(rows.implode())).select("exchange")
        for entry in state.joined.events.join(exchanges, on="exchange", how="semi")["line"]:
            found[entry].append(incident)
    return found


def objections(incidents, layers, *, may_be_quiet=False):
    """Gives what is wrong with the incidents of one entry.

    layers: those that may be named, each with its strongest verdict; if there are none, the entry worked.
    """
    if not incidents:
        return [] if may_be_quiet or not layers else [f"lies in no incident, expected {_named(layers)}"]
    if not layers:
        return [f"worked, but lies in `{incident.title}` ({incident.layer})" for incident in incidents]
    return [wrong for incident in incidents for wrong in _objections(incident, layers)]


def _objections(incident, layers):
    if incident.layer not in layers:
        yield f"{incident.layer} is named by `{incident.title}`, expected {_named(layers)}"
    for verdict in incident.layers:
        if verdict.verdict == "cause" and layers.get(verdict.layer) != "cause":
            yield f"{verdict.layer} is said to be the cause by `{incident.title}`, expected {_named(layers)}"
        if verdict.verdict == "ruled_out" and verdict.layer in layers:
            yield f"{verdict.layer} is ruled out by `{incident.title}`, which this capture does not allow"


def _named(layers):
    return " or ".join(f"{layer} ({verdict})" for layer, verdict in layers.items())
