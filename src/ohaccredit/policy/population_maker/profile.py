"""The profile of a made-up population: its file, read and checked against the edition it is for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated

from pydantic import Field as Key
from pydantic import StringConstraints

from ohaccredit.language.numbers import read_percent
from ohaccredit.language.parse import nearest
from ohaccredit.language.problems import Problem, ProblemsFound, json_pointer
from ohaccredit.language.source import Source
from ohaccredit.language.types import (
    Choice,
    Choices,
    Date,
    Field,
    Keyed,
    ListOf,
    Number,
    Record,
    Series,
    Text,
    Type,
    YesNo,
)
from ohaccredit.standards.edition import Edition
from ohaccredit.standards.files import Day, File, Id, Name, WordsOf
from ohaccredit.standards.home import Home
from ohaccredit.standards.published import load_published
from ohaccredit.standards.reading import read_file

Percent = Annotated[str, StringConstraints(pattern=r"^-?\d+(\.\d+)?%$")]
Path = tuple[str | int, ...]
NOTHING, BELOW = "none", "below"
"""Where a step's employers come from if not from seeds of a tier: the evidence types; seeds below the lowest tier."""
OTHERS = "others"
EVERY_ITEM = "every_item"
LARGEST_NUMBER = 10_000_000


class SeedsOf(File):
    """Whole submissions to vary."""

    folder: str
    written_for: Day
    waits: int = Key(0, ge=0)
    """Days for which a submission has lain ready at most when it is assessed."""
    results_hold: int = Key(36, ge=1)
    """Months for which the result of an assessment that a seed holds the evidence for is taken to be valid."""


class BandOf(File):
    """A band of sizes with the published measure that gives its share."""

    measure: Id
    start: int = Key(alias="from", ge=1)
    until: int = Key(le=LARGEST_NUMBER)


class SizeOf(File):
    """How employers are spread over sizes."""

    field: str
    published: Id
    tail: float = Key(1.1, gt=0, le=10)
    bands: list[BandOf] = Key(min_length=1)


class PartOf(File):
    """A published share, or a part of it."""

    measure: Id
    of: Percent = "100%"


class GroupOf(File):
    """A field whose options follow published shares."""

    field: str
    options: dict[str, list[PartOf]] = Key(min_length=1)
    alike: list[list[str]] = Key(default_factory=list)
    """Options between which a seed can be exchanged; a seed of others is taken only if there is none."""


class NameOf(File):
    """What made-up employers are called."""

    fields: list[str]
    says: str


class FiguresOf(File):
    """Which figures grow with the size, and of which more is worse."""

    grow_with: list[str]
    also: list[str] = Key(default_factory=list)
    never: list[str] = Key(default_factory=list)
    sampled: list[str] = Key(default_factory=list)
    """Evidence types that ask some of the people: in a smaller employer, a larger part of them is asked."""
    worse_is_more: list[str] = Key(default_factory=list)


class CareOf(File):
    """Such a share of employers slips in so many of their kinds of evidence."""

    share: Percent
    slips: Percent


class StepOf(File):
    """How far employers have come."""

    id: Id
    words: WordsOf
    share: Percent | dict[str, Percent]
    seeds: Id
    tries: int = Key(1, ge=1, le=50)
    """So many sizes and roundings are tried until the tier of the seed is still reached; one: whatever comes."""
    tail: float | None = Key(None, gt=0, le=10)
    """How quickly larger employers become rare, if not as among all."""
    maturity: list[Percent] = Key(min_length=2, max_length=2)
    care: list[CareOf] = Key(min_length=1)


class SlipsOf(File):
    """What a slip is, as weights."""

    not_handed_in: int = Key(0, ge=0)
    fields_missing: int = Key(0, ge=0)
    items_missing: int = Key(0, ge=0)
    figures_worse: int = Key(0, ge=0)
    out_of_date: int = Key(0, ge=0)
    answered_no: int = Key(0, ge=0)


class SpreadOf(File):
    """How the values of one field are spread."""

    given: Percent | None = None
    days_ago: list[int] | None = Key(default=None, min_length=2, max_length=2)
    range: list[int] | None = Key(default=None, min_length=2, max_length=2)
    of_size: list[Percent] | None = Key(default=None, min_length=2, max_length=2)
    shares: dict[str, int] | None = Key(default=None, min_length=1)
    text: str | None = None


class DrawnOf(File):
    """How employers are drawn from the evidence types."""

    spread: Percent
    comes_at: dict[Name, Percent]
    given: list[Percent] = Key(min_length=2, max_length=2)
    yes: list[Percent] = Key(min_length=2, max_length=2)
    fields: dict[str, SpreadOf] = Key(default_factory=dict)


