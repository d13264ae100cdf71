"""Runs templates that the user brings: they may show what the views hold, and nothing else.

Three nets: what a template may be made of is a list of kinds, looked at before it runs; the sandbox of jinja2 refuses
attributes and calls; and a meter ends whatever would not end, since every entry of a body and every printed
character is charged to it.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from functools import wraps
from typing import Any, TypeVar

from jinja2 import (
    BaseLoader,
    Environment,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
    Undefined,
    meta,
    nodes,
    pass_context,
)
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

from analyzer.errors import DocumentError, Location
from analyzer.report.templates import SCRIPT, Templates, shipped

T = TypeVar("T", bound=nodes.Node)
MOST_WORK = 40_000_000  # characters; a page of 2 MB takes about a tenth
_ENTRY = 40  # what entering a body costs, in characters, as it takes time even if it prints none
_LARGEST = 10**9
_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Const, nodes.Name, nodes.Getattr, nodes.Getitem,
    nodes.Slice, nodes.For, nodes.If, nodes.With, nodes.Scope, nodes.Include, nodes.Import, nodes.FromImport,
    nodes.Macro, nodes.Call, nodes.Keyword, nodes.Assign, nodes.Tuple, nodes.List, nodes.Filter, nodes.Test,
    nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.CondExpr, nodes.Concat, nodes.Add, nodes.Sub,
    nodes.Neg,
)  # fmt: skip
_FILTERS = (
    "capitalize", "count", "d", "default", "e", "escape", "first", "href", "last", "length", "lower", "runs",
    "title", "trim", "upper",
)  # fmt: skip
_ESCAPING = "every text is escaped, and no template can switch that off"
_WORDS = {
    "ScopedEvalContextModifier": _ESCAPING,
    "EvalContextModifier": _ESCAPING,
    "Extends": "a template extends no other; include it, or import its macros",
    "Block": "a template has no blocks; include another template, or write a macro",
}
_FAULTS = (
    TemplateError, ArithmeticError, AttributeError, LookupError, RecursionError, SyntaxError, TypeError, ValueError
)  # fmt: skip
_SURROGATE = re.compile("[\ud800-\udfff]")
_GATHERED = ("varargs", "kwargs")  # lists of lists, too
_COUNT, _MEASURE = "count entry", "measure text"  # no template can spell a name with a blank


class _Undefined(StrictUndefined):
    """An error that names what there is."""

    __slots__ = ()

    @property
    def _undefined_message(self) -> str:
        if is_dataclass(self._undefined_obj):
            known = ", ".join(field.name for field in fields(self._undefined_obj))
            kind = type(self._undefined_obj).__name__
            return f"{kind} has no field {self._undefined_name!r}; it has: {known}"
        return super()._undefined_message


class _Loader(BaseLoader):
    """Takes a template from the folder, else from the package."""

    def __init__(self, templates: Templates, package: BaseLoader) -> None:
        self._own = dict(templates.files)
        self._templates, self._package = templates, package

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        if template in self._own:
            return self._own[template], str(self._templates.place(template)), lambda: True
        if template not in shipped() and template != SCRIPT:
            raise TemplateNotFound(template)
        return self._package.get_source(environment, template)[0], f"<{template}>", lambda: True


class Sandbox(ImmutableSandboxedEnvironment):
    """The environment of one folder; run renders, and turns every fault into a DocumentError with its place."""

    intercepted_binops = frozenset({"+", "-"})

    def __init__(self, templates: Templates, package: Environment, finalize: Callable[[object], object]) -> None:
        assert package.loader is not None  # noqa: S101 - it has one
        super().__init__(
            autoescape=True,
            undefined=_Undefined,
            trim_blocks=package.trim_blocks,
            lstrip_blocks=package.lstrip_blocks,
            loader=_Loader(templates, package.loader),
            finalize=lambda value: self.charged(finalize(_defined(value))),
            cache_size=-1,
        )
        self._templates, self._package, self._left = templates, package, MOST_WORK
        self.globals = {"styles": package.globals["styles"]}
        self.filters = {name: self._metered(package.filters[name]) for name in _FILTERS}
        self.filters |= {_COUNT: _entered, _MEASURE: _measured}
        self.tests = dict(package.tests)

    def check(self) -> None:
        """Compiles every template of the folder; raises DocumentError for the first fault."""
        for name, _ in self._templates.files:
            with self._faults(name):
                self.get_template(name)

    def run(self, *names: str, **values: object) -> str:
        """Renders templates one after the other; raises DocumentError for whatever goes wrong, or would not end."""
        self._left = MOST_WORK
        with self._faults():
            return "".join(self.get_template(name).render(values) for name in names)

    def is_safe_callable(self, obj: Any) -> bool:
        """Only macros may be called, and what names the styles: no method of a value."""
        return isinstance(obj, Macro) or obj is self.globals["styles"]

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Adds and subtracts whole numbers; raises TypeError for anything else."""
        if not all(isinstance(value, int) and abs(value) < _LARGEST for value in (left, right)):
            raise TypeError(f"{operator} is for whole numbers only; ~ joins texts")
        return super().call_binop(context, operator, left, right)

    def _generate(
        self, source: nodes.Template, name: str | None, filename: str | None, *rest: Any, **named: Any
    ) -> str:
        if name in dict(self._templates.files):
            for fault in self._refused(source, name):
                raise fault
        _Counting(self).visit(source)
        return super()._generate(source, name, filename, *rest, **named)

    def _refused(self, tree: nodes.Template, name: str) -> Iterator[TemplateSyntaxError]:
        """Yields what this template may not do: kinds of nodes and filters first, since what they hide may be names."""
        for node in tree.find_all(nodes.Node):
            if not isinstance(node, _ALLOWED):
                kind = type(node).__name__
                plain = f"a template may not use {kind}: it shows what its view holds, and computes nothing"
                yield TemplateSyntaxError(_WORDS.get(kind, plain), node.lineno, name)
            elif isinstance(node, nodes.Filter) and node.name not in _FILTERS:
                said = f"there is no filter {node.name!r}; there are: {', '.join(_FILTERS)}; {_ESCAPING}"
                yield TemplateSyntaxError(said, node.lineno, name)
            elif isinstance(node, (nodes.List, nodes.Tuple)) and not _is_flat(node):
                said = "a list in a template holds texts and numbers only"  # lists of lists take for ever to compare
                yield TemplateSyntaxError(said, node.lineno, name)
            elif isinstance(node, nodes.Const) and _SURROGATE.search(str(node.value)):
                yield TemplateSyntaxError("half of a character (\\ud800 to \\udfff) is no text", node.lineno, name)
        outside = self._outside(name)
        known = f"; this template reads: {', '.join(sorted(outside))}" if outside else ""
        wrong = meta.find_undeclared_variables(tree) - outside
        for node in tree.find_all(nodes.Name):
            if node.name in _GATHERED or (node.name in wrong and node.ctx == "load"):
                yield TemplateSyntaxError(f"there is no name {node.name!r} here{known}", node.lineno, name)

    def _outside(self, name: str) -> set[str]:
        """Gives the names that the shipped template of this name takes from outside."""
        return meta.find_undeclared_variables(self._package.parse(shipped()[name]))

    def _metered(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Gives the filter, charged with the texts that it goes through."""

        @wraps(function)  # keeps what jinja2 hands over before the value
        def metered(*args: Any, **named: Any) -> Any:
            self.charge(sum(len(value) for value in args if isinstance(value, str)))
            return function(*args, **named)

        return metered

    def charged(self, value: Any) -> Any:
        """Gives the value, once its length is charged; raises SecurityError where too much was printed."""
        self.charge(len(value) if isinstance(value, str) else 1)
        return value

    def charge(self, cost: int) -> None:
        """Takes so many characters from the meter; raises SecurityError when it is empty."""
        self._left -= cost
        if self._left < 0:
            raise SecurityError("the templates print or repeat too much, or without an end")

    @contextmanager
    def _faults(self, name: str | None = None) -> Iterator[None]:
        try:
            yield
        except _FAULTS as error:
            raise DocumentError(f"{_said(error)}.", location=self._location(error, name), hint=_HINT) from error

    def _location(self, error: BaseException, name: str | None) -> Location:
        """Gives the innermost place in the user's own files, else the file that was looked at, else the folder."""
        if isinstance(error, TemplateSyntaxError):
            return self._templates.place(error.name or "", error.lineno)
        frames = [(frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(error.__traceback__)]
        places = {str(self._templates.place(own)): own for own, _ in self._templates.files}
        found = [(places[path], line) for path, line in frames if path in places]
        if found:
            return self._templates.place(*found[-1])
        return self._templates.place(name) if name else Location(str(self._templates.folder))


class _Counting(NodeTransformer):
    """Charges every entry of a body with the text and the steps in it, and every joined text with its length."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment

    def generic_visit(self, node: nodes.Node, *args: Any, **named: Any) -> nodes.Node:
        """Visits what is inside first, then counts at this node."""
        super().generic_visit(node, *args, **named)
        if isinstance(node, nodes.Concat):
            return self._made(nodes.Filter(node, _MEASURE, [], [], None, None), node)
        if isinstance(node, (nodes.Template, nodes.For, nodes.Macro)):
            held = sum(len(piece.data) for piece in node.find_all(nodes.TemplateData))
            held += sum(len(piece.value) for piece in node.find_all(nodes.Const) if isinstance(piece.value, str))
            held += sum(1 for _ in node.find_all(nodes.Node))
            counted = nodes.Filter(nodes.Const(held), _COUNT, [], [], None, None)
            node.body.insert(0, self._made(nodes.Output([counted]), node))
        if isinstance(node, nodes.For) and node.test is not None:
            tried = self._made(nodes.Not(nodes.Filter(nodes.Const(0), _COUNT, [], [], None, None)), node)
            node.test = self._made(nodes.And(tried, node.test), node)
        return node

    def _made(self, node: T, beside: nodes.Node) -> T:
        node.set_lineno(beside.lineno)
        node.set_environment(self._environment)
        return node


def _is_flat(node: nodes.List | nodes.Tuple) -> bool:
    """Whether it holds constants, or names that are set from one value each."""
    names = isinstance(node, nodes.Tuple) and node.ctx == "store"
    return names or all(isinstance(item, nodes.Const) for item in node.items)


def _defined(value: object) -> object:
    if isinstance(value, Undefined):
        str(value)  # raises, with what there is
    return value


@pass_context  # which also keeps the compiler from doing it once and for all
def _entered(context: Context, characters: int) -> str:
    _meter(context).charge(_ENTRY + characters)
    return ""


@pass_context
def _measured(context: Context, value: Any) -> Any:
    return _meter(context).charged(value)


def _meter(context: Context) -> Sandbox:
    assert isinstance(context.environment, Sandbox)  # noqa: S101 - nothing else has these filters
    return context.environment


def _said(error: Exception) -> str:
    if isinstance(error, (RecursionError, SyntaxError)):  # the compiler's, for more blocks in blocks than it takes
        return "the templates are nested too deeply, or call each other without an end"
    if isinstance(error, SecurityError) and "callable" in str(error):
        return "a template may call its macros, and nothing else"
    if isinstance(error, TemplateNotFound):
        return f"there is no template {error.name!r}"
    return str(error.message if isinstance(error, TemplateError) and error.message else error).rstrip(".")


_HINT = "`analyzer templates` tells what each template may read."
