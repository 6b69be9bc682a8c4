"""Problems found in what people wrote, and where.

A file is read to its end before anything is said about it, so that a person sees all its problems at
once, each with its place, one plain sentence, and a hint how to put it right.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A position in a file. Lines and columns count from 1, as editors show them."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a file.

    `pointer` is an RFC 6901 JSON Pointer into the file's content ("" is the whole document); `place`
    is None only for what has no position, such as a missing file.
    """

    message: str
    place: Place | None = None
    pointer: str = ""
    hint: str = ""

    def lines(self) -> list[str]:
        """The problem as people read it: place and pointer, the sentence, the hint."""
        where = "  ".join(part for part in (str(self.place) if self.place else "", self.pointer) if part)
        return [line for line in (where, f"  {self.message}", f"  {self.hint}" if self.hint else "") if line]

    def as_json(self) -> dict[str, object]:
        """The problem as one JSON object, for machines."""
        place = self.place
        return {
            "file": place.file if place else None,
            "line": place.line if place else None,
            "column": place.column if place else None,
            "pointer": self.pointer,
            "message": self.message,
            "hint": self.hint,
        }


class ProblemsFound(Exception):
    """Raised once a whole file, or a whole set of files, has been read and found wanting."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(problems, key=_file_order)
        super().__init__("\n".join(line for problem in self.problems for line in problem.lines()))


def _file_order(problem: Problem) -> tuple[str, int, int, str]:
    place = problem.place
    return (place.file, place.line, place.column, problem.pointer) if place else ("", 0, 0, problem.pointer)


def json_pointer(parts: Iterable[str | int]) -> str:
    """The RFC 6901 pointer of a path: `("practitioners", 3)` is `/practitioners/3`."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)
