"""Writes an access log in the combined format, the same each time: `python benchmarks/combined_logs.py KIND LINES`.

It goes to standard output, a block of lines at a time, so that a log may be larger than the memory. KIND is

realistic: two million lines a day, fewer at night; 5,000 clients, 400 endpoints, half of them with an id in the path,
50 user agents; one answer in 40 is a 4xx, one in 5,000 a 5xx; for an hour of the last day 60 % of POST /v1/checkout
fail with 503. One line in 200 is none of the format, one in 500 holds a token or an e-mail address.

hostile: no two lines share a client, user, URL, id, referrer or user agent, in paths that no template folds; one URL
in 50 is long; lines hold invalid UTF-8, NUL, escapes of terminals, line separators and escaped quotes. A fifth of the
requests fail, most of them with 404 and one in 100 with 5xx.
"""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Iterator

import hostile_log
import polars as pl
import realistic_log

BLOCK_LINES = 100_000
KINDS = {"realistic": realistic_log, "hostile": hostile_log}


def blocks(kind: str, lines: int, block_lines: int = BLOCK_LINES) -> Iterator[bytes]:
    """Yields the log, so many lines at a time."""
    columns, line = KINDS[kind].columns(lines), KINDS[kind].line(lines)
    for first in range(0, lines, block_lines):
        rows = pl.select(row=pl.int_range(first, min(first + block_lines, lines), dtype=pl.Int64))
        text = io.BytesIO()
        rows.with_columns(columns).select(line).write_csv(text, include_header=False, quote_style="never")
        yield text.getvalue().replace(hostile_log.INVALID.encode(), b"\xff")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("lines", type=int)
    asked = parser.parse_args()
    sys.stdout.buffer.writelines(blocks(asked.kind, asked.lines))


if __name__ == "__main__":
    main()
