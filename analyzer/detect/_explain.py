"""Says what became of a rule on events: condition by condition for a detection, member by member for a correlation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from analyzer.counted import counted
from analyzer.detect import _correlate, _english, _fields, _logsource
from analyzer.detect._evaluate import evaluate
from analyzer.detect._expressions import compile_mask
from analyzer.detect._forms import Columns
from analyzer.detect._rule import Condition, Correlation, Rule, RuleSet
from analyzer.detect._tree import Every, Leaf, Node, Not

_MOST_STEPS = 200
_MOST_GROUPS = 3


@dataclass(frozen=True, slots=True)
class Step:
    """One part of a condition on one event.

    wanted: what it asks for, in English; name: the selection that it is, if any; found: the event's value as text,
    None where it has none; column: what is tested, None for what only joins steps, the parts; lacks_column: the frame
    has no such column at all.
    """

    wanted: str
    holds: bool
    name: str | None = None
    found: str | None = None
    column: str | None = None
    lacks_column: bool = False
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Explained:
    """One event and one rule: whether the logsource fits, and the condition's parts."""

    row: int
    fits: bool
    step: Step

    @property
    def matches(self) -> bool:
        """Whether the rule matches the event."""
        return self.fits and self.step.holds


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a correlation, and how many events or alerts of it there are."""

    id: str
    title: str
    count: int


@dataclass(frozen=True, slots=True)
class Measured:
    """The nearest that one group comes to the limit of a correlation: the metric of its best window."""

    group: tuple[tuple[str, str], ...]
    metric: int | float


@dataclass(frozen=True, slots=True)
class ExplainedCorrelation:
    """What a correlation made of the events: its members, its best groups, and what was left out."""

    members: tuple[Member, ...]
    groups: tuple[Measured, ...]
    notes: tuple[str, ...]


def explain_rows(rule: Rule, frame: pl.DataFrame, rows: Sequence[int]) -> tuple[Explained, ...]:
    """Says for each of these rows (numbers in the column `row`) which parts of the condition hold.

    frame: as detect takes it.
    """
    nodes = [(node, path) for node, path in _walk(rule.node, ())][:_MOST_STEPS]
    columns = Columns(frame.schema)
    masks = [compile_mask(node, columns).alias(f"mask:{_key(path)}") for node, path in nodes]
    leaves = {path: node for node, path in nodes if isinstance(node, Leaf)}
    values = [columns.joined(node.field).alias(f"value:{_key(path)}") for path, node in leaves.items()]
    chosen = frame.filter(pl.col("row").is_in(list(rows)))
    fits = chosen.select("row", _logsource.fits(rule.logsource, frame.schema).alias("fits"))
    found = columns.add_to(chosen, "row").select("row", *masks, *values).join(fits, on="row", maintain_order="left")
    names = {id(node): name for name, node in rule.selections.items()}
    known = set(frame.columns)
    return tuple(
        Explained(row["row"], row["fits"], _step(rule.node, (), row, names, known))
        for row in found.iter_rows(named=True)
    )


def nearest(rule: Rule, frame: pl.DataFrame, limit: int) -> tuple[int, ...]:
    """Gives the rows that the rule does not match though its logsource fits them, the most fulfilled first."""
    columns = Columns(frame.schema)
    near, match = _nearness(rule.node, columns), compile_mask(rule.node, columns)
    fitting = frame.select("row", _logsource.fits(rule.logsource, frame.schema).alias("fits"))
    work = columns.add_to(frame, "row").select("row", near.alias("near"), match.alias("match"))
    missed = work.join(fitting, on="row").filter(pl.col("fits") & ~pl.col("match"))
    return tuple(missed.sort(["near", "row"], descending=[True, False]).head(limit)["row"])


def _nearness(node: Node, columns: Columns) -> pl.Expr:
    """Gives from 0 to 1 how much of a condition holds: the mean of what must all hold, the best of alternatives."""
    parts = () if isinstance(node, Not) else _parts(node)
    if not parts:
        return compile_mask(node, columns).cast(pl.Float64)
    scores = [_nearness(part, columns) for part in parts]
    every = isinstance(node, (Every, Leaf))
    return pl.mean_horizontal(scores) if every else pl.max_horizontal(scores)


def explain_correlation(
    correlation: Correlation, frame: pl.DataFrame, rules: RuleSet, missing: Mapping[str, frozenset[str]]
) -> ExplainedCorrelation:
    """Says how many events each member has, and how near each group comes to the limit."""
    evaluated = evaluate(frame, rules, missing)
    opened = [_open(each) if each.about.id == correlation.about.id else each for each in rules.correlations]
    outcomes = _correlate.run(opened, evaluated)
    known = {each.about.id: each for each in rules.everything}
    members = [
        Member(
            identity,
            known[identity].about.title,
            outcomes[identity].alerts.height
            if identity in outcomes
            else counted(evaluated.events, evaluated.masks[identity]),
        )
        for identity in correlation.rules
    ]
    outcome = outcomes[correlation.about.id]
    return ExplainedCorrelation(tuple(members), _measure(correlation, outcome), outcome.notes)


def _open(correlation: Correlation) -> Correlation:
    """Takes the limits away: every window is an alert then, and shows its metric.

    Of members that have to come in an order, or that must not come, the metric is how many a window holds.
    """
    condition = correlation.condition
    if condition.terms or correlation.type == "temporal_ordered":
        return replace(correlation, type="temporal", condition=Condition())
    return replace(correlation, condition=replace(condition, limits=()))


def fields_of(rule: Rule) -> dict[str, str]:
    """Gives the fields that a rule tests, each with its column, in the order in which they first stand there."""
    return {leaf.field.name: leaf.field.column for leaf in _leaves(rule.node)}


def column_of(name: str) -> str:
    """Gives the column that a field of a rule means."""
    return _fields.resolve(name).column


def _measure(correlation: Correlation, outcome: _correlate.Outcome) -> tuple[Measured, ...]:
    limits = correlation.condition.limits
    smallest = bool(limits) and all(name in ("lt", "lte") for name, _ in limits)
    metric = pl.col("metric").min() if smallest else pl.col("metric").max()
    best = outcome.alerts.group_by("group").agg(metric).join(outcome.groups, on="group", how="left")
    ordered = best.sort(["metric", "group"], descending=[not smallest, False]).head(_MOST_GROUPS)
    names = correlation.group_by
    return tuple(
        Measured(tuple((name, row[f"key_{index}"]) for index, name in enumerate(names)), row["metric"])
        for row in ordered.iter_rows(named=True)
    )


Path = tuple[int, ...]


def _walk(node: Node, path: Path) -> Iterator[tuple[Node, Path]]:
    yield node, path
    for index, child in enumerate(_parts(node)):
        yield from _walk(child, (*path, index))


def _parts(node: Node) -> tuple[Node, ...]:
    if isinstance(node, Not):
        return (node.node,)
    if isinstance(node, Leaf):
        # Where every value must fit, each is a test of its own; of any that may fit, one line tells enough.
        several = node.every and len(node.tests) > 1
        return tuple(replace(node, tests=(test,), every=False) for test in node.tests) if several else ()
    return node.nodes


def _key(path: Path) -> str:
    return ".".join(map(str, path))


def _step(node: Node, path: Path, row: Mapping[str, object], names: Mapping[int, str], known: set[str]) -> Step:
    key = _key(path)
    steps = tuple(
        _step(child, (*path, index), row, names, known)
        for index, child in enumerate(_parts(node))
        if f"mask:{_key((*path, index))}" in row
    )
    name, holds = names.get(id(node)), bool(row[f"mask:{key}"])
    if not isinstance(node, Leaf):
        word = "not this" if isinstance(node, Not) else "all of these" if isinstance(node, Every) else "any of these"
        return Step(word, holds, name, steps=steps)
    value = row[f"value:{key}"]
    return Step(
        wanted=_english.write(node),
        holds=holds,
        name=name,
        found=None if value is None else str(value),
        column=node.field.column,
        lacks_column=node.field.column not in known,
        steps=steps,
    )


def _leaves(node: Node) -> Iterator[Leaf]:
    return (each for each, _ in _walk(node, ()) if isinstance(each, Leaf))
