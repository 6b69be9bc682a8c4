"""Plans of expressions over tables: what is worked out on which list, and in which order.

A *level* is a set of rows that a condition is asked of: the submissions, or the items of a list within the rows of
the level above. A *cell* is an expression (or several that belong together) over one level. Where cells of two levels
meet, the upper one is *carried* down to the items; what is asked of items is *totalled* up to their rows. A plan puts
all this into rounds: a round uses only columns of rounds before it, so each level evaluates whatever it has in a round
in one go, as Polars likes it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import polars as pl

from ohaccredit.language.tables import Table, TablePath, Tables
from ohaccredit.language.types import Keyed, Record

EVERY_KEY = "*"
"""Stands in a table's path for all keys of keyed evidence, which are read as one list."""
PARENT = "#parent"
"""The column with the row of the level above that an item belongs to."""
Reducer = Literal["total", "smallest", "largest", "last"]


class NotAnExpression(Exception):
    """Says why a rule is decided row by row."""


@dataclass(eq=False)
class Level:
    """The items of a list, within the rows of the level above; of the submissions, `parent` is None."""

    number: int
    parent: Level | None
    start: Level | None
    """The level on whose rows the list stands: the parent, or one above it where a rule looks back outwards."""
    path: TablePath
    record: Record
    keyed: Keyed | None = None
    sorted_by: str = ""
    depth: int = 0

    def above(self) -> Iterable[Level]:
        """This level and those above it, upwards."""
        level: Level | None = self
        while level is not None:
            yield level
            level = level.parent


@dataclass(frozen=True, slots=True)
class Cell:
    """Expressions over one level, ready in a round; constants belong to every level."""

    level: Level
    round: int
    parts: tuple[pl.Expr, ...]
    constant: bool = False

    @property
    def only(self) -> pl.Expr:
        """The one expression of a cell that has one."""
        (part,) = self.parts
        return part

    def of(self, *parts: pl.Expr) -> Cell:
        """Other expressions over the same columns."""
        return Cell(self.level, self.round, tuple(map(_folded, parts)) if self.constant else parts, self.constant)


def _folded(constant: pl.Expr) -> pl.Expr:
    """What an expression without columns comes to: Polars stretches a literal over all rows, but nothing made of it."""
    value = pl.select(constant).to_series()
    return pl.lit(value.item(), dtype=value.dtype)


@dataclass
class _Round:
    makes: dict[Level, list[pl.Expr]] = field(default_factory=lambda: defaultdict(list))
    carries: dict[tuple[Level, Level], list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))
    reduces: dict[tuple[Level, Reducer], list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))


