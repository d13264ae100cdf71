"""Reads written times: pieces that a format text puts together, and any of the forms that JSON loggers use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from analyzer import values

CLF = "%d/%b/%Y:%H:%M:%S %z"
ISO = "%Y-%m-%dT%H:%M:%S%:z"
_EPOCH = {"sec": 1, "decimal": 1, "msec": 1_000, "usec": 1_000_000}
_FRACTION = {"msec_frac": 1_000, "usec_frac": 1}
_ORDER = ("decimal", "usec", "msec", "sec", ISO, CLF)


@dataclass(frozen=True, slots=True)
class Piece:
    """One field that holds a time or a part of one; form is strptime's, or one of Apache's words such as msec_frac."""

    text: pl.Expr
    form: str


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
    if whole in {None, "sec", CLF}:
        for form, microseconds in _FRACTION.items():
            if form in by_form:
                fraction = by_form[form].cast(pl.Int64, strict=False) * microseconds
                return base + pl.duration(microseconds=fraction)
    return base


def _parse(text: pl.Expr, form: str, zone: str) -> pl.Expr:
    if "%z" in form or "%:z" in form or "%#z" in form:
        return text.str.to_datetime(form, strict=False, time_unit="us", time_zone="UTC")
    return values.localised(text.str.to_datetime(form, strict=False, time_unit="us"), zone)


def read_any(texts: pl.Series, zone: str) -> pl.Series:
    """Gives UTC times for RFC 3339, ISO 8601 without offset, epoch numbers, Common Log Format and HTTP dates.

    The unit of an epoch number follows from its size: seconds below 1e11, then ms, µs and ns. Anything else is
    null, and so are years that nobody can mean.
    """
    frame = pl.DataFrame({"text": texts})
    text = pl.col("text")
    times = frame.select(_parse(text, "%Y-%m-%dT%H:%M:%S%.f%#z", zone)).to_series()
    for read in (_numbers, _spelled, _local, _common, _http):
        unread = times.is_null() & texts.is_not_null()
        if not unread.any():
            break
        times = times.fill_null(frame.select(read(text, zone)).to_series())
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
    return _parse(_tidy(text), "%Y-%m-%dT%H:%M:%S%.f%#z", zone)


def _local(text: pl.Expr, zone: str) -> pl.Expr:
    return _parse(_tidy(text), "%Y-%m-%dT%H:%M:%S%.f", zone)


def _common(text: pl.Expr, zone: str) -> pl.Expr:
    return _parse(text.str.strip_chars(" []"), CLF, zone)


def _http(text: pl.Expr, _zone: str) -> pl.Expr:
    return text.str.to_datetime("%a, %d %b %Y %H:%M:%S GMT", strict=False, time_unit="us").dt.replace_time_zone("UTC")
