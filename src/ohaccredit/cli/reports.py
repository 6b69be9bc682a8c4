"""Writing reports to disk: whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from ohaccredit.language.problems import Place, Problem, ProblemsFound


def write_reports(
    *, html: str | None, pdf: str | None, make_html: Callable[[], str], make_pdf: Callable[[], bytes]
) -> list[str]:
    """Write a report in the forms asked for and give the paths written.

    Both are made before either is written, so a failure leaves nothing behind. Raises ProblemsFound.
    """
    from ohaccredit.reports.pdf import PdfNotConforming, PdfUnavailable

    made: dict[str, bytes] = {}
    if html:
        made[html] = make_html().encode()
    if pdf:
        try:
            made[pdf] = make_pdf()
        except PdfUnavailable as error:
            raise ProblemsFound([Problem(str(error))]) from None
        except PdfNotConforming as error:
            raise ProblemsFound(
                [Problem(f"The report cannot be made accessible: {each}") for each in error.problems]
            ) from None
    for path, data in made.items():
        write_whole(Path(path), data)
    return list(made)


def write_whole(path: Path, data: bytes) -> None:
    """Write beside the target and rename, so that nobody ever sees half a file. Raises ProblemsFound."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            Path(name).chmod(0o644)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        problem = Problem(f"The file cannot be written: {error.strerror}.", Place(str(path), 1, 1))
        raise ProblemsFound([problem]) from None
