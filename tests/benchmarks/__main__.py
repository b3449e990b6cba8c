"""`python -m tests.benchmarks [name ...] [--list]`: measure figures and print one line of JSON for each.

Each file of this folder lists its measurements in `FIGURES`. Every figure is measured beside its limit or peer, in
turns: on a shared machine trust the ratios.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import time
from pathlib import Path

import msgspec

from tests.benchmarks.figure import Environment, Measurement


def main() -> int:
    """Returns the exit status."""
    known = _measurements()
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help="the figures to measure (default: all)")
    parser.add_argument("--list", action="store_true", help="print the names and end")
    options = parser.parse_args()
    if options.list:
        _say(*known)
        return 0
    if missing := [name for name in options.names if name not in known]:
        parser.error(f"no such figure: {', '.join(missing)}; see --list")
    with Environment() as environment:
        for name in options.names or known:
            started = time.monotonic()
            for figure in known[name](environment):
                _say(msgspec.json.encode(figure).decode())
            environment.next_figure()
            sys.stderr.write(f"{name}: {time.monotonic() - started:.0f} s\n")
    return 0


def _measurements() -> dict[str, Measurement]:
    known: dict[str, Measurement] = {}
    for file in sorted(Path(__file__).parent.glob("*.py")):
        if file.stem != "__main__":
            known.update(getattr(importlib.import_module(f"tests.benchmarks.{file.stem}"), "FIGURES", ()))
    return known


def _say(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
