"""What counts, over columns: the steps of `prepare` that can change an outcome, for many submissions at once.

An item that does not count keeps only what says what it is; impossible figures and counts below the floor for small
groups are left out, and so is a count that leaves too few people outside it. Flags are not made: a population is
decided here, not talked about.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from ohaccredit.assessment.prepare import Assurance, floors_of
from ohaccredit.language.numbers import MILLIONTHS
from ohaccredit.language.tables import Needs, Table, TablePath, Tables, field_at, item_record
from ohaccredit.language.types import Field, Keyed, ListOf, Number, Series
from ohaccredit.standards.edition import Edition
from ohaccredit.standards.evidence import EvidenceType

STATUS = "status"


@dataclass(frozen=True, slots=True)
class _Item:
    """Where the items of one kind of evidence stand: the table, and what their columns' names begin with there."""

    kind: EvidenceType
    path: TablePath
    prefix: str

    def own(self, column: str) -> str:
        """A column's name as the item has it."""
        return column[len(self.prefix) :]


class Preparation:
    """The preparation of a population's evidence for one edition, date and assurance."""

    def __init__(self, edition: Edition, on: date, assurance: Assurance, needs: Needs) -> None:
        self._edition = edition
        self._assurance = assurance
        self._floors = floors_of(edition, on)
        wanted = {path: set(names) for path, names in needs.items()}
        self._items: dict[TablePath, list[_Item]] = {}
        for item in self._find(wanted):
            self._items.setdefault(item.path, []).append(item)
            if self._has_status(item):
                wanted[item.path].add(item.prefix + STATUS)
            for part, whole in reversed(self._complements(item)):
                if item.prefix + part in wanted[item.path]:
                    wanted[item.path].add(item.prefix + whole)
        self.needs: Needs = {path: frozenset(names) for path, names in wanted.items()}
        """What the rules read, and what it takes to tell whether that counts."""
        self._steps = {path: list(self._steps_of(path)) for path in self.needs}

    def _find(self, wanted: Mapping[TablePath, set[str]]) -> Iterator[_Item]:
        """The items that have a column among those wanted, or a list below them."""
        named = {name.split(".")[0] for name in wanted.get((), ())} | {path[0] for path in wanted if path}
        for name, kind in self._edition.evidence.items():
            if name not in named:
                continue
            if isinstance(kind.type, (ListOf, Series)):
                if (name,) in wanted:
                    yield _Item(kind, (name,), "")
            elif isinstance(kind.type, Keyed) and kind.collects == "one_per_key":
                yield from (_Item(kind, (), f"{name}.{key}.") for key in kind.type.keys)
            else:
                yield _Item(kind, (), f"{name}.")

    def _has_status(self, item: _Item) -> bool:
        record = item_record(self._edition.record, item.path)
        try:
            field_at(record, item.prefix + STATUS)
        except KeyError:
            return False
        return True

    def _complements(self, item: _Item) -> list[tuple[str, str]]:
        """The pairs of part and whole of which the part is refused if it leaves too few outside."""
        record = item_record(self._edition.record, item.path)
        found = []
        for part, whole in item.kind.checks.part_of_whole:
            try:
                each, other = field_at(record, item.prefix + part), field_at(record, item.prefix + whole)
            except (KeyError, AssertionError):  # through a list: such parts are only flagged
                continue
            small = "." not in part and each.small_cell == "characteristics"
            if small and self._floors.get(each.small_cell, 0) and isinstance(other.type, Number):
                found.append((part, whole))
        return found

    def apply(self, tables: Tables) -> dict[TablePath, Table]:
        """The evidence as it counts."""
        found = {}
        for path, table in tables.items():
            frame = table.frame
            for step in self._steps[path]:
                frame = frame.with_columns(step)
            found[path] = Table(frame, table.parent)
        return found

    def _steps_of(self, path: TablePath) -> Iterator[list[pl.Expr]]:
        """What is left out of the columns of a table: what does not count, then part by part what tells too much."""
        record, names = item_record(self._edition.record, path), sorted(self.needs[path])
        items = self._items.get(path, ())
        counts = {item.prefix: self._counts(item) for item in items}
        changed = []
        for name in names:
            begins = next((item for item in items if name.startswith(item.prefix)), None)
            tests = self._possible(pl.col(name), field_at(record, name))
            if begins is not None and not _says_what_it_is(begins, name):
                tests += counts[begins.prefix]
            if tests:
                changed.append(pl.when(pl.all_horizontal(tests)).then(pl.col(name)).alias(name))
        yield changed
        for item in items:
            for part, whole in self._complements(item):
                first, second = item.prefix + part, item.prefix + whole
                if first in names:
                    rest = pl.col(second) - pl.col(first)
                    refused = ((rest > 0) & (rest < self._floors["characteristics"])).fill_null(False)
                    yield [pl.when(~refused).then(pl.col(first)).alias(first)]

    def _counts(self, item: _Item) -> list[pl.Expr]:
        """What an item must fulfil to count at this level of assurance."""
        if not self._has_status(item):
            return [] if self._assurance == "declared" else [pl.lit(False)]
        status = pl.col(item.prefix + STATUS).fill_null("declared")
        return [status == "accepted" if self._assurance == "verified" else status != "rejected"]

    def _possible(self, column: pl.Expr, field: Field) -> list[pl.Expr]:
        """What a figure must fulfil to count, beside being handed in."""
        kind = field.type
        if not isinstance(kind, Number):
            return []
        scale = 1 if kind.whole else MILLIONTHS // 100 if kind.percent else MILLIONTHS
        tests = []
        if kind.minimum is not None:
            tests.append(column >= kind.minimum * scale)
        if kind.maximum is not None:
            tests.append(column <= kind.maximum * scale)
        floor = self._floors.get(field.small_cell, 0)
        if field.small_cell and field.small_cell != "other" and floor:
            tests.append((column <= 0) | (column >= floor))
        return tests


def _says_what_it_is(item: _Item, name: str) -> bool:
    return item.own(name).split(".")[0] in ("id", *item.kind.identified_by)
