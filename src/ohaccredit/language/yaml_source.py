"""Reading YAML with the position of every value.

The files of policy teams are YAML 1.2 with a closed set of plain values: text, whole numbers, decimals,
true, false and null. `no` and `12:30` stay text, a decimal stays exact. Anchors, aliases, tags and
several documents in a file are refused: rule files are read by people, top to bottom, and an alias can
also be made to grow without bound.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from ohaccredit.language.problems import Place, Problem, ProblemsFound, json_pointer
from ohaccredit.language.source import Source

Path = tuple[str | int, ...]

MAX_BYTES = 2_000_000
MAX_DEPTH = 40

_INT = re.compile(r"[-+]?[0-9]+")
_DECIMAL = re.compile(r"[-+]?[0-9]+\.[0-9]+")
_TAB = re.compile(r"^[ ]*\t", re.MULTILINE)


def read_yaml(data: bytes, name: str) -> Source:
    """The content of a YAML file and where each value stands.

    Raises ProblemsFound with every problem that can be told apart in one reading.
    """
    if len(data) > MAX_BYTES:
        raise ProblemsFound(
            [Problem(f"The file has {len(data):,} bytes; {MAX_BYTES:,} is the limit.", Place(name, 1, 1))]
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ProblemsFound(
            [Problem("This is not UTF-8 text.", Place(name, line, 1), hint="Save the file as UTF-8.")]
        ) from None
    tabs = [
        Problem("A tab is used to indent.", _place_of(name, text, match.end() - 1), hint="Indent with spaces.")
        for match in _TAB.finditer(text)
    ]
    if tabs:
        raise ProblemsFound(tabs)
    reader = _Reader(name)
    try:
        value = reader.read(_events(text))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(name, mark.line + 1, mark.column + 1) if mark else Place(name, 1, 1)
        problem = Problem(
            f"The YAML cannot be read here: {error.problem or error.context}.",
            place,
            hint=_hint(str(error.problem)),
        )
        raise ProblemsFound([*reader.problems, problem]) from None
    except YAMLError as error:
        raise ProblemsFound([Problem(f"The YAML cannot be read: {error}.", Place(name, 1, 1))]) from None
    if reader.problems:
        raise ProblemsFound(reader.problems)
    return Source(name, value, hashlib.sha256(data).hexdigest(), reader)


def _events(text: str) -> Iterator[Event]:
    yaml: Any = YAML(typ="safe")  # libyaml where the C parser is installed; only its events are used
    yield from yaml.parse(text)


def _hint(problem: str) -> str:
    if "mapping values are not allowed" in problem:
        return 'A text that holds ": " must be put in quotes.'
    if "could not find expected ':'" in problem:
        return "A key is followed by a colon and a space."
    if "did not find expected" in problem:
        return "Look for a missing quote, bracket or brace, or a line that is indented differently from its neighbours."
    return ""


def _place_of(name: str, text: str, offset: int) -> Place:
    start = text.rfind("\n", 0, offset) + 1
    return Place(name, text.count("\n", 0, offset) + 1, offset - start + 1)


class _Reader:
    """Turns parse events into plain values, and remembers where each value and key stands."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.problems: list[Problem] = []
        self._values: dict[Path, tuple[int, int]] = {}
        self._keys: dict[Path, tuple[int, int]] = {}

    def locate(self, parts: Sequence[str | int]) -> tuple[int, int, int, int]:
        path = tuple(parts)
        while path and path not in self._values:
            path = path[:-1]
        line, column = self._values.get(path, (1, 1))
        key_line, key_column = self._keys.get(path, (line, column))
        return key_line, key_column, line, column

    def read(self, events: Iterator[Event]) -> object:
        value: object = None
        documents = 0
        for event in events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._problem(
                        event,
                        (),
                        "The file holds more than one document.",
                        "Remove the line with three dashes.",
                    )
            elif isinstance(event, (ScalarEvent, MappingStartEvent, SequenceStartEvent, AliasEvent)):
                value = self._value(event, events, (), 0)
        return value

    def _value(self, event: Event, events: Iterator[Event], path: Path, depth: int) -> object:
        self._values[path] = (event.start_mark.line + 1, event.start_mark.column + 1)
        if isinstance(event, AliasEvent):
            self._problem(event, path, "An alias (*) stands here.", "Write the value out.")
            return None
        self._plain(event, path)
        if isinstance(event, ScalarEvent):
            return self._scalar(event)
        if depth >= MAX_DEPTH:
            raise ProblemsFound([Problem(f"The file is nested deeper than {MAX_DEPTH} levels.", self._place(event))])
        if isinstance(event, SequenceStartEvent):
            items: list[object] = []
            for following in events:
                if isinstance(following, SequenceEndEvent):
                    break
                items.append(self._value(following, events, (*path, len(items)), depth + 1))
            return items
        return self._mapping(events, path, depth)

    def _mapping(self, events: Iterator[Event], path: Path, depth: int) -> dict[str, object]:
        entries: dict[str, object] = {}
        for following in events:
            if isinstance(following, MappingEndEvent):
                break
            if not isinstance(following, ScalarEvent):
                raise ProblemsFound(
                    [
                        *self.problems,
                        Problem("A key must be plain text.", self._place(following), json_pointer(path), _BRACES),
                    ]
                )
            key = str(following.value)
            where = (*path, key)
            self._plain(following, where)
            if key in entries:
                first = self._keys[where]
                self._problem(
                    following,
                    where,
                    f'The key "{key}" stands twice; it is first on line {first[0]}.',
                    "Keep one of them.",
                )
            self._keys[where] = (following.start_mark.line + 1, following.start_mark.column + 1)
            entries[key] = self._value(next(events), events, where, depth + 1)
        return entries

    def _plain(self, event: Event, path: Path) -> None:
        """Anchors and tags are refused, on keys as on values."""
        if getattr(event, "anchor", None) is not None:
            self._problem(event, path, "An anchor (&) stands here.", "Write the value out where it is needed.")
        tag = getattr(event, "tag", None)
        if tag is not None:
            self._problem(event, path, f"A tag ({tag}) stands here.", "Tags are not used in these files.")

    def _scalar(self, event: ScalarEvent) -> object:
        text = str(event.value)
        if event.style is not None and event.style != "":  # quoted or a block: text as it stands
            return text
        if text in ("", "null", "~"):
            return None
        if text in ("true", "false"):
            return text == "true"
        if _INT.fullmatch(text):
            return int(text) if len(text) <= 30 else text
        if _DECIMAL.fullmatch(text):
            return Decimal(text)
        return text

    def _place(self, event: Event) -> Place:
        return Place(self.name, event.start_mark.line + 1, event.start_mark.column + 1)

    def _problem(self, event: Event, path: Path, message: str, hint: str) -> None:
        self.problems.append(Problem(message, self._place(event), json_pointer(path), hint))


_BRACES = "Braces and brackets open a list or a group of fields; put text that begins with one in quotes."
