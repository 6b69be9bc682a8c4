"""What real submissions look like: limits that the solver keeps to, if asked, so that its examples can be believed.

Rules do not rely on these limits: evidence that breaks one is decided all the same, and flagged. So proofs are made
without them and examples with them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ohaccredit.language.numbers import MILLIONTHS
from ohaccredit.language.solve_evidence import ByKey, Fields, NumberField, Part, Places, Points, Several, Single
from ohaccredit.language.solve_logic import Truth, both, either, no
from ohaccredit.language.solve_terms import Day, Figure, Value, compare


@dataclass(frozen=True, slots=True)
class Plausible:
    """What is plausible of one kind of evidence, beside the bounds of its numbers. Names are joined by dots."""

    in_order: Sequence[Sequence[str]] = ()
    """Pairs of dates of which the first does not come later."""
    part_of_whole: Sequence[Sequence[str]] = ()
    identified_by: tuple[str, ...] = ()
    """The fields that say what an item is: an item has them."""


def plausible(evidence: Fields, kinds: Mapping[str, Plausible]) -> Iterator[Truth]:
    """The limits of the evidence that formulas have brought into being so far; it brings required fields into being."""
    for name, part in list(evidence.made.items()):
        yield from _figures(part)
        kind = kinds.get(name, Plausible())
        for there, item in _items(part):
            for field in kind.identified_by:
                own = item.field(field)
                if isinstance(own, Single):
                    yield either(no(there), own.given)
            for pairs in (kind.in_order, kind.part_of_whole):
                for first, second in pairs:
                    yield from _ordered(item, first.split("."), second.split("."))


def _items(part: Part) -> Iterator[tuple[Truth, Fields]]:
    if isinstance(part, Several):
        yield from ((both(part.handed_in, there), item) for there, item in part.places)
    elif isinstance(part, Fields):
        yield False, part


def _figures(part: Part) -> Iterator[Truth]:
    """The bounds of numbers, and the fields that every item of a list has."""
    match part:
        case NumberField(number=number):
            unit = 1 if number.whole else MILLIONTHS // 100 if number.percent else MILLIONTHS
            if number.minimum is not None:
                yield part.held >= number.minimum * unit
            if number.maximum is not None:
                yield part.held <= number.maximum * unit
        case Fields():
            for inner in list(part.made.values()):
                yield from _figures(inner)
        case ByKey():
            for record in part.records.values():
                yield from _figures(record)
        case Places() | Points():
            for there, item in part.places:
                for field in item.kind:
                    own = item.field(field.name) if field.required else None
                    if isinstance(own, Single):
                        yield either(no(there), own.given)
                yield from _figures(item)


def _ordered(item: Fields, first: list[str], second: list[str]) -> Iterator[Truth]:
    """The first of two values is not larger, at every place where both are given.

    A list against a field of the item itself: the latest of the list counts, so each of its items is held to it.
    """
    inner = item.made.get(first[0]) if len(first) > 1 else None
    if len(second) > 1 and first[0] == second[0]:
        for _, each in _items(inner) if inner is not None else ():
            yield from _ordered(each, first[1:], second[1:])
        return
    other = _value(item, second)
    if other is None:
        return
    if isinstance(inner, Several):
        for there, each in _items(inner):
            for limit in _not_larger(_value(each, first[1:]), other):
                yield either(no(there), limit)
    else:
        yield from _not_larger(_value(item, first), other)


def _not_larger(one: Value | None, other: Value) -> Iterator[Truth]:
    if one is not None:
        yield either(no(both(one.known, other.known)), compare(one, "at_most", other))


def _value(item: Fields, names: list[str]) -> Value | None:
    """A date or number, if a formula has asked for it."""
    part: Part | None = item
    for name in names:
        part = part.made.get(name) if isinstance(part, Fields) else None
    value = part.value if isinstance(part, Single) else None
    return value if isinstance(value, (Day, Figure)) else None
