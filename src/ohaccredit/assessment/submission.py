"""Submissions: everything one organisation hands in for one assessment.

A file is read whole, checked against the schema of its edition, and either accepted or reported with all
its problems. What is accepted is never edited: a newer submission supersedes it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from ohaccredit.assessment.well_formed import MOST_DECIMALS, Check, quick_check, too_fine
from ohaccredit.language.parse import nearest
from ohaccredit.language.problems import Problem, ProblemsFound, json_pointer
from ohaccredit.language.source import Source
from ohaccredit.standards.edition import Edition
from ohaccredit.standards.schema import Schema, submission_schema

Path = tuple[str | int, ...]

_TYPES = {
    "object": "a group of fields in braces",
    "array": "a list in square brackets",
    "string": "text in quotes",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """What an employer says of a criterion: why it is not met, or why it does not apply."""

    criterion: str
    claim: str
    text: str
    status: str
    rejected_because: str


@dataclass(frozen=True, slots=True)
class Submission:
    """A submission that has the shape its edition asks for."""

    name: str
    evidence: Mapping[str, Any]
    explanations: tuple[Explanation, ...]
    modules: tuple[str, ...]
    digest: str
    """SHA-256 of its content in canonical form: the same whatever the order of keys or the white space."""
    content: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
    """What the digest is of."""


def standard_named(source: Source) -> str | None:
    """The standard that a submission says it is for."""
    named = source.value.get("standard") if isinstance(source.value, dict) else None
    return named if isinstance(named, str) else None


def read_submission(source: Source, edition: Edition) -> Submission:
    """The submission in a file.

    Raises ProblemsFound with every problem, in the order of the file.
    """
    problems = list(_check(source, edition))
    if problems:
        raise ProblemsFound(problems)
    content: Any = source.value
    evidence = content["evidence"]
    explanations = tuple(read_explanation(each) for each in content.get("explanations", ()))
    profile = evidence.get("organisation", {})
    name = content.get("name") or profile.get("name") or source.name
    kept = {key: content[key] for key in ("evidence", "explanations", "modules") if key in content}
    return Submission(name, evidence, explanations, tuple(content.get("modules", ())), _digest(kept), kept)


def add_evidence(submission: Submission, more: Submission) -> tuple[Submission, tuple[str, ...]]:
    """A submission with the evidence of another beside its own, and what it already stated itself.

    What the submission states stays as it is: a figure counted in another way would start a series anew.
    Evidence that is given once per key (kpis) is added key by key.
    """
    evidence = dict(submission.evidence)
    stated: list[str] = []
    for name, content in more.evidence.items():
        own = evidence.get(name)
        if own is None:
            evidence[name] = content
        elif (
            isinstance(own, Mapping)
            and isinstance(content, Mapping)
            and all(isinstance(each, Mapping) for each in (*own.values(), *content.values()))
        ):
            stated += [f"{name}.{key}" for key in content if key in own]
            evidence[name] = {**content, **own}
        else:
            stated.append(name)
    content = {**submission.content, "evidence": evidence}
    return replace(submission, evidence=evidence, digest=_digest(content), content=content), tuple(stated)


def _digest(content: object) -> str:
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def read_explanation(raw: Mapping[str, str]) -> Explanation:
    """One explanation, as the schema lets it stand in a file."""
    return Explanation(
        raw["criterion"], raw["claim"], raw["text"], raw.get("status", "declared"), raw.get("rejected_because", "")
    )


def canonical(value: object) -> str:
    """JSON in one fixed form: keys in order, no white space, numbers without trailing zeros (after RFC 8785)."""
    match value:
        case dict():
            inner = ",".join(f"{json.dumps(key, ensure_ascii=False)}:{canonical(value[key])}" for key in sorted(value))
            return "{" + inner + "}"
        case list() | tuple():
            return "[" + ",".join(map(canonical, value)) + "]"
        case Decimal():
            plain = format(value.normalize(), "f")
            return "0" if plain == "-0" else plain
        case _:
            return json.dumps(value, ensure_ascii=False)


def _check(source: Source, edition: Edition) -> Iterator[Problem]:
    quick, schema = _shape_of(edition)
    if quick is not None and quick(source.value):
        return
    from jsonschema import Draft202012Validator, FormatChecker

    validator = Draft202012Validator(schema, format_checker=FormatChecker(formats=["date"]))
    for error in validator.iter_errors(source.value):
        yield from _translate(error, source, edition)
    yield from _decimals(source.value, source, ())


_MOST_SHAPES = 50
_SHAPES: dict[int, tuple[Edition, Check | None, Schema]] = {}
"""What submissions must look like, by the identity of the edition, which the entry keeps alive."""


def _shape_of(edition: Edition) -> tuple[Check | None, Schema]:
    """The schema of an edition's submissions, made once, and a quick way to tell that it is kept."""
    if id(edition) not in _SHAPES:
        if len(_SHAPES) >= _MOST_SHAPES:
            _SHAPES.clear()
        schema = submission_schema(edition)
        _SHAPES[id(edition)] = (edition, quick_check(schema), schema)
    return _SHAPES[id(edition)][1:]


