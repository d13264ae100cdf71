"""Splits lines of key=value pairs into columns: lines with the same keys in the same order share one pattern."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import polars as pl

from analyzer.formats import _rejects, _slots

Meaning = Callable[[str], tuple[int, str] | None]
_KEY = r'[A-Za-z_@$][^\s="]*'
# A quote that nobody closed goes on to the end: the line was cut.
_VALUE = r'"(?:[^"\\]|\\.)*(?:"|\\?$)|[^\s"]\S*'
_WHOLE = r'"(?:[^"\\]|\\.)*"|[^\s"]\S*'
_PAIR = f"{_KEY}=(?:{_VALUE}|)"
# A key alone is true, see https://pkg.go.dev/github.com/kr/logfmt.
_SIGNATURE = rf'^[ \t]*{_KEY}=(?:[ \t]+(?:{_KEY}=|[^\s="]+))*\s*$'
_READ = rf'^[ \t]*(?:{_PAIR}(?:[ \t]+(?:{_PAIR}|[^\s="]+))*\s*)?'
_ESCAPES = {'\\"': '"', "\\\\": "\\", "\\n": "\n", "\\t": "\t", "\\r": "\r", "\\/": "/"}
_DURATIONS = ("duration_ns", "duration_us", "duration_ms", "duration_s")
# So many patterns are compiled for a block; rarer sequences of keys are read pair by pair.
_MOST_PATTERNS = 32
_MOST_GROUPS = 16  # the regex engine has its fast way for so many
_FEW = 64
_LONGEST = 4096  # a pattern of more bytes could be too large for the engine


def signature(text: pl.Expr) -> pl.Expr:
    """Gives the keys of a line in their order, without the values: `time= level= msg=`."""
    return text.str.replace_all(f"=(?:{_VALUE})", "=")


def is_record(signatures: pl.Expr) -> pl.Expr:
    """Whether a signature is that of pairs and nothing else."""
    return signatures.str.contains(_SIGNATURE)


def columns(lines: pl.DataFrame, meaning: Meaning) -> pl.DataFrame:
    """Gives one String column per slot that a key of the lines (text, signature) means, one row per line.

    meaning gives (rank, slot) of a key. Of keys that mean the same, the one with the lowest rank that has a value wins;
    of one key twice, the first.
    """
    rows = lines.select("text", "signature").with_row_index("_row")
    often, short = pl.col("len") >= _FEW, pl.col("signature").str.len_bytes() <= _LONGEST
    counts = rows.group_by("signature").len().filter(often & short & is_record(pl.col("signature")))
    counts = counts.sort("len", "signature", descending=True)
    common = counts["signature"].head(_MOST_PATTERNS).to_list()
    parts = [_alike(rows.filter(pl.col("signature") == text).drop("signature"), text, meaning) for text in common]
    parts.append(_one_by_one(rows.filter(~pl.col("signature").is_in(common)), meaning))
    return pl.concat(parts, how="diagonal").sort("_row").drop("_row")


def explain(lines: pl.DataFrame) -> pl.DataFrame:
    """Gives the rejects of lines (line, raw) that are no pairs, with the column where they end to be."""
    read = pl.col("raw").str.extract(f"({_READ})", 1).str.len_chars().fill_null(0).cast(pl.Int64) + 1
    return _rejects.reject(lines, _rejects.at_column("not key=value", read))


def _alike(rows: pl.DataFrame, keys: str, meaning: Meaning) -> pl.DataFrame:
    """Reads rows (_row, text) that have the same signature."""
    tokens = keys.split()
    named = [token.removesuffix("=") if token.endswith("=") else "" for token in tokens]
    known = {key: place for key in dict.fromkeys(named) if key and (place := meaning(key)) is not None}
    places = [named.index(key) for key in known]
    if not _splits(keys):
        return _merged(_by_patterns(rows, tokens, places), known)
    pieces = rows.with_columns(pl.col("text").str.split("=").alias("_pieces"))
    plain = pl.col("_pieces").list.len() == len(tokens) + 1
    split, rest = pieces.filter(plain), pieces.filter(~plain)
    texts = [_by_signs(split, named, places)] if split.height else []
    texts += [_by_patterns(rest, tokens, places)] if rest.height else []
    return pl.concat(_merged(text, known) for text in texts)


def _splits(signature: str) -> bool:
    """Whether each token is a key with its sign, and one blank stands between two of them."""
    tokens = signature.split(" ")
    return tokens == signature.split() and all(token.endswith("=") for token in tokens)


def _by_signs(rows: pl.DataFrame, named: Sequence[str], places: Sequence[int]) -> pl.DataFrame:
    """Gives _row and a value per place, of lines with one blank before each key and no = but behind the keys.

    _pieces are the lines, split at each =.
    """
    behind = [f" {key}" for key in named[1:]] + [""]
    return rows.select(
        "_row",
        *(
            pl.col("_pieces").list.get(place + 1).str.strip_suffix(behind[place]).alias(named[place])
            for place in places
        ),
    )


def _by_patterns(rows: pl.DataFrame, tokens: Sequence[str], places: Sequence[int]) -> pl.DataFrame:
    """Gives _row and a value per place, by patterns of a few groups each."""
    texts = rows.select("_row")
    for first in range(0, len(places), _MOST_GROUPS):
        caught = places[first : first + _MOST_GROUPS]
        pattern = r"^[ \t]*" + "[ \t]+".join(
            pl.escape_regex(token) + _hole(token, caught=number in caught, last=number == len(tokens) - 1)
            for number, token in enumerate(tokens)
        )
        groups = rows.select(pl.col("text").str.extract_groups(pattern).struct.unnest())
        names = (tokens[place].removesuffix("=") for place in caught)
        texts = texts.hstack(groups.rename(dict(zip(groups.columns, names, strict=True))))
    return texts


def _hole(token: str, *, caught: bool, last: bool) -> str:
    """Writes the pattern of the value behind a key; only the last one may be cut, which keeps the others quick."""
    if not token.endswith("="):
        return ""
    return f"{'(' if caught else '(?:'}{_VALUE if last else _WHOLE}|)"


def _one_by_one(rows: pl.DataFrame, meaning: Meaning) -> pl.DataFrame:
    """Reads rows (_row, text) whose signatures are rare, or hold something that is no pair."""
    pairs = rows.select("_row", pl.col("text").str.extract_all(_PAIR).alias("pair")).explode(
        "pair", empty_as_null=False
    )
    pairs = pairs.with_columns(pl.col("pair").str.splitn("=", 2).struct.rename_fields(["key", "value"])).unnest("pair")
    known = {key: place for key in pairs["key"].unique().sort() if (place := meaning(key)) is not None}
    texts = rows.select("_row")
    kept = pairs.filter(pl.col("key").is_in(list(known))).unique(["_row", "key"], keep="first", maintain_order=True)
    for (key,), part in kept.partition_by("key", as_dict=True).items():
        column = part.select("_row", pl.col("value").alias(str(key)))
        texts = texts.join(column, on="_row", how="left", maintain_order="left")
    return _merged(texts, known)


def _merged(texts: pl.DataFrame, known: dict[str, tuple[int, str]]) -> pl.DataFrame:
    """Gives _row and one text per slot of a frame of _row and one written value per key."""
    slots: dict[str, list[pl.Expr]] = {}
    for key, (_, slot) in sorted(known.items(), key=lambda item: (item[1], item[0])):
        text = _unquoted(pl.col(key))
        if slot in _DURATIONS:  # the unit beside a number counts more than the one the key promises
            spelled = text.str.contains("[A-Za-z]$")
            slots.setdefault("duration_text", []).append(pl.when(spelled).then(text))
            text = pl.when(~spelled).then(text)
        slots.setdefault(slot, []).append(text)
    return texts.select("_row", *_slots.merge(slots))


def _unquoted(written: pl.Expr) -> pl.Expr:
    inner = written.str.strip_prefix('"').str.strip_suffix('"').str.replace_many(_ESCAPES, leftmost=True)
    return pl.when(written.str.starts_with('"')).then(inner).otherwise(written)
