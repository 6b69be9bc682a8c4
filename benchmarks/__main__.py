"""Everything, or the sections that are named. Exits with 1 only if engines disagree, never for being slow."""

from __future__ import annotations

import importlib
import sys

SECTIONS = ("rules", "pipeline", "notes", "population", "policy", "pdf", "start")


def main(chosen: list[str]) -> int:
    """Run the sections."""
    unknown = [name for name in chosen if name not in SECTIONS]
    if unknown:
        print(f"There is no section {', '.join(unknown)}. There is: {', '.join(SECTIONS)}.", file=sys.stderr)
        return 2
    codes: list[int] = [importlib.import_module(f"benchmarks.{name}").main() for name in chosen or SECTIONS]
    return max(codes)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
