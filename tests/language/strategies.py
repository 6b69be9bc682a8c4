"""Random rules over random evidence.

A *world* is a small set of evidence types, the parameters and derived values that its rules share, a few
well-typed rules, and evidence with holes in it. Types and definitions are drawn as plain data, so that the
reference evaluator (`reference.py`) reads the same drawing without any part of the engine; `build` turns
them into what the engine reads. Rules are drawn as the mappings that a rule file holds, written out as
YAML text and read by the real parser.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeVar

from hypothesis import strategies as st

from ohaccredit.language import tree as t
from ohaccredit.language.numbers import read_percent
from ohaccredit.language.parse import Reading, read_condition, read_value
from ohaccredit.language.problems import Place, Problem
from ohaccredit.language.types import (
    SHARE,
    Choice,
    Choices,
    Date,
    Field,
    Keyed,
    ListOf,
    Measure,
    Number,
    Record,
    Scalar,
    Series,
    Text,
    Type,
    YesNo,
)
from ohaccredit.language.yaml_source import read_yaml
from ohaccredit.standards.definitions import DefinitionsReader
from ohaccredit.standards.files import DerivedFile

Schema = dict[str, Any]
Raw = Any
T = TypeVar("T")

OPTIONS = ("red", "green", "blue")
UNITS = ("", "people", "days", "months", "pounds")
DATES = (
    "2022-01-31", "2023-02-28", "2024-01-31", "2024-02-29", "2024-12-31", "2025-02-28", "2025-06-29",
    "2025-06-30", "2025-07-01", "2025-12-31", "2026-05-31", "2026-06-30", "2026-07-01", "2027-01-15",
)  # fmt: skip
STEPS = (1, 0, 2, 12, 40, -1, -30, 100_000, -100_000, 10**12)
"""Amounts that move a date: a little, backwards, out of the calendar."""
SHAPES = ["OT#####", "##", "@@", "AB-#@", "S@", "ß#", "ot # # # # #"]
TEXTS = (
    "words", "OT12345", "ot 12345", "Ot1234", "OT1234٥", "12", "١٢", "ab", "AB-1x", "ss", "ß", "ſs", "ß7",
    "sse", "iı", "１２",
)  # fmt: skip
"""Small letters, spaces, digits of other scripts, and letters that change when they are capitalised."""
HERE = Place("drawn.yaml", 1, 1)
CHANGES = ["improved", "no-clear-change", "worse"]

# ── Types, as plain data and as the engine's ────────────────────────────────────────────────────────


def number(unit: str = "", *, whole: bool = True, percent: bool = False) -> Schema:
    return {"type": "number", "unit": unit, "whole": whole, "percent": percent}


def record(fields: dict[str, Schema]) -> Schema:
    return {"type": "record", "fields": fields}


YES_NO: Schema = {"type": "yes_no"}
DATE: Schema = {"type": "date"}
SCALARS = ("yes_no", "date", "number", "choice", "choices", "text")
TEXT: Schema = {"type": "text"}
CHOICE: Schema = {"type": "choice", "options": OPTIONS}
CHOICES: Schema = {"type": "choices", "options": OPTIONS}
CHANGE: Schema = {"type": "choice", "options": tuple(CHANGES)}


def as_type(schema: Schema) -> Type:
    """A drawn type as the engine knows it."""
    match schema["type"]:
        case "yes_no":
            return YesNo()
        case "date":
            return Date()
        case "text":
            return Text()
        case "number":
            return Number(schema["unit"], schema["whole"], percent=schema["percent"])
        case "choice":
            return Choice(schema["options"])
        case "choices":
            return Choices(schema["options"])
        case "list":
            return ListOf(as_record(schema["item"]))
        case "keyed":
            return Keyed(tuple(schema["keys"]), {key: as_record(each) for key, each in schema["keys"].items()})
        case "series":
            return Series(as_record(schema["item"]), schema["at"], schema["same"], Measure(**schema["measure"]))
        case _:
            return as_record(schema)


def as_record(schema: Schema) -> Record:
    return Record({name: Field(name, as_type(each)) for name, each in schema["fields"].items()})


# ── Drawing ─────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Draws:
    """Small choices, each of which Hypothesis can make smaller."""

    draw: Callable[[st.SearchStrategy[Any]], Any]

    def pick(self, options: Sequence[T]) -> T:
        return options[self.below(len(options))]

    def below(self, bound: int) -> int:
        chosen: int = self.draw(_BELOW[bound]) if bound > 1 else 0
        return chosen

    def once_in(self, times: int) -> bool:
        """True about once in so many times; small examples say no."""
        return self.below(times) == times - 1


_BELOW = {bound: st.integers(0, bound - 1) for bound in range(2, 200)}


def draw_types(draws: Draws) -> Schema:
    """A submission: scalars of every type, a group, a list with a list inside, keyed evidence, series."""

    def figure() -> Schema:
        return number(draws.pick(UNITS), whole=not draws.once_in(3))

    def scalars(names: str) -> dict[str, Schema]:
        kinds = {
            "agreed": YES_NO,
            "amount": figure(),
            "length": number(),
            "extra": figure(),
            "part": number(SHARE, whole=False, percent=True),
            "day": DATE,
            "until": DATE,
            "colour": CHOICE,
            "colours": CHOICES,
            "note": TEXT,
        }
        return {name: kinds[name] for name in names.split()}

    def series() -> Schema:
        fields = {
            "at": DATE,
            "definition": CHOICE,
            "cases": number("people"),
            "base": number("people"),
            "people": number("people"),
            "score": number("", whole=False),
            "spread": number("", whole=False),
        }
        return {"type": "series", "item": record(fields), "at": "at", "same": "definition", "measure": measure()}

    def measure() -> dict[str, str]:
        better = draws.pick(["higher", "lower"])
        kind = draws.pick(["share", "share of time", "rate", "mean"])
        if kind == "mean":
            return {"kind": "mean", "of": "score", "spread": "spread", "people": "people", "better": better}
        people = {"people": "people"} if kind == "share of time" else {}
        return {"kind": kind.split()[0], "of": "cases", "base": "base", "better": better, **people}

    inner = record(scalars("agreed amount day colour"))
    item = record(
        {
            **scalars("agreed amount length part day colour colours note"),
            "group": record(scalars("until extra")),
            "parts": {"type": "list", "item": inner},
        }
    )
    duty = record(scalars("agreed day amount"))
    first = series()
    second = series() if draws.once_in(2) else first
    return record(
        {
            **scalars("agreed amount extra length part day until colour colours note"),
            "group": record(scalars("agreed amount day")),
            "items": {"type": "list", "item": item},
            "duties": {"type": "keyed", "keys": {"fire": duty, "screens": duty}},
            "kpis": {
                "type": "keyed",
                "keys": {"absence": record({"points": first}), "staying": record({"points": second})},
            },
            "rounds": series(),
        }
    )


@dataclass
class Shared:
    """Parameters and derived values as plain data."""

    parameters: dict[str, Raw]
    derived: dict[str, Raw]


def item_of(collection: Schema) -> Schema:
    """What the items of a list have in common."""
    if collection["type"] == "keyed":
        keys = tuple(collection["keys"])
        return record({"key": {"type": "choice", "options": keys}, **collection["keys"][keys[0]]["fields"]})
    item: Schema = collection["item"]
    return item


def reach(scopes: tuple[Schema, ...]) -> list[tuple[str, Schema]]:
    """Every path that can be written inside these lists, with what it leads to."""
    found: list[tuple[str, Schema]] = []
    for outwards, start in enumerate(reversed(scopes)):
        found += _walk(start, "outer." * outwards)
    if len(scopes) > 1:
        found += _walk(scopes[0], "submission.")
    return found


def _walk(start: Schema, prefix: str) -> Iterator[tuple[str, Schema]]:
    for name, each in start["fields"].items():
        path = prefix + name
        if each["type"] == "record":
            yield from _walk(each, path + ".")
            continue
        yield path, each
        if each["type"] == "keyed":
            for key, inside in each["keys"].items():
                yield from _walk(inside, f"{path}.{key}.")


def like(found: Schema, wanted: Schema) -> bool:
    """May a value of one type stand where the other is wanted?"""
    if found["type"] != wanted["type"]:
        return False
    if found["type"] == "number":
        return bool(found["unit"] == wanted["unit"])
    return found["type"] != "choice" or bool(found["options"] == wanted["options"])


class Author:
    """Writes well-typed rules over a set of types."""

    def __init__(self, draws: Draws, types: Schema, shared: Shared) -> None:
        self.draws = draws
        self.root = types
        self.shared = shared
        self._reach: dict[tuple[int, ...], list[tuple[str, Schema]]] = {}
        self._items: dict[int, Schema] = {}  # one item type for each list, so that `_reach` can go by identity

    def rule(self) -> dict[str, Raw]:
        """A rule file's content."""
        rule = {"criterion": "drawn", "met_when": self.condition((self.root,), 3)}
        if self.draws.once_in(2):  # a test that stands alone decides by itself
            lone = self.draws.pick([self._of_cases, self._moved, self._of_cases, self._shaped, *[self._of_series] * 2])
            rule["met_when"] = lone((self.root,), 0)
        if self.draws.once_in(4):
            rule["applies_when"] = self.condition((self.root,), 1)
        return rule

    def _paths(self, scopes: tuple[Schema, ...], *kinds: str) -> list[tuple[str, Schema]]:
        key = tuple(map(id, scopes))
        if key not in self._reach:
            self._reach[key] = reach(scopes)
        return [(path, each) for path, each in self._reach[key] if each["type"] in kinds]

    # ── Conditions ──

    def condition(self, scopes: tuple[Schema, ...], depth: int) -> dict[str, Raw]:
        """A test that may stand inside these lists."""
        leaves = [self._compare, self._compare, self._compare, self._options, self._includes, self._stated]
        leaves += [self._shaped, self._moved, self._of_cases]
        groups = [self._all, self._either, self._of_these, self._not, self._list, self._list, self._list]
        if self._conditions():
            leaves.append(self._named)
        raw = self.draws.pick(leaves if depth <= 0 else [*groups, *leaves[2:]])(scopes, depth)
        if self.draws.once_in(6):
            raw = {**raw, self.draws.pick(["reason_if_met", "reason_if_not_met"]): "some_reason"}
        if self.draws.once_in(8):
            raw = {**raw, "otherwise": "not evidenced"}
        return raw

    def _several(self, scopes: tuple[Schema, ...], depth: int) -> list[Raw]:
        return [self.condition(scopes, depth - 1) for _ in range(1 + self.draws.below(3))]

    def _all(self, scopes: tuple[Schema, ...], depth: int) -> dict[str, Raw]:
        return {"all": self._several(scopes, depth)}

    def _either(self, scopes: tuple[Schema, ...], depth: int) -> dict[str, Raw]:
        return {"either": self._several(scopes, depth)}

    def _of_these(self, scopes: tuple[Schema, ...], depth: int) -> dict[str, Raw]:
        return {"of_these": self._several(scopes, depth), "at_least": self._number_of_things(scopes)}

    def _not(self, scopes: tuple[Schema, ...], depth: int) -> dict[str, Raw]:
        return {"not": self.condition(scopes, depth - 1)}

    def _conditions(self) -> list[str]:
        return [name for name, each in self.shared.derived.items() if each["kind"] is None]

    def _named(self, scopes: tuple[Schema, ...], depth: int) -> dict[str, Raw]:
        return {"derived": self.draws.pick(self._conditions())}

    def _number_of_things(self, scopes: tuple[Schema, ...]) -> Raw:
        if self.draws.once_in(3):
            return self.operand(number(), scopes, 1)
        return self.draws.below(4)

    def _list(self, scopes: tuple[Schema, ...], depth: int) -> dict[str, Raw]:
        draws = self.draws
        path, over = draws.pick(self._paths(scopes, "list", "keyed", "series"))
        inner = (*scopes, self._inside(over))
        kind = draws.pick(["some", "every", "none", "count_of", "share_of"])
        raw: dict[str, Raw] = {kind: path}
        if draws.once_in(2):
            raw["where"] = self.condition(inner, depth - 2)
        if kind in ("every", "none", "share_of") or draws.once_in(2):
            raw["satisfying"] = self.condition(inner, depth - 1)
        if kind == "count_of":
            raw[self._bound()] = self._number_of_things(scopes)
            if draws.once_in(3):
                raw["distinct"] = draws.pick(self._paths(inner, "yes_no", "date", "number", "choice", "text"))[0]
        if kind == "share_of":
            raw[self._bound()] = self.operand(number(SHARE), scopes, 0)
        raw["if_list_empty"] = draws.pick(["met", "not met", "not evidenced"])
        return raw

    def _inside(self, over: Schema) -> Schema:
        """The item type of a list. Series that differ from key to key are left out of keyed items."""
        if id(over) not in self._items:
            self._items[id(over)] = self._shared_by_all(over)
        return self._items[id(over)]

    def _shared_by_all(self, over: Schema) -> Schema:
        item = item_of(over)
        if over["type"] != "keyed":
            return item
        first, *others = over["keys"].values()
        same = {
            name: each
            for name, each in item["fields"].items()
            if name == "key" or all(other["fields"][name] == first["fields"][name] for other in others)
        }
        return record(same)

    def _bound(self) -> str:
        return self.draws.pick(["at_least", "at_most", "more_than", "less_than", "is"])

    def _compare(self, scopes: tuple[Schema, ...], depth: int) -> dict[str, Raw]:
        subject, kind = self.subject(scopes, 2)
        if kind["type"] in ("text", "choices"):
            return self._stated(scopes, depth)
        return {**subject, self._word(kind): self.operand(kind, scopes, 1)}

    def _word(self, kind: Schema) -> str:
        words = {
            "number": ["at_least", "at_most", "more_than", "less_than", "is"],
            "date": ["on_or_after", "on_or_before", "after", "before", "is"],
        }
        return self.draws.pick(words.get(kind["type"], ["is"]))

    def _moved(self, scopes: tuple[Schema, ...], depth: int) -> dict[str, Raw]:
        """A day against one that is moved."""
        return {"field": self.draws.pick(self._paths(scopes, "date"))[0], self._word(DATE): self._day(scopes)}

    def _of_cases(self, scopes: tuple[Schema, ...], depth: int) -> dict[str, Raw]:
        """A derived value with cases against something."""
        named = [(name, each["kind"]) for name, each in self.shared.derived.items() if "first_of" in each]
        named.sort(key=lambda each: each[0] == "band")
        if not named:
            return self._compare(scopes, depth)
        name, kind = self.draws.pick(named)
        if kind == CHOICE and self.draws.once_in(2):
            return {"derived": name, "one_of": self._named_options(scopes)}
        return {"derived": name, self._word(kind): self.operand(kind, scopes, 1)}

    def _of_series(self, scopes: tuple[Schema, ...], depth: int) -> dict[str, Raw]:
        """What is asked of a series, against what its few points may come to."""
        draws = self.draws
        path, kind = draws.pick(self._paths(scopes, "series"))
        shares = kind["measure"]["kind"] != "rate"
        match draws.pick(["points", "change", "months", *(["level"] if shares else [])]):
            case "points":
                return {"points_in": path, self._bound(): 1 + draws.below(4)}
            case "months":
                return {"months_across": path, self._bound(): draws.pick([12, 1, 0, 24])}
            case "level":
                return {"latest_value": path, self._bound(): {"earliest_value": path}}
        since = draws.pick(["earliest", "previous"])
        return {"change_in": path, "since": since, "noise": draws.pick([0, 1]), "is": draws.pick(CHANGES)}

    def _stated(self, scopes: tuple[Schema, ...], depth: int) -> dict[str, Raw]:
        return {"field": self.draws.pick(self._paths(scopes, *SCALARS))[0], "is": "stated"}

    def _shaped(self, scopes: tuple[Schema, ...], depth: int) -> dict[str, Raw]:
        draws = self.draws
        texts = self._paths(scopes, "text")
        if not texts:
            return {"field": "submission.note", "shaped_like": draws.pick(SHAPES)}
        way = draws.pick(["one", "several", "parameter", "parameter"])
        shapes: Raw = draws.pick(SHAPES)
        if way == "several":
            shapes = [shapes, draws.pick(SHAPES)]
        if way == "parameter":
            shapes = "parameter shapes"
            if draws.once_in(3):
                shapes = f"{shapes} as of {self._day(scopes)}"
        return {"field": draws.pick(texts)[0], "shaped_like": shapes}

    def _options(self, scopes: tuple[Schema, ...], depth: int) -> dict[str, Raw]:
        draws = self.draws
        if draws.once_in(4):
            change = self._change(scopes)
            if change is not None:
                return {**change[0], "one_of": draws.pick([CHANGES[:1], CHANGES[1:], CHANGES[::2]])}
        choices = [each for each in self._paths(scopes, "choice") if each[1]["options"] == OPTIONS]
        return {"field": draws.pick(choices)[0], "one_of": self._named_options(scopes)} if choices else _FALLBACK

    def _includes(self, scopes: tuple[Schema, ...], depth: int) -> dict[str, Raw]:
        word = self.draws.pick(["includes", "includes_any"])
        found = self._paths(scopes, "choices")
        return {"field": self.draws.pick(found)[0], word: self._named_options(scopes)} if found else _FALLBACK

    def _named_options(self, scopes: tuple[Schema, ...]) -> Raw:
        draws = self.draws
        written: list[Raw] = [["red"], ["red", "blue"], "green", ["blue", "green"]]
        paths = [(path, each) for path, each in self._paths(scopes, "choice", "choices") if each["options"] == OPTIONS]
        written += [f"field {path}" for path, _ in paths[:4]]
        written += [f"parameter {name}" for name, each in self.shared.parameters.items() if each["type"] == "choices"]
        written += [f"derived {name}" for name, each in self.shared.derived.items() if each["kind"] == CHOICE]
        return draws.pick(written)

    # ── Values ──

    def subject(self, scopes: tuple[Schema, ...], depth: int) -> tuple[dict[str, Raw], Schema]:
        """A value written as a group of keys, with its type."""
        makers = [self._field, self._field, self._time, self._aggregate, self._arithmetic, self._figure, self._change]
        makers += [self._defined, self._parameter]
        while True:
            made = self.draws.pick(makers if depth > 0 else makers[:1])(scopes, depth)
            if made is not None:
                return made

    def _field(self, scopes: tuple[Schema, ...], depth: int = 0) -> tuple[dict[str, Raw], Schema]:
        path, kind = self.draws.pick(self._paths(scopes, "yes_no", "date", "number", "choice"))
        return {"field": path}, kind

    def _time(self, scopes: tuple[Schema, ...], depth: int = 0) -> tuple[dict[str, Raw], Schema]:
        unit = self.draws.pick(["days", "months"])
        first, second = self.operand(DATE, scopes, depth - 1), self.operand(DATE, scopes, depth - 1)
        return {f"{unit}_from": first, "to": second}, number(unit)

    def _aggregate(self, scopes: tuple[Schema, ...], depth: int = 0) -> tuple[dict[str, Raw], Schema] | None:
        draws = self.draws
        path, over = draws.pick(self._paths(scopes, "list", "keyed", "series"))
        inner = (*scopes, self._inside(over))
        dates = draws.once_in(3)
        reduction = draws.pick(["earliest", "latest"] if dates else ["sum", "smallest", "largest", "mean"])
        fields = self._paths(inner, "date" if dates else "number")
        if not fields:
            return None
        of, kind = draws.pick(fields)
        raw: dict[str, Raw] = {f"{reduction}_of": of, "in": path}
        if depth > 1 and draws.once_in(4):
            raw[f"{reduction}_of"] = self.operand(kind, inner, 1)
            if not isinstance(raw[f"{reduction}_of"], dict):
                raw[f"{reduction}_of"] = {"field": of}
        if draws.once_in(2):
            raw["where"] = self.condition(inner, 0)
        raw["if_list_empty"] = "not evidenced" if draws.once_in(2) else self._literal(kind)
        return raw, _loose(kind)

    def _arithmetic(self, scopes: tuple[Schema, ...], depth: int = 0) -> tuple[dict[str, Raw], Schema]:
        operation = self.draws.pick(["total", "difference", "product", "ratio"])
        unit = self.draws.pick(UNITS)

        def part(wanted: str) -> Raw:
            return self.operand(number(wanted), scopes, depth - 1)

        if operation == "ratio":  # of like things: a share
            parts = [self._with_unit(unit, scopes), self._with_unit(unit, scopes)]
            return {"ratio": parts}, number(SHARE, whole=False)
        if operation == "product":
            return {"product": [self._with_unit(unit, scopes), part("")]}, number(unit, whole=False)
        parts = [self._with_unit(unit, scopes), part(unit)]
        if operation == "total" and self.draws.once_in(2):
            parts.append(part(unit))
        return {operation: parts}, number(unit, whole=False)

    def _with_unit(self, unit: str, scopes: tuple[Schema, ...]) -> Raw:
        """An operand that surely has the unit: a bare number would not."""
        fields = [path for path, each in self._paths(scopes, "number") if each["unit"] == unit]
        return f"field {self.draws.pick(fields)}" if fields else f"parameter {_plain_parameter(unit)}"

    def _figure(self, scopes: tuple[Schema, ...], depth: int = 0) -> tuple[dict[str, Raw], Schema] | None:
        series = self._paths(scopes, "series")
        if not series:
            return None
        path, kind = self.draws.pick(series)
        head = self.draws.pick(["points_in", "months_across", "latest_value", "earliest_value"])
        if head == "points_in":
            return {head: path}, number()
        if head == "months_across":
            return {head: path}, number("months")
        if kind["measure"]["kind"] == "rate":
            return None
        return {head: path}, number("" if kind["measure"]["kind"] == "mean" else SHARE, whole=False)

    def _change(self, scopes: tuple[Schema, ...], depth: int = 0) -> tuple[dict[str, Raw], Schema] | None:
        series = self._paths(scopes, "series")
        if not series:
            return None
        noise = self.draws.pick([Decimal("1.96"), 1, 0, Decimal("0.5"), "parameter noise"])
        raw = {"change_in": self.draws.pick(series)[0], "noise": noise}
        if self.draws.once_in(2):
            raw["since"] = self.draws.pick(["earliest", "previous"])
        return raw, CHANGE

    def _defined(self, scopes: tuple[Schema, ...], depth: int = 0) -> tuple[dict[str, Raw], Schema] | None:
        names = [name for name, each in self.shared.derived.items() if each["kind"] is not None]
        if not names:
            return None
        name = self.draws.pick(names)
        return {"derived": name}, self.shared.derived[name]["kind"]

    def _parameter(self, scopes: tuple[Schema, ...], depth: int = 0) -> tuple[dict[str, Raw], Schema]:
        name = self.draws.pick([name for name, each in self.shared.parameters.items() if each["type"] == "number"])
        parameter = self.shared.parameters[name]
        return {"parameter": name}, number(parameter["unit"], whole=parameter["whole"])

    def operand(self, wanted: Schema, scopes: tuple[Schema, ...], depth: int) -> Raw:
        """A value of a type, in one of the ways of writing it."""
        draws = self.draws
        way = draws.pick(["literal", "literal", "field", "named", "phrase", "phrase", "group"])
        if way == "field":
            fields = [path for path, each in self._paths(scopes, wanted["type"]) if like(each, wanted)]
            if fields:
                return f"field {draws.pick(fields)}"
        if way == "named":
            named = self._names(wanted)
            if named:
                name = draws.pick(named)
                if name.startswith("parameter") and draws.once_in(3):
                    return f"{name} as of {self._day(scopes)}"
                return name
        if way == "phrase" and wanted["type"] == "date":
            return self._day(scopes)
        if way == "group" and depth > 0:
            for _ in range(3):
                raw, kind = self.subject(scopes, depth - 1)
                if like(kind, wanted):
                    return raw
        return self._literal(wanted)

    def _names(self, wanted: Schema) -> list[str]:
        found = [
            f"derived {name}"
            for name, each in self.shared.derived.items()
            if each["kind"] is not None and like(each["kind"], wanted)
        ]
        if wanted["type"] == "number":
            found += [
                f"parameter {name}"
                for name, each in self.shared.parameters.items()
                if each["type"] == "number" and each["unit"] == wanted["unit"]
            ]
        return found

    def _day(self, scopes: tuple[Schema, ...]) -> str:
        draws = self.draws
        fields = [path for path, _ in self._paths(scopes, "date")]
        starts = ["assessment date", draws.pick(DATES), *([f"field {draws.pick(fields)}"] if fields else [])]
        start = draws.pick(starts)
        if draws.once_in(2):
            return start
        amounts = ["1 month", "12 months", "28 days", "1 year", "0 days", "parameter window", "30000 months"]
        amounts += ["2 weeks", "parameter limit"] if "limit" in self.shared.parameters else ["2 weeks"]
        amount = draws.pick(amounts)
        if draws.once_in(2):
            amount = self._stated_amount(scopes) or amount
        shifted = f"{amount} {draws.pick(['before', 'after'])} {start}"
        return f"1 day before {shifted}" if draws.once_in(4) else shifted

    def _stated_amount(self, scopes: tuple[Schema, ...]) -> str | None:
        """A whole number of the evidence or of the rules that moves a date; without a unit it says what it counts."""
        named = [(f"field {path}", each) for path, each in self._paths(scopes, "number")]
        named += [(f"derived {name}", each["kind"]) for name, each in self.shared.derived.items() if each["kind"]]
        fitting = [
            f"{name} in {self.draws.pick(['weeks', 'days', 'months'])}" if kind["unit"] == "" else name
            for name, kind in named
            if kind["type"] == "number" and kind["whole"] and kind["unit"] in ("", "days", "months")
        ]
        return self.draws.pick(fitting) if fitting else None

    def cases(self, wanted: Schema, *, whole: bool = False) -> dict[str, Raw]:
        """A derived value of a type that goes by cases; a number may have decimals unless it is to be `whole`."""
        root, number_ = (self.root,), wanted["type"] == "number"

        def then() -> Raw:
            if whole:
                return self.draws.pick(STEPS) if self.draws.once_in(2) else sure()
            return self.operand(wanted, root, 1)

        def sure() -> Raw:
            """A value that has the unit by itself."""
            if not number_ or wanted["unit"] in ("", SHARE):
                return self.draws.pick(STEPS) if whole else self._literal(wanted)
            if not whole:
                return self._with_unit(wanted["unit"], root)
            fields = [path for path, each in self._paths(root, "number") if like(each, wanted) and each["whole"]]
            return f"field {self.draws.pick(fields)}" if fields else f"parameter {_plain_parameter(wanted['unit'])}"

        tests = [self.condition(root, 1) for _ in range(1 + self.draws.below(2))]
        lines = [*({"when": test, "then": then()} for test in tests), {"then": sure()}]
        options = {"options": list(wanted["options"])} if wanted["type"] == "choice" else {}
        return {"kind": {**wanted, "whole": whole} if number_ else wanted, **options, "first_of": lines}

    def _literal(self, wanted: Schema) -> Raw:
        draws = self.draws
        match wanted["type"]:
            case "number" if wanted["unit"] == SHARE:
                return draws.pick(["0%", "50%", "100%", "33.4%", "25 %", "200%"])
            case "number":
                return draws.pick([0, 1, 2, 3, Decimal("1.5"), Decimal("0.25"), -1])
            case "date":
                return draws.pick(DATES)
            case "yes_no":
                return draws.pick(["yes", "no", True, False])
            case _:
                return draws.pick(wanted["options"])


