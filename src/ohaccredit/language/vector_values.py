"""Values as columns: the half of `vectorise` that computes, without deciding anything.

A value becomes a cell of the level whose records it reads. Null says that the evidence does not state it.
"""

from __future__ import annotations

import operator
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from math import lcm

import polars as pl

from ohaccredit.language import tree as t
from ohaccredit.language import vector_numbers as numbers
from ohaccredit.language.levels import Cell, Level, NotAnExpression, Plan, Reducer
from ohaccredit.language.trace_values import shifted
from ohaccredit.language.types import Date, Keyed, Number, Record, Scalar
from ohaccredit.language.vector_dates import LAST, Calendar
from ohaccredit.language.vector_numbers import LARGEST, MOST_ITEMS, Figure
from ohaccredit.language.vector_series import SeriesColumns

Scopes = tuple[Level, ...]
"""The levels that a path may start from: the submissions, then the items of each list around, outermost first."""
Alternative = tuple[Cell | None, object]
"""One value that a parameter can have, and when (None: in any other case)."""


@dataclass(frozen=True, slots=True)
class Vector:
    """A value: its cell, and what is known of it if it is a number.

    A number whose bottom varies from row to row has it as the second part of the cell (`bottom` is then 0).
    """

    cell: Cell
    bottom: int = 1
    most: int = LARGEST
    under: int = 1

    def figure(self, parts: Sequence[pl.Expr]) -> Figure:
        """The number, once its cell has been brought to a level."""
        return Figure(parts[0], self.bottom or parts[1], self.most, self.under)


def vector_of(cell: Cell, figure: Figure) -> Vector:
    """A number as the value of a cell over the same columns."""
    if isinstance(figure.bottom, int):
        return Vector(cell.of(figure.top), figure.bottom, figure.most, figure.under)
    return Vector(cell.of(figure.top, figure.bottom), 0, figure.most, figure.under)


