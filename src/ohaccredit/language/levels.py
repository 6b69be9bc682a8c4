"""Plans of expressions over tables: what is worked out on which list, and in which order.

A *level* is a set of rows that a condition is asked of: the submissions, or the items of a list within the rows of
the level above. A *cell* is an expression (or several that belong together) over one level. Where cells of two levels
meet, the upper one is *carried* down to the items; what is asked of items is *totalled* up to their rows. A plan puts
all this into rounds: a round uses only columns of rounds before it, so each level evaluates whatever it has in a round
in one go, as Polars likes it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import polars as pl

from ohaccredit.language.tables import Table, TablePath, Tables
from ohaccredit.language.types import Keyed, Record

EVERY_KEY = "*"
"""Stands in a table's path for all keys of keyed evidence, which are read as one list."""
Reducer = Literal["total", "smallest", "largest"]


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
        return Cell(self.level, self.round, parts, self.constant)


@dataclass
class _Round:
    makes: dict[Level, list[pl.Expr]] = field(default_factory=lambda: defaultdict(list))
    carries: dict[tuple[Level, Level], list[str]] = field(default_factory=lambda: defaultdict(list))
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
        self._named: dict[int, str] = {}
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
        keyed = next(level.keyed for level in self.levels if level.path == path[: at + 1])
        assert keyed is not None
        for key in keyed.keys:
            if at == len(path) - 1:  # the keyed evidence itself: columns of the table that it stands in
                above, before = self._table_above(path)
                self.needs[above] |= {".".join((*before, key, name)) for name in names}
            else:
                self.needs[(*path[:at], key, *path[at + 1 :])] |= names

    def _table_above(self, path: TablePath) -> tuple[TablePath, tuple[str, ...]]:
        """The table that keyed evidence stands in, and the names that lead to it there."""
        at = path.index(EVERY_KEY)
        level = next(level for level in self.levels if level.path == path[: at + 1])
        assert level.start is not None
        above = level.start.path
        return above, path[len(above) : at]

    def constant(self, *values: pl.Expr) -> Cell:
        """What is the same for every row."""
        return Cell(self.root, 0, values, True)

    def together(self, cells: Sequence[Cell]) -> tuple[Cell, list[tuple[pl.Expr, ...]]]:
        """Cells brought to the innermost of their levels: a cell to build upon, and the parts of each."""
        inner = max((cell.level for cell in cells if not cell.constant), key=lambda each: each.depth, default=self.root)
        moved = [cell if cell.constant or cell.level is inner else self.carry(cell, inner) for cell in cells]
        round_ = max((cell.round for cell in moved), default=0)
        return Cell(inner, round_, (), all(cell.constant for cell in cells)), [cell.parts for cell in moved]

    def keep(self, cell: Cell) -> Cell:
        """The cell as columns, worked out once."""
        if cell.constant:
            return cell
        names = []
        for part in cell.parts:
            name = self._name()
            self._rounds[cell.round].makes[cell.level].append(part.alias(name))
            names.append(name)
        return Cell(cell.level, cell.round + 1, tuple(map(pl.col, names)))

    def carry(self, cell: Cell, level: Level) -> Cell:
        """A cell of a level above, for the items of a level below."""
        if cell.constant:
            return cell
        if any(not part.meta.is_column() for part in cell.parts):
            cell = self.keep(cell)
        parts, ready = [], 0
        for part in cell.parts:
            name = part.meta.output_name()
            key = (name, cell.level, level)
            if key not in self._carried:
                new = self._name()
                self._rounds[cell.round].carries[cell.level, level].append(name)
                self._rounds[cell.round].carries[cell.level, level].append(new)
                self._carried[key] = Cell(level, cell.round + 1, (pl.col(new),))
            found = self._carried[key]
            parts.append(found.only)
            ready = max(ready, found.round)
        return Cell(level, ready, tuple(parts))

    def total(self, cell: Cell, level: Level, how: Reducer = "total") -> Cell:
        """The sum (or the smallest, the largest) over the items of each list; a null adds nothing."""
        assert level.parent is not None
        if cell.constant or cell.level is not level:
            cell = self.spread(cell, level)
        kept = self.keep(cell)
        parts = []
        for part in kept.parts:
            new = self._name()
            self._rounds[kept.round].reduces[level, how].append((part.meta.output_name(), new))
            parts.append(pl.col(new))
        return Cell(level.parent, kept.round + 1, tuple(parts))

    def spread(self, cell: Cell, level: Level) -> Cell:
        """A cell of a level above, or a constant, for every item."""
        if not cell.constant:
            return self.carry(cell, level)
        return Cell(level, 0, cell.parts)

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


