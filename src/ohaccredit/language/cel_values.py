"""Values as CEL text: the half of `cel` that computes, without deciding anything.

Numbers are whole throughout, as in `compile_values`: a value with decimals is a count of millionths, a ratio is two
whole numbers, and comparing is cross-multiplying. What a value needs more than once gets a name (`cel_text.named`).
A name that stands for an error is an error wherever it is used or not, so only what is needed in any case is named.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import lcm

from ohaccredit.language import cel_text as c
from ohaccredit.language import tree as t
from ohaccredit.language.cel_dates import months_between, moved_by_days, moved_by_months
from ohaccredit.language.cel_series import change, comparable, from_the_end, in_order, scale_of
from ohaccredit.language.cel_text import NOT_EVIDENCED, NotInCel, Piece, number
from ohaccredit.language.numbers import MILLIONTHS
from ohaccredit.language.trace_values import shifted
from ohaccredit.language.types import Keyed, Number, Series

Scopes = tuple[Piece, ...]
"""What stands for the submission and for the item of each list around, outermost first."""
Plain = Fraction | int | date | bool | str | tuple[str, ...]

Names = tuple[tuple[Piece, Piece], ...]
"""Variables with what they stand for, in the order in which one needs the other."""

_DIGITS = 63
"""The binary digits of a whole number without its sign."""
_ROW = 9


@dataclass(frozen=True, slots=True)
class Figure:
    """A value: `top` over `bottom` (positive; 1 for what is no number), and the names that both need first."""

    top: Piece
    bottom: Piece | int = 1
    names: Names = ()

    def within(self, expression: Piece) -> Piece:
        """An expression in which the names are known."""
        for each, value in reversed(self.names):
            expression = c.named(each, value, expression)
        return expression

    @property
    def under(self) -> Piece:
        """What stands below the line."""
        return number(self.bottom) if isinstance(self.bottom, int) else self.bottom

    @property
    def whole(self) -> Piece:
        """The value of what has no fraction."""
        if self.bottom != 1:
            raise NotInCel("a fraction where only a whole number has a meaning")
        return self.within(self.top)


class ValueSpeaker(ABC):
    """Puts values into CEL, for one date."""

    def __init__(self, definitions: t.Definitions, on: date, root: Piece) -> None:
        self.on = on
        self.root: Scopes = (root,)
        self._definitions = definitions
        self._names = 0
        self._derived: dict[str, Figure] = {}

    @abstractmethod
    def condition(self, node: t.Condition, scopes: Scopes) -> Piece:
        """A condition in CEL."""

    def name(self, wanted: str) -> Piece:
        """A variable of its own."""
        self._names += 1
        return c.variable(wanted, self._names)

    def path(self, where: t.PathTo, scopes: Scopes) -> Piece:
        """A part of the evidence."""
        *outer, last = where.names
        return c.field(self._record(where, outer, scopes), last)

    def given(self, where: t.PathTo, scopes: Scopes) -> Piece:
        """Is a part of the evidence given?"""
        *outer, last = where.names
        return c.is_given(self._record(where, outer, scopes), last)

    def _record(self, where: t.PathTo, names: Sequence[str], scopes: Scopes) -> Piece:
        record = scopes[0] if where.scope == t.SUBMISSION else scopes[-1 - where.scope]
        for each in names:
            record = c.field(record, each)
        return record

    def items(self, over: t.PathTo, collection: object, scopes: Scopes) -> tuple[Piece, Piece, Scopes]:
        """A list, the variable of a loop over it, and the scopes inside. What is given by key is looped over by key."""
        listed = self.path(over, scopes)
        if isinstance(collection, Keyed):
            key = self.name("key")
            return listed, key, (*scopes, c.item(listed, key))
        item = self.name(_one_of(over.names[-1]))
        return listed, item, (*scopes, item)

    # ── One value ──

    def value(self, node: t.Value, scopes: Scopes) -> Figure:
        """A value in CEL."""
        match node:
            case t.Constant():
                return _constant(node.value)
            case t.AssessmentDate():
                return _constant(self.on)
            case t.FieldValue():
                exact = isinstance(node.type, Number) and not node.type.whole
                return Figure(self.path(node.path, scopes), MILLIONTHS if exact else 1)
            case t.ParameterValue():
                return self._parameter(node, scopes, _constant)
            case t.DerivedValue():
                return self._derived_value(node.name)
            case t.ShiftedDate():
                return self._shifted(node, scopes)
            case t.TimeBetween():
                start, end = self.value(node.start, scopes).whole, self.value(node.end, scopes).whole
                return Figure(c.minus(end, start) if node.unit == "days" else months_between(start, end, self.name))
            case t.Arithmetic():
                return self._arithmetic(node, scopes)
            case t.Aggregate():
                return self._aggregate(node, scopes)
            case t.SeriesCount():
                return self._series_count(node, scopes)
            case t.SeriesLevel():
                return self._series_level(node, scopes)
            case t.SeriesChange():
                return self._series_change(node, scopes)

    def _held(self, value: Piece, named: str) -> tuple[Piece, Names]:
        """A value that can be named more than once."""
        if value.simple:
            return value, ()
        name = self.name(named)
        return name, ((name, value),)

    def cases(self, cases: Sequence[tuple[Piece | None, Figure]]) -> Figure:
        """The first value whose condition holds; the last may have none. Not evidenced if none does."""
        bottoms = [figure.bottom for _, figure in cases]
        fixed = [bottom for bottom in bottoms if isinstance(bottom, int)]
        if len(fixed) == len(bottoms):
            common = lcm(*fixed)
            chosen = [
                (when, figure.within(c.times(figure.top, number(common // bottom))))
                for (when, figure), bottom in zip(cases, fixed, strict=True)
            ]
            return Figure(_first_of(chosen), common)
        return self._pair(_first_of([(when, f.within(c.several([f.top, f.under]))) for when, f in cases]), "ratio")

    def _pair(self, pair: Piece, named: str) -> Figure:
        """A ratio that is held as a list of two whole numbers."""
        held, names = self._held(pair, named)
        return Figure(c.item(held, number(0)), c.item(held, number(1)), names)

    # ── What the rules define ──

    def _parameter(self, node: t.ParameterValue, scopes: Scopes, said: Callable[[Plain], Figure]) -> Figure:
        """A parameter's value; `said` puts one into words."""
        parameter = self._definitions.parameters[node.name]

        def of(dated: t.Dated | None) -> Figure:
            if dated is None:
                return Figure(NOT_EVIDENCED)
            if not parameter.by:
                return said(dated.value)
            figures = {option: said(value) for option, value in dated.by_factor.items()}
            common = lcm(*(each.bottom for each in figures.values() if isinstance(each.bottom, int)))
            tops = [(o, c.times(f.top, number(common // _fixed(f)))) for o, f in figures.items()]
            return Figure(c.by_key(tops, self._derived_value(parameter.by).whole), common)

        day = self.on if node.as_of is None else self._fixed_day(node.as_of)
        if day is not None:
            return of(parameter.on(day))
        assert node.as_of is not None
        held, names = self._held(self.value(node.as_of, scopes).whole, "day")
        chain: list[tuple[Piece | None, Figure]] = [
            (c.related(held, ">=", c.literal(dated.start)), of(dated)) for dated in reversed(parameter.values)
        ]
        found = self.cases(chain)
        return Figure(found.top, found.bottom, (*names, *found.names))

    def shapes(self, node: t.Value, scopes: Scopes, said: Callable[[Plain], Figure]) -> Piece:
        """A parameter's shapes, as one pattern."""
        if not isinstance(node, t.ParameterValue):
            raise NotInCel("shapes that are not written in a rule or parameter")
        found = self._parameter(node, scopes, said)
        return found.within(found.top)

    def _derived_value(self, name: str) -> Figure:
        """A derived value, written out: of the whole submission, so the same wherever it is used."""
        if name not in self._derived:
            derived = self._definitions.derived[name]
            if derived.value is not None:
                found = self.value(derived.value, self.root)
            else:
                found = self.cases([(self._when(band), self.value(band.then, self.root)) for band in derived.bands])
            self._derived[name] = found
        return self._derived[name]

    def _when(self, band: t.Band) -> Piece | None:
        return None if band.when is None else self.condition(band.when, self.root)

    def derived_condition(self, name: str) -> Piece:
        """A derived condition, likewise."""
        if name not in self._derived:
            condition = self._definitions.derived[name].condition
            assert condition is not None
            self._derived[name] = Figure(self.condition(condition, self.root))
        return self._derived[name].top

    # ── Dates ──

    def _fixed_day(self, node: t.Value) -> date | None:
        """The day that a value is, if it depends on nothing but the assessment date."""
        match node:
            case t.AssessmentDate():
                return self.on
            case t.Constant(value=date() as day):
                return day
            case t.ShiftedDate():
                start, amount = self._fixed_day(node.start), self._fixed_steps(node.amount)
                if start is not None and amount is not None:
                    return shifted(start, amount, node.unit, node.direction)
        return None

    def _fixed_steps(self, node: t.Value) -> int | None:
        """The whole number that a value is on the assessment date, whatever the evidence."""
        if isinstance(node, t.Constant) or (
            isinstance(node, t.ParameterValue) and node.as_of is None and not self._definitions.parameters[node.name].by
        ):
            found = self.value(node, self.root)
            return found.top.number if found.bottom == 1 else None
        return None

    def _shifted(self, node: t.ShiftedDate, scopes: Scopes) -> Figure:
        day = self._fixed_day(node)
        if day is not None:
            return _constant(day)
        start, amount = self.value(node.start, scopes).whole, self.value(node.amount, scopes).whole
        steps = c.times(amount, number((1 if node.direction == "after" else -1) * (7 if node.unit == "weeks" else 1)))
        return Figure((moved_by_months if node.unit == "months" else moved_by_days)(start, steps, self.name))

    # ── Arithmetic ──

    def _arithmetic(self, node: t.Arithmetic, scopes: Scopes) -> Figure:
        figures = [self.value(operand, scopes) for operand in node.operands]
        result, *others = figures
        if node.operation == "ratio":
            return self._ratio(result, others[0])
        for each in others:
            result = self._multiplied(result, each) if node.operation == "product" else self._added(
                result, each, c.plus if node.operation == "total" else c.minus
            )  # fmt: skip
        return result

    def _multiplied(self, left: Figure, right: Figure) -> Figure:
        names = (*left.names, *right.names)
        return Figure(c.times(left.top, right.top), _product(left.bottom, right.bottom), names)

    def _added(self, left: Figure, right: Figure, sign: Callable[[Piece, Piece], Piece]) -> Figure:
        names = (*left.names, *right.names)
        if isinstance(left.bottom, int) and isinstance(right.bottom, int):
            common = lcm(left.bottom, right.bottom)
            tops = [c.times(each.top, number(common // _fixed(each))) for each in (left, right)]
            return Figure(sign(*tops), common, names)
        (first, some), (second, more) = self._held(left.under, "under"), self._held(right.under, "under")
        top = sign(c.times(left.top, second), c.times(right.top, first))
        return Figure(top, _product(first, second), (*names, *some, *more))

    def _ratio(self, over: Figure, under: Figure) -> Figure:
        """a/b over c/d is ad over bc; not evidenced unless c is positive."""
        held, names = self._held(under.top, "under")
        bottom = c.choose(c.related(held, ">", number(0)), c.times(held, over.under), NOT_EVIDENCED)
        if held.number is not None and held.number > 0:
            bottom = c.times(held, over.under)
        return Figure(c.times(over.top, under.under), bottom, (*over.names, *under.names, *names))

    # ── One value over a list ──

    def _aggregate(self, node: t.Aggregate, scopes: Scopes) -> Figure:
        listed, item, inner = self.items(node.over, node.collection, scopes)
        each = self.value(node.of, inner)
        fixed = isinstance(each.bottom, int)
        if not fixed and node.reduction in ("sum", "mean"):
            raise NotInCel("the sum of ratios, each of which has its own denominator")
        held = each.within(each.top if fixed else c.several([each.top, each.under]))
        where = () if node.where is None else (self.condition(node.where, inner),)
        values = self.name("values")
        found = self._reduced(node, values, each)
        names = ((values, c.loop(listed, "map", item, *where, held)),)
        empty = Figure(NOT_EVIDENCED) if node.if_empty is None else self.value(node.if_empty, scopes)
        if node.reduction == "sum" and empty.top.number == 0:
            return Figure(found.top, found.bottom, (*names, *found.names))
        some = c.related(c.size(values), ">", number(0))
        chosen = self.cases([(some, found), (None, empty)])
        return Figure(chosen.top, chosen.bottom, (*names, *chosen.names))

    def _reduced(self, node: t.Aggregate, values: Piece, each: Figure) -> Figure:
        """One value of several."""
        match node.reduction:
            case "sum":
                top, names = self._sum(values)
                return Figure(top, each.bottom, names)
            case "mean":
                top, names = self._sum(values)
                return Figure(top, c.times(c.size(values), each.under), names)
            case "smallest" | "earliest":
                low = True
            case "largest" | "latest":
                low = False
        if isinstance(each.bottom, int):
            return Figure(c.call("math.least" if low else "math.greatest", values), each.bottom)
        one, other = self.name("ratio"), self.name("ratio")
        crossed = [c.times(c.item(a, number(0)), c.item(b, number(1))) for a, b in ((one, other), (other, one))]
        no_better = c.loop(values, "all", other, c.related(crossed[0], "<=" if low else ">=", crossed[1]))
        best = self.name("best")
        names = ((best, c.item(c.loop(values, "filter", one, no_better), number(0))),)
        return Figure(c.item(best, number(0)), c.item(best, number(1)), names)

    def _sum(self, values: Piece) -> tuple[Piece, Names]:
        """The sum of whole numbers: CEL has none, but it can count how many of them have each binary digit.

        Every digit counts its value, times the numbers above zero that have it, less those below zero.
        """
        place, digit, each = self.name("place"), self.name("digit"), self.name("each")

        def having(of: Piece) -> Piece:
            return c.size(
                c.loop(values, "filter", each, c.related(c.rest(c.over(of, digit), number(2)), "==", number(1)))
            )

        counted = c.times(digit, c.minus(having(each), having(Piece(f"-{each.text}", c.UNARY))))
        value = c.named(digit, c.call("math.bitShiftLeft", number(1), place), counted)
        digits, rows, row = self.name("digits"), self.name("rows"), self.name("row")
        by_digit = c.loop(c.call("lists.range", number(_DIGITS)), "map", place, value)
        in_a_row = c.plus(*(c.item(digits, c.moved_by(c.times(row, number(_ROW)), step)) for step in range(_ROW)))
        by_row = c.loop(c.call("lists.range", number(_DIGITS // _ROW)), "map", row, in_a_row)
        total = c.plus(*(c.item(rows, number(step)) for step in range(_DIGITS // _ROW)))
        return total, ((digits, by_digit), (rows, by_row))

    # ── Series ──

    def _points(self, path: t.PathTo, kind: Series, scopes: Scopes) -> tuple[Piece, Names]:
        """The points of a series in order of date, with the name that they need."""
        points = self.name("points")
        return points, ((points, in_order(self.path(path, scopes), kind, self.name)),)

    def _comparable(self, path: t.PathTo, kind: Series, scopes: Scopes) -> tuple[Piece, Names]:
        """Those of them that can be compared with the latest, with the names that they need."""
        points, names = self._points(path, kind, scopes)
        run = self.name("comparable")
        return run, (*names, (run, comparable(points, kind, self.name)))

    def _series_count(self, node: t.SeriesCount, scopes: Scopes) -> Figure:
        run, names = self._comparable(node.series, node.kind, scopes)
        if node.what == "points":
            return Figure(c.size(run), 1, names)
        first, last = (c.field(each, node.kind.at) for each in (c.item(run, number(0)), from_the_end(run, 0)))
        span = months_between(first, last, self.name, in_order=True)
        return Figure(c.choose(c.related(c.size(run), ">", number(0)), span, number(0)), 1, names)

    def _series_level(self, node: t.SeriesLevel, scopes: Scopes) -> Figure:
        if node.which == "latest":
            points, names = self._points(node.series, node.kind, scopes)
            point = from_the_end(points, 0)
        else:
            run, names = self._comparable(node.series, node.kind, scopes)
            point = c.item(run, number(0))
        chosen = self.name(node.which)
        names = (*names, (chosen, point))
        of, base = (
            Figure(c.field(chosen, each), scale_of(node.kind, each)) if each else Figure(number(1))
            for each in (node.measure.of, node.measure.base)
        )
        found = of if node.measure.kind == "mean" else self._ratio(of, base)
        return Figure(found.top, found.bottom, (*names, *found.names))

    def _series_change(self, node: t.SeriesChange, scopes: Scopes) -> Figure:
        points, names = self._points(node.series, node.kind, scopes)
        noise = self.value(node.noise, scopes)
        found = change(node, points, (noise.top, noise.under), self.name)
        return Figure(found, 1, (*names, *noise.names))


def compared(left: Figure, comparator: t.Comparator, right: Figure) -> Piece:
    """One value against another, by cross-multiplication."""
    how = RELATIONS[comparator]
    if isinstance(left.bottom, int) and isinstance(right.bottom, int):
        common = lcm(left.bottom, right.bottom)
        tops = [c.times(each.top, number(common // _fixed(each))) for each in (left, right)]
    else:
        tops = [c.times(left.top, right.under), c.times(right.top, left.under)]
    return left.within(right.within(c.related(tops[0], how, tops[1])))


RELATIONS: dict[t.Comparator, c.Relation] = {
    "is": "==",
    "at_least": ">=",
    "at_most": "<=",
    "more_than": ">",
    "less_than": "<",
}


def _first_of(cases: Sequence[tuple[Piece | None, Piece]]) -> Piece:
    found = NOT_EVIDENCED
    for when, then in reversed(cases):
        found = then if when is None else c.choose(when, then, found)
    return found


def _constant(value: Plain) -> Figure:
    if isinstance(value, Fraction):
        return Figure(number(value.numerator), value.denominator)
    return Figure(c.literal(value))


def _fixed(figure: Figure) -> int:
    assert isinstance(figure.bottom, int)
    return figure.bottom


def _product(left: Piece | int, right: Piece | int) -> Piece | int:
    if isinstance(left, int) and isinstance(right, int):
        return left * right
    parts = [number(each) if isinstance(each, int) else each for each in (left, right)]
    return c.times(*parts)


def _one_of(several: str) -> str:
    """A name for an item of a list of that name."""
    for ending, instead in (("ies", "y"), ("ss", "ss"), ("s", "")):
        if several.endswith(ending) and len(several) > 3:
            return several.removesuffix(ending) + instead
    return f"each_{several}"
