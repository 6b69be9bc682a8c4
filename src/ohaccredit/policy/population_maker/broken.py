"""Rows that are broken on purpose, for testing what reads populations. None of them is a submission."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction

from ohaccredit.policy.population_maker.chance import Chance

ALONE = b'"evidence":{'

WAYS: Mapping[str, Callable[[bytes], bytes]] = {
    "cut short": lambda row: row[: len(row) // 2],
    "not JSON": lambda row: row[:1] + b"'" + row[1:],
    "not UTF-8": lambda row: b"\xff\xfe" + row,
    "text after the end": lambda row: row + b"}",
    "a list": lambda row: b"[" + row + b"]",
    "evidence of the wrong type": lambda row: row.replace(ALONE, b'"evidence":"see the attachment","extra":{', 1),
    "unknown field": lambda row: row.replace(b'{"', b'{"evidnce":{},"', 1),
    "number as text": lambda row: row.replace(b'"standard":"', b'"standard":7,"edition":"', 1),
    "nothing": lambda _: b"{}",
}
"""What can be wrong, by its name."""


def with_broken(rows: Iterator[bytes], share: Fraction, seed: int, first: int = 0) -> Iterator[tuple[bytes, str]]:
    """Each row with what was broken about it, "" for nothing; the same rows whatever chunk they are made in."""
    if not share:
        yield from ((row, "") for row in rows)
        return
    names = list(WAYS)
    for k, row in enumerate(rows, first):
        chance = Chance(seed, "broken", k)
        if chance.happens(float(share)):
            name = names[chance.below(len(names))]
            yield WAYS[name](row), name
        else:
            yield row, ""