class Plan:
    """Collects what is to be worked out, and works it out over tables."""

    def __init__(self, record: Record) -> None:
        self.root = Level(0, None, None, (), record)
        self.levels = [self.root]
        self.needs: dict[TablePath, set[str]] = defaultdict(set)
        self.needs[()] = set()
        self._rounds: dict[int, _Round] = defaultdict(_Round)
        self._lists: dict[tuple[object, ...], Level] = {}
        self._read: dict[Level, set[str]] = defaultdict(set)
        self._carried: dict[tuple[str, Level, Level], Cell] = {}
        self._next = 0

    # ── Levels ──

    def items(self, parent: Level, start: Level, names: tuple[str, ...], record: Record, keyed: Keyed | None) -> Level:
        """The level of a list's items."""
        path = (*start.path, *names)
        if keyed is not None:
            path = (*path, EVERY_KEY)
        if path.count(EVERY_KEY) > 1:
            raise NotAnExpression("keyed evidence inside keyed evidence is read as a list")
        return self._level((parent, start, path), parent, start, path, record, keyed)

    def in_order(self, level: Level, by: str) -> Level:
        """The same items, in the order of a field within each list."""
        assert level.parent is not None
        assert level.start is not None
        self.read(level, by)
        return self._level((level, by), level.parent, level.start, level.path, level.record, level.keyed, by)

    def _level(
        self,
        key: tuple[object, ...],
        parent: Level,
        start: Level,
        path: TablePath,
        record: Record,
        keyed: Keyed | None,
        by: str = "",
    ) -> Level:
        if key not in self._lists:
            level = Level(len(self.levels), parent, start, path, record, keyed, by, parent.depth + 1)
            self.levels.append(level)
            self._lists[key] = level
            if keyed is None:
                self._need(path, set())
            if by:
                self.read(level, by)
        return self._lists[key]

    # ── Cells ──

    def read(self, level: Level, name: str) -> Cell:
        """A column of the evidence."""
        self._read[level].add(name)
        if not (level.keyed is not None and name == "key"):
            self._need(level.path, {name})
        return Cell(level, 0, (pl.col(name),))

    def _need(self, path: TablePath, names: set[str]) -> None:
        if EVERY_KEY not in path:
            self.needs[path] |= names
            return
        at = path.index(EVERY_KEY)
        for key in self.keyed_at(path).keys:
            if at == len(path) - 1:  # the keyed evidence itself: columns of the table that it stands in
                above, before = self.table_above(path)
                self.needs[above] |= {".".join((*before, key, name)) for name in names}
            else:
                self.needs[(*path[:at], key, *path[at + 1 :])] |= names

    def constant(self, *values: pl.Expr) -> Cell:
        """What is the same for every row."""
        return Cell(self.root, 0, values, True)

    def together(self, cells: Sequence[Cell], level: Level | None = None) -> tuple[Cell, list[tuple[pl.Expr, ...]]]:
        """Cells brought to one level, their innermost unless it is given: a cell to build upon, and their parts."""
        inner = level or max(
            (cell.level for cell in cells if not cell.constant), key=lambda each: each.depth, default=self.root
        )
        moved = [cell if cell.constant or cell.level is inner else self.carry(cell, inner) for cell in cells]
        round_ = max((cell.round for cell in moved), default=0)
        alike = level is None and all(cell.constant for cell in cells)
        return Cell(inner, round_, (), alike), [cell.parts for cell in moved]

    def merge(self, of: Callable[..., pl.Expr], *cells: Cell) -> Cell:
        """An expression of several cells that have one part each."""
        base, parts = self.together(cells)
        return base.of(of(*(part for (part,) in parts)))

    def keep(self, cell: Cell) -> Cell:
        """The cell as columns, worked out once: what is used more than once is kept first, or it would be repeated."""
        if cell.constant:
            return cell
        parts, ready = [], cell.round
        for part in cell.parts:
            if part.meta.is_column():
                parts.append(part)
                continue
            name = self._name()
            self._rounds[cell.round].makes[cell.level].append(part.alias(name))
            parts.append(pl.col(name))
            ready = cell.round + 1
        return Cell(cell.level, ready, tuple(parts))

    def carry(self, cell: Cell, level: Level) -> Cell:
        """A cell of a level above, for the items of a level below."""
        cell = self.keep(cell)
        parts, ready = [], 0
        for part in cell.parts:
            name = part.meta.output_name()
            key = (name, cell.level, level)
            if key not in self._carried:
                new = self._name()
                self._rounds[cell.round].carries[cell.level, level].append((name, new))
                self._carried[key] = Cell(level, cell.round + 1, (pl.col(new),))
            found = self._carried[key]
            parts.append(found.only)
            ready = max(ready, found.round)
        return Cell(level, ready, tuple(parts))

    def total(self, cell: Cell, how: Reducer = "total") -> Cell:
        """The sum over the items of each list (or the smallest, the largest, the last); a null adds nothing.

        Where there are no items the sum is 0 and the others are null.
        """
        level = cell.level
        assert level.parent is not None
        kept = self.keep(cell)
        parts = []
        for part in kept.parts:
            new = self._name()
            self._rounds[kept.round].reduces[level, how].append((part.meta.output_name(), new))
            parts.append(pl.col(new))
        return Cell(level.parent, kept.round + 1, tuple(parts))

    def _name(self) -> str:
        self._next += 1
        return f"#{self._next}"

    # ── Working it out ──

    def run(self, tables: Tables, wanted: Sequence[tuple[str, Cell]]) -> pl.DataFrame:
        """The wanted cells, which are of the submissions, as columns."""
        state = _Run(self, tables)
        for number in sorted(self._rounds):
            state.round(self._rounds[number])
        chosen = [cell.only.alias(name) for name, cell in wanted]
        return state.frames[self.root].frame.select(chosen) if chosen else pl.DataFrame()

    def columns_read(self, level: Level) -> set[str]:
        """The columns of the evidence that are read on a level."""
        return self._read[level]

    def table_above(self, path: TablePath) -> tuple[TablePath, tuple[str, ...]]:
        """The table that keyed evidence stands in, and the names that lead to it there."""
        at = path.index(EVERY_KEY)
        level = next(level for level in self.levels if level.path == path[: at + 1])
        assert level.start is not None
        above = level.start.path
        return above, path[len(above) : at]

    def keyed_at(self, path: TablePath) -> Keyed:
        """The keyed evidence whose keys a path takes together."""
        at = path.index(EVERY_KEY)
        keyed = next(level.keyed for level in self.levels if level.path == path[: at + 1])
        assert keyed is not None
        return keyed


