"""The absence timeline: for every day of every spell, what covers it, what is due, and how spells follow each other.

Each calendar day of a spell has exactly one state; where papers overlap, one of them governs and the day counts
once. Nothing here says whether a spell is in order: that is for the rules (rules/absence-record).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import Literal, TypeVar

from ohaccredit.fitnotes.check import PaperCheck
from ohaccredit.fitnotes.cover import COVERED, WITHOUT_EVIDENCE, DayState, Evidence, evidence_of, stated_evidence
from ohaccredit.fitnotes.figures import SELF_CERTIFICATION, figure
from ohaccredit.fitnotes.record import AbsenceRecord, Certificate, Person, Spell
from ohaccredit.fitnotes.sequence import Episode, episodes, links
from ohaccredit.fitnotes.spans import LAST_ORDINAL, Span, Spans
from ohaccredit.language.months import read_day
from ohaccredit.standards.edition import Edition


@dataclass(frozen=True, slots=True)
class Run:
    """Days in a row with the same state and the same papers."""

    first_day: date
    last_day: date
    state: DayState
    papers: tuple[str, ...]
    """The papers that speak of these days, the one that governs first."""

    @property
    def days(self) -> int:
        return (self.last_day - self.first_day).days + 1


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days in a row that are worth a word, with the papers they concern."""

    first_day: date
    last_day: date
    papers: tuple[str, ...] = ()

    @property
    def days(self) -> int:
        return (self.last_day - self.first_day).days + 1


Days = TypeVar("Days", Run, Stretch)


@dataclass(frozen=True, slots=True)
class Due:
    """What may be asked for, for which days. Nobody may ask for medical evidence of the first ones."""

    what: Literal["self_certificate", "medical_evidence"]
    first_day: date
    last_day: date


@dataclass(frozen=True)
class SpellTimeline:
    """One spell of absence, day by day."""

    spell: Spell
    worked_out: bool
    """The record names no spells for this person; this one follows from the days that papers speak of."""
    last_day: date
    """Of a spell that goes on: the day of the check, or the end of the record if that comes first."""
    unbroken_since: date
    """The first day of the unbroken absence: spells of a person that touch or overlap are one."""
    unbroken_until: date
    runs: tuple[Run, ...]
    due: tuple[Due, ...]
    gaps: tuple[Stretch, ...]
    """Days without evidence after the self-certified ones."""
    overlaps: tuple[Stretch, ...]
    """Days that more than one fit note covers; a duplicate is no second note."""
    conflicts: tuple[Stretch, ...]
    """Of these, days on which one says not fit and another may be fit."""
    notes: tuple[PaperCheck, ...]
    """The fit notes that cover days of the spell, without copies, in order of assessment."""
    series_first_day: date
    """The first day of the linked series of spells, this one's own if it links with none."""
    days_to_earlier: int | None = None
    """The days between the spell before and this one, neither's own."""
    linked: bool = False
    """Does it count as one with an earlier spell for statutory sick pay?"""

    @property
    def days(self) -> int:
        return (self.last_day - self.spell.first_day).days + 1

    def count(self, *states: DayState) -> int:
        """The days in any of these states."""
        return sum(run.days for run in self.runs if run.state in states)

    @property
    def unbroken_days(self) -> int:
        """The days of the unbroken absence that the spell is part of."""
        return (self.unbroken_until - self.unbroken_since).days + 1

    def first_due(self) -> date | None:
        """The first day for which medical evidence may be asked; None if the spell is too short."""
        return next((each.first_day for each in self.due if each.what == "medical_evidence"), None)


@dataclass(frozen=True)
class PersonTimeline:
    """One person's spells in order, and the episodes of their fit notes."""

    person: Person
    spells: tuple[SpellTimeline, ...]
    episodes: tuple[Episode, ...]
    outside: tuple[str, ...]
    """Papers that speak of days, but of none in any spell."""


@dataclass(frozen=True)
class Timeline:
    """Everybody in a record."""

    people: Mapping[str, PersonTimeline]

    @property
    def spells(self) -> Iterator[tuple[PersonTimeline, SpellTimeline]]:
        """All spells, person by person."""
        return ((person, spell) for person in self.people.values() for spell in person.spells)


