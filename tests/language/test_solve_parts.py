"""What the solver's meaning is made of: calendar, counts and shares, held to the plain functions."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
import z3
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ohaccredit.language.counting import WHEN_EMPTY, count_verdict, share_verdict
from ohaccredit.language.months import months_between, shift_months
from ohaccredit.language.outcome import Verdict
from ohaccredit.language.solve_counting import Fallen, Said, count_said, share_said
from ohaccredit.language.solve_dates import Calendar, moved_by_days
from ohaccredit.language.solve_terms import LAST_DAY, Day, Figure
from ohaccredit.language.tree import Comparator

FIRST, LAST = date(2023, 1, 1), date(2025, 3, 31)
AT, OTHER, STEPS = z3.Int("at"), z3.Int("other"), z3.Int("steps")
NEAR = Day(True, AT, FIRST.toordinal(), LAST.toordinal())
FAR = Day(True, AT)
NEAR_OTHER = Day(True, OTHER, FIRST.toordinal(), LAST.toordinal())
FAR_OTHER = Day(True, OTHER)
CALENDAR = Calendar()

near_days = st.dates(FIRST, LAST)
days = st.dates()
steps = st.integers(-130_000, 130_000) | st.integers(-40, 40)


def worked_out(term: Any, **given_: int) -> Any:
    """A term with numbers put in for what is open."""
    if isinstance(term, (int, bool)):
        return term
    found = z3.simplify(z3.substitute(term, *((z3.Int(name), z3.IntVal(each)) for name, each in given_.items())))
    return found.as_long() if z3.is_int_value(found) else z3.is_true(found)


def expected(day: date, months: int) -> int | None:
    try:
        return shift_months(day, months).toordinal()
    except OverflowError:
        return None


@pytest.mark.parametrize("months", [0, 1, -1, 11, 12, -12, 13, 24, 48, -600])
def test_a_table_of_months_moves_every_day_as_the_calendar_does(months: int) -> None:
    moved = CALENDAR.moved_by_months(NEAR, months)
    assert moved.known is True
    for ordinal in range(FIRST.toordinal(), LAST.toordinal(), 1 if months in (1, 12) else 13):
        day = date.fromordinal(ordinal)
        assert worked_out(moved.ordinal, at=ordinal) == expected(day, months)
        assert moved.first <= worked_out(moved.ordinal, at=ordinal) <= moved.last


@settings(deadline=None, max_examples=300)
@given(days, steps)
@example(date(2024, 1, 31), 1)
@example(date(2023, 8, 31), 6)
@example(date(2024, 2, 29), 12)
@example(date(1900, 3, 31), -1)
def test_any_day_moves_by_any_number_of_months_as_the_calendar_does(day: date, months: int) -> None:
    moved = CALENDAR.moved_by_months(FAR, STEPS)
    known = worked_out(moved.known, at=day.toordinal(), steps=months)
    wanted = expected(day, months)
    assert known == (wanted is not None)
    if wanted is not None:
        assert worked_out(moved.ordinal, at=day.toordinal(), steps=months) == wanted


def test_a_date_is_moved_once_and_known_where_it_was_known() -> None:
    given_, moved = z3.Bool("given"), CALENDAR.moved_by_months(NEAR, 5)
    once_more = CALENDAR.moved_by_months(Day(given_, AT, NEAR.first, NEAR.last), 5)
    assert moved.known is True
    assert once_more.known is given_
    assert once_more.ordinal is moved.ordinal


MONTHS_NEAR, MONTHS_FAR = CALENDAR.months_between(NEAR, NEAR_OTHER), CALENDAR.months_between(FAR, FAR_OTHER)


@settings(deadline=None, max_examples=150)
@given(near_days, near_days)
def test_months_between_near_days_are_counted_as_the_calendar_counts_them(start: date, end: date) -> None:
    found = worked_out(MONTHS_NEAR.top, at=start.toordinal(), other=end.toordinal())
    assert found == months_between(start, end)


@settings(deadline=None, max_examples=150)
@given(days, days)
def test_months_between_any_days_are_counted_as_the_calendar_counts_them(start: date, end: date) -> None:
    found = worked_out(MONTHS_FAR.top, at=start.toordinal(), other=end.toordinal())
    assert found == months_between(start, end)


@pytest.mark.parametrize("start", [(2024, 1, 29), (2024, 1, 30), (2024, 1, 31), (2023, 1, 29), (2023, 1, 28)])
@pytest.mark.parametrize("end", [(2024, 2, 28), (2024, 2, 29), (2024, 3, 1), (2025, 2, 28), (2025, 1, 31)])
def test_months_between_the_ends_of_months(start: tuple[int, int, int], end: tuple[int, int, int]) -> None:
    first, last = date(*start), date(*end)
    for of in (MONTHS_NEAR, MONTHS_FAR):
        for one, other in ((first, last), (last, first)):
            assert worked_out(of.top, at=one.toordinal(), other=other.toordinal()) == months_between(one, other)


def test_a_day_that_leaves_the_calendar_is_not_known() -> None:
    last = moved_by_days(FAR, 1)
    assert worked_out(last.known, at=LAST_DAY - 1) is True
    assert worked_out(last.known, at=LAST_DAY) is False
    december = CALENDAR.moved_by_months(Day(True, LAST_DAY, LAST_DAY, LAST_DAY), 1)
    assert december.known is False


# ── Counts ──────────────────────────────────────────────────────────────────────────────────────────

COMPARATORS: tuple[Comparator, ...] = ("is", "at_least", "at_most", "more_than", "less_than")


def as_verdict(said: Said) -> Verdict:
    assert not (said.so and said.not_so)
    return True if said.so is True else False if said.not_so is True else None


def fallen(*numbers: int) -> Fallen:
    return Fallen(*([(True, 1)] * number for number in numbers))


@pytest.mark.parametrize("comparator", COMPARATORS)
def test_counts_of_known_items_are_those_of_the_evaluator(comparator: Comparator) -> None:
    for yes, no, open_, maybe_yes, maybe_no, maybe_open in product(
        range(3), range(2), *[range(3)] * 2, *[range(2)] * 2
    ):
        items = fallen(yes, no, open_, maybe_yes, maybe_no, maybe_open)
        undecided = [*items.open, *items.maybe_yes, *items.maybe_open]
        for empty, bound in product(WHEN_EMPTY.values(), (0, 1, 2, 4)):
            for top, bottom in ((bound, 1), (2 * bound + 1, 2)):
                said = count_said(items.yes, undecided, items, comparator, Figure(True, top, bottom), empty)

                assert as_verdict(said) == count_verdict(
                    yes,
                    open_ + maybe_yes + maybe_open,
                    present=yes + no + open_ > 0,
                    maybe_present=maybe_yes + maybe_no + maybe_open > 0,
                    comparator=comparator,
                    bound=Fraction(top, bottom),
                    empty=empty,
                )


@pytest.mark.parametrize("comparator", COMPARATORS)
def test_shares_of_known_items_are_those_of_the_evaluator(comparator: Comparator) -> None:

    for numbers in product(range(3), range(3), *[range(2)] * 4):
        for empty, bound in product(WHEN_EMPTY.values(), (Fraction(0), Fraction(1, 3), Fraction(1, 2), Fraction(1))):
            figure = Figure(True, bound.numerator, bound.denominator)
            said = share_said(fallen(*numbers), comparator, figure, empty)
            yes, no, open_, maybe_yes, maybe_no, maybe_open = numbers
            assert as_verdict(said) == share_verdict(
                yes, no, open_, maybe_yes, maybe_no, maybe_open, comparator=comparator, bound=bound, empty=empty
            ), (numbers, bound, empty)
