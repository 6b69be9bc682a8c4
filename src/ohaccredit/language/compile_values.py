"""Values as Python expressions: the half of `compile` that computes, without deciding anything.

A builder makes one of two forms. In the careful form a value that is missing is None, and every use of it asks
first. In the plain form nothing is asked: what is missing raises KeyError, which ends the whole attempt.
"""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import lcm
from typing import Any, cast

from ohaccredit.language import tree as t
from ohaccredit.language.numbers import MILLIONTHS
from ohaccredit.language.syntax import (
    NONE,
    Expression,
    Statements,
    add,
    any_of,
    bottom_of,
    call,
    get,
    if_,
    is_,
    lacking,
    lacks,
    load,
    multiplied,
    not_,
    once,
    part,
    positive,
    put,
    scaled,
    values_of,
)
from ohaccredit.language.trace_values import shifted
from ohaccredit.language.types import Keyed, Number

Scopes = tuple[str, ...]
"""The variables that hold the submission and the item of each list around, outermost first."""

GIVE_UP: ast.stmt = ast.Raise(load("KeyError"))
"""How the plain form ends where evidence is missing."""


@dataclass(frozen=True, slots=True)
class Test:
    """A condition as code: what to do first, then an expression for its verdict.

    `open` says that the verdict can be None; in the plain form it never can.
    """

    before: Statements
    verdict: ast.expr
    open: bool = False


