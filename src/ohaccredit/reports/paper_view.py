"""Checked papers (fit notes, health and work reports) as people and programs read them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ohaccredit.assessment.verdict import NoticeGiven, PartAnswer, Verdict
from ohaccredit.fitnotes.check import PaperCheck
from ohaccredit.language import tree as t
from ohaccredit.language.outcome import Outcome
from ohaccredit.language.types import Date
from ohaccredit.language.words import Speaker
from ohaccredit.reports.view import say
from ohaccredit.standards.edition import Criterion
from ohaccredit.standards.sources import Statement

NATURES = {
    "law": "Statutory rule",
    "guidance": "Guidance",
    "design": "Our own choice",
    "document": "Document",
}
"""The kinds of source, which a finding must show apart."""
SEVERITIES = {"invalid": "Not valid", "query": "Query", "warn": "Warning", "info": "Information"}
ANSWERS: Mapping[PartAnswer, str] = {
    "against": "not valid",
    "query": "query",
    "warning": "warning",
    "nothing_against": "nothing against it",
    "not_known": "not known",
    "does_not_arise": "does not arise",
}
"""How a part of a verdict answers its question."""
VERDICTS = ("not_valid", "query", "valid")


@dataclass(frozen=True, slots=True)
class SourceView:
    """One source of a finding."""

    id: str
    nature: str
    nature_words: str
    cited: str
    document: str
    place: str
    """Where in its document it stands: "Schedule 1, Part 1, rule 12"."""
    says: str
    start: str
    until: str
    dates: str
    """From when until when it holds, in words; "" if the register gives no dates."""
    to_confirm: str
    address: str


@dataclass(frozen=True, slots=True)
class NoticeView:
    """One finding that says something."""

    rule: str
    criterion: str
    title: str
    severity: str
    severity_words: str
    outcome: str
    message: str
    sources: tuple[SourceView, ...]
    next: tuple[tuple[str, str], ...]

    @property
    def to_confirm(self) -> bool:
        """Does the finding rest only on what has to be confirmed in the text itself?"""
        stating = [each for each in self.sources if each.nature != "design"]
        return bool(stating) and all(each.to_confirm for each in stating)


@dataclass(frozen=True, slots=True)
class PartView:
    """One question about the paper, with its answer."""

    id: str
    words: str
    about: str
    answer: PartAnswer
    answer_words: str


@dataclass(frozen=True, slots=True)
class PaperView:
    """One paper with its verdict."""

    id: str
    person: str
    subject: str
    verdict: str
    verdict_words: str
    rules_of: str
    rules_of_words: str
    first_day: str
    last_day: str
    cap_last_day: str
    period_words: str
    notices: tuple[NoticeView, ...]
    next: tuple[tuple[str, str], ...]
    parts: tuple[PartView, ...]
    unchecked: tuple[str, ...]

    @property
    def answers(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The answers with the parts that have each, the gravest first."""
        found = {answer: tuple(p.words for p in self.parts if p.answer == answer) for answer in ANSWERS}
        return tuple((ANSWERS[answer].capitalize(), parts) for answer, parts in found.items() if parts)


