"""Which column of a roster holds what: standards/imports/fit-notes.yaml, and a file of the user's own before it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Literal

from ohaccredit.language.parse import nearest
from ohaccredit.language.problems import Problem, ProblemsFound, json_pointer
from ohaccredit.language.source import Source
from ohaccredit.language.types import Choice, Choices, Field, ListOf, Record
from ohaccredit.standards.edition import Edition
from ohaccredit.standards.files import File, WordsOf
from ohaccredit.standards.home import Home
from ohaccredit.standards.reading import read_file

FIT_NOTES, REPORTS, PEOPLE = "fit_notes", "health_and_work_reports", "absent_people"
LISTS = (FIT_NOTES, REPORTS, PEOPLE)
UNITS = ("days", "weeks", "months")

FilePath = tuple[str | int, ...]


class ColumnOf(File):
    """How the column or columns of one field are recognised."""

    headings: Sequence[str] = ()
    words: Mapping[str, list[str]] = {}
    ticks: Mapping[str, list[str]] = {}
    unit_column: Sequence[str] = ()
    unit_named: Mapping[Literal["days", "weeks", "months"], list[str]] = {}
    also: Mapping[str, dict[str, list[str]]] = {}


class PaperOf(File):
    """How the column that says what kind of paper a row is is recognised."""

    headings: Sequence[str] = ()
    words: Mapping[Literal["fit_notes", "health_and_work_reports"], list[str]] = {}


class SetAsideOf(File):
    """Columns that are known but not read."""

    headings: list[str]
    because: WordsOf


class ColumnsFile(File):
    """standards/imports/fit-notes.yaml, whose head explains the keys, or a user's own file."""

    empty_ticks: Literal["not-ticked", "unknown"] | None = None
    yes: Sequence[str] = ()
    no: Sequence[str] = ()
    none: Sequence[str] = ()
    units: Mapping[Literal["days", "weeks", "months"], list[str]] = {}
    numbers: Mapping[str, int] = {}
    person: Sequence[str] = ()
    paper: PaperOf = PaperOf()
    codes: Sequence[str] = ()
    fit_notes: Mapping[str, ColumnOf] = {}
    health_and_work_reports: Mapping[str, ColumnOf] = {}
    absent_people: Mapping[str, ColumnOf] = {}
    set_aside: Sequence[SetAsideOf] = ()
    refused: Mapping[str, list[str]] = {}


