"""The evidence that two editions can both be asked about.

Of a choice it has the options that both know, of a number the bounds that both allow. A field that only one of them
knows is in it too: the other does not read it. Where the same name stands for another kind of thing, it has nothing.
"""

from __future__ import annotations

from dataclasses import replace

from ohaccredit.language.types import Choice, Choices, Field, Keyed, ListOf, Number, Record, Series, Type
from ohaccredit.standards.edition import Edition
from ohaccredit.standards.evidence import EvidenceType


def evidence_of_both(before: Edition, after: Edition) -> tuple[dict[str, EvidenceType], frozenset[str]]:
    """The evidence types of both, and the names of those that cannot be compared."""
    both = dict(before.evidence) | dict(after.evidence)
    unlike: set[str] = set()
    for name in before.evidence.keys() & after.evidence.keys():
        kind = common(before.evidence[name].type, after.evidence[name].type)
        if kind is None:
            unlike.add(name)
        else:
            both[name] = replace(after.evidence[name], type=kind)
    return both, frozenset(unlike)


def common(one: Type, other: Type) -> Type | None:
    """What both types hold; None if they are of another kind."""
    if one == other:
        return other
    match one, other:
        case Choice(options=known), Choice(options=options):
            shared = tuple(option for option in options if option in known)
            return Choice(shared, other.words) if shared else None
        case Choices(options=known), Choices(options=options):
            shared = tuple(option for option in options if option in known)
            return Choices(shared, other.words) if shared else None
        case Number(), Number():
            if (one.unit, one.whole, one.percent) != (other.unit, other.whole, other.percent):
                return None
            lowest = [each for each in (one.minimum, other.minimum) if each is not None]
            highest = [each for each in (one.maximum, other.maximum) if each is not None]
            return replace(other, minimum=max(lowest, default=None), maximum=min(highest, default=None))
        case Record(), Record():
            return _record(one, other)
        case ListOf(), ListOf():
            item = _record(one.item, other.item)
            return None if item is None else replace(other, item=item)
        case Series(), Series():
            item = _record(one.item, other.item)
            if item is None or (one.at, one.same, one.measure) != (other.at, other.same, other.measure):
                return None
            return replace(other, item=item)
        case Keyed(), Keyed():
            records = {key: _record(one.records[key], other.records[key]) for key in one.keys if key in other.records}
            found = {key: record for key, record in records.items() if record is not None}
            # What a rule asks of every key depends on which keys there are.
            return replace(other, records=found) if one.keys == other.keys and len(found) == len(one.keys) else None
    return None


def _record(one: Record, other: Record) -> Record | None:
    found: dict[str, Field] = dict(one.fields) | dict(other.fields)
    for name in one.fields.keys() & other.fields.keys():
        kind = common(one.fields[name].type, other.fields[name].type)
        if kind is None:
            return None
        found[name] = replace(other.fields[name], type=kind)
    return Record(found)
