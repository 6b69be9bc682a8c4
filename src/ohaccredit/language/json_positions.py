"""Where each value of a JSON text stands.

The text has been read and is known to be good, so it is scanned without a check, once, at the first
question.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_LINE_END = re.compile(r"\r\n|\r|\n")
_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{}:,]|[^\s\[\]{}:,"]+')


class Lines:
    """The lines of a text. They end as editors end them: at LF, CR LF or CR."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(end.end() for end in _LINE_END.finditer(text))]

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column, both from 1, of the character at `offset`."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1


@dataclass(slots=True)
class _Node:
    offset: int
    key_offset: int
    entries: dict[str | int, _Node] = field(default_factory=dict)


class JsonPositions:
    """The Locator of a good JSON text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._found: tuple[Lines, _Node] | None = None

    def locate(self, parts: Sequence[str | int]) -> tuple[int, int, int, int]:
        """Key line, key column, line and column of the value at this path, or of the nearest above it."""
        if self._found is None:
            self._found = Lines(self._text), _scan(self._text)
        lines, node = self._found
        for part in parts:
            below = node.entries.get(part)
            if below is None:
                break
            node = below
        return *lines.position(node.key_offset), *lines.position(node.offset)


def _scan(text: str) -> _Node:
    document = _Node(0, 0)
    above: list[tuple[_Node, bool]] = []  # the objects and lists around the current one
    current, in_object = document, False
    name: tuple[str, int] | None = None  # of the value that comes next, once it has been read
    for token in _TOKEN.finditer(text):
        written, offset = token.group(), token.start()
        first = written[0]
        if first in ",:":
            continue
        if first in "]}":
            current, in_object = above.pop()
            continue
        if in_object and name is None:
            name = (json.loads(written) if "\\" in written else written[1:-1]), offset
            continue
        if not above:
            node = document
            node.offset = node.key_offset = offset
        else:
            key, key_offset = name if name is not None else (len(current.entries), offset)
            node = current.entries[key] = _Node(offset, key_offset)
        name = None
        if first in "{[":
            above.append((current, in_object))
            current, in_object = node, first == "{"
    return document
