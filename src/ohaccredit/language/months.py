"""Calendar months.

"Within 12 months" in a standard means calendar months: a period that is counted in months ends on the
corresponding date, or on the last day of a shorter month (Interpretation Act 1978, Sch. 1, "month";
corresponding-date rule, Dodds v Walker [1981] 1 WLR 1027).
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def read_day(raw: object) -> date | None:
    """The day that a text such as 2026-06-30 names; None for anything else, other ISO forms included."""
    if not isinstance(raw, str) or not _DAY.fullmatch(raw):
        return None
    try:
        return date.fromisoformat(raw)
    except ValueError:
        return None


def shift_months(day: date, months: int) -> date:
    """The corresponding date `months` later (earlier, if negative).

    Raises OverflowError when that date lies outside the years 1 to 9999.
    """
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    if not 1 <= year <= 9999:
        raise OverflowError(f"{day} shifted by {months} months lies outside the calendar")
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def months_between(start: date, end: date) -> int:
    """Whole calendar months from `start` to `end`; negative when `end` comes first.

    31 January to 28 February is one month: the corresponding date does not exist, so its last day counts.
    """
    if end < start:
        return -months_between(end, start)
    months = (end.year - start.year) * 12 + end.month - start.month
    return months if shift_months(start, months) <= end else months - 1
