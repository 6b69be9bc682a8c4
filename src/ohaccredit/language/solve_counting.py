"""Counts and shares of lists in which some items are undecided, as the solver takes them.

The counterpart of `counting`: the same intervals, but of items of which it is still open how they will fall.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from ohaccredit.language.outcome import Verdict
from ohaccredit.language.solve_logic import (
    Counted,
    Truth,
    any_of,
    both,
    either,
    no,
    number_of,
    reaches_zero,
    there_are,
    times,
)
from ohaccredit.language.solve_terms import Figure, compare_numbers
from ohaccredit.language.tree import Comparator


@dataclass(frozen=True, slots=True)
class Said:
    """What a test says, in the three values of `outcome`: surely so, surely not so, or neither."""

    so: Truth
    not_so: Truth

    @property
    def open(self) -> Truth:
        """Is it left undecided?"""
        return both(no(self.so), no(self.not_so))


@dataclass(slots=True)
class Fallen:
    """How the items of a list fall, by membership and test: surely in the list, or perhaps (`maybe`)."""

    yes: Counted = field(default_factory=list)
    no: Counted = field(default_factory=list)
    open: Counted = field(default_factory=list)
    maybe_yes: Counted = field(default_factory=list)
    maybe_no: Counted = field(default_factory=list)
    maybe_open: Counted = field(default_factory=list)

    @property
    def present(self) -> Truth:
        """Is there an item that is surely in the list?"""
        return _some([*self.yes, *self.no, *self.open])

    @property
    def nobody(self) -> Truth:
        """Is there none that even may be in the list?"""
        return no(either(self.present, _some([*self.maybe_yes, *self.maybe_no, *self.maybe_open])))


def _some(counted: Counted) -> Truth:
    return any_of(so for so, _ in counted)


def count_said(
    counted: Counted, undecided: Counted, fallen: Fallen, comparator: Comparator, bound: Figure, empty: Verdict
) -> Said:
    """Does the count, which lies from `counted` to so many more as are undecided, meet the bound?"""
    return _with_empty(_within(counted, undecided, comparator, bound), fallen, bound, empty)


def share_said(fallen: Fallen, comparator: Comparator, bound: Figure, empty: Verdict) -> Said:
    """Does the share of satisfying items meet the bound, whatever the undecided items turn out to be?"""
    sure = [*fallen.yes, *fallen.no, *fallen.open]
    # The smallest share there can be: everything undecided turns out against it.
    low = _Share(fallen.yes, [*sure, *fallen.maybe_no, *fallen.maybe_open], 1)
    high = _Share(
        [*fallen.yes, *fallen.open, *fallen.maybe_yes, *fallen.maybe_open],
        [*sure, *fallen.maybe_yes, *fallen.maybe_open],
        0,
    )
    return _with_empty(_ends(low, high, comparator, bound), fallen, bound, empty)


def _with_empty(said: Said, fallen: Fallen, bound: Figure, empty: Verdict) -> Said:
    """A list that might turn out empty must agree with what the rule says of an empty list."""
    so = either(fallen.nobody, said.so) if empty is True else both(fallen.present, said.so)
    not_so = either(fallen.nobody, said.not_so) if empty is False else both(fallen.present, said.not_so)
    return Said(both(bound.known, so), both(bound.known, not_so))


def _within(counted: Counted, undecided: Counted, comparator: Comparator, bound: Figure) -> Said:
    possible = [*counted, *undecided]
    if not isinstance(bound.top, int) or not isinstance(bound.bottom, int):
        low, high = number_of(counted), number_of(possible)
        return _between(
            compare_numbers(times(low, bound.bottom), "at_least", bound.top),
            compare_numbers(times(low, bound.bottom), "more_than", bound.top),
            compare_numbers(times(high, bound.bottom), "at_least", bound.top),
            compare_numbers(times(high, bound.bottom), "more_than", bound.top),
            comparator,
        )
    least = -(-bound.top // bound.bottom)
    above = bound.top // bound.bottom + 1
    return _between(
        there_are(counted, least),
        there_are(counted, above),
        there_are(possible, least),
        there_are(possible, above),
        comparator,
    )


@dataclass(frozen=True, slots=True)
class _Share:
    """One end of the share: so many of so many, or a given share if there is nothing to divide by."""

    of: Counted
    among: Counted
    otherwise: int

    def reaches(self, comparator: Literal["at_least", "more_than"], bound: Figure) -> Truth:
        """Does it stand to the bound as asked?"""
        difference = [(so, times(weight, bound.bottom)) for so, weight in self.of]
        difference += [(so, times(-weight, bound.top)) for so, weight in self.among]
        something = _some(self.among)
        return either(
            both(something, reaches_zero(difference, comparator)),
            both(no(something), compare_numbers(times(self.otherwise, bound.bottom), comparator, bound.top)),
        )


def _ends(low: _Share, high: _Share, comparator: Comparator, bound: Figure) -> Said:
    return _between(
        low.reaches("at_least", bound),
        low.reaches("more_than", bound),
        high.reaches("at_least", bound),
        high.reaches("more_than", bound),
        comparator,
    )


def _between(
    low_reaches: Truth, low_passes: Truth, high_reaches: Truth, high_passes: Truth, comparator: Comparator
) -> Said:
    """Does a number between two ends meet the bound, which each end reaches or not, and passes or not?"""
    match comparator:
        case "at_least":
            return Said(low_reaches, no(high_reaches))
        case "more_than":
            return Said(low_passes, no(high_passes))
        case "at_most":
            return Said(no(high_passes), low_passes)
        case "less_than":
            return Said(no(high_reaches), low_reaches)
        case "is":
            return Said(both(low_reaches, no(high_passes)), either(low_passes, no(high_reaches)))
