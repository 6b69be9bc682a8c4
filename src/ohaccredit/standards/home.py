"""Where the files of policy teams are: standards, rules and templates under one home.

They ship inside the wheel; in a working copy they stand at its top. `--home` points at an edited copy.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ohaccredit.language.problems import Problem, ProblemsFound


@dataclass(frozen=True, slots=True)
class Home:
    """A folder that holds standards/, rules/ and templates/."""

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
