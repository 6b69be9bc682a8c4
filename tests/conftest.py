"""What many tests start from: the repository's own files, and small homes made for one test."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from textwrap import dedent

import pytest

from ohaccredit.standards.home import Home, find_home

MakeHome = Callable[[Mapping[str, str | bytes | None]], Home]


@pytest.fixture(scope="session")
def home() -> Home:
    """The standards and rules of this repository."""
    return find_home()


@pytest.fixture
def make_home(tmp_path: Path) -> MakeHome:
    """Writes files (by their names under the home) into a folder of their own; None leaves a file out."""

    def make(files: Mapping[str, str | bytes | None]) -> Home:
        for folder in ("standards", "rules"):
            (tmp_path / folder).mkdir(exist_ok=True)
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True)
            if content is not None:
                path.write_bytes(content if isinstance(content, bytes) else dedent(content).encode())
        return Home(tmp_path)

    return make