@dataclass
class _Rows:
    """The rows of a level while a plan is worked out."""

    frame: pl.DataFrame
    source: pl.Series | None = None
    """For each row, its row in the table that the level's list is; None if they are the same rows."""
    parent: pl.Series | None = None
    ends: pl.Series | None = None
    """For each row of the level above, the number of rows here up to and including its own."""
    above: dict[Level, pl.Series] = field(default_factory=dict)


class _Run:
    def __init__(self, plan: Plan, tables: Tables) -> None:
        self._plan = plan
        self._tables = dict(tables)
        self._places: dict[TablePath, list[pl.Series]] = {}
        self.frames: dict[Level, _Rows] = {}
        for level in plan.levels:
            self.frames[level] = self._rows(level)

    def _rows(self, level: Level) -> _Rows:
        if level.parent is None:
            return _Rows(self._tables[()].frame)
        assert level.start is not None
        table = self._table(level.path)
        assert table.parent is not None
        frame = table.frame.select(sorted(self._plan.columns_read(level)))
        above, start = self.frames[level.parent], self.frames[level.start]
        parent, source = table.parent, None
        if level.parent is level.start and start.source is None:
            lengths = _lengths(parent, above.frame.height)
        else:  # the rows of the table are needed once for each row above that reaches them
            origin = start.source
            if level.parent is not level.start:
                index = self._index(level.start, level.parent)
                origin = index if origin is None else origin.gather(index)
            assert origin is not None
            each = _lengths(parent, self._height(level.start.path))
            lengths = each.gather(origin)
            parent, source = _ranges((each.cum_sum() - each).gather(origin), lengths)
            frame = _gathered(frame, source)
        if level.sorted_by:
            order = _order(parent, frame[level.sorted_by])
            frame, source = _gathered(frame, order), order if source is None else source.gather(order)
        return _Rows(_beside(parent.alias(PARENT), frame), source, parent, lengths.cum_sum())

    def _height(self, path: TablePath) -> int:
        return self._table(path).height

    def _table(self, path: TablePath) -> Table:
        if path not in self._tables:
            self._tables[path] = self._keys_alone(path) if path[-1] == EVERY_KEY else self._below_keys(path)
        return self._tables[path]

    def _columns(self, path: TablePath) -> list[str]:
        wanted = [self._plan.columns_read(level) for level in self._plan.levels if level.path == path]
        return sorted(set().union(*wanted))

    def _keys_alone(self, path: TablePath) -> Table:
        """Keyed evidence as one list: for each row of the table above, one row for each key."""
        keys = self._plan.keyed_at(path).keys
        above, before = self._plan.table_above(path)
        held = self._table(above)
        rows = pl.Series(PARENT, range(held.height), dtype=pl.UInt32)
        self._places[path] = [rows * len(keys) + number for number in range(len(keys))]
        names = [name for name in self._columns(path) if name != "key"]
        whole = pl.concat(
            _beside(
                rows, held.frame.select(pl.col(".".join((*before, key, name))).alias(name) for name in names)
            ).with_columns(pl.lit(key).alias("key"))
            for key in keys
        )
        order = _order(whole[PARENT])
        return Table(_gathered(whole, order).drop(PARENT), whole[PARENT].gather(order))

    def _below_keys(self, path: TablePath) -> Table:
        """The lists that stand inside keyed evidence, as one list."""
        at = path.index(EVERY_KEY)
        tables = [self._tables[(*path[:at], key, *path[at + 1 :])] for key in self._plan.keyed_at(path).keys]
        above = next(level.start.path for level in self._plan.levels if level.path == path and level.start is not None)
        self._table(above)
        whole = pl.concat(
            _beside(place.gather(_parents(table)).alias(PARENT), table.frame.select(self._columns(path)))
            for place, table in zip(self._places[above], tables, strict=True)
        )
        order = _order(whole[PARENT])
        back = _order(order)
        heights = [table.height for table in tables]
        self._places[path] = [back.slice(sum(heights[:number]), size) for number, size in enumerate(heights)]
        return Table(_gathered(whole, order).drop(PARENT), whole[PARENT].gather(order))

    def _index(self, upper: Level, lower: Level) -> pl.Series:
        """For each row of the lower level, its row of the upper one."""
        rows = self.frames[lower]
        if upper not in rows.above:
            assert lower.parent is not None
            assert rows.parent is not None
            index = rows.parent
            if lower.parent is not upper:
                index = self._index(upper, lower.parent).gather(index)
            rows.above[upper] = index
        return rows.above[upper]

    def round(self, work: _Round) -> None:
        """One round: everything in it rests on rounds before."""
        new: dict[Level, list[pl.DataFrame]] = defaultdict(list)
        for level, makes in work.makes.items():
            names = [make.meta.output_name() for make in makes]
            new[level].append(self.frames[level].frame.with_columns(makes).select(names))
        for (upper, lower), carried in work.carries.items():
            chosen = self.frames[upper].frame.select(pl.col(old).alias(name) for old, name in carried)
            new[lower].append(_gathered(chosen, self._index(upper, lower)))
        for (level, how), reduced in work.reduces.items():
            assert level.parent is not None
            new[level.parent].append(self._reduced(level, how, reduced))
        for level, frames in new.items():
            self.frames[level].frame = pl.concat([self.frames[level].frame, *frames], how="horizontal")

    def _reduced(self, level: Level, how: Reducer, names: Sequence[tuple[str, str]]) -> pl.DataFrame:
        rows = self.frames[level]
        assert rows.ends is not None
        assert rows.parent is not None
        before = rows.ends.shift(1, fill_value=0)
        if how == "total":
            # Running sums, from nothing to everything: those of a list lie between two of them.
            sums = rows.frame.select(_running(pl.col(old), rows.frame.schema[old]).alias(new) for old, new in names)
            sums = pl.concat([pl.DataFrame({name: [0] for name in sums.columns}, schema=sums.schema), sums])
            return _gathered(sums, rows.ends) - _gathered(sums, before)
        frame = rows.frame.select(pl.col(old).alias(new) for old, new in names)
        if how == "last":
            ends = pl.DataFrame({"e": rows.ends, "b": before})
            return _gathered(frame, ends.select(pl.when(pl.col("e") > pl.col("b")).then(pl.col("e") - 1)).to_series())
        pick = pl.Expr.min if how == "smallest" else pl.Expr.max
        found = frame.with_columns(rows.parent.alias(PARENT)).group_by(PARENT).agg(pick(pl.all()))
        everyone = pl.DataFrame({PARENT: pl.Series(range(len(rows.ends)), dtype=pl.UInt32)})
        return everyone.join(found, on=PARENT, how="left", maintain_order="left").drop(PARENT)