def _loose(kind: Schema) -> Schema:
    """The type of a value that may have decimals where its field has none."""
    return {**kind, "whole": False} if kind["type"] == "number" else kind


_FALLBACK: dict[str, Raw] = {"field": "submission.agreed", "is": "yes"}


def _plain_parameter(unit: str) -> str:
    return f"so-many-{unit or 'things'}"


def draw_shared(draws: Draws, types: Schema) -> Shared:
    """Parameters of every type and derived values of every kind, in the order in which they need each other."""
    shared = Shared({}, {})

    def dated(*figures: Raw) -> list[tuple[str, Raw]]:
        starts = ["2026-07-01"] if draws.once_in(8) else draws.pick([["2020-01-01"], ["2020-01-01", "2026-01-01"]])
        return [(start, draws.pick(figures)) for start in starts]

    for unit in UNITS:
        figures = (0, 1, 2, 3) if unit in ("days", "months") else (0, 1, 2, Decimal("2.5"))
        whole = unit in ("days", "months")
        shared.parameters[_plain_parameter(unit)] = {
            "type": "number", "unit": unit, "whole": whole, "by": None, "values": dated(*figures),
        }  # fmt: skip
    shared.parameters |= {
        "window": {"type": "number", "unit": "months", "whole": True, "by": None, "values": dated(1, 12, 24)},
        "some-share": {"type": "number", "unit": SHARE, "whole": False, "by": None, "values": dated("50%", "12.5%")},
        "noise": {"type": "number", "unit": "", "whole": False, "by": None, "values": dated(Decimal("1.96"), 0)},
        "palette": {"type": "choices", "unit": "", "by": None, "values": dated(["red"], ["red", "blue"])},
        "shapes": {"type": "shapes", "unit": "", "by": None, "values": dated(SHAPES[:2], SHAPES[2:], SHAPES[1:4])},
    }
    author = Author(draws, types, shared)
    root = (types,)
    bands = [{"when": author.condition(root, 1), "then": option} for option in OPTIONS[: 1 + draws.below(2)]]
    shared.derived["band"] = {"kind": CHOICE, "options": list(OPTIONS), "first_of": [*bands, {"then": "blue"}]}
    steps = draws.pick([number(), number("days"), number("months")])
    shared.derived["steps"] = author.cases(steps, whole=True)
    figure = number(draws.pick([*UNITS, SHARE]), whole=False)
    shared.derived["choice"] = author.cases(draws.pick([figure, DATE, figure, CHOICE, figure, DATE, YES_NO]))
    by_factor = [(start, {option: draws.pick([0, 28, 400]) for option in OPTIONS}) for start, _ in dated(0)]
    shared.parameters["limit"] = {"type": "number", "unit": "days", "whole": True, "by": "band", "values": by_factor}
    raw, kind = author.subject(root, 2)
    if kind["type"] in ("number", "date", "choice", "yes_no"):
        shared.derived["formula"] = {"kind": kind, "value": raw}
    shared.derived["ready"] = {"kind": None, "condition": author.condition(root, 1)}
    return shared


