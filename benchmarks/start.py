"""How long the command line takes to say anything."""

from __future__ import annotations

import sys

from benchmarks.measure import aim, run, say_time, table, title

ROUNDS = 10
BARE = (sys.executable, "-c", "pass")
HELP = (sys.executable, "-c", "from ohaccredit.cli.main import main; main()", "--help")


def main() -> int:
    """Print how `ohaccredit --help` compares with starting Python."""
    title("The command line starts")
    bare, shown = [], []
    for _ in range(ROUNDS):
        bare.append(run(BARE).wall)
        shown.append(run(HELP).wall)
    table(
        [
            ("", "wall"),
            ("python -c pass", say_time(min(bare))),
            ("ohaccredit --help", say_time(min(shown))),
        ]
    )
    aim("ohaccredit --help, over python -c pass", (min(shown) - min(bare)) * 1000, 100, unit="ms")
    return 0
