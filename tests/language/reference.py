"""A second, naive evaluator of rules, written from docs/rule-language.md alone.

It reads the rule as the mapping that stands in the file and the evidence as the JSON values that were
handed in, with `date` for days and `Fraction` for every number. Nothing is parsed ahead, compiled, encoded
or shared with the engine; where a list has undecided items it tries out what they could turn out to be.
The noise of a series follows the words at the head of src/ohaccredit/language/series.py.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import product
from typing import Any

Raw = Any
Schema = dict[str, Any]
Scopes = tuple[tuple[Schema, Raw], ...]
Verdict = bool | None

EMPTY: dict[str, Verdict] = {"met": True, "not met": False, "not evidenced": None}
BOUNDS: dict[str, Callable[[Any, Any], bool]] = {
    "is": lambda a, b: bool(a == b),
    "at_least": lambda a, b: bool(a >= b),
    "on_or_after": lambda a, b: bool(a >= b),
    "at_most": lambda a, b: bool(a <= b),
    "on_or_before": lambda a, b: bool(a <= b),
    "more_than": lambda a, b: bool(a > b),
    "after": lambda a, b: bool(a > b),
    "less_than": lambda a, b: bool(a < b),
    "before": lambda a, b: bool(a < b),
}
REDUCTIONS = ("sum_of", "smallest_of", "largest_of", "mean_of", "earliest_of", "latest_of")
LOOKS = {"field", "some", "every", "none", "count_of", "share_of", "in", "change_in", "points_in", "months_across"}
LOOKS |= {"latest_value", "earliest_value"}
AMOUNT = re.compile(r"\d+ [a-z]+|parameter [a-z-]+|(field|derived) [a-z0-9._-]+( in (days|weeks|months))?")
DIGITS = "0123456789"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
REMARKS = ("reason_if_met", "reason_if_not_met", "otherwise")


class Reference:
    """Decides drawn rules over one submission on one date."""

    def __init__(
        self, types: Schema, parameters: dict[str, Raw], derived: dict[str, Raw], evidence: Raw, on: date
    ) -> None:
        self.parameters = parameters
        self.derived = derived
        self.on = on
        self.root: Scopes = ((types, evidence),)
        self.undefined = False
        """Was something left undecided that no evidence could decide: a ratio over zero, a parameter not yet in
        force, a test of the rule's own figures that must not fail?"""

    def outcome(self, rule: Raw) -> str:
        """The outcome of a whole rule."""
        applies = self.test(rule["applies_when"], self.root) if "applies_when" in rule else True
        if applies is False:
            return "not_applicable"
        met = self.test(rule["met_when"], self.root)
        if met is None or (applies is None and met is False):
            return "not_evidenced"
        return "met" if met else "not_met"

    # ── Tests ──

    def test(self, raw: Raw, scopes: Scopes) -> Verdict:
        """The verdict of one test."""
        if any(key in raw for key in REMARKS):
            inside = {key: each for key, each in raw.items() if key not in REMARKS}
            verdict = self.test(inside, scopes)
            if verdict is False and "otherwise" in raw:
                self.undefined = self.undefined or not self.reads_evidence(inside)
                return None
            return verdict
        if "all" in raw:
            verdicts = [self.test(part, scopes) for part in raw["all"]]
            return False if False in verdicts else None if None in verdicts else True
        if "either" in raw:
            verdicts = [self.test(part, scopes) for part in raw["either"]]
            return True if True in verdicts else None if None in verdicts else False
        if "of_these" in raw:
            verdicts = [self.test(part, scopes) for part in raw["of_these"]]
            needed = self.value(raw["at_least"], scopes)
            sure, possible = verdicts.count(True), len(verdicts) - verdicts.count(False)
            return None if needed is None else agree([sure >= needed, possible >= needed])
        if "not" in raw:
            inner = self.test(raw["not"], scopes)
            return None if inner is None else not inner
        for head in ("some", "every", "none", "count_of", "share_of"):
            if head in raw:
                return self.over_list(head, raw, scopes)
        if set(raw) == {"derived"}:
            return self.test(self.derived[raw["derived"]]["condition"], self.root)
        return self.comparison(raw, scopes)

    def reads_evidence(self, raw: Raw) -> bool:
        """Does any part of a test look at the evidence?"""
        if isinstance(raw, list):
            return any(map(self.reads_evidence, raw))
        if isinstance(raw, dict):
            named = [self.derived[raw["derived"]]] if "derived" in raw else []
            return bool(LOOKS & raw.keys()) or any(map(self.reads_evidence, [*raw.values(), *named]))
        if not isinstance(raw, str):
            return False
        names = re.findall("(derived|parameter) ([a-z-]+)", raw)
        named = [self.derived[name] for kind, name in names if kind == "derived"]
        named += [
            self.derived[self.parameters[name]["by"]]
            for kind, name in names
            if kind == "parameter" and self.parameters[name]["by"]
        ]
        return "field " in raw or any(map(self.reads_evidence, named))

    def comparison(self, raw: Raw, scopes: Scopes) -> Verdict:
        """A test of a value."""
        if raw.get("is") == "stated":
            return None if self.field(raw["field"], scopes) is None else True
        words = [*BOUNDS, "one_of", "includes", "includes_any", "shaped_like"]
        word = next(key for key in raw if key in words)
        left = self.subject({key: each for key, each in raw.items() if key != word}, scopes)
        if word == "shaped_like":
            shapes = raw[word]
            if isinstance(shapes, str) and shapes.startswith("parameter "):
                shapes = self.phrase(shapes, scopes)
            if left is None or shapes is None:
                return None
            return any(shaped(left, shape) for shape in ([shapes] if isinstance(shapes, str) else shapes))
        if word in BOUNDS:
            right = self.value(raw[word], scopes)
            return None if left is None or right is None else BOUNDS[word](left, right)
        options = raw[word]
        if isinstance(options, str) and " " in options:
            options = self.value(options, scopes)
        if options is None or left is None:
            return None
        named = [options] if isinstance(options, str) else list(options)
        if word == "one_of":
            return left in named
        held = [option in left for option in named]
        return all(held) if word == "includes" else any(held)

    # ── Lists ──

    def items(self, path: str, scopes: Scopes) -> list[tuple[Schema, Raw]] | None:
        """The items of a list; None if it was not handed in."""
        schema, raw = self.reach(path, scopes)
        if schema["type"] == "keyed":
            if not isinstance(raw, dict):
                return None
            keys = {"type": "choice", "options": tuple(schema["keys"])}
            return [
                (
                    {"type": "record", "fields": {"key": keys, **kind["fields"]}},
                    {"key": key, **(raw[key] if isinstance(raw.get(key), dict) else {})},
                )
                for key, kind in schema["keys"].items()
            ]
        if not isinstance(raw, list):
            return None
        return [(schema["item"], item) for item in raw]

    def over_list(self, head: str, raw: Raw, scopes: Scopes) -> Verdict:
        """A test over a list."""
        items = self.items(raw[head], scopes)
        word = next((key for key in ("at_least", "at_most", "more_than", "less_than", "is") if key in raw), "")
        bound = self.value(raw[word], scopes) if word else None
        members: list[tuple[Verdict, Verdict, Raw]] = []
        for item in items or ():
            inner = (*scopes, item)
            member = self.test(raw["where"], inner) if "where" in raw else True
            if member is False:
                continue
            holds = self.test(raw["satisfying"], inner) if "satisfying" in raw else True
            value = None
            if "distinct" in raw and holds is not False:
                value = self.field(raw["distinct"], inner)
                holds = None if value is None else holds
            members.append((member, holds, value))
        if items is None or (word and bound is None):
            return None
        empty = EMPTY[raw["if_list_empty"]]
        if not members:
            return empty
        present = any(member for member, _, _ in members)
        if head == "share_of":
            verdict = self.share(members, word, bound)
        else:
            verdict = self.count(head, members, word, bound, "distinct" in raw)
        return verdict if present else agree([verdict, empty])

    def count(
        self, head: str, members: list[tuple[Verdict, Verdict, Raw]], word: str, bound: Raw, distinct: bool
    ) -> Verdict:
        """A bound on how many items satisfy the test (for "every": how many do not)."""
        wanted = head != "every"
        relevant = [(member, holds, value) for member, holds, value in members if holds is not (not wanted)]
        sure = [value for member, holds, value in relevant if member and holds is wanted]
        low = len(set(sure)) if distinct else len(sure)
        high = low + len(relevant) - len(sure)
        if head in ("some", "every", "none"):
            word, bound = ("at_least", 1) if head == "some" else ("at_most", 0)
        if word == "is" and low != high:  # an interval that holds the bound does not decide
            return None if low <= bound <= high else False
        return agree([BOUNDS[word](number, bound) for number in range(low, high + 1)])

    def share(self, members: list[tuple[Verdict, Verdict, Raw]], word: str, bound: Raw) -> Verdict:
        """A bound on the share, tried over everything that the undecided items could turn out to be."""
        shares = []
        for fates in product(*(_fates(member, holds) for member, holds, _ in members)):
            inside = [fate for fate in fates if fate != "out"]
            if inside:
                shares.append(Fraction(inside.count("yes"), len(inside)))
        low, high = min(shares), max(shares)
        if word == "is" and low != high:
            return None if low <= bound <= high else False
        return agree([BOUNDS[word](share, bound) for share in shares])

    # ── Values ──

    def value(self, raw: Raw, scopes: Scopes) -> Any:
        """A value as a rule writes it; None if the evidence does not give it."""
        if isinstance(raw, dict):
            return self.subject(raw, scopes)
        if isinstance(raw, bool):
            return raw
        if isinstance(raw, (int, Decimal)):
            return Fraction(raw)
        if isinstance(raw, list):
            return tuple(raw)
        return self.phrase(str(raw), scopes)

    def phrase(self, text: str, scopes: Scopes) -> Any:
        """A value written in words."""
        if text in ("yes", "no"):
            return text == "yes"
        if text == "assessment date":
            return self.on
        if text.endswith("%"):
            return Fraction(text[:-1].strip()) / 100
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            return date.fromisoformat(text)
        shift = re.fullmatch(r"(.+?) (before|after) (.+)", text)
        if shift and AMOUNT.fullmatch(shift[1]):
            return self.moved(shift[1], -1 if shift[2] == "before" else 1, self.phrase(shift[3], scopes), scopes)
        kind, _, name = text.partition(" ")
        if kind == "field":
            return self.field(name, scopes)
        if kind == "derived" and name:
            return self.named(name)
        if kind == "parameter" and name:
            name, _, day = name.partition(" as of ")
            return self.parameter(name, self.phrase(day, scopes) if day else self.on)
        return text

    def moved(self, amount: str, sign: int, start: date | None, scopes: Scopes) -> date | None:
        """A date moved by days, weeks or calendar months."""
        written, _, said = amount.partition(" in ")
        kind, name = written.split()
        if kind == "parameter":
            many, unit = self.parameter(name, self.on), self.parameters[name]["unit"]
        elif kind == "field":
            many, unit = self.field(name, scopes), said or self.reach(name, scopes)[0]["unit"]
        elif kind == "derived":
            many, unit = self.named(name), said or self.derived[name]["kind"]["unit"]
        else:
            many, unit = Fraction(kind), name.rstrip("s") + "s"
        if start is None or many is None:
            return None
        if unit in ("years", "weeks"):
            many, unit = many * (12 if unit == "years" else 7), "months" if unit == "years" else "days"
        try:
            if unit == "days":
                return start + sign * timedelta(days=int(many))
            first = start.year * 12 + start.month - 1 + sign * int(many)
            year, month = first // 12, first % 12 + 1
            return date(year, month, min(start.day, calendar.monthrange(year, month)[1]))
        except (OverflowError, ValueError, calendar.IllegalMonthError):
            self.undefined = True
            return None

    def parameter(self, name: str, day: date | None) -> Any:
        """A parameter's value on a day; by factor, where it depends on one."""
        parameter = self.parameters[name]
        factor = self.named(parameter["by"]) if parameter["by"] else None
        if day is None:
            return None
        found = [value for start, value in parameter["values"] if date.fromisoformat(start) <= day]
        if not found:
            self.undefined = True
            return None
        if not parameter["by"]:
            return self.value(found[-1], self.root)
        return None if factor is None else Fraction(found[-1][factor])

    def named(self, name: str) -> Any:
        """A derived value."""
        derived = self.derived[name]
        if "value" in derived:
            return self.subject(derived["value"], self.root)
        for band in derived["first_of"]:
            verdict = self.test(band["when"], self.root) if "when" in band else True
            if verdict is None:
                return None
            if verdict:
                return self.value(band["then"], self.root)
        return None

    def subject(self, raw: Raw, scopes: Scopes) -> Any:
        """A value written as a group of keys."""
        head = next(iter(raw))
        match head:
            case "field":
                return self.field(raw["field"], scopes)
            case "derived":
                return self.named(raw["derived"])
            case "parameter":
                return self.parameter(raw["parameter"], self.on)
            case "days_from" | "months_from":
                start, end = self.value(raw[head], scopes), self.value(raw["to"], scopes)
                if start is None or end is None:
                    return None
                return Fraction((end - start).days if head == "days_from" else whole_months(start, end))
            case "total" | "difference" | "product" | "ratio":
                return self.arithmetic(head, [self.value(each, scopes) for each in raw[head]])
            case "points_in" | "months_across" | "latest_value" | "earliest_value" | "change_in":
                return self.series(head, raw, scopes)
            case _:
                return self.reduced(head, raw, scopes)

    def arithmetic(self, head: str, values: list[Any]) -> Fraction | None:
        """Exact arithmetic."""
        if None in values:
            return None
        match head:
            case "total":
                return sum(values, Fraction(0))
            case "difference":
                return Fraction(values[0] - values[1])
            case "product":
                result = Fraction(1)
                for value in values:
                    result *= value
                return result
        if values[1] <= 0:
            self.undefined = True
            return None
        return Fraction(values[0], values[1])

    def reduced(self, head: str, raw: Raw, scopes: Scopes) -> Any:
        """One value over the items of a list."""
        items = self.items(raw["in"], scopes)
        if items is None:
            return None
        values = []
        undecided = False
        for item in items:
            inner = (*scopes, item)
            member = self.test(raw["where"], inner) if "where" in raw else True
            if member is None:
                undecided = True
            elif member:
                of = raw[head]
                values.append(self.subject(of, inner) if isinstance(of, dict) else self.field(of, inner))
        if undecided or None in values:
            return None
        if not values:
            empty = raw["if_list_empty"]
            return None if empty == "not evidenced" else self.value(empty, scopes)
        match head:
            case "sum_of":
                return sum(values, Fraction(0))
            case "mean_of":
                return sum(values, Fraction(0)) / len(values)
            case "smallest_of" | "earliest_of":
                return min(values)
            case _:
                return max(values)

    def field(self, path: str, scopes: Scopes) -> Any:
        """What the evidence states in a field; None if it is missing or not of its type."""
        schema, raw = self.reach(path, scopes)
        match schema["type"]:
            case "yes_no":
                return raw if isinstance(raw, bool) else None
            case "date":
                try:
                    return date.fromisoformat(raw) if isinstance(raw, str) else None
                except ValueError:
                    return None
            case "number":
                if isinstance(raw, bool) or not isinstance(raw, (int, Decimal)):
                    return None
                return Fraction(raw) / (100 if schema["percent"] else 1)
            case "choice":
                return raw if raw in schema["options"] else None
            case "choices":
                return tuple(raw) if isinstance(raw, list) else None
            case _:
                return raw if isinstance(raw, str) and raw.strip() else None

    def reach(self, path: str, scopes: Scopes) -> tuple[Schema, Raw]:
        """What a path leads to: its type, and the raw value (None if it is missing)."""
        names = path.split(".")
        if names[0] == "submission":
            scopes, names = scopes[:1], names[1:]
        while names[0] == "outer":
            scopes, names = scopes[:-1], names[1:]
        schema, raw = scopes[-1]
        for name in names:
            schema = schema["keys"][name] if schema["type"] == "keyed" else schema["fields"][name]
            raw = raw.get(name) if isinstance(raw, dict) else None
        return schema, raw

    # ── Series ──

    def series(self, head: str, raw: Raw, scopes: Scopes) -> Any:
        """What is asked of a series."""
        schema, given = self.reach(raw[head], scopes)
        item, measure = schema["item"], schema["measure"]
        if head == "change_in" and self.value(raw["noise"], scopes) is None:
            return None
        if not isinstance(given, list):
            return None
        points = [{name: self.field(name, ((item, point),)) for name in item["fields"]} for point in given]
        if any(point["at"] is None for point in points):
            return None
        points.sort(key=lambda point: point["at"])
        runs = runs_of(points, item["fields"]["definition"]["options"])
        if not points:
            return Fraction(0) if head in ("points_in", "months_across") else None
        if head == "latest_value":
            return stated(points[-1], measure)
        if head == "change_in" and raw.get("since", "earliest") == "previous":
            if min(map(len, runs)) < 2:
                return None
            return changed(points[-2], points[-1], measure, self.value(raw["noise"], scopes))
        if len(runs) > 1:
            return None
        (run,) = runs
        if head == "points_in":
            return Fraction(len(run))
        if head == "months_across":
            return Fraction(whole_months(points[run[0]]["at"], points[run[-1]]["at"]))
        if head == "earliest_value":
            return stated(points[run[0]], measure)
        if len(run) < 2:
            return None
        return changed(points[run[0]], points[run[-1]], measure, self.value(raw["noise"], scopes))


