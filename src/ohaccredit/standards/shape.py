"""Does a piece of evidence have the shape of its type?

Rule cases state only the few facts that matter, so nothing is required of them; but every field they name
must exist and every value must be one that the field can hold, or the case would test nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from ohaccredit.language.encode import encode_value
from ohaccredit.language.parse import nearest
from ohaccredit.language.problems import Problem, json_pointer
from ohaccredit.language.source import Source
from ohaccredit.language.types import Choice, Choices, Field, Keyed, ListOf, Record, Series, Type, name_of

Path = tuple[str | int, ...]


def check_shape(raw: object, kind: Type, source: Source, path: Path) -> list[Problem]:
    """The problems of a value and everything inside it."""
    match kind:
        case Record():
            if not isinstance(raw, Mapping):
                return [_problem(source, path, "A group of fields is expected here.")]
            found: list[Problem] = []
            for name, value in raw.items():
                if name not in kind.fields:
                    message = f'There is no field "{name}" here.'
                    found.append(
                        _problem(source, (*path, name), message, nearest(str(name), tuple(kind.fields)), key=True)
                    )
                elif value is not None:
                    found += check_shape(value, kind.fields[name].type, source, (*path, name))
            return found
        case ListOf() | Series():
            if not isinstance(raw, list):
                return [_problem(source, path, "A list is expected here.")]
            return [
                each for index, item in enumerate(raw) for each in check_shape(item, kind.item, source, (*path, index))
            ]
        case Keyed():
            return check_shape(raw, Record({key: Field(key, kind.records[key]) for key in kind.keys}), source, path)
        case Choices():
            options = raw if isinstance(raw, list) else [raw]
            unknown = [each for each in options if each not in kind.options]
            return [
                _problem(source, path, f'"{each}" is no option of this field.', nearest(str(each), kind.options))
                for each in unknown
            ]
        case _:
            if encode_value(raw, kind) is not None:
                return []
            hint = nearest(str(raw), kind.options) if isinstance(kind, Choice) else ""
            return [_problem(source, path, f'"{raw}" is not {name_of(kind)}.', hint)]


def _problem(source: Source, path: Path, message: str, hint: str = "", *, key: bool = False) -> Problem:
    return Problem(message, source.place(path, key=key), json_pointer(path), hint)
