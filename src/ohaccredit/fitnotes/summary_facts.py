"""What the employer's summary counts: a few plain facts about each note, absence, episode and person.

The only step that looks into the record and its timeline. Nothing of it is shown: `summary` turns it into
counts, and lets out only those that are large enough.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from ohaccredit.fitnotes.check import PaperCheck
from ohaccredit.fitnotes.cover import WITHOUT_EVIDENCE
from ohaccredit.fitnotes.record import FIT_NOTE, AbsenceRecord, Person
from ohaccredit.fitnotes.spans import LAST_ORDINAL, Span
from ohaccredit.fitnotes.timeline import PersonTimeline, SpellTimeline, Timeline
from ohaccredit.language.months import read_day
from ohaccredit.standards.files import Severity

Order = Literal["first-episode", "further-episode", "continues", "not-placed"]
"""Where a note stands: it begins its person's first episode or a further one, goes on with one, or is in none."""


@dataclass(frozen=True, slots=True)
class NoteFacts:
    """One fit note. What is not known is None or ""."""

    person: str
    days: int | None = None
    """Calendar days from its first to its last; up to the end of the period if it has no end."""
    open_ended: bool = False
    says: frozenset[str] = frozenset()
    arrangements: frozenset[str] | None = None
    profession: str = ""
    diagnosis_group: str = ""
    backdated: bool | None = None
    """Does its period begin before the day of the assessment?"""
    gravest: Severity | None = None
    """The gravest notice that its check gave."""
    changes_agreed: bool | None = None
    order: Order = "not-placed"


@dataclass(frozen=True, slots=True)
class AbsenceFacts:
    """One spell of absence that the record names, as far as it touches the period."""

    person: str
    with_note: bool = False
    uncovered_days: int = 0
    days_to_evidence: int | None = None
    """From the first day for which evidence may be asked to the day on which the first came; None if none came."""
    evidence_due: bool = False
    contacted_after: int | None = None
    """Days from the first day of the absence to the first contact about support."""
    referred: bool = False
    assessed: bool = False
    pathway: bool | None = None
    occupational_therapy: bool | None = None
    working_days_lost: int | None = None
    """Days in the period on which the person is required to work, without those of an earlier spell that overlaps; None
    if the record does not name the weekdays, or gives no end and does not say that the absence goes on."""


@dataclass(frozen=True, slots=True)
class EpisodeFacts:
    """Fit notes that follow each other, of one person."""

    person: str
    days: int


@dataclass(frozen=True, slots=True)
class ReturnFacts:
    """A person who was absent for longer than the line that the settings draw."""

    person: str
    back: bool | None
    """Has the person come back from the last such absence by the end of the period?"""


@dataclass(frozen=True)
class Facts:
    """Everything that a summary counts, and the period it covers."""

    first_day: date
    last_day: date
    notes: tuple[NoteFacts, ...] = ()
    absences: tuple[AbsenceFacts, ...] = ()
    episodes: tuple[EpisodeFacts, ...] = ()
    returns: tuple[ReturnFacts, ...] = ()
    working_days: int | None = None
    """Working days available in the period."""
    headcount: int | None = None


def facts_of(
    record: AbsenceRecord, checks: Sequence[PaperCheck], timeline: Timeline, long_absence_days: int
) -> Facts | None:
    """The facts of a record; None if it does not say which period it covers.

    Notes are those issued in the period, by their first day if no day of issue is given, without copies
    marked as duplicates. Absences are those that the record names and that touch the period.
    """
    first, last = read_day(record.profile.get("first_day")), read_day(record.profile.get("last_day"))
    if first is None or last is None or last < first:
        return None
    period = Span(first.toordinal(), last.toordinal())
    counted = [check for check in checks if _counts(check, first, last)]
    ids = {check.paper.id for check in counted}
    notes: list[NoteFacts] = []
    absences: list[AbsenceFacts] = []
    episodes: list[EpisodeFacts] = []
    returns: list[ReturnFacts] = []
    order: dict[str, Order] = {}
    spells: dict[str, list[SpellTimeline]] = {}
    for id_, person in timeline.people.items():
        begins: Order = "first-episode"
        for papers, days in _episodes(person, ids):
            for paper in papers:
                order[paper] = "continues"
            order[papers[0]] = begins
            episodes.append(EpisodeFacts(id_, days))
            begins = "further-episode"
        own = [spell for spell in person.spells if not spell.worked_out and _days(spell).within(period)]
        spells[id_] = own
        absences += [_absence(spell, person.person, apart, period) for spell, apart in _apart(own)]
        long = [spell for spell in own if spell.unbroken_days > long_absence_days]
        if long:
            latest = max(long, key=lambda spell: (spell.last_day, spell.spell.first_day))
            returns.append(ReturnFacts(id_, _back(latest, last)))
    for check in counted:
        own = spells.get(check.paper.person, [])
        notes.append(_note(check, own, order.get(check.paper.id, "not-placed"), last))
    profile = record.profile
    return Facts(
        first,
        last,
        tuple(notes),
        tuple(absences),
        tuple(episodes),
        tuple(returns),
        profile.get("working_days"),
        profile.get("headcount"),
    )