# ── Into the engine's own forms ─────────────────────────────────────────────────────────────────────


def yaml_of(raw: Raw) -> str:
    """A drawn rule as YAML text, with plain scalars wherever they may be plain."""
    match raw:
        case dict():
            return "{" + ", ".join(f"{key}: {yaml_of(each)}" for key, each in raw.items()) + "}"
        case list():
            return "[" + ", ".join(map(yaml_of, raw)) + "]"
        case bool():
            return "true" if raw else "false"
        case str():
            return raw if re.fullmatch(r"[a-z0-9][a-zA-Z0-9_.% -]*", raw) else json.dumps(raw)
        case _:
            return str(raw)


def read_part(raw: Raw, types: Record, shared: t.Definitions, what: str) -> Any:
    """A drawn condition or value, through YAML text and the parser. Fails if the parser objects."""
    text = yaml_of({"it": raw})
    problems: list[Problem] = []
    source = read_yaml(text.encode(), "drawn.yaml")
    reading = Reading(source, types, shared, problems)
    value = source.value
    assert isinstance(value, dict)
    read = read_value if what == "value" else read_condition
    found = read(reading, value["it"], ("it",))
    assert not problems, (text, problems)
    return found


def build(shared: Shared, types: Record) -> t.Definitions:
    """The drawn parameters and derived values as the engine's."""
    definitions = t.Definitions({}, {})
    for name, each in shared.parameters.items():
        if each["by"]:  # named by derived values before its own factor is defined
            definitions.parameters[name] = t.Parameter(name, {"en": name}, _parameter_type(each), each["by"], True, ())
        else:
            definitions.parameters[name] = _parameter(name, each)
    for name, each in shared.derived.items():
        words = {"en": f"the {name}"}
        if "first_of" in each:
            _read_cases(name, each, types, definitions)
        elif "value" in each:
            value = read_part(each["value"], types, definitions, "value")
            definitions.derived[name] = t.Derived(name, words, value.type, value)
        else:
            condition = read_part(each["condition"], types, definitions, "condition")
            definitions.derived[name] = t.Derived(name, words, None, condition=condition)
    for name, each in shared.parameters.items():
        definitions.parameters[name] = _parameter(name, each)
    return definitions