class ProfileFile(File):
    """standards/populations/<standard>.yaml."""

    population: Id
    about: WordsOf
    seeds: SeedsOf
    size: SizeOf
    groups: list[GroupOf] = Key(default_factory=list)
    name: NameOf
    figures: FiguresOf
    leave_out: list[Name] = Key(default_factory=list)
    steps: list[StepOf] = Key(min_length=1)
    slips: SlipsOf
    drawn: DrawnOf


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile with its published shares looked up. Weights need not add up to anything."""

    file: ProfileFile
    bands: tuple[Fraction, ...]
    """The weight of each band of sizes."""
    steps: tuple[tuple[Fraction, ...], ...]
    """For each band, the weight of each step."""
    groups: tuple[Mapping[str, Fraction], ...]
    """For each group, the weight of each option."""


def load_profile(home: Home, edition: Edition) -> Profile:
    """The profile of an edition's standard. Raises ProblemsFound with every problem of the file."""
    path = home.standards / "populations" / f"{edition.standard}.yaml"
    if not path.is_file():
        message = f"There is no profile of a population for {edition.standard}."
        hint = f"Write {home.name(path)}; the head of one that is there explains its keys."
        raise ProblemsFound([Problem(message, hint=hint)])
    problems: list[Problem] = []
    read = read_file(path, home.name(path), ProfileFile, problems)
    if read is None:
        raise ProblemsFound(problems)
    file, source = read
    published = load_published(home).get(file.size.published)
    shares: dict[str, Fraction] = {}
    if published is None:
        problems.append(_at(source, ("size", "published"), f'There are no published figures "{file.size.published}".'))
    else:
        shares = {each.file.measure: each.share for each in reversed(published.figures)}
        problems += _measures(file, source, shares)
    problems += _paths(file, source, edition)
    problems += _steps(file, source, edition)
    if problems:
        raise ProblemsFound(problems)
    groups = tuple(
        {
            option: sum((shares[part.measure] * percent(part.of) for part in parts), Fraction(0))
            for option, parts in group.options.items()
        }
        for group in file.groups
    )
    bands = tuple(shares[band.measure] for band in file.size.bands)
    steps = tuple(tuple(step_share(step, band.measure) for step in file.steps) for band in file.size.bands)
    return Profile(file, bands, steps, groups)


def percent(text: str) -> Fraction:
    """A percentage of the file as a fraction; below zero too."""
    share = read_percent(text.removeprefix("-"))
    assert share is not None, "the model asks for a percentage"
    return -share if text.startswith("-") else share


def step_share(step: StepOf, band: str) -> Fraction:
    """The weight of a step among the employers of a band."""
    return percent(step.share) if isinstance(step.share, str) else percent(step.share.get(band, "0%"))


def field_at(edition: Edition, path: str) -> Field | None:
    """The field that type.field.field leads to, through records and lists; None if there is none."""
    name, *names = path.split(".")
    if name == EVERY_ITEM:
        found = [field_in(kind.type, names) for kind in edition.evidence.values()]
        return next((each for each in found if each is not None), None)
    return field_in(edition.evidence[name].type, names) if name in edition.evidence and names else None


def field_in(kind: Type, names: list[str]) -> Field | None:
    """The field that names lead to from a type; keys of evidence given once per key are left out."""
    found: Field | None = None
    for name in names:
        record = record_of(kind)
        found = record.fields.get(name) if record is not None else None
        if found is None:
            return None
        kind = found.type
    return found


def record_of(kind: Type) -> Record | None:
    """The record that a type is, or is made of."""
    if isinstance(kind, Keyed):
        return kind.records[kind.keys[0]]
    if isinstance(kind, (ListOf, Series)):
        return kind.item
    return kind if isinstance(kind, Record) else None


# ── What can be wrong ───────────────────────────────────────────────────────────────────────────────


def _at(source: Source, path: Path, message: str, hint: str = "", *, key: bool = False) -> Problem:
    return Problem(message, source.place(path, key=key), json_pointer(path), hint)


def _measures(file: ProfileFile, source: Source, shares: Mapping[str, Fraction]) -> Iterator[Problem]:
    named: list[tuple[str, Path]] = [
        (band.measure, ("size", "bands", index, "measure")) for index, band in enumerate(file.size.bands)
    ]
    for index, group in enumerate(file.groups):
        for option, parts in group.options.items():
            for number, part in enumerate(parts):
                named.append((part.measure, ("groups", index, "options", option, number, "measure")))
    for measure, path in named:
        if measure not in shares:
            hint = nearest(measure, tuple(shares))
            yield _at(source, path, f'No share is published of "{measure}" in "{file.size.published}".', hint)


