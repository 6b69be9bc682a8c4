"""The shape of a short text, such as a registration number.

A shape is written character by character: "#" is a digit, "@" a letter, anything else is itself.
"OT#####" is the letters OT and five digits. Spaces in the text and the difference between small and
capital letters do not count. There are no repetitions and no alternatives, so a test takes one look at
each character, whatever the text.
"""

from __future__ import annotations

from collections.abc import Iterable

DIGIT, LETTER = "#", "@"
_DIGITS = frozenset("0123456789")
_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def has_shape(text: str, shapes: Iterable[str]) -> bool:
    """Has the text one of these shapes?"""
    bare = text.replace(" ", "").upper()
    return any(_fits(bare, shape.upper()) for shape in shapes)


def _fits(text: str, shape: str) -> bool:
    return len(text) == len(shape) and all(
        character in _DIGITS if wanted == DIGIT else character in _LETTERS if wanted == LETTER else character == wanted
        for character, wanted in zip(text, shape, strict=True)
    )
