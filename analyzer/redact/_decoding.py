"""Undoes one layer of encoding over a whole column of text, for secrets to be found in what lies under it."""

from __future__ import annotations

import html
import re

import polars as pl

from analyzer.redact._decompress import MAGIC, decompressed
from analyzer.redact._found import keep_one

DEPTH = 4
# Letters of the names that other languages give to passwords, which most writers of JSON escape.
_ABROAD = "".join(map(chr, range(0xC0, 0x180))) + "парольПАРОЛЬ密码碼パスワード비밀번호"
_ASCII = [chr(code) for code in (9, 10, 13, *range(32, 127))]
# Escape codes of terminals (ECMA-48, 5.4), raw or as JSON, shells and carets write the escape character.
ANSI = r"(?:\x1b|\\u001[bB]|\\x1[bB]|\\033|\\e|\^\[)\[[0-9;?:]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"
_LIKELY_ANSI = r"\x1b|(?:\\u001[bB]|\\x1[bB]|\\033|\\e|\^\[)\["
# The shortest run of characters that is tried as base64; it holds 12 bytes.
_RUN, _SEGMENT = r"[A-Za-z0-9+/_-]{16,}={0,2}", r"[A-Za-z0-9+_-]{16,}={0,2}"
_HEX = r"^(?i:[0-9a-f]{2}){12,}$"
# Ids in hex, and words in lower case.
_NOT_BASE64 = r"^(?:[0-9A-Fa-f-]+|[a-z/_-]+)$"
# Readable text in UTF-8 (RFC 3629, 4), as hex digits of its bytes.
_X, _TAIL = "[0-9a-f]", "[89ab][0-9a-f]"
_READABLE = (
    rf"^(?:09|0a|0d|[2-6]{_X}|7[0-9a-e]|(?:c[2-9a-f]|d{_X}){_TAIL}|e0[ab]{_X}{_TAIL}|ed[89]{_X}{_TAIL}"
    rf"|e[1-9abcef](?:{_TAIL}){{2}}|f0[9ab]{_X}(?:{_TAIL}){{2}}|f[123](?:{_TAIL}){{3}}|f48{_X}(?:{_TAIL}){{2}})+$"
)
# What begins a piece that may be readable once decoded: in base64 the first of each three bytes is a letter, a sign, a
# blank or the first byte of a character in UTF-8, or further down one of its others; else hex, or a compressed piece.
_FIRST, _NEXT, _DIGIT = "[CDI-Za-fw-z0-9]", "[CDI-Za-z0-9]", "[A-Za-z0-9+/_-]"
_CODED = (
    rf"(?:^|[^A-Za-z0-9+_-])(?:{_FIRST}{_DIGIT}{{3}}(?:{_NEXT}{_DIGIT}{{3}}){{3}}|[0-9A-Fa-f]{{24}}"
    rf"|(?:{'|'.join(f'{start}{_DIGIT}{{{16 - len(start)}}}' for start in MAGIC)}))"
)
# Fits every text in which another layer may lie.
LAYERED = rf"{_CODED}|%[0-9A-Fa-f]{{2}}|\\[ux\"/\\nrt]|&(?:#|(?:quot|amp|lt|gt|apos|commat|equals);)|{_LIKELY_ANSI}"
_LONGEST = 4_000_000  # characters of a text that is decoded

_PERCENT = {
    f"%{spelt}": char
    for char in _ASCII
    for spelt in {f"{ord(char):02x}", f"{ord(char):02X}", f"{ord(char):02x}"[0] + f"{ord(char):02X}"[1]}
}
_JSON = {
    **{f"\\u{spelt}": char for char in _ABROAD for spelt in {f"{ord(char):04x}", f"{ord(char):04X}"}},
    **{f"\\u00{spelt}": char for char in _ASCII for spelt in {f"{ord(char):02x}", f"{ord(char):02X}"}},
    **{f"\\x{spelt}": char for char in _ASCII for spelt in {f"{ord(char):02x}", f"{ord(char):02X}"}},
    '\\"': '"', "\\/": "/", "\\\\": "\\", "\\n": "\n", "\\r": "\r", "\\t": "\t",
}  # fmt: skip
_HTML = {
    **{f"&#{ord(char)};": char for char in _ASCII},
    **{f"&#x{spelt};": char for char in _ASCII for spelt in {f"{ord(char):02x}", f"{ord(char):02X}"}},
    **{f"&{name};": html.unescape(f"&{name};") for name in ("quot", "amp", "lt", "gt", "apos", "commat", "equals")},
}
_UNRESERVED = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~")
_NEEDED = frozenset("\t\n\r\"'\\<>&")
_NEEDLESS = {
    **{code: char for code, char in _PERCENT.items() if char in _UNRESERVED},
    **{f"%25{code[1:]}": char for code, char in _PERCENT.items() if char in _UNRESERVED},
    **{code: char for table in (_JSON, _HTML) for code, char in table.items() if char not in _NEEDED and code != "\\/"},
}
# A cheap pattern that fits all of these, and codes of terminals.
DISGUISED = (
    r"%(?:25)?(?:[46][1-9A-Fa-f]|[57][0-9AaEeFf]|3[0-9]|2[DdEe])|\\(?:u00|x)[2-7]|\\u(?:00[C-Fc-f]|01[0-7]|04[1-4]|30[BbCcDdEeFf]|5[Bb]|78|[Bb])|&#|&(?:commat|equals);"
    rf"|{_LIKELY_ANSI}"
)

