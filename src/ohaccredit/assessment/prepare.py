"""From what was handed in to what counts.

Under the verified result only evidence that an assessor accepted counts; under the declared one every
claim that was not rejected. An item that does not count is not removed but left undecided: otherwise
turning down the one bad record of ten would leave nine good ones, and a worse submission would come out
better. Impossible figures and counts below the floor for small groups are left out in the same way.
"""

from __future__ import annotations

from calendar import month_name
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from ohaccredit.assessment.flags import Flag, possible_percentage
from ohaccredit.language.encode import Encoded, encode_value
from ohaccredit.language.numbers import MILLIONTHS, say_number
from ohaccredit.language.types import Field, Keyed, ListOf, Number, Record, Series, Type
from ohaccredit.standards.edition import Edition
from ohaccredit.standards.evidence import EvidenceType

Path = tuple[str | int, ...]
Assurance = Literal["declared", "verified"]
ROOT = "evidence"


@dataclass
class Prepared:
    """Evidence as it counts, with what was noticed on the way."""

    evidence: dict[str, Encoded] = field(default_factory=dict)
    flags: list[Flag] = field(default_factory=list)
    uncounted: dict[Path, str] = field(default_factory=dict)
    """Items that do not count, with the reason in words."""
    suppressed: set[Path] = field(default_factory=set)
    """Counts refused because they lie below the floor for small groups."""
    masked: set[Path] = field(default_factory=set)
    """Counts that are used but never shown."""


AssessLinked = Callable[[Edition, Mapping[str, Any], Path], Mapping[str, Any]]
"""Assesses what was embedded for a linked standard and gives the fields of the assessment."""


def prepare(
    edition: Edition, evidence: Mapping[str, Any], on: date, assurance: Assurance, linked: AssessLinked
) -> Prepared:
    """The evidence of a submission as it counts on a date and at a level of assurance."""
    prepared = Prepared()
    floors = floors_of(edition, on)
    for name, raw in evidence.items():
        kind = edition.evidence.get(name)
        if kind is None:
            continue
        counted = _counted(raw, kind, (ROOT, name), assurance, prepared)
        counted = _link(counted, edition, (name,), (ROOT, name), linked)
        encoded = encode_value(counted, kind.type)
        if encoded is None:
            continue
        _screen(encoded, counted, kind.type, (ROOT, name), prepared, floors)
        for path, raw_item, item in _items(counted, encoded, kind, (ROOT, name)):
            _check_item(raw_item, item, kind, path, on, prepared, floors)
        _duplicates(encoded, (ROOT, name), prepared)
        prepared.evidence[name] = encoded
    return prepared


def floors_of(edition: Edition, on: date) -> dict[str, int]:
    """The smallest counts, by kind of cell: the parameters floor-<kind>."""
    floors = {}
    for name, parameter in edition.definitions.parameters.items():
        dated = parameter.on(on)
        if name.startswith("floor-") and dated is not None and isinstance(dated.value, Fraction):
            floors[name.removeprefix("floor-")] = int(dated.value)
    return floors


# ── What counts ─────────────────────────────────────────────────────────────────────────────────────


def _counted(raw: Any, kind: EvidenceType, path: Path, assurance: Assurance, prepared: Prepared) -> Any:
    if kind.collects == "many" and isinstance(raw, list):
        return [_item(each, kind, (*path, index), assurance, prepared) for index, each in enumerate(raw)]
    if kind.collects == "one_per_key" and isinstance(raw, Mapping):
        return {key: _item(each, kind, (*path, key), assurance, prepared) for key, each in raw.items()}
    return _item(raw, kind, path, assurance, prepared)


