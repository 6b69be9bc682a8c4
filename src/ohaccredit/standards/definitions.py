"""What the rules of an edition share: dated parameters and derived values, read from their files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from ohaccredit.language import tree as t
from ohaccredit.language.numbers import read_number, read_percent
from ohaccredit.language.parse import Reading, nearest, read_condition, read_value
from ohaccredit.language.problems import Problem, json_pointer
from ohaccredit.language.source import Source
from ohaccredit.language.types import SHARE, Choice, Choices, Number, Record, Scalar, name_of
from ohaccredit.language.walk import walk
from ohaccredit.standards.files import (
    DerivedFile,
    DerivedOf,
    Figure,
    ParameterOf,
    ParametersFile,
)
from ohaccredit.standards.home import Files, on_disk

FilePath = tuple[str | int, ...]
Read = Callable[[Path, type[Any]], "tuple[Any, Source] | None"]
"""Reads a file as one of the models of `files`; None if it cannot be read, and then why is noted."""


class DefinitionsReader:
    """Reads folders of parameters and derived values into one set of definitions."""

    def __init__(self, read: Read, problems: list[Problem], files: Files = on_disk) -> None:
        self._files = files
        self._read = read
        self._problems = problems

    def _note(self, source: Source, path: FilePath, message: str, hint: str = "") -> None:
        self._problems.append(Problem(message, source.place(path), json_pointer(path), hint))

    def add(self, folder: Path, record: Record, definitions: t.Definitions) -> None:
        """Add a folder's parameters and derived values to `definitions`, in the order in which they need each other."""
        pending: list[tuple[str, ParameterOf, Source]] = []
        for path in self._one_or_several(folder, "parameters"):
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
        for path in self._one_or_several(folder, "derived"):
            found = self._read(path, DerivedFile)
            if found is None:
                continue
            for name, derived in found[0].derived.items():
                if name in definitions.derived:
                    self._note(found[1], ("derived", name), f'The derived value "{name}" is defined twice.')
                else:
                    self.derived(name, derived, found[1], record, definitions)
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
        elif isinstance(raw, int) or (isinstance(raw, Decimal) and file.type in ("number", "money")):
            return read_number(raw)
        else:
            self._note(
                source, path, f"A {'' if file.type in ('number', 'money') else 'whole '}number is expected here."
            )
        return Fraction(0)

    def derived(self, name: str, file: DerivedOf, source: Source, record: Record, definitions: t.Definitions) -> None:
        """Add one derived value to `definitions`."""
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
        path: FilePath = ("derived", name, "first_of")
        options = {option: words.plain() for option, words in (file.options or {}).items()}
        declared = Choice(tuple(options), options) if options else None
        kind: Scalar | None = declared
        cases = list(enumerate(file.first_of or ()))
        if not cases:
            self._note(source, path, "There is no case here.", "A case is {when: …, then: …}; the last is {then: …}.")
        bands: dict[int, t.Band] = {}
        # A bare number takes the unit of the other cases, wherever it stands among them.
        for index, band in sorted(cases, key=lambda case: isinstance(case[1].then, (int, Decimal))):
            here = (*path, index)
            when = None if band.when is None else read_condition(reading, band.when, (*here, "when"))
            last = index == len(cases) - 1
            if band.when is None and not last:
                self._note(source, here, 'Only the last line may do without "when".')
            if band.when is not None and last:
                self._note(source, here, 'The last line must do without "when", so that no case is left over.')
            then = self._then(band.then, kind, declared, reading, (*here, "then"))
            if then is not None:
                kind = declared or _wider(kind, then.type)
                bands[index] = t.Band(when, then)
        if kind is not None:
            ordered = tuple(bands[index] for index in sorted(bands))
            definitions.derived[name] = t.Derived(name, file.words.plain(), kind, bands=ordered)

    def _then(
        self, raw: object, kind: Scalar | None, declared: Choice | None, reading: Reading, path: FilePath
    ) -> t.Value | None:
        """What one case gives: a value of the kind that the others give, of the options declared if there are any."""
        problems: list[Problem] = []
        then = read_value(replace(reading, problems=problems), raw, path, kind)
        hint = "" if kind is None else f"Every case gives the same kind of value, here {name_of(kind)}."
        self._problems += [each if each.hint else replace(each, hint=hint) for each in problems]
        if then is None:
            return None
        if isinstance(kind, (Choice, Choices)) and type(then.type) is not type(kind):
            found = f"{name_of(kind).capitalize()} is expected here, not {name_of(then.type)}."
            self._note(reading.source, path, found, hint)
            return None
        for option in then.type.options if declared is not None and isinstance(then.type, Choice) else ():
            if declared is not None and option not in declared.options:
                found = f'This can be "{option}", which is none of the options.'
                self._note(reading.source, path, found, 'Add it to "options".')
        return then

    def check_circles(self, definitions: t.Definitions, source: Source) -> None:
        """A parameter must not depend on a derived choice that depends on the parameter."""
        for parameter in definitions.parameters.values():
            derived = definitions.derived.get(parameter.by)
            bands = () if derived is None else derived.bands
            roots = [derived and derived.value, *(part for band in bands for part in (band.when, band.then))]
            for node in walk(*roots, definitions=definitions):
                if isinstance(node, t.ParameterValue) and node.name == parameter.name:
                    self._note(source, (), f'The parameter "{parameter.name}" depends on itself, by "{parameter.by}".')
                    break

    def _one_or_several(self, folder: Path, name: str) -> list[Path]:
        """`<name>.yaml`, or the files of a folder `<name>/`, for what grows too long for one file."""
        return self._files(folder, f"{name}.yaml") + self._files(folder / name, "*.yaml")


def _wider(first: Scalar | None, second: Scalar) -> Scalar:
    """The type of a value that is of one of two types that agree: a number is whole only if both are, and an option
    can be any of either."""
    if isinstance(first, Number) and isinstance(second, Number):
        return Number(first.unit or second.unit, first.whole and second.whole)
    if isinstance(first, (Choice, Choices)) and isinstance(second, (Choice, Choices)):
        options = tuple(dict.fromkeys((*first.options, *second.options)))
        return type(first)(options, {**second.words, **first.words})
    return second if first is None else first


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
        case "money":
            kind = Number("pounds", False)
        case "number":
            kind = Number(file.unit, False)
        case _:
            kind = Number(file.unit)
    return t.Parameter(name, file.words.plain(), kind, file.by or "", file.origin == "proposal", ())
