"""Answers kept by what they depend on: a rule that did not change is not proved again.

A key is a digest of everything that an answer follows from: the rules, the definitions they name with the figures in
force, the evidence types they read, and the program itself. Texts and places in files are left out where nothing
follows from them. What cannot be read is as good as not there.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from ohaccredit.language import tree as t
from ohaccredit.language.types import Date
from ohaccredit.language.walk import evidence_named, walk
from ohaccredit.policy.properties import PROPERTIES, Answer
from ohaccredit.standards.adopting import names_read
from ohaccredit.standards.edition import Edition


def cache_folder() -> Path:
    """Where answers are kept for this user (XDG Base Directory Specification)."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if Path(base).is_absolute() else Path.home() / ".cache") / "ohaccredit" / "proofs"


# ── What an answer follows from ─────────────────────────────────────────────────────────────────────


class Keys:
    """The digests of what answers about an edition follow from. What a rule reads is put into words once."""

    def __init__(self, edition: Edition) -> None:
        self._edition = edition
        self._types: dict[str, str] = {}
        self._definitions: dict[str, str] = {}
        self._rules: dict[tuple[str, date], str] = {}

    def of(self, kind: str, criteria: Iterable[str], on: date, *more: str) -> str:
        """The digest of what an answer about some criteria follows from."""
        own = [self._rule(id_, on) for id_ in criteria if id_ in self._edition.rules]
        return hashlib.sha256("\n".join([kind, *more, program_digest(), *own]).encode()).hexdigest()

    def _rule(self, id_: str, on: date) -> str:
        if (id_, on) not in self._rules:
            lines = "\n".join(self._lines(id_, on))
            self._rules[id_, on] = hashlib.sha256(lines.encode()).hexdigest()
        return self._rules[id_, on]

    def _lines(self, id_: str, on: date) -> Iterator[str]:
        """The rule, the figures in force, and the types of evidence.

        The day itself is left out if the rule names no day and reads no figure of another one: then every day on
        which the same figures hold is like it.
        """
        edition = self._edition
        rule, definitions = edition.rules[id_], edition.definitions
        yield from (id_, said(rule))
        nodes = list(walk(rule.applies_when, rule.met_when, definitions=definitions))
        as_of = {node.name for node in nodes if isinstance(node, t.ParameterValue) and node.as_of is not None}
        for name in sorted(names_read(rule, definitions)):
            if name in definitions.derived:
                yield self._derived(name)
            elif name in definitions.parameters:
                parameter = definitions.parameters[name]
                held = _figures(parameter.values if name in as_of else parameter.on(on))
                yield from (name, parameter.by, said(parameter.type), said(held))
        for name in sorted(evidence_named(rule, definitions) & set(edition.evidence)):
            yield from (name, self._type(name))
        names_day = any(isinstance(node, t.Constant) and isinstance(node.type, Date) for node in nodes)
        if names_day or as_of or edition.decided_as_of:
            yield from (on.isoformat(), *edition.decided_as_of)

    def _derived(self, name: str) -> str:
        if name not in self._definitions:
            self._definitions[name] = said(self._edition.definitions.derived[name])
        return self._definitions[name]

    def _type(self, name: str) -> str:
        if name not in self._types:
            kind = self._edition.evidence[name]
            self._types[name] = said([kind.type, kind.checks.model_dump(), kind.identified_by])
        return self._types[name]


def _figures(held: Any) -> Any:
    """The figures without their references and the days on which somebody looked at them."""
    if isinstance(held, tuple):
        return [(each.start, each.value, each.by_factor) for each in held]
    return None if held is None else (held.value, held.by_factor)


