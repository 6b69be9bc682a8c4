"""Exact numbers, as they are read and as they are said."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ohaccredit.language.numbers import read_number, read_percent, say_number, say_percent


def test_seven_of_a_hundred_are_exactly_seven_per_cent() -> None:
    assert Fraction(7, 100) == read_percent("7%")
    assert read_number(Decimal("0.07")) * 100 == 7  # in binary floating point 0.07 * 100 is more than 7


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("95%", Fraction(19, 20)),
        ("4.5 %", Fraction(9, 200)),
        (" 0% ", Fraction(0)),
        ("100%", Fraction(1)),
        ("-2.5%", Fraction(-1, 40)),
        ("+150%", Fraction(3, 2)),
        ("33.3333%", Fraction(333333, 1000000)),
    ],
)
def test_a_percentage_is_read_exactly(text: str, share: Fraction) -> None:
    assert read_percent(text) == share


@pytest.mark.parametrize("text", ["95", "%", "95 per cent", "1e1%", ".5%", "5.%", "95%%", "1,000%", "95% of", ""])
def test_what_is_no_percentage_is_not_read_as_one(text: str) -> None:
    assert read_percent(text) is None


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (Fraction(0), "0"),
        (Fraction(7), "7"),
        (Fraction(1234567), "1,234,567"),
        (Fraction(5, 2), "2.5"),
        (Fraction(-5, 2), "-2.5"),
        (Fraction(1, 100), "0.01"),
        (Fraction(6999, 1000), "6.99…"),
        (Fraction(-6999, 1000), "-6.99…"),
        (Fraction(1, 3), "0.33…"),
        (Fraction(1, 1000), "0.00…"),
        (Fraction(7001, 1000), "7.00…"),
    ],
)
def test_a_number_is_cut_and_marked_never_rounded_up(value: Fraction, said: str) -> None:
    assert say_number(value) == said


def test_without_decimals_a_cut_number_is_still_marked() -> None:
    assert say_number(Fraction(13, 2), decimals=0).startswith("6")
    assert "…" in say_number(Fraction(13, 2), decimals=0)


@pytest.mark.parametrize(
    ("share", "said"),
    [(Fraction(1, 8), "12.5%"), (Fraction(1), "100%"), (Fraction(1, 3), "33.33…%"), (Fraction(0), "0%")],
)
def test_a_share_is_said_as_a_percentage(share: Fraction, said: str) -> None:
    assert say_percent(share) == said


@given(st.fractions(-1000, 1000))
def test_what_is_said_is_never_further_from_zero_than_the_value(value: Fraction) -> None:
    said = Fraction(say_number(value).replace(",", "").rstrip("…"))
    assert abs(said) <= abs(value)
    assert abs(value) - abs(said) < Fraction(1, 100)
    assert ("…" in say_number(value)) == (said != value)
