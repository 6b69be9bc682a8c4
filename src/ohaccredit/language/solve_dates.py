"""Calendar months in whole numbers, as the solver takes them.

Between days that are not far apart the calendar is a table: a shift by so many months moves whole runs of days by the
same number of days. Otherwise year, month and day are worked out by whole division, for any day of the calendar
(H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", 2013: the year begins in March, so that 29 February is its
last day). Both are exact; `months` is what they are held to.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache

from ohaccredit.language.months import shift_months
from ohaccredit.language.solve_logic import (
    Term,
    Truth,
    added,
    at_least,
    both,
    choose,
    either,
    minus,
    more_than,
    rest,
    same,
    times,
    whole_part,
)
from ohaccredit.language.solve_terms import LAST_DAY, Day, Figure

MOST_MONTHS = 1_200
"""Tables reach over a century; beyond that the months are worked out."""

_MARCH_BASED = 305
"""1 March of the year 0 would be the ordinal -305."""
_DAYS_OF_400_YEARS = 146_097
_FIRST_MONTH, _LAST_MONTH = 12, 9999 * 12 + 11
"""Months are counted from January of the year 0: year times twelve and the months before this one."""


def moved_by_days(start: Day, days: Term) -> Day:
    """A date so many days later."""
    ordinal = added([start.ordinal, days])
    if isinstance(days, int) and start.first + days >= 1 and start.last + days <= LAST_DAY:
        return Day(start.known, ordinal, start.first + days, start.last + days)
    return Day(both(start.known, at_least(ordinal, 1), at_least(LAST_DAY, ordinal)), ordinal)


class Calendar:
    """Months of open dates. What is worked out of a date is worked out once: rules ask for the same again and again."""

    def __init__(self) -> None:
        self._moved: dict[_Asked, tuple[Day, Day]] = {}
        self._parts: dict[_Asked, tuple[Day, _InMonth]] = {}

    def moved_by_months(self, start: Day, months: Term) -> Day:
        """The corresponding date so many calendar months later; not known where that leaves the calendar."""
        if not isinstance(months, int):
            return self._worked_out(start, months)
        key = (*_asked(start), months)
        if key not in self._moved:  # the date is kept beside it, so that its term does not make room for another one
            self._moved[key] = start, self._by_so_many(replace(start, known=True), months)
        moved = self._moved[key][1]
        return replace(moved, known=both(start.known, moved.known))

    def months_between(self, start: Day, end: Day) -> Figure:
        """Whole calendar months from one date to another; negative if the second comes first."""
        backwards = more_than(start.ordinal, end.ordinal)
        one, other = self._in_month(start), self._in_month(end)
        months = choose(backwards, minus(_whole_months(other, one)), _whole_months(one, other))
        return Figure(both(start.known, end.known), months)

    def _by_so_many(self, start: Day, months: int) -> Day:
        if _is_near(start):
            try:
                first, last = (_shifted(day, months) for day in (start.first, start.last))
            except OverflowError:
                pass
            else:
                return Day(start.known, _by_table(start, months), first, last)
        if isinstance(start.ordinal, int):
            return Day(False, 1)  # the table was not enough, so the one date there is leaves the calendar
        return self._worked_out(start, months)

    def _worked_out(self, start: Day, months: Term) -> Day:
        parts = self._in_month(start)
        wanted = added([parts.month, months])
        within = both(at_least(wanted, _FIRST_MONTH), at_least(_LAST_MONTH, wanted))
        first_of_month = _first_day(wanted)
        length = added([_first_day(added([wanted, 1])), minus(first_of_month)])
        day = choose(more_than(parts.day, length), length, parts.day)
        return Day(both(start.known, within), added([first_of_month, day, -1]))

    def _in_month(self, day: Day) -> _InMonth:
        key = _asked(day)
        if key not in self._parts:
            self._parts[key] = day, _in_month(day)
        return self._parts[key][1]


_Asked = tuple[int, ...]
"""A date, as far as a calendar tells it apart from others."""


def _asked(day: Day) -> _Asked:
    open_ = not isinstance(day.ordinal, int)
    return (open_, day.ordinal.get_id() if open_ else day.ordinal, day.first, day.last)


@dataclass(frozen=True, slots=True)
class _InMonth:
    """Where a date lies: its month, its day in that month, and whether that is the last one."""

    month: Term
    day: Term
    is_last: Truth


def _whole_months(start: _InMonth, end: _InMonth) -> Term:
    """The corresponding date is reached if the day of the month is, or if that month has no such day."""
    reached = either(at_least(end.day, start.day), end.is_last)
    return added([end.month, minus(start.month), choose(reached, 0, -1)])


def _shifted(ordinal: int, months: int) -> int:
    return shift_months(date.fromordinal(ordinal), months).toordinal()


def _is_near(day: Day) -> bool:
    return (day.last - day.first) // 28 <= MOST_MONTHS


# ── By table ────────────────────────────────────────────────────────────────────────────────────────

Piece = tuple[int, Callable[[Term], Term]]
"""The last day of a run of days, and what becomes of each of them."""


def _months_of(first: int, last: int) -> list[date]:
    """The first days of the months from one day's to another's."""
    month, end = date.fromordinal(first).replace(day=1), date.fromordinal(last)
    found = []
    while month <= end:
        found.append(month)
        if (month.year, month.month) == (9999, 12):
            break
        month = shift_months(month, 1)
    return found


def _by_table(start: Day, months: int) -> Term:
    """A run of days moves by the same number of days; the last days before a shorter month all move to its end."""
    if isinstance(start.ordinal, int):
        return _shifted(start.ordinal, months)
    runs: list[Piece] = [(last, _moving(delta, fixed)) for last, delta, fixed in _runs(start.first, start.last, months)]
    return _tree(start.ordinal, runs)


@cache
def _runs(first: int, last: int, months: int) -> tuple[tuple[int, int | None, int], ...]:
    """The last day of each run, how many days it moves (None: all of it to one day), and that day."""
    pieces: list[tuple[int, int | None, int]] = []
    for month in _months_of(first, last):
        end = _last_day(month)
        target = shift_months(month, months)
        delta = target.toordinal() - month.toordinal()
        length = _shifted(end, months) - target.toordinal() + 1
        kept = month.toordinal() + min(length, end - month.toordinal() + 1) - 1
        if pieces and pieces[-1][1] == delta:
            pieces.pop()
        pieces.append((kept, delta, 0))
        if kept < end:
            pieces.append((end, None, target.toordinal() + length - 1))
    return tuple(pieces)


def _moving(delta: int | None, fixed: int) -> Callable[[Term], Term]:
    return (lambda day: fixed) if delta is None else (lambda day: added([day, delta]))


def _tree(day: Term, pieces: list[Piece]) -> Term:
    """What becomes of a day, found by halving."""
    if len(pieces) == 1:
        return pieces[0][1](day)
    half = len(pieces) // 2
    return choose(at_least(pieces[half - 1][0], day), _tree(day, pieces[:half]), _tree(day, pieces[half:]))


def _in_month(day: Day) -> _InMonth:
    """Where a date lies."""
    if isinstance(day.ordinal, int):
        plain = date.fromordinal(day.ordinal)
        return _InMonth(plain.year * 12 + plain.month - 1, plain.day, (plain + timedelta(days=1)).day == 1)
    if not _is_near(day):
        month, of_month = _worked_out(day.ordinal)
        length = added([_first_day(added([month, 1])), minus(_first_day(month))])
        return _InMonth(month, of_month, same(of_month, length))
    months = _months_of(day.first, day.last)
    ends = [_last_day(month) for month in months]

    def each(numbers: Iterable[int]) -> Term:
        return _tree(day.ordinal, [(end, _moving(None, number)) for end, number in zip(ends, numbers, strict=True)])

    month = each(month.year * 12 + month.month - 1 for month in months)
    before = each(month.toordinal() - 1 for month in months)
    return _InMonth(month, added([day.ordinal, minus(before)]), same(day.ordinal, each(ends)))


def _last_day(month: date) -> int:
    return month.toordinal() + monthrange(month.year, month.month)[1] - 1


# ── By whole division ───────────────────────────────────────────────────────────────────────────────


def _worked_out(ordinal: Term) -> tuple[Term, Term]:
    """The month and the day of the month of any day."""
    days = added([ordinal, _MARCH_BASED])
    era, of_era = whole_part(days, _DAYS_OF_400_YEARS), rest(days, _DAYS_OF_400_YEARS)
    leap = added(
        [of_era, times(-1, whole_part(of_era, 1460)), whole_part(of_era, 36524), times(-1, whole_part(of_era, 146096))]
    )
    year = whole_part(leap, 365)
    before = added([times(365, year), whole_part(year, 4), times(-1, whole_part(year, 100))])
    of_year = added([of_era, times(-1, before)])
    month = whole_part(added([times(5, of_year), 2]), 153)  # 0 is March
    day = added([of_year, times(-1, whole_part(added([times(153, month), 2]), 5)), 1])
    # Twelve months a year from March on; March of the year 0 is the third month of all.
    return added([times(4800, era), times(12, year), month, 2]), day


def _first_day(month: Term) -> Term:
    """The first day of a month, as an ordinal."""
    march_based = added([month, -2])
    year, of_year = whole_part(march_based, 12), rest(march_based, 12)
    era, of_era = whole_part(year, 400), rest(year, 400)
    days = added([times(365, of_era), whole_part(of_era, 4), times(-1, whole_part(of_era, 100))])
    before = whole_part(added([times(153, of_year), 2]), 5)
    return added([times(_DAYS_OF_400_YEARS, era), days, before, -_MARCH_BASED])
