"""Submissions that reach another tier in another edition, with the criteria responsible.

The example submissions are tried as they are, and then with the evidence of each witness put in place of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from ohaccredit.assessment.assess import Assessment, assess
from ohaccredit.policy.diff_behaviour import Behaviour
from ohaccredit.policy.diff_candidates import Example
from ohaccredit.standards.edition import Edition
from ohaccredit.standards.evidence import EvidenceType


@dataclass(frozen=True, slots=True)
class TierDifference:
    """A submission whose tier differs."""

    example: str
    put_in: str
    """The criterion whose witness replaces evidence of the example; "" if it is as it was written."""
    was: str
    """The tier's id; "" below the lowest."""
    now: str
    responsible: tuple[str, ...]
    """The criteria that stand in the way in the one edition and not in the other."""
    evidence: Mapping[str, Any]
    """What was put in."""


def tier_differences(
    before: Edition, after: Edition, examples: Sequence[Example], found: Sequence[Behaviour], on: date
) -> list[TierDifference]:
    """One for each example that differs as it is, and one for each criterion that can make one differ."""
    if not (before.ladder and after.ladder):
        return []
    differences: list[TierDifference] = []
    standing: list[tuple[Example, str, str]] = []
    for example in examples:
        one, other = assess(before, example.before, on), assess(after, example.after, on)
        standing.append((example, tier_of(one), tier_of(other)))
        if tier_of(one) != tier_of(other):
            differences.append(_difference(example, "", one, other, {}))
    ladder = {tier.id: rung for rung, tier in enumerate(after.ladder)}
    highest_first = sorted(standing, key=lambda each: -ladder.get(each[2], -1))
    for each in found:
        known = {criterion for difference in differences for criterion in difference.responsible}
        if each.criterion not in known:
            differences += _first(_with_witness(before, after, highest_first, each, on))
    return differences


def _with_witness(
    before: Edition, after: Edition, examples: Sequence[tuple[Example, str, str]], behaviour: Behaviour, on: date
) -> Iterator[TierDifference]:
    for witness in behaviour.witnesses:
        for example, *as_it_is in examples:
            if not any(as_it_is):
                continue  # it reaches nothing in either
            read = [
                replace(each, evidence=put_in(each.evidence, witness.evidence, after.evidence))
                for each in (example.before, example.after)
            ]
            one, other = assess(before, read[0], on), assess(after, read[1], on)
            difference = _difference(example, behaviour.criterion, one, other, witness.evidence)
            if difference.was != difference.now and behaviour.criterion in difference.responsible:
                yield difference


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


def _difference(
    example: Example, put: str, one: Assessment, other: Assessment, evidence: Mapping[str, Any]
) -> TierDifference:
    was, now = tier_of(one), tier_of(other)
    ladder = [tier.id for tier in other.edition.ladder]
    rank = {"": -1, **{id_: index for index, id_ in enumerate(ladder)}}
    lower, higher = (other, one) if rank.get(now, -1) < rank.get(was, -1) else (one, other)
    responsible = tuple(dict.fromkeys(_stands_in_the_way(lower, higher)))
    return TierDifference(example.name, put, was, now, responsible, evidence)


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