class ValueBuilder(ABC):
    """Makes expressions of values. Variables are numbered."""

    def __init__(self, definitions: t.Definitions, *, plain: bool) -> None:
        self.plain = plain
        self.dated: dict[str, Callable[[date], object]] = {}
        """What the code refers to by name and is worked out once for each assessment date."""
        self.fixed: dict[str, object] = {}
        """What the code refers to by name, the same on every date."""
        self._definitions = definitions
        self._next = 0

    @abstractmethod
    def condition(self, node: t.Condition, scopes: Scopes) -> Test:
        """A condition as code."""

    def name(self) -> str:
        """A variable that nothing else uses."""
        self._next += 1
        return f"v{self._next}"

    def named(self, test: Test) -> tuple[Statements, ast.expr]:
        """A test whose verdict can be asked for more than once."""
        if isinstance(test.verdict, (ast.Name, ast.Constant)):
            return test.before, test.verdict
        name = self.name()
        return [*test.before, put(name, test.verdict)], load(name)

    def items(self, over: t.PathTo, collection: object, scopes: Scopes) -> tuple[Statements, str, ast.expr]:
        """The statements that fetch a list, its variable (None if it is missing), and what to loop over."""
        name = self.name()
        iterable = values_of(load(name)) if isinstance(collection, Keyed) else load(name)
        return [put(name, self.path(over, scopes))], name, iterable

    def path(self, where: t.PathTo, scopes: Scopes) -> ast.expr:
        """A part of the evidence; missing is None, or KeyError in the plain form."""
        record = load(scopes[0] if where.scope == t.SUBMISSION else scopes[-1 - where.scope])
        *outer, last = where.names
        for name in outer:
            record = part(record, ast.Constant(name)) if self.plain else get(record, name, load("NOTHING"))
        return part(record, ast.Constant(last)) if self.plain else get(record, last)

    def value(self, node: t.Value, scopes: Scopes) -> tuple[Statements, Expression]:
        """A value as code. In the plain form it is never missing: the statements give up instead."""
        statements, value = self._value(node, scopes)
        if not self.plain or not value.may_lack:
            return statements, value
        if not isinstance(value.top, ast.Name):
            name = self.name()
            statements, value = [*statements, put(name, value.top)], Expression(load(name), value.bottom)
        return [*statements, if_(lacks(value), [GIVE_UP])], Expression(value.top, value.bottom)

    def value_now(self, node: t.Value, scopes: Scopes) -> tuple[Statements, Expression]:
        """A value that is read in any case, so that the plain form gives up even where it would not be used."""
        statements, value = self.value(node, scopes)
        if isinstance(value.top, (ast.Name, ast.Constant)):
            return statements, value
        name = self.name()
        return [*statements, put(name, value.top)], Expression(load(name), value.bottom, value.may_lack)

    def _value(self, node: t.Value, scopes: Scopes) -> tuple[Statements, Expression]:
        match node:
            case t.Constant():
                return [], _constant(node.value)
            case t.AssessmentDate():
                return [], Expression(load("ON"))
            case t.FieldValue():
                bottom = MILLIONTHS if isinstance(node.type, Number) and not node.type.whole else 1
                if self.plain:
                    return [], Expression(self.path(node.path, scopes), bottom)
                return self._kept(self.path(node.path, scopes), bottom)
            case t.ParameterValue():
                return self._parameter(node, scopes)
            case t.DerivedValue():
                return self._derived(node.name, scopes)
            case t.ShiftedDate():
                return self._shifted(node, scopes)
            case t.TimeBetween():
                return self._time_between(node, scopes)
            case t.Arithmetic():
                return self._arithmetic(node, scopes)
            case t.Aggregate():
                return self._aggregate(node, scopes)
            case t.SeriesCount():
                points, kind = self.path(node.series, scopes), self._fix(node.kind)
                return self._kept(call("series_count_", points, kind, ast.Constant(node.what)))
            case t.SeriesLevel():
                points, kind = self.path(node.series, scopes), self._fix(node.kind)
                return self._split([], call("series_level_", points, kind, ast.Constant(node.which)))
            case t.SeriesChange():
                before, noise = self.value(node.noise, scopes)
                exact = call("Fraction_", noise.top, bottom_of(noise))
                points, kind = self.path(node.series, scopes), self._fix(node.kind)
                change = call("series_change_", points, kind, ast.Constant(node.since), exact)
                statements, value = self._kept(_unless([noise], change))
                return [*before, *statements], value

    def _kept(self, expression: ast.expr, bottom: int = 1) -> tuple[Statements, Expression]:
        """A value worked out once, which may be missing."""
        name = self.name()
        return [put(name, expression)], Expression(load(name), bottom, True)

    def _split(self, before: Statements, fraction: ast.expr) -> tuple[Statements, Expression]:
        """A Fraction (or None) computed at run time, as two integers."""
        pair, name, bottom = self.name(), self.name(), self.name()
        top, lower = part(load(pair), ast.Constant(0)), part(load(pair), ast.Constant(1))
        empty = is_(load(pair), None)
        statements = [
            *before,
            put(pair, call("pair_", fraction)),
            put(name, ast.IfExp(empty, NONE, top)),
            put(bottom, ast.IfExp(empty, ast.Constant(1), lower)),
        ]
        return statements, Expression(load(name), load(bottom), True)

    def _fix(self, value: object) -> ast.expr:
        name = f"F{len(self.fixed)}"
        self.fixed[name] = value
        return load(name)

    def _on_date(self, of: Callable[[date], object]) -> ast.expr:
        name = f"D{len(self.dated)}"
        self.dated[name] = of
        return load(name)

    # ── What the rules define ──

    def _parameter(self, node: t.ParameterValue, scopes: Scopes) -> tuple[Statements, Expression]:
        parameter = self._definitions.parameters[node.name]
        values = [each for dated in parameter.values for each in (dated.value, *dated.by_factor.values())]
        scale = lcm(*(each.denominator for each in values if isinstance(each, Fraction)))

        def whole(value: object) -> object:
            return int(value * scale) if isinstance(value, Fraction) else value

        def settled(dated: t.Dated | None) -> object:
            if dated is None:
                return {} if parameter.by else None
            return {k: whole(v) for k, v in dated.by_factor.items()} if parameter.by else whole(dated.value)

        statements: Statements = []
        if node.as_of is None:
            chosen = self._on_date(lambda day: settled(parameter.on(day)))
            may_lack = not self.plain  # the plain form is not used on a date without a value
        else:
            schedule = [(dated.start.toordinal(), settled(dated)) for dated in parameter.values]
            statements, day = self.value(node.as_of, scopes)
            chosen = _unless([day], call("as_of_", self._fix(schedule), day.top))
            may_lack = True
            if parameter.by:
                chosen = any_of([chosen, load("NOTHING")])
        if parameter.by:
            before, factor = self._derived(parameter.by, scopes)
            found = ast.Call(ast.Attribute(chosen, "get", ast.Load()), [factor.top], [])
            more, value = self._kept(found, scale)
            return [*statements, *before, *more], value
        if node.as_of is None:
            return [], Expression(chosen, scale, may_lack)
        more, value = self._kept(chosen, scale)
        return [*statements, *more], value

    def _derived(self, name: str, scopes: Scopes) -> tuple[Statements, Expression]:
        derived = self._definitions.derived[name]
        root = scopes[:1]
        if derived.value is not None:
            return self.value(derived.value, root)
        out, bottom = self.name(), self.name()
        exact = isinstance(derived.type, Number) and not derived.type.whole  # then each case has its own denominator
        body: Statements = []
        may_lack = False
        for band in derived.bands:
            before, then = self.value(band.then, root)
            chosen = [*before, put(out, then.top), *([put(bottom, bottom_of(then))] if exact else [])]
            may_lack = may_lack or then.may_lack
            if band.when is None:
                body += chosen
                break
            test = self.condition(band.when, root)
            statements, verdict = self.named(test) if test.open else (test.before, test.verdict)
            body += [*statements, if_(verdict, [*chosen, ast.Break()])]
            if test.open:
                body.append(if_(is_(verdict, None), [put(out, NONE), ast.Break()]))
                may_lack = True
        else:
            body.append(put(out, NONE))
            may_lack = True
        first = [put(bottom, ast.Constant(1))] if exact else []
        return [*first, once(body)], Expression(load(out), load(bottom) if exact else 1, may_lack)

    # ── Dates ──

    def _shifted(self, node: t.ShiftedDate, scopes: Scopes) -> tuple[Statements, Expression]:
        if isinstance(node.start, t.AssessmentDate) and self._only_dated(node.amount):
            amount = node.amount

            def settled(day: date) -> object:
                steps = amount.value if isinstance(amount, t.Constant) else self._dated_value(amount, day)
                moved = None if steps is None else shifted(day, int(cast("Any", steps)), node.unit, node.direction)
                return None if moved is None else moved.toordinal()

            return [], Expression(self._on_date(settled), 1, not self.plain)
        before, start = self.value(node.start, scopes)
        after, steps = self.value(node.amount, scopes)
        # An amount of months or days is a whole number, so its denominator is one.
        moved = call("shift_", start.top, steps.top, ast.Constant(node.unit), ast.Constant(node.direction))
        statements, value = self._kept(_unless([start, steps], moved))
        return [*before, *after, *statements], value

    def _only_dated(self, node: t.Value) -> bool:
        """Does the value depend on nothing but the assessment date?"""
        if isinstance(node, t.Constant):
            return True
        return (
            isinstance(node, t.ParameterValue) and node.as_of is None and not self._definitions.parameters[node.name].by
        )

    def _dated_value(self, node: t.Value, day: date) -> object:
        assert isinstance(node, t.ParameterValue)
        dated = self._definitions.parameters[node.name].on(day)
        return None if dated is None else dated.value

    def _time_between(self, node: t.TimeBetween, scopes: Scopes) -> tuple[Statements, Expression]:
        before, start = self.value(node.start, scopes)
        after, end = self.value(node.end, scopes)
        span: ast.expr = ast.BinOp(end.top, ast.Sub(), start.top)
        if node.unit == "months":
            span = call("months_", start.top, end.top)
        return self._combined([*before, *after], [start, end], span, 1)

    # ── Arithmetic ──

    def _combined(
        self, statements: Statements, values: Sequence[Expression], top: ast.expr, bottom: ast.expr | int
    ) -> tuple[Statements, Expression]:
        """A value made of others: missing if one of them is."""
        name = self.name()
        may_lack = any(value.may_lack for value in values)
        return [*statements, put(name, _unless(values, top))], Expression(load(name), bottom, may_lack)

    def _arithmetic(self, node: t.Arithmetic, scopes: Scopes) -> tuple[Statements, Expression]:
        statements: Statements = []
        values: list[Expression] = []
        for operand in node.operands:
            before, value = self.value(operand, scopes)
            statements += before
            values.append(value)
        if node.operation == "ratio":
            return self._ratio(statements, values[0], values[1])
        result = values[0]
        for value in values[1:]:
            if node.operation == "product":
                top: ast.expr = ast.BinOp(result.top, ast.Mult(), value.top)
            else:
                sign: ast.operator = ast.Add() if node.operation == "total" else ast.Sub()
                top = ast.BinOp(scaled(result.top, value.bottom), sign, scaled(value.top, result.bottom))
            statements, result = self._combined(
                statements, [result, value], top, multiplied(result.bottom, value.bottom)
            )
        return statements, result

    def _ratio(self, statements: Statements, over: Expression, under: Expression) -> tuple[Statements, Expression]:
        """a/b over c/d is ad over bc; missing unless the second value is positive."""
        top, bottom = self.name(), self.name()
        unusable = any_of([*lacking([under]), not_(positive(under.top))])
        upper = ast.IfExp(unusable, NONE, _unless([over], scaled(over.top, under.bottom)))
        lower = ast.IfExp(unusable, ast.Constant(1), scaled(under.top, over.bottom))
        return [*statements, put(top, upper), put(bottom, lower)], Expression(load(top), load(bottom), True)

    # ── One value over a list ──

    def _aggregate(self, node: t.Aggregate, scopes: Scopes) -> tuple[Statements, Expression]:
        """The sum, smallest, … of a list: `out` over `number` items so far, `ok` until one of them is undecided."""
        fetch, items, iterable = self.items(node.over, node.collection, scopes)
        item, out, number, ok = (self.name() for _ in range(4))
        stop: Statements = [GIVE_UP] if self.plain else [put(ok, ast.Constant(False)), ast.Break()]
        found, value = self.value(node.of, (*scopes, item))
        # Integers over one known denominator where possible, else Fractions.
        exact = value.bottom if isinstance(value.bottom, int) else 1
        each = value.top if isinstance(value.bottom, int) else call("Fraction_", value.top, value.bottom)
        work = [*found, *([if_(lacks(value), stop)] if value.may_lack else [])]
        if node.reduction in ("sum", "mean"):
            work.append(add(out, each))
        else:
            pick = "min" if node.reduction in ("smallest", "earliest") else "max"
            work.append(put(out, ast.IfExp(load(number), call(pick, load(out), each), each)))
        work.append(add(number))
        body = work if node.where is None else self._where(node.where, (*scopes, item), work, stop)
        loop: ast.stmt = ast.For(ast.Name(item, ast.Store()), iterable, body, [])
        start: Statements = [put(out, ast.Constant(0)), put(number, ast.Constant(0))]
        if not self.plain:
            start.append(put(ok, not_(is_(load(items), None))))
            loop = if_(load(ok), [loop])
        before, empty = ([], Expression(NONE, 1, True)) if node.if_empty is None else self.value(node.if_empty, scopes)
        bottom: ast.expr = ast.Constant(exact)
        if node.reduction == "mean":
            bottom = scaled(load(number), exact)
        top, lower = self.name(), self.name()
        chosen_top = ast.IfExp(load(number), load(out), empty.top)
        chosen_bottom = ast.IfExp(load(number), bottom, bottom_of(empty))
        undecided = chosen_top if self.plain else ast.IfExp(load(ok), chosen_top, NONE)
        may_lack = not self.plain or node.if_empty is None
        statements = [*fetch, *start, loop, *before, put(top, undecided), put(lower, chosen_bottom)]
        if node.reduction in ("earliest", "latest") and exact == 1 and empty.bottom == 1:
            return statements[:-1], Expression(load(top), 1, may_lack)
        return statements, Expression(load(top), load(lower), may_lack)

    def _where(self, where: t.Condition, scopes: Scopes, work: Statements, undecided: Statements) -> Statements:
        """The work for items that the condition lets in."""
        test = self.condition(where, scopes)
        if not test.open:
            return [*test.before, if_(test.verdict, work)]
        statements, verdict = self.named(test)
        return [*statements, if_(verdict, work, [if_(is_(verdict, None), undecided)])]


def _constant(value: object) -> Expression:
    if isinstance(value, date):
        return Expression(ast.Constant(value.toordinal()))
    if isinstance(value, Fraction):
        return Expression(ast.Constant(value.numerator), value.denominator)
    return Expression(ast.Constant(cast("Any", value)))


def _unless(values: Sequence[Expression], result: ast.expr) -> ast.expr:
    """None if one of the values is missing, else the result."""
    missing = lacking(values)
    return ast.IfExp(any_of(missing), NONE, result) if missing else result
