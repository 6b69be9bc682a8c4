"""The shape of a short text, such as a registration number.

A shape is written character by character: "#" is a digit, "@" a letter, anything else is itself.
"OT#####" is the letters OT and five digits. Spaces, and the difference between small and capital letters,
do not count. There are no repetitions and no alternatives, so a test takes one look at each character,
whatever the text.

Only the digits 0 to 9 and the letters A to Z count as digits and letters: registers number with these, and
other alphabets change length and meaning when they are capitalised (ß becomes SS, a dotless i an I).
"""

from __future__ import annotations

from collections.abc import Iterable
from string import ascii_lowercase, ascii_uppercase, digits

DIGIT, LETTER = "#", "@"
_DIGITS = frozenset(digits)
_LETTERS = frozenset(ascii_uppercase)
_BARE = {**str.maketrans(ascii_lowercase, ascii_uppercase), ord(" "): None}
"""Capitals for small letters, nothing for spaces; everything else is itself."""


def has_shape(text: str, shapes: Iterable[str]) -> bool:
    """Has the text one of these shapes?"""
    bare = text.translate(_BARE)
    return any(_fits(bare, shape.translate(_BARE)) for shape in shapes)


def _fits(text: str, shape: str) -> bool:
    return len(text) == len(shape) and all(
        character in _DIGITS if wanted == DIGIT else character in _LETTERS if wanted == LETTER else character == wanted
        for character, wanted in zip(text, shape, strict=True)
    )
