"""Telling quickly that a submission has the shape that its schema asks for.

The validator of JSON Schema says what is wrong, but takes its time over every part of what is right. Nearly all
submissions are right, so the schema is first turned into plain functions that say only yes or no. They may say no
to what is right after all, never yes to what is wrong: whoever is told no asks the validator.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from ohaccredit.language.months import read_day

Check = Callable[[Any], bool]

MOST_DECIMALS = 6
"""Figures are held exactly to this many decimals (percentages: four); a finer one is refused, never rounded."""

_DEFS = "#/$defs/"
_SAYS_NOTHING = {"$schema", "$id", "$defs", "title", "description"}
_OF_OBJECTS = {"properties", "required", "additionalProperties"}
_OF_ARRAYS = {"items", "uniqueItems", "maxItems"}
_OF_TEXT = {"format", "minLength"}


class _Unknown(Exception):
    """The schema says something that is not known here."""


def too_fine(figure: Decimal) -> bool:
    """Has a figure more decimals than are kept?"""
    return -int(figure.normalize().as_tuple().exponent) > MOST_DECIMALS - 2


def quick_check(schema: Mapping[str, Any]) -> Check | None:
    """A function that says whether a value fits the schema, with figures that are not too fine.

    None if the schema says something that is not known here: then only the validator can tell.
    """
    try:
        return _Maker(schema.get("$defs", {})).check(schema)
    except _Unknown:
        return None


class _Maker:
    def __init__(self, definitions: Mapping[str, Any]) -> None:
        self._definitions = definitions
        self._made: dict[str, Check] = {}

    def check(self, schema: Mapping[str, Any]) -> Check:
        said = {key for key in schema if key not in _SAYS_NOTHING and not key.startswith("x-")}
        if said == {"$ref"}:
            return self._definition(schema["$ref"])
        if said in ({"enum"}, {"const"}):
            options = schema["enum"] if "enum" in said else [schema["const"]]
            if all(isinstance(each, str) for each in options):
                return _one_of(frozenset(options))
        match schema.get("type"):
            case "object" if said <= {"type", *_OF_OBJECTS} and schema.get("additionalProperties") is False:
                properties = {name: self.check(each) for name, each in schema.get("properties", {}).items()}
                return _object(properties, frozenset(schema.get("required", ())))
            case "array" if said <= {"type", *_OF_ARRAYS}:
                items = self.check(schema["items"]) if "items" in schema else None
                return _array(items, schema.get("maxItems"), schema.get("uniqueItems", False))
            case "string" if said <= {"type", *_OF_TEXT} and schema.get("format", "date") == "date":
                return _is_date if "format" in said else _text(schema.get("minLength", 0))
            case "boolean" | "integer" | "number" as kind if said == {"type"}:
                return {"boolean": _is_boolean, "integer": _is_integer, "number": _is_number}[kind]
        raise _Unknown

    def _definition(self, reference: str) -> Check:
        name = reference.removeprefix(_DEFS)
        if name not in self._made:
            if reference == name or name not in self._definitions:
                raise _Unknown
            made: list[Check] = []
            self._made[name] = lambda value: made[0](value)  # for a definition that leads back to itself
            made.append(self.check(self._definitions[name]))
            self._made[name] = made[0]
        return self._made[name]


def _object(properties: Mapping[str, Check], required: frozenset[str]) -> Check:
    def check(value: Any) -> bool:
        if not isinstance(value, dict):
            return False
        for name, inner in value.items():
            fits = properties.get(name)
            if fits is None or not fits(inner):
                return False
        return required <= value.keys()

    return check


def _array(items: Check | None, most: int | None, unique: bool) -> Check:
    def check(value: Any) -> bool:
        if not isinstance(value, list) or (most is not None and len(value) > most):
            return False
        if items is not None and not all(map(items, value)):
            return False
        return not unique or (all(isinstance(each, str) for each in value) and len(set(value)) == len(value))

    return check


def _one_of(options: frozenset[str]) -> Check:
    return lambda value: isinstance(value, str) and value in options


def _text(shortest: int) -> Check:
    return lambda value: isinstance(value, str) and len(value) >= shortest


def _is_date(value: Any) -> bool:
    return read_day(value) is not None


def _is_boolean(value: Any) -> bool:
    return isinstance(value, bool)


def _is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: Any) -> bool:
    return _is_integer(value) or (isinstance(value, Decimal) and value.is_finite() and not too_fine(value))
