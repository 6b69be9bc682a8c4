"""The register of source statements: what the documents behind the standards say, in our words."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ohaccredit.language.problems import Problem, ProblemsFound, json_pointer
from ohaccredit.standards.edition import Edition
from ohaccredit.standards.files import SourceFile, StatementOf
from ohaccredit.standards.home import Home
from ohaccredit.standards.publication import FrozenHome
from ohaccredit.standards.reading import read_file

NORTHERN_IRELAND = "northern-ireland"


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement, with the document it stands in."""

    source: str
    title: str
    nature: str
    """law, guidance, design (our own choice), or document."""
    nation: str
    """great-britain or northern-ireland, if it holds only there; "" if it holds everywhere."""
    address: str
    """Where it can be read; "" if that is not known."""
    file: StatementOf

    def holds(self, day: date, nation: str = "") -> bool:
        """Is it in force on that day, and in that nation if one is known? What has no dates always is."""
        if self.nation and nation and (nation == NORTHERN_IRELAND) != (self.nation == NORTHERN_IRELAND):
            return False
        force = self.file.in_force
        return force is None or (force.start <= day and (force.until is None or day <= force.until))

    @property
    def cited(self) -> str:
        """How a report names it: document and place."""
        return f"{self.title}, {self.file.place}"


def load_statements(home: Home, edition: Edition | None = None) -> dict[str, Statement]:
    """Every registered statement by id; for a published edition, those it cites, as they were when it was published.

    Raises ProblemsFound with every problem of the register's files.
    """
    if edition is None or edition.publication is None:
        return _read(home)
    linked = (_read(FrozenHome(home.root, each.publication)) for each in edition.linked.values() if each.publication)
    own = _read(FrozenHome(home.root, edition.publication))
    return {id_: each for statements in (*linked, own) for id_, each in statements.items()}


def source_files(home: Home, cited: Set[str]) -> list[Path]:
    """The files of the register in which the cited statements stand."""
    return [
        path
        for path in home.files(home.standards / "sources")
        if (read := read_file(home.at(path), home.name(path), SourceFile, [])) is not None
        and any(each.id in cited for each in read[0].statements)
    ]


def _read(home: Home) -> dict[str, Statement]:
    problems: list[Problem] = []
    statements: dict[str, Statement] = {}
    for path in home.files(home.standards / "sources"):
        read = read_file(home.at(path), home.name(path), SourceFile, problems)
        if read is None:
            continue
        file, source = read
        for index, each in enumerate(file.statements):
            if each.id in statements:
                where = ("statements", index, "id")
                problems.append(
                    Problem(
                        f'The statement "{each.id}" is registered twice.',
                        source.place(where),
                        json_pointer(where),
                    )
                )
            address = each.address or file.address or ""
            nation = each.nation or file.nation or ""
            statements[each.id] = Statement(file.source, file.title, file.nature, nation, address, each)
    if problems:
        raise ProblemsFound(problems)
    return statements
