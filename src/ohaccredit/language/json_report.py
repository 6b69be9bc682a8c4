"""What is said about a JSON file: each problem with its place and pointer, up to a limit."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from ohaccredit.language.json_positions import Lines
from ohaccredit.language.json_texts import undecodable
from ohaccredit.language.json_words import shown, unquoted
from ohaccredit.language.problems import Place, Problem, json_pointer

if TYPE_CHECKING:
    from ohaccredit.language.json_limits import Limits
    from ohaccredit.language.json_texts import Text

CLOSERS = {"{": "}", "[": "]"}
KINDS = {"{": "object", "[": "list"}
_LONGEST_NAME_IN_POINTER = 200

# What may come next: a name or `}`; the colon; a value (or `]`); a comma or the closing bracket.
Next = Literal["name", "colon", "value", "comma"]


class EndOfReadingError(Exception):
    """Reading on would say nothing new, or take too long."""


@dataclass(slots=True)
class Open:
    """An object or list that is being read; the outermost one stands for the file itself."""

    opener: str
    offset: int
    value: dict[str, object] | list[object]
    next: Next
    part: str | int | None = None  # the name or index of the entry being read, None if it has no name
    part_offset: int = 0
    entry_end: int = 0  # just after the latest name or value
    comma: int | None = None  # where the comma before the entry being read stands
    comma_lost: bool = False  # with a quote that was never closed: one mistake, said once
    either_closer: bool = False
    names: dict[str, int] = field(default_factory=dict)


class FaultReport:
    """The problems of one file so far, and the containers around the place where reading stands."""

    def __init__(self, text: str, name: str, limits: Limits, what: str) -> None:
        self.text = text
        self.name = name
        self.what = what
        self.limits = limits
        self.lines = Lines(text)
        self.problems: list[Problem] = []
        self.open = [Open("", 0, [], "value")]
        self.at = 0
        self.values = 0

    def place(self, offset: int) -> Place:
        """Where the character at `offset` stands."""
        return Place(self.name, *self.lines.position(offset))

    def pointer(self, depth: int) -> str:
        """The pointer of the entry being read in the container at `depth`, cut where nesting is refused."""
        parts = [container.part for container in self.open[1 : min(depth, self.limits.depth) + 1]]
        return json_pointer(_printable(part) if isinstance(part, str) else part for part in parts if part is not None)

    def report(self, offset: int, message: str, hint: str, *, depth: int | None = None) -> None:
        """Add a problem of the entry being read, or of that in the container at `depth`.

        Raises EndOfReadingError once there are more problems than anyone would read.
        """
        pointer = self.pointer(len(self.open) if depth is None else depth)
        if len(self.problems) == self.limits.problems:
            message = f"There are more problems, from here on; the first {self.limits.problems} are listed."
            self.problems.append(
                Problem(message, self.place(offset), pointer, "Put these right, then read the file again.")
            )
            raise EndOfReadingError
        self.problems.append(Problem(message, self.place(offset), pointer, hint))

    def container_depth(self) -> int:
        """The depth whose pointer is that of the innermost open container itself."""
        return len(self.open) - 2

    def count(self) -> None:
        """Count a value that begins here; raises EndOfReadingError if it is one too many."""
        self.values += 1
        if self.values > self.limits.values:
            self.report(
                self.at,
                f"The {self.what} holds more than {self.limits.values:,} values; reading ends here.",
                "Hand it in as several files.",
            )
            raise EndOfReadingError

    def say_text(self, text: Text) -> None:
        """Report what is wrong with a text that begins here."""
        for fault in text.faults:
            self.report(*fault)
        if len(text.value) > self.limits.text_length:
            self.report(
                self.at,
                f"This text has {len(text.value):,} characters; {self.limits.text_length:,} is the limit.",
                "Shorten it, or hand in long documents as files of their own.",
            )

    def unquoted(self, start: int, word: str, *, lost_quote: bool) -> None:
        """Report words without quotes, or without the opening one."""
        if self.not_utf8(start, word):
            return
        if lost_quote:
            self.report(start, "This text has no opening quote.", f'Write "{shown(word)}".')
        else:
            self.report(start, *unquoted(word))

    def not_utf8(self, start: int, word: str) -> bool:
        """Report the first byte of these words that is not UTF-8; False if there is none."""
        byte = re.search(r"[\ud800-\udfff]", word)
        if byte is None:
            return False
        fault = undecodable(byte.group(), start + byte.start())
        self.report(*fault)
        return True

    def not_an_object(self, offset: int) -> None:
        """Report that the file does not hold one object, from what it holds instead."""
        sign = self.text[offset]
        if sign == "[":
            message, hint = (
                f"The {self.what} holds a list, not one object.",
                f'Begin the {self.what} with {{ and end it with }}, and give the list a name: "name": [ … ].',
            )
        elif sign == "<":
            message, hint = (
                "This looks like a web page or XML, not JSON.",
                "Save or download the file as JSON.",
            )
        else:
            message, hint = (
                f"The {self.what} must hold one object: it begins with {{ and ends with }}.",
                "Put { before the first name and } at the end; save another kind of file as JSON.",
            )
        self.report(offset, message, hint, depth=0)

    def never_closed(self) -> None:
        """Report that the innermost open container is not closed where it should be."""
        container = self.open[-1]
        self.report(
            container.offset,
            f"This {container.opener} is never closed.",
            f"Put {CLOSERS[container.opener]} where the {KINDS[container.opener]} ends.",
            depth=self.container_depth(),
        )


def _printable(name: str) -> str:
    """A name as a pointer may show it; what cannot be printed, or never ends, is no help there."""
    if len(name) > _LONGEST_NAME_IN_POINTER:
        name = name[:_LONGEST_NAME_IN_POINTER] + "…"
    return name if name.isprintable() else re.sub(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]", "�", name)