class ValueVectors(ABC):
    """Makes cells of values, for one day."""

    def __init__(self, definitions: t.Definitions, plan: Plan, on: date) -> None:
        self.plan = plan
        self._definitions = definitions
        self._on = on
        self.calendar = Calendar(plan)
        self._derived_values: dict[str, Vector] = {}
        self._series_columns: dict[tuple[Level, str, str], SeriesColumns] = {}

    @abstractmethod
    def condition(self, node: t.Condition, scopes: Scopes) -> Cell:
        """A condition as a cell: true, false, or null where the evidence does not decide."""

    # ── Evidence ──

    def start(self, path: t.PathTo, scopes: Scopes) -> Level:
        """The level on whose records a path starts."""
        return scopes[0 if path.scope == t.SUBMISSION else -1 - path.scope]

    def read(self, path: t.PathTo, scopes: Scopes) -> Cell:
        """What stands at a path; of a list, the number of its items."""
        return self.plan.read(self.start(path, scopes), str(path))

    def level_of(self, over: t.PathTo, collection: object, item: Record, scopes: Scopes, *inside: object) -> Level:
        """The level of a list's items, below the innermost level that something inside looks at."""
        at = 0 if over.scope == t.SUBMISSION else len(scopes) - 1 - over.scope
        used = {len(scopes) - 1 - outwards for part in inside for outwards in _looks_outwards(part, 0)}
        parent = scopes[max(at, *used)] if used else scopes[at]
        keyed = collection if isinstance(collection, Keyed) else None
        return self.plan.items(parent, scopes[at], over.names, item, keyed)

    # ── Values ──

    def value(self, node: t.Value, scopes: Scopes) -> Vector:
        """A value as a cell."""
        match node:
            case t.Constant():
                return self._literal(node.value)
            case t.AssessmentDate():
                return self._literal(self._on)
            case t.FieldValue():
                cell = self.read(node.path, scopes)
                if isinstance(node.type, Number):
                    return vector_of(cell, numbers.held_figure(cell.only, decimals=not node.type.whole))
                return Vector(cell)
            case t.ParameterValue():
                return self._parameter(node, scopes)
            case t.DerivedValue():
                return self._derived(node.name)
            case t.ShiftedDate():
                return self._shifted(node, scopes)
            case t.TimeBetween():
                return self._time_between(node, scopes)
            case t.Arithmetic():
                return self._arithmetic(node, scopes)
            case t.Aggregate():
                return self._aggregate(node, scopes)
            case t.SeriesCount() | t.SeriesLevel() | t.SeriesChange():
                return self._series(node, scopes)

    def _literal(self, value: object) -> Vector:
        if isinstance(value, Fraction):
            if max(abs(value.numerator), value.denominator) >= 2**62:
                raise NotAnExpression("a figure of the rule is beyond 64 bits")
            top = pl.lit(value.numerator, dtype=pl.Int64)
            return Vector(self.plan.constant(top), value.denominator, abs(value.numerator), value.denominator)
        if isinstance(value, date):
            return Vector(self.plan.constant(pl.lit(value.toordinal(), dtype=pl.Int32)))
        if isinstance(value, bool):
            return Vector(self.plan.constant(pl.lit(value, dtype=pl.Boolean)))
        if isinstance(value, str):
            return Vector(self.plan.constant(pl.lit(value, dtype=pl.String)))
        raise NotAnExpression("a list of options is used as a value")

    # ── What the rules define ──

    def alternatives(self, node: t.ParameterValue, scopes: Scopes) -> list[Alternative]:
        """The values that a parameter can have, each with its condition; what meets none has none."""
        parameter = self._definitions.parameters[node.name]
        dated: list[tuple[Cell | None, t.Dated]] = []
        if node.as_of is None:
            current = parameter.on(self._on)
            dated = [] if current is None else [(None, current)]
        else:
            day = self.value(node.as_of, scopes).cell
            for each in reversed(parameter.values):
                begun = day.only >= pl.lit(each.start.toordinal(), dtype=pl.Int32)
                dated.append((day.of(begun), each))
        if not parameter.by:
            return [(when, each.value) for when, each in dated]
        factor = self._derived(parameter.by).cell
        found: list[Alternative] = []
        for when, each in dated:
            for option, value in each.by_factor.items():
                chosen = factor.of(factor.only == pl.lit(option, dtype=pl.String))
                found.append((chosen if when is None else self.plan.merge(operator.and_, when, chosen), value))
            if when is not None:
                found.append((when, None))
        return found

    def _parameter(self, node: t.ParameterValue, scopes: Scopes) -> Vector:
        found = self.alternatives(node, scopes)
        kind = node.type
        values = [value for _, value in found if value is not None]
        if isinstance(kind, Number):
            scale = lcm(*(value.denominator for value in values if isinstance(value, Fraction)))
            tops: list[int] = [int(value * scale) for value in values if isinstance(value, Fraction)]
            most = max(map(abs, tops), default=1)
            if max(most, scale) >= 2**62:
                raise NotAnExpression("a figure of the rules is beyond 64 bits")

            def one(value: object) -> pl.Expr:
                top = int(value * scale) if isinstance(value, Fraction) else None
                return pl.lit(top, dtype=pl.Int64)

            return Vector(self._chosen(found, one), scale, max(most, 1), scale)
        return Vector(self._chosen(found, lambda value: pl.lit(value, dtype=pl.String)))

    def _chosen(self, found: Sequence[Alternative], one: Callable[[object], pl.Expr]) -> Cell:
        """The first value whose condition holds; null if none does."""
        if len(found) == 1 and found[0][0] is None:
            return self.plan.constant(one(found[0][1]))
        if not found:
            return self.plan.constant(one(None))
        base, parts = self.plan.together([when for when, _ in found if when is not None])
        result = one(None)
        for (part,), (_, value) in reversed(list(zip(parts, found, strict=True))):
            result = pl.when(part).then(one(value)).otherwise(result)
        return self.plan.keep(base.of(result))

    def _derived(self, name: str) -> Vector:
        """Derived values are of the whole submission, so each is worked out once."""
        if name not in self._derived_values:
            derived = self._definitions.derived[name]
            root = (self.plan.root,)
            found = self._bands(derived) if derived.value is None else self.value(derived.value, root)
            self._derived_values[name] = replace(found, cell=self.plan.keep(found.cell))
        return self._derived_values[name]

    def _bands(self, derived: t.Derived) -> Vector:
        root = (self.plan.root,)
        whens = [self.plan.keep(self.condition(band.when, root)) for band in derived.bands if band.when is not None]
        thens = [self.value(band.then, root) for band in derived.bands]
        base, parts = self.plan.together([*whens, *(then.cell for then in thens)])
        found = parts[len(whens) :]
        tests = [part for (part,) in parts[: len(whens)]]
        if not isinstance(derived.type, Number):
            return Vector(base.of(_first_of(tests, [each[0] for each in found])))
        figures = [then.figure(each) for then, each in zip(thens, found, strict=True)]
        if all(isinstance(figure.bottom, int) for figure in figures):
            tops, bottom, under = numbers.alike(figures)
            most = max(each for _, each in tops)
            top = _first_of(tests, [each for each, _ in tops])
            return vector_of(base, Figure(top, bottom, most, under))
        most, under = max(figure.most for figure in figures), max(figure.under for figure in figures)
        numbers.fits(max(most, under))
        bottoms = [_as_expression(figure.bottom) for figure in figures]
        top = _first_of(tests, [figure.top for figure in figures])
        return vector_of(base, Figure(top, _first_of(tests, bottoms), most, under))

    # ── Dates ──

    def _shifted(self, node: t.ShiftedDate, scopes: Scopes) -> Vector:
        if isinstance(node.start, t.AssessmentDate) and isinstance(node.amount, (t.Constant, t.ParameterValue)):

            def moved(steps: object) -> pl.Expr:
                day = None
                if isinstance(steps, Fraction):
                    day = shifted(self._on, int(steps), node.unit, node.direction)
                return pl.lit(None if day is None else day.toordinal(), dtype=pl.Int32)

            amounts: list[Alternative] = [(None, node.amount.value)] if isinstance(node.amount, t.Constant) else []
            if isinstance(node.amount, t.ParameterValue):
                amounts = self.alternatives(node.amount, scopes)
            return Vector(self._chosen(amounts, moved))
        start, amount = self.value(node.start, scopes), self.value(node.amount, scopes)
        if amount.bottom != 1:
            raise NotAnExpression("a date is moved by a figure that is not a whole number")
        if amount.most >= 2**62 // 7 - LAST:
            raise NotAnExpression("a date is moved by a figure that can grow beyond 64 bits")
        return Vector(self.calendar.shifted(start.cell, amount.cell, node.unit, node.direction))

    def _time_between(self, node: t.TimeBetween, scopes: Scopes) -> Vector:
        start, end = self.value(node.start, scopes).cell, self.value(node.end, scopes).cell
        if node.unit == "months":
            return Vector(self.calendar.months_between(start, end), most=120_000)
        days = self.plan.merge(lambda first, last: last.cast(pl.Int64) - first.cast(pl.Int64), start, end)
        return Vector(days, most=LAST)

    # ── Arithmetic ──

    def _arithmetic(self, node: t.Arithmetic, scopes: Scopes) -> Vector:
        operands = [self.value(each, scopes) for each in node.operands]
        base, parts = self.plan.together([self.plan.keep(each.cell) for each in operands])
        figures = [each.figure(part) for each, part in zip(operands, parts, strict=True)]
        match node.operation:
            case "total":
                return vector_of(base, numbers.total(figures, [1] * len(figures)))
            case "difference":
                return vector_of(base, numbers.total(figures, [1, -1]))
            case "product":
                return vector_of(base, numbers.product(figures))
            case "ratio":
                found = vector_of(base, numbers.ratio(*figures))
                return replace(found, cell=self.plan.keep(found.cell))

    # ── One value over a list ──

    def _aggregate(self, node: t.Aggregate, scopes: Scopes) -> Vector:
        plan = self.plan
        level = self.level_of(node.over, node.collection, _item(node.collection), scopes, node.of, node.where)
        inside = (*scopes, level)
        of = self.value(node.of, inside)
        is_number = not isinstance(node.type, Date)
        if is_number and not of.bottom:
            raise NotAnExpression("a ratio is worked out for each item and then brought together")
        where = plan.constant(pl.lit(True)) if node.where is None else self.condition(node.where, inside)
        here, ((chosen,), value) = plan.together([where, of.cell], level)
        counts = plan.total(here.of(chosen, chosen.is_null() | (chosen & value[0].is_null())))
        taken = here.of(pl.when(chosen).then(value[0]))
        how: Reducer = "total"
        if node.reduction in ("smallest", "earliest"):
            how = "smallest"
        elif node.reduction in ("largest", "latest"):
            how = "largest"
        found = plan.total(taken, how)
        most = of.most * (MOST_ITEMS if how == "total" else 1)
        numbers.fits(most)
        if how == "total" and most >= 2**63:
            found = plan.total(here.of(pl.when(chosen).then(value[0]).cast(pl.Int128)))
        given = self.read(node.over, scopes)
        cells = [given, counts, found]
        empty = None if node.if_empty is None else self.value(node.if_empty, scopes)
        if empty is not None:
            cells.append(empty.cell)
        outer, parts = plan.together(cells)
        (listed,), (number, bad), (result,) = parts[:3]
        known = listed.is_not_null() & (bad == 0)
        filled = pl.when(known & (number > 0))
        if not is_number:
            top = filled.then(result)
            return Vector(outer.of(top if empty is None else top.when(known).then(parts[3][0])))
        figure = Figure(result, of.bottom, most, of.under)
        if node.reduction == "mean":
            bottom, under = numbers.product_of(number, MOST_ITEMS, of.bottom, of.under)
            figure = Figure(result, bottom, most, under)
        if empty is None:
            return vector_of(outer, replace(figure, top=filled.then(figure.top)))
        other = empty.figure(parts[3])
        if isinstance(figure.bottom, int) and isinstance(other.bottom, int):
            ((upper, one), (lower, two)), common, under = numbers.alike([figure, other])
            either = filled.then(upper).when(known).then(lower)
            return vector_of(outer, Figure(either, common, max(one, two), under))
        lower_line = filled.then(_as_expression(figure.bottom)).when(known).then(_as_expression(other.bottom))
        either = filled.then(figure.top).when(known).then(other.top)
        return vector_of(outer, Figure(either, lower_line, max(most, other.most), max(figure.under, other.under)))

    # ── Series ──

    def _series(self, node: t.SeriesCount | t.SeriesLevel | t.SeriesChange, scopes: Scopes) -> Vector:
        start = self.start(node.series, scopes)
        points = self.plan.items(start, start, node.series.names, node.kind.item, None)
        key = (points, node.kind.at, node.kind.same)
        if key not in self._series_columns:
            given = self.plan.read(start, str(node.series))
            self._series_columns[key] = SeriesColumns(self.plan, self.calendar, points, given, node.kind)
        columns = self._series_columns[key]
        match node:
            case t.SeriesCount():
                return Vector(columns.count() if node.what == "points" else columns.months(), most=MOST_ITEMS)
            case t.SeriesLevel():
                cell, figure = columns.level(node.which, node.kind)
                return vector_of(cell, figure)
            case t.SeriesChange():
                noise = self.value(node.noise, scopes)
                return Vector(columns.change(node.since, node.kind, noise.cell, noise.bottom))


