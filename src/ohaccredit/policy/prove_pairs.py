"""Whether a criterion asks for anything once another one is met."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from ohaccredit.language import tree as t
from ohaccredit.language.encode import Encoded, encode
from ohaccredit.language.outcome import Outcome
from ohaccredit.language.solve import NotEncodable
from ohaccredit.language.solve_logic import Truth, all_of, either, no
from ohaccredit.language.walk import evidence_named
from ohaccredit.policy.moved_in_time import moved_by_calendar
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
    """For some criteria, evidence that is known to meet them, ready to be decided by other rules on another day."""

    def __init__(self, edition: Edition, meeting: Mapping[str, tuple[date, Mapping[str, Any]]]) -> None:
        """Takes by criterion a day, and evidence that meets the criterion on that day."""
        self._edition = edition
        self._meeting = meeting
        self._encoded: dict[tuple[str, date], tuple[Mapping[str, Any], Mapping[str, Encoded]]] = {}

    def told_apart(self, implied: str, by: str) -> Answer | None:
        """The answer, if what meets the one is known not to meet the other; it is the compiled rules that decide."""
        on = day_of(self._edition, implied, by)
        if not all(self._edition.criteria[id_].in_force(on) for id_ in (implied, by)):
            return Answer("adds-something", implied, "proved", "They are never in force together.", other=by)
        if by not in self._meeting:
            return None
        evidence, encoded = self._on(by, on)
        compiled = self._edition.compiled.on(on)
        if compiled[by](encoded) is not Outcome.MET or compiled[implied](encoded) in FINE:
            return None
        return _apart(implied, by, on, evidence)

    def _on(self, by: str, on: date) -> tuple[Mapping[str, Any], Mapping[str, Encoded]]:
        """The evidence as it would be on a day: as old as it was when it met the criterion."""
        if (by, on) not in self._encoded:
            found_on, evidence = self._meeting[by]
            moved = moved_by_calendar(evidence, found_on, on)
            self._encoded[by, on] = moved, encode(moved, self._edition.record)
        return self._encoded[by, on]


def prove_pair(edition: Edition, implied: str, by: str) -> Answer:
    """Can the second be met while the first is not?"""
    on = day_of(edition, implied, by)
    day = on.isoformat()
    try:
        ground = Ground(edition, [implied, by], on)
    except NotEncodable as reason:
        return Answer("adds-something", implied, "not decided", f"The solver cannot be asked: {reason}.", day, by)
    one, other = ground.outcomes[implied], ground.outcomes[by]
    applying = all_of(_applies(ground, edition.rules[id_]) for id_ in (implied, by))
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
    example = finder.find(other.met, one.met, applying)
    if example.result == "none":
        says = f"It is not asked where {by} is met."
        return Answer("adds-something", implied, "proved", says, day, by, scope=scope)
    says = f"Whatever meets {by} meets it too: it asks for nothing more.{_order(edition, implied, by)}"
    shown = example.evidence if example.result == "found" else None
    return Answer("adds-something", implied, "refuted", says, day, by, "overlap", shown, scope=scope)


def _applies(ground: Ground, rule: t.Rule) -> Truth:
    """When a rule surely applies: one of which that is open can be met all the same."""
    return True if rule.applies_when is None else ground.verdict(rule.applies_when).so


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
