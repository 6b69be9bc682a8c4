"""A seed made larger or smaller and moved to another day, so that it stays one coherent employer."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import timedelta
from math import isqrt
from typing import Any

from ohaccredit.language.types import Date, Keyed, ListOf, Number, Record, Series, Type
from ohaccredit.policy.moved_in_time import moved_day
from ohaccredit.policy.population_maker.profile import FiguresOf

Names = tuple[str, ...]
Leaf = Callable[[Any, Type, Names], Any]


class Growing:
    """Figures in proportion to the people employed, and dates a number of days later.

    Every figure of an employer is rounded at the same point between two whole numbers. So a part that was
    no larger than its whole stays so, and whoever had reached everybody still has. What was not nothing stays
    so too: the one manager of a small firm is trained, not a twentieth of a manager. Where some people are asked
    for all, a smaller employer asks more of them (the square root of its size counts), but nobody who is not there.
    """

    def __init__(
        self, figures: FiguresOf, old: int, new: int, rounding: float, days: int, leave_out: Collection[str] = ()
    ) -> None:
        self._units = frozenset(figures.grow_with)
        self._also = frozenset(tuple(path.split(".")) for path in figures.also)
        self._never = frozenset(tuple(path.split(".")) for path in figures.never)
        self._old, self._new = old, new
        self._sampled = frozenset(figures.sampled)
        self._asked = max(new, isqrt(old * new))
        self._rounding = int(rounding * old)
        self._by = timedelta(days=days)
        self._leave_out = leave_out

    def item(self, value: Any, kind: Type, name: str) -> Any:
        """Evidence of one type, grown and moved, without what nobody hands in."""
        return each_leaf(value, kind, (name,), self._leaf, self._leave_out)

    def _leaf(self, value: Any, kind: Type, names: Names) -> Any:
        if isinstance(kind, Date):
            return moved_day(value, self._by)
        if isinstance(kind, Number) and self._grows(kind, names):
            new = self._asked if names[0] in self._sampled else self._new
            if isinstance(value, int):
                grown = max((value * new + self._rounding) // self._old, min(value, 1))
                return min(grown, self._new) if names[0] in self._sampled else grown
            return int((value * new + self._rounding) * 10 // self._old) / 10
        return value

    def _grows(self, kind: Number, names: Names) -> bool:
        return names not in self._never and (kind.unit in self._units or names in self._also)


def each_leaf(value: Any, kind: Type, names: Names, leaf: Leaf, without: Collection[str] = ()) -> Any:
    """A value rebuilt with every scalar in it replaced; `names` is the way to it, without keys.

    Fields named in `without` are left out, as is nothing else: what the type does not know stays as it is.
    """
    match kind:
        case Record():
            if not isinstance(value, dict):
                return value
            return {
                name: each_leaf(inner, kind.fields[name].type, (*names, name), leaf, without)
                if name in kind.fields
                else inner
                for name, inner in value.items()
                if name not in without
            }
        case ListOf() | Series():
            return [each_leaf(item, kind.item, names, leaf, without) for item in value]
        case Keyed():
            return {key: each_leaf(item, kind.records[key], names, leaf, without) for key, item in value.items()}
        case _:
            return leaf(value, kind, names)
