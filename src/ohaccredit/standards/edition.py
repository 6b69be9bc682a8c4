"""Editions: a standard with its criteria, rules, parameters and derived values, read and checked as one.

An edition is the unit that is dated, versioned and frozen. Reading one finds every problem in all its
files before anything is said.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Literal

from ohaccredit.language import tree as t
from ohaccredit.language.compile import CompiledRules
from ohaccredit.language.numbers import read_number, read_percent
from ohaccredit.language.parse import Reading, nearest, read_condition, read_value
from ohaccredit.language.problems import Place, Problem, ProblemsFound, json_pointer
from ohaccredit.language.source import Source
from ohaccredit.language.types import SHARE, Choice, Choices, Field, Number, Record, Scalar, Words
from ohaccredit.language.walk import evidence_named, walk
from ohaccredit.standards.evidence import EvidenceReader, EvidenceType
from ohaccredit.standards.files import (
    CriteriaFile,
    CriterionOf,
    DerivedFile,
    DerivedOf,
    EvidenceFile,
    Figure,
    ForceOf,
    JudgedOf,
    ParameterOf,
    ParametersFile,
    ReasonsFile,
    RefusedFile,
    RuleFile,
    StandardFile,
    TierOf,
)
from ohaccredit.standards.home import Home
from ohaccredit.standards.reading import Model, read_file

FilePath = tuple[str | int, ...]

JUDGEMENTS = "judgements"
"""The evidence type in which assessors' judgements are recorded."""
EVERY_ITEM = "every_item"
REFUSED = "refused.yaml"


@dataclass(frozen=True, slots=True)
class Tier:
    """A rung of the ladder; a foundation is no rung, but holds for all of them."""

    id: str
    words: Words
    about: Words
    foundation: bool


@dataclass(frozen=True, slots=True)
class Criterion:
    """One requirement of an edition."""

    id: str
    tier: str
    obligation: Literal["must", "expected", "credit"]
    title: Words
    requirement: Words
    statements: tuple[str, ...]
    next_step: Words
    effective: ForceOf
    module: str
    may_claim_not_applicable: bool
    judged: JudgedOf | None
    origin: str
    """The edition that the criterion and its rule come from, as standard/edition."""
    place: Place = field(compare=False)

    def in_force(self, on: date) -> bool:
        """Is the criterion in force on that day?"""
        return self.effective.start <= on and (self.effective.until is None or on <= self.effective.until)


@dataclass(frozen=True)
class Edition:
    """A published set of criteria with the rules that decide them."""

    standard: str
    edition: str
    title: Words
    about: Words
    notice: Words
    subject: Words
    in_force: ForceOf
    tiers: tuple[Tier, ...]
    """The foundations first, then the ladder from its lowest rung up."""
    modules: Mapping[str, Words]
    criteria: Mapping[str, Criterion]
    rules: Mapping[str, t.Rule]
    definitions: t.Definitions
    shares: str
    """The folder of rules whose parameters and derived values this edition shares with others; "" if none."""
    evidence: Mapping[str, EvidenceType]
    refused: Mapping[str, Words]
    """Names of fields that are never accepted, with the reason."""
    reasons: Mapping[str, Words]
    """The reason codes that rules may give, in words."""
    linked: Mapping[str, Edition]
    """The editions of the standards that evidence of this one can be assessments of."""
    files: Mapping[str, str] = field(repr=False)
    """Every file that the edition consists of, with its SHA-256."""

    @property
    def id(self) -> str:
        """standard/edition."""
        return f"{self.standard}/{self.edition}"

    @property
    def ladder(self) -> tuple[Tier, ...]:
        """The tiers that can be reached, lowest first."""
        return tuple(tier for tier in self.tiers if not tier.foundation)

    def tier(self, id_: str) -> Tier:
        """The tier or foundation with that id."""
        return next(tier for tier in self.tiers if tier.id == id_)

    def linked_at(self, path: tuple[str, ...]) -> Edition | None:
        """The edition that the assessment held in a field is of; None for any other field.

        The path is the evidence type's name and the names of the fields below it.
        """
        kind = self.evidence.get(path[0])
        return None if kind is None else self.linked.get(kind.linked.get(path[1:], ""))

    @cached_property
    def record(self) -> Record:
        """What a submission's evidence may hold."""
        return Record({name: kind.field for name, kind in self.evidence.items()})

    @cached_property
    def compiled(self) -> CompiledRules:
        """The rules, compiled once."""
        return CompiledRules(self.definitions, self.rules.values())

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the edition's files: what a record names to say by which text it was decided."""
        lines = "".join(f"{name} {digest}\n" for name, digest in sorted(self.files.items()))
        return hashlib.sha256(lines.encode()).hexdigest()


