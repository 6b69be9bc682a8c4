"""Truth and whole numbers as the solver takes them, with everything that is already known folded away.

A truth is a Python bool or a term of the solver, a number an int or a term. Most of what a rule says is settled by
the date and the definitions alone; folding that while the formula is built keeps the formula small.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal

from ohaccredit.language.solve_apart import z3
from ohaccredit.language.solve_make import (
    as_term,
    choice,
    conjunction,
    disjunction,
    equals,
    negation,
    passes,
    product_of,
    reaches,
    sum_of,
)

Truth = Any
"""A bool, or a term of the solver that is one. (The solver has no static types.)"""
Term = Any
"""An int, or a term of the solver that is one."""
Counted = list[tuple[Truth, int]]
"""What is counted: whether it is so, and how many it then counts for."""


# ── Truth ───────────────────────────────────────────────────────────────────────────────────────────


def all_of(parts: Iterable[Truth]) -> Truth:
    """Is every one of them so?"""
    return _joined(parts, False, conjunction)


def any_of(parts: Iterable[Truth]) -> Truth:
    """Is at least one of them so?"""
    return _joined(parts, True, disjunction)


def both(*parts: Truth) -> Truth:
    """Are these all so?"""
    return all_of(parts)


def either(*parts: Truth) -> Truth:
    """Is one of these so?"""
    return any_of(parts)


def _joined(parts: Iterable[Truth], decides: bool, join: Callable[[Sequence[Truth]], Truth]) -> Truth:
    kept: dict[int, Truth] = {}
    for part in parts:
        if part is decides:
            return decides
        if part is not (not decides):
            kept[part.ast.value] = part
    if not kept:
        return not decides
    if len(kept) == 1:
        return next(iter(kept.values()))
    return join(list(kept.values()))


def no(part: Truth) -> Truth:
    """Is it not so?"""
    if isinstance(part, bool):
        return not part
    return part.arg(0) if z3.is_not(part) else negation(part)


def alike(first: Truth, second: Truth) -> Truth:
    """Are both so, or neither?"""
    if isinstance(first, bool):
        return second if first else no(second)
    if isinstance(second, bool):
        return first if second else no(first)
    return first == second


def at_most_one(parts: Sequence[Truth]) -> Truth:
    """Are no two of them so?"""
    if len(parts) <= 6:
        return all_of(either(no(one), no(other)) for index, one in enumerate(parts) for other in parts[index + 1 :])
    return z3.AtMost(*parts, 1)


# ── Numbers ─────────────────────────────────────────────────────────────────────────────────────────


def choose(when: Truth, then: Term, otherwise: Term) -> Term:
    """One number or the other."""
    if isinstance(when, bool):
        return then if when else otherwise
    if isinstance(then, int) and isinstance(otherwise, int) and then == otherwise:
        return then
    return choice(when, then, otherwise)


def added(terms: Iterable[Term]) -> Term:
    """The sum."""
    fixed, open_ = 0, []
    for term in terms:
        if isinstance(term, int):
            fixed += term
        else:
            open_.append(term)
    if not open_:
        return fixed
    if fixed:
        open_.append(as_term(fixed))
    return open_[0] if len(open_) == 1 else sum_of(open_)


def minus(term: Term) -> Term:
    """The number with the other sign."""
    return -term if isinstance(term, int) else product_of(-1, term)


def times(first: Term, second: Term) -> Term:
    """The product. One number of a few known ones is multiplied case by case, which keeps the product linear."""
    if isinstance(first, int) and isinstance(second, int):
        return first * second
    if not isinstance(first, int) and (isinstance(second, int) or _is_choice(second)):
        first, second = second, first
    if isinstance(first, int):
        if first in (0, 1):
            return second if first else 0
        if _is_choice(second):
            return _in_each_case(second, first)
        return product_of(first, second)
    if _is_choice(first):
        return _in_each_case(first, second)
    return product_of(first, second)


def _is_choice(term: Term) -> bool:
    """Is it one of a few known numbers?"""
    if isinstance(term, int) or z3.is_int_value(term):
        return True
    return bool(z3.is_app_of(term, z3.Z3_OP_ITE)) and _is_choice(term.arg(1)) and _is_choice(term.arg(2))


def _in_each_case(choice: Term, factor: Term) -> Term:
    if z3.is_int_value(choice):
        return times(choice.as_long(), factor)
    return choose(choice.arg(0), _in_each_case(choice.arg(1), factor), _in_each_case(choice.arg(2), factor))


def cases_of(term: Term) -> list[tuple[Truth, int]] | None:
    """The known numbers that a number can be, and when it is each of them; None if it is not one of a few."""
    if isinstance(term, int):
        return [(True, term)]
    if not _is_choice(term):
        return None
    if z3.is_int_value(term):
        return [(True, int(term.as_long()))]
    when = term.arg(0)
    then, otherwise = cases_of(term.arg(1)) or [], cases_of(term.arg(2)) or []
    return [(both(when, so), number) for so, number in then] + [(both(no(when), so), n) for so, n in otherwise]


def whole_part(term: Term, by: int) -> Term:
    """How often a positive number goes into it, rounded down."""
    return term // by if isinstance(term, int) else term / by


def rest(term: Term, by: int) -> Term:
    """What is then left, never negative."""
    return term % by


def at_least(first: Term, second: Term) -> Truth:
    """Is the first not smaller than the second?"""
    return first >= second if _settled(first, second) else reaches(first, second)


def more_than(first: Term, second: Term) -> Truth:
    """Is the first larger?"""
    return first > second if _settled(first, second) else passes(first, second)


def same(first: Term, second: Term) -> Truth:
    """Are they the same number?"""
    return first == second if _settled(first, second) else equals(first, second)


def _settled(first: Term, second: Term) -> bool:
    return isinstance(first, int) and isinstance(second, int)


# ── Counts ──────────────────────────────────────────────────────────────────────────────────────────


def number_of(counted: Counted) -> Term:
    """How many there are."""
    return added(choose(so, weight, 0) for so, weight in counted)


def there_are(counted: Counted, least: int) -> Truth:
    """Are there at least so many?"""
    least -= sum(weight for so, weight in counted if so is True)
    open_ = [(so, weight) for so, weight in counted if not isinstance(so, bool)]
    if least <= 0:
        return True
    if sum(weight for _, weight in open_) < least:
        return False
    if all(weight >= least for _, weight in open_):
        return any_of(so for so, _ in open_)
    if sum(weight for _, weight in open_) - min(weight for _, weight in open_) < least:
        return all_of(so for so, _ in open_)
    return z3.PbGe(open_, least)


def reaches_zero(addends: Sequence[tuple[Truth, Term]], comparator: Literal["at_least", "more_than"]) -> Truth:
    """Is the sum of the numbers that count at least, or more than, zero?

    Known numbers make this a question of truths alone: one that counts against it counts for it where it is not so.
    """
    if not all(isinstance(number, int) for _, number in addends):
        total = added(choose(so, number, 0) for so, number in addends)
        return total >= 0 if comparator == "at_least" else total > 0
    together: dict[int, tuple[Truth, int]] = {}
    least = 0 if comparator == "at_least" else 1
    for so, number in addends:
        if so is True:
            least -= number
        elif so is not False:
            _, before = together.get(so.get_id(), (so, 0))
            together[so.get_id()] = (so, before + number)
    counted = [(so, number) for so, number in together.values() if number > 0]
    for so, number in together.values():
        if number < 0:
            counted.append((no(so), -number))
            least -= number
    return there_are(counted, least)