def _counts(check: PaperCheck, first: date, last: date) -> bool:
    paper = check.paper
    if paper.kind != FIT_NOTE or paper.content.get("marked_duplicate") is True:
        return False
    day = paper.day("issued_on") or check.first_day
    return day is not None and first <= day <= last


def _apart(spells: Sequence[SpellTimeline]) -> Iterator[tuple[SpellTimeline, Span | None]]:
    """A person's spells, in order of first day, each with its days that no earlier one has."""
    counted = 0
    for spell in spells:
        days = _days(spell)
        yield spell, Span(counted + 1, LAST_ORDINAL).within(days)
        counted = max(counted, days.last)


def _days(spell: SpellTimeline) -> Span:
    return Span(spell.spell.first_day.toordinal(), spell.last_day.toordinal())


def _episodes(person: PersonTimeline, counted: Collection[str]) -> Iterator[tuple[list[str], int]]:
    """The episodes that have a counted note, with these notes and their whole length in days."""
    for episode in person.episodes:
        papers = [paper for paper in dict.fromkeys(episode.papers) if paper in counted]
        if papers:
            yield papers, (episode.last_day - episode.first_day).days + 1


def _note(check: PaperCheck, spells: Sequence[SpellTimeline], order: Order, period_end: date) -> NoteFacts:
    content, first = check.paper.content, check.first_day
    issuer = content.get("issuer")
    end = period_end if check.open_ended else check.last_day
    assessed = check.paper.day("assessed_on")
    notices = check.verdict.notices
    ticked = content.get("arrangements")
    about = [spell for spell in spells if check.paper.id in {note.paper.id for note in spell.notes}]
    agreed = [said for spell in about if (said := spell.spell.content.get("changes_agreed")) is not None]
    return NoteFacts(
        person=check.paper.person,
        days=None if first is None or end is None or end < first else (end - first).days + 1,
        open_ended=check.open_ended,
        says=frozenset(content.get("says") or ()),
        arrangements=None if ticked is None else frozenset(ticked),
        profession=issuer.get("profession", "") if isinstance(issuer, Mapping) else "",
        diagnosis_group=content.get("diagnosis_group", ""),
        backdated=None if assessed is None or first is None else first < assessed,
        gravest=notices[0].severity if notices else None,
        changes_agreed=any(agreed) if agreed else None,
        order=order,
    )


def _absence(spell: SpellTimeline, person: Person, apart: Span | None, period: Span) -> AbsenceFacts:
    """`apart`: the spell's days without those of an earlier one that overlaps, so that no day counts twice."""
    content, due = spell.spell.content, spell.first_due()
    received = [day for note in spell.notes if (day := note.paper.day("received_on")) is not None]
    contacted = read_day(content.get("contacted_on"))
    return AbsenceFacts(
        person=person.id,
        with_note=bool(spell.notes),
        uncovered_days=_uncovered(spell, apart),
        days_to_evidence=max(0, (min(received) - due).days) if due and received else None,
        evidence_due=due is not None,
        contacted_after=None if contacted is None else (contacted - spell.spell.first_day).days,
        referred="referred_on" in content,
        assessed="assessed_on" in content,
        pathway=content.get("pathway"),
        occupational_therapy=content.get("occupational_therapy"),
        working_days_lost=_days_lost(spell, apart and apart.within(period), person.qualifying_days),
    )


def _uncovered(spell: SpellTimeline, apart: Span | None) -> int:
    if apart is None:
        return 0
    runs = (run for run in spell.runs if run.state in WITHOUT_EVIDENCE)
    parts = (Span(run.first_day.toordinal(), run.last_day.toordinal()).within(apart) for run in runs)
    return sum(part.days for part in parts if part is not None)


def _days_lost(spell: SpellTimeline, days: Span | None, weekdays: frozenset[int]) -> int | None:
    """None if the weekdays are not named, or if the absence has no end and is not said to go on."""
    if not weekdays or (spell.spell.last_day is None and spell.spell.content.get("continues") is not True):
        return None
    return 0 if days is None else _working_days(days, weekdays)


def _working_days(span: Span, weekdays: frozenset[int]) -> int:
    """How many of these weekdays (Monday 0) lie in a span. Ordinal 1 was a Monday."""
    weeks, rest = divmod(span.days, 7)
    return weeks * len(weekdays) + sum((span.first - 1 + day) % 7 in weekdays for day in range(rest))


def _back(spell: SpellTimeline, period_end: date) -> bool | None:
    """Did the person come back from an absence by the end of the period?"""
    content, ended = spell.spell.content, spell.spell.last_day
    if ended is None:
        return False if content.get("continues") is True else None
    returned: bool | None = content.get("returned")
    return False if ended >= period_end else returned
