"""How the rows of a population come out: tiers and outcomes, to see whether a profile is plausible."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from ohaccredit.assessment.assess import assess
from ohaccredit.assessment.submission import read_submission
from ohaccredit.language.json_source import read_json
from ohaccredit.language.problems import ProblemsFound
from ohaccredit.standards.edition import Edition


@dataclass
class Trial:
    """Rows assessed one by one, with everything that an assessment does."""

    edition: Edition
    rows: int = 0
    refused: int = 0
    """Rows that are no submission to the edition."""
    tiers: Counter[str | None] = field(default_factory=Counter)
    outcomes: dict[str, Counter[str]] = field(default_factory=dict)
    """For each criterion, how often each outcome came out."""


def try_rows(rows: Iterable[bytes], on: date, trial: Trial) -> Iterator[Trial]:
    """Assess rows into `trial`, which is given back after each of them."""
    for number, row in enumerate(rows, 1):
        trial.rows += 1
        try:
            submission = read_submission(read_json(row, f"row {number}"), trial.edition)
        except ProblemsFound:
            trial.refused += 1
        else:
            assessment = assess(trial.edition, submission, on)
            trial.tiers[assessment.tier.id if assessment.tier is not None else None] += 1
            for finding in assessment.findings:
                counts = trial.outcomes.setdefault(finding.criterion.id, Counter())
                counts[finding.outcome.name.lower()] += 1
        yield trial
