"""The ladder that two editions share: the tiers of both in one order."""

from __future__ import annotations

from dataclasses import dataclass

from ohaccredit.language.problems import Problem, ProblemsFound
from ohaccredit.language.types import Words
from ohaccredit.standards.edition import Edition


@dataclass(frozen=True, slots=True)
class Rung:
    """A tier of either edition, or what is below all of them."""

    id: str
    words: Words


BELOW = Rung("", {"en": "no tier"})


def merged_ladder(before: Edition, after: Edition) -> tuple[Rung, ...]:
    """The tiers of both editions in one order, below all of them no tier; `check_comparable` says if there is one."""
    ids = [tier.id for tier in after.ladder]
    at = 0
    for tier in before.ladder:
        if tier.id in ids:
            at = ids.index(tier.id) + 1
        else:
            ids.insert(at, tier.id)
            at += 1
    known = {tier.id: tier for tier in (*before.ladder, *after.ladder)}
    return (BELOW, *(Rung(id_, known[id_].words) for id_ in ids))


def check_comparable(before: Edition, after: Edition) -> None:
    """Raises ProblemsFound if nobody can rise or fall: verdicts, no tier in common, or another order of tiers."""
    verdicts = {each.id: each.subject["en"] for each in (before, after) if each.verdicts}
    problems = [
        Problem(f"{id_} gives a verdict on one {subject} and no tier, so nobody rises or falls.")
        for id_, subject in verdicts.items()
    ]
    if problems:
        raise ProblemsFound(problems)
    ids = [[tier.id for tier in edition.ladder] for edition in (before, after)]
    shared = [[each for each in ladder if each in other] for ladder, other in (ids, reversed(ids))]
    if shared[0] != shared[1]:
        problems.append(Problem(f"{before.id} and {after.id} have the same tiers in another order."))
    elif not shared[0]:
        problems.append(Problem(f"{before.id} and {after.id} have no tier in common."))
    if problems:
        raise ProblemsFound(problems)
