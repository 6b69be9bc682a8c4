"""The Common Expression Language as text: what can be written, with no more parentheses than it needs.

Every piece knows how tightly it binds (CEL specification, "Syntax": ternary, or, and, relation, sum, product, unary,
member). A piece that would be too long for a line is broken after its operators and commas, and its parts moved in.
CEL's whole numbers have 64 bits: a larger figure of the rules is not written, and a larger product of figures of the
evidence is an error when it is evaluated. Neither is ever wrapped or rounded.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

WIDTH = 100
_SMALLEST, _LARGEST = -(2**63), 2**63 - 1
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
RESERVED = frozenset(
    {"as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in", "let", "loop"}
    | {"namespace", "null", "package", "return", "true", "var", "void", "while"}
)
"""What no name may be (CEL specification, "Syntax": KEYWORD and RESERVED)."""


class NotInCel(Exception):
    """Something that CEL cannot say. The text says what it is, in plain words."""


TERNARY, OR, AND, RELATION, SUM, PRODUCT, UNARY, MEMBER = range(8)
Relation = Literal["==", "!=", ">=", "<=", ">", "<"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of an expression: its text, how tightly it binds, and its value if it is a whole number as written."""

    text: str
    binds: int = MEMBER
    number: int | None = None

    @property
    def simple(self) -> bool:
        """Is it a name, a path or a figure, which may be repeated without work or length?"""
        return self.number is not None or bool(_SIMPLE.fullmatch(self.text))

    def inside(self, binds: int) -> str:
        """The text as part of something that binds so tightly."""
        return self.text if self.binds >= binds else f"({_moved_in(self.text)})"


_OPEN, _CLOSE = "\ue000", "\ue001"
"""What no text of a rule is written with: they mark a name that is not settled yet."""
_WORD = rf"[\w.{_OPEN}{_CLOSE}]"
_SIMPLE = re.compile(rf'[A-Za-z_]{_WORD}*(\[("[^"\\]*"|{_WORD}+)\]{_WORD}*)*|"[^"\\]*"')
NOT_EVIDENCED = Piece('{}["not evidenced"]')
"""An error where the rule says "not evidenced": to look for what is not there. Its message ends in these words."""


def _moved_in(text: str) -> str:
    """A text of several lines, one step to the right, on lines of its own."""
    return _apart(text) if "\n" in text else text


def _apart(text: str) -> str:
    return "\n" + "\n".join("  " + line for line in text.split("\n")) + "\n" if text else text


def _listed(parts: Sequence[str], before: str = "") -> str:
    """Parts with commas between them, on one line (with what stands before them) or each on its own and moved in."""
    flat = ", ".join(parts)
    return flat if _fits(flat) and len(before.rpartition("\n")[2]) + len(flat) <= WIDTH else _apart(",\n".join(parts))


def _joined(parts: Sequence[Piece], between: str, binds: int) -> Piece:
    """Parts with an operator between them, on one line or each on its own."""
    if len(parts) == 1:
        return parts[0]
    first = binds if binds in (AND, OR, SUM, PRODUCT) else binds + 1  # read from the left
    others = binds if binds in (AND, OR) else binds + 1  # in whatever order
    said = [each.inside(others if place else first) for place, each in enumerate(parts)]
    flat = f" {between} ".join(said)
    return Piece(flat if _fits(flat) else f"\n{between} ".join(map(_further_in, said)), binds)


def _further_in(text: str) -> str:
    """A part of several lines: its first line stays, the others are moved in. Parentheses would nest more deeply."""
    return text if text.startswith("(") and text.endswith("\n)") else text.replace("\n", "\n  ")


def _fits(flat: str) -> bool:
    return len(flat) <= WIDTH and "\n" not in flat


# ── What stands by itself ───────────────────────────────────────────────────────────────────────────


def number(value: int) -> Piece:
    """A whole number. Raises NotInCel beyond 64 bits."""
    if not _SMALLEST <= value <= _LARGEST:
        raise NotInCel("a figure beyond 64 bits")
    return Piece(str(value), MEMBER if value >= 0 else UNARY, value)


def text(value: str) -> Piece:
    """A text."""
    said = json.dumps(value, ensure_ascii=False)
    for mark in (_OPEN, _CLOSE):
        said = said.replace(mark, f"\\u{ord(mark):04x}")
    return Piece(said)


def truth(value: bool) -> Piece:
    """Yes or no."""
    return Piece("true" if value else "false")


def literal(value: int | bool | str | date | Sequence[str]) -> Piece:
    """A value as the evidence would hold it: a date as its day number."""
    if isinstance(value, bool):
        return truth(value)
    if isinstance(value, int):
        return number(value)
    if isinstance(value, str):
        return text(value)
    if isinstance(value, date):
        return number(value.toordinal())
    return several([text(each) for each in value])


def several(parts: Sequence[Piece]) -> Piece:
    """A list."""
    return Piece(f"[{_listed([each.text for each in parts])}]")


def by_key(parts: Sequence[tuple[str, Piece]], key: Piece) -> Piece:
    """The value that stands beside a key; an error if none does."""
    inside = _listed([f"{text(each).text}: {value.text}" for each, value in parts])
    return Piece(f"{{{inside}}}[{_moved_in(key.text)}]")


# ── Reaching in ─────────────────────────────────────────────────────────────────────────────────────


def field(record: Piece, named: str) -> Piece:
    """A field of a record."""
    if _NAME.fullmatch(named) and named not in RESERVED:
        return Piece(f"{record.inside(MEMBER)}.{named}")
    return item(record, text(named))