def _read_cases(name: str, raw: dict[str, Raw], types: Record, definitions: t.Definitions) -> None:
    """A derived value with cases, through YAML text and the reader of derived values. Fails if that objects."""
    options = {"options": {each: {"en": each} for each in raw["options"]}} if "options" in raw else {}
    text = yaml_of(
        {"derived": {name: {"words": {"en": f"the {name}"}, "why": "x", **options, "first_of": raw["first_of"]}}}
    )
    source = read_yaml(text.encode(), "drawn.yaml")
    problems: list[Problem] = []
    file = DerivedFile.model_validate(source.value).derived[name]
    DefinitionsReader(lambda path, model: None, problems).derived(name, file, source, types, definitions)
    assert not problems, (text, problems)


def _parameter(name: str, raw: Raw) -> t.Parameter:
    def figure(value: Raw) -> Fraction | str | tuple[str, ...]:
        if isinstance(value, list):
            return tuple(value)
        share = read_percent(value) if isinstance(value, str) else Fraction(value)
        assert share is not None
        return share

    values = tuple(
        t.Dated(
            date.fromisoformat(start),
            Fraction(0) if raw["by"] else figure(value),
            {option: figure(each) for option, each in value.items()} if raw["by"] else {},
            "drawn",
            date(2026, 1, 1),
        )
        for start, value in raw["values"]
    )
    return t.Parameter(name, {"en": name}, _parameter_type(raw), raw["by"] or "", True, values)


