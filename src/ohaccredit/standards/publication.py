"""Published editions: what was published, and reading it again exactly as it was.

A published edition has a `published.yaml` beside its `standard.yaml`. It lists every file that the edition
consists of with the SHA-256 of its bytes. The edition's own files stay where they are and must not differ by
a byte. Files that it shares with others (evidence types, common figures, reasons, sources) are read from the
copies in `standards/frozen`, each named by its own SHA-256, so that the shared files can go on changing for
new editions while this one keeps its meaning (docs/decisions/0009).

The seal finds mistakes, not forgers: who can write all these files can also seal them anew. What no edit
can change is the digest that stands in every assessment record.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Literal

from pydantic import Field

from ohaccredit.language.problems import Place, Problem
from ohaccredit.standards.files import Day, File, Id
from ohaccredit.standards.home import Home
from ohaccredit.standards.reading import read_file

PUBLISHED = "published.yaml"
FROZEN = "frozen"
_CHUNK = 1 << 20


class GateOf(File):
    """What a gate of publication found."""

    gate: Id
    result: Literal["passed", "left_out"]
    says: str


class PublishedOnOf(File):
    """Who published an edition, when and why."""

    on: Day
    by: str
    why: str
    program: str
    """The version of the program that checked and published it."""


class WithdrawnOf(File):
    """Who withdrew an edition, from which day on and why."""

    on: Day
    by: str
    because: str
    seal: str


class Publication(File):
    """standards/<standard>/<edition>/published.yaml. Written by the program; not edited by hand."""

    standard: Id
    edition: str
    published: PublishedOnOf
    gates: list[GateOf]
    digest: str
    """The edition's digest, as assessment records name it."""
    rests_on: dict[str, str]
    """The editions that it adopts or links to, all published, with their digests."""
    files: dict[str, str] = Field(min_length=1)
    seal: str
    withdrawn: WithdrawnOf | None = None

    @property
    def id(self) -> str:
        """standard/edition."""
        return f"{self.standard}/{self.edition}"

    def is_own(self, name: str) -> bool:
        """Is it a file of this edition alone?"""
        return name.startswith(tuple(f"{top}/{self.id}/" for top in ("standards", "rules")))


def seal_of(publication: Publication) -> str:
    """SHA-256 over what was published; a withdrawal, which may come later, is left out."""
    return _sealed(publication.model_dump(mode="json", by_alias=True, exclude={"seal", "withdrawn"}))


def seal_of_withdrawal(publication: Publication, withdrawn: WithdrawnOf) -> str:
    """SHA-256 over a withdrawal and the publication that it ends."""
    return _sealed([publication.seal, withdrawn.model_dump(mode="json", exclude={"seal"})])


def _sealed(content: object) -> str:
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, in hex."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def publication_path(home: Home, standard: str, edition: str) -> Path:
    """Where an edition's publication stands."""
    return home.standards / standard / edition / PUBLISHED


def frozen_path(home: Home, sha256: str) -> Path:
    """Where the copy of a shared file stands."""
    return home.standards / FROZEN / f"{sha256}.yaml"


def mark_path(home: Home, standard: str, edition: str) -> Path:
    """Where it is noted, apart from the edition's own folder, that an edition was published."""
    return home.standards / FROZEN / f"{standard}--{edition}.seal"


def own_files(home: Home, standard: str, edition: str) -> list[Path]:
    """Every file in an edition's own folders; what editors and systems leave behind is passed over."""
    folders = [top / standard / edition for top in (home.standards, home.rules)]
    found = (path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file())
    return [path for path in found if path.name != PUBLISHED and not _left_behind(path)]


def _left_behind(path: Path) -> bool:
    return path.name.startswith(".") or path.name.endswith("~")


