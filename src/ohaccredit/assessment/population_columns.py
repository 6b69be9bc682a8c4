"""Evidence that is handed in as nested Arrow columns, put into tables without going through rows.

A quick yes, as in `well_formed`: what is in order goes into the tables, and any row with something in it that might
not be in order is named, to be read and judged alone. Figures that no column holds, and evidence for another standard
inside a submission, make a row one of those too.

Nearly every column is in order as a whole. So a column is first asked as a whole (its distinct words, its least and
greatest figure, how many are missing), and its rows are looked at only where the answer leaves a doubt.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from ohaccredit.assessment.prepare import ROOT
from ohaccredit.assessment.well_formed import MOST_DECIMALS
from ohaccredit.language.json_limits import DEFAULT_LIMITS
from ohaccredit.language.months import read_day
from ohaccredit.language.numbers import MILLIONTHS
from ohaccredit.language.tables import HEIGHT, Needs, Table, TablePath, data_type, field_at, item_record
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
Mask = Callable[[], pa.Array]
"""Which rows of a column leave a doubt, asked only if some do."""


class ColumnReader:
    """Reads batches of one edition's evidence."""

    def __init__(self, edition: Edition, needs: Needs) -> None:
        self._edition = edition
        self._needs = needs
        handed_in = {name: kind.field for name, kind in edition.evidence.items() if not kind.computed}
        self._record = Record(handed_in)
        self._days = _Days()

    def read(self, evidence: pa.StructArray) -> Piece:
        """What the submissions of a batch hold, and which of them are to be judged alone."""
        walk = _Walk(self._edition, self._needs, self._days)
        place = _Place((), (), (), None)
        walk.doubt(place, evidence.null_count, lambda: pc.is_null(evidence))
        walk.record(self._record, evidence, place)
        return walk.piece(len(evidence))

    def together(self, pieces: Sequence[Piece]) -> dict[TablePath, Table]:
        """The tables of several batches, one after the other, with empty columns for what none of them holds."""
        made: dict[TablePath, Table] = {}
        for path, names in self._needs.items():
            frame = pl.concat([piece.frames[path] for piece in pieces], how="diagonal", rechunk=True)
            record = item_record(self._edition.record, path)
            lacking = [
                pl.lit(None, data_type(field_at(record, name).type)).alias(name)
                for name in names
                if name not in frame.columns
            ]
            made[path] = Table(
                frame.with_columns(lacking).select(list(names) or HEIGHT), _parents(pieces, path) if path else None
            )
        return made


@dataclass(frozen=True, slots=True)
class Piece:
    """What one batch holds of the columns that are wanted."""

    frames: Mapping[TablePath, pl.DataFrame]
    parents: Mapping[TablePath, tuple[TablePath, pl.Series]]
    """For each list, the table above it and the row there that each item belongs to."""
    doubtful: pl.Series
    """The rows that are to be judged alone."""


def _parents(pieces: Sequence[Piece], path: TablePath) -> pl.Series:
    """The rows that items belong to, where the tables of pieces stand one after the other."""
    found, rows_before = [pl.Series([], dtype=pl.UInt32)], 0
    above = next((piece.parents[path][0] for piece in pieces if path in piece.parents), ())
    for piece in pieces:
        if path in piece.parents:
            found.append(piece.parents[path][1] + rows_before)
        rows_before += piece.frames[above].height
    return pl.concat(found, rechunk=True)


class _Days(dict[str | None, int | None]):
    """The ordinals of days, each worked out once; None for what is no day of the calendar."""

    def __missing__(self, text: str | None) -> int | None:
        day = None if text is None else read_day(text)
        self[text] = None if day is None else day.toordinal()
        return self[text]


class _Place:
    """Where a column stands: in which table and by what name, and the submission that each row belongs to."""

    __slots__ = ("names", "path", "rows", "typed")

    def __init__(self, path: TablePath, names: Names, typed: Names, rows: pa.Array | None) -> None:
        self.path = path
        self.names = names
        self.typed = typed
        """The names that lead there by type, without the keys of keyed evidence."""
        self.rows = rows
        """None for the table of the submissions itself."""

    def below(self, name: str, *, key: bool = False) -> _Place:
        return _Place(self.path, (*self.names, name), self.typed if key else (*self.typed, name), self.rows)

    def of_items(self, parents: pa.Array) -> _Place:
        """The place of a list's items, given the row here that each belongs to."""
        rows = parents if self.rows is None else self.rows.take(parents)
        return _Place((*self.path, *self.names), (), self.typed, rows)

    @property
    def column(self) -> str:
        return ".".join(self.names)


