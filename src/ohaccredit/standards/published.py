"""Published figures: what official statistics say of all patients, to set beside an employer's own.

They stand in standards/published, each with its period, publisher, address and population. They are there to
notice what looks odd; none of them is a target, and no rule reads them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from ohaccredit.language.numbers import read_percent
from ohaccredit.language.problems import Place, Problem, ProblemsFound, json_pointer
from ohaccredit.language.source import Source
from ohaccredit.standards.files import Day, File, ForceOf, Id, WordsOf
from ohaccredit.standards.home import Home
from ohaccredit.standards.reading import read_file

Percent = Annotated[str, StringConstraints(pattern=r"^\d+(\.\d+)?%$")]
Address = Annotated[str, StringConstraints(pattern=r"^https?://\S+$")]


class PublishedOf(File):
    """One published figure. A share is stated, or follows from two counts, or both and then they agree."""

    measure: Id
    words: WordsOf
    period: ForceOf
    """First and last day."""
    share: Percent | None = None
    count: int | None = Field(None, ge=0)
    of: int | None = Field(None, gt=0)
    publisher: str
    address: Address
    read_in: Literal["primary", "secondary"]
    """primary: in the publisher's own text; secondary: where somebody else quotes it."""
    to_confirm: str | None = None
    """What is to be looked up in the primary source before anybody relies on the figure."""


class BandOf(File):
    """Between which shares a figure does not look odd."""

    measure: Id
    low: Percent
    high: Percent
    origin: Literal["proposal"]
    why: str
    reviewed_on: Day


class PublishedFile(File):
    """standards/published/<name>.yaml."""

    published: Id
    title: WordsOf
    population: WordsOf
    """Whom the figures are about, and how that differs from an employer's people."""
    use: WordsOf
    """What they are for and what not."""
    figures: list[PublishedOf] = Field(min_length=1)
    bands: list[BandOf] = Field(default_factory=list)


@dataclass(frozen=True, slots=True)
class PublishedFigure:
    """A published share, exact as far as its source goes."""

    file: PublishedOf
    share: Fraction

    @property
    def to_confirm(self) -> str:
        return self.file.to_confirm or ""


@dataclass(frozen=True, slots=True)
class Band:
    """A range in which a share does not look odd."""

    file: BandOf
    low: Fraction
    high: Fraction

    def holds(self, share: Fraction) -> bool:
        """Does a share lie in it, its ends included?"""
        return self.low <= share <= self.high


@dataclass(frozen=True, slots=True)
class Published:
    """The figures and bands of one file."""

    file: PublishedFile
    figures: tuple[PublishedFigure, ...]
    bands: tuple[Band, ...]

    def of(self, measure: str) -> tuple[PublishedFigure, ...]:
        """What is published of a measure, the latest period first."""
        found = [each for each in self.figures if each.file.measure == measure]
        return tuple(sorted(found, key=lambda each: each.file.period.start, reverse=True))

    def band(self, measure: str) -> Band | None:
        """The band of a measure, if there is one."""
        return next((each for each in self.bands if each.file.measure == measure), None)


def load_published(home: Home) -> dict[str, Published]:
    """All published figures, by the name of their file.

    Raises ProblemsFound with every problem of these files.
    """
    problems: list[Problem] = []
    found: dict[str, Published] = {}
    for path in sorted((home.standards / "published").glob("*.yaml")):
        read = read_file(path, home.name(path), PublishedFile, problems)
        if read is None:
            continue
        file, source = read
        wrong = [*_problems(file, source)]
        if file.published != path.stem:
            wrong.append(_at(source, ("published",), f'The file is called "{path.stem}".'))
        problems += wrong
        if not wrong:
            figures = tuple(PublishedFigure(each, _share(each)) for each in file.figures)
            bands = tuple(Band(each, _percent(each.low), _percent(each.high)) for each in file.bands)
            found[file.published] = Published(file, figures, bands)
    if problems:
        raise ProblemsFound(problems)
    return found


def _problems(file: PublishedFile, source: Source) -> Iterator[Problem]:
    for index, each in enumerate(file.figures):
        where = ("figures", index)
        if each.period.until is None:
            yield _at(source, (*where, "period"), '"until" is missing: the last day of the period.')
        elif each.period.until < each.period.start:
            yield _at(source, (*where, "period"), "The period ends before it begins.")
        if (each.count is None) != (each.of is None):
            yield _at(source, where, '"count" and "of" belong together.')
        elif each.count is None and each.share is None:
            yield _at(source, where, "A share is missing, or the two counts that it follows from.")
        elif each.count is not None and each.of is not None and each.count > each.of:
            yield _at(source, (*where, "count"), "The part is larger than the whole.")
        elif (
            each.count is not None and each.share is not None and not _agree(each.share, Fraction(each.count, each.of))
        ):
            yield _at(source, (*where, "share"), "The share does not follow from the counts.")
        if each.read_in == "secondary" and not each.to_confirm:
            yield _at(source, where, '"to_confirm" is missing: a figure read in a secondary source is to be confirmed.')
    for index, band in enumerate(file.bands):
        if _percent(band.low) >= _percent(band.high):
            yield _at(source, ("bands", index, "low"), "The band ends before it begins.")
        if band.measure in [other.measure for other in file.bands[:index]]:
            yield _at(source, ("bands", index, "measure"), f'"{band.measure}" has a band already.')


def _share(figure: PublishedOf) -> Fraction:
    if figure.count is not None and figure.of is not None:
        return Fraction(figure.count, figure.of)
    assert figure.share is not None, "_problems asks for it"
    return _percent(figure.share)


def _agree(stated: str, exact: Fraction) -> bool:
    """Is the stated share the exact one, rounded to the decimals that it has?"""
    decimals = len(stated.rstrip("%").partition(".")[2])
    return abs(_percent(stated) - exact) * 100 <= Fraction(1, 2 * 10**decimals)


def _percent(text: str) -> Fraction:
    share = read_percent(text)
    assert share is not None, "the model asks for a percentage"
    return share


def _at(source: Source, path: tuple[str | int, ...], message: str) -> Problem:
    place: Place = source.place(path)
    return Problem(message, place, json_pointer(path))
