"""Finds code, title and detail of an error in a response body, whatever form it has."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

from analyzer.formats._error_json import NOTHING, Problem, problem_in_json
from analyzer.formats._error_markup import problem_in_xml
from analyzer.formats._har_text import load_json

LARGEST = 1_000_000
_CODE, _TITLE, _DETAIL = 200, 300, 1000
# A success is parsed only where it may hold an error (GraphQL).
_SAYS_ERROR = re.compile(r'"(?:odata\.)?errors?"\s{0,20}:')


def find_problem(body: str | None, kind: str | None, *, failed: bool) -> Problem:
    """Gives the error that a body of this kind (see kind_of) holds; all null beyond a million characters."""
    if body is None or len(body) > LARGEST:
        return NOTHING
    found = NOTHING
    if kind == "json" and (failed or ("error" in body and _SAYS_ERROR.search(body))):
        found = _in_json(body, failed=failed)
    elif kind == "xml":
        found = problem_in_xml(body, failed=failed)
    elif kind == "form":
        found = _in_form(body)
    code, title, detail = found
    return Problem((code or "")[:_CODE] or None, (title or "")[:_TITLE] or None, (detail or "")[:_DETAIL] or None)


def _in_json(body: str, *, failed: bool) -> Problem:
    start = re.search(r"[{\[]", body[:200])
    try:
        return problem_in_json(load_json(body[start.start() :] if start else body).value, failed=failed)
    except ValueError:
        return NOTHING


def _in_form(body: str) -> Problem:
    """Reads error and error_description, as some token endpoints answer in a form (RFC 6749, 5.2 by name)."""
    if not body.startswith("error") and "&error" not in body[:10_000]:
        return NOTHING
    pairs = dict(parse_qsl(body[:10_000], max_num_fields=100_000))
    return Problem(pairs.get("error"), None, pairs.get("error_description"))
