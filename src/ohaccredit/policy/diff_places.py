"""Employers whose tier turns on a criterion that is new, gone, or asked in another place.

Such a criterion may decide as it did before; what differs is what hangs on it. The example submissions are changed
until one comes out at another tier because of it: what it alone reads is left out, the evidence of a worked case is
put in, or an explanation is given where only one edition lets one count.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from ohaccredit.assessment.submission import Explanation, Submission
from ohaccredit.language import tree as t
from ohaccredit.language.walk import walk
from ohaccredit.policy.diff_candidates import Candidate, Example
from ohaccredit.policy.diff_tiers import TierDifference, assessed_by_both, highest_first, put_in
from ohaccredit.standards.edition import Edition


@dataclass(frozen=True, slots=True)
class _Variant:
    """An example submission with something changed in it."""

    example: Example
    put: Mapping[str, Any]
    source: str
    left_out: tuple[tuple[str, ...], ...]
    explained: bool = False

    def applied(self, submission: Submission, id_: str, before: Edition, after: Edition) -> Submission:
        """The submission so changed."""
        evidence = without(submission.evidence, self.left_out)
        evidence = put_in(evidence, self.put, {**before.evidence, **after.evidence})
        said = [each for each in submission.explanations if each.criterion != id_]
        if self.explained:
            said.append(Explanation(id_, "explained", "There is a reason for it.", "accepted", ""))
        return replace(submission, evidence=evidence, explanations=tuple(said))


def place_changes(before: Edition, after: Edition, on: date) -> tuple[str, ...]:
    """The criteria that are asked on a day by one edition only, or by both in another place or with other weight.

    What counts for an employer and never against is left out: no tier turns on it.
    """
    ids = dict.fromkeys([*before.criteria, *after.criteria])
    return tuple(id_ for id_ in ids if _place(before, id_, on) != _place(after, id_, on))


def _place(edition: Edition, id_: str, on: date) -> tuple[str, str, str, bool] | None:
    criterion = edition.criteria.get(id_)
    if criterion is None or not criterion.in_force(on) or criterion.obligation == "credit":
        return None
    return criterion.tier, criterion.obligation, criterion.module, criterion.may_claim_not_applicable


def place_differences(
    before: Edition,
    after: Edition,
    examples: Sequence[Example],
    ready: Mapping[str, Sequence[Candidate]],
    on: date,
    known: Collection[str] = (),
) -> list[TierDifference]:
    """For each criterion in another place, a submission whose tier turns on it, with as few others as possible.

    For the criteria in `known` there is one already.
    """
    if not (before.ladder and after.ladder):
        return []
    found = []
    first = highest_first(before, after, examples, on)
    for id_ in place_changes(before, after, on):
        if id_ in known:
            continue
        best: TierDifference | None = None
        for variant in _variants(id_, before, after, first, ready.get(id_, ())):
            one = variant.applied(variant.example.before, id_, before, after)
            other = variant.applied(variant.example.after, id_, before, after)
            difference = assessed_by_both(before, after, one, other, on)
            if difference is None or id_ not in difference.responsible:
                continue
            if best is None or len(difference.responsible) < len(best.responsible):
                best = replace(
                    difference,
                    example=variant.example.name,
                    turns_on=id_,
                    evidence=variant.put,
                    source=variant.source,
                    left_out=tuple(".".join(path) for path in variant.left_out),
                    explained=variant.explained,
                )
            if len(best.responsible) == 1:
                break
        if best is not None:
            found.append(best)
    return found


def _variants(
    id_: str, before: Edition, after: Edition, examples: Sequence[Example], ready: Sequence[Candidate]
) -> Iterator[_Variant]:
    """What to try, the simplest first."""
    alone = _read_by_it_alone(id_, before, after)
    obligations = {edition.criteria[id_].obligation for edition in (before, after) if id_ in edition.criteria}
    for example in examples:
        yield _Variant(example, {}, "", ())
    for explained in (False, True) if len(obligations) > 1 else (False,):
        for example in examples:
            gone = tuple(path for path in alone if _stands(example.after.evidence, path))
            if gone:
                yield _Variant(example, {}, "", gone, explained)
        for candidate in ready:
            for example in examples:
                yield _Variant(example, candidate.evidence, candidate.source, (), explained)


def _read_by_it_alone(id_: str, before: Edition, after: Edition) -> tuple[tuple[str, ...], ...]:
    """The fields outside lists that no rule of either edition reads but that of the criterion."""
    own: set[tuple[str, ...]] = set()
    others: set[tuple[str, ...]] = set()
    for edition in (before, after):
        for name, rule in edition.rules.items():
            nodes = walk(rule.applies_when, rule.met_when, definitions=edition.definitions)
            paths = {node.names for node in nodes if isinstance(node, t.PathTo) and node.scope == t.SUBMISSION}
            (own if name == id_ else others).update(paths)
    return tuple(sorted(own - others))


def _stands(evidence: Any, path: Sequence[str]) -> bool:
    """Is something given at a path of groups?"""
    for name in path:
        if not isinstance(evidence, Mapping) or name not in evidence:
            return False
        evidence = evidence[name]
    return True


def without(evidence: Mapping[str, Any], paths: Sequence[tuple[str, ...]]) -> dict[str, Any]:
    """The evidence without the fields at these paths."""
    left = dict(evidence)
    for first, *rest in paths:
        if not rest:
            left.pop(first, None)
        elif isinstance(left.get(first), Mapping):
            left[first] = without(left[first], [tuple(rest)])
    return left
