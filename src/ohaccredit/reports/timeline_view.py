"""Absence timelines as people and programs read them: a picture, and the same as tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from markupsafe import Markup

from ohaccredit.fitnotes.check import PaperCheck
from ohaccredit.fitnotes.cover import DayState
from ohaccredit.fitnotes.sick_pay_figures import Figure
from ohaccredit.fitnotes.sick_pay_results import ESTIMATE, Period, SickPay
from ohaccredit.fitnotes.spell_facts import SpellCheck
from ohaccredit.fitnotes.study import Study
from ohaccredit.fitnotes.timeline import PersonTimeline, Run, SpellTimeline
from ohaccredit.language.words import Speaker
from ohaccredit.reports.inert import SOFT_BREAK, make_inert
from ohaccredit.reports.lane_chart import Bar, Lane, lane_chart
from ohaccredit.reports.paper_view import (
    NoticeView,
    PaperView,
    SourceView,
    day_words,
    days_words,
    notice_json,
    notice_views,
    numbered,
    paper_json,
    paper_view,
    people_words,
    sources_of,
)
from ohaccredit.reports.view import say
from ohaccredit.standards.edition import Edition
from ohaccredit.standards.sources import Statement

STATES: Mapping[DayState, tuple[str, str]] = {
    "self_certified": ("self-certified", "self-certified"),
    "self_certifiable": ("self-certified", "no evidence needed (first days)"),
    "not_fit": ("not-fit", "fit note: not fit for work"),
    "may_be_fit": ("may-be-fit", "fit note: may be fit for work"),
    "other_accepted": ("other", "other evidence, accepted"),
    "stated_on_advice": ("other", "on advice before the first note, as stated"),
    "other_undecided": ("undecided", "other evidence, acceptance not decided"),
    "beyond_cap": ("uncovered", "beyond what the note can cover"),
    "uncovered": ("uncovered", "no evidence"),
}
"""The state of a day: how it is drawn, and what it is called."""
LEGEND = (
    ("absent", "absence"),
    ("self-certified", "self-certified, or no evidence needed"),
    ("not-fit", "not fit for work"),
    ("may-be-fit", "may be fit for work"),
    ("other", "other evidence"),
    ("undecided", "other evidence, not decided"),
    ("uncovered", "no evidence"),
    ("pay", "statutory sick pay due"),
)
MANY = 20
"""From more people on, a page shows day by day only those with something to do."""
MOST_NOTE_LANES = 6
"""More notes than that are drawn on the last of these lanes."""


@dataclass(frozen=True, slots=True)
class RunView:
    """Days in a row with one state."""

    first_day: str
    last_day: str
    dates: str
    days: int
    state: str
    state_words: str
    papers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PayView:
    """Statutory sick pay of one absence."""

    says: str
    amount: str
    stretches: tuple[tuple[str, str, str], ...]
    """Dates, qualifying days ("3 qualifying days"), and what is to be said of them."""
    figures: tuple[str, ...]
    form_on: str
    weeks_end_on: str


@dataclass(frozen=True, slots=True)
class SpellView:
    """One spell of absence."""

    id: str
    dates: str
    days: int
    days_words: str
    worked_out: bool
    verdict: str
    verdict_words: str
    runs: tuple[RunView, ...]
    due: tuple[tuple[str, str], ...]
    overlaps: tuple[str, ...]
    linked: str
    notices: tuple[NoticeView, ...]
    next: tuple[tuple[str, str], ...]
    pay: PayView | None
    json: Mapping[str, Any]

    @property
    def open(self) -> bool:
        """Is there anything to do?"""
        return bool(self.next) or self.verdict != "valid"


@dataclass(frozen=True, slots=True)
class PersonView:
    """One person's timeline."""

    id: str
    number: int
    spells: tuple[SpellView, ...]
    notes: tuple[PaperView, ...]
    episodes: tuple[str, ...]
    outside: tuple[str, ...]
    assumptions: tuple[str, ...]
    chart: Markup | None

    @property
    def open(self) -> bool:
        """Is there anything to do?"""
        return any(each.open for each in self.spells) or any(note.verdict != "valid" for note in self.notes)


@dataclass(frozen=True, slots=True)
class TimelineView:
    """The timelines of a record."""

    title: str
    on: str
    people: tuple[PersonView, ...]
    detailed: tuple[PersonView, ...]
    """The people who are shown day by day: of many only those with something to do."""
    estimate: str
    notice: str
    sources: tuple[SourceView, ...]

    @property
    def rows(self) -> tuple[tuple[PersonView, SpellView], ...]:
        """Every spell with its person."""
        return tuple((person, spell) for person in self.people for spell in person.spells)

    @property
    def counted(self) -> str:
        """ "1 spell of 1 person"."""
        spells, people = len(self.rows), len(self.people)
        return f"{spells:,} {'spell' if spells == 1 else 'spells'} of {people_words(people)}"

    @property
    def detailed_words(self) -> str:
        """How many people are shown day by day."""
        return people_words(len(self.detailed))

    @property
    def to_do(self) -> tuple[tuple[PersonView, SpellView], ...]:
        """The spells that somebody has to do something about."""
        return tuple((person, spell) for person, spell in self.rows if spell.open)

    @property
    def done(self) -> tuple[tuple[PersonView, SpellView], ...]:
        """The other spells."""
        return tuple((person, spell) for person, spell in self.rows if not spell.open)

    @property
    def numbers(self) -> Mapping[str, int]:
        """The number of each source in the list of sources, by its id."""
        return numbered(self.sources)


