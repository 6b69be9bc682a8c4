"""Statutory sick pay of one person: an estimate with which a payroll can be checked.

Which spells are periods of incapacity for work, which of them link, what waiting days are served, which
qualifying days are payable at which rate by the law of each day, and when the weeks are used up. Every figure
is a dated parameter of the standard absence-record; the sources are in standards/sources/statutory-sick-pay*.yaml.

An estimate from few facts is no reason to pay somebody less, or to stop paying: ESTIMATE (sick_pay_results) says
what was not looked at, and it belongs beside every amount that is shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal
from fractions import Fraction
from typing import Any

from ohaccredit.fitnotes.record import WEEKDAYS, Person, Spell
from ohaccredit.fitnotes.sick_pay_figures import (
    FORM_WEEK,
    LIMIT,
    LINK,
    RATE,
    SERIES,
    SHARE,
    SMALLEST,
    WAITING,
    WEEKS,
    Figure,
    Figures,
    Rate,
)
from ohaccredit.fitnotes.sick_pay_results import Period, SickPay, State, Stretch, Week
from ohaccredit.language.months import shift_months
from ohaccredit.standards.edition import Edition

DAYS_ASSUMED = "No qualifying days are given for the person. Assumed: {days}."
NO_LAST_DAY = "An absence without a last day is taken to go on until the day of the check."
NO_EARNINGS = (
    "No average weekly earnings are given. Days before {change} are counted as if they had been high enough; "
    "no amounts are worked out."
)
SAME_EARNINGS = (
    "The same average weekly earnings are used for every absence. They should be those before the first of linked "
    "absences, and worked out anew for an absence that does not link."
)
CHANGE_TO_CONFIRM = "How the change of {change} applies to an absence that was running is to be confirmed."
NORTHERN_IRELAND = "That the changes of {change} hold in Northern Ireland alike is to be confirmed."
WEEKS_LEFT = (
    "The absence began before {nil_before}, but weeks of sick pay were left on {change}. They are counted as due, in "
    "the employee's favour; to be confirmed."
)

_ONE_DAY = timedelta(days=1)
_LIST = ", "
_NI = "northern-ireland"


def sick_pay(edition: Edition, person: Person, spells: Sequence[Spell], on: date) -> SickPay:
    """The statutory sick pay for a person's spells, by the rules of each day.

    `edition` is of the standard absence-record. A spell without a last day goes on until `on`.
    """
    figures = Figures(edition)
    days = person.qualifying_days or figures.assumed_days(on)
    working = _Working(figures, person, days)
    periods = tuple(working.period(absence) for absence in _absences(spells, on))
    return SickPay(person.id, person.weekly_earnings, days, periods, tuple(working.assumptions(spells, periods)))


def sick_pay_facts(pay: SickPay) -> dict[str, dict[str, Any]]:
    """What the rules on sick pay read of each spell (standards/evidence/spell_facts.yaml), by the spell's id."""
    return {spell: _facts(period) for period in pay.periods for spell in period.spells}


def _facts(period: Period) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "unbroken_days": period.days,
        "unbroken_since": period.first_day.isoformat(),
        "linked": period.linked,
    }
    if period.counts_from is None or period.series_first_day is None:
        return facts
    facts |= {
        "earlier_period": period.days_since_earlier is not None,
        "days_to_earlier_period": period.days_since_earlier,
        "series_first_day": period.series_first_day.isoformat(),
        "waiting_days_served": period.waiting_days_before,
        "sick_pay_due_before_change": period.due_before_change,
        "sick_pay_weeks_used": None if period.weeks_used is None else _decimal(period.weeks_used),
    }
    return {name: value for name, value in facts.items() if value is not None}


# ── Absences ──


@dataclass(frozen=True, slots=True)
class _Absence:
    """Days of absence without a break."""

    spells: tuple[str, ...]
    first: date
    last: date
    goes_on: bool


def _absences(spells: Sequence[Spell], on: date) -> list[_Absence]:
    """The unbroken absences that spells add up to, in order. A spell that goes on must have begun."""
    found: list[_Absence] = []
    for spell in sorted(spells, key=lambda each: (each.first_day, each.last_day or date.max, each.id)):
        last, goes_on = spell.last_day or on, spell.last_day is None
        if last < spell.first_day:
            continue
        before = found[-1] if found else None
        if before is not None and (spell.first_day - before.last).days <= 1:
            goes_on = before.goes_on if last < before.last else goes_on or (before.goes_on and last == before.last)
            found[-1] = _Absence((*before.spells, spell.id), before.first, max(before.last, last), goes_on)
        else:
            found.append(_Absence((spell.id,), spell.first_day, last, goes_on))
    return found


# ── Day by day ──


@dataclass(slots=True)
class _Series:
    """What is counted through a series of linked periods."""

    first: date
    ends: date
    """The first day that is too late."""
    limit: Figure | None
    """The earnings limit in force when the series began, which holds for all of it (Schedule 11 paragraph 2(c))."""
    waiting: int = 0
    weeks: Fraction = Fraction(0)