def timeline(edition: Edition, record: AbsenceRecord, checks: Sequence[PaperCheck], on: date) -> Timeline:
    """The timeline of a record. `edition` is of the standard absence-record, `on` the day of the check.

    Raises ProblemsFound if the edition lacks a figure that the timeline rests on.
    """
    return Timeline({id_: _person(edition, part, on) for id_, part in _by_person(record, checks).items()})


@dataclass
class _Part:
    """What a record holds of one person."""

    person: Person
    record_ends: date | None
    spells: list[Spell]
    checks: list[PaperCheck]
    own: list[Certificate]
    other: list[Certificate]


def _by_person(record: AbsenceRecord, checks: Sequence[PaperCheck]) -> dict[str, _Part]:
    ends = read_day(record.profile.get("last_day"))
    parts = {id_: _Part(person, ends, [], [], [], []) for id_, person in record.people.items()}
    for spell in record.spells:
        parts[spell.person].spells.append(spell)
    for check in checks:
        parts[check.paper.person].checks.append(check)
    for own in record.self_certificates:
        parts[own.person].own.append(own)
    for other in record.other_evidence:
        parts[other.person].other.append(other)
    return parts


def _person(edition: Edition, part: _Part, on: date) -> PersonTimeline:
    evidence = evidence_of(part.checks, part.own, part.other)
    worked_out = not part.spells
    given = _from_evidence(part.person.id, evidence, on) if worked_out else part.spells
    ordered = sorted(given, key=lambda spell: (spell.first_day, spell.last_day or date.max, spell.id))
    spans = [_span(spell, _end(spell, part.record_ends, on)) for spell in ordered]
    absent = Spans(spans)
    spells = [
        _spell(edition, spell, worked_out, span, absent.around(span.first) or span, evidence)
        for spell, span in zip(ordered, spans, strict=True)
    ]
    told = {paper for spell in spells for run in spell.runs for paper in run.papers}
    outside = dict.fromkeys(each.id for each in evidence if each.check is not None and each.id not in told)
    return PersonTimeline(
        part.person,
        tuple(_follow(edition, spells)),
        episodes(edition, _note_days(evidence, on)),
        tuple(sorted(outside)),
    )


# ── The days of a spell ─────────────────────────────────────────────────────────────────────────────


def _end(spell: Spell, record_ends: date | None, on: date) -> date:
    """The last day to look at. A spell that is said to end before it begins has at least its first day."""
    last = spell.last_day or min(on, record_ends or on)
    return max(spell.first_day, last)


def _span(spell: Spell, last_day: date) -> Span:
    return Span(spell.first_day.toordinal(), last_day.toordinal())


def _spell(
    edition: Edition, spell: Spell, worked_out: bool, whole: Span, unbroken: Span, evidence: Sequence[Evidence]
) -> SpellTimeline:
    # An absence that the record cuts in two has its first days once: a new spell needs a day between on which the
    # person worked or was able to (SI 1985/1604, regulation 2(2)).
    since, until = _dates(unbroken)
    free_until = unbroken.first + figure(edition, SELF_CERTIFICATION, since) - 1
    inside = [each for each in [*evidence, *stated_evidence(spell, evidence)] if each.span.within(whole)]
    speakers = sorted(inside, key=lambda each: each.rank, reverse=True)
    runs: list[Run] = []
    overlaps: list[Stretch] = []
    conflicts: list[Stretch] = []
    for span, speaking in _segments(whole, free_until + 1, speakers):
        state = _state(speaking, early=span.last <= free_until)
        papers = tuple(dict.fromkeys(each.id for each in speaking if each.id))
        _extend(runs, Run(*_dates(span), state, papers))
        notes = [each for each in speaking if each.by_note and not each.copy]
        if len(notes) > 1:
            concerned = tuple(each.id for each in notes)
            _extend(overlaps, Stretch(*_dates(span), concerned))
            if len({each.state for each in notes}) > 1:
                _extend(conflicts, Stretch(*_dates(span), concerned))
    return SpellTimeline(
        spell,
        worked_out,
        date.fromordinal(whole.last),
        since,
        until,
        tuple(runs),
        tuple(_due(whole, free_until)),
        tuple(_gaps(runs)),
        tuple(overlaps),
        tuple(conflicts),
        _notes(speakers),
        spell.first_day,
    )


