"""From bytes to UTF-8: encodings, byte order marks, invalid bytes, and frames of lines."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import polars as pl

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_SAMPLE_BYTES = 4096
_LONE_SURROGATES = re.compile("[\ud800-\udfff]")
_REPLACEMENT = "\ufffd"


@dataclass(slots=True)
class Damage:
    """How much of a source was no valid text, and the first line that had some."""

    count: int = 0
    line: int = 0

    def add(self, count: int, line: int) -> None:
        """Counts more of it; only the first line is kept."""
        self.line = self.line or line
        self.count += count


def detect_encoding(head: bytes) -> tuple[str, int]:
    """Gives the encoding and the length of the byte order mark; without a mark UTF-16 shows by its zero bytes."""
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding, len(mark)
    sample = head[:_SAMPLE_BYTES]
    if len(sample) >= 8:
        zeros = [sample[start::2].count(0) / (len(sample) // 2) for start in (0, 1)]
        if min(zeros) < 0.1 and max(zeros) > 0.7:
            return ("utf-16-le" if zeros[1] > zeros[0] else "utf-16-be"), 0
    return "utf-8", 0


def decode_head(head: bytes, *, complete: bool) -> str:
    """Decodes the first bytes of a source, without its mark and without a character that their end cuts through."""
    encoding, mark = detect_encoding(head)
    return codecs.getincrementaldecoder(encoding)("replace").decode(head[mark:], complete)


def utf16_to_utf8(chunks: Iterable[bytes], encoding: str, damage: Damage) -> Iterator[bytes]:
    """Yields the same text in UTF-8, with U+FFFD for lone surrogates and for an odd byte at the end."""
    decoder = codecs.getincrementaldecoder(encoding)("surrogatepass")
    line = 1
    for chunk in chunks:
        text = decoder.decode(chunk)
        first = _LONE_SURROGATES.search(text)
        if first:
            text, count = _LONE_SURROGATES.subn(_REPLACEMENT, text)
            damage.add(count, line + text.count("\n", 0, first.start()))
        line += text.count("\n")
        yield text.encode()
    if decoder.getstate()[0]:
        damage.add(1, line)
        yield _REPLACEMENT.encode()


def split_lines(text: bytes, first_line: int, damage: Damage) -> pl.DataFrame:
    """Gives line, raw of a block that begins with a line feed of its own; strips one carriage return per line.

    Without that line feed Polars takes a block that begins with "x^" for zlib data and gives no rows at all.
    """
    try:
        raw = _read_lines(text)
    except pl.exceptions.ComputeError:  # Polars checks the encoding anyway, so good blocks are not checked twice
        # The block's own line feed puts its first line on the second.
        raw = _read_lines(_replace_invalid(text, first_line - 1, damage))
    lines = pl.int_range(first_line, first_line + len(raw), dtype=pl.Int64, eager=True).alias("line")
    return pl.DataFrame([lines, raw])


def line_ends(text: bytes, count: int) -> pl.Series:
    """Gives what ends each of the lines that split_lines gives: a line feed, a carriage return with it, or nothing."""
    ends = pl.repeat("\n", count, dtype=pl.String, eager=True)
    if b"\r" in text:
        lines = pl.Series([text.decode("utf-8", "replace")]).str.split("\n").explode(empty_as_null=True).slice(1, count)
        marked = lines.str.ends_with("\r").rename("marked")
        ends = marked.to_frame().select(pl.when("marked").then(pl.lit("\r\n")).otherwise(pl.lit("\n"))).to_series()
    if count and not text.endswith(b"\n"):
        last = "\r" if text.endswith(b"\r") else ""
        ends = pl.concat([ends.head(count - 1), pl.Series([last])])
    return ends.alias("end")


def _read_lines(text: bytes) -> pl.Series:
    return pl.read_lines(text, name="raw").to_series().slice(1)


def _replace_invalid(text: bytes, line: int, damage: Damage) -> bytes:
    """Gives valid UTF-8, with U+FFFD for each invalid sequence; line is that of the first byte. Counts bytes."""
    try:
        text.decode()
    except UnicodeDecodeError as error:
        replaced = text.decode("utf-8", "replace")
        sequences = replaced.count(_REPLACEMENT) - text.count(_REPLACEMENT.encode())
        valid = replaced.encode()
        # Each sequence of n bytes became the three bytes of U+FFFD.
        damage.add(3 * sequences - (len(valid) - len(text)), line + text.count(b"\n", 0, error.start))
        return valid
    return text
