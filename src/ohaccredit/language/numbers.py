"""Exact numbers.

A threshold of 7 % must be met by 7 of 100, which binary floating point does not grant. Numbers are read
from the text as written and held as integers or fractions; no float enters a decision.
"""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

# A number with decimals is held, when compiled, as a whole count of millionths: six decimals of a number,
# four of a percentage. A finer figure is refused when it is read (standards/schema.py), never rounded.
MILLIONTHS = 1_000_000

_PERCENT = re.compile(r"([+-]?\d+(?:\.\d+)?)\s?%")


def read_number(raw: int | Decimal) -> Fraction:
    """The exact value of a number as written."""
    return Fraction(raw)


def read_percent(text: str) -> Fraction | None:
    """The share that a text such as "95%" or "4.5 %" states; None if it states none."""
    match = _PERCENT.fullmatch(text.strip())
    return Fraction(match[1]) / 100 if match else None


def say_number(value: Fraction | int, *, decimals: int = 2) -> str:
    """A number for people: grouped thousands, at most `decimals` decimals, "about" never needed.

    A value that needs more decimals is cut towards zero and marked with an ellipsis, so that 6.999 is
    never shown as 7.
    """
    scaled = abs(Fraction(value)) * 10**decimals
    whole, rest = divmod(scaled.numerator, scaled.denominator)
    digits = f"{whole // 10**decimals:,}"
    tail = f"{whole % 10**decimals:0{decimals}d}".rstrip("0") if decimals else ""
    if rest:
        tail = f"{whole % 10**decimals:0{decimals}d}" + "…"
    sign = "-" if value < 0 else ""
    return sign + digits + (f".{tail}" if tail else "")


def say_percent(share: Fraction) -> str:
    """A share for people, as a percentage: 1/8 is "12.5%"."""
    return say_number(share * 100) + "%"
