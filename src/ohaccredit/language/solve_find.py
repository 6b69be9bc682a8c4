"""Looking for evidence: found, none within the scope, or not decided.

The solver is given a bound on its work, not on its time, so that a slow machine answers like a fast one. Where the
bound is reached, or the rule asks what the solver cannot be asked, nothing is decided, and that is what is said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import z3

from ohaccredit.language.solve import World
from ohaccredit.language.solve_apart import new_solver, open_truth
from ohaccredit.language.solve_logic import Truth, either, no
from ohaccredit.language.solve_plausible import Plausible, plausible

EFFORT = 20_000_000
"""The most work for one attempt, in the solver's own units: some seconds."""
SEEDS = (0, 1)
"""Where a search runs on and on, another beginning often finds the answer at once."""
ONE_ATTEMPT = SEEDS[:1]


@dataclass(frozen=True, slots=True)
class Search:
    """What became of a search."""

    result: Literal["found", "none", "not decided"]
    """`none`: the solver showed that there is none within the scope."""
    evidence: Mapping[str, Any] = field(default_factory=dict)
    """What was found, as it stands in a submission."""
    why: str = ""
    """Why nothing was decided."""
    believable: bool = True
    """Does what was found keep to the limits of plausible evidence?"""


class Finder:
    """Looks for evidence in one world. Make it when all formulas that it will be asked for are made.

    With `kinds`, evidence that is found is plausible, if there is any such. Each of the `seeds` is an attempt.
    """

    def __init__(
        self,
        world: World,
        kinds: Mapping[str, Plausible] | None = None,
        *,
        effort: int = EFFORT,
        seeds: tuple[int, ...] = SEEDS,
    ) -> None:
        self._world = world
        self._believable = open_truth("the evidence is believable")
        self._kinds = kinds
        self._seeds = seeds
        limits = () if kinds is None else plausible(world.evidence, kinds)
        self._solver = new_solver()
        self._solver.set("rlimit", effort)
        self._solver.add(*(either(no(self._believable), limit) for limit in limits))
        self._solver.add(world.possible())

    def find(self, *wanted: Truth) -> Search:
        """Evidence of which all this is so; plausible evidence is looked for first."""
        if self._kinds is None:
            return self._search(wanted, believable=True)
        search = self._search((*wanted, self._believable), believable=True)
        return search if search.result != "none" else self._search(wanted, believable=False)

    def rule_out(self, *wanted: Truth) -> Search:
        """The same where none is expected: any evidence is looked for first, so that one search shows it."""
        search = self._search(wanted, believable=self._kinds is None)
        if search.result != "found" or self._kinds is None:
            return search
        plausible = self._search((*wanted, self._believable), believable=True)
        return plausible if plausible.result == "found" else search

    def _search(self, wanted: tuple[Truth, ...], *, believable: bool) -> Search:
        self._solver.push()
        self._solver.add(*wanted)
        answer = z3.unknown
        for seed in self._seeds:
            self._solver.set("random_seed", seed)
            answer = self._solver.check()
            if answer != z3.unknown:
                break
        if answer == z3.sat:
            search = Search("found", self._world.read(self._solver.model()), believable=believable)
        elif answer == z3.unsat:
            search = Search("none")
        else:
            search = Search("not decided", why=f"the solver stopped: {self._solver.reason_unknown()}")
        self._solver.pop()
        return search
