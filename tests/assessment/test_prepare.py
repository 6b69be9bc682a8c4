"""What does not count is left undecided; what cannot be is flagged; small counts stay out of sight."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import pytest

from ohaccredit.assessment.assess import Assessment
from ohaccredit.assessment.flags import possible_percentage
from ohaccredit.assessment.record import record
from ohaccredit.language.outcome import Outcome
from ohaccredit.language.problems import json_pointer
from ohaccredit.standards.edition import Edition
from tests.assessment.homes import assessed, small_edition

RULES = {
    "all-registered": "{every: people, satisfying: {field: registered, is: yes}, if_list_empty: not met}",
    "one-registered": "{some: people, satisfying: {field: registered, is: yes}, if_list_empty: not met}",
    "share-high": "{some: people, satisfying: {field: share, at_least: 80%}, if_list_empty: not met}",
    "count-known": "{some: people, satisfying: {field: identifying, at_least: 0}, if_list_empty: not met}",
    "helped-some": "{some: people, satisfying: {field: helped, at_least: 2}, if_list_empty: not met}",
}


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Edition:
    return small_edition(tmp_path_factory.mktemp("small"), extra=RULES)


def people(edition: Edition, *items: Mapping[str, object], verified: bool = False) -> Assessment:
    return assessed(edition, {"people": list(items)}, assurance="verified" if verified else "declared")


def outcome(result: Assessment, criterion: str) -> Outcome:
    finding = result.finding(criterion)
    assert finding is not None
    return finding.outcome


def flags(result: Assessment) -> list[tuple[str, str]]:
    return [(flag.kind, json_pointer(flag.path)) for flag in result.flags]


def test_rejecting_the_one_bad_item_does_not_improve_the_result(edition: Edition) -> None:
    good, bad = {"registered": True}, {"registered": False}
    assert outcome(people(edition, good, bad), "all-registered") is Outcome.NOT_MET
    rejected = {**bad, "status": "rejected", "rejected_because": "wrong register"}
    result = people(edition, good, rejected)
    assert outcome(result, "all-registered") is Outcome.NOT_EVIDENCED
    assert outcome(result, "one-registered") is Outcome.MET
    assert flags(result) == [("rejected", "/evidence/people/1")]


def test_an_item_not_yet_accepted_leaves_every_undecided_and_some_alone(edition: Edition) -> None:
    accepted, waiting = {"registered": True, "status": "accepted"}, {"registered": True}
    result = people(edition, accepted, waiting, verified=True)
    assert outcome(result, "all-registered") is Outcome.NOT_EVIDENCED
    assert outcome(result, "one-registered") is Outcome.MET


def test_a_percentage_over_a_hundred_is_flagged_and_shows_nothing(edition: Edition) -> None:
    result = people(edition, {"share": 140})
    assert outcome(result, "share-high") is Outcome.NOT_EVIDENCED
    assert flags(result) == [("impossible_value", "/evidence/people/0/share")]


def test_a_hundred_percent_is_possible(edition: Edition) -> None:
    result = people(edition, {"share": 100})
    assert (outcome(result, "share-high"), flags(result)) == (Outcome.MET, [])


def test_dates_out_of_order_are_flagged_once(edition: Edition) -> None:
    result = people(edition, {"started": "2026-03-01", "ended": "2026-02-01"})
    assert flags(result) == [("dates_out_of_order", "/evidence/people/0/started")]


def test_the_same_day_is_in_order(edition: Edition) -> None:
    assert flags(people(edition, {"started": "2026-03-01", "ended": "2026-03-01"})) == []


def test_a_part_larger_than_its_whole_is_flagged(edition: Edition) -> None:
    result = people(edition, {"asked": 80, "answered": 81})
    assert flags(result) == [("part_exceeds_whole", "/evidence/people/0/answered")]


def test_an_identifier_used_twice_is_flagged_at_its_second_use(edition: Edition) -> None:
    result = people(edition, {"id": "a"}, {"id": "b"}, {"id": "a"})
    assert flags(result) == [("duplicate_id", "/evidence/people/2/id")]


@pytest.mark.parametrize(("until", "expected"), [("2026-06-29", ["expired"]), ("2026-06-30", [])])
def test_an_item_expires_the_day_after_its_last_day(edition: Edition, until: str, expected: list[str]) -> None:
    assert [kind for kind, _ in flags(people(edition, {"valid_until": until}))] == expected


@pytest.mark.parametrize(("dated", "expected"), [("2026-07-01", ["in_the_future"]), ("2026-06-30", [])])
def test_evidence_from_the_future_is_flagged(edition: Edition, dated: str, expected: list[str]) -> None:
    assert [kind for kind, _ in flags(people(edition, {"dated": dated}))] == expected


@pytest.mark.parametrize(("count", "decided"), [(0, Outcome.MET), (9, Outcome.NOT_EVIDENCED), (10, Outcome.MET)])
def test_a_characteristic_counted_below_ten_is_refused(edition: Edition, count: int, decided: Outcome) -> None:
    result = people(edition, {"identifying": count})
    assert outcome(result, "count-known") is decided
    finding = result.finding("count-known")
    assert finding is not None
    assert finding.reason == ("suppressed" if count == 9 else "")


def test_a_count_that_leaves_fewer_than_ten_outside_is_refused_too(edition: Edition) -> None:
    assert outcome(people(edition, {"identifying": 91, "answered": 100}), "count-known") is Outcome.NOT_EVIDENCED
    assert outcome(people(edition, {"identifying": 90, "answered": 100}), "count-known") is Outcome.MET


def test_another_small_count_is_used_but_never_shown(edition: Edition) -> None:
    result = people(edition, {"helped": 4})
    assert outcome(result, "helped-some") is Outcome.MET
    found = next(each for each in record(result)["findings"] if each["criterion"] == "helped-some")
    reading = found["trace"]["parts"][0]["evidence"][0]
    assert reading["value"] == "a small number"


# Annex T of the research: 46 % of 88 is impossible; 40/88 is 45.45 % and 41/88 is 46.59 %.
@pytest.mark.parametrize(
    ("percent", "people_asked", "possible"),
    [(82, 88, True), (46, 88, False), (49, 88, True), (54, 88, False), (21, 88, False), (23, 88, True), (33, 88, True),
     (31, 88, True), (14, 88, True), (46, 78, True), (54, 78, True), (21, 78, True), (46, 84, True), (46, 87, True),
     (50, 1, False), (100, 1, True), (0, 7, True), (0, 0, False)],
)  # fmt: skip
def test_a_percentage_that_no_count_can_give_is_told(percent: int, people_asked: int, possible: bool) -> None:
    assert possible_percentage(Fraction(percent, 100), people_asked, 0) is possible


def test_an_impossible_percentage_is_flagged_beside_the_result(edition: Edition) -> None:
    result = people(edition, {"share": 46, "asked": 88})
    assert flags(result) == [("impossible_percentage", "/evidence/people/0/share")]
    assert outcome(result, "share-high") is Outcome.NOT_MET


def test_a_percentage_of_nobody_is_flagged_without_a_neighbour(edition: Edition) -> None:
    result = people(edition, {"share": 50, "asked": 0})
    assert [flag.message for flag in result.flags] == ["No whole number of 0 people gives 50%."]


def test_a_stated_decimal_counts_when_a_percentage_is_checked(edition: Edition) -> None:
    assert flags(people(edition, {"share": 45.5, "asked": 88})) == []  # 40/88 = 45.4545… rounds to 45.5
    assert flags(people(edition, {"share": 45.6, "asked": 88})) == [
        ("impossible_percentage", "/evidence/people/0/share")
    ]