def _item(collection: object) -> Record:
    found = getattr(collection, "item", None)
    assert isinstance(found, Record)
    return found


def _first_of(tests: Sequence[pl.Expr], thens: Sequence[pl.Expr]) -> pl.Expr:
    """The value of the first test that is met; null as soon as one before it is undecided."""
    result = thens[-1] if len(thens) > len(tests) else pl.lit(None)
    for test, then in reversed(list(zip(tests, thens, strict=False))):
        result = pl.when(test).then(then).when(test.is_not_null()).then(result)
    return result


def _as_expression(bottom: pl.Expr | int) -> pl.Expr:
    return pl.lit(bottom, dtype=pl.Int64) if isinstance(bottom, int) else bottom


def _looks_outwards(node: object, depth: int) -> Iterator[int]:
    """For each path inside a list's tests, how many lists further out than the list's own item it starts, less one.

    0 is the innermost scope around the list, 1 the one around that. What starts at the item itself, or at the
    submission, is not counted.
    """
    if isinstance(node, tuple):
        for each in node:
            yield from _looks_outwards(each, depth)
        return
    if node is None or type(node).__module__ != t.__name__:
        return
    if isinstance(node, t.PathTo):
        if node.scope != t.SUBMISSION and node.scope > depth:
            yield node.scope - depth - 1
        return
    deeper = depth + 1 if isinstance(node, (t.Quantified, t.Aggregate)) else depth
    for name in type(node).__dataclass_fields__:  # type: ignore[attr-defined]
        inner = name in ("where", "satisfying", "distinct", "of") and deeper > depth
        yield from _looks_outwards(getattr(node, name), deeper if inner else depth)


__all__ = ["Alternative", "Scalar", "Scopes", "ValueVectors", "Vector", "vector_of"]