def _parameter_type(raw: Raw) -> Scalar:
    match raw["type"]:
        case "choices":
            return Choices(OPTIONS)
        case "shapes":
            return Choices(tuple(SHAPES))
        case _:
            return Number(raw["unit"], raw["whole"])


# ── Evidence with holes ─────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Hole:
    """Where something is missing; `how` it is missing: left out, null, or not of its type."""

    kind: Schema
    how: str


def draw_evidence(draws: Draws, kind: Schema, holes: int) -> Raw:
    """A value of a type, in which about one part in `holes` is a hole (0: none)."""
    if holes and draws.once_in(holes):
        return Hole(kind, draws.pick(["absent", "null", "junk"]))
    match kind["type"]:
        case "record":
            return {name: draw_evidence(draws, each, holes) for name, each in kind["fields"].items()}
        case "keyed":
            return {key: draw_evidence(draws, each, holes) for key, each in kind["keys"].items()}
        case "list":
            return [_item(draws, kind["item"], holes) for _ in range(draws.below(4))]
        case "series":
            return _points(draws, kind, holes)
        case "yes_no":
            return draws.pick([True, False])
        case "date":
            return draws.pick(DATES)
        case "number" if kind["percent"]:
            return draws.pick([50, 0, 100, Decimal("33.4"), Decimal("12.5")])
        case "number" if kind["whole"]:
            return draws.pick([1, 2, 3, 0, 5, 40, -1, 4_000_000])
        case "number":
            return draws.pick([1, 2, Decimal("1.5"), Decimal("0.25"), 0, Decimal("-0.5")])
        case "choice":
            return draws.pick(kind["options"])
        case "choices":
            return draws.pick([["red"], [], ["blue", "green"], list(OPTIONS)])
        case _:
            return draws.pick(TEXTS)


