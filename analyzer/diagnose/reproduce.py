"""Writes a curl command for a real failing request, with secrets as shell variables."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

from analyzer.model import Reproduction

_NEEDS_LOGIN = (401, 403)
_NO_BODY = ("GET", "HEAD", "OPTIONS", "DELETE", None)


def reproduce(row: Mapping[str, object], failed: int, requests: int) -> Reproduction | None:
    """Gives the command and steps; None if neither host nor path is known. Everything is quoted for a POSIX shell."""
    if row.get("path") is None or row.get("method") is None:
        return None
    host = row.get("host")
    scheme = row.get("scheme") or "https"
    address = f"{scheme}://{host}{row['target']}" if host else f'"${{HOST:?}}"{shlex.quote(str(row["target"]))}'
    parts = ["curl -sv", f"-X {shlex.quote(str(row['method']))}", shlex.quote(address) if host else address]
    if row.get("auth_present") or row.get("status") in _NEEDS_LOGIN:
        scheme_name = row.get("auth_scheme") or "Bearer"
        parts.append(f'-H {shlex.quote(f"Authorization: {scheme_name} ")}"${{TOKEN:?}}"')
    if row.get("method") not in _NO_BODY:
        content_type = row.get("request_content_type") or "application/json"
        parts.append(f"-H {shlex.quote(f'Content-Type: {content_type}')}")
        parts.append('--data @"${BODY_FILE:?}"')
    steps = (
        f"Send the request below; {failed:,} of {requests:,} such requests failed in the window.",
        "Note the status, the response headers and the request id of the answer.",
        "Send the same request as a client that was not affected, and compare.",
    )
    return Reproduction(" ".join(parts), steps)
