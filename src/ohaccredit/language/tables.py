"""Evidence in columns: one table for the submissions, and one for the items of each list.

A table has a row for each submission or item and a column for each field that is wanted, named by its path
("registration.expires"). The values are those of `encode`: a date its ordinal day number, a number with decimals
its millionths; null is missing. A list is a column with the number of its items, null if it was not handed in, and
a table of its own whose rows stand in the order of their parents. Nothing is ever reduced inside a list, because
reductions of nested columns skip nulls.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from ohaccredit.language.encode import Encoded
from ohaccredit.language.types import Choices, Date, Field, Keyed, ListOf, Number, Record, Series, Text, Type, YesNo

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


def parent_path(record: Record, path: TablePath) -> tuple[TablePath, str]:
    """The table that a list stands in, and the name of its column there."""
    kind: Type = record
    start = 0
    for index, part in enumerate(path[:-1]):
        if isinstance(kind, Keyed):
            kind = kind.records[part]
        else:
            assert isinstance(kind, Record)
            kind = kind.fields[part].type
        if isinstance(kind, (ListOf, Series)):
            kind, start = kind.item, index + 1
    return path[:start], ".".join(path[start:])


def tables_of(rows: Sequence[Mapping[str, Encoded]], record: Record, needs: Needs) -> dict[TablePath, Table]:
    """Encoded submissions in columns."""
    gather = _Gatherer(record, needs)
    for index, row in enumerate(rows):
        gather.row((), record, row, index)
    return gather.tables()


class _Gatherer:
    def __init__(self, record: Record, needs: Needs) -> None:
        self._record = record
        self._needs = needs
        self._columns: dict[TablePath, dict[str, list[Any]]] = {
            path: {name: [] for name in names} for path, names in needs.items()
        }
        self._parents: dict[TablePath, list[int]] = defaultdict(list)
        self._heights: dict[TablePath, int] = defaultdict(int)

    def row(self, path: TablePath, record: Record, row: Mapping[str, Encoded], parent: int) -> None:
        here = self._heights[path]
        self._heights[path] += 1
        self._parents[path].append(parent)
        found: dict[str, Any] = {}
        self._fields(path, (), record, row, found, here)
        for name, column in self._columns[path].items():
            column.append(found.get(name))

    def _fields(
        self, path: TablePath, names: tuple[str, ...], kind: Record, row: Any, found: dict[str, Any], here: int
    ) -> None:
        for field in kind:
            value = row.get(field.name)
            if value is not None:
                self._value(path, (*names, field.name), field.type, value, found, here)

    def _value(
        self, path: TablePath, names: tuple[str, ...], kind: Type, value: Any, found: dict[str, Any], here: int
    ) -> None:
        if isinstance(kind, Record):
            self._fields(path, names, kind, value, found, here)
        elif isinstance(kind, Keyed):
            found[".".join(names)] = len(value)
            for key in kind.keys:
                self._fields(path, (*names, key), kind.records[key], value[key], found, here)
        elif isinstance(kind, (ListOf, Series)):
            found[".".join(names)] = len(value)
            below = (*path, *names)
            if below in self._needs:
                for item in value:
                    self.row(below, kind.item, item, here)
        else:
            found[".".join(names)] = value

    def tables(self) -> dict[TablePath, Table]:
        made: dict[TablePath, Table] = {}
        for path, columns in self._columns.items():
            record = item_record(self._record, path)
            frame = pl.DataFrame(
                {n: pl.Series(n, v, data_type(field_at(record, n).type), strict=True) for n, v in columns.items()}
            )
            if not columns:
                frame = pl.DataFrame({"": pl.Series([None] * self._heights[path], dtype=pl.Null)})
            made[path] = Table(frame, pl.Series(self._parents[path], dtype=pl.UInt32) if path else None)
        return made


__all__ = ["Needs", "Table", "TablePath", "Tables", "Text", "data_type", "field_at", "item_record", "tables_of"]