def _decimals(value: object, source: Source, path: Path) -> Iterator[Problem]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _decimals(inner, source, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _decimals(inner, source, (*path, index))
    elif isinstance(value, Decimal) and too_fine(value):
        message = f"{value} has more decimals than are kept."
        yield _problem(source, path, message, f"Give at most {MOST_DECIMALS - 2} decimals.")


def _translate(error: Any, source: Source, edition: Edition) -> Iterator[Problem]:
    """A message of the validator in the words of this project."""
    path: Path = tuple(error.absolute_path)
    given = error.instance
    match error.validator:
        case "additionalProperties":
            known = tuple(error.schema.get("properties", ()))
            for key in given:
                if key not in known:
                    yield _unknown(source, (*path, key), str(key), known, edition)
        case "required":
            for name in error.validator_value:
                if name not in given:
                    yield _problem(source, path, f'"{name}" is missing here.')
        case "type":
            wanted = error.validator_value
            hint = ""
            if wanted == "boolean" and str(given).lower() in ("yes", "no", "1", "0", "y", "n"):
                hint = f"Write {'true' if str(given).lower() in ('yes', '1', 'y') else 'false'}, without quotes."
            elif wanted in ("integer", "number") and isinstance(given, str):
                hint = "Write the number without quotes, unit or percent sign."
            elif given is None:
                hint = "Leave the field out if there is nothing to say."
            yield _problem(
                source, path, f"{_TYPES.get(wanted, wanted).capitalize()} is expected here, not {_show(given)}.", hint
            )
        case "enum" | "const":
            options = [
                str(each) for each in (error.validator_value if error.validator == "enum" else [error.validator_value])
            ]
            yield _problem(source, path, f"{_show(given)} is none of the options.", nearest(str(given), options))
        case "format":
            yield _problem(source, path, f"{_show(given)} is not a date.", _date_hint(str(given)))
        case _:
            yield _problem(source, path, f"{_show(given)} does not fit here ({error.validator}).")


def _unknown(source: Source, path: Path, key: str, known: tuple[str, ...], edition: Edition) -> Problem:
    if key in edition.refused:
        return _problem(source, path, edition.refused[key].get("en", ""), "Remove the field.", key=True)
    return _problem(source, path, f'There is no field "{key}" here.', nearest(key, known), key=True)


def _date_hint(text: str) -> str:
    """The same date as it should be written, where a day and a month can be told apart."""
    parts = text.replace("/", "-").replace(".", "-").split("-")
    if len(parts) == 3 and all(part.isdigit() for part in parts) and len(parts[2]) == 4:
        day, month = int(parts[0]), int(parts[1])
        if 1 <= month <= 12 and 1 <= day <= 31:
            return f"Write it as year-month-day: {parts[2]}-{month:02d}-{day:02d}."
    return "Write it as year-month-day, for example 2026-06-30."


def _show(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a group of fields"
    if isinstance(value, list):
        return "a list"
    text = str(value)
    shown = text if len(text) <= 60 else text[:57] + "…"
    return f'"{shown}"' if isinstance(value, str) else shown


def _problem(source: Source, path: Path, message: str, hint: str = "", *, key: bool = False) -> Problem:
    return Problem(message, source.place(path, key=key), json_pointer(path), hint)