@dataclass(frozen=True)
class FrozenHome(Home):
    """A home that shows exactly the files a published edition was published with."""

    publication: Publication = field(compare=False)

    def files(self, folder: Path, pattern: str = "*.yaml") -> list[Path]:
        below, wanted = PurePosixPath(self.name(folder)), PurePosixPath(pattern)
        names = (PurePosixPath(name) for name in sorted(self.publication.files))
        depth = len(below.parts) + len(wanted.parts)
        return [
            self.root / name
            for name in names
            if name.is_relative_to(below) and len(name.parts) == depth and name.relative_to(below).match(pattern)
        ]

    def has(self, path: Path) -> bool:
        return self.name(path) in self.publication.files

    def has_folder(self, folder: Path) -> bool:
        return any(name.startswith(f"{self.name(folder)}/") for name in self.publication.files)

    def at(self, path: Path) -> Path:
        name = self.name(path)
        sha256 = self.publication.files.get(name)
        return path if sha256 is None or self.publication.is_own(name) else frozen_path(self, sha256)


def read_publication(home: Home, standard: str, edition: str, problems: list[Problem]) -> Publication | None:
    """The publication of an edition; None if it is not published, or if `problems` say what is wrong with it."""
    path, mark = publication_path(home, standard, edition), mark_path(home, standard, edition)
    name = home.name(path)
    if not path.is_file():
        if mark.is_file():
            message = f"{standard}/{edition} was published, and this file, which says so, is missing."
            problems.append(Problem(message, Place(name, 1, 1), hint=_PUT_BACK))
        return None
    read = read_file(path, name, Publication, problems)
    if read is None:
        return None
    publication, source = read
    found: list[Problem] = []
    if publication.id != f"{standard}/{edition}":
        message = f'The folder says "{standard}/{edition}", the file "{publication.id}".'
        found.append(Problem(message, source.place(("standard",)), "/standard", _PUT_BACK))
    if publication.seal != seal_of(publication) or (mark.is_file() and mark.read_text() != f"{publication.seal}\n"):
        message = "This file was changed by hand: its seal does not fit what it says."
        found.append(Problem(message, source.place(("seal",)), "/seal", _PUT_BACK))
    gone = publication.withdrawn
    if gone is not None and gone.seal != seal_of_withdrawal(publication, gone):
        message = "The withdrawal was written or changed by hand: its seal does not fit what it says."
        hint = f"Take it out, and use: ohaccredit rules withdraw {standard} {edition}"
        found.append(Problem(message, source.place(("withdrawn",)), "/withdrawn", hint))
    problems += found
    return None if found else publication


def published_home(home: Home, publication: Publication, problems: list[Problem]) -> Home:
    """The home in which a published edition is read; `problems` name every file that is not as it was published."""
    problems += _differences(home, publication)
    return FrozenHome(home.root, publication)


def _differences(home: Home, publication: Publication) -> Iterable[Problem]:
    draft = f"A published edition is not edited. Undo this, and work on a new one: {draft_command(publication)}"
    for name, sha256 in publication.files.items():
        own = publication.is_own(name)
        path = home.root / name if own else frozen_path(home, sha256)
        said = f"Of {publication.id}, published on {publication.published.on}, this file"
        where = Place(home.name(path), 1, 1)
        copy = "" if own else f" (the copy of {name})"
        if not path.is_file():
            yield Problem(f"{said}{copy} is missing.", where, hint=_PUT_BACK)
        elif sha256_of(path) != sha256:
            yield Problem(f"{said}{copy} was changed.", where, hint=draft if own else _PUT_BACK)
    for path in own_files(home, publication.standard, publication.edition):
        name = home.name(path)
        if name not in publication.files:
            message = f"This file was added to {publication.id}, which was published on {publication.published.on}."
            yield Problem(message, Place(name, 1, 1), hint=draft)


def draft_command(publication: Publication) -> str:
    """The command that begins the next edition."""
    return f"ohaccredit rules draft {publication.standard} {publication.edition} NEW-EDITION"


def rests_on_problems(publication: Publication | None, digests: Mapping[str, str], place: Place) -> Iterable[Problem]:
    """Editions that a published one adopts or links to, and that are no longer the ones it was published with."""
    for id_, digest in {} if publication is None else publication.rests_on.items():
        if digests.get(id_, digest) != digest:  # what cannot be read at all has been said
            assert publication is not None
            message = f"{publication.id} was published with another {id_} than the one that is here."
            yield Problem(message, place, hint=_PUT_BACK)


_PUT_BACK = "Put it back from version control or a backup."