def _item(raw: Any, kind: EvidenceType, path: Path, assurance: Assurance, prepared: Prepared) -> Any:
    """The item, or of one that does not count only what says what it is.

    What it is stays known, so that a rejected document of one kind leaves rules about other kinds alone.
    """
    status = raw.get("status", "declared") if isinstance(raw, Mapping) else "declared"
    if status == "rejected":
        why = raw.get("rejected_because") or "no reason was recorded"
        prepared.uncounted[path] = f"rejected by an assessor: {why}"
        prepared.flags.append(Flag("rejected", path, f"An assessor rejected this item: {why}"))
    elif assurance == "verified" and status != "accepted":
        prepared.uncounted[path] = "not yet accepted by an assessor"
    else:
        return raw
    return {name: raw[name] for name in ("id", *kind.identified_by) if name in raw} if isinstance(raw, Mapping) else {}


def _link(raw: Any, edition: Edition, names: tuple[str, ...], path: Path, linked: AssessLinked) -> Any:
    """Replace embedded evidence for a linked standard by its assessment."""
    if isinstance(raw, list):
        return [_link(each, edition, names, (*path, index), linked) for index, each in enumerate(raw)]
    if not isinstance(raw, Mapping):
        return raw
    other = edition.linked_at(names)
    if other is not None and isinstance(raw.get(ROOT), Mapping):
        return linked(other, raw, (*path, ROOT))
    if not edition.linked:
        return raw
    return {key: _link(each, edition, (*names, key), (*path, key), linked) for key, each in raw.items()}


# ── What cannot be, and what must not be told ───────────────────────────────────────────────────────


def _screen(encoded: Encoded, raw: Any, kind: Type, path: Path, prepared: Prepared, floors: Mapping[str, int]) -> None:
    """Drop impossible figures and refused small counts, wherever they stand."""
    match kind:
        case Record() if isinstance(encoded, dict):
            for each in kind:
                if each.name in encoded and not _kept(encoded, raw, each, (*path, each.name), prepared, floors):
                    del encoded[each.name]
        case ListOf() | Series() if isinstance(encoded, list):
            for index, item in enumerate(encoded):
                _screen(item, raw[index], kind.item, (*path, index), prepared, floors)
        case Keyed() if isinstance(encoded, dict):
            for key in kind.keys:
                if key in raw:
                    _screen(encoded[key], raw[key], kind.records[key], (*path, key), prepared, floors)


def _kept(
    record: dict[str, Encoded], raw: Any, each: Field, path: Path, prepared: Prepared, floors: Mapping[str, int]
) -> bool:
    value = record[each.name]
    if not isinstance(each.type, Number) or not isinstance(value, int):
        _screen(value, raw[each.name], each.type, path, prepared, floors)
        return True
    if not _possible(value, each.type):
        unit = "%" if each.type.percent else ""
        says = f"{raw[each.name]}{unit} is not possible: {_bounds(each.type)}. It was not counted."
        prepared.flags.append(Flag("impossible_value", path, says))
        return False
    floor = floors.get(each.small_cell, 0)
    if each.small_cell and 0 < value < floor:
        if each.small_cell == "other":
            prepared.masked.add(path)
            return True
        says = f"Counts of people here are refused below {floor}: give none, and mark it as suppressed."
        prepared.flags.append(Flag("below_floor", path, says))
        prepared.suppressed.add(path)
        return False
    return True


def _possible(value: int, kind: Number) -> bool:
    scale = 1 if kind.whole else MILLIONTHS // 100 if kind.percent else MILLIONTHS
    low, high = kind.minimum, kind.maximum
    return (low is None or value >= low * scale) and (high is None or value <= high * scale)


def _bounds(kind: Number) -> str:
    unit = "%" if kind.percent else ""
    if kind.minimum is not None and kind.maximum is not None:
        return f"the figure lies between {kind.minimum}{unit} and {kind.maximum}{unit}"
    return f"it is at least {kind.minimum}{unit}" if kind.minimum is not None else f"it is at most {kind.maximum}{unit}"


# ── What looks wrong ────────────────────────────────────────────────────────────────────────────────


def _items(
    raw: Any, encoded: Encoded, kind: EvidenceType, path: Path
) -> Iterator[tuple[Path, Any, dict[str, Encoded]]]:
    if kind.collects == "many" and isinstance(encoded, list):
        for index, item in enumerate(encoded):
            if isinstance(item, dict):
                yield (*path, index), raw[index], item
    elif kind.collects == "one_per_key" and isinstance(encoded, dict):
        for key, item in encoded.items():
            if isinstance(item, dict) and key in raw:
                yield (*path, key), raw[key], item
    elif isinstance(encoded, dict):
        yield path, raw, encoded


