"""Reads written times: pieces that a format text puts together, and any of the forms that JSON loggers use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import polars as pl

from analyzer import values

CLF = "%d/%b/%Y:%H:%M:%S %z"
ISO = "%Y-%m-%dT%H:%M:%S%:z"
RFC_3339 = "%Y-%m-%dT%H:%M:%S%.f%#z"  # with any fraction, and with Z or an offset
HTTP_DATE = "%a, %d %b %Y %H:%M:%S GMT"
BRACKETED = f"[{CLF}]"
_EPOCH = {"sec": 1, "decimal": 1, "msec": 1_000, "usec": 1_000_000}
_FRACTION = {"usec_frac": 1, "msec_frac": 1_000}
_ORDER = ("decimal", "usec", "msec", "sec", ISO, CLF, BRACKETED)
_ZONED = ("%z", "%:z", "%#z")
_UTC = r"(?:UTC|GMT|UCT|\bZ)\b"


@dataclass(frozen=True, slots=True)
class Piece:
    """One field that holds a time or a part of one; form is strptime's, or one of Apache's words such as msec_frac."""

    text: pl.Expr
    form: str


def read(text: pl.Expr, form: str, zone: str) -> pl.Expr:
    """Gives the UTC time of a text in one form, zone being that of a form without an offset; else null."""
    return put_together([Piece(text, form)], zone)


def put_together(pieces: Sequence[Piece], zone: str) -> pl.Expr:
    """Gives the UTC time that the pieces of one line make; null where one cannot be read or meant."""
    return values.possible(_together(pieces, zone))


def _together(pieces: Sequence[Piece], zone: str) -> pl.Expr:
    by_form = {piece.form: piece.text for piece in pieces}
    whole = next((form for form in _ORDER if form in by_form), None)
    if whole in _EPOCH:
        base = pl.from_epoch(values.scaled_to_us(by_form[whole], _EPOCH[whole]), "us").dt.replace_time_zone("UTC")
    elif whole is not None:
        base = _parse(by_form[whole], whole, zone)
    else:
        parts = [piece for piece in pieces if piece.form not in _FRACTION]
        base = _parse(pl.concat_str([piece.text for piece in parts], separator="|"),
                      "|".join(piece.form for piece in parts), zone)  # fmt: skip
    if whole in {None, "sec", CLF, BRACKETED}:
        for form, microseconds in _FRACTION.items():
            if form in by_form:
                fraction = by_form[form].cast(pl.Int64, strict=False) * microseconds
                return base + pl.duration(microseconds=fraction)
    return base


def _parse(text: pl.Expr, form: str, zone: str) -> pl.Expr:
    if any(offset in form for offset in _ZONED):
        return text.str.to_datetime(form, strict=False, time_unit="us", time_zone="UTC")
    naive = text.str.to_datetime(form, strict=False, time_unit="us")
    if "%Z" in form:  # other abbreviations than those of UTC are ambiguous
        utc = naive.dt.replace_time_zone("UTC")
        return pl.when(text.str.contains(_UTC)).then(utc).otherwise(values.localised(naive, zone))
    return values.localised(naive, zone)


def tell_a_moment(forms: Sequence[str]) -> bool:
    """Whether a moment can be read back to the minute from what these forms write of it."""
    try:
        pieces = [Piece(pl.lit(sample(form)), form) for form in forms]
        read = pl.select(put_together(pieces, "UTC")).item()
    except pl.exceptions.PolarsError:
        return False
    return _is_sample(read)


def sample(form: str) -> str:
    """Writes one and the same moment in a form, so that it can be tried whether it is read back."""
    seconds = int(_SAMPLE.timestamp())
    epochs = {"sec": f"{seconds}", "decimal": f"{seconds}.000", "msec": f"{seconds}000", "usec": f"{seconds}000000"}
    if form in epochs:
        return epochs[form]
    if form in _FRACTION:
        return "0" * (6 if form == "usec_frac" else 3)
    return str(pl.select(pl.lit(_SAMPLE).dt.strftime(form.replace("%#z", "%z"))).item())


def reads_sample(text: str) -> bool:
    """Whether read_any reads the moment of sample from this text, to the minute."""
    return _is_sample(read_any(pl.Series([text]), "UTC").item())


_SAMPLE = datetime(2026, 11, 22, 16, 14, 12, tzinfo=UTC)


def _is_sample(read: object) -> bool:
    return isinstance(read, datetime) and read.replace(second=12) == _SAMPLE


def read_any(texts: pl.Series, zone: str) -> pl.Series:
    """Gives UTC times for RFC 3339, ISO 8601 without offset, epoch numbers, Common Log Format and HTTP dates.

    The unit of an epoch number follows from its size: seconds below 1e11, then ms, µs and ns. Anything else is
    null, and so are years that nobody can mean.
    """
    frame = pl.DataFrame({"text": texts})
    text = pl.col("text")
    times = frame.select(_parse(text, RFC_3339, zone)).to_series()
    for reader in (_numbers, _spelled, _local, _common, _http):
        unread = times.is_null() & texts.is_not_null()
        if not unread.any():
            break
        times = times.fill_null(frame.select(reader(text, zone)).to_series())
    return times.to_frame("time").select(values.possible(pl.col("time"))).to_series()


def _numbers(text: pl.Expr, _zone: str) -> pl.Expr:
    plain = text.str.contains(r"^[0-9]{1,19}(?:\.[0-9]*)?(?:[eE]\+?[0-9]{1,2})?$")
    value = pl.when(plain).then(text).cast(pl.Float64, strict=False)
    exact = text.cast(pl.Int64, strict=False)
    micros = (
        pl.when(value < 1e11).then((value * 1e6).round().cast(pl.Int64, strict=False))
        .when(value < 1e14).then((value * 1e3).round().cast(pl.Int64, strict=False))
        .when(value < 1e17).then(pl.coalesce(exact, value.round().cast(pl.Int64, strict=False)))
        .when(value < 9e18).then(pl.coalesce(exact // 1000, (value / 1e3).round().cast(pl.Int64, strict=False)))
    )  # fmt: skip
    return pl.from_epoch(micros, "us").dt.replace_time_zone("UTC")


def _tidy(text: pl.Expr) -> pl.Expr:
    return (
        text.str.strip_chars(" []")
        .str.replace(r"^([0-9]{4})[-/]([0-9]{2})[-/]([0-9]{2})[ tT_]", "${1}-${2}-${3}T")
        .str.replace(r"^(.{19}),([0-9])", "${1}.${2}")
        .str.replace(r" ?(?:UTC|GMT|z)$", "Z")
        .str.replace(r" ([+-][0-9]{2}:?[0-9]{2})$", "${1}")
    )


def _spelled(text: pl.Expr, zone: str) -> pl.Expr:
    return _parse(_tidy(text), RFC_3339, zone)


def _local(text: pl.Expr, zone: str) -> pl.Expr:
    return _parse(_tidy(text), "%Y-%m-%dT%H:%M:%S%.f", zone)


def _common(text: pl.Expr, zone: str) -> pl.Expr:
    return _parse(text.str.strip_chars(" []"), CLF, zone)


def _http(text: pl.Expr, _zone: str) -> pl.Expr:
    return _parse(text, HTTP_DATE, "UTC")
