"""Writes how to see a real failing request again: a command with secrets as variables, and numbered steps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import polars as pl

from analyzer.counted import counted, stand_for_others
from analyzer.diagnose._curl import words_of
from analyzer.diagnose._shell import command_line
from analyzer.formats import HarEntry
from analyzer.model import Reproduction

_COMMANDS = {"dig": "Ask for the name", "openssl": "Open the TLS connection"}


def reproduce(row: Mapping[str, Any], window: pl.DataFrame) -> Reproduction | None:
    """Gives the command and steps for an exchange; None if neither host nor path is known.

    window: the exchanges on the same endpoints while the incident lasted, with client and failing (Boolean).
    """
    words = words_of(row)
    if words is None:
        return None
    return Reproduction(command_line(words), tuple(_steps(row, words[0][0], window)), words)


def in_detail(
    reproduction: Reproduction, row: Mapping[str, Any], entry: HarEntry | None, journey: Sequence[str], *, agent: bool
) -> Reproduction:
    """Gives the reproduction with what a HAR tells of the request, and with the steps that led to it.

    row: the exchange with its facts; entry: what the HAR holds of it, if it is in one; agent: whether the user agent
    separates failing from working requests.
    """
    words = words_of(row, entry, agent=agent) or reproduction.words
    return replace(reproduction, curl=command_line(words), words=words, steps=(*journey, *reproduction.steps))


def runnable(reproduction: Reproduction) -> Reproduction:
    """Gives a redacted reproduction with its command quoted anew, as a placeholder must become a variable."""
    return replace(reproduction, curl=command_line(reproduction.words)) if reproduction.words else reproduction


def _steps(row: Mapping[str, Any], program: object, window: pl.DataFrame) -> Iterator[str]:
    failed, requests = counted(window, pl.col("failing")), counted(window)
    begin = _COMMANDS.get(str(program), "Send the request below")
    if row.get("status") == 429:
        begin += " again and again, as the client did"
    yield f"{begin}; {_repeats(row, failed, requests, window)}."
    if program == "curl":
        yield "Note the status, the times that curl prints at the end, and the request id of the answer."
    if _others_worked(window):
        same = "Send the same request" if program == "curl" else "Do the same"
        yield f"{same} as a client that was not affected, and compare."


def _others_worked(window: pl.DataFrame) -> bool:
    """Whether a request of a client without any failure is there; where no client is named, whether any worked."""
    worked = window.filter(~pl.col("failing"))
    affected = window.filter(pl.col("failing"))["client"].drop_nulls()
    return not worked.filter(~pl.col("client").is_in(affected.implode()).fill_null(value=False)).is_empty()


def _repeats(row: Mapping[str, Any], failed: int, requests: int, window: pl.DataFrame) -> str:
    if requests <= 1:
        return "this one request failed"
    said = f"{failed:,} of {requests:,} such requests failed while the incident lasted"
    client = row.get("client")
    if client is None:
        return said
    if stand_for_others(window):  # then not all requests of the client are known
        return said
    own = window.filter(pl.col("client") == client)
    asked = counted(own)
    if asked in (0, requests):
        return f"{said}, all of one client" if asked else said
    return f"{said}, {counted(own, pl.col('failing')):,} of {asked:,} of the same client"
