"""Writes a curl command for a real failing request, with secrets as shell variables."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping

from analyzer.model import Reproduction

_NEEDS_LOGIN = (401, 403)
_NO_BODY = ("GET", "HEAD", "OPTIONS", "DELETE", None)


def reproduce(row: Mapping[str, object], failed: int, requests: int) -> Reproduction | None:
    """Gives the command and steps; None if neither host nor path is known. Everything is quoted for a POSIX shell."""
    if row.get("path") is None or row.get("method") is None:
        return None
    host = row.get("host")
    scheme = row.get("scheme") or "https"
    target = _quoted(str(row["target"]))
    parts = ["curl -sv --globoff"]
    if row["method"] == "HEAD":
        parts.append("--head")
    elif row["method"] != "GET":
        parts.append(f"-X {shlex.quote(str(row['method']))}")
    parts.append(f"{shlex.quote(f'{scheme}://{host}')}{target}" if host else f'"${{HOST:?}}"{target}')
    if row.get("auth_present") or row.get("status") in _NEEDS_LOGIN:
        scheme_name = row.get("auth_scheme") or "Bearer"
        by_cookie = scheme_name == "Cookie"
        variable = "COOKIE" if by_cookie else "TOKEN"
        header = shlex.quote("Cookie: " if by_cookie else f"Authorization: {scheme_name} ")
        parts.append(f'-H {header}"${{{variable}:?}}"')
    if row.get("method") not in _NO_BODY:
        content_type = row.get("request_content_type") or "application/json"
        parts.append(f"-H {shlex.quote(f'Content-Type: {content_type}')}")
        parts.append('--data @"${BODY_FILE:?}"')
    return Reproduction(" ".join(parts), tuple(_steps(row, failed, requests)))


def _steps(row: Mapping[str, object], failed: int, requests: int) -> Iterator[str]:
    counted = f"{failed:,} of {requests:,} such requests failed" if requests > 1 else "this one request failed"
    again = (
        "Send the request below again and again, as the client did"
        if row.get("status") == 429
        else "Send the request below"
    )
    yield f"{again}; {counted} while the incident lasted."
    yield "Note the status, the response headers and the request id of the answer."
    if failed < requests:
        yield "Send the same request as a client that was not affected, and compare."


def with_variables(command: str) -> str:
    """Puts a shell variable in the place of each placeholder, so that the redacted command still runs.

    Relies on every placeholder standing inside single quotes, as reproduce writes them.
    """
    return re.sub(r"\[redacted:([a-z_]+):([0-9a-f]{12})\]", _variable, command)


def _variable(match: re.Match[str]) -> str:
    return f"'\"${{{match[1].upper()}_{match[2]}:?}}\"'"


def _quoted(text: str) -> str:
    """Quotes in any case: what redaction puts in later must stand inside quotes."""
    return "'" + text.replace("'", "'\"'\"'") + "'"
