"""Finds code, title and detail of an error in JSON, in the shapes that APIs use."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, NamedTuple

from analyzer.formats._error_fields import describe_fields, is_by_field, joined_sentences
from analyzer.formats._har_values import mapping, sequence, text

_CODES = ("code", "error_code", "errorCode", "Code", "__type", "errorType")
_DETAILS = (
    "message", "detail", "error_description", "errorSummary", "error_message", "errorMessage", "Message",
    "description", "reason", "msg",
)  # fmt: skip
_LISTS = ("errors", "errorCauses", "details", "violations", "invalid_params", "invalid-params")
_PHRASES = frozenset(status.phrase.lower() for status in HTTPStatus)


class Problem(NamedTuple):
    """What an error says of itself; title is the part that is the same for all errors of its kind (RFC 9457)."""

    code: str | None = None
    title: str | None = None
    detail: str | None = None


NOTHING = Problem()


def problem_in_json(value: Any, *, failed: bool) -> Problem:
    """Gives code, title and detail; the body of a success is an error only if it says error or errors.

    RFC 9457 problem details, RFC 6749 (5.2), GraphQL, JSON:API, google.rpc.Status (AIP-193), AWS JSON protocols,
    Spring Boot, ASP.NET ValidationProblemDetails, FastAPI, Django REST framework, OData, Okta, GitHub, Lambda.
    """
    found = mapping(sequence(value)[0]) if sequence(value) else mapping(value)
    error = next((found[name] for name in ("error", "odata.error", "errors") if found.get(name)), None)
    if error is None or isinstance(error, bool | int | float):
        return _of_failure(found) if failed else NOTHING
    if isinstance(error, dict) and error is not found.get("errors"):
        return _of_object(error)
    if isinstance(error, list | dict):
        return _of_list(found, error)
    return _of_text(found, str(error))


def _of_failure(value: dict[str, Any]) -> Problem:
    """Reads what is an error only because the status says so: problem details, or fields at the top."""
    if not value:
        return NOTHING
    if is_by_field(value) and not any(name in value for name in _DETAILS):
        return Problem(detail=describe_fields(value))
    kind = text(value.get("type"))
    code = _code(value) or (kind if kind != "about:blank" else None)
    title = text(value.get("title"))
    detail = _detail(value)
    return Problem(code or (text(value.get("reason")) if detail != text(value.get("reason")) else None), title, detail)


def _of_object(error: dict[str, Any]) -> Problem:
    named = (text(error.get(name)) for name in ("type", "status", "reason"))
    # JSON:API repeats the status, and express-validator says that a field is a field.
    code = _code(error) or next((name for name in named if name and name != "field" and not name.isdigit()), None)
    return Problem(code or _first(mapping(error.get("extensions")), _CODES), text(error.get("title")), _detail(error))


def _of_list(value: dict[str, Any], errors: Any) -> Problem:
    """Reads errors: a list of objects or texts, or an object of messages by field."""
    head = mapping(errors[0]) if isinstance(errors, list) else {}
    inner, outer = _of_object(head) if head else NOTHING, _of_failure({**value, "errors": None})
    kind = text(value.get("type"))
    said = outer.detail or (
        None if outer.title else inner.detail if len(sequence(errors)) < 2 and not outer.code else None
    )
    fields = describe_fields(errors)
    detail = _together(said, fields)
    return Problem(outer.code if kind or _code(value) else inner.code, outer.title or inner.title, detail)


def _of_text(value: dict[str, Any], error: str) -> Problem:
    """Reads error: a code with its description (RFC 6749), a reason phrase (Spring, Nest, Rails) or a sentence."""
    code, detail = _code(value), _detail(value, without=("error",))
    if error.strip().lower() in _PHRASES:
        return Problem(code, error, detail)
    if " " not in error.strip():
        return Problem(text(error), None, detail)
    return Problem(code, None, text(error)) if detail is None else Problem(code, text(error), detail)


def _code(value: dict[str, Any]) -> str | None:
    """Gives the most telling code: google.rpc names a reason or status beside its number."""
    if reason := _google_reason(value):
        return reason
    found = _first(value, _CODES)
    status = value.get("status")
    if found and found.lstrip("-").isdigit() and isinstance(status, str) and not status.isdigit():
        return status
    # AWS: "namespace#Name:uri" is Name (restJson1 protocol, operation error serialization).
    return found.rpartition("#")[2].partition(":")[0] if found and ("#" in found or "__type" in value) else found


def _google_reason(value: dict[str, Any]) -> str | None:
    for item in (*sequence(value.get("details"))[:20], *sequence(value.get("errors"))[:1]):
        detail = mapping(item)
        if "ErrorInfo" in str(detail.get("@type")) or "domain" in detail:
            return text(detail.get("reason"))
    return None


def _detail(value: dict[str, Any], *, without: tuple[str, ...] = ()) -> str | None:
    """Gives the message, and the fields that it is about."""
    said = next((found for name in _DETAILS if name not in without and (found := _sentence(value.get(name)))), None)
    fields = next((found for name in _LISTS if (found := _about(value.get(name)))), None)
    return _together(said, fields)


def _together(said: str | None, fields: str | None) -> str | None:
    if said is None or fields is None or fields in said:
        return said or fields
    return fields if said in fields else joined_sentences(said, fields)


def _about(items: Any) -> str | None:
    violations = [
        inner
        for item in sequence(items)[:20]
        for inner in (
            sequence(mapping(item).get("fieldViolations")) or ([item] if "@type" not in mapping(item) else [])
        )
    ]
    return describe_fields(violations or mapping(items) or None)


def _sentence(value: Any) -> str | None:
    if isinstance(value, dict):  # OData: {"lang": "en", "value": "..."}
        return text(value.get("value")) or _first(value, _DETAILS) or describe_fields(value)
    return describe_fields(value) if isinstance(value, list) else text(value)


def _first(value: dict[str, Any], names: tuple[str, ...]) -> str | None:
    return next((found for name in names if (found := text(value.get(name)))), None)
