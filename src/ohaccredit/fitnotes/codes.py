"""SNOMED CT ids in rosters: standards/imports/codes.yaml, and the check digit that every id carries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ohaccredit.language.problems import Problem, ProblemsFound, json_pointer
from ohaccredit.standards.files import File, WordsOf
from ohaccredit.standards.home import Home
from ohaccredit.standards.reading import read_file

SHORTEST, LONGEST = 6, 18
"""Digits of a SNOMED CT id."""

# Verhoeff's scheme: the product in the dihedral group of order 10, and a permutation applied once more for each
# place (J. Verhoeff, Error Detecting Decimal Codes, 1969). It finds every single wrong digit and every swap of
# neighbours.
_PRODUCT = (
    "0123456789", "1234067895", "2340178956", "3401289567", "4012395678",
    "5987604321", "6598710432", "7659821043", "8765932104", "9876543210",
)  # fmt: skip
_PERMUTATION = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


class Concept(File):
    """What one concept says of a note."""

    id: str
    words: WordsOf
    gives: Mapping[str, bool | list[str]] = {}
    not_used: WordsOf | None = None
    no_note: WordsOf | None = None


class CodesFile(File):
    """standards/imports/codes.yaml, whose head explains the keys."""

    concepts: list[Concept]


def load_codes(home: Home, fields: Mapping[str, Any]) -> Mapping[str, Concept]:
    """The known concepts by id. `fields` are the paths of a fit note.

    Raises ProblemsFound, also for an id whose check digit is wrong.
    """
    problems: list[Problem] = []
    path = home.standards / "imports" / "codes.yaml"
    read = read_file(path, home.name(path), CodesFile, problems)
    codes: dict[str, Concept] = {}
    for index, concept in enumerate(read[0].concepts if read else ()):
        where = ("concepts", index)
        faults = []
        if not is_snomed_id(concept.id):
            faults.append(f'"{concept.id}" is no SNOMED CT id: its check digit is wrong.')
        if concept.id in codes:
            faults.append(f'The id "{concept.id}" is there twice.')
        faults += [f'A fit note has no field "{each}".' for each in concept.gives if each not in fields]
        codes[concept.id] = concept
        assert read is not None, "there are concepts"
        problems += [Problem(fault, read[1].place(where), json_pointer(where)) for fault in faults]
    if problems:
        raise ProblemsFound(problems)
    return codes


def is_snomed_id(text: str) -> bool:
    """Is it an id of SNOMED CT, by its length and its check digit?"""
    if not (text.isascii() and text.isdigit() and SHORTEST <= len(text) <= LONGEST and text[0] != "0"):
        return False
    check = 0
    for position, digit in enumerate(reversed(text)):
        number = int(digit)
        for _ in range(position % 8):
            number = _PERMUTATION[number]
        check = int(_PRODUCT[check][number])
    return check == 0