class _Walk:
    def __init__(self, edition: Edition, needs: Needs, days: _Days) -> None:
        self._edition = edition
        self._needs = needs
        self._days = days
        self._columns: dict[TablePath, dict[str, pa.Array]] = {path: {} for path in needs}
        self._texts: dict[TablePath, list[str]] = {path: [] for path in needs}
        self._parents: dict[TablePath, tuple[TablePath, pa.Array]] = {}
        self._doubts: list[pa.Array] = []

    def doubt(self, place: _Place, found: object, which: Mask) -> None:
        """If anything was found, the submissions of these rows are to be judged alone."""
        if found:
            rows = pc.indices_nonzero(pc.fill_null(which(), False))
            self._doubts.append(rows.cast(pa.uint32()) if place.rows is None else place.rows.take(rows))

    def piece(self, height: int) -> Piece:
        """What has been read."""
        parents = {path: (above, _series(rows)) for path, (above, rows) in self._parents.items()}
        heights = {path: len(rows) for path, (_, rows) in parents.items()} | {(): height}
        return Piece(
            {path: _frame(self._columns[path], self._texts[path], heights.get(path, 0)) for path in self._needs},
            parents,
            pl.concat([pl.Series([], dtype=pl.UInt32), *map(_series, self._doubts)]).unique().sort(),
        )

    def record(self, kind: Record, given: pa.StructArray, place: _Place) -> None:
        there = {field.name: number for number, field in enumerate(given.type)}
        inside = given.flatten()  # what stands in a group that is not there is not there
        for field in kind:
            inner = inside[there[field.name]] if field.name in there else None
            if field.required:
                lacking = (len(given) if inner is None else inner.null_count) - given.null_count
                self.doubt(place, lacking, lambda inner=inner: _lacking(given, inner))  # type: ignore[misc]
            if inner is not None and inner.null_count < len(inner):
                self._value(field.type, inner, place.below(field.name))
        if place.typed and self._edition.linked_at(place.typed) is not None:
            for name in (ROOT, "explanations"):
                if name in there:
                    embedded = inside[there[name]]
                    self.doubt(place, embedded.null_count < len(embedded), embedded.is_valid)

    def _value(self, kind: Type, given: pa.Array, place: _Place) -> None:
        match kind:
            case Record():
                self.record(kind, given, place)
            case Keyed():
                self._keep(place, lambda: pc.if_else(given.is_valid(), len(kind.keys), pa.scalar(None, pa.int64())))
                there = {field.name: number for number, field in enumerate(given.type)}
                inside = given.flatten()
                for key in kind.keys:
                    if key in there and inside[there[key]].null_count < len(given):
                        self.record(kind.records[key], inside[there[key]], place.below(key, key=True))
            case ListOf() | Series():
                self._list(kind.item, given, place)
            case Choices():
                self._choices(kind, given, place)
            case _:
                self._scalar(kind, given, place)

    def _list(self, item: Record, given: pa.Array, place: _Place) -> None:
        self._keep(place, lambda: pc.list_value_length(given).cast(pa.int64()))
        items, parents = given.flatten(), pc.list_parent_indices(given).cast(pa.uint32())
        below = place.of_items(parents)
        if below.path in self._needs:
            self._parents[below.path] = (place.path, parents)
        if len(items):
            self.doubt(below, items.null_count, items.is_null)
            self.record(item, items, below)

    def _choices(self, kind: Choices, given: pa.Array, place: _Place) -> None:
        items = _plain(given.flatten())
        below = place.of_items(pc.list_parent_indices(given))
        self.doubt(below, items.null_count, items.is_null)
        self._one_of(kind.options, items, below)
        self._keep(place, lambda: given)

    def _one_of(self, options: tuple[str, ...], given: pa.Array, place: _Place) -> None:
        said = set(given.unique().to_pylist()) - {None}
        self.doubt(place, said - set(options), lambda: pc.invert(pc.is_in(given, pa.array(options, given.type))))

    def _keep(self, place: _Place, values: Callable[[], pa.Array]) -> None:
        if self._needed(place):
            self._columns[place.path][place.column] = values()

    def _needed(self, place: _Place) -> bool:
        return place.column in self._needs.get(place.path, ())

    def _scalar(self, kind: Type, given: pa.Array, place: _Place) -> None:
        given = _plain(given)
        match kind:
            case YesNo():
                held = given
            case Choice():
                self._one_of(kind.options, given, place)
                held = given
            case Text():
                longest = pc.max(pc.binary_length(given)).as_py()
                too_long = longest is not None and longest > DEFAULT_LIMITS.text_length
                self.doubt(place, too_long, lambda: pc.greater(pc.binary_length(given), DEFAULT_LIMITS.text_length))
                if self._needed(place):
                    self._texts[place.path].append(place.column)
                held = given
            case Date():
                held = self._ordinals(given)
            case Number():
                held = _figures(given, kind)
            case _:
                raise TypeError(f"{kind} is no scalar")
        self.doubt(place, held.null_count - given.null_count, lambda: pc.and_(given.is_valid(), held.is_null()))
        self._keep(place, lambda: held)

    def _ordinals(self, given: pa.Array) -> pa.Array:
        """Ordinals; null for what is no day of the calendar."""
        if pa.types.is_date(given.type):
            days = pc.add_checked(given.cast(pa.date32()).cast(pa.int32()).cast(pa.int64()), EPOCH)
            return _within(days, 1, LAST).cast(pa.int32())
        texts = given.dictionary_encode()
        known = pa.array([self._days[text] for text in texts.dictionary.to_pylist()], pa.int32())
        return known.take(texts.indices)


