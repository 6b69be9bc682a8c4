"""Spans of calendar days as ordinal numbers, both ends included.

Dates on papers can be absurd (the year 1, the year 9999), so days are never listed one by one.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

LAST_ORDINAL = date.max.toordinal()
"""The calendar's last day."""


class Span(NamedTuple):
    """The days from `first` to `last`, both included."""

    first: int
    last: int

    @property
    def days(self) -> int:
        return self.last - self.first + 1

    def within(self, other: Span) -> Span | None:
        """The part that lies within another span; None if none does."""
        first, last = max(self.first, other.first), min(self.last, other.last)
        return Span(first, last) if first <= last else None


class Spans:
    """A set of days, kept as spans that neither touch nor overlap, in order."""

    def __init__(self, spans: Iterable[Span] = ()) -> None:
        self._firsts: list[int] = []
        self._lasts: list[int] = []
        for span in spans:
            self.add(span)

    def __iter__(self) -> Iterator[Span]:
        return map(Span, self._firsts, self._lasts)

    def add(self, span: Span) -> None:
        """Add days; a span that ends the day before another begins joins it."""
        if span.first > span.last:
            return
        low = bisect_left(self._lasts, span.first - 1)
        high = bisect_right(self._firsts, span.last + 1)
        first = min([span.first, *self._firsts[low : min(low + 1, high)]])
        last = max([span.last, *self._lasts[max(high - 1, low) : high]])
        self._firsts[low:high] = [first]
        self._lasts[low:high] = [last]

    def around(self, day: int) -> Span | None:
        """The unbroken span that a day lies in; None if it is not among the days."""
        index = bisect_right(self._firsts, day) - 1
        return Span(self._firsts[index], self._lasts[index]) if index >= 0 and day <= self._lasts[index] else None

    def first_within(self, span: Span) -> int | None:
        """The first of the days that lies within a span."""
        index = bisect_left(self._lasts, span.first)
        if index == len(self._firsts) or self._firsts[index] > span.last:
            return None
        return max(self._firsts[index], span.first)
