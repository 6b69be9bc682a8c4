"""Evidence moved to another day, as old as it was."""

from __future__ import annotations

from datetime import date

from ohaccredit.policy.moved_in_time import moved_by_calendar


def test_what_was_fifteen_months_old_is_so_on_a_day_fifteen_months_later() -> None:
    evidence = {"as_at": "2024-10-01", "headcount": 5, "rounds": [{"closed": "2025-12-31"}]}
    moved = moved_by_calendar(evidence, date(2026, 1, 1), date(2027, 4, 1))
    assert moved == {"as_at": "2026-01-01", "headcount": 5, "rounds": [{"closed": "2027-03-31"}]}


def test_days_beyond_whole_months_are_moved_as_days() -> None:
    """From 6 April to 1 July are two months (6 June) and 25 days."""
    moved = moved_by_calendar({"on": "2026-04-06"}, date(2026, 4, 6), date(2026, 7, 1))
    assert moved == {"on": "2026-07-01"}


def test_a_day_earlier_is_moved_back() -> None:
    moved = moved_by_calendar({"on": "2026-03-01"}, date(2026, 4, 1), date(2022, 7, 1))
    assert moved == {"on": "2022-06-01"}


def test_a_date_that_would_leave_the_calendar_stays() -> None:
    assert moved_by_calendar(["9999-12-01"], date(2026, 1, 1), date(2026, 2, 1)) == ["9999-12-01"]