def runs_of(points: list[Raw], options: Sequence[str]) -> set[tuple[int, ...]]:
    """The points that can be compared with the latest, for every way in which missing definitions can be filled."""
    found = set()
    for filling in product(*(options if each["definition"] is None else [each["definition"]] for each in points)):
        run: list[int] = []
        for place in reversed(range(len(points))):
            if filling[place] != filling[-1]:
                break
            run.insert(0, place)
        found.add(tuple(run))
    return found


def stated(point: Raw, measure: Raw) -> Fraction | None:
    """The figure of a point."""
    if measure["kind"] == "mean":
        score: Fraction | None = point["score"]
        return score
    if point["cases"] is None or point["base"] is None or point["base"] <= 0:
        return None
    return Fraction(point["cases"], point["base"])


def changed(first: Raw, last: Raw, measure: Raw, noise: Fraction) -> str | None:
    """Improved, no clear change, or worse."""
    spoken = []
    for point in (first, last):
        if measure["kind"] == "mean":
            if None in (point["score"], point["spread"], point["people"]) or point["people"] <= 0:
                return None
            spoken.append((point["score"], point["spread"] ** 2 / point["people"]))
            continue
        if point["cases"] is None or point["base"] is None or point["base"] <= 0 or point["cases"] < 0:
            return None
        if measure["kind"] == "rate":
            spoken.append((point["cases"] / point["base"], (point["cases"] + 1) / point["base"] ** 2))
            continue
        people = point["people"] if "people" in measure else point["base"]
        if people is None or people <= 0 or point["cases"] > point["base"]:
            return None
        careful = (point["cases"] / point["base"] * people + 1) / (people + 2)
        spoken.append((careful, careful * (1 - careful) / (people + 2)))
    (before, noise_before), (after, noise_after) = spoken
    if (after - before) ** 2 <= noise**2 * (noise_before + noise_after):
        return "no-clear-change"
    return "improved" if (after > before) == (measure["better"] == "higher") else "worse"


