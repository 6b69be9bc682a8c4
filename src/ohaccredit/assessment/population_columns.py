"""Evidence that is handed in as nested Arrow columns, put into tables without going through rows.

A quick yes, as in `well_formed`: what is in order goes into the tables, and any row with something in it that might
not be in order is named, to be read and judged alone. Figures that no column holds, and evidence for another standard
inside a submission, make a row one of those too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from ohaccredit.assessment.prepare import ROOT
from ohaccredit.assessment.well_formed import MOST_DECIMALS
from ohaccredit.language.months import read_day
from ohaccredit.language.numbers import MILLIONTHS
from ohaccredit.language.tables import (
    HEIGHT,
    Needs,
    Table,
    TablePath,
    data_type,
    field_at,
    item_record,
)
from ohaccredit.language.types import Choice, Choices, Date, Keyed, ListOf, Number, Record, Series, Text, Type, YesNo
from ohaccredit.language.vector_dates import EPOCH, LAST
from ohaccredit.language.vector_numbers import LARGEST
from ohaccredit.standards.edition import Edition

_FINEST = 10 ** (MOST_DECIMALS - 2)
"""A figure is a whole number of these parts: four decimals."""
_BLANK = (
    "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
)
_BLANK += "\u2028\u2029\u202f\u205f\u3000"
"""What Python strips from a text."""
Names = tuple[str, ...]


class ColumnReader:
    """Reads batches of one edition's evidence."""

    def __init__(self, edition: Edition, needs: Needs) -> None:
        self._edition = edition
        self._needs = needs
        handed_in = {name: kind.field for name, kind in edition.evidence.items() if not kind.computed}
        self._record = Record(handed_in)

    def read(self, evidence: pa.StructArray) -> tuple[dict[TablePath, Table], pl.Series]:
        """The tables, and the rows that are to be judged alone."""
        walk = _Walk(self._edition, self._needs)
        rows = pl.Series(range(len(evidence)), dtype=pl.UInt32)
        walk.doubt(rows, pc.is_null(evidence))
        walk.record(self._record, evidence, _Place((), (), (), rows))
        return walk.tables(self._edition.record, len(evidence)), walk.doubtful()


class _Place:
    """Where a column stands: in which table and by what name, and the submission that each row belongs to."""

    __slots__ = ("names", "path", "rows", "typed")

    def __init__(self, path: TablePath, names: Names, typed: Names, rows: pl.Series) -> None:
        self.path = path
        self.names = names
        self.typed = typed
        """The names that lead there by type, without the keys of keyed evidence."""
        self.rows = rows

    def below(self, name: str, *, key: bool = False) -> _Place:
        return _Place(self.path, (*self.names, name), self.typed if key else (*self.typed, name), self.rows)

    @property
    def column(self) -> str:
        return ".".join(self.names)


