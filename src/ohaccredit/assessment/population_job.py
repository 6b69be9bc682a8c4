"""What it takes to assess a part of a population elsewhere: in another process, or on another machine."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ohaccredit.assessment.population import Population
from ohaccredit.assessment.population_input import Input, Part
from ohaccredit.assessment.population_parts import job_of, write_part
from ohaccredit.assessment.prepare import Assurance
from ohaccredit.standards.edition import Edition
from ohaccredit.standards.home import find_home
from ohaccredit.standards.loading import load_edition


@dataclass(frozen=True)
class Job:
    """What is assessed against what, and where the parts of the result go. Small enough to be sent to each worker."""

    home: Path
    standard: str
    edition: str
    on: date
    assurance: Assurance
    modules: tuple[str, ...]
    read: Input
    folder: Path

    def population(self, edition: Edition | None = None) -> Population:
        """The edition, loaded if it is not given, and made ready for many submissions; once in each process."""
        if self not in _ready:
            edition = edition or load_edition(find_home(self.home), self.standard, self.edition, on=self.on)
            _ready[self] = Population(edition, self.on, assurance=self.assurance, modules=self.modules)
        return _ready[self]

    def write(self, part: Part) -> int:
        """Write a part of the result; the number of its rows."""
        population = self.population()
        return write_part(population, self.read, part, self.folder, job_of(population, self.read))


_ready: dict[Job, Population] = {}

Engine = Callable[[Job, list[Part]], Iterable[int]]
"""Writes parts, wherever it does so, and yields the numbers of rows as they are done."""


def one_by_one(job: Job, parts: list[Part]) -> Iterable[int]:
    """The engine that needs no other process."""
    return map(job.write, parts)
