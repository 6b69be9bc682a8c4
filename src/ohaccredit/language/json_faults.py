"""Everything that is wrong with a JSON file, in one reading.

A parser that does not stop at the first mistake: it says what is wrong, assumes what was most likely
meant, and reads on. It is slow beside `json.loads` and is only used once that has failed. Every step
uses up text, counts towards the limit of values or adds a problem, and both are bounded; so is the time
that a hostile file can take.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

from ohaccredit.language.json_limits import Limits, NumberTooLargeError
from ohaccredit.language.json_report import CLOSERS, KINDS, EndOfReadingError, FaultReport, Open
from ohaccredit.language.json_texts import OPENING_QUOTES, Text, read_text
from ohaccredit.language.json_words import (
    LOST_OPENING_QUOTE,
    bare_name,
    bare_value,
    constant_or_number,
    shown,
)
from ohaccredit.language.problems import Problem

if TYPE_CHECKING:
    from decimal import Decimal

_BLANK = re.compile(r"[ \t\n\r]*+")
_ORDINARY = frozenset('"{}[],:-0123456789tfn')
_STRANGE_BLANK = re.compile(r"(?:[^\S \t\n\r]++|[\u00ad\u200b-\u200f\u2060\ufeff]++)++")
_COMMENT = re.compile(r"//[^\n\r]*+|#[^\n\r]*+|/\*(?:[^*]|\*(?!/))*+(?:\*/)?")
_EQUALS = re.compile(r":?=>?")
_CONSTANTS: dict[str, bool | None] = {"true": True, "false": False, "null": None}


def find_faults(text: str, name: str, limits: Limits, what: str = "file") -> tuple[object, list[Problem]]:
    """The value of a JSON text, as far as it can be guessed, and all problems of the text.

    Bytes that were not UTF-8 are expected as the half characters of Python's "surrogateescape".
    """
    reader = _Reader(text, name, limits, what)
    with suppress(EndOfReadingError):
        reader.read()
    document = reader.open[0].value
    return (document[0] if document else None), reader.problems  # type: ignore[index]


class _Reader(FaultReport):
    def read(self) -> None:
        steps = {
            "name": self.read_name,
            "colon": self.read_colon,
            "value": self.read_value,
            "comma": self.read_comma,
        }
        while self.skip_blank():
            steps[self.open[-1].next](self.open[-1])
        self.end_of_file()

    # --- between values -------------------------------------------------------------------------

    def skip_blank(self) -> bool:
        """Go to the next sign that is part of the content; False at the end of the file."""
        while True:
            if self.text[self.at : self.at + 1] in _ORDINARY:
                return True
            blank = _BLANK.match(self.text, self.at)
            self.at = blank.end() if blank else self.at
            if self.at >= len(self.text):
                return False
            if self.text[self.at] in _ORDINARY:
                return True
            if comment := _COMMENT.match(self.text, self.at):
                self.report(
                    self.at,
                    "This is a comment; JSON has none.",
                    "Take it out, or make it a value of its own where the form has a place for remarks.",
                )
                self.at = comment.end()
            elif strange := _STRANGE_BLANK.match(self.text, self.at):
                self.report(
                    self.at,
                    f"An invisible character (U+{ord(self.text[self.at]):04X}) stands here.",
                    "Delete it and type an ordinary space; it often comes with text copied from a page.",
                )
                self.at = strange.end()
            else:
                return True

    def read_comma(self, container: Open) -> None:
        sign = self.text[self.at]
        if not container.opener:
            self.after_the_end(container)
        if sign in "}]":
            self.close(sign)
        elif sign in ",;":
            if sign == ";":
                self.report(self.at, "A semicolon stands where a comma should be.", "Write a comma.")
            self.go_on(container, comma=self.at)
            self.at += 1
        elif sign == ":":
            self.second_colon(container)
        else:
            if not container.comma_lost:
                self.report(
                    container.entry_end,
                    "A comma is missing here, before the next entry.",
                    "Put a comma after this entry.",
                )
            self.go_on(container, comma=None)

    def go_on(self, container: Open, comma: int | None) -> None:
        container.next = "name" if isinstance(container.value, dict) else "value"
        container.comma, container.comma_lost = comma, False

    def second_colon(self, container: Open) -> None:
        entries = container.value
        around = self.open[-2]
        if isinstance(entries, dict):
            self.report(
                self.at,
                "A second colon stands here, where a comma or the closing } should be.",
                "A text with a colon in it, such as a time, must stand in double quotes.",
            )
            container.next = "value"
        elif len(entries) == 1 and isinstance(entries[0], str):
            # The first entry has a name: this was meant as an object.
            self.report(
                container.offset,
                "A list [ ] holds values without names, but a name and a colon stand in this one.",
                "Put { } around entries that have names.",
                depth=self.container_depth(),
            )
            name = entries[0]
            container.value, container.either_closer, container.next = {}, True, "value"
            container.part, container.part_offset = name, container.entry_end
            container.names[name] = container.entry_end
            self.put(around, container.value)
        elif entries and isinstance(entries[-1], str) and isinstance(around.value, dict):
            # A name after values: the list was most likely over before it.
            self.never_closed()
            name = str(entries.pop())
            self.open.pop()
            around.part, around.next = name, "value"
        else:
            self.report(
                self.at,
                "A name and a colon cannot stand in a list.",
                "Put { } around entries that have names.",
            )
            container.next = "value"
        self.at += 1

    def after_the_end(self, container: Open) -> None:
        """Something follows the document. What it is can only be guessed, so reading ends."""
        document = container.value[0] if isinstance(container.value, list) else None
        if isinstance(document, (dict, list)):
            sign = self.text[self.at]
            if sign in "}]":
                message, hint = (
                    f"There is one {sign} too many here.",
                    f"Take the {sign} out, or look for one too many before it.",
                )
            elif sign in "{[":
                message, hint = (
                    "A second document begins here; a file holds one.",
                    "Put each into a file of its own.",
                )
            else:
                message = "Text follows after the end of the document."
                hint = "Take it out, or look for a bracket before it that closes too early."
            self.report(self.at, message, hint, depth=0)
        raise EndOfReadingError

    # --- names ----------------------------------------------------------------------------------

    def read_name(self, container: Open) -> None:
        sign = self.text[self.at]
        container.part = None
        if sign in "}]":
            self.close(sign)
        elif sign in ",;":
            self.report(self.at, "This comma has no entry before it.", "Take the comma out.")
            self.at += 1
        elif sign in ":=":
            self.report(
                self.at,
                "A name is missing before the colon.",
                'Write the name in double quotes: "name": value.',
            )
            container.next = "colon"
        elif sign in "{[":
            self.report(self.at, "A name is missing before this value.", 'Write it in double quotes: "name": value.')
            self.read_value(container)
        elif sign in OPENING_QUOTES:
            self.take_name(container, read_text(self.text, self.at, is_name=True))
        else:
            self.unquoted_name(container)

    def take_name(self, container: Open, text: Text) -> None:
        first = container.names.get(text.value)
        container.part, container.part_offset = text.value, self.at
        self.say_text(text)
        if first is None:
            container.names[text.value] = self.at
        else:
            self.report(
                self.at,
                f'The name "{shown(text.value)}" stands twice in this object; the first is at {self.place(first)}.',
                "Keep one of them, or give them different names.",
            )
        container.next, self.at = "colon", text.end
        container.entry_end = self.at

    def unquoted_name(self, container: Open) -> None:
        word = bare_name(self.text, self.at)
        end = self.at + len(word)
        lost_quote = LOST_OPENING_QUOTE.match(self.text, end)
        blank = _BLANK.match(self.text, lost_quote.end() if lost_quote else end)
        after = blank.end() if blank else end
        start, self.at = self.at, lost_quote.end() if lost_quote else end
        if self.text[after : after + 1] not in (":", "="):
            self.unquoted(start, word, lost_quote=lost_quote is not None)
            container.next, container.entry_end, container.comma_lost = "comma", self.at, True
            return
        container.part = word
        if lost_quote:
            self.report(start, "This name has no opening quote.", f'Write "{shown(word)}".')
        elif not self.not_utf8(start, word):
            self.report(start, f"The name {shown(word)} has no double quotes.", f'Write "{shown(word)}".')
        container.part_offset, container.entry_end, container.next = start, self.at, "colon"
        container.names.setdefault(word, start)

    def read_colon(self, container: Open) -> None:
        sign = self.text[self.at]
        container.next = "value"
        if sign == ":":
            self.at += 1
        elif equals := _EQUALS.match(self.text, self.at):
            self.report(self.at, "An equals sign stands where a colon should be.", "Write a colon.")
            self.at = equals.end()
        elif sign in ",;}]":
            self.report(
                container.part_offset,
                "This name has no value.",
                "Write a colon and a value after it, or take it out.",
            )
            container.next = "comma"
        else:
            self.report(container.entry_end, "A colon is missing here, after the name.", 'Write "name": value.')

    # --- values ---------------------------------------------------------------------------------

    def read_value(self, container: Open) -> None:
        sign = self.text[self.at]
        in_object = isinstance(container.value, dict)
        if not in_object:
            container.part = len(container.value)
        if sign in ",;}]":
            self.no_value(container, sign, in_object)
        elif sign == ":":
            self.report(self.at, "A colon stands here, where a value should be.", "Take the colon out.")
            self.at += 1
        elif sign in "{[":
            self.open_container(container, sign)
        elif sign in OPENING_QUOTES:
            self.count()
            text = read_text(self.text, self.at)
            self.say_text(text)
            container.comma_lost = not text.closed
            self.take(container, text.value, text.end)
        else:
            self.count()
            self.number_or_word(container)

    def no_value(self, container: Open, sign: str, in_object: bool) -> None:
        if not container.opener:
            self.not_an_object(self.at)
            raise EndOfReadingError
        if in_object:
            self.report(
                self.at,
                "A value is missing here, after the colon.",
                "Write the value, or null if it is not known.",
            )
            container.next, container.entry_end = "comma", self.at
        elif sign in "}]":
            self.close(sign)
        else:
            self.report(self.at, "This comma has no value before it.", "Take the comma out, or write the value.")
            container.comma = self.at
            self.at += 1

    def open_container(self, container: Open, sign: str) -> None:
        self.count()
        if not container.opener and sign == "[":
            self.not_an_object(self.at)
        if len(self.open) == self.limits.depth + 1:
            self.report(
                self.at,
                f"Objects and lists stand more than {self.limits.depth} deep in one another here.",
                "Look for brackets that are never closed, or put the content into fewer levels.",
            )
        if len(self.open) > 4 * self.limits.depth:
            raise EndOfReadingError
        value: dict[str, object] | list[object] = {} if sign == "{" else []
        self.put(container, value)
        container.next, container.comma_lost = "comma", False
        self.open.append(Open(sign, self.at, value, "name" if sign == "{" else "value"))
        self.at += 1

    def number_or_word(self, container: Open) -> None:
        start = self.at
        written = constant_or_number(self.text, start, in_list=isinstance(container.value, list))
        if written is not None:
            value = self.number_or_constant(written)
            if not container.opener:
                self.not_an_object(start)
            self.take(container, value, start + len(written))
            return
        word = bare_value(self.text, start)
        end = start + len(word)
        lost_quote = LOST_OPENING_QUOTE.match(self.text, end)
        if not container.opener:
            self.not_an_object(start)
            if word.lstrip("+-").lower() in ("nan", "infinity"):
                self.unquoted(start, word, lost_quote=False)
            self.not_utf8(start, word)
            raise EndOfReadingError
        self.unquoted(start, word, lost_quote=lost_quote is not None)
        self.take(container, word, lost_quote.end() if lost_quote else end)

    def number_or_constant(self, written: str) -> int | Decimal | bool | None:
        if written in _CONSTANTS:
            return _CONSTANTS[written]
        try:
            return self.limits.number(written)
        except NumberTooLargeError as too_large:
            self.report(
                self.at,
                str(too_large),
                "Check the number; if it is a reference rather than an amount, put it in double quotes.",
            )
            return 0

    def take(self, container: Open, value: object, end: int) -> None:
        if not container.opener and isinstance(value, str):
            self.not_an_object(self.at)
        self.put(container, value)
        self.at = container.entry_end = end
        container.next = "comma"

    def put(self, container: Open, value: object) -> None:
        entries = container.value
        if isinstance(entries, dict):
            if isinstance(container.part, str):
                entries[container.part] = value
        else:
            entries.append(value)

    # --- closing --------------------------------------------------------------------------------

    def close(self, sign: str) -> None:
        container = self.open[-1]
        entry_awaited = container.next == ("name" if isinstance(container.value, dict) else "value")
        if entry_awaited and container.comma is not None:
            self.report(
                container.comma,
                "This comma has no entry after it.",
                "Take the comma out.",
                depth=self.container_depth(),
            )
        if sign != CLOSERS[container.opener] and not container.either_closer:
            around = next((n for n in range(len(self.open) - 2, 0, -1) if CLOSERS[self.open[n].opener] == sign), 0)
            if around and self.opens_more_than_it_closes():
                while len(self.open) - 1 > around:
                    self.never_closed()
                    self.open.pop()
            else:
                kind, right = KINDS[container.opener], CLOSERS[container.opener]
                self.report(
                    self.at,
                    f"This {sign} closes the {kind} that begins with {container.opener} "
                    f"at {self.place(container.offset)}.",
                    f"Write {right} here, or look for a bracket missing before it.",
                    depth=self.container_depth(),
                )
        self.open.pop()
        self.at += 1
        self.open[-1].entry_end = self.at

    def opens_more_than_it_closes(self) -> bool:
        """Whether a closing bracket was forgotten, rather than one of the wrong kind written."""
        count = self.text.count
        return count("{") + count("[") > count("}") + count("]")

    def end_of_file(self) -> None:
        container = self.open[-1]
        if container.opener:
            line, column = self.lines.position(len(self.text))
            self.report(
                container.offset,
                f"This {container.opener} is never closed.",
                f"Put {CLOSERS[container.opener]} where the {KINDS[container.opener]} ends. The {self.what} ends at "
                f"line {line}, column {column}; if content is missing there, get the whole {self.what} again.",
                depth=self.container_depth(),
            )
        elif container.next == "value" and not self.problems:
            self.report(0, f"The {self.what} is empty.", "Choose the file that holds the submission.", depth=0)