def shaped(text: str, shape: str) -> bool:
    """Has a text a shape? Spaces and the size of letters do not count."""
    text, shape = text.replace(" ", ""), shape.replace(" ", "")
    if len(text) != len(shape):
        return False
    for given, wanted in zip(text, shape, strict=True):
        if wanted == "#":
            fits = given in DIGITS
        elif wanted == "@":
            fits = given in LETTERS
        else:
            fits = given == wanted or (given in LETTERS and wanted in LETTERS and given.lower() == wanted.lower())
        if not fits:
            return False
    return True


def whole_months(start: date, end: date) -> int:
    """Whole calendar months: how often a month can be added to the start without passing the end."""
    if end < start:
        return -whole_months(end, start)
    months = 0
    while True:
        index = start.year * 12 + start.month + months
        year, month = index // 12, index % 12 + 1
        if year > 9999 or date(year, month, min(start.day, calendar.monthrange(year, month)[1])) > end:
            return months
        months += 1


def agree(verdicts: list[Verdict]) -> Verdict:
    """The verdict that all the possible cases share; None if they differ."""
    return verdicts[0] if all(verdict is verdicts[0] for verdict in verdicts) else None


def _fates(member: Verdict, holds: Verdict) -> list[str]:
    """What an item can turn out to be: satisfying, not satisfying, or not in the list at all."""
    tests = {True: ["yes"], False: ["no"], None: ["yes", "no"]}[holds]
    return tests if member else [*tests, "out"]
