"""The difference between two editions, in the words of its report and of the terminal."""

from __future__ import annotations

from dataclasses import dataclass

from ohaccredit.policy.diff import Difference, facts, plain
from ohaccredit.policy.diff_behaviour import Behaviour, Direction, Witness
from ohaccredit.policy.diff_change import Change, day_said
from ohaccredit.policy.diff_tiers import TierDifference
from ohaccredit.standards.edition import Edition

DIRECTIONS: dict[Direction, str] = {
    "stricter": "Stricter",
    "laxer": "Laxer",
    "otherwise": "Otherwise, with nothing won or lost",
}
ABOUT = {
    "edition": "The edition",
    "tier": "Tiers and foundations",
    "figure": "Figures",
    "derived": "Derived values",
    "evidence": "What is handed in",
}


@dataclass(frozen=True, slots=True)
class WitnessView:
    """Evidence that comes out differently."""

    says: str
    source: str
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class CriterionView:
    """What is otherwise with one criterion."""

    id: str
    title: str
    behaviour: str
    changes: tuple[Change, ...]
    witnesses: tuple[WitnessView, ...]
    scope: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DifferenceView:
    """The whole report."""

    title: str
    standard: str
    before: str
    after: str
    day: str
    summary: tuple[str, ...]
    criteria: tuple[CriterionView, ...]
    tiers: tuple[str, ...]
    others: tuple[tuple[str, tuple[tuple[str, tuple[Change, ...]], ...]], ...]
    """Heading; below it each subject with its changes."""
    unchanged: int
    """The criteria that nothing changed about."""


def difference_view(found: Difference) -> DifferenceView:
    """The report of a difference."""
    criteria = tuple(_criterion(found, id_) for id_ in found.criteria)
    return DifferenceView(
        f"{found.before.id} and {found.after.id}",
        found.after.title["en"],
        found.before.id,
        found.after.id,
        day_said(found.on),
        _summary(found),
        criteria,
        tuple(tier_said(each, found) for each in found.tiers) or (_no_tiers(found),),
        tuple(
            (heading, _by_subject(tuple(each for each in found.changes if each.about == about)))
            for about, heading in ABOUT.items()
            if any(each.about == about for each in found.changes)
        ),
        len([id_ for id_ in found.after.criteria if id_ in found.before.criteria and id_ not in set(found.criteria)]),
    )


def _summary(found: Difference) -> tuple[str, ...]:
    shared = found.behaviours
    stricter, laxer = (sum(1 for b in shared if each in b.directions) for each in ("stricter", "laxer"))
    same = sum(1 for each in shared if each.result == "same")
    open_ = sum(1 for each in shared if each.result in ("not decided", "not compared") or each.undecided)
    new = sum(1 for id_ in found.after.criteria if id_ not in found.before.criteria)
    gone = sum(1 for id_ in found.before.criteria if id_ not in found.after.criteria)
    moved = sum(1 for each in found.changes if each.about == "criterion" and each.kind == "tier")
    return (
        f"New criteria: {new}. Gone: {gone}. Moved to another tier: {moved}.",
        f"Of {len(shared)} criteria in both, stricter with some evidence: {stricter}; laxer: {laxer}; "
        f"shown to decide the same: {same}; with something not decided or not compared: {open_}.",
    )


def _criterion(found: Difference, id_: str) -> CriterionView:
    edition = found.after if id_ in found.after.criteria else found.before
    behaviour = found.behaviour(id_)
    return CriterionView(
        id_,
        edition.criteria[id_].title["en"],
        "" if behaviour is None else behaviour_said(behaviour),
        found.of_criterion(id_),
        () if behaviour is None else tuple(_witness(each) for each in behaviour.witnesses),
        () if behaviour is None else behaviour.scope,
    )


def behaviour_said(behaviour: Behaviour) -> str:
    """How it decides now, in a sentence or two."""
    if behaviour.result == "not compared":
        return f"Not compared. {behaviour.why}"
    if behaviour.by_text:
        return "Decides the same: neither the rule nor what it reads differs."
    if behaviour.result == "same":
        return "Decides the same, though written otherwise: shown for all evidence within the scope."
    said = [f"{DIRECTIONS[each]}." for each in behaviour.directions]
    excluded = [
        each for each in ("stricter", "laxer") if each not in behaviour.directions and each not in behaviour.undecided
    ]
    if excluded and behaviour.scope:
        said.append(f"Never {' or '.join(excluded)} within the scope.")
    if behaviour.undecided:
        names = " and ".join(DIRECTIONS[each].partition(",")[0].lower() for each in behaviour.undecided)
        said.append(f"Not decided: {names}. {behaviour.why}")
    return " ".join(said)


def _witness(witness: Witness) -> WitnessView:
    odd = "" if witness.believable else " It keeps not all limits of believable evidence, for none that does was found."
    says = f"{DIRECTIONS[witness.direction]}: {witness.was.words}, now {witness.now.words}."
    return WitnessView(
        says,
        f"{witness.source[0].upper()}{witness.source[1:]}.{odd}",
        tuple(facts(plain(witness.evidence))) or (("evidence", "none at all"),),
    )


def tier_said(each: TierDifference, found: Difference) -> str:
    """One submission whose tier differs."""
    was, now = _tier(found.before, each.was), _tier(found.after, each.now)
    put = f" with the evidence that shows the change of {each.put_in}" if each.put_in else ""
    return f"{each.example}{put}: {was}, now {now}. Because of: {', '.join(each.responsible) or 'nothing single'}."


def _tier(edition: Edition, id_: str) -> str:
    return edition.tier(id_).words["en"] if id_ else "no tier"


def _no_tiers(found: Difference) -> str:
    return f"None found among {found.examples} example submissions and the evidence above; others may exist."


def _by_subject(changes: tuple[Change, ...]) -> tuple[tuple[str, tuple[Change, ...]], ...]:
    subjects = dict.fromkeys(each.subject for each in changes)
    return tuple((name, tuple(each for each in changes if each.subject == name)) for name in subjects)
