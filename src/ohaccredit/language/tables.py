"""Evidence in columns: one table for the submissions, and one for the items of each list.

A table has a row for each submission or item and a column for each field that is wanted, named by its path
("registration.expires"). The values are those of `encode`: a date its ordinal day number, a number with decimals
its millionths; null is missing. A list is a column with the number of its items, null if it was not handed in, and
a table of its own whose rows stand in the order of their parents. Nothing is ever reduced inside a list, because
reductions of nested columns skip nulls.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from ohaccredit.language.encode import Encoded
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


def tables_of(rows: Sequence[Mapping[str, Encoded]], record: Record, needs: Needs) -> dict[TablePath, Table]:
    """Encoded submissions in columns."""
    gatherer = Gatherer(record, needs, as_it_is)
    for row in rows:
        gatherer.add(row)
    return gatherer.tables()


Hold = Callable[[Any], Any]
"""From a value as it is given to the value as a column holds it."""
_Handle = Callable[[Any, int], None]


def _itself(value: Any) -> Any:
    return value


def as_it_is(_: Type) -> Hold:
    """Columns hold values of this type as they are given."""
    return _itself


class _Column:
    """The values of one column, where there are any."""

    def __init__(self, kind: pl.DataType | type[pl.DataType]) -> None:
        self.kind = kind
        self.rows: list[int] = []
        self.values: list[Any] = []

    def series(self, name: str, height: int) -> pl.Series:
        if isinstance(self.kind, pl.List):  # lists cannot be scattered
            given = dict(zip(self.rows, self.values, strict=True))
            return pl.Series(name, [given.get(row) for row in range(height)], self.kind, strict=True)
        values = pl.Series(name, self.values, self.kind, strict=True)
        if len(self.rows) == height:
            return values
        empty = pl.Series(name, [None], self.kind).new_from_index(0, height)
        return empty.scatter(self.rows, values) if self.rows else empty


class _Gathered:
    """What has been gathered of one table."""

    def __init__(self, columns: dict[str, _Column]) -> None:
        self.columns = columns
        self.parents: list[int] = []
        self.height = 0


class Gatherer:
    """Puts submissions into columns, one after the other. It goes by what is given, not by what could be.

    `hold` gives for each type the function from a value to what its column holds.
    """

    def __init__(self, record: Record, needs: Needs, hold: Callable[[Type], Hold]) -> None:
        self._hold = hold
        self._gathered = {
            path: _Gathered(
                {name: _Column(data_type(field_at(item_record(record, path), name).type)) for name in names}
            )
            for path, names in needs.items()
        }
        self._root = self._record((), (), record)

    def add(self, row: Mapping[str, Any]) -> None:
        """One more submission."""
        top = self._gathered[()]
        if self._root is not None:
            self._root(row, top.height)
        top.height += 1

    def tables(self) -> dict[TablePath, Table]:
        """All submissions so far in columns; what comes next begins anew."""
        made: dict[TablePath, Table] = {}
        for path, gathered in self._gathered.items():
            columns = [column.series(name, gathered.height) for name, column in gathered.columns.items()]
            if not columns:  # a frame knows its height by its columns
                columns = [pl.Series(HEIGHT, [None], pl.Null).new_from_index(0, gathered.height)]
            made[path] = Table(pl.DataFrame(columns), pl.Series(gathered.parents, dtype=pl.UInt32) if path else None)
            for column in gathered.columns.values():
                column.rows.clear()
                column.values.clear()
            gathered.parents.clear()
            gathered.height = 0
        return made

    def _record(self, path: TablePath, names: tuple[str, ...], record: Record) -> _Handle | None:
        found = {field.name: self._value(path, (*names, field.name), field.type) for field in record}
        handles = {name: handle for name, handle in found.items() if handle is not None}
        if not handles:
            return None

        def handle(value: Any, row: int) -> None:
            for name, inner in value.items():
                known = handles.get(name)
                if known is not None and inner is not None:
                    known(inner, row)

        return handle

    def _value(self, path: TablePath, names: tuple[str, ...], kind: Type) -> _Handle | None:
        column = self._gathered[path].columns.get(".".join(names)) if path in self._gathered else None
        match kind:
            case Record():
                return self._record(path, names, kind)
            case Keyed():
                return self._keyed(path, names, kind, column)
            case ListOf() | Series():
                return self._list(path, (*path, *names), kind.item, column)
        if column is None:
            return None
        hold, add_row, add_value = self._hold(kind), column.rows.append, column.values.append

        def as_given(value: Any, row: int) -> None:
            add_row(row)
            add_value(value)

        def handle(value: Any, row: int) -> None:
            held = hold(value)
            if held is not None:
                add_row(row)
                add_value(held)

        return as_given if hold is _itself else handle

    def _keyed(self, path: TablePath, names: tuple[str, ...], kind: Keyed, column: _Column | None) -> _Handle | None:
        found = {key: self._record(path, (*names, key), kind.records[key]) for key in kind.keys}
        handles = {key: handle for key, handle in found.items() if handle is not None}
        if not handles and column is None:
            return None

        def handle(value: Any, row: int) -> None:
            if column is not None:
                column.rows.append(row)
                column.values.append(len(kind.keys))
            for key, inner in value.items():
                known = handles.get(key)
                if known is not None and inner is not None:
                    known(inner, row)

        return handle

    def _list(self, path: TablePath, below: TablePath, item: Record, column: _Column | None) -> _Handle | None:
        table = self._gathered.get(below)
        if table is None:
            return None if column is None else lambda value, row: _counted(column, value, row)
        inside = self._record(below, (), item)

        def handle(value: Any, row: int) -> None:
            if column is not None:
                _counted(column, value, row)
            start = table.height
            table.height += len(value)
            table.parents.extend([row] * len(value))
            if inside is not None:
                for number, each in enumerate(value, start):
                    inside(each, number)

        return handle


def _counted(column: _Column, value: Any, row: int) -> None:
    column.rows.append(row)
    column.values.append(len(value))
