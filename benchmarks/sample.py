"""A real assessment to measure on: an example that ships, else one made up from the evidence types."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from ohaccredit.language.json_source import read_json
from ohaccredit.language.problems import ProblemsFound
from ohaccredit.language.source import Source
from ohaccredit.language.types import Choice, Choices, Date, Keyed, ListOf, Number, Record, Series, Text, Type
from ohaccredit.standards.edition import Edition
from ohaccredit.standards.home import Home, find_home
from ohaccredit.standards.loading import load_edition

ON = date(2026, 11, 22)
STANDARDS = ("employer-accreditation", "oh-provider-baseline")


@dataclass(frozen=True, slots=True)
class Sample:
    """A submission's file and the edition it is assessed against."""

    name: str
    edition: Edition
    data: bytes

    @property
    def source(self) -> Source:
        """The file, read."""
        return read_json(self.data, self.name)


def samples() -> tuple[Home, list[Sample]]:
    """The home, and a sample for each standard that can be loaded: its largest example, else a made-up one."""
    home = find_home()
    found: list[Sample] = []
    for standard in STANDARDS:
        try:
            edition = load_edition(home, standard, on=ON)
        except ProblemsFound as problems:
            print(f"{standard} cannot be loaded ({len(problems.problems)} problems) and is left out.")
            continue
        found.append(_example(home, edition) or _made_up(edition))
    return home, found


def _example(home: Home, edition: Edition) -> Sample | None:
    files = sorted(home.root.glob("examples/**/*.json"), key=lambda path: path.stat().st_size)
    for path in reversed(files):
        content = json.loads(path.read_bytes())
        if isinstance(content, dict) and content.get("standard") == edition.standard:
            return Sample(path.name, edition, path.read_bytes())
    return None


def _made_up(edition: Edition) -> Sample:
    chance = random.Random(5)
    evidence = {
        name: _random(kind.type, name, chance)
        for name, kind in edition.evidence.items()
        if name not in edition.linked and chance.random() < 0.9
    }
    content = {"standard": edition.standard, "name": "Made-up organisation", "evidence": evidence}
    return Sample(f"a made-up submission for {edition.standard}", edition, json.dumps(content, indent=1).encode())


def _random(kind: Type, name: str, chance: random.Random) -> Any:
    match kind:
        case Record():
            fields = {f.name: _random(f.type, f.name, chance) for f in kind if f.required or chance.random() < 0.85}
            status = kind.fields.get("status")
            if status is not None and isinstance(status.type, Choice) and "rejected" in status.type.options:
                fields["status"] = "accepted"
            return fields
        case ListOf() | Series():
            return [_random(kind.item, name, chance) for _ in range(chance.randint(2, 5))]
        case Keyed():
            return {key: _random(kind.records[key], key, chance) for key in kind.keys if chance.random() < 0.9}
        case Date():
            return (ON + timedelta(days=chance.randint(-600, 300))).isoformat()
        case Number():
            return chance.randint(kind.minimum or 0, kind.maximum if kind.maximum is not None else 200)
        case Choice():
            return chance.choice(kind.options)
        case Choices():
            return [option for option in kind.options if chance.random() < 0.7]
        case Text():
            return f"The {name.replace('_', ' ')} of the made-up organisation"
        case _:
            return chance.random() < 0.85
