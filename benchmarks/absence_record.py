"""A made-up employer's absence record: plausible notes, with the faults that real ones have.

`python -m benchmarks.absence_record` prints the record that stands in examples/absence-records/logistics-firm.json. The
same seed gives the same record. Nobody in it exists. The mix of issuers, durations and advice leans on the
published figures (standards/published/fit-notes.yaml); the rates of faults are invented.
"""

from __future__ import annotations

import json
import random
import sys
from datetime import date, timedelta
from typing import Any

Note = dict[str, Any]

FIRST, LAST = date(2025, 7, 1), date(2026, 6, 30)
WEEKS = [1] * 20 + [2] * 30 + [3] * 8 + [4] * 20 + [6] * 8 + [8] * 6 + [12] * 5 + [13] * 3
ISSUERS = (
    ["doctor"] * 905 + ["nurse"] * 70 + ["pharmacist"] * 15 + ["physiotherapist"] * 7 + ["occupational-therapist"] * 3
)
REGISTERS = {
    "doctor": "GMC",
    "nurse": "NMC",
    "pharmacist": "GPhC",
    "physiotherapist": "HCPC",
    "occupational-therapist": "HCPC",
}
ARRANGEMENTS = ["phased-return", "altered-hours", "amended-duties", "workplace-adaptations"]
GROUPS = (
    ["mental"] * 35
    + ["musculoskeletal"] * 18
    + ["respiratory"] * 12
    + ["injury"] * 10
    + ["digestive"] * 6
    + ["other"] * 19
)


def make_record(people: int = 200, notes: int = 300, seed: int = 1) -> dict[str, Any]:
    """A submission for the standard absence-record, with exactly that many notes."""
    draw = random.Random(seed)
    persons = [_person(draw, f"P{number:03d}") for number in range(1, people + 1)]
    spells: list[dict[str, Any]] = []
    fit_notes: list[Note] = []
    reports: list[dict[str, Any]] = []
    certificates: list[dict[str, Any]] = []
    others: list[dict[str, Any]] = []
    free_from = {person["id"]: FIRST - timedelta(days=30) for person in persons}
    while len(fit_notes) < notes:
        person = draw.choice(persons)["id"]
        start = max(FIRST + timedelta(days=draw.randrange(-20, 350)), free_from[person])
        if start > LAST - timedelta(days=8):
            continue
        spell = _spell(draw, person, start, f"S{len(spells) + 1:03d}", fit_notes, notes, reports, certificates, others)
        spells.append(spell)
        ended = date.fromisoformat(spell["last_day"]) if "last_day" in spell else LAST
        free_from[person] = ended + timedelta(days=draw.choice([3, 20, 45, 80, 200]))
    absent = {spell["person"] for spell in spells}
    headcount = people
    return {
        "standard": "absence-record",
        "name": "Example Logistics Ltd, July 2025 to June 2026",
        "evidence": {
            "absence_profile": {
                "employer": "Example Logistics Ltd",
                "nation": "england",
                "headcount": headcount,
                "first_day": FIRST.isoformat(),
                "last_day": LAST.isoformat(),
                "working_days": headcount * 228,
            },
            "absent_people": [person for person in persons if person["id"] in absent],
            "absence_spells": spells,
            "fit_notes": fit_notes,
            "health_and_work_reports": reports,
            "self_certificates": certificates,
            "other_evidence": others,
        },
    }


def _person(draw: random.Random, id_: str) -> dict[str, Any]:
    days = ["monday", "tuesday", "wednesday", "thursday", "friday"]
    if draw.random() < 0.2:
        days = sorted(draw.sample(days, 3), key=days.index)
    return {"id": id_, "weekly_earnings": draw.choice([110, 145, 280, 410, 520, 640, 760]), "qualifying_days": days}


