"""Evidence in columns: one table for the submissions, and one for the items of each list.

A table has a row for each submission or item and a column for each field that is wanted, named by its path
("registration.expires"). The values are those of `encode`: a date its ordinal day number, a number with decimals
its millionths; null is missing. A list is a column with the number of its items, null if it was not handed in, and
a table of its own whose rows stand in the order of their parents. Nothing is ever reduced inside a list, because
reductions of nested columns skip nulls.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from ohaccredit.language.types import Choices, Date, Field, Keyed, ListOf, Number, Record, Series, Type, YesNo

HEIGHT = "#height"
"""The only column of a table of which no field is wanted: a frame knows its height by its columns."""
TablePath = tuple[str, ...]
"""The names that lead to a list from the top of a submission, through records, keys and other lists."""
Needs = Mapping[TablePath, frozenset[str]]
"""The columns that are wanted of each table."""


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of one list over many submissions; of the submissions themselves, `parent` is None."""

    frame: pl.DataFrame
    parent: pl.Series | None = None
    """For each row, the row of the table above that it belongs to."""

    @property
    def height(self) -> int:
        """The number of rows."""
        return self.frame.height if self.parent is None else len(self.parent)


Tables = Mapping[TablePath, Table]


def data_type(kind: Type) -> pl.DataType | type[pl.DataType]:
    """How a column holds what a field says."""
    match kind:
        case YesNo():
            return pl.Boolean
        case Date():
            return pl.Int32
        case Number():
            return pl.Int64
        case Choices():
            return pl.List(pl.String)
        case ListOf() | Series() | Keyed():
            return pl.Int64
        case _:
            return pl.String


def field_at(record: Record, name: str) -> Field:
    """The field of a table that a column's name leads to, through records and keys."""
    kind: Type = record
    found: Field | None = None
    for part in name.split("."):
        if isinstance(kind, Keyed):
            kind = kind.records[part]
            found = Field(part, kind)
            continue
        assert isinstance(kind, Record)
        found = kind.fields[part]
        kind = found.type
    assert found is not None
    return found


def item_record(record: Record, path: TablePath) -> Record:
    """The type of the items of a list."""
    kind: Type = record
    for part in path:
        if isinstance(kind, Keyed):
            kind = kind.records[part]
        else:
            assert isinstance(kind, Record)
            kind = kind.fields[part].type
        if isinstance(kind, (ListOf, Series)):
            kind = kind.item
    assert isinstance(kind, Record)
    return kind