def _lacking(given: pa.Array, inner: pa.Array | None) -> pa.Array:
    """The groups that are there without what they must have."""
    return given.is_valid() if inner is None else pc.and_(given.is_valid(), inner.is_null())


def _plain(given: pa.Array) -> pa.Array:
    """Values as they are, whether the file holds them as they are or by number."""
    return given.dictionary_decode() if pa.types.is_dictionary(given.type) else given


def _series(given: pa.Array) -> pl.Series:
    found = pl.from_arrow(given)
    assert isinstance(found, pl.Series)
    return found


def _frame(columns: dict[str, pa.Array], texts: Iterable[str], height: int) -> pl.DataFrame:
    """Arrow columns as a frame; texts with nothing in them become nothing."""
    height_alone = pa.nulls(height)
    frame = pl.from_arrow(pa.table([height_alone, *columns.values()], [HEIGHT, *columns]))
    assert isinstance(frame, pl.DataFrame)
    return frame.with_columns(pl.when(pl.col(name).str.strip_chars(_BLANK) != "").then(pl.col(name)) for name in texts)


def _within(values: pa.Array, least: int, most: int) -> pa.Array:
    """The values, without those that are less or more."""
    found = pc.min_max(values).as_py()
    if found["min"] is None or (found["min"] >= least and found["max"] <= most):
        return values
    return pc.if_else(pc.and_(pc.greater_equal(values, least), pc.less_equal(values, most)), values, None)


def _figures(values: pa.Array, kind: Number) -> pa.Array:
    """Figures as `encode` holds them; null for what is too fine, too large or no number."""
    scale = 1 if kind.whole else MILLIONTHS // 100 if kind.percent else MILLIONTHS
    if pa.types.is_integer(values.type):
        if pa.types.is_uint64(values.type):
            values = _within(values, 0, LARGEST)
        held = _within(values.cast(pa.int64()), -LARGEST, LARGEST)
        return held if scale == 1 else pc.multiply(held, scale)
    if pa.types.is_floating(values.type):
        # The decimal number that is written for a double: its nearest with so many decimals, if that reads back as it.
        doubles = values.cast(pa.float64())
        small = pc.if_else(pc.less_equal(pc.abs(doubles), LARGEST), doubles, None)
        parts = pc.round(pc.multiply(small, float(_FINEST)))
        held = pc.multiply(parts.cast(pa.int64()), scale // _FINEST)
        same = pc.equal(pc.divide(parts, float(_FINEST)), small)
        return held if pc.all(same).as_py() is not False else pc.if_else(same, held, None)
    if pa.types.is_decimal(values.type):
        return _series_of_decimals(values, scale)
    return pa.nulls(len(values), pa.int64())


def _series_of_decimals(values: pa.Array, scale: int) -> pa.Array:
    series = _series(values)
    given = series.to_physical().cast(pl.Int128)
    unit = 10**series.dtype.scale  # type: ignore[attr-defined]
    large = (given > LARGEST * unit) | (given < -LARGEST * unit)
    given = _none_where(given, large)
    if unit > _FINEST:
        given = _none_where(given, given % (unit // _FINEST) != 0) // (unit // _FINEST)
        unit = _FINEST
    exact: pl.Series = given * (scale // unit)
    return exact.cast(pl.Int64).to_arrow()


def _none_where(values: pl.Series, which: pl.Series) -> pl.Series:
    return pl.select(pl.when(~which).then(values)).to_series()