def _spell(
    draw: random.Random,
    person: str,
    start: date,
    id_: str,
    fit_notes: list[Note],
    most: int,
    reports: list[dict[str, Any]],
    certificates: list[dict[str, Any]],
    others: list[dict[str, Any]],
) -> dict[str, Any]:
    spell: dict[str, Any] = {"id": id_, "person": person, "first_day": start.isoformat()}
    kind = draw.random()
    if kind < 0.3:  # short: self-certified only
        last = start + timedelta(days=draw.randrange(0, 7))
        certificates.append(_certificate(person, start, last))
    elif kind < 0.34:  # covered by a report instead of a note
        last = start + timedelta(days=draw.randrange(12, 30))
        certificates.append(_certificate(person, start, start + timedelta(days=6)))
        reports.append(_report(draw, person, start + timedelta(days=7), last, f"R{len(reports) + 1:02d}"))
    elif kind < 0.36:
        last = start + timedelta(days=draw.randrange(9, 20))
        kinds = ["hospital-letter", "private-note", "occupational-health-report"]
        others.append({"id": f"O{len(others) + 1:02d}", "person": person, "kind": draw.choice(kinds)})
        others[-1] |= {"first_day": start.isoformat(), "last_day": last.isoformat()}
        if draw.random() < 0.7:
            others[-1]["accepted"] = True
    else:
        last = _chain(draw, person, start, fit_notes, most, certificates)
    if last >= LAST:
        spell["continues"] = True
    else:
        early = timedelta(days=draw.choice([0, 0, 0, 0, 1, 3]))
        spell |= {
            "continues": False,
            "last_day": max(start, last - early).isoformat(),
            "returned": draw.random() < 0.95,
        }
    _support(draw, spell, start, last)
    return spell


def _support(draw: random.Random, spell: dict[str, Any], start: date, last: date) -> None:
    """What the employer did about a longer spell."""
    if (last - start).days < 14:
        return
    if draw.random() < 0.8:
        spell["contacted_on"] = (start + timedelta(days=draw.randrange(3, 20))).isoformat()
    if draw.random() < 0.4:
        referred = start + timedelta(days=draw.randrange(10, 30))
        spell |= {"referred_on": referred.isoformat(), "pathway": draw.random() < 0.85}
        if draw.random() < 0.8:
            spell["assessed_on"] = (referred + timedelta(days=draw.randrange(3, 25))).isoformat()
            spell["occupational_therapy"] = draw.random() < 0.35
    if draw.random() < 0.5:
        spell["changes_agreed"] = draw.random() < 0.7


def _chain(
    draw: random.Random, person: str, start: date, notes: list[Note], most: int, certificates: list[dict[str, Any]]
) -> date:
    """One or more notes that follow each other, with the gaps and overlaps that happen."""
    first = start + timedelta(days=draw.choice([0, 0, 2, 4, 7, 7, 7]))
    if first > start:
        certificates.append(_certificate(person, start, min(first - timedelta(days=1), start + timedelta(days=6))))
    last = start
    for number in range(draw.choice([1, 1, 1, 1, 2, 2, 3, 5])):
        if len(notes) >= most:
            break
        last = _note(draw, person, first, notes, following=number > 0)
        shift = draw.choices([1, 0, -2, 4, 9], [90, 3, 2, 3, 2])[0]
        first = last + timedelta(days=shift)
        if first > LAST:
            break
    return max(last, start)


