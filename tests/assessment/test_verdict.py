"""Verdicts: the gravest notice decides, and what is said of each finding and what is to be done follow the standard.

The standard is that of tests/standards/paper.py: from 2026 on a paper runs at most 20 days from its date of
issue, before at most 10; until the end of 2025 it had to be in ink.
"""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from ohaccredit.assessment.assess import assess
from ohaccredit.assessment.submission import read_submission
from ohaccredit.assessment.verdict import Verdict
from ohaccredit.language.json_source import read_json
from ohaccredit.language.outcome import Outcome
from ohaccredit.standards.edition import Edition
from ohaccredit.standards.loading import load_edition
from tests.conftest import MakeHome
from tests.standards.paper import FILES

ON = date(2026, 6, 30)
GOOD: dict[str, Any] = {"issued_on": "2026-03-01", "last_day": "2026-03-21", "signed": True}
"""Twenty days after 1 March is 21 March."""


@pytest.fixture
def edition(make_home: MakeHome) -> Edition:
    return load_edition(make_home(FILES), "paper")


def verdict(edition: Edition, paper: dict[str, Any], on: date = ON) -> Verdict:
    """The verdict on a paper, read as a file is."""
    source = read_json(json.dumps({"standard": "paper", "evidence": {"paper": paper}}).encode(), "in.json")
    return Verdict(assess(edition, read_submission(source, edition), on))


def said(found: Verdict) -> list[tuple[str, str]]:
    return [(notice.severity, notice.message) for notice in found.notices]


def test_a_paper_with_nothing_against_it_is_valid_and_nothing_is_to_be_done(edition: Edition) -> None:
    found = verdict(edition, GOOD)
    assert (found.name, found.words, found.notices, found.next) == ("valid", "Good", (), ())


@pytest.mark.parametrize(
    ("change", "name", "words"),
    [
        ({"tidy": True}, "valid", "Good"),  # information
        ({"tidy": False}, "valid", "Good"),  # a warning
        ({"last_day": "2026-03-23"}, "query", "Ask"),
        ({"signed": False}, "not_valid", "Bad"),
    ],
)
def test_each_severity_gives_its_verdict(edition: Edition, change: dict[str, Any], name: str, words: str) -> None:
    found = verdict(edition, {**GOOD, **change})
    assert (found.name, found.words) == (name, words)
    assert len(found.notices) == 1


def test_the_gravest_notice_makes_the_verdict_and_comes_first(edition: Edition) -> None:
    found = verdict(edition, {**GOOD, "tidy": False, "last_day": "2026-03-23", "signed": False})
    assert [severity for severity, _ in said(found)] == ["invalid", "query", "warn"]
    assert found.name == "not_valid"


def test_notices_of_one_severity_keep_the_order_of_the_standard(edition: Edition) -> None:
    found = verdict(edition, {"issued_on": "2025-12-01", "last_day": "2025-12-31", "ink": False})
    assert [notice.finding and notice.finding.criterion.id for notice in found.notices] == [
        "signed",
        "in-ink",
        "short-enough",
    ]


def test_what_is_to_be_done_is_said_once_the_gravest_first(edition: Edition) -> None:
    found = verdict(edition, {**GOOD, "tidy": False, "last_day": "2026-03-23", "signed": False})
    assert found.next == (("ask", "Ask for another."), ("wait", "Wait."), ("nothing", "Do nothing."))


def test_a_reason_is_said_before_the_outcome_that_it_belongs_to(edition: Edition) -> None:
    assert said(verdict(edition, {**GOOD, "last_day": "2026-03-22"})) == [
        ("warn", "It runs one day past 21 March 2026.")
    ]
    assert said(verdict(edition, {**GOOD, "last_day": "2026-03-23"})) == [
        ("query", "It runs to 23 March 2026; 21 March 2026 is the last day.")
    ]


def test_a_value_that_is_not_known_is_said_to_be_not_stated(edition: Edition) -> None:
    assert said(verdict(edition, {"issued_on": "2026-03-01"})) == [("query", "Is it signed? It runs to not stated.")]


