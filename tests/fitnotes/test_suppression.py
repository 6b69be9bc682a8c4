"""Small numbers stay hidden from a reader who knows the program and works backwards from what is shown."""

from __future__ import annotations

from collections import defaultdict
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ohaccredit.fitnotes.suppression import Cell, Shown, people_in, protect, too_few


def notes(**counts: int) -> list[Cell]:
    """Cells in which each note is somebody else's."""
    return [Cell(key, tuple(f"{key}{index}" for index in range(count))) for key, count in counts.items()]


def shown(cells: list[Cell], floor: int = 5) -> dict[str, int]:
    return {"+".join(each.keys): each.count for each in protect(cells, floor)}


# Worked by hand with a floor of 5.


def test_a_table_without_small_cells_is_shown_as_it_is() -> None:
    assert shown(notes(a=7, b=5, c=0)) == {"a": 7, "b": 5, "c": 0}


def test_a_small_cell_takes_the_last_of_the_others_with_it() -> None:
    assert shown(notes(a=40, b=3, c=20)) == {"a": 40, "b+c": 23}
    assert shown(notes(a=40, b=20, c=3)) == {"a": 40, "b+c": 23}


def test_two_small_cells_that_are_enough_together_stand_together() -> None:
    assert shown(notes(a=40, b=3, c=2)) == {"a": 40, "b+c": 5}


def test_two_small_cells_that_are_too_few_together_take_a_third() -> None:
    assert shown(notes(a=40, b=30, c=2, d=2)) == {"a": 40, "b+c+d": 34}


def test_a_zero_is_shown_and_hides_nothing() -> None:
    assert shown(notes(a=40, b=20, c=0, d=3)) == {"a": 40, "c": 0, "b+d": 23}


def test_a_part_is_hidden_with_its_complement() -> None:
    # 17 of 20 leaves 3: each tells the other, so neither is shown.
    assert shown(notes(part=17, rest=3)) == {}
    assert shown(notes(part=3, rest=17)) == {}
    assert shown(notes(part=20, rest=0)) == {"part": 20, "rest": 0}


def test_too_small_a_whole_is_not_shown() -> None:
    assert shown(notes(a=4)) == {}
    assert shown(notes(a=2, b=2)) == {}
    assert shown(notes(a=0, b=0)) == {}


def test_sums_that_only_one_set_of_cells_has_are_not_shown() -> None:
    # 8 in two cells that are each below 5 can only be 4 and 4; 5 in five cells that are not empty only ones.
    assert shown(notes(a=40, b=30, c=4, d=4)) == {"a": 40, "b+c+d": 38}
    assert shown(notes(a=40, b=30, c=1, d=1, e=1, f=1, g=1)) == {"a": 40, "b+c+d+e+f+g": 35}


def test_people_count_and_not_only_notes() -> None:
    six_of_one = Cell("b", ("ann",) * 6)
    assert shown([*notes(a=40), six_of_one]) == {}
    assert shown([*notes(a=40, c=9), six_of_one]) == {"a": 40, "c+b": 15}
    assert shown([Cell("a", ("ann", "ben", "cat", "dan") * 3), Cell("b", ())]) == {}


def test_people_who_are_not_known_are_different_people() -> None:
    assert people_in(["", "", "ann", "ann"]) == 3
    assert not too_few([""] * 5, 5)


def test_a_cell_that_must_not_stand_alone_takes_another_with_it() -> None:
    def never_alone(cells: list[Cell], *keys: str) -> dict[str, int]:
        return {"+".join(each.keys): each.count for each in protect(cells, 5, keys)}

    assert never_alone(notes(a=40, b=20, c=9), "b") == {"a": 40, "b+c": 29}
    assert never_alone(notes(a=40, b=20, c=9), "c") == {"a": 40, "b+c": 29}
    assert never_alone(notes(a=40, b=20, c=0), "b") == {}
    assert never_alone(notes(a=40, b=20, c=0), "c") == {"a": 40, "b": 20, "c": 0}


def test_a_floor_that_protects_nobody_is_refused() -> None:
    with pytest.raises(ValueError, match="protects nobody"):
        protect(notes(a=9, b=9), 2)


# The reader: knows the total, what is shown, and how the program decides.


@pytest.mark.parametrize(
    ("floor", "cells", "most"),
    [(3, 2, 20), (3, 3, 16), (3, 4, 14), (4, 2, 24), (4, 3, 18), (5, 2, 30), (5, 3, 24), (5, 4, 17), (10, 3, 34)],
)
def test_no_hidden_cell_can_be_worked_out_from_any_small_table(floor: int, cells: int, most: int) -> None:
    possible: dict[tuple[int, tuple[Shown, ...]], list[set[int]]] = defaultdict(lambda: [set() for _ in range(cells)])
    for counts in product(range(most + 1), repeat=cells):
        if floor <= sum(counts) <= most:
            out = protect([Cell(str(key), ("",) * count) for key, count in enumerate(counts)], floor)
            for values, count in zip(possible[sum(counts), out], counts, strict=True):
                values.add(count)
    hidden = 0
    for (_, out), known in possible.items():
        alone = {each.keys[0] for each in out if len(each.keys) == 1}
        for key in range(cells):
            if str(key) in alone:
                assert len(known[key]) == 1
            else:
                hidden += 1
                assert len(known[key]) > 1, f"cell {key} of {out} can only be {known[key]}"
    assert hidden > 0


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 9)), max_size=60), st.integers(3, 10))
def test_whatever_is_shown_is_about_enough_notes_and_people(pairs: list[tuple[int, int]], floor: int) -> None:
    cells = [Cell(str(key), tuple(f"p{person}" for at, person in pairs if at == key)) for key in range(5)]
    out = protect(cells, floor)
    by_key = {cell.key: cell.people for cell in cells}
    for each in out:
        people = [person for key in each.keys for person in by_key[key]]
        assert each.count == len(people)
        others = [person for cell in cells if cell.key not in each.keys for person in cell.people]
        assert not too_few(people, floor)
        assert not too_few(others, floor)
    if out:
        assert sorted(key for each in out for key in each.keys) == sorted(by_key)
        assert sum(each.count for each in out) == len(pairs)
