"""Whether a criterion decides differently in another edition, shown by evidence or shown to be never so.

What lies ready is tried first, then the solver is asked, of one edition that holds both rules. Whatever it finds is
decided by the ordinary evaluator under both editions, and assessed as a submission, before anybody is told of it; what
it cannot decide is said to be undecided.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from ohaccredit.assessment.assess import assess
from ohaccredit.assessment.submission import Submission
from ohaccredit.language.encode import encode
from ohaccredit.language.outcome import Outcome
from ohaccredit.language.problems import ProblemsFound
from ohaccredit.language.walk import evidence_named
from ohaccredit.policy.diff_candidates import Candidate
from ohaccredit.policy.diff_evidence import evidence_of_both
from ohaccredit.policy.diff_meaning import meaning, renamed, side_by_side
from ohaccredit.policy.prove_confirm import decided
from ohaccredit.standards.edition import Edition

if TYPE_CHECKING:
    from ohaccredit.policy.diff_solve import Asked

Direction = Literal["stricter", "laxer", "otherwise"]
DIRECTIONS: tuple[Direction, ...] = ("stricter", "laxer", "otherwise")
FINE = (Outcome.MET, Outcome.NOT_APPLICABLE)
"""What leaves a tier standing."""


def direction_of(was: Outcome, now: Outcome) -> Direction | None:
    """Stricter if what was fine is no longer, laxer if it is now; None if nothing changed.

    Otherwise: it stays open but for another reason (not met, not evidenced), or stays fine but for another reason
    (met, not applicable).
    """
    if was is now:
        return None
    if (was in FINE) == (now in FINE):
        return "otherwise"
    return "stricter" if was in FINE else "laxer"


@dataclass(frozen=True, slots=True)
class Witness:
    """Evidence of which the two editions think differently."""

    was: Outcome
    now: Outcome
    evidence: Mapping[str, Any]
    source: str
    believable: bool = True

    @property
    def direction(self) -> Direction:
        """Is the later edition stricter with it, or laxer?"""
        direction = direction_of(self.was, self.now)
        assert direction is not None
        return direction

    @property
    def plain(self) -> bool:
        """Is it met in the one and not met in the other, which shows the most?"""
        return {self.was, self.now} == {Outcome.MET, Outcome.NOT_MET}


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How a criterion that both editions have decides in the one and in the other."""

    criterion: str
    on: date | None
    witnesses: tuple[Witness, ...] = ()
    """One for each direction that was found."""
    undecided: tuple[Direction, ...] = ()
    """The directions in which there may be a difference that nobody found or excluded."""
    why: str = ""
    """Why something is not decided or not compared."""
    scope: tuple[str, ...] = ()
    """Within what the solver looked; empty if it was not asked."""
    by_text: bool = False
    """Is it the same because nothing in the rule or behind it differs?"""

    @property
    def result(self) -> Literal["differs", "same", "not decided", "not compared"]:
        """What is known."""
        if self.on is None:
            return "not compared"
        if self.witnesses:
            return "differs"
        return "not decided" if self.undecided else "same"

    @property
    def directions(self) -> tuple[Direction, ...]:
        """The directions that were shown."""
        return tuple(each for each in DIRECTIONS if any(w.direction == each for w in self.witnesses))


def day_of_comparison(before: Edition, after: Edition) -> date:
    """The day on which both are read: the first of the later one."""
    return max(before.in_force.start, after.in_force.start)


def behaviours(
    before: Edition,
    after: Edition,
    ready: Mapping[str, Sequence[Candidate]],
    told: Callable[[int, int], None] = lambda done, of: None,
) -> list[Behaviour]:
    """What is known of each criterion that both editions have, in the order of the later one."""
    on = day_of_comparison(before, after)
    shared = [id_ for id_ in after.criteria if id_ in before.criteria]
    days = {id_: _day(before, after, id_, on) for id_ in shared}
    found: dict[str, Behaviour] = {}
    for id_, day in days.items():
        if day is None:
            found[id_] = Behaviour(id_, None, why="The two are never in force on the same day.")
        elif _means(before, id_, day) == _means(after, id_, day):
            found[id_] = Behaviour(id_, day, by_text=True)
    open_ = [id_ for id_ in shared if id_ not in found]
    pair = _Pair(before, after) if open_ else None
    for index, id_ in enumerate(open_):
        told(index, len(open_))
        day = days[id_]
        assert pair is not None
        assert day is not None
        found[id_] = pair.compare(id_, day, ready.get(id_, ()))
    return [found[id_] for id_ in shared]


def _day(before: Edition, after: Edition, id_: str, on: date) -> date | None:
    one, other = before.criteria[id_], after.criteria[id_]
    day = max(on, one.effective.start, other.effective.start)
    return day if one.in_force(day) and other.in_force(day) else None


