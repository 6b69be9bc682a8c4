"""How a series can go on: what is added is counted as the latest point is, and comparable with it."""

from __future__ import annotations

from datetime import date
from typing import Any

from ohaccredit.language.encode import encode_value
from ohaccredit.language.series import series_count
from ohaccredit.language.solve_scope import SeriesScope
from ohaccredit.policy.plan_series import Way, ways
from tests.language.sample import HIGHER

ON = date(2026, 6, 30)


def points(*given: tuple[str, str | None]) -> Any:
    """Points of 5 of 50, with their dates and definitions."""
    whole = [
        {"at": at, "of": 5, "base": 50, **({} if formula is None else {"formula": formula})} for at, formula in given
    ]
    return encode_value(whole, HIGHER)


def of(*given: tuple[str, str | None]) -> list[Way]:
    return ways(HIGHER, SeriesScope(("at", "formula", "of", "base"), ((),)), points(*given), ON)


def counts(found: list[Way]) -> set[tuple[int, int | None]]:
    """How many points each way adds or fills in, and how many can then be compared."""
    return {(way.points, series_count(way.series, HIGHER, "points")) for way in found}


def test_whatever_is_added_to_a_series_is_counted_as_its_latest_point() -> None:
    found = of(("2024-03-31", "b"), ("2025-03-31", "a"), ("2026-03-31", "b"))
    now = points(("2024-03-31", "b"), ("2025-03-31", "a"), ("2026-03-31", "b"))
    added = [point for way in found for point in way.series if point not in now]
    assert {point["formula"] for point in added} == {"b"}


def test_where_a_definition_came_back_the_year_before_can_be_counted_by_it_too() -> None:
    """B, A, B: the latest is alone. One more point makes two, 2025 counted as B or what comes after; both make three.

    The A of 2025 stays where it is, so that no earlier year can join them.
    """
    found = counts(of(("2024-03-31", "b"), ("2025-03-31", "a"), ("2026-03-31", "b")))
    assert {(0, 1), (1, 2), (2, 3)} <= found
    assert max(compared or 0 for _, compared in found) == 3


def test_of_two_points_of_one_day_the_one_given_later_is_gone_on_with() -> None:
    found = of(("2025-03-31", "a"), ("2025-03-31", "b"))
    now = points(("2025-03-31", "a"), ("2025-03-31", "b"))
    added = [point for way in found for point in way.series if point not in now]
    assert {point["formula"] for point in added} == {"b"}


def test_a_missing_definition_is_asked_for_as_the_latest() -> None:
    """Whatever the order in the file is."""
    found = of(("2026-03-31", "b"), ("2025-03-31", None), ("2024-03-31", "a"))
    filled = next(way for way in found if way.points == 1)
    assert [point["formula"] for point in filled.series] == ["b", "b", "a"]
    assert series_count(filled.series, HIGHER, "points") == 2
