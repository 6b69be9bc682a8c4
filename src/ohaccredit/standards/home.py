"""Where the files of policy teams are: standards, rules and templates under one home.

They ship inside the wheel; in a working copy they stand at its top. `--home` points at an edited copy.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ohaccredit.language.problems import Problem, ProblemsFound

Files = Callable[[Path, str], list[Path]]
"""Finds the files below a folder that fit a pattern, in order."""


def on_disk(folder: Path, pattern: str) -> list[Path]:
    """The files below a folder that fit a pattern, in order."""
    return sorted(folder.glob(pattern))


@dataclass(frozen=True)
class Home:
    """A folder that holds standards/, rules/ and templates/.

    Loading looks for files through `files` and `has` and reads them at `at`, so that a published edition can be
    given a home that shows exactly the files it was published with (ohaccredit.standards.publication).
    """

    root: Path

    @property
    def standards(self) -> Path:
        return self.root / "standards"

    @property
    def rules(self) -> Path:
        return self.root / "rules"

    @property
    def templates(self) -> Path:
        return self.root / "templates"

    def name(self, path: Path) -> str:
        """A file's name as messages show it: relative to the home, with forward slashes."""
        return path.relative_to(self.root).as_posix()

    def files(self, folder: Path, pattern: str = "*.yaml") -> list[Path]:
        """The files below a folder that fit a pattern, in order."""
        return on_disk(folder, pattern)

    def has(self, path: Path) -> bool:
        """Is there such a file?"""
        return path.is_file()

    def has_folder(self, folder: Path) -> bool:
        """Is there such a folder?"""
        return folder.is_dir()

    def at(self, path: Path) -> Path:
        """Where the text of a file is read."""
        return path


def find_home(given: Path | None = None) -> Home:
    """The home that was given, else the one inside the package, else the working copy around it.

    Raises ProblemsFound if there is no standards folder there.
    """
    package = Path(__file__).resolve().parent.parent
    for root in [given] if given is not None else [package / "home", package.parent.parent]:
        if (root / "standards").is_dir() and (root / "rules").is_dir():
            return Home(root)
    where = given if given is not None else package
    raise ProblemsFound(
        [Problem(f"There are no standards and rules in {where}.", hint="--home names a folder that holds both.")]
    )
