"""Whether a criterion asks for anything once another one is met."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from ohaccredit.language.outcome import Outcome
from ohaccredit.language.solve import NotEncodable
from ohaccredit.language.solve_logic import either, no
from ohaccredit.language.walk import evidence_named
from ohaccredit.policy.properties import Answer
from ohaccredit.policy.prove_confirm import decided
from ohaccredit.policy.prove_rule import EFFORT_OF_TWO
from ohaccredit.policy.prove_worlds import Ground
from ohaccredit.standards.edition import Edition

FINE = (Outcome.MET, Outcome.NOT_APPLICABLE)


def pairs(edition: Edition) -> Iterator[tuple[str, str]]:
    """The pairs (a criterion, another one that could imply it) of an edition that read common evidence."""
    read = {id_: evidence_named(rule, edition.definitions) for id_, rule in edition.rules.items()}
    for implied, own in read.items():
        for by, other in read.items():
            if implied != by and own & other:
                yield implied, by


def day_of(edition: Edition, *criteria: str) -> date:
    """The first day on which all of them are in force."""
    return max(edition.in_force.start, *(edition.criteria[id_].effective.start for id_ in criteria))


def told_apart(edition: Edition, implied: str, by: str, witness: Mapping[str, Any] | None) -> Answer | None:
    """The answer, if evidence that meets the one is already known not to meet the other."""
    if witness is None:
        return None
    on = day_of(edition, implied, by)
    if not edition.criteria[implied].in_force(on) or not edition.criteria[by].in_force(on):
        return Answer("adds-something", implied, "proved", "They are never in force together.", other=by)
    if decided(edition, by, witness, on) is Outcome.MET and decided(edition, implied, witness, on) not in (None, *FINE):
        return _apart(implied, by, on, witness)
    return None


def prove_pair(edition: Edition, implied: str, by: str) -> Answer:
    """Can the second be met while the first is not?"""
    on = day_of(edition, implied, by)
    day = on.isoformat()
    try:
        ground = Ground(edition, [implied, by], on)
    except NotEncodable as reason:
        return Answer("adds-something", implied, "not decided", f"The solver cannot be asked: {reason}.", day, by)
    one, other = ground.outcomes[implied], ground.outcomes[by]
    finder = ground.finder(effort=EFFORT_OF_TWO)
    search = finder.find(other.met, no(either(one.met, one.not_applicable)))
    scope = tuple(ground.scope.said())
    if search.result == "not decided":
        says = f"Whether {by} implies it: {search.why}."
        return Answer("adds-something", implied, "not decided", says, day, by, scope=scope)
    if search.result == "found":
        if decided(edition, by, search.evidence, on) is not Outcome.MET or decided(
            edition, implied, search.evidence, on
        ) in (None, *FINE):
            says = f"The solver tells it apart from {by}, but the evaluator does not."
            return Answer("adds-something", implied, "fault", says, day, by, "", search.evidence)
        return _apart(implied, by, on, search.evidence)
    example = finder.find(other.met)
    says = f"Whatever meets {by} meets it too: it asks for nothing more.{_order(edition, implied, by)}"
    shown = example.evidence if example.result == "found" else None
    return Answer("adds-something", implied, "refuted", says, day, by, "overlap", shown, scope=scope)


def _apart(implied: str, by: str, on: date, evidence: Mapping[str, Any]) -> Answer:
    says = f"{by} can be met without it."
    return Answer("adds-something", implied, "proved", says, on.isoformat(), by, "overlap", evidence)


def _order(edition: Edition, implied: str, by: str) -> str:
    """Said of the ladder: a higher tier that is laxer than a lower one."""
    places = {tier.id: index for index, tier in enumerate(edition.tiers)}
    one, other = edition.criteria[implied].tier, edition.criteria[by].tier
    if places[one] <= places[other] or edition.verdicts:
        return ""
    return f" So {edition.tier(one).words['en']} is laxer here than {edition.tier(other).words['en']}."
