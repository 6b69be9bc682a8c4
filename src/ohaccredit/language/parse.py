"""From the text of a rule to its tree, with every mistake found at its place.

The grammar is described in docs/rule-language.md; this module is its only implementation. Everything is
checked against the evidence types while it is read, so that a tree, once built, has no type errors.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from fractions import Fraction
from typing import Literal, cast, get_args

from ohaccredit.language import tree as t
from ohaccredit.language.numbers import read_percent
from ohaccredit.language.problems import Place, Problem, json_pointer
from ohaccredit.language.source import Source
from ohaccredit.language.types import (
    COLLECTIONS,
    SHARE,
    Choice,
    Choices,
    Collection,
    Date,
    Field,
    Keyed,
    Number,
    Record,
    Scalar,
    Series,
    Text,
    Type,
    YesNo,
    name_of,
)

Path = tuple[str | int, ...]

MOST_TESTS = 100
DEEPEST = 30
"""Bounds that no readable rule comes near; they keep every rule quick to compile."""
MOST_LISTS = 3
LONGEST_PHRASE = 500

CHANGES = ("improved", "no-clear-change", "worse")
"""What `change_in` can say of a series."""

_QUANTIFIERS = {"some": "some", "every": "every", "none": "none", "count_of": "count", "share_of": "share"}
_REDUCTIONS = {f"{name}_of": name for name in get_args(t.Reduction)}
_ARITHMETIC = get_args(t.Operation)
_GROUPS = ("all", "either", "of_these", "not")
_SUBJECTS = (
    "field", "derived", "parameter", "days_from", "months_from", *_REDUCTIONS, *_ARITHMETIC,
    "points_in", "months_across", "change_in", "latest_value", "earliest_value",
)  # fmt: skip
_REMARKS = ("reason_if_met", "reason_if_not_met", "otherwise")

# What each word of comparison means, and which types it is for.
_COMPARATORS: Mapping[str, tuple[t.Comparator, tuple[type, ...]]] = {
    "is": ("is", (YesNo, Number, Date, Choice)),
    "at_least": ("at_least", (Number,)),
    "at_most": ("at_most", (Number,)),
    "more_than": ("more_than", (Number,)),
    "less_than": ("less_than", (Number,)),
    "on_or_after": ("at_least", (Date,)),
    "on_or_before": ("at_most", (Date,)),
    "after": ("more_than", (Date,)),
    "before": ("less_than", (Date,)),
}
_MEMBERSHIP = ("one_of", "includes", "includes_any")
_SHAPED = "shaped_like"
_ALL_COMPARATORS = (*_COMPARATORS, *_MEMBERSHIP, _SHAPED)

_SHIFT = re.compile(
    r"(?P<amount>\d+ (?:months?|weeks?|days?|years?)|parameter [a-z0-9-]+"
    r"|(?:field|derived) [a-z0-9._-]+(?: in (?:months|weeks|days))?) (?P<direction>before|after) (?P<start>.+)"
)
_AMOUNT = re.compile(r"(\d+) (month|week|day|year)s?")
_PARAMETER = re.compile(r"parameter ([a-z0-9-]+)(?: as of (.+))?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_REFERENCE = re.compile("(?:field|derived|parameter) ")

_OWN_KIND = {SHARE, "months", "days", "hours", "pounds"}

COUNT = Number(unit="")
MONTHS = Number(unit="months")
DAYS = Number(unit="days")
A_SHARE = Number(unit=SHARE, whole=False)


class _Unreadable(Exception):
    """The part being read has a problem that has been noted; what contains it cannot be built."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a rule file is read against: its text, the evidence it may name, and the shared definitions."""

    source: Source
    evidence: Record
    definitions: t.Definitions
    problems: list[Problem]


def read_condition(reading: Reading, raw: object, path: Path) -> t.Condition | None:
    """The condition that stands at `path`; None if it has problems, which are then in `reading.problems`."""
    try:
        return _Parser(reading, (reading.evidence,)).condition(raw, path)
    except _Unreadable:
        return None


