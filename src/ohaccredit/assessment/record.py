"""The record of an assessment: one JSON document that says what was decided, by which text, and why.

It holds no clock time and no random identifier, so assessing again gives the same bytes.
"""

from __future__ import annotations

from typing import Any

from ohaccredit.assessment.assess import Assessment, Finding, engine_digest
from ohaccredit.assessment.prepare import Path, Prepared
from ohaccredit.language import tree as t
from ohaccredit.language.outcome import Verdict
from ohaccredit.language.problems import json_pointer
from ohaccredit.language.trace import Trace
from ohaccredit.language.words import Speaker
from ohaccredit.standards.standing import standing_of

VERDICTS = {True: "met", False: "not_met", None: "not_evidenced"}


def record(assessment: Assessment, language: str = "en") -> dict[str, Any]:
    """The record, ready for JSON."""
    edition = assessment.edition
    speaker = Speaker(edition.definitions, assessment.rules_of, language, assessment.factors)
    tier, following = assessment.tier, assessment.next_tier
    return {
        "ohaccredit": "assessment/1",
        "submission": assessment.submission.name,
        "standard": edition.standard,
        "edition": edition.edition,
        "on": assessment.on.isoformat(),
        "standing": standing_of(edition, assessment.on).state,
        **({"rules_of": assessment.rules_of.isoformat()} if edition.decided_as_of else {}),
        "assurance": assessment.assurance,
        "modules": list(assessment.modules),
        "factors": dict(assessment.factors),
        "tier": tier.id if tier else None,
        "next_tier": following.id if following else None,
        "tiers": [
            {
                "tier": result.tier.id,
                "foundation": result.tier.foundation,
                "reached": result.reached,
                "open": [finding.criterion.id for finding in result.open],
            }
            for result in assessment.tiers
        ],
        "blocking": [
            {
                "criterion": finding.criterion.id,
                "tier": finding.criterion.tier,
                "outcome": finding.outcome.value,
                "reason": finding.reason or None,
                "missing": list(finding.missing),
                "next_step": finding.criterion.next_step.get(language, finding.criterion.next_step["en"]),
                "effort": finding.effort,
            }
            for finding in assessment.blocking
        ],
        "findings": [_finding(finding, speaker, assessment) for finding in assessment.findings],
        "flags": [flag.as_json() for flag in assessment.flags],
        "linked": [
            {
                "at": json_pointer(path),
                "standard": inner.edition.standard,
                "edition": inner.edition.edition,
                "tier": inner.tier.id if inner.tier else None,
                "open": [f.criterion.id for result in inner.tiers for f in result.open],
            }
            for path, inner in assessment.linked.items()
        ],
        "digests": {
            "submission": assessment.submission.digest,
            "edition": edition.digest,
            "engine": engine_digest(),
        },
    }


def _finding(finding: Finding, speaker: Speaker, assessment: Assessment) -> dict[str, Any]:
    criterion = finding.criterion
    trace = finding.decision.deciding
    return {
        "criterion": criterion.id,
        "tier": criterion.tier,
        "obligation": criterion.obligation,
        "outcome": finding.outcome.value,
        "reason": finding.reason or None,
        "missing": list(finding.missing),
        "explanation": finding.explanation.text if finding.explanation else None,
        "statements": list(criterion.statements),
        "trace": None if trace is None else trace_json(trace, speaker, assessment.prepared),
    }


def trace_json(trace: Trace, speaker: Speaker, prepared: Prepared) -> dict[str, Any]:
    """A trace for machines: each part with its sentence, its verdict and the evidence it read."""
    said: dict[str, Any] = {"says": speaker.condition(trace.node).line(), "verdict": say_verdict(trace.verdict)}
    if trace.at:
        said["at"] = json_pointer(trace.at)
    if trace.counts:
        said["counts"] = dict(zip(("of", "yes", "undecided"), trace.counts, strict=False))
    readings = [
        {
            "path": json_pointer(reading.path) or None,
            "what": speaker.called(reading.node) if reading.node is not None else None,
            "value": shown(reading.path, speaker.plain(reading.value, reading.node.type), prepared)
            if reading.node is not None and reading.value is not None
            else None,
        }
        for reading in trace.readings
        if reading.path or isinstance(reading.node, (t.ParameterValue, t.DerivedValue))
    ]
    if readings:
        said["evidence"] = readings
    if trace.missing and trace.verdict is None:
        said["missing"] = [json_pointer(path) for path in trace.missing]
    if trace.parts:
        said["parts"] = [trace_json(part, speaker, prepared) for part in trace.parts]
    return said


def shown(path: Path, said: str, prepared: Prepared) -> str:
    """A value as it may be shown: counts below the floor for small groups are not."""
    return "a small number" if path in prepared.masked else said


def say_verdict(verdict: Verdict) -> str:
    """The verdict of a part, spelt as outcomes are."""
    return VERDICTS[verdict]
