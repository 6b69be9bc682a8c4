"""Where each value of a JSON text stands.

The text has been read and is known to be good, so it is scanned without a check, once, at the first
question.
"""

from __future__ import annotations

import json
import re
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

_BLOCK = 1 << 16
_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{}:,]|[^\s\[\]{}:,"]+')


class Lines:
    """The lines of a text. They end as editors end them: at LF, CR LF or CR.

    Line ends are counted block by block, not listed: a file may be all line ends.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._has_cr = "\r" in text
        blocks = range(0, len(text), _BLOCK)
        self._ends_before = list(
            accumulate((self._ends(start, min(start + _BLOCK, len(text))) for start in blocks), initial=0)
        )

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column, both from 1, of the character at `offset`."""
        block = offset // _BLOCK
        line = self._ends_before[block] + self._ends(block * _BLOCK, offset) + 1
        last_end = self._text.rfind("\n", 0, offset)
        if self._has_cr:
            last_end = max(last_end, self._text.rfind("\r", 0, offset))
        return line, offset - last_end

    def _ends(self, start: int, stop: int) -> int:
        ends = self._text.count("\n", start, stop)
        if self._has_cr:
            # CR LF counts once, at its LF; the pair may straddle `stop`.
            ends += self._text.count("\r", start, stop) - self._text.count("\r\n", start, stop + 1)
        return ends


class _Node(NamedTuple):
    offset: int
    key_offset: int
    entries: dict[str | int, _Node] | None  # None for what holds nothing


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
            below = node.entries.get(part) if node.entries else None
            if below is None:
                break
            node = below
        return *lines.position(node.key_offset), *lines.position(node.offset)


def _scan(text: str) -> _Node:
    """The document with everything in it, from a text that is known to be good."""
    document: dict[str | int, _Node] = {}  # under the part 0, as if the file were a list
    entries, in_object = document, False
    above: list[tuple[dict[str | int, _Node], bool]] = []
    name: str | None = None  # of the value that comes next, once it has been read
    key_offset = 0
    for token in _TOKEN.finditer(text):
        written, offset = token.group(), token.start()
        first = written[0]
        if first in ",:":
            continue
        if first in "]}":
            entries, in_object = above.pop()
        elif in_object and name is None:
            name = json.loads(written) if "\\" in written else written[1:-1]
            key_offset = offset
        else:
            below: dict[str | int, _Node] | None = {} if first in "{[" else None
            if name is not None:
                entries[name] = _Node(offset, key_offset, below)
            else:
                entries[len(entries)] = _Node(offset, offset, below)
            name = None
            if below is not None:
                above.append((entries, in_object))
                entries, in_object = below, first == "{"
    return document[0]
