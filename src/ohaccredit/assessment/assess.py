"""Assessing: an edition, a submission and a date in; findings and the tier they reach out.

A pure function. The same three give the same assessment, to the byte, on any machine and in any year.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache, cached_property
from pathlib import Path as FilePath
from typing import Any

from ohaccredit.assessment.flags import Flag
from ohaccredit.assessment.prepare import ROOT, Assurance, Path, Prepared, prepare
from ohaccredit.assessment.submission import Explanation, Submission, read_explanation
from ohaccredit.language import tree as t
from ohaccredit.language.outcome import Outcome
from ohaccredit.language.problems import Place, json_pointer
from ohaccredit.language.trace import Decision, Tracer
from ohaccredit.standards.edition import Criterion, Edition, Tier


@dataclass(frozen=True)
class Finding:
    """The outcome of one criterion. The decision's trace is read only when somebody asks for it."""

    criterion: Criterion
    outcome: Outcome
    explanation: Explanation | None
    """What the employer said of the criterion, if that counts."""
    decision: Decision = field(repr=False, compare=False)
    """The rule's decision with its reasons; a claim that the criterion does not apply changes only `outcome`."""
    prepared: Prepared = field(repr=False, compare=False)
    edition: Edition = field(repr=False, compare=False)

    @property
    def satisfied(self) -> bool:
        """Does the finding leave its tier standing?"""
        if self.outcome in (Outcome.MET, Outcome.NOT_APPLICABLE) or self.criterion.obligation == "credit":
            return True
        return self.criterion.obligation == "expected" and self.explanation is not None

    @cached_property
    def missing(self) -> tuple[str, ...]:
        """JSON Pointers to the evidence that is missing; empty unless the finding is not evidenced."""
        return self.decision.missing() if self.outcome is Outcome.NOT_EVIDENCED else ()

    @cached_property
    def reason(self) -> str:
        """A reason code, "" if there is nothing to add to the outcome."""
        if self.explanation is not None and self.outcome is Outcome.NOT_APPLICABLE:
            return "claimed_not_applicable"
        if self.explanation is not None:
            return "explained"
        given = self.decision.reason()
        if not given and any(path in map(json_pointer, self.prepared.suppressed) for path in self.missing):
            return "suppressed"
        return given

    @cached_property
    def effort(self) -> int:
        """The estimated half days for the kinds of evidence that an open finding asks for."""
        if self.satisfied:
            return 0
        kinds: dict[str, None] = {}
        waiting = [trace for trace in (self.decision.applies, self.decision.met) if trace is not None]
        while waiting:
            trace = waiting.pop()
            if trace.verdict is True:
                continue
            for path in (*trace.missing, *(reading.path for reading in trace.readings)):
                if len(path) > 1 and path[0] == ROOT:
                    kinds[str(path[1])] = None
            node = trace.node
            if isinstance(node, t.Quantified) and node.over.scope == t.SUBMISSION:
                kinds[node.over.names[0]] = None
            waiting.extend(trace.parts)
        return sum(self.edition.evidence[kind].effort for kind in kinds if kind in self.edition.evidence)


@dataclass(frozen=True, slots=True)
class TierResult:
    """How a tier, or a foundation, came out."""

    tier: Tier
    findings: tuple[Finding, ...]
    reached: bool
    """Reached on its own terms and on those of everything below it."""

    def count(self, outcome: Outcome) -> int:
        """How many of the tier's findings have this outcome."""
        return sum(1 for finding in self.findings if finding.outcome is outcome)

    @property
    def open(self) -> tuple[Finding, ...]:
        """The findings that stand in the way."""
        return tuple(finding for finding in self.findings if not finding.satisfied)


@dataclass(frozen=True, slots=True)
class Assessment:
    """All findings of a submission against an edition on a date, and the tier they reach."""

    edition: Edition
    submission: Submission
    on: date
    rules_of: date
    """The day whose rules and figures decided: the date of assessment, or the date that the standard names."""
    assurance: Assurance
    modules: tuple[str, ...]
    tiers: tuple[TierResult, ...]
    prepared: Prepared
    factors: Mapping[str, str]
    """The derived choices that parameters depend on (size band), as far as the evidence decides them."""
    linked: Mapping[Path, Assessment]
    """The assessments of embedded evidence, by the place of that evidence."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings, foundations first, then tier by tier."""
        return tuple(finding for result in self.tiers for finding in result.findings)

    @property
    def flags(self) -> list[Flag]:
        """What looks wrong with the evidence."""
        return self.prepared.flags

    @property
    def tier(self) -> Tier | None:
        """The highest tier reached; None below the lowest."""
        reached = [result.tier for result in self.tiers if result.reached and not result.tier.foundation]
        return reached[-1] if reached else None

    @property
    def next_tier(self) -> Tier | None:
        """The lowest tier that is not reached; None at the top."""
        ladder = [result.tier for result in self.tiers if not result.reached and not result.tier.foundation]
        return ladder[0] if ladder else None

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """What stands between the tier reached and the next one, shortest first.

        Short means little to provide: by estimated effort, then by the number of missing pieces.
        """
        target = self.next_tier
        found: list[Finding] = []
        for result in self.tiers:
            found.extend(result.open)
            if result.tier == target:
                break
        return tuple(sorted(found, key=lambda finding: (finding.effort, len(finding.missing))))

    def finding(self, criterion: str) -> Finding | None:
        """The finding of one criterion; None if it was not assessed."""
        return next((finding for finding in self.findings if finding.criterion.id == criterion), None)


