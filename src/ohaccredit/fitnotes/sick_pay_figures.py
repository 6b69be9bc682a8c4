"""The dated figures of statutory sick pay, each with where it comes from, and how a day's rate follows from them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction

from ohaccredit.fitnotes.record import WEEKDAYS
from ohaccredit.language import tree as t
from ohaccredit.language.problems import Problem, ProblemsFound
from ohaccredit.language.types import Words
from ohaccredit.standards.edition import Edition

SMALLEST, WAITING, LINK = "sick-pay-smallest-period", "sick-pay-waiting-days", "sick-pay-link-days"
WEEKS, SERIES, FORM_WEEK = "sick-pay-most-weeks", "sick-pay-longest-series", "sick-pay-form-week"
LIMIT, RATE, SHARE = "sick-pay-earnings-limit", "sick-pay-weekly-rate", "sick-pay-earnings-share"
ASSUMED_DAYS = "sick-pay-assumed-days"

_PENNY = Decimal("0.01")
_DAILY_PLACES = 10_000
"""HMRC's tables cut the daily rate at four decimal places (SSPG-DAILY)."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the rules as it stood on one day."""

    parameter: str
    words: Words
    value: Fraction
    since: date
    """The day from which it holds."""
    reference: str


@dataclass(frozen=True, slots=True)
class Rate:
    """The rate of a day. `weekly` and `daily` are None if average weekly earnings would be needed and are not given."""

    weekly: Decimal | None
    daily: Decimal | None
    """Cut at four decimal places."""
    qualifying_days: int
    """The qualifying days of a week, by which the weekly rate is divided."""
    why: str
    figures: tuple[Figure, ...]


class Figures:
    """The figures of an edition of absence-record, by name and day. Raises ProblemsFound for one that is not there."""

    def __init__(self, edition: Edition) -> None:
        self._edition = edition

    def on(self, name: str, day: date) -> Figure | None:
        """The figure in force on a day; None before its first value."""
        parameter = self._parameter(name)
        dated = parameter.on(day)
        if dated is None or not isinstance(dated.value, Fraction):
            return None
        return Figure(name, parameter.words, dated.value, dated.start, dated.reference)

    def at_least_first(self, name: str, day: date) -> Figure:
        """The figure in force on a day; before its first value, that one."""
        found = self.on(name, max(day, self.begins(name)))
        if found is None:
            raise self._missing(name)
        return found

    def begins(self, name: str) -> date:
        """The first day for which there is a figure."""
        return self._parameter(name).values[0].start

    def starts(self, name: str) -> tuple[date, ...]:
        """The days on which the figure changes, its first day included."""
        return tuple(dated.start for dated in self._parameter(name).values)

    def assumed_days(self, day: date) -> frozenset[int]:
        """The qualifying days that are taken if none are given, Monday 0."""
        dated = self._parameter(ASSUMED_DAYS).on(max(day, self.begins(ASSUMED_DAYS)))
        if dated is None or not isinstance(dated.value, tuple):
            raise self._missing(ASSUMED_DAYS)
        return frozenset(WEEKDAYS.index(each) for each in dated.value)

    def rate(self, day: date, earnings: Decimal | None, qualifying_days: int, *, kept: bool) -> Rate:
        """The rate of a day that is payable. `kept`: the flat rate stays whatever the earnings."""
        flat, share = self.on(RATE, day), self.on(SHARE, day)
        assert flat is not None, "days before the first rate are not worked out"
        if share is None:
            return _rate(flat.value, qualifying_days, "The flat weekly rate of the time.", (flat,))
        if earnings is None:
            why = (
                "The flat weekly rate or the share of average weekly earnings, whichever is lower; they are not given."
            )
            return Rate(None, None, qualifying_days, why, (flat, share))
        of_earnings = Fraction(earnings) * share.value
        if of_earnings >= flat.value:
            why = "The flat weekly rate: the share of average weekly earnings is no lower."
            return _rate(flat.value, qualifying_days, why, (flat, share))
        if kept:
            why = "The flat weekly rate is kept, because sick pay was due in this absence before the rules changed."
            return _rate(flat.value, qualifying_days, why, (flat, share))
        why = "The share of average weekly earnings, because it is lower than the flat weekly rate."
        return _rate(of_earnings, qualifying_days, why, (share, flat))

    def _parameter(self, name: str) -> t.Parameter:
        parameter = self._edition.definitions.parameters.get(name)
        if parameter is None or not parameter.values:
            raise self._missing(name)
        return parameter

    def _missing(self, name: str) -> ProblemsFound:
        id_ = self._edition.id
        message = f'The standard {id_} has no figure "{name}", without which sick pay cannot be worked out.'
        return ProblemsFound([Problem(message, hint=f"Define it in rules/{id_}/parameters.")])


def round_up(pounds: Decimal) -> Decimal:
    """An amount rounded up to the penny."""
    return pounds.quantize(_PENNY, ROUND_CEILING)


def _rate(weekly: Fraction, qualifying_days: int, why: str, figures: tuple[Figure, ...]) -> Rate:
    daily = Decimal(int(weekly * _DAILY_PLACES / qualifying_days)) / _DAILY_PLACES
    return Rate(Decimal(weekly.numerator) / weekly.denominator, daily, qualifying_days, why, figures)
