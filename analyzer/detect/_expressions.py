"""Turns a detection tree into one boolean expression that is never null."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import polars as pl

from analyzer.detect import _addresses, _shapes
from analyzer.detect._fields import Field
from analyzer.detect._forms import Columns, element_type, is_list, scaled
from analyzer.detect._tree import (
    Absent,
    Compare,
    Every,
    Exists,
    Flag,
    Leaf,
    Network,
    Node,
    Not,
    Number,
    Pattern,
    Reference,
    Regex,
    Test,
)

Unknown = Callable[[Leaf], pl.Expr | None]


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a tree gives where unknown leaves count against a match, and where they count for it."""

    low: pl.Expr
    high: pl.Expr


def compile_mask(node: Node, columns: Columns) -> pl.Expr:
    """Gives the expression of a tree; every leaf is false where its field is absent, before any NOT."""
    if isinstance(node, Leaf):
        return compile_leaf(node, columns)
    if isinstance(node, Not):
        return ~compile_mask(node.node, columns)
    return join([compile_mask(child, columns) for child in node.nodes], every=isinstance(node, Every))


def compile_bounds(node: Node, columns: Columns, unknown: Unknown) -> Bounds:
    """Gives both bounds of a tree; unknown tells in which rows a leaf cannot be judged."""
    if isinstance(node, Leaf):
        mask, where = compile_leaf(node, columns), unknown(node)
        return Bounds(mask, mask) if where is None else Bounds(mask & ~where, mask | where)
    if isinstance(node, Not):
        inner = compile_bounds(node.node, columns, unknown)
        return Bounds(~inner.high, ~inner.low)
    parts = [compile_bounds(child, columns, unknown) for child in node.nodes]
    every = isinstance(node, Every)
    return Bounds(join([part.low for part in parts], every=every), join([part.high for part in parts], every=every))


def compile_leaf(leaf: Leaf, columns: Columns) -> pl.Expr:
    """Gives the expression of one leaf, never null."""
    dtype = element_type(columns.dtype(leaf.field))
    groups = [_fit(test, dtype) for test in leaf.tests]
    if leaf.every:
        return join([join(_compile_tests(leaf, group, columns), every=False) for group in groups], every=True)
    return join(_compile_tests(leaf, [test for group in groups for test in group], columns), every=False)


def join(parts: Iterable[pl.Expr], *, every: bool) -> pl.Expr:
    """Joins expressions by AND or OR."""
    parts = list(parts)
    if len(parts) == 1:
        return parts[0]
    return pl.all_horizontal(parts) if every else pl.any_horizontal(parts)


def _fit(test: Test, dtype: pl.DataType) -> list[Test]:
    # What a value means depends on the column: a number on a text column is compared by its digits.
    numeric = dtype.is_numeric() or dtype == pl.Boolean or isinstance(dtype, pl.Datetime)
    if isinstance(test, Number) and not numeric:
        return [Pattern((str(test.value),))]
    if isinstance(test, Flag):
        return [Number(int(test.value))] if numeric else [Pattern((word,)) for word in _SPELLINGS[test.value]]
    return [test]


_SPELLINGS = {True: ("true", "1"), False: ("false", "0")}


def _compile_tests(leaf: Leaf, tests: list[Test], columns: Columns) -> list[pl.Expr]:
    patterns = [test for test in tests if isinstance(test, Pattern)]
    numbers = [scaled(test.value, leaf.field.scale) for test in tests if isinstance(test, Number)]
    found = _compile_patterns(leaf, patterns, columns)
    if numbers:
        found.append(_apply(leaf.field, "number", columns, functools.partial(_equal_numbers, numbers)))
    found += [_compile_test(leaf, test, columns) for test in tests if not isinstance(test, (Pattern, Number))]
    return [test.fill_null(value=False) for test in found]


def _compile_patterns(leaf: Leaf, patterns: list[Pattern], columns: Columns) -> list[pl.Expr]:
    form = "text" if leaf.cased else "lower"
    tests = _shapes.tests(patterns, fold=not leaf.cased)
    found = [_apply(leaf.field, form, columns, test) for test in tests]
    if leaf.field.header and Pattern(()) in patterns:
        found.append(columns.column(leaf.field).is_null())
    return found


def _equal_numbers(numbers: list[int | float], value: pl.Expr) -> pl.Expr:
    if len(numbers) == 1:
        return value == numbers[0]
    if any(abs(number) > _EXACT for number in numbers):
        return pl.any_horizontal([value == number for number in numbers])
    return value.cast(pl.Float64).is_in(pl.lit(pl.Series(numbers, dtype=pl.Float64)).implode())


_EXACT = 2**53  # up to here every whole number is a float


def _compile_test(leaf: Leaf, test: Test, columns: Columns) -> pl.Expr:
    if isinstance(test, Absent):
        return columns.column(leaf.field).is_null()
    if isinstance(test, Exists):
        column = columns.column(leaf.field)
        return column.is_not_null() if test.value else column.is_null()
    if isinstance(test, Reference):
        return _compile_reference(leaf, test, columns)
    form, apply = _VALUE_TESTS[type(test)]
    return _apply(leaf.field, form, columns, functools.partial(apply, leaf.field, test))


def _search(_field: Field, test: Regex, value: pl.Expr) -> pl.Expr:
    return value.str.contains(test.expression)


def _within(_field: Field, test: Network, value: pl.Expr) -> pl.Expr:
    return _addresses.within(value, test)


def _compare(field: Field, test: Compare, value: pl.Expr) -> pl.Expr:
    compared: pl.Expr = _OPERATORS[test.operator](value, scaled(test.value, field.scale))
    return compared


_OPERATORS = {"lt": operator.lt, "lte": operator.le, "gt": operator.gt, "gte": operator.ge}
_VALUE_TESTS: dict[type, tuple[str, Callable[..., pl.Expr]]] = {
    Regex: ("text", _search),
    Network: ("address", _within),
    Compare: ("number", _compare),
}


def _compile_reference(leaf: Leaf, test: Reference, columns: Columns) -> pl.Expr:
    types = (columns.dtype(leaf.field), columns.dtype(test.field))
    exact = all(dtype.is_numeric() for dtype in types) or all(isinstance(dtype, pl.Datetime) for dtype in types)
    if test.mode == "equals" and exact:
        return columns.form(leaf.field, "number") == columns.form(test.field, "number")
    form = "text" if leaf.cased else "lower"
    left, right = columns.joined(leaf.field, form), columns.joined(test.field, form)
    if test.mode == "contains":
        return left.str.contains(right, literal=True)
    if test.mode == "startswith":
        return left.str.starts_with(right)
    return left.str.ends_with(right) if test.mode == "endswith" else left == right


def _apply(field: Field, form: str, columns: Columns, test: Callable[[pl.Expr], pl.Expr]) -> pl.Expr:
    value = columns.form(field, form)
    if is_list(columns.dtype(field)):
        return value.list.eval(test(pl.element())).list.any()
    return test(value)
