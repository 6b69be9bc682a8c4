"""One change between two editions, and what differs between an old and a new sentence, word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from typing import Literal

from ohaccredit.language.tree import Definitions
from ohaccredit.language.types import Date, Words
from ohaccredit.language.words import Speaker

About = Literal["edition", "tier", "criterion", "figure", "derived", "evidence"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words that stands in both sentences, only in the old one, or only in the new one."""

    kind: Literal["kept", "gone", "new"]
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """Something that is said differently, or only in one of the editions."""

    about: About
    subject: str
    """The id or name of what changed."""
    kind: str
    says: str
    was: str = ""
    now: str = ""

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """The two sentences laid over each other; empty unless there are two."""
        return tuple(pieces(self.was, self.now)) if self.was and self.now else ()


def pieces(was: str, now: str) -> Iterator[Piece]:
    """What is kept, gone and new, in reading order. Spaces go with the word before them."""
    old, new = (re.findall(r"\S+\s*", text) for text in (was, now))
    was_bare, now_bare = ([word.strip() for word in words] for words in (old, new))
    for what, a, b, c, d in SequenceMatcher(None, was_bare, now_bare, autojunk=False).get_opcodes():
        if what == "equal":
            yield Piece("kept", "".join(new[c:d]))
            continue
        if b > a:
            yield Piece("gone", "".join(old[a:b]))
        if d > c:
            yield Piece("new", "".join(new[c:d]))


def words_changes(about: About, subject: str, kind: str, what: str, was: Words, now: Words) -> Iterator[Change]:
    """The same text in each language that either edition has it in."""
    for language in sorted({*was, *now}):
        one, other = was.get(language, ""), now.get(language, "")
        if one != other:
            named = what if language == "en" else f"{what} ({language})"
            says = f"{named} {'is new' if not one else 'is gone' if not other else 'is worded differently'}."
            yield Change(about, subject, kind, says, one, other)


def listed(names: Mapping[str, object] | list[str] | tuple[str, ...]) -> str:
    """ "a, b and c"; "nothing" if there is none."""
    *first, last = list(names) or ["nothing"]
    return f"{', '.join(first)} and {last}" if first else last


def day_said(day: date) -> str:
    """A day as reports write it."""
    return Speaker(Definitions({}, {})).plain(day, Date())
