"""Calendar days as columns: the ordinal day numbers of `encode`, moved and compared as `months` does it for one.

Whole numbers throughout, so nothing depends on a library's opinion of what a month is. The day number of a date is
worked out as days from civil (E. Reingold and N. Dershowitz, Calendrical Calculations, ch. 2: March-based years).
"""

from __future__ import annotations

import polars as pl

EPOCH = 719_163
"""The ordinal of 1 January 1970, from which Polars counts its days."""
LAST = 3_652_059
"""The ordinal of 31 December 9999."""


def _parts(day: pl.Expr) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
    as_date = (day.cast(pl.Int32) - EPOCH).cast(pl.Date)
    return as_date.dt.year().cast(pl.Int64), as_date.dt.month().cast(pl.Int64), as_date.dt.day().cast(pl.Int64)


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


def shifted(day: pl.Expr, amount: pl.Expr, unit: str, direction: str) -> pl.Expr:
    """A day moved by an amount (Int64); null where that leaves the calendar."""
    steps = amount if direction == "after" else -amount
    if unit != "months":
        moved = day.cast(pl.Int64) + steps * (7 if unit == "weeks" else 1)
        return pl.when((moved >= 1) & (moved <= LAST)).then(moved).cast(pl.Int32)
    year, month, number = _parts(day)
    index = year * 12 + month - 1 + steps
    inside = (index >= 12) & (index < 120_000)
    index = pl.when(inside).then(index)
    to_year, to_month = index // 12, index % 12 + 1
    return _ordinal(to_year, to_month, _smaller(number, _month_length(to_year, to_month))).cast(pl.Int32)


def months_between(start: pl.Expr, end: pl.Expr) -> pl.Expr:
    """Whole calendar months; negative where the end comes first."""
    forwards = start <= end
    first, last = pl.when(forwards).then(start).otherwise(end), pl.when(forwards).then(end).otherwise(start)
    (year, month, day), (to_year, to_month, to_day) = _parts(first), _parts(last)
    whole = (to_year - year) * 12 + to_month - month
    whole = whole - (_smaller(day, _month_length(to_year, to_month)) > to_day).cast(pl.Int64)
    return pl.when(forwards.is_not_null()).then(pl.when(forwards).then(whole).otherwise(-whole))
