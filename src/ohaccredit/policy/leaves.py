"""The leaves of a rule: the tests at its ends, and what each of them can come to at all.

A leaf is a test that is decided by values and not by other tests: a comparison, a choice among options, the
shape of a text, "is stated"; the bound of a test over a list or of "at least N of these"; and the name of a
condition that is defined elsewhere. Each knows its place and pointer in the file, and the lists around it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from math import inf
from typing import Final, Literal

from ohaccredit.language import tree as t
from ohaccredit.language.outcome import Verdict
from ohaccredit.language.problems import json_pointer
from ohaccredit.language.types import Choice, Date, Keyed, Number, Scalar
from ohaccredit.language.walk import walk

Parts = tuple[str | int, ...]
Over = t.Quantified | t.Aggregate
"""What a list is gone through by."""

Side = Literal["at", "beyond"]
"""Of a threshold: the boundary itself, and its other side."""
Shown = bool | Side | None
"""What a leaf can be seen to come to: met, not met, not evidenced; a threshold also at the boundary and beyond."""

SHOWN_IN_WORDS: Final[Mapping[Shown, str]] = {
    True: "met",
    False: "not met",
    None: "not evidenced",
    "at": "at the boundary",
    "beyond": "beyond the boundary",
}
SHOWN_OF_WORDS: Final[Mapping[str, Shown]] = {words: shown for shown, words in SHOWN_IN_WORDS.items()}

VERDICTS: Final[frozenset[Verdict]] = frozenset((True, False, None))
_ORDERED: Final = ("at_least", "at_most", "more_than", "less_than")


@dataclass(frozen=True, slots=True, eq=False)
class Leaf:
    """One test at the end of a rule or of a derived value."""

    node: t.Condition
    pointer: str
    """Where it stands in its file, as a JSON Pointer."""
    around: tuple[Over, ...]
    """The lists that it stands in, outermost first."""
    known: bool = False
    """Are its values known where it is asked? A case of a derived value is, once an earlier one read the same field."""

    @property
    def values(self) -> tuple[t.Value, ...]:
        """The values that the test itself looks at."""
        return _values(self.node)


def leaves_of_rule(rule: t.Rule) -> tuple[Leaf, ...]:
    """The leaves of a rule, in the order in which it reads; not those of the derived values that it names."""
    applies = () if rule.applies_when is None else _condition(rule.applies_when, ("applies_when",), ())
    return (*applies, *_condition(rule.met_when, ("met_when",), ()))


def leaves_of_derived(derived: t.Derived) -> tuple[Leaf, ...]:
    """The leaves of a derived condition, or of the cases and lists of a derived value."""
    path: Parts = ("derived", derived.name)
    found: list[Leaf] = []
    if derived.condition is not None:
        found += _condition(derived.condition, (*path, "condition"), ())
    if derived.value is not None:
        found += _value(derived.value, (*path, "value"), ())
    read: set[tuple[str, ...]] = set()
    for index, band in enumerate(derived.bands):
        if band.when is not None:
            own = tuple(_condition(band.when, (*path, "first_of", index, "when"), ()))
            fields = {value.path.names for value in _values(band.when) if isinstance(value, t.FieldValue)}
            found += [replace(own[0], known=True)] if len(own) == 1 and fields and fields <= read else own
            read |= fields
        found += _value(band.then, (*path, "first_of", index, "then"), ())
    return tuple(found)


def leaves_within(leaf: Leaf) -> tuple[Leaf, ...]:
    """The leaf itself, and those inside it if it is a test over a list or over other tests."""
    return tuple(_condition(leaf.node, (), leaf.around))


def _condition(node: t.Condition, path: Parts, around: tuple[Over, ...]) -> Iterator[Leaf]:
    match node:
        case t.All() | t.Either():
            key = "all" if isinstance(node, t.All) else "either"
            for index, part in enumerate(node.of):
                yield from _condition(part, (*path, key, index), around)
        case t.Not():
            yield from _condition(node.of, (*path, "not"), around)
        case t.Remark():
            yield from _condition(node.of, path, around)
        case t.AtLeast():
            yield Leaf(node, json_pointer(path), around)
            yield from _value(node.needed, (*path, "at_least"), around)
            for index, part in enumerate(node.of):
                yield from _condition(part, (*path, "of_these", index), around)
        case t.Quantified():
            yield Leaf(node, json_pointer(path), around)
            for key, inner in (("where", node.where), ("satisfying", node.satisfying)):
                if inner is not None:
                    yield from _condition(inner, (*path, key), (*around, node))
            if node.bound is not None:
                yield from _value(node.bound, (*path, node.comparator), around)
        case t.Compare():
            yield Leaf(node, json_pointer(path), around)
            yield from _value(node.left, path, around)
            yield from _value(node.right, (*path, node.written), around)
        case _:
            yield Leaf(node, json_pointer(path), around)
            for value in _values(node)[:1]:
                yield from _value(value, path, around)


def _value(node: t.Value, path: Parts, around: tuple[Over, ...]) -> Iterator[Leaf]:
    """The leaves of the tests that choose which items of a list a value is made of."""
    match node:
        case t.Aggregate():
            yield from _value(node.of, (*path, f"{node.reduction}_of"), (*around, node))
            if node.where is not None:
                yield from _condition(node.where, (*path, "where"), (*around, node))
            if node.if_empty is not None:
                yield from _value(node.if_empty, (*path, "if_list_empty"), around)
        case t.TimeBetween():
            yield from _value(node.start, (*path, f"{node.unit}_from"), around)
            yield from _value(node.end, (*path, "to"), around)
        case t.Arithmetic():
            for index, operand in enumerate(node.operands):
                yield from _value(operand, (*path, node.operation, index), around)
        case t.SeriesChange():
            yield from _value(node.noise, (*path, "noise"), around)
        case _:
            return  # the others are written as one phrase, in which no test can stand


def _values(node: t.Condition) -> tuple[t.Value, ...]:
    match node:
        case t.Compare():
            return node.left, node.right
        case t.OneOf() | t.Includes():
            return (node.value,) if isinstance(node.options, tuple) else (node.value, node.options)
        case t.Shaped():
            return (node.value,) if isinstance(node.shapes, tuple) else (node.value, node.shapes)
        case t.Stated():
            return (node.value,)
        case t.Quantified():
            return () if node.bound is None else (node.bound,)
        case t.AtLeast():
            return (node.needed,)
        case _:
            return ()


# ── What a leaf can come to ─────────────────────────────────────────────────────────────────────────


class Possible:
    """What leaves can come to, given the definitions they name. What cannot be is not asked for.

    It errs on the side of asking: an outcome that only another test of the same rule rules out is possible here.
    """

    def __init__(self, definitions: t.Definitions) -> None:
        self._definitions = definitions

    def of(self, leaf: Leaf) -> tuple[Shown, ...]:
        """Everything that is asked of a leaf; nothing if it never varies with the evidence."""
        node = leaf.node
        if isinstance(node, (t.Compare, t.OneOf, t.Includes, t.Shaped)) and all(map(self.fixed, leaf.values)):
            return ()
        verdicts = self.verdicts(node, leaf.around) - ({None} if leaf.known else set())
        asked: list[Shown] = [verdict for verdict in (True, False, None) if verdict in verdicts]
        if has_threshold(node):
            at, beyond = self._sides(node) if isinstance(node, t.Compare) else (True, True)
            sides: list[Side] = ["at", "beyond"]
            asked += [side for side, is_there in zip(sides, (at, beyond), strict=True) if is_there]
        return tuple(asked)

    def fixed(self, node: t.Value) -> bool:
        """Does the value rest on nothing but the rule, its figures and the date of assessment?"""
        return not any(isinstance(each, (t.PathTo, t.Quantified)) for each in walk(node, definitions=self._definitions))

    # ── Verdicts ──

    def verdicts(self, node: t.Condition, around: tuple[Over, ...]) -> frozenset[Verdict]:
        """The verdicts that a test can come to."""
        match node:
            case t.All() | t.Either():
                decides = isinstance(node, t.Either)
                parts = [self.verdicts(part, around) for part in node.of]
                found = {decides} if any(decides in part for part in parts) else set()
                if all((not decides) in part for part in parts):
                    found.add(not decides)
                return frozenset((*found, *((None,) if any(None in part for part in parts) else ())))
            case t.Not():
                inner = self.verdicts(node.of, around)
                return frozenset(None if verdict is None else not verdict for verdict in inner)
            case t.Remark():
                inner = self.verdicts(node.of, around)
                return frozenset(verdict or None for verdict in inner) if node.otherwise_undecided else inner
            case t.DerivedCondition():
                condition = self._definitions.derived[node.name].condition
                return VERDICTS if condition is None else self.verdicts(condition, ())
            case t.Quantified() | t.AtLeast():
                return VERDICTS
            case _:
                return self._of_values(node, around)

    def _of_values(
        self, node: t.Compare | t.OneOf | t.Includes | t.Shaped | t.Stated, around: tuple[Over, ...]
    ) -> frozenset[Verdict]:
        found: set[Verdict] = {True, False}
        if not any(self.may_lack(value, around) for value in _values(node)):
            return frozenset(found - self.never(node))
        return frozenset((found | {None}) - self.never(node))

    def may_lack(self, node: t.Value, around: tuple[Over, ...]) -> bool:
        """Can the value be missing?"""
        match node:
            case t.Constant() | t.AssessmentDate():
                return False
            case t.FieldValue():
                return not _is_key(node.path, around)
            case t.ParameterValue():
                by = self._definitions.parameters[node.name].by
                return node.as_of is not None or (bool(by) and self._derived_may_lack(by))
            case t.DerivedValue():
                return self._derived_may_lack(node.name)
            case t.ShiftedDate():
                return self.may_lack(node.start, around) or self.may_lack(node.amount, around)
            case t.TimeBetween():
                return self.may_lack(node.start, around) or self.may_lack(node.end, around)
            case t.Arithmetic():
                divides = node.operation == "ratio" and not isinstance(node.operands[1], t.Constant)
                return divides or any(self.may_lack(operand, around) for operand in node.operands)
            case _:
                return True  # a list or a series can always be left out

    def _derived_may_lack(self, name: str) -> bool:
        derived = self._definitions.derived[name]
        if derived.value is not None:
            return self.may_lack(derived.value, ())
        return any(
            (band.when is not None and None in self.verdicts(band.when, ())) or self.may_lack(band.then, ())
            for band in derived.bands
        )

    # ── Thresholds ──

    def never(self, node: t.Compare | t.OneOf | t.Includes | t.Shaped | t.Stated) -> frozenset[Verdict]:
        """The verdicts that no value which the field can hold leads to."""
        match node:
            case t.Stated():
                return frozenset((False,))
            case t.OneOf(value=value, options=tuple() as options) if isinstance(value.type, Choice):
                return frozenset((False,)) if set(value.type.options) <= set(options) else frozenset()
            case t.Compare(left=left, comparator="is") if isinstance(left.type, Choice):
                return frozenset((False,)) if len(left.type.options) == 1 else frozenset()
            case t.Compare() if has_threshold(node):
                _, beyond = self._sides(node)
                met_at = node.comparator in ("at_least", "at_most")
                return frozenset() if beyond else frozenset((not met_at,))
        return frozenset()

    def _sides(self, node: t.Compare) -> tuple[bool, bool]:
        """Can a field reach the boundary, and what lies beyond, within the bounds of its type?"""
        kind = node.left.type
        figures = self._figures(node.right)
        if not isinstance(node.left, t.FieldValue) or not isinstance(kind, Number) or not figures:
            return True, True
        scale = 100 if kind.percent else 1
        low = -inf if kind.minimum is None else Fraction(kind.minimum, scale)
        high = inf if kind.maximum is None else Fraction(kind.maximum, scale)
        below = node.comparator in ("at_least", "less_than")
        at = beyond = False
        for figure in figures:
            if kind.whole:
                first, second = whole_switch(node.comparator, figure)
                at, beyond = at or low <= first <= high, beyond or low <= second <= high
            else:
                at, beyond = at or low <= figure <= high, beyond or (low < figure if below else figure < high)
        return at, beyond

    def _figures(self, node: t.Value) -> list[Fraction]:
        """Every figure that may stand there, as far as the rule files tell."""
        values: list[object] = []
        if isinstance(node, t.Constant):
            values = [node.value]
        elif isinstance(node, t.ParameterValue):
            dated = self._definitions.parameters[node.name].values
            values = [each for one in dated for each in (one.by_factor.values() or (one.value,))]
        return [value for value in values if isinstance(value, Fraction)]


def has_threshold(node: t.Condition) -> bool:
    """Is there a boundary at which the test turns?"""
    if isinstance(node, t.Compare):
        return node.comparator in _ORDERED and isinstance(node.left.type, (Number, Date))
    return isinstance(node, t.AtLeast) or (isinstance(node, t.Quantified) and node.kind in ("count", "share"))


def whole_switch(comparator: t.Comparator, bound: Fraction | int) -> tuple[int, int]:
    """The two neighbouring whole numbers between which a comparison turns: the boundary, and the one beyond it.

    The boundary is the bound itself; if that is no whole number, the nearest that meets the comparison.
    """
    low = bound.numerator // bound.denominator
    high = -(-bound.numerator // bound.denominator)
    if low == high:
        return low, low - 1 if comparator in ("at_least", "less_than") else low + 1
    return (high, low) if comparator in ("at_least", "more_than") else (low, high)


def is_whole(kind: Scalar | None) -> bool:
    """Does the value move in whole steps, as days and counts do?"""
    return isinstance(kind, Date) or (isinstance(kind, Number) and kind.whole)


def _is_key(path: t.PathTo, around: tuple[Over, ...]) -> bool:
    """Is this the key of the list item that the test stands in? It is always known."""
    if path.names != ("key",) or not 0 <= path.scope < len(around):
        return False
    return isinstance(around[-1 - path.scope].collection, Keyed)
