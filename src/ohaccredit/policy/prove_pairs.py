"""Whether a criterion asks for anything once another one is met."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from ohaccredit.language.encode import encode
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


class Witnesses:
    """For some criteria, evidence that is known to meet them, ready to be decided by other rules."""

    def __init__(self, edition: Edition, meeting: Mapping[str, Mapping[str, Any]]) -> None:
        self._edition = edition
        self._meeting = meeting
        self._encoded = {id_: encode(evidence, edition.record) for id_, evidence in meeting.items()}

    def told_apart(self, implied: str, by: str) -> Answer | None:
        """The answer, if what meets the one is known not to meet the other; it is the compiled rules that decide."""
        on = day_of(self._edition, implied, by)
        if not all(self._edition.criteria[id_].in_force(on) for id_ in (implied, by)):
            return Answer("adds-something", implied, "proved", "They are never in force together.", other=by)
        evidence = self._encoded.get(by)
        if evidence is None:
            return None
        compiled = self._edition.compiled.on(on)
        if compiled[by](evidence) is not Outcome.MET or compiled[implied](evidence) in FINE:
            return None
        return _apart(implied, by, on, self._meeting[by])


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
