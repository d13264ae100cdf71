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

Told = dict[str, pl.Expr]


def read(rows: pl.DataFrame) -> pl.DataFrame:
    """Adds exception_type, exception_message, top_frame to rows with said (the message above) and trace."""
    trace = pl.col("trace")
    language = pl.coalesce(pl.when(trace.str.contains(mark)).then(pl.lit(name)) for name, (mark, _) in _LANGUAGES.items())
    marked = rows.with_columns(language.alias("_language"))
    read = []
    for name, (_, tell) in _LANGUAGES.items():
        mine = marked.filter(pl.col("_language") == name)
        if mine.height:
            read.append(mine.with_columns(**{key: _bare(text) for key, text in tell().items()}))
    rest = marked.filter(pl.col("_language").is_null())
    return pl.concat([*read, rest.with_columns(**_named_only())]).drop("_language")


def _bare(text: pl.Expr) -> pl.Expr:
    bare = text.str.strip_chars()
    return pl.when(bare != "").then(bare)


def _told(kind: pl.Expr, message: pl.Expr, frame: pl.Expr) -> Told:
    return {"exception_type": kind, "exception_message": message, "top_frame": frame}


def _framed(name: pl.Expr, place: pl.Expr) -> pl.Expr:
    """Gives `name (place)`, or what is known of the two."""
    both = pl.concat_str(name, pl.lit(" ("), place, pl.lit(")"))
    return pl.coalesce(both, place, name)


def _python() -> Told:
    """The exception stands below the frames, of which the last is the innermost; of several traces the last counts.

    See https://docs.python.org/3/library/traceback.html; groups of exceptions draw a margin of | and +.
    """
    plain = pl.col("trace").str.replace_all(r"(?m)^ *(?:\| |\+ |\+-[+-]+ ?)", "")
    tail = _after_last(plain, "Traceback (most recent call last):").str.replace(r"\A[^\n]*\n", "")
    closing = tail.str.extract_groups(rf"(?m)^({_NAME}(?:\.{_NAME})*)(?:: ?([^\n]*))?[ \t]*$").struct
    frame = _after_last(tail, 'File "').str.extract_groups(r'\A([^"\n]+)", line ([0-9]+)(?:, in ([^\n]+))?').struct
    place = pl.concat_str(frame.field("1"), pl.lit(":"), frame.field("2"))
    return _told(closing.field("1"), closing.field("2"), _framed(frame.field("3").str.strip_chars(), place))


def _at() -> Told:
    """Java, .NET and JavaScript: the exception, then ` at ` frames, the innermost first; the last cause is the root.

    See Throwable.printStackTrace, Exception.ToString and https://v8.dev/docs/stack-trace-api.
    """
    trace = pl.concat_str(pl.lit("\n"), pl.col("trace").str.replace_all(r"(?m)^! ?", ""))
    whole = trace.str.slice(1)
    upside_down = trace.str.contains("\nWrapped by: ", literal=True)
    cause = pl.coalesce(
        _after_last(trace, "\nCaused by: "),
        *(_exception_only(_after_last(trace, title)) for title in (" ---> ", "[cause]: ")),
        whole,
    ).str.replace(r"\A\(Inner Exception #[0-9]+\) ", "")
    block = pl.when(upside_down).then(whole).otherwise(cause)
    bare = block.str.replace(r'^(?:Exception in thread "[^"\n]*" |Unhandled exception\. |Uncaught )', "")
    first = pl.when(~block.str.contains(r"^\s*at ")).then(bare).str.extract_groups(rf"(?m)\A{_LOOSE}").struct
    above = _above()
    kind = first.field("1")
    message = pl.when(kind.is_not_null()).then(first.field("2")).otherwise(above.field("2"))
    frame = pl.coalesce(block.str.extract(_AT, 1), whole.str.extract(_AT, 1))
    return _told(pl.coalesce(kind, above.field("1")), message, _at_frame(frame))


_AT = r"(?m)^[ \t]*at (.+)$"


def _after_last(text: pl.Expr, title: str) -> pl.Expr:
    """Gives what follows the last of these titles; null where there is none."""
    parts = text.str.split(title)
    return pl.when(parts.list.len() > 1).then(parts.list.last())


def _exception_only(block: pl.Expr) -> pl.Expr:
    return pl.when(block.str.contains(rf"\A(?:\(Inner Exception #[0-9]+\) )?{TYPE}")).then(block)


def _above() -> pl.expr.struct.ExprStructNameSpace:
    """The exception in the line above the trace, as in `failed: java.io.IOException: no`."""
    last = pl.col("said").str.extract(r"([^\n]*)\z", 1)
    return last.str.extract_groups(rf"(?:^|[\s:\"'\[(])({TYPE})(?:: ?([^\n]*))?$").struct


def _at_frame(frame: pl.Expr) -> pl.Expr:
    dotnet = frame.str.extract_groups(r"^(.+?)\(.*\) in (.+):line ([0-9]+)").struct
    script = frame.str.extract_groups(r"^(?:async )?(.+) \(([^()]+:[0-9]+:[0-9]+)\)").struct
    java = frame.str.extract_groups(r"^([^\s(]+)\(([^()]*(?:\.[a-z]+:[0-9]+|\.java|\.kt|\.scala|Native Method|Unknown Source))\)")
    place = pl.concat_str(dotnet.field("2"), pl.lit(":"), dotnet.field("3"))
    return pl.coalesce(
        pl.when(place.is_not_null()).then(_framed(dotnet.field("1"), place)),
        pl.when(script.field("1").is_not_null()).then(_framed(script.field("1"), script.field("2"))),
        pl.when(java.struct.field("1").is_not_null()).then(_framed(java.struct.field("1"), java.struct.field("2"))),
        frame.str.extract(r"^(?:async )?([^\s(]+:[0-9]+:[0-9]+)$", 1),
        frame.str.extract(r"^([^\s(]+)\(", 1),
        frame,
    )


