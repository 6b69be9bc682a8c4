"""Absence records for tests: full notes unless a test says otherwise, read the way a user's file is read."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from ohaccredit.assessment.submission import read_submission
from ohaccredit.fitnotes.record import RECORD_STANDARD, STANDARDS, AbsenceRecord, read_record
from ohaccredit.language.json_source import read_json
from ohaccredit.standards.edition import Edition
from ohaccredit.standards.home import find_home
from ohaccredit.standards.loading import load_edition

PERSON = "P1"


@dataclass(frozen=True)
class OurEditions:
    """The editions of this repository: of absence records, and of each kind of paper."""

    record: Edition
    papers: Mapping[str, Edition]


@cache
def our_editions() -> OurEditions:
    """Read once for all tests."""
    home = find_home()
    papers = {kind: load_edition(home, standard) for kind, standard in STANDARDS.items()}
    return OurEditions(load_edition(home, RECORD_STANDARD), papers)


def full_note(**stated: Any) -> dict[str, Any]:
    """A doctor's note with every particular in order, but for what is stated."""
    assessed = stated.get("assessed_on")
    issued = stated.get("issued_on", assessed)
    note: dict[str, Any] = {
        "person": PERSON,
        "form": "med3-2022",
        "nation": "england",
        "setting": "nhs-general-practice",
        "marked_duplicate": False,
        "left_blank": [],
        "assessment_mode": "telephone",
        "issued_on": issued,
        "received_on": issued,
        "non_medical": False,
        "says": ["not-fit"],
        "arrangements": [],
        "comments": [],
        "reassessment": "not-needed",
        "issuer": {"profession": "doctor", "signature": "none"},
    }
    return {name: value for name, value in {**note, **stated}.items() if value is not None}


def record_of(
    edition: Edition,
    *,
    spells: Sequence[Mapping[str, Any]] = (),
    notes: Sequence[Mapping[str, Any]] = (),
    self_certificates: Sequence[Mapping[str, Any]] = (),
    other_evidence: Sequence[Mapping[str, Any]] = (),
    reports: Sequence[Mapping[str, Any]] = (),
    record_ends: str | None = None,
) -> AbsenceRecord:
    """A record of one person, checked against the schema on the way."""

    def own(items: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        return [{"person": PERSON, **item} for item in items]

    evidence = {
        "absence_profile": {"nation": "england", **({"last_day": record_ends} if record_ends else {})},
        "absence_spells": own(spells),
        "fit_notes": own(notes),
        "health_and_work_reports": own(reports),
        "self_certificates": own(self_certificates),
        "other_evidence": own(other_evidence),
    }
    text = json.dumps({"standard": RECORD_STANDARD, "evidence": evidence})
    submission = read_submission(read_json(text.encode(), "record.json"), edition)
    return read_record(submission.evidence, submission.name, submission.digest)
