"""Work with the solver apart from all other work, so that the same question always gets the same answer.

A search takes its turns by the numbers that a context of the solver gives to its terms. A context that has served
other questions gives other numbers, and so does one whose terms were let go at another time: two runs would find other
evidence, or one would reach its bound where the other does not. So work that is to be repeatable gets a context of its
own, which begins like every other one, and Python's collector of cycles, which comes when it likes, waits till the end.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from ohaccredit.language.problems import Problem, ProblemsFound

try:
    import z3
except ImportError as missing:  # pragma: no cover
    raise ProblemsFound(
        [Problem("The solver is not installed.", hint="Install it with: pip install 'ohaccredit[prove]'.")]
    ) from missing

__all__ = ["apart", "fresh_truth", "known_number", "new_solver", "open_number", "open_truth", "z3"]

_CONTEXT: ContextVar[Any] = ContextVar("context of the solver", default=None)
"""None is the context that the solver's library keeps for everybody."""
_NUMBERS: ContextVar[dict[int, Any] | None] = ContextVar("numbers of the context", default=None)
"""The numbers that were made in a context of its own: tables of the calendar name the same ones again and again."""


@contextmanager
def apart() -> Iterator[None]:
    """What is made inside belongs to a context of its own, and must not meet anything that was made outside."""
    collecting = gc.isenabled()
    gc.disable()
    before = _CONTEXT.set(z3.Context())
    numbers = _NUMBERS.set({})
    try:
        yield
    finally:
        _NUMBERS.reset(numbers)
        _CONTEXT.reset(before)
        if collecting:
            gc.enable()


def open_truth(name: str) -> Any:
    """A truth that the solver may choose."""
    return z3.Bool(name, _CONTEXT.get())


def fresh_truth(name: str) -> Any:
    """Another truth, whatever else has that name."""
    return z3.FreshBool(name, _CONTEXT.get())


def open_number(name: str) -> Any:
    """A whole number that the solver may choose."""
    return z3.Int(name, _CONTEXT.get())


def known_number(number: int) -> Any:
    """A whole number as a term."""
    numbers = _NUMBERS.get()
    if numbers is None:
        return z3.IntVal(number)
    if number not in numbers:
        numbers[number] = z3.IntVal(number, _CONTEXT.get())
    return numbers[number]


def new_solver() -> Any:
    """A solver without general tactics: these wait where this one answers."""
    return z3.SimpleSolver(_CONTEXT.get())