@dataclass(frozen=True, slots=True)
class Slot:
    """What a cell of a column fills in one list: a field, one option of it (a tick), or a length's unit."""

    path: str
    option: str = ""
    unit: str = ""
    is_unit: bool = False


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a heading stands for."""

    kind: Literal["person", "paper", "codes", "fields", "set aside", "refused"]
    slots: Mapping[str, Slot] = field(default_factory=dict)
    """For fields: the slot in each list that has it."""
    because: str = ""


@dataclass(frozen=True)
class Columns:
    """Headings and words, by their bare form."""

    headings: Mapping[str, Meaning]
    options: Mapping[tuple[str, str], Mapping[str, str]]
    """For each list and path of a field with options: the option that a word stands for."""
    also: Mapping[tuple[str, str], Mapping[str, tuple[str, str]]]
    """For each list and path: words that stand for an option of another field."""
    papers: Mapping[str, str]
    answers: Mapping[str, bool]
    none: frozenset[str]
    units: Mapping[str, str]
    numbers: Mapping[str, int]
    empty_is_not_ticked: bool
    fields: Mapping[str, Mapping[str, Field]]
    """For each list: its fields by path."""

    def meaning(self, heading: str) -> Meaning | None:
        """What a heading stands for; None if it is not known."""
        return self.headings.get(bare(heading))


@lru_cache(maxsize=2_000)
def bare(text: str) -> str:
    """A heading or word for comparing: without case, spaces and punctuation; of signs alone, the signs."""
    text = text.strip().casefold()
    return "".join(filter(str.isalnum, text)) or text


def load_columns(home: Home, edition: Edition, own: Path | None = None) -> Columns:
    """The headings and words of the home, with a user's own file before them.

    Raises ProblemsFound with every problem of both files.
    """
    problems: list[Problem] = []
    shipped = home.standards / "imports" / "fit-notes.yaml"
    files = [(shipped, home.name(shipped))] if own is None else [(own, str(own)), (shipped, home.name(shipped))]
    read = [each for path, name in files if (each := read_file(path, name, ColumnsFile, problems)) is not None]
    fields = {name: dict(_leaves(_record(edition, name), ())) for name in LISTS}
    reader = _Reader(edition, fields, problems)
    if len(read) == len(files):
        for file, source in read:
            reader.add(file, source)
    if problems:
        raise ProblemsFound(problems)
    return reader.columns()


def _record(edition: Edition, name: str) -> Record:
    kind = edition.evidence[name].type
    assert isinstance(kind, ListOf), f"{name} is a list"
    return kind.item


def _leaves(record: Record, above: tuple[str, ...]) -> Iterator[tuple[str, Field]]:
    for each in record:
        path = (*above, each.name)
        if isinstance(each.type, Record):
            yield from _leaves(each.type, path)
        else:
            yield ".".join(path), each


class _Reader:
    """Puts mapping files together; what is added first stays."""

    def __init__(self, edition: Edition, fields: Mapping[str, Mapping[str, Field]], problems: list[Problem]) -> None:
        self._edition = edition
        self._fields = fields
        self._problems = problems
        # What the standard refuses is refused whatever a file says.
        self._headings = {bare(name): Meaning("refused", because=why["en"]) for name, why in edition.refused.items()}
        self._options: dict[tuple[str, str], dict[str, str]] = {}
        self._also: dict[tuple[str, str], dict[str, tuple[str, str]]] = {}
        self._papers: dict[str, str] = {}
        self._answers: dict[str, bool] = {}
        self._none: set[str] = set()
        self._units: dict[str, str] = {}
        self._numbers: dict[str, int] = {}
        self._empty: str | None = None
        for name in LISTS:
            for path, each in fields[name].items():
                if isinstance(each.type, (Choice, Choices)):
                    known = self._options.setdefault((name, path), {})
                    for option in each.type.options:
                        known.setdefault(bare(option), option)
                    for option, words in each.type.words.items():
                        known.setdefault(bare(words["en"]), option)

    def columns(self) -> Columns:
        return Columns(
            self._headings, self._options, self._also, self._papers, self._answers, frozenset(self._none),
            self._units, self._numbers, self._empty != "unknown", self._fields,
        )  # fmt: skip

    def add(self, file: ColumnsFile, source: Source) -> None:
        """Add what a file says and none before it has said."""
        mine = _Headings(source, self._problems)
        mine.take(file.person, ("person",), Meaning("person"))
        mine.take(file.paper.headings, ("paper", "headings"), Meaning("paper"))
        mine.take(file.codes, ("codes",), Meaning("codes"))
        for index, aside in enumerate(file.set_aside):
            mine.take(aside.headings, ("set_aside", index), Meaning("set aside", because=aside.because.en))
        for name, headings in file.refused.items():
            if name in self._edition.refused:
                because = self._edition.refused[name]["en"]
                mine.take([name, *headings], ("refused", name), Meaning("refused", because=because))
            else:
                self._note(source, ("refused", name), f'"{name}" is not a refused name.', name, self._edition.refused)
        for name in LISTS:
            for path, column in getattr(file, name).items():
                self._column(name, path, column, source, mine)
        for heading, meaning in mine.found.items():
            self._headings.setdefault(heading, meaning)
        self._words(file)

    def _words(self, file: ColumnsFile) -> None:
        for paper, words in file.paper.words.items():
            for word in (paper, *words):
                self._papers.setdefault(bare(word), paper)
        for answer, said in ((True, file.yes), (False, file.no)):
            for word in said:
                self._answers.setdefault(bare(word), answer)
        self._none |= set(map(bare, file.none))
        for unit, names in file.units.items():
            for word in names:
                self._units.setdefault(bare(word), unit)
        for word, number in file.numbers.items():
            self._numbers.setdefault(bare(word), number)
        self._empty = self._empty or file.empty_ticks

    def _column(self, name: str, path: str, column: ColumnOf, source: Source, mine: _Headings) -> None:
        where: FilePath = (name, path)
        if path not in self._fields[name]:
            self._note(source, where, f'"{name}" has no field "{path}".', path, self._fields[name])
            return
        there = mine.found.get(bare(path))
        # Comments in free text are set aside under the name of the field that says what they speak of.
        # And what is known of people (a nation) is not what stands on their notes.
        own = [] if name == PEOPLE or (there is not None and there.kind == "set aside") else [path]
        mine.take([*own, *column.headings], where, Meaning("fields", {name: Slot(path)}))
        mine.take(column.unit_column, where, Meaning("fields", {name: Slot(path, is_unit=True)}))
        for unit, headings in column.unit_named.items():
            mine.take(headings, where, Meaning("fields", {name: Slot(path, unit=unit)}))
        kind = self._fields[name][path].type
        options = kind.options if isinstance(kind, (Choice, Choices)) else ()
        for option, headings in column.ticks.items():
            if isinstance(kind, Choices) and option in options:
                mine.take(headings, where, Meaning("fields", {name: Slot(path, option=option)}))
            else:
                self._note(source, (*where, "ticks", option), f'"{option}" cannot be ticked here.', option, options)
        said: dict[str, str] = {}
        for option, words in column.words.items():
            if option not in options:
                self._note(source, (*where, "words", option), f'The field has no option "{option}".', option, options)
                continue
            known = self._options[name, path]
            for word in words:
                if said.setdefault(bare(word), option) != option:
                    self._note(source, (*where, "words", option), f'"{word}" stands for two options.', option, ())
                known.setdefault(bare(word), option)
        for other, by_option in column.also.items():
            target = self._fields[name].get(other)
            if target is None or not isinstance(target.type, Choice):
                self._note(source, (*where, "also", other), f'"{other}" is no field with options.', other, ())
                continue
            for option, words in by_option.items():
                if option not in target.type.options:
                    options = target.type.options
                    self._note(source, (*where, "also", other), f'There is no option "{option}".', option, options)
                for word in words:
                    self._also.setdefault((name, path), {}).setdefault(bare(word), (other, option))

    def _note(
        self, source: Source, path: FilePath, message: str, word: str, known: Mapping[str, object] | tuple[str, ...]
    ) -> None:
        self._problems.append(Problem(message, source.place(path), json_pointer(path), nearest(word, tuple(known))))


class _Headings:
    """The headings of one file, in which none may stand for two things (a field of several lists is one)."""

    def __init__(self, source: Source, problems: list[Problem]) -> None:
        self.found: dict[str, Meaning] = {}
        self._source = source
        self._problems = problems

    def take(self, headings: Sequence[str], where: FilePath, meaning: Meaning) -> None:
        for heading in headings:
            there = self.found.get(bare(heading))
            if there is None:
                self.found[bare(heading)] = meaning
            elif there.kind == meaning.kind == "fields" and not there.slots.keys() & meaning.slots.keys():
                self.found[bare(heading)] = Meaning("fields", {**there.slots, **meaning.slots})
            elif there != meaning:
                same = any(there.slots.get(name) != slot for name, slot in meaning.slots.items())
                if same or there.kind != meaning.kind:
                    message = f'The heading "{heading}" stands for two things.'
                    self._problems.append(
                        Problem(message, self._source.place(where), json_pointer(where), "Take it out of one of them.")
                    )
