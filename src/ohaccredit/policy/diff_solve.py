"""The solver, asked whether there is evidence of which two rules think differently."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from ohaccredit.language.outcome import Outcome
from ohaccredit.language.solve import NotEncodable
from ohaccredit.language.solve_find import EFFORT, Search
from ohaccredit.language.solve_logic import Truth, any_of, both
from ohaccredit.policy.diff_behaviour import LEVEL, Direction
from ohaccredit.policy.prove_worlds import Ground
from ohaccredit.standards.edition import Edition

__all__ = ["Asked", "NotEncodable"]


class Asked:
    """Two rules of one edition over the same evidence. Raises NotEncodable if the solver cannot be asked of them."""

    def __init__(self, edition: Edition, after: str, before: str, on: date) -> None:
        ground = Ground(edition, [after, before], on)
        self.scope = tuple(ground.scope.said())
        self._was, self._now = ground.outcomes[before], ground.outcomes[after]
        self._finder = ground.finder(effort=EFFORT)

    def any_difference(self) -> Search:
        """Evidence that has another outcome now."""
        return self._finder.find(self._change(lambda was, now: was is not now))

    def difference(self, direction: Direction) -> Search:
        """Evidence with which the later rule is stricter, laxer, or otherwise; such as shows much, if there is any."""
        if direction == "otherwise":
            return self._finder.find(self._change(lambda was, now: was is not now and LEVEL[was] == LEVEL[now]))
        sign = -1 if direction == "stricter" else 1
        plain = (Outcome.MET, Outcome.NOT_MET)
        search = self._finder.find(self._one(*plain) if sign < 0 else self._one(*reversed(plain)))
        if search.result == "found":
            return search
        return self._finder.find(self._change(lambda was, now: (LEVEL[now] - LEVEL[was]) * sign > 0))

    def _change(self, fits: Callable[[Outcome, Outcome], bool]) -> Truth:
        return any_of(self._one(was, now) for was in Outcome for now in Outcome if fits(was, now))

    def _one(self, was: Outcome, now: Outcome) -> Truth:
        return both(self._was.of(was), self._now.of(now))
