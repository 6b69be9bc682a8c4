"""The cheapest changes that close some criteria: found and shown to be so, or not decided.

The solver is asked for any way, then for a cheaper one, until it shows that there is none. What it shows holds within
the scope: so many new items of each list, the texts and series that are tried. Its work is bounded, not its time, so
that a slow machine answers like a fast one; where the bound is reached before the proof, nothing is proved and that is
said.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

import z3

from ohaccredit.language import tree as t
from ohaccredit.language.solve import NotEncodable, World
from ohaccredit.language.solve_evidence import DateField, is_so
from ohaccredit.language.solve_logic import Truth, all_of, both, either, no
from ohaccredit.language.solve_plausible import Plausible, plausible
from ohaccredit.language.solve_propose import propose_scope
from ohaccredit.policy.plan_evidence import Change, Ground, standing
from ohaccredit.assessment.assess import Finding
from ohaccredit.assessment.prepare import Path
from ohaccredit.standards.edition import Edition

WORK = 40_000_000
"""The most work for one answer, in the solver's own units: some seconds."""
MOST_NEW_ITEMS = 4


@dataclass(frozen=True, slots=True)
class Done:
    """One change with what would then stand there."""

    change: Change
    value: Any


@dataclass(frozen=True, slots=True)
class Way:
    """What became of a search for the cheapest way."""

    result: Literal["found", "none", "not decided"]
    """`found`: and nothing cheaper exists within the scope, unless `proved` says otherwise. `none`: there is none."""
    done: tuple[Done, ...] = ()
    price: int = 0
    proved: bool = True
    why: str = ""

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of evidence that it touches."""
        return tuple(dict.fromkeys(str(each.change.path[1]) for each in self.done))


class Search:
    """Looks for the cheapest way to close some criteria of one submission."""

    def __init__(
        self, edition: Edition, evidence: Any, rules_of: date, ground: Ground, findings: Sequence[Finding]
    ) -> None:
        rules = [edition.rules[finding.criterion.id] for finding in findings]
        scope = propose_scope(edition.definitions, rules, edition.record, rules_of)
        items = {path: min(number, MOST_NEW_ITEMS) for path, number in scope.items.items()}
        items |= {path: scope.items[path] for path in scope.items if scope.items[path] > MOST_NEW_ITEMS + 2}
        self.scope = replace(scope, items=items, copies={}, first_day=min(scope.first_day, _first(evidence, rules_of)))
        self.ground = ground
        evidence_ = standing(edition.record, evidence, self.scope, ground)
        world = World(edition.definitions, edition.record, rules_of, self.scope, evidence_)
        self.met: dict[str, Truth] = {}
        self.not_encodable: dict[str, str] = {}
        for finding, rule in zip(findings, rules, strict=True):
            try:
                outcome = world.outcome(rule)
            except NotEncodable as error:
                self.not_encodable[finding.criterion.id] = str(error)
                continue
            satisfied = finding.satisfied
            self.met[finding.criterion.id] = either(outcome.met, outcome.not_applicable) if satisfied else outcome.met
        kinds = {
            name: Plausible(
                tuple((one, other) for one, other in kind.checks.dates_in_order),
                tuple((one, other) for one, other in kind.checks.part_of_whole),
                kind.identified_by,
            )
            for name, kind in edition.evidence.items()
        }
        limits = [limit for limit in plausible(evidence_, kinds) if limit is not True]
        self._solver = z3.SimpleSolver()
        self._solver.set("rlimit", WORK)
        possible = world.possible()
        self._solver.add(possible)
        self._solver.add(*self._kept(limits))
        self._prices = [(done, price) for done, price in ground.prices() if done is not False and price]
        self._on = ground.on.toordinal()

    def _kept(self, limits: list[Truth]) -> list[Truth]:
        """The limits that the submission keeps to as it stands: a plan does not have to mend what it does not use."""
        self._solver.push()
        self._solver.add(*(no(change.done) for change in self.ground.changes))
        kept = [limit for limit in limits if limit is not False]
        if self._solver.check() == z3.sat:
            model = self._solver.model()
            kept = [limit for limit in kept if is_so(model, limit)]
        self._solver.pop()
        return kept

    def cheapest(self, criteria: Iterable[str], *, avoiding: Sequence[Sequence[str]] = ()) -> Way:
        """The cheapest way to close these criteria, touching not all of any of the sets of kinds in `avoiding`."""
        wanted = [self.met[each] for each in criteria]
        if any(each is False for each in wanted):
            return Way("none")
        touched = self.ground.touched()
        others = [all_of([no(all_of(touched[kind] for kind in kinds))]) for kinds in avoiding]
        self._solver.push()
        try:
            self._solver.add(*wanted, *others)
            return self._descend()
        finally:
            self._solver.pop()

    def _descend(self) -> Way:
        """From any way to the cheapest, halving what is not known."""
        answer = self._solver.check()
        if answer != z3.sat:
            return Way("none") if answer == z3.unsat else Way("not decided", why=self._solver.reason_unknown())
        model = self._solver.model()
        best, least = self._price(model), sum(price for done, price in self._prices if done is True)
        proved = True
        while least < best:
            middle = (least + best) // 2 if best - least > 40 else best - 1
            self._solver.push()
            self._solver.add(self._at_most(middle))
            answer = self._solver.check()
            if answer == z3.sat:
                model = self._solver.model()
                best = self._price(model)
            self._solver.pop()
            if answer == z3.unsat:
                least = middle + 1
            elif answer == z3.unknown:
                proved = False
                break
        self._solver.push()
        self._solver.add(self._at_most(best))
        model = self._ordinary(model)
        self._solver.pop()
        return Way("found", tuple(self._done(model)), best, proved)

    def _at_most(self, price: int) -> Truth:
        open_ = [(done, each) for done, each in self._prices if done is not True]
        left = price - sum(each for done, each in self._prices if done is True)
        return z3.PbLe(open_, left) if open_ else left >= 0

    def _price(self, model: Any) -> int:
        return sum(price for done, price in self._prices if is_so(model, done))

    def _done(self, model: Any) -> list[Done]:
        return [Done(each, each.read(model)) for each in self.ground.changes if is_so(model, each.done)]

    def _ordinary(self, model: Any) -> Any:
        """The same changes with the most ordinary dates: the day of the plan, else a year later or earlier."""
        done = [each for each in self.ground.changes if is_so(model, each.done)]
        self._solver.add(*(each.done if each in done else no(each.done) for each in self.ground.changes))
        for each in done:
            if not isinstance(each.part, DateField):
                continue
            for day in (self._on, self._on + 365, self._on + 730, self._on - 30):
                fixed = each.part.value.ordinal == day  # type: ignore[union-attr]
                self._solver.push()
                self._solver.add(fixed)
                answer = self._solver.check()
                found = self._solver.model() if answer == z3.sat else None
                self._solver.pop()
                if found is not None:
                    model = found
                    self._solver.add(fixed)
                    break
        return model


def _first(evidence: Any, day: date) -> date:
    """The earliest day that the evidence names, as far as it can be told; never later than `day`."""
    return min(day, date(day.year - 40, 1, 1))


__all__ = ["Done", "Path", "Search", "Way", "both", "t"]