def item(record: Piece, key: Piece) -> Piece:
    """What stands at a place or key."""
    return Piece(f"{record.inside(MEMBER)}[{_moved_in(key.text)}]")


def is_given(record: Piece, named: str) -> Piece:
    """Is there a field of that name?"""
    found = field(record, named)
    if found.text.endswith("]"):
        return Piece(f"{text(named).text} in {record.inside(SUM)}", RELATION)
    return Piece(f"has({found.text})")


def call(function: str, *arguments: Piece) -> Piece:
    """A function of some values."""
    return Piece(f"{function}({_listed([each.text for each in arguments])})")


def method(of: Piece, called: str, *arguments: Piece) -> Piece:
    """A function of a value, written after it."""
    before = f"{of.inside(MEMBER)}.{called}("
    return Piece(f"{before}{_listed([each.text for each in arguments], before)})")


def size(of: Piece) -> Piece:
    """The number of items."""
    return method(of, "size")


# ── Putting together ────────────────────────────────────────────────────────────────────────────────


def all_of(*parts: Piece) -> Piece:
    """Every one of several conditions."""
    return _joined(parts, "&&", AND)


def any_of(*parts: Piece) -> Piece:
    """At least one of several conditions."""
    return _joined(parts, "||", OR)


def opposite(of: Piece) -> Piece:
    """The condition that holds when this one does not."""
    return Piece("!" + of.inside(MEMBER), UNARY)


def related(left: Piece, how: Relation | Literal["in"], right: Piece) -> Piece:
    """One value against another."""
    return _joined((left, right), how, RELATION)


def plus(*parts: Piece) -> Piece:
    """A sum. Figures that the rules give are put together at its end."""
    others = [each for each in parts if each.number is None]
    fixed = sum(each.number for each in parts if each.number is not None)
    return moved_by(_joined(others, "+", SUM), fixed) if others else number(fixed)


def minus(left: Piece, right: Piece) -> Piece:
    """A difference."""
    if right.number is not None:
        return moved_by(left, -right.number)
    return _joined((left, Piece(right.inside(PRODUCT))), "-", SUM)


def moved_by(left: Piece, steps: int) -> Piece:
    """A number and a fixed number of steps."""
    if left.number is not None:
        return number(left.number + steps)
    if steps == 0:
        return left
    return Piece(f"{left.inside(SUM)} {'-' if steps < 0 else '+'} {number(abs(steps)).text}", SUM)


def times(*parts: Piece) -> Piece:
    """A product. Figures that the rules give are worked out; a factor of one is left out."""
    fixed, others = 1, []
    for part in parts:
        if part.number is None:
            others.append(part)
        else:
            fixed *= part.number
    if not others or fixed != 1:
        others.append(number(fixed))
    return _joined(others, "*", PRODUCT)


def over(left: Piece, right: Piece) -> Piece:
    """A quotient of whole numbers, cut towards zero; of others, as it is."""
    return Piece(f"{left.inside(PRODUCT)} / {right.inside(UNARY)}", PRODUCT)


def rest(left: Piece, right: Piece) -> Piece:
    """What remains after a division."""
    return Piece(f"{left.inside(PRODUCT)} % {right.inside(UNARY)}", PRODUCT)


def choose(when: Piece, then: Piece, otherwise: Piece) -> Piece:
    """One value if a condition holds, else another."""
    flat = f"{when.inside(OR)} ? {then.inside(OR)} : {otherwise.text}"
    if _fits(flat):
        return Piece(flat, TERNARY)
    first, second = (_further_in(each.inside(OR)) for each in (when, then))
    return Piece(f"{first}\n? {second}\n: {otherwise.text}", TERNARY)


# ── Names ───────────────────────────────────────────────────────────────────────────────────────────


def variable(wanted: str, count: int) -> Piece:
    """A variable, after a name of the rules. Variables of different counts are different.

    What it is called is settled where it is introduced (`loop`): as nothing else in its reach is.
    """
    plain = re.sub(r"[^A-Za-z0-9_]", "_", wanted)
    if not _NAME.fullmatch(plain) or plain in RESERVED:
        plain = f"_{plain}"
    return Piece(f"{plain}{_OPEN}{count}{_CLOSE}")


def named(name: Piece, value: Piece, inner: Piece) -> Piece:
    """An expression in which a name stands for a value; an error if the value is one.

    The name is that of a loop over the value alone. CEL has `cel.bind` for this, as an extension; but an engine in wide
    use (cel-cpp, as of cel-expr-python 0.1.3) gives the name another value after a loop that ended early:
    `[1, 2].exists(q, q == 1) && cel.bind(v, 7, v == 7)` is false there.
    """
    return value if inner == name else item(loop(several([value]), "map", name, inner), number(0))


def loop(over: Piece, macro: str, each: Piece, *inside: Piece) -> Piece:
    """A macro that looks at each item of a list (or each key of a map)."""
    called, reach = _settled(each, [piece.text for piece in inside])
    return method(over, macro, Piece(called), *map(Piece, reach))


def _settled(name: Piece, reach: Sequence[str]) -> tuple[str, list[str]]:
    """What a variable is called, and the texts in its reach with that name."""
    wanted = called = name.text.partition(_OPEN)[0]
    taken = set().union(*(_NAMED.findall(_STRING.sub("", each)) for each in reach))
    count = 1
    while called in taken:
        count += 1
        called = f"{wanted}_{count}"
    return called, [each.replace(name.text, called) for each in reach]


_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_NAMED = re.compile(rf"(?<![\w.])[A-Za-z_]\w*(?![\w{_OPEN}])")
"""Whatever is called something in a text without strings."""
