"""Running the command line in this process, as a user would call it."""

from __future__ import annotations

import io
import sys
from dataclasses import dataclass

import pytest

from ohaccredit.cli.main import main


@dataclass(frozen=True)
class Run:
    """What a command did."""

    code: int
    out: str
    err: str


def run_ohaccredit(*arguments: object, stdin: bytes = b"") -> Run:
    """Call `ohaccredit` with these arguments."""
    out, err = io.BytesIO(), io.BytesIO()
    code = 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["ohaccredit", *map(str, arguments)])
        patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), "utf-8"))
        patch.setattr(sys, "stdout", io.TextIOWrapper(out, "utf-8", write_through=True))
        patch.setattr(sys, "stderr", io.TextIOWrapper(err, "utf-8", write_through=True))
        try:
            main()
        except SystemExit as stop:
            code = int(stop.code or 0)
        sys.stdout.flush()
        sys.stderr.flush()
        return Run(code, out.getvalue().decode(), err.getvalue().decode())