@dataclass(frozen=True, slots=True)
class PapersView:
    """All papers of one check."""

    title: str
    on: str
    notices: tuple[str, ...]
    papers: tuple[PaperView, ...]
    remarks: tuple[str, ...] = ()
    """What was assumed in reading tables, and what they do not hold."""

    @property
    def counts(self) -> tuple[tuple[str, str, int], ...]:
        """The verdicts with how many papers have each, the gravest first."""
        counted = Counter(paper.verdict for paper in self.papers)
        words = {"not_valid": "Not valid", "query": "Query", "valid": "Valid"}
        return tuple((verdict, words[verdict], counted[verdict]) for verdict in VERDICTS)

    @property
    def sources(self) -> tuple[SourceView, ...]:
        """Every source cited, law before guidance before our own choices."""
        return sources_of([notice for paper in self.papers for notice in paper.notices])

    @property
    def numbers(self) -> Mapping[str, int]:
        """The number of each source in the list of sources, by its id."""
        return numbered(self.sources)

    @property
    def unchecked(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """What was not checked for want of knowledge, with the papers it concerns."""
        found: dict[str, list[str]] = {}
        for paper in self.papers:
            for title in paper.unchecked:
                found.setdefault(title, []).append(paper.id)
        return tuple((title, tuple(papers)) for title, papers in found.items())

    @property
    def rules(self) -> tuple[tuple[NoticeView, int], ...]:
        """The notices that were given, by rule and severity, with how many papers got each, gravest first."""
        counted: dict[tuple[str, str, str], tuple[NoticeView, int]] = {}
        for paper in self.papers:
            for notice in paper.notices:
                key = (notice.rule, notice.severity, notice.title)
                counted[key] = (counted[key][0] if key in counted else notice, counted.get(key, (notice, 0))[1] + 1)
        order = list(SEVERITIES)
        return tuple(sorted(counted.values(), key=lambda pair: (order.index(pair[0].severity), -pair[1])))


def papers_view(
    checks: Sequence[PaperCheck],
    statements: Mapping[str, Statement],
    on: date,
    title: str,
    language: str = "en",
    remarks: Sequence[str] = (),
) -> PapersView:
    """The checked papers in the order in which they were handed in."""
    editions = {check.verdict.assessment.edition.id: check.verdict.assessment.edition for check in checks}
    said = tuple(dict.fromkeys(say(edition.notice, language) for edition in editions.values()))
    papers = tuple(paper_view(check, statements, language) for check in checks)
    return PapersView(title, day_words(on, language), said, papers, tuple(remarks))


def sources_of(notices: Sequence[NoticeView]) -> tuple[SourceView, ...]:
    """Every source that notices cite, each once: law before guidance before our own choices."""
    cited = {source.id: source for notice in notices for source in notice.sources}
    order = list(NATURES)
    return tuple(sorted(cited.values(), key=lambda source: (order.index(source.nature), source.cited)))


def numbered(sources: Sequence[SourceView]) -> Mapping[str, int]:
    """The numbers, from 1, by which findings point at a list of sources."""
    return {source.id: number for number, source in enumerate(sources, 1)}


def paper_view(check: PaperCheck, statements: Mapping[str, Statement], language: str = "en") -> PaperView:
    """One checked paper."""
    verdict = check.verdict
    assessment = verdict.assessment
    parts = tuple(
        PartView(part.id, say(part.words, language), say(part.about, language), answer, ANSWERS[answer])
        for part, answer in verdict.parts
    )
    return PaperView(
        id=check.paper.id,
        person=check.paper.person,
        subject=say(assessment.edition.subject, language),
        verdict=verdict.name,
        verdict_words=verdict.words,
        rules_of=assessment.rules_of.isoformat(),
        rules_of_words=day_words(assessment.rules_of, language),
        first_day=_iso(check.first_day),
        last_day=_iso(check.last_day),
        cap_last_day=_iso(check.cap_last_day),
        period_words=_period(check, language),
        notices=notice_views(verdict, statements, language),
        next=verdict.next,
        parts=parts,
        unchecked=tuple(say(finding.criterion.title, language) for finding in verdict.unchecked),
    )


def notice_views(
    verdict: Verdict, statements: Mapping[str, Statement], language: str = "en", last_day: date | None = None
) -> tuple[NoticeView, ...]:
    """The notices of a verdict, the gravest first. `last_day`: the verdict is on the days up to there, not on one."""
    return tuple(_notice(notice, verdict, statements, language, last_day) for notice in verdict.notices)


def paper_json(paper: PaperView) -> dict[str, Any]:
    """One paper for programs."""
    return {
        "id": paper.id,
        **({"person": paper.person} if paper.person else {}),
        "subject": paper.subject,
        "verdict": paper.verdict,
        "rules_of": paper.rules_of,
        "covers": {
            "first_day": paper.first_day or None,
            "last_day": paper.last_day or None,
            "cap_last_day": paper.cap_last_day or None,
        },
        "findings": [notice_json(notice) for notice in paper.notices],
        "next": [{"action": action, "says": says} for action, says in paper.next],
        "parts": {part.id: part.answer for part in paper.parts},
        "unchecked": list(paper.unchecked),
    }


def notice_json(notice: NoticeView) -> dict[str, Any]:
    """One finding for programs; `source` is the first of `sources` in words."""
    return {
        "rule": notice.rule,
        "criterion": notice.criterion,
        "severity": notice.severity,
        "outcome": notice.outcome,
        "message": notice.message,
        "source": notice.sources[0].cited if notice.sources else "",
        "to_confirm": notice.to_confirm,
        "sources": [
            {
                "id": source.id,
                "kind": source.nature,
                "cited": source.cited,
                "says": source.says,
                "from": source.start or None,
                "until": source.until or None,
                "to_confirm": source.to_confirm or None,
                "address": source.address or None,
            }
            for source in notice.sources
        ],
        "next": [action for action, _ in notice.next],
    }


def _notice(
    notice: NoticeGiven, verdict: Verdict, statements: Mapping[str, Statement], language: str, last_day: date | None
) -> NoticeView:
    actions = verdict.assessment.edition.actions
    criterion = notice.finding.criterion if notice.finding is not None else None
    return NoticeView(
        rule="" if criterion is None else criterion.code or criterion.id,
        criterion="" if criterion is None else criterion.id,
        title="Outside the dates of this edition" if criterion is None else say(criterion.title, language),
        severity=notice.severity,
        severity_words=SEVERITIES[notice.severity],
        outcome=Outcome.NOT_EVIDENCED.value if notice.finding is None else notice.finding.outcome.value,
        message=notice.message,
        sources=()
        if criterion is None
        else source_views(
            criterion, statements, verdict.assessment.rules_of, _nation(verdict), language, last_day=last_day
        ),
        next=tuple((id_, say(actions[id_], language)) for id_ in notice.next),
    )


def _nation(verdict: Verdict) -> str:
    """The nation that the evidence names; "" if it names none."""
    for each in verdict.assessment.submission.evidence.values():
        nation = each.get("nation") if isinstance(each, Mapping) else None
        if isinstance(nation, str):
            return nation
    return ""


def source_views(
    criterion: Criterion,
    statements: Mapping[str, Statement],
    day: date,
    nation: str = "",
    language: str = "en",
    *,
    last_day: date | None = None,
) -> tuple[SourceView, ...]:
    """The sources of a criterion that hold on a day and in a nation: law before guidance before what is our own.

    With `last_day`, those that hold on any day from `day` to there: an absence can outlast a rule.
    """
    cited = [
        statements[id_]
        for id_ in criterion.statements
        if id_ in statements and _holds(statements[id_], day, last_day or day, nation)
    ]
    order = list(NATURES)
    return tuple(_source(each, language) for each in sorted(cited, key=lambda statement: order.index(statement.nature)))


def _holds(statement: Statement, first: date, last: date, nation: str) -> bool:
    force = statement.file.in_force
    begins = first if force is None or not first < force.start <= last else force.start
    return statement.holds(first, nation) or statement.holds(begins, nation)


def _source(statement: Statement, language: str) -> SourceView:
    force = statement.file.in_force
    start, until = (force.start, force.until) if force is not None else (None, None)
    dates = ""
    if start is not None:
        dates = f"in force from {day_words(start, language)}" + (f" to {day_words(until, language)}" if until else "")
    return SourceView(
        id=statement.file.id,
        nature=statement.nature,
        nature_words=NATURES[statement.nature],
        cited=statement.cited,
        document=statement.title,
        place=statement.file.place,
        says=statement.file.says,
        start=_iso(start),
        until=_iso(until),
        dates=dates,
        to_confirm=statement.file.to_confirm or "",
        address=statement.address,
    )


def _period(check: PaperCheck, language: str) -> str:
    if check.first_day is None:
        return "period not known"
    first = day_words(check.first_day, language)
    if check.last_day is not None:
        return f"{first} to {day_words(check.last_day, language)}"
    return f"from {first}, without an end" if check.open_ended else f"from {first}, end not known"


def days_words(number: int) -> str:
    """ "1 day", "1,200 days"."""
    return f"{number:,} {'day' if number == 1 else 'days'}"


def people_words(number: int) -> str:
    """ "1 person", "1,200 people"."""
    return f"{number:,} {'person' if number == 1 else 'people'}"


def day_words(day: date, language: str = "en") -> str:
    """A day as people write it: 30 June 2026."""
    return Speaker(t.Definitions({}, {}), language=language).plain(day, Date())


def _iso(day: date | None) -> str:
    return "" if day is None else day.isoformat()
