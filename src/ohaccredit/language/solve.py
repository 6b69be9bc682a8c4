"""Rules as formulas of a solver (z3): the meaning that is asked "is there any evidence for which …?".

A `World` is everything that could be handed in within a scope (`solve_scope`), read by some rules on some date. It
says of each rule under which evidence it has which outcome; a solver finds such evidence or shows that there is none.
What it finds is read back as a submission, which the ordinary evaluator decides like any other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from ohaccredit.language import tree as t
from ohaccredit.language.counting import WHEN_EMPTY
from ohaccredit.language.encode import Encoded
from ohaccredit.language.outcome import Outcome
from ohaccredit.language.solve_counting import Fallen, Said, count_said, share_said
from ohaccredit.language.solve_evidence import NOTHING, Fields
from ohaccredit.language.solve_logic import Counted, Truth, all_of, any_of, both, either, no, number_of, times
from ohaccredit.language.solve_scope import Scope
from ohaccredit.language.solve_terms import Chosen, Figure, Value, compare, compare_numbers
from ohaccredit.language.solve_values import NotEncodable, Records, ValueSolver
from ohaccredit.language.text_shape import has_shape
from ohaccredit.language.types import Record

__all__ = ["NotEncodable", "Outcomes", "Said", "World"]


@dataclass(frozen=True, slots=True)
class Outcomes:
    """When a rule has which outcome. Exactly one of the four is so."""

    met: Truth
    not_met: Truth
    not_evidenced: Truth
    not_applicable: Truth

    def of(self, outcome: Outcome) -> Truth:
        """When it has one of them."""
        return cast("Truth", getattr(self, outcome.value))


class World(ValueSolver):
    """All evidence within a scope, as the rules of an edition read it on a date."""

    def __init__(
        self, definitions: t.Definitions, record: Record, on: date, scope: Scope, evidence: Fields | None = None
    ) -> None:
        super().__init__(definitions, on)
        self.scope = scope
        self.evidence = Fields("", "", record, scope) if evidence is None else evidence
        self._root: Records = (self.evidence,)
        self._conditions: dict[str, Said] = {}

    def beside(self, definitions: t.Definitions, on: date) -> World:
        """The same evidence as other rules read it, or as these read it on another date."""
        return World(definitions, self.evidence.kind, on, self.scope, self.evidence)

    # ── What rules say ──

    def outcome(self, rule: t.Rule) -> Outcomes:
        """When a rule has which outcome. Raises NotEncodable if it asks what the solver cannot be asked."""
        applies = Said(True, False) if rule.applies_when is None else self.verdict(rule.applies_when)
        met = self.verdict(rule.met_when)
        is_met = both(no(applies.not_so), met.so)
        is_not_met = both(applies.so, met.not_so)
        return Outcomes(is_met, is_not_met, no(either(applies.not_so, is_met, is_not_met)), applies.not_so)

    def verdict(self, node: t.Condition) -> Said:
        """When a condition over the whole submission is surely so, and when surely not."""
        return self.condition(node, self._root)

    def value_of(self, node: t.Value) -> Value:
        """A value over the whole submission."""
        return self.value(node, self._root)

    # ── Evidence ──

    def possible(self) -> Truth:
        """What is so of all evidence within the scope. Ask when all formulas are made: they bring it into being."""
        return all_of(self.evidence.limits())

    def fix(self, evidence: Mapping[str, Encoded]) -> Truth:
        """What is so if just this was handed in (encoded), as far as the formulas made so far read it.

        Raises OutOfScope if the scope does not hold it.
        """
        return all_of(self.evidence.fix(evidence))

    def read(self, model: Any) -> dict[str, Any]:
        """The evidence that a solver found, as it stands in a submission."""
        found = self.evidence.read(model)
        return {} if found is NOTHING else cast("dict[str, Any]", found)

    # ── Conditions ──

    def condition(self, node: t.Condition, records: Records) -> Said:
        """A condition as two truths."""
        match node:
            case t.All():
                parts = [self.condition(part, records) for part in node.of]
                return Said(all_of(part.so for part in parts), any_of(part.not_so for part in parts))
            case t.Either():
                parts = [self.condition(part, records) for part in node.of]
                return Said(any_of(part.so for part in parts), all_of(part.not_so for part in parts))
            case t.AtLeast():
                return self._at_least(node, records)
            case t.Not():
                part = self.condition(node.of, records)
                return Said(part.not_so, part.so)
            case t.Remark():
                part = self.condition(node.of, records)
                return Said(part.so, False) if node.otherwise_undecided else part
            case t.DerivedCondition():
                return self._derived_condition(node.name)
            case t.Compare():
                left, right = self.value(node.left, records), self.value(node.right, records)
                known = both(left.known, right.known)
                return _if_known(known, False if known is False else compare(left, node.comparator, right))
            case t.OneOf() | t.Includes():
                return self._membership(node, records)
            case t.Shaped():
                return self._shaped(node, records)
            case t.Stated():
                return Said(self.value(node.value, records).known, False)
            case t.Quantified():
                return self._quantified(node, records)

    def _at_least(self, node: t.AtLeast, records: Records) -> Said:
        parts = [self.condition(part, records) for part in node.of]
        needed = self.figure(node.needed, records)

        def enough(counted: Counted) -> Truth:
            return compare_numbers(times(number_of(counted), needed.bottom), "at_least", needed.top)

        sure = enough([(part.so, 1) for part in parts])
        possible = enough([(no(part.not_so), 1) for part in parts])
        return Said(both(needed.known, sure), both(needed.known, no(possible)))

    def _derived_condition(self, name: str) -> Said:
        """A condition defined once: of the whole submission, so made once."""
        if name not in self._conditions:
            condition = self.definitions.derived[name].condition
            assert condition is not None
            self._conditions[name] = self.condition(condition, self._root)
        return self._conditions[name]

    def _membership(self, node: t.OneOf | t.Includes, records: Records) -> Said:
        value = self.value(node.value, records)
        assert isinstance(value, Chosen)
        every = isinstance(node, t.Includes) and node.which == "all"
        if isinstance(node.options, tuple):
            holds = [value.holds(option) for option in node.options]
            return _if_known(value.known, all_of(holds) if every else any_of(holds))
        among = self.value(node.options, records)
        assert isinstance(among, Chosen)
        named = [(among.holds(option), value.holds(option)) for option in among.options]
        found = all_of(either(no(asked), so) for asked, so in named) if every else any_of(both(*pair) for pair in named)
        return _if_known(both(value.known, among.known), found)

    def _shaped(self, node: t.Shaped, records: Records) -> Said:
        value = self.value(node.value, records)
        assert isinstance(value, Chosen)
        among = None if isinstance(node.shapes, tuple) else self.value(node.shapes, records)
        assert among is None or isinstance(among, Chosen)
        fitting: list[Truth] = []
        for text in value.options:
            if among is None:
                fits: Truth = has_shape(text, cast("tuple[str, ...]", node.shapes))
            else:
                fits = any_of(among.holds(shape) for shape in among.options if has_shape(text, (shape,)))
            if fits is not False:
                fitting.append(both(value.holds(text), fits))
        return _if_known(both(value.known, True if among is None else among.known), any_of(fitting))

    # ── Lists ──

    def _quantified(self, node: t.Quantified, records: Records) -> Said:
        several, handed_in = self.several(node.over, records)
        fallen = Fallen()
        values: list[tuple[Truth, Value]] = []
        for index, (there, item) in enumerate(several.places):
            inner = (*records, item)
            member = Said(True, False) if node.where is None else self.condition(node.where, inner)
            if member.not_so is True:
                continue
            test = Said(True, False) if node.satisfying is None else self.condition(node.satisfying, inner)
            surely, perhaps = both(there, member.so), both(there, member.open)
            if node.distinct is not None:
                value = self.value(node.distinct, inner)
                values.append((both(surely, test.so, value.known), value))
                test = Said(both(test.so, value.known), test.not_so)
            for counted, so in (
                (fallen.yes, both(surely, test.so)),
                (fallen.no, both(surely, test.not_so)),
                (fallen.open, both(surely, test.open)),
                (fallen.maybe_yes, both(perhaps, test.so)),
                (fallen.maybe_no, both(perhaps, test.not_so)),
                (fallen.maybe_open, both(perhaps, test.open)),
            ):
                if so is not False:
                    counted += several.weight(index, so)
        said = self._fallen(node, fallen, values, records)
        return Said(both(handed_in, said.so), both(handed_in, said.not_so))

    def _fallen(self, node: t.Quantified, fallen: Fallen, values: list[tuple[Truth, Value]], records: Records) -> Said:
        """What the operator concludes from how the items fall."""
        empty = WHEN_EMPTY[node.if_list_empty]
        undecided = [*fallen.open, *fallen.maybe_yes, *fallen.maybe_open]
        match node.kind:
            case "some":
                return count_said(fallen.yes, undecided, fallen, "at_least", Figure(True, 1), empty)
            case "none":
                return count_said(fallen.yes, undecided, fallen, "at_most", Figure(True, 0), empty)
            case "every":
                undecided = [*fallen.open, *fallen.maybe_no, *fallen.maybe_open]
                return count_said(fallen.no, undecided, fallen, "at_most", Figure(True, 0), empty)
        assert node.bound is not None
        bound = self.figure(node.bound, records)
        if node.kind == "share":
            return share_said(fallen, node.comparator, bound, empty)
        counted = fallen.yes if node.distinct is None else list(_distinct(values))
        return count_said(counted, undecided, fallen, node.comparator, bound, empty)


def _if_known(known: Truth, so: Truth) -> Said:
    return Said(both(known, so), both(known, no(so)))


def _distinct(values: Iterable[tuple[Truth, Value]]) -> Iterator[tuple[Truth, int]]:
    """The values that count, each at the first place where it stands."""
    before: list[tuple[Truth, Value]] = []
    for so, value in values:
        yield both(so, *(no(both(other, compare(value, "is", each))) for other, each in before)), 1
        before.append((so, value))
