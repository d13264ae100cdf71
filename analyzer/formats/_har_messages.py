"""Reads the frames of WebSockets and the messages of event streams."""

from __future__ import annotations

from typing import Any

from analyzer.formats._har_values import amount, mapping, sequence


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


def describe_messages(entry: dict[str, Any], start_us: int | None) -> str | None:
    """Gives counts such as `websocket: 1 sent, 2 received, last after 15 ms`, null if the entry has no messages."""
    frames = [mapping(frame) for frame in sequence(entry.get("_webSocketMessages"))]
    if frames:
        sent = sum(frame.get("type") in ("send", "request") for frame in frames)
        return f"websocket: {sent} sent, {len(frames) - sent} received{_last(frames, start_us)}"
    stream = [mapping(message) for message in sequence(entry.get("_eventSourceMessages"))]
    return f"event stream: {len(stream)} received{_last(stream, start_us)}" if stream else None


def _last(messages: list[dict[str, Any]], start_us: int | None) -> str:
    times = [time for message in messages if (time := amount(message.get("time"))) is not None]
    if not times or start_us is None:
        return ""
    return f", last after {round(max(times) * 1000 - start_us / 1000):,} ms"
