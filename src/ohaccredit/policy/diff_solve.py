"""The solver, asked whether there is evidence of which two rules think differently."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

from ohaccredit.language.outcome import Outcome
from ohaccredit.language.solve import NotEncodable, World
from ohaccredit.language.solve_apart import apart
from ohaccredit.language.solve_find import EFFORT, Search
from ohaccredit.language.solve_logic import any_of, both
from ohaccredit.policy.diff_behaviour import Direction, direction_of
from ohaccredit.policy.prove_worlds import Ground
from ohaccredit.standards.edition import Edition

__all__ = ["Asked", "NotEncodable", "apart"]


class _Copied(Ground):
    """The same ground with other numbers of equal items."""

    def __init__(self, ground: Ground, rules: tuple[str, ...], copies: Mapping[str, int]) -> None:
        scope = replace(ground.scope, copies={**ground.scope.copies, **copies})
        World.__init__(self, ground.definitions, ground.evidence.kind, ground.on, scope)
        self.edition = ground.edition
        self._assessable = False
        self.outcomes = {id_: self.outcome(self.edition.rules[id_]) for id_ in rules}


class Asked:
    """Two rules of one edition over the same evidence. Raises NotEncodable if the solver cannot be asked of them.

    A share is told from another by so many equal items as either needs: 95 % from 97 % by 19 beside one that fails,
    not by the 33 that 97 % needs. So the numbers that each rule needs alone are tried beside those of both.
    """

    def __init__(self, edition: Edition, after: str, before: str, on: date) -> None:
        rules = (after, before)
        ground = Ground(edition, rules, on)
        grounds = [ground]
        for each in rules:
            copies = Ground(edition, [each], on).scope.copies
            if all({**ground.scope.copies, **copies} != known.scope.copies for known in grounds):
                grounds.append(_Copied(ground, rules, copies))
        self.scope = tuple(dict.fromkeys(line for each in grounds for line in each.scope.said()))
        self._both = [(each.outcomes[before], each.outcomes[after], each.finder(effort=EFFORT)) for each in grounds]

    def any_difference(self) -> Search:
        """Evidence that has another outcome now."""
        return self._find(lambda was, now: was is not now)

    def difference(self, direction: Direction) -> Search:
        """Evidence with which the later rule is stricter, laxer, or otherwise; such as shows much, if there is any."""
        plain = {"stricter": (Outcome.MET, Outcome.NOT_MET), "laxer": (Outcome.NOT_MET, Outcome.MET)}
        if direction in plain:
            search = self._find(lambda was, now: (was, now) == plain[direction])
            if search.result == "found":
                return search
        return self._find(lambda was, now: direction_of(was, now) == direction)

    def _find(self, fits: Callable[[Outcome, Outcome], bool]) -> Search:
        """None only if there is none whatever the number of equal items."""
        answer = Search("none")
        for before, after, finder in self._both:
            changes = ((was, now) for was in Outcome for now in Outcome if fits(was, now))
            search = finder.find(any_of(both(before.of(was), after.of(now)) for was, now in changes))
            if search.result == "found":
                return search
            if search.result == "not decided":
                answer = search
        return answer
