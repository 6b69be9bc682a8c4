"""Rosters: tables of notes, one a row, as employers keep them. A roster becomes the evidence of an absence record.

A row is taken in whole or not at all: one that cannot be read is reported, with every problem it has, and
left out. Columns that nobody asked for are not read; those that hold what is refused are named and not read.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ohaccredit.fitnotes.cells import CellFault, ReadDate, read_between, read_date, read_length, read_number, shown
from ohaccredit.fitnotes.codes import Concept, is_snomed_id, load_codes
from ohaccredit.fitnotes.columns import (
    FIT_NOTES,
    LISTS,
    PEOPLE,
    REPORTS,
    UNITS,
    Columns,
    Slot,
    bare,
    load_columns,
)
from ohaccredit.fitnotes.csv_grid import read_csv
from ohaccredit.fitnotes.grid import MOST_BYTES, MOST_PROBLEMS, Cell, Grid, Row, refuse
from ohaccredit.fitnotes.json_grid import read_json_grid
from ohaccredit.fitnotes.table import Column, Table
from ohaccredit.fitnotes.xlsx_grid import read_xlsx
from ohaccredit.language.parse import nearest
from ohaccredit.language.problems import Place, Problem, ProblemsFound
from ohaccredit.language.types import Choice, Choices, Date, Field, Number, YesNo
from ohaccredit.standards.edition import Edition
from ohaccredit.standards.home import Home

GIVEN_AS, LENGTH, FIRST_DAY, LAST_DAY = "period.given_as", "period.length", "period.first_day", "period.last_day"
LEFT_BLANK = "left_blank"
ASKED_OF_EVERY_NOTE = ("form", "assessed_on", "issued_on", "says", "issuer.profession", LEFT_BLANK)
"""Fields without which a fit note is a query (rules/fit-note), so that a table wants a column for each."""
UNREAD = "unread"
"""The unit of a length, if its own cell cannot be read."""

NO_NAME = "Use your own number for the person, never a name; take a row of totals out."

_FOREIGN = {
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"\x1f\x8b": "a compressed file",
}
"""What other files begin with, whatever they are called."""

_SEPARATORS = re.compile(r"[;,|]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_WORDS = {FIT_NOTES: "a fit note", REPORTS: "a health and work report"}


@dataclass(frozen=True)
class Roster:
    """What a roster holds, and what was wrong or assumed."""

    evidence: Mapping[str, Any]
    """The good rows, as the evidence of an absence record: fit_notes, health_and_work_reports, absent_people."""
    problems: tuple[Problem, ...]
    """Each row with a problem is left out of the evidence."""
    notes: tuple[str, ...]
    """What was assumed, and which columns were not read."""
    rows: int
    """The rows below the headings, good or bad."""
    places: Mapping[tuple[str, int], Place]
    """Where each note of the evidence stands, by its list and position."""


def read_roster(data: bytes, file: str, home: Home, edition: Edition, columns: Path | None = None) -> Roster:
    """The notes in a CSV, XLSX or JSON file. `edition` is of the standard absence-record; `columns` names a file of
    the user's own with headings and words, in the form of standards/imports/fit-notes.yaml.

    Raises ProblemsFound if the file cannot be read as a table of notes at all.
    """  # fmt: skip
    known = load_columns(home, edition, columns)
    codes = load_codes(home, known.fields[FIT_NOTES])
    grids = _grids(data, file)
    reader = _Reader(known, codes)
    tables, faults = [], []
    for grid in grids:
        table = Table.of(grid, known)
        if grid.hidden:
            reader.remark(f"{grid.name}: the sheet is hidden, so it was not read.")
        elif table is None:
            reader.remark(
                f"{grid.name}: no column for the employer's number of a person was found, so it was not read."
            )
        else:
            faults += table.faults
            tables.append(table)
    if not tables:
        hint = 'One column must hold your own number for each person, with a heading such as "Employee number".'
        faults.append(Problem("No headings of a table of notes were found.", Place(file, 1, 1), hint=hint))
    if faults:
        raise ProblemsFound([*faults, *(each for table in tables for each in table.problems)])
    for table in tables:
        reader.read(table)
    return reader.roster()


def _grids(data: bytes, file: str) -> list[Grid]:
    start = Place(file, 1, 1)
    if len(data) > MOST_BYTES:
        refuse(start, f"The file is larger than {MOST_BYTES // 1_000_000} MB.", "Split it into several files.")
    if data.startswith(b"PK\x03\x04"):
        return read_xlsx(data, file)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        refuse(start, "This is an older or locked Excel file.", "Save it as .xlsx without a password, or as CSV.")
    foreign = next((what for begins, what in _FOREIGN.items() if data.startswith(begins)), None)
    if foreign is not None:
        refuse(start, f"This is {foreign}, not a table.", "Hand in the table as CSV, XLSX or JSON.")
    text = data.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not text:
        refuse(start, "The file is empty.", "Choose the file that holds the table.")
    return [read_json_grid(data, file) if text[:1] in (b"[", b"{") else read_csv(data, file)]


class _Row:
    """One row while it is read: what its cells say, and what is wrong with them."""

    def __init__(self, table: Table, row: Row, name: str) -> None:
        self.name = name
        self.values: dict[str, Any] = {}
        self.lists: dict[str, list[str]] = {}
        """What is known of fields that hold several options, from several cells."""
        self.unit = ""
        self.stated_unit = ""
        self.problems: list[Problem] = []
        self.columns: dict[str, Column] = {}
        """The column in which each field was found."""
        self._table = table
        self._row = row

    def cell(self, column: Column) -> Cell:
        return self._row.cells[column.index] if column.index < len(self._row.cells) else ""

    def place(self, column: Column) -> Place:
        return self._table.grid.place(self._row.line, column.index + 1)

    def fault(self, column: Column, fault: CellFault) -> None:
        message = f'Column "{column.name}": {fault.message}'
        self.problems.append(Problem(message, self.place(column), hint=fault.hint))

    def set(self, path: str, value: Any, column: Column) -> None:
        """State a value; two cells must not say different things."""
        if path in self.values and self.values[path] != value:
            other = self.columns[path].name
            raise CellFault(f'It does not go together with the column "{other}".', "Look at the note again.")
        self.values[path] = value
        self.columns[path] = column


class _Reader:
    """Reads the rows of tables into one record."""

    def __init__(self, known: Columns, codes: Mapping[str, Concept]) -> None:
        self._known = known
        self._codes = codes
        self._papers: dict[str, list[Mapping[str, Any]]] = {FIT_NOTES: [], REPORTS: []}
        self._people: dict[str, dict[str, Any]] = {}
        self._ids: set[tuple[str, str]] = set()
        self._problems: list[Problem] = []
        self._remarks: list[str] = []
        self._assumed: Counter[str] = Counter()
        self._places: dict[tuple[str, int], Place] = {}
        self._rows = 0

    def remark(self, text: str) -> None:
        self._remarks.append(text)

    def roster(self) -> Roster:
        people = [
            {"id": person, **_nested(facts, self._known.fields[PEOPLE])} for person, facts in self._people.items()
        ]
        assumed = [f"{text} ({count} {'cell' if count == 1 else 'cells'})." for text, count in self._assumed.items()]
        problems = ProblemsFound(self._problems).problems
        if len(problems) > MOST_PROBLEMS:
            more = Problem(f"There are {len(problems) - MOST_PROBLEMS:,} more problems.")
            problems = [*problems[:MOST_PROBLEMS], more]
        evidence = {**self._papers, PEOPLE: people}
        return Roster(evidence, tuple(problems), (*self._remarks, *assumed), self._rows, self._places)

    def read(self, table: Table) -> None:
        self._problems += table.problems
        grid = table.grid
        if table.unknown:
            listed = ", ".join(f'"{heading}"' for heading in table.unknown)
            self.remark(f"{grid.name}: not known, and not read: {listed}.")
        for column in table.columns:
            if column.meaning.kind == "set aside":
                self.remark(f'{grid.name}: the column "{column.name}" was not used. {column.meaning.because}')
        self._rows += len(table.rows) + len(grid.problems)
        notes = len(self._papers[FIT_NOTES])
        for row in table.rows:
            extra = next((i for i, cell in enumerate(row.cells[table.width :], table.width) if cell), None)
            if extra is not None or (grid.even and len(row.cells) < table.width):
                message = f"This row has {len(row.cells)} cells, but there are {table.width} headings."
                hint = "Look for a separator that is missing, or for one inside a cell, which must then be in quotes."
                self._problems.append(Problem(message, grid.place(row.line, (extra or 0) + 1), hint=hint))
            else:
                self._row(table, row)
        if len(self._papers[FIT_NOTES]) > notes:
            self._missing_columns(table)

    def _missing_columns(self, table: Table) -> None:
        """Say once what would otherwise only be a question about every single note."""
        there = {slot.path for column in table.columns for slot in column.meaning.slots.values()}
        if any(column.meaning.kind == "codes" for column in table.columns):
            there |= {path for concept in self._codes.values() for path in concept.gives}
        fields = self._known.fields[FIT_NOTES]
        missing = [fields[path].words["en"] for path in ASKED_OF_EVERY_NOTE if path not in there]
        if missing:
            hint = 'A column "Left blank" can say "none".' if LEFT_BLANK not in there else ""
            columns = "a column" if len(missing) == 1 else "columns"
            self.remark(
                f"{table.grid.name}: for want of {columns} for {'; '.join(missing)}, every fit note is a query. {hint}"
            )

    def _row(self, table: Table, row: Row) -> None:
        by_kind = {column.meaning.kind: column for column in table.columns if column.meaning.kind != "fields"}
        person_column = by_kind["person"]
        reading = _Row(table, row, FIT_NOTES)
        person = ""
        try:
            person = _text(reading.cell(person_column))
            if not person:
                raise CellFault("The number of the person is missing.", NO_NAME)
            if not any(map(str.isdigit, person)):
                raise CellFault("This is no number of a person: it has no digit.", NO_NAME)
        except CellFault as fault:
            reading.fault(person_column, fault)
        if "paper" in by_kind and reading.cell(by_kind["paper"]):
            paper = self._known.papers.get(bare(str(reading.cell(by_kind["paper"]))))
            if paper is None:
                hint = "A row is a fit note or a health and work report."
                reading.fault(by_kind["paper"], CellFault("This is not a kind of paper that is read here.", hint))
            reading.name = paper or FIT_NOTES
        about = _Row(table, row, PEOPLE)
        about.problems = reading.problems
        for column in table.columns:
            self._column(reading, about, column)
        self._ticks(reading, table)
        self._ticks(about, table)
        if "codes" in by_kind:
            self._guard(reading, by_kind["codes"], lambda: self._read_codes(reading, by_kind["codes"], table))
        if reading.name == FIT_NOTES and reading.stated_unit != UNREAD:
            self._period(reading)
        self._keep(reading, about, person, person_column)

    def _keep(self, reading: _Row, about: _Row, person: str, person_column: Column) -> None:
        """Take the row into the record if there is nothing wrong with it."""
        id_ = reading.values.get("id")
        if id_ is not None and (reading.name, id_) in self._ids:
            reading.fault(reading.columns["id"], CellFault("Another row has the same.", "Give each note its own."))
        facts = self._people.get(person, {})
        for path, value in {**about.values, **about.lists}.items():
            if facts.get(path, value) != value:
                fault = CellFault("An earlier row says otherwise of the same person.", "Make them the same.")
                reading.fault(about.columns[path], fault)
        if reading.problems:
            self._problems += reading.problems
            return
        self._people.setdefault(person, {}).update({**about.values, **about.lists})
        if id_ is not None:
            self._ids.add((reading.name, id_))
        papers = self._papers[reading.name]
        self._places[reading.name, len(papers)] = reading.place(person_column)
        content = _nested({**reading.values, **reading.lists}, self._known.fields[reading.name])
        papers.append({"person": person, **content})

    def _guard(self, reading: _Row, column: Column, read: Callable[[], None]) -> None:
        try:
            read()
        except CellFault as fault:
            reading.fault(column, fault)

    def _column(self, reading: _Row, about: _Row, column: Column) -> None:
        if column.meaning.kind != "fields":
            return
        cell = reading.cell(column)
        mine = [(row, column.meaning.slots[row.name]) for row in (reading, about) if row.name in column.meaning.slots]
        if not mine and cell:
            self._assume(reading, column, f"is not asked of {_WORDS[reading.name]}, and was not read for one")
        for row, slot in mine:
            if cell and not slot.option:
                self._guard(row, column, lambda row=row, slot=slot: self._read(row, slot, cell, column))  # type: ignore[misc]

    def _read(self, row: _Row, slot: Slot, cell: Cell, column: Column) -> None:
        """Read the cell of a field's own column."""
        key, field = (row.name, slot.path), self._known.fields[row.name][slot.path]
        other = self._known.also.get(key, {}).get(bare(cell)) if isinstance(cell, str) else None
        if other is not None:
            row.set(*other, column)
        elif slot.is_unit:
            row.stated_unit = UNREAD
            row.stated_unit = self._option(str(cell), self._known.units, UNITS)
        elif slot.path == LENGTH and row.name == FIT_NOTES:
            self._read_length(row, slot, cell, column)
        else:
            self._read_plain(row, key, field, cell, column)

    def _read_plain(self, row: _Row, key: tuple[str, str], field: Field, cell: Cell, column: Column) -> None:
        path, kind = key[1], field.type
        match kind:
            case Date():
                row.set(path, self._day(row, column, read_date(cell)), column)
            case YesNo():
                row.set(path, self._answer(cell), column)
            case Number():
                row.set(path, read_number(str(cell), whole=kind.whole, minimum=kind.minimum), column)
            case Choice():
                row.set(path, self._option(_as_typed(cell), self._known.options[key], _said(kind)), column)
            case Choices():
                row.lists[path] = self._several(str(cell), self._known.options[key], _said(kind))
                row.set(path, row.lists[path], column)
            case _:
                row.set(path, _text(cell), column)

    def _day(self, row: _Row, column: Column, read: ReadDate) -> str:
        for assumed in read.assumed:
            self._assume(row, column, assumed)
        return read.day.isoformat()

    def _assume(self, row: _Row, column: Column, what: str) -> None:
        self._assumed[f'{row._table.grid.name}, column "{column.name}": {what}'] += 1

    def _answer(self, cell: Cell) -> bool:
        answer = self._known.answers.get(bare(str(cell)))
        if answer is None:
            raise CellFault(f"{shown(str(cell))} is neither yes nor no.", "Write yes or no.")
        return answer

    def _option(self, text: str, words: Mapping[str, str], options: tuple[str, ...]) -> str:
        option = words.get(bare(text))
        if option is None:
            raise CellFault(f"{shown(text)} is none of the options.", _choose(text, options))
        return option

    def _several(self, text: str, words: Mapping[str, str], options: tuple[str, ...]) -> list[str]:
        if bare(text) in self._known.none:
            return []
        parts = [text] if bare(text) in words else [part for part in _SEPARATORS.split(text) if part.strip()]
        return list(dict.fromkeys(self._option(part.strip(), words, options) for part in parts))

    def _ticks(self, reading: _Row, table: Table) -> None:
        """Put together what yes/no columns say of a field that holds several options."""
        columns: dict[str, list[tuple[Column, str]]] = {}
        for column in table.columns:
            slot = column.meaning.slots.get(reading.name)
            if slot is not None and slot.option:
                columns.setdefault(slot.path, []).append((column, slot.option))
        for path, ticks in columns.items():
            given = [(column, option) for column, option in ticks if reading.cell(column)]
            if not given and (path in reading.lists or not self._known.empty_is_not_ticked):
                continue
            chosen = set(reading.lists.get(path, ()))
            for column, option in given:
                try:
                    chosen |= {option} if self._answer(reading.cell(column)) else set()
                except CellFault as fault:
                    reading.fault(column, fault)
            if len(given) < len(ticks):
                listed = ", ".join(f'"{column.name}"' for column, _ in ticks)
                self._assumed[f"{table.grid.name}, columns {listed}: empty cells were read as not ticked"] += len(
                    ticks
                ) - len(given)
            field = self._known.fields[reading.name][path].type
            assert isinstance(field, Choices), "only such a field has ticks"
            reading.lists[path] = [option for option in field.options if option in chosen]
            reading.columns.setdefault(path, ticks[0][0])

    def _read_codes(self, reading: _Row, column: Column, table: Table) -> None:
        text = str(reading.cell(column))
        if text and reading.name != FIT_NOTES:
            self._assume(reading, column, f"is not asked of {_WORDS[reading.name]}, and was not read for one")
            return
        said: dict[str, list[str]] = {}
        for id_ in filter(None, re.split(r"[;,|\s]+", text)):
            if not is_snomed_id(id_):
                hint = "Compare it with the record; in Excel, format the column as text before entering ids."
                raise CellFault("An id here has a wrong digit or is no SNOMED CT id.", hint)
            concept = self._codes.get(id_)
            if concept is None:
                self._assume(reading, column, "codes that are not known here were not used")
                continue
            if concept.no_note is not None:
                raise CellFault(f"The code stands for: {concept.words.en}.", concept.no_note.en)
            if concept.not_used is not None:
                self._assume(
                    reading, column, f"codes also say that {concept.not_used.en}; a record has no place for it"
                )
            for path, value in concept.gives.items():
                if isinstance(value, list):
                    said.setdefault(path, []).extend(value)
                else:
                    reading.set(path, value, column)
        for path, options in said.items():
            stated = reading.lists.get(path, [])
            if stated and not set(stated) & set(options):
                raise CellFault(
                    "The codes do not go together with what another column says.", "Look at the note again."
                )
            reading.lists[path] = list(dict.fromkeys([*stated, *options]))

    def _read_length(self, row: _Row, slot: Slot, cell: Cell, column: Column) -> None:
        if isinstance(cell, date):
            hint = "Excel may have made it one of 2/52 or 3/12: format the column as text and write 2 weeks."
            raise CellFault("A length is expected here, not a date.", hint)
        between = read_between(cell)
        if between is not None:
            for path, read in zip((FIRST_DAY, LAST_DAY), between, strict=True):
                row.set(path, self._day(row, column, read), column)
            return
        number, unit = read_length(cell, self._known.units, self._known.numbers)
        if unit and slot.unit and unit != slot.unit:
            raise CellFault(f"The heading says {slot.unit}, the cell {unit}.", "Look at the note again.")
        row.unit = unit or slot.unit
        row.set(LENGTH, number, column)

    def _period(self, row: _Row) -> None:
        """How the period is given, from what is there; what the roster itself says of that stands."""
        given, length = row.values.get(GIVEN_AS), row.values.get(LENGTH)
        if length is None:
            if given is None and FIRST_DAY in row.values and LAST_DAY in row.values:
                row.values[GIVEN_AS] = "dates"
            return
        column = row.columns[LENGTH]
        units = {unit for unit in (row.unit, row.stated_unit, given if given in UNITS else "") if unit}
        if len(units) > 1:
            message = "Different units are given for the length: " + ", ".join(sorted(units)) + "."
            row.fault(column, CellFault(message, "Look at the note again."))
        elif given == "indefinite" or given == "start-only":
            message = "A length is given, and also that the period has no end."
            row.fault(column, CellFault(message, "Look at the note again."))
        elif given is None and not units:
            hint = 'Write for example "2 weeks", or add a column "Unit".'
            row.fault(column, CellFault("It does not say whether these are days, weeks or months.", hint))
        elif given is None:
            dated = FIRST_DAY in row.values and LAST_DAY in row.values
            row.values[GIVEN_AS] = "both" if dated else units.pop()


def _said(kind: Choice | Choices) -> tuple[str, ...]:
    """The options in words, for hints."""
    return tuple(kind.words[option]["en"] if option in kind.words else option for option in kind.options)


def _choose(text: str, options: tuple[str, ...]) -> str:
    return nearest(text.casefold(), options) or "There is: " + ", ".join(options) + "."


def _as_typed(cell: Cell) -> str:
    """A date cell in a column of words is what Excel made of a form version such as 04/17."""
    return cell if isinstance(cell, str) else f"{cell:%m/%y}"


def _text(cell: Cell) -> str:
    text = str(cell)
    if _CONTROL.search(text):
        raise CellFault("It holds a line break or a character that cannot be shown.", "Type it again.")
    return text


def _nested(values: Mapping[str, Any], fields: Mapping[str, Field]) -> dict[str, Any]:
    """Values by path as records within records, in the order of the evidence type."""
    content: dict[str, Any] = {}
    for path in fields:
        if path in values:
            *above, name = path.split(".")
            record = content
            for each in above:
                record = record.setdefault(each, {})
            record[name] = values[path]
    return content


assert set(_WORDS) | {PEOPLE} == set(LISTS), "every list of papers has words"
