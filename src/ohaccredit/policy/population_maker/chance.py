"""Chance that is the same on every machine and for every order of asking.

Each choice is made from the bytes of a hash over what it is for, so that a row does not depend on the rows
before it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from fractions import Fraction
from hashlib import shake_128
from itertools import accumulate

BITS = 32
WHOLE = 1 << BITS


class Chance:
    """A stream of choices named by what it is for."""

    def __init__(self, *what_for: object) -> None:
        self._what_for = "/".join(map(str, what_for)).encode()
        self._block = 0
        self._bytes = b""
        self._at = 0

    def number(self) -> int:
        """A whole number below 2³²."""
        if self._at == len(self._bytes):
            self._bytes = shake_128(self._what_for + self._block.to_bytes(4, "little")).digest(512)
            self._block += 1
            self._at = 0
        self._at += 4
        return int.from_bytes(self._bytes[self._at - 4 : self._at], "little")

    def below(self, end: int) -> int:
        """A whole number from 0 to end - 1; `end` is small beside 2³²."""
        return self.number() * end >> BITS

    def between(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return low + self.below(high - low + 1)

    def happens(self, share: float) -> bool:
        """Does something happen that happens with this share?"""
        return self.number() < share * WHOLE

    def part(self) -> float:
        """A number from 0 up to but not 1."""
        return self.number() / WHOLE

    def one_of(self, weights: Sequence[Fraction | float | int]) -> int:
        """The place of one of several weights."""
        return bisect_right(marks(weights), self.number())


def marks(weights: Sequence[Fraction | float | int]) -> list[int]:
    """Where the scale up to 2³² is cut so that each weight has its share of it; the last cut is left out."""
    sums = list(accumulate(weights))
    return [int(each * WHOLE / sums[-1]) for each in sums[:-1]]
