"""Terms of the solver made at its own interface.

The operators of its Python library ask of every operand again what it is and whether it fits, which takes longer than
all the rest. Here every truth is known to be one and every number to be whole, so that nothing has to be asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ohaccredit.language.solve_apart import known_number, z3


def conjunction(truths: Sequence[Any]) -> Any:
    """Every one of these terms is so."""
    return _of_many(z3.Z3_mk_and, z3.BoolRef, truths)


def disjunction(truths: Sequence[Any]) -> Any:
    """One of these terms is so."""
    return _of_many(z3.Z3_mk_or, z3.BoolRef, truths)


def negation(truth: Any) -> Any:
    """A term is not so."""
    return z3.BoolRef(z3.Z3_mk_not(truth.ctx.ref(), truth.ast), truth.ctx)


def sum_of(numbers: Sequence[Any]) -> Any:
    """The sum of terms."""
    return _of_many(z3.Z3_mk_add, z3.ArithRef, numbers)


def product_of(first: Any, second: Any) -> Any:
    """The product of a term and another one, or an int."""
    return _of_many(z3.Z3_mk_mul, z3.ArithRef, (as_term(first), as_term(second)))


def choice(when: Any, then: Any, otherwise: Any) -> Any:
    """One number or the other, each a term or an int."""
    one, other = as_term(then), as_term(otherwise)  # held till the choice is made
    return z3.ArithRef(z3.Z3_mk_ite(when.ctx.ref(), when.ast, one.ast, other.ast), when.ctx)


def reaches(first: Any, second: Any) -> Any:
    """The first number is at least the second; one of them is a term."""
    return _compared(z3.Z3_mk_ge, first, second)


def passes(first: Any, second: Any) -> Any:
    """The first number is larger than the second; one of them is a term."""
    return _compared(z3.Z3_mk_gt, first, second)


def equals(first: Any, second: Any) -> Any:
    """The numbers are the same; one of them is a term."""
    return _compared(z3.Z3_mk_eq, first, second)


def as_term(number: Any) -> Any:
    """A number as a term."""
    return known_number(number) if isinstance(number, int) else number


def _of_many(make: Any, kind: Any, parts: Sequence[Any]) -> Any:
    context = parts[0].ctx
    terms = (z3.Ast * len(parts))(*(part.ast for part in parts))
    return kind(make(context.ref(), len(parts), terms), context)


def _compared(make: Any, first: Any, second: Any) -> Any:
    one, other = as_term(first), as_term(second)
    return z3.BoolRef(make(one.ctx.ref(), one.ast, other.ast), one.ctx)
