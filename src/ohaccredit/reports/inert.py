"""Text from outside, made safe to print.

What people type can carry characters that hide or reorder words, that no font of ours can draw, or
that make a page take minutes to lay out. `make_inert` takes them out or makes them harmless, and says
what it did; `Printer` does so for every text of a page and keeps account. Escaping for HTML is not
done here: that is the template's autoescape.

The measures behind the limits: a word of 10 000 unbroken characters takes 18 s to lay out, with
places to break every 30 characters 2.5 s less than 3 s in all; 1 MB of text fills 552 pages in 70 s.
"""

import json
import re
import unicodedata
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Final

SUBSTITUTE: Final = "□"
"""Stands for a character that no bundled font has."""

SOFT_BREAK: Final = "\u200b"
LONGEST_RUN: Final = 30
"""Characters after which an unbroken run gets a place to break."""

LONGEST_TEXT: Final = 4_000
"""Characters of one text that are printed."""

ALL_TEXTS: Final = 400_000
"""Characters of all texts of a page together that are printed at full length."""

CUT_NOTICE: Final = {
    "en": "[Cut here: {shown} of {total} characters are shown. The attached record has the whole text.]",
    "cy": "[Torrwyd yma: dangosir {shown} o {total} nod. Mae’r testun cyfan yn y cofnod atodedig.]",
}

MARKS_IN_A_ROW: Final = 3
"""Combining marks that may follow one letter; more would run over the lines around."""

_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_SPACES = re.compile("[\t\u1680\u2000-\u2006\u2008\u205f\u3000]")
_RUN = re.compile(rf"[^\s{SOFT_BREAK}]{{{LONGEST_RUN + 1},}}")
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True, slots=True)
class InertText:
    """A text that is safe to print, and what was done to it.

    `substituted` are characters without a glyph, each shown as `SUBSTITUTE`; `removed` are characters
    that have no look of their own: controls, bidirectional overrides and isolates, marks piled on
    one letter. `cut` is the number of characters left out at the end.
    """

    text: str
    substituted: frozenset[str] = frozenset()
    removed: frozenset[str] = frozenset()
    cut: int = 0


def make_inert(
    text: str,
    *,
    coverage: AbstractSet[int] | None = None,
    limit: int = LONGEST_TEXT,
    notice: str = CUT_NOTICE["en"],
) -> InertText:
    """The text as it may be printed. Doing it twice changes nothing more, unless it was cut.

    In this order: composed (Unicode NFC, so that w with a circumflex is ŵ), cut to `limit`
    characters with `notice` after it, line and paragraph separators made line feeds, tabs and odd
    spaces made spaces, invisible characters taken out, characters not in `coverage` replaced by the
    plain form Unicode gives for them (NFKC) or by `SUBSTITUTE`, soft breaks put into long runs.

    `coverage` holds the code points that the bundled fonts have (`font_coverage`); without it no
    character is missing. `notice` may name `{shown}` and `{total}`.
    """
    # Cut first, so that the work is bounded whatever comes in; a composed text is never longer.
    total = len(text)
    cut = max(0, total - limit)
    shown = unicodedata.normalize("NFC", text[:limit] if cut else text)
    shown = _SPACES.sub(" ", _LINE_ENDS.sub("\n", shown))

    substituted: set[str] = set()
    removed: set[str] = set()
    kept: list[str] = []
    marks = 0
    for character in shown:
        category = unicodedata.category(character)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if character in ("\n", SOFT_BREAK):
            kept.append(character)
        elif category in ("Cc", "Cf") or marks > MARKS_IN_A_ROW or "\ufe00" <= character <= "\ufe0f":
            # Soft hyphens, joiners and variation selectors come with ordinary writing; the rest is told.
            if category == "Cc" or character in _BIDI or marks > MARKS_IN_A_ROW:
                removed.add(character)
        elif category in ("Cs", "Co", "Cn") or (coverage is not None and ord(character) not in coverage):
            plain = unicodedata.normalize("NFKC", character)
            if coverage is not None and plain != character and all(ord(c) in coverage for c in plain):
                kept.append(plain)
            else:
                substituted.add(character)
                kept.append(SUBSTITUTE)
        else:
            kept.append(character)
    result = _RUN.sub(_with_soft_breaks, "".join(kept))
    if cut:
        result += " " + notice.format(shown=f"{limit:,}", total=f"{total:,}")
    return InertText(result, frozenset(substituted), frozenset(removed), cut)


@lru_cache(maxsize=4)
def font_coverage(assets: Path) -> frozenset[int]:
    """The code points that every bundled font has, from `fonts/coverage.json` among the assets.

    The file lists ranges, first and last included; a test holds it to the fonts themselves.
    Raises OSError if it is missing, ValueError if it is not such a list.
    """
    ranges = json.loads((assets / "fonts" / "coverage.json").read_text(encoding="utf-8"))
    return frozenset(point for first, last in ranges for point in range(first, last + 1))


@dataclass(slots=True)
class Printer:
    """Makes every text of one page inert, within one budget, and keeps account for a note on it.

    Meant as the `finalize` of a Jinja environment with autoescape: then no expression of a template
    can miss it. What is already markup (`__html__`) or no text passes unchanged.

    >>> printer = Printer(coverage=font_coverage(assets))
    >>> environment = Environment(autoescape=True, finalize=printer)

    Once the texts together exceed `budget`, each later one is cut to `limit_beyond`; so a page is
    bounded by budget + limit_beyond x (number of texts).
    """

    coverage: AbstractSet[int] | None = None
    limit: int = LONGEST_TEXT
    budget: int = ALL_TEXTS
    limit_beyond: int = 200
    notice: str = CUT_NOTICE["en"]
    substituted: set[str] = field(default_factory=set)
    removed: set[str] = field(default_factory=set)
    texts_cut: int = 0

    def __call__(self, value: object) -> object:
        """The value as it may be printed."""
        if not isinstance(value, str) or hasattr(value, "__html__"):
            return value
        limit = self.limit if self.budget >= min(len(value), self.limit) else self.limit_beyond
        self.budget -= min(len(value), limit)
        inert = make_inert(value, coverage=self.coverage, limit=limit, notice=self.notice)
        self.substituted |= inert.substituted
        self.removed |= inert.removed
        self.texts_cut += bool(inert.cut)
        return inert.text


def _with_soft_breaks(match: re.Match[str]) -> str:
    """A run with a place to break every `LONGEST_RUN` characters, never before a combining mark."""
    run = match[0]
    pieces = []
    start = 0
    while len(run) - start > LONGEST_RUN:
        end = start + LONGEST_RUN
        while end < len(run) and unicodedata.combining(run[end]):
            end += 1
        pieces.append(run[start:end])
        start = end
    pieces.append(run[start:])
    return SOFT_BREAK.join(piece for piece in pieces if piece)