def timeline_view(
    study: Study,
    statements: Mapping[str, Statement],
    *,
    notice: str,
    people: Sequence[str] = (),
    everyone: bool = False,
    coverage: AbstractSet[int] | None = None,
) -> TimelineView:
    """The timelines of everybody, or of some people; `everyone` shows all of many people day by day.

    `coverage` holds the characters that can be drawn (`inert.font_coverage`); None: any can.
    """
    chosen = [id_ for id_ in study.timeline.people if not people or id_ in people]
    spells: dict[str, list[SpellCheck]] = {id_: [] for id_ in study.timeline.people}
    for spell in study.spells:
        spells[spell.spell.spell.person].append(spell)
    checks: dict[str, list[PaperCheck]] = {id_: [] for id_ in study.timeline.people}
    for check in study.checks:
        checks[check.paper.person].append(check)
    views = tuple(
        _person(study.timeline.people[id_], spells[id_], checks[id_], study.pay.get(id_), statements, number, coverage)
        for number, id_ in enumerate(chosen, 1)
    )
    detailed = views if everyone or people or len(views) <= MANY else tuple(view for view in views if view.open)
    notices = [each for view in detailed for note in view.notes for each in note.notices]
    notices += [each for view in detailed for spell in view.spells for each in spell.notices]
    title = study.record.name or "Absence record"
    return TimelineView(title, day_words(study.on), views, detailed, ESTIMATE, notice, sources_of(notices))


def timeline_json(view: TimelineView, on: date) -> dict[str, Any]:
    """The timelines for programs."""
    return {
        "on": on.isoformat(),
        "estimate": view.estimate,
        "people": [
            {
                "person": person.id,
                "spells": [_spell_json(spell) for spell in person.spells],
                "notes": [paper_json(note) for note in person.notes],
                "episodes": list(person.episodes),
                "outside": list(person.outside),
                "assumptions": list(person.assumptions),
            }
            for person in view.people
        ],
    }


def _spell_json(spell: SpellView) -> dict[str, Any]:
    return {
        "id": spell.id,
        "verdict": spell.verdict,
        "days": [
            {
                "first_day": run.first_day,
                "last_day": run.last_day,
                "days": run.days,
                "state": run.state,
                "papers": list(run.papers),
            }
            for run in spell.runs
        ],
        "facts": dict(spell.json),
        "findings": [notice_json(notice) for notice in spell.notices],
        "next": [{"action": action, "says": says} for action, says in spell.next],
        "sick_pay": None
        if spell.pay is None
        else {"says": spell.pay.says, "amount": spell.pay.amount or None, "form_on": spell.pay.form_on or None},
    }


def _person(
    timeline: PersonTimeline,
    spells: Sequence[SpellCheck],
    checks: Sequence[PaperCheck],
    pay: SickPay | None,
    statements: Mapping[str, Statement],
    number: int,
    coverage: AbstractSet[int] | None,
) -> PersonView:
    id_ = timeline.person.id
    return PersonView(
        id=id_,
        number=number,
        spells=tuple(_spell(each, pay, statements) for each in spells),
        notes=tuple(paper_view(check, statements) for check in checks),
        episodes=tuple(
            f"{_dates(each.first_day, each.last_day)}: {', '.join(each.papers)}" for each in timeline.episodes
        ),
        outside=timeline.outside,
        assumptions=() if pay is None else pay.assumptions,
        chart=_chart(timeline, checks, pay, number, partial(_drawable, coverage=coverage)),
    )


def _spell(check: SpellCheck, pay: SickPay | None, statements: Mapping[str, Statement]) -> SpellView:
    spell = check.spell
    period = None if pay is None else pay.of(spell.spell)
    ends = "" if spell.spell.last_day is not None else ", goes on"
    linked = ""
    if spell.linked:
        since = day_words(spell.series_first_day)
        linked = f"Counts as one with an earlier spell for statutory sick pay (series since {since})."
    return SpellView(
        id=spell.spell.id,
        dates=_dates(spell.spell.first_day, spell.last_day) + ends,
        days=spell.days,
        days_words=days_words(spell.days),
        worked_out=spell.worked_out,
        verdict=check.verdict.name,
        verdict_words=check.verdict.words,
        runs=tuple(_run(run) for run in spell.runs),
        due=tuple(_due(spell)),
        overlaps=tuple(f"{_dates(each.first_day, each.last_day)}: {', '.join(each.papers)}" for each in spell.overlaps),
        linked=linked,
        notices=notice_views(check.verdict, statements, last_day=spell.last_day),
        next=check.verdict.next,
        pay=None if period is None else _pay(period, check.verdict.assessment.edition),
        json={key: str(value) if isinstance(value, Decimal) else value for key, value in check.facts.items()},
    )


