"""The JSON Schema (2020-12) of a submission, made from the evidence types of an edition.

It checks shape: names, types, options, dates. It does not bound figures by what is plausible, because an
impossible figure is reported as a flag beside the result rather than refused with the whole file.
"""

from __future__ import annotations

from collections.abc import Mapping

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
    Words,
    YesNo,
)
from ohaccredit.standards.edition import Edition

DIALECT = "https://json-schema.org/draft/2020-12/schema"
CLAIMS = ("explained", "not-applicable")
"""What an employer can say of a criterion beside giving evidence."""

Schema = dict[str, object]


def submission_schema(edition: Edition, language: str = "en") -> Schema:
    """The schema of a submission to an edition."""
    definitions: dict[str, object] = {}
    evidence = _evidence(edition, definitions, "", language)
    return {
        "$schema": DIALECT,
        "$id": f"urn:ohaccredit:submission:{edition.standard}:{edition.edition}",
        "title": f"{_say(edition.title, language)} {edition.edition}",
        "description": _say(edition.about, language),
        "type": "object",
        "properties": {
            "$schema": {"type": "string"},
            "standard": {"const": edition.standard, "description": "The standard this is handed in for."},
            "edition": {"type": "string", "description": "The edition this was written for."},
            "name": {"type": "string", "description": "A name for this submission."},
            "modules": {"type": "array", "items": {"enum": sorted(edition.modules)}, "uniqueItems": True}
            if edition.modules
            else {"type": "array", "maxItems": 0},
            "evidence": evidence,
            "explanations": _explanations(edition),
        },
        "required": ["evidence"],
        "additionalProperties": False,
        "$defs": definitions,
    }


def _explanations(edition: Edition) -> Schema:
    item = {
        "type": "object",
        "properties": {
            "criterion": {"enum": sorted(edition.criteria)},
            "claim": {"enum": list(CLAIMS)},
            "text": {"type": "string", "minLength": 1},
            "status": {"enum": ["declared", "accepted", "rejected"]},
            "rejected_because": {"type": "string"},
        },
        "required": ["criterion", "claim", "text"],
        "additionalProperties": False,
    }
    said = "What you say of a criterion that you do not meet, or that does not apply to you."
    return {"type": "array", "description": said, "items": item}


def _evidence(edition: Edition, definitions: dict[str, object], prefix: str, language: str) -> Schema:
    properties: Schema = {}
    for name, kind in edition.evidence.items():
        if kind.computed:
            continue
        key = prefix + name
        schema = _type(kind.type, language, edition, definitions, (name,))
        definitions[key] = {"title": _say(kind.words, language), "description": _say(kind.about, language), **schema}
        properties[name] = {"$ref": f"#/$defs/{key}"}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _type(kind: Type, language: str, edition: Edition, definitions: dict[str, object], path: tuple[str, ...]) -> Schema:
    def inner(field: Field) -> Schema:
        return _field(field, language, edition, definitions, (*path, field.name))

    match kind:
        case YesNo():
            return {"type": "boolean"}
        case Text():
            return {"type": "string"}
        case Date():
            return {"type": "string", "format": "date"}
        case Number():
            plausible = {"x-minimum": kind.minimum, "x-maximum": kind.maximum}
            extra = {key: value for key, value in plausible.items() if value is not None}
            unit = {"x-unit": "percent" if kind.percent else kind.unit} if kind.unit else {}
            return {"type": "integer" if kind.whole else "number", **unit, **extra}
        case Choice():
            return {"enum": list(kind.options), "x-words": _options(kind.words, language)}
        case Choices():
            return {"type": "array", "items": {"enum": list(kind.options)}, "x-words": _options(kind.words, language)}
        case Record():
            return _object(kind, [inner(field) for field in kind])
        case ListOf() | Series():
            return {"type": "array", "items": _object(kind.item, [inner(field) for field in kind.item])}
        case Keyed():
            properties: Schema = {}
            for key in kind.keys:
                record = _object(kind.records[key], [inner(field) for field in kind.records[key]])
                properties[key] = {"title": _say(kind.words.get(key, {}), language) or key, **record}
            return {"type": "object", "properties": properties, "additionalProperties": False}


def _object(record: Record, schemas: list[Schema]) -> Schema:
    required = [field.name for field in record if field.required]
    properties = {field.name: schema for field, schema in zip(record, schemas, strict=True)}
    schema: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**schema, "required": required} if required else schema


def _field(
    field: Field, language: str, edition: Edition, definitions: dict[str, object], path: tuple[str, ...]
) -> Schema:
    words = {"title": _say(field.words, language)}
    if field.about:
        words["description"] = _say(field.about, language)
    schema = _type(field.type, language, edition, definitions, path)
    linked = edition.linked_at(path)
    if linked is not None:
        prefix = f"{linked.standard}."
        if f"{prefix}{next(iter(linked.evidence))}" not in definitions:
            definitions[f"{prefix}{next(iter(linked.evidence))}"] = {}
            _evidence(linked, definitions, prefix, language)
        properties = {name: {"$ref": f"#/$defs/{prefix}{name}"} for name in linked.evidence}
        given = {
            "type": "object",
            "description": f"Evidence for {_say(linked.title, language)}, assessed together with yours.",
            "properties": properties,
            "additionalProperties": False,
        }
        inside = schema["properties"]
        assert isinstance(inside, dict)
        schema = {**schema, "properties": {**inside, "evidence": given, "explanations": _explanations(linked)}}
    return {**words, **schema}


def _options(words: Mapping[str, Words], language: str) -> Schema:
    return {option: _say(each, language) for option, each in words.items()}


def _say(words: Words, language: str) -> str:
    return words.get(language) or words.get("en") or ""
