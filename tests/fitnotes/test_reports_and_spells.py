"""Health and Work Reports and spells of absence, as people are told of them: verdict, codes, what to do next.

The rules' own outcomes stand in the cases beside them; here it is what a whole report or spell comes to. What is
expected was worked out from the form, the law and the guidance that the criteria cite.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from ohaccredit.assessment.assess import assess
from ohaccredit.assessment.submission import Submission
from ohaccredit.assessment.verdict import Verdict
from ohaccredit.policy.cases import load_cases
from ohaccredit.standards.edition import Edition
from ohaccredit.standards.home import find_home
from tests.fitnotes.records import our_editions

TODAY = date(2026, 11, 22)
REPORT, SPELL = "health_and_work_report", "spell_facts"
OWN_PARTS = {"use", "practitioner", "content", "evidence", "sequence", "work"}
"""The parts whose notices are looked at here; statutory sick pay has its own tests."""

PODIATRIST: Mapping[str, Any] = {
    "version": "2021",
    "left_blank": [],
    "says": ["may-be-fit"],
    "assessed_on": "2026-05-04",
    "received_on": "2026-05-05",
    "first_day": "2026-05-04",
    "last_day": "2026-05-31",
    "review": "required",
    "arrangements": ["altered-hours"],
    "practitioner": {"profession": "podiatrist", "registration_number": "CH029821"},
    "used_for": ["sick-pay"],
    "employer_agrees": True,
    "employee_agrees": True,
}
"""Worked case 49: a complete report that employer and employee accept."""

COVERED_SPELL: Mapping[str, Any] = {
    "nation": "england",
    "first_day": "2026-10-05",
    "unbroken_since": "2026-10-05",
    "last_day": "2026-10-25",
    "ended": True,
    "days": 21,
    "days_after_self_certification": 14,
    "uncovered_days": 0,
    "self_certified_days": 7,
    "evidence_asked_on": "2026-10-12",
    "last_covered_day": "2026-10-25",
    "notes": 1,
    "overlapping_days": 0,
    "conflicting_days": 0,
    "longest_note_gap": 0,
    "continuous_months_on_notes": 0,
    "days_beyond_cap": 0,
    "may_be_fit_days": 0,
    "returned_before_note_ended": False,
    "other_means_days": 0,
    "other_means_undecided_days": 0,
    "inpatient_note_only": False,
    "last_evidence_received_late": False,
    "pay_withheld_for_evidence": False,
}
"""Three weeks: seven days self-certified, the rest on one note that came in time."""


def _verdict(edition: Edition, kind: str, content: Mapping[str, Any], on: date = TODAY) -> Verdict:
    return Verdict(assess(edition, Submission("one", {kind: dict(content)}, (), (), ""), on))


def _notices(verdict: Verdict) -> set[tuple[str, str]]:
    return {
        (notice.finding.criterion.code, notice.severity)
        for notice in verdict.notices
        if notice.finding is not None and notice.finding.criterion.tier in OWN_PARTS
    }


@pytest.mark.parametrize(
    ("changes", "name", "notices", "first_to_do"),
    [
        pytest.param({}, "valid", {("AHP-04", "info"), ("AHP-05", "info")}, "other-evidence", id="case 49"),
        pytest.param(
            {"used_for": ["benefits"]},
            "query",
            {("AHP-03", "query"), ("AHP-04", "info")},
            "fit-note-for-benefits",
            id="for benefits it is not accepted",
        ),
        pytest.param(
            {"employer_agrees": False},
            "query",
            {("AHP-04", "info"), ("AHP-05", "query")},
            "agree-use",
            id="the employer does not agree",
        ),
        pytest.param(
            {"practitioner": {"profession": "not-hcpc"}},
            "not_valid",
            {("AHP-01", "invalid"), ("AHP-04", "info"), ("AHP-05", "info")},
            "other-evidence",
            id="an osteopath's letter on the form is still other evidence",
        ),
        pytest.param(
            {"left_blank": ["birth-date"]},
            "valid",
            {("AHP-02", "warn"), ("AHP-04", "info"), ("AHP-05", "info")},
            "ask-practitioner",
            id="a lesser blank does not spoil it",
        ),
        pytest.param(
            {"last_day": "2026-12-31"},
            "valid",
            {("AHP-04", "info"), ("AHP-05", "info"), ("AHP-07", "info")},
            "other-evidence",
            id="eight months: no limit of length",
        ),
    ],
)
def test_a_report(changes: dict[str, Any], name: str, notices: set[tuple[str, str]], first_to_do: str) -> None:
    verdict = _verdict(our_editions().papers[REPORT], REPORT, {**PODIATRIST, **changes})
    assert (verdict.name, _notices(verdict)) == (name, notices)
    assert verdict.next[0][0] == first_to_do


def test_a_report_of_which_nothing_is_known_is_a_query_to_whoever_entered_it() -> None:
    verdict = _verdict(our_editions().papers[REPORT], REPORT, {})
    assert verdict.name == "query"
    assert "look-at-report" in dict(verdict.next)


@pytest.mark.parametrize(
    ("changes", "notices", "to_do"),
    [
        pytest.param({}, set(), set(), id="in order"),
        pytest.param(
            {
                "first_day": "2026-11-05",
                "unbroken_since": "2026-11-05",
                "last_day": "2026-11-11",
                "days": 7,
                "days_after_self_certification": 0,
                "evidence_asked_on": "2026-11-12",
                "notes": 0,
            },
            {("SEQ-02", "info")},
            set(),
            id="case 34: seven days, no note",
        ),
        pytest.param(
            {"returned_before_note_ended": True, "last_day": "2026-10-21", "days": 17},
            {("RTW-01", "info")},
            set(),
            id="case 44: back four days early",
        ),
        pytest.param(
            {"inpatient_note_only": True, "uncovered_days": 7, "first_uncovered_day": "2026-10-19"},
            {("MED-10", "query"), ("SEQ-02", "query")},
            {"chase-evidence", "keep-paying"},
            id="case 51: hospital form only",
        ),
        pytest.param(
            {"last_evidence_received_late": True},
            {("EVID-03", "info")},
            set(),
            id="case 54: late evidence changes nothing about pay, and it has come",
        ),
        pytest.param(
            {"last_evidence_received_late": True, "pay_withheld_for_evidence": True},
            {("EVID-02", "query"), ("EVID-03", "info")},
            {"pay-what-was-withheld", "keep-paying"},
            id="case 54, and pay was withheld",
        ),
        pytest.param(
            {"may_be_fit_days": 14, "changes_agreed": False, "ended": False},
            {("MBF-01", "info")},
            {"treat-as-not-fit", "discuss-changes"},
            id="case 31: no changes can be made",
        ),
        pytest.param(
            {"may_be_fit_days": 14, "changes_agreed": False},
            {("MBF-01", "info")},
            set(),
            id="case 31, and the absence is over: nothing is left to talk about",
        ),
        pytest.param(
            {"may_be_fit_days": 14},
            {("MBF-01", "info")},
            {"enter-changes"},
            id="the absence is over, and nobody entered whether changes were agreed",
        ),
        pytest.param(
            {"notes": 2, "continuous_months_on_notes": 3},
            {("SEQ-03", "info")},
            set(),
            id="three months on two notes, over: no referral is offered",
        ),
        pytest.param(
            {"notes": 2, "continuous_months_on_notes": 3, "ended": False},
            {("SEQ-03", "info")},
            {"refer"},
            id="three months on two notes, and it goes on",
        ),
        pytest.param(
            {"evidence_asked_on": "2026-10-11"},
            {("SC-01", "query")},
            {"stop-asking", "keep-paying"},
            id="asked for on the seventh day",
        ),
    ],
)
def test_a_spell(changes: dict[str, Any], notices: set[tuple[str, str]], to_do: set[str]) -> None:
    verdict = _verdict(our_editions().record, SPELL, {**COVERED_SPELL, **changes})
    assert _notices(verdict) == notices
    said = [each for each in verdict.notices if each.finding is not None and each.finding.criterion.tier in OWN_PARTS]
    assert {action for notice in said for action in notice.next} == to_do


@pytest.fixture(params=[REPORT, SPELL])
def edition(request: pytest.FixtureRequest) -> Edition:
    return our_editions().papers[REPORT] if request.param == REPORT else our_editions().record


def test_worked_cases_say_every_notice_with_its_values(edition: Edition) -> None:
    said: dict[str, set[str]] = {}
    for id_, cases in load_cases(find_home(), edition, []).items():
        for case in cases:
            verdict = Verdict(assess(edition, Submission("one", case.evidence, (), (), ""), case.on))
            mine = [each for each in verdict.notices if each.finding is not None and each.finding.criterion.id == id_]
            said.setdefault(id_, set()).update(each.message for each in mine)
    for criterion in edition.criteria.values():
        if criterion.tier not in OWN_PARTS or criterion.notices is None:
            continue
        for notice in (*criterion.notices.by_reason.values(), *criterion.notices.by_outcome.values()):
            pattern = re.sub(r"\\\{[a-z0-9\\-]+\\\}", "(?!not stated).+", re.escape(notice.says["en"]))
            assert any(re.fullmatch(pattern, text) for text in said[criterion.id]), (criterion.id, notice.says["en"])


def test_a_query_or_worse_says_what_to_do(edition: Edition) -> None:
    for criterion in edition.criteria.values():
        if criterion.tier in OWN_PARTS and criterion.notices is not None:
            for notice in (*criterion.notices.by_reason.values(), *criterion.notices.by_outcome.values()):
                assert notice.severity in ("info", "warn") or notice.next, criterion.id
