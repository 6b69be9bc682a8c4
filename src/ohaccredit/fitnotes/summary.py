"""The employer's summary: counts and shares over all fit notes and absences of a period.

What leaves this module names nobody and holds no count about fewer than the floor of things or people
(`suppression`). Shares are exact; they are rounded only where they are said. Nothing here is a target:
published figures (`standards.published`) are there to notice what looks odd.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Any

from ohaccredit.fitnotes.figures import figure
from ohaccredit.fitnotes.measures import NESTED, UNIT, Lines, Nested, Root, TableOf, box_tables, shares, tables
from ohaccredit.fitnotes.summary_facts import Facts
from ohaccredit.fitnotes.suppression import Cell, protect, too_few
from ohaccredit.language.types import Choice, Choices, Record, Type
from ohaccredit.standards.edition import Edition

NOTHING = "There is nothing to count."
NOT_IN_RECORD = "The record does not say this of any of them."
NOT_OF_ALL = "The record does not say this of all of them."
TOO_FEW = "Too few notes, absences or people stand behind it to show it."
WHOLE_HIDDEN = "The whole that it is a part of is not shown."


@dataclass(frozen=True, slots=True)
class Settings:
    """The floors and lines of a summary."""

    floor: int
    floor_diagnosis: int
    lines: Lines


@dataclass(frozen=True, slots=True)
class Group:
    """A number of a table: one cell, or several that are counted together."""

    cells: tuple[str, ...]
    words: str
    count: int
    share: Fraction


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it is shown. `refused` says why it is not; then it holds no number."""

    id: str
    title: str
    how: str
    unit: str
    whole: int | None
    groups: tuple[Group, ...]
    refused: str = ""

    def count(self, *cells: str) -> int | None:
        """How many are in these cells together; None if that cannot be told from what is shown."""
        if self.whole is None:
            return None
        inside = [group for group in self.groups if set(group.cells) <= set(cells)]
        told = {cell for group in inside for cell in group.cells}
        return sum(group.count for group in inside) if told >= set(cells) else None


