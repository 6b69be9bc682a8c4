"""The operator tree: what a rule is once it has been read and checked.

A rule is a *condition*; conditions are made of tests over *values*. The set of operators is closed, there
is no recursion and no loop but over lists, so every rule terminates. The same tree is evaluated
(`trace`), compiled (`compile`), put into words (`words`) and, on other floors, proved and vectorised.

Every node knows its place in the rule file. Types are settled when the tree is built (`parse`): the
other modules may rely on them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Literal

from ohaccredit.language.problems import Place
from ohaccredit.language.types import Collection, Field, Measure, Scalar, Series, Words

# ── Where a path starts ─────────────────────────────────────────────────────────────────────────────

Scope = int
"""How many lists outwards a path starts: 0 is the innermost list's item, 1 the item of the list around it."""

SUBMISSION: Scope = -1
"""The path starts at the whole submission."""


@dataclass(frozen=True, slots=True)
class PathTo:
    """A path to a part of the evidence: where it starts, and the fields to follow from there."""

    scope: Scope
    fields: tuple[Field, ...]
    place: Place = field(compare=False)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(each.name for each in self.fields)

    def __str__(self) -> str:
        return ".".join(self.names)


# ── Values ──────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Constant:
    """A value that the rule states: a number, a share, a date, yes or no, or an option."""

    value: Fraction | date | bool | str | tuple[str, ...]
    type: Scalar
    place: Place = field(compare=False)


@dataclass(frozen=True, slots=True)
class FieldValue:
    """What the evidence states in a field."""

    path: PathTo
    type: Scalar
    place: Place = field(compare=False)


@dataclass(frozen=True, slots=True)
class AssessmentDate:
    """The only clock."""

    type: Scalar
    place: Place = field(compare=False)


@dataclass(frozen=True, slots=True)
class ParameterValue:
    """The value of a dated parameter, on the assessment date or `as_of` another date."""

    name: str
    type: Scalar
    as_of: Value | None
    place: Place = field(compare=False)


@dataclass(frozen=True, slots=True)
class DerivedValue:
    """A value defined once, by name (size band, lost-time rate)."""

    name: str
    type: Scalar
    place: Place = field(compare=False)


@dataclass(frozen=True, slots=True)
class ShiftedDate:
    """A date moved by calendar months, weeks or days: "12 months before assessment date"."""

    start: Value
    amount: Value
    unit: Literal["months", "weeks", "days"]
    direction: Literal["before", "after"]
    type: Scalar
    place: Place = field(compare=False)


@dataclass(frozen=True, slots=True)
class TimeBetween:
    """Whole days or whole calendar months from one date to another; negative if the second comes first."""

    start: Value
    end: Value
    unit: Literal["days", "months"]
    type: Scalar
    place: Place = field(compare=False)


Operation = Literal["total", "difference", "product", "ratio"]


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """Exact arithmetic over values; a ratio needs a positive second value."""

    operation: Operation
    operands: tuple[Value, ...]
    type: Scalar
    place: Place = field(compare=False)


Reduction = Literal["sum", "smallest", "largest", "mean", "earliest", "latest"]


@dataclass(frozen=True, slots=True)
class Aggregate:
    """One value over the items of a list: the sum, smallest, largest, mean, earliest or latest of `of`.

    Every item that `where` lets in must state the value; an item whose membership is undecided leaves the
    whole undecided. `if_empty` is the value when nothing is let in; None means not evidenced.
    """

    reduction: Reduction
    of: Value
    over: PathTo
    collection: Collection
    where: Condition | None
    if_empty: Value | None
    type: Scalar
    place: Place = field(compare=False)


@dataclass(frozen=True, slots=True)
class SeriesCount:
    """How many comparable points a series has, or the whole months that they span."""

    what: Literal["points", "months"]
    series: PathTo
    kind: Series
    type: Scalar
    place: Place = field(compare=False)


@dataclass(frozen=True, slots=True)
class SeriesChange:
    """Improved, no clear change, or worse: the latest comparable point against an earlier one.

    `noise` is the multiple of the standard error within which two points are not told apart (1.96 for
    95 %). With `since` "earliest" the first comparable point is the baseline, with "previous" the one before.
    """

    series: PathTo
    kind: Series
    measure: Measure
    since: Literal["earliest", "previous"]
    noise: Value
    type: Scalar
    place: Place = field(compare=False)


@dataclass(frozen=True, slots=True)
class SeriesLevel:
    """The value of a series at its latest or earliest comparable point."""

    which: Literal["latest", "earliest"]
    series: PathTo
    kind: Series
    measure: Measure
    type: Scalar
    place: Place = field(compare=False)


Value = (
    Constant
    | FieldValue
    | AssessmentDate
    | ParameterValue
    | DerivedValue
    | ShiftedDate
    | TimeBetween
    | Arithmetic
    | Aggregate
    | SeriesCount
    | SeriesChange
    | SeriesLevel
)

