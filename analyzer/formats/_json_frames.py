"""Writes the frames that a record lists as objects as the stack trace that the language itself would print."""

from __future__ import annotations

from typing import Any

_CAUSE = "\n\nThe above exception was the direct cause of the following exception:\n\n"


def python_trace(exceptions: Any) -> str | None:
    """Gives Python's text for structlog's list of exceptions, the raised one first; None if it is another shape.

    See https://www.structlog.org/en/stable/api.html#structlog.tracebacks.ExceptionDictTransformer.
    """
    if not isinstance(exceptions, list) or not all(isinstance(item, dict) for item in exceptions) or not exceptions:
        return None
    return _CAUSE.join(_python_block(item) for item in reversed(exceptions))


def _python_block(exception: dict[str, Any]) -> str:
    frames = [
        f'  File "{frame.get("filename")}", line {frame.get("lineno")}, in {frame.get("name")}'
        for frame in _objects(exception.get("frames"))
    ]
    value = exception.get("exc_value")
    raised = f"{exception.get('exc_type')}: {value}" if value else str(exception.get("exc_type"))
    return "\n".join(["Traceback (most recent call last):", *frames, raised])


def java_trace(thrown: Any, names: tuple[str, str, str]) -> str | None:
    """Gives Java's text for a throwable; names are its keys for class, frames and cause. None if it is another shape.

    Frames hold className, methodName, fileName, lineNumber, or class, method, file, line.
    """
    if not isinstance(thrown, dict):
        return None
    kind, frames, cause = names
    blocks: list[str] = []
    while isinstance(thrown, dict) and len(blocks) < _MOST_CAUSES:
        message = thrown.get("message")
        head = f"{thrown.get(kind)}: {message}" if message else str(thrown.get(kind))
        blocks.append("\n".join([head, *(f"\tat {_java_frame(frame)}" for frame in _objects(thrown.get(frames)))]))
        thrown = thrown.get(cause)
    return "\nCaused by: ".join(blocks)


_MOST_CAUSES = 20


def _java_frame(frame: dict[str, Any]) -> str:
    owner, method, file, line = (
        frame.get(long, frame.get(short))
        for long, short in (("className", "class"), ("methodName", "method"), ("fileName", "file"),
                            ("lineNumber", "line"))
    )  # fmt: skip
    place = f"{file}:{line}" if file and isinstance(line, int) and line > 0 else file or "Unknown Source"
    return f"{owner}.{method}({place})"


def _objects(items: Any) -> list[dict[str, Any]]:
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
