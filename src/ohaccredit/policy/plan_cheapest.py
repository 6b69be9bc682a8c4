"""The cheapest of all ways in which formulas can be so, from below and from above at once.

The search assumes that nothing is paid for. Where the solver answers that this cannot be, it names things of which at
least one has to be paid for: the cheapest of them is added to what every way costs, and from then on only a second of
them is news (the core-guided search OLL, with sums as totalizers: A. Morgado, C. Dodaro, J. Marques-Silva,
"Core-Guided MaxSAT with Soft Cardinality Constraints", 2014; R. Martins et al., "Incremental Cardinality Constraints
for MaxSAT", 2014). Dear things are looked at first, and every answer on the way is a way with its price. Where a way
costs no more than every way does, it is the cheapest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ohaccredit.language.solve_apart import fresh_truth, z3
from ohaccredit.language.solve_evidence import is_so
from ohaccredit.language.solve_logic import Truth, either, no

SPENT = "rlimit count"
Key = tuple[str | int, ...]
"""What is paid for once, however many need it."""


@dataclass(slots=True)
class Cheapest:
    """What became of the search."""

    model: Any = None
    """The cheapest way that was found; None if there is none, or none was found."""
    price: int = 0
    least: int = 0
    """Every way costs at least this."""
    claims: dict[Key, int] = field(default_factory=dict)
    """By what is paid for: how much of its price this bound rests on. With these prices it would be as high."""
    none: bool = False
    """Was it shown that there is no way?"""

    @property
    def proved(self) -> bool:
        """Was it shown that no way is cheaper?"""
        return self.model is not None and self.price == self.least


@dataclass(slots=True)
class _Priced:
    """What it costs that a truth is so. Of a sum: that it reaches one more."""

    so: Truth
    not_so: Truth
    price: int
    """What of it is not yet a part of what every way costs."""
    further: Sequence[Truth] = ()
    """Of a sum: what it is that it reaches more and more beyond that."""
    key: Key | None = None
    """What is paid for by it; None for sums."""
    claimed: int = 0


Prices = Iterable[tuple[Key, Truth, int]]
"""What is paid for, when, and how much. What goes by one name costs the same wherever it stands."""


def cheapest(solver: z3.Solver, prices: Prices, work: int) -> Cheapest:
    """The cheapest way to keep to what the solver holds, where each truth that is so has its price.

    The solver is left with further formulas of which none forbids a way that costs no more than the one found.
    """
    return _Descent(solver, prices, work).run()


class _Descent:
    def __init__(self, solver: z3.Solver, prices: Prices, work: int) -> None:
        self._solver = solver
        self._prices: list[tuple[Truth, int]] = []
        self._left = work
        self._spent: int | None = None
        self._found = Cheapest()
        self._open: dict[int, _Priced] = {}
        """By the number that the solver gave to the truth."""
        self._waiting: list[tuple[list[_Priced], int]] = []
        """What was named together, while sums of it are not needed yet, and the price that was added for it."""
        for key, so, price in prices:
            if so is False or not price:
                continue
            self._prices.append((so, price))
            if so is True:
                self._found.least += price
                self._found.claims[key] = price
            else:
                self._pay(self._bare(so), price, key=key)

    def _bare(self, so: Truth) -> Truth:
        """A truth that the solver can assume, and that has no price yet: one that is so if the other is."""
        if z3.is_const(so) and so.get_id() not in self._open:
            return so
        bare = fresh_truth("paid")
        self._solver.add(either(no(so), bare))
        return bare

    def _pay(self, so: Truth, price: int, further: Sequence[Truth] = (), key: Key | None = None) -> None:
        self._open[so.get_id()] = _Priced(so, no(so), price, further, key)

    def run(self) -> Cheapest:
        found = self._found
        dearest = max((each.price for each in self._open.values()), default=0)
        while True:
            answer, core = self._ask(dearest)
            if answer == z3.unknown:
                return found
            if answer == z3.unsat:
                if not core:
                    found.none = True
                    return found
                self._named(core)
                continue
            self._take(self._solver.model())
            if found.proved:
                return found
            if self._waiting:
                for together, price in self._waiting:
                    self._add_sum(together, price)
                self._waiting = []
                continue
            dearest = max(each.price for each in self._open.values() if each.price < dearest)

    def _ask(self, dearest: int) -> tuple[Any, list[_Priced]]:
        """Can it be that nothing is paid for that costs so much or more? If not, what cannot be so all at once."""
        if self._left <= 0:
            return z3.unknown, []
        self._solver.set("rlimit", self._left)
        assumed = [each.not_so for each in self._open.values() if each.price and each.price >= dearest]
        answer = self._solver.check(*assumed)
        spent = self._solver.statistics().get_key_value(SPENT)
        if self._spent is not None:
            self._left -= spent - self._spent
        self._spent = spent
        core = [self._open[each.arg(0).get_id()] for each in self._solver.unsat_core()] if answer == z3.unsat else []
        return answer, core

    def _named(self, core: list[_Priced]) -> None:
        """One of these has to be paid for."""
        price = min(each.price for each in core)
        self._found.least += price
        for each in core:
            each.price -= price
            each.claimed += price
            if each.key is not None:  # of things that go by one name, what the bound rests on most counts for all
                self._found.claims[each.key] = max(each.claimed, self._found.claims.get(each.key, 0))
        self._solver.add(either(*(each.so for each in core)))
        for each in core:
            if each.further:
                self._pay(each.further[0], price, each.further[1:])
        if len(core) > 1:
            self._waiting.append((core, price))

    def _add_sum(self, together: list[_Priced], price: int) -> None:
        reached = _totals(self._solver, [each.so for each in together])
        self._pay(reached[1], price, reached[2:])

    def _take(self, model: Any) -> None:
        """A way: the best so far, or not."""
        found = self._found
        price = sum(price for so, price in self._prices if is_so(model, so))
        if found.model is None or price < found.price:
            found.model, found.price = model, price


def _totals(solver: z3.Solver, parts: Sequence[Truth]) -> list[Truth]:
    """For each number from 1 on, a truth that is so if as many of the parts are."""
    if len(parts) == 1:
        return list(parts)
    half = len(parts) // 2
    left, right = _totals(solver, parts[:half]), _totals(solver, parts[half:])
    reached = [fresh_truth("sum") for _ in parts]
    for one in range(len(left) + 1):
        for other in range(len(right) + 1):
            if one + other:
                so = [no(left[one - 1])] if one else []
                so += [no(right[other - 1])] if other else []
                solver.add(either(*so, reached[one + other - 1]))
    return reached


__all__ = ["Cheapest", "cheapest"]
