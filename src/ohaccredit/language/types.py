"""The types of evidence.

Evidence types are declared as data (standards/evidence); this module is what those files become. A rule
is checked against these types before it ever meets evidence: a field that does not exist, a choice that
is no option and a date compared with a number are errors in the rule file, found when it is read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

Words = Mapping[str, str]
"""The same words by language: {"en": "...", "cy": "..."}. English is always there; Welsh may follow."""

SHARE = "share"
"""The unit of percentages and of ratios of like things."""


@dataclass(frozen=True, slots=True)
class YesNo:
    """A statement that is either so or not."""


@dataclass(frozen=True, slots=True)
class Text:
    """Free text. It can be given or missing; no rule looks inside it."""


@dataclass(frozen=True, slots=True)
class Date:
    """A calendar day."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number with a unit ("people", "days", "pounds", "share"); `whole` if it has no decimals.

    Bounds say what is possible at all, in the unit's own terms: a percentage of people lies in 0 to 1.
    """

    unit: str = ""
    whole: bool = True
    minimum: int | None = None
    maximum: int | None = None
    percent: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a closed list of options; `words` says each for people."""

    options: tuple[str, ...]
    words: Mapping[str, Words] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Choices:
    """Several of a closed list of options."""

    options: tuple[str, ...]
    words: Mapping[str, Words] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Field:
    """A named part of a record."""

    name: str
    type: Type
    words: Words = field(default_factory=dict, compare=False)
    required: bool = False
    about: Words = field(default_factory=dict, compare=False)
    small_cell: str = ""
    """The kind of small count this is, where a low number could point at a person ("" if it is not)."""
    better: str = ""
    """Which direction is better, whatever a rule asks: higher, lower, later, earlier, yes or no ("" if neither is)."""


@dataclass(frozen=True, slots=True)
class Record:
    """Named fields."""

    fields: Mapping[str, Field]

    def __iter__(self) -> Iterator[Field]:
        return iter(self.fields.values())


@dataclass(frozen=True, slots=True)
class Measure:
    """How the points of a series are read.

    kind   share: `of` among `base`, each person counted at most once (or a part of each person's time);
           rate: `of` events per `base`; mean: the field `of`, with the standard deviation in `spread`.
    people the field with the number of people behind a point, which sets its noise.
    """

    kind: Literal["share", "rate", "mean"]
    of: str
    base: str = ""
    spread: str = ""
    people: str = ""
    better: Literal["higher", "lower", "neither"] = "higher"


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list of records."""

    item: Record
    words: Words = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Keyed:
    """One record for each of a closed list of keys. Every key is asked for, given or not."""

    keys: tuple[str, ...]
    records: Mapping[str, Record]
    words: Mapping[str, Words] = field(default_factory=dict, compare=False)
    item_words: Words = field(default_factory=dict, compare=False)

    @property
    def item(self) -> Record:
        """What all the records share, with the key itself as the field `key`.

        A series that is measured in another way for each key is only a list here: what became of it can
        be asked by its key alone.
        """
        fields = dict(self.records[self.keys[0]].fields)
        for name, each in fields.items():
            kind = each.type
            if isinstance(kind, Series) and any(r.fields[name].type != kind for r in self.records.values()):
                fields[name] = replace(each, type=ListOf(kind.item, kind.words))
        first = Record(fields)
        key = Field("key", Choice(self.keys, self.words), {"en": "its kind", "cy": "ei fath"})
        return Record({"key": key, **first.fields})


@dataclass(frozen=True, slots=True)
class Series:
    """Dated points of one measure. Those back from the latest that share the field `same` with it are comparable."""

    item: Record
    at: str
    same: str
    measure: Measure
    words: Words = field(default_factory=dict, compare=False)


Collection = ListOf | Keyed | Series
Scalar = YesNo | Text | Date | Number | Choice | Choices
Type = Scalar | Record | Collection

COLLECTIONS = (ListOf, Keyed, Series)


def name_of(kind: Type) -> str:
    """The type in plain words, for messages."""
    match kind:
        case YesNo():
            return "yes or no"
        case Text():
            return "text"
        case Date():
            return "a date"
        case Number(percent=True) | Number(unit="share"):
            return "a percentage"
        case Number(unit=unit):
            return f"a number of {unit}" if unit else "a number"
        case Choice():
            return "one of a list of options"
        case Choices():
            return "several of a list of options"
        case Record():
            return "a group of fields"
        case _:
            return "a list"
