"""What is worked out of statutory sick pay: periods, weeks, rates, with the figure and the reason behind each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from ohaccredit.fitnotes.record import Spell
from ohaccredit.fitnotes.sick_pay_figures import Figure, Rate, round_up

ESTIMATE = (
    "An estimate with which to check your payroll, not advice, and no reason to stop or reduce anybody's pay. "
    "It does not look at whether the person is an employee, told you in time, was abroad, in custody, pregnant or "
    "on a benefit, nor at what the contract or a scheme of your own gives beyond the statutory minimum."
)
"""What is to stand beside every amount."""

State = Literal[
    "payable", "waiting", "too_short", "low_earnings", "nil_rate", "weeks_used", "series_over", "not_worked_out"
]
STATES: Mapping[State, str] = {
    "payable": "Statutory sick pay is due for these days.",
    "waiting": "Waiting days: under the rules of the time nothing was due for the first qualifying days.",
    "too_short": "Under the rules of the time the absence was too short to count for statutory sick pay.",
    "low_earnings": "Under the rules of the time average weekly earnings were too low for statutory sick pay.",
    "nil_rate": "The rate is nil: absent without a break, and without sick pay, since more than the most weeks of it "
    "before the rules changed (to confirm).",
    "weeks_used": "By this count all the weeks of statutory sick pay have been used.",
    "series_over": "The linked series has gone on for longer than it can give entitlement (to confirm).",
    "not_worked_out": "Not worked out, because the figures of that time are not here.",
}
"""What each state of a qualifying day means."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Qualifying days in a row, of one period, of which the same is to be said."""

    first_day: date
    last_day: date
    state: State
    qualifying_days: int
    figures: tuple[Figure, ...]

    @property
    def why(self) -> str:
        """What is to be said of the days."""
        return STATES[self.state]


@dataclass(frozen=True, slots=True)
class Week:
    """What is due for a week. Weeks begin on Sunday (SI 1982/894 regulation 5(1))."""

    first_day: date
    rates: tuple[tuple[int, Rate], ...]
    """How many payable days at which rate; two entries if the rate changes within the week."""

    @property
    def days(self) -> int:
        """The payable days of the week."""
        return sum(days for days, _ in self.rates)

    @property
    def amount(self) -> Decimal | None:
        """Daily rates added up, then rounded up to the penny (SSPG-DAILY); None if a rate is not known."""
        parts = [None if rate.daily is None else days * rate.daily for days, rate in self.rates]
        known = [part for part in parts if part is not None]
        return round_up(sum(known, Decimal(0))) if len(known) == len(parts) else None


@dataclass(frozen=True, slots=True)
class Period:
    """An unbroken absence: a spell, or spells that touch or overlap."""

    spells: tuple[str, ...]
    first_day: date
    last_day: date
    """For an absence that goes on, the day of the check."""
    goes_on: bool
    counts_from: date | None
    """First day of the period of incapacity for work; None if the absence is too short to be one."""
    days_since_earlier: int | None
    """Days between the earlier period of incapacity for work and this one; None if there is no earlier one."""
    linked: bool
    series_first_day: date | None
    waiting_days_before: int
    """Waiting days served earlier in the series."""
    stretches: tuple[Stretch, ...]
    weeks: tuple[Week, ...]
    weeks_used: Fraction | None
    """Weeks of sick pay used in the series at the end of this period; None if that is not worked out."""
    due_before_change: bool | None
    """Was sick pay due in this absence before the rules changed? None if earnings would be needed."""
    form_on: date | None
    """The first day of the week of sick pay by whose start form SSP1 is due; after the check if the absence goes on."""
    weeks_end_on: date | None
    """The day with which the weeks are used up; after the check if the absence goes on."""

    @property
    def days(self) -> int:
        """The calendar days of the absence."""
        return (self.last_day - self.first_day).days + 1

    @property
    def payable_days(self) -> int:
        """The qualifying days for which sick pay is due."""
        return sum(week.days for week in self.weeks)

    @property
    def amount(self) -> Decimal | None:
        """What is due for the absence so far; None if a rate is not known or days are not worked out."""
        if any(stretch.state == "not_worked_out" for stretch in self.stretches):
            return None
        return _sum(week.amount for week in self.weeks)


@dataclass(frozen=True, slots=True)
class SickPay:
    """The statutory sick pay of one person. ESTIMATE is to stand beside it."""

    person: str
    weekly_earnings: Decimal | None
    qualifying_days: frozenset[int]
    """Weekdays, Monday 0."""
    periods: tuple[Period, ...]
    assumptions: tuple[str, ...]

    @property
    def amount(self) -> Decimal | None:
        """What is due in all; None if it is not known for one of the periods."""
        return _sum(period.amount for period in self.periods)

    def of(self, spell: Spell) -> Period | None:
        """The absence that a spell is part of; None for a spell that has not begun on the day of the check."""
        found = (each for each in self.periods if spell.id in each.spells)
        return next((each for each in found if each.first_day <= spell.first_day <= each.last_day), None)


def _sum(amounts: Iterable[Decimal | None]) -> Decimal | None:
    parts = list(amounts)
    known = [part for part in parts if part is not None]
    return sum(known, Decimal("0.00")) if len(known) == len(parts) else None
