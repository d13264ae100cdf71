"""Reads the frames of WebSockets and the messages of event streams."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from analyzer.formats._har_values import amount, mapping, number, sequence

_CLOSE = 8  # opcode, RFC 6455, 5.2
_SENT = ("send", "request", "outgoing")
_CLOSE_FIELDS = ("_webSocketClose", "_webSocketCloseCode")
_ABORTED = 1006  # the connection ended without a close frame
_UNTOLD = 1005  # no code was in the frame, RFC 6455, 7.4.1


def message_seconds(value: Any, start_us: int | None) -> float | None:
    """Gives seconds since 1970: Chrome and mitmproxy write seconds, Playwright milliseconds.

    The unit that lies nearer to the start of the entry is right; without a start the size decides.
    """
    time = amount(value)
    if time is None:
        return None
    start = 1e9 if start_us is None else start_us / 1e6
    return min(time, time / 1000, key=lambda seconds: abs(seconds - start))


def with_seconds(messages: Any, start_us: int | None) -> list[Any]:
    """Gives the messages with their times in seconds."""
    return [
        {**message, "time": message_seconds(message.get("time"), start_us)} if isinstance(message, dict) else message
        for message in sequence(messages)
    ]


def message_counts(entry: dict[str, Any]) -> dict[str, int | None]:
    """Gives messages_sent, messages_received and close_code; null where the capture holds none of it.

    Control frames (opcodes 8 to 15, RFC 6455, 5.5) and errors that a browser reports are no messages.
    """
    frames = [mapping(frame) for frame in sequence(entry.get("_webSocketMessages"))]
    stream = sequence(entry.get("_eventSourceMessages"))
    if not frames and not stream:
        return {"messages_sent": None, "messages_received": None, "close_code": _close_code(entry, frames)}
    messages = [frame for frame in frames if _is_message(frame)]
    sent = sum(frame.get("type") in _SENT for frame in messages)
    received = len(messages) - sent if frames else len(stream)
    return {
        "messages_sent": sent if frames else None,
        "messages_received": received,
        "close_code": _close_code(entry, frames),
    }


def describe_messages(entry: dict[str, Any], start_us: int | None) -> str | None:
    """Gives counts such as `websocket: 1 sent, 2 received, last after 15 ms`, null if the entry has no messages."""
    frames = [mapping(frame) for frame in sequence(entry.get("_webSocketMessages"))]
    if frames:
        counted = message_counts(entry)
        closed = "" if counted["close_code"] is None else f", closed with {counted['close_code']}"
        told = f"websocket: {counted['messages_sent']} sent, {counted['messages_received']} received"
        return f"{told}{_last(frames, start_us)}{closed}"
    stream = [mapping(message) for message in sequence(entry.get("_eventSourceMessages"))]
    return f"event stream: {len(stream)} received{_last(stream, start_us)}" if stream else None


def _is_message(frame: dict[str, Any]) -> bool:
    opcode = amount(frame.get("opcode"))
    return (opcode is None or opcode < _CLOSE) and frame.get("type") != "error"


def _close_code(entry: dict[str, Any], frames: list[dict[str, Any]]) -> int | None:
    """Gives the code that a tool names (HTTP Toolkit: {"code", "reason"} or "aborted"), else the last close frame's."""
    for name in _CLOSE_FIELDS:
        told = entry.get(name)
        if told is None:
            continue
        if told == "aborted":
            return _ABORTED
        code = _code(mapping(told).get("code") if isinstance(told, dict) else told)
        if code is not None:
            return code
    closing = next((frame for frame in reversed(frames) if amount(frame.get("opcode")) == _CLOSE), None)
    return None if closing is None else _code(_first_bytes(closing.get("data")))


def _code(value: Any) -> int | None:
    found = number(value)
    known = found is not None and found.is_integer() and 1000 <= found <= 4999 and found != _UNTOLD
    return int(found) if known and found is not None else None


def _first_bytes(data: Any) -> int | None:
    """Gives the first two bytes of a close frame, in network byte order (RFC 6455, 5.5.1).

    Data of frames that are no text stands in base64. Some tools write the code itself.
    """
    if not isinstance(data, str):
        return None
    if len(data) >= 4 and data[:4].isdecimal() and data[:4].isascii() and (len(data) == 4 or not data[4].isalnum()):
        return int(data[:4])
    try:
        # Four digits of base64 hold three bytes; a reason may follow.
        start = base64.b64decode(data[:4] + "=" * (-len(data[:4]) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
    return int.from_bytes(start[:2], "big") if len(start) >= 2 else None


def _last(messages: list[dict[str, Any]], start_us: int | None) -> str:
    times = [time for message in messages if (time := amount(message.get("time"))) is not None]
    if not times or start_us is None:
        return ""
    return f", last after {round(max(times) * 1000 - start_us / 1000):,} ms"
