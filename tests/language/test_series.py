"""Series, worked out by hand: which points are compared, and when a difference is more than noise."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import product
from typing import Any

import pytest

from ohaccredit.language.encode import encode_value
from ohaccredit.language.series import (
    change,
    comparable,
    estimate,
    figures,
    series_change,
    series_count,
    series_level,
)
from ohaccredit.language.types import Date, Measure, Number, Record, Series, Text
from tests.language.sample import record

ITEM: Record = record(
    at=Date(),
    formula=Text(),
    of=Number(),
    base=Number(),
    people=Number(),
    score=Number("", whole=False),
    spread=Number("", whole=False),
)


def kind(**measure: Any) -> Series:
    return Series(ITEM, "at", "formula", Measure(**measure))


SHARE_UP = kind(kind="share", of="of", base="base")
SHARE_DOWN = kind(kind="share", of="of", base="base", better="lower")
SHARE_OF_TIME = kind(kind="share", of="of", base="base", people="people", better="lower")
RATE_DOWN = kind(kind="rate", of="of", base="base", better="lower")
MEAN_UP = kind(kind="mean", of="score", spread="spread", people="people")


def points(*given: dict[str, Any]) -> Any:
    """Encoded points, a year apart and of one definition unless they say otherwise."""
    whole = [{"at": f"{2020 + year}-06-30", "formula": "A", **each} for year, each in enumerate(given)]
    return encode_value(
        [{name: value for name, value in each.items() if value is not None} for each in whole], SHARE_UP
    )


def point(**given: Any) -> Any:
    return points(given)[0]


# ── What one point says ─────────────────────────────────────────────────────────────────────────────


def test_none_of_three_claims_no_certainty() -> None:
    # One success and one failure more: 1 of 5. Its variance: 1/5 x 4/5 / 5 = 4/125.
    found = estimate(point(of=0, base=3), SHARE_UP)
    assert found is not None
    assert (found.level, found.centre, found.variance) == (Fraction(0), Fraction(1, 5), Fraction(4, 125))


def test_three_of_three_is_as_uncertain_as_none_of_three() -> None:
    found = estimate(point(of=3, base=3), SHARE_UP)
    assert found is not None
    assert (found.level, found.centre, found.variance) == (Fraction(1), Fraction(4, 5), Fraction(4, 125))


def test_a_share_of_time_has_the_noise_of_its_people() -> None:
    # 50 of 1000 days lost, 8 people: 5 % of 8 is 0.4; (0.4 + 1) / 10 = 7/50; 7/50 x 43/50 / 10.
    found = estimate(point(of=50, base=1000, people=8), SHARE_OF_TIME)
    assert found is not None
    assert (found.level, found.centre) == (Fraction(1, 20), Fraction(7, 50))
    assert found.variance == Fraction(7 * 43, 2500 * 10)


def test_a_year_without_events_claims_no_certainty() -> None:
    found = estimate(point(of=0, base=50), RATE_DOWN)
    assert found is not None
    assert found.level == 0
    assert found.variance == Fraction(1, 2500)


def test_a_rate_may_exceed_one() -> None:
    found = estimate(point(of=8, base=4), RATE_DOWN)
    assert found is not None
    assert (found.level, found.variance) == (Fraction(2), Fraction(9, 16))


def test_a_mean_has_the_squared_deviation_over_its_people() -> None:
    found = estimate(point(score=Decimal("3.5"), spread=Decimal("1.2"), people=36), MEAN_UP)
    assert found is not None
    assert (found.level, found.centre, found.variance) == (Fraction(7, 2), Fraction(7, 2), Fraction(4, 100))


@pytest.mark.parametrize(
    ("given", "of"),
    [
        ({"of": 4, "base": 3}, SHARE_UP),
        ({"of": 1, "base": 0}, SHARE_UP),
        ({"of": -1, "base": 3}, SHARE_UP),
        ({"of": None, "base": 3}, SHARE_UP),
        ({"of": 1, "base": None}, SHARE_UP),
        ({"of": 1, "base": 3, "people": None}, SHARE_OF_TIME),
        ({"of": 1, "base": 3, "people": 0}, SHARE_OF_TIME),
        ({"of": 1, "base": 0}, RATE_DOWN),
        ({"of": -1, "base": 9}, RATE_DOWN),
        ({"score": 1, "spread": None, "people": 3}, MEAN_UP),
        ({"score": 1, "spread": 1, "people": 0}, MEAN_UP),
        ({"score": None, "spread": 1, "people": 3}, MEAN_UP),
    ],
)
def test_a_point_that_lacks_a_figure_or_is_impossible_says_nothing(given: dict[str, Any], of: Series) -> None:
    assert estimate(point(**given), of) is None


def test_the_figures_of_a_measure_are_those_it_names() -> None:
    assert figures(SHARE_UP.measure) == ("of", "base")
    assert figures(SHARE_OF_TIME.measure) == ("of", "base", "people")
    assert figures(MEAN_UP.measure) == ("score", "spread", "people")


# ── Two points ──────────────────────────────────────────────────────────────────────────────────────


def test_a_difference_exactly_as_large_as_the_noise_is_no_clear_change() -> None:
    # Means 4 and 5, variances 36/100 and 64/100: the difference is exactly one standard error.
    first, last = points({"score": 4, "spread": 6, "people": 100}, {"score": 5, "spread": 8, "people": 100})
    before, after = estimate(first, MEAN_UP), estimate(last, MEAN_UP)
    assert before is not None
    assert after is not None
    assert change(before, after, MEAN_UP.measure, Fraction(1)) == "no-clear-change"
    assert change(before, after, MEAN_UP.measure, Fraction(999_999, 1_000_000)) == "improved"
    assert change(after, before, MEAN_UP.measure, Fraction(999_999, 1_000_000)) == "worse"


def test_small_employers_are_not_told_that_chance_is_improvement() -> None:
    # 2 of 4 became 3 of 4: centres 3/6 and 4/6; difference 1/6; variances 1/24 and 1/27.
    # (1/6)^2 = 0.0278 against 1.96^2 x 0.0787 = 0.302.
    assert series_change(
        points({"of": 2, "base": 4}, {"of": 3, "base": 4}), SHARE_UP, "earliest", Fraction("1.96")
    ) == ("no-clear-change")


def test_the_same_shares_of_many_people_differ_clearly() -> None:
    # 200 of 400 became 300 of 400: difference about 0.249, standard error about 0.033.
    given = points({"of": 200, "base": 400}, {"of": 300, "base": 400})
    assert series_change(given, SHARE_UP, "earliest", Fraction("1.96")) == "improved"
    assert series_change(given, SHARE_DOWN, "earliest", Fraction("1.96")) == "worse"


def test_two_years_without_events_are_no_clear_change() -> None:
    given = points({"of": 0, "base": 50}, {"of": 0, "base": 50})
    assert series_change(given, RATE_DOWN, "earliest", Fraction(0)) == "no-clear-change"


def test_no_events_after_three_are_no_clear_change_and_after_ten_an_improvement() -> None:
    # With one event added to each variance: 3^2 = 9 against 1.96^2 x (4 + 1) = 19.2; 100 against 1.96^2 x 12 = 46.1.
    after_three = points({"of": 3, "base": 50}, {"of": 0, "base": 50})
    after_ten = points({"of": 10, "base": 50}, {"of": 0, "base": 50})
    assert series_change(after_three, RATE_DOWN, "earliest", Fraction("1.96")) == "no-clear-change"
    assert series_change(after_ten, RATE_DOWN, "earliest", Fraction("1.96")) == "improved"


def test_without_noise_any_difference_counts() -> None:
    given = points({"of": 2, "base": 4}, {"of": 3, "base": 4})
    assert series_change(given, SHARE_UP, "earliest", Fraction(0)) == "improved"
    assert series_change(given, SHARE_DOWN, "earliest", Fraction(0)) == "worse"


def test_the_baseline_is_the_first_comparable_point_or_the_one_before() -> None:
    given = points({"of": 100, "base": 400}, {"of": 300, "base": 400}, {"of": 200, "base": 400})
    assert series_change(given, SHARE_UP, "earliest", Fraction("1.96")) == "improved"
    assert series_change(given, SHARE_UP, "previous", Fraction("1.96")) == "worse"


def test_points_in_between_need_no_figures() -> None:
    given = points({"of": 100, "base": 400}, {"of": None, "base": None}, {"of": 200, "base": 400})
    assert series_change(given, SHARE_UP, "earliest", Fraction("1.96")) == "improved"
    assert series_change(given, SHARE_UP, "previous", Fraction("1.96")) is None


# ── Which points are compared ───────────────────────────────────────────────────────────────────────


def said(given: Any, of: Series = SHARE_UP) -> tuple[Any, ...]:
    """How many comparable points, over how many months, the earliest and the latest value, and what became of it.

    The last two: since the earliest point and since the previous one, without any noise.
    """
    return (
        series_count(given, of, "points"),
        series_count(given, of, "months"),
        series_level(given, of, "earliest"),
        series_level(given, of, "latest"),
        series_change(given, of, "earliest", Fraction(0)),
        series_change(given, of, "previous", Fraction(0)),
    )


def defined(*formulas: str | None) -> Any:
    """A point a year with these definitions: 1 of 8, 2 of 8, and so on."""
    return points(*({"formula": formula, "of": place, "base": 8} for place, formula in enumerate(formulas, 1)))


def test_a_change_of_definition_starts_the_series_anew() -> None:
    given = defined("A", "A", "B", "B")
    assert comparable(given, "at", "formula") == ([2, 3], True)
    assert said(given) == (2, 12, Fraction(3, 8), Fraction(4, 8), "improved", "improved")


def test_a_definition_that_comes_back_starts_the_series_anew_too() -> None:
    given = defined("A", "B", "A")
    assert comparable(given, "at", "formula") == ([2], True)
    assert said(given) == (1, 0, Fraction(3, 8), Fraction(3, 8), None, None)
    assert said(defined("A", "A", "B", "A", "A")) == (
        2, 12, Fraction(4, 8), Fraction(5, 8), "improved", "improved",
    )  # fmt: skip


def test_the_run_is_unbroken_in_order_of_date_not_in_the_order_of_the_file() -> None:
    given = points(
        {"at": "2026-06-30", "formula": "B"},
        {"at": "2023-06-30", "formula": "B"},
        {"at": "2024-06-30", "formula": "A"},
        {"at": "2025-06-30", "formula": "B"},
    )
    assert comparable(given, "at", "formula") == ([3, 0], True)
    assert series_count(given, SHARE_UP, "months") == 12


def test_points_of_one_day_stand_in_the_order_in_which_they_were_given() -> None:
    def on_one_day(*formulas: str) -> Any:
        days = ("2024-06-30", "2026-06-30", "2026-06-30")
        return points(*({"at": at, "formula": each} for at, each in zip(days, formulas, strict=True)))

    assert comparable(on_one_day("A", "A", "B"), "at", "formula") == ([2], True)
    assert comparable(on_one_day("A", "B", "A"), "at", "formula") == ([2], True)
    assert comparable(on_one_day("B", "A", "A"), "at", "formula") == ([1, 2], True)
    assert comparable(on_one_day("A", "A", "A"), "at", "formula") == ([0, 1, 2], True)


def test_where_a_point_in_the_middle_lacks_its_definition_what_lies_beyond_it_is_open() -> None:
    """It may be A, and then all four are comparable, or not, and then only the last two."""
    given = defined("A", None, "A", "A")
    assert comparable(given, "at", "formula") == ([2, 3], False)
    assert said(given) == (None, None, None, Fraction(4, 8), None, "improved")


def test_where_the_point_before_the_latest_lacks_its_definition_nothing_but_the_latest_is_known() -> None:
    given = defined("A", None, "A")
    assert comparable(given, "at", "formula") == ([2], False)
    assert said(given) == (None, None, None, Fraction(3, 8), None, None)


def test_a_definition_that_is_missing_before_the_run_began_is_not_needed() -> None:
    given = defined(None, "B", "A", "A")
    assert comparable(given, "at", "formula") == ([2, 3], True)
    assert said(given) == (2, 12, Fraction(3, 8), Fraction(4, 8), "improved", "improved")


def test_where_the_latest_point_lacks_its_definition_only_its_own_figure_is_known() -> None:
    for given in (defined("A", "A", None), defined("A", "B", None), defined("A", None, None)):
        assert comparable(given, "at", "formula") == ([2], False)
        assert said(given) == (None, None, None, Fraction(3, 8), None, None)


def test_a_point_alone_is_comparable_with_itself_whatever_its_definition_is() -> None:
    given = defined(None)
    assert comparable(given, "at", "formula") == ([0], True)
    assert said(given) == (1, 0, Fraction(1, 8), Fraction(1, 8), None, None)


def test_one_undated_point_leaves_the_whole_series_undecided() -> None:
    """It may come after the latest, or between any two."""
    given = points({"of": 1, "base": 4}, {"of": 2, "base": 4, "at": None}, {"of": 3, "base": 4})
    assert comparable(given, "at", "formula") is None
    assert said(given) == (None,) * 6


def test_what_is_decided_stays_so_however_missing_definitions_are_filled() -> None:
    for formulas in product(("A", "B", None), repeat=4):
        now = said(defined(*formulas))
        for filling in product(*(("A", "B", "C") if each is None else (each,) for each in formulas)):
            for before, after in zip(now, said(defined(*filling)), strict=True):
                assert before is None or before == after, (formulas, filling)


def test_a_series_that_was_not_handed_in_is_not_an_empty_one() -> None:
    assert series_count(None, SHARE_UP, "points") is None
    assert series_count([], SHARE_UP, "points") == 0
    assert series_count([], SHARE_UP, "months") == 0
    assert series_level(None, SHARE_UP, "latest") is None
    assert series_level([], SHARE_UP, "latest") is None
    assert series_change(None, SHARE_UP, "earliest", Fraction(0)) is None


def test_one_point_shows_no_change() -> None:
    assert series_change(points({"of": 1, "base": 4}), SHARE_UP, "earliest", Fraction(0)) is None


def test_the_months_across_are_whole_calendar_months() -> None:
    for last, months in (("2026-06-29", 11), ("2026-06-30", 12), ("2026-07-29", 12)):
        assert series_count(points({"at": "2025-06-30"}, {"at": last}), SHARE_UP, "months") == months


def test_the_latest_and_the_earliest_figure_are_those_of_comparable_points() -> None:
    given = points({"formula": "old", "of": 9, "base": 9}, {"of": 1, "base": 4}, {"of": 3, "base": 4})
    assert series_level(given, SHARE_UP, "earliest") == Fraction(1, 4)
    assert series_level(given, SHARE_UP, "latest") == Fraction(3, 4)


def test_the_figure_of_a_mean_is_the_mean_itself() -> None:
    given = points({"score": Decimal("3.5")}, {"score": Decimal("4.25")})
    assert series_level(given, MEAN_UP, "latest") == Fraction(17, 4)


def test_the_dates_of_points_are_days() -> None:
    assert points({"at": "2026-06-30"})[0]["at"] == date(2026, 6, 30).toordinal()
