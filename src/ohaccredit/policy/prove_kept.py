"""A rule shown to keep what it said, operator by operator, where the solver cannot be asked of the whole rule.

Every operator of the language is monotone in what is known (Kleene, Introduction to Metamathematics, 1952, § 64; of
counts, intervals only get narrower): as long as each of its operands keeps what it said when more is known, so does
the operator. So where one large question is not decided, the questions about its operands are asked instead, down to
the fields. The items of a list are asked one by one, each test of each item in its place.
"""

from __future__ import annotations

from collections.abc import Iterator

from ohaccredit.language import tree as t
from ohaccredit.language.solve import Said
from ohaccredit.language.solve_find import ONE_ATTEMPT
from ohaccredit.language.solve_logic import Truth, both, either, no
from ohaccredit.language.solve_terms import Value, compare
from ohaccredit.language.solve_values import Records
from ohaccredit.policy.prove_worlds import TwoWorlds

EFFORT_OF_A_PART = 500_000
"""Little, because the parts of a part can be asked instead."""
_CONDITIONS = (
    t.All, t.Either, t.AtLeast, t.Not, t.Compare, t.OneOf, t.Includes, t.Shaped, t.Stated, t.Quantified,
    t.DerivedCondition, t.Remark,
)  # fmt: skip


class Kept:
    """What keeps what it said in the second of two worlds, which differs from the first by what is filled in."""

    def __init__(self, worlds: TwoWorlds) -> None:
        self._worlds = worlds
        self._definitions = worlds.definitions
        self._derived: dict[str, bool] = {}
        self.asked = 0
        """How many questions were put to the solver."""

    def rule(self, rule: t.Rule) -> bool:
        """Does every test of a rule keep what it said? No if that was not shown."""
        root = (self._worlds.before.evidence,), (self._worlds.after.evidence,)
        tests = [rule.met_when, *([] if rule.applies_when is None else [rule.applies_when])]
        return all(self._inside(each, *root) for each in tests)

    def _keeps(self, node: t.Condition | t.Value, before: Records, after: Records) -> bool:
        turned = self._turned(node, before, after)
        found = self._ask(turned)
        return self._inside(node, before, after) if found == "not decided" else found == "none"

    def _ask(self, turned: Truth) -> str:
        self.asked += 1
        return self._worlds.rule_out(turned, effort=EFFORT_OF_A_PART, seeds=ONE_ATTEMPT).result

    def _turned(self, node: t.Condition | t.Value, before: Records, after: Records) -> Truth:
        """When what was known is known otherwise, or no longer."""
        if isinstance(node, _CONDITIONS):
            was, now = self._worlds.before.condition(node, before), self._worlds.after.condition(node, after)
            return _otherwise(was, now)
        old, new = self._worlds.before.value(node, before), self._worlds.after.value(node, after)
        return both(old.known, either(no(new.known), no(_same(old, new))))

    def _inside(self, node: t.Condition | t.Value, before: Records, after: Records) -> bool:
        """Do all operands keep what they said? No if there are none: then nothing is left to ask."""
        match node:
            case t.DerivedCondition() | t.DerivedValue():
                return self._defined_once(node.name)
            case t.ParameterValue():
                by = self._definitions.parameters[node.name].by
                as_of = node.as_of is None or self._keeps(node.as_of, before, after)
                return as_of and (not by or self._defined_once(by))
            case t.Quantified() | t.Aggregate():
                return self._items(node, before, after)
        operands = list(_operands(node))
        return bool(operands) and all(self._keeps(each, before, after) for each in operands)

    def _defined_once(self, name: str) -> bool:
        if name not in self._derived:
            root = (self._worlds.before.evidence,), (self._worlds.after.evidence,)
            derived = self._definitions.derived[name]
            bands = [part for band in derived.bands for part in (band.when, band.then)]
            parts = [part for part in (derived.condition, derived.value, *bands) if part is not None]
            self._derived[name] = all(self._keeps(part, *root) for part in parts)
        return self._derived[name]

    def _items(self, node: t.Quantified | t.Aggregate, before: Records, after: Records) -> bool:
        bound = node.bound if isinstance(node, t.Quantified) else node.if_empty
        if bound is not None and not self._keeps(bound, before, after):
            return False
        tests = (
            (node.where, node.satisfying, node.distinct) if isinstance(node, t.Quantified) else (node.where, node.of)
        )
        one, there_before = self._worlds.before.several(node.over, before)
        other, there_now = self._worlds.after.several(node.over, after)
        assert [there for there, _ in one.places] == [there for there, _ in other.places], "no item comes or goes"
        return self._ask(both(there_before, no(there_now))) == "none" and all(
            self._keeps(test, (*before, was), (*after, now))
            for (_, was), (_, now) in zip(one.places, other.places, strict=True)
            for test in tests
            if test is not None
        )


def _otherwise(was: Said, now: Said) -> Truth:
    return either(both(was.so, no(now.so)), both(was.not_so, no(now.not_so)))


def _same(old: Value, new: Value) -> Truth:
    return compare(old, "is", new)


def _operands(node: t.Condition | t.Value) -> Iterator[t.Condition | t.Value]:
    match node:
        case t.All() | t.Either():
            yield from node.of
        case t.AtLeast():
            yield from (node.needed, *node.of)
        case t.Not() | t.Remark():
            yield node.of
        case t.Compare():
            yield from (node.left, node.right)
        case t.OneOf() | t.Includes():
            yield node.value
            if not isinstance(node.options, tuple):
                yield node.options
        case t.Stated():
            yield node.value
        case t.Shaped():
            yield node.value
            if not isinstance(node.shapes, tuple):
                yield node.shapes
        case t.ShiftedDate():
            yield from (node.start, node.amount)
        case t.TimeBetween():
            yield from (node.start, node.end)
        case t.Arithmetic():
            yield from node.operands
