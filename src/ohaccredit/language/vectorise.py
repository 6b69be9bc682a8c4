"""Rules as columns: the verdicts of `trace` and `compile`, for many submissions at once and without reasons.

The tree becomes Polars expressions over the tables of the evidence (`tables`, `levels`). Null is "not decided by the
evidence", and the and, or and not of nullable booleans are those of Kleene. Lists are never reduced as such: for every
list operator the items that are surely, possibly and surely not counted are totalled, and the bound is held against
the interval, as `counting` does it.

A few things are no expression (`NotAnExpression` says why). Such a rule is decided row by row by its compiled form,
as are submissions with a figure beyond a thousand million, so that every number fits its column.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

import polars as pl

from ohaccredit.language import tree as t
from ohaccredit.language import vector_numbers as numbers
from ohaccredit.language.compile import CompiledRules
from ohaccredit.language.counting import WHEN_EMPTY
from ohaccredit.language.encode import Encoded
from ohaccredit.language.levels import PARENT, Cell, NotAnExpression, Plan
from ohaccredit.language.outcome import Outcome
from ohaccredit.language.tables import Needs, Tables
from ohaccredit.language.text_shape import DIGIT, LETTER
from ohaccredit.language.types import Choice, Number, Record
from ohaccredit.language.vector_numbers import Figure
from ohaccredit.language.vector_values import Alternative, Scopes, ValueVectors, Vector

OUTCOMES: tuple[Outcome, ...] = (Outcome.MET, Outcome.NOT_MET, Outcome.NOT_EVIDENCED, Outcome.NOT_APPLICABLE)
"""The outcomes in the order of their codes."""
OUTCOME = pl.Enum([outcome.value for outcome in OUTCOMES])
Rows = Callable[[], Sequence[Mapping[str, Encoded]]]
"""The encoded submissions, one by one: asked for only if some rule needs them."""


@dataclass(frozen=True, slots=True)
class Road:
    """How a rule is decided over a population: as an expression, or row by row and why."""

    criterion: str
    as_expression: bool
    why: str = ""


class VectorRules:
    """Rules, ready to decide many submissions on one date."""

    def __init__(self, definitions: t.Definitions, rules: Sequence[t.Rule], record: Record, on: date) -> None:
        self._roads = {rule.criterion: _road(definitions, rule, record, on) for rule in rules}
        self._plan = Plan(record)
        builder = _Builder(definitions, self._plan, on)
        wanted: list[tuple[str, Cell]] = []
        row_by_row: list[t.Rule] = []
        for rule in rules:
            if self._roads[rule.criterion].as_expression:
                wanted.append((rule.criterion, builder.rule(rule)))
            else:
                row_by_row.append(rule)
        self._program = self._plan.program(wanted)
        self._compiled = CompiledRules(definitions, row_by_row).on(on) if row_by_row else {}
        self._order = [rule.criterion for rule in rules]

    @property
    def roads(self) -> tuple[Road, ...]:
        """How each rule is decided."""
        return tuple(self._roads.values())

    @property
    def needs(self) -> Needs:
        """The columns that the expressions read, table by table."""
        return {path: frozenset(names) for path, names in self._plan.needs.items()}

    def decide(self, tables: Tables, rows: Rows) -> pl.DataFrame:
        """The outcome of every rule for every submission: a column for each criterion."""
        decided = self._program.run(tables)
        if self._compiled:
            each = rows()
            columns = [
                pl.Series(criterion, [decide(row).value for row in each], OUTCOME)
                for criterion, decide in self._compiled.items()
            ]
            decided = (
                pl.concat([decided, pl.DataFrame(columns)], how="horizontal")
                if decided.width
                else pl.DataFrame(columns)
            )
        return decided.select(self._order)


def _road(definitions: t.Definitions, rule: t.Rule, record: Record, on: date) -> Road:
    """Tried on a plan of its own, so that a rule that turns out to be no expression leaves nothing behind."""
    try:
        _Builder(definitions, Plan(record), on).rule(rule)
    except NotAnExpression as reason:
        return Road(rule.criterion, False, str(reason))
    return Road(rule.criterion, True)


def beyond_columns(value: Encoded) -> bool:
    """Does an encoded submission hold a figure that is too large for the columns?"""
    if isinstance(value, dict):
        return any(map(beyond_columns, value.values()))
    if isinstance(value, list):
        return any(map(beyond_columns, value))
    return isinstance(value, int) and abs(value) > numbers.LARGEST


class _Builder(ValueVectors):
    """Makes the cells of conditions and rules."""

    def __init__(self, definitions: t.Definitions, plan: Plan, on: date) -> None:
        super().__init__(definitions, plan, on)
        self._known: dict[object, Cell] = {}

    def rule(self, rule: t.Rule) -> Cell:
        """The outcome of a rule (`outcome.outcome_of`)."""
        root = (self.plan.root,)
        met = self.condition(rule.met_when, root)
        applies = self.plan.constant(pl.lit(True))
        if rule.applies_when is not None:
            applies = self.condition(rule.applies_when, root)
        base, ((applies_,), (met_,)) = self.plan.together([self.plan.keep(applies), self.plan.keep(met)])
        codes = [pl.lit(outcome.value, dtype=OUTCOME) for outcome in OUTCOMES]
        outcome = (
            pl.when(~applies_)
            .then(codes[3])
            .when(met_)
            .then(codes[0])
            .when(applies_ & ~met_)
            .then(codes[1])
            .otherwise(codes[2])
        )
        return self.plan.keep(Cell(self.plan.root, base.round, (outcome,)))

    # ── Conditions ──

    def condition(self, node: t.Condition, scopes: Scopes) -> Cell:
        """A condition as a cell; what is asked in several places is worked out once."""
        if not isinstance(node, (t.Quantified, t.DerivedCondition)):
            return self._condition(node, scopes)
        key = (signature(node), scopes if isinstance(node, t.Quantified) else ())
        if key not in self._known:
            self._known[key] = self.plan.keep(self._condition(node, scopes))
        return self._known[key]

    def _condition(self, node: t.Condition, scopes: Scopes) -> Cell:
        match node:
            case t.All() | t.Either():
                base, parts = self.plan.together([self.condition(each, scopes) for each in node.of])
                result = parts[0][0]
                for (part,) in parts[1:]:
                    result = result & part if isinstance(node, t.All) else result | part
                return base.of(result)
            case t.AtLeast():
                return self._at_least(node, scopes)
            case t.Not():
                inner = self.condition(node.of, scopes)
                return inner.of(~inner.only)
            case t.Remark():
                inner = self.condition(node.of, scopes)
                return inner.of(pl.when(inner.only).then(pl.lit(True))) if node.otherwise_undecided else inner
            case t.DerivedCondition():
                condition = self._definitions.derived[node.name].condition
                assert condition is not None
                return self.condition(condition, scopes[:1])
            case t.Compare():
                return self._compare(node, scopes)
            case t.OneOf():
                return self._one_of(node, scopes)
            case t.Includes():
                return self._includes(node, scopes)
            case t.Shaped():
                text = self.value(node.value, scopes).cell
                return self._among(node.shapes, text, scopes, lambda value, shapes: _has_shape(value, shapes))
            case t.Stated():
                value = self.value(node.value, scopes).cell
                return value.of(pl.when(value.parts[0].is_not_null()).then(pl.lit(True)))
            case t.Quantified():
                return self._quantified(node, scopes)

    def _at_least(self, node: t.AtLeast, scopes: Scopes) -> Cell:
        needed = self.value(node.needed, scopes)
        tests = [self.plan.keep(self.condition(each, scopes)) for each in node.of]
        base, parts = self.plan.together([*tests, self.plan.keep(needed.cell)])
        verdicts = [part for (part,) in parts[:-1]]
        yes = pl.sum_horizontal(verdict.cast(pl.Int64).fill_null(0) for verdict in verdicts)
        open_ = pl.sum_horizontal(verdict.is_null().cast(pl.Int64) for verdict in verdicts)
        bound = needed.figure(parts[-1])
        most = len(verdicts)
        surely = numbers.compared(numbers.whole_number(yes, most), "at_least", bound)
        possibly = numbers.compared(numbers.whole_number(yes + open_, most), "at_least", bound)
        return base.of(pl.when(surely).then(pl.lit(True)).when(~possibly).then(pl.lit(False)))

    def _compare(self, node: t.Compare, scopes: Scopes) -> Cell:
        left, right = self.value(node.left, scopes), self.value(node.right, scopes)
        base, (first, second) = self.plan.together([left.cell, right.cell])
        if isinstance(_type(node.left), Number) and isinstance(_type(node.right), Number):
            return base.of(numbers.compared(left.figure(first), node.comparator, right.figure(second)))
        return base.of(numbers.holds(first[0], second[0], node.comparator))

    # ── Options ──

    def _among(
        self,
        options: tuple[str, ...] | t.Value,
        value: Cell,
        scopes: Scopes,
        test: Callable[[pl.Expr, tuple[str, ...]], pl.Expr],
    ) -> Cell:
        """A test against options that the rule states, or a parameter that lists them."""
        if isinstance(options, tuple):
            return value.of(test(value.only, options))
        assert isinstance(options, t.ParameterValue)
        found = self.alternatives(options, scopes)
        return self._by_alternative(found, value, test)

    def _by_alternative(
        self, found: Sequence[Alternative], value: Cell, test: Callable[[pl.Expr, tuple[str, ...]], pl.Expr]
    ) -> Cell:
        whens = [self.plan.constant(pl.lit(True)) if when is None else when for when, _ in found]
        base, parts = self.plan.together([value, *whens])
        result: pl.Expr = pl.lit(None, dtype=pl.Boolean)
        for (when,), (_, options) in reversed(list(zip(parts[1:], found, strict=True))):
            then = pl.lit(None, dtype=pl.Boolean)
            if options is not None:
                then = test(parts[0][0], (options,) if isinstance(options, str) else options)  # type: ignore[arg-type]
            result = pl.when(when).then(then).otherwise(result)
        return base.of(result)

    def _one_of(self, node: t.OneOf, scopes: Scopes) -> Cell:
        value = self.value(node.value, scopes).cell
        if isinstance(node.options, (tuple, t.ParameterValue)):
            return self._among(node.options, value, scopes, lambda each, options: each.is_in(options))
        among = self.value(node.options, scopes).cell
        base, ((one,), (many,)) = self.plan.together([value, among])
        if isinstance(node.options.type, Choice):
            return base.of(one == many)
        return base.of(pl.when(one.is_not_null() & many.is_not_null()).then(many.list.contains(one)))

    def _includes(self, node: t.Includes, scopes: Scopes) -> Cell:
        value = self.value(node.value, scopes).cell

        def test(held: pl.Expr, options: tuple[str, ...]) -> pl.Expr:
            found = held.list.contains(options[0])
            for option in options[1:]:
                more = held.list.contains(option)
                found = found & more if node.which == "all" else found | more
            return found

        if isinstance(node.options, (tuple, t.ParameterValue)):
            return self._among(node.options, value, scopes, test)
        among = self.value(node.options, scopes).cell
        base, ((held,), (wanted,)) = self.plan.together([value, among])
        if isinstance(node.options.type, Choice):
            return base.of(pl.when(held.is_not_null() & wanted.is_not_null()).then(held.list.contains(wanted)))
        both = held.is_not_null() & wanted.is_not_null()
        if node.which == "all":
            return base.of(pl.when(both).then(wanted.list.set_difference(held).list.len() == 0))
        return base.of(pl.when(both).then(wanted.list.set_intersection(held).list.len() > 0))

    # ── Lists ──

    def _quantified(self, node: t.Quantified, scopes: Scopes) -> Cell:
        plan = self.plan
        level = self.level_of(
            node.over, node.collection, node.collection.item, scopes, node.where, node.satisfying, node.distinct
        )
        inside = (*scopes, level)
        always = plan.constant(pl.lit(True))
        where = always if node.where is None else self.condition(node.where, inside)
        test = always if node.satisfying is None else self.condition(node.satisfying, inside)
        given = self.read(node.over, scopes)
        cells = [self.plan.keep(where), self.plan.keep(test)]
        if node.distinct is not None:
            cells.append(self.value(node.distinct, inside).cell)
        here, parts = plan.together(cells, level)
        if node.kind == "share":
            totals = self._share_totals(here, parts[0][0], parts[1][0])
        else:
            totals = self._count_totals(node, here, [part for (part,) in parts], given)
        bound = Vector(plan.constant(pl.lit(0, dtype=pl.Int64)), 1, 1) if node.bound is None else None
        bound = bound or self.value(node.bound, scopes)  # type: ignore[arg-type]
        base, (counted, (listed,), against) = plan.together([totals, given, plan.keep(bound.cell)])
        verdict = _share(node, counted, bound.figure(against)) if node.kind == "share" else None
        if verdict is None:
            verdict = _count(node, counted, bound.figure(against))
        return base.of(pl.when(listed.is_not_null() & against[0].is_not_null()).then(verdict))

    def _count_totals(self, node: t.Quantified, here: Cell, parts: Sequence[pl.Expr], given: Cell) -> Cell:
        """yes, open, surely in the list, possibly in the list. `given` is the length of the whole list."""
        where, test = parts[0], parts[1]
        counted = where & (~test if node.kind == "every" else test)
        yes, open_ = counted, counted.is_null()
        if node.distinct is not None:
            here = self.plan.keep(here.of(counted, parts[2], where))
            holds, value, where = here.parts
            surely = holds.fill_null(False) & value.is_not_null()
            yes = surely & pl.struct(pl.col(PARENT), pl.when(surely).then(value)).is_first_distinct()
            open_ = holds.is_null() | (holds & value.is_null())
        if node.where is None:
            base, (totals, listed) = self.plan.together([self.plan.total(here.of(yes, open_)), given])
            return base.of(*totals, *listed, pl.lit(0, dtype=pl.Int64))
        return self.plan.total(here.of(yes, open_, where, where.is_null()))

    def _share_totals(self, here: Cell, where: pl.Expr, test: pl.Expr) -> Cell:
        """yes, no, in with the test open, and perhaps in: yes, no, open."""
        maybe, unknown = where.is_null(), test.is_null()
        return self.plan.total(
            here.of(where & test, where & ~test, where & unknown, maybe & test, maybe & ~test, maybe & unknown)
        )


def _within(low: Figure, high: Figure, comparator: t.Comparator, bound: Figure) -> pl.Expr:
    """Does a number that lies somewhere from low to high meet the bound (`counting.within`)?"""
    at_low, at_high = numbers.compared(low, comparator, bound), numbers.compared(high, comparator, bound)
    if comparator != "is":
        return pl.when(at_low == at_high).then(at_low)
    inside = numbers.compared(low, "at_most", bound) & numbers.compared(high, "at_least", bound)
    same = numbers.compared(low, "is", high)
    return pl.when(same).then(at_low).when(~inside).then(pl.lit(False))


def _if_empty(node: t.Quantified, verdict: pl.Expr, sure: pl.Expr, maybe: pl.Expr) -> pl.Expr:
    """The verdict, where the list may turn out to be empty."""
    empty = WHEN_EMPTY[node.if_list_empty]
    says = pl.lit(empty, dtype=pl.Boolean)
    return pl.when(sure).then(verdict).when(~maybe).then(says).when(verdict == says).then(says)


def _count(node: t.Quantified, counted: Sequence[pl.Expr], bound: Figure) -> pl.Expr:
    """`counting.count_verdict`; some, every and none are counts too, of items that satisfy or that fail."""
    yes, open_, sure, maybe = counted
    low, high = (numbers.whole_number(each, numbers.MOST_ITEMS) for each in (yes, yes + open_))
    if node.kind == "some":
        verdict = _within(low, high, "at_least", numbers.whole_number(pl.lit(1, dtype=pl.Int64), 1))
    elif node.kind == "count":
        verdict = _within(low, high, node.comparator, bound)
    else:
        verdict = _within(low, high, "at_most", numbers.whole_number(pl.lit(0, dtype=pl.Int64), 1))
    return _if_empty(node, verdict, sure > 0, maybe > 0)


def _share(node: t.Quantified, counted: Sequence[pl.Expr], bound: Figure) -> pl.Expr:
    """`counting.share_verdict`."""
    yes, no, in_open, open_yes, open_no, open_open = counted
    sure = yes + no + in_open
    most = numbers.MOST_ITEMS
    worst_of, best_of = sure + open_no + open_open, sure + open_yes + open_open
    one = pl.lit(1, dtype=pl.Int64)
    low = Figure(
        pl.when(worst_of > 0).then(yes).otherwise(one), pl.when(worst_of > 0).then(worst_of).otherwise(one), most, most
    )
    high = Figure(
        pl.when(best_of > 0).then(yes + in_open + open_yes + open_open).otherwise(pl.lit(0, dtype=pl.Int64)),
        pl.when(best_of > 0).then(best_of).otherwise(one),
        most,
        most,
    )
    verdict = _within(low, high, node.comparator, bound)
    return _if_empty(node, verdict, sure > 0, (open_yes + open_no + open_open) > 0)


def _has_shape(text: pl.Expr, shapes: Sequence[str]) -> pl.Expr:
    """`text_shape.has_shape`: spaces do not count, nor does the size of the letters A to Z."""
    if not shapes:
        return pl.when(text.is_not_null()).then(pl.lit(False))
    pattern = "|".join("".join(map(_character, shape.replace(" ", ""))) for shape in shapes)
    return text.str.replace_all(" ", "", literal=True).str.contains(rf"(?s)\A(?:{pattern})\z")


def _character(wanted: str) -> str:
    if wanted == DIGIT:
        return "[0-9]"
    if wanted == LETTER:
        return "[A-Za-z]"
    if wanted.isascii() and wanted.isalpha():
        return f"[{wanted.lower()}{wanted.upper()}]"
    return rf"\x{{{ord(wanted):X}}}"


def _type(node: t.Value) -> Any:
    return node.type


def signature(node: object) -> object:
    """What a part of a rule says, wherever it stands: equal parts have equal signatures."""
    if isinstance(node, tuple):
        return tuple(map(signature, node))
    if isinstance(node, t.PathTo):
        return ("path", node.scope, node.names)
    if type(node).__module__ != t.__name__:
        return node if isinstance(node, (str, int, bool, Fraction, date, type(None))) else id(node)
    names = (name for name in type(node).__dataclass_fields__ if name not in _UNSAID)  # type: ignore[attr-defined]
    return (type(node).__name__, *(signature(getattr(node, name)) for name in names))


_UNSAID = frozenset({"place", "type", "collection"})
"""What follows from the rest."""
