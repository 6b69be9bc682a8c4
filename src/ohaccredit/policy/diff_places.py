"""Employers whose tier turns on a criterion that is new, gone, or asked in another place.

Such a criterion may decide as it did before; what differs is what hangs on it. The example submissions are changed
until one comes out at another tier because of it: what it alone reads is left out, the evidence of a worked case is
put in, or an explanation is given where only one edition lets one count.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date
from typing import Any

from ohaccredit.assessment.submission import Explanation, Submission
from ohaccredit.language import tree as t
from ohaccredit.policy.diff_candidates import Candidate, Example
from ohaccredit.policy.diff_tiers import TierDifference, assessed_by_both, highest_first, put_in
from ohaccredit.standards.edition import Edition

Names = tuple[str, ...]
"""A path into the evidence by the names of its fields; items of lists are not told apart."""


@dataclass(frozen=True, slots=True)
class _Variant:
    """An example submission with something changed in it."""

    example: Example
    put: Mapping[str, Any]
    source: str
    left_out: tuple[Names, ...]
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
    claims = (False, True) if len(obligations) > 1 else (False,)
    for explained in claims:
        for example in examples:
            gone = tuple(path for path in alone if _stands(example.after.evidence, path))
            if gone:
                yield _Variant(example, {}, "", gone, explained)
    for explained in claims:
        for candidate in ready:
            for example in examples:
                yield _Variant(example, candidate.evidence, candidate.source, (), explained)


def _read_by_it_alone(id_: str, before: Edition, after: Edition) -> tuple[Names, ...]:
    """What no rule of either edition reads but that of the criterion: fields, also those of items, and whole lists."""
    own: set[Names] = set()
    others: set[Names] = set()
    for edition in (before, after):
        for name, rule in edition.rules.items():
            read = _read((rule.applies_when, rule.met_when), edition.definitions, ())
            (own if name == id_ else others).update(read)
    alone = own - others
    return tuple(sorted(path for path in alone if not any(path[:end] in alone for end in range(1, len(path)))))


def _read(node: object, definitions: t.Definitions, items: tuple[Names, ...]) -> Iterator[Names]:
    """The paths that a rule reads; `items` says where the items stand that are looked at one by one."""
    if isinstance(node, tuple):
        for each in node:
            yield from _read(each, definitions, items)
    elif isinstance(node, t.PathTo):
        yield _from_the_top(node, items)
    elif isinstance(node, (t.DerivedValue, t.DerivedCondition)):
        derived = definitions.derived[node.name]
        yield from _read((derived.value, derived.condition, derived.bands), definitions, ())
    elif type(node).__module__ == t.__name__ and is_dataclass(node):
        if isinstance(node, t.ParameterValue) and definitions.parameters[node.name].by:
            factor = definitions.derived[definitions.parameters[node.name].by]
            yield from _read((factor.value, factor.bands), definitions, ())
        inside = items
        if isinstance(node, (t.Quantified, t.Aggregate)):
            inside = (*items, _from_the_top(node.over, items))
            yield inside[-1]
        for each in fields(node):
            value = getattr(node, each.name)
            if not (each.name == "over" and inside is not items):
                yield from _read(value, definitions, inside)


def _from_the_top(path: t.PathTo, items: tuple[Names, ...]) -> Names:
    return path.names if path.scope == t.SUBMISSION else (*items[path.scope], *path.names)


def _stands(evidence: Any, path: Names) -> bool:
    """Is something given at a path, in any of the items where it leads into a list?"""
    if isinstance(evidence, list):
        return any(_stands(each, path) for each in evidence)
    if not path:
        return True
    return isinstance(evidence, Mapping) and path[0] in evidence and _stands(evidence[path[0]], path[1:])


def without(evidence: Any, paths: Sequence[Names]) -> Any:
    """The evidence without the fields at these paths, in every item where they lead into a list."""
    if isinstance(evidence, list):
        return [without(each, paths) for each in evidence]
    if not isinstance(evidence, Mapping):
        return evidence
    gone = {path[0] for path in paths if len(path) == 1}
    return {
        name: without(each, [path[1:] for path in paths if len(path) > 1 and path[0] == name])
        for name, each in evidence.items()
        if name not in gone
    }
