"""Evidence types: from their files to the types that rules are checked against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ohaccredit.language.parse import nearest
from ohaccredit.language.problems import Problem, json_pointer
from ohaccredit.language.source import Source
from ohaccredit.language.types import (
    SHARE,
    Choice,
    Choices,
    Date,
    Field,
    Keyed,
    ListOf,
    Measure,
    Number,
    Record,
    Series,
    Text,
    Type,
    Words,
    YesNo,
    name_of,
)
from ohaccredit.standards.files import ChecksOf, EvidenceFile, FieldOf, MeasureOf, Nature

Path = tuple[str | int, ...]

RESULTS = {"met": "met", "not-met": "not met", "not-evidenced": "not evidenced"}
"""What an assessment that is used as evidence can have concluded."""


@dataclass(frozen=True, slots=True)
class EvidenceType:
    """One kind of thing that is asked for."""

    name: str
    words: Words
    about: Words
    collects: str
    privacy: str
    effort: int
    """What it takes to provide, in half days: our estimate, used to compare ways and not to bill."""
    type: Type
    checks: ChecksOf
    computed: bool = False
    """Worked out by the program from the rest, never handed in."""
    identified_by: tuple[str, ...] = ()
    """The fields that say what an item is (a document's kind): they stay known when the item does not count."""
    share_of: Mapping[tuple[str, ...], str] = field(default_factory=dict)
    """For percentage fields: the field beside it that holds the number of people."""
    linked: Mapping[tuple[str, ...], str] = field(default_factory=dict)
    """For fields that hold an assessment: the standard it is of."""
    natures: Mapping[tuple[str, ...], Nature] = field(default_factory=dict)
    """The nature of fields where it was declared; under the empty path, that of all others."""

    def nature_of(self, names: tuple[str, ...], kind: Type) -> Nature:
        """What it takes to fill or change a field: the nearest declaration counts.

        Where none was made, a number is achieved (a figure is what it is), anything else is shown.
        """
        for length in range(len(names), -1, -1):
            if names[:length] in self.natures:
                return self.natures[names[:length]]
        return "achieved" if isinstance(kind, Number) else "shown"

    @property
    def field(self) -> Field:
        """The type as a field of the submission."""
        return Field(self.name, self.type, self.words, about=self.about)


class EvidenceReader:
    """Turns one evidence file into its type. `judged` are the ids that a judged-criterion field may hold."""

    def __init__(self, file: EvidenceFile, source: Source, judged: tuple[str, ...], problems: list[Problem]) -> None:
        self._file = file
        self._source = source
        self._judged = judged
        self._problems = problems
        self._share_of: dict[tuple[str, ...], str] = {}
        self._linked: dict[tuple[str, ...], str] = {}
        self._natures: dict[tuple[str, ...], Nature] = {} if file.nature is None else {(): file.nature}

    def type(self, every_item: Mapping[str, Field]) -> EvidenceType:
        """The evidence type; the fields of every item are added to each of its records."""
        file = self._file
        fields = self._fields(file.fields, ("fields",), ())
        self._check_names(fields)
        record = Record({**fields, **{name: each for name, each in every_item.items() if name not in fields}})
        words = file.words.plain()
        kind: Type = record
        if file.collects == "many":
            kind = ListOf(record, words)
        elif file.collects == "one_per_key":
            kind = self._keyed(record, words)
        return EvidenceType(
            file.evidence, words, file.about.plain(), file.collects, file.privacy, file.effort,
            kind, file.checks, file.computed, tuple(file.identified_by), self._share_of, self._linked, self._natures,
        )  # fmt: skip

    def _check_names(self, fields: Mapping[str, Field]) -> None:
        for index, name in enumerate(self._file.identified_by):
            if name not in fields:
                self._problem(("identified_by", index), f'There is no field "{name}".', nearest(name, tuple(fields)))

    def every_item(self) -> dict[str, Field]:
        """The fields that every item has."""
        return self._fields(self._file.fields, ("fields",), ())

    def _problem(self, path: Path, message: str, hint: str = "") -> None:
        self._problems.append(Problem(message, self._source.place(path), json_pointer(path), hint))

    def _fields(self, files: Mapping[str, FieldOf], path: Path, names: tuple[str, ...]) -> dict[str, Field]:
        return {name: self._field(name, file, (*path, name), (*names, name)) for name, file in files.items()}

    def _field(self, name: str, file: FieldOf, path: Path, names: tuple[str, ...]) -> Field:
        if file.share_of:
            self._share_of[names] = file.share_of
        if file.nature is not None:
            self._natures[names] = file.nature
        about = file.about.plain() if file.about else {}
        kind = self._type(file, path, names)
        self._check_better(file, kind, path)
        return Field(name, kind, file.words.plain(), file.required, about, file.small_cell, file.better or "")

    def _check_better(self, file: FieldOf, kind: Type, path: Path) -> None:
        """A number can be higher or lower, a date later or earlier, and yes_no is yes or no."""
        can_be: tuple[str, ...] = ()
        match kind:
            case Number():
                can_be = ("higher", "lower")
            case Date():
                can_be = ("later", "earlier")
            case YesNo():
                can_be = ("yes", "no")
        if file.better is not None and file.better not in can_be:
            said = " or ".join(can_be)
            hint = f"Here it can be {said}." if said else "Only numbers, dates and yes_no have it."
            self._problem((*path, "better"), f'"better: {file.better}" does not fit {name_of(kind)}.', hint)

    def _type(self, file: FieldOf, path: Path, names: tuple[str, ...]) -> Type:
        match file.type:
            case "text":
                return Text()
            case "yes_no":
                return YesNo()
            case "date":
                return Date()
            case "count":
                return Number(file.unit, True, 0 if file.minimum is None else file.minimum, file.maximum)
            case "number":
                return Number(file.unit, False, file.minimum, file.maximum)
            case "money":
                return Number("pounds", False, file.minimum, file.maximum)
            case "percent":
                return Number(
                    SHARE,
                    False,
                    0 if file.minimum is None else file.minimum,
                    100 if file.maximum is None else file.maximum,
                    True,
                )
            case "choice" | "choices":
                options = file.options or {}
                if not options:
                    self._problem(path, '"options" is missing: what may be chosen.')
                said = {option: words.plain() for option, words in options.items()}
                return Choice(tuple(options), said) if file.type == "choice" else Choices(tuple(options), said)
            case "judged_criterion":
                return Choice(self._judged)
            case "assessment":
                if file.of is None:
                    self._problem(path, '"of" is missing: the standard that the assessment is of.')
                self._linked[names] = file.of or ""
                return _ASSESSMENT
            case _:
                if not file.fields:
                    self._problem(path, '"fields" is missing.')
                record = Record(self._fields(file.fields or {}, (*path, "fields"), names))
                words = file.words.plain()
                if file.type == "record":
                    return record
                return ListOf(record, words) if file.type == "list" else self._series(file, record, path, words)

    def _series(self, file: FieldOf, record: Record, path: Path, words: Words) -> Type:
        if file.at is None or file.same is None or file.measure is None:
            self._problem(path, 'A series needs "at", "same" and "measure".')
            return ListOf(record, words)
        for name in (file.at, file.same):
            if name not in record.fields:
                self._problem(path, f'The series has no field "{name}".')
        return Series(record, file.at, file.same, self._measure(file.measure, record, path), words)

    def _measure(self, file: MeasureOf, record: Record, path: Path) -> Measure:
        for name in (file.of, file.base, file.spread, file.people):
            if name is not None and not isinstance(getattr(record.fields.get(name), "type", None), Number):
                self._problem((*path, "measure"), f'The series has no number "{name}".')
        needed = {"share": ("base",), "rate": ("base",), "mean": ("spread", "people")}[file.kind]
        for name in needed:
            if getattr(file, name) is None:
                self._problem((*path, "measure"), f'A measure of kind "{file.kind}" needs "{name}".')
        return Measure(file.kind, file.of, file.base or "", file.spread or "", file.people or "", file.better)

    def _keyed(self, record: Record, words: Words) -> Type:
        keys = self._file.keys or {}
        if not keys:
            self._problem((), '"keys" is missing: what this evidence is given for.')
            return ListOf(record, words)
        records = {}
        for key, file in keys.items():
            own = {name: words.plain() for name, words in file.field_words.items()}
            fields = dict(_renamed(record, own).fields)
            if file.measure is not None:
                for name, each in fields.items():
                    if isinstance(each.type, Series):
                        measure = self._measure(file.measure, each.type.item, ("keys", key))
                        fields[name] = replace(each, type=replace(each.type, measure=measure))
            records[key] = Record(fields)
        return Keyed(tuple(keys), records, {key: file.words.plain() for key, file in keys.items()}, words)


def _renamed(record: Record, words: Mapping[str, Words]) -> Record:
    """A record whose fields, those of its lists included, have other words."""
    fields = {}
    for name, each in record.fields.items():
        kind = each.type
        if isinstance(kind, (ListOf, Series)):
            kind = replace(kind, item=_renamed(kind.item, words))
        fields[name] = replace(each, type=kind, words=words.get(name, each.words))
    return Record(fields)


_ASSESSMENT = Record(
    {
        "result": Field("result", Choice(tuple(RESULTS), {k: {"en": v} for k, v in RESULTS.items()}), {"en": "result"}),
        "standard": Field("standard", Text(), {"en": "standard it was assessed against"}),
        "edition": Field("edition", Text(), {"en": "edition it was assessed against"}),
        "assessed_on": Field("assessed_on", Date(), {"en": "date of that assessment"}),
        "valid_until": Field("valid_until", Date(), {"en": "last day on which that assessment holds"}),
        "assurance": Field(
            "assurance",
            Choice(
                ("declared", "verified", "confirmed"),
                {
                    "declared": {"en": "declared by the provider"},
                    "verified": {"en": "verified by an assessor"},
                    "confirmed": {"en": "confirmed by a panel"},
                },
            ),
            {"en": "assurance behind it"},
        ),
        "record_digest": Field("record_digest", Text(), {"en": "digest of the assessment record"}),
    }
)
