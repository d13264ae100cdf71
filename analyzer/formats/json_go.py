"""Records of Go's loggers: zap and log/slog.

https://pkg.go.dev/go.uber.org/zap#NewProductionConfig, https://pkg.go.dev/log/slog#JSONHandler
"""

from __future__ import annotations

import polars as pl

from analyzer.formats._json import JsonFormat
from analyzer.formats._plugin import Format
from analyzer.formats._slots import optional


def _slog(texts: pl.DataFrame) -> pl.DataFrame:
    """Leaves the distance to the named level out: slog writes INFO+2 for one between INFO and WARN."""
    return texts.with_columns(level=optional(texts, "level").str.replace(r"[+-][0-9]+$", ""))


FORMATS: tuple[Format, ...] = (
    JsonFormat(
        name="zap",
        title="Zap",
        documentation="https://pkg.go.dev/go.uber.org/zap#NewProductionConfig",
        product="",
        kind="application",
        samples=(
            (
                '{"level":"error","ts":1795364054.123456,"logger":"orders","caller":"orders/handler.go:42",'
                '"msg":"charge failed","error":"dial tcp 10.0.0.9:5432: connect: connection refused",'
                '"trace_id":"d9098bbc",'
                '"stacktrace":"main.charge\\n\\t/srv/orders/handler.go:42\\nmain.main\\n\\t/srv/orders/main.go:10"}'
            ),
            '{"level":"info","ts":"2026-11-22T16:14:14.123Z","caller":"orders/main.go:10","msg":"listening"}',
        ),
        requires=(("level",), ("ts",), ("msg",), ("caller", "logger", "stacktrace")),
        types={"level": str, "msg": str},
    ),
    JsonFormat(
        name="slog",
        title="Go log/slog",
        documentation="https://pkg.go.dev/log/slog#JSONHandler",
        product="",
        kind="application",
        samples=(
            (
                '{"time":"2026-11-22T16:14:14.123456789Z","level":"ERROR","source":{"function":"main.charge","file":'
                '"/srv/orders/handler.go","line":42},"msg":"charge failed","err":"connection refused",'
                '"request_id":"r7"}'
            ),
            '{"time":"2026-11-22T16:14:14+01:00","level":"INFO+2","msg":"listening"}',
        ),
        requires=(("time",), ("level",), ("msg",)),
        types={"time": str, "level": str, "msg": str},
        one_of={"level": ("DEBUG", "INFO", "WARN", "ERROR")},
        refine=_slog,
    ),
)
