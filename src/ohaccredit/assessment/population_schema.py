"""What the columns of a Parquet file must be for its rows to be submissions to an edition.

They are `evidence`, with a field for each kind of evidence, and what a submission says beside it; or one column that
holds whole submissions as JSON.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pyarrow as pa

from ohaccredit.language.parse import nearest
from ohaccredit.language.problems import Place, Problem
from ohaccredit.language.types import (
    Choice,
    Choices,
    Date,
    Keyed,
    ListOf,
    Number,
    Record,
    Series,
    Text,
    Type,
    YesNo,
    name_of,
)
from ohaccredit.standards.edition import Edition

AS_JSON = "submission"
"""The column that holds whole submissions as JSON, instead of columns for what they say."""
_TEXTS = ("$schema", "standard", "edition", "name")
_EXPLANATION = ("criterion", "claim", "text", "status", "rejected_because")


def wrong_columns(schema: pa.Schema, edition: Edition, path: Path) -> Iterator[Problem]:
    """What is wrong with the columns of a file, all at once."""
    place = Place(str(path), 1, 1)
    if AS_JSON in schema.names:
        given = schema.field(AS_JSON).type
        if not (_holds(given, Text()) or pa.types.is_binary(given)):
            yield _wrong(given, "submissions as JSON", (AS_JSON,), place)
        return
    known = (*_TEXTS, "modules", "explanations", "evidence")
    if "evidence" not in schema.names:
        hint = "Each row is a submission: its evidence stands in a column of that name, with a field for each kind."
        yield Problem('There is no column "evidence".', place, "", hint)
    for column in schema:
        if column.name not in known:
            yield Problem(
                f'There is no column "{column.name}" in a submission.', place, "", nearest(column.name, known)
            )
        elif column.name == "evidence":
            record = Record({name: kind.field for name, kind in edition.evidence.items() if not kind.computed})
            yield from _fits(column.type, record, ("evidence",), edition, place)
        elif column.name == "modules":
            yield from _fits(column.type, Choices(tuple(edition.modules)), ("modules",), edition, place)
        elif column.name in _TEXTS:
            yield from _fits(column.type, Text(), (column.name,), edition, place)


def columns_of_submissions(edition: Edition) -> pa.Schema:
    """The columns that submissions to an edition have, without evidence for other standards inside them."""
    text, texts = pa.string(), pa.list_(pa.string())
    evidence = Record({name: kind.field for name, kind in edition.evidence.items() if not kind.computed})
    explanation = pa.struct([(name, text) for name in _EXPLANATION])
    return pa.schema(
        [
            *((name, text) for name in _TEXTS),
            ("modules", texts),
            ("explanations", pa.list_(explanation)),
            ("evidence", _column(evidence)),
        ]
    )


def _column(kind: Type) -> pa.DataType:
    """How Arrow holds what a submission says in JSON."""
    match kind:
        case YesNo():
            return pa.bool_()
        case Number():
            return pa.int64() if kind.whole else pa.float64()
        case Record():
            return pa.struct([(field.name, _column(field.type)) for field in kind])
        case Keyed():
            return pa.struct([(key, _column(kind.records[key])) for key in kind.keys])
        case ListOf() | Series():
            return pa.list_(_column(kind.item))
        case Choices():
            return pa.list_(pa.string())
        case _:
            return pa.string()


def _fits(given: pa.DataType, kind: Type, names: tuple[str, ...], edition: Edition, place: Place) -> Iterator[Problem]:
    if pa.types.is_null(given):  # a column in which nothing is given
        return
    match kind:
        case Record() | Keyed():
            if not pa.types.is_struct(given):
                yield _wrong(given, "a group of fields", names, place)
                return
            inner = _inside(kind, names, edition)
            for field in given:
                if field.name not in inner:
                    hint = nearest(field.name, tuple(inner))
                    yield Problem(f'There is no field "{".".join((*names, field.name))}".', place, "", hint)
                elif (wanted := inner[field.name]) is not None:
                    yield from _fits(field.type, wanted, (*names, field.name), edition, place)
        case ListOf() | Series() | Choices():
            if not (pa.types.is_list(given) or pa.types.is_large_list(given)):
                yield _wrong(given, "a list", names, place)
                return
            item = Choice(kind.options) if isinstance(kind, Choices) else kind.item
            yield from _fits(given.value_type, item, names, edition, place)
        case _:
            if not _holds(given, kind):
                yield _wrong(given, name_of(kind), names, place)


def _inside(kind: Record | Keyed, names: tuple[str, ...], edition: Edition) -> Mapping[str, Type | None]:
    """The fields of a group; None for what is checked row by row."""
    if isinstance(kind, Keyed):
        return dict(kind.records)
    inner: dict[str, Type | None] = {field.name: field.type for field in kind}
    if edition.linked_at(names[1:]) is not None if len(names) > 1 else False:
        inner |= {"evidence": None, "explanations": None}
    return inner


def _holds(given: pa.DataType, kind: Type) -> bool:
    types = pa.types
    if types.is_dictionary(given):
        given = given.value_type
    match kind:
        case YesNo():
            return bool(types.is_boolean(given))
        case Date():
            return bool(types.is_date(given) or types.is_string(given) or types.is_large_string(given))
        case Number():
            whole = types.is_integer(given)
            return bool(whole if kind.whole else whole or types.is_decimal(given) or types.is_floating(given))
        case _:
            return bool(types.is_string(given) or types.is_large_string(given) or types.is_string_view(given))


def _wrong(given: pa.DataType, wanted: str, names: tuple[str, ...], place: Place) -> Problem:
    shown = "a group of fields" if pa.types.is_struct(given) else str(given)
    return Problem(f'The column "{".".join(names)}" holds {shown}; it should hold {wanted}.', place)
