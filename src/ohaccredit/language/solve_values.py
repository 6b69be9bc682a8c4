"""Values as terms of the solver: the half of `solve` that computes, without deciding anything.

Each value is worked out over evidence that is still open, exactly as `trace_values` works it out over evidence that
is there. A product or ratio of two open numbers is compared by cross-multiplication, never rounded.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace
from datetime import date
from fractions import Fraction
from math import lcm
from typing import Any

from ohaccredit.language import tree as t
from ohaccredit.language.series import figures, series_change, series_count, series_level
from ohaccredit.language.solve_counting import Said
from ohaccredit.language.solve_dates import Calendar, moved_by_days
from ohaccredit.language.solve_evidence import ByKey, Fields, Part, Points, Several, Single
from ohaccredit.language.solve_logic import (
    Term,
    Truth,
    added,
    all_of,
    any_of,
    at_least,
    both,
    cases_of,
    choose,
    either,
    more_than,
    no,
    number_of,
    times,
)
from ohaccredit.language.solve_terms import (
    Chosen,
    Day,
    Figure,
    Value,
    constant,
    known_if,
    one_of_cases,
    smaller,
    unknown,
)
from ohaccredit.language.types import Date

Records = tuple[Fields, ...]
"""What a path may start from: the submission first, then the item of each list around."""


class NotEncodable(Exception):
    """The rule asks what the solver cannot be asked here; whatever rests on it is not decided."""


class ValueSolver(ABC):
    """Makes terms of values."""

    def __init__(self, definitions: t.Definitions, on: date) -> None:
        self.definitions = definitions
        self.on = on
        self._by_name: dict[str, Value] = {}
        self._calendar = Calendar()

    @abstractmethod
    def condition(self, node: t.Condition, records: Records) -> Said:
        """A condition as two truths."""

    def value(self, node: t.Value, records: Records) -> Value:
        """A value as terms."""
        match node:
            case t.Constant():
                return constant(node.value)
            case t.AssessmentDate():
                return constant(self.on)
            case t.FieldValue():
                part, reached = self.part(node.path, records)
                assert isinstance(part, Single)
                return known_if(part.value, reached)
            case t.ParameterValue():
                return self._parameter(node, records)
            case t.DerivedValue():
                return self.derived(node.name, records)
            case t.ShiftedDate():
                return self._shifted(node, records)
            case t.TimeBetween():
                start, end = self._day(node.start, records), self._day(node.end, records)
                if node.unit == "months":
                    return self._calendar.months_between(start, end)
                return Figure(both(start.known, end.known), added([end.ordinal, times(-1, start.ordinal)]))
            case t.Arithmetic():
                return self._arithmetic(node, records)
            case t.Aggregate():
                return self._aggregate(node, records)
            case t.SeriesCount() | t.SeriesLevel() | t.SeriesChange():
                return self._series(node, records)

    def figure(self, node: t.Value, records: Records) -> Figure:
        """A value that is a number."""
        value = self.value(node, records)
        assert isinstance(value, Figure)
        return value

    def _day(self, node: t.Value, records: Records) -> Day:
        value = self.value(node, records)
        assert isinstance(value, Day)
        return value

    # ── Reaching into the evidence ──

    def part(self, where: t.PathTo, records: Records) -> tuple[Part, Truth]:
        """What a path leads to, and whether what it leads through was handed in."""
        part: Part = records[0 if where.scope == t.SUBMISSION else -1 - where.scope]
        reached: Truth = True
        for name in where.names:
            if isinstance(part, ByKey):
                reached = both(reached, part.handed_in)
                part = part.records[name]
            else:
                assert isinstance(part, Fields)
                part = part.field(name)
        return part, reached

    def several(self, where: t.PathTo, records: Records) -> tuple[Several, Truth]:
        """The list that a path leads to, and whether it was handed in."""
        part, reached = self.part(where, records)
        assert isinstance(part, Several)
        return part, both(reached, part.handed_in)

    # ── What the rules define ──

    def _parameter(self, node: t.ParameterValue, records: Records) -> Value:
        parameter = self.definitions.parameters[node.name]
        if node.as_of is None:
            dated = parameter.on(self.on)
            return unknown(parameter.type) if dated is None else self._dated(parameter, dated, records)
        day = self._day(node.as_of, records)
        cases: list[tuple[Truth, Value]] = []
        for index, dated in enumerate(parameter.values):
            after = parameter.values[index + 1].start.toordinal() if index + 1 < len(parameter.values) else None
            begun = at_least(day.ordinal, dated.start.toordinal())
            ended = False if after is None else at_least(day.ordinal, after)
            cases.append((both(begun, no(ended)), self._dated(parameter, dated, records)))
        return known_if(one_of_cases(cases, parameter.type), day.known)

    def _dated(self, parameter: t.Parameter, dated: t.Dated, records: Records) -> Value:
        if not parameter.by:
            return constant(dated.value)
        factor = self.derived(parameter.by, records)
        assert isinstance(factor, Chosen)
        cases = [(factor.holds(option), constant(value)) for option, value in dated.by_factor.items()]
        return known_if(one_of_cases(cases, parameter.type), factor.known)

    def derived(self, name: str, records: Records) -> Value:
        """A derived value: of the whole submission, so made once."""
        if name not in self._by_name:
            derived = self.definitions.derived[name]
            root = records[:1]
            if derived.value is not None:
                self._by_name[name] = self.value(derived.value, root)
            else:
                self._by_name[name] = self._bands(derived, root)
        return self._by_name[name]

    def _bands(self, derived: t.Derived, root: Records) -> Value:
        cases: list[tuple[Truth, Value]] = []
        so_far: Truth = True
        for band in derived.bands:
            when = Said(True, False) if band.when is None else self.condition(band.when, root)
            cases.append((both(so_far, when.so), self.value(band.then, root)))
            so_far = both(so_far, when.not_so)
            if band.when is None:
                break
        assert derived.type is not None
        return one_of_cases(cases, derived.type)

    # ── Dates ──

    def _shifted(self, node: t.ShiftedDate, records: Records) -> Day:
        start, amount = self._day(node.start, records), self.figure(node.amount, records)
        sign = 1 if node.direction == "after" else -1
        steps: Term = amount.top
        if not isinstance(amount.bottom, int):
            raise NotEncodable("a date is moved by a quotient")
        if amount.bottom != 1:
            if not isinstance(steps, int):
                raise NotEncodable("a date is moved by a number with decimals")
            steps = int(Fraction(steps, amount.bottom))
        if node.unit == "months":
            moved = self._each_number_of_months(start, times(sign, steps))
        else:
            moved = moved_by_days(start, times(sign * (7 if node.unit == "weeks" else 1), steps))
        return replace(moved, known=both(moved.known, amount.known))

    def _each_number_of_months(self, start: Day, months: Term) -> Day:
        """A number of months that is one of a few known ones (by size band, say) needs only as many tables."""
        cases = cases_of(months)
        if cases is None:
            return self._calendar.moved_by_months(start, months)
        moved = one_of_cases([(when, self._calendar.moved_by_months(start, number)) for when, number in cases], Date())
        assert isinstance(moved, Day)
        return moved

    # ── Numbers ──

    def _arithmetic(self, node: t.Arithmetic, records: Records) -> Figure:
        values = [self.figure(each, records) for each in node.operands]
        known = all_of(value.known for value in values)
        if node.operation == "ratio":
            over, under = values
            usable = both(known, more_than(under.top, 0))
            return Figure(usable, times(over.top, under.bottom), times(under.top, over.bottom))
        if node.operation == "product":
            top, bottom = values[0].top, values[0].bottom
            for value in values[1:]:
                top, bottom = times(top, value.top), times(bottom, value.bottom)
            return Figure(known, top, bottom)
        sign = -1 if node.operation == "difference" else 1
        signed = [values[0], *(replace(value, top=times(sign, value.top)) for value in values[1:])]
        total = _total([(True, value) for value in signed])
        return replace(total, known=known)

    # ── One value over a list ──

    def _aggregate(self, node: t.Aggregate, records: Records) -> Value:
        several, handed_in = self.several(node.over, records)
        if_empty = unknown(node.type) if node.if_empty is None else self.value(node.if_empty, records)
        members: list[tuple[int, Truth, Value]] = []
        settled: list[Truth] = []
        stated: list[Truth] = []
        for index, (there, item) in enumerate(several.places):
            inner = (*records, item)
            chosen = Said(True, False) if node.where is None else self.condition(node.where, inner)
            settled.append(either(no(there), chosen.so, chosen.not_so))
            member = both(there, chosen.so)
            if member is False:
                continue
            value = self.value(node.of, inner)
            members.append((index, member, value))
            stated.append(either(no(member), value.known))
        any_member = any_of(member for _, member, _ in members)
        over_members = self._reduced(node, several, members)
        full = known_if(replace(over_members, known=True), all_of(stated))
        result = one_of_cases([(any_member, full), (no(any_member), if_empty)], node.type)
        return known_if(result, both(handed_in, all_of(settled)))

    def _reduced(self, node: t.Aggregate, several: Several, members: list[tuple[int, Truth, Value]]) -> Value:
        """The sum, smallest, … of those that are members, whichever these are."""
        if not members:
            return unknown(node.type)
        if node.reduction in ("sum", "mean"):
            addends = [
                (so, replace(value, top=times(weight, value.top)))
                for index, member, value in members
                if isinstance(value, Figure)
                for so, weight in several.weight(index, member)
            ]
            total = _total(addends)
            if node.reduction == "sum":
                return total
            number = number_of([each for index, member, _ in members for each in several.weight(index, member)])
            return replace(total, bottom=times(total.bottom, number))
        larger = node.reduction in ("largest", "latest")
        _, found, best = members[0]
        for _, member, value in members[1:]:
            better = smaller(best, value) if larger else smaller(value, best)
            take = both(member, either(no(found), better))
            best = one_of_cases([(take, replace(value, known=True)), (no(take), replace(best, known=True))], node.type)
            found = either(found, member)
        return best

    # ── Series ──

    def _series(self, node: t.SeriesCount | t.SeriesLevel | t.SeriesChange, records: Records) -> Value:
        part, reached = self.part(node.series, records)
        kind = node.kind
        needed = {kind.at, kind.same}
        if isinstance(node, t.SeriesLevel):
            needed |= {name for name in (node.measure.of, node.measure.base) if name}
        if isinstance(node, t.SeriesChange):
            needed |= set(figures(node.measure))
        if not isinstance(part, Points) or not needed <= set(part.tried.given):
            raise NotEncodable(f"no series are tried for {node.series}")
        match node:
            case t.SeriesCount():
                value = part.figure(lambda points: series_count(points, kind, node.what), node.type)
            case t.SeriesLevel():
                value = part.figure(lambda points: series_level(points, kind, node.which), node.type)
            case t.SeriesChange():
                noise = self.figure(node.noise, records)
                if not isinstance(noise.top, int) or not isinstance(noise.bottom, int):
                    raise NotEncodable("the noise of a series is not settled by the rules")
                exact = Fraction(noise.top, noise.bottom)
                value = part.figure(lambda points: series_change(points, kind, node.since, exact), node.type)
                value = known_if(value, noise.known)
        return known_if(value, reached)


def _total(addends: list[tuple[Truth, Any]]) -> Figure:
    """The sum of the numbers that count; the others add nothing."""
    if all(isinstance(value.bottom, int) for _, value in addends):
        bottom = lcm(*(value.bottom for _, value in addends))
        return Figure(
            True, added(choose(so, times(bottom // value.bottom, value.top), 0) for so, value in addends), bottom
        )
    top: Term = 0
    below: Term = 1
    for so, value in addends:
        own = choose(so, value.bottom, 1)
        top = added([times(top, own), times(choose(so, value.top, 0), below)])
        below = times(below, own)
    return Figure(True, top, below)
