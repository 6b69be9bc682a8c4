"""Small makers of Python's syntax tree, for `compile`."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from math import lcm

from ohaccredit.language import tree as t

Statements = list[ast.stmt]

NONE = ast.Constant(None)
TRUE = ast.Constant(True)
FALSE = ast.Constant(False)

_OPERATORS = {
    "is": ast.Eq,
    "at_least": ast.GtE,
    "at_most": ast.LtE,
    "more_than": ast.Gt,
    "less_than": ast.Lt,
}


@dataclass(frozen=True, slots=True)
class Expression:
    """A value as Python expressions: an integer (or option, date, boolean) over a positive denominator.

    `may_lack` says that `top` can be None at run time.
    """

    top: ast.expr
    bottom: ast.expr | int = 1
    may_lack: bool = False


def load(name: str) -> ast.expr:
    """The value of a variable."""
    return ast.Name(name, ast.Load())


def put(name: str, value: ast.expr) -> ast.stmt:
    """A variable takes a value."""
    return ast.Assign([ast.Name(name, ast.Store())], value)


def add(name: str, amount: ast.expr | None = None) -> ast.stmt:
    """A variable grows, by one if nothing else is said."""
    return ast.AugAssign(ast.Name(name, ast.Store()), ast.Add(), amount or ast.Constant(1))


def call(name: str, *arguments: ast.expr) -> ast.expr:
    """A call of one of the functions that the code may use."""
    return ast.Call(load(name), list(arguments), [])


def get(record: ast.expr, key: str, default: ast.expr | None = None) -> ast.expr:
    """A part of a record, else the default."""
    return ast.Call(ast.Attribute(record, "get", ast.Load()), [ast.Constant(key), *([default] if default else [])], [])


def part(record: ast.expr, key: ast.expr) -> ast.expr:
    """A part of a record that must be there."""
    return ast.Subscript(record, key, ast.Load())


def values_of(record: ast.expr) -> ast.expr:
    """The values of a dictionary."""
    return ast.Call(ast.Attribute(record, "values", ast.Load()), [], [])


def is_(value: ast.expr, what: bool | None) -> ast.expr:
    """Is it True, False or None?"""
    return ast.Compare(value, [ast.Is()], [ast.Constant(what)])


def not_(value: ast.expr) -> ast.expr:
    """The opposite of a test that is never None."""
    return ast.UnaryOp(ast.Not(), value)


def joined(operator: ast.boolop, tests: Sequence[ast.expr]) -> ast.expr:
    """Tests joined by `and` or `or`; one stands alone."""
    return tests[0] if len(tests) == 1 else ast.BoolOp(operator, list(tests))


def any_of(tests: Sequence[ast.expr]) -> ast.expr:
    """Is any of the tests met?"""
    return joined(ast.Or(), tests)


def if_(test: ast.expr, then: Statements, otherwise: Statements | None = None) -> ast.stmt:
    """A branch."""
    return ast.If(test, then, otherwise or [])


def once(body: Statements) -> ast.stmt:
    """Statements that a `break` can leave early."""
    return ast.While(TRUE, [*body, ast.Break()], [])


def positive(count: ast.expr) -> ast.expr:
    """Is a count more than nothing?"""
    return ast.Compare(count, [ast.Gt()], [ast.Constant(0)])


def total(counts: Sequence[ast.expr]) -> ast.expr:
    """The sum of several counts; 0 if there are none."""
    if not counts:
        return ast.Constant(0)
    sum_ = counts[0]
    for count in counts[1:]:
        sum_ = ast.BinOp(sum_, ast.Add(), count)
    return sum_


def lacks(value: Expression) -> ast.expr:
    """Is the value missing?"""
    return is_(value.top, None)


def lacking(values: Sequence[Expression]) -> list[ast.expr]:
    """The questions to ask before several values can be used."""
    return [lacks(value) for value in values if value.may_lack]


def bottom_of(value: Expression) -> ast.expr:
    """The denominator as an expression."""
    return ast.Constant(value.bottom) if isinstance(value.bottom, int) else value.bottom


def scaled(top: ast.expr, factor: ast.expr | int) -> ast.expr:
    """A numerator multiplied; at once where both are known."""
    if not isinstance(factor, int):
        return ast.BinOp(top, ast.Mult(), factor)
    if factor == 1:
        return top
    if isinstance(top, ast.Constant) and isinstance(top.value, int):
        return ast.Constant(top.value * factor)
    return ast.BinOp(top, ast.Mult(), ast.Constant(factor))


def multiplied(left: ast.expr | int, right: ast.expr | int) -> ast.expr | int:
    """The product of two denominators."""
    if isinstance(left, int) and isinstance(right, int):
        return left * right
    if isinstance(left, int):
        assert not isinstance(right, int)
        return right if left == 1 else ast.BinOp(right, ast.Mult(), ast.Constant(left))
    return scaled(left, right)


def compared(left: Expression, comparator: t.Comparator, right: Expression) -> ast.expr:
    """Two values compared by cross-multiplication; what their denominators share is left out."""
    operator = [_OPERATORS[comparator]()]
    if isinstance(left.bottom, int) and isinstance(right.bottom, int):
        common = lcm(left.bottom, right.bottom)
        return ast.Compare(
            scaled(left.top, common // left.bottom), operator, [scaled(right.top, common // right.bottom)]
        )
    return ast.Compare(scaled(left.top, right.bottom), operator, [scaled(right.top, left.bottom)])
