"""What one paper of a record shows is known beside the next; what a timeline needs from its edition."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from ohaccredit.fitnotes.check_record import check_record
from ohaccredit.fitnotes.figures import EPISODE_GAP, LINK, SELF_CERTIFICATION, SMALLEST_PERIOD, figure
from ohaccredit.fitnotes.spell_facts import check_spells
from ohaccredit.fitnotes.timeline import timeline
from ohaccredit.language.problems import ProblemsFound
from tests.fitnotes.records import full_note, our_editions, record_of

ON = date(2026, 6, 30)
TWO_WEEKS = {"given_as": "weeks", "length": 2}


def test_checks_come_in_the_order_of_the_record_but_earlier_assessments_inform_later_ones() -> None:
    ours = our_editions()
    later = full_note(id="later", assessed_on="2026-03-16", period=TWO_WEEKS)
    earlier = full_note(id="earlier", assessed_on="2026-03-02", period=TWO_WEEKS)
    somebody_else = full_note(id="other", person="P2", assessed_on="2026-03-09", period=TWO_WEEKS)
    spells = [{"first_day": "2026-03-02", "last_day": "2026-03-29"}]
    record = record_of(ours.record, spells=spells, notes=[later, somebody_else, earlier])
    told: list[None] = []
    checks = check_record(ours.papers, record, ON, lambda: told.append(None))
    assert len(told) == 3
    assert [check.paper.id for check in checks] == ["later", "other", "earlier"]
    assert [check.context.get("off_on_advice_before") for check in checks] == [True, None, False]
    assert checks[0].context["off_on_advice_since"] == "2026-03-02"
    assert {check.context["checked_on"] for check in checks} == {"2026-06-30"}
    assert all("original_lost" not in check.context for check in checks)


def test_a_note_that_is_not_valid_puts_nobody_off_on_advice() -> None:
    ours = our_editions()
    student = full_note(assessed_on="2026-03-02", period=TWO_WEEKS, issuer={"profession": "student"})
    doctor = full_note(assessed_on="2026-03-16", period=TWO_WEEKS)
    spells = [{"first_day": "2026-03-02", "last_day": "2026-03-29"}]
    first, second = check_record(ours.papers, record_of(ours.record, spells=spells, notes=[student, doctor]), ON)
    assert first.verdict.name == "not_valid"
    assert second.context["off_on_advice_before"] is False
    assert second.context["continues_note"] is False


def test_without_a_date_of_assessment_nothing_is_said_of_what_came_before_it() -> None:
    ours = our_editions()
    undated = full_note(period={"given_as": "dates", "first_day": "2026-03-02", "last_day": "2026-03-15"})
    (check,) = check_record(ours.papers, record_of(ours.record, notes=[undated]), ON)
    assert set(check.context) == {"checked_on", "continues_note"}


@pytest.mark.parametrize("name", [SELF_CERTIFICATION, EPISODE_GAP, LINK, SMALLEST_PERIOD])
def test_a_missing_figure_is_said_by_name(name: str) -> None:
    ours = our_editions()
    definitions = ours.record.definitions
    left = {each: value for each, value in definitions.parameters.items() if each != name}
    edition = replace(ours.record, definitions=replace(definitions, parameters=left))
    spells = [{"first_day": "2026-03-02", "last_day": "2026-03-08"}]
    notes = [
        full_note(assessed_on="2026-03-02", period=TWO_WEEKS),
        full_note(assessed_on="2026-04-06", period=TWO_WEEKS),
    ]
    record = record_of(ours.record, spells=spells, notes=notes)
    with pytest.raises(ProblemsFound) as raised:
        timeline(edition, record, check_record(ours.papers, record, ON), ON)
    assert name in raised.value.problems[0].message


def test_figures_follow_the_law_of_the_day() -> None:
    edition = our_editions().record
    days = [date(2021, 12, 9), date(2021, 12, 17), date(2022, 1, 26), date(2022, 1, 27)]
    assert [figure(edition, SELF_CERTIFICATION, day) for day in days] == [7, 28, 28, 7]
    assert [figure(edition, SMALLEST_PERIOD, day) for day in (date(2026, 4, 5), date(2026, 4, 6))] == [4, 1]
    assert figure(edition, LINK, date(1, 1, 1)) == 56


def test_facts_worked_out_elsewhere_are_added_to_those_of_the_timeline() -> None:
    ours = our_editions()
    record = record_of(ours.record, spells=[{"id": "s", "first_day": "2026-03-02", "last_day": "2026-03-08"}])
    whole = timeline(ours.record, record, check_record(ours.papers, record, ON), ON)
    (check,) = check_spells(ours.record, whole, ON, {"s": {"sick_pay_weeks_used": 2, "linked": True}})
    assert (check.facts["sick_pay_weeks_used"], check.facts["linked"], check.facts["days"]) == (2, True, 7)
    assert check.verdict.assessment.rules_of == date(2026, 3, 2)
