"""Publication: everything is checked, then the edition is frozen.

An edition passes the gates, each of which looks at one thing. Then the files that it shares with others are
copied into `standards/frozen`, and `published.yaml` is put beside `standard.yaml` in one step. Until that step
nothing is published; whatever goes wrong before it leaves no trace.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ohaccredit.language.problems import Place, Problem, ProblemsFound
from ohaccredit.language.yaml_source import read_yaml
from ohaccredit.policy.gates import Passage
from ohaccredit.standards.edition import Edition
from ohaccredit.standards.files import ForceOf
from ohaccredit.standards.home import Home
from ohaccredit.standards.loading import load_edition
from ohaccredit.standards.publication import (
    GateOf,
    Publication,
    PublishedOnOf,
    WithdrawnOf,
    frozen_path,
    mark_path,
    own_files,
    publication_path,
    seal_of,
    seal_of_withdrawal,
    sha256_of,
)
from ohaccredit.standards.sources import source_files


@dataclass(frozen=True, slots=True)
class Prepared:
    """A publication that only has to be written: its content, and the files to be copied."""

    publication: Publication
    text: str
    copies: tuple[tuple[Path, str], ...]
    """Each shared file, with its SHA-256."""


def check_may_be_asked(edition: Edition, by: str, why: str) -> None:
    """Raises ProblemsFound for what no gate has to be asked about: what is published already, or names nobody."""
    problems = list(_may_not(edition, by, why))
    if problems:
        raise ProblemsFound(problems)


def prepare_publication(
    home: Home, edition: Edition, passages: Sequence[Passage], *, on: date, by: str, why: str, program: str
) -> Prepared:
    """What publishing would write. Raises ProblemsFound if it may not be written."""
    problems = [*_may_not(edition, by, why), *_rests_on_what_may_change(edition)]
    if problems:
        raise ProblemsFound(problems)
    assert not any(passage.blocks for passage in passages), "the caller has asked"
    own = {home.name(path): sha256_of(path) for path in own_files(home, edition.standard, edition.edition)}
    editions = {id_: other.digest for id_, other in edition.rests_on.items()}
    read = {name: sha for name, sha in edition.files.items() if name not in editions}
    cited = {id_ for criterion in edition.criteria.values() for id_ in criterion.statements}
    sources = {home.name(path): sha256_of(path) for path in source_files(home, cited)}
    publication = Publication(
        standard=edition.standard,
        edition=edition.edition,
        published=PublishedOnOf(on=on.isoformat(), by=_line(by), why=_line(why), program=program),  # type: ignore[arg-type]
        gates=[_gate(passage) for passage in passages],
        digest=edition.digest,
        rests_on=editions,
        files=dict(sorted({**own, **sources, **read}.items())),
        seal="",
    )
    publication = publication.model_copy(update={"seal": seal_of(publication)})
    copies = tuple((home.root / name, sha) for name, sha in publication.files.items() if not publication.is_own(name))
    return Prepared(publication, _text(publication), copies)


def publish(home: Home, prepared: Prepared) -> Publication:
    """Write a publication: copies first, `published.yaml` last, all or nothing.

    Raises ProblemsFound if a file was changed since it was checked, or if the edition does not load as it was.
    """
    publication = prepared.publication
    path = publication_path(home, publication.standard, publication.edition)
    mark = mark_path(home, publication.standard, publication.edition)
    with _undone_on_failure() as written:
        for source, sha256 in prepared.copies:
            copy = frozen_path(home, sha256)
            if copy.is_file() and sha256_of(copy) == sha256:
                continue
            written.append(copy)
            _write(copy, source.read_bytes())
            if sha256_of(copy) != sha256:
                raise ProblemsFound([_changed_meanwhile(home, source)])
        written += [path, mark]
        _write(path, prepared.text.encode())
        loaded = load_edition(home, publication.standard, publication.edition)
        if loaded.digest != publication.digest:
            raise ProblemsFound([_changed_meanwhile(home, path)])
        _write(mark, f"{publication.seal}\n".encode())
    return publication


def withdraw(home: Home, edition: Edition, *, on: date, by: str, because: str) -> Publication:
    """Withdraw a published edition from a day on: the only change that its publication may have.

    Raises ProblemsFound if it is not published, or withdrawn already.
    """
    path = publication_path(home, edition.standard, edition.edition)
    publication = edition.publication
    problems = [*_unsaid(by, "--by"), *_unsaid(because, "--because")]
    if publication is None:
        hint = "What is not published can be marked as a draft, or taken away."
        problems.append(Problem(f"{edition.id} is not published.", hint=hint))
    elif publication.withdrawn is not None:
        problems.append(Problem(f"{edition.id} was withdrawn on {publication.withdrawn.on} already."))
    elif on < publication.published.on:
        message = f"{edition.id} was published on {publication.published.on}; it cannot be withdrawn before that."
        problems.append(Problem(message))
    if problems or publication is None:
        raise ProblemsFound(problems)
    gone = WithdrawnOf(on=on.isoformat(), by=_line(by), because=_line(because), seal="")  # type: ignore[arg-type]
    gone = gone.model_copy(update={"seal": seal_of_withdrawal(publication, gone)})
    lines = "".join(f"  {key}: {_quoted(value)}\n" for key, value in gone.model_dump(mode="json").items())
    _write(path, path.read_bytes() + f"withdrawn:\n{lines}".encode())
    return publication.model_copy(update={"withdrawn": gone})


# ── What may not be published ──


def _may_not(edition: Edition, by: str, why: str) -> Iterator[Problem]:
    yield from _unsaid(by, "--by")
    yield from _unsaid(why, "--why")
    if edition.publication is not None:
        said = edition.publication.published
        message = f"{edition.id} was published on {said.on} by {said.by}. What is published is not published again."
        yield Problem(message, hint="Work on a new edition: ohaccredit rules draft.")
    force, trial = edition.in_force, edition.dry_run
    place = Place(f"standards/{edition.id}/standard.yaml", 1, 1)
    if trial is not None and not _before(trial, force):
        message = "The dry run does not end before the edition is in force."
        yield Problem(message, place, "/dry_run", "Give it an until, a day before in_force begins.")


def _rests_on_what_may_change(edition: Edition) -> Iterator[Problem]:
    for id_ in sorted(id_ for id_, other in edition.rests_on.items() if other.publication is None):
        yield Problem(f"{id_} is not published, and {edition.id} rests on it.", hint="Publish it first.")


def _before(trial: ForceOf, force: ForceOf) -> bool:
    return trial.until is not None and trial.start <= trial.until < force.start


def _unsaid(text: str, option: str) -> Iterator[Problem]:
    if not text.strip():
        yield Problem(f"{option} says nothing.", hint="A publication names who and why, for those who come later.")
    elif not _line(text).isprintable():
        yield Problem(f"{option} holds characters that cannot be printed.")


def _line(text: str) -> str:
    return " ".join(text.split())


def _gate(passage: Passage) -> GateOf:
    left_out = passage.outcome.result != "passed"
    return GateOf(gate=passage.gate.name, result="left_out" if left_out else "passed", says=passage.outcome.says)


def _changed_meanwhile(home: Home, path: Path) -> Problem:
    return Problem("This was changed while it was being published.", Place(home.name(path), 1, 1), hint="Try again.")


# ── Writing ──

_HEAD = """\
# Written by "ohaccredit rules publish". Nothing here is edited by hand, and none of the files below: the program
# refuses an edition that differs by a byte. To change something, work on a new edition (ohaccredit rules draft).
"""


def _text(publication: Publication) -> str:
    said = publication.published
    lines = [_HEAD.rstrip(), f"standard: {_quoted(publication.standard)}", f"edition: {_quoted(publication.edition)}"]
    lines += ["published:", f"  on: {said.on}"]
    lines += [f"  {key}: {_quoted(getattr(said, key))}" for key in ("by", "why", "program")]
    lines.append("gates:" if publication.gates else "gates: []")
    for each in publication.gates:
        lines.append(f"  - {{gate: {each.gate}, result: {each.result}, says: {_quoted(each.says)}}}")
    lines += [f"digest: {_quoted(publication.digest)}", f"seal: {_quoted(publication.seal)}"]
    lines.append("rests_on:" if publication.rests_on else "rests_on: {}")
    lines += [f"  {_quoted(name)}: {_quoted(digest)}" for name, digest in publication.rests_on.items()]
    lines.append("files:")
    lines += [f"  {_quoted(name)}: {_quoted(digest)}" for name, digest in publication.files.items()]
    text = "\n".join(lines) + "\n"
    assert Publication.model_validate(read_yaml(text.encode(), "published.yaml").value) == publication
    return text


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _write(path: Path, data: bytes) -> None:
    """Put a whole file in its place in one step: it is there in full, or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        part.chmod(0o644)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _undone_on_failure() -> Iterator[list[Path]]:
    """Takes away the files named in the list if anything, an interruption included, ends the work early."""
    written: list[Path] = []
    try:
        yield written
    except BaseException:
        for path in written:
            path.unlink(missing_ok=True)
        for folder in {path.parent for path in written}:
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()
        raise