_TABLES = {"%": _PERCENT, "\\": _JSON, "&": _HTML}


def unescaped(texts: pl.Series) -> pl.Series:
    """Gives the distinct texts that differ from the given ones by one layer: percent, JSON, HTML, terminal codes."""
    column = pl.col("text")
    marks = (
        texts.alias("text")
        .to_frame()
        .select(
            *(column.str.contains(mark, literal=True).alias(mark) for mark in _TABLES),
            ansi=column.str.contains(_LIKELY_ANSI),
            short=column.str.len_bytes() <= _LONGEST,
        )
    )
    layers = [texts.clear()]
    for mark, table in _TABLES.items():
        if (chosen := marks[mark] & marks["short"]).any():
            some = texts.filter(chosen)
            done = some.str.replace_many(list(table), list(table.values()), leftmost=True)
            layers.append(done.filter(done != some))
    if (chosen := marks["ansi"] & marks["short"]).any():
        layers.append(without_ansi(texts.filter(chosen)))
    return pl.concat(layers).unique()


def without_ansi(texts: pl.Series) -> pl.Series:
    """Gives the texts without the escape codes of terminals."""
    return texts.str.replace_all(ANSI, "")


def without_needless_escapes(texts: pl.Series) -> pl.Series:
    """Gives the texts with the characters written out that needed no escape, which means the same.

    In URLs the unreserved ones (RFC 3986, 6.2.2.2), in JSON and HTML all but those that end a string or a tag.
    """
    return texts.str.replace_many(list(_NEEDLESS), list(_NEEDLESS.values()), leftmost=True)


def coded_in(texts: pl.Series) -> dict[str, str]:
    """Gives {piece of a text: what it says} for each piece in base64 or hex that decodes to readable text.

    Also what is compressed in it (gzip, zlib, zstd). Random bytes, as in ids, are not readable.
    """
    runs = texts.filter((texts.str.len_bytes() <= _LONGEST) & texts.str.contains(_CODED)).str.extract_all(_RUN)
    runs = runs.explode(empty_as_null=True).drop_nulls().unique()
    found: dict[str, str] = {}
    if runs.is_empty():
        return found
    in_hex = runs.filter(runs.str.contains(_HEX))
    found |= _read(in_hex, in_hex.str.decode("hex", strict=False))
    pieces = runs.filter(~runs.str.contains(_NOT_BASE64))
    # A slash is a digit of base64, and in a path none.
    inside = pieces.filter(pieces.str.contains("/", literal=True)).str.extract_all(_SEGMENT)
    pieces = pl.concat([pieces, inside.explode(empty_as_null=True).drop_nulls()]).unique()
    keep_one(found, _read(pieces, _from_base64(pieces)))
    return found | {piece: text for piece in _compressed(pieces) if (text := decompressed(piece)) is not None}


def _from_base64(pieces: pl.Series) -> pl.Series:
    bare = (
        pieces.str.strip_chars_end("=").str.replace_all("-", "+", literal=True).str.replace_all("_", "/", literal=True)
    )
    padding = bare.str.len_bytes() % 4
    padded = pl.DataFrame({"text": bare, "over": padding}).select(
        pl.when(pl.col("over") == 2)
        .then(pl.col("text") + "==")
        .when(pl.col("over") == 3)
        .then(pl.col("text") + "=")
        # One character over is no whole byte: it belongs to something else.
        .when(pl.col("over") == 1)
        .then(pl.col("text").str.head(-1))
        .otherwise("text")
    )
    return padded.to_series().str.decode("base64", strict=False)


def _read(pieces: pl.Series, decoded: pl.Series) -> dict[str, str]:
    """Gives the pieces whose bytes are readable, with their text."""
    readable = decoded.bin.encode("hex").str.contains(_READABLE).fill_null(value=False)
    return dict(zip(pieces.filter(readable), decoded.filter(readable).cast(pl.String), strict=True))


def _compressed(pieces: pl.Series) -> list[str]:
    return pieces.filter(pieces.str.contains(f"^(?:{'|'.join(map(re.escape, MAGIC))})")).to_list()