@dataclass
class _Rows:
    """The rows of a level while a plan is worked out."""

    frame: pl.DataFrame
    source: pl.Series | None
    """For each row, its row in the table that the level's list is; None if they are the same rows."""
    parent: pl.Series | None
    ends: pl.Series | None
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
        names = sorted(self._plan.columns_read(level))
        if level.parent is None:
            return _Rows(self._tables[()].frame, None, None, None)
        table = self._table(level.path)
        frame = table.frame.select(names) if names else table.frame.select([])
        above, start = self.frames[level.parent], level.start
        assert start is not None
        assert table.parent is not None
        started = self.frames[start]
        if level.parent is start and started.source is None:
            source, parent = None, table.parent
            lengths = _lengths(parent, above.frame.height)
        else:
            origin = started.source
            if level.parent is not start:
                index = self._index(start, level.parent)
                origin = index if origin is None else origin.gather(index)
            assert origin is not None
            height = max(self._table(start.path).height if start.parent is not None else started.frame.height, 1)
            each = _lengths(table.parent, height)
            first = each.cum_sum() - each
            lengths = each.gather(origin)
            parent, source = _ranges(first.gather(origin), lengths)
            frame = frame[source] if names else frame
        if level.sorted_by:
            by = frame[level.sorted_by]
            order = pl.DataFrame({"p": parent, "b": by}).select(pl.arg_sort_by("p", "b", maintain_order=True))
            rows = order.to_series()
            frame = frame[rows]
            source = rows if source is None else source.gather(rows)
        if not names:
            frame = pl.DataFrame({"": pl.Series(parent)})
        return _Rows(frame, source, parent, lengths.cum_sum())

    def _table(self, path: TablePath) -> Table:
        if path not in self._tables:
            self._tables[path] = self._of_all_keys(path)
        return self._tables[path]

    def _of_all_keys(self, path: TablePath) -> Table:
        """Keyed evidence as one list, or a list that stands inside keyed evidence."""
        at = path.index(EVERY_KEY)
        keyed = next(level for level in self._plan.levels if level.path == path[: at + 1]).keyed
        assert keyed is not None
        wanted: set[str] = set().union(
            *(self._plan.columns_read(level) for level in self._plan.levels if level.path == path)
        )
        names = sorted(wanted - {"key"}) if at == len(path) - 1 else sorted(wanted)
        size = len(keyed.keys)
        if at == len(path) - 1:
            above, before = self._plan._table_above(path)
            held = self._table(above) if above else self._tables[()]
            rows = pl.Series(range(held.height), dtype=pl.UInt32)
            parts = []
            for number, key in enumerate(keyed.keys):
                columns = [pl.col(".".join((*before, key, name))).alias(name) for name in names]
                label = pl.lit(key).alias("key")
                part = held.frame.select(*columns).with_columns(label) if names else pl.DataFrame({"key": [key]}).join(
                    pl.DataFrame({"": rows}), how="cross"
                ).drop("")
                parts.append(part.with_columns((rows * size + number).alias("#at")))
            whole = pl.concat(parts)
            order = whole.select(pl.arg_sort_by("#at")).to_series()
            self._places[path] = [rows * size + number for number in range(size)]
            return Table(whole[order].drop("#at"), whole["#at"][order] // size)
        tables = [self._tables[(*path[:at], key, *path[at + 1 :])] for key in keyed.keys]
        above = next(level.start for level in self._plan.levels if level.path == path and level.start).path
        places = self._places[above] if above in self._places else self._table(above) and self._places[above]
        parents = [place.gather(table.parent) for place, table in zip(places, tables, strict=True) if table.parent is not None]
        parent = pl.concat(parents)
        order = parent.arg_sort(maintain_order=True) if hasattr(parent, "arg_sort") else parent
        order = pl.DataFrame({"p": parent}).select(pl.arg_sort_by("p", maintain_order=True)).to_series()
        frame = pl.concat([table.frame.select(names) for table in tables]) if names else pl.DataFrame({"": parent})
        back = pl.DataFrame({"o": order}).select(pl.arg_sort_by("o")).to_series()
        self._places[path] = []
        start = 0
        for each in parents:
            self._places[path].append(back.slice(start, len(each)))
            start += len(each)
        return Table(frame[order], parent.gather(order))

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
            made = self.frames[level].frame.select(pl.lit(0).alias("#height") if False else pl.col(self.frames[level].frame.columns[0]).is_null().alias("#0"), *makes)
            new[level].append(made.drop("#0"))
        for (upper, lower), names in work.carries.items():
            chosen = self.frames[upper].frame.select(
                pl.col(old).alias(name) for old, name in zip(names[::2], names[1::2], strict=True)
            )
            new[lower].append(chosen[self._index(upper, lower)])
        for (level, how), names_ in work.reduces.items():
            assert level.parent is not None
            new[level.parent].append(self._reduced(level, how, names_))
        for level, frames in new.items():
            self.frames[level].frame = pl.concat([self.frames[level].frame, *frames], how="horizontal")

    def _reduced(self, level: Level, how: Reducer, names: Sequence[tuple[str, str]]) -> pl.DataFrame:
        rows = self.frames[level]
        assert rows.ends is not None
        assert rows.parent is not None
        assert level.parent is not None
        if how == "total":
            ends = rows.ends
            sums = rows.frame.select(_running(pl.col(old), rows.frame.schema[old]).alias(new) for old, new in names)
            zero = sums.clear(1).select(pl.all().fill_null(0)) if sums.height == 0 else sums.head(1) * 0
            sums = pl.concat([zero, sums])
            upto = sums[ends]
            before = sums[ends.shift(1).fill_null(0)]
            return upto - before if upto.width else upto
        pick = pl.Expr.min if how == "smallest" else pl.Expr.max
        found = (
            rows.frame.select(pl.col(old).alias(new) for old, new in names)
            .with_columns(rows.parent.alias("#p"))
            .group_by("#p")
            .agg(pick(pl.col(new)) for _, new in names)
        )
        height = self.frames[level.parent].frame.height
        everyone = pl.DataFrame({"#p": pl.Series(range(height), dtype=pl.UInt32)})
        return everyone.join(found, on="#p", how="left", maintain_order="left").drop("#p")


def _running(column: pl.Expr, kind: pl.DataType) -> pl.Expr:
    if kind == pl.Boolean:
        column = column.cast(pl.Int64)
    return column.fill_null(0).cum_sum()


def _lengths(parent: pl.Series, height: int) -> pl.Series:
    """How many items each row of the level above has."""
    counted = pl.DataFrame({"p": parent}).group_by("p").len()
    everyone = pl.DataFrame({"p": pl.Series(range(height), dtype=pl.UInt32)})
    return everyone.join(counted, on="p", how="left", maintain_order="left")["len"].fill_null(0).cast(pl.Int64)


def _ranges(first: pl.Series, lengths: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Runs of rows one after the other: for each the run that it belongs to, and its number in the table."""
    frame = pl.DataFrame({"first": first, "length": lengths}).with_row_index("run")
    whole = frame.filter(pl.col("length") > 0).select(
        "run", at=pl.int_ranges("first", pl.col("first") + pl.col("length"))
    ).explode("at")
    return whole["run"].cast(pl.UInt32), whole["at"].cast(pl.UInt32)
