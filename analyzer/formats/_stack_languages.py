"""Reads stack traces as each language writes them: type and message of the exception, and the innermost frame."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

_NAME = r"[A-Za-z_$][0-9A-Za-z_$]*"
_ENDING = r"(?:Error|Exception|Throwable|Failure|Fault|Interrupt|Exit|Warning|Timeout|Rejection|Death|ExceptionGroup)"
# An exception: by its ending, or a class in a package, which nobody writes at the beginning of a sentence.
TYPE = rf"(?:(?:{_NAME}[.:\\]{{1,2}})*(?:{_NAME})?{_ENDING}(?:`[0-9]+)?|(?:[a-z_][0-9A-Za-z_$]*\.)+[A-Z][0-9A-Za-z_$]*)"
_LOOSE = rf"({_NAME}(?:[.:\\]{{1,2}}{_NAME})*(?:`[0-9]+)?)(?: (?:\([^()\n]*\)|\[[0-9A-Z_]+\]))?(?:: ?([^\n]*))?[ \t]*$"
_EMPTY = pl.lit(None, dtype=pl.String)

_TOLD = ("exception_type", "exception_message", "top_frame")


def read(rows: pl.DataFrame) -> pl.DataFrame:
    """Adds exception_type, exception_message, top_frame to rows with said (the message above) and trace."""
    trace = pl.col("trace")
    language = pl.coalesce(
        pl.when(trace.str.contains(mark)).then(pl.lit(name)) for name, (mark, _) in _LANGUAGES.items()
    ).fill_null("other")
    marked = rows.with_columns(language.alias("_language"))
    read = []
    for (name,), mine in marked.group_by("_language", maintain_order=True):
        tell = _LANGUAGES[str(name)][1] if name in _LANGUAGES else _named_only
        read.append(tell(mine).select(*rows.columns, *(_bare(pl.col(told)) for told in _TOLD)))
    return pl.concat(read) if read else rows.with_columns(_EMPTY.alias(told) for told in _TOLD)


def _bare(text: pl.Expr) -> pl.Expr:
    bare = text.str.strip_chars()
    return pl.when(bare != "").then(bare).alias(text.meta.output_name())


def _tell(rows: pl.DataFrame, kind: pl.Expr, message: pl.Expr, frame: pl.Expr) -> pl.DataFrame:
    return rows.with_columns(exception_type=kind, exception_message=message, top_frame=frame)


def _framed(name: pl.Expr, place: pl.Expr) -> pl.Expr:
    """Gives `name (place)`, or what is known of the two."""
    both = pl.concat_str(name, pl.lit(" ("), place, pl.lit(")"))
    return pl.coalesce(both, place, name)


def _captured(text: pl.Expr, pattern: str) -> pl.Expr:
    return text.str.extract_groups(pattern)


def _field(name: str, number: int) -> pl.Expr:
    return pl.col(name).struct.field(str(number))


def _after_last(text: pl.Expr, title: str) -> pl.Expr:
    """Gives what follows the last of these titles; null where there is none."""
    parts = text.str.split(title)
    return pl.when(parts.list.len() > 1).then(parts.list.last())


def _python(rows: pl.DataFrame) -> pl.DataFrame:
    """The exception stands below the frames, of which the last is the innermost; of several traces the last counts.

    See https://docs.python.org/3/library/traceback.html; groups of exceptions draw a margin of | and +.
    """
    plain = pl.col("trace").str.replace_all(r"(?m)^ *(?:\| |\+ |\+-[+-]+ ?)", "")
    tail = _after_last(plain, "Traceback (most recent call last):").str.replace(r"\A[^\n]*\n", "")
    read = rows.with_columns(_tail=tail).with_columns(
        _closing=_captured(pl.col("_tail"), rf"(?m)^({_NAME}(?:\.{_NAME})*)(?:: ?([^\n]*))?[ \t]*$"),
        _frame=_captured(_after_last(pl.col("_tail"), 'File "'), r'\A([^"\n]+)", line ([0-9]+)(?:, in ([^\n]+))?'),
    )
    place = pl.concat_str(_field("_frame", 1), pl.lit(":"), _field("_frame", 2))
    frame = _framed(_field("_frame", 3).str.strip_chars(), place)
    return _tell(read, _field("_closing", 1), _field("_closing", 2), frame)


def _at(rows: pl.DataFrame) -> pl.DataFrame:
    """Java, .NET and JavaScript: the exception, then ` at ` frames, the innermost first; the last cause is the root.

    See Throwable.printStackTrace, Exception.ToString and https://v8.dev/docs/stack-trace-api.
    """
    # Dropwizard puts ! in front of each line, Tomcat's own log a tab.
    margin = pl.col("trace").str.contains(rf"\A(?:! ?|\t){TYPE}")
    flush = pl.when(margin).then(pl.col("trace").str.replace_all(r"(?m)^(?:! ?|\t)", "")).otherwise("trace")
    read = rows.with_columns(_whole=flush.str.strip_chars_start(" ")).with_columns(_block=_root(pl.col("_whole")))
    bare = pl.col("_block").str.replace(r'^(?:Exception in thread "[^"\n]*" |Unhandled exception\. |Uncaught )', "")
    # Where frames come first, the line above tells the exception, as in `failed: java.io.IOException: no`.
    above = pl.col("said").str.extract(r"([^\n]*)\z", 1)
    read = read.with_columns(
        _first=_captured(pl.when(~pl.col("_block").str.contains(r"^\s*at ")).then(bare), rf"(?m)\A{_LOOSE}"),
        _above=_captured(above, rf"(?:^|[\s:|\"'\[(])({TYPE})(?:: ?([^\n]*))?$"),
        _frame=pl.coalesce(pl.col("_block").str.extract(_AT, 1), pl.col("_whole").str.extract(_AT, 1)),
    )
    inside = _field("_first", 1).is_not_null()
    message = pl.when(inside).then(_field("_first", 2)).otherwise(_field("_above", 2))
    message = pl.when(message != "null").then(message)  # Logback writes it for an exception without one
    return _tell(read, pl.coalesce(_field("_first", 1), _field("_above", 1)), message, _at_frame(pl.col("_frame")))


_AT = r"(?m)^[ \t]*at (.+)$"


def _root(whole: pl.Expr) -> pl.Expr:
    """Gives the part of a trace that tells the cause of all the others; Logback's rootException puts it first."""
    trace = pl.concat_str(pl.lit("\n"), whole)
    cause = pl.coalesce(
        _after_last(trace, "\nCaused by: "),
        *(_exception_only(_after_last(trace, title)) for title in (" ---> ", "[cause]: ")),
        whole,
    )
    return cause.str.replace(r"\A\(Inner Exception #[0-9]+\) ", "")


