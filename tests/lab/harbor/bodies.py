"""Reads and checks the JSON body of a request."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from flask import Request
from werkzeug.exceptions import BadRequest, UnsupportedMediaType


class InvalidBodyError(Exception):
    """Well-formed JSON that is not what the route needs; `problems` by field."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__("; ".join(f"{field}: {problem}" for field, problem in problems.items()))
        self.problems = problems


def read(request: Request, required: Collection[str]) -> dict[str, Any]:
    """The body as an object; raises UnsupportedMediaType, BadRequest or InvalidBodyError."""
    if request.mimetype != "application/json":
        raise UnsupportedMediaType(f"content type {request.mimetype or 'none'} is not supported, send application/json")
    try:
        body = json.loads(request.get_data())
    except ValueError as malformed:
        raise BadRequest(f"malformed JSON: {malformed}") from malformed
    if problems := {field: "field required" for field in required if field not in body}:
        raise InvalidBodyError(problems)
    return dict(body)
