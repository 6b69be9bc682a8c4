"""Counts and shares with undecided items, against every way in which those could turn out."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from typing import Final

import pytest

from ohaccredit.language.counting import HOLDS, agreed, count_verdict, share_verdict, within
from ohaccredit.language.outcome import Verdict
from ohaccredit.language.tree import Comparator

ORDERED: Final[tuple[Comparator, ...]] = ("at_least", "at_most", "more_than", "less_than")
EVERY: Final[tuple[Comparator, ...]] = (*ORDERED, "is")
EMPTY: Final[tuple[Verdict, ...]] = (True, False, None)


def common(verdicts: list[Verdict]) -> Verdict:
    """What all the completions agree on."""
    return verdicts[0] if all(each is verdicts[0] for each in verdicts) else None


# ── Counts ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("comparator", EVERY)
@pytest.mark.parametrize("bound", [0, 1, 2, 3, 4, 5])
def test_a_count_is_decided_exactly_when_every_completion_agrees(comparator: Comparator, bound: int) -> None:
    for yes, no, open_ in product(range(4), range(3), range(4)):
        if not yes + no + open_:
            continue
        counts = [yes + sum(fate) for fate in product((0, 1), repeat=open_)]
        expected = common([HOLDS[comparator](count, bound) for count in counts])
        for empty in EMPTY:
            found = count_verdict(
                yes, open_, present=True, maybe_present=False, comparator=comparator, bound=bound, empty=empty
            )
            assert found is expected, (yes, no, open_, empty)


@pytest.mark.parametrize("comparator", EVERY)
@pytest.mark.parametrize("bound", [0, 1, 2, 3])
@pytest.mark.parametrize("empty", EMPTY)
def test_a_list_that_may_be_empty_must_also_agree_with_what_an_empty_list_means(
    comparator: Comparator, bound: int, empty: Verdict
) -> None:
    for open_no, open_open in product(range(3), range(3)):
        if not open_no + open_open:
            continue
        verdicts: list[Verdict] = []
        for fates in product(*([("no", "out")] * open_no + [("yes", "no", "out")] * open_open)):
            inside = [fate for fate in fates if fate != "out"]
            verdicts.append(HOLDS[comparator](inside.count("yes"), bound) if inside else empty)
        found = count_verdict(
            0, open_open, present=False, maybe_present=True, comparator=comparator, bound=bound, empty=empty
        )
        assert found is common(verdicts), (open_no, open_open)


@pytest.mark.parametrize("comparator", EVERY)
@pytest.mark.parametrize("empty", EMPTY)
def test_a_decided_count_is_never_wrong_whatever_is_undecided(comparator: Comparator, empty: Verdict) -> None:
    for bound in range(4):
        for sorts, completions in lists():
            yes, _no, in_open, open_yes, open_no, open_open = sorts
            found = count_verdict(
                yes,
                in_open + open_yes + open_open,
                present=yes + _no + in_open > 0,
                maybe_present=open_yes + open_no + open_open > 0,
                comparator=comparator,
                bound=bound,
                empty=empty,
            )
            verdicts = [HOLDS[comparator](sure, bound) if total else empty for sure, total in completions]
            assert found is None or all(each is found for each in verdicts), (sorts, bound)


def test_two_sure_and_one_undecided_are_two_to_three() -> None:
    def at_least(bound: int) -> Verdict:
        return count_verdict(2, 1, present=True, maybe_present=False, comparator="at_least", bound=bound, empty=False)

    assert (at_least(2), at_least(3), at_least(4)) == (True, None, False)


@pytest.mark.parametrize("empty", EMPTY)
def test_an_empty_list_is_what_the_rule_says_it_is(empty: Verdict) -> None:
    assert count_verdict(0, 0, present=False, maybe_present=False, comparator="at_least", bound=0, empty=empty) is empty
    assert share_verdict(0, 0, 0, 0, 0, 0, comparator="at_least", bound=Fraction(0), empty=empty) is empty


# ── Shares ──────────────────────────────────────────────────────────────────────────────────────────

Sorts = tuple[int, int, int, int, int, int]
_FATES = (("yes",), ("no",), ("yes", "no"), ("yes", "out"), ("no", "out"), ("yes", "no", "out"))


def lists() -> Iterator[tuple[Sorts, list[tuple[int, int]]]]:
    """Small lists by how many items there are of each sort, with (satisfying, in the list) of every completion."""
    for sorts in product(range(3), repeat=6):
        if not 0 < sum(sorts) <= 4:
            continue
        fates = [fate for fate, many in zip(_FATES, sorts, strict=True) for _ in range(many)]
        completions = set()
        for chosen in product(*fates):
            completions.add((chosen.count("yes"), len(chosen) - chosen.count("out")))
        yield (sorts[0], sorts[1], sorts[2], sorts[3], sorts[4], sorts[5]), sorted(completions)


@pytest.mark.parametrize("comparator", ORDERED)
@pytest.mark.parametrize("empty", EMPTY)
def test_a_share_is_decided_exactly_when_every_completion_agrees(comparator: Comparator, empty: Verdict) -> None:
    bounds = (Fraction(0), Fraction(1, 3), Fraction(1, 2), Fraction(2, 3), Fraction(9, 10), Fraction(1))
    for sorts, completions in lists():
        for bound in bounds:
            verdicts = [
                HOLDS[comparator](Fraction(sure, total), bound) if total else empty for sure, total in completions
            ]
            found = share_verdict(*sorts, comparator=comparator, bound=bound, empty=empty)
            assert found is common(verdicts), (sorts, bound)


@pytest.mark.parametrize("empty", EMPTY)
def test_an_exact_share_is_undecided_if_the_bound_lies_within_the_interval(empty: Verdict) -> None:
    for sorts, completions in lists():
        shares = [Fraction(sure, total) for sure, total in completions if total]
        for bound in (Fraction(0), Fraction(1, 4), Fraction(1, 2), Fraction(1)):
            within_ = min(shares) == max(shares) == bound
            expected: Verdict = within_ if len(set(shares)) == 1 else None
            if not min(shares) <= bound <= max(shares):
                expected = False
            if any(not total for _, total in completions):
                expected = common([expected, empty])
            assert share_verdict(*sorts, comparator="is", bound=bound, empty=empty) is expected, (sorts, bound)


def test_seven_of_a_hundred_meet_seven_per_cent() -> None:
    assert share_verdict(7, 93, 0, 0, 0, 0, comparator="at_least", bound=Fraction(7, 100), empty=False) is True
    assert share_verdict(7, 93, 0, 0, 0, 0, comparator="more_than", bound=Fraction(7, 100), empty=False) is False


# ── The small parts ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("comparator", EVERY)
def test_a_number_somewhere_in_an_interval_meets_a_bound_only_if_every_such_number_does(
    comparator: Comparator,
) -> None:
    for low, high, bound in product(range(4), range(4), range(4)):
        if low <= high:
            expected = common([HOLDS[comparator](number, bound) for number in range(low, high + 1)])
            assert within(low, high, comparator, bound) is expected


def test_two_cases_agree_only_on_the_same_verdict() -> None:
    for first, second in product(EMPTY, EMPTY):
        assert agreed(first, second) is (first if first is second else None)
