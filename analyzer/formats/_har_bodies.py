"""Reads what both bodies of an entry tell into values of its row; the bodies themselves are not kept."""

from __future__ import annotations

from hashlib import sha256
from typing import Any, NamedTuple

from analyzer.formats._error_body import find_problem
from analyzer.formats._error_json import Problem
from analyzer.formats._har_body import body_kind, body_state, body_text
from analyzer.formats._har_headers import Headers
from analyzer.formats._har_request_body import request_body_columns, request_body_text
from analyzer.formats._har_request_fields import request_fields
from analyzer.formats._har_token_places import token_columns

_STRUCTURED = ("json", "xml", "form")


class Bodies(NamedTuple):
    """The values by canonical column, the text of a failure's body, to quote from, and what tells requests' apart."""

    columns: dict[str, Any]
    shown: str | None
    posted: str | None


def read_bodies(request: dict[str, Any], response: dict[str, Any], sent: Headers, status: int | None) -> Bodies:
    """Gives kind, state and fault of the bodies, the error in the response, and the claims of the entry's token."""
    failed = status is not None and status >= 400
    kind = body_kind(response["content"])
    # Of what is neither shown nor searched no base64 is decoded: most of a capture is scripts and images.
    answered = body_text(response["content"]) if failed or kind in _STRUCTURED else None
    posted = request_body_text(request)
    problem = find_problem(answered, kind, failed=failed)
    content = request_body_columns(request, sent, posted, _told(problem, answered, kind) if failed else None)
    columns = {
        **content,
        "request_fields": request_fields(request, posted, content["request_body_kind"]),
        "body_state": body_state(response, status),
        "body_kind": kind,
        "error_code": problem.code,
        "error_title": problem.title,
        "error_detail": problem.detail,
        **token_columns(request, sent, posted, None if failed or kind != "json" else answered),
    }
    digest = sha256(posted.encode("utf-8", "surrogatepass")).hexdigest() if posted else None
    return Bodies(columns, answered if failed else None, digest)


def _told(problem: Problem, answered: str | None, kind: str | None) -> str | None:
    """Gives the words of an error: those of its fields, else a body of plain text (markup has words of its own)."""
    return " ".join(filter(None, problem)) or (answered if kind == "text" else None)
