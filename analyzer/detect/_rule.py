"""What a rule file holds once it is read: rules, correlations, and what was wrong with the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from analyzer.detect import _english
from analyzer.detect._tree import Node
from analyzer.errors import DocumentError, Location
from analyzer.model import Layer, NotEvaluated

ConditionOperator = Literal["lt", "lte", "gt", "gte", "eq", "neq"]
CorrelationType = Literal[
    "event_count", "value_count", "value_sum", "value_avg", "value_percentile", "temporal", "temporal_ordered"
]


@dataclass(frozen=True, slots=True)
class Report:
    """The x-report section: what the report says of a match; says may hold names in braces.

    unless: rules, by name or id, that tell more; a signal whose events are all in theirs is not told.
    """

    says: str | None = None
    ask: tuple[str, ...] = ()
    next_steps: tuple[str, ...] = ()
    layer: Layer | None = None
    owner_hint: str | None = None
    unless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sample:
    """One entry of x-tests: lines as text, or events as maps of canonical columns, and what the rule does with them.

    fires is the number of signals, True for at least one, None where matches alone is asked for; matches is the number
    of events that a detection fits.
    """

    location: Location
    input: str | None = None
    events: tuple[Mapping[str, Any], ...] = ()
    format: str | None = None
    fires: bool | int | None = None
    matches: int | None = None


@dataclass(frozen=True, slots=True)
class About:
    """What every rule document says of itself; own means that it came with the program; family is its folder."""

    id: str
    name: str | None
    title: str
    level: str
    author: str | None
    status: str | None
    description: str | None
    references: tuple[str, ...]
    family: str
    location: Location
    own: bool
    report: Report = field(default_factory=Report)
    falsepositives: tuple[str, ...] = ()
    samples: tuple[Sample, ...] = ()


@dataclass(frozen=True, slots=True)
class Logsource:
    """Which rows a rule is about; None fits all."""

    category: str | None = None
    product: str | None = None
    service: str | None = None


@dataclass(frozen=True, slots=True)
class BurstRequest:
    """The x-burst section; bucket_seconds None means that the length of the log decides.

    beside: wider burst rules, by name or id; a group is reported beside one of their bursts only if it explains it.
    need_baseline: nothing is reported of a group without a calm part.
    """

    against: str = "all_requests"
    group_by: tuple[str, ...] = ()
    bucket_seconds: int | None = None
    alpha: float = 0.01
    min_errors: int = 5
    local_seconds: int = 10800
    beside: tuple[str, ...] = ()
    need_baseline: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A detection; conditions are as written; selections name parts of the tree."""

    about: About
    logsource: Logsource
    node: Node
    burst: BurstRequest | None
    conditions: tuple[str, ...] = ()
    selections: Mapping[str, Node] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """Gives the condition in English."""
        return _english.write(self.node)


@dataclass(frozen=True, slots=True)
class Term:
    """One way to fulfil a text condition: numbers of the members that must occur, and of those that must not."""

    wanted: tuple[int, ...]
    unwanted: tuple[int, ...]


Limit = tuple[ConditionOperator, int | float]


@dataclass(frozen=True, slots=True)
class Condition:
    """What a window must show: limits of its metric, or any of the terms of a text condition.

    fields: whose values are counted or calculated with. percentile: 0 to 100, for value_percentile.
    """

    limits: tuple[Limit, ...] = ()
    fields: tuple[str, ...] = ()
    percentile: float | None = None
    terms: tuple[Term, ...] = ()


@dataclass(frozen=True, slots=True)
class Correlation:
    """A correlation: rules are the ids of its members, aliases maps an alias to the field of each member's id."""

    about: About
    type: CorrelationType
    rules: tuple[str, ...]
    group_by: tuple[str, ...]
    timespan_us: int
    condition: Condition
    aliases: dict[str, dict[str, str]]
    generate: bool
    text: str


@dataclass(frozen=True, slots=True)
class RuleSet:
    """All rules of some files; errors hold every fault with its place, skipped what is known but not run.

    elsewhere are the faults of foreign rules about logs that no input here can be, such as those of Windows: they take
    nothing away. warnings are what is unusual and changes nothing; ignored are YAML files without any rule.
    """

    rules: tuple[Rule, ...]
    correlations: tuple[Correlation, ...]
    errors: tuple[DocumentError, ...]
    skipped: tuple[NotEvaluated, ...]
    sha256: str
    elsewhere: tuple[DocumentError, ...] = ()
    warnings: tuple[DocumentError, ...] = ()
    ignored: tuple[str, ...] = ()

    @property
    def faults(self) -> tuple[DocumentError, ...]:
        """Gives all faults, also of rules about other logs."""
        return (*self.errors, *self.elsewhere)

    @property
    def everything(self) -> tuple[Rule | Correlation, ...]:
        """Gives rules and correlations."""
        return (*self.rules, *self.correlations)