def _parents(table: Table) -> pl.Series:
    assert table.parent is not None
    return table.parent


def _beside(rows: pl.Series, frame: pl.DataFrame) -> pl.DataFrame:
    """A frame with one more column, which says how many rows there are where it has no other."""
    return pl.DataFrame([rows, *frame.get_columns()])


def _gathered(frame: pl.DataFrame, rows: pl.Series) -> pl.DataFrame:
    return frame.select(pl.all().gather(rows))


def _order(*by: pl.Series) -> pl.Series:
    """The rows in the order of columns; those that are alike stay as they stand."""
    frame = pl.DataFrame([each.alias(str(number)) for number, each in enumerate(by)])
    return frame.select(pl.arg_sort_by(frame.columns, maintain_order=True)).to_series()


def _running(column: pl.Expr, kind: pl.DataType) -> pl.Expr:
    return (column.cast(pl.Int64) if kind == pl.Boolean else column).fill_null(0).cum_sum()


def _lengths(parent: pl.Series, height: int) -> pl.Series:
    """How many items each row of the level above has."""
    counted = parent.value_counts(name="n").rename({parent.name: PARENT})
    everyone = pl.DataFrame({PARENT: pl.Series(range(height), dtype=pl.UInt32)})
    return everyone.join(counted, on=PARENT, how="left", maintain_order="left")["n"].fill_null(0).cast(pl.Int64)


def _ranges(first: pl.Series, lengths: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Runs of rows one after the other: for each row the run that it belongs to, and its number in the table."""
    runs = pl.DataFrame({"first": first, "length": lengths}).with_row_index("run").filter(pl.col("length") > 0)
    rows = runs.select("run", at=pl.int_ranges("first", pl.col("first") + pl.col("length"))).explode("at")
    return rows["run"].cast(pl.UInt32), rows["at"].cast(pl.UInt32)
