"""A file that has been read: its plain values, and where each of them stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from ohaccredit.language.problems import Place

if TYPE_CHECKING:
    from collections.abc import Sequence


class Locator(Protocol):
    """Finds positions in one file; each file format brings its own.

    It is asked only when something must be said about a place, so slow work belongs into the first
    question, not into reading.
    """

    def locate(self, parts: Sequence[str | int]) -> tuple[int, int, int, int]:
        """`(key line, key column, line, column)` of the value at a path; all count from 1, in characters.

        `()` is the whole document; names are str, places in a list int from 0. A path that leads to
        nothing gives the nearest value above it that is there. A value without a name of its own (an
        entry of a list, the document) gives its own position twice.
        """
        ...


@dataclass(frozen=True, slots=True)
class Source:
    """A file that was read without a problem.

    `value` is made of dict, list, str, int, Decimal, bool and None only; `digest` is the SHA-256 of the
    file's bytes, in hex.
    """

    name: str
    value: object
    digest: str
    locator: Locator = field(repr=False, compare=False)

    def place(self, pointer_parts: Sequence[str | int], *, key: bool = False) -> Place:
        """Where the value at this path stands, or with `key` where its name stands.

        What is missing from the file is placed at the nearest value above it that is there.
        """
        key_line, key_column, line, column = self.locator.locate(pointer_parts)
        return Place(self.name, key_line, key_column) if key else Place(self.name, line, column)