@dataclass(frozen=True, slots=True)
class Share:
    """One part of a whole, exact, with what it is counted from."""

    id: str
    title: str
    how: str
    unit: str
    count: int | None
    of: int | None
    refused: str = ""

    @property
    def share(self) -> Fraction | None:
        return None if self.count is None or not self.of else Fraction(self.count, self.of)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that is no share. `of` says how many things stand behind it."""

    id: str
    title: str
    how: str
    unit: str
    value: int | Fraction | None
    of: int | None
    refused: str = ""


@dataclass(frozen=True)
class Summary:
    """Everything that may be shown."""

    first_day: date
    last_day: date
    tables: Mapping[str, Table]
    figures: Mapping[str, Figure]
    settings: Settings
    working_days: int | None = None
    """Working days available to the whole employer, as the record states them."""
    headcount: int | None = None
    """People employed on average, as the record states them."""

    @cached_property
    def shares(self) -> Mapping[str, Share]:
        """Every share by its name, those that may not be shown with the reason."""
        found = {}
        for each in shares(self.settings.lines):
            table = self.tables[each.table]
            count = table.count(*each.cells)
            refused = "" if count is not None else table.refused or TOO_FEW
            whole = None if count is None else table.whole
            found[each.id] = Share(each.id, each.title, table.how, table.unit, count, whole, refused)
        return found


def settings_of(edition: Edition, on: date) -> Settings:
    """The floors, lines and words of an edition of the standard absence-record, as of a day."""
    kind = edition.evidence["fit_notes"].type
    return Settings(
        figure(edition, "floor-notes", on),
        figure(edition, "floor-diagnosis", on),
        Lines(
            figure(edition, "long-note-days", on),
            figure(edition, "long-episode-days", on),
            figure(edition, "long-absence-days", on),
            figure(edition, "first-contact-days", on),
            _options(kind, "issuer", "profession"),
            _options(kind, "diagnosis_group"),
            _options(kind, "arrangements"),
        ),
    )


def summarise(facts: Facts, settings: Settings) -> Summary:
    """Count, and keep what is too small."""
    counter = _Counter(facts, settings)
    for table in tables(settings.lines):
        counter.add(table)
    counter.add_boxes(box_tables(settings.lines))
    counter.keep_differences()
    figures = _figures(facts, counter, settings)
    return Summary(
        facts.first_day, facts.last_day, counter.tables, figures, settings, facts.working_days, facts.headcount
    )


def say_share(share: Fraction) -> str:
    """A share for people: one decimal of a percentage, rounded half up."""
    tenths = _half_up(share * 1000)
    return f"{tenths // 10}.{tenths % 10}%"


class _Counter:
    """Builds tables in order, so that a part is counted only where its whole is shown."""

    def __init__(self, facts: Facts, settings: Settings) -> None:
        self._roots: dict[Root, Sequence[Any]] = {
            "notes": facts.notes,
            "absences": facts.absences,
            "episodes": facts.episodes,
            "returns": facts.returns,
        }
        self._settings = settings
        self._asked: dict[str, TableOf] = {}
        self._members: dict[tuple[str, str], list[Any]] = {}
        self.tables: dict[str, Table] = {}

    def add(self, of: TableOf, never_alone: Collection[str] = ()) -> None:
        """Count one table."""
        self._asked[of.id] = of
        whole = self._whole(of)
        if whole is None:
            self.tables[of.id] = _refused(of, WHOLE_HIDDEN)
            return
        members: dict[str, list[Any]] = {key: [] for key in of.cells}
        for each in whole:
            members[of.place(each)].append(each)
        self._members.update({(of.id, key): inside for key, inside in members.items()})
        floor = self._settings.floor_diagnosis if of.sensitive else self._settings.floor
        shown = protect([Cell(key, _people(inside)) for key, inside in members.items()], floor, never_alone)
        if not whole:
            self.tables[of.id] = _refused(of, NOTHING)
        elif of.given is not None and not any(map(of.given, whole)):
            self.tables[of.id] = _refused(of, NOT_IN_RECORD)
        elif not shown:
            self.tables[of.id] = _refused(of, TOO_FEW)
        else:
            groups = tuple(
                Group(
                    each.keys,
                    " or ".join(of.cells[key] for key in each.keys),
                    each.count,
                    Fraction(each.count, len(whole)),
                )
                for each in shown
            )
            self.tables[of.id] = Table(of.id, of.title, of.how, UNIT[of.root], len(whole), groups)

    def add_boxes(self, boxes: Sequence[TableOf]) -> None:
        """Count the boxes: all of them or none.

        Boxes overlap, so their counts and "at least one box" bound each other: a hidden one could be worked
        out from the others, and from two boxes alone how many notes have both.
        """
        for of in boxes:
            self.add(of)
        any_box = self.tables["adaptation"].count("any")
        ticked = [self.tables[of.id].count("ticked") for of in boxes]
        told = [each for each in ticked if each is not None]
        twice = sum(told) - (any_box or 0)
        if any_box is None or len(told) < len(ticked) or 0 < twice < self._settings.floor:
            reason = self.tables["adaptation"].refused or TOO_FEW
            self.tables.update({of.id: _refused(of, reason) for of in boxes})

    def keep_differences(self) -> None:
        """Count a table again if one of its cells less one of another table's would be a small number.

        Counted again, a table puts other cells together, and their sum may be one that another pair tells from.
        """
        hidden: dict[str, set[str]] = {}
        while telling := {pair.gives_way for pair in NESTED if self._tells_too_much(pair)}:
            for table, cell in telling:
                assert cell not in hidden.get(table, ()), "a cell that is put together with others tells nothing alone"
                hidden.setdefault(table, set()).add(cell)
            for table in {table for table, _ in telling}:
                self.add(self._asked[table], hidden[table])

    def _tells_too_much(self, pair: Nested) -> bool:
        (outer, outer_cells), (inner, inner_cells) = pair.outer, pair.inner
        if None in (self.tables[outer].count(*outer_cells), self.tables[inner].count(*inner_cells)):
            return False
        within = {id(each) for cell in inner_cells for each in self._members[inner, cell]}
        outside = [each for cell in outer_cells for each in self._members[outer, cell] if id(each) not in within]
        return bool(within) and too_few(_people(outside), self._settings.floor)

    def whole(self, root: Root) -> int | None:
        """How many there are of something in all, if that may be shown."""
        facts = self._roots[root]
        return None if too_few(_people(facts), self._settings.floor) or not facts else len(facts)

    def _whole(self, of: TableOf) -> Sequence[Any] | None:
        if of.root == "episodes":
            # Episodes begin with a note, so they are a part of the notes.
            order = self.tables["order"]
            shown = order.count("first-episode", "further-episode") is not None or order.refused == NOTHING
            return self._roots["episodes"] if shown else None
        if of.parent is None:
            return self._roots[of.root]
        table, cell = of.parent
        return self._members[table, cell] if self.tables[table].count(cell) is not None else None


def _figures(facts: Facts, counter: _Counter, settings: Settings) -> dict[str, Figure]:
    order, cover, evidence, back = (counter.tables[name] for name in ("order", "cover", "evidence", "back"))
    notes, absences = counter.whole("notes"), counter.whole("absences")
    episodes, people = order.count("first-episode", "further-episode"), order.count("first-episode")
    placed = order.count("first-episode", "further-episode", "continues")
    found: dict[str, Figure] = {}

    def add(
        id_: str, title: str, how: str, unit: str, value: int | Fraction | None, of: int | None, why: str = TOO_FEW
    ) -> None:
        refused = "" if value is not None else why
        found[id_] = Figure(id_, title, how, unit, value, None if value is None else of, refused)

    def add_days(
        id_: str, title: str, how: str, of: int | None, days: _Days, joined: Callable[[list[int]], int], why: str
    ) -> None:
        # A median tells nothing of how many stand behind it; a sum or a mean, together with others, could.
        shown = (of is not None or joined is _median) and days and not too_few([p for p, _ in days], settings.floor)
        add(
            id_, title, how, "days", joined([each for _, each in days]) if shown else None, of, TOO_FEW if days else why
        )

    add(
        "notes",
        "Fit notes",
        "Fit notes issued in the period, without copies marked as duplicates.",
        UNIT["notes"],
        notes,
        notes,
        TOO_FEW if facts.notes else NOTHING,
    )
    add(
        "absences",
        "Absences",
        "Absences that the record names and that touch the period.",
        UNIT["absences"],
        absences,
        absences,
        TOO_FEW if facts.absences else NOTHING,
    )
    add("people", "People with a fit note", "People with a fit note that covers days.", "people", people, people)
    add("episodes", "Episodes of fit notes", order.how, UNIT["episodes"], episodes, episodes)
    ratio = Fraction(placed, episodes) if placed and episodes else None
    add(
        "notes-per-episode",
        "Fit notes for each episode",
        "Fit notes that cover days, for each episode.",
        UNIT["notes"],
        ratio,
        episodes,
    )
    long_absent = TOO_FEW if facts.returns else NOTHING
    add("people-long-absent", "People absent for long", back.how, "people", back.whole, back.whole, long_absent)
    lengths = [(note.person, note.days) for note in facts.notes if note.days is not None]
    add_days("median-days", "Length of a note, median", _LENGTH, notes, lengths, _median, NOTHING)
    add_days("mean-days", "Length of a note, mean", _LENGTH, notes, lengths, _mean, NOTHING)
    open_days = [(each.person, each.uncovered_days) for each in facts.absences if each.uncovered_days]
    some = cover.count("some")
    add_days("uncovered-days", "Days that no evidence covers", cover.how, some, open_days, sum, NOTHING)
    waits = [
        (each.person, each.days_to_evidence)
        for each in facts.absences
        if each.evidence_due and each.days_to_evidence is not None
    ]
    received = evidence.count("received")
    add_days("days-to-evidence", "Days to the first fit note, median", _WAIT, received, waits, _median, NOT_IN_RECORD)
    lost = [(each.person, each.working_days_lost) for each in facts.absences if each.working_days_lost is not None]
    if len(lost) == len(facts.absences):
        add_days("working-days-lost", "Working days lost", _LOST, absences, lost, sum, NOTHING)
    else:
        add("working-days-lost", "Working days lost", _LOST, "days", None, None, NOT_OF_ALL if lost else NOT_IN_RECORD)
    return found


_Days = Sequence[tuple[str, int]]
"""People with a number of days each."""
_LENGTH = (
    "Calendar days from the first day to the last, both counted, rounded to whole days. A note without an end counts "
    "up to the end of the period; one whose length cannot be read is left out."
)
_WAIT = (
    "Days from the first day for which evidence may be asked to the day on which the first fit note was received; 0 if "
    "it came before. Rounded to whole days."
)
_LOST = (
    "Days of the week on which people are required to work that lie in an absence in the period; public holidays are "
    "not taken out. Shown only if the record names these days for everybody absent, and the employer's figure only if "
    "the record holds every absence, short ones too."
)


def _refused(of: TableOf, why: str) -> Table:
    return Table(of.id, of.title, of.how, UNIT[of.root], None, (), why)


def _people(things: Sequence[Any]) -> tuple[str, ...]:
    return tuple(each.person for each in things)


def _half_up(value: Fraction) -> int:
    """To the nearest whole number, halves up. For what is not negative."""
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


def _median(days: list[int]) -> int:
    ordered = sorted(days)
    return _half_up(Fraction(ordered[(len(days) - 1) // 2] + ordered[len(days) // 2], 2))


def _mean(days: list[int]) -> int:
    return _half_up(Fraction(sum(days), len(days)))


def _options(kind: Type, *names: str) -> dict[str, str]:
    """The options of a field of a list's items, with their words."""
    found: object = getattr(kind, "item", kind)
    for name in names:
        found = found.fields[name].type if isinstance(found, Record) else None
    assert isinstance(found, (Choice, Choices)), "the evidence type fit_notes has these fields"
    return {option: found.words[option]["en"] for option in found.options}
