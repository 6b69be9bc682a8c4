"""The groups that employers fall into, as far as the standard itself declares them.

A group is an option field of the profile (evidence that is given once and whose nature is a fact: it changes which
criteria apply, and no work on it earns a tier), or a derived choice over the profile that some parameter depends on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ohaccredit.assessment.prepare import prepare
from ohaccredit.language import tree as t
from ohaccredit.language.problems import Place
from ohaccredit.language.trace import Tracer
from ohaccredit.language.types import Choice, Keyed, ListOf, Record, Series, Type, Words
from ohaccredit.language.walk import walk
from ohaccredit.standards.edition import Edition

FACT = "fact"
STATUS = "status"
MOST_KNOWN = 100_000
"""How many combinations of what employers state are remembered for each group."""
NOT_STATED = "not-stated"
_NOT_STATED: Words = {"en": "not stated"}


@dataclass(frozen=True, slots=True)
class Group:
    """Something that employers differ in, with its options in the order in which they are declared."""

    id: str
    words: Words
    options: Mapping[str, Words]
    path: tuple[str, str] | None
    """The evidence type and its field; None for a derived choice, whose name is the id."""


class Groups:
    """Tells for one submission after another what groups it belongs to."""

    def __init__(self, edition: Edition, on: date) -> None:
        self._edition, self._on = edition, on
        self.profile: frozenset[str] = frozenset(
            name
            for name, kind in edition.evidence.items()
            if kind.collects == "one" and kind.natures.get(()) == FACT and not kind.linked
        )
        """The kinds of evidence that groups are told from."""
        derived = [self._derived(name) for name in sorted({p.by for p in edition.definitions.parameters.values()})]
        shared = {path for _, path in filter(None, derived) if path is not None}
        self.groups: tuple[Group, ...] = (
            *(each for each in self._fields() if each.path not in shared),
            *(each for each, _ in filter(None, derived)),
        )
        self._reads = {group.id: self._read(group) for group in self.groups}
        self._known: dict[str, dict[tuple[Any, ...], str]] = {group.id: {} for group in self.groups}

    def of(self, evidence: Mapping[str, Any]) -> dict[str, str]:
        """The option of each group, as the evidence that counts has it."""
        return {group.id: self._option(group, evidence) for group in self.groups}

    def _option(self, group: Group, evidence: Mapping[str, Any]) -> str:
        """The option of one group. Employers who state the same are in the same group, so each is worked out once."""
        known = self._known[group.id]
        stated = []
        for name, field in self._reads[group.id]:
            item = evidence.get(name)
            stated.append(item.get(field) if isinstance(item, Mapping) else None)
        key = tuple(stated)
        try:
            found = known.get(key)
        except TypeError:  # a list or group of fields among them
            return self._worked_out(group, evidence)
        if found is None:
            if len(known) >= MOST_KNOWN:
                known.clear()
            found = known[key] = self._worked_out(group, evidence)
        return found

    def _worked_out(self, group: Group, evidence: Mapping[str, Any]) -> str:
        own = {name: each for name, each in evidence.items() if name in self.profile}
        counted = prepare(self._edition, own, self._on, "declared", _never_linked).evidence
        if group.path is None:
            kind = self._edition.definitions.derived[group.id].type
            assert kind is not None
            tracer = Tracer(self._edition.definitions, counted, self._on)
            value: object = tracer.value(t.DerivedValue(group.id, kind, Place("", 0, 0)))[0]
        else:
            record: Any = counted.get(group.path[0])
            value = record.get(group.path[1]) if isinstance(record, dict) else None
        return value if isinstance(value, str) else NOT_STATED

    def _read(self, group: Group) -> tuple[tuple[str, str], ...]:
        """The fields that decide the option: those it reads, and whether the item counts."""
        if group.path is not None:
            paths = {group.path}
        else:
            derived = self._edition.definitions.derived[group.id]
            nodes = walk(derived.value, derived.bands, definitions=self._edition.definitions)
            paths = {(node.names[0], node.names[1]) for node in nodes if isinstance(node, t.PathTo)}
        return tuple(sorted(paths | {(name, STATUS) for name, _ in paths}))

    def _fields(self) -> list[Group]:
        found = []
        for name in self._edition.evidence:
            kind = self._edition.evidence[name].type
            if name in self.profile and isinstance(kind, Record):
                for field in kind:
                    if isinstance(field.type, Choice) and field.name not in self._of_every_item():
                        path = (name, field.name)
                        found.append(Group(".".join(path), field.words, _options(field.type), path))
        return found

    def _of_every_item(self) -> frozenset[str]:
        """The fields that every kind of evidence has: they say something of the item, not of the employer."""
        records = [_names(kind.type) for kind in self._edition.evidence.values()]
        return frozenset.intersection(*records) if len(records) > 1 else frozenset()

    def _derived(self, name: str) -> tuple[Group, tuple[str, str] | None] | None:
        """A derived choice over the profile; beside it the field whose options it merely repeats, if it does."""
        derived = self._edition.definitions.derived.get(name)
        if derived is None or not isinstance(derived.type, Choice):
            return None
        nodes = walk(derived.value, derived.bands, definitions=self._edition.definitions)
        paths = {node.names: node.fields[-1].type for node in nodes if isinstance(node, t.PathTo)}
        if not paths or not all(names[0] in self.profile for names in paths):
            return None
        ((names, kind), *others) = paths.items()
        repeats = not others and isinstance(kind, Choice) and set(kind.options) == set(derived.type.options)
        group = Group(name, derived.words, _options(derived.type), None)
        return group, (names[0], names[1]) if repeats and len(names) == 2 else None


def _names(kind: Type) -> frozenset[str]:
    match kind:
        case Record():
            return frozenset(kind.fields)
        case ListOf() | Series():
            return _names(kind.item)
        case Keyed():
            return frozenset.intersection(*map(_names, kind.records.values())) if kind.records else frozenset()
        case _:
            return frozenset()


def _options(kind: Choice) -> dict[str, Words]:
    """The options with their words, and at the end what is said of an employer who did not say."""
    return {**{option: kind.words.get(option, {"en": option}) for option in kind.options}, NOT_STATED: _NOT_STATED}


def _never_linked(*_: object) -> Mapping[str, Any]:
    raise AssertionError("a profile with evidence for another standard is not used")
