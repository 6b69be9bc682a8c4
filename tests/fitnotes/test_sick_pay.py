"""Statutory sick pay, against amounts worked out by hand from the rules; the sums stand beside each case.

6 April 2026 is a Monday, 6 April 2025 a Sunday; weeks begin on Sunday. Rates per day of a week of five:
116.75 / 5 = 23.35 (2024/25), 118.75 / 5 = 23.75 (2025/26), 123.25 / 5 = 24.65 (from 6 April 2026).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ohaccredit.assessment.assess import assess
from ohaccredit.assessment.submission import Submission
from ohaccredit.assessment.verdict import Verdict
from ohaccredit.fitnotes.record import Person, Spell
from ohaccredit.fitnotes.sick_pay import (
    CHANGE_TO_CONFIRM,
    DAYS_ASSUMED,
    NO_EARNINGS,
    NO_LAST_DAY,
    NORTHERN_IRELAND,
    SAME_EARNINGS,
    WEEKS_LEFT,
    sick_pay,
    sick_pay_facts,
)
from ohaccredit.fitnotes.sick_pay_figures import SMALLEST, Figures
from ohaccredit.fitnotes.sick_pay_results import ESTIMATE, Period, SickPay, Week
from ohaccredit.language.months import shift_months
from ohaccredit.language.problems import ProblemsFound
from ohaccredit.language.tree import Definitions
from ohaccredit.standards.edition import Edition
from ohaccredit.standards.home import find_home
from ohaccredit.standards.loading import load_edition

ON = date(2026, 11, 22)
MON_TO_FRI = frozenset({0, 1, 2, 3, 4})
EVERY_DAY = frozenset(range(7))


@pytest.fixture(scope="module")
def edition() -> Edition:
    return load_edition(find_home(), "absence-record", "2026")


def spells(*texts: str) -> list[Spell]:
    """Spells from "2026-05-12 2026-05-14"; without a second date the spell goes on."""
    found = []
    for number, text in enumerate(texts, 1):
        first, last = [*map(date.fromisoformat, text.split()), None][:2]
        assert first is not None
        found.append(Spell(f"s{number}", "p", first, last, {}))
    return found


def person(earnings: str | None = "500", days: frozenset[int] = MON_TO_FRI, nation: str = "england") -> Person:
    return Person("p", nation, None if earnings is None else Decimal(earnings), days)


def states(period: Period) -> list[tuple[str, int]]:
    """The states of the qualifying days; neighbours of the same state together, whatever their rates."""
    found: list[tuple[str, int]] = []
    for stretch in period.stretches:
        if found and found[-1][0] == stretch.state:
            found[-1] = (stretch.state, found[-1][1] + stretch.qualifying_days)
        else:
            found.append((stretch.state, stretch.qualifying_days))
    return found


# Each: what it shows, earnings, qualifying days, the one spell, the states of its qualifying days, the amount.
CASES = [
    # Worked case 38. Tuesday to Thursday: 3 x 24.65 = 73.95.
    ("three days in May 2026", "500", MON_TO_FRI, "2026-05-12 2026-05-14", [("payable", 3)], "73.95"),
    # Worked case 39: three days in a row, four were needed.
    ("three days in March 2026", "500", MON_TO_FRI, "2026-03-10 2026-03-12", [("too_short", 3)], "0.00"),
    # Friday to Monday are four days, two of them qualifying; both are waiting days.
    ("four days over a weekend", "500", MON_TO_FRI, "2026-03-13 2026-03-16", [("waiting", 2)], "0.00"),
    # 2, 3, 4 March waiting; 5, 6 March 2 x 23.75 = 47.50; then a week 118.75; 166.25 in all.
    ("two weeks", "500", MON_TO_FRI, "2026-03-02 2026-03-13", [("waiting", 3), ("payable", 7)], "166.25"),
    ("earnings at the limit", "125", MON_TO_FRI, "2026-03-02 2026-03-13", [("waiting", 3), ("payable", 7)], "166.25"),
    ("a penny below the limit", "124.99", MON_TO_FRI, "2026-03-02 2026-03-13", [("low_earnings", 10)], "0.00"),
    # 80 % of 154.0625 = 123.25: the two are the same.
    ("at the 80 % boundary", "154.0625", MON_TO_FRI, "2026-05-11 2026-05-15", [("payable", 5)], "123.25"),
    # 80 % of 154.05 = 123.24; 24.648 a day; x 5 = 123.24.
    ("below the boundary", "154.05", MON_TO_FRI, "2026-05-11 2026-05-15", [("payable", 5)], "123.24"),
    # 80 % of 154.06 = 123.248; 24.6496 a day; x 5 = 123.248, up to 123.25. One day: 24.65 either way.
    ("less than a penny below", "154.06", MON_TO_FRI, "2026-05-11 2026-05-15", [("payable", 5)], "123.25"),
    # 80 % of 60 = 48; 9.60 a day.
    ("earnings far below the old limit", "60", MON_TO_FRI, "2026-05-11 2026-05-15", [("payable", 5)], "48.00"),
    # 80 % of 99.99 = 79.992; / 5 = 15.9984; x 3 = 47.9952, up to 48.00.
    ("a share with odd pennies", "99.99", MON_TO_FRI, "2026-05-12 2026-05-14", [("payable", 3)], "48.00"),
    ("no earnings at all", "0", MON_TO_FRI, "2026-05-12 2026-05-14", [("payable", 3)], "0.00"),
    # Monday and Tuesday: 123.25 / 2 = 61.625; two make 123.25, one is rounded up to 61.63.
    ("two qualifying days", "500", frozenset({0, 1}), "2026-05-11 2026-05-17", [("payable", 2)], "123.25"),
    ("one of two qualifying days", "500", frozenset({0, 1}), "2026-05-11 2026-05-11", [("payable", 1)], "61.63"),
    # 123.25 / 7 = 17.60714..., cut to 17.6071; x 3 = 52.8213, up to 52.83.
    ("seven qualifying days", "500", EVERY_DAY, "2026-05-11 2026-05-13", [("payable", 3)], "52.83"),
    # 2, 4, 6 March waiting; 118.75 / 3 cut to 39.5833; x 3 = 118.7499, up to 118.75.
    ("three qualifying days", "500", frozenset({0, 2, 4}), "2026-03-02 2026-03-13", [("waiting", 3), ("payable", 3)],
     "118.75"),
    # No qualifying day among them: Saturday and Sunday.
    ("a weekend", "500", MON_TO_FRI, "2026-05-16 2026-05-17", [], "0.00"),
    # Friday 3 to Monday 6 April are four days: Friday waits, Monday is due (24.65).
    ("from the old rules to the new", "500", MON_TO_FRI, "2026-04-03 2026-04-06", [("waiting", 1), ("payable", 1)],
     "24.65"),
    # Saturday to Monday are three days: too short before the change (no qualifying day in it), one day since.
    ("short, but into the new rules", "500", MON_TO_FRI, "2026-04-04 2026-04-06", [("payable", 1)], "24.65"),
    # The same with every day qualifying: 4 and 5 April too short, 6 April 17.6071, up to 17.61.
    ("short, every day qualifying", "500", EVERY_DAY, "2026-04-04 2026-04-06", [("too_short", 2), ("payable", 1)],
     "17.61"),
    # Thursday 2, Friday 3 April waiting; from Monday 6 April there are no waiting days: 5 x 24.65 = 123.25.
    ("in waiting days on 6 April", "500", MON_TO_FRI, "2026-04-02 2026-04-10", [("waiting", 2), ("payable", 5)],
     "123.25"),
    # The same with earnings of 130: nothing had been due, so 80 %, which is 104.
    ("in waiting days on 6 April, low", "130", MON_TO_FRI, "2026-04-02 2026-04-10", [("waiting", 2), ("payable", 5)],
     "104.00"),
    # All three waiting days served by Friday 3 April, but nothing due before the Monday: also 104.
    ("waiting just served on 6 April", "130", MON_TO_FRI, "2026-04-01 2026-04-10", [("waiting", 3), ("payable", 5)],
     "104.00"),
    # 23 to 25 March waiting; 26, 27 March 47.50; a week 118.75; then the flat rate stays: 123.25. Sum 289.50.
    ("sick pay before, earnings of 130", "130", MON_TO_FRI, "2026-03-23 2026-04-10", [("waiting", 3), ("payable", 12)],
     "289.50"),
    # Earnings of 100: nothing before; from 6 April 80 % of 100 = 80.
    ("low earnings over the change", "100", MON_TO_FRI, "2026-03-23 2026-04-10", [("low_earnings", 10), ("payable", 5)],
     "80.00"),
    # 22 September 2025 is a Monday: 28 weeks of five days to 3 April 2026, then 80.00 for the week.
    ("low earnings since 22 September", "100", MON_TO_FRI, "2025-09-22 2026-04-10",
     [("low_earnings", 140), ("payable", 5)], "80.00"),
    # A day earlier: the rate is nil.
    ("low earnings since 21 September", "100", MON_TO_FRI, "2025-09-21 2026-04-10",
     [("low_earnings", 140), ("nil_rate", 5)], "0.00"),
    # 3 waiting days (1 to 3 September 2025), then 140 days of sick pay from 4 September: 2 days, 27 weeks and 3
    # days; they end on Wednesday 18 March 2026. 47.50 + 27 x 118.75 + 71.25 = 3325.00. 19 March to 10 April: 17 days.
    ("28 weeks used before the change", "500", MON_TO_FRI, "2025-09-01 2026-04-10",
     [("waiting", 3), ("payable", 140), ("weeks_used", 17)], "3325.00"),
    # Every day: 23 to 25 March waiting; 26 to 28 March 3 x 16.9642 = 50.8926, up to 50.90; a week 118.7494, up to
    # 118.75; the week of Sunday 5 April 16.9642 + 6 x 17.6071 = 122.6068, up to 122.61. Sum 292.26.
    ("a week with two rates", "500", EVERY_DAY, "2026-03-23 2026-04-11", [("waiting", 3), ("payable", 17)], "292.26"),
    # 31 March to 2 April 2025 waiting; 3, 4 April 2 x 23.35 = 46.70; a week at the new rate 118.75. Sum 165.45.
    ("over 6 April 2025", "500", MON_TO_FRI, "2025-03-31 2025-04-11", [("waiting", 3), ("payable", 7)], "165.45"),
    # 28 July to 30 July 2025 waiting; 31 July, 1 August 2 x 23.75.
    ("a week under the old rules", "500", MON_TO_FRI, "2025-07-28 2025-08-01", [("waiting", 3), ("payable", 2)],
     "47.50"),
    # 2023/24: 109.40 / 5 = 21.88; 3 waiting, 2 x 21.88 = 43.76.
    ("a week in May 2023", "500", MON_TO_FRI, "2023-05-15 2023-05-19", [("waiting", 3), ("payable", 2)], "43.76"),
]  # fmt: skip


@pytest.mark.parametrize(("earnings", "days", "spell", "expected", "amount"), [c[1:] for c in CASES],
                         ids=[c[0] for c in CASES])  # fmt: skip
def test_one_absence(
    edition: Edition, earnings: str, days: frozenset[int], spell: str, expected: list[tuple[str, int]], amount: str
) -> None:
    (period,) = sick_pay(edition, person(earnings, days), spells(spell), ON).periods
    assert states(period) == expected
    assert period.amount == Decimal(amount)
    assert period.payable_days == sum(number for state, number in expected if state == "payable")


def test_weeks_begin_on_sunday_and_are_rounded_each(edition: Edition) -> None:
    # The week with two rates of the table above; 5 April at the old rate, 6 to 11 April at the new one.
    (period,) = sick_pay(edition, person(days=EVERY_DAY), spells("2026-03-23 2026-04-11"), ON).periods
    assert [(week.first_day, week.days, week.amount) for week in period.weeks] == [
        (date(2026, 3, 22), 3, Decimal("50.90")),
        (date(2026, 3, 29), 7, Decimal("118.75")),
        (date(2026, 4, 5), 7, Decimal("122.61")),
    ]
    assert [(days, rate.daily) for days, rate in period.weeks[2].rates] == [
        (1, Decimal("16.9642")),
        (6, Decimal("17.6071")),
    ]


# ── Linked absences ──


def test_56_days_between_link_and_57_do_not(edition: Edition) -> None:
    # From Friday 8 May, 4 July is the 57th day after: 56 days lie between, and 5 July makes it 57.
    one, two = sick_pay(edition, person(), spells("2026-05-04 2026-05-08", "2026-07-04 2026-07-10"), ON).periods
    assert (two.days_since_earlier, two.linked, two.series_first_day) == (56, True, date(2026, 5, 4))
    assert [one.weeks_used, two.weeks_used] == [1, 2]
    _, apart = sick_pay(edition, person(), spells("2026-05-04 2026-05-08", "2026-07-05 2026-07-10"), ON).periods
    assert (apart.days_since_earlier, apart.linked, apart.series_first_day) == (57, False, date(2026, 7, 5))
    assert apart.weeks_used == 1


def test_a_short_spell_under_the_old_rules_links_with_nothing(edition: Edition) -> None:
    # 2 to 4 March is no period of incapacity. 9 to 11 March wait; 12, 13 March 2 x 23.75 = 47.50.
    short, five = sick_pay(edition, person(), spells("2026-03-02 2026-03-04", "2026-03-09 2026-03-13"), ON).periods
    assert (short.counts_from, short.series_first_day, short.weeks_used) == (None, None, None)
    assert (five.days_since_earlier, five.linked) == (None, False)
    assert states(five) == [("waiting", 3), ("payable", 2)]
    assert five.amount == Decimal("47.50")


def test_waiting_days_are_served_once_in_a_series(edition: Edition) -> None:
    # Friday 13 and Monday 16 March wait; so does Monday 23 March; then 4 x 23.75 = 95.00.
    pay = sick_pay(edition, person(), spells("2026-03-13 2026-03-16", "2026-03-23 2026-03-27"), ON)
    assert states(pay.periods[1]) == [("waiting", 1), ("payable", 4)]
    assert pay.periods[1].waiting_days_before == 2
    assert pay.amount == Decimal("95.00")


def test_waiting_days_begin_anew_without_a_link(edition: Edition) -> None:
    # Monday 6 to Friday 10 October 2025, and again from Monday 15 December (65 days between).
    pay = sick_pay(edition, person(), spells("2025-10-06 2025-10-10", "2025-12-15 2025-12-19"), ON)
    assert [states(each) for each in pay.periods] == [[("waiting", 3), ("payable", 2)]] * 2


def test_a_return_to_work_ends_the_kept_flat_rate(edition: Edition) -> None:
    # 23 March to 3 April: 3 waiting, 47.50 + 118.75. Back on 4 April; 13 to 17 April links (9 days between), 104.00.
    pay = sick_pay(edition, person("130"), spells("2026-03-23 2026-04-03", "2026-04-13 2026-04-17"), ON)
    assert [each.amount for each in pay.periods] == [Decimal("166.25"), Decimal("104.00")]
    assert pay.periods[1].linked


def test_after_a_return_a_linked_absence_is_paid_though_the_rate_was_nil(edition: Edition) -> None:
    # Nil to 10 April 2026; 20 to 24 April links and is paid: 80 % of 100 = 80.
    pay = sick_pay(edition, person("100"), spells("2025-09-01 2026-04-10", "2026-04-20 2026-04-24"), ON)
    assert [each.amount for each in pay.periods] == [Decimal("0.00"), Decimal("80.00")]


def test_the_limit_of_the_first_day_holds_for_the_series(edition: Edition) -> None:
    # Earnings of 124, limit 123 in March 2025: 3 waiting, 46.70 + 116.75 = 163.45. The linked week from 14 April
    # 2025 is due (118.75), though the limit is 125 by then; one that does not link (from 4 August) is not.
    pay = sick_pay(
        edition,
        person("124"),
        spells("2025-03-03 2025-03-14", "2025-04-14 2025-04-18", "2025-08-04 2025-08-15"),
        ON,
    )
    assert [each.amount for each in pay.periods] == [Decimal("163.45"), Decimal("118.75"), Decimal("0.00")]
    assert states(pay.periods[2]) == [("low_earnings", 10)]


def test_28_weeks_across_linked_absences(edition: Edition) -> None:
    # 11 weeks from 4 May; from 10 August the other 17, which end on Friday 4 December; 7 to 25 December are 15 days.
    # 11 x 123.25 = 1355.75; 17 x 123.25 = 2095.25. Week 23 of sick pay is the 12th of the second: 26 October.
    pay = sick_pay(edition, person(), spells("2026-05-04 2026-07-17", "2026-08-10 2026-12-25"), ON)
    one, two = pay.periods
    assert (one.amount, two.amount, pay.amount) == (Decimal("1355.75"), Decimal("2095.25"), Decimal("3451.00"))
    assert states(two) == [("payable", 85), ("weeks_used", 15)]
    assert (one.form_on, one.weeks_end_on) == (None, None)
    assert (two.form_on, two.weeks_end_on) == (date(2026, 10, 26), date(2026, 12, 4))
    assert two.weeks_used == 28


def test_a_series_of_three_years_is_over(edition: Edition) -> None:
    # Thursday to Sunday every eighth week from 4 May 2023 (52 days between): the 20th begins on 2 April 2026.
    # Friday 1 May 2026 is still within three years, Monday 4 to Wednesday 6 May are not.
    first = date(2023, 5, 4)
    every = [first + timedelta(weeks=8 * number) for number in range(20)]
    absences = [*(f"{day} {day + timedelta(days=3)}" for day in every), "2026-05-01 2026-05-06"]
    periods = sick_pay(edition, person(), spells(*absences), ON).periods
    assert all(each.linked for each in periods[1:])
    assert states(periods[-1]) == [("payable", 1), ("series_over", 3)]
    assert periods[-1].weeks_used == Fraction(20 * 2 - 3 + 1, 5)


# ── Absences that go on ──


def test_28_weeks_of_an_absence_that_goes_on(edition: Edition) -> None:
    # 28 weeks from Monday 4 May 2026 end on Friday 13 November; week 23 begins on 5 October; 28 x 123.25 = 3451.00.
    # To Sunday 22 November five more qualifying days.
    (period,) = sick_pay(edition, person(), spells("2026-05-04"), ON).periods
    assert (period.last_day, period.goes_on) == (ON, True)
    assert (period.form_on, period.weeks_end_on) == (date(2026, 10, 5), date(2026, 11, 13))
    assert states(period) == [("payable", 140), ("weeks_used", 5)]
    assert period.amount == Decimal("3451.00")


def test_the_days_that_lie_ahead_are_worked_out_but_not_paid(edition: Edition) -> None:
    # On Monday 1 June: 4 x 123.25 + 24.65 = 517.65; the two days are as above.
    (period,) = sick_pay(edition, person(), spells("2026-05-04"), date(2026, 6, 1)).periods
    assert (period.amount, period.weeks_used) == (Decimal("517.65"), Fraction(21, 5))
    assert (period.form_on, period.weeks_end_on) == (date(2026, 10, 5), date(2026, 11, 13))


def test_looking_ahead_over_the_change(edition: Edition) -> None:
    # On Friday 13 March, from 2 March: waiting 2 to 4 March; of the 140 days 2 fall in that week, 27 weeks follow
    # from 9 March to 11 September, 3 days remain: Wednesday 16 September 2026. Used: 7 days.
    (period,) = sick_pay(edition, person("130"), spells("2026-03-02"), date(2026, 3, 13)).periods
    assert (period.weeks_used, period.weeks_end_on) == (Fraction(7, 5), date(2026, 9, 16))


def test_looking_ahead_keeps_the_weeks_that_will_be_left_at_the_change(edition: Edition) -> None:
    # As in the next test, on 13 March: the 140th day is still Monday 6 April.
    (period,) = sick_pay(edition, person(), spells("2025-09-18"), date(2026, 3, 13)).periods
    assert period.weeks_end_on == date(2026, 4, 6)


def test_weeks_left_at_the_change_are_counted_in_the_employees_favour(edition: Edition) -> None:
    # 18, 19, 22 September 2025 wait. 23 to 26 September 4 x 23.75 = 95.00, 27 weeks to 3 April 3206.25: 139 days.
    # The 140th is Monday 6 April: 24.65. Sum 3325.90. Week 23 begins with the 111th day, Tuesday 24 February.
    pay = sick_pay(edition, person(), spells("2025-09-18 2026-04-17"), ON)
    (period,) = pay.periods
    assert states(period) == [("waiting", 3), ("payable", 140), ("weeks_used", 9)]
    assert (period.amount, period.weeks_end_on) == (Decimal("3325.90"), date(2026, 4, 6))
    assert period.form_on == date(2026, 2, 24)
    assert WEEKS_LEFT.format(nil_before="22 September 2025", change="6 April 2026") in pay.assumptions


def test_a_spell_that_has_not_begun_is_left_out(edition: Edition) -> None:
    later, now = spells("2026-12-01", "2026-11-16 2026-11-20")
    pay = sick_pay(edition, person(), [later, now], ON)
    assert pay.of(later) is None
    assert [each.spells for each in pay.periods] == [("s2",)]


# ── Spells that touch ──


def test_spells_that_touch_are_one_absence(edition: Edition) -> None:
    # Three days and four days are seven in a row: 10 to 12 March wait, Friday 13 and Monday 16 March 2 x 23.75.
    two = spells("2026-03-10 2026-03-12", "2026-03-13 2026-03-16")
    pay = sick_pay(edition, person(), two, ON)
    (period,) = pay.periods
    assert (period.spells, period.days) == (("s1", "s2"), 7)
    assert pay.of(two[0]) is pay.of(two[1]) is period
    assert (states(period), pay.amount) == ([("waiting", 3), ("payable", 2)], Decimal("47.50"))


def test_days_in_two_spells_count_once(edition: Edition) -> None:
    # 11 to 15 May, with 12 to 13 May entered again: one week, 123.25.
    pay = sick_pay(edition, person(), spells("2026-05-11 2026-05-15", "2026-05-12 2026-05-13"), ON)
    assert (len(pay.periods), pay.amount) == (1, Decimal("123.25"))


def test_a_shorter_entry_within_does_not_end_an_absence_that_goes_on(edition: Edition) -> None:
    (period,) = sick_pay(edition, person(), spells("2026-11-02", "2026-11-09 2026-11-10"), ON).periods
    assert (period.goes_on, period.last_day) == (True, ON)


def test_a_spell_is_found_by_its_days_where_two_have_one_id(edition: Edition) -> None:
    early, late = (replace(each, id="x") for each in spells("2026-05-12 2026-05-14", "2026-06-01 2026-06-02"))
    pay = sick_pay(edition, person(), [early, late], ON)
    assert (pay.of(early), pay.of(late)) == pay.periods


# ── What is not known ──


def test_before_the_first_figures_nothing_is_worked_out(edition: Edition) -> None:
    # The linked spell after 6 April 2022 belongs to a series whose start is not worked out.
    pay = sick_pay(edition, person(), spells("2022-03-14 2022-03-18", "2022-04-18 2022-04-22"), ON)
    assert [states(each) for each in pay.periods] == [[("not_worked_out", 5)]] * 2
    assert pay.amount is None
    assert [each.weeks_used for each in pay.periods] == [None, None]


def test_without_earnings_days_are_counted_and_no_amount_is_given(edition: Edition) -> None:
    pay = sick_pay(edition, person(None), spells("2026-05-12 2026-05-14"), ON)
    assert (pay.periods[0].payable_days, pay.amount) == (3, None)
    assert NO_EARNINGS.format(change="6 April 2026") in pay.assumptions
    # Before the change they decide whether anything is due at all.
    before = sick_pay(edition, person(None), spells("2026-03-02 2026-03-13"), ON)
    assert (before.periods[0].payable_days, before.amount) == (7, None)


def test_what_was_assumed_is_said(edition: Edition) -> None:
    pay = sick_pay(edition, person(days=frozenset(), nation="northern-ireland"), spells("2026-04-02 2026-04-10"), ON)
    assert pay.assumptions == (
        DAYS_ASSUMED.format(days="Monday, Tuesday, Wednesday, Thursday, Friday"),
        CHANGE_TO_CONFIRM.format(change="6 April 2026"),
        NORTHERN_IRELAND.format(change="6 April 2026"),
    )
    assert pay.amount == Decimal("123.25")
    (open_end,) = spells("2026-11-16")
    assert sick_pay(edition, person(), [open_end], ON).assumptions == (NO_LAST_DAY,)
    assert sick_pay(edition, person(), [replace(open_end, content={"continues": True})], ON).assumptions == ()
    plain = sick_pay(edition, person(), spells("2026-05-12 2026-05-14"), ON)
    assert plain.assumptions == ()
    two = sick_pay(edition, person(), spells("2026-05-12 2026-05-14", "2026-06-01 2026-06-02"), ON)
    assert two.assumptions == (SAME_EARNINGS,)


def test_the_estimate_never_tells_anybody_to_stop() -> None:
    assert "no reason to stop or reduce anybody's pay" in ESTIMATE


def test_an_edition_without_a_figure_is_told_so(edition: Edition) -> None:
    known = edition.definitions
    without = {name: each for name, each in known.parameters.items() if name != SMALLEST}
    broken = replace(edition, definitions=Definitions(without, known.derived))
    with pytest.raises(ProblemsFound, match=SMALLEST):
        sick_pay(broken, person(), spells("2026-05-12 2026-05-14"), ON)


# ── Rates, against HMRC's tables ──

# "Unrounded daily rates" and what is due for 1, 2, ... days, 2025/26, as payroll firms reprint HMRC's table.
TABLE = {
    7: ("16.9642", "16.97 33.93 50.90 67.86 84.83 101.79 118.75"),
    6: ("19.7916", "19.80 39.59 59.38 79.17 98.96 118.75"),
    5: ("23.75", "23.75 47.50 71.25 95.00 118.75"),
    4: ("29.6875", "29.69 59.38 89.07 118.75"),
    3: ("39.5833", "39.59 79.17 118.75"),
    2: ("59.375", "59.38 118.75"),
    1: ("118.75", "118.75"),
}


@pytest.mark.parametrize("in_week", TABLE)
def test_the_table_of_2025_26(edition: Edition, in_week: int) -> None:
    daily, amounts = TABLE[in_week]
    rate = Figures(edition).rate(date(2025, 10, 1), Decimal(500), in_week, kept=False)
    assert rate.daily == Decimal(daily)
    weeks = [Week(date(2025, 9, 28), ((days, rate),)) for days in range(1, in_week + 1)]
    assert [str(week.amount) for week in weeks] == amounts.split()


def test_a_rate_shows_its_figures(edition: Edition) -> None:
    rate = Figures(edition).rate(date(2026, 5, 12), Decimal("154.06"), 5, kept=False)
    assert (rate.weekly, rate.daily) == (Decimal("123.248"), Decimal("24.6496"))
    shown = [(each.parameter, each.value, each.since) for each in rate.figures]
    assert shown == [
        ("sick-pay-earnings-share", Fraction(4, 5), date(2026, 4, 6)),
        ("sick-pay-weekly-rate", Fraction(12325, 100), date(2026, 4, 6)),
    ]


def test_at_the_boundary_the_rate_is_the_flat_one(edition: Edition) -> None:
    at = Figures(edition).rate(date(2026, 5, 12), Decimal("154.0625"), 5, kept=False)
    assert (at.weekly, at.figures[0].parameter) == (Decimal("123.25"), "sick-pay-weekly-rate")
    assert at.why.startswith("The flat weekly rate")


# ── What the rules read ──


def test_the_facts_of_a_linked_spell(edition: Edition) -> None:
    pay = sick_pay(edition, person(), spells("2026-03-13 2026-03-16", "2026-03-23 2026-03-27"), ON)
    assert sick_pay_facts(pay)["s2"] == {
        "unbroken_days": 5,
        "unbroken_since": "2026-03-23",
        "linked": True,
        "earlier_period": True,
        "days_to_earlier_period": 6,  # 17 to 22 March
        "series_first_day": "2026-03-13",
        "waiting_days_served": 2,
        "sick_pay_due_before_change": True,
        "sick_pay_weeks_used": Decimal("0.8"),
    }


def test_without_earnings_it_is_not_known_whether_sick_pay_was_due(edition: Edition) -> None:
    facts = sick_pay_facts(sick_pay(edition, person(None), spells("2026-03-23 2026-04-10"), ON))["s1"]
    assert "sick_pay_due_before_change" not in facts
    # In waiting days it was not, whatever the earnings.
    waiting = sick_pay_facts(sick_pay(edition, person(None), spells("2026-04-02 2026-04-10"), ON))["s1"]
    assert waiting["sick_pay_due_before_change"] is False


def test_a_third_of_a_week_is_never_rounded_up(edition: Edition) -> None:
    # Monday and Wednesday of three qualifying days: two thirds, cut to 0.6666.
    pay = sick_pay(edition, person(days=frozenset({0, 2, 4})), spells("2026-05-11 2026-05-13"), ON)
    assert sick_pay_facts(pay)["s1"]["sick_pay_weeks_used"] == Decimal("0.6666")


def test_every_fact_is_a_field_of_the_evidence(edition: Edition) -> None:
    pay = sick_pay(edition, person(), spells("2026-03-13 2026-03-16", "2026-03-23 2026-03-27"), ON)
    fields = vars_of(edition)
    assert set(sick_pay_facts(pay)["s2"]) <= fields


def vars_of(edition: Edition) -> set[str]:
    kind = edition.evidence["spell_facts"].type
    return set(kind.fields)  # type: ignore[union-attr]


NOTICES = [
    # What the rules say of a spell: those of the table of rules that give a notice for it.
    ("500", "2026-05-12 2026-05-14", {"SSP-01", "SSP-02", "SSP-05"}),
    (None, "2026-05-12 2026-05-14", {"SSP-01", "SSP-02", "SSP-05"}),
    ("500", "2026-03-10 2026-03-12", {"SSP-01"}),
    ("500", "2026-03-02 2026-03-13", {"SSP-01", "SSP-02"}),
    ("124.99", "2026-03-02 2026-03-13", {"SSP-01", "SSP-02", "SSP-06"}),
    ("130", "2026-03-23 2026-04-10", {"SSP-01", "SSP-02", "SSP-08"}),
    ("130", "2026-04-02 2026-04-10", {"SSP-01", "SSP-02", "SSP-07", "SSP-08"}),
    ("100", "2025-09-21 2026-04-10", {"SSP-01", "SSP-02", "SSP-06", "SSP-09"}),
    ("500", "2026-05-04 2026-11-20", {"SSP-01", "SSP-02", "SSP-04", "SSP-05"}),
]


@pytest.mark.parametrize(("earnings", "spell", "codes"), NOTICES)
def test_the_rules_say_what_the_amounts_rest_on(
    edition: Edition, earnings: str | None, spell: str, codes: set[str]
) -> None:
    verdict = verdict_of(edition, person(earnings), spells(spell)[0])
    given_notices = {each.finding.criterion.code for each in verdict.notices if each.finding is not None}
    assert {code for code in given_notices if code.startswith("SSP-")} == codes


def verdict_of(edition: Edition, whose: Person, spell: Spell) -> Verdict:
    facts = sick_pay_facts(sick_pay(edition, whose, [spell], ON))[spell.id]
    assert spell.last_day is not None
    facts |= {"first_day": spell.first_day.isoformat(), "last_day": spell.last_day.isoformat(), "ended": True}
    if whose.weekly_earnings is not None:
        facts["weekly_earnings"] = whose.weekly_earnings
    return Verdict(assess(edition, Submission(spell.id, {"spell_facts": facts}, (), (), ""), ON))


# ── Whatever is handed in ──

absurd = st.one_of(st.dates(), st.dates(date(2025, 1, 1), date(2026, 12, 31)))
any_spell = st.tuples(absurd, st.one_of(st.none(), absurd))
any_person = st.builds(
    person,
    st.one_of(st.none(), st.decimals(0, 10**12, places=4).map(str)),
    st.frozensets(st.integers(0, 6)),
    st.sampled_from(["", "england", "northern-ireland"]),
)


def made(drawn: list[tuple[date, date | None]]) -> list[Spell]:
    return [Spell(f"s{n}", "p", first, last, {}) for n, (first, last) in enumerate(drawn)]


def worked_out(edition: Edition, whose: Person, drawn: list[tuple[date, date | None]]) -> SickPay:
    return sick_pay(edition, whose, made(drawn), ON)


@given(whose=any_person, drawn=st.lists(any_spell, max_size=6))
@settings(max_examples=150, deadline=None)
def test_every_qualifying_day_has_one_state(
    edition: Edition, whose: Person, drawn: list[tuple[date, date | None]]
) -> None:
    pay = worked_out(edition, whose, drawn)
    for period in pay.periods:
        weeks, rest = divmod(period.days, 7)
        loose = sum(
            (period.first_day + timedelta(days=offset)).weekday() in pay.qualifying_days for offset in range(rest)
        )
        assert sum(each.qualifying_days for each in period.stretches) == weeks * len(pay.qualifying_days) + loose
        payable = [each for each in period.stretches if each.state == "payable"]
        assert sum(each.qualifying_days for each in payable) == period.payable_days
        assert period.weeks_used is None or period.weeks_used <= 28
        series = period.series_first_day
        if payable and series is not None:
            assert payable[-1].last_day < shift_months(series, 36)


@given(whose=any_person, drawn=st.lists(any_spell, max_size=5), order=st.randoms())
@settings(max_examples=60, deadline=None)
def test_the_order_of_the_spells_does_not_matter(
    edition: Edition, whose: Person, drawn: list[tuple[date, date | None]], order: object
) -> None:
    given_order = made(drawn)
    shuffled = list(given_order)
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    assert sick_pay(edition, whose, shuffled, ON) == sick_pay(edition, whose, given_order, ON)


@given(drawn=st.lists(any_spell, max_size=5), less=st.integers(0, 400), more=st.integers(0, 400))
@settings(max_examples=60, deadline=None)
def test_more_earnings_never_give_less(
    edition: Edition, drawn: list[tuple[date, date | None]], less: int, more: int
) -> None:
    # Of one absence. Over linked ones it need not hold: what was paid earlier uses up weeks.
    low, high = sorted((less, more))
    for spell in drawn:
        first = worked_out(edition, person(str(low)), [spell]).amount
        second = worked_out(edition, person(str(high)), [spell]).amount
        assert first is None or (second is not None and first <= second)