def _check_item(
    raw: Any,
    item: dict[str, Encoded],
    kind: EvidenceType,
    path: Path,
    on: date,
    prepared: Prepared,
    floors: Mapping[str, int],
) -> None:
    today = on.toordinal()
    until, dated = item.get("valid_until"), item.get("dated")
    if isinstance(until, int) and until < today:
        says = f"This held until {_day(until)}, which is before the assessment."
        prepared.flags.append(Flag("expired", (*path, "valid_until"), says))
    if isinstance(dated, int) and dated > today:
        says = f"This is dated {_day(dated)}, which is after the assessment."
        prepared.flags.append(Flag("in_the_future", (*path, "dated"), says))
    for before, after in kind.checks.dates_in_order:
        for where, first, second in _pairs(item, path, before, after):
            if first > second:
                says = (
                    f"The {_words_at(kind.type, before)} ({_day(first)}) comes after "
                    f"the {_words_at(kind.type, after)} ({_day(second)})."
                )
                prepared.flags.append(Flag("dates_out_of_order", where, says))
    for part, whole in kind.checks.part_of_whole:
        for where, first, second in _pairs(item, path, part, whole):
            if first > second:
                masked = {where, _beside(where, part, whole)} & prepared.masked
                figures = "" if masked else f" ({_plain(first)} of {_plain(second)})"
                says = f"The part is larger than the whole{figures}."
                prepared.flags.append(Flag("part_exceeds_whole", where, says))
            _complement(item, kind, part, where, second - first, prepared, floors)
    for names, people in kind.share_of.items():
        _grim(raw, names, people, path, prepared)
        if (*path, *names[:-1], people) in prepared.masked:
            prepared.masked.add((*path, *names))  # a share of a handful tells how many of the handful
    for name, value in item.items():
        _definitions(value, name, kind, path, prepared)


def _pairs(item: Encoded, path: Path, first: str, second: str) -> Iterator[tuple[Path, int, int]]:
    """The values of two fields of an item, at every place where both are given; dots lead into records and lists."""
    head, _, tail = first.partition(".")
    other_head, _, other_tail = second.partition(".")
    if not isinstance(item, dict):
        return
    if tail and other_tail and head == other_head:
        inner = item.get(head)
        for index, each in enumerate(inner) if isinstance(inner, list) else [(None, inner)]:
            where = (*path, head) if index is None else (*path, head, index)
            if each is not None:
                yield from _pairs(each, where, tail, other_tail)
        return
    if tail and isinstance(item.get(head), list):
        # A list against a field of the item itself: the latest of the list counts.
        reached = [_reach(each, (*path, head, index), tail) for index, each in enumerate(_list(item[head]))]
        dated = [(day, place) for place, day in reached if isinstance(day, int)]
        found: tuple[Path, Encoded | None] | None = max(dated)[::-1] if dated else None
    else:
        found = _reach(item, path, first)
    _, high = _reach(item, path, second)
    if found is not None and isinstance(found[1], int) and isinstance(high, int):
        yield found[0], found[1], high


def _list(value: Encoded) -> list[Encoded]:
    return value if isinstance(value, list) else []


def _reach(item: Encoded, path: Path, names: str) -> tuple[Path, Encoded | None]:
    current: Encoded | None = item
    for name in names.split("."):
        current = current.get(name) if isinstance(current, dict) else None
        path = (*path, name)
    return path, current


def _complement(
    item: dict[str, Encoded],
    kind: EvidenceType,
    part: str,
    where: Path,
    rest: int,
    prepared: Prepared,
    floors: Mapping[str, int],
) -> None:
    """Secondary suppression: all but three of a hundred tells as much as three of a hundred."""
    each = _field_at(kind.type, part)
    floor = floors.get(each.small_cell, 0) if each is not None and each.small_cell == "characteristics" else 0
    if 0 < rest < floor and part in item:
        del item[part]
        prepared.suppressed.add(where)
        says = f"Fewer than {floor} people are left outside this count, which tells as much: it is refused."
        prepared.flags.append(Flag("below_floor", where, says))


