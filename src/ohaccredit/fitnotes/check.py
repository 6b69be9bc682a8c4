"""Checking papers: each fit note or health and work report against its own standard.

The rules decide (rules/fit-note, rules/health-and-work-report); this module hands them the paper, with
what is known beside it, and reads back the days that it covers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ohaccredit.assessment.assess import assess
from ohaccredit.assessment.submission import Submission
from ohaccredit.assessment.verdict import Verdict
from ohaccredit.fitnotes.record import FIT_NOTE, Paper
from ohaccredit.language.encode import Encoded, encode_value
from ohaccredit.language.trace import Tracer
from ohaccredit.standards.edition import Edition

FIRST_DAY, LAST_DAY, CAP = "period-first-day", "period-last-day", "cap-last-day"
COVERED_UNTIL = "covered-until"
"""The derived values in which a standard for papers says which days one covers; the last two only for fit notes."""
CONTEXT = "note_context"

Editions = Mapping[str, Edition]
"""The edition for each kind of paper."""


@dataclass(frozen=True)
class PaperCheck:
    """A paper with its verdict and the days that it speaks of."""

    paper: Paper
    verdict: Verdict
    first_day: date | None
    last_day: date | None
    """None if it has no end (indefinite) or none can be read."""
    cap_last_day: date | None
    """The last day that the law lets one note cover in the first six months of absence on advice."""
    covers_until: date | None
    """The last day that the paper counts for: `last_day`, or the cap if the rules let it run no longer. Where they
    cannot tell, for want of what is known beside it, `last_day`: what is not decided is not held against anybody."""
    context: Mapping[str, Any]

    @property
    def open_ended(self) -> bool:
        """Does the note speak of an indefinite period?"""
        period = self.paper.content.get("period")
        return isinstance(period, Mapping) and period.get("given_as") == "indefinite"


def check_paper(editions: Editions, paper: Paper, on: date, context: Mapping[str, Any] | None = None) -> PaperCheck:
    """Decide one paper. `context` is what is known beside a fit note; `on` is the day of the check."""
    edition = editions[paper.kind]
    beside = {**(context or {}), "checked_on": (context or {}).get("checked_on") or on.isoformat()}
    evidence: dict[str, Any] = {paper.kind: paper.content}
    if paper.kind == FIT_NOTE:
        evidence[CONTEXT] = beside
    assessment = assess(edition, Submission(paper.id, evidence, (), (), ""), on)
    tracer = Tracer(edition.definitions, assessment.prepared.evidence, assessment.rules_of)
    first, last, cap, until = (_day(tracer, edition, name) for name in (FIRST_DAY, LAST_DAY, CAP, COVERED_UNTIL))
    return PaperCheck(paper, Verdict(assessment), first, last, cap, until or last, beside)


def first_day(editions: Editions, paper: Paper, on: date) -> date | None:
    """The first day that a paper speaks of, from what stands on it alone; None if none can be read."""
    edition = editions[paper.kind]
    kind = edition.evidence[paper.kind]
    encoded = encode_value(paper.content, kind.type)
    evidence: dict[str, Encoded] = {} if encoded is None else {paper.kind: encoded}
    return _day(Tracer(edition.definitions, evidence, edition.rules_of(evidence, on)), edition, FIRST_DAY)


def _day(tracer: Tracer, edition: Edition, name: str) -> date | None:
    derived = edition.definitions.derived.get(name)
    if derived is None or derived.type is None:
        return None
    value = tracer.derived(name)
    return value if isinstance(value, date) else None