def said(value: object) -> str:
    """A value in one fixed form, with only what makes two of them differ."""
    kind: Any = type(value)
    compared = _compared(kind)
    if compared is not None:
        return f"{kind.__name__}({','.join([f'{name}={said(getattr(value, name))}' for name in compared])})"
    if isinstance(value, (str, int)):
        return repr(value)
    if isinstance(value, (list, tuple)):
        return f"[{','.join(map(said, value))}]"
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{key}:{said(each)}" for key, each in value.items() if key not in ("en", "cy")) + "}"
    return repr(value)


@cache
def _compared(kind: type) -> tuple[str, ...] | None:
    """The fields of a dataclass in which two of them can differ; None for any other type."""
    return tuple(each.name for each in fields(kind) if each.compare) if is_dataclass(kind) else None


@cache
def program_digest() -> str:
    """SHA-256 over the source of what decides and of what proves, and the version of the solver.

    What reads the files is not among it: what it has read is in the key.
    """
    digest = hashlib.sha256()
    folder = Path(__file__).resolve().parent
    deciding = [folder.parent / "assessment" / f"{name}.py" for name in ("assess", "flags", "prepare", "submission")]
    language = (folder.parent / "language").glob("*.py")
    proving = [*folder.glob("prove*.py"), *(folder / f"{name}.py" for name in ("moved_in_time", "properties"))]
    for path in sorted([*language, *deciding, *proving]):
        digest.update(path.read_bytes().replace(b"\r\n", b"\n"))
    try:
        digest.update(version("z3-solver").encode())
    except PackageNotFoundError:
        digest.update(b"no solver")
    return digest.hexdigest()


# ── Keeping and finding answers ─────────────────────────────────────────────────────────────────────


class ProofCache:
    """Answers by key, one file each: a digest, and below it the answers. None as the folder keeps nothing."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def find(self, key: str) -> list[Answer] | None:
        """The answers that were kept; None if there are none that can be read."""
        if self._folder is None:
            return None
        try:
            text = (self._folder / key[:2] / f"{key}.json").read_text(encoding="utf-8")
            digest, _, body = text.partition("\n")
            if digest != _digest(key, body):
                return None
            return list(answers_of(json.loads(body, parse_float=Decimal)))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def keep(self, key: str, answers: list[Answer]) -> None:
        """Keep answers. A folder that cannot be written to is no fault of anybody's rules."""
        if self._folder is None or any(answer.result == "fault" for answer in answers):
            return
        body = json.dumps(_numbers(as_plain(answers)), ensure_ascii=False)
        path = self._folder / key[:2] / f"{key}.json"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            waiting = path.with_suffix(f".{os.getpid()}")
            waiting.write_text(f"{_digest(key, body)}\n{body}", encoding="utf-8")
            waiting.replace(path)
        except OSError:
            return


class FreshProofs(ProofCache):
    """Keeps answers for later runs and knows none from earlier ones."""

    def find(self, key: str) -> list[Answer] | None:
        return None


def as_plain(answers: Iterable[Answer]) -> list[dict[str, Any]]:
    """Answers as JSON holds them."""
    return [{**{name: getattr(each, name) for name in _FIELDS}, "scope": list(each.scope)} for each in answers]


_FIELDS = tuple(each.name for each in fields(Answer))


def answers_of(body: list[dict[str, Any]]) -> Iterator[Answer]:
    """Answers as they were before. Raises TypeError or ValueError for what is none."""
    for each in body:
        answer = Answer(**{**each, "scope": tuple(each["scope"])})
        if answer.property not in PROPERTIES or answer.result not in ("proved", "refuted", "not decided"):
            raise ValueError(answer.property)
        yield answer


def _digest(key: str, body: str) -> str:
    return hashlib.sha256(f"{key}\n{body}".encode()).hexdigest()


class _Number(float):
    """A decimal that is written as it stands."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text


def _numbers(value: Any) -> Any:
    match value:
        case Decimal():
            return _Number(str(value))
        case dict():
            return {key: _numbers(each) for key, each in value.items()}
        case list() | tuple():
            return [_numbers(each) for each in value]
    return value
