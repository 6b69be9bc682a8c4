"""Calendar days as columns: the ordinal day numbers of `encode`, moved and compared as `months` does it for one.

Whole numbers throughout, so nothing depends on a library's opinion of what a month is. The day number of a date is
worked out as days from civil (E. Reingold and N. Dershowitz, Calendrical Calculations, ch. 2: March-based years).
"""

from __future__ import annotations

import polars as pl

from ohaccredit.language.levels import Cell, Plan

EPOCH = 719_163
"""The ordinal of 1 January 1970, from which Polars counts its days."""
LAST = 3_652_059
"""The ordinal of 31 December 9999."""


def _month_length(year: pl.Expr, month: pl.Expr) -> pl.Expr:
    leap = ((year % 4 == 0) & (year % 100 != 0)) | (year % 400 == 0)
    return pl.when(month == 2).then(28 + leap.cast(pl.Int64)).otherwise(30 + (month + month // 8) % 2)


def _smaller(left: pl.Expr, right: pl.Expr) -> pl.Expr:
    return pl.when(left <= right).then(left).otherwise(right)


def _ordinal(year: pl.Expr, month: pl.Expr, day: pl.Expr) -> pl.Expr:
    """The day number: whole years from March on, then months of 153 days to five, then days."""
    since_march = (month + 9) % 12
    years = year - since_march // 10
    return 365 * years + years // 4 - years // 100 + years // 400 + (since_march * 306 + 5) // 10 + day - 306


class Calendar:
    """Moves and compares days within a plan; what a day's year, month and day are is worked out once."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._parts: dict[tuple[object, str], Cell] = {}

    def _split(self, day: Cell) -> Cell:
        """Year, month and day of the month."""
        day = self._plan.keep(day)
        key = (day.level, str(day.only)) if not day.constant else (None, str(day.only))
        if key not in self._parts:
            as_date = (day.only.cast(pl.Int32) - EPOCH).cast(pl.Date)
            parts = (as_date.dt.year(), as_date.dt.month(), as_date.dt.day())
            self._parts[key] = self._plan.keep(day.of(*(part.cast(pl.Int64) for part in parts)))
        return self._parts[key]

    def shifted(self, day: Cell, amount: Cell, unit: str, direction: str) -> Cell:
        """A day moved by a whole amount; null where that leaves the calendar."""
        sign = 1 if direction == "after" else -1
        if unit != "months":
            size = sign * (7 if unit == "weeks" else 1)
            moved = self._plan.keep(
                self._plan.merge(lambda at, steps: at.cast(pl.Int64) + steps.cast(pl.Int64) * size, day, amount)
            )
            return moved.of(pl.when((moved.only >= 1) & (moved.only <= LAST)).then(moved.only).cast(pl.Int32))
        base, ((year, month, number), (steps,)) = self._plan.together([self._split(day), amount])
        index = self._plan.keep(base.of(year * 12 + month - 1 + steps.cast(pl.Int64) * sign, number))
        at, number = index.parts
        inside = (at >= 12) & (at < 120_000)
        target = self._plan.keep(index.of(pl.when(inside).then(at // 12), pl.when(inside).then(at % 12 + 1), number))
        year, month, number = target.parts
        held = self._plan.keep(target.of(year, month, _smaller(number, _month_length(year, month))))
        return self._plan.keep(held.of(_ordinal(*held.parts).cast(pl.Int32)))

    def months_between(self, start: Cell, end: Cell) -> Cell:
        """Whole calendar months; negative where the end comes first."""
        base, (first, last) = self._plan.together([self._split(start), self._split(end)])
        (year, month, day), (to_year, to_month, to_day) = first, last
        months = (to_year - year) * 12 + to_month - month
        forwards = (months > 0) | ((months == 0) & (day <= to_day))
        kept = self._plan.keep(
            base.of(
                months,
                forwards,
                # A day that the other month lacks is held to be its last.
                _smaller(day, _month_length(to_year, to_month)) > to_day,
                _smaller(to_day, _month_length(year, month)) > day,
            )
        )
        months, forwards, short, short_back = kept.parts
        ahead = months - short.cast(pl.Int64)
        behind = months + short_back.cast(pl.Int64)
        return self._plan.keep(kept.of(pl.when(forwards).then(ahead).when(~forwards).then(behind)))
