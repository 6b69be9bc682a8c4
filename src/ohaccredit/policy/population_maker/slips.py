"""What goes wrong with evidence: one kind of it, as somebody hands it in who did not take care."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import timedelta
from typing import Any

from ohaccredit.language.types import Date, Keyed, ListOf, Number, Record, Series, Type, YesNo
from ohaccredit.policy.moved_in_time import moved_day
from ohaccredit.policy.population_maker.chance import Chance
from ohaccredit.policy.population_maker.profile import SlipsOf
from ohaccredit.policy.population_maker.vary import each_leaf
from ohaccredit.standards.evidence import EvidenceType

Evidence = Any


def slip(value: Evidence, kind: EvidenceType, slips: SlipsOf, worse: Collection[str], chance: Chance) -> Evidence:
    """The evidence with one thing wrong; None if it is not handed in. What the schema requires stays."""
    weights = slips.model_dump()
    names = list(weights)
    way = names[chance.one_of(list(weights.values()))]
    ways: dict[str, Callable[[], Evidence]] = {
        "not_handed_in": lambda: None,
        "fields_missing": lambda: _holes(value, kind.type, chance, 0.05 + 0.35 * chance.part()),
        "items_missing": lambda: _fewer(value, kind.type, chance),
        "figures_worse": lambda: _worse(value, kind, worse, chance),
        "out_of_date": lambda: _later(value, kind.type, -chance.between(120, 900)),
        "answered_no": lambda: _no(value, kind.type, chance),
    }
    return ways[way]()


def _holes(value: Evidence, kind: Type, chance: Chance, share: float) -> Evidence:
    match kind:
        case Record() if isinstance(value, dict):
            return {
                name: _holes(inner, kind.fields[name].type, chance, share) if name in kind.fields else inner
                for name, inner in value.items()
                if (name in kind.fields and kind.fields[name].required) or not chance.happens(share)
            }
        case ListOf() | Series():
            return [_holes(item, kind.item, chance, share) for item in value]
        case Keyed():
            return {key: _holes(item, kind.records[key], chance, share) for key, item in value.items()}
        case _:
            return value


def _fewer(value: Evidence, kind: Type, chance: Chance) -> Evidence:
    """Some items, keys or points are not there; of a single record, some of what its lists hold."""
    match kind:
        case ListOf():
            return [item for item in value if chance.happens(0.6)]
        case Series():
            return value[chance.below(len(value)) :] if value else value  # the earliest years were not kept
        case Keyed():
            return {
                key: _thinned(item, kind.records[key], chance) for key, item in value.items() if chance.happens(0.7)
            }
        case _:
            return _thinned(value, kind, chance)


def _thinned(value: Evidence, kind: Type, chance: Chance) -> Evidence:
    if not isinstance(kind, Record) or not isinstance(value, dict):
        return value
    lists = (ListOf, Series)
    return {
        name: _fewer(inner, kind.fields[name].type, chance)
        if name in kind.fields and isinstance(kind.fields[name].type, lists)
        else inner
        for name, inner in value.items()
    }


def _worse(value: Evidence, kind: EvidenceType, worse: Collection[str], chance: Chance) -> Evidence:
    """Parts are smaller parts of their wholes, and what should be little is more."""
    parts = {tuple(part.split(".")) for part, _ in kind.checks.part_of_whole}
    shrunk, grown = 0.3 + 0.65 * chance.part(), 1.2 + 2 * chance.part()

    def leaf(each: Any, of: Type, names: tuple[str, ...]) -> Any:
        if not isinstance(of, Number) or isinstance(each, bool) or not isinstance(each, (int, float)):
            return each
        factor = shrunk if names[1:] in parts else grown if of.unit in worse else 1
        if factor == 1:
            return each
        figure: int | float = int(each * factor) if isinstance(each, int) else round(each * factor, 1)
        return figure if of.maximum is None else min(figure, of.maximum)

    return each_leaf(value, kind.type, (kind.name,), leaf)


def _later(value: Evidence, kind: Type, days: int) -> Evidence:
    by = timedelta(days=days)
    return each_leaf(value, kind, (), lambda each, of, _: moved_day(each, by) if isinstance(of, Date) else each)


def _no(value: Evidence, kind: Type, chance: Chance) -> Evidence:
    """Some of what was answered yes is answered no."""
    return each_leaf(
        value, kind, (), lambda each, of, _: each and not chance.happens(0.3) if isinstance(of, YesNo) else each
    )
