"""Names the fields that a validation error complains of, as `items.0.price: field required`, never their values."""

from __future__ import annotations

from typing import Any

from analyzer.formats._har_values import mapping, text

_MOST = 10
_DEEPEST = 6
_PATHS = ("loc", "field", "pointer", "instancePath", "property", "propertyName", "fieldName", "param", "path")
_MESSAGES = (
    "msg", "message", "defaultMessage", "description", "detail", "errorSummary", "title", "reason", "error",
)  # fmt: skip
_NAMES = ("code", "type")  # say something only beside the name of a field
# What the client sent is content, and may be a secret.
_SENT = ("input", "value", "rejectedValue", "ctx", "received", "attemptedValue", "params")
_NOT_A_FIELD = ("", "non_field_errors", "__all__", "$", "base", "_errors")


def describe_fields(errors: Any) -> str | None:
    """Gives `field: message` for each, ten at most, from a list of objects or an object of messages by field.

    FastAPI and pydantic (loc, msg), Spring (field, defaultMessage), google.rpc.BadRequest (field, description),
    JSON:API (source.pointer, detail), express-validator (path, msg), ASP.NET, Laravel, Rails and DRF (an object).
    """
    found = list(dict.fromkeys(_lines(errors, "", 0)))
    more = f"; and {len(found) - _MOST} more" if len(found) > _MOST else ""
    return joined_sentences(*(line[:200] for line in found[:_MOST])) + more if found else None


def joined_sentences(*sentences: str) -> str:
    """Gives the sentences in one, parted by semicolons."""
    *others, last = sentences
    return "; ".join([*(sentence.rstrip(". ") for sentence in others), last])


def is_by_field(value: dict[str, Any]) -> bool:
    """Whether this is Django REST framework's answer to bad input: every field has a list of messages."""
    return 0 < len(value) <= 50 and all(isinstance(found, list) and _holds_text(found) for found in value.values())


def _holds_text(messages: list[Any]) -> bool:
    return bool(messages) and all(isinstance(item, str) for item in messages)


def _lines(errors: Any, name: str, depth: int) -> list[str]:
    if depth > _DEEPEST:
        return []
    if isinstance(errors, list):
        return [line for item in errors[:100] for line in _lines(item, name, depth + 1)]
    if isinstance(errors, dict):
        path, message = _path(errors), _message(errors)
        if depth and (path or message is not None):
            said = message or next((found for key in _NAMES if path and (found := text(errors.get(key)))), None)
            return [_line(_joined(name, path), said)]
        return [
            line
            for key, inner in list(errors.items())[:100]
            if not depth or not (key in _SENT or (key in _NAMES and isinstance(inner, str)))
            for line in _lines(inner, name if key in _NOT_A_FIELD else _joined(name, key), depth + 1)
        ]
    message = text(errors)
    return [_line(name, message)] if message is not None else []


def _line(name: str, message: str | None) -> str:
    return ": ".join(part for part in (name, message) if part)


def _joined(*parts: str) -> str:
    return ".".join(part for part in parts if part)


def _message(item: dict[str, Any]) -> str | None:
    if constraints := mapping(item.get("constraints")):  # class-validator
        return text(next(iter(constraints.values())))
    return next((found for name in _MESSAGES if isinstance(item.get(name), str) and (found := text(item[name]))), None)


def _path(item: dict[str, Any]) -> str:
    if "extensions" in item or "locations" in item:  # GraphQL: the path is one of the response
        return ""
    found = next((item[name] for name in _PATHS if item.get(name)), mapping(item.get("source")).get("pointer"))
    if isinstance(found, list):
        return ".".join(str(part) for part in found[:20] if isinstance(part, str | int))
    return found if isinstance(found, str) else ""