class _Walk:
    def __init__(self, edition: Edition, needs: Needs) -> None:
        self._edition = edition
        self._needs = needs
        self._columns: dict[TablePath, dict[str, pl.Series]] = {path: {} for path in needs}
        self._parents: dict[TablePath, pl.Series] = {}
        self._doubts: list[pl.Series] = []

    def doubt(self, rows: pl.Series, which: pa.Array | pl.Series) -> None:
        """The submissions of these rows are to be judged alone."""
        chosen = which if isinstance(which, pl.Series) else _series(which)
        chosen = chosen.fill_null(False)
        if chosen.any():
            self._doubts.append(rows.filter(chosen))

    def doubtful(self) -> pl.Series:
        """All of them, each once."""
        return pl.concat([pl.Series([], dtype=pl.UInt32), *self._doubts]).unique().sort()

    def tables(self, record: Record, height: int) -> dict[TablePath, Table]:
        """What has been read, with empty columns for what was not given."""
        made: dict[TablePath, Table] = {}
        for path, names in self._needs.items():
            parent = self._parents.get(path, pl.Series([], dtype=pl.UInt32)) if path else None
            size = height if parent is None else len(parent)
            columns = []
            for name in names:
                found = self._columns[path].get(name)
                if found is None:
                    kind = data_type(field_at(item_record(record, path), name).type)
                    found = pl.Series(name, [None], kind).new_from_index(0, size)
                columns.append(found.alias(name))
            empty = pl.Series(HEIGHT, [None], pl.Null).new_from_index(0, size)
            made[path] = Table(pl.DataFrame(columns or [empty]), parent)
        return made

    def record(self, kind: Record, given: pa.StructArray, place: _Place) -> None:
        there = {field.name: number for number, field in enumerate(given.type)}
        for field in kind:
            inner = pc.struct_field(given, there[field.name]) if field.name in there else None
            if field.required:
                lacking = pa.repeat(True, len(given)) if inner is None else pc.is_null(inner)
                self.doubt(place.rows, pc.and_(pc.is_valid(given), lacking))
            if inner is not None and inner.null_count < len(inner):
                self._value(field.type, inner, place.below(field.name))
        if place.typed and self._edition.linked_at(place.typed) is not None:
            for name in (ROOT, "explanations"):
                if name in there:
                    self.doubt(place.rows, pc.is_valid(pc.struct_field(given, there[name])))

    def _value(self, kind: Type, given: pa.Array, place: _Place) -> None:
        match kind:
            case Record():
                self.record(kind, given, place)
            case Keyed():
                self._keep(
                    place, lambda: pl.select(pl.when(_series(pc.is_valid(given))).then(len(kind.keys))).to_series()
                )
                there = {field.name: number for number, field in enumerate(given.type)}
                for key in kind.keys:
                    if key in there:
                        inner = pc.struct_field(given, there[key])
                        if inner.null_count < len(inner):
                            self.record(kind.records[key], inner, place.below(key, key=True))
            case ListOf() | Series():
                self._list(kind.item, given, place)
            case Choices():
                items = given.flatten()
                wrong = pc.invert(pc.is_in(items, pa.array(kind.options, items.type)))
                self.doubt(place.rows.gather(_series(pc.list_parent_indices(given))), wrong)
                self._keep(place, lambda: _series(given).cast(pl.List(pl.String)))
            case _:
                self._scalar(kind, given, place)

    def _list(self, item: Record, given: pa.Array, place: _Place) -> None:
        self._keep(place, lambda: _series(pc.list_value_length(given)).cast(pl.Int64))
        items, parent = given.flatten(), _series(pc.list_parent_indices(given)).cast(pl.UInt32)
        rows = place.rows.gather(parent)
        below = (*place.path, *place.names)
        if below in self._needs:
            self._parents[below] = parent
        if len(items):
            self.doubt(rows, pc.is_null(items))
            self.record(item, items, _Place(below, (), place.typed, rows))

    def _keep(self, place: _Place, values: Any) -> None:
        if place.column in self._needs.get(place.path, ()):
            self._columns[place.path][place.column] = values()

    def _scalar(self, kind: Type, given: pa.Array, place: _Place) -> None:
        values = _series(given)
        match kind:
            case YesNo():
                held = values
            case Choice():
                values = held = values.cast(pl.String)
                self.doubt(place.rows, ~values.is_in(kind.options))
            case Text():
                held = values.cast(pl.String)
                if place.column in self._needs.get(place.path, ()):
                    held = _none_where(held, held.str.strip_chars(_BLANK) == "")
            case Date():
                held = _days(values)
            case Number():
                held = _figures(values, kind)
            case _:
                raise TypeError(f"{kind} is no scalar")
        if isinstance(kind, (Date, Number)):
            self.doubt(place.rows, values.is_not_null() & held.is_null())
        self._keep(place, lambda: held)


def _series(given: pa.Array) -> pl.Series:
    found = pl.from_arrow(given)
    assert isinstance(found, pl.Series)
    return found


def _none_where(values: pl.Series, which: pl.Series) -> pl.Series:
    return pl.select(pl.when(~which).then(values)).to_series()


def _days(values: pl.Series) -> pl.Series:
    """Ordinals; null for what is no day of the calendar."""
    if values.dtype == pl.Date:
        days = values.to_physical().cast(pl.Int64) + EPOCH
        return _none_where(days, (days < 1) | (days > LAST)).cast(pl.Int32)
    if values.dtype.is_temporal():
        return _days(values.cast(pl.Date))
    texts = values.cast(pl.String)
    known: Mapping[str, int] = {
        text: day.toordinal() for text in texts.unique().drop_nulls() if (day := read_day(text)) is not None
    }
    if not known:
        return pl.Series([None], dtype=pl.Int32).new_from_index(0, len(texts))
    return texts.replace_strict(list(known), list(known.values()), default=None, return_dtype=pl.Int32)


def _figures(values: pl.Series, kind: Number) -> pl.Series:
    """Figures as `encode` holds them; null for what is too fine, too large or no number."""
    scale = 1 if kind.whole else MILLIONTHS // 100 if kind.percent else MILLIONTHS
    if values.dtype.is_integer():
        whole = values.cast(pl.Int64, strict=False)
        return _none_where(whole, (whole > LARGEST) | (whole < -LARGEST)) * scale
    if values.dtype.is_float():
        # The decimal number that is written for a double: its nearest with so many decimals, if that reads back as it.
        doubles = values.cast(pl.Float64)
        small = _none_where(doubles, ~(doubles.abs() <= LARGEST))
        parts = (small * _FINEST).round().cast(pl.Int64)
        # Polars divides by one number by multiplying with its inverse, which rounds twice; by a column it divides.
        finest = pl.repeat(_FINEST, len(parts), dtype=pl.Float64, eager=True)
        scaled: pl.Series = _none_where(parts, parts.cast(pl.Float64) / finest != small) * (scale // _FINEST)
        return scaled
    if values.dtype.is_decimal():
        given = values.to_physical().cast(pl.Int128)
        unit = 10**values.dtype.scale  # type: ignore[attr-defined]
        large = (given > LARGEST * unit) | (given < -LARGEST * unit)
        given = _none_where(given, large)
        if unit > _FINEST:
            given = _none_where(given, given % (unit // _FINEST) != 0) // (unit // _FINEST)
            unit = _FINEST
        exact: pl.Series = given * (scale // unit)
        return exact.cast(pl.Int64)
    return pl.Series([None], dtype=pl.Int64).new_from_index(0, len(values))
