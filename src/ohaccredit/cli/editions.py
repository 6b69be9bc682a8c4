"""Editions named on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ohaccredit.cli.submissions import DEFAULT_STANDARD
from ohaccredit.language.problems import Problem, ProblemsFound

if TYPE_CHECKING:
    from ohaccredit.standards.edition import Edition
    from ohaccredit.standards.home import Home


def edition_named(home: Home, named: str) -> Edition:
    """The edition written as STANDARD/EDITION, or as EDITION alone for the employers' standard.

    Raises ProblemsFound if there is none of that name.
    """
    from ohaccredit.standards.loading import load_edition

    standard, slash, edition = named.rpartition("/")
    if not edition or (slash and not standard):
        hint = "Write the standard and the edition, employer-accreditation/2026; or the edition alone, 2026."
        raise ProblemsFound([Problem(f'"{named}" does not name an edition.', hint=hint)])
    return load_edition(home, standard or DEFAULT_STANDARD, edition)


def refuse_the_same(before: Edition, after: Edition, homes: tuple[Home, Home]) -> None:
    """Raises ProblemsFound if both are one edition in one folder: nothing can differ."""
    if before.id == after.id and homes[0].root.resolve() == homes[1].root.resolve():
        hint = "Name another edition, or a working copy with --home-b."
        raise ProblemsFound([Problem(f"{before.id} was named twice, and cannot differ from itself.", hint=hint)])
