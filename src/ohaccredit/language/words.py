"""Rules in words.

Each operator says itself in a plain sentence, so that the words a person reads in a report cannot drift
from the logic that decides. The sentences are made from the tree and the words of the evidence types;
`PHRASES` holds the glue for each language. A rule longer than a sentence becomes a clause with parts,
which a page shows as a nested list and a terminal as one line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from ohaccredit.language import tree as t
from ohaccredit.language.numbers import say_number, say_percent
from ohaccredit.language.types import SHARE, Choice, Choices, Keyed, Number, Scalar, Series, Words, YesNo

ENGLISH: Mapping[str, str] = {
    "all": "all of these hold",
    "either": "at least one of these holds",
    "at_least_of": "at least {n} of these hold",
    "not": "it is not so that",
    "and": "and",
    "or": "or",
    "is": "{left} is {right}",
    "at_least": "{left} is at least {right}",
    "at_most": "{left} is at most {right}",
    "more_than": "{left} is more than {right}",
    "less_than": "{left} is less than {right}",
    "on_or_after": "{left} is on or after {right}",
    "on_or_before": "{left} is on or before {right}",
    "after": "{left} is after {right}",
    "before": "{left} is before {right}",
    "yes": "{left}",
    "no": "it is not so that {left}",
    "one_of": "{left} is one of: {right}",
    "includes_all": "{left} include {right}",
    "includes_any": "{left} include at least one of: {right}",
    "stated": "{left} is stated",
    "shaped": "{left} has one of the shapes {right}, where # is a digit and @ a letter",
    "some": "at least one of the {items}{where}",
    "every": "every one of the {items}{where}",
    "none": "none of the {items}{where}",
    "count": "{bound} of the {items}{where}",
    "count_distinct": "{items}{where} with {bound} different values of: {distinct}",
    "share": "{bound} of the {items}{where}",
    "where": " where {condition}",
    "if_empty": "if there are none: {outcome}",
    "bound_is": "exactly {n}",
    "bound_all": "all",
    "bound_at_least": "at least {n}",
    "bound_at_most": "at most {n}",
    "bound_more_than": "more than {n}",
    "bound_less_than": "fewer than {n}",
    "otherwise": "otherwise this is not evidenced",
    "assessment_date": "the date of assessment",
    "shifted": "{amount} {direction} {start}",
    "amount_in": "{amount}, in {unit},",
    "before_date": "before",
    "after_date": "after",
    "days_between": "the time from {start} to {end}",
    "months_between": "the time from {start} to {end}",
    "total": "the total of {operands}",
    "difference": "{first} less {second}",
    "product": "{operands} multiplied",
    "share_product": "{first} of {second}",
    "ratio": "{first} divided by {second}",
    "sum": "the sum of {of} over the {items}{where}",
    "mean": "the average of {of} over the {items}{where}",
    "smallest": "the smallest {of} among the {items}{where}",
    "largest": "the largest {of} among the {items}{where}",
    "earliest": "the earliest {of} among the {items}{where}",
    "latest": "the latest {of} among the {items}{where}",
    "points": "the number of comparable points for {series}",
    "months": "the time that the comparable points for {series} span",
    "change_earliest": "the change in {series} since the first comparable point",
    "change_previous": "the change in {series} since the point before",
    "level_latest": "the latest figure for {series}",
    "level_earliest": "the first comparable figure for {series}",
    "as_of": "{words}, as it stood on: {day}",
    "by_factor": "{words} ({values})",
    "met": "met",
    "not met": "not met",
    "not evidenced": "not evidenced",
    "month": "month",
    "months_unit": "months",
    "weeks_unit": "weeks",
    "day": "day",
    "days_unit": "days",
    "hour": "hour",
    "hours_unit": "hours",
    "list_or": " or ",
    "list_and": " and ",
    "not_stated": "not stated",
    "says_yes": "yes",
    "says_no": "no",
}

PHRASES: Mapping[str, Mapping[str, str]] = {"en": ENGLISH}


@dataclass(frozen=True, slots=True)
class Clause:
    """A sentence, or its head with parts that belong under it. `joined` is "and", "or" or ""."""

    text: str
    parts: tuple[Clause, ...] = ()
    joined: str = ""
    note: str = ""

    def line(self) -> str:
        """The whole clause as one line of text."""
        note = f" ({self.note})" if self.note else ""
        if not self.parts:
            return self.text + note
        if len(self.parts) == 1:
            return f"{self.text}: {self.parts[0].line()}{note}"
        glue = f"; {self.joined} " if self.joined else "; "
        inner = glue.join(f"({part.line()})" if part.parts else part.line() for part in self.parts)
        return f"{self.text}: {inner}{note}"


class Speaker:
    """Puts rules and values into words in one language, with parameters as they stand on a date.

    `factors` are derived choices whose value is known (size-band: small): a parameter that depends on one
    is then said with the value that applies, else with all its values.
    """

    def __init__(
        self,
        definitions: t.Definitions,
        on: date | None = None,
        language: str = "en",
        factors: Mapping[str, str] | None = None,
    ) -> None:
        self._factors = factors or {}
        self._definitions = definitions
        self._on = on
        self._language = language
        self._phrases = PHRASES.get(language, ENGLISH)

    # ── Conditions ──

    def condition(self, node: t.Condition) -> Clause:
        """A condition as a clause."""
        match node:
            case t.All(of):
                return self._group("all", of, "and")
            case t.Either(of):
                return self._group("either", of, "or")
            case t.AtLeast(needed, of):
                return Clause(self._say("at_least_of", n=self.value(needed)), tuple(map(self.condition, of)))
            case t.Not(of):
                return Clause(self._say("not"), (self.condition(of),))
            case t.Remark(of, _, _, undecided):
                inner = self.condition(of)
                if not undecided:
                    return inner
                note = "; ".join(part for part in (inner.note, self._say("otherwise")) if part)
                return Clause(inner.text, inner.parts, inner.joined, note)
            case t.DerivedCondition(name):
                return Clause(self._words(self._definitions.derived[name].words, name))
            case t.Compare():
                return Clause(self._compare(node))
            case t.OneOf(value, options):
                return Clause(
                    self._say("one_of", left=self.value(value), right=self._options(options, value.type, "list_or"))
                )
            case t.Includes(value, options, which):
                glue = "list_and" if which == "all" else "list_or"
                right = self._options(options, value.type, glue)
                return Clause(self._say(f"includes_{which}", left=self.value(value), right=right))
            case t.Shaped(value, shapes):
                return Clause(self._say("shaped", left=self.value(value), right=self._shapes(shapes)))
            case t.Stated(value):
                return Clause(self._say("stated", left=self.value(value)))
            case t.Quantified():
                return self._quantified(node)

    def _group(self, phrase: str, of: tuple[t.Condition, ...], joined: str) -> Clause:
        parts = self._parts(of) if phrase == "all" else tuple(map(self.condition, of))
        if len(parts) == 1:
            return parts[0]
        return Clause(self._say(phrase), parts, self._say(joined))

    def _parts(self, of: tuple[t.Condition, ...]) -> tuple[Clause, ...]:
        """Conditions that all must hold; two in a row about the same value become one sentence."""
        clauses: list[Clause] = []
        before: t.Condition | None = None
        for node in of:
            bare, previous = _bare(node), _bare(before)
            clause = self.condition(node)
            if isinstance(bare, t.Compare) and isinstance(previous, t.Compare) and bare.left == previous.left:
                first, said = clauses.pop(), self.value(bare.left)
                joined = f"{first.text} {self._say('and')} {clause.text.removeprefix(said).strip()}"
                note = "; ".join(part for part in (first.note, clause.note) if part)
                clause = Clause(joined, note=note)
            clauses.append(clause)
            before = node
        return tuple(clauses)

    def _compare(self, node: t.Compare) -> str:
        left = self.value(node.left)
        if isinstance(node.left.type, YesNo) and isinstance(node.right, t.Constant):
            return self._say("yes" if node.right.value else "no", left=left)
        return self._say(node.written, left=left, right=self.value(node.right))

    def _quantified(self, node: t.Quantified) -> Clause:
        items = self.items(node.over)
        where = self._where(node.where)
        bound = ""
        if node.bound is not None:
            said = self.value(node.bound)
            phrase = "bound_all" if said == "100%" and node.comparator == "at_least" else f"bound_{node.comparator}"
            bound = self._say(phrase, n=said)
        if node.distinct is not None:
            text = self._say(
                "count_distinct", bound=bound, distinct=self.value(node.distinct), items=items, where=where
            )
        else:
            text = self._say(node.kind, bound=bound, items=items, where=where)
        parts: tuple[Clause, ...] = () if node.satisfying is None else (self.condition(node.satisfying),)
        if isinstance(node.satisfying, t.All):
            parts = self._parts(node.satisfying.of)
        note = self._say("if_empty", outcome=self._say(node.if_list_empty))
        return Clause(text, parts, self._say("and") if len(parts) > 1 else "", note)

    def _where(self, node: t.Condition | None) -> str:
        if node is None:
            return ""
        parts = self._parts(node.of) if isinstance(node, t.All) else (self.condition(node),)
        return self._say("where", condition=self._say("list_and").join(part.line() for part in parts))

    # ── Values ──

    def value(self, node: t.Value) -> str:
        """A value in words."""
        match node:
            case t.Constant(value, kind):
                return self.plain(value, kind)
            case t.FieldValue(path):
                return self.path(path)
            case t.AssessmentDate():
                return self._say("assessment_date")
            case t.ParameterValue(name, _, as_of):
                if as_of is None:
                    return self._parameter(name)
                words = self._words(self._definitions.parameters[name].words, name)
                return self._say("as_of", words=words, day=self.value(as_of))
            case t.DerivedValue(name):
                return self._words(self._definitions.derived[name].words, name)
            case t.ShiftedDate(start, amount, unit, direction):
                moved = self.value(amount)
                if isinstance(amount.type, Number) and amount.type.unit != unit:
                    moved = self._say("amount_in", amount=moved, unit=self._say(f"{unit}_unit"))
                return self._say(
                    "shifted",
                    amount=moved,
                    direction=self._say(f"{direction}_date"),
                    start=self.value(start),
                )
            case t.TimeBetween(start, end, unit):
                return self._say(f"{unit}_between", start=self.value(start), end=self.value(end))
            case t.Arithmetic(operation, operands):
                said = [self.value(operand) for operand in operands]
                if operation == "product" and len(operands) == 2 and _is_share(operands[0]):
                    return self._say("share_product", first=said[0], second=said[1])
                return self._say(operation, operands=self._say("list_and").join(said), first=said[0], second=said[-1])
            case t.Aggregate():
                of, items = self.value(node.of), self.items(node.over)
                return self._say(node.reduction, of=of, items=items, where=self._where(node.where))
            case t.SeriesCount(what, series):
                return self._say(what, series=self.path(series))
            case t.SeriesChange(series, _, _, since):
                return self._say(f"change_{since}", series=self.path(series))
            case t.SeriesLevel(which, series):
                return self._say(f"level_{which}", series=self.path(series))

    def called(self, node: t.Value) -> str:
        """What a value is called; for a parameter its name in words, not its figure."""
        if isinstance(node, t.ParameterValue):
            return self._words(self._definitions.parameters[node.name].words, node.name)
        return self.value(node)

    def plain(self, value: object, kind: Scalar) -> str:
        """A value that stands in a rule or in evidence, as people write it."""
        if value is None:
            return self._say("not_stated")
        if isinstance(value, bool):
            return self._say("says_yes" if value else "says_no")
        if isinstance(value, date):
            return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"
        if isinstance(value, tuple):
            return self._list([self.option(each, kind) for each in value], "list_and") or self._say("not_stated")
        if isinstance(value, str):
            return self.option(value, kind) if isinstance(kind, (Choice, Choices)) else value
        if isinstance(kind, Number) and isinstance(value, (int, Fraction)):
            return self._number(value, kind)
        return str(value)

    def option(self, option: str, kind: Scalar) -> str:
        """One option of a choice in words."""
        words = kind.words.get(option, {}) if isinstance(kind, (Choice, Choices)) else {}
        return self._words(words, option.replace("-", " ").replace("_", " "))

    def path(self, path: t.PathTo) -> str:
        """What a path names, in words: the last field, after the key it belongs to if there is one."""
        last = path.fields[-1]
        key = next(
            (
                each
                for before, each in zip(path.fields, path.fields[1:], strict=False)
                if isinstance(before.type, Keyed)
            ),
            None,
        )
        own = self._words(last.words, last.name.replace("_", " "))
        if key is None:
            return own
        named = self._words(key.words, key.name.replace("_", " "))
        return named if last is key or isinstance(last.type, Series) else f"{named}: {own}"

    def items(self, path: t.PathTo) -> str:
        """The items of a list, in words."""
        return self.path(path)

    def _number(self, value: Fraction | int, kind: Number) -> str:
        if kind.unit == SHARE:
            return say_percent(Fraction(value))
        said = say_number(value)
        if kind.unit in ("months", "days"):
            one = value == 1
            return f"{said} {self._say(kind.unit.removesuffix('s') if one else kind.unit + '_unit')}"
        if kind.unit == "pounds":
            return f"£{said}"
        if kind.unit == "hours":
            return f"{said} {self._say('hour' if value == 1 else 'hours_unit')}"
        return said

    def _parameter(self, name: str) -> str:
        parameter = self._definitions.parameters[name]
        dated = parameter.on(self._on) if self._on else parameter.values[-1] if parameter.values else None
        if dated is None:
            return self._words(parameter.words, name)
        if not parameter.by:
            return self.plain(dated.value, parameter.type)
        known = dated.by_factor.get(self._factors.get(parameter.by, ""))
        if known is not None:
            return self.plain(known, parameter.type)
        factor = self._definitions.derived[parameter.by].type
        values = ", ".join(
            f"{self.option(key, factor) if factor else key} {self.plain(value, parameter.type)}"
            for key, value in dated.by_factor.items()
        )
        return self._say("by_factor", words=self._words(parameter.words, name), values=values)

    def _options(self, options: tuple[str, ...] | t.Value, kind: Scalar, glue: str) -> str:
        if isinstance(options, tuple):
            return self._list([self.option(each, kind) for each in options], glue)
        if isinstance(options, t.ParameterValue):
            dated = self._definitions.parameters[options.name].on(self._on) if self._on else None
            if dated is not None and isinstance(dated.value, tuple):
                return self._list([self.option(each, kind) for each in dated.value], glue)
        return self.value(options)

    def _shapes(self, shapes: tuple[str, ...] | t.Value) -> str:
        """Shapes as they are written: a dash in one is a part of it."""
        if isinstance(shapes, t.ParameterValue) and shapes.as_of is None:
            dated = self._definitions.parameters[shapes.name].on(self._on) if self._on else None
            if dated is not None and isinstance(dated.value, tuple):
                shapes = dated.value
        return self._list(list(shapes), "list_or") if isinstance(shapes, tuple) else self.value(shapes)

    # ── Glue ──

    def _list(self, items: list[str], glue: str) -> str:
        """ "a, b and c"."""
        if len(items) < 2:
            return "".join(items)
        return ", ".join(items[:-1]) + self._say(glue) + items[-1]

    def _words(self, words: Words, fallback: str) -> str:
        return words.get(self._language) or words.get("en") or fallback

    def _say(self, phrase: str, **parts: str) -> str:
        return self._phrases[phrase].format(**parts) if parts else self._phrases[phrase]


def _is_share(node: t.Value) -> bool:
    return isinstance(node.type, Number) and node.type.unit == SHARE


def _bare(node: t.Condition | None) -> t.Condition | None:
    """A condition without a remark that only gives reasons; what can turn undecided stands by itself."""
    return node.of if isinstance(node, t.Remark) and not node.otherwise_undecided else node


_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
