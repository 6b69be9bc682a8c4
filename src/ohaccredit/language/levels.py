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
from itertools import accumulate
from typing import Literal

import numpy as np
import polars as pl

from ohaccredit.language.tables import HEIGHT, Table, TablePath, Tables
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


def _identity(expression: pl.Expr) -> object:
    """What is the same for expressions that say the same."""
    try:
        return expression.meta.serialize()
    except pl.exceptions.ComputeError:  # one with a Python function inside is the same as no other
        return object()


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
        self._kept: dict[tuple[Level, object], Cell] = {}
        self._carried: dict[tuple[str, Level, Level], Cell] = {}
        self._reduced: dict[tuple[str, Level, Reducer], Cell] = {}
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
            key = (cell.level, _identity(part))
            if key not in self._kept:
                name = self._name()
                self._rounds[cell.round].makes[cell.level].append(part.alias(name))
                self._kept[key] = Cell(cell.level, cell.round + 1, (pl.col(name),))
            parts.append(self._kept[key].only)
            ready = max(ready, self._kept[key].round)
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
        parts, ready = [], 0
        for part in kept.parts:
            name = part.meta.output_name()
            key = (name, level, how)
            if key not in self._reduced:
                new = self._name()
                self._rounds[kept.round].reduces[level, how].append((name, new))
                self._reduced[key] = Cell(level.parent, kept.round + 1, (pl.col(new),))
            parts.append(self._reduced[key].only)
            ready = max(ready, self._reduced[key].round)
        return Cell(level.parent, ready, tuple(parts))

    def _name(self) -> str:
        self._next += 1
        return f"#{self._next}"

    # ── Working it out ──

    def program(self, wanted: Sequence[tuple[str, Cell]]) -> Program:
        """What it takes to work out the wanted cells, which are of the submissions."""
        steps = [_Step(self._rounds[number]) for number in sorted(self._rounds)]
        last = {use: step for step in steps for use in step.uses()}
        for name in _columns_of(cell.only for _, cell in wanted):
            last.pop((self.root, name), None)
        for use, step in last.items():
            step.last_use_of.append(use)
        return Program(self, steps, wanted)

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


@dataclass(frozen=True, slots=True)
class Program:
    """A plan that is made, ready to be worked out over tables."""

    plan: Plan
    steps: Sequence[_Step]
    wanted: Sequence[tuple[str, Cell]]

    def run(self, tables: Tables) -> pl.DataFrame:
        """The wanted cells as columns."""
        if not self.wanted:
            return pl.DataFrame()
        state = _Run(self.plan, tables)
        for step in self.steps:
            state.step(step)
        root = state.rows[self.plan.root].frame(_columns_of(cell.only for _, cell in self.wanted))
        found = root.with_columns_seq(cell.only.alias(name) for name, cell in self.wanted)
        return found.select(name for name, _ in self.wanted)


class _Step:
    """A round as it is worked out, with the columns that each expression is made from."""

    def __init__(self, work: _Round) -> None:
        self.makes = [(level, makes, _columns_of(makes)) for level, makes in work.makes.items()]
        self.carries = list(work.carries.items())
        self.reduces = list(work.reduces.items())
        self.last_use_of: list[tuple[Level, str]] = []
        """The columns that no later round reads."""

    def uses(self) -> Iterable[tuple[Level, str]]:
        """The columns that this round reads."""
        for level, _, names in self.makes:
            yield from ((level, name) for name in names)
        for (upper, _), carried in self.carries:
            yield from ((upper, name) for name, _ in carried)
        for (level, _), reduced in self.reduces:
            yield from ((level, name) for name, _ in reduced)


def _columns_of(expressions: Iterable[pl.Expr]) -> list[str]:
    """The columns that expressions are made from."""
    return list(dict.fromkeys(name for each in expressions for name in each.meta.root_names()))


@dataclass
class _Rows:
    """The rows of a level while a plan is worked out."""

    columns: dict[str, pl.Series]
    """By name, and not as one frame: Polars goes through all columns of a frame, whichever are asked for."""
    height: int
    source: pl.Series | None = None
    """For each row, its row in the table that the level's list is; None if they are the same rows."""
    parent: pl.Series | None = None
    ends: pl.Series | None = None
    """For each row of the level above, the number of rows here up to and including its own; None if they are mixed."""
    above: dict[Level, pl.Series] = field(default_factory=dict)

    def frame(self, names: Iterable[str]) -> pl.DataFrame:
        """Some columns; at least one, because a frame knows its height by its columns."""
        found = [self.columns[name] for name in names]
        return pl.DataFrame(found or [pl.repeat(None, self.height, dtype=pl.Null, eager=True).alias(HEIGHT)])

    def renamed(self, names: Sequence[tuple[str, str]]) -> pl.DataFrame:
        """Some columns, by other names."""
        frame = self.frame(old for old, _ in names)
        frame.columns = [new for _, new in names]
        return frame

    def add(self, frame: pl.DataFrame) -> None:
        """Keep the columns of a frame."""
        self.columns.update({each.name: each for each in frame.get_columns()})


