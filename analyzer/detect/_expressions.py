"""Turns a detection tree into one boolean expression that is never null."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from analyzer.detect import _addresses, _forms, _patterns
from analyzer.detect._fields import Field
from analyzer.detect._tree import (
    Absent,
    Any,
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
    Wildcard,
)

_MATCH_ALL = pl.lit(True)
_JOIN: dict[bool, Callable[[pl.Expr, pl.Expr], pl.Expr]] = {True: operator.and_, False: operator.or_}


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a node gives where unknown leaves count against a match, and where they count for it."""

    low: pl.Expr
    high: pl.Expr


class Compiler:
    """Compiles trees for frames of one schema; `derived` holds the columns that its expressions need beside them."""

    def __init__(self, schema: Mapping[str, pl.DataType]) -> None:
        self.schema = schema
        self.derived: dict[str, pl.Expr] = {}
        self.columns: set[str] = set()

    def mask(self, node: Node) -> pl.Expr:
        """Gives the expression of a tree; every leaf is false where its field is absent, before any NOT."""
        if isinstance(node, Leaf):
            return self.leaf(node)
        if isinstance(node, Not):
            return ~self.mask(node.node)
        return _join((self.mask(child) for child in node.nodes), every=isinstance(node, Every))

    def bounds(self, node: Node, unknown: Callable[[Leaf], pl.Expr | None]) -> Bounds:
        """Gives both bounds of a tree; unknown tells in which rows a leaf cannot be judged."""
        if isinstance(node, Leaf):
            mask, where = self.leaf(node), unknown(node)
            return Bounds(mask, mask) if where is None else Bounds(mask & ~where, mask | where)
        if isinstance(node, Not):
            inner = self.bounds(node.node, unknown)
            return Bounds(~inner.high, ~inner.low)
        parts = [self.bounds(child, unknown) for child in node.nodes]
        every = isinstance(node, Every)
        return Bounds(_join((part.low for part in parts), every=every), _join((part.high for part in parts), every=every))

    def leaf(self, leaf: Leaf) -> pl.Expr:
        """Gives the expression of one leaf, never null."""
        dtype = _forms.inner(self._dtype(leaf.field))
        if leaf.every:
            each = (_join((self._tests(leaf, _fitting(test, dtype))), every=False) for test in leaf.tests)
            return _join(each, every=True)
        return _join(self._tests(leaf, [fit for test in leaf.tests for fit in _fitting(test, dtype)]), every=False)

    def text(self, name: Field) -> pl.Expr:
        """Gives a field as text, lists joined by commas: what groups are made of."""
        return _forms.joined(self._column(name), self._dtype(name))

    def _tests(self, leaf: Leaf, tests: list[Test]) -> list[pl.Expr]:
        patterns = [test for test in tests if isinstance(test, Pattern)]
        others = [test for test in tests if not isinstance(test, Pattern)]
        found = [*self._patterns(leaf, patterns), *(self._test(leaf, test) for test in others)]
        return [test.fill_null(False) for test in found]

    def _patterns(self, leaf: Leaf, patterns: list[Pattern]) -> list[pl.Expr]:
        form = "text" if leaf.cased else "lower"
        shapes = [_shape(pattern if leaf.cased else _lower(pattern)) for pattern in patterns]
        equal = [text for kind, text in shapes if kind == "equals"]
        inside = [text for kind, text in shapes if kind == "contains"]
        found = []
        if equal:
            found.append(self._apply(leaf.field, form, lambda value: _equals(value, equal)))
        if inside:
            found.append(self._apply(leaf.field, form, lambda value: _contains(value, inside)))
        for kind, text in shapes:
            if kind not in ("equals", "contains"):
                test = functools.partial(_SHAPES[kind], text)
                found.append(self._apply(leaf.field, form, test))
        if "" in equal and leaf.field.header:
            found.append(self._column(leaf.field).is_null())
        return found

    def _test(self, leaf: Leaf, test: Test) -> pl.Expr:
        column = self._column(leaf.field)
        match test:
            case Absent():
                return column.is_null()
            case Exists(value):
                return column.is_not_null() if value else column.is_null()
            case Regex(expression):
                return self._apply(leaf.field, "text", lambda value: value.str.contains(expression))
            case Network():
                return self._apply(leaf.field, "address", lambda value: _addresses.within(value, test))
            case Reference(field, mode):
                return self._reference(leaf, field, mode)
            case Number(value) | Compare(_, value):
                name = test.operator if isinstance(test, Compare) else "eq"
                scaled = _forms.scaled(value, leaf.field.scale)
                compare: Callable[[pl.Expr, object], pl.Expr] = getattr(operator, _COMPARE[name])
                return self._apply(leaf.field, "number", lambda column: compare(column, pl.lit(scaled)))
            case _:
                raise AssertionError(test)

    def _reference(self, leaf: Leaf, other: Field, mode: str) -> pl.Expr:
        both = (self._dtype(leaf.field), self._dtype(other))
        if mode == "equals" and all(dtype.is_numeric() for dtype in both):
            return self._form(leaf.field, "number") == self._form(other, "number")
        form = "text" if leaf.cased else "lower"
        left, right = (_forms.joined(self._form(field, form), dtype) for field, dtype in zip((leaf.field, other), both, strict=True))
        if mode == "contains":
            return left.str.contains(right, literal=True)
        if mode == "startswith":
            return left.str.starts_with(right)
        return left.str.ends_with(right) if mode == "endswith" else left == right

    def _apply(self, field: Field, form: str, test: Callable[[pl.Expr], pl.Expr]) -> pl.Expr:
        value = self._form(field, form)
        if isinstance(self._dtype(field), pl.List):
            return value.list.eval(test(pl.element())).list.any()
        return test(value)

    def _form(self, field: Field, form: str) -> pl.Expr:
        column, dtype = self._column(field), self._dtype(field)
        if form == "text" and dtype == pl.String and not field.part:
            return column
        scale = "" if field.scale == 1 or form == "number" else f"/{field.scale}"
        key = f"{form}:{field.column}:{field.part or ''}{scale}"
        if key not in self.derived:
            self.derived[key] = _forms.derive(column, dtype, form, field)
        return pl.col(key)

    def _dtype(self, field: Field) -> pl.DataType:
        dtype = self.schema.get(field.column, pl.String())
        return _forms.part_type(field.part) if field.part else dtype

    def _column(self, field: Field) -> pl.Expr:
        self.columns.add(field.column)
        if field.part is None:
            return pl.col(field.column)
        return _forms.part(pl.col(field.column), self.schema.get(field.column, pl.String()), field.part)


def _join(parts: Iterable[pl.Expr], *, every: bool) -> pl.Expr:
    return functools.reduce(_JOIN[every], parts)
