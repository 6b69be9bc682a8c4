"""Measuring on a busy machine: everything in turn, round after round, the best of each, processor time."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

Task = Callable[[], object]


def best_of(tasks: Mapping[str, Task], *, rounds: int = 7, at_least: float = 0.02) -> dict[str, float]:
    """The processor seconds of one run of each task: the best of several rounds, in which the tasks take turns.

    A short task is repeated within its turn until the turn takes `at_least` so many seconds; a task of more than a
    second takes part in two rounds only.
    """
    repeats: dict[str, int] = {}
    best: dict[str, float] = {}
    for name, task in tasks.items():
        task()
        start = time.process_time()
        task()
        best[name] = time.process_time() - start
        repeats[name] = max(1, round(at_least / max(best[name], 1e-6)))
    for number in range(rounds):
        for name, task in tasks.items():
            count = repeats[name]
            if best[name] > 1 and number:
                continue
            start = time.process_time()
            for _ in range(count):
                task()
            best[name] = min(best[name], (time.process_time() - start) / count)
    return best


@dataclass(frozen=True, slots=True)
class Ran:
    """What a process of its own took, its descendants included."""

    wall: float
    cpu: float


def run(command: Sequence[str], *, timeout: float = 300) -> Ran:
    """Run a command to its end. Raises CalledProcessError with its error output."""
    _adopt_orphans()
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, capture_output=True, timeout=timeout, check=False)
    wall = time.perf_counter() - start
    with contextlib.suppress(ChildProcessError):  # descendants that outlived it are ours to wait for
        while True:
            os.waitpid(-1, 0)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise subprocess.CalledProcessError(done.returncode, list(command), done.stdout, done.stderr)
    return Ran(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def _adopt_orphans() -> None:
    """Browsers leave processes behind whose time would not be counted (Linux: PR_SET_CHILD_SUBREAPER)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)


# ── Saying it ───────────────────────────────────────────────────────────────────────────────────────


def say_time(seconds: float) -> str:
    """A duration in the unit that suits it."""
    if seconds < 0.001:
        return f"{seconds * 1e6:,.1f} µs"
    return f"{seconds * 1e3:,.2f} ms" if seconds < 1 else f"{seconds:,.2f} s"


def title(text: str) -> None:
    """The heading of a section."""
    print(f"\n{text}\n{'─' * len(text)}")


def table(rows: Sequence[tuple[str, ...]]) -> None:
    """Rows in columns; the first column to the left, the others to the right."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for first, *others in rows:
        cells = [f"{cell:>{width}}" for cell, width in zip(others, widths[1:], strict=True)]
        print("  ".join([f"{first:{widths[0]}}", *cells]).rstrip())


def aim(what: str, value: float, bound: float, *, at_least: bool = False, unit: str = "×") -> None:
    """One aim, and whether it was reached."""
    reached = value >= bound if at_least else value <= bound
    sign = "≥" if at_least else "≤"
    print(f"{'✓' if reached else '✗'} {what}: {value:.2f} {unit} (aim {sign} {bound:g} {unit})")
