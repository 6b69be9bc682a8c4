"""Calendar months: the corresponding-date rule."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ohaccredit.language.months import months_between, shift_months

DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        ("2026-06-30", -12, "2025-06-30"),
        ("2026-06-30", 1, "2026-07-30"),
        ("2026-01-31", 1, "2026-02-28"),
        ("2024-01-31", 1, "2024-02-29"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-02-29", -12, "2023-02-28"),
        ("2024-02-29", 48, "2028-02-29"),
        ("2026-01-15", -1, "2025-12-15"),
        ("2026-12-15", 1, "2027-01-15"),
        ("2026-12-31", -1, "2026-11-30"),
        ("2026-05-31", 0, "2026-05-31"),
    ],
)
def test_a_shift_ends_on_the_corresponding_date_or_the_last_day_of_a_shorter_month(
    day: str, months: int, expected: str
) -> None:
    assert shift_months(date.fromisoformat(day), months) == date.fromisoformat(expected)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2025-06-30", "2026-06-30", 12),
        ("2025-07-01", "2026-06-30", 11),
        ("2025-06-29", "2026-06-30", 12),
        ("2026-01-31", "2026-02-28", 1),
        ("2026-01-31", "2026-02-27", 0),
        ("2026-01-30", "2026-02-28", 1),
        ("2024-01-31", "2024-02-28", 0),
        ("2024-01-31", "2024-02-29", 1),
        ("2024-02-29", "2025-02-28", 12),
        ("2026-06-30", "2026-06-30", 0),
        ("2026-06-30", "2025-06-30", -12),
        ("2026-02-28", "2026-01-31", -1),
        ("2026-06-30", "2026-06-29", 0),
    ],
)
def test_whole_months_between_two_days(start: str, end: str, expected: int) -> None:
    assert months_between(date.fromisoformat(start), date.fromisoformat(end)) == expected


@pytest.mark.parametrize(("day", "months"), [("9999-12-01", 1), ("0001-01-31", -1), ("2026-06-30", 120_000)])
def test_a_shift_out_of_the_calendar_is_refused(day: str, months: int) -> None:
    with pytest.raises(OverflowError):
        shift_months(date.fromisoformat(day), months)


@given(DAYS, st.integers(0, 600))
def test_so_many_months_later_so_many_months_have_passed(day: date, months: int) -> None:
    assert months_between(day, shift_months(day, months)) == months


@given(DAYS, DAYS)
def test_the_months_between_fit_in_and_one_more_does_not(first: date, second: date) -> None:
    start, end = sorted([first, second])
    months = months_between(start, end)
    assert shift_months(start, months) <= end < shift_months(start, months + 1)
    assert months_between(end, start) == -months
