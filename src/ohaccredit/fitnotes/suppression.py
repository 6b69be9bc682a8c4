"""Keeping small numbers out of tables, so that no count about a few people can be read or worked out.

A table splits a whole into cells. A cell that counts fewer things, or fewer people, than the floor is not
shown by itself: it is put together with other cells until their sum is large enough (R7; floors as in the
draft Open Workplace Health Standard). Tables of the same whole tell nothing of each other, because each
shows sums of its own cells only, unless a cell of one lies within a cell of another: `summary` looks at those
(measures.NESTED). A table of a part is made only where that part itself is shown. What remains is one sum for
several unknown cells, and the guards below see to it that the sum does not fix them even for a reader who
knows this program: tests/fitnotes/test_suppression.py plays that reader.

All of this is for one summary. Two summaries of periods that overlap, or of one record before and after a
change, can be subtracted from each other, and nothing here can prevent that: docs/fit-notes.md says so.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

SMALLEST_FLOOR = 3
"""Below it a sum gives its parts away: where only ones are hidden, two of them make two."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A part of a whole: for each thing counted, the person it is about.

    "" is a person not known, who is taken for somebody else each time.
    """

    key: str
    people: tuple[str, ...]

    @property
    def count(self) -> int:
        return len(self.people)


@dataclass(frozen=True, slots=True)
class Shown:
    """One number of a table: the cells that it counts together, mostly just one."""

    keys: tuple[str, ...]
    count: int


def people_in(people: Iterable[str]) -> int:
    """How many people a list of people names."""
    named = list(people)
    return len({each for each in named if each}) + sum(not each for each in named)


def too_few(people: Sequence[str], floor: int) -> bool:
    """Is this a count that must not be shown: not zero, but of fewer things or people than the floor?"""
    return bool(people) and people_in(people) < floor


def protect(cells: Sequence[Cell], floor: int, never_alone: Collection[str] = ()) -> tuple[Shown, ...]:
    """What may be shown of a table; () if it may not be shown at all.

    The cells are to make up a whole without overlapping. Those named in `never_alone` are put together with
    others however large they are, because another table would tell something from them. What has to be put
    together is put together from the end of the table, so that the cells that matter most stand first. Which
    cells are chosen must not depend on how large they are: a reader could conclude from it.
    """
    if floor < SMALLEST_FLOOR:
        raise ValueError(f"A floor of {floor} protects nobody; {SMALLEST_FLOOR} is the least.")
    whole = [person for cell in cells for person in cell.people]
    if not whole or too_few(whole, floor):
        return ()
    together = {cell.key for cell in cells if too_few(cell.people, floor) or (cell.count and cell.key in never_alone)}
    for cell in reversed(cells):
        joined = [each for each in cells if each.key in together]
        if len(joined) != 1 and _unknowable(joined, floor):
            break
        if cell.count:
            together.add(cell.key)
    joined = [cell for cell in cells if cell.key in together]
    if len(joined) == 1 or not _unknowable(joined, floor):
        return ()
    shown = [Shown((cell.key,), cell.count) for cell in cells if cell.key not in together]
    if joined:
        shown.append(Shown(tuple(cell.key for cell in joined), sum(cell.count for cell in joined)))
    if joined and sum(each.count > 0 for each in shown) < 2:
        return ()  # the one number left would be the whole again
    return tuple(shown)


def _unknowable(joined: Sequence[Cell], floor: int) -> bool:
    """Does the sum of these cells leave each of them open? Each of them is known to count something."""
    if not joined:
        return True
    count = sum(cell.count for cell in joined)
    if people_in(person for cell in joined for person in cell.people) < floor:
        return False  # so it is never one cell alone
    # "Each counts one", or "each counts one less than the floor", are sums that only one set of cells has.
    return len(joined) < count != len(joined) * (floor - 1)
