"""Timelines drawn by hand (timelines.yaml), end to end: notes checked by the rules, days, facts."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from ohaccredit.fitnotes.check import PaperCheck
from ohaccredit.fitnotes.check_record import check_record
from ohaccredit.fitnotes.spell_facts import spell_facts
from ohaccredit.fitnotes.timeline import PersonTimeline, timeline
from tests.fitnotes.records import PERSON, full_note, our_editions, record_of


def _plain(value: Any) -> Any:
    """YAML's dates as the text that evidence holds."""
    match value:
        case date():
            return value.isoformat()
        case dict():
            return {key: _plain(inner) for key, inner in value.items()}
        case list():
            return [_plain(inner) for inner in value]
    return value


CASES: list[dict[str, Any]] = _plain(YAML(typ="safe").load(Path(__file__).with_name("timelines.yaml").read_text()))


@pytest.fixture(params=CASES, ids=lambda case: case["name"])
def case(request: pytest.FixtureRequest) -> dict[str, Any]:
    found: dict[str, Any] = request.param
    return found


@pytest.fixture
def drawn(case: dict[str, Any]) -> tuple[PersonTimeline, dict[str, PaperCheck]]:
    editions = our_editions()
    record = record_of(
        editions.record,
        spells=case.get("spells", []),
        notes=[full_note(**note) for note in case.get("notes", [])],
        self_certificates=case.get("self_certificates", []),
        other_evidence=case.get("other_evidence", []),
        reports=[{k: v for k, v in report.items() if v is not None} for report in case.get("reports", [])],
        record_ends=case.get("record_ends"),
    )
    on = date.fromisoformat(case["on"])
    checks = check_record(editions.papers, record, on)
    whole = timeline(editions.record, record, checks, on)
    return whole.people[PERSON], {check.paper.id: check for check in checks}


def test_timeline(case: dict[str, Any], drawn: tuple[PersonTimeline, dict[str, PaperCheck]]) -> None:
    person, checks = drawn
    assert {id_: checks[id_].verdict.name for id_ in case.get("verdicts", {})} == case.get("verdicts", {})
    for id_, known in case.get("contexts", {}).items():
        assert {name: checks[id_].context.get(name) for name in known} == known
    spells = {spell.spell.id: spell for spell in person.spells}
    assert {spell.worked_out for spell in person.spells} == {case.get("worked_out", False)}
    assert set(case["expect"]) <= set(spells)
    for id_, wanted in case["expect"].items():
        spell = spells[id_]
        shown = {
            "runs": [_line(run, run.state, *run.papers) for run in spell.runs],
            "due": [_line(due, due.what) for due in spell.due],
            "gaps": [_line(gap) for gap in spell.gaps],
            "overlaps": [_line(each, *each.papers) for each in spell.overlaps],
            "conflicts": [_line(each, *each.papers) for each in spell.conflicts],
        }
        facts = spell_facts(person.person, spell)
        assert {name: shown[name] for name in wanted if name != "facts"} == {
            name: lines for name, lines in wanted.items() if name != "facts"
        }
        assert {name: facts.get(name) for name in wanted.get("facts", {})} == wanted.get("facts", {})
    assert list(person.outside) == case.get("outside", [])
    if "episodes" in case:
        assert [_line(each, *each.papers) for each in person.episodes] == case["episodes"]


def _line(days: Any, *words: str) -> str:
    return " ".join([f"{days.first_day} to {days.last_day}", *words])
