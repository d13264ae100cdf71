"""Records of Node's loggers: pino, bunyan and winston.

https://getpino.io/#/docs/api, https://github.com/trentm/node-bunyan#log-record-fields,
https://github.com/winstonjs/winston#formats
"""

from __future__ import annotations

import polars as pl

from analyzer.formats._json import JsonFormat
from analyzer.formats._plugin import Format
from analyzer.formats._slots import optional

# npm's levels as winston orders them: error, warn, info, http, verbose, debug, silly.
_NPM = {"http": "info", "verbose": "debug", "silly": "trace"}
_WINSTON_LEVELS = ("error", "warn", "info", "http", "verbose", "debug", "silly")


def _numbered(texts: pl.DataFrame) -> pl.DataFrame:
    """Takes a level of one's own, such as 35, for the named one below it."""
    level = optional(texts, "level").cast(pl.Int64, strict=False)
    return texts.with_columns(level=(level // 10 * 10).clip(10, 60).cast(pl.String))


def _winston(texts: pl.DataFrame) -> pl.DataFrame:
    return texts.with_columns(level=optional(texts, "level").replace(_NPM))


FORMATS: tuple[Format, ...] = (
    JsonFormat(
        name="pino",
        title="Pino",
        documentation="https://getpino.io/#/docs/api?id=logger-object",
        product="",
        kind="application",
        samples=(
            (
                '{"level":50,"time":1795364054123,"pid":657,"hostname":"app-1","req":{"id":7,"method":"GET",'
                '"url":"/a?b=c",'
                '"headers":{"host":"api.example.com","user-agent":"curl/8.5.0"},"remoteAddress":"192.0.2.7"},'
                '"res":{"statusCode":500,"headers":{"content-type":"text/html"}},"responseTime":17,'
                '"err":{"type":"Error",'
                '"message":"boom","stack":"Error: boom\\n    at handler (/srv/app.js:3:9)"},"msg":"request errored"}'
            ),
            '{"level":30,"time":1795364054123,"pid":657,"hostname":"app-1","msg":"listening"}',
        ),
        requires=(("level",), ("time",), ("pid",), ("hostname",)),
        types={"level": int, "time": int},
        keys={"responseTime": "duration_ms", "name": "logger"},
        refine=_numbered,
    ),
    JsonFormat(
        name="bunyan",
        title="Bunyan",
        documentation="https://github.com/trentm/node-bunyan#log-record-fields",
        product="",
        kind="application",
        samples=(
            (
                '{"name":"orders","hostname":"app-1","pid":657,"level":50,"err":{"message":"boom","name":"TypeError",'
                '"stack":"TypeError: boom\\n    at handler (/srv/app.js:3:9)"},"req":{"method":"GET","url":"/a?b=c",'
                '"headers":{"x-request-id":"r7"},"remoteAddress":"192.0.2.7","remotePort":52097},'
                '"res":{"statusCode":500,'
                '"header":"HTTP/1.1 500 Internal Server Error\\r\\n"},"msg":"boom",'
                '"time":"2026-11-22T16:14:14.123Z","v":0}'
            ),
            (
                '{"name":"orders","hostname":"app-1","pid":657,"level":30,"msg":"listening",'
                '"time":"2026-11-22T16:14:14.123Z","v":0}'
            ),
        ),
        requires=(("v",), ("level",), ("name",), ("hostname",), ("pid",), ("time",), ("msg",)),
        types={"level": int, "v": int, "time": str},
        keys={"name": "logger", "err.code": None},
        refine=_numbered,
    ),
    JsonFormat(
        name="winston",
        title="Winston",
        documentation="https://github.com/winstonjs/winston#formats",
        product="",
        kind="application",
        samples=(
            '{"level":"http","message":"GET /a 200","service":"orders","timestamp":"2026-11-22T16:14:14.123Z"}',
            (
                '{"level":"error","message":"boom","stack":"Error: boom\\n    at handler (/srv/app.js:3:9)",'
                '"timestamp":"2026-11-22T16:14:15.123Z"}'
            ),
        ),
        requires=(("level",), ("message",), ("timestamp",)),
        types={"level": str, "message": str, "timestamp": str},
        one_of={"level": _WINSTON_LEVELS},
        refine=_winston,
    ),
)
