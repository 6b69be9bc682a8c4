"""Submissions that reach another tier in another edition, with the criteria responsible.

The example submissions are tried as they are, and then with the evidence of each witness put in place of their own
(`diff_places` changes them for criteria that are asked in another place).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from ohaccredit.assessment.assess import Assessment, assess
from ohaccredit.assessment.submission import Submission
from ohaccredit.policy.diff_behaviour import Behaviour
from ohaccredit.policy.diff_candidates import Example
from ohaccredit.standards.edition import Edition
from ohaccredit.standards.evidence import EvidenceType


@dataclass(frozen=True, slots=True)
class TierDifference:
    """A submission whose tier differs."""

    was: str
    """The tier's id; "" below the lowest."""
    now: str
    responsible: tuple[str, ...]
    """The criteria that stand in the way in the one edition and not in the other."""
    submission: Submission
    """What was assessed, as the later edition reads it."""
    example: str = ""
    """The example submission that it was made from."""
    turns_on: str = ""
    """The criterion for whose sake the example was changed; "" if it is as it was written."""
    evidence: Mapping[str, Any] = field(default_factory=dict)
    """What was put in."""
    source: str = ""
    """Where that comes from."""
    left_out: tuple[str, ...] = ()
    """The fields that were left out."""
    explained: bool = False
    """Was an explanation given for the criterion?"""


def tier_differences(
    before: Edition, after: Edition, examples: Sequence[Example], found: Sequence[Behaviour], on: date
) -> list[TierDifference]:
    """One for each example that differs as it is, and one for each criterion that can make one differ."""
    if not (before.ladder and after.ladder):
        return []
    differences: list[TierDifference] = []
    for example in examples:
        difference = assessed_by_both(before, after, example.before, example.after, on)
        if difference is not None:
            differences.append(replace(difference, example=example.name))
    best = highest_first(before, after, examples, on)
    for each in found:
        if not any(difference.responsible == (each.criterion,) for difference in differences):
            differences += _first(_with_witness(before, after, best, each, on))
    return differences


def highest_first(before: Edition, after: Edition, examples: Sequence[Example], on: date) -> list[Example]:
    """The examples that reach a tier in either edition, the highest first: they have most to lose."""
    rungs = {tier.id: rung for edition in (before, after) for rung, tier in enumerate(edition.ladder)}
    placed = []
    for example in examples:
        tiers = tier_of(assess(before, example.before, on)), tier_of(assess(after, example.after, on))
        placed.append((max(rungs.get(tier, -1) for tier in tiers), example))
    return [example for rung, example in sorted(placed, key=lambda pair: -pair[0]) if rung >= 0]


def _with_witness(
    before: Edition, after: Edition, examples: Sequence[Example], behaviour: Behaviour, on: date
) -> Iterator[TierDifference]:
    for witness in behaviour.witnesses:
        for example in examples:
            one, other = (
                replace(each, evidence=put_in(each.evidence, witness.evidence, after.evidence))
                for each in (example.before, example.after)
            )
            difference = assessed_by_both(before, after, one, other, on)
            if difference is not None and behaviour.criterion in difference.responsible:
                yield replace(
                    difference,
                    example=example.name,
                    turns_on=behaviour.criterion,
                    evidence=witness.evidence,
                    source=witness.source,
                )


def _first(differences: Iterator[TierDifference]) -> list[TierDifference]:
    return [each for each, _ in zip(differences, range(1), strict=False)]


def put_in(evidence: Mapping[str, Any], other: Mapping[str, Any], kinds: Mapping[str, EvidenceType]) -> dict[str, Any]:
    """The evidence with what the other states: groups of fields field by field, of lists the items of the same kind.

    Items are of the same kind if the fields that say what an item is are alike; without such fields, all are.
    """
    merged = dict(evidence)
    for name, value in other.items():
        own = merged.get(name)
        if isinstance(own, Mapping) and isinstance(value, Mapping):
            merged[name] = put_in(own, value, {})
        elif isinstance(own, list) and isinstance(value, list) and name in kinds:
            fields = kinds[name].identified_by
            taken = [_identity(item, fields) for item in value]
            merged[name] = [*(item for item in own if fields and _identity(item, fields) not in taken), *value]
        else:
            merged[name] = value
    return merged


def _identity(item: Any, fields: Sequence[str]) -> list[Any]:
    return [item.get(field) for field in fields]


def tier_of(assessment: Assessment) -> str:
    """The id of the tier reached; "" below the lowest."""
    return assessment.tier.id if assessment.tier is not None else ""


def assessed_by_both(
    before: Edition, after: Edition, one: Submission, other: Submission, on: date
) -> TierDifference | None:
    """A submission under both editions, as each reads it; None if it reaches the same tier."""
    assessments = assess(before, one, on), assess(after, other, on)
    was, now = (tier_of(each) for each in assessments)
    if was == now:
        return None
    rank = {"": -1, **{tier.id: index for index, tier in enumerate(after.ladder)}}
    lower, higher = reversed(assessments) if rank.get(now, -1) < rank.get(was, -1) else assessments
    responsible = tuple(dict.fromkeys(_stands_in_the_way(lower, higher)))
    return TierDifference(was, now, responsible, other)


def _stands_in_the_way(lower: Assessment, higher: Assessment) -> Iterator[str]:
    """What blocks the next tier there, and does not block that tier here."""
    blocked = {finding.criterion.id for finding in higher.blocking}
    for finding in lower.blocking:
        if finding.criterion.id not in blocked:
            yield finding.criterion.id
            continue
        here = higher.finding(finding.criterion.id)
        if here is not None and here.criterion.tier != finding.criterion.tier:
            yield finding.criterion.id