def _item(draws: Draws, kind: Schema, holes: int) -> Raw:
    """A list item; a hole in the place of a whole item would be an item without fields."""
    return {name: draw_evidence(draws, each, holes) for name, each in kind["fields"].items()}


def _points(draws: Draws, kind: Schema, holes: int) -> list[Raw]:
    """The points of a series: mostly of two definitions, which come and go, and often one lacks its definition."""
    points = [_item(draws, kind["item"], holes * 3) for _ in range(draws.below(5))]
    definition = kind["item"]["fields"][kind["same"]]
    for point in points:
        if holes and draws.once_in(8):
            point[kind["same"]] = Hole(definition, draws.pick(["absent", "null", "junk"]))
        elif not isinstance(point[kind["same"]], Hole) and not draws.once_in(8):
            point[kind["same"]] = draws.pick(definition["options"][:2])
    return points


_JUNK: dict[str, Raw] = {
    "yes_no": 3,
    "date": "2026-02-30",
    "number": "7",
    "choice": "mauve",
    "choices": "red",
    "text": "   ",
    "record": [],
    "list": {},
    "keyed": [],
    "series": "none",
}


def with_holes(raw: Raw) -> Raw:
    """The evidence as it would be handed in."""
    if isinstance(raw, list):
        return [with_holes(each) for each in raw]
    if not isinstance(raw, dict):
        return raw
    kept = {}
    for name, each in raw.items():
        if not isinstance(each, Hole):
            kept[name] = with_holes(each)
        elif each.how == "null":
            kept[name] = None
        elif each.how == "junk":
            kept[name] = _JUNK[each.kind["type"]]
    return kept


