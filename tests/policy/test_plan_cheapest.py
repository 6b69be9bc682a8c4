"""The search for the cheapest, held to every combination: its price, and the bound that its claims make."""

from __future__ import annotations

from itertools import product

import z3
from hypothesis import given, settings
from hypothesis import strategies as st

from ohaccredit.policy.plan_cheapest import cheapest

WORK = 10_000_000
THINGS = 6
clauses = st.lists(st.sets(st.integers(0, THINGS - 1), min_size=1, max_size=4), min_size=1, max_size=6)
prices_of = st.lists(st.integers(0, 12), min_size=THINGS, max_size=THINGS)


def least_of(wanted: list[set[int]], prices: list[int]) -> int:
    """The least that it costs to have one thing of each set, by trying every combination."""
    combinations = product([False, True], repeat=THINGS)
    return min(
        sum(price for price, taken in zip(prices, chosen, strict=True) if taken)
        for chosen in combinations
        if all(any(chosen[thing] for thing in one) for one in wanted)
    )


@settings(max_examples=60, deadline=None)
@given(wanted=clauses, prices=prices_of)
def test_the_price_is_that_of_the_cheapest_combination(wanted: list[set[int]], prices: list[int]) -> None:
    things = [z3.Bool(f"thing {number}") for number in range(THINGS)]
    solver = z3.SimpleSolver()
    solver.add(*(z3.Or(*(things[number] for number in sorted(one))) for one in wanted))
    priced = [((str(number),), thing, price) for number, (thing, price) in enumerate(zip(things, prices, strict=True))]
    found = cheapest(solver, priced, WORK)
    assert found.proved
    assert found.price == found.least == least_of(wanted, prices)
    # The bound rests on no more than was claimed: with these prices nothing is cheaper than it.
    claims = [found.claims.get((str(number),), 0) for number in range(THINGS)]
    assert all(claim <= price for claim, price in zip(claims, prices, strict=True))
    assert least_of(wanted, claims) >= found.least


def test_things_of_one_name_claim_no_more_than_the_dearest_of_them() -> None:
    first, second = z3.Bools("first second")
    solver = z3.SimpleSolver()
    solver.add(first, second)
    found = cheapest(solver, [(("item",), first, 5), (("item",), second, 5)], WORK)
    assert (found.price, found.least, found.claims) == (10, 10, {("item",): 5})


def test_what_cannot_be_has_no_way() -> None:
    thing = z3.Bool("thing")
    solver = z3.SimpleSolver()
    solver.add(thing, z3.Not(thing))
    assert cheapest(solver, [(("thing",), thing, 1)], WORK).none


def test_without_work_nothing_is_shown() -> None:
    thing = z3.Bool("thing")
    found = cheapest(z3.SimpleSolver(), [(("thing",), thing, 1)], 0)
    assert (found.model, found.none, found.proved) == (None, False, False)
