"""Encoded submissions as tables, put there value by value: slow, and plain enough to trust."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from ohaccredit.language.encode import Encoded
from ohaccredit.language.tables import HEIGHT, Needs, Table, TablePath, data_type, field_at, item_record
from ohaccredit.language.types import Keyed, ListOf, Record, Series, Type


def tables_of(rows: Sequence[Mapping[str, Encoded]], record: Record, needs: Needs) -> dict[TablePath, Table]:
    """The columns that are wanted of encoded submissions."""
    found: dict[TablePath, list[tuple[int, dict[str, Any]]]] = {path: [] for path in needs}
    for number, row in enumerate(rows):
        columns: dict[str, Any] = {}
        found[()].append((number, columns))
        _put(record, row, (), (), columns, len(found[()]) - 1, found)
    return {path: _table(path, names, found[path], record) for path, names in needs.items()}


def _put(
    record: Record,
    given: Mapping[str, Any],
    path: TablePath,
    names: tuple[str, ...],
    columns: dict[str, Any],
    row: int,
    found: dict[TablePath, list[tuple[int, dict[str, Any]]]],
) -> None:
    """Put what a group says into the columns of its row, and its lists into tables of their own."""
    kinds: Mapping[str, Type] = {field.name: field.type for field in record}
    for name, value in given.items():
        if value is None or name not in kinds:
            continue
        kind, here = kinds[name], (*names, name)
        match kind:
            case Record():
                _put(kind, value, path, here, columns, row, found)
            case Keyed():
                columns[".".join(here)] = len(kind.keys)
                for key, inner in value.items():
                    if inner is not None:
                        _put(kind.records[key], inner, path, (*here, key), columns, row, found)
            case ListOf() | Series():
                columns[".".join(here)] = len(value)
                below = (*path, *here)
                for item in value if below in found else ():
                    inside: dict[str, Any] = {}
                    found[below].append((row, inside))
                    _put(kind.item, item, below, (), inside, len(found[below]) - 1, found)
            case _:
                columns[".".join(here)] = value


def _table(path: TablePath, names: frozenset[str], rows: list[tuple[int, dict[str, Any]]], record: Record) -> Table:
    kinds = {name: data_type(field_at(item_record(record, path), name).type) for name in names}
    columns = [
        pl.Series(name, [row.get(name) for _, row in rows], kind, strict=True) for name, kind in kinds.items()
    ] or [pl.Series(HEIGHT, [None] * len(rows), pl.Null)]
    return Table(pl.DataFrame(columns), pl.Series([parent for parent, _ in rows], dtype=pl.UInt32) if path else None)
