"""What each piece of evidence says of which days: the step from papers to a timeline.

A fit note that is valid, or that leaves a query open, covers its days: a query is put to the issuer, not to
the employee. One that is not valid is no fit note but may still be sufficient evidence "by other means"
(SI 1985/1604, regulation 2(1)(b)), which is for the employer to decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from ohaccredit.assessment.submission import canonical
from ohaccredit.fitnotes.check import PaperCheck
from ohaccredit.fitnotes.record import FIT_NOTE, Certificate, Paper, Spell
from ohaccredit.fitnotes.spans import LAST_ORDINAL, Span
from ohaccredit.language.months import read_day

DayState = Literal[
    "not_fit",
    "may_be_fit",
    "other_accepted",
    "stated_on_advice",
    "self_certified",
    "self_certifiable",
    "other_undecided",
    "beyond_cap",
    "uncovered",
]
"""What a day of absence is. The first five are covered. `stated_on_advice`: the record says that the absence was on
advice before its first note, whose predecessors it does not hold. `self_certifiable`: within the first days, for
which no medical evidence can be required, and no self-certificate is in the record. `beyond_cap`: a fit note speaks
of the day, but the law lets it run only to an earlier one."""

COVERED: frozenset[DayState] = frozenset(
    {"not_fit", "may_be_fit", "other_accepted", "stated_on_advice", "self_certified"}
)
BY_NOTE: frozenset[DayState] = frozenset({"not_fit", "may_be_fit"})
WITHOUT_EVIDENCE: frozenset[DayState] = frozenset({"uncovered", "beyond_cap"})

_STRENGTH: dict[DayState, int] = {
    "not_fit": 6,
    "may_be_fit": 6,
    "other_accepted": 5,
    "stated_on_advice": 4,
    "self_certified": 3,
    "other_undecided": 2,
    "beyond_cap": 1,
}
"""What counts where several speak of a day: the stronger kind, then the later assessment, then the later issue; of
notes of one day, one that says not fit."""

Rank = tuple[int, int, int, bool, str, str]


@dataclass(frozen=True, slots=True)
class Evidence:
    """One piece of evidence, for the days on which it says one thing."""

    id: str
    """The paper; "" for a self-certificate or other evidence, which have none in the record."""
    span: Span
    state: DayState
    rank: Rank
    """Greater governs."""
    check: PaperCheck | None
    """The paper's check, if it is a paper."""
    copy: bool = False
    """A duplicate of another note for the same assessment: the same paper twice, not a second one."""

    @property
    def by_note(self) -> bool:
        """Does it count as a fit note's cover?"""
        return self.state in BY_NOTE


def evidence_of(
    checks: Iterable[PaperCheck], self_certificates: Iterable[Certificate], other: Iterable[Certificate]
) -> tuple[Evidence, ...]:
    """Everything that speaks of days. What the employer refused is left out."""
    found = [each for check in checks for each in _paper(check)]
    found += [_certificate(each, "self_certified") for each in self_certificates]
    found += [
        _certificate(each, "other_undecided" if each.accepted is None else "other_accepted")
        for each in other
        if each.accepted is not False
    ]
    return tuple(_copies_marked([each for each in found if each.span.first <= each.span.last]))


def stated_evidence(spell: Spell, evidence: Iterable[Evidence]) -> Iterator[Evidence]:
    """The days on advice that a spell states before its first note; none if it has no note to lead up to."""
    stated = read_day(spell.content.get("on_advice_since"))
    if stated is None:
        return
    last = LAST_ORDINAL if spell.last_day is None else spell.last_day.toordinal()
    since = Span(max(stated.toordinal(), spell.first_day.toordinal()), last)
    notes = [
        (assessment_order(each.check.paper), each.span.first)
        for each in evidence
        if each.by_note and each.check is not None and each.span.within(since)
    ]
    if notes:
        # The first by assessment, not by days: a later note for earlier days must not undo what is covered.
        span = Span(since.first, min(notes)[1] - 1)
        state: DayState = "stated_on_advice"
        yield Evidence("", span, state, (_STRENGTH[state], 0, 0, False, "", ""), None)