def _run(run: Run) -> RunView:
    return RunView(
        run.first_day.isoformat(),
        run.last_day.isoformat(),
        _dates(run.first_day, run.last_day),
        run.days,
        run.state,
        STATES[run.state][1],
        run.papers,
    )


def _due(spell: SpellTimeline) -> Iterator[tuple[str, str]]:
    for each in spell.due:
        what = "a self-certificate" if each.what == "self_certificate" else "medical evidence"
        yield _dates(each.first_day, each.last_day), what


def _pay(period: Period, edition: Edition) -> PayView:
    if period.counts_from is None:
        says = "No period of incapacity for work under the rules of the time."
    elif period.amount is None:
        says = f"{days_words(period.payable_days)} payable; the amount is not worked out."
    else:
        says = f"{days_words(period.payable_days)} payable, £{period.amount:,.2f}."
    if period.weeks_used is not None:
        says += f" Weeks of sick pay used in the series: {float(period.weeks_used):.1f}."
    figures = dict.fromkeys(_figure(figure, edition) for stretch in period.stretches for figure in stretch.figures)
    return PayView(
        says=says,
        amount="" if period.amount is None else f"{period.amount:.2f}",
        stretches=tuple(
            (
                _dates(each.first_day, each.last_day),
                f"{each.qualifying_days} qualifying {'day' if each.qualifying_days == 1 else 'days'}",
                each.why,
            )
            for each in period.stretches
        ),
        figures=tuple(figures),
        form_on="" if period.form_on is None else day_words(period.form_on),
        weeks_end_on="" if period.weeks_end_on is None else day_words(period.weeks_end_on),
    )


def _figure(figure: Figure, edition: Edition) -> str:
    kind = edition.definitions.parameters[figure.parameter].type
    value = Speaker(edition.definitions).plain(figure.value, kind)
    return f"{say(figure.words, 'en')}: {value}, since {day_words(figure.since)}"


# ── The picture ─────────────────────────────────────────────────────────────────────────────────────


def _drawable(text: str, coverage: AbstractSet[int] | None) -> str:
    """What people wrote, as it may stand in a picture: the printer of a page does not look into pictures."""
    return make_inert(text, coverage=coverage, limit=200).text.replace(SOFT_BREAK, "")


def _chart(
    timeline: PersonTimeline,
    checks: Sequence[PaperCheck],
    pay: SickPay | None,
    number: int,
    drawable: Callable[[str], str],
) -> Markup | None:
    if not timeline.spells:
        return None
    first = min(spell.spell.first_day for spell in timeline.spells)
    last = max(spell.last_day for spell in timeline.spells)
    lanes = [
        Lane(
            "Absence", tuple(Bar(s.spell.first_day, s.last_day, "absent", days_words(s.days)) for s in timeline.spells)
        ),
        Lane(
            "Evidence",
            tuple(Bar(run.first_day, run.last_day, STATES[run.state][0]) for s in timeline.spells for run in s.runs),
        ),
        *_note_lanes(checks, first, last, drawable),
    ]
    payable = [
        Bar(stretch.first_day, stretch.last_day, "pay")
        for period in (() if pay is None else pay.periods)
        for stretch in period.stretches
        if stretch.state == "payable"
    ]
    if payable:
        lanes.append(Lane("Sick pay", tuple(payable)))
    spoken = "; ".join(
        f"absence {_dates(spell.spell.first_day, spell.last_day)}: "
        + ", ".join(f"{_dates(run.first_day, run.last_day)} {STATES[run.state][1]}" for run in spell.runs)
        for spell in timeline.spells
    )
    title = f"Absence and evidence of {drawable(timeline.person.id)}"
    return lane_chart(lanes, LEGEND, chart_id=f"timeline-{number}", title=title, description=f"{spoken}.")


def _note_lanes(
    checks: Sequence[PaperCheck], first: date, last: date, drawable: Callable[[str], str]
) -> Iterator[Lane]:
    """The papers, each on the first lane on which it does not run into another."""
    rows: list[list[Bar]] = []
    for check in sorted(checks, key=lambda each: (each.first_day or date.max, each.paper.id)):
        start = check.first_day
        end = (check.covers_until or check.last_day) if not check.open_ended else last
        if start is None or end is None or end < first or start > last or end < start:
            continue
        said = check.paper.content.get("says") or []
        look = "may-be-fit" if said == ["may-be-fit"] else "not-fit"
        if check.verdict.name == "not_valid":
            look = "uncovered"
        elif check.paper.kind != "fit_note":
            look = "other"
        bar = Bar(max(start, first), min(end, last), look, drawable(check.paper.id))
        free = next((row for row in rows if row[-1].last < bar.first), None)
        if free is not None:
            free.append(bar)
        elif len(rows) < MOST_NOTE_LANES:
            rows.append([bar])
        else:
            rows[-1].append(bar)
    for number, row in enumerate(rows):
        yield Lane("Papers" if number == 0 else "", tuple(row))


def _dates(first: date, last: date) -> str:
    if first == last:
        return day_words(first)
    return f"{day_words(first)} to {day_words(last)}"