def test_outcomes_without_a_notice_are_silent_and_what_was_not_checked_is_listed(edition: Edition) -> None:
    found = verdict(edition, {"issued_on": "2026-03-01"})
    assert [finding.criterion.id for finding in found.unchecked] == ["short-enough", "tidy", "stamped"]
    told = [notice.finding for notice in found.notices]
    assert [finding and finding.outcome for finding in told] == [Outcome.NOT_EVIDENCED]  # told, so not listed again
    assert [finding.criterion.id for finding in verdict(edition, GOOD).unchecked] == ["tidy", "stamped"]


@pytest.mark.parametrize(
    ("change", "answers"),
    [
        ({}, ["nothing_against", "nothing_against", "not_known"]),
        ({"tidy": True, "official": False}, ["nothing_against", "nothing_against", "does_not_arise"]),
        ({"tidy": False, "official": True, "stamped": True}, ["nothing_against", "warning", "nothing_against"]),
        ({"last_day": "2026-03-23"}, ["nothing_against", "query", "not_known"]),
        ({"signed": False, "official": True, "stamped": False}, ["against", "nothing_against", "nothing_against"]),
    ],
)
def test_the_gravest_notice_of_a_part_answers_for_it(
    edition: Edition, change: dict[str, Any], answers: list[str]
) -> None:
    paper = {key: value for key, value in {**GOOD, **change}.items() if value is not None}
    parts = verdict(edition, paper).parts
    assert [tier.id for tier, _ in parts] == ["form", "period", "extra"]
    assert [answer for _, answer in parts] == answers


@pytest.mark.parametrize(
    ("issued", "ink_asked", "last_day"),
    [("2025-12-31", True, "2026-01-10"), ("2026-01-01", False, "2026-01-21")],
)
def test_the_law_of_the_day_of_issue_decides_on_every_day(
    edition: Edition, issued: str, ink_asked: bool, last_day: str
) -> None:
    for on in (ON, date(2024, 1, 1)):
        found = verdict(edition, {**GOOD, "issued_on": issued, "last_day": last_day}, on)
        assert found.assessment.rules_of == date.fromisoformat(issued)
        assert (found.assessment.finding("in-ink") is not None) is ink_asked
        assert found.name == "valid"
        later = (date.fromordinal(date.fromisoformat(last_day).toordinal() + 2)).isoformat()
        assert verdict(edition, {**GOOD, "issued_on": issued, "last_day": later}, on).name == "query"


def test_without_a_date_of_issue_the_day_of_the_assessment_says_which_rules_apply(edition: Edition) -> None:
    assert verdict(edition, {"signed": True}, date(2025, 12, 31)).assessment.finding("in-ink") is not None
    assert verdict(edition, {"signed": True}, date(2026, 1, 1)).assessment.finding("in-ink") is None


@pytest.mark.parametrize(("issued", "day"), [("2019-12-31", "31 December 2019"), ("2031-01-01", "1 January 2031")])
def test_a_day_outside_the_dates_of_the_edition_is_a_query_and_nothing_else(
    edition: Edition, issued: str, day: str
) -> None:
    found = verdict(edition, {**GOOD, "issued_on": issued, "signed": False})
    assert said(found) == [("query", f"This edition says nothing of {day}: it cannot be checked here.")]
    assert (found.name, found.notices[0].finding, found.next) == ("query", None, ())
    assert {answer for _, answer in found.parts} == {"not_known"}


@pytest.mark.parametrize(("issued", "last_day"), [("2020-01-01", "2020-01-11"), ("2030-12-31", "2031-01-20")])
def test_the_first_and_the_last_day_of_the_edition_are_covered(edition: Edition, issued: str, last_day: str) -> None:
    assert verdict(edition, {**GOOD, "issued_on": issued, "last_day": last_day}).notices == ()


def test_verdicts_speak_welsh_where_the_standard_does_and_english_elsewhere(make_home: MakeHome) -> None:
    welsh = {name: text.replace("{en: Good}", "{en: Good, cy: Da}") for name, text in FILES.items()}
    edition = load_edition(make_home(welsh), "paper")
    found = Verdict(verdict(edition, GOOD).assessment, "cy")
    assert found.words == "Da"
    assert Verdict(verdict(edition, {**GOOD, "signed": False}).assessment, "cy").words == "Bad"