class _Run:
    def __init__(self, plan: Plan, tables: Tables) -> None:
        self._plan = plan
        self._tables = dict(tables)
        self._places: dict[TablePath, list[pl.Series]] = {}
        self.rows: dict[Level, _Rows] = {}
        for level in plan.levels:
            self.rows[level] = self._rows(level)

    def _rows(self, level: Level) -> _Rows:
        table = self._table(level.path)
        frame = _some(table.frame, sorted(self._plan.columns_read(level)))
        if level.parent is None:
            return _Rows(_by_name(frame), table.height)
        assert level.start is not None
        assert table.parent is not None
        above, start = self.rows[level.parent], self.rows[level.start]
        parent, source, ends = table.parent, None, None
        mixed = level.path[-1] == EVERY_KEY
        if level.parent is not level.start or start.source is not None:
            # The rows of the table are needed once for each row above that reaches them.
            origin = start.source
            if level.parent is not level.start:
                index = self._index(level.start, level.parent)
                origin = index if origin is None else origin.gather(index)
            assert origin is not None
            order = _order(parent) if mixed else None
            each = _ends(parent if order is None else parent.gather(order), self._table(level.start.path).height)
            before = each.shift(1, fill_value=0)
            parent, source = _ranges(before.gather(origin), (each - before).gather(origin))
            source = source if order is None else order.gather(source)
            frame, mixed = _gathered(frame, source), False
        if level.sorted_by:
            order = _order(parent, frame[level.sorted_by])
            frame, source = _gathered(frame, order), order if source is None else source.gather(order)
            parent, mixed = parent.gather(order), False
        if not mixed:
            ends = _ends(parent, above.height)
        return _Rows({PARENT: parent.alias(PARENT), **_by_name(frame)}, len(parent), source, parent, ends)

    def _table(self, path: TablePath) -> Table:
        if path not in self._tables:
            self._tables[path] = self._keys_alone(path) if path[-1] == EVERY_KEY else self._below_keys(path)
        return self._tables[path]

    def _columns(self, path: TablePath) -> list[str]:
        wanted = [self._plan.columns_read(level) for level in self._plan.levels if level.path == path]
        return sorted(set().union(*wanted))

    def _keys_alone(self, path: TablePath) -> Table:
        """Keyed evidence as one list: key after key, with one row for each row of the table above."""
        keys = self._plan.keyed_at(path).keys
        above, before = self._plan.table_above(path)
        held = self._table(above)
        place = _numbers(held.height * len(keys))
        self._places[path] = [place.slice(held.height * number, held.height) for number in range(len(keys))]
        columns = {"key": pl.Series(keys).gather(place // max(held.height, 1))}
        for name in self._columns(path):
            if name != "key":
                under = [held.frame.get_column(".".join((*before, key, name))) for key in keys]
                columns[name] = pl.concat(under, rechunk=True)
        return Table(pl.DataFrame(columns), place % max(held.height, 1))

    def _below_keys(self, path: TablePath) -> Table:
        """The lists that stand inside keyed evidence, as one list."""
        at = path.index(EVERY_KEY)
        tables = [self._tables[(*path[:at], key, *path[at + 1 :])] for key in self._plan.keyed_at(path).keys]
        above = next(level.start.path for level in self._plan.levels if level.path == path and level.start is not None)
        self._table(above)
        whole = pl.concat(
            _beside(place.gather(_parents(table)).alias(PARENT), _some(table.frame, self._columns(path)).get_columns())
            for place, table in zip(self._places[above], tables, strict=True)
        ).rechunk()
        place = _numbers(whole.height)
        ends = accumulate(table.height for table in tables)
        self._places[path] = [
            place.slice(end - each.height, each.height) for end, each in zip(ends, tables, strict=True)
        ]
        return Table(whole.drop(PARENT), whole[PARENT])

    def _index(self, upper: Level, lower: Level) -> pl.Series:
        """For each row of the lower level, its row of the upper one."""
        rows = self.rows[lower]
        if upper not in rows.above:
            assert lower.parent is not None
            assert rows.parent is not None
            index = rows.parent
            if lower.parent is not upper:
                index = self._index(upper, lower.parent).gather(index)
            rows.above[upper] = index
        return rows.above[upper]

    def step(self, work: _Step) -> None:
        """One round: everything in it rests on rounds before."""
        new: list[tuple[Level, pl.DataFrame]] = []
        for level, makes, names in work.makes:
            made = self.rows[level].frame(names).with_columns_seq(makes)
            new.append((level, made[:, len(names or (HEIGHT,)) :]))
        for (upper, lower), carried in work.carries:
            new.append((lower, _gathered(self.rows[upper].renamed(carried), self._index(upper, lower))))
        for (level, how), reduced in work.reduces:
            assert level.parent is not None
            new.append((level.parent, self._reduced(level, how, reduced)))
        for level, frame in new:
            self.rows[level].add(frame)
        for level, name in work.last_use_of:
            self.rows[level].columns.pop(name, None)

    def _reduced(self, level: Level, how: Reducer, names: Sequence[tuple[str, str]]) -> pl.DataFrame:
        assert level.parent is not None
        rows, height = self.rows[level], self.rows[level.parent].height
        assert rows.parent is not None
        if how == "total":
            truths = [(old, new) for old, new in names if rows.columns[old].dtype == pl.Boolean]
            figures = [pair for pair in names if pair not in truths]
            found = [*_counts(rows, truths, height)] if truths else []
            if figures:
                found += _sums(*_in_order(rows, figures, height)).get_columns()
            return pl.DataFrame(found)
        if how == "last":
            frame, ends = _in_order(rows, names, height)
            some = ends > ends.shift(1, fill_value=0)
            return _gathered(frame, (ends - 1).set(~some, None))
        pick = pl.Expr.min if how == "smallest" else pl.Expr.max
        frame = rows.renamed(names).with_columns(rows.parent.alias(PARENT))
        everyone = pl.DataFrame({PARENT: _numbers(height)})
        best = frame.group_by(PARENT).agg(pick(pl.all()))
        return everyone.join(best, on=PARENT, how="left", maintain_order="left").drop(PARENT)


def _counts(rows: _Rows, names: Sequence[tuple[str, str]], height: int) -> Iterable[pl.Series]:
    """How many items of each list are true."""
    assert rows.parent is not None
    parents = rows.parent.to_numpy().astype(np.intp)
    for old, new in names:
        held = rows.columns[old].fill_null(False).to_numpy()
        yield pl.Series(new, np.bincount(parents[held], minlength=height))


def _in_order(rows: _Rows, names: Sequence[tuple[str, str]], height: int) -> tuple[pl.DataFrame, pl.Series]:
    """Columns with the items of each list one after the other, and where each list ends."""
    assert rows.parent is not None
    frame = rows.renamed(names)
    if rows.ends is not None:
        return frame, rows.ends
    order = _order(rows.parent)
    return _gathered(frame, order), _ends(rows.parent.gather(order), height)


def _parents(table: Table) -> pl.Series:
    assert table.parent is not None
    return table.parent


def _beside(rows: pl.Series, columns: Iterable[pl.Series]) -> pl.DataFrame:
    """A frame with one more column, which says how many rows there are where it has no other."""
    return pl.DataFrame([rows, *columns])


def _gathered(frame: pl.DataFrame, rows: pl.Series) -> pl.DataFrame:
    """The rows of a frame by their numbers; nothing where there is no number."""
    if not frame.width:
        return frame
    return frame[rows] if rows.null_count() == 0 else frame.select_seq(pl.all().gather(rows))


def _some(frame: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    return pl.DataFrame([frame.get_column(name) for name in names])


def _by_name(frame: pl.DataFrame) -> dict[str, pl.Series]:
    return {each.name: each for each in frame.get_columns()}


def _numbers(height: int) -> pl.Series:
    return pl.int_range(height, dtype=pl.UInt32, eager=True)


def _order(*by: pl.Series) -> pl.Series:
    """The rows in the order of columns; those that are alike stay as they stand."""
    frame = pl.DataFrame([each.alias(str(number)) for number, each in enumerate(by)])
    return frame.select(pl.arg_sort_by(frame.columns, maintain_order=True)).to_series()


def _sums(frame: pl.DataFrame, ends: pl.Series) -> pl.DataFrame:
    """What the figures of each list come to; a null adds nothing."""
    if not frame.height:
        return pl.DataFrame([pl.repeat(0, len(ends), dtype=pl.Int64, eager=True).alias(name) for name in frame.columns])
    # Running sums, from nothing to everything: those of a list lie between two of them.
    sums = frame.select_seq(pl.all().fill_null(0).cum_sum())[(ends - 1).clip(lower_bound=0)]
    sums = sums.select_seq(pl.when(ends > 0).then(pl.all()).otherwise(0))
    return sums.select_seq(pl.all() - pl.all().shift(1, fill_value=0))


def _ends(parent: pl.Series, height: int) -> pl.Series:
    """For each row of the level above, how many items there are up to and including its own."""
    runs = parent.rle().struct.unnest()
    lengths = pl.repeat(0, height, dtype=pl.UInt32, eager=True)
    return lengths.scatter(runs["value"], runs["len"]).cum_sum().cast(pl.Int64)


def _ranges(first: pl.Series, lengths: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Runs of rows one after the other: for each row the run that it belongs to, and its number in the table."""
    runs = pl.DataFrame({"first": first, "length": lengths}).with_row_index("run").filter(pl.col("length") > 0)
    rows = runs.select("run", at=pl.int_ranges("first", pl.col("first") + pl.col("length"))).explode("at")
    return rows["run"].cast(pl.UInt32), rows["at"].cast(pl.UInt32)
