"""The difference between two editions: what they say and decide differently, and what that does to tiers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from ohaccredit.language.problems import Problem, ProblemsFound
from ohaccredit.policy.diff_behaviour import Behaviour, Witness, behaviours, day_of_comparison
from ohaccredit.policy.diff_candidates import candidates, read_examples
from ohaccredit.policy.diff_change import Change
from ohaccredit.policy.diff_places import place_differences
from ohaccredit.policy.diff_text import text_changes
from ohaccredit.policy.diff_tiers import TierDifference, tier_differences
from ohaccredit.standards.edition import Edition
from ohaccredit.standards.home import Home


@dataclass(frozen=True)
class Difference:
    """Everything in which two editions of a standard differ."""

    before: Edition
    after: Edition
    on: date
    """The day on which both are read: the first of the later one."""
    changes: tuple[Change, ...]
    behaviours: tuple[Behaviour, ...]
    """Of each criterion that both have."""
    tiers: tuple[TierDifference, ...]
    examples: int
    """How many example submissions both editions could read."""

    def of_criterion(self, id_: str) -> tuple[Change, ...]:
        """What is said differently of a criterion."""
        return tuple(each for each in self.changes if each.about == "criterion" and each.subject == id_)

    def behaviour(self, id_: str) -> Behaviour | None:
        """How a criterion decides; None if only one edition has it."""
        return next((each for each in self.behaviours if each.criterion == id_), None)

    @property
    def criteria(self) -> tuple[str, ...]:
        """The criteria that differ in anything, worst for employers first."""
        touched = dict.fromkeys(each.subject for each in self.changes if each.about == "criterion")
        touched |= dict.fromkeys(each.criterion for each in self.behaviours if not each.by_text)
        return tuple(sorted(touched, key=self._rank))

    def _rank(self, id_: str) -> int:
        behaviour = self.behaviour(id_)
        if behaviour is None:
            return 1 if id_ in self.after.criteria else 4
        if "stricter" in behaviour.directions:
            return 0
        if any(each.kind in ("tier", "obligation") for each in self.of_criterion(id_)):
            return 2
        if behaviour.result in ("not decided", "not compared"):
            return 3
        return 5 if behaviour.witnesses else 6


def difference(
    before: tuple[Home, Edition], after: tuple[Home, Edition], told: Callable[[int, int], None] = lambda done, of: None
) -> Difference:
    """Compare two editions of a standard. Raises ProblemsFound if they are not of the same standard."""
    one, other = before[1], after[1]
    if one.standard != other.standard:
        message = f"{one.id} and {other.id} are editions of two standards."
        raise ProblemsFound([Problem(message, hint="Name two editions of the same standard.")])
    on = day_of_comparison(one, other)
    examples = read_examples(after[0], one, other, on)
    ready = candidates((before, after), examples, on)
    found = behaviours(one, other, ready, told)
    tiers = tier_differences(one, other, examples, found, on)
    known = {each.responsible[0] for each in tiers if len(each.responsible) == 1}
    tiers += place_differences(one, other, examples, ready, on, known)
    return Difference(one, other, on, tuple(text_changes(one, other, on)), tuple(found), tuple(tiers), len(examples))


# ── As JSON ─────────────────────────────────────────────────────────────────────────────────────────


def as_document(found: Difference) -> dict[str, Any]:
    """The whole difference as one JSON document."""
    scopes = list(dict.fromkeys(each.scope for each in found.behaviours if each.scope))
    return {
        "before": _edition(found.before),
        "after": _edition(found.after),
        "on": found.on.isoformat(),
        "changes": [
            {
                "about": each.about,
                "subject": each.subject,
                "kind": each.kind,
                "says": each.says,
                "was": each.was or None,
                "now": each.now or None,
                "pieces": [{piece.kind: piece.text} for piece in each.pieces],
            }
            for each in found.changes
        ],
        "behaviour": [
            {
                "criterion": each.criterion,
                "on": each.on.isoformat() if each.on else None,
                "result": each.result,
                "by_text": each.by_text,
                "directions": list(each.directions),
                "not_decided": list(each.undecided),
                "why": each.why,
                "scope": f"scope-{scopes.index(each.scope) + 1}" if each.scope else None,
                "witnesses": [_witness(witness) for witness in each.witnesses],
            }
            for each in found.behaviours
        ],
        "tiers": [
            {
                "example": each.example,
                "witness_of": each.turns_on or None,
                "was": each.was or None,
                "now": each.now or None,
                "responsible": list(each.responsible),
                "put_in": plain(each.evidence),
                "source": each.source or None,
                "left_out": list(each.left_out),
                "explained": each.explained,
            }
            for each in found.tiers
        ],
        "examples": found.examples,
        "scopes": {f"scope-{index + 1}": list(each) for index, each in enumerate(scopes)},
    }


def _edition(edition: Edition) -> dict[str, str]:
    return {"edition": edition.id, "digest": edition.digest}


def _witness(witness: Witness) -> dict[str, Any]:
    return {
        "direction": witness.direction,
        "was": witness.was.value,
        "now": witness.now.value,
        "source": witness.source,
        "believable": witness.believable,
        "evidence": plain(witness.evidence),
    }


def plain(value: Any) -> Any:
    """Evidence as JSON has it."""
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, date):
        return value.isoformat()
    if value is None or isinstance(value, (bool, int, str)):
        return value
    return int(value) if value == int(value) else float(value)