def list_editions(home: Home) -> list[tuple[str, str]]:
    """Every (standard, edition) that has a standard.yaml, in order."""
    found = home.standards.glob("*/*/standard.yaml")
    return sorted((path.parent.parent.name, path.parent.name) for path in found)


def load_edition(home: Home, standard: str, edition: str | None = None, *, on: date | None = None) -> Edition:
    """An edition by name; without `edition`, the one in force on a date, else the latest.

    Raises ProblemsFound with every problem of its files.
    """
    problems: list[Problem] = []
    editions = [name for each, name in list_editions(home) if each == standard]
    if not editions:
        known = tuple(sorted({each for each, _ in list_editions(home)}))
        raise ProblemsFound([Problem(f'There is no standard "{standard}".', hint=nearest(standard, known))])
    if edition is None:
        edition = _in_force(home, standard, editions, on)
    if edition not in editions:
        raise ProblemsFound([Problem(f'"{standard}" has no edition "{edition}".', hint=nearest(edition, editions))])
    loaded = _Loader(home, problems).edition(standard, edition)
    if problems or loaded is None:
        raise ProblemsFound(problems)
    return loaded


def _in_force(home: Home, standard: str, editions: list[str], on: date | None) -> str:
    chosen = editions[-1]
    if on is None:
        return chosen
    for name in editions:
        read = read_file(home.standards / standard / name / "standard.yaml", name, StandardFile, [])
        if read and read[0].in_force.start <= on and (read[0].in_force.until is None or on <= read[0].in_force.until):
            chosen = name
    return chosen


