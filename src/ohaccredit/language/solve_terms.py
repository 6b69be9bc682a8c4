"""Values as the solver takes them: whether they are known, and what they then are.

A number is two whole numbers, one over the other; a date its ordinal day, with the days between which it can lie; a
choice, like a text or several options, is a truth for each option. What a value is where it is not known means nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from math import gcd, lcm

from ohaccredit.language.solve_logic import (
    Term,
    Truth,
    alike,
    any_of,
    at_least,
    both,
    choose,
    more_than,
    same,
    times,
)
from ohaccredit.language.tree import Comparator
from ohaccredit.language.types import Date, Number, Scalar, YesNo

LAST_DAY = date.max.toordinal()


@dataclass(frozen=True, slots=True)
class Figure:
    """A number: `top` over `bottom`, which is positive where the number is known."""

    known: Truth
    top: Term
    bottom: Term = 1


@dataclass(frozen=True, slots=True)
class Day:
    """A date, which lies from `first` to `last` where it is known."""

    known: Truth
    ordinal: Term
    first: int = 1
    last: int = LAST_DAY


@dataclass(frozen=True, slots=True)
class Flag:
    """Yes or no."""

    known: Truth
    yes: Truth


@dataclass(frozen=True, slots=True)
class Chosen:
    """Options: one of them, several, or a text, which is one of those that the scope names."""

    known: Truth
    options: tuple[str, ...]
    holds: Callable[[str], Truth]


Value = Figure | Day | Flag | Chosen


def constant(value: Fraction | int | date | bool | str | tuple[str, ...]) -> Value:
    """A value that is known."""
    match value:
        case bool():
            return Flag(True, value)
        case date():
            day = value.toordinal()
            return Day(True, day, day, day)
        case str():
            return Chosen(True, (value,), lambda option: option == value)
        case tuple():
            return Chosen(True, value, lambda option: option in value)
        case _:
            exact = Fraction(value)
            return Figure(True, exact.numerator, exact.denominator)


def unknown(kind: Scalar) -> Value:
    """A value of a type that nobody can know."""
    match kind:
        case Number():
            return Figure(False, 0)
        case Date():
            return Day(False, 1)
        case YesNo():
            return Flag(False, False)
        case _:
            return Chosen(False, (), lambda option: False)


def known_if(value: Value, condition: Truth) -> Value:
    """The value, known only if something else is so too."""
    return value if condition is True else replace(value, known=both(value.known, condition))


def one_of_cases(cases: Sequence[tuple[Truth, Value]], kind: Scalar) -> Value:
    """The value, of a type, of the case that is so; not known if none is. No two cases are so at once."""
    cases = [(when, value) for when, value in cases if when is not False and value.known is not False]
    if not cases:
        return unknown(kind)
    if len(cases) == 1:
        return known_if(cases[0][1], cases[0][0])
    known = any_of(both(when, value.known) for when, value in cases)
    values = [value for _, value in cases]
    if all(isinstance(value, Figure) for value in values):
        return _one_figure(known, cases)
    if all(isinstance(value, Day) for value in values):
        days = [value for value in values if isinstance(value, Day)]
        ordinal = _last_resort([(when, day.ordinal) for (when, _), day in zip(cases, days, strict=True)])
        return Day(known, ordinal, min(day.first for day in days), max(day.last for day in days))
    if all(isinstance(value, Flag) for value in values):
        yes = any_of(both(when, value.yes) for when, value in cases if isinstance(value, Flag))
        return Flag(known, yes)
    chosen = [(when, value) for when, value in cases if isinstance(value, Chosen)]
    options = tuple(dict.fromkeys(option for _, value in chosen for option in value.options))
    return Chosen(known, options, lambda option: any_of(both(when, value.holds(option)) for when, value in chosen))


def _one_figure(known: Truth, cases: Sequence[tuple[Truth, Value]]) -> Figure:
    figures = [(when, value) for when, value in cases if isinstance(value, Figure)]
    if all(isinstance(figure.bottom, int) for _, figure in figures):
        bottom = lcm(*(figure.bottom for _, figure in figures))
        tops = [(when, times(bottom // figure.bottom, figure.top)) for when, figure in figures]
        return Figure(known, _last_resort(tops), bottom)
    top = _last_resort([(when, figure.top) for when, figure in figures])
    return Figure(known, top, _last_resort([(when, figure.bottom) for when, figure in figures]))


def _last_resort(cases: Sequence[tuple[Truth, Term]]) -> Term:
    """The number of the case that is so, and of the last one if none is."""
    result = cases[-1][1]
    for when, term in reversed(cases[:-1]):
        result = choose(when, term, result)
    return result


# ── Comparing ───────────────────────────────────────────────────────────────────────────────────────


def compare_numbers(left: Term, comparator: Comparator, right: Term) -> Truth:
    """Does one whole number stand to the other as asked?"""
    match comparator:
        case "is":
            return same(left, right)
        case "at_least":
            return at_least(left, right)
        case "at_most":
            return at_least(right, left)
        case "more_than":
            return more_than(left, right)
        case "less_than":
            return more_than(right, left)


def compare(left: Value, comparator: Comparator, right: Value) -> Truth:
    """Does one value stand to the other as asked, if both are known?"""
    match left, right:
        case Figure(), Figure():
            if isinstance(left.bottom, int) and isinstance(right.bottom, int):
                common = gcd(left.bottom, right.bottom)
                first, second = right.bottom // common, left.bottom // common
                return compare_numbers(times(left.top, first), comparator, times(right.top, second))
            return compare_numbers(times(left.top, right.bottom), comparator, times(right.top, left.bottom))
        case Day(), Day():
            return compare_numbers(left.ordinal, comparator, right.ordinal)
        case Flag(), Flag():
            return alike(left.yes, right.yes)
        case Chosen(), Chosen():
            shared = (option for option in left.options if option in right.options)
            return any_of(both(left.holds(option), right.holds(option)) for option in shared)
    raise TypeError(f"{type(left).__name__} is not compared with {type(right).__name__}")


def smaller(one: Value, other: Value) -> Truth:
    """Is the first of two numbers or dates smaller?"""
    return compare(one, "less_than", other)
