"""The three questions about whoever signs a fit note, legal power, competence and access to the forms, apart."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

import pytest

from ohaccredit.assessment.verdict import Verdict
from ohaccredit.fitnotes.check import check_paper
from ohaccredit.fitnotes.record import FIT_NOTE, Paper
from ohaccredit.standards.edition import Edition
from ohaccredit.standards.home import find_home
from ohaccredit.standards.loading import load_edition

CHECKED_ON = date(2026, 6, 30)
SIGNER = ("legal-power", "competence", "system-access")


@cache
def edition() -> Edition:
    return load_edition(find_home(), "fit-note")


def verdict(issuer: dict[str, Any], day: str = "2026-05-04") -> Verdict:
    """The verdict on a note that is complete in every other respect."""
    note = {
        "form": "med3-2022",
        "nation": "england",
        "setting": "nhs-general-practice",
        "left_blank": [],
        "assessed_on": day,
        "issued_on": day,
        "says": ["not-fit"],
        "arrangements": [],
        "comments": [],
        "period": {"given_as": "weeks", "length": 2},
        "reassessment": "not-needed",
        "issuer": {"signature": "none", **issuer},
    }
    return check_paper({FIT_NOTE: edition()}, Paper("note", "fit_note", "", note, ()), CHECKED_ON).verdict


def about_the_signer(found: Verdict) -> dict[str, str]:
    """The severity of each notice about the signer, by code."""
    return {
        notice.finding.criterion.code: notice.severity
        for notice in found.notices
        if notice.finding is not None and notice.finding.criterion.tier in SIGNER
    }


def test_competence_and_access_give_warnings_at_most() -> None:
    given = [
        notice.severity
        for criterion in edition().criteria.values()
        if criterion.tier in SIGNER[1:] and criterion.notices is not None
        for notice in (*criterion.notices.by_outcome.values(), *criterion.notices.by_reason.values())
    ]
    assert given
    assert set(given) <= {"info", "warn"}


def test_without_competence_and_access_the_note_stands() -> None:
    found = verdict(
        {
            "profession": "nurse",
            "trained": False,
            "within_scope": False,
            "supervised": False,
            "system_access": False,
            "is_family": True,
        }
    )
    assert about_the_signer(found) == dict.fromkeys(("COMP-01", "COMP-02", "COMP-03", "ACC-01", "CERT-07"), "warn")
    assert found.name == "valid"


@pytest.mark.parametrize(("day", "name"), [("2022-06-30", "not_valid"), ("2022-07-01", "valid")])
def test_competence_and_access_give_no_legal_power(day: str, name: str) -> None:
    """Worked cases 1 and 2: an occupational therapist the day before the law changed, and on the day."""
    competent = {"trained": True, "within_scope": True, "supervised": True, "system_access": True}
    found = verdict({"profession": "occupational-therapist", **competent}, day)
    assert found.name == name
    assert about_the_signer(found) == ({"CERT-01": "invalid"} if name == "not_valid" else {})


def test_a_note_for_oneself_is_not_valid_however_competent() -> None:
    """Worked case 10."""
    found = verdict({"profession": "nurse", "is_patient": True, "trained": True})
    assert about_the_signer(found) == {"CERT-02": "invalid"}
    assert found.name == "not_valid"


def test_what_an_employer_cannot_know_is_silent() -> None:
    found = verdict({"profession": "doctor"})
    assert about_the_signer(found) == {}
    assert found.name == "valid"


def test_a_blank_profession_is_told_from_one_that_was_not_entered() -> None:
    not_entered = verdict({})
    blank = check_paper(
        {FIT_NOTE: edition()},
        Paper("note", "fit_note", "", {"issued_on": "2026-05-04", "left_blank": ["issuer-profession"]}, ()),
        CHECKED_ON,
    ).verdict
    asked = {
        which: {notice.finding.criterion.code: notice.next for notice in found.notices if notice.finding is not None}
        for which, found in (("not entered", not_entered), ("blank", blank))
    }
    assert "look-at-note" in asked["not entered"]["CERT-01"]
    assert "ask-issuer" in asked["blank"]["CERT-01"]
    assert "look-at-note" not in asked["blank"]["CERT-01"]


def test_an_ineligible_issuer_leaves_a_way_forward() -> None:
    found = verdict({"profession": "student"})
    first = found.notices[0]
    assert first.finding is not None
    assert first.finding.criterion.code == "CERT-01"
    assert {"other-evidence", "keep-paying"} <= set(first.next)
