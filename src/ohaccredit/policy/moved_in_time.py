"""Evidence moved in time: on another day as old as it was on the day that it was written for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from ohaccredit.language.months import months_between, read_day, shift_months


def moved_in_time(value: Any, by: timedelta) -> Any:
    """The same with every date moved by so many days; a date that would leave the calendar stays."""
    return _each_day(value, lambda day: day + by)


def moved_by_calendar(value: Any, start: date, end: date) -> Any:
    """The same with every date moved by the calendar months from one day to another, and by the days that are left.

    Rules count in calendar months: what was just young enough on the one day is so on the other.
    """
    months = months_between(start, end)
    days = end - shift_months(start, months)
    return _each_day(value, lambda day: shift_months(day, months) + days)


def moved_day(value: Any, by: timedelta) -> Any:
    """A date so many days later; unchanged if it is none or would leave the calendar."""
    return _moved(value, lambda day: day + by)


def _each_day(value: Any, move: Callable[[date], date]) -> Any:
    if isinstance(value, Mapping):
        return {name: _each_day(each, move) for name, each in value.items()}
    if isinstance(value, list):
        return [_each_day(each, move) for each in value]
    return _moved(value, move)


def _moved(value: Any, move: Callable[[date], date]) -> Any:
    day = value if type(value) is date else read_day(value)
    if day is None:
        return value
    try:
        return move(day).isoformat()
    except OverflowError:
        return value
