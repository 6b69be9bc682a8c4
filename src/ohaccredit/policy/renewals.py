"""What falls due: evidence that counts today and will have expired, or grown too old, within a year.

The submission is assessed again on later days. The first day on which a criterion that was met no longer is shows
until when its evidence lasts, and the reasons of that day show which piece it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from ohaccredit.assessment.assess import Assessment, Finding, assess
from ohaccredit.assessment.prepare import Path
from ohaccredit.language.months import shift_months
from ohaccredit.language.trace import Trace
from ohaccredit.standards.edition import Criterion, Tier

MONTHS = 12


@dataclass(frozen=True, slots=True)
class Renewal:
    """A criterion that is met today and will not be if nothing is renewed."""

    criterion: Criterion
    until: date
    """The last day on which it is met."""
    paths: tuple[Path, ...]
    """The dates that it then fails by."""


def renewals(assessment: Assessment, tiers: Sequence[Tier], *, months: int = MONTHS) -> list[Renewal]:
    """What falls due within so many months, soonest first."""
    wanted = {f.criterion.id for f in assessment.findings if f.satisfied and f.criterion.tier in {t.id for t in tiers}}
    known: dict[date, Assessment] = {assessment.on: assessment}

    def on(day: date) -> Assessment:
        if day not in known:
            known[day] = assess(
                assessment.edition,
                assessment.submission,
                day,
                assurance=assessment.assurance,
                modules=assessment.modules,
            )
        return known[day]

    found: list[Renewal] = []
    good = assessment.on
    for month in range(1, months + 1):
        day = shift_months(assessment.on, month)
        lost = [f.criterion.id for f in on(day).findings if f.criterion.id in wanted and not f.satisfied]
        for criterion in lost:
            wanted.discard(criterion)
            low, high = good, day
            while high.toordinal() - low.toordinal() > 1:
                middle = date.fromordinal((low.toordinal() + high.toordinal()) // 2)
                finding = on(middle).finding(criterion)
                if finding is None or finding.satisfied:
                    low = middle
                else:
                    high = middle
            after, before = on(high).finding(criterion), on(low).finding(criterion)
            if after is not None:
                found.append(Renewal(after.criterion, low, _fallen(before, after)))
        good = day
    return sorted(found, key=lambda each: (each.until, each.criterion.id))


def _fallen(before: Finding | None, after: Finding) -> tuple[Path, ...]:
    """The dates of the submission by which tests fail on one day that they did not fail by on the day before."""
    old = set() if before is None else set(_failing(before.decision.met))
    return tuple(dict.fromkeys(path for path in _failing(after.decision.met) if path not in old))


def _failing(trace: Trace | None) -> Iterable[Path]:
    for leaf in () if trace is None else trace.leaves():
        if leaf.verdict is False:
            yield from (reading.path for reading in leaf.readings if reading.path and isinstance(reading.value, date))
