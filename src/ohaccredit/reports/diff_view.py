"""The difference between two editions, in the words of its report and of the terminal."""

from __future__ import annotations

from dataclasses import dataclass

from ohaccredit.policy.diff import Difference, plain
from ohaccredit.policy.diff_behaviour import Behaviour, Direction, Witness
from ohaccredit.policy.diff_change import Change, day_said
from ohaccredit.policy.diff_places import place_changes
from ohaccredit.policy.diff_tiers import TierDifference
from ohaccredit.reports.evidence_words import evidence_lines, field_words
from ohaccredit.standards.edition import Edition

DIRECTIONS: dict[Direction, str] = {
    "stricter": "Stricter",
    "laxer": "Laxer",
    "otherwise": "Different, with nothing won or lost",
}
_FOR_SOME: dict[Direction, str] = {
    "stricter": "Stricter for some",
    "laxer": "Laxer for some",
    "otherwise": "Different for some, with nothing won or lost",
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
    """What is different about one criterion."""

    id: str
    title: str
    behaviour: str
    changes: tuple[Change, ...]
    witnesses: tuple[WitnessView, ...]
    tier: WitnessView | None
    """An employer whose tier turns on it."""
    no_tier: str
    """Why there is none; "" if none is to be expected."""
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
        *_editions(found),
        day_said(found.on),
        _summary(found),
        criteria,
        _tiers(found),
        tuple(
            (heading, _by_subject(tuple(each for each in found.changes if each.about == about)))
            for about, heading in ABOUT.items()
            if any(each.about == about for each in found.changes)
        ),
        len([id_ for id_ in found.after.criteria if id_ in found.before.criteria and id_ not in set(found.criteria)]),
    )


def _editions(found: Difference) -> tuple[str, str]:
    """What the two are called; working copies of one edition are told apart by their digests."""
    one, other = found.before, found.after
    if one.id != other.id:
        return one.id, other.id
    return f"{one.id} ({one.digest[:8]})", f"{other.id} ({other.digest[:8]})"


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
        f"In both: {len(shared)}. Stricter with some evidence: {stricter}; laxer with some: {laxer}; "
        f"shown to decide the same: {same}; with something not decided or not compared: {open_}.",
    )


def _criterion(found: Difference, id_: str) -> CriterionView:
    edition = found.after if id_ in found.after.criteria else found.before
    behaviour = found.behaviour(id_)
    tier = next((each for each in found.tiers if each.turns_on == id_), None)
    tier = tier or next((each for each in found.tiers if id_ in each.responsible), None)
    return CriterionView(
        id_,
        edition.criteria[id_].title["en"],
        "" if behaviour is None else behaviour_said(behaviour),
        found.of_criterion(id_),
        () if behaviour is None else tuple(_witness(each, found.after) for each in behaviour.witnesses),
        None if tier is None else _tier_view(tier, found),
        _no_tier(id_, found) if tier is None else "",
        () if behaviour is None else behaviour.scope,
    )


def _no_tier(id_: str, found: Difference) -> str:
    """Why no submission is shown whose tier turns on a criterion; "" where none is to be expected."""
    behaviour = found.behaviour(id_)
    decides = behaviour is None or bool({"stricter", "laxer"} & set(behaviour.directions))
    if not found.after.ladder or not (decides or id_ in place_changes(found.before, found.after, found.on)):
        return ""
    editions = [each for each in (found.before, found.after) if id_ in each.criteria]
    if all(each.criteria[id_].obligation == "credit" for each in editions):
        return "It counts for an employer and never against one, so no tier turns on it."
    return "No example submission was found whose tier turns on it; others may exist."


def behaviour_said(behaviour: Behaviour) -> str:
    """How it decides now, in a sentence or two."""
    if behaviour.result == "not compared":
        return f"Not compared. {behaviour.why}"
    if behaviour.by_text:
        return "Decides the same: neither the rule nor what it reads differs."
    if behaviour.result == "same":
        return "Decides the same, though written differently: shown for all evidence within the scope."
    said = [f"{_FOR_SOME[each]}." for each in behaviour.directions]
    excluded = [
        each for each in ("stricter", "laxer") if each not in behaviour.directions and each not in behaviour.undecided
    ]
    if excluded and behaviour.scope:
        said.append(f"Never {' or '.join(excluded)} within the scope.")
    if behaviour.undecided:
        names = " and ".join(DIRECTIONS[each].partition(",")[0].lower() for each in behaviour.undecided)
        said.append(f"Not decided: {names}. {behaviour.why}")
    return " ".join(said)


def _witness(witness: Witness, edition: Edition) -> WitnessView:
    odd = "" if witness.believable else " Parts of it are unlikely in practice: none more likely was found."
    says = f"{DIRECTIONS[witness.direction]}: {witness.was.words}, now {witness.now.words}."
    lines = tuple(evidence_lines(plain(witness.evidence), edition)) or (("evidence", "none at all"),)
    return WitnessView(says, f"{_sentence(witness.source)}{odd}", lines)


def _tier_view(each: TierDifference, found: Difference) -> WitnessView:
    behaviour = found.behaviour(each.turns_on)
    above = [] if behaviour is None else [witness.evidence for witness in behaviour.witnesses]
    says = f"An employer whose tier turns on it: {tier_said(each, found)}"
    if each.evidence in above:
        return WitnessView(says, "The other evidence is that above.", ())
    lines = [*evidence_lines(plain(each.evidence), found.after)]
    lines += [(field_words(path, found.after), "left out") for path in each.left_out]
    if each.explained:
        lines.append((f"explanation for {each.turns_on}", "given, and accepted"))
    return WitnessView(says, f"The other evidence is from {each.source}." if each.evidence else "", tuple(lines))


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def tier_said(each: TierDifference, found: Difference) -> str:
    """One submission whose tier differs."""
    was, now = _tier(found.before, each.was), _tier(found.after, each.now)
    changed = []
    if each.evidence:
        changed.append(f"with other evidence for {each.turns_on}")
    if each.left_out:
        changed.append(f"without what only {each.turns_on} reads")
    if each.explained:
        changed.append(f"with an explanation for {each.turns_on}")
    said = " ".join([each.example, *changed])
    return f"{said}: {was}, now {now}. Because of: {', '.join(each.responsible) or 'nothing single'}."


def _tier(edition: Edition, id_: str) -> str:
    return edition.tier(id_).words["en"] if id_ else "no tier"


def _tiers(found: Difference) -> tuple[str, ...]:
    """The submissions whose tier differs; empty for a standard that has no tiers."""
    if not found.after.ladder:
        return ()
    none = f"None found among {found.examples} example submissions and the evidence above; others may exist."
    return tuple(tier_said(each, found) for each in found.tiers) or (none,)


def _by_subject(changes: tuple[Change, ...]) -> tuple[tuple[str, tuple[Change, ...]], ...]:
    subjects = dict.fromkeys(each.subject for each in changes)
    return tuple((name, tuple(each for each in changes if each.subject == name)) for name in subjects)
