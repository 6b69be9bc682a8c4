"""What the solver finds is decided by the ordinary evaluator before anybody is told of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from ohaccredit.assessment.assess import Assessment, assess
from ohaccredit.assessment.submission import Explanation, Submission
from ohaccredit.language.encode import encode
from ohaccredit.language.outcome import Outcome
from ohaccredit.language.trace import Tracer
from ohaccredit.standards.edition import Edition


def decided(edition: Edition, criterion: str, evidence: Mapping[str, Any], on: date) -> Outcome | None:
    """The outcome that the traced and the compiled form agree on; None if they do not."""
    encoded = encode(evidence, edition.record)
    traced = Tracer(edition.definitions, encoded, on).decide(edition.rules[criterion]).outcome
    return traced if edition.compiled.on(on)[criterion](encoded) is traced else None


def assessed(
    edition: Edition, evidence: Mapping[str, Any], on: date, not_applicable: tuple[str, ...] = ()
) -> Assessment:
    """The assessment of evidence; the employer claims that some criteria do not apply."""
    said = tuple(Explanation(id_, "not-applicable", "a claim", "accepted", "") for id_ in not_applicable)
    return assess(edition, Submission("a submission", evidence, said, (), ""), on)