def _paths(file: ProfileFile, source: Source, edition: Edition) -> Iterator[Problem]:
    """Every field that the profile names is there, and is of a kind that fits."""
    size = field_at(edition, file.size.field)
    if size is None or not isinstance(size.type, Number) or edition.evidence[_type(file.size.field)].collects != "one":
        yield _at(source, ("size", "field"), f'"{file.size.field}" is no count of evidence that is given once.')
    for index, group in enumerate(file.groups):
        where: Path = ("groups", index, "field")
        kind = field_at(edition, group.field)
        if kind is None or not isinstance(kind.type, Choice) or edition.evidence[_type(group.field)].collects != "one":
            yield _at(source, where, f'"{group.field}" is no choice of evidence that is given once.')
            continue
        for option in group.options:
            if option not in kind.type.options:
                hint = nearest(option, kind.type.options)
                yield _at(source, (*where[:-1], "options", option), f'"{option}" is no option.', hint, key=True)
        seen = [option for alike in group.alike for option in alike]
        if group.alike and sorted(seen) != sorted(group.options):
            yield _at(source, (*where[:-1], "alike"), '"alike" names each of the options once.')
    for index, path in enumerate(file.name.fields):
        named = field_at(edition, path)
        if named is None or not isinstance(named.type, Text) or edition.evidence[_type(path)].collects != "one":
            yield _at(source, ("name", "fields", index), f'"{path}" is no text of evidence that is given once.')
    for name in ("also", "never"):
        for index, path in enumerate(getattr(file.figures, name)):
            figure = field_at(edition, path)
            if figure is None or not isinstance(figure.type, Number):
                yield _at(source, ("figures", name, index), f'"{path}" is no figure of this standard\'s evidence.')
    for index, name in enumerate(file.figures.sampled):
        if name not in edition.evidence:
            hint = nearest(name, tuple(edition.evidence))
            yield _at(source, ("figures", "sampled", index), f'There is no evidence type "{name}".', hint)
    for name in file.drawn.comes_at:
        if name != OTHERS and name not in edition.evidence:
            hint = nearest(name, tuple(edition.evidence))
            yield _at(source, ("drawn", "comes_at", name), f'There is no evidence type "{name}".', hint, key=True)
    if OTHERS not in file.drawn.comes_at:
        yield _at(source, ("drawn", "comes_at"), f'"{OTHERS}" is missing: when the evidence comes that is not named.')
    for path, spread in file.drawn.fields.items():
        where = ("drawn", "fields", path)
        drawn = field_at(edition, path)
        if drawn is None:
            yield _at(source, where, f'There is no field "{path}".', "Write type.field, without keys.", key=True)
        else:
            yield from _spread(spread, drawn.type, where, source)


def _spread(spread: SpreadOf, kind: Type, where: Path, source: Source) -> Iterator[Problem]:
    fits: dict[str, type | tuple[type, ...]] = {
        "days_ago": Date,
        "range": Number,
        "of_size": Number,
        "shares": (Choice, Choices, YesNo),
        "text": Text,
    }
    for name, wanted in fits.items():
        if getattr(spread, name) is not None and not isinstance(kind, wanted):
            yield _at(source, (*where, name), f'"{name}" does not fit this field.', key=True)
    for name in ("days_ago", "range"):
        ends = getattr(spread, name)
        if ends is not None and ends[0] > ends[1]:
            yield _at(source, (*where, name), "The range ends before it begins.")
    if spread.shares is None or not isinstance(kind, (Choice, Choices, YesNo)):
        return
    options = ("yes", "no") if isinstance(kind, YesNo) else kind.options
    for option, weight in spread.shares.items():
        if option not in options:
            hint = nearest(option, options)
            yield _at(source, (*where, "shares", option), f'"{option}" is no option.', hint, key=True)
        elif weight < 0:
            yield _at(source, (*where, "shares", option), "A weight is not negative.")
    if not any(weight > 0 for weight in spread.shares.values()):
        yield _at(source, (*where, "shares"), "One of the weights must be more than nothing.")


def _steps(file: ProfileFile, source: Source, edition: Edition) -> Iterator[Problem]:
    tiers = (NOTHING, BELOW, *(tier.id for tier in edition.ladder))
    measures = tuple(band.measure for band in file.size.bands)
    for index, band in enumerate(file.size.bands):
        if band.until < band.start:
            yield _at(source, ("size", "bands", index, "until"), "The band ends before it begins.")
    for index, step in enumerate(file.steps):
        if step.seeds not in tiers:
            hint = nearest(step.seeds, tiers) or f"There is: {', '.join(tiers)}."
            yield _at(source, ("steps", index, "seeds"), f'"{step.seeds}" is no tier of {edition.id}.', hint)
        for measure in step.share if isinstance(step.share, dict) else ():
            if measure not in measures:
                where = ("steps", index, "share", measure)
                yield _at(source, where, f'No band has the measure "{measure}".', nearest(measure, measures), key=True)
        if not any(percent(care.share) > 0 for care in step.care):
            yield _at(source, ("steps", index, "care"), "One of the shares must be more than nothing.")
    for measure in measures:
        if not any(step_share(step, measure) > 0 for step in file.steps):
            yield _at(source, ("steps",), f'No step has a share of the employers of "{measure}".')
    if not any(weight > 0 for weight in file.slips.model_dump().values()):
        yield _at(source, ("slips",), "One of the weights must be more than nothing.")


def _type(path: str) -> str:
    return path.partition(".")[0]
