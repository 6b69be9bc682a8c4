"""Rules in the Common Expression Language (CEL), for others to evaluate, and to be checked by an engine of others.

A rule becomes two expressions, for `applies_when` and `met_when`, on one date: parameters, and windows that depend on
the date alone, are figures in them. They read one variable, `evidence`, which holds what `encode` makes of a
submission's evidence: a map by the names of fields, in which a date is its day number (1 January of the year 1 is
day 1), a number with decimals a count of millionths, a percentage the millionths of its share, an option its text, a
list a list, and evidence by key a map by key whose records hold their own key too. What was not given is not there.

Where nothing is undecided, an expression is true or false as the rule is met or not met (applies or does not). Where
something is, it is an error, or what the rule decides in spite of it; it is never a verdict that the rule does not
give. Errors that mean "not evidenced" are a key that is not there (`evidence.x`), a place of a list that is not there,
and `{}["not evidenced"]`, which looks for a key that is never there. CEL's `&&`, `||`, `exists` and `all` pass over an
error where the other part decides, as the rules do. Its counts do not: a count with an undecided item is an error even
where the interval of `counting` would decide.

Besides the standard macros and functions the expressions rely on four extension libraries (`EXTENSIONS`). Derived
values are written out where they are used. Whole numbers have 64 bits: a product of figures of the evidence beyond
that is an error, never a wrapped or rounded number; so is the exact comparison of two points of a series that floating
point cannot tell apart (`cel_series`). Engines limit how deeply an expression may be nested (cel-cpp: 32 by default);
what they refuse they refuse when they compile it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import groupby

from ohaccredit.language import cel_text as c
from ohaccredit.language import tree as t
from ohaccredit.language.cel_text import NOT_EVIDENCED, NotInCel, Piece, number, truth
from ohaccredit.language.cel_values import RELATIONS, Figure, Plain, Scopes, ValueSpeaker, compared
from ohaccredit.language.counting import HOLDS, WHEN_EMPTY
from ohaccredit.language.outcome import Verdict
from ohaccredit.language.text_shape import DIGIT, LETTER
from ohaccredit.language.types import Choice

__all__ = ["EXTENSIONS", "VARIABLE", "CelRule", "NotInCel", "cel_rule"]

VARIABLE = "evidence"
"""The one variable that an expression reads: a map from text."""
EXTENSIONS = ("lists", "math", "sets", "strings")
"""The extension libraries that expressions may use, by the names that CEL gives them."""


@dataclass(frozen=True, slots=True)
class CelRule:
    """A rule as CEL text; `applies_when` is None if the rule is for everyone."""

    applies_when: str | None
    met_when: str


def cel_rule(rule: t.Rule, definitions: t.Definitions, on: date) -> CelRule:
    """A rule in CEL, as it is on a date. Raises NotInCel, which says what CEL cannot."""
    speaker = _Speaker(definitions, on, Piece(VARIABLE))
    applies, met = (
        None if node is None else speaker.condition(node, speaker.root).text
        for node in (rule.applies_when, rule.met_when)
    )
    assert met is not None
    return CelRule(applies, met)


class _Speaker(ValueSpeaker):
    """Puts conditions into CEL."""

    def condition(self, node: t.Condition, scopes: Scopes) -> Piece:
        match node:
            case t.All():
                return c.all_of(*(self.condition(each, scopes) for each in node.of))
            case t.Either():
                return c.any_of(*(self.condition(each, scopes) for each in node.of))
            case t.AtLeast():
                part = self.name("part")
                parts = c.several([self.condition(each, scopes) for each in node.of])
                met = Figure(c.size(c.loop(parts, "filter", part, part)))
                return compared(met, "at_least", self.value(node.needed, scopes))
            case t.Not():
                return c.opposite(self.condition(node.of, scopes))
            case t.Remark():
                said = self.condition(node.of, scopes)
                return c.any_of(said, NOT_EVIDENCED) if node.otherwise_undecided else said
            case t.DerivedCondition():
                return self.derived_condition(node.name)
            case t.Compare():
                return self._compare(node, scopes)
            case t.OneOf():
                return self._one_of(node, scopes)
            case t.Includes():
                return self._includes(node, scopes)
            case t.Shaped():
                return self._shaped(node, scopes)
            case t.Stated():
                return c.any_of(self.given(node.value.path, scopes), NOT_EVIDENCED)
            case t.Quantified():
                return self._quantified(node, scopes)

    # ── Tests of a value ──

    def _compare(self, node: t.Compare, scopes: Scopes) -> Piece:
        left, right = self.value(node.left, scopes), node.right
        if isinstance(right, t.Constant) and isinstance(right.value, bool) and node.comparator == "is":
            return left.whole if right.value else c.opposite(left.whole)
        return compared(left, node.comparator, self.value(right, scopes))

    def _one_of(self, node: t.OneOf, scopes: Scopes) -> Piece:
        value = self.value(node.value, scopes).whole
        if isinstance(node.options, tuple):
            if len(node.options) == 1:
                return c.related(value, "==", c.text(node.options[0]))
            return c.related(value, "in", c.literal(node.options))
        among = self.value(node.options, scopes).whole
        return c.related(value, "==" if isinstance(node.options.type, Choice) else "in", among)

    def _includes(self, node: t.Includes, scopes: Scopes) -> Piece:
        held = self.value(node.value, scopes).whole
        if isinstance(node.options, tuple):
            if len(node.options) == 1:
                return c.related(c.text(node.options[0]), "in", held)
            options = c.literal(node.options)
        else:
            options = self.value(node.options, scopes).whole
            if isinstance(node.options.type, Choice):
                return c.related(options, "in", held)
        return c.call("sets.contains" if node.which == "all" else "sets.intersects", held, options)

    def _shaped(self, node: t.Shaped, scopes: Scopes) -> Piece:
        """Spaces are taken out and small letters made large, in the text as in the shapes."""
        bare = c.method(self.value(node.value, scopes).whole, "replace", c.text(" "), c.text(""))
        if isinstance(node.shapes, tuple):
            pattern = _pattern(node.shapes).whole
        else:
            pattern = self.shapes(node.shapes, scopes, _pattern)
        return c.method(c.method(bare, "upperAscii"), "matches", pattern)

    # ── Lists ──

    def _quantified(self, node: t.Quantified, scopes: Scopes) -> Piece:
        listed, item, inner = self.items(node.over, node.collection, scopes)
        where = None if node.where is None else self.condition(node.where, inner)
        satisfying = None if node.satisfying is None else self.condition(node.satisfying, inner)
        tests = [each for each in (where, satisfying) if each is not None]
        both = c.all_of(*tests) if tests else truth(True)
        there = _some(listed, item, where)
        match node.kind:
            case "some":
                return _if_any(there, _some(listed, item, both), node, at_none=False)
            case "none":
                return _if_any(there, c.opposite(_some(listed, item, both)), node, at_none=True)
            case "every":
                assert satisfying is not None
                each = satisfying if where is None else c.any_of(c.opposite(where), satisfying)
                return _if_any(there, c.loop(listed, "all", item, each), node, at_none=True)
        assert node.bound is not None
        bound = self.value(node.bound, scopes)
        if node.kind == "share":
            return self._share(node, listed, item, where, satisfying, bound)
        counted = listed if where is None and satisfying is None else c.loop(listed, "filter", item, both)
        if node.distinct is not None:
            values = c.loop(listed, "map", item, both, self.value(node.distinct, inner).top)
            counted = c.method(values, "distinct")
        holds = compared(Figure(c.size(counted)), node.comparator, bound)
        fixed = bound.top.number
        at_none: Verdict = None
        if fixed is not None and isinstance(bound.bottom, int):
            at_none = HOLDS[node.comparator](0, Fraction(fixed, bound.bottom))
        return _if_any(there, holds, node, at_none=at_none, bound=bound)

    def _share(
        self,
        node: t.Quantified,
        listed: Piece,
        item: Piece,
        where: Piece | None,
        satisfying: Piece | None,
        bound: Figure,
    ) -> Piece:
        """So many of those chosen, compared by cross-multiplication; of none, nothing is asked."""
        assert satisfying is not None
        chosen = listed if where is None else self.name("chosen")
        yes, sure = c.size(c.loop(chosen, "filter", item, satisfying)), c.size(chosen)
        holds = bound.within(c.related(c.times(yes, bound.under), RELATIONS[node.comparator], c.times(bound.top, sure)))
        found = _if_any(c.related(sure, ">", number(0)), holds, node, at_none=None, bound=bound)
        return found if where is None else c.named(chosen, c.loop(listed, "filter", item, where), found)


def _some(listed: Piece, item: Piece, holds: Piece | None) -> Piece:
    """Is there an item of which something holds?"""
    if holds is None or holds == truth(True):
        return c.related(c.size(listed), ">", number(0))
    return c.loop(listed, "exists", item, holds)


def _if_any(there: Piece, holds: Piece, node: t.Quantified, *, at_none: Verdict, bound: Figure | None = None) -> Piece:
    """The test if there is anything to test, else what the rule concludes; `at_none` is what the test says of nothing.

    A bound that the evidence leaves undecided leaves the test of an empty list undecided, too.
    """
    empty = WHEN_EMPTY[node.if_list_empty]
    if empty is None:
        return c.choose(there, holds, NOT_EVIDENCED)
    if empty is at_none:
        return holds
    if bound is not None and bound.top.number is None:
        known = compared(bound, "is", bound)
        return c.choose(there, holds, known if empty else c.opposite(known))
    return c.any_of(c.opposite(there), holds) if empty else c.all_of(there, holds)


def _pattern(shapes: Plain) -> Figure:
    """A regular expression for texts of one of these shapes, without spaces and small letters."""
    assert isinstance(shapes, tuple)
    return Figure(c.text(f"^({'|'.join(map(_in_runs, shapes))})$"))


def _in_runs(shape: str) -> str:
    """A shape's pattern, in which what is repeated is counted."""
    runs = ((each, len(list(same))) for each, same in groupby(map(_like, shape)))
    return "".join(each if count == 1 or not each else f"{each}{{{count}}}" for each, count in runs)


def _like(character: str) -> str:
    """What one character of a shape stands for, in a text without spaces and small letters."""
    if character in _CLASSES:
        return _CLASSES[character]
    return re.escape(character.upper() if character.isascii() else character)


_CLASSES = {DIGIT: "[0-9]", LETTER: "[A-Z]", " ": ""}
