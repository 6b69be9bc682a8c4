"""Reading one cell: a date, a number, a length of time.

What a cell holds is repeated in messages only if it has no letters: words could be a name or a diagnosis.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ohaccredit.fitnotes.columns import bare
from ohaccredit.fitnotes.grid import Cell

MOST_DECIMALS = 4
"""As in submissions: a finer figure is refused, never rounded."""
FIRST_YEAR, LAST_YEAR = 1900, 2199
CENTURY = 2000
"""Two-digit years lie in it: no fit note is older."""

DAY_FIRST = "dates that could also be read month first were read day first"
TWO_DIGITS = "years of two digits were read as 20.."

# Not from `calendar`, whose names change with the language of the machine.
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_TIME = r"(?:[T ][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?Z?)?"
_YEAR_FIRST = re.compile(rf"([0-9]{{4}})([-/.])([0-9]{{1,2}})\2([0-9]{{1,2}}){_TIME}")
_DAY_FIRST = re.compile(rf"([0-9]{{1,2}})([-/.])([0-9]{{1,2}})\2([0-9]{{4}}|[0-9]{{2}}){_TIME}")
_NAMED = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th)?[-/ ]?([a-z]{3,9})[-/, ]*([0-9]{4}|[0-9]{2})", re.IGNORECASE)
_BETWEEN = re.compile(r"(.{6,20}?)\s+(?:to|until|-|–)\s+(.{6,20})")
_WHOLE = re.compile(r"[0-9]{1,9}|[0-9]{1,3}(?:,[0-9]{3}){1,2}")
_NUMBER = re.compile(rf"(?:{_WHOLE.pattern})(?:\.[0-9]+)?")
_SHORTHAND = re.compile(r"([0-9]{1,3})\s?/\s?(7|52|12)")
_DENOMINATORS = {"7": "days", "52": "weeks", "12": "months"}  # as doctors write: 2/52 is two weeks
_LENGTH = re.compile(r"([0-9]{1,4}|[^\W\d_]+)[\s-]*(\D*)")


class CellFault(Exception):
    """What is wrong with a cell, for people, and how to put it right."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


@dataclass(frozen=True, slots=True)
class ReadDate:
    """A date, and what was assumed to read it."""

    day: date
    assumed: tuple[str, ...] = ()


def shown(text: str) -> str:
    """A cell as a message may name it."""
    return "This entry" if any(map(str.isalpha, text)) else f'"{text[:40]}"'


def read_date(cell: Cell) -> ReadDate:
    """The date in a cell; day before month unless the year comes first. Raises CellFault."""
    if isinstance(cell, date):
        return _real(cell.year, cell.month, cell.day, (), cell.isoformat())
    if match := _YEAR_FIRST.fullmatch(cell):
        return _real(int(match[1]), int(match[3]), int(match[4]), (), cell)
    if match := _DAY_FIRST.fullmatch(cell):
        day, month = int(match[1]), int(match[3])
        year, assumed = _year(match[4])
        if day <= 12 and month <= 12 and day != month:
            assumed = (DAY_FIRST, *assumed)
        return _real(year, month, day, assumed, cell)
    if match := _NAMED.fullmatch(cell):
        name = match[2].lower()
        months = [number for number, short in enumerate(_MONTHS, 1) if name.startswith(short)]
        if months:
            year, assumed = _year(match[3])
            return _real(year, months[0], int(match[1]), assumed, cell)
    hint = "Write it as day/month/year or year-month-day."
    if re.fullmatch(r"[0-9]{5}(?:\.[0-9]+)?", cell):
        hint = "It looks like Excel's own count of days: give the column a date format and save again."
    raise CellFault(f"{shown(cell)} is not a date.", hint)


def _year(digits: str) -> tuple[int, tuple[str, ...]]:
    return (int(digits), ()) if len(digits) == 4 else (CENTURY + int(digits), (TWO_DIGITS,))


def _real(year: int, month: int, day: int, assumed: tuple[str, ...], text: str) -> ReadDate:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise CellFault(f"{shown(text)} cannot be right: its year is {year}.")
    if month > 12 >= day:
        raise CellFault(f"{shown(text)} is not a date: it would be month {month}.", "The day comes before the month.")
    try:
        return ReadDate(date(year, month, day), assumed)
    except ValueError:
        raise CellFault(f"{shown(text)} is not a date: there is no such day.") from None


def read_between(text: str) -> tuple[ReadDate, ReadDate] | None:
    """The two dates of "1/2/2026 to 14/2/2026"; None if it is not such a text. Raises CellFault."""
    match = _BETWEEN.fullmatch(text)
    if match is None or not any(map(str.isdigit, match[1])) or not any(map(str.isdigit, match[2])):
        return None
    return read_date(match[1].strip()), read_date(match[2].strip())


def read_number(text: str, *, whole: bool, minimum: int | None) -> int | Decimal:
    """The number in a cell; a pound sign and thousands with commas are let pass. Raises CellFault."""
    plain = text.removeprefix("£").strip()
    if not (_WHOLE if whole else _NUMBER).fullmatch(plain):
        kind = "a whole number" if whole else "a number"
        raise CellFault(f"{shown(text)} is not {kind}.", "Write digits only, without a unit.")
    plain = plain.replace(",", "")
    number: int | Decimal = int(plain) if whole else Decimal(plain)
    if isinstance(number, Decimal) and -int(number.normalize().as_tuple().exponent) > MOST_DECIMALS:
        raise CellFault(f"{shown(text)} has more decimals than are kept.", f"Give at most {MOST_DECIMALS}.")
    if minimum is not None and number < minimum:
        raise CellFault(f"{shown(text)} is too small.", f"The least is {minimum}.")
    return number


def read_length(text: str, units: Mapping[str, str], numbers: Mapping[str, int]) -> tuple[int, str]:
    """A number and its unit; the unit is "" if the cell does not name one. Raises CellFault."""
    if match := _SHORTHAND.fullmatch(text):
        number, unit = int(match[1]), _DENOMINATORS[match[2]]
    else:
        match = _LENGTH.fullmatch(text)
        stated = None if match is None else numbers.get(bare(match[1]), match[1])
        if match is None or not str(stated).isdigit() or (match[2] and bare(match[2]) not in units):
            hint = "Write a whole number of days, weeks or months, such as 2 weeks; or give dates instead."
            raise CellFault(f"{shown(text)} is not a length that can be read.", hint)
        number, unit = int(str(stated)), units[bare(match[2])] if match[2] else ""
    if number < 1:
        raise CellFault("A note cannot be for no time at all.", "Look at the note again.")
    return number, unit