_GO_FRAME = r"\A(.+?)(?:\([^()\n]*\))?\n\t([^\s]+\.go:[0-9]+)"


def _go() -> Told:
    """The first goroutine is the one that failed; its frames begin below those that panicking itself adds.

    See https://pkg.go.dev/runtime/debug#Stack. A runtime error is told as such, any other panic as `panic`.
    """
    both = pl.concat_str(pl.col("said"), pl.col("trace"), separator="\n", ignore_nulls=True)
    panic = both.str.extract_groups(r"(?m)(?:^|[\s:])(?:(panic)|(fatal error))(?: serving [^\s]+)?: ([^\n]*)$").struct
    said = panic.field("3").str.replace(r" \[recovered\]$", "")
    runtime = said.str.extract(r"^runtime error: (.*)$", 1)
    kind = pl.when(runtime.is_not_null()).then(pl.lit("runtime error")).otherwise(pl.coalesce(panic.field("1"), panic.field("2")))
    routines = pl.concat_str(pl.lit("\n"), pl.col("trace")).str.split("\ngoroutine ")
    frames = pl.coalesce(routines.list.get(1, null_on_oob=True), "trace").str.replace(r"\A[0-9]+ [^\n]*\n", "")
    raised = _after_last(pl.concat_str(pl.lit("\n"), frames), "\npanic(").str.replace(r"\A[^\n]*\n\t[^\n]*\n", "")
    below = pl.coalesce(raised, frames)
    own = below.str.replace(r"\A(?:(?:runtime|runtime/debug)\.[^\n]*\n\t[^\n]*\n)+", "")
    frame = own.str.extract_groups(_GO_FRAME).struct
    return _told(kind, pl.coalesce(runtime, said), _framed(frame.field("1"), frame.field("2")))


def _php() -> Told:
    """PHP names where it was thrown beside the exception, and the frames below say who called; the cause comes first.

    See https://www.php.net/manual/en/exception.gettraceasstring.php.
    """
    both = pl.concat_str(pl.col("said"), pl.col("trace"), separator="\n", ignore_nulls=True)
    thrown = both.str.extract_groups(
        r"(?m)(?:Uncaught |\(|^)((?:[A-Za-z_][0-9A-Za-z_]*\\?)+)(?:\(code: [^)]*\))?(?:: (.*?))? (?:in|at) ([^\s:]+):([0-9]+)\)?$"
    ).struct
    place = pl.concat_str(thrown.field("3"), pl.lit(":"), thrown.field("4"))
    function = both.str.extract(r"(?m)^#0 (?:[^\s(]+\([0-9]+\): |\[internal function\]: )?(\{main\}|[^\s(]+)", 1)
    frame = pl.when(place.is_not_null()).then(_framed(function, place)).otherwise(function)
    return _told(thrown.field("1"), thrown.field("2"), frame)


def _ruby() -> Told:
    """Ruby puts the innermost frame first, with the message and the class in brackets behind it; Rails the class first.

    See https://docs.ruby-lang.org/en/master/Exception.html#method-i-full_message.
    """
    both = pl.concat_str(pl.col("said"), pl.col("trace"), separator="\n", ignore_nulls=True)
    plain = both.str.extract_groups(r"(?m):in [`'][^'\n]*': (.*) \(([A-Z][0-9A-Za-z_:]*)\)$").struct
    rails = both.str.extract_groups(r"(?m)^[ \t]*([A-Z][0-9A-Za-z_]*(?:::[0-9A-Za-z_]+)*) \((.*)\):?[ \t]*$").struct
    frame = pl.col("trace").str.extract_groups(r"(?m)^[ \t]*(?:from )?([^\s:]+:[0-9]+):in [`']([^'\n]+)'").struct
    kind = pl.coalesce(plain.field("2"), rails.field("1"))
    return _told(kind, pl.coalesce(plain.field("1"), rails.field("2")), _framed(frame.field("2"), frame.field("1")))


def _named_only() -> Told:
    """A trace without a frame that anybody knows: its first line may name an exception."""
    first = pl.col("trace").str.extract_groups(rf"(?m)\A{_LOOSE}").struct
    return _told(first.field("1"), first.field("2"), _EMPTY)


# language: how it is known, and how it is read.
_LANGUAGES: dict[str, tuple[str, Callable[[], Told]]] = {
    "python": (r"Traceback \(most recent call last\)", _python),
    "go": (r"(?m)^goroutine [0-9]+ |\n\t[^\s]+\.go:[0-9]+|\A(?:panic|fatal error): ", _go),
    "php": (r"(?m)^#[0-9]+ ", _php),
    "ruby": (r":[0-9]+:in [`']", _ruby),
    "at": (r"(?m)^(?:! ?)?[ \t]*at |---> |^Caused by: ", _at),
}
