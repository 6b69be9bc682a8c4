"""What cannot be right in an absence record is told with its place, all of it, in the order of the file."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ohaccredit.fitnotes.record_faults import record_faults
from ohaccredit.language.json_source import read_json


def faults(**evidence: Any) -> list[tuple[str, str]]:
    source = read_json(json.dumps({"evidence": evidence}, indent=1).encode(), "r.json")
    found = record_faults(evidence, source)
    lines = [problem.place.line for problem in found if problem.place is not None]
    assert lines == sorted(lines)
    assert len(lines) == len(found)
    return [(problem.pointer, problem.message) for problem in found]


def days(first: str, last: str | None = None, **more: Any) -> dict[str, Any]:
    return {"person": "P1", "first_day": first, **({"last_day": last} if last else {}), **more}


@pytest.mark.parametrize("name", ["absent_people", "absence_spells", "fit_notes", "health_and_work_reports"])
def test_a_number_stands_once(name: str) -> None:
    items = [{"id": "A"}, {"id": "B"}, {"id": "A"}, {"id": "A"}]
    assert [where for where, _ in faults(**{name: items})] == [f"/evidence/{name}/2/id", f"/evidence/{name}/3/id"]


def test_the_same_number_may_stand_for_a_spell_and_a_note_and_none_need_be_given() -> None:
    assert faults(absence_spells=[{"id": "1"}, {}, {}], fit_notes=[{"id": "1"}, {"id": ""}, {"id": ""}]) == []


@pytest.mark.parametrize("name", ["absence_spells", "self_certificates", "other_evidence"])
def test_nothing_ends_before_it_begins(name: str) -> None:
    items = [days("2026-03-02", "2026-03-02"), days("2026-03-02", "2026-03-01"), days("2026-03-02")]
    ((where, message),) = faults(**{name: items})
    assert where == f"/evidence/{name}/1/last_day"
    assert "2026-03-02" in message


def test_all_faults_are_told_in_the_order_of_the_file() -> None:
    found = faults(
        other_evidence=[days("2026-03-02", "2026-03-01")],
        absence_spells=[days("2026-03-02", id="S"), days("2026-04-02", "2026-04-01", id="S")],
        absence_profile={"first_day": "2026-12-31", "last_day": "2026-01-01"},
    )
    assert [where for where, _ in found] == [
        "/evidence/other_evidence/0/last_day",
        "/evidence/absence_spells/1/last_day",
        "/evidence/absence_spells/1/id",
        "/evidence/absence_profile/last_day",
    ]
