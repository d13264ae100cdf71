"""The forms in which a column is compared: text, lower case, number, address, and parts of times and paths."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

import polars as pl

from analyzer.detect import _addresses
from analyzer.detect._fields import Field

_ISO = "%Y-%m-%dT%H:%M:%S%.3fZ"
_TIMES: dict[str, Callable[[pl.Expr], pl.Expr]] = {
    "minute": lambda time: time.dt.minute(),
    "hour": lambda time: time.dt.hour(),
    "day": lambda time: time.dt.day(),
    "week": lambda time: time.dt.week(),
    "month": lambda time: time.dt.month(),
    "year": lambda time: time.dt.year(),
    "date": lambda time: time.dt.strftime("%Y-%m-%d"),
    "time": lambda time: time.dt.strftime("%H:%M:%S"),
}
_TEXT_PARTS = frozenset({"date", "time", "extension"})


class Columns:
    """The columns that expressions need; `parts` and then `derived` are added to a frame before they run."""

    def __init__(self, schema: Mapping[str, pl.DataType]) -> None:
        self.schema = schema
        self.used: set[str] = set()
        self.parts: dict[str, pl.Expr] = {}
        self.derived: dict[str, pl.Expr] = {}

    def column(self, field: Field) -> pl.Expr:
        """Gives the column of a field, null where the frame lacks it."""
        name = field.column
        if name in self.schema:
            self.used.add(name)
        else:
            self.parts.setdefault(name, pl.lit(None, dtype=pl.String))
        if field.part is None:
            return pl.col(name)
        key = f"{name}|{field.part}"
        self.parts.setdefault(key, _part(name, self.schema, field.part))
        return pl.col(key)

    def dtype(self, field: Field) -> pl.DataType:
        """Gives the type of that column."""
        if field.part:
            return pl.String() if field.part in _TEXT_PARTS else pl.Int64()
        return self.schema.get(field.column, pl.String())

    def form(self, field: Field, form: str) -> pl.Expr:
        """Gives the field as text, lower, number or address; element by element where it is a list."""
        column, dtype = self.column(field), self.dtype(field)
        if form == "text" and dtype == pl.String:
            return column
        scale = Fraction(1) if form == "number" else field.scale
        key = f"{form}:{field.column}|{field.part or ''}|{scale}"
        if key not in self.derived:
            self.derived[key] = _derive(column, dtype, form, scale)
        return pl.col(key)

    def joined(self, field: Field, form: str = "text") -> pl.Expr:
        """Gives the field as one text, the elements of a list joined by commas."""
        value = self.form(field, form)
        return value.list.join(",") if is_list(self.dtype(field)) else value

    def add_to(self, frame: pl.DataFrame, *more: str) -> pl.DataFrame:
        """Gives the used columns of a frame, the columns named besides, and everything derived from them."""
        kept = [name for name in frame.columns if name in self.used or name in more]
        return frame.select(kept).with_columns(**self.parts).with_columns(**self.derived)


def is_list(dtype: pl.DataType) -> bool:
    """Whether a column holds several values in a row."""
    return isinstance(dtype, pl.List)


def element_type(dtype: pl.DataType) -> pl.DataType:
    """Gives the type of a list's elements, else the type itself."""
    return dtype.inner if isinstance(dtype, pl.List) else dtype  # type: ignore[return-value]


def scaled(value: float, scale: Fraction) -> int | float:
    """Gives a rule's number in the unit of the column."""
    if scale == 1:
        return value
    exact = Fraction(value) * scale
    return int(exact) if exact.denominator == 1 else float(exact)


def _derive(column: pl.Expr, dtype: pl.DataType, form: str, scale: Fraction) -> pl.Expr:
    if is_list(dtype):
        return column.list.eval(_derive(pl.element(), element_type(dtype), form, scale))
    if form == "number":
        return _number(column, dtype)
    text = _text(column, dtype, scale)
    if form == "lower":
        return text.str.to_lowercase()
    return _addresses.hexadecimal(text) if form == "address" else text


def _text(column: pl.Expr, dtype: pl.DataType, scale: Fraction) -> pl.Expr:
    if dtype == pl.String:
        return column
    if isinstance(dtype, pl.Datetime):
        return column.dt.strftime(_ISO)
    if scale != 1 and dtype.is_numeric():
        column = column * scale.denominator // scale.numerator
    return column.cast(pl.String, strict=False)


def _number(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    if isinstance(dtype, pl.Datetime):
        return column.dt.epoch("us") / 1_000_000
    if dtype.is_integer() or dtype == pl.Boolean:
        return column.cast(pl.Int64, strict=False)
    value = column.cast(pl.Float64, strict=False)
    return pl.when(value.is_finite()).then(value)  # "nan" would be above every number


def _part(name: str, schema: Mapping[str, pl.DataType], part: str) -> pl.Expr:
    dtype = schema.get(name)
    if part == "extension":
        return pl.col(name).str.extract(r"\.([A-Za-z0-9]{1,10})$") if dtype == pl.String else pl.lit(None, pl.String)
    if not isinstance(dtype, pl.Datetime):
        return pl.lit(None, dtype=pl.String if part in _TEXT_PARTS else pl.Int64)
    found = _TIMES[part](pl.col(name))
    return found if part in _TEXT_PARTS else found.cast(pl.Int64)
