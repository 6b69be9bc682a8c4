"""From an absence record to evidence about the employer: counted by hand from a record of thirty people."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from ohaccredit.assessment.assess import Assessment, assess
from ohaccredit.assessment.submission import read_submission
from ohaccredit.fitnotes.check_record import check_record
from ohaccredit.fitnotes.employer_feed import summary_as_evidence
from ohaccredit.fitnotes.record import read_record
from ohaccredit.fitnotes.summary import Summary, settings_of, summarise
from ohaccredit.fitnotes.summary_facts import facts_of
from ohaccredit.fitnotes.timeline import timeline
from ohaccredit.language.json_source import read_json
from ohaccredit.language.outcome import Outcome
from ohaccredit.standards.home import Home
from ohaccredit.standards.loading import load_edition
from tests.fitnotes.records import full_note, our_editions

ON = date(2026, 4, 15)
MODULE = "fit-note-referral"
WEEK = ["monday", "tuesday", "wednesday", "thursday", "friday"]


def year_of_thirty() -> dict[str, Any]:
    """Thirty absences from Monday 2 June 2025: ten of a week, ten of three weeks, ten of six.

    The longer ones have a note from the eighth day on; of the six-week ones, nine came back and one left.
    """
    spells, notes, named = [], [], []
    for number in range(30):
        person = f"E{number}"
        last = date(2025, 6, [8, 22, 30][number // 10]) if number < 20 else date(2025, 7, 13)
        spell = {
            "person": person,
            "first_day": "2025-06-02",
            "last_day": last.isoformat(),
            "returned": number != 29,
            "contacted_on": "2025-06-10",
        }
        if number >= 10:
            spell |= {"referred_on": "2025-06-12", "pathway": True}
            spell |= {"assessed_on": "2025-06-20", "occupational_therapy": number >= 20} if number >= 12 else {}
            period = {"given_as": "dates", "first_day": "2025-06-09", "last_day": last.isoformat()}
            notes.append(full_note(person=person, assessed_on="2025-06-09", period=period))
        spells.append(spell)
        named.append({"id": person, "qualifying_days": WEEK})
    return {
        "absence_profile": {
            "nation": "england",
            "headcount": 80,
            "first_day": "2025-04-01",
            "last_day": "2026-03-31",
            "working_days": 18000,
        },
        "absent_people": named,
        "absence_spells": spells,
        "fit_notes": notes,
    }


def summarised(evidence: dict[str, Any]) -> Summary:
    ours = our_editions()
    text = json.dumps({"standard": "absence-record", "evidence": evidence})
    submission = read_submission(read_json(text.encode(), "record.json"), ours.record)
    record = read_record(submission.evidence)
    checks = check_record(ours.papers, record, ON)
    settings = settings_of(ours.record, ON)
    facts = facts_of(record, checks, timeline(ours.record, record, checks, ON), settings.lines.long_absence_days)
    assert facts is not None
    return summarise(facts, settings)


@pytest.fixture(scope="module")
def made() -> Summary:
    return summarised(year_of_thirty())


def test_the_counts_of_the_year(made: Summary) -> None:
    assert summary_as_evidence(made)["fit_note_measures"] == {
        "period_start": "2025-04-01",
        "period_end": "2026-03-31",
        "notes": 20,
        "people": 20,
        "episodes": 20,
        # 9 June to 22 June are 14 days; to 13 July 35 days, which is five weeks.
        "long_notes": 10,
        "long_episodes": 0,
        "may_be_fit": 0,
        "absences": 20,
        "referred": 20,
        # Two of twenty were not assessed: that would tell, so "assessed" is left out.
        "on_pathway": 20,
        "with_therapy": 10,
        "contact_days": 14,
        "contacted": 20,
    }


def test_lost_days_are_counted_in_working_days(made: Summary) -> None:
    # Ten people lost 5 days, ten 15 and ten 30: 50 + 150 + 300.
    (point,) = summary_as_evidence(made)["kpis"]["sickness_absence"]["points"]
    assert (point["numerator"], point["denominator"], point["people"]) == (500, 18000, 80)
    assert (point["period_start"], point["period_end"]) == ("2025-04-01", "2026-03-31")


def test_nine_of_ten_back_at_work_are_not_told(made: Summary) -> None:
    # Ten were absent for over four weeks and one of them left: the nine would tell it.
    assert "return_to_work" not in summary_as_evidence(made)["kpis"]


def test_all_back_at_work() -> None:
    evidence = year_of_thirty()
    evidence["absence_spells"][29]["returned"] = True
    (point,) = summary_as_evidence(summarised(evidence))["kpis"]["return_to_work"]["points"]
    assert (point["numerator"], point["denominator"]) == (10, 10)


def test_a_return_that_is_not_stated_leaves_the_measure_out() -> None:
    evidence = year_of_thirty()
    for spell in evidence["absence_spells"][20:]:
        del spell["returned"]
    assert "return_to_work" not in summary_as_evidence(summarised(evidence))["kpis"]


def test_without_the_working_days_of_one_person_there_is_no_lost_time() -> None:
    evidence = year_of_thirty()
    del evidence["absent_people"][3]["qualifying_days"]
    assert "sickness_absence" not in summary_as_evidence(summarised(evidence)).get("kpis", {})


def test_an_absence_without_an_end_is_no_lost_time_up_to_today() -> None:
    evidence = year_of_thirty()
    del evidence["absence_spells"][3]["last_day"]
    assert "sickness_absence" not in summary_as_evidence(summarised(evidence)).get("kpis", {})
    evidence["absence_spells"][3]["continues"] = True
    # One of those who lost 5 days now loses every weekday from 2 June 2025 to Tuesday 31 March 2026: 43 weeks, 2 days.
    (point,) = summary_as_evidence(summarised(evidence))["kpis"]["sickness_absence"]["points"]
    assert point["numerator"] == 500 - 5 + 43 * 5 + 2


def test_spells_that_overlap_lose_each_day_once() -> None:
    evidence = year_of_thirty()
    for spell in list(evidence["absence_spells"][:10]):
        # Entered twice, and once more for Friday to Tuesday: Monday 9 and Tuesday 10 June are new.
        evidence["absence_spells"] += [dict(spell), spell | {"first_day": "2025-06-06", "last_day": "2025-06-10"}]
    (point,) = summary_as_evidence(summarised(evidence))["kpis"]["sickness_absence"]["points"]
    assert point["numerator"] == 500 + 10 * 2


def test_an_absence_cut_in_two_is_as_long_as_it_is() -> None:
    evidence = year_of_thirty()
    evidence["absence_spells"][29]["returned"] = True
    for spell in list(evidence["absence_spells"][20:]):
        # Six weeks as twice three: together more than four.
        evidence["absence_spells"].append(spell | {"first_day": "2025-06-23"})
        spell["last_day"] = "2025-06-22"
        del spell["returned"]
    (point,) = summary_as_evidence(summarised(evidence))["kpis"]["return_to_work"]["points"]
    assert (point["numerator"], point["denominator"]) == (10, 10)


def test_a_pathway_that_is_not_stated_is_not_a_no() -> None:
    evidence = year_of_thirty()
    for spell in evidence["absence_spells"][10:20]:
        del spell["pathway"]
    made = summarised(evidence)
    assert made.shares["on-pathway"].count == 10
    assert "on_pathway" not in summary_as_evidence(made)["fit_note_measures"]


def test_days_outside_the_period_are_not_lost_in_it() -> None:
    evidence = year_of_thirty()
    evidence["absence_profile"]["first_day"] = "2025-06-16"
    # From Monday 16 June: nothing of the first ten; 5 days of the next ten; 20 days of the last.
    (point,) = summary_as_evidence(summarised(evidence))["kpis"]["sickness_absence"]["points"]
    assert point["numerator"] == 10 * 5 + 10 * 20


def test_copies_and_notes_of_another_year_are_not_counted() -> None:
    evidence = year_of_thirty()
    copy = deepcopy(evidence["fit_notes"][0]) | {"marked_duplicate": True}
    old = deepcopy(evidence["fit_notes"][1]) | {"issued_on": "2024-06-09", "assessed_on": "2024-06-09"}
    old["period"] = {"given_as": "dates", "first_day": "2024-06-09", "last_day": "2024-06-20"}
    evidence["fit_notes"] += [copy, old]
    assert summarised(evidence).figures["notes"].value == 20


def test_a_small_record_gives_no_evidence_at_all() -> None:
    evidence = year_of_thirty()
    for name in ("absent_people", "absence_spells"):
        evidence[name] = evidence[name][:4]
    evidence["fit_notes"] = evidence["fit_notes"][:4]
    assert summary_as_evidence(summarised(evidence)) == {}


def test_a_record_without_a_period_has_no_summary() -> None:
    record = read_record({"absence_profile": {"first_day": "2025-04-01"}})
    ours = our_editions()
    assert facts_of(record, (), timeline(ours.record, record, (), ON), 28) is None


def test_notes_without_named_absences_give_no_referrals() -> None:
    evidence = year_of_thirty()
    evidence["absence_spells"] = []
    given = summary_as_evidence(summarised(evidence))["fit_note_measures"]
    assert given["notes"] == 20
    assert not {"absences", "referred", "contacted"} & set(given)


# ── What the employer standard makes of it ──────────────────────────────────────────────────────────


def assessed(home: Home, evidence: dict[str, Any], *modules: str) -> Assessment:
    edition = load_edition(home, "employer-accreditation", "2026")
    text = json.dumps({"standard": "employer-accreditation", "evidence": evidence, "modules": list(modules)})
    return assess(edition, read_submission(read_json(text.encode(), "employer.json"), edition), ON)


def test_the_employer_standard_reads_it(home: Home, made: Summary) -> None:
    result = assessed(home, summary_as_evidence(made), MODULE)
    outcomes = {
        name: finding.outcome
        for name in ("fit-notes-referred", "early-contact-after-fit-note", "free-to-opt-out")
        if (finding := result.finding(name)) is not None
    }
    assert outcomes == {
        "fit-notes-referred": Outcome.NOT_EVIDENCED,  # "assessed" was left out
        "early-contact-after-fit-note": Outcome.MET,
        "free-to-opt-out": Outcome.NOT_EVIDENCED,
    }
    assert not result.flags


def test_the_module_is_off_unless_asked_for_and_never_blocks(home: Home, made: Summary) -> None:
    evidence = summary_as_evidence(made)
    off, on = assessed(home, evidence), assessed(home, evidence, MODULE)
    assert off.finding("fit-notes-referred") is None
    module = [finding for finding in on.findings if finding.criterion.module == MODULE]
    assert [finding.criterion.statements[0] for finding in module] == [f"FIT-0{number}" for number in range(1, 6)]
    assert all(finding.satisfied for finding in module)
    assert [finding.criterion.id for finding in off.blocking] == [finding.criterion.id for finding in on.blocking]


def test_the_words_of_the_module_call_it_a_proposal(home: Home) -> None:
    edition = load_edition(home, "employer-accreditation", "2026")
    for criterion in edition.criteria.values():
        if criterion.module == MODULE:
            assert criterion.obligation == "credit"
            assert criterion.requirement["en"].startswith("A proposal, not law")


def test_shares_stay_exact(made: Summary) -> None:
    assert made.shares["long-notes"].share == Fraction(1, 2)
