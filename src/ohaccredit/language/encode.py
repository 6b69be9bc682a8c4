"""Evidence as the evaluators read it.

JSON text becomes plain, exact values in the same shape: a date its ordinal day number, a whole number an
int, a number with decimals an int count of millionths, a percentage the millionths of its share. What is
missing or null is left out. So every comparison a rule makes is one of integers, booleans or options.

The input has been checked against the schema; a value that is nevertheless of another shape (rule cases
are not checked that far) is left out, which makes it "not evidenced" and never a wrong answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction

from ohaccredit.language.months import read_day
from ohaccredit.language.numbers import MILLIONTHS
from ohaccredit.language.types import (
    Choice,
    Choices,
    Date,
    Keyed,
    ListOf,
    Number,
    Record,
    Scalar,
    Series,
    Text,
    Type,
    YesNo,
)

Encoded = int | bool | str | list["Encoded"] | dict[str, "Encoded"]


def encode(raw: Mapping[str, object], kind: Record) -> dict[str, Encoded]:
    """A record's fields, encoded."""
    encoded = {}
    for name, value in raw.items():
        field = kind.fields.get(name)
        if field is not None and value is not None:
            inner = encode_value(value, field.type)
            if inner is not None:
                encoded[name] = inner
    return encoded


def encode_value(raw: object, kind: Type) -> Encoded | None:
    """One value, encoded; None if it is not of its type."""
    match kind:
        case Date():
            day = read_day(raw)
            return None if day is None else day.toordinal()
        case YesNo():
            return raw if isinstance(raw, bool) else {"yes": True, "no": False}.get(str(raw))
        case Number():
            return _encode_number(raw, kind)
        case Text():
            return raw if isinstance(raw, str) and raw.strip() else None
        case Choice():
            return raw if isinstance(raw, str) and raw in kind.options else None
        case Choices():
            return [each for each in raw if isinstance(each, str)] if isinstance(raw, list) else None
        case Record():
            return encode(raw, kind) if isinstance(raw, Mapping) else None
        case ListOf() | Series():
            return (
                [encode(item, kind.item) if isinstance(item, Mapping) else {} for item in raw]
                if isinstance(raw, list)
                else None
            )
        case Keyed():
            if not isinstance(raw, Mapping):
                return None
            items: dict[str, Encoded] = {}
            for key in kind.keys:
                item = raw.get(key)
                items[key] = {
                    "key": key,
                    **(encode(item, kind.records[key]) if isinstance(item, Mapping) else {}),
                }
            return items


def _encode_number(raw: object, kind: Number) -> int | None:
    if isinstance(raw, bool) or not isinstance(raw, (int, Decimal)):
        return None
    if kind.whole:
        return int(raw) if raw == int(raw) else None
    scaled = Fraction(raw) * (MILLIONTHS // 100 if kind.percent else MILLIONTHS)
    return scaled.numerator if scaled.denominator == 1 else None


def decode(value: Encoded, kind: Scalar) -> Fraction | int | date | bool | str | tuple[str, ...]:
    """An encoded value as the value that it stands for."""
    if isinstance(kind, Date) and isinstance(value, int):
        return date.fromordinal(value)
    if isinstance(kind, Number) and isinstance(value, int):
        return value if kind.whole else Fraction(value, MILLIONTHS)
    if isinstance(value, list):
        return tuple(str(each) for each in value)
    if isinstance(value, dict):
        raise TypeError("a record is no scalar")
    return value