def assess(
    edition: Edition,
    submission: Submission,
    on: date,
    *,
    assurance: Assurance = "declared",
    modules: Sequence[str] = (),
) -> Assessment:
    """Assess a submission against an edition on a date.

    `declared` counts all claims that were not rejected, `verified` only accepted evidence. Optional
    modules are assessed if the submission or the caller names them. An edition that is not yet in force
    decides as it will on its first day; `standing_of` says that no award can rest on that.
    """
    edition = edition.tried_on(on)
    linked: dict[Path, Assessment] = {}

    def assess_linked(other: Edition, content: Mapping[str, Any], path: Path) -> Mapping[str, Any]:
        said = tuple(read_explanation(each) for each in content.get("explanations", ()))
        inner = Submission(submission.name, content[ROOT], said, (), submission.digest)
        linked[path] = result = assess(other, inner, on, assurance=assurance)
        return _as_evidence(result)

    prepared = prepare(edition, submission.evidence, on, assurance, assess_linked)
    chosen = tuple(dict.fromkeys([*submission.modules, *modules]))
    rules_of = edition.rules_of(prepared.evidence, on)
    tracer = Tracer(edition.definitions, prepared.evidence, rules_of)
    findings: dict[str, list[Finding]] = {tier.id: [] for tier in edition.tiers}
    for criterion in edition.criteria.values():
        if not criterion.in_force(rules_of) or (criterion.module and criterion.module not in chosen):
            continue
        decision = tracer.decide(edition.rules[criterion.id])
        findings[criterion.tier].append(_finding(criterion, decision, submission, assurance, prepared, edition))
    return Assessment(
        edition,
        submission,
        on,
        rules_of,
        assurance,
        chosen,
        _roll_up(edition.tiers, findings),
        prepared,
        _factors(edition, tracer),
        linked,
    )


def _roll_up(tiers: Sequence[Tier], findings: Mapping[str, Sequence[Finding]]) -> tuple[TierResult, ...]:
    """Cumulative gates: a tier stands only on everything below it, and on at least one met requirement of its own.

    Nothing is averaged. A tier whose every `must` is not applicable is not reached: what does not apply
    cannot earn anything.
    """
    results: list[TierResult] = []
    standing = True
    for tier in tiers:
        own = tuple(findings[tier.id])
        standing = standing and all(finding.satisfied for finding in own)
        if not tier.foundation:
            earned = any(f.outcome is Outcome.MET and f.criterion.obligation == "must" for f in own)
            standing = standing and earned
        results.append(TierResult(tier, own, standing))
    return tuple(results)


def _factors(edition: Edition, tracer: Tracer) -> dict[str, str]:
    names = {parameter.by for parameter in edition.definitions.parameters.values() if parameter.by}
    found: dict[str, str] = {}
    for name in sorted(names):
        kind = edition.definitions.derived[name].type
        value = tracer.value(t.DerivedValue(name, kind, Place("", 0, 0)))[0] if kind is not None else None
        if isinstance(value, str):
            found[name] = value
    return found


def _finding(
    criterion: Criterion,
    decision: Decision,
    submission: Submission,
    assurance: Assurance,
    prepared: Prepared,
    edition: Edition,
) -> Finding:
    met = decision.outcome is Outcome.MET
    explanation = None if met else explanation_for(criterion, submission.explanations, assurance)
    claimed = explanation is not None and explanation.claim == "not-applicable"
    outcome = Outcome.NOT_APPLICABLE if claimed else decision.outcome
    return Finding(criterion, outcome, explanation, decision, prepared, edition)


def explanation_for(
    criterion: Criterion, explanations: Sequence[Explanation], assurance: Assurance
) -> Explanation | None:
    """The explanation that counts for a criterion, if its obligation lets one count."""
    for each in explanations:
        if each.criterion != criterion.id or each.status == "rejected":
            continue
        if assurance == "verified" and each.status != "accepted":
            continue
        if each.claim == "not-applicable" and not criterion.may_claim_not_applicable:
            continue
        if each.claim == "explained" and criterion.obligation != "expected":
            continue
        return each
    return None


def _as_evidence(assessment: Assessment) -> dict[str, Any]:
    """An assessment as the evidence of another: its result, edition, date and assurance."""
    findings = assessment.findings
    if assessment.tier is not None:
        result = "met"
    elif any(finding.outcome is Outcome.NOT_MET and not finding.satisfied for finding in findings):
        result = "not-met"
    else:
        result = "not-evidenced"
    return {
        "result": result,
        "standard": assessment.edition.standard,
        "edition": assessment.edition.edition,
        "assessed_on": assessment.on.isoformat(),
        "valid_until": assessment.on.isoformat(),
        "assurance": assessment.assurance,
    }


@cache
def engine_digest() -> str:
    """SHA-256 over the source of everything that can change an outcome."""
    package = FilePath(__file__).resolve().parent.parent
    digest = hashlib.sha256()
    for folder in ("assessment", "language", "standards"):
        for path in sorted((package / folder).glob("*.py")):
            digest.update(f"{folder}/{path.name}\0".encode())
            digest.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()
