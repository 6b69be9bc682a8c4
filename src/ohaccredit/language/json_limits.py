"""How much a JSON file may hold.

The limits are far above any honest submission. They keep a hostile or broken file from taking the time
and memory of everyone else.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


class NumberTooLargeError(ValueError):
    """Raised for a number that is well written but beyond the limits; the message is for people."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that is read.

    `depth` counts objects and lists inside one another, the outermost as 1. `values` counts every
    object, list, text, number, true, false and null. `digits` counts all digits before an exponent.
    `problems` is the most that are listed for one file.
    """

    bytes: int = 20_000_000
    depth: int = 32
    values: int = 200_000
    text_length: int = 100_000
    digits: int = 30
    exponent: int = 30
    problems: int = 100

    def number(self, written: str) -> int | Decimal:
        """The number that a JSON number literal writes: int, or Decimal exactly as written.

        Raises NumberTooLargeError if it has too many digits or too large an exponent.
        """
        mantissa, _, exponent = written.lower().partition("e")
        digits = len(mantissa) - mantissa.count("-") - mantissa.count(".")
        if digits > self.digits:
            raise NumberTooLargeError(f"This number has {digits:,} digits; a number may have at most {self.digits}.")
        # int() is kept away from long runs of digits, which Python refuses.
        size = exponent.lstrip("+-").lstrip("0")
        if size and (len(size) > 9 or int(size) > self.exponent):
            raise NumberTooLargeError(f"This number has an exponent beyond {self.exponent}; it cannot be used.")
        return Decimal(written) if exponent or "." in mantissa else int(written)


DEFAULT_LIMITS = Limits()