def read_value(reading: Reading, raw: object, path: Path, expected: Scalar | None = None) -> t.Value | None:
    """The value that stands at `path`, of the type expected; None if it has problems, then in `reading.problems`."""
    try:
        return _Parser(reading, (reading.evidence,)).operand(raw, path, expected)
    except _Unreadable:
        return None


def nearest(word: str, words: Sequence[str]) -> str:
    """A hint "Did you mean …?" if one of `words` is close to `word`, else what there is to choose from."""
    close = get_close_matches(word, words, n=1, cutoff=0.6)
    if close:
        return f'Did you mean "{close[0]}"?'
    if words and len(words) <= 12:
        return "There is: " + ", ".join(sorted(words)) + "."
    return ""


@dataclass(frozen=True, slots=True)
class _Parser:
    reading: Reading
    scopes: tuple[Record, ...]
    """The records that a path may start from: the submission first, the innermost item last."""

    # ── Problems ──

    def place(self, path: Path, *, key: bool = False) -> Place:
        return self.reading.source.place(path, key=key)

    def note(self, path: Path, message: str, hint: str = "", *, key: bool = False) -> None:
        self.reading.problems.append(Problem(message, self.place(path, key=key), json_pointer(path), hint))

    def fail(self, path: Path, message: str, hint: str = "", *, key: bool = False) -> _Unreadable:
        self.note(path, message, hint, key=key)
        return _Unreadable()

    # ── Conditions ──

    def condition(self, raw: object, path: Path) -> t.Condition:
        if len(path) > DEEPEST:
            raise self.fail(path, "This is nested too deep to be read.", "Give a part of it a name in derived.yaml.")
        if not isinstance(raw, dict):
            raise self.fail(
                path,
                "A test is expected here.",
                "Write it as a group of keys, for example {field: …, is: …}.",
            )
        remarks = [key for key in _REMARKS if key in raw]
        if remarks:
            return self._remark(raw, path)
        head = self._head(raw, path)
        place = self.place(path)
        if head in ("all", "either"):
            self._only(raw, path, (head,))
            parts = self._conditions(raw[head], (*path, head))
            return t.All(parts, place) if head == "all" else t.Either(parts, place)
        if head == "of_these":
            self._only(raw, path, ("of_these", "at_least"))
            parts = self._conditions(raw[head], (*path, head))
            if "at_least" not in raw:
                raise self.fail(path, '"of_these" needs "at_least": how many of these tests must be met.')
            needed = self.operand(raw["at_least"], (*path, "at_least"), COUNT)
            return t.AtLeast(needed, parts, place)
        if head == "not":
            self._only(raw, path, ("not",))
            return t.Not(self.condition(raw["not"], (*path, "not")), place)
        if head in _QUANTIFIERS:
            return self._quantified(head, raw, path)
        return self._comparison(raw, path)

    def _head(self, raw: dict[str, object], path: Path) -> str:
        known = (*_GROUPS, *_QUANTIFIERS, *_SUBJECTS)
        heads = [key for key in raw if key in known]
        if len(heads) == 1:
            return heads[0]
        if not heads:
            words = next(iter(raw), "")
            raise self.fail(
                (*path, words) if words else path,
                f'"{words}" does not begin a test.',
                nearest(words, known),
                key=True,
            )
        raise self.fail(
            path,
            f"One test has two beginnings: {' and '.join(heads)}.",
            'Join two tests with "all" or "either".',
        )

    def _only(self, raw: dict[str, object], path: Path, allowed: Sequence[str]) -> None:
        unknown = [key for key in raw if key not in allowed]
        for key in unknown:
            self.note((*path, key), f'"{key}" is not a part of this test.', nearest(key, allowed), key=True)
        if unknown:
            raise _Unreadable

    def _conditions(self, raw: object, path: Path) -> tuple[t.Condition, ...]:
        if not isinstance(raw, list) or not raw:
            raise self.fail(
                path, "A list of tests is expected here.", "Begin each test on a line of its own with a dash."
            )
        if len(raw) > MOST_TESTS:
            hint = "Give a group of them a name in derived.yaml."
            raise self.fail(path, f"There are {len(raw)} tests here; {MOST_TESTS} is the most.", hint)
        parts: list[t.Condition] = []
        failed = False
        for index, item in enumerate(raw):
            try:
                parts.append(self.condition(item, (*path, index)))
            except _Unreadable:
                failed = True
        if failed:
            raise _Unreadable
        return tuple(parts)

    def _remark(self, raw: dict[str, object], path: Path) -> t.Condition:
        reasons = {}
        for key in ("reason_if_met", "reason_if_not_met"):
            reason = raw.get(key, "")
            if not isinstance(reason, str) or (reason and not re.fullmatch(r"[a-z]+(_[a-z]+)*", reason)):
                raise self.fail(
                    (*path, key),
                    "A reason is a short code of small letters and underscores.",
                    "For example: working_towards.",
                )
            reasons[key] = reason
        if "otherwise" in raw and raw["otherwise"] != "not evidenced":
            raise self.fail((*path, "otherwise"), 'The only other outcome a test can have is "not evidenced".')
        inner = {key: value for key, value in raw.items() if key not in _REMARKS}
        return t.Remark(
            self.condition(inner, path),
            reasons["reason_if_met"],
            reasons["reason_if_not_met"],
            "otherwise" in raw,
            self.place(path),
        )

    def _quantified(self, head: str, raw: dict[str, object], path: Path) -> t.Condition:
        counted = head in ("count_of", "share_of")
        comparators = [key for key in ("at_least", "at_most", "more_than", "less_than", "is") if key in raw]
        allowed = [head, "where", "satisfying", "if_list_empty"]
        if counted:
            allowed += ["at_least", "at_most", "more_than", "less_than", "is"]
        if head == "count_of":
            allowed.append("distinct")
        self._only(raw, path, allowed)
        over, collection = self.collection(raw[head], (*path, head))
        if len(self.scopes) > MOST_LISTS:
            raise self.fail(path, f"Lists are nested more than {MOST_LISTS} deep.")
        inner = _Parser(self.reading, (*self.scopes, collection.item))
        where = inner.condition(raw["where"], (*path, "where")) if "where" in raw else None
        satisfying = inner.condition(raw["satisfying"], (*path, "satisfying")) if "satisfying" in raw else None
        distinct = inner._field_value(raw["distinct"], (*path, "distinct")) if "distinct" in raw else None
        if distinct is not None and isinstance(distinct.type, Choices):
            raise self.fail((*path, "distinct"), "Different values are counted of a field that holds one value.")
        if head in ("every", "none", "share_of") and satisfying is None:
            raise self.fail(path, f'"{head}" needs "satisfying": what the items are tested for.')
        if counted and len(comparators) != 1:
            raise self.fail(path, f'"{head}" needs one bound, such as "at_least".')
        bound: t.Value | None = None
        comparator: t.Comparator = "at_least"
        if counted:
            comparator = _COMPARATORS[comparators[0]][0]
            bound = self.operand(raw[comparators[0]], (*path, comparators[0]), COUNT if head == "count_of" else A_SHARE)
        if raw.get("if_list_empty") not in get_args(t.IfListEmpty):
            raise self.fail(
                (*path, "if_list_empty") if "if_list_empty" in raw else path,
                f'"{head}" must say "if_list_empty": met, not met, or not evidenced.',
                "Nothing passes by having nothing to check, unless the rule says so.",
            )
        empty = cast("t.IfListEmpty", raw["if_list_empty"])
        kind = cast("Literal['some', 'every', 'none', 'count', 'share']", _QUANTIFIERS[head])
        return t.Quantified(
            kind, over, collection, where, satisfying, distinct, comparator, bound, empty, self.place(path)
        )

    def _comparison(self, raw: dict[str, object], path: Path) -> t.Condition:
        comparators = [key for key in raw if key in _ALL_COMPARATORS]
        place = self.place(path)
        if not comparators and "derived" in raw:
            derived = self._derived(raw["derived"], (*path, "derived"))
            self._only(raw, path, ("derived",))
            if derived.condition is None:
                raise self.fail(path, f'"{derived.name}" is a value: it must be compared with something.')
            return t.DerivedCondition(derived.name, place)
        if len(comparators) != 1:
            unknown = [key for key in raw if key not in (*_SUBJECTS, *_subject_parts(raw))]
            if not comparators and unknown:
                raise self.fail(
                    (*path, unknown[0]),
                    f'"{unknown[0]}" is no comparison.',
                    nearest(unknown[0], _ALL_COMPARATORS),
                    key=True,
                )
            raise self.fail(
                path,
                "A test needs exactly one comparison.",
                "For example: is, at_least, on_or_after, includes.",
            )
        word = comparators[0]
        subject = {key: value for key, value in raw.items() if key != word}
        left = self._subject(subject, path)
        where = (*path, word)
        if word == "is" and raw[word] == "stated":
            if not isinstance(left, t.FieldValue):
                raise self.fail(where, "Only a field can be stated.")
            return t.Stated(left, place)
        if word in _MEMBERSHIP:
            return self._membership(word, left, raw[word], where, place)
        if word == _SHAPED:
            return self._shaped(left, raw[word], where, place)
        comparator, kinds = _COMPARATORS[word]
        if not isinstance(left.type, kinds):
            fitting = [each for each, (_, types) in _COMPARATORS.items() if isinstance(left.type, types)]
            if isinstance(left.type, Choices):
                fitting = ["includes", "includes_any"]
            raise self.fail(
                where,
                f'"{word}" cannot be asked of {name_of(left.type)}.',
                f"Use: {', '.join(fitting) or 'is: stated'}.",
                key=True,
            )
        right = self.operand(raw[word], where, left.type)
        return t.Compare(left, comparator, right, word, place)

    def _membership(self, word: str, left: t.Value, raw: object, path: Path, place: Place) -> t.Condition:
        wanted = Choice if word == "one_of" else Choices
        if not isinstance(left.type, wanted):
            raise self.fail(path, f'"{word}" cannot be asked of {name_of(left.type)}.', key=True)
        options: tuple[str, ...] | t.Value
        if isinstance(raw, str) and " " in raw:
            options = self.operand(raw, path, None)
            if not isinstance(options.type, (Choice, Choices)):
                raise self.fail(path, "Options are expected here.")
            unknown = [each for each in self._possible(options) if each not in left.type.options]
            for option in unknown:
                self.note(path, f'"{option}" is no option of this field.', nearest(option, left.type.options))
        else:
            items = raw if isinstance(raw, list) else [raw]
            if not items:
                raise self.fail(path, "Name at least one option.")
            options = tuple(
                self._option(item, (*path, i) if isinstance(raw, list) else path, left.type)
                for i, item in enumerate(items)
            )
        if word == "one_of":
            return t.OneOf(left, options, place)
        return t.Includes(left, options, "all" if word == "includes" else "any", place)

    def _shaped(self, left: t.Value, raw: object, path: Path, place: Place) -> t.Condition:
        if not isinstance(left, t.FieldValue) or not isinstance(left.type, Text):
            raise self.fail(path, f'"{_SHAPED}" cannot be asked of {name_of(left.type)}.', key=True)
        if isinstance(raw, str) and raw.startswith("parameter "):
            shapes = self._phrase(raw, path, None)
            if not isinstance(shapes.type, Choices):
                raise self.fail(path, f"Shapes are expected here, not {name_of(shapes.type)}.")
            return t.Shaped(left, shapes, place)
        items = raw if isinstance(raw, list) else [raw]
        if not items or not all(isinstance(item, str) and item for item in items):
            raise self.fail(
                path,
                "A shape is expected here, or a list of them.",
                'Write # for a digit and @ for a letter: "OT#####".',
            )
        phrase = next((item for item in map(str, items) if _REFERENCE.match(item)), None)
        if phrase is not None:
            raise self.fail(
                path, f'"{phrase}" is no shape.', 'Shapes stand here in quotes, or one "parameter …" that lists them.'
            )
        return t.Shaped(left, tuple(str(item) for item in items), place)

    def _possible(self, value: t.Value) -> Sequence[str]:
        if isinstance(value, t.ParameterValue):
            found: list[str] = []
            for dated in self.reading.definitions.parameters[value.name].values:
                for each in (dated.value, *dated.by_factor.values()):
                    found.extend([each] if isinstance(each, str) else each if isinstance(each, tuple) else [])
            return found
        return value.type.options if isinstance(value.type, (Choice, Choices)) else ()

    # ── Values ──

    def operand(self, raw: object, path: Path, expected: Scalar | None) -> t.Value:
        """A value written as a literal, as a phrase ("parameter x", "12 months before …") or as a group of keys."""
        if isinstance(raw, dict):
            value = self._subject(raw, path)
        elif isinstance(raw, (bool, int, Decimal)):
            value = self._literal_number(raw, path, expected)
        elif isinstance(raw, str):
            value = self._phrase(raw, path, expected)
        else:
            raise self.fail(path, "A value is expected here.")
        if expected is not None:
            self._agree(expected, value.type, path)
        return value

    def _literal_number(self, raw: bool | int | Decimal, path: Path, expected: Scalar | None) -> t.Value:
        place = self.place(path)
        if isinstance(raw, bool):
            return t.Constant(raw, YesNo(), place)
        if isinstance(expected, Number) and expected.unit == SHARE and raw not in (0, 1):
            raise self.fail(path, "A percentage is expected here.", f"Write it with its sign: {raw}%.")
        if expected is not None and not isinstance(expected, Number):
            raise self.fail(path, f"{name_of(expected).capitalize()} is expected here, not a number.")
        unit = expected.unit if isinstance(expected, Number) else ""
        return t.Constant(Fraction(raw), Number(unit=unit, whole=isinstance(raw, int)), place)

    def _phrase(self, raw: str, path: Path, expected: Scalar | None) -> t.Value:
        place = self.place(path)
        text = raw.strip()
        if len(text) > LONGEST_PHRASE:  # a date can be moved, and moved again, without end
            hint = "Give a part of it a name in derived.yaml."
            raise self.fail(path, f"This value has {len(text)} characters; {LONGEST_PHRASE} is the most.", hint)
        if text == "assessment date":
            return t.AssessmentDate(Date(), place)
        if shift := _SHIFT.fullmatch(text):
            return self._shift(shift, path)
        if text.startswith("field "):
            return self._field_value(text.removeprefix("field "), path)
        if text.startswith("derived "):
            return self._derived_value(text.removeprefix("derived "), path)
        if match := _PARAMETER.fullmatch(text):
            return self._parameter(match[1], match[2], path)
        share = read_percent(text)
        if share is not None:
            return t.Constant(share, A_SHARE, place)
        if _DATE.fullmatch(text):
            try:
                return t.Constant(date.fromisoformat(text), Date(), place)
            except ValueError:
                raise self.fail(path, f'"{text}" is not a date in the calendar.') from None
        if (expected is None or isinstance(expected, YesNo)) and text in ("yes", "no"):
            return t.Constant(text == "yes", YesNo(), place)
        if isinstance(expected, (Choice, Choices)):
            option = self._option(text, path, expected)
            return t.Constant((option,) if isinstance(expected, Choices) else option, expected, place)
        wanted = f"{name_of(expected).capitalize()} is expected here" if expected else "A value is expected here"
        raise self.fail(
            path,
            f'{wanted}, not "{text}".',
            "Values are written as a number, a percentage, a date, "
            '"parameter …", "field …", "derived …" or "12 months before …".',
        )

    def _option(self, raw: object, path: Path, kind: Choice | Choices) -> str:
        text = {True: "yes", False: "no"}.get(raw, raw) if isinstance(raw, bool) else raw
        if not isinstance(text, str) or text not in kind.options:
            raise self.fail(path, f'"{raw}" is no option of this field.', nearest(str(raw), kind.options))
        return text

    def _shift(self, shift: re.Match[str], path: Path) -> t.Value:
        amount: t.Value
        written, _, unit = shift["amount"].partition(" in ")
        if fixed := _AMOUNT.fullmatch(written):
            times = {"month": 1, "year": 12, "day": 1, "week": 7}[fixed[2]]
            kind = DAYS if fixed[2] in ("day", "week") else MONTHS
            amount = t.Constant(Fraction(int(fixed[1]) * times), kind, self.place(path))
        else:
            amount = self._phrase(written, path, None)
        own = amount.type.unit if isinstance(amount.type, Number) and amount.type.whole else None
        if own is None or (unit and own) or (not unit and own not in ("months", "days")):
            raise self.fail(
                path,
                "A date is moved by whole months, weeks or days.",
                f'"{written}" is {name_of(amount.type)}.'
                + (' Say what it counts: "field length in weeks after …".' if own == "" else ""),
            )
        unit = unit or own
        start = self._phrase(shift["start"], path, Date())
        self._agree(Date(), start.type, path)
        direction = cast("Literal['before', 'after']", shift["direction"])
        return t.ShiftedDate(
            start, amount, cast("Literal['months', 'weeks', 'days']", unit), direction, Date(), self.place(path)
        )

    def _parameter(self, name: str, as_of: str | None, path: Path) -> t.Value:
        parameters = self.reading.definitions.parameters
        if name not in parameters:
            raise self.fail(path, f'There is no parameter "{name}".', nearest(name, tuple(parameters)))
        day = self._phrase(as_of, path, Date()) if as_of else None
        if day is not None:
            self._agree(Date(), day.type, path)
        return t.ParameterValue(name, parameters[name].type, day, self.place(path))

    def _derived(self, raw: object, path: Path) -> t.Derived:
        derived = self.reading.definitions.derived
        if not isinstance(raw, str) or raw not in derived:
            raise self.fail(path, f'There is no derived value "{raw}".', nearest(str(raw), tuple(derived)))
        return derived[raw]

    def _derived_value(self, raw: object, path: Path) -> t.Value:
        derived = self._derived(raw, path)
        if derived.type is None:
            raise self.fail(path, f'"{derived.name}" is a condition, not a value.')
        return t.DerivedValue(derived.name, derived.type, self.place(path))

    def _field_value(self, raw: object, path: Path) -> t.FieldValue:
        where = self.path(raw, path)
        kind = where.fields[-1].type
        if isinstance(kind, (Record, *COLLECTIONS)):
            raise self.fail(path, f'"{raw}" is {name_of(kind)}; a test needs one field of it.')
        return t.FieldValue(where, kind, self.place(path))

    def _subject(self, raw: dict[str, object], path: Path) -> t.Value:
        heads = [key for key in raw if key in _SUBJECTS]
        if len(heads) != 1:
            words = heads[0] if heads else next(iter(raw), "")
            raise self.fail(path, f'"{words}" does not say what is tested.', nearest(words, _SUBJECTS))
        head = heads[0]
        self._only(raw, path, (head, *_subject_parts(raw)))
        place, where, inside = self.place(path), (*path, head), raw[head]
        if head == "field":
            return self._field_value(inside, where)
        if head == "derived":
            return self._derived_value(inside, where)
        if head == "parameter":
            return self._parameter(str(inside), None, where)
        if head in ("days_from", "months_from"):
            if "to" not in raw:
                raise self.fail(path, f'"{head}" needs "to": the later date.')
            start = self.operand(inside, where, Date())
            end = self.operand(raw["to"], (*path, "to"), Date())
            unit = cast("Literal['days', 'months']", head.removesuffix("_from"))
            return t.TimeBetween(start, end, unit, DAYS if unit == "days" else MONTHS, place)
        if head in _REDUCTIONS:
            return self._aggregate(head, raw, path)
        if head in _ARITHMETIC:
            return self._arithmetic(cast("t.Operation", head), inside, path)
        return self._series(head, raw, path)

    def _aggregate(self, head: str, raw: dict[str, object], path: Path) -> t.Value:
        if "in" not in raw:
            raise self.fail(path, f'"{head}" needs "in": the list.')
        over, collection = self.collection(raw["in"], (*path, "in"))
        inner = _Parser(self.reading, (*self.scopes, collection.item))
        of = inner.operand(raw[head] if isinstance(raw[head], dict) else f"field {raw[head]}", (*path, head), None)
        reduction = cast("t.Reduction", _REDUCTIONS[head])
        wanted = Date if reduction in ("earliest", "latest") else Number
        if not isinstance(of.type, wanted):
            raise self.fail(
                (*path, head),
                f'"{head}" needs {"dates" if wanted is Date else "numbers"}, not {name_of(of.type)}.',
            )
        where = inner.condition(raw["where"], (*path, "where")) if "where" in raw else None
        if "if_list_empty" not in raw:
            raise self.fail(path, f'"{head}" must say "if_list_empty": a value, or not evidenced.')
        empty = raw["if_list_empty"]
        if_empty = None if empty == "not evidenced" else self.operand(empty, (*path, "if_list_empty"), of.type)
        kind: Scalar = of.type
        if isinstance(kind, Number):
            whole = if_empty is None or (isinstance(if_empty.type, Number) and if_empty.type.whole)
            kind = Number(unit=kind.unit, whole=kind.whole and whole and reduction != "mean")
        return t.Aggregate(reduction, of, over, collection, where, if_empty, kind, self.place(path))

    def _arithmetic(self, operation: t.Operation, raw: object, path: Path) -> t.Value:
        where = (*path, operation)
        exactly_two = operation in ("difference", "ratio")
        if not isinstance(raw, list) or len(raw) < 2 or (exactly_two and len(raw) != 2):
            number = "two" if exactly_two else "two or more"
            raise self.fail(where, f'"{operation}" needs a list of {number} values.')
        operands = tuple(self.operand(item, (*where, i), None) for i, item in enumerate(raw))
        units: list[str] = []
        for index, operand in enumerate(operands):
            if not isinstance(operand.type, Number):
                raise self.fail((*where, index), f"A number is expected here, not {name_of(operand.type)}.")
            units.append(operand.type.unit)
        stated = [unit for unit in units if unit]
        whole = all(isinstance(each.type, Number) and each.type.whole for each in operands)
        if operation in ("total", "difference"):
            if len(set(stated)) > 1:
                raise self.fail(where, f"These have different units: {' and '.join(sorted(set(stated)))}.")
            unit = stated[0] if stated else ""
        elif operation == "product":
            kept = [unit for unit in stated if unit != SHARE]
            if len(kept) > 1:
                raise self.fail(where, f"A product of {' and '.join(kept)} has no unit here.")
            unit = kept[0] if kept else (SHARE if stated else "")
        else:
            whole = False
            if isinstance(operands[1], t.Constant) or units[1] == SHARE:
                unit = units[0]  # half of 30 days is 15 days
            elif units[0] == units[1]:
                unit = SHARE
            else:
                unit = f"{units[0]} per {units[1]}" if units[1] else units[0]
        return t.Arithmetic(operation, operands, Number(unit=unit, whole=whole), self.place(path))

    def _series(self, head: str, raw: dict[str, object], path: Path) -> t.Value:
        where, kind = self.collection(raw[head], (*path, head))
        if not isinstance(kind, Series):
            raise self.fail((*path, head), f'"{head}" needs a series, not a plain list.')
        place = self.place(path)
        if head in ("points_in", "months_across"):
            what: Literal["points", "months"] = "points" if head == "points_in" else "months"
            return t.SeriesCount(what, where, kind, COUNT if what == "points" else MONTHS, place)
        if head in ("latest_value", "earliest_value"):
            which = cast("Literal['latest', 'earliest']", head.removesuffix("_value"))
            of = kind.item.fields[kind.measure.of].type
            unit = SHARE if kind.measure.kind != "mean" else of.unit if isinstance(of, Number) else ""
            return t.SeriesLevel(which, where, kind, kind.measure, Number(unit=unit, whole=False), place)
        if kind.measure.better == "neither":
            raise self.fail((*path, head), "No direction of this series is better, so it cannot improve.")
        if "noise" not in raw:
            raise self.fail(path, '"change_in" needs "noise": the multiple of the standard error, 1.96 for 95 %.')
        since = cast("Literal['earliest', 'previous']", raw.get("since", "earliest"))
        if since not in ("earliest", "previous"):
            raise self.fail((*path, "since"), '"since" is earliest or previous.')
        noise = self.operand(raw["noise"], (*path, "noise"), Number(whole=False))
        return t.SeriesChange(
            where,
            kind,
            kind.measure,
            since,
            noise,
            Choice(CHANGES, _CHANGE_WORDS),
            place,
        )

    # ── Paths ──

    def collection(self, raw: object, path: Path) -> tuple[t.PathTo, Collection]:
        where = self.path(raw, path)
        kind = where.fields[-1].type
        if not isinstance(kind, COLLECTIONS):
            raise self.fail(path, f'"{raw}" is {name_of(kind)}, not a list.')
        return where, kind

    def path(self, raw: object, path: Path) -> t.PathTo:
        if not isinstance(raw, str) or not re.fullmatch(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*", raw):
            raise self.fail(
                path,
                f'"{raw}" is no path to a field.',
                "A path is names joined by dots: registration.expires.",
            )
        names = raw.split(".")
        depth = len(self.scopes) - 1
        if names[0] == "submission":
            scope, record, names = t.SUBMISSION, self.scopes[0], names[1:]
        else:
            outwards = 0
            while names and names[0] == "outer":
                outwards, names = outwards + 1, names[1:]
            if outwards > depth:
                raise self.fail(path, '"outer" leads out of the outermost list.')
            scope, record = outwards, self.scopes[depth - outwards]
            if depth - outwards == 0:
                scope = t.SUBMISSION
        if not names:
            raise self.fail(path, f'"{raw}" names no field.')
        fields: list[Field] = []
        kind: Type = record
        for name in names:
            inside = _parts(kind)
            if name not in inside:
                owner = (
                    fields[-1].name if fields else "the submission" if scope == t.SUBMISSION else "this list's items"
                )
                raise self.fail(path, f'There is no field "{name}" in {owner}.', nearest(name, tuple(inside)))
            fields.append(inside[name])
            kind = inside[name].type
        return t.PathTo(scope, tuple(fields), self.place(path))

    # ── Types ──

    def _agree(self, expected: Scalar, found: Scalar, path: Path) -> None:
        if isinstance(expected, Number) and isinstance(found, Number):
            apart = expected.unit and found.unit and expected.unit != found.unit
            # A bare number agrees with any unit of things, but not with a share, a time or money.
            if apart or (expected.unit != found.unit and {expected.unit, found.unit} & _OWN_KIND):
                self.note(path, f"This compares {expected.unit or 'a number'} with {found.unit or 'a number'}.")
                raise _Unreadable
            return
        if isinstance(expected, (Choice, Choices)) and isinstance(found, (Choice, Choices)):
            if not set(expected.options) & set(found.options):
                raise self.fail(path, "These two have no option in common.")
            return
        if type(expected) is not type(found):
            raise self.fail(path, f"{name_of(expected).capitalize()} is expected here, not {name_of(found)}.")


def _subject_parts(raw: Mapping[str, object]) -> tuple[str, ...]:
    """The further keys that belong to the value which a group of keys begins."""
    for head in raw:
        if head in ("days_from", "months_from"):
            return ("to",)
        if head in _REDUCTIONS:
            return ("in", "where", "if_list_empty")
        if head == "change_in":
            return ("since", "noise")
    return ()


def _parts(kind: Type) -> Mapping[str, Field]:
    if isinstance(kind, Record):
        return kind.fields
    if isinstance(kind, Keyed):
        return {key: Field(key, kind.records[key], kind.words.get(key, {})) for key in kind.keys}
    return {}


_CHANGE_WORDS = {
    "improved": {"en": "improved", "cy": "wedi gwella"},
    "no-clear-change": {"en": "no clear change", "cy": "dim newid clir"},
    "worse": {"en": "worse", "cy": "wedi gwaethygu"},
}
