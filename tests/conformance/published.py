"""England's published outcomes of further education, as the tests take them."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from projections.benchmarks.release import SHARES

QUINTILES = ("bottom quintile", "second quintile", "third quintile", "fourth quintile", "top quintile")
PERIODS = ("2013-14", "2014-15")

# The thresholds abbreviate what the outcomes spell out.
_SPELT_OUT = {"ESOL": "English for Speakers of Other Languages (ESOL)"}

Group = tuple[str, str]
"""(category, period)."""


def published(shared: Path, name: str) -> Path:
    """A file of the published data."""
    return shared / "conformance" / "dfe-fe-outcomes" / name


def published_thresholds(shared: Path) -> dict[Group, list[int | None]]:
    """The published percentiles for SHARES, 122 groups; None: suppressed."""
    with published(shared, "thresholds.csv").open(encoding="utf-8-sig", newline="") as lines:
        return {
            (_SPELT_OUT.get(row["category"], row["category"]), row["year"].replace("/", "-")): [
                int(row[f"p{share}"]) if row[f"p{share}"].isdigit() else None for share in SHARES
            ]
            for row in csv.DictReader(lines)
        }


def published_outcomes(shared: Path) -> list[dict[str, str]]:
    """The rows of the outcomes, as they stand in the file."""
    with published(shared, "outcomes.csv").open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


@dataclass(frozen=True)
class Agreement:
    """How many of the published figures came out: all of them, those exactly equal, those within one point."""

    cells: int
    exact: int
    within_one: int

    @property
    def meets_the_bar(self) -> bool:
        return self.exact >= 0.95 * self.cells and self.within_one >= 0.98 * self.cells


def agreement(shared: Path, ours: Iterable[tuple[Group, Sequence[float] | None]], *, suppressed_too: bool) -> Agreement:
    """Compare our thresholds per group (None: none) with the published ones.

    suppressed_too: a published suppression is a figure as well, and is met where we have none either. A published
    figure of a group that we lack is missed.
    """
    found = dict(ours)
    cells = exact = within_one = 0
    for group, thresholds in published_thresholds(shared).items():
        mine = found.get(group)
        for place, expected in enumerate(thresholds):
            if expected is None and not suppressed_too:
                continue
            cells += 1
            if expected is None:
                met = close = mine is None
            else:
                distance = abs(mine[place] - expected) if mine is not None else 100
                met, close = distance == 0, distance <= 1
            exact += met
            within_one += close
    return Agreement(cells, exact, within_one)
