"""What the steps of a plan cost.

The estimate is in half days, as the effort of evidence types is: that of each kind of evidence that is touched, once,
a little for each further field and item, and much for what has to be achieved before it can be shown. The weights are
figures of the rules; where an edition has none of its own, the usual ones hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import lcm

from ohaccredit.standards.edition import Edition

USUAL: Mapping[str, Fraction] = {
    "plan-further-field": Fraction(1, 20),
    "plan-further-item": Fraction(1, 2),
    "plan-achievement": Fraction(20),
}


@dataclass(frozen=True, slots=True)
class Weights:
    """The prices, in whole parts of a half day."""

    field: int
    item: int
    achievement: int
    parts: int
    """How many parts a half day has."""

    def effort(self, half_days: int) -> int:
        """The effort of an evidence type."""
        return half_days * self.parts

    def half_days(self, price: int) -> Fraction:
        """A price in half days."""
        return Fraction(price, self.parts)


def weights_of(edition: Edition, on: date) -> Weights:
    """The weights in force on a day."""
    figures = []
    for name, usual in USUAL.items():
        parameter = edition.definitions.parameters.get(name)
        dated = None if parameter is None else parameter.on(on)
        figures.append(dated.value if dated is not None and isinstance(dated.value, Fraction) else usual)
    parts = lcm(*(figure.denominator for figure in figures))
    field, item, achievement = (int(figure * parts) for figure in figures)
    return Weights(field, item, achievement, parts)
