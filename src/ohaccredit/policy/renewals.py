"""What falls due: evidence that counts today and will have expired, or grown too old, within a year.

The rules are asked again on later days. The first day on which a criterion that was met no longer is shows until when
its evidence lasts, and the reasons of that day show which piece it was. An embedded assessment is taken to be renewed
with the submission; what falls due in the evidence behind it is found in that evidence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from ohaccredit.assessment.assess import Assessment
from ohaccredit.assessment.prepare import Path
from ohaccredit.language.encode import Encoded
from ohaccredit.language.months import shift_months
from ohaccredit.language.outcome import Outcome
from ohaccredit.language.trace import Decision, Trace, Tracer
from ohaccredit.standards.edition import Criterion, Tier

MONTHS = 12
STANDING = (Outcome.MET, Outcome.NOT_APPLICABLE)


@dataclass(frozen=True, slots=True)
class Renewal:
    """A criterion that is met today and will not be if nothing is renewed."""

    criterion: Criterion
    until: date
    """The last day on which it is met."""
    paths: tuple[Path, ...]
    """The dates that it then fails by; none if it fails by a change of the rules."""


def renewals(assessment: Assessment, tiers: Sequence[Tier], *, months: int = MONTHS) -> list[Renewal]:
    """What falls due within so many months, soonest first."""
    names = {tier.id for tier in tiers}
    wanted = {
        finding.criterion.id
        for finding in assessment.findings
        if finding.decision.outcome in STANDING
        and finding.criterion.tier in names
        and finding.criterion.obligation != "credit"
    }
    days = _Days(assessment)
    found: list[Renewal] = []
    good = assessment.on
    for month in range(1, months + 1):
        day = shift_months(assessment.on, month)
        for criterion in [each for each in assessment.edition.criteria if each in wanted]:
            if days.decide(criterion, day).outcome in STANDING:
                continue
            wanted.discard(criterion)
            low, high = good, day
            while high.toordinal() - low.toordinal() > 1:
                middle = date.fromordinal((low.toordinal() + high.toordinal()) // 2)
                if days.decide(criterion, middle).outcome in STANDING:
                    low = middle
                else:
                    high = middle
            paths = _fallen(days.decide(criterion, low), days.decide(criterion, high))
            found.append(Renewal(assessment.edition.criteria[criterion], low, paths))
        good = day
    for path, inner in assessment.linked.items():
        if str(path[1]) in assessment.edition.evidence and inner.tier is not None:
            for each in renewals(inner, inner.edition.tiers, months=months):
                paths = tuple((*path, *own[1:]) for own in each.paths)
                found.append(replace(each, paths=paths))
    return sorted(found, key=lambda each: (each.until, each.criterion.id))


class _Days:
    """The evidence of an assessment as the rules read it on later days."""

    def __init__(self, assessment: Assessment) -> None:
        self._assessment = assessment
        self._tracers: dict[date, Tracer] = {}

    def decide(self, criterion: str, day: date) -> Decision:
        """What a rule says on a day."""
        edition = self._assessment.edition
        if day not in self._tracers:
            evidence: Any = self._assessment.prepared.evidence
            for path in self._assessment.linked:
                evidence = _moved(evidence, path[1:-1], day)
            self._tracers[day] = Tracer(edition.definitions, evidence, edition.rules_of(evidence, day))
        return self._tracers[day].decide(edition.rules[criterion])


def _moved(evidence: Any, path: Path, day: date) -> Encoded:
    """The evidence with an embedded assessment made on another day."""
    if not path:
        again = {name: day.toordinal() for name in ("assessed_on", "valid_until")}
        return {**evidence, **again} if isinstance(evidence, Mapping) else evidence
    step = path[0]
    if isinstance(evidence, list) and isinstance(step, int):
        return [_moved(each, path[1:], day) if index == step else each for index, each in enumerate(evidence)]
    return {**evidence, str(step): _moved(evidence[step], path[1:], day)}


def _fallen(before: Decision, after: Decision) -> tuple[Path, ...]:
    """The dates of the submission by which tests fail on one day that they did not fail by on the day before."""
    old = set(_failing(before.met))
    return tuple(dict.fromkeys(path for path in _failing(after.met) if path not in old))


def _failing(trace: Trace | None) -> Iterable[Path]:
    for leaf in () if trace is None else trace.leaves():
        if leaf.verdict is False:
            yield from (reading.path for reading in leaf.readings if reading.path and isinstance(reading.value, date))
