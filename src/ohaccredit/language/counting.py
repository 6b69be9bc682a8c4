"""Counts and shares of lists in which some items are undecided.

An item can be in the list or not (`where`) and satisfy the test or not, and the evidence may leave either
open. The true count then lies in an interval. A bound is met if it holds at both ends, not met if it
fails at both, and otherwise the evidence does not decide it. A list that might turn out empty must also
agree with what the rule says of an empty list.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from fractions import Fraction
from typing import Final

from ohaccredit.language.outcome import Verdict
from ohaccredit.language.tree import Comparator, IfListEmpty

HOLDS: Final[dict[Comparator, Callable[[Fraction | int, Fraction | int], bool]]] = {
    "is": operator.eq,
    "at_least": operator.ge,
    "at_most": operator.le,
    "more_than": operator.gt,
    "less_than": operator.lt,
}

WHEN_EMPTY: Final[dict[IfListEmpty, Verdict]] = {"met": True, "not met": False, "not evidenced": None}


def within(low: Fraction | int, high: Fraction | int, comparator: Comparator, bound: Fraction | int) -> Verdict:
    """Does a number that lies somewhere from `low` to `high` meet the bound?"""
    holds = HOLDS[comparator]
    if low == high:
        return holds(low, bound)
    if comparator == "is":
        return None if low <= bound <= high else False
    at_low, at_high = holds(low, bound), holds(high, bound)
    return at_low if at_low == at_high else None


def agreed(first: Verdict, second: Verdict) -> Verdict:
    """The verdict that two possible cases share; None if they differ."""
    return first if first == second else None


def count_verdict(
    yes: int,
    open_: int,
    *,
    present: bool,
    maybe_present: bool,
    comparator: Comparator,
    bound: Fraction | int,
    empty: Verdict,
) -> Verdict:
    """Does the count [yes, yes + open_] meet the bound?

    `present` says that at least one item is surely in the list, `maybe_present` that one may be.
    """
    if not present and not maybe_present:
        return empty
    verdict = within(yes, yes + open_, comparator, bound)
    return verdict if present else agreed(verdict, empty)


def share_verdict(
    yes: int,
    no: int,
    in_open: int,
    open_yes: int,
    open_no: int,
    open_open: int,
    *,
    comparator: Comparator,
    bound: Fraction,
    empty: Verdict,
) -> Verdict:
    """Does the share of satisfying items meet the bound, whatever the undecided items turn out to be?

    The items are counted by membership and test: `yes` and `no` are surely in the list; `in_open` are in
    with the test undecided; `open_yes`, `open_no` and `open_open` may be in, with the test met, not met or
    undecided.
    """
    sure = yes + no + in_open
    if not sure and not (open_yes or open_no or open_open):
        return empty
    if not (in_open or open_yes or open_no or open_open):  # one share: compared as whole numbers
        return HOLDS[comparator](yes * bound.denominator, bound.numerator * sure)
    worst_of = sure + open_no + open_open
    low = Fraction(yes, worst_of) if worst_of else Fraction(1)
    best_of = sure + open_yes + open_open
    high = Fraction(yes + in_open + open_yes + open_open, best_of) if best_of else Fraction(0)
    verdict = within(low, high, comparator, bound)
    return verdict if sure else agreed(verdict, empty)