class _Loader:
    """Reads the files of one edition; problems gather as it goes."""

    def __init__(self, home: Home, problems: list[Problem], adopting: tuple[str, ...] = ()) -> None:
        self._home = home
        self._problems = problems
        self._adopting = adopting
        self._files: dict[str, str] = {}

    def _read(self, path: Path, model: type[Model]) -> tuple[Model, Source] | None:
        name = self._home.name(path)
        read = read_file(path, name, model, self._problems)
        if read is not None:
            self._files[name] = read[1].digest
        return read

    def edition(self, standard: str, edition: str) -> Edition | None:
        folder, rules = self._home.standards / standard / edition, self._home.rules / standard / edition
        read = self._read(folder / "standard.yaml", StandardFile)
        if read is None:
            return None
        file, source = read
        for key, expected in (("standard", standard), ("edition", edition)):
            if getattr(file, key) != expected:
                self._note(source, (key,), f'The folder says "{expected}", the file "{getattr(file, key)}".')
        tiers = [_tier(each, True) for each in file.foundations] + [_tier(each, False) for each in file.tiers]
        criteria = self._criteria(folder, file, f"{standard}/{edition}", {tier.id for tier in tiers})
        adopted = self._adopted(file, source, {tier.id for tier in tiers}, criteria)
        judged = tuple(
            c.id for c in (*criteria.values(), *(c for e in adopted for c in e.criteria.values())) if c.judged
        )
        evidence = self._evidence(file, source, judged)
        if len(evidence) < len(file.evidence):
            return None  # rules read against half the evidence would only add misleading problems
        record = Record({name: kind.field for name, kind in evidence.items()})
        definitions = t.Definitions({}, {})
        for origin in adopted:
            self._take_over(origin.definitions, definitions, source)
        if file.shares and not (self._home.rules / file.shares).is_dir():
            self._note(source, ("shares",), f'There is no folder "rules/{file.shares}".')
        elif file.shares and not any(origin.shares == file.shares for origin in adopted):
            self._definitions(self._home.rules / file.shares, record, definitions)
        if rules.is_dir():
            self._definitions(rules, record, definitions)
        self._circles(definitions, source)
        found, written = self._rules(rules, criteria, record, definitions)
        for origin in adopted:
            taken = {id_: rule for id_, rule in origin.rules.items() if id_ in criteria}
            found.update(taken)
            for id_, rule in taken.items():
                for name in sorted(evidence_named(rule, definitions) - set(evidence)):
                    self._note(
                        source, ("evidence",), f'The adopted criterion "{id_}" reads "{name}", which is not listed.'
                    )
        self._judged(criteria, found, record, definitions, source)
        for id_, criterion in criteria.items():
            if (
                id_ not in found
                and id_ not in written
                and criterion.judged is None
                and criterion.origin == f"{standard}/{edition}"
            ):
                where = self._home.name(rules / id_ / "rule.yaml")
                self._problems.append(
                    Problem(
                        f'The criterion "{id_}" has no rule.',
                        criterion.place,
                        hint=f"Write {where}, or give it a rubric.",
                    )
                )
        ordered = {tier.id: index for index, tier in enumerate(tiers)}
        return Edition(
            standard=standard,
            edition=edition,
            title=file.title.plain(),
            about=file.about.plain(),
            notice=file.notice.plain(),
            subject=file.subject.plain(),
            in_force=file.in_force,
            tiers=tuple(tiers),
            modules={module.id: module.words.plain() for module in file.modules},
            criteria=dict(sorted(criteria.items(), key=lambda pair: ordered.get(pair[1].tier, 0))),
            rules={id_: found[id_] for id_ in criteria if id_ in found},
            definitions=definitions,
            shares=file.shares or "",
            evidence=evidence,
            refused=self._refused(),
            reasons=self._reasons(found),
            linked=self._linked(evidence, f"{standard}/{edition}"),
            files=self._files,
        )

    def _note(self, source: Source, path: FilePath, message: str, hint: str = "") -> None:
        self._problems.append(Problem(message, source.place(path), json_pointer(path), hint))

    # ── Criteria ──

    def _criteria(self, folder: Path, standard: StandardFile, origin: str, tiers: set[str]) -> dict[str, Criterion]:
        criteria: dict[str, Criterion] = {}
        modules = {module.id for module in standard.modules}
        for path in sorted((folder / "criteria").glob("*.yaml")):
            read = self._read(path, CriteriaFile)
            if read is None:
                continue
            file, source = read
            if file.tier not in tiers:
                self._note(
                    source,
                    ("tier",),
                    f'The standard has no tier "{file.tier}".',
                    nearest(file.tier, tuple(tiers)),
                )
            for index, each in enumerate(file.criteria):
                where: FilePath = ("criteria", index)
                if each.id in criteria:
                    self._note(source, (*where, "id"), f'The criterion "{each.id}" is there twice.')
                if each.module is not None and each.module not in modules:
                    self._note(source, (*where, "module"), f'The standard has no module "{each.module}".')
                criteria[each.id] = _criterion(each, file.tier, standard.in_force, origin, source.place((*where, "id")))
        return criteria

    def _adopted(
        self, file: StandardFile, source: Source, tiers: set[str], criteria: dict[str, Criterion]
    ) -> list[Edition]:
        """The editions whose criteria this one takes over; their criteria are added to `criteria`."""
        editions: list[Edition] = []
        for index, adopt in enumerate(file.adopts):
            where: FilePath = ("adopts", index)
            name = f"{adopt.standard}/{adopt.edition}"
            if name in self._adopting:
                self._note(source, where, f'"{name}" is adopted in a circle.')
                continue
            loader = _Loader(self._home, self._problems, (*self._adopting, f"{file.standard}/{file.edition}"))
            edition = loader.edition(adopt.standard, adopt.edition)
            if edition is None:
                continue
            self._files.update(loader._files)
            editions.append(edition)
            for tier, ids in adopt.into.items():
                if tier not in tiers:
                    self._note(
                        source,
                        (*where, "into", tier),
                        f'The standard has no tier "{tier}".',
                        nearest(tier, tuple(tiers)),
                    )
                for position, id_ in enumerate(ids):
                    here = (*where, "into", tier, position)
                    if id_ not in edition.criteria:
                        self._note(
                            source,
                            here,
                            f'"{name}" has no criterion "{id_}".',
                            nearest(id_, tuple(edition.criteria)),
                        )
                    elif id_ in criteria:
                        self._note(source, here, f'The criterion "{id_}" is there twice.')
                    else:
                        criteria[id_] = _moved(edition.criteria[id_], tier)
        return editions

    def _judged(
        self,
        criteria: Mapping[str, Criterion],
        rules: dict[str, t.Rule],
        record: Record,
        definitions: t.Definitions,
        source: Source,
    ) -> None:
        """A judged criterion is decided by the judgements recorded for it: all must reach the level."""
        for criterion in criteria.values():
            if criterion.judged is None:
                continue
            if criterion.id in rules:
                self._problems.append(
                    Problem(f'The criterion "{criterion.id}" has both a rule and a rubric.', criterion.place)
                )
                continue
            raw = {
                "every": JUDGEMENTS,
                "where": {"field": "criterion", "is": criterion.id},
                "satisfying": {"field": "level", "at_least": criterion.judged.met_from},
                "if_list_empty": "not evidenced",
            }
            condition = read_condition(Reading(source, record, definitions, self._problems), raw, ("evidence",))
            if condition is not None:
                rules[criterion.id] = t.Rule(criterion.id, None, condition, criterion.place)

    # ── Evidence ──

    def _evidence(self, file: StandardFile, source: Source, judged: tuple[str, ...]) -> dict[str, EvidenceType]:
        folder = self._home.standards / "evidence"
        every: dict[str, Field] = {}
        read = self._read(folder / f"{EVERY_ITEM}.yaml", EvidenceFile)
        if read is not None:
            every = EvidenceReader(read[0], read[1], judged, self._problems).every_item()
        types: dict[str, EvidenceType] = {}
        names = list(file.evidence)
        if judged and JUDGEMENTS not in names:
            names.append(JUDGEMENTS)
        known = tuple(path.stem for path in folder.glob("*.yaml") if path.stem != EVERY_ITEM and path.name != REFUSED)
        for index, name in enumerate(names):
            if name not in known:
                self._note(source, ("evidence", index), f'There is no evidence type "{name}".', nearest(name, known))
                continue
            read = self._read(folder / f"{name}.yaml", EvidenceFile)
            if read is None:
                continue
            if read[0].evidence != name:
                self._note(read[1], ("evidence",), f'The file is called "{name}".')
            types[name] = EvidenceReader(read[0], read[1], judged, self._problems).type(every)
        return types

    def _linked(self, evidence: Mapping[str, EvidenceType], own: str) -> dict[str, Edition]:
        """The editions that embedded assessments are of: the one of the same name, else the latest."""
        linked: dict[str, Edition] = {}
        for standard in sorted({name for kind in evidence.values() for name in kind.linked.values()}):
            editions = [edition for each, edition in list_editions(self._home) if each == standard]
            name = own.partition("/")[2]
            if not editions:
                self._problems.append(Problem(f'{own} links to "{standard}", which has no edition.'))
                continue
            if any(each.partition("/")[0] == standard for each in (*self._adopting, own)):
                self._problems.append(Problem(f'{own} links to "{standard}", which links back to it.'))
                continue
            chosen = name if name in editions else editions[-1]
            loader = _Loader(self._home, self._problems, (*self._adopting, own))
            edition = loader.edition(standard, chosen)
            if edition is not None:
                linked[standard] = edition
                self._files.update(loader._files)
        return linked

    def _reasons(self, rules: Mapping[str, t.Rule]) -> dict[str, Words]:
        path = self._home.standards / "reasons.yaml"
        read = self._read(path, ReasonsFile) if path.exists() else None
        reasons: dict[str, Words] = {}
        if read is not None:
            reasons.update((code, words.plain()) for code, words in read[0].reasons.items())
        if path.exists():
            for rule in rules.values():
                for remark in walk(rule.applies_when, rule.met_when):
                    if not isinstance(remark, t.Remark):
                        continue
                    for code in (remark.reason_if_met, remark.reason_if_not_met):
                        if code and code not in reasons:
                            hint = nearest(code, tuple(reasons)) or "Add it to standards/reasons.yaml."
                            self._problems.append(
                                Problem(f'The reason "{code}" has no words.', remark.place, hint=hint)
                            )
        return reasons

    def _refused(self) -> dict[str, Words]:
        read = self._read(self._home.standards / "evidence" / REFUSED, RefusedFile)
        if read is None:
            return {}
        return {name: entry.because.plain() for entry in read[0].refused for name in entry.names}

    # ── Rules ──

    def _definitions(self, folder: Path, record: Record, definitions: t.Definitions) -> None:
        """Add a folder's parameters and derived values to `definitions`, in the order in which they need each other."""
        pending: list[tuple[str, ParameterOf, Source]] = []
        for path in _one_or_several(folder, "parameters"):
            read = self._read(path, ParametersFile)
            if read is None:
                continue
            for name, each in read[0].parameters.items():
                if name in definitions.parameters:
                    self._note(read[1], ("parameters", name), f'The parameter "{name}" is defined twice.')
                elif each.by is None:
                    self._parameter(name, each, read[1], definitions)
                else:
                    pending.append((name, each, read[1]))
                    definitions.parameters[name] = _shell(name, each)
        for path in _one_or_several(folder, "derived"):
            found = self._read(path, DerivedFile)
            if found is None:
                continue
            for name, derived in found[0].derived.items():
                if name in definitions.derived:
                    self._note(found[1], ("derived", name), f'The derived value "{name}" is defined twice.')
                else:
                    self._derived(name, derived, found[1], record, definitions)
        for name, each, source in pending:
            self._parameter(name, each, source, definitions)

    def _parameter(self, name: str, file: ParameterOf, source: Source, definitions: t.Definitions) -> None:
        path: FilePath = ("parameters", name)
        options: tuple[str, ...] = ()
        if file.by is not None:
            factor = definitions.derived.get(file.by)
            if factor is None or not isinstance(factor.type, Choice):
                self._note(
                    source,
                    (*path, "by"),
                    f'There is no derived choice "{file.by}".',
                    nearest(file.by, tuple(definitions.derived)),
                )
                return
            options = factor.type.options
        values: list[t.Dated] = []
        for index, dated in enumerate(file.values):
            here = (*path, "values", index)
            if values and dated.start <= values[-1].start:
                self._note(source, (*here, "from"), "The values must stand in order of date.")
            by_factor: dict[str, Fraction | str | tuple[str, ...]] = {}
            value: Fraction | str | tuple[str, ...] = Fraction(0)
            if isinstance(dated.value, dict):
                if file.by is None:
                    self._note(source, (*here, "value"), '"by" is missing: what the value depends on.')
                for option, figure in dated.value.items():
                    if options and option not in options:
                        self._note(
                            source,
                            (*here, "value", option),
                            f'"{option}" is no {file.by}.',
                            nearest(option, options),
                        )
                    by_factor[option] = self._figure(figure, file, source, (*here, "value", option))
                for option in options:
                    if option not in dated.value:
                        self._note(source, (*here, "value"), f'There is no value for "{option}".')
            elif file.by is not None:
                self._note(source, (*here, "value"), f"A value for each {file.by} is expected here.")
            else:
                value = self._figure(dated.value, file, source, (*here, "value"))
            values.append(t.Dated(dated.start, value, by_factor, dated.reference, dated.reviewed_on))
        parameter = _shell(name, file)
        definitions.parameters[name] = t.Parameter(
            name, parameter.words, parameter.type, parameter.by, parameter.proposal, tuple(values)
        )

    def _figure(
        self, raw: Figure, file: ParameterOf, source: Source, path: FilePath
    ) -> Fraction | str | tuple[str, ...]:
        if file.type == "choices":
            if isinstance(raw, list):
                return tuple(raw)
            self._note(source, path, "A list of options is expected here.")
        elif file.type == "percent":
            share = read_percent(raw) if isinstance(raw, str) else None
            if share is not None:
                return share
            self._note(source, path, "A percentage is expected here.", "Write it with its sign: 95%.")
        elif isinstance(raw, int) or (isinstance(raw, Decimal) and file.type == "number"):
            return read_number(raw)
        else:
            self._note(source, path, f"A {'whole ' if file.type != 'number' else ''}number is expected here.")
        return Fraction(0)

    def _derived(self, name: str, file: DerivedOf, source: Source, record: Record, definitions: t.Definitions) -> None:
        path: FilePath = ("derived", name)
        reading = Reading(source, record, definitions, self._problems)
        given = [key for key in ("value", "condition", "first_of") if getattr(file, key) is not None]
        if len(given) != 1:
            self._note(source, path, 'A derived value has exactly one of "value", "condition" and "first_of".')
            return
        words = file.words.plain()
        if file.value is not None:
            value = read_value(reading, file.value, (*path, "value"))
            if value is not None:
                definitions.derived[name] = t.Derived(name, words, value.type, value)
        elif file.condition is not None:
            condition = read_condition(reading, file.condition, (*path, "condition"))
            if condition is not None:
                definitions.derived[name] = t.Derived(name, words, None, condition=condition)
        else:
            self._bands(name, file, source, reading, definitions)

    def _bands(self, name: str, file: DerivedOf, source: Source, reading: Reading, definitions: t.Definitions) -> None:
        path: FilePath = ("derived", name)
        options = {option: words.plain() for option, words in (file.options or {}).items()}
        bands: list[t.Band] = []
        for index, band in enumerate(file.first_of or ()):
            here = (*path, "first_of", index)
            if band.then not in options:
                self._note(
                    source,
                    (*here, "then"),
                    f'"{band.then}" is not among the options.',
                    nearest(band.then, tuple(options)),
                )
            when = None if band.when is None else read_condition(reading, band.when, (*here, "when"))
            last = index == len(file.first_of or ()) - 1
            if band.when is None and not last:
                self._note(source, here, 'Only the last line may do without "when".')
            if band.when is not None and last:
                self._note(source, here, 'The last line must do without "when", so that no case is left over.')
            bands.append(t.Band(when, band.then))
        kind: Scalar = Choice(tuple(options), options)
        definitions.derived[name] = t.Derived(name, file.words.plain(), kind, bands=tuple(bands))

    def _rules(
        self, folder: Path, criteria: Mapping[str, Criterion], record: Record, definitions: t.Definitions
    ) -> tuple[dict[str, t.Rule], set[str]]:
        """The rules that can be read, and the criteria for which one is written at all."""
        rules: dict[str, t.Rule] = {}
        written: set[str] = set()
        for path in sorted(folder.glob("*/rule.yaml")):
            written.add(path.parent.name)
            read = self._read(path, RuleFile)
            cases = path.with_name("cases.yaml")
            if cases.exists():
                self._files[self._home.name(cases)] = hashlib.sha256(cases.read_bytes()).hexdigest()
            if read is None:
                continue
            file, source = read
            if file.criterion != path.parent.name:
                self._note(source, ("criterion",), f'The folder is called "{path.parent.name}".')
            if file.criterion not in criteria:
                known = tuple(criteria)
                self._note(
                    source,
                    ("criterion",),
                    f'There is no criterion "{file.criterion}".',
                    nearest(file.criterion, known),
                )
            reading = Reading(source, record, definitions, self._problems)
            applies = None
            if file.applies_when is not None:
                applies = read_condition(reading, file.applies_when, ("applies_when",))
            met = read_condition(reading, file.met_when, ("met_when",))
            if met is not None:
                rules[file.criterion] = t.Rule(file.criterion, applies, met, source.place(("met_when",)))
        return rules, written

    def _take_over(self, adopted: t.Definitions, own: t.Definitions, source: Source) -> None:
        """Add an adopted edition's figures; a name must not mean two things."""
        for name, parameter in adopted.parameters.items():
            if own.parameters.setdefault(name, parameter) != parameter:
                self._note(
                    source, ("adopts",), f'Two adopted editions mean different things by the parameter "{name}".'
                )
        for name, derived in adopted.derived.items():
            if own.derived.setdefault(name, derived) != derived:
                self._note(source, ("adopts",), f'Two adopted editions mean different things by "{name}".')

    def _circles(self, definitions: t.Definitions, source: Source) -> None:
        """A parameter must not depend on a derived choice that depends on the parameter."""
        for parameter in definitions.parameters.values():
            derived = definitions.derived.get(parameter.by)
            roots = [] if derived is None else [derived.value, *(band.when for band in derived.bands)]
            for node in walk(*roots, definitions=definitions):
                if isinstance(node, t.ParameterValue) and node.name == parameter.name:
                    self._note(source, (), f'The parameter "{parameter.name}" depends on itself, by "{parameter.by}".')
                    break