# ── Conditions ──────────────────────────────────────────────────────────────────────────────────────

Comparator = Literal["is", "at_least", "at_most", "more_than", "less_than"]
IfListEmpty = Literal["met", "not met", "not evidenced"]


@dataclass(frozen=True, slots=True)
class All:
    """Every one of several conditions."""

    of: tuple[Condition, ...]
    place: Place = field(compare=False)


@dataclass(frozen=True, slots=True)
class Either:
    """At least one of several conditions."""

    of: tuple[Condition, ...]
    place: Place = field(compare=False)


@dataclass(frozen=True, slots=True)
class AtLeast:
    """At least so many of several conditions."""

    needed: Value
    of: tuple[Condition, ...]
    place: Place = field(compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite of a condition; the only negation there is."""

    of: Condition
    place: Place = field(compare=False)


@dataclass(frozen=True, slots=True)
class Compare:
    """One value against another. `written` is the word the rule uses (on_or_after reads as at_least)."""

    left: Value
    comparator: Comparator
    right: Value
    written: str
    place: Place = field(compare=False)


@dataclass(frozen=True, slots=True)
class OneOf:
    """A value is one of several options."""

    value: Value
    options: tuple[str, ...] | Value
    place: Place = field(compare=False)


@dataclass(frozen=True, slots=True)
class Includes:
    """A list of options holds all, or any, of those named."""

    value: Value
    options: tuple[str, ...] | Value
    which: Literal["all", "any"]
    place: Place = field(compare=False)


@dataclass(frozen=True, slots=True)
class Shaped:
    """A text has one of several shapes (`text_shape`)."""

    value: FieldValue
    shapes: tuple[str, ...] | Value
    place: Place = field(compare=False)


@dataclass(frozen=True, slots=True)
class Stated:
    """The evidence states the field at all. Never "not met": what is not stated is not evidenced."""

    value: FieldValue
    place: Place = field(compare=False)


@dataclass(frozen=True, slots=True)
class Quantified:
    """A test over a list: some, every or none of the items, or a count or share of them.

    `where` chooses the items the test is about; `satisfying` is what they are tested for. Items that the
    evidence leaves undecided make the count an interval [yes, yes + undecided]: a bound inside it is not
    evidenced. `if_list_empty` says what to conclude when `where` leaves nothing.
    """

    kind: Literal["some", "every", "none", "count", "share"]
    over: PathTo
    collection: Collection
    where: Condition | None
    satisfying: Condition | None
    distinct: FieldValue | None
    comparator: Comparator
    bound: Value | None
    if_list_empty: IfListEmpty
    place: Place = field(compare=False)


@dataclass(frozen=True, slots=True)
class DerivedCondition:
    """A condition defined once, by name."""

    name: str
    place: Place = field(compare=False)


@dataclass(frozen=True, slots=True)
class Remark:
    """A condition with something to say when it decides: a reason code, or that failing is not evidence.

    `otherwise_undecided` turns "not met" into "not evidenced": too short a history is no failure.
    """

    of: Condition
    reason_if_met: str
    reason_if_not_met: str
    otherwise_undecided: bool
    place: Place = field(compare=False)


Condition = (
    All | Either | AtLeast | Not | Compare | OneOf | Includes | Shaped | Stated | Quantified | DerivedCondition | Remark
)

# ── Definitions around the rules ────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Band:
    """One line of a derived value with cases: if the condition holds (or none is given), this value."""

    when: Condition | None
    then: Value


@dataclass(frozen=True, slots=True)
class Derived:
    """A named value or condition. Exactly one of `value`, `bands` and `condition` is given."""

    name: str
    words: Words
    type: Scalar | None
    value: Value | None = None
    bands: tuple[Band, ...] = ()
    condition: Condition | None = None


@dataclass(frozen=True, slots=True)
class Dated:
    """A parameter's value from a date on, until the next one begins."""

    start: date
    value: Fraction | str | tuple[str, ...]
    by_factor: dict[str, Fraction | str | tuple[str, ...]]
    reference: str
    reviewed_on: date


@dataclass(frozen=True, slots=True)
class Parameter:
    """A dated figure of the rules. `by` names the derived choice it depends on, if any."""

    name: str
    words: Words
    type: Scalar
    by: str
    proposal: bool
    values: tuple[Dated, ...]

    def on(self, day: date) -> Dated | None:
        """The value in force on a day; None before the first."""
        current = None
        for dated in self.values:
            if dated.start <= day:
                current = dated
        return current


@dataclass(frozen=True, slots=True)
class Rule:
    """How evidence decides one criterion."""

    criterion: str
    applies_when: Condition | None
    met_when: Condition
    place: Place = field(compare=False)


@dataclass(frozen=True, slots=True)
class Definitions:
    """What the rules of an edition share: the evidence, the parameters and the derived values."""

    parameters: dict[str, Parameter]
    derived: dict[str, Derived]