def _exception_only(block: pl.Expr) -> pl.Expr:
    return pl.when(block.str.contains(rf"\A(?:\(Inner Exception #[0-9]+\) )?{TYPE}")).then(block)


def _at_frame(frame: pl.Expr) -> pl.Expr:
    dotnet = _captured(frame, r"^(.+?)\(.*\) in (.+):line ([0-9]+)").struct
    script = _captured(frame, r"^(?:async )?(.+) \(([^()]+:[0-9]+:[0-9]+)\)").struct
    java = _captured(
        frame, r"^([^\s(]+)\(([^()]*(?:\.[a-z]+:[0-9]+|\.java|\.kt|\.scala|Native Method|Unknown Source))\)"
    ).struct
    place = pl.concat_str(dotnet.field("2"), pl.lit(":"), dotnet.field("3"))
    return pl.coalesce(
        pl.when(place.is_not_null()).then(_framed(dotnet.field("1"), place)),
        pl.when(script.field("1").is_not_null()).then(_framed(script.field("1"), script.field("2"))),
        pl.when(java.field("1").is_not_null()).then(_framed(java.field("1"), java.field("2"))),
        frame.str.extract(r"^(?:async )?([^\s(]+:[0-9]+:[0-9]+)$", 1),
        frame.str.extract(r"^([^\s(]+)\(", 1),
        frame,
    )


_GO_FRAME = r"\A(.+?)(?:\([^()\n]*\))?\n\t([^\s]+\.go:[0-9]+)"


def _go(rows: pl.DataFrame) -> pl.DataFrame:
    """The first goroutine is the one that failed; its frames begin below those that panicking itself adds.

    See https://pkg.go.dev/runtime/debug#Stack. A runtime error is told as such, any other panic as `panic`.
    """
    routines = pl.concat_str(pl.lit("\n"), pl.col("trace")).str.split("\ngoroutine ")
    frames = pl.coalesce(routines.list.get(1, null_on_oob=True), "trace").str.replace(r"\A[0-9]+ [^\n]*\n", "")
    read = rows.with_columns(
        _panic=_captured(_both(), r"(?m)(?:^|[\s:])(?:(panic)|(fatal error))(?: serving [^\s]+)?: ([^\n]*)$"),
        _frames=frames,
    )
    raised = _after_last(pl.concat_str(pl.lit("\n"), pl.col("_frames")), "\npanic(")
    below = pl.coalesce(raised.str.replace(r"\A[^\n]*\n\t[^\n]*\n", ""), "_frames")
    own = below.str.replace(r"\A(?:(?:runtime|runtime/debug)\.[^\n]*\n\t[^\n]*\n)+", "")
    read = read.with_columns(_frame=_captured(own, _GO_FRAME))
    said = _field("_panic", 3).str.replace(r" \[recovered\]$", "")
    runtime = said.str.extract(r"^runtime error: (.*)$", 1)
    named = pl.coalesce(_field("_panic", 1), _field("_panic", 2))
    kind = pl.when(runtime.is_not_null()).then(pl.lit("runtime error")).otherwise(named)
    return _tell(read, kind, pl.coalesce(runtime, said), _framed(_field("_frame", 1), _field("_frame", 2)))