def _one_or_several(folder: Path, name: str) -> list[Path]:
    """`<name>.yaml`, or the files of a folder `<name>/`, for what grows too long for one file."""
    single = folder / f"{name}.yaml"
    return ([single] if single.exists() else []) + sorted((folder / name).glob("*.yaml"))


def _tier(file: TierOf, foundation: bool) -> Tier:
    return Tier(file.id, file.words.plain(), file.about.plain() if file.about else {}, foundation)


def _criterion(file: CriterionOf, tier: str, force: ForceOf, origin: str, place: Place) -> Criterion:
    return Criterion(
        id=file.id,
        tier=tier,
        obligation=file.obligation,
        title=file.title.plain(),
        requirement=file.requirement.plain(),
        statements=tuple(file.statements),
        next_step=file.next_step.plain(),
        effective=file.effective or force,
        module=file.module or "",
        may_claim_not_applicable=file.may_claim_not_applicable,
        judged=file.judged,
        origin=origin,
        place=place,
    )


def _moved(criterion: Criterion, tier: str) -> Criterion:
    return replace(criterion, tier=tier)


def _shell(name: str, file: ParameterOf) -> t.Parameter:
    """A parameter without its values: enough for a derived value to name it."""
    kind: Scalar
    match file.type:
        case "percent":
            kind = Number(SHARE, False)
        case "choices":
            listed = {
                option for dated in file.values for option in (dated.value if isinstance(dated.value, list) else ())
            }
            kind = Choices(tuple(sorted(listed)))
        case "months" | "days":
            kind = Number(file.type)
        case "number":
            kind = Number(file.unit, False)
        case _:
            kind = Number(file.unit)
    return t.Parameter(name, file.words.plain(), kind, file.by or "", file.origin == "proposal", ())
