"""Finds the last change that the logs show before the first failure."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl

from analyzer.counted import WEIGHT, weighed
from analyzer.diagnose._moments import apart
from analyzer.diagnose._novelty import find_novelty
from analyzer.diagnose._silence import find_silence
from analyzer.diagnose.noise import reference
from analyzer.model import Evidence

_LOOK_BACK = timedelta(minutes=5)
_NEAR = timedelta(seconds=60)
_START_UP = timedelta(seconds=10)
_MOST_CHARACTERS = 160
_WHOLE = timedelta(seconds=1)
_ROUTINE = 4  # told at so many moments it is one
_BURST = timedelta(seconds=1)
# What programs write when they start, stop, read their settings anew, get other keys, or take servers on and off: nginx
# on SIGHUP, gunicorn on any signal, HAProxy of its servers (its manual, 8.3), systemd of its units.
_CHANGE = (
    r"(?i)\b(?:re)?start(?:ing|ed)?\b|\bstopp(?:ing|ed)\b|\breload(?:ed|ing)?\b|\breconfigur|\bdeploy|\brollout"
    r"|\brolled (?:out|back)|\bconfig(?:uration)? (?:changed|loaded|updated|applied)"
    r"|\bsettings? (?:changed|updated|applied)|\bfeature (?:enabled|disabled)|\bflags?\b|\brotat|\bkey set\b"
    r"|\bnew (?:signing )?key|\b(?:new|renewed) certificate|\bcertificate (?:renewed|replaced|loaded)"
    r"|\bsignal:? (?:\d+|term|hup|int|quit|kill|usr[12]|winch)\b|\bsig(?:term|hup|int|quit|kill|usr[12])\b"
    r"|\bworker exiting\b|\bbooting worker\b|\bshutting down\b|\bshutdown\b|\bmaintenance\b|\bmigrat"
    r"|\b(?:import|export|sync|restore|clean-?up|purge|re-?index(?:ing)?|retention)(?: \w+)?"
    r" (?:finished|completed|done)\b"
    r"|\bfailover\b|\bpromoted\b|\bswitched (?:to|over)|\bupgrad(?:ed|ing)\b"
    r"|^(?:Backup )?Server \S+ is (?:UP|DOWN|going|stopping)\b"
)
# The death of a process is an error of its own, not what a failing request logged; the kernel's and supervisors' words.
_DIED = r"(?i)\bsig(?:kill|segv|abrt|bus)\b|\bout of memory\b|\boom[ -]?kill|\bkilled process\b|\bexited on signal\b"
_GRAVE = ("warning", "error", "critical")
# The words of a message without what differs from one occasion to the next.
_VARIABLE = r"\"[^\"]*\"|'[^']*'|\S*\d\S*"


def find_preceding(
    events: pl.DataFrame, failing: pl.DataFrame, started: datetime, exchanges: pl.DataFrame
) -> Evidence | None:
    """Gives the last change from five minutes before the first failure until that request had failed.

    It precedes; that it caused anything is not said. A record that tells of a change comes first if it is near; else
    something new in the failing requests themselves, such as a server or a program never seen before; else an
    application's log that falls silent; else an older record.
    """
    told = _told(events, failing, started)
    if told is not None and started - told["timestamp"] <= _NEAR:
        return _said(told, started)
    return (
        find_novelty(exchanges, failing, started)
        or (None if _is_thinned(exchanges, started) else find_silence(events, started))
        or (None if told is None else _said(told, started))
    )


def _is_thinned(exchanges: pl.DataFrame, started: datetime) -> bool:
    """Tells whether rows before the first failure stand for others: what was left out is no silence."""
    near = pl.col("timestamp").is_between(started - _LOOK_BACK, started + _LOOK_BACK)
    return bool(weighed(exchanges).select((near & (pl.col(WEIGHT) > 1)).any()).item())


def _told(events: pl.DataFrame, failing: pl.DataFrame, started: datetime) -> dict[str, datetime] | None:
    """Gives the last record of a change.

    A change inside the first failing request counts (a reload that the request itself met), warnings and errors of the
    failures do not, and neither do the lines with which a log begins, nor what a source has said several times before.
    """
    first = failing.sort("timestamp", "row").row(0, named=True)
    # A log in whole seconds tells of the first failure up to a second too early.
    until = first["ended_at"] + (_WHOLE if first["stamped_at"].microsecond == 0 else timedelta(0))
    grave = pl.col("level").is_in(_GRAVE).fill_null(value=False)
    died = pl.col("message").str.contains(_DIED)
    own = pl.col("exchange").is_in(failing["exchange"].implode()) | ((pl.col("timestamp") >= started) & ~died)
    moment = pl.col("timestamp").dt.truncate("10s")
    begun = pl.col("timestamp") < pl.col("timestamp").min().over("source") + _START_UP
    records = (
        events.filter(pl.col("kind") != "request", pl.col("timestamp") <= until)
        .with_columns(begun=begun)
        .filter(pl.col("message").str.contains(f"{_CHANGE}|{_DIED}").fill_null(value=False), pl.col("status").is_null())
        .with_columns(template=pl.col("message").str.replace_all(_VARIABLE, "#"), moment=moment)
        .with_columns(moments=pl.col("moment").n_unique().over("source", "template"))
        .sort("timestamp", "source", "line")
    )
    found = records.filter(
        ~pl.col("begun"), pl.col("timestamp") >= started - _LOOK_BACK, pl.col("moments") < _ROUTINE, ~(grave & own)
    )
    return _first_of_burst(found)


def _first_of_burst(records: pl.DataFrame) -> dict[str, datetime] | None:
    """Gives the last record, or where it belongs to a burst of one source (a stop in ten lines) the first of these."""
    if records.is_empty():
        return None
    last = records.row(-1, named=True)
    mine = records.filter(pl.col("source") == last["source"])
    begins = (pl.col("timestamp").diff() > _BURST).fill_null(value=True)
    return mine.filter(begins).row(-1, named=True)


def _said(row: dict[str, datetime], started: datetime) -> Evidence:
    place = reference(str(row["source"]), int(str(row["line"])), str(row["format"]))
    message = str(row["message"])
    clipped = message if len(message) <= _MOST_CHARACTERS else f"{message[:_MOST_CHARACTERS].rstrip()} …"
    return Evidence(f"{apart(row['timestamp'], started)}: {clipped}", place)
