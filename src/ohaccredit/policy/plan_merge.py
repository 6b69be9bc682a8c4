"""Several ways as one.

What is handed in or changed is so once. New items of one kind that do not contradict each other become one item, so
that one document serves each criterion that asks for something of it; otherwise they stand one behind the other. Items
that one way asks for stay apart: it needs each of them. Whether the whole serves is for an assessment to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ohaccredit.assessment.prepare import Path
from ohaccredit.language.solve_evidence import DateField
from ohaccredit.policy.plan_search import Done


@dataclass(slots=True)
class _Item:
    """A new item: what is said of each of its places, by the steps below it."""

    list_at: Path
    kind: str
    said: dict[tuple[object, ...], Done] = field(default_factory=dict)


def merged(ways: Iterable[Sequence[Done]]) -> tuple[Done, ...]:
    """The changes of all ways."""
    there: dict[tuple[object, ...], Done] = {}
    items: list[_Item] = []
    first: dict[Path, int] = {}
    for way in ways:
        old, new = _parted(way)
        for each in old:
            place = (each.change.kind, each.change.path)
            before = there.get(place)
            both = each if before is None else _agreed(before, each)
            there[place] = both or before or each
        taken: list[_Item] = []
        for at, item in new.items():
            first[item.list_at] = min(int(at[-1]), first.get(item.list_at, int(at[-1])))
            known = next(
                (other for other in items if not any(other is own for own in taken) and _fit(other, item)), None
            )
            if known is None:
                known = _Item(item.list_at, item.kind)
                items.append(known)
            for below, each in item.said.items():
                known.said[below] = _agreed(known.said[below], each) or each if below in known.said else each
            taken.append(known)
    return (*there.values(), *_placed(items, first))


def _parted(way: Sequence[Done]) -> tuple[list[Done], dict[Path, _Item]]:
    """What is done where something is already, and each new item by its place."""
    old: list[Done] = []
    new: dict[Path, _Item] = {}
    for each in way:
        path, steps = each.change.path, each.change.key[1:-1]
        at = next((index for index, step in enumerate(steps) if step != path[index]), None)
        if at is None:
            old.append(each)
        else:
            item = new.setdefault(path[: at + 1], _Item(path[:at], str(steps[at])))
            item.said[each.change.kind, *path[at + 1 :]] = each
    return old, new


def _fit(one: _Item, other: _Item) -> bool:
    """Could two new items be one?"""
    if (one.list_at, one.kind) != (other.list_at, other.kind):
        return False
    return all(_agreed(one.said[below], other.said[below]) for below in one.said.keys() & other.said.keys())


def _agreed(one: Done, other: Done) -> Done | None:
    """What says both: all options that either names, the later of two dates. None if there is no such thing."""
    if one.value == other.value:
        return one
    if one.change.kind == "hand in":
        return one if one.value else other
    if isinstance(one.value, list) and isinstance(other.value, list) and one.change.kind in ("give", "change"):
        return replace(one, value=[*one.value, *(each for each in other.value if each not in one.value)])
    if isinstance(one.change.part, DateField):
        return max(one, other, key=lambda each: str(each.value))
    return None


def _placed(items: Sequence[_Item], first: Mapping[Path, int]) -> Iterator[Done]:
    """The new items of each list, one behind the other from the first free place on."""
    for number, item in enumerate(items):
        before = sum(other.list_at == item.list_at for other in items[:number])
        place = first[item.list_at] + before
        for each in item.said.values():
            path = each.change.path
            depth = len(item.list_at)
            yield replace(each, change=replace(each.change, path=(*path[:depth], place, *path[depth + 1 :])))


__all__ = ["merged"]