def _copies_marked(found: list[Evidence]) -> list[Evidence]:
    """The first note of an assessment counts as the original; others of it that say they are duplicates do not."""
    originals: dict[date, PaperCheck] = {}
    checks = [each.check for each in found if each.by_note and each.check is not None]
    for check in sorted(checks, key=lambda check: assessment_order(check.paper)):
        assessed = check.paper.day("assessed_on")
        if assessed is not None:
            originals.setdefault(assessed, check)

    def copy(each: Evidence) -> bool:
        if each.check is None or each.check.paper.content.get("marked_duplicate") is not True:
            return False
        original = originals.get(each.check.paper.day("assessed_on") or date.max)
        return original is not None and original is not each.check

    return [replace(each, copy=True) if copy(each) else each for each in found]


def note_span(check: PaperCheck) -> Span | None:
    """The days that a paper covers as a fit note; None if it covers none as that."""
    return next((span for span, state in _says(check) if state in BY_NOTE), None)


def assessment_order(paper: Paper) -> tuple[int, int, bool, str]:
    """The order in which papers follow each other: by assessment, then issue, copies after their originals.

    The content settles what is left, so that the order in which papers were handed in changes nothing.
    """
    assessed, issued = paper.day("assessed_on"), paper.day("issued_on")
    return (
        _ordinal(assessed or issued),
        _ordinal(issued or assessed),
        paper.content.get("marked_duplicate") is True,
        canonical(paper.content),
    )


def _ordinal(day: date | None) -> int:
    return LAST_ORDINAL + 1 if day is None else day.toordinal()


def _known(day: int) -> int:
    """For what governs: an unknown date must not govern over a known one."""
    return -1 if day > LAST_ORDINAL else day


def _paper(check: PaperCheck) -> Iterator[Evidence]:
    assessed, issued, _, content = assessment_order(check.paper)
    for span, state in _says(check):
        # On one day nothing says which came later: the employee is not to be sent to work by a tie.
        rank = (_STRENGTH[state], _known(assessed), _known(issued), state == "not_fit", content, check.paper.id)
        yield Evidence(check.paper.id, span, state, rank, check)


def _says(check: PaperCheck) -> Iterator[tuple[Span, DayState]]:
    """What a paper says of which days; a span may be empty (its last day before its first)."""
    content = check.paper.content
    says = content.get("says") or []
    if check.first_day is None or says == ["fit"]:
        return  # there is no such thing as a note that somebody is fit (FNG-32), so it says nothing of absence
    first = check.first_day.toordinal()
    last = None if check.last_day is None else check.last_day.toordinal()
    not_valid = check.verdict.name == "not_valid"
    if check.paper.kind != FIT_NOTE:
        agrees = content.get("employer_agrees")
        if agrees is not False:
            accepted = agrees is True and not not_valid and last is not None
            yield (
                Span(first, LAST_ORDINAL if last is None else last),
                "other_accepted" if accepted else "other_undecided",
            )
    elif not_valid or (last is None and not check.open_ended):
        # Without an end that can be read, the days that one note can cover at most are what there is to decide on.
        cap = LAST_ORDINAL if check.cap_last_day is None or check.open_ended else check.cap_last_day.toordinal()
        yield Span(first, cap if last is None else last), "other_undecided"
    else:
        end = LAST_ORDINAL if last is None else last
        until = end if check.covers_until is None else check.covers_until.toordinal()
        yield Span(first, min(end, until)), "may_be_fit" if says == ["may-be-fit"] else "not_fit"
        yield Span(max(first, until + 1), end), "beyond_cap"


def _certificate(raw: Certificate, state: DayState) -> Evidence:
    span = Span(raw.first_day.toordinal(), raw.last_day.toordinal())
    return Evidence("", span, state, (_STRENGTH[state], 0, 0, False, raw.kind, ""), None)