def _field_at(kind: Type, names: str) -> Field | None:
    """The field that a dotted path leads to, through records and lists."""
    found: Field | None = None
    for name in names.split("."):
        record = kind.item if isinstance(kind, (ListOf, Keyed, Series)) else kind
        found = record.fields.get(name) if isinstance(record, Record) else None
        if found is None:
            return None
        kind = found.type
    return found


def _words_at(kind: Type, names: str) -> str:
    found = _field_at(kind, names)
    return found.words.get("en", names) if found else names


def _beside(where: Path, part: str, whole: str) -> Path:
    """Where the second of two paired fields stands, given the first's place."""
    return (*where[: len(where) - len(part.split("."))], *whole.split("."))


def _day(ordinal: int) -> str:
    day = date.fromordinal(ordinal)
    return f"{day.day} {month_name[day.month]} {day.year}"


def _grim(raw: Any, names: tuple[str, ...], people: str, path: Path, prepared: Prepared) -> None:
    """Flag a stated percentage that no whole number of people can give."""
    head, *rest = names
    inner = raw.get(head) if isinstance(raw, Mapping) else None
    if rest:
        for index, each in enumerate(inner) if isinstance(inner, list) else [(None, inner)]:
            where = (*path, head) if index is None else (*path, head, index)
            _grim(each, tuple(rest), people, where, prepared)
        return
    count = raw.get(people) if isinstance(raw, Mapping) else None
    if not isinstance(inner, (int, Decimal)) or isinstance(inner, bool) or not isinstance(count, int):
        return
    decimals = max(0, -int(Decimal(inner).as_tuple().exponent))
    share = Fraction(inner) / 100
    if 0 <= share <= 1 and not possible_percentage(share, count, decimals):
        says = f"No whole number of {count:,} people gives {inner}%{_nearest_shares(share, count)}."
        prepared.flags.append(Flag("impossible_percentage", (*path, head), says))


def _nearest_shares(share: Fraction, count: int) -> str:
    """The two percentages on either side that so many people can give."""
    if count <= 0:
        return ""
    below = int(share * count)
    near = [f"{k} of {count:,} is {Decimal(k * 100) / count:.1f}%" for k in (below, below + 1) if k <= count]
    return ": " + " and ".join(near)


def _definitions(value: Encoded, name: str, kind: EvidenceType, path: Path, prepared: Prepared) -> None:
    if isinstance(kind.type, Keyed):
        record: Type = kind.type.records[str(path[-1])]
    else:
        record = kind.type.item if isinstance(kind.type, ListOf) else kind.type
    each = record.fields.get(name) if isinstance(record, Record) else None
    if each is None or not isinstance(each.type, Series) or not isinstance(value, list):
        return
    names = {point.get(each.type.same) for point in value if isinstance(point, dict)} - {None}
    if len(names) > 1:
        listed = ", ".join(sorted(f'"{each}"' for each in names))
        says = f"The points use different definitions ({listed}); only those since the last change are compared."
        prepared.flags.append(Flag("definitions_differ", (*path, name), says))


def _duplicates(encoded: Encoded, path: Path, prepared: Prepared) -> None:
    seen: dict[str, int] = {}
    for index, item in enumerate(encoded if isinstance(encoded, list) else []):
        id_ = item.get("id") if isinstance(item, dict) else None
        if isinstance(id_, str):
            if id_ in seen:
                says = f'"{id_}" is also the identifier of item {seen[id_] + 1} of this list.'
                prepared.flags.append(Flag("duplicate_id", (*path, index, "id"), says))
            seen.setdefault(id_, index)


def _plain(value: int) -> str:
    return say_number(Fraction(value, MILLIONTHS)) if abs(value) >= MILLIONTHS else say_number(value)
