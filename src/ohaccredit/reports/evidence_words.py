"""Evidence line by line, in the words of its types: what is stated, and what it says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ohaccredit.language.months import read_day
from ohaccredit.language.tree import Definitions
from ohaccredit.language.types import Choice, Choices, Date, Keyed, ListOf, Number, Record, Series, Text, Type, YesNo
from ohaccredit.language.words import Speaker
from ohaccredit.reports.view import path_words, say
from ohaccredit.standards.edition import Edition

_SPEAKER = Speaker(Definitions({}, {}))

Lines = Iterator[tuple[str, str]]


def evidence_lines(evidence: Mapping[str, Any], edition: Edition) -> Lines:
    """What is stated, as ("training and information, item 1: people reached", "3")."""
    for path, kind, value in _leaves(evidence, edition.record, ()) if evidence else ():
        yield path_words(edition, path), _said(value, kind)


def field_words(path: str, edition: Edition) -> str:
    """A field named with dots, in words; of a list, what is meant is the field of every item."""
    said: list[str] = []
    kind: Type = edition.record
    for name in path.split("."):
        inner = kind.item if isinstance(kind, (ListOf, Series)) else kind
        if isinstance(inner, Keyed):
            said.append(say(inner.words.get(name, {}), "en") or name)
            kind = inner.records.get(name, Record({}))
        elif isinstance(inner, Record) and name in inner.fields:
            said.append(say(inner.fields[name].words, "en") or name)
            kind = inner.fields[name].type
        else:
            said.append(name)
    return ": ".join(said)


def _leaves(value: Any, kind: Type | None, path: tuple[str | int, ...]) -> Iterator[tuple[Any, Type | None, Any]]:
    """Where something is stated, of what type, and what."""
    if isinstance(value, Mapping) and value:
        for name, each in value.items():
            yield from _leaves(each, _inner(kind, name), (*path, name))
    elif isinstance(value, list) and any(isinstance(each, Mapping) for each in value):
        for index, each in enumerate(value):
            yield from _leaves(each, kind.item if isinstance(kind, (ListOf, Series)) else None, (*path, index))
    else:
        yield path, kind, value


def _inner(kind: Type | None, name: str) -> Type | None:
    match kind:
        case Record():
            return kind.fields[name].type if name in kind.fields else None
        case Keyed():
            return kind.records.get(name)
    return None


def _said(value: Any, kind: Type | None) -> str:
    if isinstance(value, Mapping):
        return "nothing stated"
    if isinstance(value, bool):
        return "yes" if value else "no"
    day = value if type(value) is date else read_day(value) if isinstance(kind, Date) else None
    if day is not None:
        return _SPEAKER.plain(day, Date())
    if isinstance(value, list):
        options = kind if isinstance(kind, (Choice, Choices)) else Text()
        return ", ".join(_SPEAKER.option(str(each), options) for each in value) or "none"
    if isinstance(value, (int, float, Decimal, Fraction)) and isinstance(kind, Number):
        exact = Fraction(str(value))
        return _SPEAKER.plain(exact / 100 if kind.percent else exact, kind)
    if isinstance(kind, (Choice, Choices, YesNo)):
        return _SPEAKER.option(str(value), kind)
    return str(value)