def _means(edition: Edition, id_: str, on: date) -> object:
    return meaning(edition.rules[id_], edition.definitions, on)


class _Pair:
    """Two editions, and the one that holds the rules of both."""

    def __init__(self, before: Edition, after: Edition) -> None:
        self._before, self._after = before, after
        definitions, self._names = side_by_side(before.definitions, after.definitions)
        evidence, self._unlike = evidence_of_both(before, after)
        self._both = replace(after, definitions=definitions, evidence=evidence)

    def compare(self, id_: str, on: date, ready: Sequence[Candidate]) -> Behaviour:
        """What is known of one criterion."""
        witnesses: dict[Direction, Witness] = {}
        for candidate in ready:
            witness = self._decided(id_, candidate.evidence, on, candidate.source)
            if witness is not None:
                best = witnesses.get(witness.direction)
                if best is None or (witness.plain and not best.plain):
                    witnesses[witness.direction] = witness
        read = evidence_named(self._before.rules[id_], self._before.definitions)
        read |= evidence_named(self._after.rules[id_], self._after.definitions)
        unlike = sorted(read & self._unlike)
        if unlike:
            why = f"What is handed in as {', '.join(unlike)} is of another kind in the two editions"
            return self._left_open(id_, on, witnesses, why)
        try:
            from ohaccredit.policy.diff_solve import Asked, NotEncodable, apart
        except ProblemsFound as missing:
            why = " ".join(str(missing).split()).removesuffix(".")
            return self._left_open(id_, on, witnesses, why)
        with apart():  # so that what is found does not depend on which criteria were asked before
            try:
                asked = Asked(self._with_both_rules(id_), id_, f"{id_} (before)", on)
            except NotEncodable as reason:
                return self._left_open(id_, on, witnesses, f"the solver cannot be asked: {reason}")
            return self._ask(id_, on, witnesses, asked)

    def _with_both_rules(self, id_: str) -> Edition:
        was = renamed(self._before.rules[id_], self._names)
        rules = {id_: self._after.rules[id_], f"{id_} (before)": replace(was, criterion=f"{id_} (before)")}
        return replace(self._both, rules=rules)

    def _left_open(self, id_: str, on: date, witnesses: Mapping[Direction, Witness], why: str) -> Behaviour:
        undecided = tuple(each for each in DIRECTIONS if each not in witnesses)
        return Behaviour(id_, on, _in_order(witnesses), undecided, f"{why[0].upper()}{why[1:]}.")

    def _ask(self, id_: str, on: date, witnesses: dict[Direction, Witness], asked: Asked) -> Behaviour:
        scope = asked.scope
        if not witnesses and asked.any_difference().result == "none":
            return Behaviour(id_, on, scope=scope)
        undecided: list[Direction] = []
        why: list[str] = []
        for direction in DIRECTIONS:
            if direction in witnesses:
                continue
            search = asked.difference(direction)
            if search.result == "none":
                continue
            if search.result == "not decided":
                undecided.append(direction)
                why.append(f"{search.why}.")
                continue
            witness = self._decided(id_, search.evidence, on, "found by the solver")
            if witness is None or witness.direction != direction:
                undecided.append(direction)
                why.append("The solver found evidence that tells them apart, but an assessment does not bear it out.")
                continue
            witnesses[direction] = replace(witness, believable=search.believable)
        said = " ".join(dict.fromkeys(each[0].upper() + each[1:] for each in why))
        return Behaviour(id_, on, _in_order(witnesses), tuple(undecided), said, scope)

    def _decided(self, id_: str, evidence: Mapping[str, Any], on: date, source: str) -> Witness | None:
        """The evidence as a witness, if both editions decide it for certain and differently."""
        was, now = decided(self._before, id_, evidence, on), decided(self._after, id_, evidence, on)
        if was is None or now is None or was is now:
            return None
        if self._after.rules_of(encode(evidence, self._after.record), on) != on:
            return None  # a date in the evidence says that another day's rules decide it
        if not (_assessed(self._before, id_, evidence, on, was) and _assessed(self._after, id_, evidence, on, now)):
            return None  # something in it does not count: it is impossible, or tells too much about a few people
        return Witness(was, now, evidence, source)


def _assessed(edition: Edition, id_: str, evidence: Mapping[str, Any], on: date, outcome: Outcome) -> bool:
    """Does the outcome stand when the evidence is handed in as a submission?"""
    module = edition.criteria[id_].module
    finding = assess(edition, Submission("", evidence, (), (module,) if module else (), ""), on).finding(id_)
    return finding is not None and finding.outcome is outcome


def _in_order(witnesses: Mapping[Direction, Witness]) -> tuple[Witness, ...]:
    return tuple(witnesses[each] for each in DIRECTIONS if each in witnesses)
