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
        self._known: dict[str, tuple[Figure, ...]] = {}
        self._rates: dict[tuple[date, date | None, Decimal | None, int, bool], Rate] = {}

    def on(self, name: str, day: date) -> Figure | None:
        """The figure in force on a day; None before its first value."""
        current = None
        for figure in self._values(name):
            if figure.since <= day:
                current = figure
        return current

    def at_least_first(self, name: str, day: date) -> Figure:
        """The figure in force on a day; before its first value, that one."""
        return self.on(name, day) or self._values(name)[0]

    def begins(self, name: str) -> date:
        """The first day for which there is a figure."""
        return self._values(name)[0].since

    def starts(self, name: str) -> tuple[date, ...]:
        """The days on which the figure changes, its first day included."""
        return tuple(figure.since for figure in self._values(name))

    def assumed_days(self, day: date) -> frozenset[int]:
        """The qualifying days that are taken if none are given, Monday 0."""
        parameter = self._parameter(ASSUMED_DAYS)
        dated = parameter.on(day) or parameter.values[0]
        if not isinstance(dated.value, tuple):
            raise self._missing(ASSUMED_DAYS)
        return frozenset(WEEKDAYS.index(each) for each in dated.value)

    def rate(self, day: date, earnings: Decimal | None, qualifying_days: int, *, kept: bool) -> Rate:
        """The rate of a day that is payable. `kept`: the flat rate stays whatever the earnings."""
        flat, share = self.at_least_first(RATE, day), self.on(SHARE, day)
        key = (flat.since, None if share is None else share.since, earnings, qualifying_days, kept)
        if key not in self._rates:
            self._rates[key] = _rate_of(flat, share, earnings, qualifying_days, kept)
        return self._rates[key]

    def _parameter(self, name: str) -> t.Parameter:
        parameter = self._edition.definitions.parameters.get(name)
        if parameter is None or not parameter.values:
            raise self._missing(name)
        return parameter

    def _values(self, name: str) -> tuple[Figure, ...]:
        if name not in self._known:
            parameter = self._parameter(name)
            self._known[name] = tuple(
                Figure(name, parameter.words, dated.value, dated.start, dated.reference)
                for dated in parameter.values
                if isinstance(dated.value, Fraction)
            )
            if not self._known[name]:
                raise self._missing(name)
        return self._known[name]

    def _missing(self, name: str) -> ProblemsFound:
        id_ = self._edition.id
        message = f'The standard {id_} has no figure "{name}", without which sick pay cannot be worked out.'
        return ProblemsFound([Problem(message, hint=f"Define it in rules/{id_}/parameters.")])


def round_up(pounds: Decimal) -> Decimal:
    """An amount rounded up to the penny."""
    return pounds.quantize(_PENNY, ROUND_CEILING)


def _rate_of(flat: Figure, share: Figure | None, earnings: Decimal | None, qualifying_days: int, kept: bool) -> Rate:
    if earnings is None:
        why = "The rate depends on average weekly earnings, which are not given."
        return Rate(None, None, qualifying_days, why, (flat,) if share is None else (flat, share))
    if share is None:
        return _rate(flat.value, qualifying_days, "The flat weekly rate of the time.", (flat,))
    of_earnings = Fraction(earnings) * share.value
    if of_earnings >= flat.value:
        why = "The flat weekly rate: the share of average weekly earnings is no lower."
        return _rate(flat.value, qualifying_days, why, (flat, share))
    if kept:
        why = "The flat weekly rate is kept, because sick pay was due in this absence before the rules changed."
        return _rate(flat.value, qualifying_days, why, (flat, share))
    why = "The share of average weekly earnings, because it is lower than the flat weekly rate."
    return _rate(of_earnings, qualifying_days, why, (share, flat))


def _rate(weekly: Fraction, qualifying_days: int, why: str, figures: tuple[Figure, ...]) -> Rate:
    daily = Decimal(int(weekly * _DAILY_PLACES / qualifying_days)) / _DAILY_PLACES
    return Rate(Decimal(weekly.numerator) / weekly.denominator, daily, qualifying_days, why, figures)
