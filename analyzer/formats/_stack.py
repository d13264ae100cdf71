"""Finds the stack trace in a message of several lines, and tells its exception and its innermost frame."""

from __future__ import annotations

import polars as pl

from analyzer.formats import _slots, _stack_languages, _text_times
from analyzer.formats._stack_languages import TYPE

_COLUMNS = ("stack_trace", "exception_type", "exception_message", "top_frame")
_CONTINUES = (
    r"^[ \t]"
    r"|^(?:! ?)?(?:Caused by|Wrapped by|Suppressed): "
    r"|^Traceback \(most recent call last\)"
    r"|^(?:During handling of the above|The above exception was the direct)"
    r"|^\.\.\. [0-9]+ (?:more|common frames)"
    r"|^---> |^--- End of |^<---$"
    r"|^(?:Stack trace:|\[stacktrace\]|\[previous exception\])"
    r"|^#[0-9]+ "
    r"|^at [^\s(]+ ?[(:]"
    r"|^Node\.js v[0-9]"
    r"|^panic\((?:0x|\{)|^goroutine [0-9]+ \[|^created by [^\s]|^\[signal |^exit status [0-9]"
    r"|^[A-Za-z0-9_./*()\[\]{}~-]*[A-Za-z0-9_)]\.[A-Za-z0-9_.()*\[\]]+\((?:0x|\{|\.\.\.|\))[^\"]*$"
    r'|^Exception in thread "|^Unhandled exception\. '
    rf"|^{TYPE}(?:: |$)"
)
# Where a trace begins in a message: at its title, at the exception above the frames, or at the frames themselves.
_OPENING = r'(?:! )?(?:Exception in thread "[^"\n]*" |Unhandled exception\. |Uncaught )?'
_EXCEPTION = rf"{_OPENING}{TYPE}(?: (?:\([^()\n]*\)|\[[0-9A-Z_]+\]))?(?::[^\n]*)?"
_FRAME = r"(?:! )?[ \t]*(?:at [^\n]*|---> [^\n]*|--- End of [^\n]*)"
_BEGINS = (
    r"[ \t|+-]*(?:Exception Group )?Traceback \(most recent call last\):"
    rf"|[ \t]*{_EXCEPTION}\n(?:[^\n]*\n){{0,8}}?{_FRAME}"
    r"|[ \t]+at [^\n]*[(:.<]"
    r"|(?:! )?(?:Caused by|Wrapped by): "
    r"|panic: |fatal error: |goroutine [0-9]+ \["
    r"|[A-Za-z0-9_./*()\[\]{}~-]*\.[A-Za-z0-9_.()*\[\]-]+(?:\([^\n]*\))?\n\t[^\s]+\.go:[0-9]+"
    r"|(?:Stack trace:|\[stacktrace\])\n|#0 [^\n]+(?:\n|$)"
    r"|[^\s:]+:[0-9]+:in [`'][^\n]*\n\s+from "
    r"|\s+from [^\s:]+:[0-9]+:in [`']"
    r"|[ \t]*[^\s:]+\.(?:rb|erb):[0-9]+:in [`']"
)
_BEGIN = rf"(?m)^(?:{_BEGINS})"

_TITLE = r"Traceback \(most recent call last\):"
_UNCAUGHT = (
    r'Exception in thread "|Unhandled exception[.:] |Unhandled Exception: '
    r"|(?:file://)?/[^\s:]+\.[cm]?[jt]s:[0-9]+(?:\n|$)|node:[a-z_/]+:[0-9]+(?:\n|$)"  # Node.js
)


def continues(raw: pl.Expr) -> pl.Expr:
    """Whether a line looks like one of a stack trace, which goes on with the event above.

    So look indented lines, the titles between frames, Go's frames, and the line that names an exception alone.
    """
    return raw.str.contains(_CONTINUES)


def begins(raw: pl.Expr) -> pl.Expr:
    """Whether a line starts with a time, so that it goes on with nothing, even if no format can read it."""
    return raw.str.contains(rf"^(?:[\[(<]|\[?[A-Z]{{4,8}}\]?[ :]+[\[(<]?)?{_text_times.ANY}")


def crashes(raw: pl.Expr) -> pl.Expr:
    """Whether a line is the first of what a runtime writes for an exception that nobody caught."""
    return raw.str.contains(rf"^(?:{_TITLE}|{_UNCAUGHT})")


def breaks(raw: pl.Expr) -> pl.Expr:
    """Whether a line goes on with nothing: it starts with a time, or no logger writes it below a record."""
    return begins(raw) | raw.str.contains(f"^(?:{_UNCAUGHT})")


def chains(raw: pl.Expr) -> pl.Expr:
    """Whether the traceback below this line belongs to the one above it."""
    return raw.str.contains(r"^(?:During handling of the above|The above exception was the direct)")


def fill(events: pl.DataFrame) -> pl.DataFrame:
    """Adds stack_trace, exception_type, exception_message, top_frame to events of several lines that hold a trace.

    The message keeps what stands above the trace. What a record named itself is kept. Python raises its last
    exception; of Java's and .NET's chains the root cause is told.
    """
    needy = []
    if "message" in events.columns:
        needy.append(pl.col("message").str.contains("\n", literal=True))
    if "stack_trace" in events.columns:
        needy.append(pl.col("stack_trace").is_not_null())
    if not needy:
        return events
    needs = events.select(pl.any_horizontal(needy).fill_null(value=False)).to_series()
    if not needs.any():
        return events
    numbered = events.with_row_index("_row")
    found = _found(numbered.filter(needs))
    return _merge(numbered, found)


def _found(rows: pl.DataFrame) -> pl.DataFrame:
    """Gives _row, _said (the message above the trace, null where it is not shortened) and the four columns."""
    written, message = _slots.optional(rows, "stack_trace"), _slots.optional(rows, "message")
    begin = pl.when(written.is_null()).then(message.str.find(_BEGIN))
    whole = message.cast(pl.Binary)
    above, below = (whole.bin.slice(0, begin), whole.bin.slice(begin))
    split = rows.select(
        "_row",
        said=pl.when(begin.is_not_null()).then(above.cast(pl.String)).str.strip_chars(),
        trace=pl.when(begin.is_not_null()).then(below.cast(pl.String)).otherwise(written).str.strip_chars_end(),
        apart=begin.is_not_null(),
    )
    read = _stack_languages.read(split.filter(pl.col("trace").is_not_null()))
    first = pl.coalesce(
        pl.when(pl.col("said") != "").then("said"),
        pl.when(pl.col("trace").str.starts_with("Traceback")).then(
            pl.concat_str("exception_type", "exception_message", separator=": ", ignore_nulls=True)
        ),
        pl.col("trace").str.extract(r"^([^\n]*)", 1),
    )
    return read.select(
        "_row", pl.when("apart").then(first).alias("_said"), pl.col("trace").alias("stack_trace"), *_COLUMNS[1:]
    )


def _merge(numbered: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    have = [name for name in _COLUMNS if name in numbered.columns]
    joined = numbered.join(found, on="_row", how="left", maintain_order="left", suffix="_found")
    kept = [pl.coalesce(name, f"{name}_found").alias(name) for name in have]
    if "message" in numbered.columns:
        said = pl.when(pl.col("_said") == "").then(None).otherwise(pl.coalesce("_said", "message"))
        kept.append(said.alias("message"))
    return joined.with_columns(kept).drop("_row", "_said", *(f"{name}_found" for name in have))