@dataclass(slots=True)
class _Found:
    """What the days of one absence add up to."""

    stretches: list[Stretch] = field(default_factory=list)
    weeks: dict[date, list[tuple[int, Rate]]] = field(default_factory=dict)
    paid_before_change: bool = False
    form_on: date | None = None
    weeks_end_on: date | None = None

    def say(self, first: date, last: date, state: State, days: int, figures: tuple[Figure, ...] = ()) -> None:
        """Add qualifying days to the last stretch if they are of the same kind, else begin a new one."""
        before = self.stretches[-1] if self.stretches else None
        if before is not None and (before.state, before.figures) == (state, figures):
            self.stretches[-1] = Stretch(before.first_day, last, state, before.qualifying_days + days, figures)
        else:
            self.stretches.append(Stretch(first, last, state, days, figures))

    def pay(self, day: date, rate: Rate) -> None:
        """Add a payable day to its week, which begins on Sunday."""
        week = self.weeks.setdefault(day - timedelta(days=(day.weekday() + 1) % 7), [])
        if week and week[-1][1] == rate:
            week[-1] = (week[-1][0] + 1, rate)
        else:
            week.append((1, rate))


class _Working:
    """Works through a person's absences in order of time."""

    def __init__(self, figures: Figures, person: Person, days: frozenset[int]) -> None:
        self._figures, self._person, self._days = figures, person, days
        self._earnings = person.weekly_earnings
        self._change = figures.begins(SHARE)
        """The day on which the rate began to depend on earnings: that of the reform."""
        self._series: _Series | None = None
        self._last_day: date | None = None
        """Of the latest period of incapacity for work."""
        self._weeks_left = False

    def period(self, absence: _Absence) -> Period:
        """Work out one absence, the next in order."""
        counts_from, found = self._counts_from(absence), _Found()
        if counts_from != absence.first:
            last = absence.last if counts_from is None else counts_from - _ONE_DAY
            self._in_bulk(found, absence.first, last, "too_short", (self._figure(SMALLEST, absence.first),))
        if counts_from is None:
            return self._as_period(absence, found)
        between = None if self._last_day is None else (counts_from - self._last_day).days - 1
        self._last_day = absence.last
        linked = between is not None and between <= self._figure(LINK, counts_from).value
        if self._series is None or not linked:
            self._series = self._begin(counts_from)
        waited = self._series.waiting
        if self._series.limit is None:
            self._in_bulk(found, counts_from, absence.last, "not_worked_out", ())
        else:
            self._walk(found, absence, counts_from, self._series)
        return self._as_period(absence, found, counts_from, between, linked, self._series, waited)

    def _as_period(
        self,
        absence: _Absence,
        found: _Found,
        counts_from: date | None = None,
        between: int | None = None,
        linked: bool = False,
        series: _Series | None = None,
        waited: int = 0,
    ) -> Period:
        worked_out = series is not None and series.limit is not None
        # What was due before the change hangs on earnings, unless nothing was due whatever they were.
        unknown = not worked_out or (found.paid_before_change and self._earnings is None)
        return Period(
            spells=absence.spells,
            first_day=absence.first,
            last_day=absence.last,
            goes_on=absence.goes_on,
            counts_from=counts_from,
            days_since_earlier=between,
            linked=linked,
            series_first_day=series.first if series else None,
            waiting_days_before=waited,
            stretches=tuple(found.stretches),
            weeks=tuple(Week(first, tuple(rates)) for first, rates in found.weeks.items()),
            weeks_used=series.weeks if series and worked_out else None,
            due_before_change=None if unknown else found.paid_before_change,
            form_on=found.form_on,
            weeks_end_on=found.weeks_end_on,
        )

    def assumptions(self, spells: Sequence[Spell], periods: Sequence[Period]) -> Iterator[str]:
        """What was taken for granted, as sentences."""
        change, nil_before = _said(self._change), _said(self._nil_before())
        if not self._person.qualifying_days:
            yield DAYS_ASSUMED.format(days=_LIST.join(WEEKDAYS[day].capitalize() for day in sorted(self._days)))
        if any(spell.last_day is None and spell.content.get("continues") is not True for spell in spells):
            yield NO_LAST_DAY
        if self._earnings is None:
            yield NO_EARNINGS.format(change=change)
        elif sum(period.counts_from is not None for period in periods) > 1:
            yield SAME_EARNINGS
        if any(period.first_day < self._change <= period.last_day for period in periods):
            yield CHANGE_TO_CONFIRM.format(change=change)
        if self._weeks_left:
            yield WEEKS_LEFT.format(nil_before=nil_before, change=change)
        if self._person.nation == _NI and any(period.last_day >= self._change for period in periods):
            yield NORTHERN_IRELAND.format(change=change)

    def _counts_from(self, absence: _Absence) -> date | None:
        """The first day on which the absence is long enough by the law of that day."""
        days = (absence.last - absence.first).days + 1
        changes = [day for day in self._figures.starts(SMALLEST) if absence.first < day <= absence.last]
        for day in (absence.first, *changes):
            if days >= self._figure(SMALLEST, day).value:
                return day
        return None

    def _begin(self, first: date) -> _Series:
        try:
            ends = shift_months(first, int(self._figure(SERIES, first).value))
        except OverflowError:
            ends = date.max
        rate = self._figures.on(RATE, first)
        return _Series(first, ends, None if rate is None else self._figures.on(LIMIT, first))

    def _walk(self, found: _Found, absence: _Absence, first: date, series: _Series) -> None:
        """Day by day until the weeks are used up or the series is over; what is left then needs no days."""
        day, last = first, min(absence.last, series.ends - _ONE_DAY)
        while day <= last and series.weeks < self._most(day).value:
            if day.weekday() in self._days:
                self._day(found, absence, series, day)
            day += _ONE_DAY
        self._in_bulk(found, day, last, "weeks_used", (self._most(day),))
        if series.ends <= absence.last:
            over = (self._figure(SERIES, series.first),)
            self._in_bulk(found, max(first, series.ends), absence.last, "series_over", over)
        elif absence.goes_on:
            self._look_ahead(found, absence, series)

    def _day(self, found: _Found, absence: _Absence, series: _Series, day: date) -> None:
        """One qualifying day."""
        state, figures = self._state(found, absence, series, day)
        if state == "waiting":
            series.waiting += 1
        if state == "payable":
            kept = found.paid_before_change and day >= self._change
            self._weeks_left = self._weeks_left or (kept and absence.first < self._nil_before())
            rate = self._figures.rate(day, self._earnings, len(self._days), kept=kept)
            figures = rate.figures
            found.pay(day, rate)
            self._use(found, series, day)
        found.say(day, day, state, 1, figures)

    def _state(self, found: _Found, absence: _Absence, series: _Series, day: date) -> tuple[State, tuple[Figure, ...]]:
        limit, waiting = self._figures.on(LIMIT, day), self._figures.on(WAITING, day)
        assert limit is not None, "the series is worked out"
        assert series.limit is not None, "the series is worked out"
        assert waiting is not None, "waiting days have a figure from the first day of the edition"
        # The limit of the series' first day counts, as long as there is a limit at all (0 says there is none).
        if limit.value and self._earnings is not None and Fraction(self._earnings) < series.limit.value:
            return "low_earnings", (series.limit,)
        if series.waiting < waiting.value:
            return "waiting", (waiting,)
        if day >= self._change and absence.first < self._nil_before() and not found.paid_before_change:
            return "nil_rate", (self._most(day),)
        return "payable", ()

    def _nil_before(self) -> date:
        """Absences from before this day have lasted for more than the most weeks when the rules change."""
        return self._change - timedelta(weeks=int(self._most(self._change).value))

    def _use(self, found: _Found, series: _Series, day: date) -> None:
        """Count a payable day: a week for as many days as qualify in it (SI 1982/894 regulation 6)."""
        one, before_form = Fraction(1, len(self._days)), self._figure(FORM_WEEK, day).value - 1
        if before_form <= series.weeks < before_form + one:
            found.form_on = day
        series.weeks += one
        if series.weeks >= self._most(day).value:
            found.weeks_end_on = day
        found.paid_before_change = found.paid_before_change or day < self._change

    def _look_ahead(self, found: _Found, absence: _Absence, series: _Series) -> None:
        """When form SSP1 is due and when the weeks end if the absence goes on as it is."""
        ahead = replace(series)
        seen = _Found(paid_before_change=found.paid_before_change, form_on=found.form_on)
        day = absence.last + _ONE_DAY
        while day < series.ends and ahead.weeks < self._most(day).value:
            if day.weekday() in self._days:
                state, _ = self._state(seen, absence, ahead, day)
                if state == "waiting":
                    ahead.waiting += 1
                if state == "payable":
                    self._use(seen, ahead, day)
            day += _ONE_DAY
        found.form_on, found.weeks_end_on = seen.form_on, found.weeks_end_on or seen.weeks_end_on

    def _figure(self, name: str, day: date) -> Figure:
        return self._figures.at_least_first(name, day)

    def _most(self, day: date) -> Figure:
        return self._figure(WEEKS, day)

    def _in_bulk(self, found: _Found, first: date, last: date, state: State, figures: tuple[Figure, ...]) -> None:
        """Days of which nothing more is to be known, however many."""
        days = _count(first, last, self._days) if first <= last else 0
        if days:
            while first.weekday() not in self._days:
                first += _ONE_DAY
            while last.weekday() not in self._days:
                last -= _ONE_DAY
            found.say(first, last, state, days, figures)


def _count(first: date, last: date, days: frozenset[int]) -> int:
    """How many days of a span fall on those weekdays."""
    whole, rest = divmod((last - first).days + 1, 7)
    return whole * len(days) + sum((first.weekday() + offset) % 7 in days for offset in range(rest))


def _decimal(value: Fraction) -> Decimal:
    """Cut at four decimal places, so that what is nearly a whole week never counts as one."""
    exact = Decimal(value.numerator) / value.denominator
    return exact.quantize(Decimal("0.0001"), ROUND_DOWN)


def _said(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
