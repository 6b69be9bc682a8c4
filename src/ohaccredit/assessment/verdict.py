"""Verdicts: what a standard without tiers says of a thing, notice by notice.

A fit note reaches no tier. Each finding may give a notice (information, warning, query, invalid), and the
gravest of them makes the verdict: valid, query or not valid. What a finding says and what is to be done
about it stand in the standard; nothing here knows any one rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from ohaccredit.assessment.assess import Assessment, Finding, TierResult
from ohaccredit.language.outcome import Outcome
from ohaccredit.language.trace import Tracer
from ohaccredit.language.words import Speaker
from ohaccredit.standards.edition import Tier
from ohaccredit.standards.files import Severity
from ohaccredit.standards.verdict_standards import NAMED

VerdictName = Literal["valid", "query", "not_valid"]

SEVERITIES: tuple[Severity, ...] = ("info", "warn", "query", "invalid")
"""From the lightest to the gravest."""
_GIVES: dict[Severity, VerdictName] = {"info": "valid", "warn": "valid", "query": "query", "invalid": "not_valid"}
PartAnswer = Literal["against", "query", "warning", "nothing_against", "not_known", "does_not_arise"]
"""What a part comes to. `nothing_against`: something was looked at and nothing found, information aside."""
_ANSWERS: dict[Severity, PartAnswer] = {"invalid": "against", "query": "query", "warn": "warning"}


@dataclass(frozen=True, slots=True)
class NoticeGiven:
    """One notice of a verdict. `finding` is None where the edition does not cover the day at all."""

    finding: Finding | None
    severity: Severity
    message: str
    next: tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """An assessment against a standard that gives a verdict, as it is said to people."""

    assessment: Assessment
    language: str = "en"

    @cached_property
    def notices(self) -> tuple[NoticeGiven, ...]:
        """What the findings say, the gravest first, then in the order of the standard."""
        if not self._covered:
            day = self.assessment.rules_of
            message = f"This edition says nothing of {day.day} {day:%B %Y}: it cannot be checked here."
            return (NoticeGiven(None, "query", message, ()),)
        given = [notice for finding in self.assessment.findings if (notice := self._notice(finding)) is not None]
        return tuple(sorted(given, key=lambda notice: -SEVERITIES.index(notice.severity)))

    @property
    def name(self) -> VerdictName:
        """The verdict: that of the gravest notice, else valid."""
        return _GIVES[self.notices[0].severity] if self.notices else "valid"

    @property
    def words(self) -> str:
        """What the standard calls the verdict."""
        return self._say(self.assessment.edition.verdicts[self.name])

    @property
    def next(self) -> tuple[tuple[str, str], ...]:
        """What is to be done: the actions with their words, those of the gravest notices first, each once."""
        actions = self.assessment.edition.actions
        ids = dict.fromkeys(action for notice in self.notices for action in notice.next)
        return tuple((id_, self._say(actions[id_])) for id_ in ids)

    @property
    def unchecked(self) -> tuple[Finding, ...]:
        """The findings for which what was handed in says too little, and which give no notice of it."""
        told = {id(notice.finding) for notice in self.notices}
        findings = self.assessment.findings
        return tuple(each for each in findings if each.outcome is Outcome.NOT_EVIDENCED and id(each) not in told)

    @property
    def parts(self) -> tuple[tuple[Tier, PartAnswer], ...]:
        """Each part of the standard with what there is to say of it, by the gravest of its notices."""
        return tuple((result.tier, self._answer(result)) for result in self.assessment.tiers)

    def _answer(self, result: TierResult) -> PartAnswer:
        if not self._covered:
            return "not_known"
        own = {id(finding) for finding in result.findings}
        graves = [SEVERITIES.index(notice.severity) for notice in self.notices if id(notice.finding) in own]
        gravest = SEVERITIES[max(graves)] if graves else "info"
        if gravest != "info":
            return _ANSWERS[gravest]
        outcomes = {finding.outcome for finding in result.findings}
        if Outcome.MET in outcomes or Outcome.NOT_MET in outcomes:
            return "nothing_against"
        return "not_known" if Outcome.NOT_EVIDENCED in outcomes else "does_not_arise"

    def _notice(self, finding: Finding) -> NoticeGiven | None:
        notices = finding.criterion.notices
        if notices is None:
            return None
        # A reason needs the trace of the decision, so it is asked for only where it can matter.
        by_reason = notices.by_reason.get(finding.reason) if notices.by_reason else None
        notice = by_reason or notices.by_outcome.get(finding.outcome.value)
        if notice is None:
            return None
        message = NAMED.sub(lambda named: self._value(named[1]), self._say(notice.says))
        return NoticeGiven(finding, notice.severity, message, notice.next)

    def _value(self, name: str) -> str:
        kind = self.assessment.edition.definitions.derived[name].type
        assert kind is not None, "notices name values only (standards.verdict_standards checks it)"
        return self._speaker.plain(self._tracer.derived(name), kind)

    @property
    def _covered(self) -> bool:
        """Does the edition speak of the day whose rules decide?"""
        force, day = self.assessment.edition.in_force, self.assessment.rules_of
        return force.start <= day and (force.until is None or day <= force.until)

    @cached_property
    def _tracer(self) -> Tracer:
        assessment = self.assessment
        return Tracer(assessment.edition.definitions, assessment.prepared.evidence, assessment.rules_of)

    @cached_property
    def _speaker(self) -> Speaker:
        return Speaker(self.assessment.edition.definitions, self.assessment.rules_of, self.language)

    def _say(self, words: object) -> str:
        assert isinstance(words, dict)
        return str(words.get(self.language) or words["en"])
