"""From a file's text to its model, with every mistake at its line."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from ohaccredit.language.parse import nearest
from ohaccredit.language.problems import Place, Problem, ProblemsFound, json_pointer
from ohaccredit.language.source import Source
from ohaccredit.language.yaml_source import read_yaml

Model = TypeVar("Model", bound=BaseModel)


def read_file(path: Path, name: str, model: type[Model], problems: list[Problem]) -> tuple[Model, Source] | None:
    """The model of a YAML file and its source; None if it has problems, which are then in `problems`."""
    try:
        data = path.read_bytes()
    except OSError as error:
        problems.append(Problem(f"The file cannot be read: {error.strerror}.", Place(name, 1, 1)))
        return None
    try:
        source = read_yaml(data, name)
    except ProblemsFound as found:
        problems.extend(found.problems)
        return None
    try:
        return model.model_validate(source.value), source
    except ValidationError as error:
        problems.extend(_problems(error, source, model))
        return None


def _problems(error: ValidationError, source: Source, model: type[BaseModel]) -> list[Problem]:
    # One problem a place: a value that fits none of several shapes is wrong once.
    found: dict[str, Problem] = {}
    for detail in error.errors(include_url=False):
        parts = tuple(_real(detail["loc"], source.value))
        kind, context = detail["type"], detail.get("ctx", {})
        unknown = kind == "extra_forbidden"
        message, hint = _say(kind, parts, context, detail["input"], model)
        problem = Problem(message, source.place(parts, key=unknown), json_pointer(parts), hint)
        found.setdefault(problem.pointer, problem)
    # A value that fits none of several shapes is wrong as a whole, not in each of its parts too.
    return [each for pointer, each in found.items() if not any(pointer.startswith(f"{other}/") for other in found)]


def _real(loc: tuple[str | int, ...], value: object) -> list[str | int]:
    """pydantic names the alternatives of a union in its paths; a file's path has only real keys."""
    path: list[str | int] = []
    for index, part in enumerate(loc):
        missing_key = index == len(loc) - 1 and isinstance(value, dict) and str(part).isidentifier()
        if isinstance(value, list) and isinstance(part, int):
            value = value[part]
        elif isinstance(value, dict) and part in value:
            value = value[str(part)]
        elif not missing_key:
            continue
        path.append(part)
    return path


def _say(
    kind: str, parts: tuple[str | int, ...], context: dict[str, object], given: object, model: type[BaseModel]
) -> tuple[str, str]:
    last = parts[-1] if parts else ""
    match kind:
        case "missing":
            return f'"{last}" is missing.', ""
        case "extra_forbidden":
            if " " in str(last):
                return (
                    f'"{last}" stands where a key is expected.',
                    "In braces, text that holds a comma is put in quotes.",
                )
            return f'"{last}" is not a key that this file knows here.', nearest(str(last), _keys_of(model))
        case "literal_error":
            return (
                f'"{given}" is none of the values that may stand here.',
                f"There is: {context.get('expected')}.",
            )
        case "string_pattern_mismatch":
            return (
                f'"{given}" is not spelt as a name should be.',
                "Names are small letters and digits, joined as the other names here are.",
            )
        case "day" | "date_from_datetime_parsing" | "date_parsing" | "date_from_datetime_inexact" | "date_type":
            return f'"{given}" is not a date.', "Write it as year-month-day: 2026-06-30."
        case "model_type" | "dict_type" | "model_attributes_type":
            return "A group of keys is expected here.", ""
        case "list_type" | "tuple_type":
            return "A list is expected here.", "Begin each entry on a line of its own with a dash."
        case "string_type":
            return f'Text is expected here, not "{given}".', "Put the value in quotes if it is meant as text."
        case _:
            return f'"{given}" does not fit here ({kind.replace("_", " ")}).', ""


def _keys_of(model: type[BaseModel]) -> tuple[str, ...]:
    """Every key that a model and the models inside it know, for "did you mean"."""
    keys: dict[str, None] = {}
    seen: set[type[BaseModel]] = set()
    waiting: list[type[BaseModel]] = [model]
    while waiting:
        current = waiting.pop()
        if current in seen:
            continue
        seen.add(current)
        for name, field in current.model_fields.items():
            keys[field.alias or name] = None
            waiting.extend(_models_in(field.annotation))
    return tuple(keys)


def _models_in(annotation: object) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in getattr(annotation, "__args__", ()) for model in _models_in(part)]