def _segments(whole: Span, due_from: int, evidence: Sequence[Evidence]) -> Iterator[tuple[Span, list[Evidence]]]:
    """The spell cut wherever something begins or ends, each piece with what speaks of it, the strongest first."""
    begin: dict[int, list[int]] = defaultdict(list)
    end: dict[int, list[int]] = defaultdict(list)
    for index, each in enumerate(evidence):
        part = each.span.within(whole)
        if part is not None:
            begin[part.first].append(index)
            end[part.last + 1].append(index)
    inside = {day for day in (whole.first, due_from, *begin, *end) if whole.first <= day <= whole.last}
    cuts = [*sorted(inside), whole.last + 1]
    speaking: set[int] = set()
    for first, after in pairwise(cuts):
        speaking.difference_update(end[first])
        speaking.update(begin[first])
        yield Span(first, after - 1), [evidence[index] for index in sorted(speaking)]


def _state(speaking: Sequence[Evidence], *, early: bool) -> DayState:
    """What a day is. What a person certifies counts for the first days; later ones it leaves to the employer."""
    strongest = speaking[0].state if speaking else "uncovered"
    if early:
        return strongest if strongest in COVERED else "self_certifiable"
    return "other_undecided" if strongest == "self_certified" else strongest


def _due(whole: Span, free_until: int) -> Iterator[Due]:
    if free_until >= whole.first:
        yield Due("self_certificate", *_dates(Span(whole.first, min(free_until, whole.last))))
    if free_until < whole.last:
        yield Due("medical_evidence", *_dates(Span(max(whole.first, free_until + 1), whole.last)))


def _gaps(runs: Sequence[Run]) -> list[Stretch]:
    gaps: list[Stretch] = []
    for run in runs:
        if run.state in WITHOUT_EVIDENCE:
            _extend(gaps, Stretch(run.first_day, run.last_day))
    return gaps


def _notes(speakers: Sequence[Evidence]) -> tuple[PaperCheck, ...]:
    notes = [each for each in speakers if each.by_note and not each.copy]
    return tuple(each.check for each in sorted(notes, key=lambda each: each.rank[1:]) if each.check is not None)


def _extend(found: list[Days], more: Days) -> None:
    """Add days, joined to the last ones if they follow on and are alike."""
    if found and more.first_day.toordinal() == found[-1].last_day.toordinal() + 1:
        joined = replace(found[-1], last_day=more.last_day)
        if joined == replace(more, first_day=joined.first_day):
            found[-1] = joined
            return
    found.append(more)


def _from_evidence(person: str, evidence: Sequence[Evidence], on: date) -> list[Spell]:
    """Spells where the record names none: the days in a row, up to the day of the check, that evidence speaks of."""
    days = Spans(each.span for each in evidence if each.state != "beyond_cap")
    known = (span.within(Span(1, on.toordinal())) for span in days)
    return [
        Spell(f"{person}/{first.isoformat()}", person, first, None if last == on else last, {})
        for first, last in (_dates(span) for span in known if span is not None)
    ]


# ── How spells and notes follow each other ──────────────────────────────────────────────────────────


def _follow(edition: Edition, spells: Sequence[SpellTimeline]) -> Iterator[SpellTimeline]:
    spans = [Span(each.spell.first_day.toordinal(), each.last_day.toordinal()) for each in spells]
    for spell, link in zip(spells, links(edition, spans), strict=True):
        yield replace(
            spell,
            days_to_earlier=link.days_to_earlier,
            linked=link.linked,
            series_first_day=date.fromordinal(link.series_first_day),
        )


def _note_days(evidence: Sequence[Evidence], on: date) -> Iterator[tuple[Span, str]]:
    """The days of each fit note. One without an end goes on to the day of the check."""
    for each in evidence:
        if each.by_note and not each.copy:
            first, last = each.span
            yield Span(first, last if last < LAST_ORDINAL else max(first, on.toordinal())), each.id


def _dates(span: Span) -> tuple[date, date]:
    return date.fromordinal(span.first), date.fromordinal(span.last)
