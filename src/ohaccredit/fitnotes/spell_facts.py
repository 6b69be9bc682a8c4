"""What the rules about spells read: the fields of the evidence type spell_facts, from a timeline.

A field that the record does not settle is left out, and its rule is then not evidenced.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ohaccredit.assessment.assess import assess
from ohaccredit.assessment.submission import Submission
from ohaccredit.assessment.verdict import Verdict
from ohaccredit.fitnotes.cover import BY_NOTE, COVERED, WITHOUT_EVIDENCE
from ohaccredit.fitnotes.record import Person
from ohaccredit.fitnotes.spans import Span, Spans
from ohaccredit.fitnotes.timeline import Run, SpellTimeline, Timeline
from ohaccredit.language.months import months_between
from ohaccredit.standards.edition import Edition

FACTS = "spell_facts"
_IN_PATIENT = "med10"
_AS_STATED = ("evidence_asked_on", "changes_agreed", "pay_withheld_for_evidence")
"""What the record says of a spell in the very field that the rules read."""

MoreFacts = Mapping[str, Mapping[str, Any]]
"""Facts worked out elsewhere (sick pay), by spell."""


@dataclass(frozen=True)
class SpellCheck:
    """A spell with its verdict against the standard absence-record."""

    spell: SpellTimeline
    facts: Mapping[str, Any]
    verdict: Verdict


def check_spells(
    edition: Edition, timeline: Timeline, on: date, more: MoreFacts | None = None
) -> tuple[SpellCheck, ...]:
    """The verdict on each spell of a timeline, person by person. `edition` is of the standard absence-record."""
    found = []
    for person, spell in timeline.spells:
        id_ = spell.spell.id
        facts = {**spell_facts(person.person, spell), **(more or {}).get(id_, {})}
        assessment = assess(edition, Submission(id_, {FACTS: facts}, (), (), ""), on)
        found.append(SpellCheck(spell, facts, Verdict(assessment)))
    return tuple(found)


def spell_facts(person: Person, spell: SpellTimeline) -> dict[str, Any]:
    """What a timeline shows of one spell, as evidence."""
    content, due, days = spell.spell.content, spell.first_due(), spell.days
    covered = [run for run in spell.runs if run.state in COVERED]
    facts: dict[str, Any] = {name: content[name] for name in _AS_STATED if name in content}
    facts |= {
        "nation": person.nation or None,
        "weekly_earnings": person.weekly_earnings,
        "first_day": spell.spell.first_day,
        "last_day": spell.last_day,
        "ended": _ended(spell),
        "days": days,
        "days_after_self_certification": 0 if due is None else (spell.last_day - due).days + 1,
        "unbroken_since": spell.unbroken_since,
        "uncovered_days": spell.count(*WITHOUT_EVIDENCE),
        "first_uncovered_day": spell.gaps[0].first_day if spell.gaps else None,
        "self_certified_days": spell.count("self_certified"),
        "last_covered_day": covered[-1].last_day if covered else None,
        "notes": len(spell.notes),
        "overlapping_days": sum(each.days for each in spell.overlaps),
        "conflicting_days": sum(each.days for each in spell.conflicts),
        "longest_note_gap": _longest_gap(spell),
        "continuous_months_on_notes": _months_on_notes(spell),
        "days_beyond_cap": spell.count("beyond_cap"),
        "may_be_fit_days": spell.count("may_be_fit"),
        "returned_before_note_ended": _back_early(spell),
        "other_means_days": spell.count("other_accepted"),
        "other_means_undecided_days": spell.count("other_undecided"),
        "inpatient_note_only": _in_patient_only(spell),
        "last_evidence_received_late": None if due is None else _late(spell, due),
        "days_to_earlier_spell": spell.days_to_earlier,
        "linked": spell.linked,
        "series_first_day": spell.series_first_day,
    }
    return {name: _plain(value) for name, value in facts.items() if value is not None}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _ended(spell: SpellTimeline) -> bool | None:
    """None if the record gives no last day and does not say either that the absence goes on."""
    if spell.spell.last_day is not None:
        return True
    return False if spell.spell.content.get("continues") is True else None


def _longest_gap(spell: SpellTimeline) -> int:
    """The longest run of days without evidence that has a fit note on both sides."""
    by_note = [run for run in spell.runs if run.state in BY_NOTE]
    if not by_note:
        return 0
    between = [each for each in spell.gaps if by_note[0].last_day < each.first_day < by_note[-1].first_day]
    return max((each.days for each in between), default=0)


def _months_on_notes(spell: SpellTimeline) -> int:
    """Whole months of the longest unbroken run of days that fit notes cover."""
    days = Spans(_span(run) for run in spell.runs if run.state in BY_NOTE)
    longest = max(days, key=lambda span: span.days, default=None)
    if longest is None:
        return 0
    first, last = date.fromordinal(longest.first), date.fromordinal(longest.last)
    # To the day after, so that 1 January to 31 March are three months; the calendar's own last day has none.
    return months_between(first, last if last == date.max else date.fromordinal(longest.last + 1))


def _back_early(spell: SpellTimeline) -> bool | None:
    """Did the person come back before the note assessed last had ended?"""
    last_day, stated = spell.spell.last_day, spell.spell.content
    if last_day is None:
        return False if stated.get("continues") is True else None
    # The end of one spell is no return if the next one follows without a day between.
    if stated.get("returned") is False or not spell.notes or spell.unbroken_until > last_day:
        return False
    note = spell.notes[-1]
    return note.open_ended or (note.covers_until is not None and note.covers_until > last_day)


def _in_patient_only(spell: SpellTimeline) -> bool:
    """Is the last evidence a hospital's in-patient note, with absence after it?"""
    with_papers = [run for run in spell.runs if run.state in COVERED or run.state == "other_undecided"]
    last = with_papers[-1] if with_papers else None
    if last is None or last.state not in BY_NOTE or last.last_day == spell.last_day:
        return False
    governing = next((note for note in spell.notes if note.paper.id in last.papers[:1]), None)
    return governing is not None and governing.paper.content.get("form") == _IN_PATIENT


def _late(spell: SpellTimeline, due: date) -> bool | None:
    """Was a paper received after the first day for which it was needed? None if a date of receipt is missing."""
    said: list[bool | None] = []
    received = {note.paper.id: note.paper.day("received_on") for note in spell.notes}
    first_needed: dict[str, date] = {}
    for run in spell.runs:
        if run.state in BY_NOTE and run.last_day >= due:
            first_needed.setdefault(run.papers[0], max(run.first_day, due))
    for id_, needed in first_needed.items():
        day = received.get(id_)
        said.append(None if day is None else day > needed)
    return True if True in said else None if None in said or not said else False


def _span(run: Run) -> Span:
    return Span(run.first_day.toordinal(), run.last_day.toordinal())