def filled(draws: Draws, raw: Raw) -> Raw:
    """One completion: every hole filled with some value of its type."""
    if isinstance(raw, Hole):
        return draw_evidence(draws, raw.kind, 0)
    if isinstance(raw, list):
        return [filled(draws, each) for each in raw]
    if isinstance(raw, dict):
        return {name: filled(draws, each) for name, each in raw.items()}
    return raw


# ── Worlds ──────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class World:
    """One drawing, in both forms."""

    types: Schema
    record: Record
    shared: Shared
    definitions: t.Definitions
    rules: list[tuple[dict[str, Raw], t.Rule]]
    evidence: list[Raw]
    completions: list[list[Raw]]


@st.composite
def worlds(
    draw: Callable[[st.SearchStrategy[Any]], Any], rules: int = 2, evidence: int = 4, completions: int = 0
) -> World:
    """Types, definitions, rules, and evidence with holes (each with some completions)."""
    draws = Draws(draw)
    types = draw_types(draws)
    shared = draw_shared(draws, types)
    kinds = as_record(types)
    definitions = build(shared, kinds)
    author = Author(draws, types, shared)
    written: list[tuple[dict[str, Raw], t.Rule]] = []
    for _ in range(rules):
        raw = author.rule()
        applies = raw.get("applies_when")
        written.append(
            (
                raw,
                t.Rule(
                    "drawn",
                    None if applies is None else read_part(applies, kinds, definitions, "condition"),
                    read_part(raw["met_when"], kinds, definitions, "condition"),
                    HERE,
                ),
            )
        )
    given: list[Raw] = []
    for _ in range(evidence):
        holes = draws.pick([12, 5, 0, 30])
        given.append({name: draw_evidence(draws, each, holes) for name, each in types["fields"].items()})
    whole = [[filled(draws, each) for _ in range(completions)] for each in given]
    return World(types, kinds, shared, definitions, written, given, whole)
