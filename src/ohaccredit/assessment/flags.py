"""Flags on the quality of evidence: what looks wrong with a figure or a date.

A flag is not a verdict. Only what cannot be (a percentage over one hundred) is also left out of the
decision, because an impossible figure shows nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from ohaccredit.language.problems import json_pointer

Path = tuple[str | int, ...]
FlagKind = Literal[
    "impossible_value",
    "impossible_percentage",
    "part_exceeds_whole",
    "dates_out_of_order",
    "definitions_differ",
    "expired",
    "in_the_future",
    "duplicate_id",
    "below_floor",
    "rejected",
]


@dataclass(frozen=True, slots=True)
class Flag:
    """One thing that looks wrong, where, and what it means for the result."""

    kind: FlagKind
    path: Path
    message: str

    def as_json(self) -> dict[str, str]:
        """The flag for machines."""
        return {"kind": self.kind, "path": json_pointer(self.path), "message": self.message}


def possible_percentage(stated: Fraction, people: int, decimals: int) -> bool:
    """Can a count out of `people` give this share, rounded to `decimals` of a percent?

    The GRIM test (Brown and Heathers, Social Psychological and Personality Science 8 (2017) 363-369): a
    whole number of people over n gives only some percentages. Rounding either way at the half is allowed.
    """
    if people <= 0:
        return False
    half = Fraction(1, 2 * 100 * 10**decimals)
    low, high = (stated - half) * people, (stated + half) * people
    nearest_up = -((-low.numerator) // low.denominator)
    return 0 <= nearest_up <= high and nearest_up <= people