def _both() -> pl.Expr:
    return pl.concat_str(pl.col("said"), pl.col("trace"), separator="\n", ignore_nulls=True)


def _php(rows: pl.DataFrame) -> pl.DataFrame:
    """PHP names where it was thrown beside the exception, and the frames below say who called; the cause comes first.

    See https://www.php.net/manual/en/exception.gettraceasstring.php.
    """
    text = _both().str.replace_all("\\\\", "\\", literal=True)  # Monolog writes the trace into JSON
    read = rows.with_columns(_text=text).with_columns(
        _named=_captured(pl.col("_text"), _UNCAUGHT), _bare=_captured(pl.col("_text"), _THROWN)
    )
    read = read.with_columns(_thrown=pl.when(_field("_named", 1).is_not_null()).then("_named").otherwise("_bare"))
    place = pl.concat_str(_field("_thrown", 3), pl.lit(":"), _field("_thrown", 4))
    function = pl.col("_text").str.extract(_CALLED, 1)
    frame = pl.when(place.is_not_null()).then(_framed(function, place)).otherwise(function)
    return _tell(read, _field("_thrown", 1), _field("_thrown", 2), frame)


_CLASS = r"((?:[A-Za-z_][0-9A-Za-z_]*\\?)+)"
# A server that quotes PHP has a sentence of its own around it, such as nginx's `" while reading`.
_UNCAUGHT = rf'(?m)(?:Uncaught |PHP message: ){_CLASS}(?:: (.*?))? in ([^\s:]+):([0-9]+)(?:["\'][^\n]*)?$'
_THROWN = rf"(?m)(?:\(|^){_CLASS}(?:\(code: [^)]*\))?(?:: (.*?))? (?:in|at) ([^\s:]+):([0-9]+)\)?$"
_CALLED = r"(?m)^#0 (?:[^\s(]+\([0-9]+\): |\[internal function\]: )?(\{main\}|[^\s(]+)"


def _ruby(rows: pl.DataFrame) -> pl.DataFrame:
    """Ruby puts the innermost frame first, with the message and the class in brackets behind it; Rails the class first.

    See https://docs.ruby-lang.org/en/master/Exception.html#method-i-full_message.
    """
    read = rows.with_columns(
        _plain=_captured(_both(), r"(?m):in [`'][^'\n]*': (.*) \(([A-Z][0-9A-Za-z_:]*)\)$"),
        _rails=_captured(_both(), r"(?m)^[ \t]*([A-Z][0-9A-Za-z_]*(?:::[0-9A-Za-z_]+)*) \((.*)\):?[ \t]*$"),
        _frame=_captured(pl.col("trace"), r"(?m)^[ \t]*(?:from )?([^\s:]+:[0-9]+):in [`']([^'\n]+)'"),
    )
    kind = pl.coalesce(_field("_plain", 2), _field("_rails", 1))
    message = pl.coalesce(_field("_plain", 1), _field("_rails", 2))
    return _tell(read, kind, message, _framed(_field("_frame", 2), _field("_frame", 1)))


def _named_only(rows: pl.DataFrame) -> pl.DataFrame:
    """A trace without a frame that anybody knows: its first line may name an exception."""
    read = rows.with_columns(_first=_captured(pl.col("trace"), rf"(?m)\A{_LOOSE}"))
    return _tell(read, _field("_first", 1), _field("_first", 2), _EMPTY)


# language: how it is known, and how it is read.
_LANGUAGES: dict[str, tuple[str, Callable[[pl.DataFrame], pl.DataFrame]]] = {
    "python": (r"Traceback \(most recent call last\)", _python),
    "go": (r"(?m)^goroutine [0-9]+ |\n\t[^\s]+\.go:[0-9]+|\A(?:panic|fatal error): ", _go),
    "php": (r"(?m)^#[0-9]+ ", _php),
    "ruby": (r":[0-9]+:in [`']", _ruby),
    "at": (r"(?m)^(?:! ?)?[ \t]*at |---> |^Caused by: ", _at),
}
