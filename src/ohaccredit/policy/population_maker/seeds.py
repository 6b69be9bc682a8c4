"""Seeds: whole submissions that others are varied from, with the tier that each reaches."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ohaccredit.assessment.assess import assess
from ohaccredit.assessment.submission import read_submission, standard_named
from ohaccredit.language.json_source import read_json
from ohaccredit.language.months import shift_months
from ohaccredit.language.outcome import Outcome
from ohaccredit.language.problems import Problem, ProblemsFound
from ohaccredit.policy.population_maker.profile import BELOW
from ohaccredit.standards.edition import Edition


@dataclass(frozen=True, slots=True)
class Seed:
    """One whole submission. Assessments of others that were embedded in it are replaced by their results."""

    name: str
    reaches: str
    """The id of the tier; "below" if it reaches none."""
    size: int
    content: Mapping[str, Any]
    rests_on: tuple[str, ...] = ()
    """The criteria by whose evidence it reaches the tier; what was explained instead needs none."""

    def value(self, path: str) -> object:
        """What the evidence states in a field of a type that is given once."""
        return _value(self.content["evidence"], path)


def read_seeds(
    edition: Edition, folders: Iterable[Path], size_field: str, written_for: date, results_hold: int
) -> tuple[list[Seed], list[str]]:
    """The submissions to this standard in the JSON files of some folders, and why others are not used.

    A file that is not a submission to the standard is passed over; so is one without a positive size, which
    could not be made larger or smaller. What was embedded of another standard becomes its result, which holds for
    so many months. Raises ProblemsFound for a folder that is not there.
    """
    seeds: list[Seed] = []
    unused: list[str] = []
    for folder in folders:
        if not folder.is_dir():
            hint = "Name a folder of submissions with --from."
            raise ProblemsFound([Problem(f"There is no folder {folder}.", hint=hint)])
        for path in sorted(folder.glob("*.json")):
            try:
                source = read_json(path.read_bytes(), path.name)
                if standard_named(source) != edition.standard:
                    continue
                submission = read_submission(source, edition)
            except ProblemsFound:
                unused.append(f"{path.name}: it does not have the shape of a submission")
                continue
            content: dict[str, Any] = json.loads(path.read_bytes())
            size = _value(content["evidence"], size_field)
            if not isinstance(size, int) or size < 1:
                unused.append(f"{path.name}: {size_field} is no positive number")
                continue
            assessment = assess(edition, submission, written_for)
            for place, result in assessment.linked.items():
                until = shift_months(result.on, results_hold)
                _replace(content, place, assessment.prepared.evidence, until)
            tier = assessment.tier
            rests_on = tuple(
                finding.criterion.id
                for result in assessment.tiers
                if result.reached
                for finding in result.findings
                if finding.outcome in (Outcome.MET, Outcome.NOT_APPLICABLE)
                and finding.explanation is None
                and finding.criterion.obligation != "credit"
            )
            seeds.append(Seed(path.name, tier.id if tier is not None else BELOW, size, content, rests_on))
    return seeds, unused


def _value(evidence: Any, path: str) -> object:
    for name in path.split("."):
        evidence = evidence.get(name) if isinstance(evidence, dict) else None
    return evidence


def _replace(content: dict[str, Any], place: tuple[str | int, ...], counted: Any, valid_until: date) -> None:
    """Put the result of an embedded assessment where its evidence stood, as the assessment itself read it."""
    *way, _ = place
    given: Any = content
    for part in way:
        given = given[part]
    for part in way[1:]:
        counted = counted[part]
    given.clear()
    for name, value in counted.items():
        given[name] = date.fromordinal(value).isoformat() if isinstance(value, int) else value
    given["valid_until"] = valid_until.isoformat()