def _note(draw: random.Random, person: str, first: date, notes: list[Note], *, following: bool) -> date:
    assessed = first
    weeks = draw.choice(WEEKS)
    note: Note = {
        "id": f"N{len(notes) + 1:03d}",
        "person": person,
        "form": "med3-2022",
        "nation": "england",
        "setting": "nhs-general-practice",
        "left_blank": [],
        "assessment_mode": draw.choice(["in-person", "telephone", "telephone", "video"]),
        "says": ["not-fit"],
        "arrangements": [],
        "comments": [],
        "reassessment": draw.choice(["needed", "not-needed", "not-needed"]),
    }
    profession = draw.choice(ISSUERS)
    note["issuer"] = {"profession": profession, "register": REGISTERS[profession], "signature": "none"}
    if draw.random() < 0.08:  # backdated, most of them with the reason
        assessed = first + timedelta(days=draw.randrange(1, 5))
        note["comments"] = ["earlier-assessment"] if draw.random() < 0.7 else []
    elif following and draw.random() < 0.2:  # issued before the running note ends
        assessed = first - timedelta(days=draw.randrange(1, 4))
    if draw.random() < 0.07:
        note["says"] = ["may-be-fit"]
        note["arrangements"] = sorted(draw.sample(ARRANGEMENTS, draw.choice([0, 1, 1, 2])), key=ARRANGEMENTS.index)
        note["comments"] = ["reasons"] if draw.random() < 0.75 else []
    if draw.random() < 0.75:
        note["period"] = {"given_as": "dates", "first_day": first.isoformat()}
        last = first + timedelta(days=7 * weeks - 1)
        note["period"]["last_day"] = last.isoformat()
    else:
        assessed = first
        note["period"] = {"given_as": "weeks", "length": weeks}
        last = first + timedelta(days=7 * weeks - 1)
    note["assessed_on"] = assessed.isoformat()
    issued = assessed + timedelta(days=draw.choice([0, 0, 0, 0, 0, 1, 3]))
    note["issued_on"] = issued.isoformat()
    note["received_on"] = (issued + timedelta(days=draw.choice([0, 1, 2, 3, 5, 9]))).isoformat()
    if draw.random() < 0.29:  # a group is recorded for 29 of 100 notes nationally
        note["diagnosis_group"] = draw.choice(GROUPS)
    _fault(draw, note)
    notes.append(note)
    return last


def _fault(draw: random.Random, note: Note) -> None:
    """Now and then something is wrong with a note."""
    kind = draw.random()
    if kind < 0.02:
        note["form"] = "med3-2017"
    elif kind < 0.04:
        note |= {"form": "med3-2017"}
        note["issuer"]["signature"] = "ink"
    elif kind < 0.055:
        note["left_blank"] = ["issuer-profession"]
    elif kind < 0.065:
        note["left_blank"] = ["practice-address"]
    elif kind < 0.075:
        note["issuer"] = {"profession": draw.choice(["podiatrist", "midwife", "paramedic"]), "signature": "none"}
    elif kind < 0.085:
        note["reassessment"] = "neither"
    elif kind < 0.09:
        note |= {"setting": "community-pharmacy"}
    elif kind < 0.095:
        note["non_medical"] = True


def _certificate(person: str, first: date, last: date) -> dict[str, Any]:
    return {
        "person": person,
        "first_day": first.isoformat(),
        "last_day": last.isoformat(),
        "signed_on": last.isoformat(),
    }


def _report(draw: random.Random, person: str, first: date, last: date, id_: str) -> dict[str, Any]:
    profession, number = draw.choice(
        [("physiotherapist", "PH095159"), ("occupational-therapist", "OT012345"), ("podiatrist", "CH023456")]
    )
    return {
        "id": id_,
        "person": person,
        "version": "2021",
        "left_blank": [],
        "says": ["may-be-fit"],
        "assessed_on": first.isoformat(),
        "received_on": (first + timedelta(days=2)).isoformat(),
        "first_day": first.isoformat(),
        "last_day": last.isoformat(),
        "review": "not-required",
        "arrangements": ["phased-return", "amended-duties"],
        "practitioner": {"profession": profession, "registration_number": number},
        "employer_agrees": True,
        "employee_agrees": True,
        "used_for": ["sick-pay", "advice"],
    }


if __name__ == "__main__":
    json.dump(make_record(), sys.stdout, ensure_ascii=False, indent=1)
    sys.stdout.write("\n")
