"""The policy workbench: proofs of all editions, gap plans for every example, and a change seen on a population.

Proofs and plans have no peer to be measured against, so their aims are seconds; each runs in a process of its own.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import Ran, aim, run, say_time, table, title

ON = "2026-11-22"
ROWS = 100_000
EXAMPLES = Path(__file__).parents[1] / "examples"
CODE = "from ohaccredit.cli.main import main; main()"


def main() -> int:
    """Print the tables."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CACHE_HOME"] = folder
        _proofs()
        _plans()
        _impact(Path(folder))
    return 0


def _ohaccredit(*arguments: object, timeout: float = 900) -> Ran:
    return run([sys.executable, "-c", CODE, *map(str, arguments)], timeout=timeout)


def _proofs() -> None:
    title("Proofs of all editions, two processes")
    ran = {"cold": _prove(), "unchanged": _prove()}
    table([("", "seconds", "CPU"), *((name, say_time(each.wall), say_time(each.cpu)) for name, each in ran.items())])
    aim("proofs, cold", ran["cold"].wall, 120, unit="s")
    aim("proofs, unchanged", ran["unchanged"].wall, 5, unit="s")


def _prove() -> Ran:
    return _ohaccredit("rules", "prove", "--json")


def _plans() -> None:
    title("A gap plan to the next tier, for every example")
    paths = [path for path in sorted(EXAMPLES.glob("**/*.json")) if _standard(path)]
    ran = {path: _ohaccredit("plan", path, "--on", ON, "--json") for path in paths}
    rows = [(path.stem, say_time(each.wall), say_time(each.cpu)) for path, each in ran.items()]
    table([("", "seconds", "CPU"), *rows])
    walls = sorted(each.wall for each in ran.values())
    aim("the median plan", walls[len(walls) // 2], 2, unit="s")
    aim("the slowest plan", walls[-1], 2, unit="s")


def _standard(path: Path) -> bool:
    """Is it a submission to a standard with tiers?"""
    return path.parent.name in ("examples", "providers") and "evidence" in json.loads(path.read_bytes())


def _impact(folder: Path) -> None:
    population = folder / "population.ndjson"
    _ohaccredit("population", "make", population, "--number", ROWS, "--on", ON)
    title(f"From edition 2026 to the draft for 2027: impact on {ROWS:,} employers")
    ran = _ohaccredit("rules", "impact", "2026", "2027", population, "--on", ON, "--json")
    table([("", "seconds", "CPU"), (f"{ROWS:,} employers", say_time(ran.wall), say_time(ran.cpu))])
    aim(f"impact, of {ROWS:,} employers", ran.wall, 30, unit="s")
