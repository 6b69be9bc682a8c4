"""An absence record looked at whole: papers checked, days laid out, spells judged, sick pay worked out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from ohaccredit.fitnotes.check import Editions, PaperCheck
from ohaccredit.fitnotes.check_record import check_record
from ohaccredit.fitnotes.record import AbsenceRecord
from ohaccredit.fitnotes.sick_pay import sick_pay, sick_pay_facts
from ohaccredit.fitnotes.sick_pay_results import SickPay
from ohaccredit.fitnotes.spell_facts import SpellCheck, check_spells
from ohaccredit.fitnotes.timeline import Timeline, timeline
from ohaccredit.language.months import read_day
from ohaccredit.standards.edition import Edition


@dataclass(frozen=True)
class Study:
    """What a record comes to on the day of the check."""

    record: AbsenceRecord
    on: date
    checks: tuple[PaperCheck, ...]
    timeline: Timeline
    spells: tuple[SpellCheck, ...]
    pay: Mapping[str, SickPay]
    """By person."""


def study(
    editions: Editions, edition: Edition, record: AbsenceRecord, on: date, told: Callable[[], None] = lambda: None
) -> Study:
    """Look at a record. `edition` is of the standard absence-record, `editions` those of the papers.

    `told` is called after each fit note.

    Raises ProblemsFound if the edition lacks a figure that is needed.
    """
    checks = check_record(editions, record, on, told)
    days = timeline(edition, record, checks, on)
    ends = read_day(record.profile.get("last_day"))
    known = on if ends is None else min(on, ends)  # a spell that goes on is known up to here, as in the timeline
    pay = {
        id_: sick_pay(edition, each.person, [spell.spell for spell in each.spells], known)
        for id_, each in days.people.items()
    }
    facts = {spell: found for each in pay.values() for spell, found in sick_pay_facts(each).items()}
    return Study(record, on, checks, days, check_spells(edition, days, on, facts), pay)
