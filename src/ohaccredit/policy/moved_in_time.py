"""Evidence moved in time: on another day as old as it was on the day that it was written for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from ohaccredit.language.months import read_day


def moved_in_time(value: Any, by: timedelta) -> Any:
    """The same with every date moved by so many days; a date that would leave the calendar stays."""
    if isinstance(value, Mapping):
        return {name: moved_in_time(each, by) for name, each in value.items()}
    if isinstance(value, list):
        return [moved_in_time(each, by) for each in value]
    return moved_day(value, by)


def moved_day(value: Any, by: timedelta) -> Any:
    """A date so many days later; unchanged if it is none or would leave the calendar."""
    day = value if type(value) is date else read_day(value)
    if day is None:
        return value
    try:
        return (day + by).isoformat()
    except OverflowError:
        return value
